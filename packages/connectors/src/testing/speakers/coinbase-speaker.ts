// Coinbase speaker: Advanced Trade channels, one sequence for each connection. Source:
// docs.cdp.coinbase.com, Advanced Trade WebSocket channels.
import type { Random } from '@openstrike/std';
import type { ConnectorOptions } from '../../create-connector.ts';
import type { LocalClient, LocalVenue } from '../local-venue.ts';
import { ServerBook, type ServerChange } from '../server-book.ts';
import type { Speaker } from '../speaker.ts';

interface Request {
  readonly type: 'subscribe' | 'unsubscribe';
  readonly channel: string;
  readonly product_ids?: readonly string[];
}

export class CoinbaseSpeaker implements Speaker {
  readonly source = 'coinbase';
  readonly books: readonly ServerBook[];

  constructor(random: Random) {
    this.books = ['BTC-USD', 'ETH-USD'].map((symbol) => new ServerBook(symbol, random));
  }

  options(venue: LocalVenue): ConnectorOptions {
    const symbols = this.books.map(({ symbol }) => symbol);
    return { symbols, addresses: { socket: venue.socketAddress } };
  }

  hear(client: LocalClient, text: string): void {
    const { type, channel, product_ids: productIds = [] } = JSON.parse(text) as Request;
    for (const symbol of productIds) {
      if (type === 'unsubscribe') {
        client.notes.delete(`${channel} ${symbol}`);
      } else {
        client.notes.set(`${channel} ${symbol}`, true);
      }
      const book = this.books.find((one) => one.symbol === symbol);
      if (type === 'subscribe' && channel === 'level2' && book !== undefined) {
        this.#level2(client, 'snapshot', symbol, book.bids(), book.asks());
      }
    }
    this.#say(client, 'subscriptions', [{ subscriptions: { [channel]: productIds } }]);
  }

  tell(venue: LocalVenue, book: ServerBook, change: ServerChange): void {
    for (const client of venue.open()) {
      if (client.notes.has(`level2 ${book.symbol}`)) {
        this.#level2(client, 'update', book.symbol, change.bids, change.asks);
      }
    }
  }

  nudge(venue: LocalVenue): void {
    for (const client of venue.open()) {
      this.#say(client, 'heartbeats', [
        { current_time: new Date().toISOString(), heartbeat_counter: 1 },
      ]);
    }
  }

  #level2(
    client: LocalClient,
    type: string,
    symbol: string,
    bids: ServerChange['bids'],
    asks: ServerChange['asks'],
  ): void {
    const updates = (side: string, levels: ServerChange['bids']): object[] =>
      levels.map(([price, size]) => ({
        side,
        event_time: new Date().toISOString(),
        price_level: price.toFixed(2),
        new_quantity: size.toFixed(8),
      }));
    const all = [...updates('bid', bids), ...updates('offer', asks)];
    this.#say(client, 'l2_data', [{ type, product_id: symbol, updates: all }]);
  }

  #say(client: LocalClient, channel: string, events: readonly object[]): void {
    const sequence = (client.notes.get('sequence') as number | undefined) ?? 0;
    client.notes.set('sequence', sequence + 1);
    const timestamp = new Date().toISOString();
    client.send({ channel, client_id: '', timestamp, sequence_num: sequence, events });
  }
}
