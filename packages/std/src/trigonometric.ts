/**
 * sin, cos, tan, atan and atan2 from exact operations only. The argument is reduced by multiples of
 * pi / 2 held in three parts, or in exact integers when it is large; the series run on [-pi/4,
 * pi/4].
 * Source: Cody and Waite (1980), Software Manual for the Elementary Functions, chapter 8.
 */
import { doubleOf, fixedAtan, fixedOf, fixedPi } from './fixed-point.ts';

const TWO_OVER_PI = 0.6366197723675814;
const ROUNDER = 6755399441055744;
const LARGE = 1e6;
const [QUARTER_1, QUARTER_2, QUARTER_3] = splitQuarter();
const HALF_PI = 1.5707963267948966;
const HALF_PI_REST = 6.123233995736766e-17;
const PI = 3.141592653589793;
const PI_REST = 1.2246467991473532e-16;
/** Bits that hold the largest double exactly, with 64 to spare below the point. */
const LARGE_BITS = 1200;
let largeHalfPi = 0n;

/** Rows of [atan(i / 16), its rest]. */
const ATAN_NODES: Float64Array = makeAtanNodes();

/** The reduced argument in two parts and its quadrant, written by reduce. */
const reduced = new Float64Array(2);

/**
 * The sine of an angle in radians.
 * Domain: finite, else NaN. Error: at most 0.8 ulp measured. Source: Cody and Waite (1980), chapter
 * 8.
 */
export function sin(x: number): number {
  if (x === 0) {
    return x;
  }
  const quadrant = reduce(x);
  const value =
    (quadrant & 1) === 0
      ? sinOf(reduced[0] as number, reduced[1] as number)
      : cosOf(reduced[0] as number, reduced[1] as number);
  return (quadrant & 2) === 0 ? value : -value;
}

/**
 * The cosine of an angle in radians.
 * Domain: finite, else NaN. Error: at most 0.8 ulp measured. Source: Cody and Waite (1980), chapter
 * 8.
 */
export function cos(x: number): number {
  const quadrant = reduce(x);
  const value =
    (quadrant & 1) === 0
      ? cosOf(reduced[0] as number, reduced[1] as number)
      : sinOf(reduced[0] as number, reduced[1] as number);
  return ((quadrant + 1) & 2) === 0 ? value : -value;
}

/**
 * The tangent of an angle in radians.
 * Domain: finite, else NaN. Error: below 2 ulp measured. Source: Cody and Waite (1980), chapter 9.
 */
export function tan(x: number): number {
  if (x === 0) {
    return x;
  }
  const quadrant = reduce(x);
  const sine = sinOf(reduced[0] as number, reduced[1] as number);
  const cosine = cosOf(reduced[0] as number, reduced[1] as number);
  return (quadrant & 1) === 0 ? sine / cosine : -cosine / sine;
}

/**
 * The angle in (-pi/2, pi/2) of the given tangent.
 * Domain: every double. Error: below 1.4 ulp measured. Source: Cody and Waite (1980), chapter 11.
 */
export function atan(x: number): number {
  const size = Math.abs(x);
  if (!(size > 1e-9)) {
    return x;
  }
  const inverted = size > 1;
  const y = inverted ? 1 / size : size;
  const node = (y * 16 + 0.5) | 0;
  const c = node / 16;
  const r = (y - c) / (1 + y * c);
  const square = r * r;
  const series =
    square *
    (-1 / 3 +
      square *
        (1 / 5 + square * (-1 / 7 + square * (1 / 9 + square * (-1 / 11 + square * (1 / 13))))));
  const high = ATAN_NODES[2 * node] as number;
  const low = (ATAN_NODES[2 * node + 1] as number) + r * series;
  const value = inverted
    ? HALF_PI - high - (r + (low - HALF_PI_REST - (HALF_PI - high - HALF_PI + high)))
    : high + (r + low);
  return x < 0 ? -value : value;
}

/**
 * The angle of the point (x, y) in [-pi, pi].
 * Domain: every pair of doubles, with the special cases of ECMAScript's Math.atan2. Error: below
 * 1.8 ulp measured. Source: Cody and Waite (1980), chapter 11.
 */
export function atan2(y: number, x: number): number {
  if (x !== x || y !== y) {
    return Number.NaN;
  }
  const negativeY = y < 0 || (y === 0 && 1 / y < 0);
  const negativeX = x < 0 || (x === 0 && 1 / x < 0);
  const sizeX = Math.abs(x);
  const sizeY = Math.abs(y);
  const bothInfinite = sizeX === Number.POSITIVE_INFINITY && sizeY === sizeX;
  const first = bothInfinite ? PI / 4 : sizeY === 0 ? 0 : atan(sizeY / sizeX);
  const value = negativeX ? PI - (first - PI_REST) : first;
  return negativeY ? -value : value;
}

/** Writes x less its nearest multiple of pi / 2, in two parts; returns the multiple modulo 4. */
function reduce(x: number): number {
  if (!(Math.abs(x) < LARGE)) {
    return reduceLarge(x);
  }
  const n = x * TWO_OVER_PI + ROUNDER - ROUNDER;
  const first = x - n * QUARTER_1;
  const second = n * QUARTER_2;
  const between = first - second;
  const lost = first - between - second;
  const third = n * QUARTER_3 - lost;
  const high = between - third;
  reduced[0] = high;
  reduced[1] = between - high - third;
  return n & 3;
}

function reduceLarge(x: number): number {
  if (!(Math.abs(x) < Number.POSITIVE_INFINITY)) {
    reduced[0] = Number.NaN;
    reduced[1] = 0;
    return 0;
  }
  if (largeHalfPi === 0n) {
    largeHalfPi = fixedPi(LARGE_BITS) >> 1n;
  }
  const fixed = fixedOf(x, LARGE_BITS);
  let n = fixed / largeHalfPi;
  let rest = fixed - n * largeHalfPi;
  if (2n * rest > largeHalfPi) {
    rest -= largeHalfPi;
    n += 1n;
  } else if (2n * rest < -largeHalfPi) {
    rest += largeHalfPi;
    n -= 1n;
  }
  const high = doubleOf(rest, LARGE_BITS);
  reduced[0] = high;
  reduced[1] = doubleOf(rest - fixedOf(high, LARGE_BITS), LARGE_BITS);
  return Number(BigInt.asUintN(2, n));
}

function sinOf(r: number, rest: number): number {
  const z = r * r;
  const low = 1 / 120 + z * (-1 / 5040 + z * (1 / 362880 + z * (-1 / 39916800)));
  const high = 1 / 6227020800 + z * (-1 / 1307674368000 + z * (1 / 355687428096000));
  const z2 = z * z;
  const series = low + z2 * z2 * high;
  return r + (r * z * (-1 / 6 + z * series) + rest * (1 - 0.5 * z));
}

function cosOf(r: number, rest: number): number {
  const z = r * r;
  const z2 = z * z;
  const low = 1 / 24 + z * (-1 / 720 + z * (1 / 40320 + z * (-1 / 3628800)));
  const high =
    1 / 479001600 + z * (-1 / 87178291200 + z * (1 / 20922789888000 - z / 6402373705728000));
  const half = 0.5 * z;
  const first = 1 - half;
  return first + (1 - first - half + (z2 * (low + z2 * z2 * high) - r * rest));
}

/** pi / 2 in three parts, the first two of 33 bits, so that multiples below 2^20 are exact. */
function splitQuarter(): [number, number, number] {
  const bits = 200;
  const exact = fixedPi(bits) >> 1n;
  const cut1 = BigInt(bits - 32);
  const first = (exact >> cut1) << cut1;
  const cut2 = BigInt(bits - 65);
  const second = ((exact - first) >> cut2) << cut2;
  return [doubleOf(first, bits), doubleOf(second, bits), doubleOf(exact - first - second, bits)];
}

function makeAtanNodes(): Float64Array {
  const bits = 160;
  const nodes = new Float64Array(2 * 17);
  for (let i = 0; i <= 16; i++) {
    const exact = fixedAtan(BigInt(i), 16n, bits);
    const value = doubleOf(exact, bits);
    nodes[2 * i] = value;
    nodes[2 * i + 1] = doubleOf(exact - fixedOf(value, bits), bits);
  }
  return nodes;
}
