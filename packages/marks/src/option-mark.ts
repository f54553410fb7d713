// Option mark: price, volatility and greeks of one option on the curve of its expiry, by Black-76
// on the forward.
// Invariant: the price of a volatility and the volatility of a price are inverse to each other up
// to rounding. Greeks are per coin and in USD, as domain's `MarksChanged` says, for inverse and
// linear contracts alike; in the fixing window they are those of the part still running, since the
// fixed part moves no more.
import type { PayoffKind, SviSlice } from '@openstrike/domain';
import { black76, blackScholesGreeks, impliedBlack76, sviTotalVariance } from '@openstrike/pricing';
import { log } from '@openstrike/std';
import type { ExpiryCurve } from './expiry-curve.ts';

/** Columns that marks are written into; domain's `MarksChanged` has these fields. */
export interface MarkColumns {
  readonly markPrice: Float64Array;
  readonly underlyingPrice: Float64Array;
  readonly markIv: Float64Array;
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  readonly vega: Float64Array;
  readonly theta: Float64Array;
  readonly rho: Float64Array;
  readonly bandMinTicks: Int32Array;
  readonly bandMaxTicks: Int32Array;
}

const varianceOf = (slice: SviSlice, k: number): number =>
  sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);

/**
 * The volatility that the curve gives a strike.
 *
 * Units: annualised fraction; `logStrike` is ln(strike). Domain: NaN where the curve has no slice
 * or forward, 0 where the slice's variance is not positive.
 */
export const curveVolatility = (
  curve: ExpiryCurve,
  logStrike: number,
  logForward: number,
): number => {
  const { sliceA, sliceB } = curve;
  if (sliceA === null) {
    return Number.NaN;
  }
  const k = logStrike - logForward;
  let square = curve.weightA * varianceOf(sliceA, k);
  if (sliceB !== null) {
    square += curve.weightB * varianceOf(sliceB, k);
  }
  return square > 0 ? Math.sqrt(square) : square * 0;
};

const GREEKS = new Float64Array(12);
/** At zero time a greek on the strike has no finite limit: it counts as none. */
const finite = (value: number): number => (value - value === 0 ? value : 0);

/**
 * Writes the mark and greeks of one option at a position of the columns, bands apart; all NaN where
 * the curve does not know forward or slice.
 *
 * Units: `callSign` is 1 for a call, -1 for a put; `logForward` is ln(curve.forward); `shift` is
 * added to the curve's volatility.
 */
export const writeOptionMark = (
  columns: MarkColumns,
  at: number,
  curve: ExpiryCurve,
  strike: number,
  logStrike: number,
  logForward: number,
  callSign: number,
  inverse: boolean,
  shift = 0,
): void => {
  const onCurve = curveVolatility(curve, logStrike, logForward);
  const volatility = shift === 0 ? onCurve : Math.max(0, onCurve + shift);
  const { forward, share } = curve;
  columns.underlyingPrice[at] = forward;
  columns.markIv[at] = volatility;
  const runningStrike = share === 1 ? strike : (strike - curve.fixed) / share;
  if (volatility !== volatility || runningStrike <= 0 || share === 0 || forward !== forward) {
    writeCertain(columns, at, curve, strike, callSign, inverse, volatility);
    return;
  }
  blackScholesGreeks(
    curve.running,
    runningStrike,
    curve.timeYears,
    volatility,
    0,
    0,
    callSign,
    GREEKS,
  );
  const usd = share * (GREEKS[0] as number);
  columns.markPrice[at] = inverse ? usd / forward : usd;
  columns.delta[at] = share * finite(GREEKS[1] as number);
  columns.gamma[at] = share * finite(GREEKS[2] as number);
  columns.vega[at] = share * finite(GREEKS[3] as number) * 0.01;
  // Of a day, or of what is left of it, and at most all there is: as Deribit publishes it.
  const days = Math.min(1, curve.timeYears * 365);
  const day = (share * finite(GREEKS[4] as number) * days) / 365;
  columns.theta[at] = Math.max(-usd, day);
  columns.rho[at] = share * finite(GREEKS[5] as number) * 0.01;
};

/**
 * An option whose exercise is settled by the fixed part alone, or which has no mark (NaN
 * volatility).
 */
const writeCertain = (
  columns: MarkColumns,
  at: number,
  curve: ExpiryCurve,
  strike: number,
  callSign: number,
  inverse: boolean,
  volatility: number,
): void => {
  const { forward, share } = curve;
  const none = volatility * 0;
  const usd = Math.max(0, callSign * (forward - strike)) + none;
  columns.markPrice[at] = inverse ? usd / forward : usd;
  columns.delta[at] = (usd > 0 ? callSign * share : 0) + none;
  columns.gamma[at] = none;
  columns.vega[at] = none;
  columns.theta[at] = none;
  columns.rho[at] = none;
};

/**
 * The price of an option at a volatility, in its price unit (coins or USD); NaN without a forward.
 *
 * Units: annualised fraction, at least 0.
 */
export const optionPriceAt = (
  curve: ExpiryCurve,
  strike: number,
  callSign: number,
  payoff: PayoffKind,
  volatility: number,
): number => {
  const { forward, share } = curve;
  const runningStrike = share === 0 ? 0 : (strike - curve.fixed) / share;
  const usd =
    runningStrike > 0
      ? share * black76(curve.running, runningStrike, curve.timeYears, volatility, callSign)
      : Math.max(0, callSign * (forward - strike));
  return payoff === 'inverse' ? usd / forward : usd;
};

/**
 * The volatility that a price of an option implies; null where none does (below intrinsic value,
 * above the forward, no time left, no forward).
 *
 * Units: `price` in the option's price unit; the result is an annualised fraction.
 */
export const optionVolatilityAt = (
  curve: ExpiryCurve,
  strike: number,
  callSign: number,
  payoff: PayoffKind,
  price: number,
): number | null => {
  const { forward, share } = curve;
  const runningStrike = share === 0 ? 0 : (strike - curve.fixed) / share;
  if (!(runningStrike > 0)) {
    return null;
  }
  const usd = payoff === 'inverse' ? price * forward : price;
  const volatility = impliedBlack76(
    usd / share,
    curve.running,
    runningStrike,
    curve.timeYears,
    callSign,
  );
  return volatility >= 0 ? volatility : null;
};

/** The volatility that a curve gives a strike; see `curveVolatility`. */
export const strikeVolatility = (curve: ExpiryCurve, strike: number): number =>
  curve.forward > 0 ? curveVolatility(curve, log(strike), log(curve.forward)) : Number.NaN;
