// Gemini protocol: what to follow stands in the address, and the whole books come once, at the
// beginning. Invariant: after any gap in the connection's sequence only a new connection helps.
import { fieldsOf, jsonOf, textOf } from '../../core/fields.ts';
import type { Link, VenueProtocol } from '../../core/link.ts';
import type { Market } from '../../core/market.ts';
import { MarketBooks } from '../../core/market-books.ts';
import { geminiChanges, geminiMessage, geminiTrade } from './gemini-messages.ts';

/** Levels of each side; the whole book is sent. */
const levelsMax = 50_000;

export class GeminiProtocol implements VenueProtocol {
  readonly #link: Link;
  readonly #books: MarketBooks;
  #sequence: number | null = null;

  constructor(link: Link) {
    this.#link = link;
    this.#books = new MarketBooks({ source: 'gemini', link, levelsMax });
  }

  open(markets: readonly Market[]): void {
    for (const market of markets) {
      this.#books.add(market.venueSymbol, market);
    }
  }

  change(): void {
    this.#link.reconnect('other pairs are to be followed');
  }

  ask({ venueSymbol }: Market): void {
    this.#link.reconnect(`only a new connection brings the book of ${venueSymbol}`);
  }

  ping(): string | null {
    return null;
  }

  hear(text: string, receivedUs: number): void {
    const frame = fieldsOf(jsonOf(text), 'the frame');
    if (frame['result'] === 'error') {
      this.#link.reconnect(`the venue refuses: ${textOf(frame['message'], 'message')}`);
      return;
    }
    const { sequence, sourceUs, events } = geminiMessage(frame);
    const expected = this.#sequence === null ? 0 : this.#sequence + 1;
    if (sequence < expected) {
      this.#link.count('duplicates');
      return;
    }
    if (sequence > expected) {
      this.#link.count('gaps');
      this.#link.reconnect(`message ${sequence} came when ${expected} was next`);
      return;
    }
    this.#sequence = sequence;
    for (const [symbol, { whole, bids, asks }] of geminiChanges(events)) {
      const book = this.#books.get(symbol)?.book;
      if (whole) {
        book?.load({ sequence, bids, asks, sourceUs, receivedUs });
      } else {
        book?.apply({ sequence, previous: null, bids, asks, sourceUs, receivedUs });
      }
    }
    for (const event of events) {
      if (event['type'] === 'trade') {
        const market = this.#books.get(textOf(event['symbol'], 'symbol'))?.market;
        if (market !== undefined) {
          this.#link.tell(geminiTrade(market, event, sourceUs, receivedUs));
        }
      }
    }
  }
}
