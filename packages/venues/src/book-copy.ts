// Book copy: a venue's book kept from its change messages. Invariant: a change is applied only to
// the very book it follows, by the venue's change ids; else the copy is stale until a whole book
// comes.
import type { VenueBook } from './venue.ts';

type Level = readonly [price: number, amount: number];
type ChangedLevel = readonly [action: 'new' | 'change' | 'delete', price: number, amount: number];

export interface BookMessage {
  readonly instrument_name: string;
  readonly timestamp: number;
  readonly change_id: number;
  /** Absent on a whole book. */
  readonly prev_change_id?: number | null;
  readonly bids: readonly ChangedLevel[];
  readonly asks: readonly ChangedLevel[];
}

export class BookCopy {
  readonly #instrumentName: string;
  /** Best first. */
  #bids: Level[] = [];
  #asks: Level[] = [];
  #changeId: number | null = null;
  #timestampMs = 0;

  constructor(instrumentName: string) {
    this.#instrumentName = instrumentName;
  }

  /** Whether the copy waits for a whole book. */
  get stale(): boolean {
    return this.#changeId === null;
  }

  /** Takes a message; false on a gap, after which the copy is stale. */
  apply(message: BookMessage): boolean {
    const previous = message.prev_change_id ?? null;
    if (previous === null) {
      this.#bids = [];
      this.#asks = [];
    } else if (this.#changeId !== previous) {
      this.#changeId = null;
      return false;
    }
    this.#changeId = message.change_id;
    this.#timestampMs = message.timestamp;
    this.#bids = changed(this.#bids, message.bids, (a, b) => b - a);
    this.#asks = changed(this.#asks, message.asks, (a, b) => a - b);
    return true;
  }

  /** Says that what follows is not known any more. */
  lose(): void {
    this.#changeId = null;
  }

  view(): VenueBook {
    return {
      instrumentName: this.#instrumentName,
      timestampMs: this.#timestampMs,
      bids: this.#bids,
      asks: this.#asks,
      stale: this.stale,
    };
  }
}

/** A new array, because listeners may keep the one they were given. */
const changed = (
  levels: readonly Level[],
  changes: readonly ChangedLevel[],
  compare: (a: number, b: number) => number,
): Level[] => {
  const next = [...levels];
  for (const [action, price, amount] of changes) {
    let low = 0;
    let high = next.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare((next[middle] as Level)[0], price) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const found = next[low]?.[0] === price;
    if (action === 'delete' || amount === 0) {
      next.splice(low, found ? 1 : 0);
    } else {
      next.splice(low, found ? 1 : 0, [price, amount]);
    }
  }
  return next;
};
