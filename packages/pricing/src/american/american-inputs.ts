/**
 * What an American option is priced from, the reasons to refuse, and the cases with an exact
 * answer. A call is priced as the put of the same value with spot and strike, rate and yield
 * exchanged, so the methods of this folder treat puts only.
 * Source: McDonald and Schroder (1998), A Parity Result for American Options.
 */
import { exp, isOptionType, log, type OptionType } from '@openstrike/std';

/** What an American option on spot is priced from. */
export type AmericanInputs = {
  /** Price now. Domain: above 0. */
  readonly spot: number;
  /** Domain: above 0. */
  readonly strike: number;
  /** Years to expiry. Domain: at least 0. */
  readonly timeYears: number;
  /** Annualised, 1 = 100 %. Domain: at least 0. */
  readonly volatility: number;
  /** Continuous, 1 = 100 % a year; may be negative. */
  readonly rate: number;
  /** Continuous dividend, foreign or coin rate; the rate itself for an option on a future. */
  readonly yieldRate: number;
  readonly optionType: OptionType;
};

/**
 * Why there is no price: an argument outside its domain, or a boundary that the method did not find
 * to its stated error.
 */
export type AmericanRefusal = 'invalid-input' | 'not-settled';

/** A put that is worth what the option is worth; what every method of this folder works on. */
export type CanonicalPut = {
  readonly spot: number;
  readonly strike: number;
  readonly timeYears: number;
  readonly volatility: number;
  readonly rate: number;
  readonly yieldRate: number;
};

/** How exercise before expiry can pay. */
export type ExerciseRegime = 'never' | 'single-boundary' | 'double-boundary';

/** The put of equal value: the option itself, or the call with both pairs exchanged. */
export function canonicalPut(inputs: AmericanInputs): CanonicalPut {
  if (inputs.optionType === 'put') {
    return inputs;
  }
  return {
    spot: inputs.strike,
    strike: inputs.spot,
    timeYears: inputs.timeYears,
    volatility: inputs.volatility,
    rate: inputs.yieldRate,
    yieldRate: inputs.rate,
  };
}

/** Whether every argument is a number within its domain. */
export function validInputs(inputs: AmericanInputs): boolean {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = inputs;
  const finite =
    Number.isFinite(spot) &&
    Number.isFinite(strike) &&
    Number.isFinite(timeYears) &&
    Number.isFinite(volatility) &&
    Number.isFinite(rate) &&
    Number.isFinite(yieldRate);
  const positive = spot > 0 && strike > 0 && timeYears >= 0 && volatility >= 0;
  return finite && positive && isOptionType(inputs.optionType);
}

/**
 * Where exercise of a put before expiry can pay. It earns rate * strike - yieldRate * spot a year,
 * so never where that is not positive below the strike.
 * Source: Battauz, De Donno and Sbuelz (2015), Real Options and American Derivatives: The Double
 * Continuation Region, section 3.
 */
export function exerciseRegime(rate: number, yieldRate: number): ExerciseRegime {
  if (rate > 0 || (rate === 0 && yieldRate < 0)) {
    return 'single-boundary';
  }
  return rate < 0 && yieldRate < rate ? 'double-boundary' : 'never';
}

/**
 * When to exercise the American put without volatility: now, at expiry, or at the one stationary
 * moment between. Exact for every sign of the rates.
 */
export function certainExercise(put: CanonicalPut): number {
  const { spot, strike, timeYears, rate, yieldRate } = put;
  let best = certainValue(put, timeYears) > certainValue(put, 0) ? timeYears : 0;
  const ratio = (rate * strike) / (yieldRate * spot);
  if (ratio > 0 && rate !== yieldRate) {
    const stationary = log(ratio) / (rate - yieldRate);
    const between = stationary > 0 && stationary < timeYears;
    if (between && certainValue(put, stationary) > certainValue(put, best)) {
      best = stationary;
    }
  }
  return best;
}

/** The value of the American put without volatility. */
export function certainPut(put: CanonicalPut): number {
  return certainValue(put, certainExercise(put));
}

/** What exercise of the put at a time is worth now, without volatility. */
function certainValue(put: CanonicalPut, t: number): number {
  const { spot, strike, rate, yieldRate } = put;
  return Math.max(0, strike * exp(-rate * t) - spot * exp(-yieldRate * t));
}
