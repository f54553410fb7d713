// Bitstamp messages: the channels order_book_{pair} and live_trades_{pair} of the WebSocket API v2,
// read into our shapes. Pure. Source: bitstamp.net/websocket/v2.
import {
  type Fields,
  fieldsOf,
  idOf,
  numberOf,
  priceOf,
  refuse,
  sizeOf,
  usOfMicros,
} from '../../core/fields.ts';
import type { Market } from '../../core/market.ts';
import { levelsOf } from '../../core/price-levels.ts';
import type { BookSnapshot } from '../../core/tracked-book.ts';
import type { TradeEvent } from '../../market-event.ts';
import { spotSymbols } from '../spot-market.ts';

const symbols = spotSymbols((base, quote) => `${base}${quote}`.toLowerCase());

/** What a pair such as `btcusd` stands for. */
export const bitstampMarket = (venueSymbol: string): Market | null =>
  symbols.get(venueSymbol) ?? null;

/** The hundred best levels of each side; the venue's microseconds number the states. */
export const bitstampBook = (
  value: unknown,
  receivedUs: number,
): BookSnapshot & { readonly sourceUs: number } => {
  const data = fieldsOf(value, 'data');
  const sourceUs = usOfMicros(data['microtimestamp'], 'microtimestamp');
  return {
    sequence: sourceUs,
    bids: levelsOf(data['bids'], 'bids'),
    asks: levelsOf(data['asks'], 'asks'),
    sourceUs,
    receivedUs,
  };
};

/** One trade; type 0 is a buy, 1 a sell. */
export const bitstampTrade = (market: Market, data: Fields, receivedUs: number): TradeEvent => {
  const type = numberOf(data['type'], 'type');
  return {
    type: 'trade',
    source: 'bitstamp',
    venueSymbol: market.venueSymbol,
    contract: market.contract,
    sourceUs: usOfMicros(data['microtimestamp'], 'microtimestamp'),
    receivedUs,
    tradeId: idOf(data['id'], 'id'),
    price: priceOf(data['price_str'], 'price_str'),
    size: sizeOf(data['amount_str'], 'amount_str'),
    side: type === 0 ? 'buy' : type === 1 ? 'sell' : refuse('type', '0 or 1', type),
    liquidation: null,
  };
};
