/**
 * Implied volatilities of many options over struct-of-arrays, without allocation. The quick way of
 * implied-guess.ts runs in stages over blocks of options, each small enough that the optimiser
 * inlines all it calls and keeps every double unboxed; the few options that need more go one by
 * one. The results are those of impliedBlack76, bit for bit.
 */
import { exp, logRatio, MILLS_LAST, millsRatio } from '@openstrike/std';
import { FAR, millsSlope, NARROW, scaledPrice } from './black76.ts';
import { isSettled, NEAR_MIN, quickGuess, quickMove, STEPS_MAX } from './implied-guess.ts';
import { impliedBlack76, QUICK_MIN } from './implied-volatility.ts';

const BLOCK = 256;
/** Stands for a total volatility that the quick way does not find. */
const NONE = -1;

const shares: Float64Array = new Float64Array(BLOCK);
const distances: Float64Array = new Float64Array(BLOCK);
const ratios: Float64Array = new Float64Array(BLOCK);
const totals: Float64Array = new Float64Array(BLOCK);
const bells: Float64Array = new Float64Array(BLOCK);
const scaleds: Float64Array = new Float64Array(BLOCK);
/** Which options of the block are still to be moved, and the distance at which each stands. */
const active: Int32Array = new Int32Array(BLOCK);
const nears: Float64Array = new Float64Array(BLOCK);

/** What implied volatilities of a batch are read from: arrays of one length. */
export type ImpliedBatch = {
  /** Undiscounted, in the units of the forward. */
  readonly price: Float64Array;
  readonly forward: Float64Array;
  readonly strike: Float64Array;
  readonly timeYears: Float64Array;
  /** +1 for a call, -1 for a put. */
  readonly sign: Int8Array;
};

/**
 * Writes the volatilities of the first `count` undiscounted prices, without allocation.
 * Shape: every array holds at least `count`; out is none of the inputs.
 * Refuses: element by element, by a negative number of IMPLIED_REFUSED.
 */
export function impliedBlack76Batch(batch: ImpliedBatch, out: Float64Array, count: number): void {
  for (let start = 0; start < count; start += BLOCK) {
    const size = count - start < BLOCK ? count - start : BLOCK;
    normalise(batch, start, size);
    let left = guess(size);
    for (let step = 0; step < STEPS_MAX && left > 0; step++) {
      left = locate(left);
      scale(left);
      left = move(left);
    }
    for (let j = 0; j < left; j++) {
      totals[active[j] as number] = NONE;
    }
    finish(batch, out, start, size);
  }
}

/** Price over the lower of forward and strike, log-moneyness, and its exponential less one. */
function normalise(batch: ImpliedBatch, start: number, size: number): void {
  const { price, forward, strike, timeYears, sign } = batch;
  for (let i = 0; i < size; i++) {
    const at = start + i;
    const f = forward[at] as number;
    const k = strike[at] as number;
    const value = price[at] as number;
    const gap = (sign[at] as number) * (f - k);
    const lower = f < k ? f : k;
    const outside = gap > 0 ? value - gap : value;
    const years = timeYears[at] as number;
    const isUsual =
      lower > 0 && gap * 0 === 0 && outside > 0 && outside < lower && years > 0 && years * 0 === 0;
    const x = logRatio(f, k);
    shares[i] = isUsual ? outside / lower : 0;
    distances[i] = x < 0 ? -x : x;
    ratios[i] = (gap < 0 ? -gap : gap) / lower;
  }
}

/** First guesses; lists the options that have one, and returns their number. */
function guess(size: number): number {
  let left = 0;
  for (let i = 0; i < size; i++) {
    const share = shares[i] as number;
    totals[i] =
      share > QUICK_MIN ? quickGuess(share, distances[i] as number, ratios[i] as number) : NONE;
    active[left] = i;
    left += (totals[i] as number) > 0 ? 1 : 0;
  }
  return left;
}

/** Where each listed option stands, and the normal density's factor there. */
function locate(count: number): number {
  let left = 0;
  for (let j = 0; j < count; j++) {
    const i = active[j] as number;
    const s = totals[i] as number;
    const near = (distances[i] as number) / s - 0.5 * s;
    const isNear = s > 0 && near > NEAR_MIN;
    totals[i] = isNear ? s : NONE;
    nears[left] = near;
    active[left] = i;
    left += isNear ? 1 : 0;
  }
  for (let j = 0; j < left; j++) {
    const near = nears[j] as number;
    bells[j] = exp(-0.5 * near * near);
  }
  return left;
}

/** The scaled price of each listed option: scaledPrice, with what it calls in loops of their own. */
function scale(count: number): void {
  for (let j = 0; j < count; j++) {
    const i = active[j] as number;
    const s = totals[i] as number;
    const far = (distances[i] as number) / s + 0.5 * s;
    scaleds[j] = far < MILLS_LAST ? millsRatio(nears[j] as number) - millsRatio(far) : NONE;
  }
  for (let j = 0; j < count; j++) {
    const i = active[j] as number;
    const s = totals[i] as number;
    const a = (distances[i] as number) / s;
    if (0.5 * s < NARROW && a < FAR) {
      scaleds[j] = s * millsSlope(a, 0.5 * s);
    } else if (scaleds[j] === NONE || (nears[j] as number) >= FAR) {
      scaleds[j] = scaledPrice(distances[i] as number, s);
    }
  }
}

/** Moves each listed option; keeps in the list those that need another step. */
function move(count: number): number {
  let left = 0;
  for (let j = 0; j < count; j++) {
    const i = active[j] as number;
    const s = totals[i] as number;
    const scaled = scaleds[j] as number;
    const by = quickMove(
      shares[i] as number,
      distances[i] as number,
      s,
      scaled,
      bells[j] as number,
    );
    const moved = s + by;
    totals[i] = moved;
    active[left] = i;
    left += isSettled(by, moved) ? 0 : 1;
  }
  return left;
}

function finish(batch: ImpliedBatch, out: Float64Array, start: number, size: number): void {
  const { price, forward, strike, timeYears, sign } = batch;
  for (let i = 0; i < size; i++) {
    const at = start + i;
    const years = timeYears[at] as number;
    const total = totals[i] as number;
    if (total > 0) {
      out[at] = total / Math.sqrt(years);
      continue;
    }
    const f = forward[at] as number;
    const k = strike[at] as number;
    out[at] = impliedBlack76(price[at] as number, f, k, years, sign[at] as number);
  }
}
