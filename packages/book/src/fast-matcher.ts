/**
 * The matcher for the engine: all books in one set of interleaved Int32Arrays, no objects while it runs.
 *
 * Orders (32 bytes) and levels (32 bytes) are records in pools with free lists; slot 0 is null; queues are links
 * inside the records. A price becomes a key, the tick for asks and the negated tick for bids, so that on both sides
 * the best price is the lowest key and one code path serves both. Each side keeps its levels in a list sorted
 * from the best; a side on which finding a level walks far gets a window (price-window.ts) over its best prices,
 * and then only the levels beyond it are listed. Events never depend on slots, growth or windows.
 */
import { assert } from '@openstrike/std';
import type { FillSink, Matcher, SelfTrade, Side } from './matcher.ts';
import { MAX_LOTS, MAX_TICKS, NO_LIMIT, SELF_TRADE_REJECT_TAKER } from './matcher.ts';
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
  /** A side gets a window when its walks have been longer than eight levels by this many in all; 0: at once. */
  readonly windowAfterSteps?: number;
}

// An order's record: index of the first field is `handle << 3`.
const ORDER_LEVEL = 0; // 0 in a free record
const ORDER_NEXT = 1; // behind it in the queue; the free list's link
const ORDER_PREV = 2;
const ORDER_LOTS = 3;
const ORDER_VISIBLE = 4;
const ORDER_DISPLAY = 5;
const ORDER_OWNER = 6;
const ORDER_USER = 7;

// A level's record: `level << 3`; the last two fields are one double, the visible lots, at `(level << 2) + 3`.
const LEVEL_KEY = 0;
const LEVEL_SIDE = 1; // index of the side's record
const LEVEL_HEAD = 2;
const LEVEL_TAIL = 3;
const LEVEL_NEXT = 4; // the next worse level in the list; the free list's link
const LEVEL_PREV = 5;

// A side's record: `(bookId << 1 | side) << 3`, so that both sides of a book share a cache line.
const SIDE_BEST = 0;
const SIDE_BEST_KEY = 1;
const SIDE_LIST = 2; // the best level outside the window
const SIDE_WINDOW = 3; // 0: none
const SIDE_WALKED = 4;
const SIDE_OPEN = 5;

/** The key of an empty side, and one that is worse than every price and better than that. */
const NO_KEY = 2 ** 31 - 1;
const ANY_KEY = NO_KEY - 1;

/** Steps of a walk to a level that do not count towards a window. */
const WALK_STEPS_FREE = 8;

/** A fresh window leaves this many keys free before its best level. */
const WINDOW_LEAD = WINDOW_KEYS / 4;

/**
 * Makes a fast matcher.
 *
 * Cost: `submit` and `cancel` a constant per fill plus, on a side without a window, the walk to the level.
 */
export function createMatcher(sink: FillSink, capacity: MatcherCapacity = {}): Matcher {
  return new FastMatcher(sink, capacity);
}

class FastMatcher implements Matcher {
  readonly #sink: FillSink;
  readonly #windowsMax: number;
  readonly #windowAfterSteps: number;
  #orders: Int32Array;
  #ordersFree = 0;
  #ordersUsed = 1;
  #orderCount = 0;
  #levels: Int32Array;
  #levelVisible: Float64Array;
  #levelHidden: Float64Array;
  #levelsFree = 0;
  #levelsUsed = 1;
  #sides: Int32Array;
  #windows = new Int32Array(1);
  #windowsUsed = 0;
  #windowsFree: number[] = [];
  #lotsLeft = 0;
  #selfTradeStopped = false;
  #worstTicks = 0;

  constructor(sink: FillSink, capacity: MatcherCapacity) {
    const { books = 16, orders = 1024, levels = 256, windowsMax = 256 } = capacity;
    this.#windowAfterSteps = capacity.windowAfterSteps ?? 2048;
    this.#sink = sink;
    this.#windowsMax = windowsMax;
    this.#orders = new Int32Array((orders + 1) << 3);
    this.#levels = new Int32Array((levels + 1) << 3);
    this.#levelVisible = new Float64Array(this.#levels.buffer);
    this.#levelHidden = new Float64Array(levels + 1);
    this.#sides = new Int32Array(books << 4);
  }

  openBook(bookId: number): void {
    assert(Number.isInteger(bookId) && bookId >= 0 && bookId < 2 ** 26, 'no such book id');
    while (bookId << 4 >= this.#sides.length) this.#sides = doubled(this.#sides);
    const sides = this.#sides;
    assert(sides[(bookId << 4) + SIDE_OPEN] === 0, 'the book is open already');
    for (const side of [bookId << 4, (bookId << 4) + 8]) {
      sides[side + SIDE_BEST] = 0;
      sides[side + SIDE_BEST_KEY] = NO_KEY;
      sides[side + SIDE_LIST] = 0;
      sides[side + SIDE_WINDOW] = 0;
      sides[side + SIDE_WALKED] = 0;
      sides[side + SIDE_OPEN] = 1;
    }
  }

  closeBook(bookId: number): void {
    const sides = this.#sides;
    const bids = this.#side(bookId, 0);
    const asks = this.#side(bookId, 1);
    assert(
      sides[bids + SIDE_BEST] === 0 && sides[asks + SIDE_BEST] === 0,
      'orders rest in the book',
    );
    for (const side of [bids, asks]) {
      const window = sides[side + SIDE_WINDOW] as number;
      if (window !== 0) this.#windowsFree.push(window);
      sides[side + SIDE_OPEN] = 0;
    }
  }

  submit(
    bookId: number,
    side: Side,
    limitTicks: number,
    lots: number,
    displayLots: number,
    ownerRef: number,
    userRef: number,
    rest: boolean,
    selfTrade: SelfTrade,
  ): number {
    assert(isTicks(limitTicks) || (limitTicks === NO_LIMIT && !rest), 'no such limit');
    assert(isLots(lots) && (displayLots === 0 || isLots(displayLots)), 'no such size');
    const own = this.#side(bookId, side);
    const limitKey = keyOn(side ^ 1, limitTicks);
    this.#selfTradeStopped = false;
    let left = lots;
    if ((this.#sides[(own ^ 8) + SIDE_BEST_KEY] as number) <= limitKey) {
      left = this.#sweep(own ^ 8, limitKey, lots, selfTrade === 0 ? 0 : ownerRef, selfTrade);
    }
    this.#lotsLeft = left;
    if (left === 0 || !rest || this.#selfTradeStopped) return 0;
    const visible = displayLots === 0 || displayLots > left ? left : displayLots;
    const handle = this.#rest(own, -limitKey, left, visible, displayLots, ownerRef, userRef);
    const level = this.#orders[(handle << 3) + ORDER_LEVEL] as number;
    this.#sink.levelChanged(
      bookId,
      side,
      limitTicks,
      this.#levelVisible[(level << 2) + 3] as number,
    );
    return handle;
  }

  /** Trades up to `lots` against a side down to `limitKey`; returns the lots left over. */
  #sweep(
    side: number,
    limitKey: number,
    lots: number,
    ownerRef: number,
    selfTrade: SelfTrade,
  ): number {
    const sides = this.#sides;
    let left = lots;
    while (left > 0 && (sides[side + SIDE_BEST_KEY] as number) <= limitKey) {
      left = this.#sweepBestLevel(side, left, ownerRef, selfTrade);
      if (this.#selfTradeStopped) break;
    }
    return left;
  }

  /** Trades up to `lots` against the best level of a side; returns the lots left over. */
  #sweepBestLevel(side: number, lots: number, ownerRef: number, selfTrade: SelfTrade): number {
    const orders = this.#orders;
    const levels = this.#levels;
    const sink = this.#sink;
    const level = this.#sides[side + SIDE_BEST] as number;
    const ticks = Math.abs(levels[(level << 3) + LEVEL_KEY] as number);
    const first = levels[(level << 3) + LEVEL_HEAD] as number;
    let visible = this.#levelVisible[(level << 2) + 3] as number;
    let left = lots;
    let handle = first;
    while (left > 0 && handle !== 0) {
      const order = handle << 3;
      const next = orders[order + ORDER_NEXT] as number;
      const slice = orders[order + ORDER_VISIBLE] as number;
      const userRef = orders[order + ORDER_USER] as number;
      if (ownerRef !== 0 && orders[order + ORDER_OWNER] === ownerRef) {
        if (selfTrade === SELF_TRADE_REJECT_TAKER) {
          this.#selfTradeStopped = true;
          break;
        }
        const remaining = orders[order + ORDER_LOTS] as number;
        visible -= slice;
        if (remaining !== slice) this.#levelHidden[level]! -= remaining - slice;
        this.#freeOrder(handle);
        handle = next;
        sink.selfTradeCancelled(order >> 3, userRef, remaining);
        continue;
      }
      const lotsFilled = slice > left ? left : slice;
      const remaining = (orders[order + ORDER_LOTS] as number) - lotsFilled;
      visible -= lotsFilled;
      left -= lotsFilled;
      if (lotsFilled !== slice) {
        orders[order + ORDER_LOTS] = remaining;
        orders[order + ORDER_VISIBLE] = slice - lotsFilled;
      } else if (remaining === 0) {
        this.#freeOrder(handle);
        handle = next;
      } else {
        visible += this.#refresh(level, handle, remaining);
        handle = next === 0 ? handle : next;
      }
      sink.fill(order >> 3, userRef, ticks, lotsFilled, remaining);
    }
    if (left === lots && handle === first) return left;
    this.#levelVisible[(level << 2) + 3] = visible;
    levels[(level << 3) + LEVEL_HEAD] = handle;
    if (handle === 0) this.#removeLevel(level);
    else orders[(handle << 3) + ORDER_PREV] = 0;
    sink.levelChanged(side >> 4, ((side >> 3) & 1) as Side, ticks, visible);
    return left;
  }

  /** Shows the next slice of an iceberg whose slice was used up, at the end of the queue; returns the slice. */
  #refresh(level: number, handle: number, remaining: number): number {
    const orders = this.#orders;
    const order = handle << 3;
    const display = orders[order + ORDER_DISPLAY] as number;
    const slice = display < remaining ? display : remaining;
    orders[order + ORDER_LOTS] = remaining;
    orders[order + ORDER_VISIBLE] = slice;
    this.#levelHidden[level]! -= slice;
    // The one who sweeps moves the head past this order, unless it is alone in line.
    if (orders[order + ORDER_NEXT] !== 0) this.#append(level, handle);
    return slice;
  }

  lotsLeft(): number {
    return this.#lotsLeft;
  }

  selfTradeStopped(): boolean {
    return this.#selfTradeStopped;
  }

  insertResting(
    bookId: number,
    side: Side,
    priceTicks: number,
    lots: number,
    visibleLots: number,
    displayLots: number,
    ownerRef: number,
    userRef: number,
  ): number {
    assert(isTicks(priceTicks), 'no such price');
    assert(isLots(lots) && (displayLots === 0 || isLots(displayLots)), 'no such size');
    const slice = displayLots === 0 || displayLots > lots ? lots : displayLots;
    assert(isLots(visibleLots) && visibleLots <= slice, 'no such visible slice');
    assert(displayLots !== 0 || visibleLots === lots, 'all of a plain order is visible');
    const own = this.#side(bookId, side);
    const key = keyOn(side, priceTicks);
    assert((this.#sides[(own ^ 8) + SIDE_BEST_KEY] as number) > -key, 'the order crosses');
    return this.#rest(own, key, lots, visibleLots, displayLots, ownerRef, userRef);
  }

  /** Appends an order at its price, opening the level where there is none; returns its handle. */
  #rest(
    side: number,
    key: number,
    lots: number,
    visibleLots: number,
    displayLots: number,
    ownerRef: number,
    userRef: number,
  ): number {
    const level = this.#levelAt(side, key);
    let handle = this.#ordersFree;
    if (handle === 0) {
      handle = this.#ordersUsed++;
      if (handle << 3 >= this.#orders.length) this.#orders = doubled(this.#orders);
    } else {
      this.#ordersFree = this.#orders[(handle << 3) + ORDER_NEXT] as number;
    }
    this.#orderCount += 1;
    const orders = this.#orders;
    const order = handle << 3;
    orders[order + ORDER_LEVEL] = level;
    orders[order + ORDER_LOTS] = lots;
    orders[order + ORDER_VISIBLE] = visibleLots;
    orders[order + ORDER_DISPLAY] = displayLots;
    orders[order + ORDER_OWNER] = ownerRef;
    orders[order + ORDER_USER] = userRef;
    this.#append(level, handle);
    this.#levelVisible[(level << 2) + 3]! += visibleLots;
    if (lots !== visibleLots) this.#levelHidden[level]! += lots - visibleLots;
    return handle;
  }

  /** Links an order in at the end of a level's queue. */
  #append(level: number, handle: number): void {
    const orders = this.#orders;
    const levels = this.#levels;
    const tail = levels[(level << 3) + LEVEL_TAIL] as number;
    orders[(handle << 3) + ORDER_NEXT] = 0;
    orders[(handle << 3) + ORDER_PREV] = tail;
    levels[(level << 3) + LEVEL_TAIL] = handle;
    if (tail === 0) levels[(level << 3) + LEVEL_HEAD] = handle;
    else orders[(tail << 3) + ORDER_NEXT] = handle;
  }

  #freeOrder(handle: number): void {
    this.#orders[(handle << 3) + ORDER_LEVEL] = 0;
    this.#orders[(handle << 3) + ORDER_NEXT] = this.#ordersFree;
    this.#ordersFree = handle;
    this.#orderCount -= 1;
  }

  cancel(handle: number): number {
    const orders = this.#orders;
    const levels = this.#levels;
    const order = this.#order(handle);
    const level = orders[order + ORDER_LEVEL] as number;
    const next = orders[order + ORDER_NEXT] as number;
    const prev = orders[order + ORDER_PREV] as number;
    const lots = orders[order + ORDER_LOTS] as number;
    const slice = orders[order + ORDER_VISIBLE] as number;
    const visible = (this.#levelVisible[(level << 2) + 3] as number) - slice;
    const side = levels[(level << 3) + LEVEL_SIDE] as number;
    const ticks = Math.abs(levels[(level << 3) + LEVEL_KEY] as number);
    this.#freeOrder(handle);
    if (visible === 0) {
      this.#removeLevel(level);
    } else {
      if (prev === 0) levels[(level << 3) + LEVEL_HEAD] = next;
      else orders[(prev << 3) + ORDER_NEXT] = next;
      if (next === 0) levels[(level << 3) + LEVEL_TAIL] = prev;
      else orders[(next << 3) + ORDER_PREV] = prev;
      this.#levelVisible[(level << 2) + 3] = visible;
      if (lots !== slice) this.#levelHidden[level]! -= lots - slice;
    }
    this.#sink.levelChanged(side >> 4, ((side >> 3) & 1) as Side, ticks, visible);
    return lots;
  }

  reduce(handle: number, newLots: number): void {
    const orders = this.#orders;
    const order = this.#order(handle);
    const lots = orders[order + ORDER_LOTS] as number;
    const slice = orders[order + ORDER_VISIBLE] as number;
    assert(isLots(newLots) && newLots <= lots, 'not a reduction');
    const newSlice = slice < newLots ? slice : newLots;
    const level = orders[order + ORDER_LEVEL] as number;
    orders[order + ORDER_LOTS] = newLots;
    orders[order + ORDER_VISIBLE] = newSlice;
    if (lots !== slice) this.#levelHidden[level]! -= lots - slice - (newLots - newSlice);
    if (newSlice === slice) return;
    const visible = (this.#levelVisible[(level << 2) + 3] as number) - (slice - newSlice);
    this.#levelVisible[(level << 2) + 3] = visible;
    const side = this.#levels[(level << 3) + LEVEL_SIDE] as number;
    const ticks = Math.abs(this.#levels[(level << 3) + LEVEL_KEY] as number);
    this.#sink.levelChanged(side >> 4, ((side >> 3) & 1) as Side, ticks, visible);
  }

  /** The level of a key on a side, opened if there is none. */
  #levelAt(side: number, key: number): number {
    const sides = this.#sides;
    const window = sides[side + SIDE_WINDOW] as number;
    if (window === 0) return this.#levelInList(side, key);
    let index = key - (this.#windows[window + WINDOW_ANCHOR] as number);
    if (index < 0 || (index >= WINDOW_KEYS && firstOccupied(this.#windows, window, 0) < 0)) {
      this.#moveWindow(side, key);
      index = key - (this.#windows[window + WINDOW_ANCHOR] as number);
    }
    if (index >= WINDOW_KEYS) return this.#levelInList(side, key);
    const found = this.#windows[window + WINDOW_SLOTS + index] as number;
    if (found !== 0) return found;
    const level = this.#newLevel(side, key);
    occupy(this.#windows, window, index, level);
    if (key < (sides[side + SIDE_BEST_KEY] as number)) {
      sides[side + SIDE_BEST] = level;
      sides[side + SIDE_BEST_KEY] = key;
    }
    return level;
  }

  /** The level of a key in the sorted list of a side, opened if there is none. */
  #levelInList(side: number, key: number): number {
    const levels = this.#levels;
    const sides = this.#sides;
    let prev = 0;
    let level = sides[side + SIDE_LIST] as number;
    let steps = 0;
    while (level !== 0 && (levels[(level << 3) + LEVEL_KEY] as number) < key) {
      prev = level;
      level = levels[(level << 3) + LEVEL_NEXT] as number;
      steps += 1;
    }
    if (level === 0 || levels[(level << 3) + LEVEL_KEY] !== key) {
      const next = level;
      level = this.#newLevel(side, key);
      this.#link(side, prev, level);
      this.#link(side, level, next);
      if (key < (sides[side + SIDE_BEST_KEY] as number)) this.#setBest(side, level);
    }
    const walked = Math.max(0, (sides[side + SIDE_WALKED] as number) + steps - WALK_STEPS_FREE);
    sides[side + SIDE_WALKED] = walked;
    if (walked >= this.#windowAfterSteps && sides[side + SIDE_WINDOW] === 0) this.#openWindow(side);
    return level;
  }

  /** Makes two levels neighbours in a side's list; 0 stands for the list's head before and its end after. */
  #link(side: number, before: number, after: number): void {
    if (before === 0) this.#sides[side + SIDE_LIST] = after;
    else this.#levels[(before << 3) + LEVEL_NEXT] = after;
    if (after !== 0) this.#levels[(after << 3) + LEVEL_PREV] = before;
  }

  #setBest(side: number, level: number): void {
    this.#sides[side + SIDE_BEST] = level;
    this.#sides[side + SIDE_BEST_KEY] =
      level === 0 ? NO_KEY : (this.#levels[(level << 3) + LEVEL_KEY] as number);
  }

  #newLevel(side: number, key: number): number {
    let level = this.#levelsFree;
    if (level === 0) {
      level = this.#levelsUsed++;
      if (level << 3 >= this.#levels.length) this.#growLevels();
    } else {
      this.#levelsFree = this.#levels[(level << 3) + LEVEL_NEXT] as number;
    }
    const levels = this.#levels;
    levels[(level << 3) + LEVEL_KEY] = key;
    levels[(level << 3) + LEVEL_SIDE] = side;
    levels[(level << 3) + LEVEL_HEAD] = 0;
    levels[(level << 3) + LEVEL_TAIL] = 0;
    this.#levelVisible[(level << 2) + 3] = 0;
    this.#levelHidden[level] = 0;
    return level;
  }

  #growLevels(): void {
    this.#levels = doubled(this.#levels);
    this.#levelVisible = new Float64Array(this.#levels.buffer);
    const hidden = new Float64Array(this.#levels.length >> 3);
    hidden.set(this.#levelHidden);
    this.#levelHidden = hidden;
  }

  /** Takes an empty level out of its side and finds the new best level if it was that. */
  #removeLevel(level: number): void {
    const levels = this.#levels;
    const side = levels[(level << 3) + LEVEL_SIDE] as number;
    const window = this.#sides[side + SIDE_WINDOW] as number;
    const index =
      (levels[(level << 3) + LEVEL_KEY] as number) -
      (this.#windows[window + WINDOW_ANCHOR] as number);
    let next = 0;
    if (window !== 0 && index < WINDOW_KEYS) {
      vacate(this.#windows, window, index);
      if (this.#sides[side + SIDE_BEST] === level) {
        const at = firstOccupied(this.#windows, window, index);
        next = (
          at < 0 ? this.#sides[side + SIDE_LIST] : this.#windows[window + WINDOW_SLOTS + at]
        ) as number;
        this.#setBest(side, next);
      }
    } else {
      next = levels[(level << 3) + LEVEL_NEXT] as number;
      // PREV of the list's first level is 0.
      this.#link(side, levels[(level << 3) + LEVEL_PREV] as number, next);
      if (this.#sides[side + SIDE_BEST] === level) this.#setBest(side, next);
    }
    levels[(level << 3) + LEVEL_NEXT] = this.#levelsFree;
    this.#levelsFree = level;
  }

  /** Gives a side a window, unless all are taken. */
  #openWindow(side: number): void {
    let window = this.#windowsFree.pop();
    if (window === undefined) {
      if (this.#windowsUsed === this.#windowsMax) {
        this.#sides[side + SIDE_WALKED] = 0;
        return;
      }
      window = 16 + this.#windowsUsed * WINDOW_STRIDE;
      this.#windowsUsed += 1;
      while (window + WINDOW_STRIDE > this.#windows.length) {
        const larger = new Int32Array(16 + 2 * this.#windowsUsed * WINDOW_STRIDE);
        larger.set(this.#windows);
        this.#windows = larger;
      }
    }
    this.#sides[side + SIDE_WINDOW] = window;
    this.#moveWindow(side, this.#sides[side + SIDE_BEST_KEY] as number);
  }

  /** Moves a side's window so that it covers its best level and `key`, if that is to be the best. */
  #moveWindow(side: number, key: number): void {
    const levels = this.#levels;
    const windows = this.#windows;
    const window = this.#sides[side + SIDE_WINDOW] as number;
    // Every level of the window goes back to the head of the list, in order ...
    let last = 0;
    const list = this.#sides[side + SIDE_LIST] as number;
    for (let at = firstOccupied(windows, window, 0); at >= 0; ) {
      const level = windows[window + WINDOW_SLOTS + at] as number;
      vacate(windows, window, at);
      this.#link(side, last, level);
      last = level;
      at = firstOccupied(windows, window, at);
    }
    if (last !== 0) this.#link(side, last, list);
    // ... and those that the moved window covers come out of the list again.
    const bestKey = this.#sides[side + SIDE_BEST_KEY] as number;
    const anchor = (key < bestKey ? key : bestKey) - WINDOW_LEAD;
    windows[window + WINDOW_ANCHOR] = anchor;
    let level = this.#sides[side + SIDE_LIST] as number;
    while (level !== 0) {
      const index = (levels[(level << 3) + LEVEL_KEY] as number) - anchor;
      if (index >= WINDOW_KEYS) break;
      occupy(windows, window, index, level);
      level = levels[(level << 3) + LEVEL_NEXT] as number;
    }
    this.#link(side, 0, level);
  }

  /** The next worse level on the same side; 0 after the last. */
  #nextLevel(level: number): number {
    const side = this.#levels[(level << 3) + LEVEL_SIDE] as number;
    const window = this.#sides[side + SIDE_WINDOW] as number;
    const index =
      (this.#levels[(level << 3) + LEVEL_KEY] as number) -
      (this.#windows[window + WINDOW_ANCHOR] as number);
    if (window === 0 || index >= WINDOW_KEYS) {
      return this.#levels[(level << 3) + LEVEL_NEXT] as number;
    }
    const at = firstOccupied(this.#windows, window, index + 1);
    return (
      at < 0 ? this.#sides[side + SIDE_LIST] : this.#windows[window + WINDOW_SLOTS + at]
    ) as number;
  }

  bestTicks(bookId: number, side: Side): number {
    const at = this.#side(bookId, side);
    return this.#sides[at + SIDE_BEST] === 0
      ? 0
      : Math.abs(this.#sides[at + SIDE_BEST_KEY] as number);
  }

  bestLots(bookId: number, side: Side): number {
    const level = this.#sides[this.#side(bookId, side) + SIDE_BEST] as number;
    return level === 0 ? 0 : (this.#levelVisible[(level << 2) + 3] as number);
  }

  levelLots(bookId: number, side: Side, priceTicks: number): number {
    const own = this.#side(bookId, side);
    const key = keyOn(side, priceTicks);
    const window = this.#sides[own + SIDE_WINDOW] as number;
    const index = key - (this.#windows[window + WINDOW_ANCHOR] as number);
    let level = 0;
    if (window !== 0 && index < WINDOW_KEYS) {
      level = index < 0 ? 0 : (this.#windows[window + WINDOW_SLOTS + index] as number);
    } else {
      level = this.#sides[own + SIDE_LIST] as number;
      while (level !== 0 && (this.#levels[(level << 3) + LEVEL_KEY] as number) < key) {
        level = this.#levels[(level << 3) + LEVEL_NEXT] as number;
      }
      if (this.#levels[(level << 3) + LEVEL_KEY] !== key) level = 0;
    }
    return level === 0 ? 0 : (this.#levelVisible[(level << 2) + 3] as number);
  }

  depth(
    bookId: number,
    side: Side,
    maxLevels: number,
    outTicks: Int32Array,
    outLots: Float64Array,
  ): number {
    let level = this.#sides[this.#side(bookId, side) + SIDE_BEST] as number;
    let count = 0;
    while (level !== 0 && count < maxLevels) {
      outTicks[count] = Math.abs(this.#levels[(level << 3) + LEVEL_KEY] as number);
      outLots[count] = this.#levelVisible[(level << 2) + 3] as number;
      count += 1;
      level = this.#nextLevel(level);
    }
    return count;
  }

  fillableLots(
    bookId: number,
    side: Side,
    limitTicks: number,
    lots: number,
    ownerRef: number,
    selfTrade: SelfTrade,
  ): number {
    const limitKey = keyOn(side ^ 1, limitTicks);
    const owner = selfTrade === 0 ? 0 : ownerRef;
    let level = this.#sides[(this.#side(bookId, side) ^ 8) + SIDE_BEST] as number;
    let found = 0;
    this.#worstTicks = 0;
    while (level !== 0 && found < lots) {
      const key = this.#levels[(level << 3) + LEVEL_KEY] as number;
      if (key > limitKey) break;
      const here =
        owner === 0
          ? (this.#levelVisible[(level << 2) + 3] as number) + (this.#levelHidden[level] as number)
          : this.#foreignLots(level, owner, selfTrade);
      // A negative count means that the arriving order stops at this level.
      const counted = here < 0 ? -here - 1 : here;
      found += counted;
      if (counted > 0) this.#worstTicks = Math.abs(key);
      if (here < 0) break;
      level = this.#nextLevel(level);
    }
    return found < lots ? found : lots;
  }

  /** The lots at a level that are not `owner`'s; -1 less the lots before the first own order if that one stops. */
  #foreignLots(level: number, owner: number, selfTrade: SelfTrade): number {
    const orders = this.#orders;
    let all = 0;
    let ahead = 0;
    let handle = this.#levels[(level << 3) + LEVEL_HEAD] as number;
    while (handle !== 0) {
      const order = handle << 3;
      if (orders[order + ORDER_OWNER] !== owner) {
        all += orders[order + ORDER_LOTS] as number;
        ahead += orders[order + ORDER_VISIBLE] as number;
      } else if (selfTrade === SELF_TRADE_REJECT_TAKER) {
        // The sweep meets this order before any slice ahead of it is refreshed behind it.
        return -1 - ahead;
      }
      handle = orders[order + ORDER_NEXT] as number;
    }
    return all;
  }

  fillableWorstTicks(): number {
    return this.#worstTicks;
  }

  firstOrder(bookId: number, side: Side): number {
    const level = this.#sides[this.#side(bookId, side) + SIDE_BEST] as number;
    return level === 0 ? 0 : (this.#levels[(level << 3) + LEVEL_HEAD] as number);
  }

  nextOrder(handle: number): number {
    const order = this.#order(handle);
    const behind = this.#orders[order + ORDER_NEXT] as number;
    if (behind !== 0) return behind;
    const level = this.#nextLevel(this.#orders[order + ORDER_LEVEL] as number);
    return level === 0 ? 0 : (this.#levels[(level << 3) + LEVEL_HEAD] as number);
  }

  orderCount(): number {
    return this.#orderCount;
  }

  orderBook(handle: number): number {
    return this.#orderLevelField(handle, LEVEL_SIDE) >> 4;
  }

  orderSide(handle: number): Side {
    return ((this.#orderLevelField(handle, LEVEL_SIDE) >> 3) & 1) as Side;
  }

  orderTicks(handle: number): number {
    return Math.abs(this.#orderLevelField(handle, LEVEL_KEY));
  }

  orderLots(handle: number): number {
    return this.#orders[this.#order(handle) + ORDER_LOTS] as number;
  }

  orderVisibleLots(handle: number): number {
    return this.#orders[this.#order(handle) + ORDER_VISIBLE] as number;
  }

  orderDisplayLots(handle: number): number {
    return this.#orders[this.#order(handle) + ORDER_DISPLAY] as number;
  }

  orderOwnerRef(handle: number): number {
    return this.#orders[this.#order(handle) + ORDER_OWNER] as number;
  }

  orderUserRef(handle: number): number {
    return this.#orders[this.#order(handle) + ORDER_USER] as number;
  }

  #orderLevelField(handle: number, field: number): number {
    const level = this.#orders[this.#order(handle) + ORDER_LEVEL] as number;
    return this.#levels[(level << 3) + field] as number;
  }

  /** The index of a resting order's record. */
  #order(handle: number): number {
    const order = handle << 3;
    const level = this.#orders[order + ORDER_LEVEL];
    assert(level !== undefined && level !== 0, 'the handle is void');
    return order;
  }

  /** The index of an open book's side record. */
  #side(bookId: number, side: number): number {
    const at = (bookId << 4) | (side << 3);
    assert(this.#sides[at + SIDE_OPEN] === 1, 'the book is not open');
    return at;
  }
}

/** A price as a key of a side: the lower, the better; NO_LIMIT becomes a key worse than all. */
function keyOn(side: number, ticks: number): number {
  if (ticks === NO_LIMIT) return ANY_KEY;
  return side === 0 ? -ticks : ticks;
}

const isTicks = (ticks: number): boolean =>
  (ticks | 0) === ticks && ticks >= 1 && ticks <= MAX_TICKS;

const isLots = (lots: number): boolean => (lots | 0) === lots && lots >= 1 && lots <= MAX_LOTS;

function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
