// Trading methods: params and results of the private trading methods, one entry a method.
import Type from 'typebox';
import {
  orderResult,
  orderSchema,
  triggerOrderRecordSchema,
  userTradeSchema,
  userTradesResult,
} from './account-types.ts';
import {
  advancedWord,
  cancelTypeWord,
  countParam,
  currencyParam,
  indexNameParam,
  instrumentNameParam,
  kindOrAnyParam,
  kindParam,
  labelParam,
  nullable,
  offsetParam,
  openOrderTypeWord,
  optional,
  orderIdParam,
  orderTypeWord,
  sideWord,
  sortingWord,
  timeInForceWord,
  timestampMs,
  triggerWord,
} from './common.ts';

const linkedOrderSchema = Type.Object({
  amount: optional(Type.Number()),
  direction: optional(sideWord),
  type: optional(orderTypeWord),
  label: optional(labelParam),
  price: optional(Type.Number()),
  reduce_only: optional(Type.Boolean()),
  time_in_force: optional(timeInForceWord),
  post_only: optional(Type.Boolean()),
  reject_post_only: optional(Type.Boolean()),
  trigger_price: optional(Type.Number()),
  trigger_offset: optional(Type.Number()),
  trigger: optional(triggerWord),
});

const amountParams = {
  amount: optional(
    Type.Number({ description: 'coins; USD for inverse futures. This or `contracts` is needed' }),
  ),
  contracts: optional(Type.Number({ description: '`amount` over the contract size' })),
};

const orderFlags = {
  post_only: optional(Type.Boolean({ description: 'a crossing price moves behind the best' })),
  reject_post_only: optional(Type.Boolean({ description: 'a crossing order is refused' })),
  reduce_only: optional(Type.Boolean()),
  advanced: optional(advancedWord),
  mmp: optional(Type.Boolean()),
  valid_until: optional(Type.Integer({ description: 'milliseconds; later arrival is refused' })),
};

export const placeOrderShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    ...amountParams,
    type: optional(orderTypeWord),
    label: optional(labelParam),
    price: optional(Type.Number({ description: 'USD or percent with `advanced`' })),
    time_in_force: optional(timeInForceWord),
    display_amount: optional(Type.Number({ description: 'visible part of an iceberg' })),
    max_show: optional(Type.Number({ description: '`display_amount` by its former name' })),
    ...orderFlags,
    trigger: optional(triggerWord),
    trigger_price: optional(Type.Number()),
    trigger_offset: optional(Type.Number()),
    linked_order_type: optional(
      Type.Enum(['one_triggers_other', 'one_cancels_other', 'one_triggers_one_cancels_other']),
    ),
    trigger_fill_condition: optional(Type.Enum(['first_hit', 'complete_fill', 'incremental'])),
    otoco_config: optional(Type.Array(linkedOrderSchema)),
    client_key: optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description:
          'an addition to Deribit: a retry with the same key answers the first result again',
      }),
    ),
  }),
  result: orderResult,
};

const editParams = {
  ...amountParams,
  price: optional(Type.Number()),
  ...orderFlags,
  trigger_price: optional(Type.Number()),
  trigger_offset: optional(Type.Number()),
  display_amount: optional(Type.Number()),
};

export const editShape = {
  params: Type.Object({ order_id: orderIdParam, ...editParams }),
  result: orderResult,
};

export const editByLabelShape = {
  params: Type.Object({
    label: optional(labelParam),
    instrument_name: instrumentNameParam,
    ...editParams,
  }),
  result: orderResult,
};

export const cancelShape = {
  params: Type.Object({ order_id: orderIdParam }),
  result: orderSchema,
};

const cancelReportSchema = Type.Object({
  currency: Type.String(),
  type: Type.Enum(['trigger', 'limit']),
  instrument_name: Type.String(),
  result: Type.Array(orderSchema),
});

export const cancelCountResult = Type.Union([Type.Integer(), Type.Array(cancelReportSchema)]);

const cancelOptions = {
  detailed: optional(Type.Boolean({ default: false })),
  freeze_quotes: optional(Type.Boolean()),
};

export const cancelAllShape = { params: Type.Object(cancelOptions), result: cancelCountResult };

export const cancelByCurrencyShape = {
  params: Type.Object({
    currency: currencyParam,
    kind: optional(kindOrAnyParam),
    type: optional(cancelTypeWord),
    ...cancelOptions,
  }),
  result: cancelCountResult,
};

export const cancelByPairShape = {
  params: Type.Object({
    currency_pair: indexNameParam,
    kind: optional(kindOrAnyParam),
    type: optional(cancelTypeWord),
    ...cancelOptions,
  }),
  result: cancelCountResult,
};

export const cancelByInstrumentShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    type: optional(cancelTypeWord),
    include_combos: optional(Type.Boolean()),
    ...cancelOptions,
  }),
  result: cancelCountResult,
};

export const cancelByKindOrTypeShape = {
  params: Type.Object({
    currency: Type.Union([Type.Array(Type.String()), Type.String()]),
    kind: optional(kindOrAnyParam),
    type: optional(cancelTypeWord),
    ...cancelOptions,
  }),
  result: cancelCountResult,
};

export const cancelByLabelShape = {
  params: Type.Object({ label: labelParam, currency: optional(currencyParam) }),
  result: cancelCountResult,
};

export const closePositionShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    type: Type.Enum(['limit', 'market']),
    price: optional(Type.Number()),
  }),
  result: orderResult,
};

export const marginsShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    amount: Type.Number({ exclusiveMinimum: 0 }),
    price: Type.Number({ exclusiveMinimum: 0 }),
  }),
  result: Type.Object({
    buy: Type.Number(),
    sell: Type.Number(),
    min_price: Type.Number(),
    max_price: Type.Number(),
  }),
};

export const orderMarginsShape = {
  params: Type.Object({ ids: Type.Array(Type.String()) }),
  result: Type.Array(
    Type.Object({
      order_id: Type.String(),
      initial_margin: Type.Number(),
      initial_margin_currency: Type.String(),
    }),
  ),
};

const ordersResult = Type.Array(orderSchema);

export const openOrdersShape = {
  params: Type.Object({ kind: optional(kindParam), type: optional(openOrderTypeWord) }),
  result: ordersResult,
};

export const openOrdersByCurrencyShape = {
  params: Type.Object({
    currency: currencyParam,
    kind: optional(kindParam),
    type: optional(openOrderTypeWord),
  }),
  result: ordersResult,
};

export const openOrdersByInstrumentShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    type: optional(openOrderTypeWord),
  }),
  result: ordersResult,
};

export const ordersByLabelShape = {
  params: Type.Object({ currency: currencyParam, label: optional(labelParam) }),
  result: ordersResult,
};

export const orderStateShape = {
  params: Type.Object({ order_id: orderIdParam }),
  result: orderSchema,
};

const orderHistoryFilters = {
  count: optional(countParam),
  offset: optional(offsetParam),
  include_old: optional(Type.Boolean()),
  include_unfilled: optional(Type.Boolean({ default: false })),
  with_continuation: optional(Type.Boolean({ default: false })),
  continuation: optional(Type.String()),
  historical: optional(Type.Boolean()),
};

const orderHistoryResult = Type.Union([
  ordersResult,
  Type.Object({ orders: ordersResult, continuation: nullable(Type.String()) }),
]);

export const orderHistoryByCurrencyShape = {
  params: Type.Object({
    currency: currencyParam,
    kind: optional(kindOrAnyParam),
    ...orderHistoryFilters,
  }),
  result: orderHistoryResult,
};

export const orderHistoryByInstrumentShape = {
  params: Type.Object({ instrument_name: instrumentNameParam, ...orderHistoryFilters }),
  result: orderHistoryResult,
};

export const triggerHistoryShape = {
  params: Type.Object({
    currency: currencyParam,
    instrument_name: optional(instrumentNameParam),
    count: optional(countParam),
    continuation: optional(Type.String()),
  }),
  result: Type.Object({
    entries: Type.Array(triggerOrderRecordSchema),
    continuation: nullable(Type.String()),
  }),
};

const userTradeFilters = {
  count: optional(countParam),
  sorting: optional(sortingWord),
  historical: optional(Type.Boolean()),
  subaccount_id: optional(Type.Integer()),
};

export const userTradesByCurrencyShape = {
  params: Type.Object({
    currency: currencyParam,
    kind: optional(kindOrAnyParam),
    start_id: optional(Type.String()),
    end_id: optional(Type.String()),
    start_timestamp: optional(timestampMs),
    end_timestamp: optional(timestampMs),
    ...userTradeFilters,
  }),
  result: userTradesResult,
};

export const userTradesByCurrencyAndTimeShape = {
  params: Type.Object({
    currency: currencyParam,
    kind: optional(kindOrAnyParam),
    start_timestamp: optional(timestampMs),
    end_timestamp: optional(timestampMs),
    ...userTradeFilters,
  }),
  result: userTradesResult,
};

export const userTradesByInstrumentShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    start_seq: optional(Type.Integer()),
    end_seq: optional(Type.Integer()),
    start_timestamp: optional(timestampMs),
    end_timestamp: optional(timestampMs),
    ...userTradeFilters,
  }),
  result: userTradesResult,
};

export const userTradesByInstrumentAndTimeShape = {
  params: Type.Object({
    instrument_name: instrumentNameParam,
    start_timestamp: optional(timestampMs),
    end_timestamp: optional(timestampMs),
    ...userTradeFilters,
  }),
  result: userTradesResult,
};

export const userTradesByOrderShape = {
  params: Type.Object({
    order_id: orderIdParam,
    sorting: optional(sortingWord),
    historical: optional(Type.Boolean()),
  }),
  result: Type.Array(userTradeSchema),
};
