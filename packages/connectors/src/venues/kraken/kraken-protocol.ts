// Kraken protocol: WebSocket API v2. Invariant: there are no sequence numbers, so every book
// message is checked by its checksum, which covers all ten levels that we subscribe to; a book that
// does not agree is subscribed to anew.
import { type Fields, textOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { MarketBooks } from '../../core/market-books.ts';
import { krakenBook, krakenChecksum, krakenFrame, krakenTrades } from './kraken-messages.ts';

/** As deep as the checksum reaches: deeper levels could be wrong unseen. */
const depth = 10;

export class KrakenProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #books: MarketBooks;

  constructor(link: Link) {
    this.#link = link;
    this.#books = new MarketBooks({ source: 'kraken', link, levelsMax: depth });
  }

  open(markets: readonly Market[]): void {
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    this.#request('unsubscribe', { channel: 'book', depth }, removed);
    this.#request('unsubscribe', { channel: 'trade' }, removed);
    for (const { venueSymbol } of removed) {
      this.#books.remove(venueSymbol);
    }
    for (const market of added) {
      this.#books.add(market.venueSymbol, market);
    }
    this.#request('subscribe', { channel: 'book', depth, snapshot: true }, added);
    this.#request('subscribe', { channel: 'trade', snapshot: false }, added);
  }

  ask(market: Market): void {
    this.#books.get(market.venueSymbol)?.book.forget();
    this.#request('unsubscribe', { channel: 'book', depth }, [market]);
    this.#request('subscribe', { channel: 'book', depth, snapshot: true }, [market]);
  }

  ping(): string | null {
    return '{"method":"ping"}';
  }

  hear(text: string, receivedUs: number): void {
    const frame = krakenFrame(text);
    if (frame['channel'] === 'book') {
      this.#bookChanged(frame, receivedUs);
    } else if (frame['channel'] === 'trade') {
      const marketOf = (name: string): Market | undefined => this.#books.get(name)?.market;
      for (const trade of krakenTrades(frame, marketOf, receivedUs)) {
        this.#link.tell(trade);
      }
    } else if (frame['method'] === 'subscribe' && frame['success'] === false) {
      this.#refused(frame);
    }
  }

  #request(method: string, params: object, markets: readonly Market[]): void {
    if (markets.length > 0) {
      const symbol = markets.map(({ venueSymbol }) => venueSymbol);
      this.#link.send(JSON.stringify({ method, params: { ...params, symbol } }));
    }
  }

  #refused(frame: Fields): void {
    const reason = `the venue refuses: ${textOf(frame['error'], 'error')}`;
    const symbol = frame['symbol'];
    if (typeof symbol !== 'string') {
      this.#link.reconnect(reason);
    } else if (!/already subscribed/i.test(reason)) {
      this.#link.refuse(symbol, reason);
    }
  }

  #bookChanged(frame: Fields, receivedUs: number): void {
    const { venueSymbol, whole, bids, asks, checksum, sourceUs } = krakenBook(frame);
    const book = this.#books.get(venueSymbol)?.book;
    const state = { sequence: null, bids, asks, sourceUs, receivedUs };
    const agrees = (kept: Parameters<typeof krakenChecksum>[0]): boolean =>
      krakenChecksum(kept) === checksum;
    if (whole) {
      book?.load(state, agrees);
    } else {
      book?.apply({ ...state, previous: null }, agrees);
    }
  }
}
