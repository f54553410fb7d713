/**
 * The matcher written to be obviously right: maps and sorted arrays of objects, every operation by
 * plain search.
 *
 * It is the judge of the fast one: both must tell the same events for the same operations. Use it
 * to read how matching works, not where speed matters.
 */
import { assert } from '@openstrike/std';
import type { FillSink, Matcher, SelfTrade, Side } from './matcher.ts';
import {
  BUY,
  MAX_LOTS,
  MAX_TICKS,
  NO_LIMIT,
  SELF_TRADE_ALLOW,
  SELF_TRADE_REJECT_TAKER,
  SELL,
} from './matcher.ts';

interface RestingOrder {
  readonly handle: number;
  readonly bookId: number;
  readonly side: Side;
  readonly priceTicks: number;
  readonly displayLots: number;
  readonly ownerRef: number;
  readonly userRef: number;
  lots: number;
  visibleLots: number;
}

/** All orders of one side at one price, first in line first. */
interface Level {
  readonly priceTicks: number;
  readonly orders: RestingOrder[];
}

/** The levels of each side, best price first. */
interface Book {
  readonly levels: readonly [Level[], Level[]];
}

const opposite = (side: Side): Side => (side === BUY ? SELL : BUY);

/** Whether price `a` stands before price `b` on a side. */
const better = (side: Side, a: number, b: number): boolean => (side === BUY ? a > b : a < b);

/** Whether an arriving order of `side` with this limit accepts `priceTicks`. */
const accepts = (side: Side, limitTicks: number, priceTicks: number): boolean =>
  limitTicks === NO_LIMIT || (side === BUY ? priceTicks <= limitTicks : priceTicks >= limitTicks);

const visibleLotsOf = (level: Level): number =>
  level.orders.reduce((sum, order) => sum + order.visibleLots, 0);

const firstSlice = (lots: number, displayLots: number): number =>
  displayLots === 0 ? lots : Math.min(displayLots, lots);

const isOwn = (order: RestingOrder, ownerRef: number, selfTrade: SelfTrade): boolean =>
  selfTrade !== SELF_TRADE_ALLOW && ownerRef !== 0 && order.ownerRef === ownerRef;

/** Makes a matcher that is slow and easy to read. */
export function createNaiveMatcher(sink: FillSink): Matcher {
  return new NaiveMatcher(sink);
}

class NaiveMatcher implements Matcher {
  readonly #sink: FillSink;
  readonly #books = new Map<number, Book>();
  readonly #orders = new Map<number, RestingOrder>();
  #lastHandle = 0;
  #lotsLeft = 0;
  #selfTradeStopped = false;
  #worstTicks = 0;

  constructor(sink: FillSink) {
    this.#sink = sink;
  }

  openBook(bookId: number): void {
    assert(Number.isInteger(bookId) && bookId >= 0, 'a book id is a small non-negative integer');
    assert(!this.#books.has(bookId), 'the book is open already');
    this.#books.set(bookId, { levels: [[], []] });
  }

  closeBook(bookId: number): void {
    const { levels } = this.#book(bookId);
    assert(levels[BUY].length === 0 && levels[SELL].length === 0, 'orders rest in the book');
    this.#books.delete(bookId);
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
    assert(limitTicks === NO_LIMIT ? !rest : isTicks(limitTicks), 'no such limit');
    assertSizes(lots, displayLots);
    const levels = this.#book(bookId).levels[opposite(side)];
    this.#lotsLeft = lots;
    this.#selfTradeStopped = false;
    while (this.#lotsLeft > 0 && !this.#selfTradeStopped) {
      const best = levels[0];
      if (best === undefined || !accepts(side, limitTicks, best.priceTicks)) break;
      const touched = this.#matchLevel(best, ownerRef, selfTrade);
      if (best.orders.length === 0) levels.shift();
      if (touched) {
        this.#sink.levelChanged(bookId, opposite(side), best.priceTicks, visibleLotsOf(best));
      }
    }
    if (!rest || this.#lotsLeft === 0 || this.#selfTradeStopped) return 0;
    const left = this.#lotsLeft;
    const visible = firstSlice(left, displayLots);
    const order = this.#rest(
      bookId,
      side,
      limitTicks,
      left,
      visible,
      displayLots,
      ownerRef,
      userRef,
    );
    this.#tellLevel(order);
    return order.handle;
  }

  /** Trades the arriving order's lots against one level; whether anything at the level changed. */
  #matchLevel(level: Level, ownerRef: number, selfTrade: SelfTrade): boolean {
    let touched = false;
    while (this.#lotsLeft > 0) {
      const maker = level.orders[0];
      if (maker === undefined) break;
      if (isOwn(maker, ownerRef, selfTrade)) {
        if (selfTrade === SELF_TRADE_REJECT_TAKER) {
          this.#selfTradeStopped = true;
          break;
        }
        level.orders.shift();
        this.#orders.delete(maker.handle);
        this.#sink.selfTradeCancelled(maker.handle, maker.userRef, maker.lots);
      } else {
        this.#fill(level, maker);
      }
      touched = true;
    }
    return touched;
  }

  /**
   * One execution against the first order in line, which leaves or queues again when its slice is
   * used up.
   */
  #fill(level: Level, maker: RestingOrder): void {
    const lots = Math.min(this.#lotsLeft, maker.visibleLots);
    this.#lotsLeft -= lots;
    maker.lots -= lots;
    maker.visibleLots -= lots;
    if (maker.visibleLots === 0) {
      level.orders.shift();
      if (maker.lots === 0) {
        this.#orders.delete(maker.handle);
      } else {
        maker.visibleLots = firstSlice(maker.lots, maker.displayLots);
        level.orders.push(maker);
      }
    }
    this.#sink.fill(maker.handle, maker.userRef, level.priceTicks, lots, maker.lots);
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
    assertSizes(lots, displayLots);
    assertSlice(lots, visibleLots, displayLots);
    const facing = this.#book(bookId).levels[opposite(side)][0];
    assert(
      mayCross || facing === undefined || !accepts(side, priceTicks, facing.priceTicks),
      'the order crosses',
    );
    const order = this.#rest(
      bookId,
      side,
      priceTicks,
      lots,
      visibleLots,
      displayLots,
      ownerRef,
      userRef,
    );
    return order.handle;
  }

  cancel(handle: number): number {
    const order = this.#order(handle);
    const levels = this.#book(order.bookId).levels[order.side];
    const level = this.#levelOf(order);
    level.orders.splice(level.orders.indexOf(order), 1);
    if (level.orders.length === 0) levels.splice(levels.indexOf(level), 1);
    this.#orders.delete(handle);
    this.#tellLevel(order);
    return order.lots;
  }

  reduce(handle: number, newLots: number): void {
    const order = this.#order(handle);
    assert(Number.isInteger(newLots) && newLots >= 1 && newLots <= order.lots, 'not a reduction');
    const visibleBefore = order.visibleLots;
    order.lots = newLots;
    order.visibleLots = Math.min(visibleBefore, newLots);
    if (order.visibleLots !== visibleBefore) this.#tellLevel(order);
  }

  bestTicks(bookId: number, side: Side): number {
    return this.#book(bookId).levels[side][0]?.priceTicks ?? 0;
  }

  bestLots(bookId: number, side: Side): number {
    const best = this.#book(bookId).levels[side][0];
    return best === undefined ? 0 : visibleLotsOf(best);
  }

  levelLots(bookId: number, side: Side, priceTicks: number): number {
    const levels = this.#book(bookId).levels[side];
    const level = levels.find((candidate) => candidate.priceTicks === priceTicks);
    return level === undefined ? 0 : visibleLotsOf(level);
  }

  depth(
    bookId: number,
    side: Side,
    maxLevels: number,
    outTicks: Int32Array,
    outLots: Float64Array,
  ): number {
    const levels = this.#book(bookId).levels[side].slice(0, maxLevels);
    for (const [i, level] of levels.entries()) {
      outTicks[i] = level.priceTicks;
      outLots[i] = visibleLotsOf(level);
    }
    return levels.length;
  }

  fillableLots(
    bookId: number,
    side: Side,
    limitTicks: number,
    lots: number,
    ownerRef: number,
    selfTrade: SelfTrade,
  ): number {
    let found = 0;
    this.#worstTicks = 0;
    for (const level of this.#book(bookId).levels[opposite(side)]) {
      if (found >= lots || !accepts(side, limitTicks, level.priceTicks)) break;
      const foreign = level.orders.filter((order) => !isOwn(order, ownerRef, selfTrade));
      const firstOwn = level.orders.findIndex((order) => isOwn(order, ownerRef, selfTrade));
      const stops = selfTrade === SELF_TRADE_REJECT_TAKER && firstOwn >= 0;
      // The sweep meets an own order before any slice behind it is refreshed.
      const here = stops
        ? visibleLotsOf({
            priceTicks: level.priceTicks,
            orders: level.orders.slice(0, firstOwn),
          })
        : foreign.reduce((sum, order) => sum + order.lots, 0);
      found += here;
      if (here > 0) this.#worstTicks = level.priceTicks;
      if (stops) break;
    }
    return Math.min(found, lots);
  }

  fillableWorstTicks(): number {
    return this.#worstTicks;
  }

  firstOrder(bookId: number, side: Side): number {
    return this.#book(bookId).levels[side][0]?.orders[0]?.handle ?? 0;
  }

  nextOrder(handle: number): number {
    const order = this.#order(handle);
    const inLine = this.#book(order.bookId).levels[order.side].flatMap((level) => level.orders);
    return inLine[inLine.indexOf(order) + 1]?.handle ?? 0;
  }

  orderCount(): number {
    return this.#orders.size;
  }

  orderBook(handle: number): number {
    return this.#order(handle).bookId;
  }

  orderSide(handle: number): Side {
    return this.#order(handle).side;
  }

  orderTicks(handle: number): number {
    return this.#order(handle).priceTicks;
  }

  orderLots(handle: number): number {
    return this.#order(handle).lots;
  }

  orderVisibleLots(handle: number): number {
    return this.#order(handle).visibleLots;
  }

  orderDisplayLots(handle: number): number {
    return this.#order(handle).displayLots;
  }

  orderOwnerRef(handle: number): number {
    return this.#order(handle).ownerRef;
  }

  orderUserRef(handle: number): number {
    return this.#order(handle).userRef;
  }

  #book(bookId: number): Book {
    const book = this.#books.get(bookId);
    assert(book !== undefined, 'the book is not open');
    return book;
  }

  #order(handle: number): RestingOrder {
    const order = this.#orders.get(handle);
    assert(order !== undefined, 'the handle is void');
    return order;
  }

  #levelOf(order: RestingOrder): Level {
    const levels = this.#book(order.bookId).levels[order.side];
    const level = levels.find((candidate) => candidate.priceTicks === order.priceTicks);
    assert(level !== undefined, 'a resting order has its level');
    return level;
  }

  /** Appends an order at its price, opening the level where there was none. */
  #rest(
    bookId: number,
    side: Side,
    priceTicks: number,
    lots: number,
    visibleLots: number,
    displayLots: number,
    ownerRef: number,
    userRef: number,
  ): RestingOrder {
    this.#lastHandle += 1;
    const handle = this.#lastHandle;
    const order = { handle, bookId, side, priceTicks, displayLots, ownerRef, userRef } as const;
    const resting: RestingOrder = { ...order, lots, visibleLots };
    const levels = this.#book(bookId).levels[side];
    const at = levels.findIndex((level) => !better(side, level.priceTicks, priceTicks));
    const index = at < 0 ? levels.length : at;
    if (levels[index]?.priceTicks !== priceTicks) {
      levels.splice(index, 0, { priceTicks, orders: [] });
    }
    levels[index]?.orders.push(resting);
    this.#orders.set(handle, resting);
    return resting;
  }

  #tellLevel(order: RestingOrder): void {
    const { bookId, side, priceTicks } = order;
    const visible = this.levelLots(bookId, side, priceTicks);
    this.#sink.levelChanged(bookId, side, priceTicks, visible);
  }
}

const isTicks = (ticks: number): boolean =>
  Number.isInteger(ticks) && ticks >= 1 && ticks <= MAX_TICKS;

function assertSizes(lots: number, displayLots: number): void {
  assert(Number.isInteger(lots) && lots >= 1 && lots <= MAX_LOTS, 'no such size');
  assert(Number.isInteger(displayLots) && displayLots >= 0, 'no such display size');
}

function assertSlice(lots: number, visibleLots: number, displayLots: number): void {
  const slice = displayLots === 0 ? lots : Math.min(displayLots, lots);
  assert(
    Number.isInteger(visibleLots) && visibleLots >= 1 && visibleLots <= slice,
    'no such visible slice',
  );
  assert(displayLots !== 0 || visibleLots === lots, 'all of a plain order is visible');
}
