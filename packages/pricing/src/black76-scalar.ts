/**
 * The batch of Black-76 in plain TypeScript, a block at a time: what runs where there are no vector
 * instructions, and what their results are compared with. The work runs in stages, so that the
 * processor overlaps the options' latencies. The stages of simd/black76-kernels.ts are the same,
 * operation by operation: a change here is a change there.
 */
import {
  exp,
  logRatio,
  MILLS_FIRST,
  MILLS_LAST,
  millsRatio,
  HIGH_WORD as SIGN_WORD,
} from '@openstrike/std';
import { black76, millsSlope } from './black76.ts';
import type { Black76Batch, Black76BatchGreeks } from './black76-batch-types.ts';
import { black76Greeks, GREEK_COUNT } from './black76-greeks.ts';

/** How many options one call takes at most. */
export const SCALAR_BLOCK = 512;
const BLOCK = 512;
/** Bounds of forward and strike between which logRatio takes no branch. */
const LEAST = 1e-140;
const MOST = 1e140;
/** This module's own name, which the optimiser folds to a constant. */
const HIGH_WORD = SIGN_WORD;
const NARROW = 1 / 16;
const INVERSE_SQRT_2PI = 0.3989422804014327;
/** Marks an element that the one-option function prices. */
const APART = -1;

const logs: Float64Array = new Float64Array(BLOCK);
const distances: Float64Array = new Float64Array(BLOCK);
const halves: Float64Array = new Float64Array(BLOCK);
const roots: Float64Array = new Float64Array(BLOCK);
const bells: Float64Array = new Float64Array(BLOCK);
const nearRatios: Float64Array = new Float64Array(BLOCK);
const gaps: Float64Array = new Float64Array(BLOCK);
/**
 * Forward and strike side by side: the sign of the log-moneyness picks the lower without a branch.
 */
const pairs: Float64Array = new Float64Array(2 * BLOCK);
const logWords: Int32Array = new Int32Array(logs.buffer);
const one: Float64Array = new Float64Array(GREEK_COUNT);

/** Prices `size` options from `start` on. */
export function priceBlock(
  batch: Black76Batch,
  out: Float64Array,
  start: number,
  size: number,
): void {
  locate(batch, start, size);
  priceGaps(size);
  const { forward, strike, sign } = batch;
  for (let i = 0; i < size; i++) {
    const at = start + i;
    const f = forward[at] as number;
    const k = strike[at] as number;
    const side = sign[at] as number;
    if (distances[i] === APART) {
      writePriceApart(batch, out, at);
      continue;
    }
    const gap = side * (f - k);
    const above = 1 + ((logWords[2 * i + HIGH_WORD] as number) >> 31);
    const lower = pairs[2 * i + above] as number;
    out[at] = 0.5 * (gap + Math.abs(gap)) + lower * (bells[i] as number) * (gaps[i] as number);
  }
}

/** Prices `size` options from `start` on, with greeks. */
export function greeksBlock(
  batch: Black76Batch,
  out: Black76BatchGreeks,
  start: number,
  size: number,
): void {
  locate(batch, start, size);
  priceGapsAndRatios(size);
  writeGreeks(batch, out, start, size);
}

/** Stages one to three: log-moneyness, distance in deviations, and the normal density's factor. */
function locate(batch: Black76Batch, start: number, size: number): void {
  const { forward, strike, timeYears, volatility } = batch;
  for (let i = 0; i < size; i++) {
    const at = start + i;
    const f = forward[at] as number;
    const k = strike[at] as number;
    pairs[2 * i] = f;
    pairs[2 * i + 1] = k;
    logs[i] = logRatio(f, k);
  }
  for (let i = 0; i < size; i++) {
    const at = start + i;
    const root = Math.sqrt(timeYears[at] as number);
    const s = (volatility[at] as number) * root;
    roots[i] = root;
    const a = Math.abs(logs[i] as number) / s;
    const t = 0.5 * s;
    const ordinary =
      s > 1e-12 &&
      a + t < MILLS_LAST &&
      a - t >= MILLS_FIRST &&
      inRange(pairs[2 * i] as number) &&
      inRange(pairs[2 * i + 1] as number);
    distances[i] = ordinary ? a : APART;
    halves[i] = ordinary ? t : 0;
  }
  for (let i = 0; i < size; i++) {
    const near = (distances[i] as number) - (halves[i] as number);
    bells[i] = exp(-0.5 * near * near);
  }
}

function inRange(x: number): boolean {
  return x > LEAST && x < MOST;
}

/** The difference of the Mills ratios at a - t and a + t. */
function priceGaps(size: number): void {
  for (let i = 0; i < size; i++) {
    const a = distances[i] as number;
    const t = halves[i] as number;
    gaps[i] = millsRatio(a - t) - millsRatio(a + t);
  }
  narrowGaps(size);
}

/** The same, with the ratio at a - t kept for the delta. */
function priceGapsAndRatios(size: number): void {
  for (let i = 0; i < size; i++) {
    nearRatios[i] = millsRatio((distances[i] as number) - (halves[i] as number));
  }
  for (let i = 0; i < size; i++) {
    const far = (distances[i] as number) + (halves[i] as number);
    gaps[i] = (nearRatios[i] as number) - millsRatio(far);
  }
  narrowGaps(size);
}

function narrowGaps(size: number): void {
  for (let i = 0; i < size; i++) {
    const t = halves[i] as number;
    if (t < NARROW) {
      gaps[i] = 2 * t * millsSlope(distances[i] as number, t);
    }
  }
}

function writeGreeks(
  batch: Black76Batch,
  out: Black76BatchGreeks,
  start: number,
  size: number,
): void {
  const { forward, strike, timeYears, sign } = batch;
  const { price, delta, gamma, vega, theta, rho } = out;
  for (let i = 0; i < size; i++) {
    const at = start + i;
    const f = forward[at] as number;
    const k = strike[at] as number;
    const years = timeYears[at] as number;
    const side = sign[at] as number;
    if (distances[i] === APART) {
      writeGreeksApart(batch, out, at);
      continue;
    }
    const gap = side * (f - k);
    const above = 1 + ((logWords[2 * i + HIGH_WORD] as number) >> 31);
    const scale = (pairs[2 * i + above] as number) * (bells[i] as number);
    const difference = gaps[i] as number;
    const value = 0.5 * (gap + Math.abs(gap)) + scale * difference;
    // N(d1) where the call is out of the money, N(-d1) where the put is.
    const share = scale / f;
    const tail = share * ((nearRatios[i] as number) - above * difference);
    const outward = 1 - 2 * above;
    const density = INVERSE_SQRT_2PI * scale;
    const s = 2 * (halves[i] as number);
    price[at] = value;
    delta[at] = outward * tail + 0.5 * (side - outward);
    gamma[at] = (INVERSE_SQRT_2PI * share) / (f * s);
    vega[at] = density * (roots[i] as number);
    theta[at] = (-0.5 * density * s) / years;
    rho[at] = -years * value;
  }
}

/** The one-option function's price of an option that the stages cannot take. */
export function writePriceApart(batch: Black76Batch, out: Float64Array, at: number): void {
  const { forward, strike, timeYears, volatility, sign } = batch;
  const f = forward[at] as number;
  const k = strike[at] as number;
  out[at] = black76(f, k, timeYears[at] as number, volatility[at] as number, sign[at] as number);
}

/** The same with greeks. */
export function writeGreeksApart(batch: Black76Batch, out: Black76BatchGreeks, at: number): void {
  const f = batch.forward[at] as number;
  const k = batch.strike[at] as number;
  const years = batch.timeYears[at] as number;
  black76Greeks(f, k, years, batch.volatility[at] as number, batch.sign[at] as number, one);
  out.price[at] = one[0] as number;
  out.delta[at] = one[1] as number;
  out.gamma[at] = one[2] as number;
  out.vega[at] = one[3] as number;
  out.theta[at] = one[4] as number;
  out.rho[at] = one[5] as number;
}
