// Channels: what can be subscribed to, with the data of each and what a slow reader gets of it, for
// the reference. Invariant: the rows name every channel that the door serves; those in which
// nothing can happen yet are told as such.
import Type, { type TSchema } from 'typebox';
import { announcementSchema } from './schemas/account-methods.ts';
import {
  orderSchema,
  portfolioSchema,
  positionSchema,
  userTradeSchema,
} from './schemas/account-types.ts';
import {
  bookMessageSchema,
  candleSchema,
  estimatedDeliverySchema,
  groupedBookSchema,
  incrementalTickerSchema,
  indexConstituentSchema,
  indexPriceSchema,
  indexStatisticsSchema,
  instrumentStateSchema,
  optionMarkSchema,
  perpetualSchema,
  platformStateSchema,
  publicMethodsStateSchema,
  quoteSchema,
  realisedNoticeSchema,
  volatilityNoticeSchema,
} from './schemas/channel-types.ts';
import { auctionsSchema, liquidationResultSchema } from './schemas/liquidation-methods.ts';
import { publicTradeSchema, tickerSchema } from './schemas/market-types.ts';
import { mmpTriggerSchema } from './schemas/quote-methods.ts';

export interface ChannelRow {
  /** With its variable parts in braces. */
  readonly name: string;
  readonly summary: string;
  /** Needed to hear it; null where anybody may. */
  readonly scope: string | null;
  /** Whether a slow reader gets the newest state instead of every notification. */
  readonly conflates: boolean;
  /** Null where nothing is ever sent. */
  readonly data: TSchema | null;
}

const row =
  (scope: string | null, conflates: boolean) =>
  (name: string, data: TSchema | null, summary: string): ChannelRow => ({
    name,
    data,
    summary,
    scope,
    conflates,
  });

const state = row(null, true);
const fact = row(null, false);
const trade = row('trade:read', false);
const account = row('account:read', false);

const market: readonly ChannelRow[] = [
  state(
    'book.{instrument}.{interval}',
    bookMessageSchema,
    'The whole book first, then its changes, each naming the one before.',
  ),
  state(
    'book.{instrument}.{group}.{depth}.{interval}',
    groupedBookSchema,
    'The best levels, whole each time; groups `none`, 1, 2, 5, 10, 25, 100, 250 (dollars; ' +
      'hundredths of them for ETH; ticks for options), depths 1, 10, 20.',
  ),
  state('quote.{instrument}', quoteSchema, 'Best prices and amounts, whenever they change.'),
  state('ticker.{instrument}.{interval}', tickerSchema, 'The whole ticker, whenever it changes.'),
  state(
    'incremental_ticker.{instrument}',
    incrementalTickerSchema,
    'The whole ticker first, then what changes of it, once a second.',
  ),
  fact(
    'trades.{instrument}.{interval}',
    Type.Array(publicTradeSchema),
    'Every trade, in order; `trade_seq` counts those of an instrument without a gap.',
  ),
  fact(
    'trades.{kind}.{currency}.{interval}',
    Type.Array(publicTradeSchema),
    'The same of all instruments of a kind and a settlement currency, each `any` if wished.',
  ),
  state(
    'chart.trades.{instrument}.{resolution}',
    candleSchema,
    'The candle of the period at hand (minutes or `1D`), flat where nothing traded; that of the ' +
      'period before once more where it was still changed.',
  ),
  state('perpetual.{instrument}.{interval}', perpetualSchema, 'Funding of a perpetual.'),
];

const venue: readonly ChannelRow[] = [
  state('deribit_price_index.{index}', indexPriceSchema, 'The index, each second.'),
  state(
    'deribit_price_ranking.{index}',
    Type.Array(indexConstituentSchema),
    'What the venues behind the index say, and how each counts.',
  ),
  state('deribit_price_statistics.{index}', indexStatisticsSchema, 'The last 24 hours.'),
  state('deribit_volatility_index.{index}', volatilityNoticeSchema, 'The volatility index.'),
  state(
    'realised_volatility.{index}',
    realisedNoticeSchema,
    'How much the index moved in the last hour and day, once a second.',
  ),
  state(
    'estimated_expiration_price.{index}',
    estimatedDeliverySchema,
    'What expiring contracts would settle at.',
  ),
  state(
    'markprice.options.{index}',
    Type.Array(optionMarkSchema),
    'Marks of all options of an index, once a second.',
  ),
  fact(
    'instrument.state.{kind}.{currency}',
    instrumentStateSchema,
    'Listings, settlements and deliveries.',
  ),
  fact(
    'platform_state',
    platformStateSchema,
    'Indexes whose markets are halted, or no longer are; and maintenance of the whole venue.',
  ),
  fact(
    'platform_state.public_methods_state',
    publicMethodsStateSchema,
    'Whether public methods need a login; told once.',
  ),
  fact(
    'announcements',
    Type.Object(
      {
        ...announcementSchema.properties,
        action: Type.Enum(['new', 'remove']),
        unread: Type.Integer(),
      },
      { title: 'announcement_notice' },
    ),
    'Notices of the operator.',
  ),
  fact('block_rfq.trades.{currency}', null, 'Accepted; there are no block RFQs yet.'),
];

const own: readonly ChannelRow[] = [
  trade(
    'user.orders.{instrument | kind.currency}.raw',
    orderSchema,
    "Each state of one's own orders.",
  ),
  trade(
    'user.orders.{instrument | kind.currency}.{100ms | agg2}',
    Type.Array(orderSchema),
    'The last states of the interval.',
  ),
  trade(
    'user.trades.{instrument | kind.currency}.{interval}',
    Type.Array(userTradeSchema),
    "One's own trades.",
  ),
  trade(
    'user.changes.{instrument | kind.currency}.{interval}',
    Type.Object({
      instrument_name: Type.String(),
      orders: Type.Array(orderSchema),
      trades: Type.Array(userTradeSchema),
      positions: Type.Array(positionSchema),
    }),
    'Orders, trades and the position of one instrument together.',
  ),
  trade('user.mmp_trigger.{index}', mmpTriggerSchema, 'A protection was crossed.'),
  row('account:read', true)(
    'user.portfolio.{currency}',
    portfolioSchema,
    'The summary of the account, `any` for one of each currency.',
  ),
  row('account:read', true)(
    'liquidation.auctions',
    auctionsSchema,
    'Liquidation auctions that may be answered, once a second while there are any.',
  ),
  account(
    'liquidation.results',
    liquidationResultSchema,
    'Slices that were sold in auctions, and how liquidations ended.',
  ),
  account(
    'user.lock',
    Type.Object({ currency: Type.String(), locked: Type.Boolean() }),
    'The operator has locked or freed the account.',
  ),
  account(
    'user.access_log',
    Type.Object({
      id: Type.Integer(),
      timestamp: Type.Integer(),
      ip: Type.String(),
      country: Type.String(),
      city: Type.String(),
      log: Type.String(),
      data: Type.String(),
    }),
    'Logins, also those that failed.',
  ),
  trade('user.combo_trades.{…}', null, 'Accepted; there are no combos yet.'),
  row('block_trade:read', false)(
    'block_trade_confirmations[.{currency}]',
    null,
    'Accepted; there are no block trades yet.',
  ),
  row('block_rfq:read', false)(
    'block_rfq.{maker | maker.quotes | taker}.{currency}',
    null,
    'Accepted; there are no block RFQs yet.',
  ),
];

export const channelRows: readonly ChannelRow[] = [...market, ...venue, ...own];
