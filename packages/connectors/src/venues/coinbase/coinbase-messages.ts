// Coinbase messages: the channels of the Advanced Trade WebSocket, read into our shapes. Pure.
// Source: docs.cdp.coinbase.com, Advanced Trade WebSocket channels: level2 (answered as l2_data),
// market_trades, heartbeats; every message of a connection has the next `sequence_num`.
import {
  type Fields,
  fieldsOf,
  idOf,
  integerOf,
  listOf,
  priceOf,
  refuse,
  sideOf,
  sizeOf,
  textOf,
  usOfIso,
} from '../../core/fields.ts';
import type { Market } from '../../core/market.ts';
import type { PriceLevel } from '../../core/order-book.ts';
import type { TradeEvent } from '../../market-event.ts';
import { spotSymbols } from '../spot-market.ts';

const symbols = spotSymbols((base, quote) => `${base}-${quote}`);

/**
 * What a product such as `BTC-USD` stands for. Not BTC-USDC or ETH-USDC: Coinbase answers a
 * subscription to them with the book of the dollar pair.
 */
export const coinbaseMarket = (venueSymbol: string): Market | null =>
  /^(BTC|ETH)-USDC$/.test(venueSymbol) ? null : (symbols.get(venueSymbol) ?? null);

export interface CoinbaseMessage {
  readonly channel: string;
  readonly sequence: number;
  readonly sourceUs: number;
  readonly events: readonly Fields[];
}

export const coinbaseMessage = (frame: Fields): CoinbaseMessage => ({
  channel: textOf(frame['channel'], 'channel'),
  sequence: integerOf(frame['sequence_num'], 'sequence_num'),
  sourceUs: usOfIso(frame['timestamp'], 'timestamp'),
  events: listOf(frame['events'], 'events').map((event) => fieldsOf(event, 'an event')),
});

export interface CoinbaseBook {
  readonly venueSymbol: string;
  readonly whole: boolean;
  readonly bids: readonly PriceLevel[];
  readonly asks: readonly PriceLevel[];
}

/** One event of the channel l2_data. */
export const coinbaseBook = (event: Fields): CoinbaseBook => {
  const type = textOf(event['type'], 'type');
  if (type !== 'snapshot' && type !== 'update') {
    return refuse('type', 'snapshot or update', type);
  }
  const bids: PriceLevel[] = [];
  const asks: PriceLevel[] = [];
  for (const item of listOf(event['updates'], 'updates')) {
    const update = fieldsOf(item, 'an update');
    const price = priceOf(update['price_level'], 'price_level');
    const size = sizeOf(update['new_quantity'], 'new_quantity');
    if (update['side'] === 'bid') {
      bids.push({ price, size });
    } else if (update['side'] === 'offer') {
      asks.push({ price, size });
    } else {
      refuse('side', 'bid or offer', update['side']);
    }
  }
  const venueSymbol = textOf(event['product_id'], 'product_id');
  return { venueSymbol, whole: type === 'snapshot', bids, asks };
};

/** The product of one trade of the channel market_trades. */
export const coinbaseTradeSymbol = (trade: Fields): string =>
  textOf(trade['product_id'], 'product_id');

/** One trade of the channel market_trades. Coinbase names the side of the maker. */
export const coinbaseTrade = (market: Market, trade: Fields, receivedUs: number): TradeEvent => ({
  type: 'trade',
  source: 'coinbase',
  venueSymbol: market.venueSymbol,
  contract: market.contract,
  sourceUs: usOfIso(trade['time'], 'time'),
  receivedUs,
  tradeId: idOf(trade['trade_id'], 'trade_id'),
  price: priceOf(trade['price'], 'price'),
  size: sizeOf(trade['size'], 'size'),
  side: sideOf(trade['side'], 'side') === 'buy' ? 'sell' : 'buy',
  liquidation: null,
});
