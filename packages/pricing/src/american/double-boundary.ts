/**
 * American puts that are exercised between two boundaries, as they are with yield < rate < 0. Until
 * the boundaries meet, each is found alone, by the collocation of exercise-boundary.ts; farther
 * from expiry than that the put waits, and its price is an integral over the region they enclose.
 * Source: Andersen and Lake (2021), Fast American Option Pricing: The Double-Boundary Case;
 * Battauz, De Donno and Sbuelz (2015), Real Options and American Derivatives, section 3.
 */
import { atan2, exp, log, millsRatio, sin } from '@openstrike/std';
import { blackScholes, blackScholesGreeks, GREEK, GREEK_COUNT } from '../black76-greeks.ts';
import { gaussLegendre } from '../numeric/gauss-legendre.ts';
import type { CanonicalPut } from './american-inputs.ts';
import {
  type CollocationScheme,
  type ExerciseBoundary,
  exerciseBoundary,
  fillInterpolation,
} from './exercise-boundary.ts';

/** Two boundaries of one put over the last `horizonYears` before expiry. */
export type DoubleBoundary = {
  readonly upper: ExerciseBoundary;
  readonly lower: ExerciseBoundary;
  /** The put's time, or the time to go at which the boundaries meet if that is shorter. */
  readonly horizonYears: number;
  /** Whether exercise can pay now, with the whole time to go. */
  readonly isOpenNow: boolean;
};

/** Price, delta and gamma of the put, in this order, as fillDoublePut leaves them. */
export const doublePut: Float64Array = new Float64Array(3);

const SQRT_2PI_INVERSE = 0.3989422804014327;
const HALF_PI = 1.5707963267948966;
/** The boundaries have met at a gap this small, in the logarithm: its square is what is missed. */
const MET = 1e-6;
const SEARCH_MAX = 60;
const POINTS = gaussLegendre(120);
const CALM_POINTS = gaussLegendre(48);

/**
 * Both boundaries, to a last Newton step below `settled`; undefined where they were not found.
 * Domain: yield < rate < 0, time and volatility above 0.
 */
export function doubleBoundary(
  put: CanonicalPut,
  scheme: CollocationScheme,
  settled: number,
): DoubleBoundary | undefined {
  const whole = pairAt(put, scheme, settled, put.timeYears);
  if (whole !== undefined && whole.gap >= 0) {
    return { ...whole, horizonYears: put.timeYears, isOpenNow: true };
  }
  // The gap closes almost evenly over the root of time: a secant there, kept within its bracket.
  let before = 0;
  let beyond = Math.sqrt(put.timeYears);
  let lastRoot = 0;
  let lastGap = log(put.yieldRate / put.rate);
  let root = whole === undefined ? 0.5 * beyond : secant(0, lastGap, beyond, whole.gap);
  for (let count = 0; count < SEARCH_MAX; count++) {
    const horizonYears = root * root;
    const pair = pairAt(put, scheme, settled, horizonYears);
    const gap = pair?.gap ?? Number.NaN;
    if (pair !== undefined && Math.abs(gap) < MET) {
      return { ...pair, horizonYears, isOpenNow: false };
    }
    const next = secant(lastRoot, lastGap, root, gap);
    if (gap > 0) {
      before = root;
    } else {
      beyond = root;
    }
    if (gap === gap) {
      lastRoot = root;
      lastGap = gap;
    }
    root = next > before && next < beyond ? next : 0.5 * (before + beyond);
  }
  return undefined;
}

function secant(x0: number, y0: number, x1: number, y1: number): number {
  return x1 - (y1 * (x1 - x0)) / (y1 - y0);
}

/** Both boundaries with some time to go, and how far they are apart. */
function pairAt(
  put: CanonicalPut,
  scheme: CollocationScheme,
  settled: number,
  timeYears: number,
): { upper: ExerciseBoundary; lower: ExerciseBoundary; gap: number } | undefined {
  const shorter = { ...put, timeYears };
  const upper = exerciseBoundary(shorter, scheme, 'upper');
  if (!(upper.lastMove < settled)) {
    return undefined;
  }
  const lower = exerciseBoundary(shorter, scheme, 'lower');
  return lower.lastMove < settled ? { upper, lower, gap: log(upper.now / lower.now) } : undefined;
}

/** Fills doublePut with the price of the put and its first two derivatives by spot. */
export function fillDoublePut(put: CanonicalPut, boundaries: DoubleBoundary): void {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const { upper, lower, horizonYears, isOpenNow } = boundaries;
  if (isOpenNow && spot <= upper.now && spot >= lower.now) {
    doublePut.set([strike - spot, -1, 0]);
    return;
  }
  if (isOpenNow && spot < lower.now) {
    const shrink = exp(-yieldRate * timeYears);
    doublePut.set([strike * exp(-rate * timeYears) - spot * shrink, -shrink, 0]);
    addExercise(put, lower, horizonYears, 1, 1);
  } else {
    const out = new Float64Array(GREEK_COUNT);
    blackScholesGreeks(spot, strike, timeYears, volatility, rate, yieldRate, -1, out);
    const value = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
    doublePut.set([value, out[GREEK.delta] as number, out[GREEK.gamma] as number]);
    addExercise(put, upper, horizonYears, -1, 1);
    if (!isOpenNow) {
      addExercise(put, lower, horizonYears, -1, -1);
    }
  }
  doublePut[0] = Math.max(doublePut[0] as number, strike - spot, 0);
}

/**
 * Adds `share` times what exercise earns over the last `horizonYears`, beyond a boundary: below it
 * (lean -1) or above it (lean 1). The time to go at a point is that of the put times sin^2.
 */
function addExercise(
  put: CanonicalPut,
  boundary: ExerciseBoundary,
  horizonYears: number,
  lean: 1 | -1,
  share: 1 | -1,
): void {
  const { spot, strike, timeYears, volatility, rate, yieldRate } = put;
  const { scheme, side, squares, atExpiry } = boundary;
  const { nodes, weights } = scheme.nodeCount > 12 ? POINTS : CALM_POINTS;
  const row = new Float64Array(scheme.nodeCount);
  const total = volatility * Math.sqrt(timeYears);
  const drift = (rate - yieldRate - 0.5 * volatility * volatility) * timeYears;
  const x = log(spot / atExpiry);
  const part = Math.sqrt(horizonYears / timeYears);
  const end = atan2(part, Math.sqrt(1 - part * part));
  let sum = 0;
  let first = 0;
  let second = 0;
  for (let j = 0; j < nodes.length; j++) {
    const angle = 0.5 * end * (1 + (nodes[j] as number));
    const sine = sin(angle);
    const c = sin(HALF_PI - angle);
    fillInterpolation(Math.min(1, sine / part), scheme.rootShares, row, 0);
    let square = 0;
    for (let k = 0; k < row.length; k++) {
      square += (row[k] as number) * (squares[k] as number);
    }
    const depth = Math.sqrt(square > 0 ? square : 0);
    const cc = c * c;
    const deviation = total * c;
    const d2 = (x + (side === 'lower' ? -depth : depth) + drift * cc) / deviation;
    const d1 = d2 + deviation;
    const bell2 = exp(-0.5 * d2 * d2);
    const bell1 = exp(-0.5 * d1 * d1);
    const n2 = tailOf(-lean * d2, bell2);
    const n1 = tailOf(-lean * d1, bell1);
    const weight = share * end * (weights[j] as number) * sine * c;
    const strikeLeg = (weight * rate * strike * exp(-rate * timeYears * cc)) / spot;
    const spotLeg = weight * yieldRate * exp(-yieldRate * timeYears * cc);
    const density2 = (-lean * SQRT_2PI_INVERSE * bell2) / deviation;
    const density1 = (-lean * SQRT_2PI_INVERSE * bell1) / deviation;
    sum += strikeLeg * n2 - spotLeg * n1;
    first += spotLeg * (density1 - n1) - strikeLeg * density2;
    second +=
      strikeLeg * density2 * (1 + d2 / deviation) + spotLeg * density1 * (1 - d1 / deviation);
  }
  doublePut[0] = (doublePut[0] as number) + timeYears * spot * sum;
  doublePut[1] = (doublePut[1] as number) + timeYears * first;
  doublePut[2] = (doublePut[2] as number) + (timeYears * second) / spot;
}

/** N(-x), given the normal density's factor there. */
function tailOf(x: number, bell: number): number {
  return x > 0 ? bell * millsRatio(x) : 1 - bell * millsRatio(-x);
}
