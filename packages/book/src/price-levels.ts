/**
 * The price levels of all books of the fast matcher: records in one Int32Array, found by price,
 * best first.
 *
 * A price becomes a key, the tick for asks and the negated tick for bids, so that on both sides the
 * best price is the lowest key and one code path serves both. Each side links its levels in a list
 * from the best to the worst; a side on which finding a level walks far gets a window
 * (price-window.ts) that finds the levels of its best prices without a walk. Records are named by
 * the index of their first field; 0 is none, a record whose key is worse than all and whose links
 * are written to and never read.
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
  /**
   * A side gets a window when its walks went this many steps, those beyond the fourth, in all; 0:
   * at once.
   */
  readonly windowAfterSteps?: number;
}

// Fields of a level's record. Records are 8 fields long, so `level | FIELD` is the field's index;
// the last two are one double, the visible lots, which `levelVisible` reads at `(level >> 1) | 3`.
export const LEVEL_KEY = 0;
export const LEVEL_SIDE = 1;
export const LEVEL_HEAD = 2;
export const LEVEL_TAIL = 3;
/** The next worse level; the free list's link. */
export const LEVEL_NEXT = 4;
export const LEVEL_PREV = 5;

// Fields of a side's record, at `bookId << 4 | side << 3`: both sides of a book share a cache line.
export const SIDE_BEST = 0;
export const SIDE_BEST_KEY = 1;
const SIDE_WORST = 2;
const SIDE_WINDOW = 3;
/** The best level behind the window. */
const SIDE_BEHIND = 4;
/** Steps walked beyond the free ones, less one for every short walk since. */
const SIDE_WALKED = 5;
const SIDE_OPEN = 6;

/** The best key of an empty side. */
const NO_KEY = 0x7fff_ffff;

/** Steps of a walk to a level that do not count towards a window. */
const WALK_STEPS_FREE = 4;

/** Base of the fast matcher: knows prices, and of orders only whether a level has any. */
export class PriceLevels {
  // Declared and not defined: a field first written in the constructor, and then never again until
  // a pool is full, is a constant to V8, and so are the array's address and length.
  declare protected sides: Int32Array;
  declare protected levels: Int32Array;
  declare protected levelVisible: Float64Array;
  /** Lots of a level's icebergs that no slice shows yet, at `level >> 3`. */
  declare protected levelHidden: Float64Array;
  declare protected windows: Int32Array;
  #levelsFree = 0;
  #levelsUsed = 8;
  #windowsUsed = 0;
  readonly #windowsFree: number[] = [];
  readonly #windowsMax: number;
  readonly #windowAfterSteps: number;

  constructor(capacity: MatcherCapacity) {
    const { books = 1024, levels = 4096, windowsMax = 256, windowAfterSteps = 2048 } = capacity;
    this.sides = new Int32Array(books << 4);
    this.levels = new Int32Array((levels + 1) << 3);
    this.levels[0] = NO_KEY;
    this.levelVisible = new Float64Array(this.levels.buffer);
    this.levelHidden = new Float64Array(levels + 1);
    this.windows = new Int32Array(16 + Math.min(windowsMax, 8) * WINDOW_STRIDE);
    this.#windowsMax = windowsMax;
    this.#windowAfterSteps = windowAfterSteps;
  }

  openBook(bookId: number): void {
    assert(Number.isInteger(bookId) && bookId >= 0 && bookId < 0x400_0000, 'no such book id');
    while (bookId << 4 >= this.sides.length) this.sides = doubled(this.sides);
    const sides = this.sides;
    assert(sides[(bookId << 4) | SIDE_OPEN] === 0, 'the book is open already');
    for (const side of [bookId << 4, (bookId << 4) | 8]) {
      sides.fill(0, side, side + 8);
      sides[side | SIDE_BEST_KEY] = NO_KEY;
      sides[side | SIDE_OPEN] = 1;
      if (this.#windowAfterSteps === 0) this.#openWindow(side);
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
    const { levels, sides } = this;
    const window = sides[side | SIDE_WINDOW] as number;
    const index = (key - (this.windows[window] as number)) | 0;
    if (window !== 0 && index >>> 0 < WINDOW_KEYS) {
      return this.windows[window + WINDOW_SLOTS + index] as number;
    }
    const behind = window !== 0 && index >= WINDOW_KEYS;
    let level = sides[side | (behind ? SIDE_BEHIND : SIDE_BEST)] as number;
    while ((levels[level] as number) < key) level = levels[level | LEVEL_NEXT] as number;
    return levels[level] === key ? level : 0;
  }

  /** The level of a key on a side, opened without orders if there is none. */
  protected levelAt(side: number, key: number): number {
    const { sides } = this;
    if (key < (sides[side | SIDE_BEST_KEY] as number)) {
      return this.#openLevel(side, key, 0, sides[side] as number);
    }
    const window = sides[side | SIDE_WINDOW] as number;
    if (window === 0) return this.#walkFromNearerEnd(side, key);
    const index = (key - (this.windows[window] as number)) | 0;
    if (index < 0) return this.#walkToLevel(side, key, sides[side] as number);
    if (index >= WINDOW_KEYS) {
      return this.#walkToLevel(side, key, sides[side | SIDE_BEHIND] as number);
    }
    const found = this.windows[window + WINDOW_SLOTS + index] as number;
    if (found !== 0) return found;
    const at = firstOccupied(this.windows, window, index);
    const next = at < 0 ? sides[side | SIDE_BEHIND] : this.windows[window + WINDOW_SLOTS + at];
    return this.#openBefore(side, key, next as number);
  }

  /** A price beyond the middle of a side is sooner reached from its worst level. */
  #walkFromNearerEnd(side: number, key: number): number {
    const { levels, sides } = this;
    const worst = sides[side | SIDE_WORST] as number;
    const before = key - (sides[side | SIDE_BEST_KEY] as number);
    const behind = (levels[worst] as number) - key;
    if (behind >= before) return this.#walkToLevel(side, key, sides[side] as number);
    if (behind < 0) return this.#openBefore(side, key, 0);
    let level = worst;
    let steps = 0;
    // Ends at the best level, which is better than the key.
    for (;;) {
      const better = levels[level | LEVEL_PREV] as number;
      if ((levels[better] as number) < key) break;
      level = better;
      steps += 1;
    }
    if (levels[level] !== key) level = this.#openBefore(side, key, level);
    return this.#walked(side, level, steps);
  }

  #walkToLevel(side: number, key: number, from: number): number {
    const { levels } = this;
    let level = from;
    let steps = 0;
    while ((levels[level] as number) < key) {
      level = levels[level | LEVEL_NEXT] as number;
      steps += 1;
    }
    if (levels[level] !== key) level = this.#openBefore(side, key, level);
    return this.#walked(side, level, steps);
  }

  /** Takes note of a walk to a level. */
  #walked(side: number, level: number, steps: number): number {
    const { sides } = this;
    if (steps > WALK_STEPS_FREE) this.#countSteps(side, steps - WALK_STEPS_FREE);
    else if (sides[side | SIDE_WALKED] !== 0) sides[side | SIDE_WALKED]! -= 1;
    return level;
  }

  /** Long walks open a window, or bring the one that is there back to the best prices. */
  #countSteps(side: number, steps: number): void {
    const walked = (this.sides[side | SIDE_WALKED] as number) + steps;
    this.sides[side | SIDE_WALKED] = walked;
    if (walked < this.#windowAfterSteps) return;
    this.sides[side | SIDE_WALKED] = 0;
    if (this.sides[side | SIDE_WINDOW] === 0) this.#openWindow(side);
    else this.#moveWindow(side);
  }

  /** Opens a level that is not the best before `next`, the best of those worse than it. */
  #openBefore(side: number, key: number, next: number): number {
    const prev = next === 0 ? this.sides[side | SIDE_WORST] : this.levels[next | LEVEL_PREV];
    return this.#openLevel(side, key, prev as number, next);
  }

  /** Opens a level between two neighbours, of which 0 stands for none. */
  #openLevel(side: number, key: number, prev: number, next: number): number {
    let level = this.#levelsFree;
    if (level === 0) {
      level = this.#levelsUsed;
      this.#levelsUsed = level + 8;
      if (level === this.levels.length) this.#growLevels();
    } else {
      this.#levelsFree = this.levels[level | LEVEL_NEXT] as number;
    }
    const { levels, sides } = this;
    levels[level] = key;
    levels[level | LEVEL_SIDE] = side;
    levels[level | LEVEL_HEAD] = 0;
    levels[level | LEVEL_TAIL] = 0;
    levels[level | LEVEL_NEXT] = next;
    levels[level | LEVEL_PREV] = prev;
    this.levelVisible[(level >> 1) | 3] = 0;
    if (next === 0) sides[side | SIDE_WORST] = level;
    else levels[next | LEVEL_PREV] = level;
    if (prev === 0) {
      sides[side] = level;
      sides[side | SIDE_BEST_KEY] = key;
    } else {
      levels[prev | LEVEL_NEXT] = level;
    }
    const window = sides[side | SIDE_WINDOW] as number;
    if (window !== 0) this.#indexLevel(side, window, key, level);
    return level;
  }

  /** Enters a new level into its side's window, or notes that it is the first behind it. */
  #indexLevel(side: number, window: number, key: number, level: number): void {
    const { levels, sides, windows } = this;
    if ((levels[level | LEVEL_NEXT] as number) === (levels[level | LEVEL_PREV] as number)) {
      // Alone on its side: the window begins anew.
      windows[window] = key;
    }
    const index = (key - (windows[window] as number)) | 0;
    if (index >>> 0 < WINDOW_KEYS) {
      occupy(windows, window, index, level);
    } else if (index > 0 && key < (levels[sides[side | SIDE_BEHIND] as number] as number)) {
      sides[side | SIDE_BEHIND] = level;
    }
  }

  #growLevels(): void {
    this.levels = doubled(this.levels);
    this.levelVisible = new Float64Array(this.levels.buffer);
    const hidden = new Float64Array(this.levels.length >> 3);
    hidden.set(this.levelHidden);
    this.levelHidden = hidden;
  }

  /** Takes a level without orders out of its side. */
  protected removeLevel(level: number): void {
    const { levels, sides } = this;
    const side = levels[level | LEVEL_SIDE] as number;
    const next = levels[level | LEVEL_NEXT] as number;
    const prev = levels[level | LEVEL_PREV] as number;
    if (next === 0) sides[side | SIDE_WORST] = prev;
    else levels[next | LEVEL_PREV] = prev;
    if (prev === 0) {
      sides[side] = next;
      sides[side | SIDE_BEST_KEY] = levels[next] as number;
    } else {
      levels[prev | LEVEL_NEXT] = next;
    }
    const window = sides[side | SIDE_WINDOW] as number;
    if (window !== 0) {
      const index = ((levels[level] as number) - (this.windows[window] as number)) | 0;
      if (index >>> 0 < WINDOW_KEYS) vacate(this.windows, window, index);
      else if (sides[side | SIDE_BEHIND] === level) sides[side | SIDE_BEHIND] = next;
    }
    levels[level | LEVEL_NEXT] = this.#levelsFree;
    this.#levelsFree = level;
  }

  /** Gives a side a window, unless all are taken. */
  #openWindow(side: number): void {
    let window = this.#windowsFree.pop();
    if (window === undefined) {
      if (this.#windowsUsed === this.#windowsMax) return;
      window = 16 + this.#windowsUsed * WINDOW_STRIDE;
      this.#windowsUsed += 1;
      if (window + WINDOW_STRIDE > this.windows.length) {
        const larger = new Int32Array(2 * this.windows.length);
        larger.set(this.windows);
        this.windows = larger;
      }
    }
    this.sides[side | SIDE_WINDOW] = window;
    this.#moveWindow(side);
  }

  /**
   * Moves a side's window so that it begins at the side's best key. Better levels that come later
   * stay outside it: the best price comes and goes most of all, and is found first in any case.
   */
  #moveWindow(side: number): void {
    const { levels, windows, sides } = this;
    const window = sides[side | SIDE_WINDOW] as number;
    for (let at = firstOccupied(windows, window, 0); at >= 0; ) {
      vacate(windows, window, at);
      at = firstOccupied(windows, window, at);
    }
    const anchor = sides[side | SIDE_BEST_KEY] as number;
    windows[window + WINDOW_ANCHOR] = anchor;
    let level = sides[side] as number;
    while (level !== 0) {
      const index = ((levels[level] as number) - anchor) | 0;
      if (index >= WINDOW_KEYS) break;
      occupy(windows, window, index, level);
      level = levels[level | LEVEL_NEXT] as number;
    }
    sides[side | SIDE_BEHIND] = level;
  }

  /** The next worse level on the same side; 0 after the last. */
  protected nextLevel(level: number): number {
    return this.levels[level | LEVEL_NEXT] as number;
  }
}

/** A copy of twice the size. */
export function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
