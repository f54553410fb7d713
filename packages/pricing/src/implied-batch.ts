/**
 * Implied volatilities of many options over struct-of-arrays, without allocation: prices are
 * normalised a block at a time for the quick way of implied-guess.ts; the few options that it
 * leaves go one by one. The results are those of impliedBlack76, bit for bit.
 */
import { logRatio } from '@openstrike/std';
import { distances, findQuickly, QUICK_BLOCK, ratios, shares, totals } from './implied-guess.ts';
import { impliedBlack76 } from './implied-volatility.ts';

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
  for (let start = 0; start < count; start += QUICK_BLOCK) {
    const size = count - start < QUICK_BLOCK ? count - start : QUICK_BLOCK;
    normalise(batch, start, size);
    findQuickly(size);
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
    // This goes through the first place of the block, which has been read by now.
    out[at] = impliedBlack76(price[at] as number, f, k, years, sign[at] as number);
  }
}
