/**
 * The price levels of all books of the fast matcher: records in one Int32Array, found by price, best first.
 *
 * A price becomes a key, the tick for asks and the negated tick for bids, so that on both sides the best price is
 * the lowest key and one code path serves both. Each side keeps its levels in a list sorted from the best; a side
 * on which finding a level walks far gets a window (price-window.ts) over its best prices, and only the levels
 * beyond it stay listed. Records are named by the index of their first field; 0 is none, a record whose key is
 * worse than all and whose links are written to and never read.
 */
import { assert } from '@openstrike/std';
import {
  firstOccupied,
  occupy,
  vacate,
  WINDOW_ANCHOR,
  WINDOW_KEYS,
  WINDOW_SLOTS,
  WINDOW_STRIDE,
} from './price-window.ts';

/** How much room to set aside at the start; every pool doubles when it is full. */
export interface MatcherCapacity {
  readonly books?: number;
  readonly orders?: number;
  readonly levels?: number;
  /** The most sides that may have a window (132 KiB each); the others keep their sorted list. */
  readonly windowsMax?: number;
  /** A side gets a window when its walks went this many steps, those beyond the fourth, in all; 0: at once. */
  readonly windowAfterSteps?: number;
}

// Fields of a level's record. Records are 8 fields long, so `level | FIELD` is the field's index; the last two
// are one double, the visible lots, which `levelVisible` reads at `(level >> 1) | 3`.
export const LEVEL_KEY = 0;
export const LEVEL_SIDE = 1;
export const LEVEL_HEAD = 2;
export const LEVEL_TAIL = 3;
/** The next worse level in the list; the free list's link. */
export const LEVEL_NEXT = 4;
export const LEVEL_PREV = 5;

// Fields of a side's record, at `bookId << 4 | side << 3`: both sides of a book share a cache line.
export const SIDE_BEST = 0;
export const SIDE_BEST_KEY = 1;
/** The best level outside the window. */
const SIDE_LIST = 2;
export const SIDE_WINDOW = 3;
/** Steps walked beyond the free ones, less one for every short walk since. */
const SIDE_WALKED = 4;
const SIDE_OPEN = 5;

/** The best key of an empty side. */
const NO_KEY = 2 ** 31 - 1;

/** Steps of a walk to a level that do not count towards a window. */
const WALK_STEPS_FREE = 4;

/** A moved window leaves this many keys free before its best level. */
const WINDOW_LEAD = WINDOW_KEYS / 4;

/** Base of the fast matcher: knows prices, and of orders only whether a level has any. */
export class PriceLevels {
  protected sides: Int32Array;
  protected levels: Int32Array;
  protected levelVisible: Float64Array;
  /** Lots of a level's icebergs that no slice shows yet, at `level >> 3`. */
  protected levelHidden: Float64Array;
  protected windows: Int32Array = new Int32Array(16);
  #levelsFree = 0;
  #levelsUsed = 8;
  #windowsUsed = 0;
  readonly #windowsFree: number[] = [];
  readonly #windowsMax: number;
  readonly #windowAfterSteps: number;

  constructor(capacity: MatcherCapacity) {
    const { books = 16, levels = 256, windowsMax = 256, windowAfterSteps = 2048 } = capacity;
    this.sides = new Int32Array(books << 4);
    this.levels = new Int32Array((levels + 1) << 3);
    this.levels[0] = NO_KEY;
    this.levelVisible = new Float64Array(this.levels.buffer);
    this.levelHidden = new Float64Array(levels + 1);
    this.#windowsMax = windowsMax;
    this.#windowAfterSteps = windowAfterSteps;
  }

  openBook(bookId: number): void {
    assert(Number.isInteger(bookId) && bookId >= 0 && bookId < 2 ** 26, 'no such book id');
    while (bookId << 4 >= this.sides.length) this.sides = doubled(this.sides);
    const sides = this.sides;
    assert(sides[(bookId << 4) | SIDE_OPEN] === 0, 'the book is open already');
    for (const side of [bookId << 4, (bookId << 4) | 8]) {
      sides.fill(0, side, side + 8);
      sides[side | SIDE_BEST_KEY] = NO_KEY;
      sides[side | SIDE_OPEN] = 1;
    }
  }

  closeBook(bookId: number): void {
    const sides = this.sides;
    const bids = this.sideOf(bookId, 0);
    const asks = this.sideOf(bookId, 1);
    assert(sides[bids] === 0 && sides[asks] === 0, 'orders rest in the book');
    for (const side of [bids, asks]) {
      const window = sides[side | SIDE_WINDOW] as number;
      if (window !== 0) this.#windowsFree.push(window);
      sides[side | SIDE_OPEN] = 0;
    }
  }

  /** The record of an open book's side. */
  protected sideOf(bookId: number, side: number): number {
    const at = (bookId << 4) | (side << 3);
    assert(this.sides[at | SIDE_OPEN] === 1, 'the book is not open');
    return at;
  }

  /** The level of a key on a side; 0 when there is none. */
  protected findLevel(side: number, key: number): number {
    const window = this.sides[side | SIDE_WINDOW] as number;
    const index = (key - (this.windows[window] as number)) | 0;
    if (window !== 0 && index < WINDOW_KEYS) {
      return index < 0 ? 0 : (this.windows[window + WINDOW_SLOTS + index] as number);
    }
    const { levels } = this;
    let level = this.sides[side | SIDE_LIST] as number;
    while ((levels[level] as number) < key) level = levels[level | LEVEL_NEXT] as number;
    return levels[level] === key ? level : 0;
  }

  /** The level of a key on a side, opened without orders if there is none. */
  protected levelAt(side: number, key: number): number {
    const window = this.sides[side | SIDE_WINDOW] as number;
    if (window === 0) return this.#levelInList(side, key);
    const index = (key - (this.windows[window] as number)) | 0;
    if (index >>> 0 < WINDOW_KEYS) {
      const found = this.windows[window + WINDOW_SLOTS + index] as number;
      return found !== 0 ? found : this.#openInWindow(side, window, index, key);
    }
    if (index > 0) return this.#levelInList(side, key);
    this.#moveWindow(side, key);
    return this.levelAt(side, key);
  }

  #openInWindow(side: number, window: number, index: number, key: number): number {
    const level = this.#newLevel(side, key);
    occupy(this.windows, window, index, level);
    if (key < (this.sides[side | SIDE_BEST_KEY] as number)) {
      this.sides[side | SIDE_BEST] = level;
      this.sides[side | SIDE_BEST_KEY] = key;
    }
    return level;
  }

  #levelInList(side: number, key: number): number {
    const { levels, sides } = this;
    const first = sides[side | SIDE_LIST] as number;
    if ((levels[first] as number) > key) return this.#openInList(side, key, 0, first);
    let prev = 0;
    let level = first;
    let steps = 0;
    while ((levels[level] as number) < key) {
      prev = level;
      level = levels[level | LEVEL_NEXT] as number;
      steps += 1;
    }
    if (levels[level] !== key) level = this.#openInList(side, key, prev, level);
    if (steps > WALK_STEPS_FREE) this.#countSteps(side, steps - WALK_STEPS_FREE);
    else if (sides[side | SIDE_WALKED] !== 0) sides[side | SIDE_WALKED]! -= 1;
    return level;
  }

  #openInList(side: number, key: number, prev: number, next: number): number {
    const level = this.#newLevel(side, key);
    const { levels, sides } = this;
    levels[level | LEVEL_PREV] = prev;
    levels[level | LEVEL_NEXT] = next;
    levels[prev | LEVEL_NEXT] = level;
    levels[next | LEVEL_PREV] = level;
    if (prev === 0) sides[side | SIDE_LIST] = level;
    if (key < (sides[side | SIDE_BEST_KEY] as number)) {
      sides[side | SIDE_BEST] = level;
      sides[side | SIDE_BEST_KEY] = key;
    }
    if (this.#windowAfterSteps === 0 && sides[side | SIDE_WINDOW] === 0) this.#openWindow(side);
    return level;
  }

  /** Long walks open a window, or bring the one that is there back to the best prices. */
  #countSteps(side: number, steps: number): void {
    const walked = (this.sides[side | SIDE_WALKED] as number) + steps;
    this.sides[side | SIDE_WALKED] = walked;
    if (walked < this.#windowAfterSteps) return;
    this.sides[side | SIDE_WALKED] = 0;
    if (this.sides[side | SIDE_WINDOW] === 0) this.#openWindow(side);
    else this.#moveWindow(side, NO_KEY);
  }

  #setBest(side: number, level: number): void {
    this.sides[side | SIDE_BEST] = level;
    this.sides[side | SIDE_BEST_KEY] = this.levels[level] as number;
  }

  #newLevel(side: number, key: number): number {
    let level = this.#levelsFree;
    if (level === 0) {
      level = this.#levelsUsed;
      this.#levelsUsed = level + 8;
      if (level === this.levels.length) this.#growLevels();
    } else {
      this.#levelsFree = this.levels[level | LEVEL_NEXT] as number;
    }
    const { levels } = this;
    levels[level] = key;
    levels[level | LEVEL_SIDE] = side;
    levels[level | LEVEL_HEAD] = 0;
    levels[level | LEVEL_TAIL] = 0;
    this.levelVisible[(level >> 1) | 3] = 0;
    return level;
  }

  #growLevels(): void {
    this.levels = doubled(this.levels);
    this.levelVisible = new Float64Array(this.levels.buffer);
    const hidden = new Float64Array(this.levels.length >> 3);
    hidden.set(this.levelHidden);
    this.levelHidden = hidden;
  }

  /** Takes a level without orders out of its side and finds the new best level if it was that. */
  protected removeLevel(level: number): void {
    const { levels, windows, sides } = this;
    const side = levels[level | LEVEL_SIDE] as number;
    const window = sides[side | SIDE_WINDOW] as number;
    const index = ((levels[level] as number) - (windows[window] as number)) | 0;
    if (window !== 0 && index < WINDOW_KEYS) {
      vacate(windows, window, index);
      if (sides[side | SIDE_BEST] === level) {
        this.#setBest(side, this.#firstInWindow(side, window, index));
      }
    } else {
      const next = levels[level | LEVEL_NEXT] as number;
      const prev = levels[level | LEVEL_PREV] as number;
      levels[next | LEVEL_PREV] = prev;
      levels[prev | LEVEL_NEXT] = next;
      if (prev === 0) sides[side | SIDE_LIST] = next;
      if (sides[side | SIDE_BEST] === level) this.#setBest(side, next);
    }
    levels[level | LEVEL_NEXT] = this.#levelsFree;
    this.#levelsFree = level;
  }

  /** The best level from an index of the window on, else the best of the list. */
  #firstInWindow(side: number, window: number, index: number): number {
    const at = firstOccupied(this.windows, window, index);
    if (at < 0) return this.sides[side | SIDE_LIST] as number;
    return this.windows[window + WINDOW_SLOTS + at] as number;
  }

  /** Gives a side a window, unless all are taken. */
  #openWindow(side: number): void {
    let window = this.#windowsFree.pop();
    if (window === undefined) {
      if (this.#windowsUsed === this.#windowsMax) return;
      window = 16 + this.#windowsUsed * WINDOW_STRIDE;
      this.#windowsUsed += 1;
      if (window + WINDOW_STRIDE > this.windows.length) {
        const larger = new Int32Array(16 + 2 * this.#windowsUsed * WINDOW_STRIDE);
        larger.set(this.windows);
        this.windows = larger;
      }
    }
    this.sides[side | SIDE_WINDOW] = window;
    this.#moveWindow(side, NO_KEY);
  }

  /** Moves a side's window so that it begins a little before the side's best key, or `key` if that is better. */
  #moveWindow(side: number, key: number): void {
    const { levels, windows, sides } = this;
    const window = sides[side | SIDE_WINDOW] as number;
    // Every level of the window goes back to the head of the list, in order ...
    const anchor = (Math.min(key, sides[side | SIDE_BEST_KEY] as number) - WINDOW_LEAD) | 0;
    let last = 0;
    let list = sides[side | SIDE_LIST] as number;
    const first = this.#firstInWindow(side, window, 0);
    for (let at = firstOccupied(windows, window, 0); at >= 0; ) {
      const level = windows[window + WINDOW_SLOTS + at] as number;
      vacate(windows, window, at);
      levels[last | LEVEL_NEXT] = level;
      levels[level | LEVEL_PREV] = last;
      last = level;
      at = firstOccupied(windows, window, at);
    }
    if (last !== 0) {
      levels[last | LEVEL_NEXT] = list;
      levels[list | LEVEL_PREV] = last;
      list = first;
    }
    // ... and those that the moved window covers come out of the list again.
    windows[window + WINDOW_ANCHOR] = anchor;
    for (;;) {
      const index = ((levels[list] as number) - anchor) | 0;
      if (list === 0 || index >= WINDOW_KEYS) break;
      occupy(windows, window, index, list);
      list = levels[list | LEVEL_NEXT] as number;
    }
    sides[side | SIDE_LIST] = list;
    levels[list | LEVEL_PREV] = 0;
  }

  /** The next worse level on the same side; 0 after the last. */
  protected nextLevel(level: number): number {
    const { levels, windows } = this;
    const side = levels[level | LEVEL_SIDE] as number;
    const window = this.sides[side | SIDE_WINDOW] as number;
    const index = ((levels[level] as number) - (windows[window] as number)) | 0;
    return window === 0 || index >= WINDOW_KEYS
      ? (levels[level | LEVEL_NEXT] as number)
      : this.#firstInWindow(side, window, index + 1);
  }
}

/** A copy of twice the size. */
export function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
