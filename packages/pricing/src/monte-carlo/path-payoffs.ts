/**
 * What a simulated path pays, as plain data that can be sent to another thread, and the function
 * of a path that it stands for. Amounts are discounted to now.
 */
import { assertNever, exp, isOptionType, type OptionType } from '@openstrike/std';
import { type BarrierType, isBarrierType } from '../exotic/barrier.ts';

/** A payoff of a path watched at the ends of its steps. */
export type PathPayoff =
  | { readonly kind: 'european'; readonly strike: number; readonly optionType: OptionType }
  | { readonly kind: 'digital'; readonly strike: number; readonly optionType: OptionType }
  | {
      /** On the average over the ends of the steps. */
      readonly kind: 'asian';
      readonly average: 'arithmetic' | 'geometric';
      readonly strike: number;
      readonly optionType: OptionType;
    }
  | {
      readonly kind: 'barrier';
      readonly barrier: number;
      readonly barrierType: BarrierType;
      /** Paid at expiry. */
      readonly rebate: number;
      readonly strike: number;
      readonly optionType: OptionType;
    }
  | {
      /** On the extreme over the ends of the steps and the start. */
      readonly kind: 'lookback';
      readonly strike: number | 'floating';
      readonly optionType: OptionType;
    }
  | ExercisePolicy;

/**
 * Early exercise by a fixed rule: exercise when what it pays is above a polynomial of the state.
 * A rule fitted on other paths; its value is therefore a lower bound.
 */
export type ExercisePolicy = {
  readonly kind: 'early-exercise';
  readonly strike: number;
  readonly optionType: OptionType;
  /** Row per step before the last; a row of NaN never exercises. */
  readonly coefficients: Float64Array;
  /** Powers of spot over strike, then of the variance where there is one. */
  readonly basisSize: number;
};

/** A discounted payoff of a path. */
export type PayoffFunction = (logs: Float64Array, variances: Float64Array) => number;

/** How many basis functions the state has: four of the price, three more with a variance. */
export const BASIS_PRICE = 4;
export const BASIS_PRICE_AND_VARIANCE = 7;

/** Whether a payoff is one of the kinds, of known words, over this many steps. */
export function validPayoff(payoff: PathPayoff, steps: number): boolean {
  const { strike, optionType } = payoff;
  const struck = typeof strike === 'number' && strike > 0 && Number.isFinite(strike);
  const isFloating = payoff.kind === 'lookback' && strike === 'floating';
  return (struck || isFloating) && isOptionType(optionType) && validKind(payoff, steps);
}

function validKind(payoff: PathPayoff, steps: number): boolean {
  switch (payoff.kind) {
    case 'european':
    case 'digital':
    case 'lookback':
      return true;
    case 'asian':
      return payoff.average === 'arithmetic' || payoff.average === 'geometric';
    case 'barrier': {
      const { barrier, rebate } = payoff;
      const finite = Number.isFinite(barrier) && Number.isFinite(rebate);
      return finite && barrier > 0 && isBarrierType(payoff.barrierType);
    }
    case 'early-exercise': {
      const { basisSize, coefficients } = payoff;
      const known = basisSize === BASIS_PRICE || basisSize === BASIS_PRICE_AND_VARIANCE;
      return known && coefficients.length === (steps - 1) * basisSize;
    }
    default:
      return false;
  }
}

/** Writes the basis at a state. */
export function fillBasis(x: number, variance: number, basis: Float64Array): void {
  basis[0] = 1;
  basis[1] = x;
  basis[2] = x * x;
  basis[3] = x * x * x;
  if (basis.length === BASIS_PRICE_AND_VARIANCE) {
    basis[4] = variance;
    basis[5] = variance * x;
    basis[6] = variance * variance;
  }
}

/** The function that a payoff stands for. */
export function payoffFunction(
  payoff: PathPayoff,
  terms: { readonly spot: number; readonly timeYears: number; readonly rate: number },
  steps: number,
): PayoffFunction {
  const { spot, timeYears, rate } = terms;
  const discount = exp(-rate * timeYears);
  const sign = payoff.optionType === 'call' ? 1 : -1;
  const last = (logs: Float64Array): number => spot * exp(logs[steps] as number);
  switch (payoff.kind) {
    case 'european': {
      const { strike } = payoff;
      return (logs) => discount * Math.max(0, sign * (last(logs) - strike));
    }
    case 'digital': {
      const { strike } = payoff;
      return (logs) => (sign * (last(logs) - strike) > 0 ? discount : 0);
    }
    case 'asian': {
      const { strike } = payoff;
      const averageOf = payoff.average === 'arithmetic' ? arithmeticMean : geometricMean;
      return (logs) => discount * Math.max(0, sign * (spot * averageOf(logs, steps) - strike));
    }
    case 'barrier':
      return barrierFunction(payoff, spot, discount, steps);
    case 'lookback': {
      const { strike } = payoff;
      return (logs) => {
        const highest = spot * exp(extremeOf(logs, steps, 1));
        const lowest = spot * exp(extremeOf(logs, steps, -1));
        const value =
          strike === 'floating'
            ? sign > 0
              ? last(logs) - lowest
              : highest - last(logs)
            : Math.max(0, sign > 0 ? highest - strike : strike - lowest);
        return discount * value;
      };
    }
    case 'early-exercise':
      return exerciseFunction(payoff, spot, timeYears, rate, steps);
    default:
      return assertNever(payoff);
  }
}

function arithmeticMean(logs: Float64Array, steps: number): number {
  let sum = 0;
  for (let i = 1; i <= steps; i++) {
    sum += exp(logs[i] as number);
  }
  return sum / steps;
}

function geometricMean(logs: Float64Array, steps: number): number {
  let sum = 0;
  for (let i = 1; i <= steps; i++) {
    sum += logs[i] as number;
  }
  return exp(sum / steps);
}

/** The highest (side 1) or lowest (side -1) logarithm of a path, its start included. */
function extremeOf(logs: Float64Array, steps: number, side: number): number {
  let extreme = logs[0] as number;
  for (let i = 1; i <= steps; i++) {
    const value = logs[i] as number;
    if (side * (value - extreme) > 0) {
      extreme = value;
    }
  }
  return extreme;
}

function barrierFunction(
  payoff: Extract<PathPayoff, { kind: 'barrier' }>,
  spot: number,
  discount: number,
  steps: number,
): PayoffFunction {
  const { barrier, barrierType, rebate, strike, optionType } = payoff;
  const down = barrierType === 'down-in' || barrierType === 'down-out';
  const knockIn = barrierType === 'down-in' || barrierType === 'up-in';
  const sign = optionType === 'call' ? 1 : -1;
  return (logs) => {
    const extreme = spot * exp(extremeOf(logs, steps, down ? -1 : 1));
    const touched = down ? extreme <= barrier : extreme >= barrier;
    if (touched !== knockIn) {
      return discount * rebate;
    }
    return discount * Math.max(0, sign * (spot * exp(logs[steps] as number) - strike));
  };
}

function exerciseFunction(
  policy: ExercisePolicy,
  spot: number,
  timeYears: number,
  rate: number,
  steps: number,
): PayoffFunction {
  const { strike, optionType, coefficients, basisSize } = policy;
  const sign = optionType === 'call' ? 1 : -1;
  const basis = new Float64Array(basisSize);
  const perStep = exp((-rate * timeYears) / steps);
  return (logs, variances) => {
    let discount = 1;
    for (let i = 1; i <= steps; i++) {
      discount *= perStep;
      const price = spot * exp(logs[i] as number);
      const exercised = sign * (price - strike);
      if (i === steps) {
        return discount * Math.max(0, exercised);
      }
      if (exercised > 0) {
        fillBasis(price / strike, variances[i] as number, basis);
        let held = 0;
        for (let k = 0; k < basisSize; k++) {
          held += (coefficients[(i - 1) * basisSize + k] as number) * (basis[k] as number);
        }
        if (exercised >= held) {
          return discount * exercised;
        }
      }
    }
    return 0;
  };
}
