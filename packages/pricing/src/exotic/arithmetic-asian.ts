/**
 * Asian options on the arithmetic average, which has no closed form: the lognormal of equal mean
 * and variance (Turnbull and Wakeman's and Levy's method), and the lower bound given the geometric
 * average (Curran; Rogers and Shi), whose error is a few millionths of the spot at usual
 * volatilities. Both for averages without pause and at given times, in every stage.
 * Source: Turnbull and Wakeman (1991), A Quick Algorithm for Pricing European Average Options;
 * Levy (1992), Pricing European Average Rate Currency Options; Curran (1994), Valuing Asian and
 * Portfolio Options by Conditioning on the Geometric Mean Price; Rogers and Shi (1995), The Value
 * of an Asian Option.
 */
import { err, exp, expm1, log, normCdf, type OptionType, ok, type Result } from '@openstrike/std';
import { black76 } from '../black76.ts';
import { gaussLegendre } from '../numeric/gauss-legendre.ts';
import type { ExoticRefusal } from './exotic-terms.ts';
import {
  type ContinuousAsianInputs,
  type DiscreteAsianInputs,
  validContinuous,
  validDiscrete,
} from './geometric-asian.ts';

const { nodes: NODES, weights: WEIGHTS } = gaussLegendre(40);

/**
 * The part of the average still to come: sum of weights times prices at times, with the option on
 * it, strike less what is fixed. Every method of this file works on it.
 */
type ComingAverage = {
  readonly times: Float64Array;
  readonly weights: Float64Array;
  readonly strike: number;
  /** Mean over the weights of min(t, u): covariance with the geometric average, per variance. */
  readonly covariances: Float64Array;
  /** Variance of the logarithm of the geometric average, per unit of variance a year. */
  readonly geometricVariance: number;
  /** E[A^2] / spot^2, exact. */
  readonly secondMoment: number;
  readonly weightSum: number;
};

/**
 * The price on the lognormal of equal mean and variance, average without pause.
 * Units: of the spot. Domain: the average may start later or have started; exact at zero
 * volatility. Error: up to about 1 % of the price at volatilities of 50 %. Refuses: invalid-input.
 * Source: Turnbull and Wakeman (1991) with two moments; Levy (1992), eq. 11 to 13; Haug (2007), eq.
 * 4.97, 4.98 and 4.101.
 */
export function turnbullWakeman(inputs: ContinuousAsianInputs): Result<number, ExoticRefusal> {
  return validContinuous(inputs)
    ? ok(momentMatched(inputs, continuousAverage(inputs)))
    : err('invalid-input');
}

/**
 * The same for an average at given times.
 * Units, Domain, Error and Refuses: as turnbullWakeman. Source: Haug (2007), eq. 4.102 and 4.103.
 */
export function turnbullWakemanDiscrete(
  inputs: DiscreteAsianInputs,
): Result<number, ExoticRefusal> {
  return validDiscrete(inputs)
    ? ok(momentMatched(inputs, discreteAverage(inputs)))
    : err('invalid-input');
}

/**
 * The lower bound given the geometric average, average without pause.
 * Units: of the spot. Domain: as turnbullWakeman. Error: always below the price; by less than
 * 1e-5 of the spot at volatilities up to 30 % and a year. Refuses: invalid-input.
 * Source: Rogers and Shi (1995), eq. 15; Curran (1994), eq. 8.
 */
export function asianLowerBound(inputs: ContinuousAsianInputs): Result<number, ExoticRefusal> {
  return validContinuous(inputs)
    ? ok(lowerBound(inputs, continuousAverage(inputs)))
    : err('invalid-input');
}

/**
 * The same for an average at given times.
 * Units, Domain, Error and Refuses: as asianLowerBound. Source: Curran (1994), eq. 8; Haug (2007),
 * eq. 4.104, whose boundary of exercise is to first order, here the root.
 */
export function asianLowerBoundDiscrete(
  inputs: DiscreteAsianInputs,
): Result<number, ExoticRefusal> {
  return validDiscrete(inputs)
    ? ok(lowerBound(inputs, discreteAverage(inputs)))
    : err('invalid-input');
}

/** The coming average without pause, its integrals by Gauss-Legendre points. */
function continuousAverage(inputs: ContinuousAsianInputs): ComingAverage {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = inputs;
  const { averageStart = 0, averagedYears = 0, averageSoFar = spot } = inputs;
  const ahead = timeYears - averageStart;
  const whole = averagedYears + ahead;
  const share = whole > 0 ? ahead / whole : 1;
  const carry = rate - yieldRate;
  const variance = volatility * volatility;
  const times = new Float64Array(NODES.length);
  const weights = new Float64Array(NODES.length);
  const covariances = new Float64Array(NODES.length);
  let secondMoment = 0;
  for (let i = 0; i < NODES.length; i++) {
    const within = 0.5 * ahead * (1 + (NODES[i] as number));
    const time = averageStart + within;
    const weight = 0.5 * share * (WEIGHTS[i] as number);
    times[i] = time;
    weights[i] = weight;
    covariances[i] = averageStart + within - (ahead > 0 ? (0.5 * within * within) / ahead : 0);
    // This time with all later ones: their growth from here on, integrated exactly.
    const left = ahead - within;
    const grown = carry === 0 ? left : expm1(carry * left) / carry;
    const later = ahead > 0 ? (share * grown) / ahead : 0;
    secondMoment += 2 * weight * later * exp((2 * carry + variance) * time);
  }
  if (!(ahead > 0)) {
    secondMoment = share * share * exp((2 * carry + variance) * averageStart);
  }
  return {
    times,
    weights,
    covariances,
    strike: strike - (1 - share) * averageSoFar,
    geometricVariance: averageStart + ahead / 3,
    secondMoment,
    weightSum: share,
  };
}

/** The coming average at given times. */
function discreteAverage(inputs: DiscreteAsianInputs): ComingAverage {
  const { strike, volatility, rate, yieldRate, fixingTimes, pastFixings = [] } = inputs;
  const ahead = fixingTimes.length;
  const count = ahead + pastFixings.length;
  const carry = rate - yieldRate;
  const variance = volatility * volatility;
  const times = Float64Array.from(fixingTimes);
  const covariances = new Float64Array(ahead);
  let sumBefore = 0;
  let square = 0;
  for (let i = 0; i < ahead; i++) {
    const time = times[i] as number;
    sumBefore += time;
    covariances[i] = (sumBefore + time * (ahead - i - 1)) / ahead;
    square += covariances[i] as number;
  }
  let laterGrowth = 0;
  let secondMoment = 0;
  for (let i = ahead - 1; i >= 0; i--) {
    const time = times[i] as number;
    const growth = exp(carry * time);
    secondMoment += exp(variance * time) * growth * (growth + 2 * laterGrowth);
    laterGrowth += growth;
  }
  const past = pastFixings.reduce((sum, price) => sum + price, 0);
  return {
    times,
    weights: new Float64Array(ahead).fill(1 / count),
    covariances,
    strike: strike - past / count,
    geometricVariance: ahead > 0 ? square / ahead : 0,
    secondMoment: secondMoment / (count * count),
    weightSum: ahead / count,
  };
}

type AsianTerms = {
  readonly spot: number;
  readonly timeYears: number;
  readonly volatility: number;
  readonly rate: number;
  readonly yieldRate: number;
  readonly optionType: OptionType;
};

function meanOf(terms: AsianTerms, average: ComingAverage): number {
  const carry = terms.rate - terms.yieldRate;
  let sum = 0;
  for (let i = 0; i < average.times.length; i++) {
    sum += (average.weights[i] as number) * exp(carry * (average.times[i] as number));
  }
  return terms.spot * sum;
}

/** The value where the average cannot come out on the other side of the strike. */
function certainValue(terms: AsianTerms, average: ComingAverage, mean: number): number {
  const sign = terms.optionType === 'call' ? 1 : -1;
  return exp(-terms.rate * terms.timeYears) * Math.max(0, sign * (mean - average.strike));
}

function momentMatched(terms: AsianTerms, average: ComingAverage): number {
  const mean = meanOf(terms, average);
  const { strike, secondMoment } = average;
  const variance = log((secondMoment * terms.spot * terms.spot) / (mean * mean));
  if (!(strike > 0 && mean > 0 && terms.volatility * terms.timeYears > 0)) {
    return certainValue(terms, average, mean);
  }
  const sign = terms.optionType === 'call' ? 1 : -1;
  const deviation = Math.sqrt(Math.max(0, variance));
  return exp(-terms.rate * terms.timeYears) * black76(mean, strike, 1, deviation, sign);
}

/**
 * E[max(sign (E[A | Z] - K), 0)], Z the standardised logarithm of the geometric average: E[A | Z]
 * rises with Z, so one root gives the boundary of exercise.
 */
function lowerBound(terms: AsianTerms, average: ComingAverage): number {
  const { spot, volatility, rate, yieldRate, timeYears } = terms;
  const { times, weights, covariances, strike, geometricVariance } = average;
  const mean = meanOf(terms, average);
  if (!(strike > 0 && mean > 0 && volatility * Math.sqrt(geometricVariance) > 1e-12)) {
    return certainValue(terms, average, mean);
  }
  const count = times.length;
  const carry = rate - yieldRate;
  const perRoot = volatility / Math.sqrt(geometricVariance);
  const tilts = new Float64Array(count);
  const forwards = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    tilts[i] = perRoot * (covariances[i] as number);
    forwards[i] = spot * (weights[i] as number) * exp(carry * (times[i] as number));
  }
  const excess = (z: number): number => {
    let sum = -strike;
    for (let i = 0; i < count; i++) {
      const tilt = tilts[i] as number;
      sum += (forwards[i] as number) * exp(tilt * z - 0.5 * tilt * tilt);
    }
    return sum;
  };
  const boundary = rootOfRising(excess);
  const sign = terms.optionType === 'call' ? 1 : -1;
  let value = -strike * normCdf(-sign * boundary);
  for (let i = 0; i < count; i++) {
    value += (forwards[i] as number) * normCdf(sign * ((tilts[i] as number) - boundary));
  }
  return Math.max(0, exp(-rate * timeYears) * sign * value);
}

/** The root of a rising function by bisection with secants; within -40 and 40. */
function rootOfRising(f: (z: number) => number): number {
  let low = -40;
  let high = 40;
  let atLow = f(low);
  let atHigh = f(high);
  if (!(atLow < 0)) {
    return low;
  }
  if (!(atHigh > 0)) {
    return high;
  }
  let z = 0;
  for (let i = 0; i < 200 && high - low > 1e-14; i++) {
    const value = f(z);
    if (value < 0) {
      low = z;
      atLow = value;
    } else {
      high = z;
      atHigh = value;
    }
    const secant = low - (atLow * (high - low)) / (atHigh - atLow);
    const inner = secant > low && secant < high && i % 3 !== 2;
    const next = inner ? secant : 0.5 * (low + high);
    if (next === z) {
      break;
    }
    z = next;
  }
  return z;
}
