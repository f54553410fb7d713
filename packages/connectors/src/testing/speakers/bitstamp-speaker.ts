// Bitstamp speaker: whole books, numbered by microseconds. Source: bitstamp.net/websocket/v2.
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly event: string;
  readonly data?: { readonly channel: string };
}

export class BitstampSpeaker implements Speaker {
  readonly source = 'bitstamp';
  readonly books: readonly ServerBook[];
  #lastUs = 0;

  constructor(random: Random) {
    this.books = [new ServerBook('btcusd', random)];
  }

  options(venue: LocalVenue): ConnectorOptions {
    const symbols = this.books.map(({ symbol }) => symbol);
    return { symbols, addresses: { socket: venue.socketAddress } };
  }

  hear(client: LocalClient, text: string): void {
    const { event, data } = JSON.parse(text) as Request;
    if (event === 'bts:heartbeat' || data === undefined) {
      client.send({ event: 'bts:heartbeat', data: { status: 'success' } });
      return;
    }
    if (event === 'bts:unsubscribe') {
      client.notes.delete(data.channel);
      client.send({ event: 'bts:unsubscription_succeeded', channel: data.channel, data: {} });
      return;
    }
    client.notes.set(data.channel, true);
    client.send({ event: 'bts:subscription_succeeded', channel: data.channel, data: {} });
    const book = this.books.find(({ symbol }) => data.channel === `order_book_${symbol}`);
    if (book !== undefined) {
      this.#say(client, book);
    }
  }

  tell(venue: LocalVenue, book: ServerBook): void {
    for (const client of venue.open()) {
      if (client.notes.has(`order_book_${book.symbol}`)) {
        this.#say(client, book);
      }
    }
  }

  nudge(venue: LocalVenue): void {
    for (const book of this.books) {
      book.change();
      this.tell(venue, book);
    }
  }

  #say(client: LocalClient, book: ServerBook): void {
    this.#lastUs = Math.max(this.#lastUs + 1, Date.now() * 1_000);
    const levels = (side: [number, number][]): string[][] =>
      side.map(([price, size]) => [price.toFixed(2), size.toFixed(8)]);
    client.send({
      event: 'data',
      channel: `order_book_${book.symbol}`,
      data: {
        timestamp: String(Math.floor(this.#lastUs / 1e6)),
        microtimestamp: String(this.#lastUs),
        bids: levels(book.bids()),
        asks: levels(book.asks()),
      },
    });
  }
}
