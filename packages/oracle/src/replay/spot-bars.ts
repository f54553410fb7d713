// Spot bars: a recorded price as open, high, low and close of equal periods, and the path that is
// laid through them: open, the extreme against the bar's direction after a third of the period, the
// other extreme after two thirds, close; straight lines between. Invariant: the path touches the
// four recorded prices of every bar and never leaves high and low.
import { badRecording, csvRows, instantOf, positiveOf } from './csv-rows.ts';

export const barColumns: readonly string[] = ['open_time_utc', 'open', 'high', 'low', 'close'];

export interface SpotBars {
  /** Ascending. */
  readonly startUs: readonly number[];
  readonly periodUs: number;
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
}

/** Twenty years of minutes. */
const barsMax = 10_500_000;

/** Throws OperationalError when a row is wrong or the file goes back in time. */
export const readSpotBars = async (path: string): Promise<SpotBars> => {
  const startUs: number[] = [];
  const columns = { open: [], high: [], low: [], close: [] } as Record<
    'open' | 'high' | 'low' | 'close',
    number[]
  >;
  let periodUs = Number.POSITIVE_INFINITY;
  for await (const row of csvRows(path, barColumns)) {
    const atUs = instantOf(path, row, 'open_time_utc');
    const gap = atUs - (startUs.at(-1) ?? Number.NEGATIVE_INFINITY);
    if (gap <= 0) throw badRecording(path, `line ${row.line} goes back in time; sort the file`);
    if (startUs.length >= barsMax) throw badRecording(path, `it has more than ${barsMax} bars`);
    periodUs = Math.min(periodUs, gap);
    startUs.push(atUs);
    for (const name of ['open', 'high', 'low', 'close'] as const) {
      columns[name].push(positiveOf(path, row, name));
    }
  }
  if (startUs.length < 2) throw badRecording(path, 'it needs two bars at least');
  return { startUs, periodUs, ...columns };
};

/** The path at an instant; null outside the bars and in a gap between them. */
export const barPrice = (bars: SpotBars, atUs: number): number | null => {
  let low = 0;
  let high = bars.startUs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars.startUs[middle] as number) <= atUs) low = middle + 1;
    else high = middle;
  }
  const at = low - 1;
  const share = (atUs - (bars.startUs[at] ?? Number.NEGATIVE_INFINITY)) / bars.periodUs;
  if (at < 0 || !(share <= 1)) return null;
  const open = bars.open[at] as number;
  const close = bars.close[at] as number;
  const top = bars.high[at] as number;
  const bottom = bars.low[at] as number;
  const knots = close >= open ? [open, bottom, top, close] : [open, top, bottom, close];
  const leg = Math.min(2, Math.floor(share * 3));
  const from = knots[leg] as number;
  return from + (share * 3 - leg) * ((knots[leg + 1] as number) - from);
};
