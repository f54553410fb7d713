/**
 * Every greek of European options in one pass, with exact limits at zero time and volatility. The
 * generalised Black-Scholes core carries spot, rate and cost of carry; Black-76 and the inverse
 * (coin-settled) payoff are cases of it. Results go into a caller's Float64Array: no allocation.
 * Source: Haug (2007), The Complete Guide to Option Pricing Formulas, chapter 2.
 */
import { exp, expm1, gaussian, logRatio, millsRatio } from '@openstrike/std';
import { outOfTheMoney } from './black76.ts';

/** Where each figure stands in the output of the functions of this file. */
export const GREEK = {
  /** Value of one option. */
  price: 0,
  /** Per 1 of the underlying's price; holds volatility, time and rates. */
  delta: 1,
  /** Change of delta per 1 of the underlying's price. */
  gamma: 2,
  /** Per 1 of volatility (100 points); holds the underlying's price. */
  vega: 3,
  /** Per year of passing time; holds the underlying's price and volatility. */
  theta: 4,
  /** Per 1 of the rate (100 %); what it holds is told by each function. */
  rho: 5,
  /** Change of delta per 1 of volatility, the same as of vega per 1 of price. */
  vanna: 6,
  /** Change of vega per 1 of volatility. */
  volga: 7,
  /** Change of delta per year of passing time. */
  charm: 8,
  /** Change of gamma per 1 of the underlying's price. */
  speed: 9,
  /** Change of gamma per 1 of volatility. */
  zomma: 10,
  /** Change of gamma per year of passing time. */
  color: 11,
} as const;

/** How many figures the functions of this file write. */
export const GREEK_COUNT = 12;

const SQRT_2PI_INVERSE = 0.3989422804014327;
/** Beyond this many standard deviations every density is zero; keeps products finite. */
const BEYOND = 1e6;

/**
 * Writes price and greeks of a Black-76 option, discounted at the rate.
 * Units: price in the forward's; greeks with respect to the forward, per year, per 1. Holds: the
 * forward, for all, so that rho is -timeYears times the price. Shape: out holds GREEK_COUNT numbers
 * from offset on, in the order of GREEK. Domain: forward and strike above 0; at zero time or
 * volatility the limits, infinite at the strike; over infinite time the limits where the rate is
 * not below 0; all NaN for a negative or NaN argument. Source: Haug (2007), eq. 2.1 to 2.48 with b
 * = 0.
 */
export function black76Greeks(
  forward: number,
  strike: number,
  timeYears: number,
  volatility: number,
  sign: number,
  out: Float64Array,
  offset = 0,
  rate = 0,
): void {
  blackScholesGreeks(forward, strike, timeYears, volatility, rate, rate, sign, out, offset);
  const price = out[offset] as number;
  out[offset + 5] = price === 0 ? 0 : -timeYears * price;
}

/**
 * Writes price and greeks of an inverse option: the payoff max(sign (S - strike), 0) / S in coin.
 * Units: price in coin; greeks in coin with respect to the forward. An exchange may show the greeks
 * of black76Greeks beside prices in coin: Deribit does. Holds: as black76Greeks; the rate is the
 * coin's. Shape and Domain: as black76Greeks. Source: the quotient rule on Haug (2007), eq. 2.1 to
 * 2.48 with b = 0, over the forward.
 */
export function inverseGreeks(
  forward: number,
  strike: number,
  timeYears: number,
  volatility: number,
  sign: number,
  out: Float64Array,
  offset = 0,
  rate = 0,
): void {
  black76Greeks(forward, strike, timeYears, volatility, sign, out, offset, rate);
  const per = 1 / forward;
  const price = (out[offset] as number) * per;
  const delta = ((out[offset + 1] as number) - price) * per;
  const gamma = ((out[offset + 2] as number) - 2 * delta) * per;
  const vega = (out[offset + 3] as number) * per;
  const theta = (out[offset + 4] as number) * per;
  const vanna = ((out[offset + 6] as number) - vega) * per;
  const charm = ((out[offset + 8] as number) - theta) * per;
  out[offset] = price;
  out[offset + 1] = delta;
  out[offset + 2] = gamma;
  out[offset + 3] = vega;
  out[offset + 4] = theta;
  out[offset + 5] = (out[offset + 5] as number) * per;
  out[offset + 6] = vanna;
  out[offset + 7] = (out[offset + 7] as number) * per;
  out[offset + 8] = charm;
  out[offset + 9] = ((out[offset + 9] as number) - 3 * gamma) * per;
  out[offset + 10] = ((out[offset + 10] as number) - 2 * vanna) * per;
  out[offset + 11] = ((out[offset + 11] as number) - 2 * charm) * per;
}

/**
 * The generalised Black-Scholes price on spot, with a continuous rate and yield (dividend, foreign
 * or coin rate).
 * Units: of the spot, discounted. Domain: as black76, with every sign of the rates; over infinite
 * time the limit, NaN for a rate or yield below 0. Source: Haug (2007), eq. 1.1 to 1.3, with b =
 * rate - yieldRate.
 */
export function blackScholes(
  spot: number,
  strike: number,
  timeYears: number,
  volatility: number,
  rate: number,
  yieldRate: number,
  sign: number,
): number {
  if (timeYears === Number.POSITIVE_INFINITY) {
    return priceInTheEnd(spot, strike, volatility, rate, yieldRate, sign);
  }
  const carried = (rate - yieldRate) * timeYears;
  const s = volatility * Math.sqrt(timeYears);
  const x = logRatio(spot, strike) + carried;
  return exp(-rate * timeYears) * undiscounted(spot, strike, carried, x, s, sign);
}

/**
 * The limit of the price as time goes on: a call is then worth the asset, a put the strike, as far
 * as they are discounted. Rates below zero have none, nor has no volatility over all time.
 */
function priceInTheEnd(
  spot: number,
  strike: number,
  volatility: number,
  rate: number,
  yieldRate: number,
  sign: number,
): number {
  if (!(spot >= 0 && strike >= 0 && volatility > 0 && rate >= 0 && yieldRate >= 0)) {
    return Number.NaN;
  }
  return sign > 0 ? (yieldRate > 0 ? 0 : spot) : rate > 0 ? 0 : strike;
}

/**
 * The Black price from the log-moneyness, so that the rounding of the forward does not enter it.
 */
function undiscounted(
  spot: number,
  strike: number,
  carried: number,
  x: number,
  s: number,
  sign: number,
): number {
  const gap = sign * (spot - strike + (carried === 0 ? 0 : spot * expm1(carried)));
  const forward = carried === 0 ? spot : spot * exp(carried);
  // A negative volatility over no time is -0.
  const isStill = s === 0 && 1 / s > 0 && gap === gap && spot >= 0 && strike >= 0;
  const outside = s > 0 ? outOfTheMoney(x < 0 ? -x : x, s) : isStill ? 0 : Number.NaN;
  return (gap > 0 ? gap : 0) + (x < 0 ? forward : strike) * outside;
}

/**
 * Writes price and greeks of the generalised Black-Scholes option on spot.
 * Units: price in the spot's; greeks with respect to the spot, per year, per 1. Holds: volatility,
 * time and rates but the one moved; rho holds the yield, so that a higher rate raises the forward
 * (at zero rates it is the rho that Deribit shows, times 100). Shape and Domain: as black76Greeks.
 * Source: Haug (2007), eq. 2.1 to 2.48.
 */
export function blackScholesGreeks(
  spot: number,
  strike: number,
  timeYears: number,
  volatility: number,
  rate: number,
  yieldRate: number,
  sign: number,
  out: Float64Array,
  offset = 0,
): void {
  const carry = rate - yieldRate;
  const root = Math.sqrt(timeYears);
  const s = volatility * root;
  const discount = rate === 0 ? 1 : exp(-rate * timeYears);
  const carried = carry * timeYears;
  const x = logRatio(spot, strike) + carried;
  const d1 = x / s + 0.5 * s;
  if (!(s > 0 && d1 < BEYOND && d1 > -BEYOND)) {
    limits(spot, strike, timeYears, volatility, rate, yieldRate, sign, out, offset);
    return;
  }
  const d2 = x / s - 0.5 * s;
  const shrink = yieldRate === 0 ? 1 : exp(-yieldRate * timeYears);
  const bell = gaussian(d1);
  const density = SQRT_2PI_INVERSE * bell;
  const tail1 = bell * millsRatio(d1 < 0 ? -d1 : d1);
  const tail2 = gaussian(d2) * millsRatio(d2 < 0 ? -d2 : d2);
  const n1 = sign * d1 < 0 ? tail1 : 1 - tail1;
  const n2 = sign * d2 < 0 ? tail2 : 1 - tail2;
  const price = discount * undiscounted(spot, strike, carried, x, s, sign);
  const delta = sign * shrink * n1;
  const gamma = (shrink * density) / (spot * s);
  const vega = spot * shrink * density * root;
  const strikeLeg = sign * strike * discount * n2;
  // How d1 moves per year of time to expiry.
  const drift = carry / s - d2 / (2 * timeYears);
  out[offset] = price;
  out[offset + 1] = delta;
  out[offset + 2] = gamma;
  out[offset + 3] = vega;
  out[offset + 4] =
    (-0.5 * vega * volatility) / timeYears + yieldRate * spot * delta - rate * strikeLeg;
  out[offset + 5] = timeYears * strikeLeg;
  out[offset + 6] = (-shrink * density * d2) / volatility;
  out[offset + 7] = (vega * d1 * d2) / volatility;
  out[offset + 8] = yieldRate * delta - shrink * density * drift;
  out[offset + 9] = (-gamma / spot) * (1 + d1 / s);
  out[offset + 10] = (gamma * (d1 * d2 - 1)) / volatility;
  out[offset + 11] = gamma * (yieldRate + 0.5 / timeYears + d1 * drift);
}

/**
 * The limits as the total volatility goes to zero, or far from the strike, or beyond all bounds.
 */
function limits(
  spot: number,
  strike: number,
  timeYears: number,
  volatility: number,
  rate: number,
  yieldRate: number,
  sign: number,
  out: Float64Array,
  offset: number,
): void {
  if (timeYears === Number.POSITIVE_INFINITY) {
    greeksInTheEnd(spot, strike, volatility, rate, yieldRate, sign, out, offset);
    return;
  }
  const discount = exp(-rate * timeYears);
  const shrink = exp(-yieldRate * timeYears);
  const carried = (rate - yieldRate) * timeYears;
  const x = logRatio(spot, strike) + carried;
  if (!(spot >= 0 && strike >= 0 && timeYears >= 0 && volatility >= 0 && carried === carried)) {
    out.fill(Number.NaN, offset, offset + GREEK_COUNT);
    return;
  }
  const boundless = volatility * Math.sqrt(timeYears) > BEYOND;
  const atStrike = x === 0 && !boundless;
  const gap = sign * x;
  const inside = boundless ? (sign > 0 ? 1 : 0) : gap > 0 ? 1 : gap === 0 ? 0.5 : 0;
  const insideStrike = boundless ? (sign > 0 ? 0 : 1) : inside;
  const infinite = Number.POSITIVE_INFINITY;
  const root = Math.sqrt(timeYears);
  const delta = sign * shrink * inside;
  const strikeLeg = sign * strike * discount * insideStrike;
  const expired = atStrike && timeYears === 0;
  const decay = expired && volatility > 0 ? -infinite : 0;
  for (let i = 0; i < GREEK_COUNT; i++) {
    out[offset + i] = 0;
  }
  const s = volatility * Math.sqrt(timeYears);
  out[offset] = discount * undiscounted(spot, strike, carried, x, s, sign);
  out[offset + 1] = delta;
  out[offset + 2] = atStrike ? infinite : 0;
  out[offset + 3] = atStrike ? spot * shrink * SQRT_2PI_INVERSE * root : 0;
  out[offset + 4] = decay + yieldRate * spot * delta - rate * strikeLeg;
  out[offset + 5] = timeYears * strikeLeg;
  out[offset + 6] = atStrike ? 0.5 * shrink * SQRT_2PI_INVERSE * root : 0;
  out[offset + 8] = decay + yieldRate * delta;
  out[offset + 9] = atStrike ? -infinite : 0;
  out[offset + 10] = atStrike ? -infinite : 0;
  out[offset + 11] = expired ? infinite : 0;
}

/** The limits of the greeks as time goes on: those of the asset or the strike, discounted. */
function greeksInTheEnd(
  spot: number,
  strike: number,
  volatility: number,
  rate: number,
  yieldRate: number,
  sign: number,
  out: Float64Array,
  offset: number,
): void {
  const price = priceInTheEnd(spot, strike, volatility, rate, yieldRate, sign);
  out.fill(price === price ? 0 : Number.NaN, offset, offset + GREEK_COUNT);
  out[offset] = price;
  if (sign > 0 && yieldRate === 0 && price === price) {
    out[offset + 1] = 1;
  } else if (sign < 0 && price > 0) {
    out[offset + 5] = Number.NEGATIVE_INFINITY;
  }
}
