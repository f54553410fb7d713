/**
 * Implied volatility to the limit of double precision: the price is normalised to its
 * out-of-the-money side, and fourth-order steps on a transformed price finish a first guess: that
 * of implied-guess.ts in the ordinary range, else a rational interpolation. A price that no
 * volatility explains is refused by name.
 * Source: Jackel (2015), Let's Be Rational, sections 4 to 7.
 */
import {
  err,
  exp,
  expm1,
  log,
  logRatio,
  millsRatio,
  normExcessInverse,
  type OptionType,
  ok,
  type Result,
} from '@openstrike/std';
import { outOfTheMoney, scaledPrice } from './black76.ts';
import { impliedQuick } from './implied-guess.ts';

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

const SQRT_2PI = 2.5066282746310007;
const INVERSE_SQRT_2PI = 0.3989422804014327;
const SQRT_3 = 1.7320508075688772;
const TWO_PI = 6.283185307179586;
/** 2 pi / (3 sqrt 3). */
const LOWER_SCALE = 1.2091995761561452;
/** Log-moneyness beyond which exp(-x / 2) nears the end of the doubles: a plain start is used. */
const VAST = 600;
const TINY = 2.2250738585072014e-308;

/**
 * The Black-76 volatility of an undiscounted price, or the reason why there is none.
 * Units: annualised, 1 = 100 %. Domain: 0 at the intrinsic value.
 * Refuses: below-intrinsic, above-bound, no-time, invalid-input.
 */
export function impliedVolatility(inputs: {
  readonly price: number;
  readonly forward: number;
  readonly strike: number;
  readonly timeYears: number;
  readonly optionType: OptionType;
}): Result<number, ImpliedVolatilityRefusal> {
  const { price, forward, strike, timeYears, optionType } = inputs;
  const sign = optionType === 'call' ? 1 : -1;
  const value = impliedBlack76(price, forward, strike, timeYears, sign);
  return value >= 0 ? ok(value) : err(refusalOf(value));
}

/** The tag of a negative return of impliedBlack76. */
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
 * Units: annualised, 1 = 100 %. Domain: 0 at the intrinsic value.
 * Refuses: by a negative number of IMPLIED_REFUSED; never NaN.
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
 * Units, Domain and Refuses: as impliedBlack76.
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
 * Domain: price above 0 and below 1, x = |ln(forward / strike)| at least 0; 0 where the price is
 * too small to tell from 0.
 */
export function impliedTotalVolatility(price: number, x: number): number {
  return totalVolatility(price, x, expm1(x));
}

function totalVolatility(price: number, x: number, ratio: number): number {
  const quick = impliedQuick(price, x, ratio);
  return quick > 0 ? quick : searched(price, x);
}

/** The general search, for every price and distance. */
export function searched(price: number, x: number): number {
  if (x < 1e-280) {
    return 2 * normExcessInverse(0.5 * price);
  }
  if (price < TINY) {
    return 0;
  }
  // Where the price curve in s turns: near is 0 there and the slope 1 / sqrt(2 pi).
  const turn = Math.sqrt(2 * x);
  const turnPrice = turn < 0.1 ? outOfTheMoney(x, turn) : 0.5 - millsRatio(turn);
  if (price < turnPrice) {
    return impliedBelowTurn(price, x, turn, turnPrice);
  }
  const upper = turn + SQRT_2PI * (1 - turnPrice);
  const nearUpper = x / upper - 0.5 * upper;
  const density = exp(-0.5 * nearUpper * nearUpper);
  const upperPrice = outOfTheMoney(x, upper);
  if (price < upperPrice) {
    const width = upperPrice - turnPrice;
    const slope = SQRT_2PI / density;
    const chord = (upper - turn) / width;
    const control = (slope - SQRT_2PI) / (chord - SQRT_2PI);
    const guess = rationalCubic(
      (price - turnPrice) / width,
      width,
      turn,
      upper,
      SQRT_2PI,
      slope,
      control,
    );
    return price > 0.5 ? refineUpper(price, x, guess) : refineMiddle(price, x, guess);
  }
  return impliedAbove(price, x, upper, upperPrice);
}

function impliedBelowTurn(price: number, x: number, turn: number, turnPrice: number): number {
  if (x > VAST) {
    const target = log(price);
    const near = Math.sqrt(-2 * target);
    const guess = (2 * x) / (near + Math.sqrt(near * near + 2 * x));
    return refineLower(x, refineLower(x, refineLower(x, guess, target), target), target);
  }
  const lower = turn - SQRT_2PI * turnPrice;
  const lowerPrice = outOfTheMoney(x, lower);
  const near = x / lower - 0.5 * lower;
  const density = exp(-0.5 * near * near);
  if (price >= lowerPrice) {
    const width = turnPrice - lowerPrice;
    const slope = SQRT_2PI / density;
    const chord = (turn - lower) / width;
    const control = (SQRT_2PI - slope) / (SQRT_2PI - chord);
    const guess = rationalCubic(
      (price - lowerPrice) / width,
      width,
      lower,
      turn,
      slope,
      SQRT_2PI,
      control,
    );
    return refineMiddle(price, x, guess);
  }
  const target = log(price);
  return refineLower(x, guessBelow(price, target, x, lower, lowerPrice), target);
}

/** Interpolates 2 pi x N(-x / (s sqrt 3))^3 / (3 sqrt 3), which is linear in small prices. */
function guessBelow(
  price: number,
  target: number,
  x: number,
  lower: number,
  lowerPrice: number,
): number {
  // The transform is stated for prices over sqrt(forward strike).
  const scale = exp(-0.5 * x);
  const z = x / (SQRT_3 * lower);
  const ratio = millsRatio(z);
  const bell = exp(-0.5 * z * z);
  const tail = ratio * bell;
  const value = LOWER_SCALE * x * tail * tail * tail;
  const square = z * z;
  const width = lowerPrice * scale;
  const lower2 = lower * lower;
  const slope = TWO_PI * square * ratio * ratio * exp(0.125 * lower2);
  const curvature =
    (Math.PI / 6) *
    (square / (lower2 * lower)) *
    ratio *
    exp(0.25 * lower2 + 1.5 * square) *
    (8 * SQRT_3 * lower * x + (3 * lower2 * (lower2 - 8) - 8 * x * x) * ratio * SQRT_2PI);
  const chord = value / width;
  const control = (0.5 * width * curvature + slope - 1) / (slope - chord);
  const u = price / lowerPrice;
  const v = 1 - u;
  const r = control > -1 ? (control < 1e12 ? control : 1e12) : -0.99;
  // The rational cubic through (0, 0) less its factor price, which may be too small to multiply.
  const rest =
    ((value * u + (r * value - width * slope) * v) * u + width * v * v) /
    ((1 + (r - 3) * u * v) * lowerPrice);
  const share = (rest > 0 ? rest : value / lowerPrice) / (LOWER_SCALE * x);
  const t = Math.sqrt((-2 / 3) * (target + log(share)));
  const quantile =
    t -
    (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  const s = x / (SQRT_3 * quantile);
  return s < lower && s > 0 ? s : lower;
}

/** Interpolates N(-s / 2), which is linear in prices near the bound. */
function impliedAbove(price: number, x: number, upper: number, upperPrice: number): number {
  if (x > VAST) {
    const near = Math.sqrt(-2 * log(1 - price));
    const guess = near + Math.sqrt(near * near + 2 * x);
    return refineUpper(price, x, refineUpper(price, x, guess));
  }
  const scale = exp(-0.5 * x);
  const width = (1 - upperPrice) * scale;
  const half = 0.5 * upper;
  const value = exp(-0.5 * half * half) * millsRatio(half);
  const a = x / upper;
  const steep = exp(0.5 * a * a);
  const slope = -0.5 * steep;
  const curvature = (SQRT_2PI / 2) * steep * steep * exp(0.5 * half * half) * ((a * a) / upper);
  const chord = -value / width;
  const control = (0.5 * width * curvature + (-0.5 - slope)) / (chord - slope);
  const u = (price - upperPrice) / (1 - upperPrice);
  let f = rationalCubic(u, width, value, 0, slope, -0.5, control);
  if (!(f > 0)) {
    f = value * (1 - u);
  }
  const t = Math.sqrt(-2 * log(f));
  const quantile =
    t -
    (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  const s = 2 * quantile;
  return refineUpper(price, x, s > upper ? s : upper);
}

/** Two fourth-order steps on the price itself. */
function refineMiddle(price: number, x: number, guess: number): number {
  let s = guess;
  for (let i = 0; i < 2; i++) {
    const a = x / s;
    const near = a - 0.5 * s;
    const slope = INVERSE_SQRT_2PI * exp(-0.5 * near * near);
    const newton = (price - outOfTheMoney(x, s)) / slope;
    const second = (a * a) / s - 0.25 * s;
    const third = second * second - 3 * (a / s) * (a / s) - 0.25;
    s += newton * stepFactor(newton, second, third);
  }
  return s;
}

/** Two fourth-order steps on 1 / ln price, which is almost linear in s^2 for small prices. */
function refineLower(x: number, guess: number, target: number): number {
  let s = guess;
  for (let i = 0; i < 2; i++) {
    const a = x / s;
    const t = 0.5 * s;
    const near = a - t;
    // The exponential is kept apart, so that a price below the doubles does not vanish.
    const scaled = scaledPrice(x, s);
    const logPrice = log(scaled) - 0.5 * near * near;
    const rate = INVERSE_SQRT_2PI / scaled;
    const second = (a * a) / s - 0.25 * s;
    const newton = (((target - logPrice) / rate) * logPrice) / target;
    const inverse = 1 / logPrice;
    const halley = second - rate * (1 + 2 * inverse);
    const third =
      second * second -
      3 * (a / s) * (a / s) -
      0.25 +
      2 * rate * rate * (1 + 3 * inverse * (1 + inverse)) -
      3 * second * rate * (1 + 2 * inverse);
    s += newton * stepFactor(newton, halley, third);
  }
  return s;
}

/** Two fourth-order steps on ln(1 - price), for prices above half the bound. */
function refineUpper(price: number, x: number, guess: number): number {
  const target = 1 - price;
  let s = guess;
  for (let i = 0; i < 2; i++) {
    const a = x / s;
    const near = a - 0.5 * s;
    const missing = near < 0 ? millsRatio(-near) + millsRatio(a + 0.5 * s) : 0;
    const rate = INVERSE_SQRT_2PI / missing;
    const newton = (log(missing / target) - 0.5 * near * near) / rate;
    const second = (a * a) / s - 0.25 * s;
    const third = second * second - 3 * (a / s) * (a / s) - 0.25 + rate * (2 * rate + 3 * second);
    s += newton * stepFactor(newton, second + rate, third);
  }
  return s;
}

/** The step of Householder's third-order method in units of Newton's. */
function stepFactor(newton: number, halley: number, third: number): number {
  return (1 + 0.5 * halley * newton) / (1 + newton * (halley + (third * newton) / 6));
}

/**
 * The monotone rational cubic through two points with given slopes and a control of its curvature.
 * Source: Delbourgo and Gregory (1985), Shape preserving piecewise rational interpolation, eq. 2.1.
 */
function rationalCubic(
  u: number,
  width: number,
  left: number,
  right: number,
  leftSlope: number,
  rightSlope: number,
  control: number,
): number {
  const r = control > -1 ? (control < 1e12 ? control : 1e12) : control === control ? -0.99 : 3;
  const v = 1 - u;
  const top =
    right * u * u * u +
    (r * right - width * rightSlope) * u * u * v +
    (r * left + width * leftSlope) * u * v * v +
    left * v * v * v;
  return top / (1 + (r - 3) * u * v);
}
