// Deribit speaker: JSON-RPC with books by change ids. Source: docs.deribit.com, API v2.
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: { readonly channels?: readonly string[] };
}

export class DeribitSpeaker implements Speaker {
  readonly source = 'deribit';
  readonly books: readonly ServerBook[];
  /** Channels that are not accepted. */
  readonly refused = new Set<string>();
  /** What public/get_instruments answers, by currency. */
  readonly instruments = new Map<string, readonly object[]>();
  nowMs: () => number = () => Date.now();

  constructor(random: Random) {
    this.books = [new ServerBook('BTC_USDC-PERPETUAL', random)];
  }

  options(venue: LocalVenue): ConnectorOptions {
    return {
      symbols: this.books.map(({ symbol }) => symbol),
      addresses: { socket: venue.socketAddress, rest: venue.restAddress },
    };
  }

  get(path: string): unknown {
    const currency = /get_instruments\?currency=(\w+)/.exec(path)?.[1] ?? '';
    return { jsonrpc: '2.0', result: this.instruments.get(currency) ?? [] };
  }

  hear(client: LocalClient, text: string): void {
    const { id, method, params } = JSON.parse(text) as Request;
    const channels = params.channels ?? [];
    switch (method) {
      case 'public/subscribe': {
        const accepted = channels.filter((channel) => !this.refused.has(channel));
        client.send({ jsonrpc: '2.0', id, result: accepted, usIn: 1, usOut: 2, usDiff: 1 });
        for (const channel of accepted) {
          client.notes.set(channel, true);
          this.#snapshot(client, channel);
        }
        break;
      }
      case 'public/unsubscribe':
        for (const channel of channels) {
          client.notes.delete(channel);
        }
        client.send({ jsonrpc: '2.0', id, result: channels });
        break;
      default:
        client.send({ jsonrpc: '2.0', id, result: 'ok' });
    }
  }

  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void {
    const channel = `book.${book.symbol}.100ms`;
    const levels = (side: ServerChange['bids']): unknown[] =>
      side.map(([price, size]) => [size === 0 ? 'delete' : 'change', price, size]);
    for (const client of venue.open()) {
      if (client.notes.has(channel)) {
        client.send(
          this.notification(channel, {
            type: 'change',
            timestamp: this.nowMs(),
            prev_change_id: change.previous,
            instrument_name: book.symbol,
            change_id: change.sequence,
            bids: levels(change.bids),
            asks: levels(change.asks),
          }),
        );
      }
    }
  }

  nudge(venue: LocalVenue): void {
    for (const book of this.books) {
      this.tell(venue, book, book.change());
    }
  }

  notification(channel: string, data: unknown): unknown {
    return { jsonrpc: '2.0', method: 'subscription', params: { channel, data } };
  }

  #snapshot(client: LocalClient, channel: string): void {
    const book = this.books.find(({ symbol }) => channel === `book.${symbol}.100ms`);
    if (book !== undefined) {
      const levels = (side: [number, number][]): unknown[] =>
        side.map(([price, size]) => ['new', price, size]);
      client.send(
        this.notification(channel, {
          type: 'snapshot',
          timestamp: this.nowMs(),
          instrument_name: book.symbol,
          change_id: book.sequence,
          bids: levels(book.bids()),
          asks: levels(book.asks()),
        }),
      );
    }
  }
}
