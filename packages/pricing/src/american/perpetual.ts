/**
 * The put that never expires, in closed form, and how far an expiry is from never: the value to
 * which American options tend and which they equal to the last digit after long times.
 * Source: Merton (1973), Theory of Rational Option Pricing, section 8; Haug (2007), section 3.3.
 */
import { exp, log } from '@openstrike/std';
import type { CanonicalPut } from './american-inputs.ts';

/** The perpetual put of the same spot, strike and rates. */
export type PerpetualPut = {
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  /** The price at which it is exercised. */
  readonly boundary: number;
  /** The difference to the put with the expiry is about e to the minus this, per strike. */
  readonly foldsToExpiry: number;
};

/**
 * The perpetual put. Domain: volatility above 0; worth its strike, of fold count 0, where it pays
 * to wait for ever (a rate of 0 and a price that does not drift up).
 */
export function perpetualPut(put: CanonicalPut): PerpetualPut {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const variance = volatility * volatility;
  const drift = (rate - yieldRate) / variance - 0.5;
  if (!(rate > 0 || (rate === 0 && drift > 0))) {
    return { price: strike, delta: 0, gamma: 0, boundary: 0, foldsToExpiry: 0 };
  }
  // The negative root of power^2 / 2 + drift power = rate / variance.
  const root = Math.sqrt(drift * drift + (2 * rate) / variance);
  const power = drift > 0 ? -drift - root : (-2 * rate) / (variance * (root - drift));
  const boundary = (strike * power) / (power - 1);
  const distance = log(spot / boundary);
  const held = distance > 0;
  const price = held ? (strike - boundary) * exp(power * distance) : strike - spot;
  return {
    price,
    delta: held ? (power * price) / spot : -1,
    gamma: held ? (power * (power - 1) * price) / (spot * spot) : 0,
    boundary,
    foldsToExpiry:
      (rate + 0.5 * drift * drift * variance) * timeYears -
      (held && drift < 0 ? -drift * distance : 0),
  };
}
