/**
 * The classical approximations of American options: Barone-Adesi and Whaley, Bjerksund and
 * Stensland 1993 and 2002. They cross-check the collocation and reproduce what others publish;
 * their errors are theirs, up to about 1 % of the price.
 * Source: each function's own.
 */
import { err, exp, log, normCdf, ok, pow, type Result } from '@openstrike/std';
import { blackScholes } from '../black76-greeks.ts';
import {
  type AmericanInputs,
  type CanonicalPut,
  canonicalPut,
  certainPut,
  exerciseRegime,
  validInputs,
} from './american-inputs.ts';
import { bivariateNormCdf } from './bivariate-normal.ts';

/** Also refused: rates for which the approximation has no real root. */
export type ApproximationRefusal = 'invalid-input' | 'double-boundary' | 'outside-method';

const CERTAIN = 1e-8;
/** (sqrt 5 - 1) / 2: where the time is parted in the formula of 2002. */
const GOLDEN = 0.6180339887498949;

/**
 * The approximation of Barone-Adesi and Whaley, its critical price solved to the last digit.
 * Units and domain: as americanPrice. Refuses: as americanPrice.
 * Source: Barone-Adesi and Whaley (1987), Efficient Analytic Approximation of American Option
 * Values, eq. 20 and 25.
 */
export function baroneAdesiWhaley(inputs: AmericanInputs): Result<number, ApproximationRefusal> {
  return approximate(inputs, (put) => {
    const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
    const european = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
    const { price: critical, root } = criticalPut(put);
    if (spot <= critical) {
      return strike - spot;
    }
    const total = volatility * Math.sqrt(timeYears);
    const d1 = (log(critical / strike) + (rate - yieldRate) * timeYears) / total + 0.5 * total;
    const slope = 1 - exp(-yieldRate * timeYears) * normCdf(-d1);
    return european - (critical / root) * slope * pow(spot / critical, root);
  });
}

/** The critical price of eq. 24 by bisected Newton steps, and the root q1 of the equation. */
function criticalPut(put: CanonicalPut): { readonly price: number; readonly root: number } {
  const { strike, timeYears, volatility, rate, yieldRate } = put;
  const variance = volatility * volatility;
  const slope = (2 * (rate - yieldRate)) / variance - 1;
  const decay = rate === 0 ? timeYears : (1 - exp(-rate * timeYears)) / rate;
  const root = 0.5 * (-slope - Math.sqrt(slope * slope + 8 / (variance * decay)));
  const total = volatility * Math.sqrt(timeYears);
  const shrink = exp(-yieldRate * timeYears);
  let low = 0;
  let high = strike;
  let s = 0.9 * strike;
  for (let i = 0; i < 200; i++) {
    const d1 = (log(s / strike) + (rate - yieldRate) * timeYears) / total + 0.5 * total;
    const inside = shrink * normCdf(-d1);
    const european = blackScholes(s, strike, timeYears, volatility, rate, yieldRate, -1);
    const f = strike - s - european + ((1 - inside) * s) / root;
    if (f > 0) {
      low = s;
    } else {
      high = s;
    }
    const density = (shrink * 0.3989422804014327 * exp(-0.5 * d1 * d1)) / total;
    const wanted = s - f / (inside - 1 + (1 - inside + density) / root);
    const next = wanted > low && wanted < high ? wanted : 0.5 * (low + high);
    if (Math.abs(next - s) <= 1e-15 * strike) {
      break;
    }
    s = next;
  }
  return { price: s, root };
}

/** The call of the exchanged pairs, on which Bjerksund and Stensland wrote their formulas. */
type Call = {
  readonly spot: number;
  readonly strike: number;
  readonly rate: number;
  readonly carry: number;
  readonly volatility: number;
};

/**
 * The approximation of one flat exercise boundary.
 * Units and domain: as americanPrice. Refuses: as americanPrice, and outside-method for rates at
 * which the power of the formula is not real (a deeply negative rate of a call).
 * Source: Bjerksund and Stensland (1993), Closed-Form Approximation of American Options, eq. 4 and
 * 8 to 13.
 */
export function bjerksundStensland1993(
  inputs: AmericanInputs,
): Result<number, ApproximationRefusal> {
  return approximate(inputs, (put) => {
    const call = callOf(put);
    const { spot, strike, carry, volatility } = call;
    const time = put.timeYears;
    const { beta, never, atExpiry } = boundaries(call);
    const growth = -(carry * time + 2 * volatility * Math.sqrt(time));
    const trigger = never + (atExpiry - never) * exp((growth * atExpiry) / (never - atExpiry));
    if (spot >= trigger) {
      return spot - strike;
    }
    const factor = (trigger - strike) * pow(spot / trigger, beta);
    return (
      factor * (1 - phi(call, time, beta, trigger, trigger)) +
      spot * (phi(call, time, 1, trigger, trigger) - phi(call, time, 1, strike, trigger)) -
      strike * (phi(call, time, 0, trigger, trigger) - phi(call, time, 0, strike, trigger))
    );
  });
}

/**
 * From what time to go the second flat boundary is taken: as the paper has it, the rest of the time
 * (0.382 of it); as Haug prints it and most code and tables follow, the first part (0.618).
 */
export type SecondBoundary = 'paper' | 'haug';

/**
 * The approximation of a boundary flat in each of two parts of the time.
 * Units, Domain and Refuses: as bjerksundStensland1993. Source: Bjerksund and Stensland (2002),
 * Closed Form Valuation of American Options, eq. 10 to 22; for 'haug' Haug (2007), eq. 3.2 and
 * table 3-2.
 */
export function bjerksundStensland2002(
  inputs: AmericanInputs,
  secondBoundary: SecondBoundary = 'paper',
): Result<number, ApproximationRefusal> {
  if (secondBoundary !== 'paper' && secondBoundary !== 'haug') {
    return err('invalid-input');
  }
  return approximate(inputs, (put) => {
    const call = callOf(put);
    const { spot, strike, carry, volatility } = call;
    const time = put.timeYears;
    const early = GOLDEN * time;
    const { beta, never, atExpiry } = boundaries(call);
    const scale = (strike * strike) / ((never - atExpiry) * atExpiry);
    const triggerAfter = (t: number): number =>
      never + (atExpiry - never) * exp(-(carry * t + 2 * volatility * Math.sqrt(t)) * scale);
    const x1 = triggerAfter(secondBoundary === 'paper' ? time - early : early);
    const x2 = triggerAfter(time);
    if (spot >= x2) {
      return spot - strike;
    }
    const factor1 = (x1 - strike) * pow(spot / x1, beta);
    const factor2 = (x2 - strike) * pow(spot / x2, beta);
    const late = (gamma: number, level: number): number =>
      psi(call, time, early, gamma, level, x2, x1);
    return (
      factor2 * (1 - phi(call, early, beta, x2, x2)) +
      spot * (phi(call, early, 1, x2, x2) - phi(call, early, 1, x1, x2)) -
      strike * (phi(call, early, 0, x2, x2) - phi(call, early, 0, x1, x2)) +
      factor1 * (phi(call, early, beta, x1, x2) - late(beta, x1)) +
      spot * (late(1, x1) - late(1, strike)) -
      strike * (late(0, x1) - late(0, strike))
    );
  });
}

/** The cases all approximations share; a NaN is a rate outside the method. */
function approximate(
  inputs: AmericanInputs,
  value: (put: CanonicalPut) => number,
): Result<number, ApproximationRefusal> {
  if (!validInputs(inputs)) {
    return err('invalid-input');
  }
  const put = canonicalPut(inputs);
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const regime = exerciseRegime(rate, yieldRate);
  const european = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
  if (regime === 'never') {
    return ok(european);
  }
  if (!(volatility * Math.sqrt(timeYears) > CERTAIN)) {
    return ok(certainPut(put));
  }
  if (regime === 'double-boundary') {
    return err('double-boundary');
  }
  const price = value(put);
  return price === price ? ok(Math.max(price, european, strike - spot)) : err('outside-method');
}

function callOf(put: CanonicalPut): Call {
  return {
    spot: put.strike,
    strike: put.spot,
    rate: put.yieldRate,
    carry: put.yieldRate - put.rate,
    volatility: put.volatility,
  };
}

/** The power of the perpetual call and the boundary at the longest and the shortest time. */
function boundaries(call: Call): {
  readonly beta: number;
  readonly never: number;
  readonly atExpiry: number;
} {
  const { strike, rate, carry, volatility } = call;
  const tilt = carry / (volatility * volatility) - 0.5;
  const beta = -tilt + Math.sqrt(tilt * tilt + (2 * rate) / (volatility * volatility));
  const never = (beta / (beta - 1)) * strike;
  const atExpiry = Math.max(strike, (rate / (rate - carry)) * strike);
  return { beta: beta > 1 ? beta : Number.NaN, never, atExpiry };
}

/** The expectation phi of eq. 9, over spot^gamma. */
function phi(call: Call, time: number, gamma: number, level: number, trigger: number): number {
  const { spot, rate, carry, volatility } = call;
  const variance = volatility * volatility;
  const total = volatility * Math.sqrt(time);
  const lambda = -rate + gamma * carry + 0.5 * gamma * (gamma - 1) * variance;
  const kappa = (2 * carry) / variance + 2 * gamma - 1;
  const d = -(log(spot / level) + (carry + (gamma - 0.5) * variance) * time) / total;
  const away = log(trigger / spot);
  return exp(lambda * time) * (normCdf(d) - scaledCdf(kappa * away, d - (2 * away) / total));
}

/** exp(power) N(d), without an overflow where N(d) is 0. */
function scaledCdf(power: number, d: number): number {
  const probability = normCdf(d);
  return probability === 0 ? 0 : exp(power) * probability;
}

/** The expectation psi of eq. 19, over spot^gamma. */
function psi(
  call: Call,
  time: number,
  early: number,
  gamma: number,
  level: number,
  x2: number,
  x1: number,
): number {
  const { spot, rate, carry, volatility } = call;
  const variance = volatility * volatility;
  const drift = carry + (gamma - 0.5) * variance;
  const root1 = volatility * Math.sqrt(early);
  const root = volatility * Math.sqrt(time);
  const rho = Math.sqrt(early / time);
  const lambda = -rate + gamma * carry + 0.5 * gamma * (gamma - 1) * variance;
  const kappa = (2 * carry) / variance + 2 * gamma - 1;
  const a = log(spot / x1);
  const b = log(x2 / spot) + log(x2 / x1);
  const e = drift * early;
  const f = drift * time;
  const f1 = (log(spot / level) + f) / root;
  const f2 = (log(x2 / spot) + log(x2 / level) + f) / root;
  const f3 = (log(x1 / spot) + log(x1 / level) + f) / root;
  const f4 = (log(spot / level) + 2 * log(x1 / x2) + f) / root;
  const term = (power: number, h: number, k: number, correlation: number): number => {
    const probability = bivariateNormCdf(-h, -k, correlation);
    return probability === 0 ? 0 : exp(kappa * power) * probability;
  };
  return (
    exp(lambda * time) *
    (term(0, (a + e) / root1, f1, rho) -
      term(log(x2 / spot), (b + e) / root1, f2, rho) -
      term(log(x1 / spot), (a - e) / root1, f3, -rho) +
      term(log(x1 / x2), (b - e) / root1, f4, -rho))
  );
}
