/**
 * Asian options on the geometric average: lognormal, so Black's formula with the mean and variance
 * of the average's logarithm is exact, for averages without pause and at given times, before and
 * within the averaging period.
 * Source: Kemna and Vorst (1990), A Pricing Method for Options Based on Average Asset Values, eq.
 * 12; Levy (1997); the values of Haug (2007), section 4.20.1.
 */
import { err, exp, isOptionType, log, type OptionType, ok, type Result } from '@openstrike/std';
import { black76 } from '../black76.ts';
import { type ExoticRefusal, type ExoticTerms, validTerms } from './exotic-terms.ts';

/** What an average of prices at given times is priced from. */
export type DiscreteAverage = {
  /** Years from now to each fixing still to come, ascending; the last at or before expiry. */
  readonly fixingTimes: readonly number[];
  /** Prices already fixed. */
  readonly pastFixings?: readonly number[];
};

/** What an Asian option on an average at given times is priced from. */
export type DiscreteAsianInputs = ExoticTerms &
  DiscreteAverage & {
    /** Domain: above 0. */
    readonly strike: number;
    readonly optionType: OptionType;
  };

/** What an Asian option on an average without pause is priced from. */
export type ContinuousAsianInputs = ExoticTerms & {
  /** Domain: above 0. */
  readonly strike: number;
  readonly optionType: OptionType;
  /** Years from now to the beginning of the average; 0 where absent. */
  readonly averageStart?: number;
  /** Years of the average that lie behind; 0 where absent, else the average has started. */
  readonly averagedYears?: number;
  /** The average over the years behind. */
  readonly averageSoFar?: number;
};

/** Whether a discrete average is in order: times ascending within the option's life. */
export function validDiscrete(inputs: DiscreteAsianInputs): boolean {
  const { fixingTimes, pastFixings = [], strike, timeYears, optionType } = inputs;
  let before = 0;
  for (const time of fixingTimes) {
    if (!(time >= before && time <= timeYears)) {
      return false;
    }
    before = time;
  }
  const count = fixingTimes.length + pastFixings.length;
  const past = pastFixings.every((price) => price > 0 && Number.isFinite(price));
  return validTerms(inputs) && validStrike(strike) && isOptionType(optionType) && count > 0 && past;
}

function validStrike(strike: number): boolean {
  return strike > 0 && Number.isFinite(strike);
}

/** Whether a continuous average is in order. */
export function validContinuous(inputs: ContinuousAsianInputs): boolean {
  const { strike, timeYears, averageStart = 0, averagedYears = 0, averageSoFar } = inputs;
  const started = averagedYears > 0;
  return (
    validTerms(inputs) &&
    validStrike(strike) &&
    isOptionType(inputs.optionType) &&
    averageStart >= 0 &&
    averageStart <= timeYears &&
    averagedYears >= 0 &&
    Number.isFinite(averagedYears) &&
    !(started && averageStart > 0) &&
    (!started || (averageSoFar !== undefined && averageSoFar > 0 && Number.isFinite(averageSoFar)))
  );
}

/**
 * An Asian option on the geometric average of prices at given times.
 * Units: of the spot. Domain: past and coming fixings count alike. Refuses: invalid-input. Source:
 * Haug (2007), eq. 4.95 and 4.96, at one volatility.
 */
export function geometricAsianDiscrete(inputs: DiscreteAsianInputs): Result<number, ExoticRefusal> {
  if (!validDiscrete(inputs)) {
    return err('invalid-input');
  }
  const { spot, volatility, rate, yieldRate, fixingTimes, pastFixings = [] } = inputs;
  const count = fixingTimes.length + pastFixings.length;
  const growth = rate - yieldRate - 0.5 * volatility * volatility;
  let sum = fixingTimes.length * log(spot);
  for (const price of pastFixings) {
    sum += log(price);
  }
  let square = 0;
  fixingTimes.forEach((time, i) => {
    sum += growth * time;
    // This fixing with itself and with each later one, whose covariance is this one's variance.
    square += time * (2 * (fixingTimes.length - i) - 1);
  });
  const deviation = (volatility * Math.sqrt(square)) / count;
  return ok(priceOf(inputs, sum / count, deviation));
}

/**
 * An Asian option on the geometric average without pause.
 * Units: of the spot. Domain: the average may start later or have started. Refuses: invalid-input.
 * Source: Kemna and Vorst (1990), eq. 12; Haug (2007), eq. 4.91 and 4.92.
 */
export function geometricAsian(inputs: ContinuousAsianInputs): Result<number, ExoticRefusal> {
  if (!validContinuous(inputs)) {
    return err('invalid-input');
  }
  const { spot, timeYears, volatility, rate, yieldRate } = inputs;
  const { averageStart = 0, averagedYears = 0, averageSoFar = spot } = inputs;
  const ahead = timeYears - averageStart;
  const whole = averagedYears + ahead;
  const growth = rate - yieldRate - 0.5 * volatility * volatility;
  const share = whole > 0 ? ahead / whole : 1;
  const mean =
    share * (log(spot) + growth * (averageStart + 0.5 * ahead)) + (1 - share) * log(averageSoFar);
  const deviation = share * volatility * Math.sqrt(averageStart + ahead / 3);
  return ok(priceOf(inputs, mean, deviation));
}

/** Black's price on a lognormal average of the given mean and deviation of its logarithm. */
function priceOf(
  inputs: { readonly strike: number; readonly optionType: OptionType } & ExoticTerms,
  mean: number,
  deviation: number,
): number {
  const forward = exp(mean + 0.5 * deviation * deviation);
  const sign = inputs.optionType === 'call' ? 1 : -1;
  const price = black76(forward, inputs.strike, 1, deviation, sign);
  return exp(-inputs.rate * inputs.timeYears) * price;
}
