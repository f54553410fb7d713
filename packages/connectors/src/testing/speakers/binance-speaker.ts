// Binance speaker: depth streams of spot or of USD-M futures, whose snapshots come over HTTP and
// are, as a cache would have them, up to three changes old. Source: developers.binance.com.
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly method: string;
  readonly params: readonly string[];
  readonly id: number;
}

type Levels = ServerChange['bids'];

const levels = (side: Levels): string[][] =>
  side.map(([price, size]) => [price.toFixed(2), size.toFixed(8)]);

export class BinanceSpeaker implements Speaker {
  readonly source = 'binance';
  readonly books: readonly ServerBook[];
  readonly #product: 'spot' | 'usdm';
  readonly #random: Random;
  readonly #snapshots: object[] = [];
  /** Binance's ids are safe to compare: one book only. */
  readonly #book: ServerBook;

  constructor(random: Random, product: 'spot' | 'usdm') {
    this.#product = product;
    this.#random = random;
    this.#book = new ServerBook(product === 'spot' ? 'BTCUSDT' : 'usdm:BTCUSDT', random);
    this.books = [this.#book];
    this.#keep();
  }

  options(venue: LocalVenue): ConnectorOptions {
    const [socket, rest] = [venue.socketAddress, venue.restAddress];
    return {
      symbols: [this.#book.symbol],
      addresses:
        this.#product === 'spot'
          ? { spot: socket, spotRest: rest }
          : { usdmPublic: socket, usdmMarket: socket, usdmRest: rest },
    };
  }

  get(path: string): unknown {
    if (!path.includes('/depth?')) {
      return { openInterest: '10659.509', symbol: 'BTCUSDT', time: Date.now() };
    }
    return this.#snapshots[Math.max(0, this.#snapshots.length - 1 - this.#random.nextInt(0, 4))];
  }

  hear(client: LocalClient, text: string): void {
    const { method, params, id } = JSON.parse(text) as Request;
    for (const stream of params) {
      if (method === 'SUBSCRIBE') {
        client.notes.set(stream, true);
      } else {
        client.notes.delete(stream);
      }
    }
    client.send({ result: null, id });
  }

  tell(venue: LocalVenue, _book: ServerBook, change: ServerChange): void {
    this.#keep();
    const stream = 'btcusdt@depth@100ms';
    for (const client of venue.open()) {
      if (client.notes.has(stream)) {
        const data = {
          e: 'depthUpdate',
          E: Date.now(),
          s: 'BTCUSDT',
          U: change.first,
          u: change.sequence,
          ...(this.#product === 'usdm' && { T: Date.now(), pu: change.previous }),
          b: levels(change.bids),
          a: levels(change.asks),
        };
        client.send({ stream, data });
      }
    }
  }

  nudge(venue: LocalVenue): void {
    this.tell(venue, this.#book, this.#book.change());
  }

  #keep(): void {
    this.#snapshots.push({
      lastUpdateId: this.#book.sequence,
      bids: levels(this.#book.bids()),
      asks: levels(this.#book.asks()),
    });
  }
}
