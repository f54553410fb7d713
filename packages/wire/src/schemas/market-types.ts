// Market types: the named shapes of public answers. Invariant: what the renderers of this package
// return is typed by these schemas, so code and reference cannot drift apart.
import Type, { type Static } from 'typebox';
import {
  bookStateWord,
  kindParam,
  nullable,
  optional,
  settlementTypeWord,
  sideWord,
} from './common.ts';

export const tickSizeStepSchema = Type.Object({
  above_price: Type.Number(),
  tick_size: Type.Number(),
});

export const instrumentSchema = Type.Object(
  {
    instrument_id: Type.Integer(),
    instrument_name: Type.String(),
    kind: kindParam,
    instrument_type: Type.Enum(['linear', 'reversed']),
    base_currency: Type.String(),
    counter_currency: Type.String(),
    quote_currency: Type.String(),
    settlement_currency: Type.String(),
    settlement_period: Type.Enum(['day', 'week', 'month', 'perpetual']),
    price_index: Type.String(),
    state: bookStateWord,
    is_active: Type.Boolean(),
    rfq: Type.Boolean(),
    creation_timestamp: Type.Integer(),
    expiration_timestamp: Type.Integer(),
    tick_size: Type.Number(),
    tick_size_steps: Type.Array(tickSizeStepSchema),
    contract_size: Type.Number(),
    min_trade_amount: Type.Number(),
    maker_commission: Type.Number(),
    taker_commission: Type.Number(),
    strike: optional(Type.Number()),
    option_type: optional(Type.Enum(['call', 'put'])),
    future_type: optional(Type.Enum(['linear', 'reversed'])),
    max_leverage: optional(Type.Integer()),
  },
  { title: 'instrument' },
);
export type ApiInstrument = Static<typeof instrumentSchema>;

export const statsSchema = Type.Object(
  {
    high: nullable(Type.Number()),
    low: nullable(Type.Number()),
    price_change: nullable(Type.Number()),
    volume: Type.Number(),
    volume_usd: Type.Number(),
    volume_notional: optional(Type.Number()),
  },
  { title: 'stats' },
);

export const greeksSchema = Type.Object(
  {
    delta: Type.Number(),
    gamma: Type.Number(),
    vega: Type.Number(),
    theta: Type.Number(),
    rho: Type.Number(),
  },
  { title: 'greeks' },
);

const tickerProperties = {
  instrument_name: Type.String(),
  timestamp: Type.Integer(),
  state: bookStateWord,
  stats: statsSchema,
  open_interest: Type.Number(),
  best_bid_price: Type.Number({ description: '0 when there is no bid' }),
  best_bid_amount: Type.Number(),
  best_ask_price: Type.Number({ description: '0 when there is no ask' }),
  best_ask_amount: Type.Number(),
  index_price: Type.Number(),
  min_price: Type.Number(),
  max_price: Type.Number(),
  mark_price: Type.Number(),
  last_price: nullable(Type.Number()),
  underlying_price: optional(Type.Number()),
  underlying_index: optional(Type.String()),
  interest_rate: optional(Type.Number()),
  bid_iv: optional(Type.Number()),
  ask_iv: optional(Type.Number()),
  mark_iv: optional(Type.Number()),
  surface_kept_since: optional(
    Type.Integer({
      description:
        'ours, milliseconds: since then there is no new fit of this expiry, and mark_iv is of ' +
        'the one before; absent while it is fitted',
    }),
  ),
  greeks: optional(greeksSchema),
  funding_8h: optional(Type.Number()),
  current_funding: optional(Type.Number()),
  interest_value: optional(Type.Number()),
  delivery_price: optional(Type.Number()),
  settlement_price: optional(Type.Number()),
  estimated_delivery_price: Type.Number(),
};

export const tickerSchema = Type.Object(tickerProperties, { title: 'ticker' });
export type ApiTicker = Static<typeof tickerSchema>;

export const priceLevelSchema = Type.Tuple([Type.Number(), Type.Number()], {
  title: '[price, amount]',
});

export const orderBookSchema = Type.Object(
  {
    ...tickerProperties,
    change_id: Type.Integer(),
    bids: Type.Array(priceLevelSchema),
    asks: Type.Array(priceLevelSchema),
  },
  { title: 'order_book' },
);
export type ApiOrderBook = Static<typeof orderBookSchema>;

export const bookSummarySchema = Type.Object(
  {
    instrument_name: Type.String(),
    base_currency: Type.String(),
    quote_currency: Type.String(),
    creation_timestamp: Type.Integer({ description: 'when the summary was made' }),
    high: nullable(Type.Number()),
    low: nullable(Type.Number()),
    last: nullable(Type.Number()),
    bid_price: nullable(Type.Number()),
    ask_price: nullable(Type.Number()),
    mid_price: nullable(Type.Number()),
    mark_price: Type.Number(),
    price_change: nullable(Type.Number()),
    open_interest: Type.Number(),
    volume: Type.Number(),
    volume_usd: Type.Number(),
    volume_notional: optional(Type.Number()),
    estimated_delivery_price: optional(Type.Number()),
    current_funding: optional(Type.Number()),
    funding_8h: optional(Type.Number()),
    mark_iv: optional(Type.Number()),
    interest_rate: optional(Type.Number()),
    underlying_index: optional(Type.String()),
    underlying_price: optional(Type.Number()),
  },
  { title: 'book_summary' },
);
export type ApiBookSummary = Static<typeof bookSummarySchema>;

export const liquidationWord = Type.Enum(['M', 'T', 'MT']);

export const publicTradeSchema = Type.Object(
  {
    trade_id: Type.String(),
    trade_seq: Type.Integer(),
    instrument_name: Type.String(),
    timestamp: Type.Integer(),
    direction: sideWord,
    tick_direction: Type.Integer({ minimum: 0, maximum: 3 }),
    price: Type.Number(),
    amount: Type.Number(),
    contracts: Type.Number(),
    index_price: Type.Number(),
    mark_price: Type.Number(),
    iv: optional(Type.Number()),
    liquidation: optional(liquidationWord),
  },
  { title: 'public_trade' },
);
export type ApiPublicTrade = Static<typeof publicTradeSchema>;

export const settlementSchema = Type.Object(
  {
    type: settlementTypeWord,
    timestamp: Type.Integer(),
    instrument_name: Type.String(),
    index_price: Type.Number(),
    mark_price: optional(Type.Number()),
    position: Type.Number(),
    funding: Type.Number(),
    profit_loss: optional(Type.Number()),
    session_profit_loss: Type.Number(),
  },
  { title: 'settlement' },
);
export type ApiSettlement = Static<typeof settlementSchema>;

export const currencySchema = Type.Object(
  {
    currency: Type.String(),
    currency_long: Type.String(),
    coin_type: Type.String(),
    decimals: Type.Integer(),
    min_confirmations: Type.Integer(),
    min_withdrawal_fee: Type.Number(),
    withdrawal_fee: Type.Number(),
    withdrawal_priorities: Type.Array(Type.Object({ name: Type.String(), value: Type.Number() })),
    network_fee: Type.Number(),
    network_currency: Type.String(),
    in_cross_collateral_pool: Type.Boolean(),
  },
  { title: 'currency' },
);

export const comboSchema = Type.Object(
  {
    id: Type.String(),
    instrument_id: Type.Integer(),
    state: Type.Enum(['active', 'inactive']),
    state_timestamp: Type.Integer(),
    creation_timestamp: Type.Integer(),
    legs: Type.Array(Type.Object({ instrument_name: Type.String(), amount: Type.Integer() })),
  },
  { title: 'combo' },
);

export const tradesResult = Type.Object({
  trades: Type.Array(publicTradeSchema),
  has_more: Type.Boolean(),
});

export const settlementsResult = Type.Object({
  continuation: Type.String({ description: '`none` when there is no more' }),
  settlements: Type.Array(settlementSchema),
});
