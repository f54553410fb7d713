// OKX messages: names of instruments and the public channels of the WebSocket API v5, read into our
// shapes. Pure. Source: okx.com/docs-v5: public/instruments, channels books, trades, option-trades,
// tickers, mark-price, opt-summary, open-interest, funding-rate, index-tickers.
import { crc32 } from 'node:zlib';
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
  sideOf,
  sizeOf,
  textOf,
  usOfMs,
} from '../../core/fields.ts';
import { baseSize, type Market, type SizeUnit } from '../../core/market.ts';
import type { OrderBook, PriceLevel } from '../../core/order-book.ts';
import { levelsOf } from '../../core/price-levels.ts';
import type { TickerValues } from '../../core/ticker-parts.ts';
import type { BookIncrement } from '../../core/tracked-book.ts';
import type { QuoteEvent, TradeEvent } from '../../market-event.ts';
import { expiryOfDigits } from '../expiry-digits.ts';
import { spotSymbols } from '../spot-market.ts';

const spot = spotSymbols((base, quote) => `${base}-${quote}`);

const derivative = /^(BTC|ETH)-(USD|USDC|USDT)-(?:(SWAP)|(\d{6})(?:-(\d+(?:\.\d+)?)-([CP]))?)$/;

/** Coins, or dollars, of one contract, as the venue lists BTC and ETH. */
const contractSize = (underlying: 'BTC' | 'ETH', linear: boolean, option: boolean): SizeUnit => {
  const coins = underlying === 'BTC' ? 0.01 : 0.1;
  return linear || option
    ? { of: 'base', amount: coins }
    : { of: 'quote', amount: underlying === 'BTC' ? 100 : 10 };
};

/** What a name such as `BTC-USDT`, `BTC-USD-SWAP` or `BTC-USD-261227-100000-C` stands for. */
export const okxMarket = (venueSymbol: string): Market | null => {
  const match = derivative.exec(venueSymbol);
  if (match === null) {
    return spot.get(venueSymbol) ?? null;
  }
  const [, coin, quoteText, swap, date, strikeText, typeText] = match;
  const underlying = coin as 'BTC' | 'ETH';
  const quote = quoteText as 'USD' | 'USDC' | 'USDT';
  const linear = quote !== 'USD';
  const terms = { underlying, payoff: linear ? 'linear' : 'inverse', quote } as const;
  const expiryUs = date === undefined ? null : expiryOfDigits(date);
  if (swap === undefined && expiryUs === null) {
    return null;
  }
  if (strikeText !== undefined && expiryUs !== null) {
    const optionType = typeText === 'C' ? 'call' : 'put';
    const strike = Number(strikeText);
    const contract = { kind: 'option', ...terms, expiryUs, strike, optionType } as const;
    return { venueSymbol, contract, sizeUnit: contractSize(underlying, linear, true) };
  }
  const kind = swap === undefined ? 'future' : 'perpetual';
  const contract = { kind, ...terms, expiryUs } as const;
  return { venueSymbol, contract, sizeUnit: contractSize(underlying, linear, false) };
};

/** The markets of an answer of public/instruments, with the contract sizes that it states. */
export const okxListing = (answer: unknown): Market[] => {
  const markets: Market[] = [];
  for (const item of listOf(fieldsOf(answer, 'the answer')['data'], 'data')) {
    const row = fieldsOf(item, 'an instrument');
    const market = okxMarket(textOf(row['instId'], 'instId'));
    if (row['state'] !== 'live' || market === null) {
      continue;
    }
    const amount = sizeOf(row['ctVal'], 'ctVal') * sizeOf(row['ctMult'], 'ctMult');
    const of = row['ctValCcy'] === 'USD' ? 'quote' : 'base';
    markets.push({ ...market, sizeUnit: { of, amount } });
  }
  return markets;
};

const bookLevels = (value: unknown, what: string): PriceLevel[] =>
  levelsOf(value, what, (price, size) => `${String(price)}:${String(size)}`);

export interface OkxBook extends BookIncrement {
  /** Null where the venue sends zero: it no longer makes checksums on every channel. */
  readonly checksum: number | null;
}

/** One item of the channel books. */
export const okxBook = (data: Fields, receivedUs: number): OkxBook => {
  const checksum = data['checksum'] === undefined ? 0 : integerOf(data['checksum'], 'checksum');
  return {
    sequence: integerOf(data['seqId'], 'seqId'),
    previous: integerOf(data['prevSeqId'], 'prevSeqId'),
    bids: bookLevels(data['bids'], 'bids'),
    asks: bookLevels(data['asks'], 'asks'),
    checksum: checksum === 0 ? null : checksum,
    sourceUs: usOfMs(data['ts'], 'ts'),
    receivedUs,
  };
};

/** Levels of each side that the checksum is made of. */
const checksumDepth = 25;

/** The checksum of a book: CRC-32, signed, of bid and ask in turn, as `price:size`. */
export const okxChecksum = (book: OrderBook): number => {
  const parts: string[] = [];
  for (let rank = 0; rank < checksumDepth; rank++) {
    for (const side of [book.bids, book.asks]) {
      const text = side.at(rank)?.text;
      if (text !== undefined) {
        parts.push(text);
      }
    }
  }
  return crc32(parts.join(':')) | 0;
};

/** One item of the channels trades and option-trades; sizes are in contracts. */
export const okxTrade = (market: Market, data: Fields, receivedUs: number): TradeEvent => {
  const price = priceOf(data['px'], 'px');
  return {
    type: 'trade',
    source: 'okx',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    sourceUs: usOfMs(data['ts'], 'ts'),
    receivedUs,
    tradeId: idOf(data['tradeId'], 'tradeId'),
    price,
    size: baseSize(market.sizeUnit, sizeOf(data['sz'], 'sz'), price),
    side: sideOf(data['side'], 'side'),
    liquidation: null,
  };
};

/** The best bid and ask of one item of the channel tickers. */
export const okxQuote = (market: Market, data: Fields, receivedUs: number): QuoteEvent => {
  const bidPrice = optionalPrice(data['bidPx'], 'bidPx');
  const askPrice = optionalPrice(data['askPx'], 'askPx');
  const bidSize = optionalNumber(data['bidSz'], 'bidSz') ?? 0;
  const askSize = optionalNumber(data['askSz'], 'askSz') ?? 0;
  return {
    type: 'quote',
    source: 'okx',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    sourceUs: usOfMs(data['ts'], 'ts'),
    receivedUs,
    bidPrice,
    bidSize: bidPrice === null ? 0 : baseSize(market.sizeUnit, bidSize, bidPrice),
    askPrice,
    askSize: askPrice === null ? 0 : baseSize(market.sizeUnit, askSize, askPrice),
  };
};

const usPer8h = 8 * 3_600 * 1_000_000;

/** The rate of a funding period, as the rate of eight hours. */
const rate8h = (data: Fields): number => {
  const rate = numberOf(data['fundingRate'], 'fundingRate');
  const thisUs = usOfMs(data['fundingTime'], 'fundingTime');
  const nextUs = usOfMs(data['nextFundingTime'], 'nextFundingTime');
  return nextUs > thisUs ? (rate * usPer8h) / (nextUs - thisUs) : rate;
};

/** What one item of a channel says of a market's ticker; null for channels that say nothing. */
export const okxTickerValues = (channel: string, data: Fields): Partial<TickerValues> | null => {
  switch (channel) {
    case 'tickers':
      return {
        bidPrice: optionalPrice(data['bidPx'], 'bidPx'),
        askPrice: optionalPrice(data['askPx'], 'askPx'),
        lastPrice: optionalPrice(data['last'], 'last'),
      };
    case 'mark-price':
      return { markPrice: optionalPrice(data['markPx'], 'markPx') };
    case 'opt-summary':
      return {
        markIv: optionalPrice(data['markVol'], 'markVol'),
        bidIv: optionalPrice(data['bidVol'], 'bidVol'),
        askIv: optionalPrice(data['askVol'], 'askVol'),
        underlyingPrice: optionalPrice(data['fwdPx'], 'fwdPx'),
      };
    case 'open-interest':
      return { openInterest: optionalNumber(data['oiCcy'], 'oiCcy') };
    case 'funding-rate':
      return { fundingRate8h: rate8h(data) };
    default:
      return null;
  }
};
