/**
 * American options on spot with a continuous rate and yield, by spectral collocation of the
 * exercise boundary: the price is the European one plus an integral over the boundary. Two modes,
 * each with its stated error; where exercise never pays the answer is the European one, exactly.
 * Source: Andersen, Lake and Offengenden (2016), High-Performance American Option Pricing, eq. 8.
 */
import { err, exp, log, millsRatio, ok, type Result } from '@openstrike/std';
import { blackScholes } from '../black76-greeks.ts';
import {
  type AmericanInputs,
  type AmericanRefusal,
  type CanonicalPut,
  canonicalPut,
  certainPut,
  exerciseRegime,
  validInputs,
} from './american-inputs.ts';
import {
  type CollocationScheme,
  collocationScheme,
  type ExerciseBoundary,
  exerciseBoundary,
} from './exercise-boundary.ts';

/** How much work a price is worth: see american. */
export type AmericanMode = 'fast' | 'precise';

const FAST = collocationScheme(10, 12, 6, 1e-7);
const PRECISE = collocationScheme(24, 40, 30, 1e-12);

/** Premium of early exercise: the integral over the boundary. */
export function exercisePremium(put: CanonicalPut, boundary: ExerciseBoundary): number {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const { scheme, squares, atExpiry } = boundary;
  const { nodeCount: n, pointCount, cosines, weights, lastRow } = scheme;
  const total = volatility * Math.sqrt(timeYears);
  const drift = (rate - yieldRate - 0.5 * volatility * volatility) * timeYears;
  const x = log(spot / atExpiry);
  let sum = 0;
  for (let j = 0; j < pointCount; j++) {
    let square = 0;
    const row = j * n;
    for (let k = 0; k < n; k++) {
      square += (lastRow[row + k] as number) * (squares[k] as number);
    }
    const c = cosines[j] as number;
    const cc = c * c;
    const deviation = total * c;
    const d2 = (x + Math.sqrt(square > 0 ? square : 0) + drift * cc) / deviation;
    const d1 = d2 + deviation;
    const bell2 = exp(-0.5 * d2 * d2);
    const bell1 = exp(-0.5 * d1 * d1);
    const n2 = d2 < 0 ? 1 - bell2 * millsRatio(-d2) : bell2 * millsRatio(d2);
    const n1 = d1 < 0 ? 1 - bell1 * millsRatio(-d1) : bell1 * millsRatio(d1);
    sum +=
      (weights[j] as number) *
      (rate * strike * exp(-rate * timeYears * cc) * n2 -
        yieldRate * spot * exp(-yieldRate * timeYears * cc) * n1);
  }
  return timeYears * sum;
}

/** Price of a put by the scheme. */
export function putByCollocation(put: CanonicalPut, scheme: CollocationScheme): number {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const boundary = exerciseBoundary(put, scheme);
  const intrinsic = strike - spot;
  if (spot <= boundary.now) {
    return intrinsic;
  }
  const european = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
  const value = european + Math.max(0, exercisePremium(put, boundary));
  return value > intrinsic ? value : intrinsic;
}

/**
 * The price of an American option.
 */
export function american(
  inputs: AmericanInputs,
  mode: AmericanMode = 'fast',
): Result<number, AmericanRefusal> {
  if (!validInputs(inputs)) {
    return err('invalid-input');
  }
  const put = canonicalPut(inputs);
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const regime = exerciseRegime(rate, yieldRate);
  if (regime === 'never') {
    return ok(blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1));
  }
  if (!(volatility * Math.sqrt(timeYears) > 1e-8)) {
    return ok(certainPut(put));
  }
  if (regime === 'double-boundary') {
    return err('double-boundary');
  }
  return ok(putByCollocation(put, mode === 'fast' ? FAST : PRECISE));
}
