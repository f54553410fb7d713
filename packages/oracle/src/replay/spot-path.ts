// Spot path: the index at every instant of a replay. With bars it follows the path through them,
// times a factor that meets the recorded index at each snapshot and goes in a straight line of its
// logarithm between; without bars the index itself goes in a straight line of its logarithm.
// Before the first snapshot and after the last, the factor (or the index) is held.
import { exp, log } from '@openstrike/std';
import type { WindowPair } from './snapshot-window.ts';
import { barPrice, type SpotBars } from './spot-bars.ts';

interface Reading {
  readonly atUs: number;
  /** USD. */
  readonly indexPrice: number;
}

const blend = (pair: WindowPair<Reading>, atUs: number, of: (reading: Reading) => number) => {
  const { before, after } = pair;
  if (before === null) return after === null ? Number.NaN : of(after);
  if (after === null) return of(before);
  const share = (atUs - before.atUs) / (after.atUs - before.atUs);
  const from = log(of(before));
  return exp(from + share * (log(of(after)) - from));
};

/** USD; NaN when neither snapshot nor bar is known. */
export const spotAt = (pair: WindowPair<Reading>, bars: SpotBars | null, atUs: number): number => {
  const bar = bars === null ? null : barPrice(bars, atUs);
  if (bars === null || bar === null) return blend(pair, atUs, ({ indexPrice }) => indexPrice);
  const factor = blend(pair, atUs, (reading) => {
    const there = barPrice(bars, reading.atUs);
    return there === null ? 1 : reading.indexPrice / there;
  });
  return bar * factor;
};
