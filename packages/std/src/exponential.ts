/**
 * exp, expm1 and the hyperbolic functions from exact operations only, so that every engine gives
 * the same bits, which Math.exp does not promise. The argument is split as k ln2 / 128 + r;
 * 2^(k/128) comes from a table made at load in exact arithmetic, exp(r) - 1 from five terms of its
 * series.
 * Source: Tang (1989), Table-driven implementation of the exponential function in IEEE arithmetic.
 */
import { doubleOf, fixedExp, fixedLn2, fixedOf } from './fixed-point.ts';
import { POWERS as SHARED_POWERS } from './float-bits.ts';

const STEPS = 128;
/**
 * A name of this module's own: the optimiser folds it to a constant, an imported one it reloads.
 */
const POWERS = SHARED_POWERS;
const POWER_BIAS = 1023;
/** Adding and taking away 1.5 * 2^52 rounds to the nearest integer, ties to even. */
const ROUNDER = 6755399441055744;
/** Below this expm1 is a plain series. */
const SMALL = 0.02;

const LN2 = 0.6931471805599453;
const LN2_REST = 2.3190468138462996e-17;

const { values: STEP_VALUES, stepsPerUnit, stepHigh, stepLow } = makeTables();
const STEPS_PER_UNIT = stepsPerUnit;
const STEP_HIGH = stepHigh;
const STEP_LOW = stepLow;

/** What exp is computed from, for kernels that do the same in another instruction set. */
export const EXP_PARTS: {
  /** Rows of [2^(i/128), its relative rest]. */
  readonly table: Float64Array;
  readonly stepsPerUnit: number;
  readonly stepHigh: number;
  readonly stepLow: number;
} = { table: STEP_VALUES, stepsPerUnit, stepHigh, stepLow };

/**
 * e to the power x.
 * Domain: every double; 0 below -745.14, Infinity above 709.78, NaN for NaN. Error: at most 0.51
 * ulp measured. Source: Tang (1989), named above.
 */
export function exp(x: number): number {
  if (!(x < 709 && x > -708)) {
    return expAtEdge(x, 0);
  }
  const kd = x * STEPS_PER_UNIT + ROUNDER - ROUNDER;
  const r = x - kd * STEP_HIGH - kd * STEP_LOW;
  const k = kd | 0;
  const i = (k & (STEPS - 1)) << 1;
  const value = STEP_VALUES[i] as number;
  const square = r * r;
  const tail =
    (STEP_VALUES[i + 1] as number) +
    r +
    square * (0.5 + r * (1 / 6)) +
    square * square * (1 / 24 + r * (1 / 120));
  return (value + value * tail) * (POWERS[((k >> 7) + POWER_BIAS) & 2047] as number);
}

/**
 * e to the power high + low, where |low| is far below |high|: the exponential of a sum kept exact.
 * Domain: as exp. Error: below 1 ulp measured, against the exact sum. Source: Tang (1989), named
 * above.
 */
export function expOfSum(high: number, low: number): number {
  if (!(high < 709 && high > -708)) {
    return expAtEdge(high, low);
  }
  const kd = high * STEPS_PER_UNIT + ROUNDER - ROUNDER;
  const r = high - kd * STEP_HIGH + (low - kd * STEP_LOW);
  const k = kd | 0;
  const i = (k & (STEPS - 1)) << 1;
  const value = STEP_VALUES[i] as number;
  const square = r * r;
  const tail =
    (STEP_VALUES[i + 1] as number) +
    r +
    square * (0.5 + r * (1 / 6)) +
    square * square * (1 / 24 + r * (1 / 120));
  return (value + value * tail) * (POWERS[((k >> 7) + POWER_BIAS) & 2047] as number);
}

/**
 * The arguments whose result may leave the normal range: scaled in two exact steps but the last.
 */
function expAtEdge(high: number, low: number): number {
  if (!(high < 710 && high > -746)) {
    return high > 0 ? Number.POSITIVE_INFINITY : high < 0 ? 0 : Number.NaN;
  }
  const kd = high * STEPS_PER_UNIT + ROUNDER - ROUNDER;
  const r = high - kd * STEP_HIGH + (low - kd * STEP_LOW);
  const k = kd | 0;
  const i = (k & (STEPS - 1)) << 1;
  const value = STEP_VALUES[i] as number;
  const tail =
    (STEP_VALUES[i + 1] as number) +
    (r + r * r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120)))));
  const first = (k >> 7) >> 1;
  const scaled = (value + value * tail) * (POWERS[(first + POWER_BIAS) & 2047] as number);
  return scaled * (POWERS[((k >> 7) - first + POWER_BIAS) & 2047] as number);
}

/**
 * e^x - 1, without cancellation near zero.
 * Domain: every double; -1 far below zero. Error: at most 0.94 ulp measured. Source: Tang (1989),
 * named above.
 */
export function expm1(x: number): number {
  if (!(x < 709 && x > -40)) {
    return x <= -40 ? -1 : expAtEdge(x, 0);
  }
  if (x < SMALL && x > -SMALL) {
    const series = 1 / 24 + x * (1 / 120 + x * (1 / 720 + x * (1 / 5040 + x * (1 / 40320))));
    return x === 0 ? x : x + x * x * (0.5 + x * (1 / 6 + x * series));
  }
  const kd = x * STEPS_PER_UNIT + ROUNDER - ROUNDER;
  const r = x - kd * STEP_HIGH - kd * STEP_LOW;
  const k = kd | 0;
  const i = (k & (STEPS - 1)) << 1;
  const scale = POWERS[((k >> 7) + POWER_BIAS) & 2047] as number;
  const value = (STEP_VALUES[i] as number) * scale;
  const square = r * r;
  const tail =
    (STEP_VALUES[i + 1] as number) +
    (r +
      (square * (0.5 + r * (1 / 6)) + square * square * (1 / 24 + r * (1 / 120 + r * (1 / 720)))));
  return value < 0.5 ? value + value * tail - 1 : value - 1 + value * tail;
}

/**
 * The hyperbolic sine.
 * Domain: every double. Error: below 1.9 ulp measured. Source: Tang (1989), named above.
 */
export function sinh(x: number): number {
  const size = Math.abs(x);
  if (size > 40) {
    return x > 0 ? halfExp(size) : -halfExp(size);
  }
  const grown = expm1(size);
  const value = 0.5 * (grown + grown / (grown + 1));
  return x < 0 ? -value : x > 0 ? value : x;
}

/**
 * The hyperbolic cosine.
 * Domain: every double. Error: below 1.1 ulp measured. Source: Tang (1989), named above.
 */
export function cosh(x: number): number {
  const size = Math.abs(x);
  if (size > 40) {
    return halfExp(size);
  }
  const grown = exp(size);
  return 0.5 * grown + 0.5 / grown;
}

/**
 * The hyperbolic tangent.
 * Domain: every double; -1 and 1 at the ends. Error: below 2.2 ulp measured. Source: Tang (1989),
 * named above.
 */
export function tanh(x: number): number {
  const size = Math.abs(x);
  if (size > 22) {
    return x > 0 ? 1 : -1;
  }
  const grown = expm1(2 * size);
  const value = size > 1 ? 1 - 2 / (grown + 2) : grown / (grown + 2);
  return x < 0 ? -value : x > 0 ? value : x;
}

function halfExp(size: number): number {
  return size < 709 ? 0.5 * exp(size) : expOfSum(size - LN2, -LN2_REST);
}

/** 2^(i/128) as a double and its relative rest; ln2/128 in two parts, the first of 33 bits. */
function makeTables(): {
  values: Float64Array;
  stepsPerUnit: number;
  stepHigh: number;
  stepLow: number;
} {
  const bits = 160;
  const ln2 = fixedLn2(bits);
  const values = new Float64Array(2 * STEPS);
  for (let i = 0; i < STEPS; i++) {
    const exact = fixedExp((ln2 * BigInt(i)) / BigInt(STEPS), bits);
    const value = doubleOf(exact, bits);
    values[2 * i] = value;
    values[2 * i + 1] = doubleOf(exact - fixedOf(value, bits), bits) / value;
  }
  const step = ln2 / BigInt(STEPS);
  const cut = BigInt(bits - 40);
  const high = (step >> cut) << cut;
  return {
    values,
    stepsPerUnit: STEPS / doubleOf(ln2, bits),
    stepHigh: doubleOf(high, bits),
    stepLow: doubleOf(step - high, bits),
  };
}
