// Realised volatility, and that of an index over the last hour and day, from the closes of its
// minutes. Invariant: a minute without a price counts as time, so that gaps do not raise it.
import { usPerMinute, usPerYear } from '@openstrike/domain';
import { log } from '@openstrike/std';
import type { MinuteBucket, MinuteWindow } from './minute-window.ts';

/** Fewer returns say nothing; an index that has just begun has few. */
const returnsMin = 2;

/**
 * The root of the sum of squared returns over the time that they took, whatever their spacing.
 *
 * Units: annualised fraction; null where there are too few returns.
 */
export const annualisedVolatility = (
  squares: number,
  returns: number,
  tookUs: number,
): number | null =>
  returns < returnsMin ? null : Math.sqrt((Math.max(0, squares) / tookUs) * usPerYear);

/**
 * The root of the squared returns between the closes of the last `minutes` minutes over the time
 * that they took.
 *
 * Units: annualised fraction; null where there are too few returns. `now` is the window's newest
 * minute, which still runs. Cost: a logarithm a minute.
 */
export const realisedVolatility = (
  window: MinuteWindow,
  now: number,
  minutes: number,
): number | null => {
  const from = window.find(now - minutes);
  const first = window.at(from);
  if (first === undefined) return null;
  let squares = 0;
  let before = first;
  for (let at = from + 1; at < window.end; at += 1) {
    const bucket = window.at(at) as MinuteBucket;
    const move = log(bucket.close / before.close);
    squares += move * move;
    before = bucket;
  }
  const tookUs = (before.minute - first.minute) * usPerMinute;
  return annualisedVolatility(squares, window.end - 1 - from, tookUs);
};
