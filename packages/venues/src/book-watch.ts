// Book watch: one kept book and all who listen to it. Listeners hear of every change, and once when
// the book becomes stale; what comes between a gap and the next whole book is not told.
import { BookCopy, type BookMessage } from './book-copy.ts';
import type { VenueBook } from './venue.ts';

export class BookWatch {
  readonly #copy: BookCopy;
  readonly listeners = new Set<(book: VenueBook) => void>();
  /** Ends the subscription behind it. */
  unwatch: () => void = () => undefined;

  constructor(instrumentName: string) {
    this.#copy = new BookCopy(instrumentName);
  }

  /** Adds a listener, who hears at once of a book that is known; returns how to stop. */
  add(listener: (book: VenueBook) => void): () => void {
    const own = (book: VenueBook): void => listener(book);
    this.listeners.add(own);
    if (!this.#copy.stale) {
      listener(this.#copy.view());
    }
    return () => this.listeners.delete(own);
  }

  /** Takes a message; `gap` when the book has to be asked for anew. */
  hear(message: BookMessage): 'kept' | 'gap' | 'passed-over' {
    const wasStale = this.#copy.stale;
    const kept = this.#copy.apply(message);
    if (kept || !wasStale) {
      this.#tell();
    }
    return kept ? 'kept' : wasStale ? 'passed-over' : 'gap';
  }

  /** The connection is gone. */
  lose(): void {
    if (!this.#copy.stale) {
      this.#copy.lose();
      this.#tell();
    }
  }

  #tell(): void {
    const book = this.#copy.view();
    for (const listener of this.listeners) {
      listener(book);
    }
  }
}
