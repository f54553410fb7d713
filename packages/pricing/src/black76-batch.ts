/**
 * Black-76 prices and greeks of many options over struct-of-arrays, without allocation: the surface
 * of a whole venue is revalued through here. The work runs in stages over blocks of options, so
 * that the processor overlaps their latencies; each result is within a few ulp of the one-option
 * function, which also takes over every element outside the ordinary range.
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
import { black76Greeks, GREEK_COUNT } from './black76-greeks.ts';

const BLOCK = 512;
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

/** What a batch of options is priced from: arrays of one length, as black76 takes them. */
export type Black76Batch = {
  readonly forward: Float64Array;
  readonly strike: Float64Array;
  readonly timeYears: Float64Array;
  readonly volatility: Float64Array;
  /** +1 for a call, -1 for a put. */
  readonly sign: Int8Array;
};

/** Where a batch's greeks go; units and what each holds as in black76Greeks at rate zero. */
export type Black76BatchGreeks = {
  readonly price: Float64Array;
  readonly delta: Float64Array;
  readonly gamma: Float64Array;
  readonly vega: Float64Array;
  readonly theta: Float64Array;
  readonly rho: Float64Array;
};

/**
 * Writes the undiscounted prices of the first `count` options.
 * Shape: every array holds at least `count`. Domain and Source: as black76.
 */
export function black76Batch(batch: Black76Batch, out: Float64Array, count: number): void {
  for (let start = 0; start < count; start += BLOCK) {
    const size = count - start < BLOCK ? count - start : BLOCK;
    locate(batch, start, size);
    priceGaps(size);
    const { forward, strike, timeYears, volatility, sign } = batch;
    for (let i = 0; i < size; i++) {
      const at = start + i;
      const f = forward[at] as number;
      const k = strike[at] as number;
      const side = sign[at] as number;
      if (distances[i] === APART) {
        out[at] = black76(f, k, timeYears[at] as number, volatility[at] as number, side);
        continue;
      }
      const gap = side * (f - k);
      const above = 1 + ((logWords[2 * i + HIGH_WORD] as number) >> 31);
      const lower = pairs[2 * i + above] as number;
      out[at] = 0.5 * (gap + Math.abs(gap)) + lower * (bells[i] as number) * (gaps[i] as number);
    }
  }
}

/**
 * Writes prices and five greeks of the first `count` options.
 * Shape: every array holds at least `count`. Domain and Holds: as black76Greeks at rate zero.
 */
export function black76GreeksBatch(
  batch: Black76Batch,
  out: Black76BatchGreeks,
  count: number,
): void {
  for (let start = 0; start < count; start += BLOCK) {
    const size = count - start < BLOCK ? count - start : BLOCK;
    locate(batch, start, size);
    priceGapsAndRatios(size);
    writeGreeks(batch, out, start, size);
  }
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
    const ordinary = s > 1e-12 && a + t < MILLS_LAST && a - t >= MILLS_FIRST;
    distances[i] = ordinary ? a : APART;
    halves[i] = ordinary ? t : 0;
  }
  for (let i = 0; i < size; i++) {
    const near = (distances[i] as number) - (halves[i] as number);
    bells[i] = exp(-0.5 * near * near);
  }
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
      writeApart(batch, out, at);
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

function writeApart(batch: Black76Batch, out: Black76BatchGreeks, at: number): void {
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
