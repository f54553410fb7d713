/**
 * The early-exercise boundary of an American put by spectral collocation: the boundary at
 * Chebyshev nodes in the root of time solves an integral equation by a few fixed-point steps, the
 * first with a scalar Newton factor. In every integral the time is T sin^2, so that both its ends
 * are smooth and few Gauss-Legendre points suffice.
 * Source: Andersen, Lake and Offengenden (2016), High-Performance American Option Pricing, section
 * 4 (equations "A" and "B") and section 5 (the transform of the boundary); start from
 * Barone-Adesi and Whaley (1987), eq. 15.
 */
import { cos, exp, log, millsRatio, normCdf, sin } from '@openstrike/std';
import { blackScholes } from '../black76-greeks.ts';
import { gaussLegendre } from '../numeric/gauss-legendre.ts';
import type { CanonicalPut } from './american-inputs.ts';

const SQRT_2PI_INVERSE = 0.3989422804014327;
const HALF_PI = 1.5707963267948966;
const PI = 3.141592653589793;

/** What the fixed-point steps need of a scheme, made once: no figure depends on the option. */
export type CollocationScheme = {
  /** Chebyshev nodes of the boundary besides the one at expiry. */
  readonly nodeCount: number;
  /** Gauss-Legendre points of each integral. */
  readonly pointCount: number;
  /** The most fixed-point steps, the first of which is a Newton step. */
  readonly stepCount: number;
  /** Stop when no node moves by more, in the logarithm of the boundary. */
  readonly tolerance: number;
  /** Root of the time of node i over the root of the longest: (1 + cos(i pi / n)) / 2. */
  readonly rootShares: Float64Array;
  readonly sines: Float64Array;
  readonly cosines: Float64Array;
  /** Weight of point j for an integral over a time of 1: its weight times 2 sin cos. */
  readonly weights: Float64Array;
  /** Row (i, j): the weights of the nodes in the interpolation at node i's point j. */
  readonly interpolation: Float64Array;
  /** Row j: the same for the points of an integral over the whole time. */
  readonly lastRow: Float64Array;
};

/** The boundary of one put: what the price and greeks integrate over. */
export type ExerciseBoundary = {
  readonly scheme: CollocationScheme;
  /** The boundary right before expiry: strike min(1, rate / yield). */
  readonly atExpiry: number;
  /** ln(atExpiry / boundary)^2 at the nodes, the longest time first, and 0 at expiry. */
  readonly squares: Float64Array;
  /** The boundary with the whole time to go. */
  readonly now: number;
  /** How far the last step moved a node, in the logarithm of the boundary. */
  readonly lastMove: number;
};

/** Makes a scheme. */
export function collocationScheme(
  nodeCount: number,
  pointCount: number,
  stepCount: number,
  tolerance: number,
): CollocationScheme {
  const { nodes, weights: legendre } = gaussLegendre(pointCount);
  const sines = new Float64Array(pointCount);
  const cosines = new Float64Array(pointCount);
  const weights = new Float64Array(pointCount);
  for (let j = 0; j < pointCount; j++) {
    const angle = 0.5 * HALF_PI * (1 + (nodes[j] as number));
    sines[j] = sin(angle);
    cosines[j] = cos(angle);
    weights[j] =
      0.5 * HALF_PI * (legendre[j] as number) * 2 * (sines[j] as number) * (cosines[j] as number);
  }
  const rootShares = new Float64Array(nodeCount + 1);
  for (let i = 0; i < nodeCount; i++) {
    const half = cos((0.5 * i * PI) / nodeCount);
    rootShares[i] = half * half;
  }
  const interpolation = new Float64Array(nodeCount * pointCount * nodeCount);
  for (let i = 0; i < nodeCount; i++) {
    for (let j = 0; j < pointCount; j++) {
      const share = (rootShares[i] as number) * (sines[j] as number);
      fillInterpolation(share, rootShares, interpolation, (i * pointCount + j) * nodeCount);
    }
  }
  return {
    nodeCount,
    pointCount,
    stepCount,
    tolerance,
    rootShares,
    sines,
    cosines,
    weights,
    interpolation,
    lastRow: interpolation.slice(0, pointCount * nodeCount),
  };
}

/**
 * Weights of barycentric interpolation through Chebyshev points of the second kind; the value at
 * the last node, expiry, is 0 and left out. Source: Berrut and Trefethen (2004), eq. 4.2 and 5.4.
 */
function fillInterpolation(
  share: number,
  shares: Float64Array,
  out: Float64Array,
  offset: number,
): void {
  const n = shares.length - 1;
  let total = 0;
  for (let k = 0; k <= n; k++) {
    const gap = share - (shares[k] as number);
    if (gap === 0) {
      for (let l = 0; l < n; l++) {
        out[offset + l] = l === k ? 1 : 0;
      }
      return;
    }
    const sign = (k & 1) === 0 ? 1 : -1;
    const weight = (sign * (k === 0 || k === n ? 0.5 : 1)) / gap;
    total += weight;
    if (k < n) {
      out[offset + k] = weight;
    }
  }
  for (let k = 0; k < n; k++) {
    out[offset + k] = (out[offset + k] as number) / total;
  }
}

/** The arrays that the steps of one scheme write, made once per scheme. */
type Scratch = {
  readonly logs: Float64Array;
  readonly squares: Float64Array;
  readonly rateGrowth: Float64Array;
  readonly yieldGrowth: Float64Array;
};

const SCRATCH = new Map<CollocationScheme, Scratch>();

function scratchOf(scheme: CollocationScheme): Scratch {
  const kept = SCRATCH.get(scheme);
  if (kept !== undefined) {
    return kept;
  }
  const size = scheme.nodeCount * scheme.pointCount;
  const made = {
    logs: new Float64Array(scheme.nodeCount),
    squares: new Float64Array(scheme.nodeCount),
    rateGrowth: new Float64Array(size),
    yieldGrowth: new Float64Array(size),
  };
  SCRATCH.set(scheme, made);
  return made;
}

/**
 * The boundary of a put of a single boundary, with time and volatility above 0.
 * Cost: steps * nodes * points evaluations of two normal probabilities.
 */
export function exerciseBoundary(put: CanonicalPut, scheme: CollocationScheme): ExerciseBoundary {
  const { strike, timeYears, rate, yieldRate } = put;
  const { nodeCount: n, rootShares } = scheme;
  const scratch = scratchOf(scheme);
  const { logs, squares } = scratch;
  const atExpiry = yieldRate > rate ? strike * (rate / yieldRate) : strike;
  const logAtExpiry = log(atExpiry / strike);
  let guess = atExpiry;
  for (let i = n - 1; i >= 0; i--) {
    const share = rootShares[i] as number;
    guess = criticalPrice(put, timeYears * share * share, guess);
    logs[i] = Math.min(log(guess / strike), logAtExpiry);
  }
  fillGrowth(put, scheme, scratch);
  for (let i = 0; i < n; i++) {
    squares[i] = squareOf((logs[i] as number) - logAtExpiry);
  }
  let move = Number.POSITIVE_INFINITY;
  for (let step = 0; step < scheme.stepCount && move > scheme.tolerance; step++) {
    move = 0;
    // From the shortest time on, so that each node sees what the shorter ones have become.
    for (let i = n - 1; i >= 0; i--) {
      const before = logs[i] as number;
      const next = stepAt(put, scheme, scratch, i, logAtExpiry, before);
      const after = next < logAtExpiry ? next : logAtExpiry;
      move = Math.max(move, Math.abs(after - before));
      logs[i] = after;
      squares[i] = squareOf(after - logAtExpiry);
    }
  }
  return {
    scheme,
    atExpiry,
    squares: squares.slice(),
    now: strike * exp(logs[0] as number),
    lastMove: move,
  };
}

function squareOf(x: number): number {
  return x * x;
}

/** exp(rate u) and exp(yield u), u the time to go at each point of each node's integral. */
function fillGrowth(put: CanonicalPut, scheme: CollocationScheme, scratch: Scratch): void {
  const { timeYears, rate, yieldRate } = put;
  const { nodeCount, pointCount, rootShares, sines } = scheme;
  let at = 0;
  for (let i = 0; i < nodeCount; i++) {
    for (let j = 0; j < pointCount; j++, at++) {
      const share = (rootShares[i] as number) * (sines[j] as number);
      const time = timeYears * share * share;
      scratch.rateGrowth[at] = exp(rate * time);
      scratch.yieldGrowth[at] = exp(yieldRate * time);
    }
  }
}

/**
 * The boundary of Barone-Adesi and Whaley at one time to go, by Newton's method on the logarithm:
 * strike - S - put(S) + (1 - e^(-qT) N(-d1)) S / root = 0, root < 0.
 */
function criticalPrice(put: CanonicalPut, time: number, start: number): number {
  const { strike, volatility, rate, yieldRate } = put;
  const variance = volatility * volatility;
  const slope = (2 * (rate - yieldRate)) / variance - 1;
  const decay = rate === 0 ? time : (1 - exp(-rate * time)) / rate;
  const root = 0.5 * (-slope - Math.sqrt(slope * slope + 8 / (variance * decay)));
  const total = volatility * Math.sqrt(time);
  const shrink = exp(-yieldRate * time);
  let s = start;
  for (let i = 0; i < 3; i++) {
    const d1 = (log(s / strike) + (rate - yieldRate) * time) / total + 0.5 * total;
    const inside = shrink * normCdf(-d1);
    const value = blackScholes(s, strike, time, volatility, rate, yieldRate, -1);
    const f = strike - s - value + ((1 - inside) * s) / root;
    const density = (shrink * SQRT_2PI_INVERSE * exp(-0.5 * d1 * d1)) / total;
    const derivative = -1 + inside + (1 - inside + density) / root;
    const next = s - f / derivative;
    s = next > 0.3 * s ? (next < 2 * s ? next : 2 * s) : 0.3 * s;
  }
  return s;
}

/**
 * One step of equation "B" at node i: the boundary's logarithm from Q = e^(-(r-q)T) N / D, N and D
 * sums of normal probabilities, with the Newton factor of the node itself.
 */
function stepAt(
  put: CanonicalPut,
  scheme: CollocationScheme,
  scratch: Scratch,
  i: number,
  logAtExpiry: number,
  logNow: number,
): number {
  const { timeYears, volatility, rate, yieldRate } = put;
  const { nodeCount: n, pointCount, rootShares, cosines, weights, interpolation } = scheme;
  const { squares, rateGrowth, yieldGrowth } = scratch;
  const share = rootShares[i] as number;
  const time = timeYears * share * share;
  const total = volatility * Math.sqrt(time);
  const drift = (rate - yieldRate - 0.5 * volatility * volatility) * time;
  let sumN = 0;
  let sumD = 0;
  let slopeN = 0;
  let slopeD = 0;
  for (let j = 0; j < pointCount; j++) {
    const at = i * pointCount + j;
    let square = 0;
    const row = at * n;
    for (let k = 0; k < n; k++) {
      square += (interpolation[row + k] as number) * (squares[k] as number);
    }
    const gap = logNow - logAtExpiry + Math.sqrt(square > 0 ? square : 0);
    const c = cosines[j] as number;
    const deviation = total * c;
    const d2 = (gap + drift * c * c) / deviation;
    const d1 = d2 + deviation;
    const bell2 = exp(-0.5 * d2 * d2);
    const bell1 = exp(-0.5 * d1 * d1);
    const n2 = d2 > 0 ? 1 - bell2 * millsRatio(d2) : bell2 * millsRatio(-d2);
    const n1 = d1 > 0 ? 1 - bell1 * millsRatio(d1) : bell1 * millsRatio(-d1);
    const weightN = (weights[j] as number) * (rateGrowth[at] as number);
    const weightD = (weights[j] as number) * (yieldGrowth[at] as number);
    sumN += weightN * n2;
    sumD += weightD * n1;
    slopeN += (weightN * bell2) / c;
    slopeD += (weightD * bell1) / c;
  }
  const d2 = (logNow + drift) / total;
  const d1 = d2 + total;
  const perTotal = SQRT_2PI_INVERSE / total;
  const rateTime = rate * time;
  const yieldTime = yieldRate * time;
  const numerator = normCdf(d2) + rateTime * sumN;
  const denominator = normCdf(d1) + yieldTime * sumD;
  const logSlope =
    (perTotal * (exp(-0.5 * d2 * d2) + rateTime * slopeN)) / numerator -
    (perTotal * (exp(-0.5 * d1 * d1) + yieldTime * slopeD)) / denominator;
  const image = log(numerator / denominator) - (rate - yieldRate) * time;
  return logNow + (image - logNow) / (1 - logSlope);
}
