// Binance messages: names of contracts and the market streams of spot, of USD-M and COIN-M futures
// and of European options, read into our shapes. Pure. One name can stand for two contracts
// (BTCUSDT is a pair and a perpetual), so the names of futures carry their product before a colon.
// Source: developers.binance.com: streams depth, trade, aggTrade, markPrice, forceOrder,
// optionMarkPrice, optionTrade; exchangeInfo, depth and openInterest over HTTP.
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
import type { BookIncrement, BookSnapshot } from '../../core/tracked-book.ts';
import type { QuoteEvent, TradeEvent } from '../../market-event.ts';
import { expiryOfDigits } from '../expiry-digits.ts';
import { spotSymbols } from '../spot-market.ts';

export type BinanceProduct = 'spot' | 'usdm' | 'coinm' | 'option';

const spot = spotSymbols((base, quote) => base + quote);

/** The product of a name of ours, and the venue's name within it. */
export const binanceName = (market: Market): { product: BinanceProduct; name: string } => {
  const { venueSymbol, contract } = market;
  const at = venueSymbol.indexOf(':');
  if (at < 0) {
    return { product: contract.kind === 'spot' ? 'spot' : 'option', name: venueSymbol };
  }
  const product = venueSymbol.startsWith('coinm') ? 'coinm' : 'usdm';
  return { product, name: venueSymbol.slice(at + 1) };
};

const optionForm = /^(BTC|ETH)-(\d{6})-(\d+(?:\.\d+)?)-([CP])$/;
const usdmForm = /^usdm:(BTC|ETH)(USDT|USDC)(?:_(\d{6}))?$/;
const coinmForm = /^coinm:(BTC|ETH)USD_(PERP|\d{6})$/;

/** What a name such as `BTCUSDT`, `usdm:BTCUSDT` or `BTC-261225-100000-C` stands for. */
export const binanceMarket = (venueSymbol: string): Market | null => {
  const option = optionForm.exec(venueSymbol);
  if (option !== null) {
    const expiryUs = expiryOfDigits(option[2] as string);
    const contract = {
      kind: 'option',
      underlying: option[1] as 'BTC' | 'ETH',
      payoff: 'linear',
      quote: 'USDT',
      expiryUs: expiryUs ?? 0,
      strike: Number(option[3]),
      optionType: option[4] === 'C' ? 'call' : 'put',
    } as const;
    return expiryUs === null ? null : { venueSymbol, contract, sizeUnit: inCoins };
  }
  const usdm = usdmForm.exec(venueSymbol);
  const coinm = coinmForm.exec(venueSymbol);
  const match = usdm ?? coinm;
  if (match === null) {
    return spot.get(venueSymbol) ?? null;
  }
  const underlying = match[1] as 'BTC' | 'ETH';
  const date = usdm === null ? match[2] : match[3];
  const dated = date !== undefined && date !== 'PERP';
  const expiryUs = dated ? expiryOfDigits(date) : null;
  if (dated && expiryUs === null) {
    return null;
  }
  const kind = dated ? 'future' : 'perpetual';
  const terms =
    usdm === null
      ? ({ payoff: 'inverse', quote: 'USD' } as const)
      : ({ payoff: 'linear', quote: usdm[2] as 'USDT' | 'USDC' } as const);
  const dollars = { of: 'quote', amount: underlying === 'BTC' ? 100 : 10 } as const;
  return {
    venueSymbol,
    contract: { kind, underlying, ...terms, expiryUs },
    sizeUnit: usdm === null ? dollars : inCoins,
  };
};

/** The markets of BTC and ETH in an answer of exchangeInfo. */
export const binanceListing = (product: BinanceProduct, answer: unknown): Market[] => {
  const info = fieldsOf(answer, 'the answer');
  const field = product === 'option' ? 'optionSymbols' : 'symbols';
  const markets: Market[] = [];
  for (const item of listOf(info[field], field)) {
    const row = fieldsOf(item, 'a symbol');
    const name = textOf(row['symbol'], 'symbol');
    const status = row['status'] ?? row['contractStatus'];
    const market = binanceMarket(product === 'option' ? name : `${product}:${name}`);
    if (market !== null && (status === undefined || status === 'TRADING')) {
      markets.push(market);
    }
  }
  return markets;
};

/** A depth update: futures name the update before it, those of spot begin where it ended. */
export const binanceBook = (data: Fields, receivedUs: number): BookIncrement => {
  const first = integerOf(data['U'], 'U');
  return {
    first,
    sequence: integerOf(data['u'], 'u'),
    previous: data['pu'] === undefined ? first - 1 : integerOf(data['pu'], 'pu'),
    bids: levelsOf(data['b'], 'b'),
    asks: levelsOf(data['a'], 'a'),
    sourceUs: usOfMs(data['E'], 'E'),
    receivedUs,
  };
};

/** An answer of depth over HTTP. */
export const binanceSnapshot = (
  answer: unknown,
  receivedUs: number,
): BookSnapshot & { readonly sequence: number } => {
  const data = fieldsOf(answer, 'the snapshot');
  return {
    sequence: integerOf(data['lastUpdateId'], 'lastUpdateId'),
    bids: levelsOf(data['bids'], 'bids'),
    asks: levelsOf(data['asks'], 'asks'),
    sourceUs: data['E'] === undefined ? null : usOfMs(data['E'], 'E'),
    receivedUs,
  };
};

const fromBinance = (market: Market, sourceUs: number, receivedUs: number) =>
  ({
    source: 'binance',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    sourceUs,
    receivedUs,
  }) as const;

/** `m` says that the buyer was the maker; options have said the arriving side instead. */
const takerOf = (data: Fields): 'buy' | 'sell' => {
  const { m: buyerIsMaker, S: side } = data;
  if (typeof buyerIsMaker === 'boolean') {
    return buyerIsMaker ? 'sell' : 'buy';
  }
  if (side === '1' || side === '-1') {
    return side === '1' ? 'buy' : 'sell';
  }
  return sideOf(side, 'S');
};

/** A trade, or an aggregate of fills of one order. */
export const binanceTrade = (market: Market, data: Fields, receivedUs: number): TradeEvent => {
  const price = priceOf(data['p'], 'p');
  return {
    type: 'trade',
    ...fromBinance(market, usOfMs(data['T'], 'T'), receivedUs),
    tradeId: idOf(data['a'] ?? data['t'], 'the trade id'),
    price,
    size: baseSize(market.sizeUnit, sizeOf(data['q'], 'q'), price),
    side: takerOf(data),
    liquidation: null,
  };
};

/** What an order of liquidation has filled; null when nothing was. */
export const binanceLiquidation = (
  market: Market,
  data: Fields,
  receivedUs: number,
): TradeEvent | null => {
  const order = fieldsOf(data['o'], 'o');
  const size = sizeOf(order['z'], 'z');
  if (size === 0) {
    return null;
  }
  const price = priceOf(order['ap'], 'ap');
  return {
    type: 'trade',
    ...fromBinance(market, usOfMs(order['T'], 'T'), receivedUs),
    tradeId: `liquidation-${idOf(order['T'], 'T')}`,
    price,
    size: baseSize(market.sizeUnit, size, price),
    side: sideOf(order['S'], 'S'),
    liquidation: true,
  };
};

/** A mark price update. Only perpetuals have a rate; those of BTC and ETH pay every 8 hours. */
export const binanceMarkValues = (data: Fields): Partial<TickerValues> => ({
  markPrice: optionalPrice(data['p'], 'p'),
  ...(data['i'] !== undefined && { indexPrice: optionalPrice(data['i'], 'i') }),
  fundingRate8h: optionalNumber(data['r'], 'r'),
});

/** Open interest over HTTP, in coins, or contracts that the mark price turns into coins. */
export const binanceOpenInterest = (
  market: Market,
  answer: unknown,
  markPrice: number | null,
): number | null => {
  const interest = sizeOf(fieldsOf(answer, 'the answer')['openInterest'], 'openInterest');
  if (market.sizeUnit.of === 'quote' && markPrice === null) {
    return null;
  }
  return baseSize(market.sizeUnit, interest, markPrice ?? 1);
};

/** An implied volatility; minus one where there is none. */
const volatilityOf = (value: unknown, what: string): number | null => {
  const volatility = optionalNumber(value, what);
  return volatility === null || volatility <= 0 ? null : volatility;
};

/** One row of optionMarkPrice. */
export const binanceOptionValues = (data: Fields): Partial<TickerValues> => ({
  bidPrice: optionalPrice(data['bo'], 'bo'),
  askPrice: optionalPrice(data['ao'], 'ao'),
  markPrice: optionalPrice(data['mp'], 'mp'),
  markIv: volatilityOf(data['vo'], 'vo'),
  bidIv: volatilityOf(data['b'], 'b'),
  askIv: volatilityOf(data['a'], 'a'),
  indexPrice: optionalPrice(data['i'], 'i'),
});

/** The best bid and ask of one row of optionMarkPrice. */
export const binanceOptionQuote = (
  market: Market,
  data: Fields,
  receivedUs: number,
): QuoteEvent => {
  const bidPrice = optionalPrice(data['bo'], 'bo');
  const askPrice = optionalPrice(data['ao'], 'ao');
  return {
    type: 'quote',
    ...fromBinance(market, usOfMs(data['E'], 'E'), receivedUs),
    bidPrice,
    bidSize: bidPrice === null ? 0 : sizeOf(data['bq'], 'bq'),
    askPrice,
    askSize: askPrice === null ? 0 : sizeOf(data['aq'], 'aq'),
  };
};
