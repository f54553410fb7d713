// Deribit messages: names of contracts and the notifications of its JSON-RPC WebSocket, read into
// our shapes. Pure. Source: docs.deribit.com, API v2: public/get_instruments and the channels
// book.{instrument}.{interval}, ticker.{instrument}.{interval},
// trades.{kind}.{currency}.{interval}.
import { parseInstrumentName } from '@openstrike/domain';
import {
  type Fields,
  fieldsOf,
  idOf,
  integerOf,
  listOf,
  numberOf,
  optionalNumber,
  optionalPrice,
  priceOf,
  refuse,
  sideOf,
  sizeOf,
  textOf,
  usOfMs,
} from '../../core/fields.ts';
import { baseSize, inCoins, type Market } from '../../core/market.ts';
import type { PriceLevel } from '../../core/order-book.ts';
import type { BookIncrement } from '../../core/tracked-book.ts';
import type { QuoteEvent, TickerEvent, TradeEvent } from '../../market-event.ts';

const inDollars = { of: 'quote', amount: 1 } as const;

/** What a name such as `BTC-27DEC26-100000-C` stands for; null for what is not followed. */
export const deribitMarket = (venueSymbol: string): Market | null => {
  const parts = parseInstrumentName(venueSymbol);
  const [underlying, settlement] = parts?.family.split('_') ?? [];
  if (parts === null || (underlying !== 'BTC' && underlying !== 'ETH')) {
    return null;
  }
  if (settlement !== undefined && settlement !== 'USDC' && settlement !== 'USDT') {
    return null;
  }
  const linear = settlement !== undefined;
  const terms = {
    underlying,
    payoff: linear ? 'linear' : 'inverse',
    quote: settlement ?? 'USD',
  } as const;
  if (parts.kind === 'option') {
    const { kind, expiryUs, strike, optionType } = parts;
    const contract = { kind, ...terms, expiryUs, strike, optionType } as const;
    return { venueSymbol, contract, sizeUnit: inCoins };
  }
  const expiryUs = parts.kind === 'future' ? parts.expiryUs : null;
  const contract = { kind: parts.kind, ...terms, expiryUs } as const;
  return { venueSymbol, contract, sizeUnit: linear ? inCoins : inDollars };
};

/** The markets of an answer of public/get_instruments: active ones of the kinds followed. */
export const deribitListing = (answer: unknown): Market[] => {
  const markets: Market[] = [];
  for (const item of listOf(fieldsOf(answer, 'the answer')['result'], 'result')) {
    const row = fieldsOf(item, 'an instrument');
    const kind = textOf(row['kind'], 'kind');
    if ((kind !== 'option' && kind !== 'future') || row['is_active'] !== true) {
      continue;
    }
    const market = deribitMarket(textOf(row['instrument_name'], 'instrument_name'));
    if (market !== null) {
      markets.push(market);
    }
  }
  return markets;
};

const bookLevels = (value: unknown, what: string): PriceLevel[] =>
  listOf(value, what).map((item) => {
    const [action, price, size] = listOf(item, `a level of ${what}`);
    if (action !== 'new' && action !== 'change' && action !== 'delete') {
      return refuse(`the action of a level of ${what}`, 'new, change or delete', action);
    }
    return {
      price: priceOf(price, `a price of ${what}`),
      size: action === 'delete' ? 0 : sizeOf(size, `a size of ${what}`),
    };
  });

/** A notification of a book; `previous` is null on a whole book. */
export const deribitBook = (data: Fields, receivedUs: number): BookIncrement => {
  const previous = data['prev_change_id'];
  return {
    sequence: integerOf(data['change_id'], 'change_id'),
    previous:
      previous === undefined || previous === null ? null : integerOf(previous, 'prev_change_id'),
    bids: bookLevels(data['bids'], 'bids'),
    asks: bookLevels(data['asks'], 'asks'),
    sourceUs: usOfMs(data['timestamp'], 'timestamp'),
    receivedUs,
  };
};

const fromDeribit = (market: Market, data: Fields, receivedUs: number) =>
  ({
    source: 'deribit',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    sourceUs: usOfMs(data['timestamp'], 'timestamp'),
    receivedUs,
  }) as const;

/** Deribit gives volatilities in percent, and zero where there is none. */
const fractionOf = (value: unknown, what: string): number | null => {
  const percent = optionalNumber(value, what);
  return percent === null || percent === 0 ? null : percent / 100;
};

/** A notification of a ticker. */
export const deribitTicker = (market: Market, data: Fields, receivedUs: number): TickerEvent => {
  const option = market.contract.kind === 'option';
  const markPrice = optionalPrice(data['mark_price'], 'mark_price');
  const interest = optionalNumber(data['open_interest'], 'open_interest');
  return {
    type: 'ticker',
    ...fromDeribit(market, data, receivedUs),
    bidPrice: optionalPrice(data['best_bid_price'], 'best_bid_price'),
    askPrice: optionalPrice(data['best_ask_price'], 'best_ask_price'),
    lastPrice: optionalPrice(data['last_price'], 'last_price'),
    markPrice,
    markIv: fractionOf(data['mark_iv'], 'mark_iv'),
    bidIv: fractionOf(data['bid_iv'], 'bid_iv'),
    askIv: fractionOf(data['ask_iv'], 'ask_iv'),
    underlyingPrice: option ? optionalPrice(data['underlying_price'], 'underlying_price') : null,
    indexPrice: optionalPrice(data['index_price'], 'index_price'),
    openInterest:
      interest === null || (market.sizeUnit.of === 'quote' && markPrice === null)
        ? null
        : baseSize(market.sizeUnit, interest, markPrice ?? 1),
    fundingRate8h: optionalNumber(data['funding_8h'], 'funding_8h'),
  };
};

/** The best bid and ask that a ticker carries. */
export const deribitTickerQuote = (
  market: Market,
  data: Fields,
  receivedUs: number,
): QuoteEvent => {
  const bidPrice = optionalPrice(data['best_bid_price'], 'best_bid_price');
  const askPrice = optionalPrice(data['best_ask_price'], 'best_ask_price');
  const bidSize = optionalNumber(data['best_bid_amount'], 'best_bid_amount') ?? 0;
  const askSize = optionalNumber(data['best_ask_amount'], 'best_ask_amount') ?? 0;
  return {
    type: 'quote',
    ...fromDeribit(market, data, receivedUs),
    bidPrice,
    bidSize: bidPrice === null ? 0 : baseSize(market.sizeUnit, bidSize, bidPrice),
    askPrice,
    askSize: askPrice === null ? 0 : baseSize(market.sizeUnit, askSize, askPrice),
  };
};

/** One trade of a notification of trades. `M`, `T` or `MT` says whose side was a liquidation. */
export const deribitTrade = (market: Market, data: Fields, receivedUs: number): TradeEvent => {
  const price = priceOf(data['price'], 'price');
  return {
    type: 'trade',
    ...fromDeribit(market, data, receivedUs),
    tradeId: idOf(data['trade_id'], 'trade_id'),
    price,
    size: baseSize(market.sizeUnit, numberOf(data['amount'], 'amount'), price),
    side: sideOf(data['direction'], 'direction'),
    liquidation: data['liquidation'] !== undefined && data['liquidation'] !== null,
  };
};
