/**
 * erf, erfc and erfcx over the scaled Mills ratio, from exact operations only.
 * Source: Abramowitz and Stegun (1964), 7.1; erfcx(x) = 2 S(x sqrt 2).
 */
import { expOfSum } from './exponential.ts';
import { millsRatio } from './mills-ratio.ts';

const SQRT2 = 1.4142135623730951;
const SQRT2_TOP = 1.4142135381698608;
const SQRT2_MIDDLE = 2.420323420895794e-8;
const INVERSE_SQRT_2PI = 0.3989422804014327;
const TWO_OVER_SQRT_PI = 1.1283791670955126;
const TWO_OVER_SQRT_PI_REST = 1.533545961316588e-17;
/** Coefficients (-1)^n / (n! (2n + 1)) of the series of erf, from n = 1. */
const ERF_SERIES: Float64Array = makeErfSeries();

/**
 * The scaled complementary error function exp(x^2) erfc(x).
 * Domain: every double; Infinity below about -26.6. Error: below 2 ulp measured. Source: Abramowitz
 * and Stegun (1964), 7.1.5 near 0 and 26.2.29 beyond.
 */
export function erfcx(x: number): number {
  if (!(x > -SQRT2 && x < 1e150)) {
    return erfcxOutside(x);
  }
  const y = x * SQRT2;
  const xTop = Math.fround(x);
  const xRest = x - xTop;
  const yRest = xTop * SQRT2_TOP - y + (xTop * SQRT2_MIDDLE + xRest * SQRT2);
  const ratio = millsRatio(y);
  const slope = y < 100 ? y * ratio - INVERSE_SQRT_2PI : -ratio / y;
  return 2 * (ratio + yRest * slope);
}

function erfcxOutside(x: number): number {
  if (x > 0) {
    return 0.5641895835477563 / x;
  }
  const top = Math.fround(x);
  return 2 * expOfSum(top * top, (x - top) * (x + top)) - (x > -27 ? erfcx(-x) : 0);
}

/**
 * The complementary error function, of relative precision in its tail.
 * Domain: every double; 0 above about 27.2. Error: below 3.2 ulp measured. Source: Abramowitz and
 * Stegun (1964), 7.1.5 near 0 and 26.2.29 beyond.
 */
export function erfc(x: number): number {
  if (x < 0) {
    return x < -6 ? 2 : 2 - erfc(-x);
  }
  if (x > 28) {
    return 0;
  }
  const top = Math.fround(x);
  return expOfSum(-top * top, -(x - top) * (x + top)) * erfcx(x);
}

/**
 * The error function.
 * Domain: every double; -1 and 1 at the ends. Error: below 1.6 ulp measured. Source: Abramowitz and
 * Stegun (1964), 7.1.5 near 0 and 26.2.29 beyond.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size > 0.5) {
    return x > 0 ? 1 - erfc(x) : erfc(-x) - 1;
  }
  const square = x * x;
  let series = 0;
  for (let i = ERF_SERIES.length - 1; i >= 0; i--) {
    series = square * (series + (ERF_SERIES[i] as number));
  }
  return x * TWO_OVER_SQRT_PI + x * (TWO_OVER_SQRT_PI * series + TWO_OVER_SQRT_PI_REST);
}

function makeErfSeries(): Float64Array {
  const series = new Float64Array(12);
  let factorial = 1;
  for (let n = 1; n <= series.length; n++) {
    factorial *= -n;
    series[n - 1] = 1 / (factorial * (2 * n + 1));
  }
  return series;
}
