// Match tape: takes down what the book tells during one match, because the book must not be called
// back while it matches. Outside a match a level change goes straight out as an event. Invariant:
// read off and emptied before the next match begins.
import type { FillSink, Side } from '@openstrike/book';
import type {
  BookLevelChanged,
  Event,
  InstrumentId,
  PriceTicks,
  SizeLots,
} from '@openstrike/domain';

export const FILL = 0;
export const SELF_TRADE = 1;
export const LEVEL = 2;

/**
 * One told fact: `a` to `d` are the arguments of the sink's call in their order, but for the
 * handle.
 */
export class MatchTape implements FillSink {
  readonly kinds: number[] = [];
  readonly a: number[] = [];
  readonly b: number[] = [];
  readonly c: number[] = [];
  readonly d: number[] = [];
  /** How many entries count; the arrays keep their length. */
  size = 0;
  matching = false;
  /** Nobody reads the level events; see the state's own flag. */
  quiet = false;
  emit: (event: Event) => void = () => {};

  fill(
    _makerHandle: number,
    makerUserRef: number,
    priceTicks: number,
    lots: number,
    makerRemainingLots: number,
  ): void {
    this.#push(FILL, makerUserRef, priceTicks, lots, makerRemainingLots);
  }

  selfTradeCancelled(_makerHandle: number, makerUserRef: number, remainingLots: number): void {
    this.#push(SELF_TRADE, makerUserRef, remainingLots, 0, 0);
  }

  levelChanged(bookId: number, side: Side, priceTicks: number, visibleLots: number): void {
    if (this.quiet) return;
    if (this.matching) {
      this.#push(LEVEL, bookId, side, priceTicks, visibleLots);
    } else {
      this.emit(levelEvent(bookId, side, priceTicks, visibleLots));
    }
  }

  #push(kind: number, a: number, b: number, c: number, d: number): void {
    const at = this.size;
    this.kinds[at] = kind;
    this.a[at] = a;
    this.b[at] = b;
    this.c[at] = c;
    this.d[at] = d;
    this.size = at + 1;
  }
}

/** The event of a book's level. */
export const levelEvent = (
  bookId: number,
  side: number,
  priceTicks: number,
  visibleLots: number,
): BookLevelChanged => ({
  type: 'book-level-changed',
  instrumentId: bookId as InstrumentId,
  side: side === 0 ? 'buy' : 'sell',
  priceTicks: priceTicks as PriceTicks,
  sizeLots: visibleLots as SizeLots,
});
