// Realised volatility of an index over the last hour and day, from the closes of its minutes.
// Invariant: a minute without a price counts as time, so that gaps do not raise it.
import { usPerMinute, usPerYear } from '@openstrike/domain';
import { log } from '@openstrike/std';
import type { MinuteBucket, MinuteWindow } from './minute-window.ts';

/** Fewer returns say nothing; an index that has just begun has few. */
const returnsMin = 2;
const minutesPerYear = usPerYear / usPerMinute;

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
  if (first === undefined || window.end - 1 - from < returnsMin) return null;
  let squares = 0;
  let before = first;
  for (let at = from + 1; at < window.end; at += 1) {
    const bucket = window.at(at) as MinuteBucket;
    const move = log(bucket.close / before.close);
    squares += move * move;
    before = bucket;
  }
  return Math.sqrt((squares / (before.minute - first.minute)) * minutesPerYear);
};
