// Fixing: the delivery price as the mean of the 1,800 index prints of 07:30:01 to 08:00:00 UTC,
// taken from journaled `set-index` commands alone, so that a replay settles alike. The print of a
// second is the last index value stamped after the previous second's end and not after its own.
//
// The missing-print rule: a second without a print takes the one before it, from before the window
// if need be; seconds before the very first print of an index take that first print. A window
// without any print of its own is fixed at the first index value after it, and until that comes
// nothing is delivered and trading of what expired stays closed. No value is ever made up.
import { type UsdMicros, usPerDay, usPerHour, usPerMinute, usPerSecond } from '@openstrike/domain';
import { divHalfEven, mulSafe } from '@openstrike/std';
import type { FixingState } from './fixing-state.ts';

/** Prints in one window. */
export const printsPerFixing = 1800;
export const fixingWindowUs: number = 30 * usPerMinute;
const EXPIRY_TIME_US = 8 * usPerHour;

/** The first 08:00 UTC at or after an instant. */
export const fixingEndAtOrAfter = (tsUs: number): number =>
  Math.ceil((tsUs - EXPIRY_TIME_US) / usPerDay) * usPerDay + EXPIRY_TIME_US;

/**
 * Takes an index value into the fixing; every `set-index` of the index goes through here, in order.
 *
 * Units: `print` in micro-dollars, positive; `tsUs` never goes back.
 */
export const recordPrint = (state: FixingState, print: UsdMicros, tsUs: number): void => {
  const endUs = fixingEndAtOrAfter(tsUs);
  if (endUs !== state.windowEndUs) {
    closeWindow(state, print);
    state.windowEndUs = endUs;
  }
  const second = Math.max(0, Math.ceil((tsUs - (endUs - fixingWindowUs)) / usPerSecond));
  if (second > state.second) {
    const carried = state.lastPrint === 0 ? print : state.lastPrint;
    // The open second, if any, and the silent ones between it and this one.
    const silent = state.second === 0 ? second - 1 : second - state.second;
    state.sum += mulSafe(carried, silent);
    state.second = second;
    state.ownPrints += 1;
  }
  state.lastPrint = print;
};

const closeWindow = (state: FixingState, print: UsdMicros): void => {
  if (state.windowEndUs !== 0) {
    state.closedEndUs = state.windowEndUs;
    state.closedPrice = state.ownPrints === 0 ? 0 : meanOf(state);
    state.closedPrints = state.ownPrints;
    state.closingPrint = print;
  }
  state.second = 0;
  state.sum = 0;
  state.ownPrints = 0;
};

/**
 * The mean of a window with prints, its silent tail carried: rounded half-even to a micro-dollar.
 */
const meanOf = (state: FixingState): number => {
  const left = printsPerFixing - state.second + 1;
  return divHalfEven(state.sum + mulSafe(state.lastPrint, left), printsPerFixing);
};

/** The delivery price of an expiry and how many seconds of its window had a print of their own. */
export interface Fixing {
  readonly price: UsdMicros;
  readonly prints: number;
}

/**
 * The fixing of an expiry whose last second is over; null while the missing-print rule waits for an
 * index value.
 *
 * Holds: no print stamped up to `expiryUs` is still to come.
 */
export const fixingOf = (state: FixingState, expiryUs: number): Fixing | null => {
  if (expiryUs === state.windowEndUs) {
    return state.ownPrints === 0
      ? null
      : { price: meanOf(state) as UsdMicros, prints: state.ownPrints };
  }
  if (state.windowEndUs === 0 || expiryUs > state.windowEndUs) {
    return null;
  }
  if (expiryUs === state.closedEndUs && state.closedPrice !== 0) {
    return { price: state.closedPrice as UsdMicros, prints: state.closedPrints };
  }
  // No print fell into its window, or the index had none before it: the first one after counts.
  const firstAfter = state.closingPrint === 0 ? state.lastPrint : state.closingPrint;
  return { price: firstAfter as UsdMicros, prints: 0 };
};

/** Seconds of the window averaged so far, carried ones included; 0 outside the window. */
export const fixingSeconds = (state: FixingState, nowUs: number): number => {
  if (state.second === 0) {
    return 0;
  }
  const passed = Math.floor((nowUs - (state.windowEndUs - fixingWindowUs)) / usPerSecond);
  return Math.min(printsPerFixing, Math.max(state.second, passed));
};

/** Sum of the prints of those seconds, in micro-dollars: the part of the mean that is fixed. */
export const fixingSum = (state: FixingState, nowUs: number): number => {
  const seconds = fixingSeconds(state, nowUs);
  return seconds === 0 ? 0 : state.sum + mulSafe(state.lastPrint, seconds - state.second + 1);
};

/** The mean of the window so far while it runs, else the last print; null before the first. */
export const estimatedDeliveryPrice = (state: FixingState, nowUs: number): UsdMicros | null => {
  const seconds = fixingSeconds(state, nowUs);
  if (seconds === 0) {
    return state.lastPrint === 0 ? null : (state.lastPrint as UsdMicros);
  }
  return divHalfEven(fixingSum(state, nowUs), seconds) as UsdMicros;
};
