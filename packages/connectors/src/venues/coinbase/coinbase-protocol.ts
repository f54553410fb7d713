// Coinbase protocol: Advanced Trade market data on one WebSocket. Invariant: every message of the
// connection must have the next sequence number; after a gap every book is asked for again, since
// nobody knows whose update is missing.
import { fieldsOf, jsonOf, listOf, textOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { MarketBooks } from '../../core/market-books.ts';
import {
  type CoinbaseMessage,
  coinbaseBook,
  coinbaseMessage,
  coinbaseTrade,
  coinbaseTradeSymbol,
} from './coinbase-messages.ts';

/** Levels of each side; the whole book is sent. */
const levelsMax = 50_000;

export class CoinbaseProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #books: MarketBooks;
  #sequence: number | null = null;

  constructor(link: Link) {
    this.#link = link;
    this.#books = new MarketBooks({ source: 'coinbase', link, levelsMax });
  }

  open(markets: readonly Market[]): void {
    this.#link.send(JSON.stringify({ type: 'subscribe', channel: 'heartbeats' }));
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    for (const { venueSymbol } of removed) {
      this.#books.remove(venueSymbol);
    }
    for (const market of added) {
      this.#books.add(market.venueSymbol, market);
    }
    for (const channel of ['level2', 'market_trades']) {
      this.#send('unsubscribe', channel, removed);
      this.#send('subscribe', channel, added);
    }
  }

  ask(market: Market): void {
    this.#books.get(market.venueSymbol)?.book.forget();
    this.#send('unsubscribe', 'level2', [market]);
    this.#send('subscribe', 'level2', [market]);
  }

  ping(): string | null {
    return null;
  }

  hear(text: string, receivedUs: number): void {
    const frame = fieldsOf(jsonOf(text), 'the frame');
    if (frame['type'] === 'error') {
      this.#link.reconnect(`the venue refuses: ${textOf(frame['message'], 'message')}`);
      return;
    }
    const message = coinbaseMessage(frame);
    if (!this.#inSequence(message.sequence)) {
      return;
    }
    if (message.channel === 'l2_data') {
      this.#bookChanged(message, receivedUs);
    } else if (message.channel === 'market_trades') {
      this.#traded(message, receivedUs);
    }
  }

  #send(type: string, channel: string, markets: readonly Market[]): void {
    if (markets.length > 0) {
      const productIds = markets.map(({ venueSymbol }) => venueSymbol);
      this.#link.send(JSON.stringify({ type, product_ids: productIds, channel }));
    }
  }

  /** False for a message that was heard before. After a gap the books are forgotten. */
  #inSequence(sequence: number): boolean {
    const expected = this.#sequence === null ? sequence : this.#sequence + 1;
    if (sequence < expected) {
      this.#link.count('duplicates');
      return false;
    }
    this.#sequence = sequence;
    if (sequence > expected) {
      this.#books.loseAll(`message ${sequence} came when ${expected} was next`);
    }
    return true;
  }

  #bookChanged(message: CoinbaseMessage, receivedUs: number): void {
    for (const event of message.events) {
      const { venueSymbol, whole, bids, asks } = coinbaseBook(event);
      const book = this.#books.get(venueSymbol)?.book;
      const { sequence, sourceUs } = message;
      if (whole) {
        book?.load({ sequence, bids, asks, sourceUs, receivedUs });
      } else {
        book?.apply({ sequence, previous: null, bids, asks, sourceUs, receivedUs });
      }
    }
  }

  #traded(message: CoinbaseMessage, receivedUs: number): void {
    for (const event of message.events) {
      // The snapshot repeats trades from before the subscription.
      if (event['type'] !== 'update') {
        continue;
      }
      for (const item of listOf(event['trades'], 'trades')) {
        const trade = fieldsOf(item, 'a trade');
        const market = this.#books.get(coinbaseTradeSymbol(trade))?.market;
        if (market !== undefined) {
          this.#link.tell(coinbaseTrade(market, trade, receivedUs));
        }
      }
    }
  }
}
