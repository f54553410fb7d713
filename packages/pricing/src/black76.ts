/**
 * Black-76: European options on a forward, undiscounted, in the units of the forward. The price of
 * the out-of-the-money side keeps full relative precision at any distance; the other side adds the
 * intrinsic value, so parity holds. The exchange marks, quotes and margins with these functions.
 * Source: Black (1976), The pricing of commodity contracts, eq. 16; the Mills-ratio form of the
 * normalised price follows Jackel (2015), Let's Be Rational, section 6.
 */
import {
  assert,
  exp,
  isOptionType,
  logRatio,
  MILLS_FIRST,
  MILLS_TABLE,
  millsRatio,
  type OptionType,
} from '@openstrike/std';

/** Half total volatility below which the difference of two Mills ratios is expanded. */
export const NARROW = 1 / 16;
/** This module's own name, which the optimiser folds to a constant. */
const TABLE = MILLS_TABLE;
const FIRST = MILLS_FIRST;
/** Distance in standard deviations above which their asymptotic series takes over. */
export const FAR = 12;
const INVERSE_SQRT_2PI = 0.3989422804014327;
/** Distance above which a price underflows: exp(-NOTHING * NOTHING / 2) is below all doubles. */
const NOTHING = 39;

/** What a European option on a forward is priced from. */
export type Black76Inputs = {
  /** Price now for delivery at expiry. Domain: at least 0. */
  readonly forward: number;
  /** Domain: at least 0. */
  readonly strike: number;
  /** Years of 365 days to expiry. Domain: at least 0. */
  readonly timeYears: number;
  /** Annualised, 1 = 100 %. Domain: at least 0. */
  readonly volatility: number;
  readonly optionType: OptionType;
};

/**
 * The sign of an option type, as the positional functions take it.
 * Units: +1 for a call and -1 for a put. Domain: the two words. Throws: at any other word. Source:
 * definition.
 */
export function signOf(optionType: OptionType): 1 | -1 {
  assert(isOptionType(optionType), `an option is a 'call' or a 'put', not ${String(optionType)}`);
  return optionType === 'call' ? 1 : -1;
}

/**
 * The undiscounted Black-76 price with named inputs.
 * Units, Domain and Source: as black76. Throws: at a word that is no option type.
 */
export function black76Price(inputs: Black76Inputs): number {
  const { forward, strike, timeYears, volatility, optionType } = inputs;
  return black76(forward, strike, timeYears, volatility, signOf(optionType));
}

/**
 * The undiscounted Black-76 price of a call (sign 1) or put (sign -1).
 * Units: of the forward; multiply by the discount factor, or divide by the forward for an inverse
 * option. Domain: intrinsic value at zero time or volatility, the forward (call) or strike (put) at
 * infinite volatility; NaN for a negative or NaN argument.
 * Source: Black (1976), eq. 16.
 */
export function black76(
  forward: number,
  strike: number,
  timeYears: number,
  volatility: number,
  sign: number,
): number {
  const gap = sign * (forward - strike);
  const intrinsic = gap > 0 ? gap : 0;
  const lower = forward < strike ? forward : strike;
  const total = volatility * Math.sqrt(timeYears);
  if (!(lower > 0 && total > 0)) {
    const isInDomain = total >= 0 && volatility >= 0 && lower >= 0 && gap === gap;
    return isInDomain ? intrinsic : Number.NaN;
  }
  const x = logRatio(forward, strike);
  return intrinsic + lower * outOfTheMoney(x < 0 ? -x : x, total);
}

/**
 * The out-of-the-money price over the lower of forward and strike, from x = |ln(forward / strike)|
 * and the total volatility s: N(s/2 - x/s) - e^x N(-s/2 - x/s).
 * Units: none, between 0 and 1; s is volatility times the root of years. Domain: x at least 0, s
 * above 0; 0 where it underflows, 1 at infinite s. Error: relative, a few ulp times (1 + (x/s)^2).
 * Source: Jackel (2015), Let's Be Rational, section 6.
 */
export function outOfTheMoney(x: number, s: number): number {
  const near = x / s - 0.5 * s;
  if (near > NOTHING) {
    return 0;
  }
  const bell = exp(-0.5 * near * near);
  return near < MILLS_FIRST
    ? 1 - bell * (millsRatio(-near) + millsRatio(x / s + 0.5 * s))
    : bell * scaledPrice(x, s);
}

/**
 * outOfTheMoney without its factor exp(-near^2 / 2), near = x/s - s/2: what is left when the price
 * underflows. Domain: near at least MILLS_FIRST.
 */
export function scaledPrice(x: number, s: number): number {
  const a = x / s;
  const t = 0.5 * s;
  if (t < NARROW && a < FAR) {
    return s * millsSlope(a, t);
  }
  const near = a - t;
  return near < FAR ? millsRatio(near) - millsRatio(a + t) : millsGapFar(near, a + t, s);
}

/**
 * (S(a - t) - S(a + t)) / (2t) for the scaled Mills ratio S, without cancellation: the divided
 * differences of the powers of the Taylor polynomial at the nearest node obey a three-term
 * recurrence, summed by Clenshaw's rule.
 */
export function millsSlope(a: number, t: number): number {
  const node = ((a - FIRST) * 32 + 0.5) & 511;
  const u = a - (FIRST + node / 32);
  const p = u + u;
  const q = u * u - t * t;
  const at = node * 13;
  let after = TABLE[at + 12] as number;
  let sum = (TABLE[at + 11] as number) + p * after;
  after = (TABLE[at + 10] as number) + (p * sum - q * after);
  sum = (TABLE[at + 9] as number) + (p * after - q * sum);
  after = (TABLE[at + 8] as number) + (p * sum - q * after);
  sum = (TABLE[at + 7] as number) + (p * after - q * sum);
  after = (TABLE[at + 6] as number) + (p * sum - q * after);
  sum = (TABLE[at + 5] as number) + (p * after - q * sum);
  after = (TABLE[at + 4] as number) + (p * sum - q * after);
  sum = (TABLE[at + 3] as number) + (p * after - q * sum);
  after = (TABLE[at + 2] as number) + (p * sum - q * after);
  sum = (TABLE[at + 1] as number) + (p * after - q * sum);
  return -sum;
}

/**
 * S(near) - S(far) for near above 12 by the asymptotic series of the Mills ratio, each term's
 * difference of powers taken out by hand. Source: Abramowitz and Stegun (1964), 26.2.12.
 */
export function millsGapFar(near: number, far: number, width: number): number {
  const p = 1 / near;
  const q = 1 / far;
  const pp = p * p;
  const qq = q * q;
  // power = (p^n - q^n) / (p - q) for odd n, from the factorisation into even steps.
  let power = 1;
  let qPower = q;
  let factor = 1;
  let sum = 1;
  for (let k = 1; k <= 17; k++) {
    // p^(n+2) - q^(n+2) = pp (p^n - q^n) + q^n (pp - qq)
    power = pp * power + qPower * (p + q);
    qPower *= qq;
    factor *= 1 - 2 * k;
    sum += factor * power;
  }
  return INVERSE_SQRT_2PI * width * p * q * sum;
}
