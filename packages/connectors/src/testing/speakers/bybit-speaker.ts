// Bybit speaker: public WebSocket API v5, books by update ids that count on by one. Source:
// bybit-exchange.github.io/docs/v5.
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly op: string;
  readonly args?: readonly string[];
}

type Levels = ServerChange['bids'];

export class BybitSpeaker implements Speaker {
  readonly source = 'bybit';
  readonly books: readonly ServerBook[];
  #updateId = 500;

  constructor(random: Random) {
    this.books = [new ServerBook('BTCUSDT', random)];
  }

  options(venue: LocalVenue): ConnectorOptions {
    const symbols = this.books.map(({ symbol }) => symbol);
    return { symbols, addresses: { spot: venue.socketAddress, rest: venue.restAddress } };
  }

  hear(client: LocalClient, text: string): void {
    const { op, args = [] } = JSON.parse(text) as Request;
    client.send({ success: true, ret_msg: op === 'ping' ? 'pong' : '', conn_id: '2324d924', op });
    for (const topic of args) {
      if (op === 'unsubscribe') {
        client.notes.delete(topic);
        continue;
      }
      client.notes.set(topic, true);
      const book = this.books.find(({ symbol }) => topic === `orderbook.50.${symbol}`);
      if (book !== undefined) {
        this.#say(client, 'snapshot', book, book.bids(), book.asks());
      }
    }
  }

  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void {
    this.#updateId++;
    for (const client of venue.open()) {
      if (client.notes.has(`orderbook.50.${book.symbol}`)) {
        this.#say(client, 'delta', book, change.bids, change.asks);
      }
    }
  }

  nudge(venue: LocalVenue): void {
    for (const book of this.books) {
      this.tell(venue, book, book.change());
    }
  }

  #say(client: LocalClient, type: string, book: ServerBook, bids: Levels, asks: Levels): void {
    const levels = (side: Levels): string[][] =>
      side.map(([price, size]) => [price.toFixed(2), size.toFixed(8)]);
    client.send({
      topic: `orderbook.50.${book.symbol}`,
      type,
      ts: Date.now(),
      data: {
        s: book.symbol,
        b: levels(bids),
        a: levels(asks),
        u: this.#updateId,
        seq: book.sequence,
      },
      cts: Date.now(),
    });
  }
}
