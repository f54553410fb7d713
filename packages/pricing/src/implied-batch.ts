/**
 * Implied volatilities of many options over struct-of-arrays, without allocation: prices are
 * normalised a block at a time for the quick way of implied-guess.ts; the few options that it
 * leaves go one by one through registers. The results are those of impliedBlack76, bit for bit.
 */
import { assert, logRatio } from '@openstrike/std';
import { distances, findQuickly, QUICK_BLOCK, ratios, shares, totals } from './implied-guess.ts';
import { searchPlace } from './implied-search.ts';
import { IMPLIED_REFUSED } from './implied-volatility.ts';

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
 * Shape: out is none of the inputs. Throws: when an array is shorter than `count`.
 * Units, Domain, Source: as impliedBlack76.
 * Refuses: element by element, by a negative number of IMPLIED_REFUSED.
 */
export function impliedBlack76Batch(batch: ImpliedBatch, out: Float64Array, count: number): void {
  assert(
    batch.forward.length >= count &&
      batch.strike.length >= count &&
      batch.timeYears.length >= count &&
      batch.price.length >= count &&
      batch.sign.length >= count,
    'an array of the batch is shorter than its count',
  );
  assert(out.length >= count, 'the array of volatilities is shorter than the count');
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
  const { timeYears } = batch;
  for (let i = 0; i < size; i++) {
    const at = start + i;
    if ((shares[i] as number) > 0) {
      if (!((totals[i] as number) > 0)) searchPlace(shares, distances, totals, i);
      out[at] = (totals[i] as number) / Math.sqrt(timeYears[at] as number);
    } else {
      out[at] = refusalAt(batch, at);
    }
  }
}

/** What impliedBlack76 returns where there is nothing to search: 0, or why not. */
function refusalAt(batch: ImpliedBatch, at: number): number {
  const f = batch.forward[at] as number;
  const k = batch.strike[at] as number;
  const years = batch.timeYears[at] as number;
  const price = batch.price[at] as number;
  const gap = (batch.sign[at] as number) * (f - k);
  const lower = f < k ? f : k;
  if (!(lower > 0 && gap * 0 === 0 && years >= 0 && price === price)) {
    return IMPLIED_REFUSED.invalidInput;
  }
  const outside = gap > 0 ? price - gap : price;
  if (!(outside > 0)) return outside === 0 ? 0 : IMPLIED_REFUSED.belowIntrinsic;
  if (!(outside < lower)) return IMPLIED_REFUSED.aboveBound;
  if (!(years > 0)) return IMPLIED_REFUSED.noTime;
  // In a finite time this price is too small a share of the lower one to tell from 0.
  return years < Number.POSITIVE_INFINITY ? 0 : IMPLIED_REFUSED.invalidInput;
}
