/**
 * Implied volatility to the limit of double precision: the price is normalised to its
 * out-of-the-money side, and fourth-order steps on a transformed price finish a first guess: that
 * of implied-guess.ts in the ordinary range, else that of implied-search.ts. A price that no
 * volatility explains is refused by name.
 * Source: Jackel (2015), Let's Be Rational, sections 4 to 7.
 */
import {
  err,
  exp,
  expm1,
  isOptionType,
  logRatio,
  type OptionType,
  ok,
  type Result,
} from '@openstrike/std';
import { impliedQuick } from './implied-guess.ts';
import { searchTotal } from './implied-search.ts';

/** Why a price has no implied volatility. */
export type ImpliedVolatilityRefusal =
  | 'below-intrinsic'
  | 'above-bound'
  | 'no-time'
  | 'invalid-input';

/** What the positional and batch functions return in place of a volatility; all are negative. */
export const IMPLIED_REFUSED = {
  /** The price is below the intrinsic value. */
  belowIntrinsic: -1,
  /** The price is at or above the forward (call) or strike (put): no finite volatility. */
  aboveBound: -2,
  /** No time is left and the price is not the intrinsic value. */
  noTime: -3,
  /** A forward or strike not above 0, a negative time, or NaN. */
  invalidInput: -4,
} as const;

/**
 * The Black-76 volatility of an undiscounted price, or the reason why there is none.
 * Units: annualised, 1 = 100 %; the price in the units of the forward. Domain: 0 at the intrinsic
 * value. Refuses: below-intrinsic, above-bound, no-time, invalid-input. Source: as impliedBlack76.
 */
export function impliedVolatility(inputs: {
  readonly price: number;
  readonly forward: number;
  readonly strike: number;
  readonly timeYears: number;
  readonly optionType: OptionType;
}): Result<number, ImpliedVolatilityRefusal> {
  const { price, forward, strike, timeYears, optionType } = inputs;
  if (!isOptionType(optionType)) {
    return err('invalid-input');
  }
  const sign = optionType === 'call' ? 1 : -1;
  const value = impliedBlack76(price, forward, strike, timeYears, sign);
  return value >= 0 ? ok(value) : err(refusalOf(value));
}

/**
 * The tag of a negative return of impliedBlack76.
 * Units: a tag. Domain: the values of IMPLIED_REFUSED; invalid-input for any other. Source:
 * definition.
 */
export function refusalOf(code: number): ImpliedVolatilityRefusal {
  return code === IMPLIED_REFUSED.belowIntrinsic
    ? 'below-intrinsic'
    : code === IMPLIED_REFUSED.aboveBound
      ? 'above-bound'
      : code === IMPLIED_REFUSED.noTime
        ? 'no-time'
        : 'invalid-input';
}

/**
 * The Black-76 volatility of an undiscounted price of a call (sign 1) or put (sign -1).
 * Units: annualised, 1 = 100 %. Domain: 0 at the intrinsic value. Refuses: by a negative number of
 * IMPLIED_REFUSED; never NaN. Source: Jackel (2015), Let's Be Rational, sections 4 to 7.
 */
export function impliedBlack76(
  price: number,
  forward: number,
  strike: number,
  timeYears: number,
  sign: number,
): number {
  const gap = sign * (forward - strike);
  const lower = forward < strike ? forward : strike;
  if (!(lower > 0 && gap * 0 === 0 && timeYears >= 0 && price === price)) {
    return IMPLIED_REFUSED.invalidInput;
  }
  const outside = gap > 0 ? price - gap : price;
  if (!(outside > 0)) {
    return outside === 0 ? 0 : IMPLIED_REFUSED.belowIntrinsic;
  }
  if (!(outside < lower)) {
    return IMPLIED_REFUSED.aboveBound;
  }
  if (!(timeYears > 0)) {
    return IMPLIED_REFUSED.noTime;
  }
  const x = logRatio(forward, strike);
  const s = totalVolatility(outside / lower, x < 0 ? -x : x, (gap < 0 ? -gap : gap) / lower);
  const root = timeYears < Number.POSITIVE_INFINITY ? Math.sqrt(timeYears) : 0;
  return root > 0 ? s / root : IMPLIED_REFUSED.invalidInput;
}

/**
 * The volatility of a discounted price on spot, with a continuous rate and yield.
 * Units, Domain, Refuses and Source: as impliedBlack76, on the forward of Haug (2007), section 1.1.
 */
export function impliedBlackScholes(
  price: number,
  spot: number,
  strike: number,
  timeYears: number,
  rate: number,
  yieldRate: number,
  sign: number,
): number {
  const forward = spot * exp((rate - yieldRate) * timeYears);
  return impliedBlack76(price * exp(rate * timeYears), forward, strike, timeYears, sign);
}

/**
 * The total volatility s at which outOfTheMoney(x, s) is the price.
 * Units: volatility times the root of years; the price over the lower of forward and strike.
 * Domain: price above 0 and below 1, x = |ln(forward / strike)| at least 0; 0 where the price is
 * too small to tell from 0. Source: as impliedBlack76.
 */
export function impliedTotalVolatility(price: number, x: number): number {
  return totalVolatility(price, x, expm1(x));
}

function totalVolatility(price: number, x: number, ratio: number): number {
  const quick = impliedQuick(price, x, ratio);
  return quick > 0 ? quick : searchTotal(price, x);
}
