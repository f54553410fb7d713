/**
 * Binomial trees of American and European options: slow, simple, and right for every sign of the
 * rates, so they check the other methods and price what those refuse.
 * Source: Cox, Ross and Rubinstein (1979), Option Pricing: A Simplified Approach; Leisen and
 * Reimer (1996), Binomial Models for Option Valuation, eq. 12 and 17 (Peizer-Pratt inversion 2).
 */
import { err, exp, log, ok, type Result } from '@openstrike/std';
import { blackScholes } from '../black76-greeks.ts';
import { type AmericanInputs, canonicalPut, certainPut, validInputs } from './american-inputs.ts';

/** How a tree is built and exercised. */
export type BinomialTreeOptions = {
  readonly tree?: 'leisen-reimer' | 'cox-ross-rubinstein';
  readonly exercise?: 'american' | 'european';
  /** Domain: a positive integer; an even count of a Leisen-Reimer tree becomes the next odd. */
  readonly steps?: number;
};

/**
 * The price by a binomial tree of 801 steps unless told otherwise.
 * Units and Domain: as americanPrice, with every sign of the rates. Error: falls with 1 / steps^2
 * for European options on a Leisen-Reimer tree, with 1 / steps otherwise. Refuses: invalid-input;
 * too-few-steps when a step's drift outruns its volatility. Cost: grows with the square of the
 * steps; 801 steps take about a millisecond. Source: Leisen and Reimer (1996), eq. 12 and 17; Cox,
 * Ross and Rubinstein (1979), section 5.
 */
export function binomialPrice(
  inputs: AmericanInputs,
  options: BinomialTreeOptions = {},
): Result<number, 'invalid-input' | 'too-few-steps'> {
  const { tree = 'leisen-reimer', exercise = 'american', steps = 801 } = options;
  const known =
    (tree === 'leisen-reimer' || tree === 'cox-ross-rubinstein') &&
    (exercise === 'american' || exercise === 'european');
  if (!validInputs(inputs) || !known || !Number.isSafeInteger(steps) || steps < 1) {
    return err('invalid-input');
  }
  const put = canonicalPut(inputs);
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const total = volatility * Math.sqrt(timeYears);
  if (!(total > 1e-8)) {
    const european = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
    return ok(exercise === 'european' ? european : certainPut(put));
  }
  const count = tree === 'leisen-reimer' && steps % 2 === 0 ? steps + 1 : steps;
  const growth = exp(((rate - yieldRate) * timeYears) / count);
  let up = exp(total / Math.sqrt(count));
  let down = 1 / up;
  let chance = (growth - down) / (up - down);
  if (tree === 'leisen-reimer') {
    const x = log(spot / strike) + (rate - yieldRate) * timeYears;
    chance = peizerPratt(x / total - 0.5 * total, count);
    const chance1 = peizerPratt(x / total + 0.5 * total, count);
    up = (growth * chance1) / chance;
    down = (growth * (1 - chance1)) / (1 - chance);
  }
  if (!(chance > 0 && chance < 1 && down > 0 && up < Number.POSITIVE_INFINITY)) {
    return err('too-few-steps');
  }
  const discount = exp((-rate * timeYears) / count);
  const european = exercise === 'european';
  return ok(rollBack(spot, strike, count, up, down, discount * chance, discount, european));
}

/** The probability whose binomial distribution matches the normal one at z. */
function peizerPratt(z: number, n: number): number {
  const scaled = z / (n + 1 / 3 + 0.1 / (n + 1));
  const half = 0.5 * Math.sqrt(1 - exp(-scaled * scaled * (n + 1 / 6)));
  return z > 0 ? 0.5 + half : 0.5 - half;
}

function rollBack(
  spot: number,
  strike: number,
  count: number,
  up: number,
  down: number,
  upWeight: number,
  discount: number,
  european: boolean,
): number {
  const downWeight = discount - upWeight;
  const logUp = log(up);
  const logDown = log(down);
  const spots = new Float64Array(count + 1);
  const values = new Float64Array(count + 1);
  for (let i = 0; i <= count; i++) {
    spots[i] = spot * exp(i * logUp + (count - i) * logDown);
    values[i] = Math.max(0, strike - (spots[i] as number));
  }
  const back = 1 / down;
  for (let step = count - 1; step >= 0; step--) {
    for (let i = 0; i <= step; i++) {
      const held = upWeight * (values[i + 1] as number) + downWeight * (values[i] as number);
      if (european) {
        values[i] = held;
      } else {
        // One down move less brings the node of the later step back to this one.
        spots[i] = (spots[i] as number) * back;
        const exercised = strike - (spots[i] as number);
        values[i] = held > exercised ? held : exercised;
      }
    }
  }
  return values[0] as number;
}
