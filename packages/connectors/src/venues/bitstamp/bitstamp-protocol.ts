// Bitstamp protocol: every book message is the whole of the hundred best levels, so nothing can be
// missed. Invariant: a state that is not newer than the one held is left out.
import { type Fields, fieldsOf, jsonOf, textOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { type MarketBook, MarketBooks } from '../../core/market-books.ts';
import { bitstampBook, bitstampTrade } from './bitstamp-messages.ts';

const levelsMax = 100;
const bookChannel = 'order_book_';
const tradeChannel = 'live_trades_';

export class BitstampProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #books: MarketBooks;
  readonly #newestUs = new Map<string, number>();

  constructor(link: Link) {
    this.#link = link;
    this.#books = new MarketBooks({ source: 'bitstamp', link, levelsMax });
  }

  open(markets: readonly Market[]): void {
    this.change(markets, []);
  }

  change(added: readonly Market[], removed: readonly Market[]): void {
    for (const { venueSymbol } of removed) {
      this.#send('unsubscribe', bookChannel + venueSymbol);
      this.#send('unsubscribe', tradeChannel + venueSymbol);
      this.#books.remove(venueSymbol);
    }
    for (const market of added) {
      this.#books.add(market.venueSymbol, market);
      this.#send('subscribe', bookChannel + market.venueSymbol);
      this.#send('subscribe', tradeChannel + market.venueSymbol);
    }
  }

  ask({ venueSymbol }: Market): void {
    this.#send('unsubscribe', bookChannel + venueSymbol);
    this.#send('subscribe', bookChannel + venueSymbol);
  }

  ping(): string | null {
    return '{"event":"bts:heartbeat"}';
  }

  hear(text: string, receivedUs: number): void {
    const frame = fieldsOf(jsonOf(text), 'the frame');
    switch (frame['event']) {
      case 'bts:request_reconnect':
        this.#link.reconnect('the venue asks for a new connection');
        break;
      case 'bts:error':
        this.#refused(frame);
        break;
      case 'data':
      case 'trade':
        this.#told(textOf(frame['channel'], 'channel'), frame['data'], receivedUs);
        break;
    }
  }

  #send(action: string, channel: string): void {
    this.#link.send(JSON.stringify({ event: `bts:${action}`, data: { channel } }));
  }

  #refused(frame: Fields): void {
    const data = fieldsOf(frame['data'], 'data');
    this.#link.reconnect(`the venue refuses: ${textOf(data['message'], 'message')}`);
  }

  #told(channel: string, data: unknown, receivedUs: number): void {
    const name = channel.slice(channel.lastIndexOf('_') + 1);
    const found = this.#books.get(name);
    if (found === undefined) {
      return;
    }
    if (channel.startsWith(bookChannel)) {
      this.#bookTold(found, data, receivedUs);
    } else if (channel.startsWith(tradeChannel)) {
      this.#link.tell(bitstampTrade(found.market, fieldsOf(data, 'data'), receivedUs));
    }
  }

  #bookTold({ market, book }: MarketBook, data: unknown, receivedUs: number): void {
    const snapshot = bitstampBook(data, receivedUs);
    const newestUs = this.#newestUs.get(market.venueSymbol) ?? 0;
    if (book.held && snapshot.sourceUs <= newestUs) {
      this.#link.count('duplicates');
      return;
    }
    this.#newestUs.set(market.venueSymbol, snapshot.sourceUs);
    book.load(snapshot);
  }
}
