// Bybit messages: names of contracts and the public topics of the WebSocket API v5, read into our
// shapes. Pure. One name can stand for two contracts (BTCUSDT is a pair and a perpetual), so the
// names of futures carry their category before a colon. Source: bybit-exchange.github.io/docs/v5:
// market/instruments-info, topics orderbook, publicTrade, tickers.
import { expiryOfCode } from '@openstrike/domain';
import {
  type Fields,
  fieldsOf,
  idOf,
  integerOf,
  listOf,
  optionalNumber,
  optionalPrice,
  priceOf,
  sideOf,
  sizeOf,
  textOf,
  usOfMs,
} from '../../core/fields.ts';
import { baseSize, inCoins, type Market } from '../../core/market.ts';
import { levelsOf } from '../../core/price-levels.ts';
import type { TickerValues } from '../../core/ticker-parts.ts';
import type { BookIncrement } from '../../core/tracked-book.ts';
import type { QuoteEvent, TradeEvent } from '../../market-event.ts';
import { spotSymbols } from '../spot-market.ts';

export type BybitCategory = 'spot' | 'linear' | 'inverse' | 'option';

const spot = spotSymbols((base, quote) => base + quote);
const inDollars = { of: 'quote', amount: 1 } as const;

/** The category of a name of ours, and the venue's name within it. */
export const bybitName = (market: Market): { category: BybitCategory; name: string } => {
  const { venueSymbol, contract } = market;
  const at = venueSymbol.indexOf(':');
  if (at < 0) {
    return { category: contract.kind === 'spot' ? 'spot' : 'option', name: venueSymbol };
  }
  const category = venueSymbol.startsWith('inverse') ? 'inverse' : 'linear';
  return { category, name: venueSymbol.slice(at + 1) };
};

const optionForm = /^(BTC|ETH)-(\d{1,2}[A-Z]{3}\d{2})-(\d+(?:\.\d+)?)-([CP])(?:-(USDT))?$/;
const linearForm = /^linear:(BTC|ETH)(USDT|PERP|)(?:-(\d{1,2}[A-Z]{3}\d{2}))?$/;

/** What a name such as `BTCUSDT`, `linear:BTCUSDT` or `BTC-25DEC26-100000-C-USDT` stands for. */
export const bybitMarket = (venueSymbol: string): Market | null => {
  const option = optionForm.exec(venueSymbol);
  if (option !== null) {
    const [, coin, date, strikeText, typeText, settle] = option;
    const expiryUs = expiryOfCode(date as string);
    const contract = {
      kind: 'option',
      underlying: coin as 'BTC' | 'ETH',
      payoff: 'linear',
      quote: settle === undefined ? 'USDC' : 'USDT',
      expiryUs: expiryUs ?? 0,
      strike: Number(strikeText),
      optionType: typeText === 'C' ? 'call' : 'put',
    } as const;
    return expiryUs === null ? null : { venueSymbol, contract, sizeUnit: inCoins };
  }
  const linear = linearForm.exec(venueSymbol);
  if (linear !== null) {
    return linearMarket(venueSymbol, linear);
  }
  const inverse = /^inverse:(BTC|ETH)USD$/.exec(venueSymbol);
  if (inverse !== null) {
    const underlying = inverse[1] as 'BTC' | 'ETH';
    const terms = { underlying, payoff: 'inverse', quote: 'USD', expiryUs: null } as const;
    return { venueSymbol, contract: { kind: 'perpetual', ...terms }, sizeUnit: inDollars };
  }
  return spot.get(venueSymbol) ?? null;
};

/** BTCUSDT and BTCPERP are perpetuals; BTCUSDT-25DEC26 and BTC-25DEC26 are futures. */
const linearMarket = (venueSymbol: string, match: RegExpExecArray): Market | null => {
  const [, coin, suffix, date] = match;
  const expiryUs = date === undefined ? null : expiryOfCode(date);
  const dated = date !== undefined;
  if ((dated && (expiryUs === null || suffix === 'PERP')) || (!dated && suffix === '')) {
    return null;
  }
  const underlying = coin as 'BTC' | 'ETH';
  const quote = suffix === 'USDT' ? 'USDT' : 'USDC';
  const terms = { underlying, payoff: 'linear', quote, expiryUs } as const;
  const kind = dated ? 'future' : 'perpetual';
  return { venueSymbol, contract: { kind, ...terms }, sizeUnit: inCoins };
};

/** One page of market/instruments-info: the markets of BTC and ETH, and where the next begins. */
export const bybitListing = (
  category: BybitCategory,
  answer: unknown,
): { markets: Market[]; cursor: string } => {
  const result = fieldsOf(fieldsOf(answer, 'the answer')['result'], 'result');
  const markets: Market[] = [];
  for (const item of listOf(result['list'], 'list')) {
    const row = fieldsOf(item, 'an instrument');
    const name = textOf(row['symbol'], 'symbol');
    if (row['status'] !== 'Trading') {
      continue;
    }
    const market = bybitMarket(category === 'option' ? name : `${category}:${name}`);
    const dated = market === null ? inverseFuture(row, name) : market;
    if (dated !== null) {
      markets.push(dated);
    }
  }
  return { markets, cursor: textOf(result['nextPageCursor'] ?? '', 'nextPageCursor') };
};

/** Inverse futures are named by quarter, such as BTCUSDZ26: only the listing says their expiry. */
const inverseFuture = (row: Fields, name: string): Market | null => {
  const match = /^(BTC|ETH)USD[HMUZ]\d{2}$/.exec(name);
  if (match === null || row['contractType'] !== 'InverseFutures') {
    return null;
  }
  const underlying = match[1] as 'BTC' | 'ETH';
  const expiryUs = usOfMs(row['deliveryTime'], 'deliveryTime');
  const contract = {
    kind: 'future',
    underlying,
    payoff: 'inverse',
    quote: 'USD',
    expiryUs,
  } as const;
  return { venueSymbol: `inverse:${name}`, contract, sizeUnit: inDollars };
};

/** A frame of the topic orderbook. Update ids of a symbol count on by one; 1 is a restart. */
export const bybitBook = (
  frame: Fields,
  receivedUs: number,
): BookIncrement & { readonly name: string; readonly whole: boolean } => {
  const data = fieldsOf(frame['data'], 'data');
  const sequence = integerOf(data['u'], 'u');
  return {
    name: textOf(data['s'], 's'),
    whole: frame['type'] === 'snapshot' || sequence === 1,
    sequence,
    previous: sequence - 1,
    bids: levelsOf(data['b'], 'b'),
    asks: levelsOf(data['a'], 'a'),
    sourceUs: usOfMs(frame['ts'], 'ts'),
    receivedUs,
  };
};

/** One trade of the topic publicTrade. */
export const bybitTrade = (market: Market, data: Fields, receivedUs: number): TradeEvent => {
  const price = priceOf(data['p'], 'p');
  return {
    type: 'trade',
    source: 'bybit',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    sourceUs: usOfMs(data['T'], 'T'),
    receivedUs,
    tradeId: idOf(data['i'], 'i'),
    price,
    size: baseSize(market.sizeUnit, sizeOf(data['v'], 'v'), price),
    side: sideOf(data['S'], 'S'),
    liquidation: null,
  };
};

/** The best bid and ask of an option's ticker. */
export const bybitQuote = (
  market: Market,
  data: Fields,
  times: { readonly sourceUs: number; readonly receivedUs: number },
): QuoteEvent => {
  const bidPrice = optionalPrice(data['bidPrice'], 'bidPrice');
  const askPrice = optionalPrice(data['askPrice'], 'askPrice');
  return {
    type: 'quote',
    source: 'bybit',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    ...times,
    bidPrice,
    bidSize: bidPrice === null ? 0 : (optionalNumber(data['bidSize'], 'bidSize') ?? 0),
    askPrice,
    askSize: askPrice === null ? 0 : (optionalNumber(data['askSize'], 'askSize') ?? 0),
  };
};

/** What a ticker of an option says: all of it, every time. */
const optionValues = (data: Fields): Partial<TickerValues> => ({
  bidPrice: optionalPrice(data['bidPrice'], 'bidPrice'),
  askPrice: optionalPrice(data['askPrice'], 'askPrice'),
  lastPrice: optionalPrice(data['lastPrice'], 'lastPrice'),
  markPrice: optionalPrice(data['markPrice'], 'markPrice'),
  markIv: optionalPrice(data['markPriceIv'], 'markPriceIv'),
  bidIv: optionalPrice(data['bidIv'], 'bidIv'),
  askIv: optionalPrice(data['askIv'], 'askIv'),
  underlyingPrice: optionalPrice(data['underlyingPrice'], 'underlyingPrice'),
  indexPrice: optionalPrice(data['indexPrice'], 'indexPrice'),
  openInterest: optionalNumber(data['openInterest'], 'openInterest'),
});

/** What a ticker says of its market: of a future only what has changed. */
export const bybitTickerValues = (market: Market, data: Fields): Partial<TickerValues> => {
  if (market.contract.kind === 'option') {
    return optionValues(data);
  }
  const values: Partial<Record<keyof TickerValues, number | null>> = {};
  const prices = [
    ['bidPrice', 'bid1Price'],
    ['askPrice', 'ask1Price'],
    ['lastPrice', 'lastPrice'],
    ['markPrice', 'markPrice'],
    ['indexPrice', 'indexPrice'],
  ] as const;
  for (const [ours, theirs] of prices) {
    if (data[theirs] !== undefined) {
      values[ours] = optionalPrice(data[theirs], theirs);
    }
  }
  if (data['openInterest'] !== undefined) {
    // Of inverse contracts the interest is in dollars, and their value in coins stands beside it.
    const field = market.sizeUnit.of === 'quote' ? 'openInterestValue' : 'openInterest';
    values.openInterest = optionalNumber(data[field], field);
  }
  if (data['fundingRate'] !== undefined) {
    const rate = optionalNumber(data['fundingRate'], 'fundingRate');
    const hours = optionalNumber(data['fundingIntervalHour'], 'fundingIntervalHour') ?? 8;
    values.fundingRate8h = rate === null || hours <= 0 ? null : (rate * 8) / hours;
  }
  return values;
};
