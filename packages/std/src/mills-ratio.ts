/**
 * The scaled Mills ratio S(x) = exp(x^2 / 2) N(-x): the normal distribution with its exponential
 * taken out, smooth and of relative precision in the whole tail. The normal distribution, the
 * error functions and Black's formula all stand on it. A table made at load in exact arithmetic
 * holds its Taylor coefficients at multiples of 1/32, from S' = x S - 1 / sqrt(2 pi).
 * Source: Abramowitz and Stegun (1964), 26.2.
 */
import { expOfSum } from './exponential.ts';
import { doubleOf, fixedPi, integerSqrt } from './fixed-point.ts';

/** The table covers MILLS_FIRST to MILLS_LAST. */
export const MILLS_FIRST = -2;
export const MILLS_LAST = 13;
export const MILLS_NODES_PER_UNIT = 32;
/** Coefficients per node; their Taylor polynomial serves a radius of 5/64 from 0 on. */
export const MILLS_STRIDE = 13;
/** Rows of the table, a power of two, so that a masked index needs no check of its bounds. */
export const MILLS_ROWS = 512;
/** Rows of Taylor coefficients of S, lowest first. */
export const MILLS_TABLE: Float64Array = makeTable();
const TABLE = MILLS_TABLE;
const FIRST = -2;
const LAST = 13;
/** Adding and taking away 1.5 * 2^52 rounds to the nearest integer, ties to even. */
const ROUNDER = 6755399441055744;

/** Depth of the continued fraction beyond the table. */
const DEPTH = 14;
const [FRACTION_GAP, FRACTION_BOTTOM] = makeFraction();
const INVERSE_SQRT_2PI = 0.3989422804014327;

/**
 * exp(x^2 / 2) N(-x).
 * Domain: every double; Infinity below about -37.7, about 1 / (x sqrt(2 pi)) far above. Error:
 * below 1.7 ulp measured. Source: Taylor series at 480 nodes from S' = x S - 1 / sqrt(2 pi); beyond
 * them Abramowitz and Stegun (1964), 26.2.12.
 */
export function millsRatio(x: number): number {
  if (!(x >= FIRST && x < LAST)) {
    return millsRatioOutside(x);
  }
  const nearest = x * 32 + ROUNDER - ROUNDER;
  const d = x - nearest * (1 / 32);
  const at = ((nearest + 64) & 511) * 13;
  const square = d * d;
  // Odd and even powers side by side, as the vector kernels hold them.
  const odd =
    (TABLE[at + 1] as number) +
    square *
      ((TABLE[at + 3] as number) +
        square * ((TABLE[at + 5] as number) + square * (TABLE[at + 7] as number)));
  const even =
    (TABLE[at + 2] as number) +
    square *
      ((TABLE[at + 4] as number) +
        square * ((TABLE[at + 6] as number) + square * (TABLE[at + 8] as number)));
  return (TABLE[at] as number) + d * (odd + d * even);
}

function millsRatioOutside(x: number): number {
  if (x < 0) {
    // The rounding of the square would be magnified by it.
    const top = Math.fround(x);
    return expOfSum(0.5 * top * top, 0.5 * (x - top) * (x + top)) - millsRatio(-x);
  }
  const z = 1 / (x * x);
  let gap = FRACTION_GAP[0] as number;
  let bottom = FRACTION_BOTTOM[0] as number;
  for (let i = 1; i < FRACTION_GAP.length; i++) {
    gap = gap * z + (FRACTION_GAP[i] as number);
    bottom = bottom * z + (FRACTION_BOTTOM[i] as number);
  }
  return (INVERSE_SQRT_2PI - INVERSE_SQRT_2PI * (gap / bottom)) / x;
}

/**
 * Steps the differential equation outwards from S(0) = 1/2 with Taylor series in fixed point. The
 * equation loses a factor exp(x^2 / 2), 122 bits at 13, which the working precision allows for.
 */
function makeTable(): Float64Array {
  const bits = 288;
  const shift = BigInt(bits);
  const density = (1n << (2n * shift)) / integerSqrt((2n * fixedPi(bits)) << shift);
  const nodes = (MILLS_LAST - MILLS_FIRST) * MILLS_NODES_PER_UNIT + 1;
  const table = new Float64Array(MILLS_ROWS * MILLS_STRIDE);
  const zero = -MILLS_FIRST * MILLS_NODES_PER_UNIT;
  for (const direction of [1, -1]) {
    let value = 1n << (shift - 1n);
    const last = direction === 1 ? nodes - 1 : 0;
    for (let node = zero; ; node += direction) {
      value = fillNode(table, node, node - zero, value, density, direction);
      if (node === last) {
        break;
      }
    }
  }
  return table;
}

/** Writes the coefficients at c = steps / 32 and returns S at the next node. */
function fillNode(
  table: Float64Array,
  node: number,
  steps: number,
  value: bigint,
  density: bigint,
  direction: number,
): bigint {
  const c = BigInt(steps);
  let previous = 0n;
  let current = value;
  let sum = 0n;
  for (let n = 0; n < 52; n++) {
    if (n < MILLS_STRIDE) {
      table[node * MILLS_STRIDE + n] = doubleOf(current, 288);
    }
    const step = current >> BigInt(5 * n);
    sum += direction === 1 || n % 2 === 0 ? step : -step;
    const next = ((c * current) >> 5n) + previous - (n === 0 ? density : 0n);
    previous = current;
    current = next / BigInt(n + 1);
  }
  return sum;
}

/**
 * The convergent top / bottom of x / (x + 1 / (x + 2 / (x + ...))) as polynomials in 1 / x^2,
 * highest first; the top is held as its gap to the bottom, which is small.
 */
function makeFraction(): [Float64Array, Float64Array] {
  const size = DEPTH / 2 + 1;
  let top = [1];
  let topBefore = [0];
  let bottom = [1];
  let bottomBefore = [1];
  for (let k = 1; k < DEPTH; k++) {
    const nextTop = continueFraction(top, topBefore, k);
    const nextBottom = continueFraction(bottom, bottomBefore, k);
    topBefore = top;
    top = nextTop;
    bottomBefore = bottom;
    bottom = nextBottom;
  }
  const reversed = (terms: number[]): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => terms[size - 1 - i] ?? 0);
  return [reversed(bottom.map((term, i) => term - (top[i] ?? 0))), reversed(bottom)];
}

function continueFraction(terms: number[], before: number[], k: number): number[] {
  const length = Math.max(terms.length, before.length + 1);
  return Array.from({ length }, (_, i) => (terms[i] ?? 0) + k * (before[i - 1] ?? 0));
}
