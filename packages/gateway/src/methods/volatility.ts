// Volatility: realised volatility of an index from whatever points history keeps of it, and
// candles of any series of points. Pure functions; nothing is made up where there are too few
// points.
import { type TsUs, usPerDay, usPerHour, usPerMs } from '@openstrike/domain';
import { annualisedVolatility } from '@openstrike/feeds';
import type { PointRow, VolatilityRow } from '@openstrike/history';
import { roundTo } from '@openstrike/wire';

const windowUs = 15 * usPerDay;

/**
 * Annualised realised volatility over the fifteen days before each full hour from `fromUs` on, and
 * before the last point: the root of the squared returns over the time that they took, so points
 * need not be evenly spaced.
 *
 * Units: percent. Shape: `[milliseconds, percent]`, ascending; times with too few returns are left
 * out.
 */
export const realisedVolatility = (
  points: readonly PointRow[],
  fromUs: TsUs,
): [number, number][] => {
  const rows: [number, number][] = [];
  const last = points.at(-1);
  if (last === undefined) {
    return rows;
  }
  const squares = points.map((point, i) => {
    const before = points[i - 1];
    return before === undefined ? 0 : Math.log(point.value / before.value) ** 2;
  });
  let sum = 0;
  let first = 0;
  let end = 0;
  const tell = (atUs: number): void => {
    while (end < points.length && (points[end] as PointRow).tsUs <= atUs) {
      sum += squares[end] ?? 0;
      end += 1;
    }
    while (first < end && (points[first] as PointRow).tsUs < atUs - windowUs) {
      first += 1;
      sum -= squares[first] ?? 0;
    }
    const [oldest, newest] = [points[first], points[end - 1]];
    if (oldest === undefined || newest === undefined) return;
    const tookUs = newest.tsUs - oldest.tsUs;
    const volatility = annualisedVolatility(sum, end - 1 - first, tookUs);
    if (volatility === null) return;
    rows.push([Math.floor(atUs / usPerMs), roundTo(volatility * 100, 4)]);
  };
  const firstHourUs = Math.ceil(Math.max(fromUs, points[0]?.tsUs ?? 0) / usPerHour) * usPerHour;
  for (let hourUs = firstHourUs; hourUs < last.tsUs; hourUs += usPerHour) tell(hourUs);
  tell(last.tsUs);
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

/** Of each candle of such points the error of its last one, scaled; null where it is not known. */
export const closingErrors = (
  points: readonly VolatilityRow[],
  periodUs: number,
  scale: number,
): (number | null)[] => {
  const errors = new Map<number, number | null>();
  for (const { tsUs, error } of points) {
    const scaled = error === null ? null : roundTo(error * scale, 4);
    errors.set(Math.floor(tsUs / periodUs), scaled);
  }
  return [...errors.values()];
};
