/**
 * log, log1p, logRatio and pow from exact operations only, so that every engine gives the same
 * bits. x is split as 2^e c (1 + r) with c the nearest of 128 short numbers, whose logarithms a
 * table made at load holds in two parts; near 1 the series of the inverse hyperbolic tangent runs.
 * Source: Tang (1990), Table-driven implementation of the logarithm function in IEEE arithmetic.
 */
import { expOfSum } from './exponential.ts';
import { doubleOf, fixedLn2, fixedLog, fixedOf } from './fixed-point.ts';
import * as bits from './float-bits.ts';

/** Names of this module's own: the optimiser folds them to constants, imported ones it reloads. */
const FLOAT64 = bits.FLOAT64;
const WORDS = bits.WORDS;
const HIGH_WORD = bits.HIGH_WORD;
const POWERS = bits.POWERS;
const TWO_53 = bits.TWO_53;
const TWO_54 = bits.TWO_54;
const SMALLEST_NORMAL = bits.SMALLEST_NORMAL;
const POWER_BIAS = 1023;
/**
 * High words from here on belong to exponent 0: mantissas from about 0.75 to 1.5, with 1 inside.
 */
const FIRST_HIGH_WORD = 0x3ff00000 - 0x80000 - 0x1000;
/** Rows of [c, 1 / c, high part of ln c, low part of ln c]. */
const NODES: Float64Array = makeNodes();
const { high: LN2_HIGH, low: LN2_LOW } = splitLn2();
const NEAR_ONE = 1 / 16;

/** What logRatio is computed from, for kernels that do the same in another instruction set. */
export const LOG_PARTS: {
  /** Rows of [c, 1 / c, high part of ln c, low part of ln c]. */
  readonly table: Float64Array;
  /** The high word of the first row's first mantissa. */
  readonly firstHighWord: number;
  readonly ln2High: number;
  readonly ln2Low: number;
} = { table: NODES, firstHighWord: FIRST_HIGH_WORD, ln2High: LN2_HIGH, ln2Low: LN2_LOW };

/**
 * The natural logarithm.
 * Domain: -Infinity at 0, NaN below 0. Error: at most 0.53 ulp measured. Source: Tang (1990), named
 * above.
 */
export function log(x: number): number {
  const f = x - 1;
  if (f < NEAR_ONE && f > -NEAR_ONE) {
    return logNearOne(f);
  }
  if (!(x >= SMALLEST_NORMAL && x < Number.POSITIVE_INFINITY)) {
    return logAtEdge(x);
  }
  return logAway(x, 0);
}

/**
 * ln(1 + x), without cancellation near zero.
 * Domain: -Infinity at -1, NaN below. Error: at most 0.53 ulp measured. Source: Tang (1990), named
 * above.
 */
export function log1p(x: number): number {
  if (x < NEAR_ONE && x > -NEAR_ONE) {
    return x === 0 ? x : logNearOne(x);
  }
  if (!(x > -1 && x < 1152921504606846976)) {
    return log(1 + x);
  }
  const sum = 1 + x;
  return logAway(sum, x < 1 ? x - (sum - 1) : 1 - (sum - x));
}

/**
 * ln(a / b), precise even where a / b rounds near 1: the log-moneyness of a forward and a strike.
 * The rounding of the quotient does not enter, and no branch depends on the values.
 * Domain: a and b above 0. Error: at most 1.6 ulp measured. Source: Tang (1990), named above.
 */
export function logRatio(a: number, b: number): number {
  const inverseB = 1 / b;
  const q = a * inverseB;
  if (!(q > 1e-290 && q < 1e290 && a > 1e-290 && b > 1e-290 && b < 1e290)) {
    return log(a) - log(b);
  }
  FLOAT64[0] = q;
  const offset = (WORDS[HIGH_WORD] as number) - FIRST_HIGH_WORD;
  const e = offset >> 20;
  const node = ((offset >> 13) & 127) << 2;
  const c = NODES[node] as number;
  // a / 2^e - c b is exact but for its last step: c is short, so are its products with b's halves.
  const split = b * 134217729;
  const top = split - (split - b);
  const scaled = a * (POWERS[(POWER_BIAS - e) & 2047] as number);
  const gap = scaled - c * top - c * (b - top);
  const r = gap * inverseB * (NODES[node + 1] as number);
  const whole = e * LN2_HIGH + (NODES[node + 2] as number);
  const low = e * LN2_LOW + (NODES[node + 3] as number);
  const high = whole + r;
  const square = r * r;
  const series =
    square * (-0.5 + r * (1 / 3)) +
    square * square * (-0.25 + r * 0.2 + square * (-1 / 6 + r * (1 / 7)));
  return high + (whole - high + r + (low + series));
}

function logNearOne(f: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const half = 0.5 * f * f;
  const series =
    z *
    (2 / 3 + z * (2 / 5 + z * (2 / 7 + z * (2 / 9 + z * (2 / 11 + z * (2 / 13 + z * (2 / 15)))))));
  return f - (half - s * (half + series));
}

/** ln(x + rest) for a normal x away from 1 and a rest below an ulp of it. */
function logAway(x: number, rest: number): number {
  FLOAT64[0] = x;
  const offset = (WORDS[HIGH_WORD] as number) - FIRST_HIGH_WORD;
  const e = offset >> 20;
  const node = ((offset >> 13) & 127) << 2;
  const scale = POWERS[(POWER_BIAS - e) & 2047] as number;
  const inverse = NODES[node + 1] as number;
  const r = (x * scale - (NODES[node] as number)) * inverse;
  const whole = e * LN2_HIGH + (NODES[node + 2] as number);
  const low = e * LN2_LOW + (NODES[node + 3] as number) + rest * scale * inverse;
  const high = whole + r;
  const square = r * r;
  const series =
    square * (-0.5 + r * (1 / 3)) +
    square * square * (-0.25 + r * 0.2 + square * (-1 / 6 + r * (1 / 7)));
  return high + (whole - high + r + (low + series));
}

function logAtEdge(x: number): number {
  if (x > 0) {
    return x < 1 ? logAway(x * TWO_54, 0) - 54 * LN2_HIGH - 54 * LN2_LOW : x;
  }
  return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
}

/**
 * x to the power y.
 * Domain: every pair of doubles, with the special cases of ECMAScript's Math.pow. Error: at most
 * 0.51 ulp measured. Source: Tang (1990), named above.
 */
export function pow(x: number, y: number): number {
  if (y === 0) {
    return 1;
  }
  if (!(x > 0 && x < Number.POSITIVE_INFINITY && y * 0 === 0)) {
    return powAtEdge(x, y);
  }
  if (x === 1) {
    return 1;
  }
  return powOfPositive(x, y);
}

function powOfPositive(base: number, y: number): number {
  const subnormal = base < SMALLEST_NORMAL;
  const x = subnormal ? base * TWO_54 : base;
  FLOAT64[0] = x;
  const offset = (WORDS[HIGH_WORD] as number) - FIRST_HIGH_WORD;
  const e = (offset >> 20) - (subnormal ? 54 : 0);
  const node = ((offset >> 13) & 127) << 2;
  const c = NODES[node] as number;
  const f = x * (POWERS[(POWER_BIAS - (offset >> 20)) & 2047] as number) - c;
  const inverse = NODES[node + 1] as number;
  // r = f / c in two parts: the first short enough that its product with c and its square are
  // exact.
  const rHigh = Math.fround(f * inverse);
  const rLow = (f - rHigh * c) * inverse;
  const r = rHigh + rLow;
  const cubic =
    r * r * r * (1 / 3 + r * (-0.25 + r * (0.2 + r * (-1 / 6 + r * (1 / 7 - r * 0.125)))));
  const whole = e * LN2_HIGH + (NODES[node + 2] as number);
  const first = whole + rHigh;
  const firstRest = whole === 0 ? 0 : whole - first + rHigh;
  const quadratic = -0.5 * rHigh * rHigh;
  const high = first + quadratic;
  const low =
    first -
    high +
    quadratic +
    (firstRest +
      (e * LN2_LOW + (NODES[node + 3] as number)) +
      (rLow - rLow * (rHigh + 0.5 * rLow) + cubic));
  const logHigh = high + low;
  const logLow = high - logHigh + low;
  if (Math.abs(y) > 1e20 || Math.abs(y * logHigh) > 800) {
    return y * logHigh > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  const product = y * logHigh;
  const ySplit = y * 134217729;
  const yHigh = ySplit - (ySplit - y);
  const logSplit = logHigh * 134217729;
  const logTop = logSplit - (logSplit - logHigh);
  const yRest = y - yHigh;
  const logRest = logHigh - logTop;
  const rest = yHigh * logTop - product + yHigh * logRest + yRest * logTop + yRest * logRest;
  return expOfSum(product, rest + y * logLow);
}

function powAtEdge(x: number, y: number): number {
  if (x !== x || y !== y) {
    return Number.NaN;
  }
  if (y === Number.POSITIVE_INFINITY || y === Number.NEGATIVE_INFINITY) {
    const size = Math.abs(x);
    return size === 1 ? Number.NaN : size > 1 === y > 0 ? Number.POSITIVE_INFINITY : 0;
  }
  const odd = Math.abs(y) < TWO_53 && Math.abs(y % 2) === 1;
  const negative = x < 0 || 1 / x < 0;
  if (x === 0 || Math.abs(x) === Number.POSITIVE_INFINITY) {
    const size = (x === 0) === y > 0 ? 0 : Number.POSITIVE_INFINITY;
    return negative && odd ? -size : size;
  }
  if (Math.floor(y) !== y) {
    return Number.NaN;
  }
  const size = x === -1 ? 1 : powOfPositive(-x, y);
  return odd ? -size : size;
}

/**
 * The middle of each of 128 intervals of mantissas, its inverse, and its logarithm in two parts.
 */
function makeNodes(): Float64Array {
  const bits = 160;
  const nodes = new Float64Array(4 * 128);
  for (let i = 0; i < 128; i++) {
    FLOAT64[0] = 0;
    WORDS[HIGH_WORD] = FIRST_HIGH_WORD + (i << 13) + 0x1000;
    const c = FLOAT64[0] as number;
    const exact = fixedLog(fixedOf(c, bits), bits);
    const [high, low] = split(exact, bits);
    nodes.set([c, 1 / c, high, low], 4 * i);
  }
  return nodes;
}

function splitLn2(): { high: number; low: number } {
  const [high, low] = split(fixedLn2(160), 160);
  return { high, low };
}

/** A multiple of 2^-42, so that sums with exponents are exact, and the rest. */
function split(exact: bigint, bits: number): [number, number] {
  const cut = BigInt(bits - 42);
  const high = (exact >> cut) << cut;
  return [doubleOf(high, bits), doubleOf(exact - high, bits)];
}
