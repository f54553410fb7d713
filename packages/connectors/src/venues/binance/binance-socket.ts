// Binance socket: what its four products have in common: streams are subscribed to by name, frames
// may be wrapped with the name of their stream, and the venue announces when it shuts down.
import { type Fields, fieldsOf, jsonOf } from '../../core/fields.ts';
import type { Link } from '../../core/link.ts';

const streamsPerRequest = 100;

export class BinanceSocket {
  readonly #link: Link;
  #nextId = 1;

  constructor(link: Link) {
    this.#link = link;
  }

  send(method: 'SUBSCRIBE' | 'UNSUBSCRIBE', streams: readonly string[]): void {
    for (let from = 0; from < streams.length; from += streamsPerRequest) {
      const params = streams.slice(from, from + streamsPerRequest);
      this.#link.send(JSON.stringify({ method, params, id: this.#nextId++ }));
    }
  }

  /** The events of a frame; none in an answer to a request. */
  events(text: string): Fields[] {
    const frame = jsonOf(text);
    const data =
      typeof frame === 'object' && frame !== null && 'stream' in frame
        ? (frame as Fields)['data']
        : frame;
    const events = Array.isArray(data) ? (data as unknown[]) : [data];
    return events.map((item) => fieldsOf(item, 'an event')).filter((event) => !this.#answer(event));
  }

  #answer(event: Fields): boolean {
    if (event['e'] === 'serverShutdown') {
      this.#link.reconnect('the venue announces that it will shut down');
      return true;
    }
    const refused = event['error'] ?? (event['code'] === undefined ? undefined : event);
    if (refused !== undefined) {
      this.#link.reconnect(`the venue refuses: ${JSON.stringify(refused)}`);
      return true;
    }
    return event['e'] === undefined;
  }
}
