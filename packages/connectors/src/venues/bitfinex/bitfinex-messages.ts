// Bitfinex messages: the channels book (P0) and trades of the WebSocket API v2, read into our
// shapes. Pure. Source: docs.bitfinex.com, WebSocket: configuration flags, books, trades, checksum.
import { crc32 } from 'node:zlib';
import { idOf, integerOf, listOf, numberOf, priceOf, refuse, usOfMs } from '../../core/fields.ts';
import type { Market } from '../../core/market.ts';
import type { OrderBook, PriceLevel } from '../../core/order-book.ts';
import type { TradeEvent } from '../../market-event.ts';
import { spotSymbols } from '../spot-market.ts';

/** Bitfinex's own names of the dollar coins. */
const named: ReadonlyMap<string, string> = new Map([
  ['USDT', 'UST'],
  ['USDC', 'UDC'],
]);
const coin = (name: string): string => named.get(name) ?? name;

const symbols = spotSymbols((base, quote) => `t${coin(base)}${coin(quote)}`);

/** What a pair such as `tBTCUSD` or `tBTCUST` stands for. */
export const bitfinexMarket = (venueSymbol: string): Market | null =>
  symbols.get(venueSymbol) ?? null;

/**
 * With the flags we set, lists end in a sequence number and the venue's milliseconds. Their order
 * is not documented: no connection lives to a sequence number as high as a time.
 */
export interface BitfinexFrame {
  readonly channelId: number;
  readonly body: readonly unknown[];
  readonly sequence: number;
  readonly sourceUs: number;
}

const firstMs = 1_000_000_000_000;

export const bitfinexFrame = (frame: readonly unknown[]): BitfinexFrame => {
  if (frame.length < 4) {
    refuse('the frame', 'a channel, a body, a sequence number and a time', frame);
  }
  const tail = frame.slice(-2).map((value) => integerOf(value, 'a sequence number or time'));
  const [sequence, timeMs] = tail.sort((a, b) => a - b) as [number, number];
  return {
    channelId: integerOf(frame[0], 'the channel'),
    body: frame.slice(1, -2),
    sequence: sequence < firstMs ? sequence : refuse('the sequence number', 'one', sequence),
    sourceUs: usOfMs(timeMs, 'the time'),
  };
};

export interface BitfinexLevels {
  readonly bids: PriceLevel[];
  readonly asks: PriceLevel[];
}

/**
 * Levels as [price, count, amount]: bids have amounts above zero, asks below, and a count of zero
 * removes. The text is what the checksum is made of.
 */
export const bitfinexLevels = (rows: readonly unknown[]): BitfinexLevels => {
  const levels: BitfinexLevels = { bids: [], asks: [] };
  for (const row of rows) {
    const [priceValue, countValue, amountValue] = listOf(row, 'a level');
    const price = priceOf(priceValue, 'a price');
    const count = integerOf(countValue, 'a count');
    const amount = numberOf(amountValue, 'an amount');
    if (amount === 0 || count < 0) {
      refuse('a level', 'an amount and a count', row);
    }
    const size = count === 0 ? 0 : Math.abs(amount);
    const level = { price, size, text: `${price}:${amount}` };
    (amount > 0 ? levels.bids : levels.asks).push(level);
  }
  return levels;
};

/** Levels of each side that the checksum is made of. */
const checksumDepth = 25;

/** The checksum of a book: CRC-32, signed, of bid and ask in turn, as `price:amount`. */
export const bitfinexChecksum = (book: OrderBook): number => {
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

/** A trade as [id, milliseconds, amount, price]; the amount's sign is the arriving side. */
export const bitfinexTrade = (market: Market, row: unknown, receivedUs: number): TradeEvent => {
  const [id, timestamp, amountValue, price] = listOf(row, 'a trade');
  const amount = numberOf(amountValue, 'an amount');
  return {
    type: 'trade',
    source: 'bitfinex',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    sourceUs: usOfMs(timestamp, 'the time of a trade'),
    receivedUs,
    tradeId: idOf(id, 'the id of a trade'),
    price: priceOf(price, 'a price'),
    size: Math.abs(amount),
    side: amount > 0 ? 'buy' : 'sell',
    liquidation: null,
  };
};
