// Channel types: the data of the notifications that are no method's answer. Invariant: as for the
// market types, what is sent is typed by these schemas.
import Type, { type Static } from 'typebox';
import { nullable, optional } from './common.ts';
import { priceLevelSchema, tickerSchema } from './market-types.ts';

const bookChangeSchema = Type.Tuple(
  [Type.Enum(['new', 'change', 'delete']), Type.Number(), Type.Number()],
  { title: '["new" | "change" | "delete", price, amount]' },
);
export type ApiBookChange = Static<typeof bookChangeSchema>;

const ms = Type.Integer({ description: 'milliseconds' });

export const bookMessageSchema = Type.Object(
  {
    type: Type.Enum(['snapshot', 'change']),
    timestamp: ms,
    instrument_name: Type.String(),
    change_id: Type.Integer(),
    prev_change_id: optional(
      Type.Integer({
        description: 'the change before, which a client must hold; never in a snapshot',
      }),
    ),
    bids: Type.Array(bookChangeSchema),
    asks: Type.Array(bookChangeSchema, { description: 'a deleted level has amount 0' }),
  },
  { title: 'book_message' },
);
export type ApiBookMessage = Static<typeof bookMessageSchema>;

export const groupedBookSchema = Type.Object(
  {
    timestamp: ms,
    instrument_name: Type.String(),
    change_id: Type.Integer(),
    bids: Type.Array(priceLevelSchema),
    asks: Type.Array(priceLevelSchema),
  },
  { title: 'grouped_book' },
);
export type ApiGroupedBook = Static<typeof groupedBookSchema>;

export const quoteSchema = Type.Object(
  {
    instrument_name: Type.String(),
    timestamp: ms,
    best_bid_price: Type.Number({ description: '0 when there is no bid' }),
    best_bid_amount: Type.Number(),
    best_ask_price: Type.Number({ description: '0 when there is no ask' }),
    best_ask_amount: Type.Number(),
  },
  { title: 'quote' },
);
export type ApiQuote = Static<typeof quoteSchema>;

export const incrementalTickerSchema = Type.Object(
  {
    ...Type.Partial(tickerSchema).properties,
    type: Type.Enum(['snapshot', 'change'], {
      description: 'a snapshot has all members of a ticker, a change those that are other now',
    }),
    instrument_name: Type.String(),
    timestamp: ms,
  },
  { title: 'ticker_change' },
);
export type ApiTickerChange = Static<typeof incrementalTickerSchema>;

export const candleSchema = Type.Object(
  {
    tick: Type.Integer({ description: 'start of the period, milliseconds' }),
    open: Type.Number(),
    high: Type.Number(),
    low: Type.Number(),
    close: Type.Number(),
    volume: Type.Number({ description: 'coins' }),
    cost: Type.Number({ description: 'USD' }),
  },
  { title: 'candle' },
);
export type ApiCandle = Static<typeof candleSchema>;

export const perpetualSchema = Type.Object(
  {
    interest: Type.Number({ description: 'current funding, a fraction' }),
    index_price: Type.Number(),
    timestamp: ms,
  },
  { title: 'perpetual' },
);
export type ApiPerpetual = Static<typeof perpetualSchema>;

export const indexPriceSchema = Type.Object(
  { index_name: Type.String(), price: Type.Number({ description: 'USD' }), timestamp: ms },
  { title: 'index_price' },
);
export type ApiIndexPrice = Static<typeof indexPriceSchema>;

export const indexConstituentSchema = Type.Object(
  {
    identifier: Type.String(),
    enabled: Type.Boolean({ description: 'whether it counts now' }),
    original_price: nullable(Type.Number({ description: 'as the venue said it' })),
    price: nullable(Type.Number({ description: 'as it counts: clamped around the median' })),
    weight: Type.Number({ description: 'percent' }),
    timestamp: nullable(ms),
  },
  { title: 'index_constituent' },
);
export type ApiIndexConstituent = Static<typeof indexConstituentSchema>;

export const indexStatisticsSchema = Type.Object(
  {
    index_name: Type.String(),
    change24h: Type.Number({ description: 'percent' }),
    high24h: Type.Number(),
    low24h: Type.Number(),
    high_volatility: Type.Boolean(),
  },
  { title: 'index_statistics' },
);
export type ApiIndexStatistics = Static<typeof indexStatisticsSchema>;

export const volatilityNoticeSchema = Type.Object(
  {
    index_name: Type.String(),
    timestamp: ms,
    volatility: Type.Number({ description: 'percent, of the coming 30 days' }),
    error: Type.Number({
      description: 'how far spreads and missing wings leave it open, percentage points',
    }),
  },
  { title: 'volatility_notice' },
);
export type ApiVolatilityNotice = Static<typeof volatilityNoticeSchema>;

export const realisedNoticeSchema = Type.Object(
  {
    index_name: Type.String(),
    timestamp: ms,
    volatility_1h: nullable(Type.Number({ description: 'percent a year; null: too few prices' })),
    volatility_24h: nullable(Type.Number({ description: 'percent a year; null: too few prices' })),
  },
  { title: 'realised_volatility_notice' },
);
export type ApiRealisedNotice = Static<typeof realisedNoticeSchema>;

export const estimatedDeliverySchema = Type.Object(
  {
    price: Type.Number(),
    seconds: Type.Integer({ description: 'until the next settlement' }),
    is_estimated: Type.Boolean({ description: 'whether the fixing runs' }),
    left_ticks: optional(Type.Integer({ description: 'of the fixing, while it runs' })),
    total_ticks: optional(Type.Integer()),
  },
  { title: 'estimated_delivery' },
);
export type ApiEstimatedDelivery = Static<typeof estimatedDeliverySchema>;

export const optionMarkSchema = Type.Object(
  {
    instrument_name: Type.String(),
    mark_price: Type.Number(),
    iv: Type.Number({ description: 'a fraction, alone among volatilities' }),
    timestamp: ms,
    surface_kept_since: optional(
      Type.Integer({
        description: 'ours: since then iv is of the fit before, for want of a new one',
      }),
    ),
  },
  { title: 'option_mark' },
);
export type ApiOptionMark = Static<typeof optionMarkSchema>;

export const instrumentStateSchema = Type.Object(
  {
    instrument_name: Type.String(),
    state: Type.Enum(['created', 'started', 'settled', 'closed', 'terminated']),
    timestamp: ms,
  },
  { title: 'instrument_state' },
);
export type ApiInstrumentState = Static<typeof instrumentStateSchema>;

/** Either an index and whether its markets are locked, or the maintenance of the whole venue. */
export const platformStateSchema = Type.Object(
  {
    price_index: optional(Type.String()),
    locked: optional(Type.Boolean({ description: 'with `price_index`' })),
    maintenance: optional(
      Type.Boolean({
        description: 'instead of both: whether the operator has halted the whole venue',
      }),
    ),
  },
  { title: 'platform_state' },
);
export type ApiPlatformState = Static<typeof platformStateSchema>;

export const publicMethodsStateSchema = Type.Object(
  { allow_unauthenticated_public_requests: Type.Boolean() },
  { title: 'public_methods_state' },
);
export type ApiPublicMethodsState = Static<typeof publicMethodsStateSchema>;
