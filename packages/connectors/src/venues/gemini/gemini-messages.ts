// Gemini messages: the multi market data WebSocket (version 1), read into our shapes. Pure. Every
// message of a connection has the next `socket_sequence`; the first ones carry the whole books, as
// changes whose reason is `initial`. Source: docs.gemini.com, WebSocket: multi market data.
import {
  type Fields,
  fieldsOf,
  idOf,
  integerOf,
  listOf,
  priceOf,
  refuse,
  sizeOf,
  textOf,
  usOfMs,
} from '../../core/fields.ts';
import type { Market } from '../../core/market.ts';
import type { PriceLevel } from '../../core/order-book.ts';
import type { TradeEvent } from '../../market-event.ts';
import { spotSymbols } from '../spot-market.ts';

const symbols = spotSymbols((base, quote) => base + quote);

/** What a pair such as `BTCUSD` stands for. */
export const geminiMarket = (venueSymbol: string): Market | null =>
  symbols.get(venueSymbol) ?? null;

export interface GeminiMessage {
  readonly sequence: number;
  readonly sourceUs: number | null;
  readonly events: readonly Fields[];
}

export const geminiMessage = (frame: Fields): GeminiMessage => {
  const timestamp = frame['timestampms'];
  const events = frame['events'];
  return {
    sequence: integerOf(frame['socket_sequence'], 'socket_sequence'),
    sourceUs: timestamp === undefined ? null : usOfMs(timestamp, 'timestampms'),
    events:
      events === undefined
        ? []
        : listOf(events, 'events').map((event) => fieldsOf(event, 'an event')),
  };
};

export interface GeminiChanges {
  readonly whole: boolean;
  readonly bids: PriceLevel[];
  readonly asks: PriceLevel[];
}

/** The changes of books in a message, by pair. */
export const geminiChanges = (events: readonly Fields[]): Map<string, GeminiChanges> => {
  const found = new Map<string, GeminiChanges>();
  for (const event of events) {
    if (event['type'] !== 'change') {
      continue;
    }
    const symbol = textOf(event['symbol'], 'symbol');
    const whole = event['reason'] === 'initial';
    const changes = found.get(symbol) ?? { whole, bids: [], asks: [] };
    found.set(symbol, changes);
    if (changes.whole !== whole) {
      refuse('reason', 'initial for all changes of a pair or for none', event['reason']);
    }
    const level = {
      price: priceOf(event['price'], 'price'),
      size: sizeOf(event['remaining'], 'remaining'),
    };
    if (event['side'] === 'bid') {
      changes.bids.push(level);
    } else if (event['side'] === 'ask') {
      changes.asks.push(level);
    } else {
      refuse('side', 'bid or ask', event['side']);
    }
  }
  return found;
};

/** The maker's side says the arriving side; an auction has none. */
const takerOf = (makerSide: unknown): 'buy' | 'sell' | null => {
  switch (makerSide) {
    case 'bid':
      return 'sell';
    case 'ask':
      return 'buy';
    case 'auction':
      return null;
    default:
      return refuse('makerSide', 'bid, ask or auction', makerSide);
  }
};

export const geminiTrade = (
  market: Market,
  event: Fields,
  sourceUs: number | null,
  receivedUs: number,
): TradeEvent => ({
  type: 'trade',
  source: 'gemini',
  venueSymbol: market.venueSymbol,
  contract: market.contract,
  sourceUs,
  receivedUs,
  tradeId: idOf(event['tid'], 'tid'),
  price: priceOf(event['price'], 'price'),
  size: sizeOf(event['amount'], 'amount'),
  side: takerOf(event['makerSide']),
  liquidation: null,
});
