// Fixing: the delivery price as the mean of the 1,800 index values of 07:30:01 to 08:00:00 UTC,
// taken from journaled `set-index` commands alone, so that a replay settles alike. The value of a
// second is the last one stamped after the previous second's end and not after its own.
//
// What is not a good value has a rule, so that no expiry is ever stuck and no price ever guessed
// (docs/decisions/fixing.md):
// - a silent second takes the value that was in force, from before the window if need be; seconds
//   before the very first value of an index take that first one;
// - a second whose value in force is flagged or frozen is left out of the mean;
// - a window without a good value of its own is fixed at the first good value after it; if none
//   comes within an hour of the first command after it, at the last good one before. Until then
//   nothing is delivered and trading of what expired stays closed.
import {
  type UsdMicros,
  usdMicrosPerUsd,
  usPerDay,
  usPerHour,
  usPerMinute,
  usPerSecond,
} from '@openstrike/domain';
import { divHalfEven, mulSafe } from '@openstrike/std';
import type { FixingState } from './fixing-state.ts';

/** Prints in one window. */
export const printsPerFixing = 1800;
export const fixingWindowUs: number = 30 * usPerMinute;
const EXPIRY_TIME_US = 8 * usPerHour;

/** The first 08:00 UTC at or after an instant. */
export const fixingEndAtOrAfter = (tsUs: number): number =>
  Math.ceil((tsUs - EXPIRY_TIME_US) / usPerDay) * usPerDay + EXPIRY_TIME_US;

/** How long a window without good values waits for one, from the first command after it. */
export const fixingPatienceUs: number = usPerHour;

/**
 * Takes an index value into the fixing; every `set-index` of the index goes through here, in order.
 *
 * Units: `print` in micro-dollars, positive; `tsUs` never goes back. `good` says whether it counts.
 */
export const recordPrint = (
  state: FixingState,
  print: UsdMicros,
  tsUs: number,
  good = true,
): void => {
  const endUs = fixingEndAtOrAfter(tsUs);
  if (endUs !== state.windowEndUs) {
    closeWindow(state);
    state.windowEndUs = endUs;
  }
  if (good && state.closingPrint === 0) {
    state.closingPrint = print;
  }
  const second = Math.max(0, Math.ceil((tsUs - (endUs - fixingWindowUs)) / usPerSecond));
  if (second > state.second) {
    const first = state.lastPrint === 0;
    // The open second, if any, and the silent ones between it and this one.
    const silent = state.second === 0 ? second - 1 : second - state.second;
    if (first ? good : state.lastGood) {
      state.sum += mulSafe(first ? print : state.lastPrint, silent);
      state.counted += silent;
    }
    state.second = second;
    state.ownPrints += good ? 1 : 0;
  } else if (second > 0 && good && !state.lastGood) {
    state.ownPrints += 1;
  } else if (second > 0 && !good && state.lastGood) {
    state.ownPrints -= 1;
  }
  state.lastPrint = print;
  state.lastGood = good;
  if (good) {
    state.lastGoodPrint = print;
  }
};

const closeWindow = (state: FixingState): void => {
  if (state.windowEndUs !== 0) {
    state.closedEndUs = state.windowEndUs;
    state.closedPrice = meanOf(state);
    state.closedPrints = state.ownPrints;
    state.closingPrint = 0;
  }
  state.second = 0;
  state.sum = 0;
  state.counted = 0;
  state.ownPrints = 0;
};

/**
 * The mean of the window's good seconds, its silent tail carried: rounded half-even to a
 * micro-dollar; 0 where none of them had a value of its own.
 */
const meanOf = (state: FixingState): number => {
  if (state.ownPrints === 0) {
    return 0;
  }
  const left = state.lastGood ? printsPerFixing - state.second + 1 : 0;
  return divHalfEven(state.sum + mulSafe(state.lastPrint, left), state.counted + left);
};

/** The delivery price of an expiry and how many seconds of its window had a good print. */
export interface Fixing {
  readonly price: UsdMicros;
  readonly prints: number;
}

/** The mean of the window that ends an expiry; null without one. */
const windowFixing = (state: FixingState, expiryUs: number): Fixing | null => {
  const open = expiryUs === state.windowEndUs;
  if (!open && expiryUs !== state.closedEndUs) {
    return null;
  }
  const price = open ? meanOf(state) : state.closedPrice;
  const prints = open ? state.ownPrints : state.closedPrints;
  return price === 0 ? null : { price: price as UsdMicros, prints };
};

/**
 * The fixing of an expiry whose last second is over; null while it waits for a good index value.
 *
 * Holds: no print stamped up to `expiryUs` is still to come; `lastResort` is true only once its
 * patience is over.
 */
export const fixingOf = (
  state: FixingState,
  expiryUs: number,
  lastResort: boolean,
): Fixing | null => {
  const fixing = windowFixing(state, expiryUs);
  if (fixing !== null) {
    return fixing;
  }
  // The first good value after it, if the window is closed and one has come.
  if (state.windowEndUs !== 0 && expiryUs < state.windowEndUs && state.closingPrint !== 0) {
    return { price: state.closingPrint as UsdMicros, prints: 0 };
  }
  return lastResort && state.lastGoodPrint !== 0
    ? { price: state.lastGoodPrint as UsdMicros, prints: 0 }
    : null;
};

/** Seconds of the window averaged so far, carried ones included; 0 outside the window. */
export const fixingSeconds = (state: FixingState, nowUs: number): number => {
  if (state.second === 0) {
    return 0;
  }
  const passed = Math.floor((nowUs - (state.windowEndUs - fixingWindowUs)) / usPerSecond);
  return Math.min(printsPerFixing, Math.max(state.second, passed));
};

/** What of the mean is known: good seconds that have passed, and their sum in micro-dollars. */
const known = (state: FixingState, passed: number): { count: number; sum: number } => {
  const tail = state.lastGood ? passed - state.second + 1 : 0;
  return { count: state.counted + tail, sum: state.sum + mulSafe(state.lastPrint, tail) };
};

/**
 * The fixed part of the mean as so many of 1,800 seconds and their sum: what marks split the
 * delivery price by. Seconds left out make the others weigh more. Zeros outside the window.
 *
 * Units: seconds, and USD times seconds.
 */
export const fixedPart = (
  state: FixingState,
  nowUs: number,
): { readonly seconds: number; readonly sumUsd: number } => {
  const passed = fixingSeconds(state, nowUs);
  if (passed === 0) {
    return { seconds: 0, sumUsd: 0 };
  }
  const { count, sum } = known(state, passed);
  const counting = count + printsPerFixing - passed || 1;
  // One division at the end, so that with none left to come the seconds are 1,800 and no more.
  const seconds = (count * printsPerFixing) / counting;
  return { seconds, sumUsd: (sum * printsPerFixing) / counting / usdMicrosPerUsd };
};

/**
 * The mean of the window's good seconds so far while it runs, else the last good value, or any
 * before there is a good one; null before the first.
 */
export const estimatedDeliveryPrice = (state: FixingState, nowUs: number): UsdMicros | null => {
  const passed = fixingSeconds(state, nowUs);
  const { count, sum } = passed === 0 ? { count: 0, sum: 0 } : known(state, passed);
  if (count > 0) {
    return divHalfEven(sum, count) as UsdMicros;
  }
  return ((state.lastGoodPrint || state.lastPrint) as UsdMicros) || null;
};
