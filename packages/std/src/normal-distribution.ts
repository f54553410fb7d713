/**
 * The standard normal distribution: density, cumulative and its inverse, of relative precision in
 * the lower tail, from exact operations only.
 */

import { erf } from './error-function.ts';
import { expOfSum } from './exponential.ts';
import { log } from './logarithm.ts';
import { millsRatio } from './mills-ratio.ts';

const INVERSE_SQRT_2PI = 0.3989422804014327;
const SQRT_HALF = 0.7071067811865476;
const SQRT_2PI = 2.5066282746310007;
/**
 * The table of quantiles runs over sqrt(-2 ln p), from p above a quarter to the smallest double.
 */
const FIRST = 1.5;
const PER_UNIT = 16;
const COUNT = 600;
const QUANTILES: Float64Array = makeQuantiles();

/**
 * exp(-x^2 / 2), with the rounding of the square made good.
 * Domain: every double; 0 beyond about 38.6. Error: at most 0.51 ulp measured. Source: Abramowitz
 * and Stegun (1964), 26.2.1 to 26.2.3.
 */
export function gaussian(x: number): number {
  const top = Math.fround(x);
  return expOfSum(-0.5 * top * top, -0.5 * (x - top) * (x + top));
}

/**
 * The standard normal density.
 * Domain: every double. Error: below 1.9 ulp measured. Source: Abramowitz and Stegun (1964), 26.2.1
 * to 26.2.3.
 */
export function normPdf(x: number): number {
  return Math.abs(x) < 39 ? INVERSE_SQRT_2PI * gaussian(x) : x === x ? 0 : Number.NaN;
}

/**
 * The standard normal cumulative distribution.
 * Domain: every double; 0 below about -38.5. Error: below 2.9 ulp measured, in the lower tail too.
 * Source: Abramowitz and Stegun (1964), 26.2.1 to 26.2.3.
 */
export function normCdf(x: number): number {
  if (x > 0) {
    return x > 9 ? 1 : 1 - gaussian(x) * millsRatio(x);
  }
  if (!(x > -39)) {
    return x < 0 ? 0 : x;
  }
  return gaussian(x) * millsRatio(-x);
}

/**
 * The x at which the normal cumulative distribution is p. Domain: 0 to 1, else NaN; -Infinity at 0
 * and Infinity at 1. Error: below 3 ulp measured, relative precision near 1/2 included.
 * Source: a cubic through tabled quantiles, then one step of Halley's method.
 */
export function normCdfInverse(p: number): number {
  if (p > 0.5) {
    return p < 1 ? -normCdfInverse(1 - p) : p === 1 ? Number.POSITIVE_INFINITY : Number.NaN;
  }
  if (!(p > 0)) {
    return p === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  }
  if (p > 0.25) {
    return inverseNearMiddle(p - 0.5);
  }
  const at = (Math.sqrt(-2 * log(p)) - FIRST) * PER_UNIT;
  const i = at | 0;
  const u = at - i;
  const p0 = QUANTILES[i - 1] as number;
  const p1 = QUANTILES[i] as number;
  const p2 = QUANTILES[i + 1] as number;
  const d2 = p2 - 2 * p1 + p0;
  const d3 = (QUANTILES[i + 2] as number) - 3 * (p2 - p1) - p0;
  const v = u + 1;
  return refined(p0 + v * (p1 - p0 + u * (0.5 * d2 + ((u - 1) * d3) / 6)), p);
}

/** One step of Halley's method towards N(x) = p, for x below 0. */
function refined(x: number, p: number): number {
  if (p < 1e-290) {
    // The density is about to leave the normal doubles; logarithms do not.
    const ratio = millsRatio(-x);
    return x - (log(ratio) - 0.5 * x * x - log(p)) * ratio * SQRT_2PI;
  }
  // (N(x) - p) / density(x), with the exponential common to both taken out.
  const error = SQRT_2PI * (millsRatio(-x) - p / gaussian(x));
  return x - error / (1 + 0.5 * x * error);
}

/** Quantiles at even steps of sqrt(-2 ln p), each from the one before by steps of Newton's. */
function makeQuantiles(): Float64Array {
  const quantiles = new Float64Array(COUNT);
  let x = 0;
  for (let i = 0; i < COUNT; i++) {
    const t = FIRST + i / PER_UNIT;
    for (let step = 0; step < 20; step++) {
      // ln N(x) = -t^2 / 2 as a function of x has the slope 1 / (S(-x) sqrt(2 pi)).
      const ratio = millsRatio(-x);
      const move = (log(ratio) - 0.5 * x * x + 0.5 * t * t) * ratio * SQRT_2PI;
      x -= move;
      if (Math.abs(move) < 1e-13) {
        break;
      }
    }
    quantiles[i] = x;
  }
  return quantiles;
}

/**
 * The x at which N(x) - 1/2 is q: the inverse near the median, of relative precision there.
 * Domain: -1/2 to 1/2. Error: below 2.8 ulp measured. Source: Abramowitz and Stegun (1964), 26.2.1
 * to 26.2.3.
 */
export function normExcessInverse(q: number): number {
  return q < 0.25 && q > -0.25
    ? inverseNearMiddle(q)
    : q < 0
      ? normCdfInverse(0.5 + q)
      : -normCdfInverse(0.5 - q);
}

/** Solves N(x) - 1/2 = q for small q, where the distribution itself would cancel. */
function inverseNearMiddle(q: number): number {
  const z = q * SQRT_2PI;
  const w = z * z;
  const high = 34807 / 5702400 + w * (20036983 / 6227020800 + w * (2280356863 / 1307674368000));
  const series = 1 / 6 + w * (7 / 120 + w * (127 / 5040 + w * (4369 / 362880 + w * high)));
  const x = z + z * w * series;
  const error = (0.5 * erf(x * SQRT_HALF) - q) * (SQRT_2PI / gaussian(x));
  return x - error / (1 + 0.5 * x * error);
}
