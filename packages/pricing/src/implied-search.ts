/**
 * The general search for a total volatility, for every price and distance: a rational
 * interpolation of a transformed price, then two fourth-order steps on it. It works on registers,
 * so that a batch leaves no garbage. It starts where the quick way of implied-guess.ts gives up.
 * Source: Jackel (2015), Let's Be Rational, sections 4 to 6.
 */
import {
  ARGUMENT,
  FREE,
  registers,
  S,
  takeErf,
  takeExp,
  takeLog,
  takeMills,
  takeMissing,
  takePrice,
  takeScaledPrice,
  VALUE,
  X,
} from './price-registers.ts';

const SQRT_2PI = 2.5066282746310007;
const INVERSE_SQRT_2PI = 0.3989422804014327;
const SQRT_HALF = 0.7071067811865476;
const SQRT_3 = 1.7320508075688772;
const TWO_PI = 6.283185307179586;
/** 2 pi / (3 sqrt 3). */
const LOWER_SCALE = 1.2091995761561452;
/** Log-moneyness beyond which exp(-x / 2) nears the end of the doubles: a plain start is used. */
const VAST = 600;
/** Log-moneyness below which the option is at the money. */
const AT_THE_MONEY = 1e-280;
const TINY = 2.2250738585072014e-308;

const PRICE = FREE;
const TARGET = FREE + 1;
/** Where the price curve turns, and a point before or behind it: total volatility and price. */
const TURN = FREE + 2;
const TURN_PRICE = FREE + 3;
const EDGE = FREE + 4;
const EDGE_PRICE = FREE + 5;
const SPARE = FREE + 6;
const OTHER = FREE + 7;
/** What takeCubic reads. */
const WIDTH = FREE + 8;
const LEFT = FREE + 9;
const RIGHT = FREE + 10;
const LEFT_SLOPE = FREE + 11;
const RIGHT_SLOPE = FREE + 12;
const CONTROL = FREE + 13;
const r = registers;

/**
 * The total volatility of a normalised price.
 * Domain: price above 0 and below 1, x at least 0; 0 where the price is too small to tell from 0.
 */
export function searchTotal(price: number, x: number): number {
  r[PRICE] = price;
  r[X] = x;
  search();
  return r[S] as number;
}

/** The same from one place of arrays, which also takes the result. */
export function searchPlace(
  prices: Float64Array,
  distances: Float64Array,
  totals: Float64Array,
  at: number,
): void {
  r[PRICE] = prices[at] as number;
  r[X] = distances[at] as number;
  search();
  totals[at] = r[S] as number;
}

function search(): void {
  const x = r[X] as number;
  const price = r[PRICE] as number;
  if (x < AT_THE_MONEY) {
    searchAtTheMoney();
    return;
  }
  if (price < TINY) {
    r[S] = 0;
    return;
  }
  takeTurn();
  if (price < (r[TURN_PRICE] as number)) {
    searchBelow();
  } else {
    searchAbove();
  }
}

/** Where the price curve in s turns: near is 0 there and the slope 1 / sqrt(2 pi). */
function takeTurn(): void {
  const turn = Math.sqrt(2 * (r[X] as number));
  r[TURN] = turn;
  r[S] = turn;
  r[ARGUMENT] = turn;
  if (turn < 0.1) {
    takePrice();
    r[TURN_PRICE] = r[VALUE] as number;
  } else {
    takeMills();
    r[TURN_PRICE] = 0.5 - (r[VALUE] as number);
  }
}

/** N(s / 2) - 1/2 is half the price: as normExcessInverse for small ones, else from the bound. */
function searchAtTheMoney(): void {
  const price = r[PRICE] as number;
  r[X] = 0;
  if (price > 0.5) {
    r[VALUE] = 0.5 * (1 - price);
    takeQuantile();
    r[S] = 2 * (r[VALUE] as number);
    refineUpper();
    return;
  }
  const q = 0.5 * price;
  const z = q * SQRT_2PI;
  const w = z * z;
  const high = 34807 / 5702400 + w * (20036983 / 6227020800 + w * (2280356863 / 1307674368000));
  const series = 1 / 6 + w * (7 / 120 + w * (127 / 5040 + w * (4369 / 362880 + w * high)));
  const half = z + z * w * series;
  r[ARGUMENT] = half * SQRT_HALF;
  takeErf();
  r[SPARE] = 0.5 * (r[VALUE] as number) - q;
  r[ARGUMENT] = -0.5 * half * half;
  takeExp();
  const error = (r[SPARE] as number) * (SQRT_2PI / (r[VALUE] as number));
  r[S] = 2 * (half - error / (1 + 0.5 * half * error));
}

/** VALUE = -N^-1(VALUE), right to 5e-4. Source: Abramowitz and Stegun (1964), 26.2.23. */
function takeQuantile(): void {
  r[ARGUMENT] = r[VALUE] as number;
  takeLog();
  r[SPARE] = Math.sqrt(-2 * (r[VALUE] as number));
  takeQuantileOf();
}

/** VALUE = the quantile from SPARE = sqrt(-2 ln p). */
function takeQuantileOf(): void {
  const t = r[SPARE] as number;
  r[VALUE] =
    t -
    (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}

function searchAbove(): void {
  const x = r[X] as number;
  const price = r[PRICE] as number;
  const turn = r[TURN] as number;
  const turnPrice = r[TURN_PRICE] as number;
  const upper = turn + SQRT_2PI * (1 - turnPrice);
  const near = x / upper - 0.5 * upper;
  r[EDGE] = upper;
  r[S] = upper;
  takePrice();
  const upperPrice = r[VALUE] as number;
  r[EDGE_PRICE] = upperPrice;
  if (!(price < upperPrice)) {
    searchFarAbove();
    return;
  }
  r[ARGUMENT] = -0.5 * near * near;
  takeExp();
  const width = upperPrice - turnPrice;
  const slope = SQRT_2PI / (r[VALUE] as number);
  const chord = (upper - turn) / width;
  r[ARGUMENT] = (price - turnPrice) / width;
  r[WIDTH] = width;
  r[LEFT] = turn;
  r[RIGHT] = upper;
  r[LEFT_SLOPE] = SQRT_2PI;
  r[RIGHT_SLOPE] = slope;
  r[CONTROL] = (slope - SQRT_2PI) / (chord - SQRT_2PI);
  takeCubic();
  r[S] = r[VALUE] as number;
  if (price > 0.5) refineUpper();
  else refineMiddle();
}

function searchBelow(): void {
  const x = r[X] as number;
  const price = r[PRICE] as number;
  if (x > VAST) {
    searchVastBelow();
    return;
  }
  const turn = r[TURN] as number;
  const turnPrice = r[TURN_PRICE] as number;
  const lower = turn - SQRT_2PI * turnPrice;
  r[EDGE] = lower;
  r[S] = lower;
  takePrice();
  const lowerPrice = r[VALUE] as number;
  r[EDGE_PRICE] = lowerPrice;
  if (!(price >= lowerPrice)) {
    r[ARGUMENT] = price;
    takeLog();
    r[TARGET] = r[VALUE] as number;
    guessFarBelow();
    refineLower();
    return;
  }
  const near = x / lower - 0.5 * lower;
  r[ARGUMENT] = -0.5 * near * near;
  takeExp();
  const width = turnPrice - lowerPrice;
  const slope = SQRT_2PI / (r[VALUE] as number);
  const chord = (turn - lower) / width;
  r[ARGUMENT] = (price - lowerPrice) / width;
  r[WIDTH] = width;
  r[LEFT] = lower;
  r[RIGHT] = turn;
  r[LEFT_SLOPE] = slope;
  r[RIGHT_SLOPE] = SQRT_2PI;
  r[CONTROL] = (SQRT_2PI - slope) / (SQRT_2PI - chord);
  takeCubic();
  r[S] = r[VALUE] as number;
  refineMiddle();
}

function searchVastBelow(): void {
  const x = r[X] as number;
  r[ARGUMENT] = r[PRICE] as number;
  takeLog();
  const target = r[VALUE] as number;
  const near = Math.sqrt(-2 * target);
  r[TARGET] = target;
  r[S] = (2 * x) / (near + Math.sqrt(near * near + 2 * x));
  refineLower();
  refineLower();
  refineLower();
}

/** Interpolates 2 pi x N(-x / (s sqrt 3))^3 / (3 sqrt 3), which is linear in small prices. */
function guessFarBelow(): void {
  const x = r[X] as number;
  const lower = r[EDGE] as number;
  const lower2 = lower * lower;
  const z = x / (SQRT_3 * lower);
  const square = z * z;
  // The transform is stated for prices over sqrt(forward strike).
  r[ARGUMENT] = -0.5 * x;
  takeExp();
  const width = (r[EDGE_PRICE] as number) * (r[VALUE] as number);
  r[ARGUMENT] = z;
  takeMills();
  const ratio = r[VALUE] as number;
  r[ARGUMENT] = -0.5 * z * z;
  takeExp();
  const tail = ratio * (r[VALUE] as number);
  r[ARGUMENT] = 0.125 * lower2;
  takeExp();
  const slope = TWO_PI * square * ratio * ratio * (r[VALUE] as number);
  r[ARGUMENT] = 0.25 * lower2 + 1.5 * square;
  takeExp();
  const curvature =
    (Math.PI / 6) *
    (square / (lower2 * lower)) *
    ratio *
    (r[VALUE] as number) *
    (8 * SQRT_3 * lower * x + (3 * lower2 * (lower2 - 8) - 8 * x * x) * ratio * SQRT_2PI);
  r[SPARE] = width;
  r[OTHER] = slope;
  r[VALUE] = curvature;
  r[ARGUMENT] = LOWER_SCALE * x * tail * tail * tail;
  interpolateBelow();
}

/** From the transform at the lower point (ARGUMENT), its slope and curvature, and the width. */
function interpolateBelow(): void {
  const x = r[X] as number;
  const lower = r[EDGE] as number;
  const lowerPrice = r[EDGE_PRICE] as number;
  const width = r[SPARE] as number;
  const slope = r[OTHER] as number;
  const curvature = r[VALUE] as number;
  const value = r[ARGUMENT] as number;
  const chord = value / width;
  const control = (0.5 * width * curvature + slope - 1) / (slope - chord);
  const u = (r[PRICE] as number) / lowerPrice;
  const v = 1 - u;
  const c = control > -1 ? (control < 1e12 ? control : 1e12) : -0.99;
  // The rational cubic through (0, 0) less its factor price, which may be too small to multiply.
  const rest =
    ((value * u + (c * value - width * slope) * v) * u + width * v * v) /
    ((1 + (c - 3) * u * v) * lowerPrice);
  r[ARGUMENT] = (rest > 0 ? rest : value / lowerPrice) / (LOWER_SCALE * x);
  takeLog();
  r[SPARE] = Math.sqrt((-2 / 3) * ((r[TARGET] as number) + (r[VALUE] as number)));
  takeQuantileOf();
  const s = x / (SQRT_3 * (r[VALUE] as number));
  r[S] = s < lower && s > 0 ? s : lower;
}

/** Interpolates N(-s / 2), which is linear in prices near the bound. */
function searchFarAbove(): void {
  const x = r[X] as number;
  const price = r[PRICE] as number;
  const upper = r[EDGE] as number;
  const upperPrice = r[EDGE_PRICE] as number;
  if (x > VAST) {
    searchVastAbove();
    return;
  }
  const half = 0.5 * upper;
  const a = x / upper;
  r[ARGUMENT] = -0.5 * x;
  takeExp();
  const width = (1 - upperPrice) * (r[VALUE] as number);
  r[ARGUMENT] = -0.5 * half * half;
  takeExp();
  r[SPARE] = r[VALUE] as number;
  r[ARGUMENT] = half;
  takeMills();
  const value = (r[SPARE] as number) * (r[VALUE] as number);
  r[ARGUMENT] = 0.5 * a * a;
  takeExp();
  const steep = r[VALUE] as number;
  r[ARGUMENT] = 0.5 * half * half;
  takeExp();
  const slope = -0.5 * steep;
  const curvature = (SQRT_2PI / 2) * steep * steep * (r[VALUE] as number) * ((a * a) / upper);
  const chord = -value / width;
  const u = (price - upperPrice) / (1 - upperPrice);
  r[ARGUMENT] = u;
  r[WIDTH] = width;
  r[LEFT] = value;
  r[RIGHT] = 0;
  r[LEFT_SLOPE] = slope;
  r[RIGHT_SLOPE] = -0.5;
  r[CONTROL] = (0.5 * width * curvature + (-0.5 - slope)) / (chord - slope);
  takeCubic();
  const f = r[VALUE] as number;
  r[VALUE] = f > 0 ? f : value * (1 - u);
  takeQuantile();
  const s = 2 * (r[VALUE] as number);
  r[S] = s > upper ? s : upper;
  refineUpper();
}

function searchVastAbove(): void {
  r[ARGUMENT] = 1 - (r[PRICE] as number);
  takeLog();
  const near = Math.sqrt(-2 * (r[VALUE] as number));
  r[S] = near + Math.sqrt(near * near + 2 * (r[X] as number));
  refineUpper();
  refineUpper();
}

/** Two fourth-order steps on the price itself. */
function refineMiddle(): void {
  const x = r[X] as number;
  for (let i = 0; i < 2; i++) {
    const s = r[S] as number;
    const a = x / s;
    const near = a - 0.5 * s;
    takePrice();
    r[SPARE] = r[VALUE] as number;
    r[ARGUMENT] = -0.5 * near * near;
    takeExp();
    const slope = INVERSE_SQRT_2PI * (r[VALUE] as number);
    const newton = ((r[PRICE] as number) - (r[SPARE] as number)) / slope;
    const second = (a * a) / s - 0.25 * s;
    const third = second * second - 3 * (a / s) * (a / s) - 0.25;
    r[S] = s + newton * stepFactor(newton, second, third);
  }
}

/** Two fourth-order steps on 1 / ln price, which is almost linear in s^2 for small prices. */
function refineLower(): void {
  const x = r[X] as number;
  const target = r[TARGET] as number;
  for (let i = 0; i < 2; i++) {
    const s = r[S] as number;
    const a = x / s;
    const near = a - 0.5 * s;
    // The exponential is kept apart, so that a price below the doubles does not vanish.
    takeScaledPrice();
    const scaled = r[VALUE] as number;
    r[ARGUMENT] = scaled;
    takeLog();
    const logPrice = (r[VALUE] as number) - 0.5 * near * near;
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
    r[S] = s + newton * stepFactor(newton, halley, third);
  }
}

/** Two fourth-order steps on ln(1 - price), for prices above half the bound. */
function refineUpper(): void {
  const x = r[X] as number;
  const target = 1 - (r[PRICE] as number);
  for (let i = 0; i < 2; i++) {
    const s = r[S] as number;
    const a = x / s;
    const near = a - 0.5 * s;
    r[VALUE] = 0;
    if (near < 0) takeMissing();
    const missing = r[VALUE] as number;
    const rate = INVERSE_SQRT_2PI / missing;
    r[ARGUMENT] = missing / target;
    takeLog();
    const newton = ((r[VALUE] as number) - 0.5 * near * near) / rate;
    const second = (a * a) / s - 0.25 * s;
    const third = second * second - 3 * (a / s) * (a / s) - 0.25 + rate * (2 * rate + 3 * second);
    r[S] = s + newton * stepFactor(newton, second + rate, third);
  }
}

/** The step of Householder's third-order method in units of Newton's. */
function stepFactor(newton: number, halley: number, third: number): number {
  return (1 + 0.5 * halley * newton) / (1 + newton * (halley + (third * newton) / 6));
}

/**
 * VALUE = the monotone rational cubic through two points with given slopes and a control of its
 * curvature, at ARGUMENT from 0 to 1.
 * Source: Delbourgo and Gregory (1985), Shape preserving piecewise rational interpolation, eq. 2.1.
 */
function takeCubic(): void {
  const u = r[ARGUMENT] as number;
  const width = r[WIDTH] as number;
  const left = r[LEFT] as number;
  const right = r[RIGHT] as number;
  const control = r[CONTROL] as number;
  const c = control > -1 ? (control < 1e12 ? control : 1e12) : control === control ? -0.99 : 3;
  const v = 1 - u;
  const top =
    right * u * u * u +
    (c * right - width * (r[RIGHT_SLOPE] as number)) * u * u * v +
    (c * left + width * (r[LEFT_SLOPE] as number)) * u * v * v +
    left * v * v * v;
  r[VALUE] = top / (1 + (c - 3) * u * v);
}
