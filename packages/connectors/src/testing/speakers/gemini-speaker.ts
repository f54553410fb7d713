// Gemini speaker: multi market data, whole books once and one sequence for each connection. Source:
// docs.gemini.com.
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

export class GeminiSpeaker implements Speaker {
  readonly source = 'gemini';
  readonly books: readonly ServerBook[];

  constructor(random: Random) {
    this.books = ['BTCUSD', 'ETHUSD'].map((symbol) => new ServerBook(symbol, random));
  }

  options(venue: LocalVenue): ConnectorOptions {
    const symbols = this.books.map(({ symbol }) => symbol);
    return { symbols, addresses: { socket: `${venue.socketAddress}/v1/multimarketdata` } };
  }

  connected(client: LocalClient): void {
    for (const book of this.books) {
      if (new URL(client.path, 'ws://local').searchParams.get('symbols')?.includes(book.symbol)) {
        this.#say(client, book, book.bids(), book.asks(), 'initial');
      }
    }
  }

  hear(): void {
    // Nothing is sent to Gemini: what to follow stands in the address.
  }

  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void {
    for (const client of venue.open()) {
      this.#say(client, book, change.bids, change.asks, 'place');
    }
  }

  nudge(venue: LocalVenue): void {
    for (const client of venue.open()) {
      client.send({ type: 'heartbeat', timestampms: Date.now(), ...this.#next(client) });
    }
  }

  #next(client: LocalClient): object {
    const sequence = (client.notes.get('sequence') as number | undefined) ?? 0;
    client.notes.set('sequence', sequence + 1);
    return { socket_sequence: sequence };
  }

  #say(
    client: LocalClient,
    { symbol }: ServerBook,
    bids: ServerChange['bids'],
    asks: ServerChange['asks'],
    reason: string,
  ): void {
    const changes = (side: string, levels: ServerChange['bids']): object[] =>
      levels.map(([price, size]) => ({
        type: 'change',
        symbol,
        side,
        price: price.toFixed(2),
        remaining: size.toFixed(8),
        delta: '0',
        reason,
      }));
    client.send({
      type: 'update',
      eventId: 1,
      timestamp: Math.floor(Date.now() / 1_000),
      timestampms: Date.now(),
      ...this.#next(client),
      events: [...changes('bid', bids), ...changes('ask', asks)],
    });
  }
}
