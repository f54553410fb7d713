// Block methods: params and results of combos, block trades and block RFQ: what this
// venue does not trade yet. Params are checked all the same, so
// that a client learns of a malformed request before it learns that the method is not there;
// results describe what the reads answer.
import Type from 'typebox';
import {
  countParam,
  currencyParam,
  emptyParams,
  instrumentNameParam,
  nullable,
  optional,
  roleWord,
  sideWord,
} from './common.ts';
import { comboSchema } from './market-types.ts';

const nothing = Type.Unknown({ description: 'never: the venue does not have this yet' });
const empty = Type.Array(Type.Unknown(), { maxItems: 0, description: 'always empty' });

const legSchema = Type.Object({
  instrument_name: optional(instrumentNameParam),
  amount: optional(Type.Number()),
  price: optional(Type.Number()),
  ratio: optional(Type.Integer()),
  direction: optional(sideWord),
});
const legs = Type.Array(legSchema);

const blockTerms = {
  timestamp: Type.Integer(),
  nonce: Type.String(),
  role: roleWord,
};

/** Params and result of each method of these groups. */
export const blockShapes = {
  combos: {
    params: Type.Object({ currency: currencyParam }),
    result: Type.Array(comboSchema),
  },
  comboIds: {
    params: Type.Object({
      currency: currencyParam,
      state: optional(Type.Enum(['active', 'inactive'])),
    }),
    result: Type.Array(Type.String()),
  },
  comboDetails: { params: Type.Object({ combo_id: Type.String() }), result: comboSchema },
  createCombo: { params: Type.Object({ trades: legs }), result: comboSchema },
  legPrices: {
    params: Type.Object({ legs, price: Type.Number() }),
    result: Type.Object({ legs: Type.Array(legSchema), amount: Type.Number() }),
  },
  verifyBlockTrade: { params: Type.Object({ ...blockTerms, trades: legs }), result: nothing },
  executeBlockTrade: {
    params: Type.Object({ ...blockTerms, trades: legs, counterparty_signature: Type.String() }),
    result: nothing,
  },
  simulateBlockTrade: {
    params: Type.Object({ role: optional(roleWord), trades: legs }),
    result: nothing,
  },
  blockTrade: { params: Type.Object({ id: Type.String() }), result: nothing },
  blockTrades: {
    params: Type.Object({
      currency: optional(currencyParam),
      count: optional(Type.Integer({ minimum: 1, maximum: 101 })),
      start_id: optional(Type.String()),
      end_id: optional(Type.String()),
      block_rfq_id: optional(Type.Integer()),
      broker_code: optional(Type.String()),
    }),
    result: empty,
  },
  blockTradeRequests: {
    params: Type.Object({ broker_code: optional(Type.String()) }),
    result: empty,
  },
  pendingBlockTrades: { params: emptyParams, result: empty },
  answerBlockTrade: { params: Type.Object(blockTerms), result: nothing },
  invalidateSignature: { params: Type.Object({ signature: Type.String() }), result: nothing },
  brokerTrades: {
    params: Type.Object({
      currency: optional(currencyParam),
      count: optional(countParam),
      start_id: optional(Type.String()),
      end_id: optional(Type.String()),
    }),
    result: Type.Object({ history: empty, next_start_id: Type.Null() }),
  },
  brokerTradeRequests: { params: emptyParams, result: empty },
  rfqTrades: {
    params: Type.Object({
      currency: currencyParam,
      continuation: optional(Type.String()),
      count: optional(countParam),
    }),
    result: Type.Object({ block_rfqs: empty, continuation: nullable(Type.String()) }),
  },
  createRfq: {
    params: Type.Object({
      legs,
      hedge: optional(Type.Unknown()),
      label: optional(Type.String()),
      makers: optional(Type.Array(Type.String())),
      disclosed: optional(Type.Boolean()),
    }),
    result: nothing,
  },
  acceptRfq: {
    params: Type.Object({
      block_rfq_id: Type.Integer(),
      price: Type.Number(),
      amount: Type.Number(),
      direction: sideWord,
      legs,
      time_in_force: optional(Type.Enum(['fill_or_kill', 'good_til_cancelled'])),
    }),
    result: nothing,
  },
  rfqById: { params: Type.Object({ block_rfq_id: Type.Integer() }), result: nothing },
  addRfqQuote: {
    params: Type.Object({
      block_rfq_id: Type.Integer(),
      amount: Type.Number(),
      direction: sideWord,
      legs,
      label: optional(Type.String()),
      price: optional(Type.Number()),
      execution_instruction: optional(Type.Enum(['all_or_none', 'any_part_of'])),
      expires_at: optional(Type.Integer()),
    }),
    result: nothing,
  },
  rfqQuoteKey: {
    params: Type.Object({
      block_rfq_quote_id: optional(Type.Integer()),
      label: optional(Type.String()),
      block_rfq_id: optional(Type.Integer()),
    }),
    result: nothing,
  },
  editRfqQuote: {
    params: Type.Object({
      legs,
      amount: Type.Number(),
      block_rfq_quote_id: optional(Type.Integer()),
      block_rfq_id: optional(Type.Integer()),
      label: optional(Type.String()),
      price: optional(Type.Number()),
    }),
    result: nothing,
  },
  cancelAllRfqQuotes: {
    params: Type.Object({
      block_rfq_id: optional(Type.Integer()),
      detailed: optional(Type.Boolean()),
    }),
    result: Type.Integer({ description: 'always 0' }),
  },
  rfqs: {
    params: Type.Object({
      count: optional(countParam),
      state: optional(Type.String()),
      role: optional(Type.String()),
      continuation: optional(Type.Integer()),
      block_rfq_id: optional(Type.Integer()),
      currency: optional(Type.String()),
    }),
    result: Type.Object({ block_rfqs: empty, continuation: nullable(Type.String()) }),
  },
  rfqQuotes: {
    params: Type.Object({
      block_rfq_id: optional(Type.Integer()),
      label: optional(Type.String()),
      block_rfq_quote_id: optional(Type.Integer()),
    }),
    result: empty,
  },
  rfqMakers: { params: emptyParams, result: empty },
  rfqUserInfo: {
    params: emptyParams,
    result: Type.Object({
      parent: Type.Object({ is_maker: Type.Boolean() }),
      users: Type.Array(Type.Object({ user_id: Type.Integer(), is_maker: Type.Boolean() })),
    }),
  },
  movePositions: {
    params: Type.Object({
      currency: optional(currencyParam),
      source_uid: Type.Integer(),
      target_uid: Type.Integer(),
      trades: legs,
    }),
    result: nothing,
  },
};
