// Kraken speaker: WebSocket API v2, books with checksums and no sequence. Source: docs.kraken.com.
import { crc32 } from 'node:zlib';
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly method: 'subscribe' | 'unsubscribe' | 'ping';
  readonly params?: { readonly channel: string; readonly symbol: readonly string[] };
}

type Levels = ServerChange['bids'];

export class KrakenSpeaker implements Speaker {
  readonly source = 'kraken';
  readonly books: readonly ServerBook[];
  readonly findsWrongDigits = true;

  constructor(random: Random) {
    this.books = [new ServerBook('BTC/USD', random)];
  }

  options(venue: LocalVenue): ConnectorOptions {
    const symbols = this.books.map(({ symbol }) => symbol);
    return { symbols, addresses: { socket: venue.socketAddress } };
  }

  hear(client: LocalClient, text: string): void {
    const { method, params } = JSON.parse(text) as Request;
    if (params === undefined) {
      client.send({ method: 'pong' });
      return;
    }
    for (const symbol of params.symbol) {
      if (method === 'unsubscribe') {
        client.notes.delete(`${params.channel} ${symbol}`);
      } else {
        client.notes.set(`${params.channel} ${symbol}`, true);
      }
      client.send({ method, success: true, result: { channel: params.channel, symbol } });
      const book = this.books.find((one) => one.symbol === symbol);
      if (method === 'subscribe' && params.channel === 'book' && book !== undefined) {
        this.#say(client, 'snapshot', book, book.bids(), book.asks());
      }
    }
  }

  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void {
    for (const client of venue.open()) {
      if (client.notes.has(`book ${book.symbol}`)) {
        this.#say(client, 'update', book, change.bids, change.asks);
      }
    }
  }

  nudge(venue: LocalVenue): void {
    for (const book of this.books) {
      this.tell(venue, book, book.change());
    }
  }

  #say(client: LocalClient, type: string, book: ServerBook, bids: Levels, asks: Levels): void {
    const levels = (side: Levels): string =>
      side
        .map(([price, size]) => `{"price":${price.toFixed(2)},"qty":${size.toFixed(8)}}`)
        .join(',');
    const text = [...book.asks(10), ...book.bids(10)]
      .map(([price, size]) =>
        [price.toFixed(2), size.toFixed(8)]
          .map((one) => one.replace('.', '').replace(/^0+/, ''))
          .join(''),
      )
      .join('');
    const data =
      `{"symbol":"${book.symbol}","bids":[${levels(bids)}],"asks":[${levels(asks)}],` +
      `"checksum":${crc32(text)},"timestamp":"${new Date().toISOString()}"}`;
    client.send(`{"channel":"book","type":"${type}","data":[${data}]}`);
  }
}
