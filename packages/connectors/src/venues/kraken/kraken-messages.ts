// Kraken messages: the channels book and trade of the WebSocket API v2, read into our shapes. Pure.
// Source: docs.kraken.com, WebSocket v2: book, trade, and the guide on the book's checksum.
import { crc32 } from 'node:zlib';
import {
  type Fields,
  fieldsOf,
  idOf,
  integerOf,
  jsonOf,
  listOf,
  priceOf,
  refuse,
  sideOf,
  sizeOf,
  textOf,
  usOfIso,
} from '../../core/fields.ts';
import type { Market } from '../../core/market.ts';
import type { BookSide, OrderBook, PriceLevel } from '../../core/order-book.ts';
import type { TradeEvent } from '../../market-event.ts';
import { spotSymbols } from '../spot-market.ts';

const symbols = spotSymbols((base, quote) => `${base}/${quote}`);

/** What a pair such as `BTC/USD` stands for. */
export const krakenMarket = (venueSymbol: string): Market | null =>
  symbols.get(venueSymbol) ?? null;

const bareNumber = /"(price|qty)":\s*(-?[0-9][0-9.eE+-]*)/g;

/**
 * The frame, with prices and quantities as text: the checksum is made of the digits that were sent,
 * of which a number keeps no trailing zeros.
 */
export const krakenFrame = (text: string): Fields =>
  fieldsOf(jsonOf(text.replace(bareNumber, '"$1":"$2"')), 'the frame');

export interface KrakenBook {
  readonly venueSymbol: string;
  readonly whole: boolean;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
  readonly checksum: number;
  /** Null on the snapshots of older servers. */
  readonly sourceUs: number | null;
}

/** The digits of a number as the checksum takes them: no point and no leading zeros. */
const digits = (text: string): string => text.replace('.', '').replace(/^0+/, '');

const bookLevels = (value: unknown, what: string): PriceLevel[] =>
  listOf(value, what).map((item) => {
    const level = fieldsOf(item, `a level of ${what}`);
    const priceText = textOf(level['price'], `a price of ${what}`);
    const sizeText = textOf(level['qty'], `a qty of ${what}`);
    return {
      price: priceOf(priceText, `a price of ${what}`),
      size: sizeOf(sizeText, `a qty of ${what}`),
      text: digits(priceText) + digits(sizeText),
    };
  });

/** A frame of the channel book. */
export const krakenBook = (frame: Fields): KrakenBook => {
  const type = frame['type'];
  if (type !== 'snapshot' && type !== 'update') {
    return refuse('type', 'snapshot or update', type);
  }
  const [first] = listOf(frame['data'], 'data');
  const data = fieldsOf(first, 'the book');
  const timestamp = data['timestamp'];
  return {
    venueSymbol: textOf(data['symbol'], 'symbol'),
    whole: type === 'snapshot',
    bids: bookLevels(data['bids'], 'bids'),
    asks: bookLevels(data['asks'], 'asks'),
    checksum: integerOf(data['checksum'], 'checksum'),
    sourceUs: timestamp === undefined ? null : usOfIso(timestamp, 'timestamp'),
  };
};

/** Levels of each side that the checksum is made of. */
const checksumDepth = 10;

const sideText = (side: BookSide): string => {
  let text = '';
  for (let rank = 0; rank < checksumDepth; rank++) {
    text += side.at(rank)?.text ?? '';
  }
  return text;
};

/** The checksum of a book: CRC-32 of the ten best asks and then the ten best bids. */
export const krakenChecksum = (book: OrderBook): number =>
  crc32(sideText(book.asks) + sideText(book.bids));

/** The trades of a frame of the channel trade, by their pair. */
export const krakenTrades = (
  frame: Fields,
  marketOf: (venueSymbol: string) => Market | undefined,
  receivedUs: number,
): TradeEvent[] => {
  const trades: TradeEvent[] = [];
  for (const item of listOf(frame['data'], 'data')) {
    const trade = fieldsOf(item, 'a trade');
    const market = marketOf(textOf(trade['symbol'], 'symbol'));
    if (market !== undefined) {
      trades.push({
        type: 'trade',
        source: 'kraken',
        venueSymbol: market.venueSymbol,
        contract: market.contract,
        sourceUs: usOfIso(trade['timestamp'], 'timestamp'),
        receivedUs,
        tradeId: idOf(trade['trade_id'], 'trade_id'),
        price: priceOf(trade['price'], 'price'),
        size: sizeOf(trade['qty'], 'qty'),
        side: sideOf(trade['side'], 'side'),
        liquidation: null,
      });
    }
  }
  return trades;
};
