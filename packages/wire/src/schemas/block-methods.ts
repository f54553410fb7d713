// Block methods: params and results of combos, block trades, block RFQ, mass quotes and
// market-maker protection: what this venue does not trade yet. Params are checked all the same, so
// that a client learns of a malformed request before it learns that the method is not there;
// results describe what the reads answer.
import Type from 'typebox';
import { orderSchema, userTradeSchema } from './account-types.ts';
import {
  countParam,
  currencyParam,
  emptyParams,
  instrumentNameParam,
  kindOrAnyParam,
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

const quoteSideSchema = Type.Object({
  price: optional(Type.Number()),
  amount: optional(Type.Number()),
  post_only: optional(Type.Boolean()),
  reject_post_only: optional(Type.Boolean()),
});

const blockTerms = {
  timestamp: Type.Integer(),
  nonce: Type.String(),
  role: roleWord,
};

const mmpKey = {
  index_name: optional(Type.String()),
  mmp_group: optional(Type.String()),
  block_rfq: optional(Type.Boolean()),
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
  massQuote: {
    params: Type.Object({
      quote_id: Type.String(),
      mmp_group: Type.String(),
      quotes: Type.Array(
        Type.Object({
          instrument_name: optional(instrumentNameParam),
          quote_set_id: optional(Type.String()),
          ask: optional(quoteSideSchema),
          bid: optional(quoteSideSchema),
        }),
      ),
      wait_for_response: optional(Type.Boolean()),
      detailed: optional(Type.Boolean()),
      valid_until: optional(Type.Integer()),
    }),
    result: Type.Object({
      orders: optional(Type.Array(orderSchema)),
      trades: optional(Type.Array(userTradeSchema)),
      errors_count: Type.Integer(),
    }),
  },
  cancelQuotes: {
    params: Type.Object({
      cancel_type: Type.Enum([
        'delta',
        'quote_set_id',
        'instrument',
        'instrument_kind',
        'currency',
        'currency_pair',
        'all',
      ]),
      detailed: optional(Type.Boolean()),
      freeze_quotes: optional(Type.Boolean()),
      min_delta: optional(Type.Number()),
      max_delta: optional(Type.Number()),
      quote_set_id: optional(Type.String()),
      instrument_name: optional(instrumentNameParam),
      kind: optional(kindOrAnyParam),
      currency: optional(currencyParam),
      currency_pair: optional(Type.String()),
    }),
    result: Type.Integer({ description: 'always 0: no quotes rest here' }),
  },
  mmpConfig: { params: Type.Object(mmpKey), result: empty },
  setMmpConfig: {
    params: Type.Object({
      index_name: Type.String(),
      interval: Type.Integer(),
      frozen_time: Type.Integer(),
      mmp_group: optional(Type.String()),
      quantity_limit: optional(Type.Number()),
      delta_limit: optional(Type.Number()),
      vega_limit: optional(Type.Number()),
      max_quote_quantity: optional(Type.Number()),
      block_rfq: optional(Type.Boolean()),
      trade_count_limit: optional(Type.Integer({ minimum: 1, maximum: 1000 })),
    }),
    result: nothing,
  },
  mmpStatus: { params: Type.Object(mmpKey), result: empty },
  resetMmp: { params: Type.Object({ ...mmpKey, index_name: Type.String() }), result: nothing },
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
