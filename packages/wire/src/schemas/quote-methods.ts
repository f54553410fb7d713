// Quote methods: mass quotes and market-maker protection. `gamma_limit`, `expiration_timestamp`
// and the word that says which limit was crossed are this venue's own.
import { mmpCauses, quotesPerRequestMax } from '@openstrike/domain';
import Type from 'typebox';
import { orderSchema, userTradeSchema } from './account-types.ts';
import {
  currencyParam,
  instrumentNameParam,
  kindOrAnyParam,
  okResult,
  optional,
  sideWord,
  timestampMs,
} from './common.ts';

const seconds = Type.Number({ minimum: 0, maximum: 3600, description: 'seconds' });
const limit = Type.Number({ exclusiveMinimum: 0 });
const groupParam = Type.String({ maxLength: 64, title: 'mmp group' });
const nameParam = Type.String({ maxLength: 64 });
const expiration = Type.Integer({ description: 'only contracts of this expiry, milliseconds' });

const scopeMembers = {
  index_name: Type.String(),
  mmp_group: optional(Type.String()),
  expiration_timestamp: optional(expiration),
};

const limitMembers = {
  quantity_limit: optional(Type.Number({ ...limit, description: 'coins, gross' })),
  delta_limit: optional(Type.Number({ ...limit, description: 'coins, net' })),
  vega_limit: optional(Type.Number({ ...limit, description: 'USD per point, net' })),
  gamma_limit: optional(Type.Number({ ...limit, description: 'coins of delta per 1 %, net' })),
  trade_count_limit: optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  max_quote_quantity: optional(
    Type.Number({ ...limit, description: 'coins open on one side of one contract' }),
  ),
};

export const mmpConfigSchema = Type.Object(
  { ...scopeMembers, interval: Type.Number(), frozen_time: Type.Number(), ...limitMembers },
  { title: 'mmp config' },
);

export const mmpStatusSchema = Type.Object(
  {
    ...scopeMembers,
    frozen_until: Type.Integer({ description: 'milliseconds; 0 until it is reset' }),
  },
  { title: 'mmp status' },
);

export const mmpTriggerSchema = Type.Object(
  { ...mmpStatusSchema.properties, trigger: Type.Enum([...mmpCauses]) },
  { title: 'mmp trigger' },
);

const scopeParams = {
  index_name: Type.String({ description: 'or `all`' }),
  mmp_group: optional(groupParam),
  expiration_timestamp: optional(expiration),
  block_rfq: optional(Type.Boolean()),
};
const readParams = Type.Object({ ...scopeParams, index_name: optional(scopeParams.index_name) });

const quoteSideParam = Type.Object({
  price: optional(Type.Number()),
  amount: optional(Type.Number({ description: 'to rest; 0 takes the quote out' })),
  post_only: optional(Type.Boolean()),
  reject_post_only: optional(Type.Boolean()),
});

const quoteErrorSchema = Type.Object({
  instrument_name: Type.String(),
  side: sideWord,
  quote_set_id: Type.String(),
  error: Type.Object({ code: Type.Integer(), message: Type.String() }),
});

const cancelTypes = [
  'delta',
  'quote_set_id',
  'instrument',
  'instrument_kind',
  'currency',
  'currency_pair',
  'all',
] as const;

export const quoteShapes = {
  massQuote: {
    params: Type.Object({
      quote_id: nameParam,
      mmp_group: groupParam,
      quotes: Type.Array(
        Type.Object({
          instrument_name: instrumentNameParam,
          quote_set_id: optional(nameParam),
          ask: optional(quoteSideParam),
          bid: optional(quoteSideParam),
        }),
        { maxItems: quotesPerRequestMax },
      ),
      wait_for_response: optional(Type.Boolean()),
      detailed: optional(Type.Boolean({ description: 'answer orders, trades and errors too' })),
      valid_until: optional(timestampMs),
    }),
    result: Type.Object({
      orders: optional(Type.Array(orderSchema)),
      trades: optional(Type.Array(userTradeSchema)),
      errors: optional(Type.Array(quoteErrorSchema)),
      errors_count: Type.Integer(),
    }),
  },
  cancelQuotes: {
    params: Type.Object({
      cancel_type: Type.Enum([...cancelTypes]),
      detailed: optional(Type.Boolean()),
      freeze_quotes: optional(Type.Boolean({ description: 'refuses new quotes for a second' })),
      min_delta: optional(Type.Number({ minimum: -1, maximum: 1 })),
      max_delta: optional(Type.Number({ minimum: -1, maximum: 1 })),
      quote_set_id: optional(nameParam),
      instrument_name: optional(instrumentNameParam),
      kind: optional(kindOrAnyParam),
      currency: optional(currencyParam),
      currency_pair: optional(Type.String()),
    }),
    result: Type.Union([
      Type.Integer({ description: 'quotes that were taken out' }),
      Type.Array(orderSchema),
    ]),
  },
  getMmpConfig: { params: readParams, result: Type.Array(mmpConfigSchema) },
  setMmpConfig: {
    params: Type.Object({
      ...scopeParams,
      interval: seconds,
      frozen_time: seconds,
      ...limitMembers,
    }),
    result: Type.Array(mmpConfigSchema),
  },
  getMmpStatus: { params: readParams, result: Type.Array(mmpStatusSchema) },
  resetMmp: { params: Type.Object(scopeParams), result: okResult },
};
