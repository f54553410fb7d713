/**
 * A matcher driven by order names instead of handles, with its events kept as lines of text: two
 * matchers behave alike exactly when their lines are equal. Names are the orders' `userRef`s.
 */
import type { FillSink, Matcher, SelfTrade, Side } from '../src/matcher.ts';
import { BUY, SELL } from '../src/matcher.ts';

/** What an arriving order is; the fields not given are 0, resting, trading with all. */
export interface OrderSpec {
  readonly book: number;
  readonly side: Side;
  readonly ticks: number;
  readonly lots: number;
  readonly display?: number;
  readonly owner?: number;
  readonly name: number;
  readonly rest?: boolean;
  readonly selfTrade?: SelfTrade;
}

export type MatcherFactory = (sink: FillSink) => Matcher;

/** One matcher with its event lines and the handles of its resting orders. */
export class RecordedBook {
  readonly lines: string[] = [];
  readonly #make: MatcherFactory;
  readonly #sink: FillSink;
  readonly #handles = new Map<number, number>();
  readonly #books: number[];
  matcher: Matcher;

  constructor(make: MatcherFactory, books: readonly number[] = [0]) {
    const lines = this.lines;
    const handles = this.#handles;
    this.#sink = {
      fill(_handle, userRef, ticks, lots, remaining) {
        lines.push(`fill ${userRef} ${lots}@${ticks} left ${remaining}`);
        if (remaining === 0) handles.delete(userRef);
      },
      selfTradeCancelled(_handle, userRef, remaining) {
        lines.push(`self ${userRef} left ${remaining}`);
        handles.delete(userRef);
      },
      levelChanged(book, side, ticks, lots) {
        lines.push(`level ${book}${side === BUY ? 'b' : 'a'} ${ticks} ${lots}`);
      },
    };
    this.#make = make;
    this.#books = [...books];
    this.matcher = make(this.#sink);
    for (const book of books) this.matcher.openBook(book);
  }

  /** The names of the resting orders, oldest first. */
  names(): number[] {
    return [...this.#handles.keys()];
  }

  handleOf(name: number): number {
    const handle = this.#handles.get(name);
    if (handle === undefined) throw new Error(`order ${name} does not rest`);
    return handle;
  }

  submit(spec: OrderSpec): void {
    const { book, side, ticks, lots, display = 0, owner = 0, name, rest = true } = spec;
    const selfTrade = spec.selfTrade ?? 0;
    const fillable = this.matcher.fillableLots(book, side, ticks, lots, owner, selfTrade);
    const worst = this.matcher.fillableWorstTicks();
    this.lines.push(`fillable ${fillable} to ${worst}`);
    const handle = this.matcher.submit(
      book,
      side,
      ticks,
      lots,
      display,
      owner,
      name,
      rest,
      selfTrade,
    );
    if (handle !== 0) this.#handles.set(name, handle);
    const stopped = this.matcher.selfTradeStopped() ? ' stopped' : '';
    const left = this.matcher.lotsLeft();
    this.lines.push(`order ${name} left ${left}${handle === 0 ? '' : ' rests'}${stopped}`);
  }

  cancel(name: number): void {
    const handle = this.handleOf(name);
    this.#handles.delete(name);
    this.lines.push(`cancel ${name} left ${this.matcher.cancel(handle)}`);
  }

  reduce(name: number, lots: number): void {
    this.lines.push(`reduce ${name} to ${lots}`);
    this.matcher.reduce(this.handleOf(name), lots);
  }

  /** Replaces the matcher by a new one into which all its orders are put back. */
  rebuild(): void {
    const old = this.matcher;
    const next = this.#make(this.#sink);
    for (const book of this.#books) {
      next.openBook(book);
      for (const side of [BUY, SELL] as const) {
        for (const handle of walk(old, book, side)) {
          const name = old.orderUserRef(handle);
          const copy = next.insertResting(
            book,
            side,
            old.orderTicks(handle),
            old.orderLots(handle),
            old.orderVisibleLots(handle),
            old.orderDisplayLots(handle),
            old.orderOwnerRef(handle),
            name,
          );
          this.#handles.set(name, copy);
        }
      }
    }
    this.matcher = next;
  }

  /** The whole state as text: every side's orders in line, its levels by depth and its best. */
  state(): string {
    const lines: string[] = [];
    for (const book of this.#books) {
      for (const side of [BUY, SELL] as const) {
        for (const handle of walk(this.matcher, book, side)) {
          lines.push(this.#orderText(handle));
        }
        lines.push(`depth ${JSON.stringify(depthOf(this.matcher, book, side))}`);
        const best = this.matcher.bestTicks(book, side);
        lines.push(`best ${best} ${this.matcher.bestLots(book, side)}`);
      }
    }
    lines.push(`count ${this.matcher.orderCount()}`);
    return lines.join('\n');
  }

  #orderText(handle: number): string {
    const m = this.matcher;
    return [
      m.orderBook(handle),
      m.orderSide(handle),
      m.orderTicks(handle),
      m.orderLots(handle),
      m.orderVisibleLots(handle),
      m.orderDisplayLots(handle),
      m.orderOwnerRef(handle),
      m.orderUserRef(handle),
    ].join(' ');
  }
}

/** The handles of a side in line. */
export function walk(matcher: Matcher, book: number, side: Side): number[] {
  const handles: number[] = [];
  for (let at = matcher.firstOrder(book, side); at !== 0; at = matcher.nextOrder(at)) {
    handles.push(at);
  }
  return handles;
}

/** The levels of a side as pairs of price and visible lots, best first. */
export function depthOf(
  matcher: Matcher,
  book: number,
  side: Side,
  maxLevels = 4096,
): [number, number][] {
  const ticks = new Int32Array(maxLevels);
  const lots = new Float64Array(maxLevels);
  const count = matcher.depth(book, side, maxLevels, ticks, lots);
  return Array.from({ length: count }, (_, i) => [ticks[i] as number, lots[i] as number]);
}
