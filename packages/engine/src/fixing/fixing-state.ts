// Fixing state: what one index remembers of the half hour before 08:00 UTC, whose 1,800 one-second
// prints average to the delivery price of everything that expires then. Plain numbers, so a
// snapshot can carry it.
// Invariant: `saveFixingState` and `restoreFixingState` are inverse to each other.
import { assert } from '@openstrike/std';

export interface FixingState {
  /** The 08:00 that ends the present or next window; 0 before the first print ever. */
  windowEndUs: number;
  /** The second of the window that the last print belongs to, 1 to 1800; 0 before its first. */
  second: number;
  /** Sum of the prints of the seconds before that one, carried ones included; micro-dollars. */
  sum: number;
  /** Seconds of the window that had a print of their own. */
  ownPrints: number;
  /** The last print in or before the window, 0 when there never was one. */
  lastPrint: number;
  /**
   * The last window that a later print closed, 0 when none; its price (0: it had no print) and own
   * prints.
   */
  closedEndUs: number;
  closedPrice: number;
  closedPrints: number;
  /** The print that closed it: the first one after its end. */
  closingPrint: number;
}

/** Of an index that has no print yet. */
export const createFixingState = (): FixingState => ({
  windowEndUs: 0,
  second: 0,
  sum: 0,
  ownPrints: 0,
  lastPrint: 0,
  closedEndUs: 0,
  closedPrice: 0,
  closedPrints: 0,
  closingPrint: 0,
});

/** The state as numbers in a fixed order. */
export const saveFixingState = (state: FixingState): readonly number[] => [
  state.windowEndUs,
  state.second,
  state.sum,
  state.ownPrints,
  state.lastPrint,
  state.closedEndUs,
  state.closedPrice,
  state.closedPrints,
  state.closingPrint,
];

/** What `saveFixingState` took down. */
export const restoreFixingState = (saved: readonly number[]): FixingState => {
  assert(
    saved.length === 9 && saved.every(Number.isSafeInteger),
    'a fixing state is nine integers',
  );
  const [windowEndUs, second, sum, ownPrints, lastPrint, ...closed] = saved as number[];
  const [closedEndUs, closedPrice, closedPrints, closingPrint] = closed;
  return {
    windowEndUs: windowEndUs as number,
    second: second as number,
    sum: sum as number,
    ownPrints: ownPrints as number,
    lastPrint: lastPrint as number,
    closedEndUs: closedEndUs as number,
    closedPrice: closedPrice as number,
    closedPrints: closedPrints as number,
    closingPrint: closingPrint as number,
  };
};
