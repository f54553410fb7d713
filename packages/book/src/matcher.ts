/**
 * What a matcher is: the resting orders of many instruments, and the meeting of arriving orders
 * with them.
 *
 * It knows price, time, size and owner, and nothing else: no accounts, money, risk, triggers or
 * clock. In an order's life it stands after the engine's checks and before the ledger. Two
 * implementations keep this contract event by event: `createNaiveMatcher` (obvious) and
 * `createMatcher` (fast).
 */

/** The side of an order or of a book: `BUY` orders rest as bids, `SELL` orders as asks. */
export type Side = 0 | 1;

/** The side of buy orders and of bids. */
export const BUY = 0;

/** The side of sell orders and of asks. */
export const SELL = 1;

/** Given as `limitTicks`: the order takes any price. Such an order never rests. */
export const NO_LIMIT = 0;

/** The highest price in ticks; prices are 1 to this. */
export const MAX_TICKS: number = 0x4000_0000;

/** The largest size of one order in lots; sizes are 1 to this. */
export const MAX_LOTS: number = 0x7fff_ffff;

/** What happens when an arriving order meets a resting one with the same, non-zero `ownerRef`. */
export type SelfTrade = 0 | 1 | 2;

/** They trade with each other. */
export const SELF_TRADE_ALLOW = 0;

/** The resting order is cancelled and the arriving one goes on. */
export const SELF_TRADE_CANCEL_MAKER = 1;

/**
 * The arriving order stops there: its earlier fills stand, its remainder neither trades nor rests.
 */
export const SELF_TRADE_REJECT_TAKER = 2;

/**
 * What a matcher tells while it works, in the order in which it happens.
 *
 * Within one operation the calls come level by level from the best price: fills and self-trade
 * cancels in queue order, then `levelChanged` once when the operation leaves that level; last of
 * all `levelChanged` of the level in which a remainder came to rest. A sink must not call the
 * matcher's operations back.
 */
export interface FillSink {
  /**
   * One execution at the maker's price. When `makerRemainingLots` is 0 the handle is void.
   *
   * Units: `makerRemainingLots` counts hidden lots too.
   */
  fill(
    makerHandle: number,
    makerUserRef: number,
    priceTicks: number,
    lots: number,
    makerRemainingLots: number,
  ): void;
  /** Self-trade prevention removed this resting order; the handle is void. */
  selfTradeCancelled(makerHandle: number, makerUserRef: number, remainingLots: number): void;
  /** The visible lots at a price are now these (0: the level is gone). */
  levelChanged(bookId: number, side: Side, priceTicks: number, visibleLots: number): void;
}

/**
 * The order books of one engine.
 *
 * A book is named by a small dense integer, a resting order by its handle: a positive int32, void
 * once the order is filled or cancelled, and then given to another order. Handles differ between
 * implementations and after a restore; nothing else does. Prices are integer ticks from 1 to
 * `MAX_TICKS`, sizes integer lots from 1 to `MAX_LOTS`, `ownerRef` and `userRef` any int32. A
 * broken promise of the caller (a void handle, a closed book, a size out of range) asserts.
 *
 * Icebergs: an order with `displayLots` below its size shows only a slice of that many lots. It
 * trades slice by slice; when a slice is used up the next one, `displayLots` or what is left, joins
 * the end of the queue. The arriving side of an iceberg trades with its whole size. One sweep makes
 * up to `lots / displayLots` fills against an iceberg, so the caller bounds that ratio.
 */
export interface Matcher {
  /** Opens an empty book. Holds: it was not open. */
  openBook(bookId: number): void;
  /** Closes a book. Holds: it is open and no order rests in it. */
  closeBook(bookId: number): void;

  /**
   * Matches an arriving order in price-time order and, if `rest`, leaves the remainder in the book.
   *
   * Returns the handle of the resting remainder, 0 when nothing rests. `lotsLeft` and
   * `selfTradeStopped` tell how it ended. Holds: `limitTicks` is a price, or `NO_LIMIT` with `rest`
   * false; `displayLots` 0 shows all.
   */
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
  ): number;
  /** The lots of the last `submit` that did not trade, resting or not. */
  lotsLeft(): number;
  /**
   * Whether the last `submit` was stopped by `SELF_TRADE_REJECT_TAKER`; if so nothing of it rests.
   */
  selfTradeStopped(): boolean;

  /**
   * Puts back an order without matching and without events, behind the others at its price: for
   * restoring.
   *
   * Returns its handle. `visibleLots` is the rest of the current slice (equal to `lots` when all is
   * visible).
   * Holds: the order crosses nothing, unless `mayCross`: in a call auction orders rest unmet, and
   * no `submit` comes before the caller has taken out what crosses. A book rebuilt in the order of
   * `firstOrder`, `nextOrder` behaves the same.
   */
  insertResting(
    bookId: number,
    side: Side,
    priceTicks: number,
    lots: number,
    visibleLots: number,
    displayLots: number,
    ownerRef: number,
    userRef: number,
    mayCross?: boolean,
  ): number;
  /** Takes a resting order off the book; returns the lots it still had. */
  cancel(handle: number): number;
  /**
   * Shrinks a resting order to `newLots` in all, keeping its place in the queue; hidden lots go
   * first.
   *
   * Holds: 1 <= newLots <= its lots. Anything else is a `cancel` and a `submit`.
   */
  reduce(handle: number, newLots: number): void;

  /** The best price of a side in ticks; 0 when the side is empty. */
  bestTicks(bookId: number, side: Side): number;
  /** The visible lots at the best price of a side; 0 when the side is empty. */
  bestLots(bookId: number, side: Side): number;
  /** The visible lots at one price; 0 when there is no such level. */
  levelLots(bookId: number, side: Side, priceTicks: number): number;
  /**
   * Writes up to `maxLevels` levels of a side, best first, and returns how many.
   *
   * Shape: `outTicks[i]`, `outLots[i]` (visible lots) for level i.
   */
  depth(
    bookId: number,
    side: Side,
    maxLevels: number,
    outTicks: Int32Array,
    outLots: Float64Array,
  ): number;
  /**
   * How many of `lots` an arriving order would fill now, hidden lots included: exactly what
   * `submit` would trade.
   *
   * Own orders do not count under `SELF_TRADE_CANCEL_MAKER` and end the count under
   * `SELF_TRADE_REJECT_TAKER`. `side` is the arriving order's. `fillableWorstTicks` tells the last
   * price counted.
   */
  fillableLots(
    bookId: number,
    side: Side,
    limitTicks: number,
    lots: number,
    ownerRef: number,
    selfTrade: SelfTrade,
  ): number;
  /**
   * The worst price at which the last `fillableLots` counted something; 0 when it counted nothing.
   */
  fillableWorstTicks(): number;

  /** The order first in line on a side; 0 when the side is empty. */
  firstOrder(bookId: number, side: Side): number;
  /**
   * The order next in line after this one on the same side, by price and then time; 0 after the
   * last.
   */
  nextOrder(handle: number): number;
  /** The number of resting orders in all books. Cost: may look at every order that ever rested. */
  orderCount(): number;
  orderBook(handle: number): number;
  orderSide(handle: number): Side;
  orderTicks(handle: number): number;
  /** The remaining lots, hidden ones included. */
  orderLots(handle: number): number;
  /** The remaining lots of the current slice; all of them when the order is no iceberg. */
  orderVisibleLots(handle: number): number;
  /** The slice size of an iceberg; 0 for an order that shows all. */
  orderDisplayLots(handle: number): number;
  orderOwnerRef(handle: number): number;
  orderUserRef(handle: number): number;
}
