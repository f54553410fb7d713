// OKX speaker: public WebSocket API v5, books by sequence ids, with or without checksums. Source:
// okx.com/docs-v5.
import { crc32 } from 'node:zlib';
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly op: string;
  readonly args: readonly { readonly channel: string; readonly instId: string }[];
}

type Levels = ServerChange['bids'];

export class OkxSpeaker implements Speaker {
  readonly source = 'okx';
  readonly books: readonly ServerBook[];
  readonly findsWrongDigits: boolean;

  constructor(random: Random, checksums: boolean) {
    this.findsWrongDigits = checksums;
    this.books = [new ServerBook('BTC-USDT', random)];
  }

  options(venue: LocalVenue): ConnectorOptions {
    const symbols = this.books.map(({ symbol }) => symbol);
    return { symbols, addresses: { socket: venue.socketAddress } };
  }

  hear(client: LocalClient, text: string): void {
    if (text === 'ping') {
      client.send('pong');
      return;
    }
    const { op, args } = JSON.parse(text) as Request;
    for (const arg of args) {
      const key = `${arg.channel} ${arg.instId}`;
      client.send({ event: op, arg, connId: 'a4d3ae55' });
      if (op === 'unsubscribe') {
        client.notes.delete(key);
        continue;
      }
      client.notes.set(key, true);
      const book = this.books.find(({ symbol }) => key === `books ${symbol}`);
      if (book !== undefined) {
        this.#say(client, 'snapshot', book, book.bids(), book.asks(), -1);
      }
    }
  }

  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void {
    for (const client of venue.open()) {
      if (client.notes.has(`books ${book.symbol}`)) {
        this.#say(client, 'update', book, change.bids, change.asks, change.previous);
      }
    }
  }

  nudge(venue: LocalVenue): void {
    for (const book of this.books) {
      this.tell(venue, book, book.change());
    }
  }

  #say(
    client: LocalClient,
    action: string,
    book: ServerBook,
    bids: Levels,
    asks: Levels,
    prevSeqId: number,
  ): void {
    const levels = (side: Levels): string[][] =>
      side.map(([price, size]) => [price.toFixed(2), size.toFixed(8), '0', '1']);
    const data = {
      asks: levels(asks),
      bids: levels(bids),
      ts: String(Date.now()),
      checksum: this.findsWrongDigits ? checksumOf(book) : 0,
      prevSeqId,
      seqId: book.sequence,
    };
    client.send({ arg: { channel: 'books', instId: book.symbol }, action, data: [data] });
  }
}

const checksumOf = (book: ServerBook): number => {
  const bids = book.bids(25);
  const asks = book.asks(25);
  const parts: string[] = [];
  for (let rank = 0; rank < 25; rank++) {
    for (const level of [bids[rank], asks[rank]]) {
      if (level !== undefined) {
        parts.push(`${level[0].toFixed(2)}:${level[1].toFixed(8)}`);
      }
    }
  }
  return crc32(parts.join(':')) | 0;
};
