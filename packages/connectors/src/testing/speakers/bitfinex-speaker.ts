// Bitfinex speaker: WebSocket API v2 with sequence numbers, times and checksums on. Source:
// docs.bitfinex.com.
import { crc32 } from 'node:zlib';
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly event: string;
  readonly channel?: string;
  readonly symbol?: string;
  readonly chanId?: number;
}

export class BitfinexSpeaker implements Speaker {
  readonly source = 'bitfinex';
  readonly books: readonly ServerBook[];
  /** Levels of one change come in messages of their own. */
  readonly tellsParts = true;

  constructor(random: Random) {
    this.books = [new ServerBook('tBTCUSD', random)];
  }

  options(venue: LocalVenue): ConnectorOptions {
    const symbols = this.books.map(({ symbol }) => symbol);
    return { symbols, addresses: { socket: venue.socketAddress } };
  }

  hear(client: LocalClient, text: string): void {
    const { event, channel = '', symbol = '', chanId } = JSON.parse(text) as Request;
    if (event === 'subscribe') {
      const next = ((client.notes.get('channel') as number | undefined) ?? 100) + 1;
      client.notes.set('channel', next);
      client.notes.set(`${channel} ${symbol}`, next);
      client.send({ event: 'subscribed', channel, chanId: next, symbol });
      const book = this.books.find((one) => one.symbol === symbol);
      if (channel === 'book' && book !== undefined) {
        this.#say(client, next, [this.#levels(book.bids(), book.asks())]);
      }
    } else if (event === 'unsubscribe') {
      for (const [name, id] of client.notes) {
        if (id === chanId && name !== 'channel') {
          client.notes.delete(name);
        }
      }
      client.send({ event: 'unsubscribed', status: 'OK', chanId });
    } else {
      client.send({ event, status: 'OK' });
    }
  }

  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void {
    for (const client of venue.open()) {
      const channelId = client.notes.get(`book ${book.symbol}`) as number | undefined;
      if (channelId !== undefined) {
        for (const level of this.#levels(change.bids, change.asks)) {
          this.#say(client, channelId, [level]);
        }
        this.#say(client, channelId, ['cs', this.#checksum(book)]);
      }
    }
  }

  nudge(venue: LocalVenue): void {
    for (const book of this.books) {
      this.tell(venue, book, book.change());
    }
  }

  #levels(bids: ServerChange['bids'], asks: ServerChange['asks']): number[][] {
    const rows = (levels: ServerChange['bids'], sign: 1 | -1): number[][] =>
      levels.map(([price, size]) => (size === 0 ? [price, 0, sign] : [price, 1, sign * size]));
    return [...rows(bids, 1), ...rows(asks, -1)];
  }

  #checksum(book: ServerBook): number {
    const bids = book.bids(25);
    const asks = book.asks(25);
    const parts: string[] = [];
    for (let rank = 0; rank < 25; rank++) {
      const bid = bids[rank];
      const ask = asks[rank];
      if (bid !== undefined) {
        parts.push(`${bid[0]}:${bid[1]}`);
      }
      if (ask !== undefined) {
        parts.push(`${ask[0]}:${-ask[1]}`);
      }
    }
    return crc32(parts.join(':')) | 0;
  }

  #say(client: LocalClient, channelId: number, body: readonly unknown[]): void {
    const sequence = ((client.notes.get('sequence') as number | undefined) ?? 0) + 1;
    client.notes.set('sequence', sequence);
    client.send([channelId, ...body, sequence, Date.now()]);
  }
}
