// Volatility: realised volatility of an index from its hourly values, and candles of any series of points. Pure
// functions of what history keeps; nothing is made up where it keeps too little.
import { type TsUs, usPerDay, usPerHour, usPerMs } from '@openstrike/domain';
import type { PointRow } from '@openstrike/history';
import { roundTo } from '@openstrike/wire';

const windowUs = 15 * usPerDay;
/** Fewer returns say nothing. */
const returnsMin = 24;
const hoursPerYear = 365 * 24;

/** The last value of each full hour, ascending. */
const hourly = (
  points: readonly PointRow[],
): { readonly hourUs: number; readonly value: number }[] => {
  const hours: { hourUs: number; value: number }[] = [];
  for (const { tsUs, value } of points) {
    const hourUs = (Math.floor(tsUs / usPerHour) + 1) * usPerHour;
    const last = hours.at(-1);
    if (last !== undefined && last.hourUs === hourUs) {
      last.value = value;
    } else {
      hours.push({ hourUs, value });
    }
  }
  return hours;
};

/**
 * Annualised realised volatility at each full hour from `fromUs` on, over the fifteen days before it.
 *
 * Units: percent. Shape: `[milliseconds, percent]`, ascending; hours with too few returns are left out.
 */
export const realisedVolatility = (
  points: readonly PointRow[],
  fromUs: TsUs,
): [number, number][] => {
  const hours = hourly(points);
  const rows: [number, number][] = [];
  let first = 1;
  let sum = 0;
  let squares = 0;
  const returns: number[] = [0];
  for (let i = 1; i < hours.length; i++) {
    const now = hours[i] as (typeof hours)[number];
    const before = hours[i - 1] as (typeof hours)[number];
    const change = Math.log(now.value / before.value);
    returns.push(change);
    sum += change;
    squares += change * change;
    while ((hours[first]?.hourUs ?? now.hourUs) <= now.hourUs - windowUs) {
      const left = returns[first] ?? 0;
      sum -= left;
      squares -= left * left;
      first += 1;
    }
    const count = i - first + 1;
    if (now.hourUs >= fromUs && count >= returnsMin) {
      const variance = Math.max(squares - (sum * sum) / count, 0) / (count - 1);
      const percent = roundTo(Math.sqrt(variance * hoursPerYear) * 100, 4);
      rows.push([now.hourUs / usPerMs, percent]);
    }
  }
  return rows;
};

export type PointCandle = [ms: number, open: number, high: number, low: number, close: number];

/** Candles of a series of points, ascending; periods without a point are left out. */
export const pointCandles = (
  points: readonly PointRow[],
  periodUs: number,
  scale: number,
): PointCandle[] => {
  const candles: PointCandle[] = [];
  for (const point of points) {
    const startMs = (Math.floor(point.tsUs / periodUs) * periodUs) / usPerMs;
    const value = roundTo(point.value * scale, 4);
    const last = candles.at(-1);
    if (last !== undefined && last[0] === startMs) {
      last[2] = Math.max(last[2], value);
      last[3] = Math.min(last[3], value);
      last[4] = value;
    } else {
      candles.push([startMs, value, value, value, value]);
    }
  }
  return candles;
};
