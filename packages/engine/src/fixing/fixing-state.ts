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
  /** Sum of the good seconds before that one, carried ones included; micro-dollars. */
  sum: number;
  /** How many they are. */
  counted: number;
  /** Seconds of the window that had a good print of their own. */
  ownPrints: number;
  /** The last print in or before the window, 0 when there never was one; whether it is good. */
  lastPrint: number;
  lastGood: boolean;
  /** The last good one, 0 when there never was one. */
  lastGoodPrint: number;
  /**
   * The last window that a later print closed, 0 when none; its price (0: it had no print) and own
   * prints.
   */
  closedEndUs: number;
  closedPrice: number;
  closedPrints: number;
  /** The first good print after its end; 0 until it comes. */
  closingPrint: number;
}

/** Of an index that has no print yet. */
export const createFixingState = (): FixingState => ({
  windowEndUs: 0,
  second: 0,
  sum: 0,
  counted: 0,
  ownPrints: 0,
  lastPrint: 0,
  lastGood: false,
  lastGoodPrint: 0,
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
  state.counted,
  state.ownPrints,
  state.lastPrint,
  state.lastGood ? 1 : 0,
  state.lastGoodPrint,
  state.closedEndUs,
  state.closedPrice,
  state.closedPrints,
  state.closingPrint,
];

/** What `saveFixingState` took down. */
export const restoreFixingState = (saved: readonly number[]): FixingState => {
  assert(
    saved.length === 12 && saved.every(Number.isSafeInteger),
    'a fixing state is twelve integers',
  );
  const [windowEndUs, second, sum, counted, ownPrints, lastPrint, ...rest] = saved as number[];
  const [lastGood, lastGoodPrint, closedEndUs, closedPrice, closedPrints, closingPrint] = rest;
  return {
    windowEndUs: windowEndUs as number,
    second: second as number,
    sum: sum as number,
    counted: counted as number,
    ownPrints: ownPrints as number,
    lastPrint: lastPrint as number,
    lastGood: lastGood === 1,
    lastGoodPrint: lastGoodPrint as number,
    closedEndUs: closedEndUs as number,
    closedPrice: closedPrice as number,
    closedPrints: closedPrints as number,
    closingPrint: closingPrint as number,
  };
};
