// Expiry curve: the forward and the volatility of one expiry at one instant, from journaled inputs
// alone. Invariant: the same inputs give the same bits on every machine. It stands between the
// oracle's commands and every mark.
//
// Between surfaces a slice's variance shrinks with the variance time that is left, at constant
// volatility: w(k) * v(tauNow) / v(tauYears), where tauNow is the time left now and tauYears the
// time left when it was fitted; k is taken at the forward now. The delivery price is a mean over
// the last half hour, so variance time is less than time: two thirds of the half hour less before
// it, and in it a third of what is left.
//
// In the half hour before 08:00 the delivery price is partly known: of 1,800 prints n are in. The
// forward is (sum of prints + (1800 - n) * running forward) / 1800; an option on that mean is (1800
// - n) / 1800 options on the running part, struck at what that part has to average. Its variance is
// the slice's at the option's own strike. Volatilities are quoted on the plain clock, over the time
// left: a slice that is fitted to such quotes has the averaging in it.
//
// An expiry that the oracle has not named yet takes its forward and variance from its neighbours:
// both are linear in time between them, in proportion to time before the first variance, and beyond
// the last at its annual rates.
import { type SviSlice, usPerDay, usPerYear } from '@openstrike/domain';

/** What is known of an expiry. */
export interface ExpiryInputs {
  readonly expiryUs: number;
  /** USD, of the index at expiry, not of the mean before it; 0 when none was given. */
  readonly forward: number;
  readonly slice: SviSlice | null;
}

/** What is known of an index and all its expiries at an instant. */
export interface CurveInputs {
  readonly nowUs: number;
  /** USD; 0 when none was given. */
  readonly index: number;
  /** Ascending by expiry. */
  readonly expiries: readonly ExpiryInputs[];
  /**
   * The 08:00 whose window is running, with the prints that are in; `seconds` is 0 outside a
   * window.
   */
  readonly fixingEndUs: number;
  readonly fixingSeconds: number;
  /** Sum of those prints in USD. */
  readonly fixingSum: number;
}

/**
 * The curve of one expiry; made once and prepared anew at each mark. NaN forward where none is
 * known.
 */
export interface ExpiryCurve {
  /** Years of 365 days to expiry, at least 0. */
  timeYears: number;
  /** Forward of the delivery price in USD: what options are quoted and coins valued at. */
  forward: number;
  /**
   * Forward of the part of the mean that is still running, and its share; the rest is `fixed` USD.
   */
  running: number;
  share: number;
  fixed: number;
  /**
   * Volatility squared is the sum over both slices of weight times total variance; one alone has
   * weight 0.
   */
  weightA: number;
  sliceA: SviSlice | null;
  weightB: number;
  sliceB: SviSlice | null;
}

const PRINTS = 1800;

/** A curve that knows nothing yet. */
export const createExpiryCurve = (): ExpiryCurve => ({
  timeYears: 0,
  forward: Number.NaN,
  running: Number.NaN,
  share: 1,
  fixed: 0,
  weightA: 0,
  sliceA: null,
  weightB: 0,
  sliceB: null,
});

const SECONDS_PER_YEAR = usPerYear / 1_000_000;

/**
 * The variance time of a mean of one-second prints whose last is so far away: its variance over
 * that of one price in a year.
 *
 * Units: years. Domain: up to a second before the end only the last print runs, and the mean of
 * running prints is as uncertain as it.
 * Source: the variance of the mean of m equally spaced values of a Brownian motion, (m + 1)(2m + 1)
 * / (6 m^2) of that at its end; E. Levy, Pricing European average rate currency options (1992).
 */
export const varianceTime = (years: number): number => {
  const seconds = years * SECONDS_PER_YEAR;
  const before = Math.max(0, seconds - PRINTS);
  const prints = Math.max(1, seconds - before);
  const mean = ((1 + 1 / prints) * (2 + 1 / prints)) / 6;
  return (before + (seconds - before) * mean) / SECONDS_PER_YEAR;
};

/** Variance time over time: what a volatility on the plain clock loses to the averaging. */
const averagingShare = (years: number): number => (years > 0 ? varianceTime(years) / years : 1);

/** The factor from a slice's variance to squared volatility over the time left. */
const weightOf = (slice: SviSlice, years: number): number =>
  averagingShare(years) / varianceTime(slice.tauYears);

/** A rate that is carried beyond the last forward is taken over at least so long. */
const rateSpanUs: number = 7 * usPerDay;

const yearsTo = (expiryUs: number, nowUs: number): number =>
  Math.max(0, expiryUs - nowUs) / usPerYear;

/** Sets a curve to what the inputs say of an expiry. Cost: the number of expiries. */
export const prepareCurve = (curve: ExpiryCurve, inputs: CurveInputs, expiryUs: number): void => {
  curve.timeYears = yearsTo(expiryUs, inputs.nowUs);
  setForward(curve, inputs, expiryUs);
  setVariance(curve, inputs, expiryUs);
};

const setForward = (curve: ExpiryCurve, inputs: CurveInputs, expiryUs: number): void => {
  curve.running = runningForward(inputs, expiryUs);
  const inWindow = inputs.fixingSeconds > 0 && inputs.fixingEndUs === expiryUs;
  curve.share = inWindow ? (PRINTS - inputs.fixingSeconds) / PRINTS : 1;
  curve.fixed = inWindow ? inputs.fixingSum / PRINTS : 0;
  curve.forward = curve.fixed + curve.share * curve.running;
};

/**
 * The forward as given, or linear in time between what is given, from the index on; NaN without
 * any.
 */
const runningForward = (inputs: CurveInputs, expiryUs: number): number => {
  let before = inputs.index;
  let beforeUs = inputs.nowUs;
  let known = false;
  let slope = 0;
  let slopeBeyond = 0;
  for (const expiry of inputs.expiries) {
    if (expiry.forward === 0) {
      continue;
    }
    if (expiry.expiryUs === expiryUs) {
      return expiry.forward;
    }
    if (expiry.expiryUs <= inputs.nowUs) {
      continue;
    }
    if (before !== 0) {
      slope = (expiry.forward - before) / (expiry.expiryUs - beforeUs);
      // A few seconds before an expiry, what its forward is off the index says nothing of a week.
      const apartUs = Math.max(expiry.expiryUs - beforeUs, rateSpanUs);
      slopeBeyond = (expiry.forward - before) / apartUs;
    }
    if (expiry.expiryUs > expiryUs) {
      return before === 0 ? expiry.forward : before + slope * Math.max(0, expiryUs - beforeUs);
    }
    before = expiry.forward;
    beforeUs = expiry.expiryUs;
    known = true;
  }
  return known ? before + slopeBeyond * (expiryUs - beforeUs) : Number.NaN;
};

const setVariance = (curve: ExpiryCurve, inputs: CurveInputs, expiryUs: number): void => {
  let below: ExpiryInputs | null = null;
  let above: ExpiryInputs | null = null;
  for (const expiry of inputs.expiries) {
    if (
      expiry.slice === null ||
      (expiry.expiryUs <= inputs.nowUs && expiry.expiryUs !== expiryUs)
    ) {
      continue;
    }
    if (expiry.expiryUs <= expiryUs) {
      below = expiry;
    } else if (above === null) {
      above = expiry;
    }
  }
  const only = below === null || above === null || below.expiryUs === expiryUs;
  const first = below ?? above;
  curve.sliceA = first === null ? null : first.slice;
  curve.weightA = first === null ? 0 : weightOf(first.slice as SviSlice, curve.timeYears);
  curve.sliceB = null;
  curve.weightB = 0;
  if (only || below === null || above === null || curve.timeYears === 0) {
    return;
  }
  // Total variance linear in time between both; divided by the time left it is the squared
  // volatility.
  const timeBelow = yearsTo(below.expiryUs, inputs.nowUs);
  const timeAbove = yearsTo(above.expiryUs, inputs.nowUs);
  const along = (curve.timeYears - timeBelow) / (timeAbove - timeBelow);
  curve.weightA =
    (weightOf(below.slice as SviSlice, timeBelow) * (1 - along) * timeBelow) / curve.timeYears;
  curve.sliceB = above.slice;
  curve.weightB =
    (weightOf(above.slice as SviSlice, timeAbove) * along * timeAbove) / curve.timeYears;
};
