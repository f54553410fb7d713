// Market books: the markets of one connection, each with the book that is kept of it. Venues that
// have nothing to keep of a market simply leave its book alone.
import type { Market } from './market.ts';
import { TrackedBook, type TrackedBookOptions } from './tracked-book.ts';

export type MarketBooksOptions = Omit<TrackedBookOptions, 'market'>;

export interface MarketBook {
  readonly market: Market;
  readonly book: TrackedBook;
}

export class MarketBooks {
  readonly #options: MarketBooksOptions;
  /** By the venue's name within the connection. */
  readonly #books = new Map<string, MarketBook>();

  constructor(options: MarketBooksOptions) {
    this.#options = options;
  }

  add(name: string, market: Market): MarketBook {
    const book = new TrackedBook({ ...this.#options, market });
    const both = { market, book };
    this.#books.set(name, both);
    return both;
  }

  remove(name: string): void {
    this.#books.delete(name);
  }

  get(name: string): MarketBook | undefined {
    return this.#books.get(name);
  }

  all(): IterableIterator<MarketBook> {
    return this.#books.values();
  }

  /** Nobody knows whose update is missing: every book is lost. */
  loseAll(reason: string): void {
    for (const { book } of this.#books.values()) {
      book.lose(reason, 'gaps');
    }
  }
}
