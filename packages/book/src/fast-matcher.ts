/**
 * The matcher for the engine: all books in one set of interleaved Int32Arrays, no objects while it
 * runs.
 *
 * Orders are records of 32 bytes in a pool with a free list, their queues links inside the records;
 * a handle is the index of the record's first field. Levels and sides are in price-levels.ts.
 * Events never depend on record numbers, growth or windows: `createNaiveMatcher` tells the same.
 */
import { assert } from '@openstrike/std';
import type { FillSink, Matcher, SelfTrade, Side } from './matcher.ts';
import { MAX_TICKS, NO_LIMIT, SELF_TRADE_REJECT_TAKER } from './matcher.ts';
import {
  doubled,
  LEVEL_HEAD,
  LEVEL_SIDE,
  LEVEL_TAIL,
  type MatcherCapacity,
  PriceLevels,
  SIDE_BEST_KEY,
} from './price-levels.ts';

// Fields of an order's record; `handle | FIELD` is the field's index.
/** Its level; 0 in a free record. */
const ORDER_LEVEL = 0;
/** The order behind it; the free list's link. */
const ORDER_NEXT = 1;
const ORDER_PREV = 2;
const ORDER_LOTS = 3;
const ORDER_VISIBLE = 4;
const ORDER_DISPLAY = 5;
const ORDER_OWNER = 6;
const ORDER_USER = 7;

/** A key worse than every price and better than that of an empty side. */
const ANY_KEY = 0x7fff_fffe;

/**
 * Makes a fast matcher.
 *
 * Cost: `submit` and `cancel` a constant per fill plus, on a side without a window, the walk to the
 * level.
 */
export function createMatcher(sink: FillSink, capacity: MatcherCapacity = {}): Matcher {
  return new FastMatcher(sink, capacity);
}

class FastMatcher extends PriceLevels implements Matcher {
  // Declared and not defined, for the reason given in price-levels.ts.
  declare private readonly sink: FillSink;
  declare private orders: Int32Array;
  #ordersFree = 0;
  #ordersUsed = 8;
  #lotsLeft = 0;
  #selfTradeStopped = false;
  #worstTicks = 0;

  constructor(sink: FillSink, capacity: MatcherCapacity) {
    super(capacity);
    this.sink = sink;
    this.orders = new Int32Array(((capacity.orders ?? 16_384) + 1) << 3);
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
    const own = this.sideOf(bookId, side);
    // The limit as a key of the facing side.
    const limitKey = limitTicks === NO_LIMIT ? ANY_KEY : -keyOn(side, limitTicks);
    let left = lots;
    this.#selfTradeStopped = false;
    while (left > 0 && (this.sides[(own ^ 8) | SIDE_BEST_KEY] as number) <= limitKey) {
      left = this.#sweepBestLevel(own ^ 8, left, selfTrade === 0 ? 0 : ownerRef, selfTrade);
      if (this.#selfTradeStopped) break;
    }
    this.#lotsLeft = left;
    if (left === 0 || !rest || this.#selfTradeStopped) return 0;
    const visible = displayLots === 0 || displayLots > left ? left : displayLots;
    const level = this.levelAt(own, -limitKey);
    const handle = this.#newOrder(left, visible, displayLots, ownerRef, userRef);
    this.#join(level, handle);
    const levelVisible = (this.levelVisible[(level >> 1) | 3] as number) + visible;
    this.levelVisible[(level >> 1) | 3] = levelVisible;
    if (visible !== left) this.levelHidden[level >> 3]! += left - visible;
    this.sink.levelChanged(bookId, side, limitTicks, levelVisible);
    return handle;
  }

  /** Trades up to `lots` against the best level of a side; returns the lots left over. */
  #sweepBestLevel(side: number, lots: number, ownerRef: number, selfTrade: SelfTrade): number {
    const { orders, levels, levelVisible, sink } = this;
    const level = this.sides[side] as number;
    const ticks = Math.abs(levels[level] as number);
    const first = levels[level | LEVEL_HEAD] as number;
    let visible = levelVisible[(level >> 1) | 3] as number;
    let left = lots;
    let order = first;
    while (left > 0 && order !== 0) {
      const handle = order;
      const next = orders[handle | ORDER_NEXT] as number;
      const slice = orders[handle | ORDER_VISIBLE] as number;
      const userRef = orders[handle | ORDER_USER] as number;
      if (ownerRef !== 0 && orders[handle | ORDER_OWNER] === ownerRef) {
        if (selfTrade === SELF_TRADE_REJECT_TAKER) {
          this.#selfTradeStopped = true;
          break;
        }
        const remaining = orders[handle | ORDER_LOTS] as number;
        visible -= slice;
        if (remaining !== slice) this.levelHidden[level >> 3]! -= remaining - slice;
        this.#freeOrder(handle);
        order = next;
        sink.selfTradeCancelled(handle, userRef, remaining);
        continue;
      }
      const lotsFilled = slice > left ? left : slice;
      const remaining = ((orders[handle | ORDER_LOTS] as number) - lotsFilled) | 0;
      visible -= lotsFilled;
      left = (left - lotsFilled) | 0;
      if (lotsFilled !== slice) {
        orders[handle | ORDER_LOTS] = remaining;
        orders[handle | ORDER_VISIBLE] = slice - lotsFilled;
      } else if (remaining === 0) {
        this.#freeOrder(handle);
        order = next;
      } else {
        visible += this.#refresh(level, handle, remaining);
        order = next === 0 ? handle : next;
      }
      sink.fill(handle, userRef, ticks, lotsFilled, remaining);
    }
    if (left === lots && order === first) return left;
    levelVisible[(level >> 1) | 3] = visible;
    levels[level | LEVEL_HEAD] = order;
    if (order === 0) this.removeLevel(level);
    else orders[order | ORDER_PREV] = 0;
    sink.levelChanged(side >> 4, ((side >> 3) & 1) as Side, ticks, visible);
    return left;
  }

  /**
   * Shows the next slice of an iceberg whose slice was used up, at the end of the queue; returns
   * the slice.
   */
  #refresh(level: number, handle: number, remaining: number): number {
    const { orders } = this;
    const display = orders[handle | ORDER_DISPLAY] as number;
    const slice = display < remaining ? display : remaining;
    orders[handle | ORDER_LOTS] = remaining;
    orders[handle | ORDER_VISIBLE] = slice;
    this.levelHidden[level >> 3]! -= slice;
    // The sweep moves the head past this order, unless it is alone in line.
    if (orders[handle | ORDER_NEXT] !== 0) this.#join(level, handle);
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
    mayCross = false,
  ): number {
    assert(isTicks(priceTicks), 'no such price');
    assert(isLots(lots) && (displayLots === 0 || isLots(displayLots)), 'no such size');
    const slice = displayLots === 0 || displayLots > lots ? lots : displayLots;
    assert(isLots(visibleLots) && visibleLots <= slice, 'no such visible slice');
    assert(displayLots !== 0 || visibleLots === lots, 'all of a plain order is visible');
    const own = this.sideOf(bookId, side);
    const key = keyOn(side, priceTicks);
    const facing = this.sides[(own ^ 8) | SIDE_BEST_KEY] as number;
    assert(mayCross || facing > -key, 'the order crosses');
    const level = this.levelAt(own, key);
    const handle = this.#newOrder(lots, visibleLots, displayLots, ownerRef, userRef);
    this.#join(level, handle);
    this.levelVisible[(level >> 1) | 3]! += visibleLots;
    this.levelHidden[level >> 3]! += lots - visibleLots;
    return handle;
  }

  #newOrder(
    lots: number,
    visibleLots: number,
    displayLots: number,
    ownerRef: number,
    userRef: number,
  ): number {
    let handle = this.#ordersFree;
    if (handle === 0) {
      handle = this.#ordersUsed;
      this.#ordersUsed = handle + 8;
      if (handle === this.orders.length) this.orders = doubled(this.orders);
    } else {
      this.#ordersFree = this.orders[handle | ORDER_NEXT] as number;
    }
    const { orders } = this;
    orders[handle | ORDER_LOTS] = lots;
    orders[handle | ORDER_VISIBLE] = visibleLots;
    orders[handle | ORDER_DISPLAY] = displayLots;
    orders[handle | ORDER_OWNER] = ownerRef;
    orders[handle | ORDER_USER] = userRef;
    return handle;
  }

  /** Links an order in at the end of a level's queue. */
  #join(level: number, handle: number): void {
    const { orders, levels } = this;
    const tail = levels[level | LEVEL_TAIL] as number;
    orders[handle | ORDER_LEVEL] = level;
    orders[handle | ORDER_NEXT] = 0;
    orders[handle | ORDER_PREV] = tail;
    levels[level | LEVEL_TAIL] = handle;
    if (tail === 0) levels[level | LEVEL_HEAD] = handle;
    else orders[tail | ORDER_NEXT] = handle;
  }

  #freeOrder(handle: number): void {
    this.orders[handle] = 0;
    this.orders[handle | ORDER_NEXT] = this.#ordersFree;
    this.#ordersFree = handle;
  }

  cancel(handle: number): number {
    const { orders, levels } = this;
    const level = this.#levelOf(handle);
    const next = orders[handle | ORDER_NEXT] as number;
    const prev = orders[handle | ORDER_PREV] as number;
    const lots = orders[handle | ORDER_LOTS] as number;
    const slice = orders[handle | ORDER_VISIBLE] as number;
    const side = levels[level | LEVEL_SIDE] as number;
    const ticks = Math.abs(levels[level] as number);
    const visible = (this.levelVisible[(level >> 1) | 3] as number) - slice;
    if (lots !== slice) this.levelHidden[level >> 3]! -= lots - slice;
    this.#freeOrder(handle);
    if ((next | prev) === 0) {
      this.removeLevel(level);
    } else {
      this.levelVisible[(level >> 1) | 3] = visible;
      if (prev === 0) levels[level | LEVEL_HEAD] = next;
      else orders[prev | ORDER_NEXT] = next;
      if (next === 0) levels[level | LEVEL_TAIL] = prev;
      else orders[next | ORDER_PREV] = prev;
    }
    this.sink.levelChanged(side >> 4, ((side >> 3) & 1) as Side, ticks, visible);
    return lots;
  }

  reduce(handle: number, newLots: number): void {
    const { orders } = this;
    const level = this.#levelOf(handle);
    const lots = orders[handle | ORDER_LOTS] as number;
    const slice = orders[handle | ORDER_VISIBLE] as number;
    assert(isLots(newLots) && newLots <= lots, 'not a reduction');
    const newSlice = slice < newLots ? slice : newLots;
    orders[handle | ORDER_LOTS] = newLots;
    orders[handle | ORDER_VISIBLE] = newSlice;
    this.levelHidden[level >> 3]! -= lots - slice - (newLots - newSlice);
    if (newSlice === slice) return;
    const visible = (this.levelVisible[(level >> 1) | 3] as number) - (slice - newSlice);
    this.levelVisible[(level >> 1) | 3] = visible;
    const side = this.levels[level | LEVEL_SIDE] as number;
    const ticks = Math.abs(this.levels[level] as number);
    this.sink.levelChanged(side >> 4, ((side >> 3) & 1) as Side, ticks, visible);
  }

  bestTicks(bookId: number, side: Side): number {
    const level = this.sides[this.sideOf(bookId, side)] as number;
    return level === 0 ? 0 : Math.abs(this.levels[level] as number);
  }

  bestLots(bookId: number, side: Side): number {
    return this.#visibleAt(this.sides[this.sideOf(bookId, side)] as number);
  }

  levelLots(bookId: number, side: Side, priceTicks: number): number {
    return this.#visibleAt(this.findLevel(this.sideOf(bookId, side), keyOn(side, priceTicks)));
  }

  #visibleAt(level: number): number {
    return level === 0 ? 0 : (this.levelVisible[(level >> 1) | 3] as number);
  }

  depth(
    bookId: number,
    side: Side,
    maxLevels: number,
    outTicks: Int32Array,
    outLots: Float64Array,
  ): number {
    let level = this.sides[this.sideOf(bookId, side)] as number;
    let count = 0;
    while (level !== 0 && count < maxLevels) {
      outTicks[count] = Math.abs(this.levels[level] as number);
      outLots[count] = this.#visibleAt(level);
      count += 1;
      level = this.nextLevel(level);
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
    const limitKey = limitTicks === NO_LIMIT ? ANY_KEY : -keyOn(side, limitTicks);
    const owner = selfTrade === 0 ? 0 : ownerRef;
    let level = this.sides[this.sideOf(bookId, side) ^ 8] as number;
    let found = 0;
    this.#worstTicks = 0;
    while (level !== 0 && found < lots) {
      const key = this.levels[level] as number;
      if (key > limitKey) break;
      const here =
        owner === 0
          ? this.#visibleAt(level) + (this.levelHidden[level >> 3] as number)
          : this.#foreignLots(level, owner, selfTrade);
      // A negative count means that the arriving order stops at this level.
      const counted = here < 0 ? -here - 1 : here;
      found += counted;
      if (counted > 0) this.#worstTicks = Math.abs(key);
      if (here < 0) break;
      level = this.nextLevel(level);
    }
    return found < lots ? found : lots;
  }

  /**
   * The lots at a level that are not `owner`'s; -1 less the lots before the first own order if that
   * one stops.
   */
  #foreignLots(level: number, owner: number, selfTrade: SelfTrade): number {
    const { orders } = this;
    let all = 0;
    let ahead = 0;
    let handle = this.levels[level | LEVEL_HEAD] as number;
    while (handle !== 0) {
      if (orders[handle | ORDER_OWNER] !== owner) {
        all += orders[handle | ORDER_LOTS] as number;
        ahead += orders[handle | ORDER_VISIBLE] as number;
      } else if (selfTrade === SELF_TRADE_REJECT_TAKER) {
        // The sweep meets this order before any slice ahead of it is refreshed behind it.
        return -1 - ahead;
      }
      handle = orders[handle | ORDER_NEXT] as number;
    }
    return all;
  }

  fillableWorstTicks(): number {
    return this.#worstTicks;
  }

  firstOrder(bookId: number, side: Side): number {
    const level = this.sides[this.sideOf(bookId, side)] as number;
    return level === 0 ? 0 : (this.levels[level | LEVEL_HEAD] as number);
  }

  nextOrder(handle: number): number {
    const level = this.#levelOf(handle);
    const behind = this.orders[handle | ORDER_NEXT] as number;
    if (behind !== 0) return behind;
    const nextLevel = this.nextLevel(level);
    return nextLevel === 0 ? 0 : (this.levels[nextLevel | LEVEL_HEAD] as number);
  }

  orderCount(): number {
    let free = 0;
    for (let at = this.#ordersFree; at !== 0; at = this.orders[at | ORDER_NEXT] as number)
      free += 1;
    return (this.#ordersUsed >> 3) - 1 - free;
  }

  orderBook(handle: number): number {
    return (this.levels[this.#levelOf(handle) | LEVEL_SIDE] as number) >> 4;
  }

  orderSide(handle: number): Side {
    const side = this.levels[this.#levelOf(handle) | LEVEL_SIDE] as number;
    return ((side >> 3) & 1) as Side;
  }

  orderTicks(handle: number): number {
    return Math.abs(this.levels[this.#levelOf(handle)] as number);
  }

  orderLots(handle: number): number {
    return this.#field(handle, ORDER_LOTS);
  }

  orderVisibleLots(handle: number): number {
    return this.#field(handle, ORDER_VISIBLE);
  }

  orderDisplayLots(handle: number): number {
    return this.#field(handle, ORDER_DISPLAY);
  }

  orderOwnerRef(handle: number): number {
    return this.#field(handle, ORDER_OWNER);
  }

  orderUserRef(handle: number): number {
    return this.#field(handle, ORDER_USER);
  }

  #field(handle: number, field: number): number {
    this.#levelOf(handle);
    return this.orders[handle | field] as number;
  }

  /** The level of a resting order. */
  #levelOf(handle: number): number {
    const level = this.orders[handle];
    assert(level !== undefined && level !== 0 && (handle & 7) === 0, 'the handle is void');
    return level;
  }
}

/** A price as a key of a side, the lower the better. */
function keyOn(side: Side, ticks: number): number {
  // Without a branch, since sides come in no predictable order: the tick for asks, its negative for
  // bids.
  const mask = side - 1;
  return (ticks ^ mask) - mask;
}

const isTicks = (ticks: number): boolean =>
  (ticks | 0) === ticks && ticks >= 1 && ticks <= MAX_TICKS;

const isLots = (lots: number): boolean => (lots | 0) === lots && lots >= 1;
