// Ticker rendering: one instrument's market in numbers, for tickers, order books, quotes and
// summaries. Invariant: volatilities leave as percent and rates as fractions; an empty side of a
// book is 0 in tickers and null in summaries, as clients expect of each.
import type { Instrument } from '@openstrike/domain';
import type { PublicBook, Ticker } from '@openstrike/feeds';
import { amountOf, percentOf, priceOf, roundTo, usdOf } from '../decimal-steps.ts';
import type { ApiOptionMark, ApiPerpetual, ApiQuote } from '../schemas/channel-types.ts';
import type { ApiBookSummary, ApiOrderBook, ApiTicker } from '../schemas/market-types.ts';
import { renderInstrumentState } from '../words.ts';
import { quoteCurrencyOf } from './render-instrument.ts';
import { msOf } from './render-order.ts';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

/**
 * Decimals of a mark: fine for prices in coin, cents and their hundredths for prices in dollars.
 */
export const markDecimals = (instrument: Instrument): number =>
  instrument.kind === 'option' && instrument.payoff === 'inverse' ? 6 : 4;

/** A forward that no listed future stands for is synthetic. */
export const underlyingIndexOf = (
  instrument: Instrument,
  isListed: (instrumentName: string) => boolean,
): string => {
  const date = instrument.name.split('-')[1] ?? '';
  const future = `${instrument.family}-${date}`;
  return isListed(future) ? future : `SYN.${future}`;
};

const statsOf = (ticker: Ticker): ApiTicker['stats'] => {
  const { instrument, stats } = ticker;
  const { highTicks, lowTicks, priceChange } = stats;
  return {
    high: highTicks === null ? null : priceOf(highTicks, instrument),
    low: lowTicks === null ? null : priceOf(lowTicks, instrument),
    price_change: priceChange === null ? null : roundTo(priceChange, 4),
    volume: roundTo(stats.volumeCoins, 8),
    volume_usd: roundTo(stats.volumeUsd, 2),
    volume_notional: roundTo(stats.volumeNotional, 8),
  };
};

/**
 * The ticker as clients read it.
 *
 * `underlyingIndex` names what an option's forward stands for; see `underlyingIndexOf`.
 */
export const renderTicker = (ticker: Ticker, underlyingIndex: string): ApiTicker => {
  const { instrument } = ticker;
  const bid = ticker.bestBidTicks;
  const ask = ticker.bestAskTicks;
  const rendered: Mutable<ApiTicker> = {
    instrument_name: instrument.name,
    timestamp: msOf(ticker.tsUs),
    state: renderInstrumentState(ticker.state),
    stats: statsOf(ticker),
    open_interest: amountOf(ticker.openInterestLots, instrument),
    best_bid_price: bid === null ? 0 : priceOf(bid, instrument),
    best_bid_amount: bid === null ? 0 : amountOf(ticker.bestBidLots, instrument),
    best_ask_price: ask === null ? 0 : priceOf(ask, instrument),
    best_ask_amount: ask === null ? 0 : amountOf(ticker.bestAskLots, instrument),
    index_price: usdOf(ticker.indexPrice),
    min_price: priceOf(ticker.bandMinTicks, instrument),
    max_price: priceOf(ticker.bandMaxTicks, instrument),
    mark_price: roundTo(ticker.markPrice, markDecimals(instrument)),
    last_price: ticker.lastTicks === null ? null : priceOf(ticker.lastTicks, instrument),
    estimated_delivery_price: usdOf(ticker.estimatedDeliveryPrice),
  };
  if (ticker.settlementPrice !== 0) {
    rendered.settlement_price = roundTo(ticker.settlementPrice, markDecimals(instrument));
  }
  if (ticker.deliveryPrice !== null) rendered.delivery_price = usdOf(ticker.deliveryPrice);
  if (instrument.kind === 'option') {
    addOptionMembers(rendered, ticker, underlyingIndex);
  } else if (instrument.kind === 'perpetual') {
    rendered.funding_8h = roundTo(ticker.funding8h, 10);
    rendered.current_funding = roundTo(ticker.currentFunding, 10);
    rendered.interest_value = roundTo(ticker.currentFunding * 100, 8);
  }
  return rendered;
};

const addOptionMembers = (
  rendered: Mutable<ApiTicker>,
  ticker: Ticker,
  underlyingIndex: string,
): void => {
  rendered.underlying_price = roundTo(ticker.underlyingPrice, 4);
  rendered.underlying_index = underlyingIndex;
  rendered.interest_rate = 0;
  rendered.mark_iv = percentOf(ticker.markIv);
  if (ticker.sliceKeptUs !== null) rendered.surface_kept_since = msOf(ticker.sliceKeptUs);
  rendered.bid_iv = percentOf(ticker.bidIv);
  rendered.ask_iv = percentOf(ticker.askIv);
  rendered.greeks = {
    delta: roundTo(ticker.delta, 5),
    gamma: roundTo(ticker.gamma, 8),
    vega: roundTo(ticker.vega, 5),
    theta: roundTo(ticker.theta, 5),
    rho: roundTo(ticker.rho, 5),
  };
};

/** The ticker with the best `depth` levels of the book. */
export const renderOrderBook = (
  ticker: Ticker,
  book: PublicBook,
  depth: number,
  underlyingIndex: string,
): ApiOrderBook => {
  const { instrument } = ticker;
  const level = (entry: PublicBook['bids'][number]): [number, number] => [
    priceOf(entry.priceTicks, instrument),
    amountOf(entry.sizeLots, instrument),
  ];
  return {
    ...renderTicker(ticker, underlyingIndex),
    change_id: book.changeId,
    bids: book.bids.slice(0, depth).map(level),
    asks: book.asks.slice(0, depth).map(level),
  };
};

/** One row of the book summaries; `nowMs` is when it was made. */
export const renderBookSummary = (
  ticker: Ticker,
  underlyingIndex: string,
  nowMs: number,
): ApiBookSummary => {
  const { instrument } = ticker;
  const bid = ticker.bestBidTicks === null ? null : priceOf(ticker.bestBidTicks, instrument);
  const ask = ticker.bestAskTicks === null ? null : priceOf(ticker.bestAskTicks, instrument);
  const stats = statsOf(ticker);
  const rendered: Mutable<ApiBookSummary> = {
    instrument_name: instrument.name,
    base_currency: instrument.underlying,
    quote_currency: quoteCurrencyOf(instrument),
    creation_timestamp: nowMs,
    high: stats.high,
    low: stats.low,
    last: ticker.lastTicks === null ? null : priceOf(ticker.lastTicks, instrument),
    bid_price: bid,
    ask_price: ask,
    mid_price: bid === null || ask === null ? null : roundTo((bid + ask) / 2, 8),
    mark_price: roundTo(ticker.markPrice, markDecimals(instrument)),
    price_change: stats.price_change,
    open_interest: amountOf(ticker.openInterestLots, instrument),
    volume: stats.volume,
    volume_usd: stats.volume_usd,
    volume_notional: roundTo(ticker.stats.volumeNotional, 8),
    estimated_delivery_price: usdOf(ticker.estimatedDeliveryPrice),
  };
  if (instrument.kind === 'option') {
    rendered.mark_iv = percentOf(ticker.markIv);
    rendered.interest_rate = 0;
    rendered.underlying_index = underlyingIndex;
    rendered.underlying_price = roundTo(ticker.underlyingPrice, 4);
  } else if (instrument.kind === 'perpetual') {
    rendered.current_funding = roundTo(ticker.currentFunding, 10);
    rendered.funding_8h = roundTo(ticker.funding8h, 10);
  }
  return rendered;
};

/** The best of both sides; 0 where a side is empty. */
export const renderQuote = (ticker: Ticker): ApiQuote => {
  const { instrument, bestBidTicks: bid, bestAskTicks: ask } = ticker;
  return {
    instrument_name: instrument.name,
    timestamp: msOf(ticker.tsUs),
    best_bid_price: bid === null ? 0 : priceOf(bid, instrument),
    best_bid_amount: bid === null ? 0 : amountOf(ticker.bestBidLots, instrument),
    best_ask_price: ask === null ? 0 : priceOf(ask, instrument),
    best_ask_amount: ask === null ? 0 : amountOf(ticker.bestAskLots, instrument),
  };
};

/** A row of `markprice.options`: the one place where a volatility leaves as a fraction. */
export const renderOptionMark = (ticker: Ticker): ApiOptionMark => ({
  instrument_name: ticker.instrument.name,
  mark_price: roundTo(ticker.markPrice, markDecimals(ticker.instrument)),
  iv: roundTo(ticker.markIv, 6),
  timestamp: msOf(ticker.tsUs),
  ...(ticker.sliceKeptUs !== null && { surface_kept_since: msOf(ticker.sliceKeptUs) }),
});

/** The data of `perpetual.{instrument}`. */
export const renderPerpetual = (ticker: Ticker): ApiPerpetual => ({
  interest: roundTo(ticker.currentFunding, 10),
  index_price: usdOf(ticker.indexPrice),
  timestamp: msOf(ticker.tsUs),
});
