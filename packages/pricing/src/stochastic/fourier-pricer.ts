/**
 * European prices from a characteristic function: Lewis's integral on the line through 1/2, less
 * the same integral of a Black price of equal variance. The trapezoidal rule converges
 * exponentially there, with a step that the moments of the model prove fine enough; one grid
 * serves a whole strip of strikes. Where the function decays too slowly for that, the contour is
 * tilted until the integrand does, and the integral is taken strike by strike.
 * Source: Lewis (2001), A Simple Option Formula for General Jump-Diffusion and Other Exponential
 * Levy Processes, eq. 3.11; Andersen and Lake (2018), Robust High-Precision Option Pricing by
 * Fourier Transforms, section 4 (the tilted contour).
 */
import { cos, exp, log, sin } from '@openstrike/std';
import { gaussLegendre } from '../numeric/gauss-legendre.ts';
import {
  expectedVariance,
  logCharacteristic,
  logCharacteristicBound,
  logCharacteristicOfDiffusion,
  logMoment,
  logValue,
} from './characteristic-function.ts';
import type { BatesModel } from './stochastic-models.ts';

const PI = 3.141592653589793;
/** What is left out, in units of the root of forward times strike. */
const LOG_TOLERANCE = -27.5;
const POINTS_MAX = 3072;
const LONGEST = 60;
/** The tangent of the angle of the tilted contour, pi / 12. */
const TILT = 0.2679491924311227;
const { nodes: PANEL_NODES, weights: PANEL_WEIGHTS } = gaussLegendre(32);

/** Values of the integrand without the strike's oscillation, on a uniform grid. */
const gridRe = new Float64Array(POINTS_MAX + 1);
const gridIm = new Float64Array(POINTS_MAX + 1);

/** A grid that was filled: what integrals over it need. */
export type FourierGrid = {
  readonly step: number;
  readonly count: number;
  /** Variance of the Black price that was taken out. */
  readonly controlVariance: number;
};

/** The integral and its first two derivatives by log-moneyness, as the integrals leave them. */
export const integral: Float64Array = new Float64Array(3);

/** The variance of the Black price to take out: all that is expected, jumps included. */
export function controlVarianceOf(model: BatesModel, timeYears: number): number {
  const { jumpIntensity, jumpMean, jumpDeviation } = model;
  const jumps = jumpIntensity * timeYears * (jumpMean * jumpMean + jumpDeviation * jumpDeviation);
  return expectedVariance(model, timeYears) + jumps;
}

/**
 * Fills the grid for strikes up to a log-moneyness, or says that the function decays too slowly.
 */
export function fillGrid(
  model: BatesModel,
  timeYears: number,
  moneynessMax: number,
): FourierGrid | undefined {
  const controlVariance = controlVarianceOf(model, timeYears);
  const reach = Math.max(
    tailLength(model, timeYears, controlVariance, 1),
    tailLength(model, timeYears, controlVariance, -1),
  );
  const step = (2 * PI) / (reach + moneynessMax);
  const end = decayLength(model, timeYears, controlVariance, step * POINTS_MAX);
  const count = Math.ceil(end / step);
  if (!(count <= POINTS_MAX)) {
    return undefined;
  }
  for (let j = 0; j <= count; j++) {
    const u = j * step;
    const square = u * u + 0.25;
    logCharacteristic(model, timeYears, 0.5, u);
    const size = exp(logValue[0] as number);
    const angle = logValue[1] as number;
    const weight = (j === 0 ? 0.5 : 1) * (step / square);
    gridRe[j] = weight * (size * cos(angle) - exp(-0.5 * controlVariance * square));
    gridIm[j] = weight * size * sin(angle);
  }
  return { step, count, controlVariance };
}

/**
 * How far from the forward a price (in units of the root of forward times strike) is still above
 * the tolerance, on the side of the sign: the least of the bounds that single moments give.
 */
function tailLength(
  model: BatesModel,
  timeYears: number,
  controlVariance: number,
  sign: number,
): number {
  let shortest = LONGEST;
  for (let power = 0.5; power < 1e7; power *= 2) {
    const s = 0.5 + sign * power;
    const moment = logMoment(model, timeYears, s);
    const control = 0.5 * controlVariance * (s * s - s);
    const length = (Math.max(moment, control) - LOG_TOLERANCE) / power;
    if (length < shortest) {
      shortest = length;
    } else if (!(length < 4 * shortest)) {
      break;
    }
  }
  return shortest;
}

/** Where the integrand has fallen below the tolerance; beyond the limit it does not matter. */
function decayLength(
  model: BatesModel,
  timeYears: number,
  controlVariance: number,
  limit: number,
): number {
  const levelAt = (u: number): number => {
    logCharacteristicBound(model, timeYears, 0.5, u);
    const control = -0.5 * controlVariance * (u * u + 0.25);
    return Math.max(logValue[0] as number, control) - log(u + 0.5) - LOG_TOLERANCE;
  };
  let low = 0;
  let high = 1;
  while (high < limit && levelAt(high) > 0) {
    low = high;
    high *= 2;
  }
  if (high >= limit) {
    return levelAt(limit) > 0 ? Number.POSITIVE_INFINITY : limit;
  }
  for (let i = 0; i < 5; i++) {
    const middle = 0.5 * (low + high);
    if (levelAt(middle) > 0) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}

/** Sums the grid for one log-moneyness x = ln(forward / strike) into integral[0]. */
export function sumGrid(grid: FourierGrid, x: number): void {
  const { step, count } = grid;
  const turnRe = cos(step * x);
  const turnIm = sin(step * x);
  let re = 1;
  let im = 0;
  let sum = 0;
  for (let j = 0; j <= count; j++) {
    sum += re * (gridRe[j] as number) - im * (gridIm[j] as number);
    const next = re * turnRe - im * turnIm;
    im = re * turnIm + im * turnRe;
    re = next;
  }
  integral[0] = sum;
}

/** Sums the grid and its two derivatives by x into integral. */
export function sumGridSlopes(grid: FourierGrid, x: number): void {
  const { step, count } = grid;
  let sum = 0;
  let first = 0;
  let second = 0;
  for (let j = 0; j <= count; j++) {
    const u = j * step;
    const c = cos(u * x);
    const s = sin(u * x);
    const re = c * (gridRe[j] as number) - s * (gridIm[j] as number);
    const im = c * (gridIm[j] as number) + s * (gridRe[j] as number);
    sum += re;
    first -= u * im;
    second -= u * u * re;
  }
  integral[0] = sum;
  integral[1] = first;
  integral[2] = second;
}

/**
 * The same integral and derivatives of the model without its jumps, with an independent normal
 * variance added, along the tilted contour u (1 + i tilt), by Gauss-Legendre panels that grow in
 * proportion to their distance, until the integrand has decayed. Jumps would not decay there.
 */
export function integrateTilted(
  model: BatesModel,
  timeYears: number,
  addedVariance: number,
  controlVariance: number,
  x: number,
): void {
  const { variance, longRunVariance, reversion, volOfVariance, correlation } = model;
  const level = (variance + reversion * longRunVariance * timeYears) / volOfVariance;
  const far = x - correlation * level;
  const tilt = x * far > 0 ? (x > 0 ? TILT : -TILT) : 0;
  integral.fill(0);
  let start = 0;
  let width = 0.25;
  const frequency = Math.max(Math.abs(x), Math.abs(far), 1e-9);
  for (let panel = 0; panel < 600; panel++) {
    const added = addPanel(model, timeYears, addedVariance, controlVariance, x, tilt, start, width);
    start += width;
    const decaying = start * Math.sqrt(controlVariance) > 1;
    if (decaying && added < 1e-15) {
      break;
    }
    width = Math.min(0.5 * start, 25 / frequency);
  }
}

/** Adds one panel; returns the largest value of the integrand there times the width. */
function addPanel(
  model: BatesModel,
  timeYears: number,
  addedVariance: number,
  controlVariance: number,
  x: number,
  tilt: number,
  start: number,
  width: number,
): number {
  let sum = 0;
  let first = 0;
  let second = 0;
  let largest = 0;
  for (let i = 0; i < PANEL_NODES.length; i++) {
    const uRe = start + 0.5 * width * (1 + (PANEL_NODES[i] as number));
    const uIm = tilt * uRe;
    logCharacteristicOfDiffusion(model, timeYears, addedVariance, 0.5 - uIm, uRe);
    const size = exp((logValue[0] as number) - uIm * x);
    const angle = (logValue[1] as number) + uRe * x;
    const squareRe = uRe * uRe - uIm * uIm + 0.25;
    const squareIm = 2 * uRe * uIm;
    const control = exp(-0.5 * controlVariance * squareRe - uIm * x);
    const controlAngle = uRe * x - 0.5 * controlVariance * squareIm;
    const topRe = size * cos(angle) - control * cos(controlAngle);
    const topIm = size * sin(angle) - control * sin(controlAngle);
    const per = 1 / (squareRe * squareRe + squareIm * squareIm);
    const fRe = (topRe * squareRe + topIm * squareIm) * per;
    const fIm = (topIm * squareRe - topRe * squareIm) * per;
    const weight = 0.5 * width * (PANEL_WEIGHTS[i] as number);
    // The path's own direction, 1 + i tilt.
    const re = weight * (fRe - tilt * fIm);
    const im = weight * (fIm + tilt * fRe);
    sum += re;
    first -= uIm * re + uRe * im;
    second -= (uRe * uRe - uIm * uIm) * re - 2 * uRe * uIm * im;
    largest = Math.max(largest, width * Math.abs(fRe), width * Math.abs(fIm));
  }
  integral[0] = (integral[0] as number) + sum;
  integral[1] = (integral[1] as number) + first;
  integral[2] = (integral[2] as number) + second;
  return largest;
}
