// Candle rendering: candles for the chart channel and for the chart method, with empty periods
// filled flat at the last close. Invariant: all columns of a chart have one length, and its ticks
// are evenly spaced.
import { type Instrument, type PriceTicks, type TsUs, usPerMinute } from '@openstrike/domain';
import type { Candle, CandleResolution } from '@openstrike/feeds';
import { priceOf, roundTo } from '../decimal-steps.ts';
import type { ApiCandle } from '../schemas/channel-types.ts';
import { msOf } from './render-order.ts';

/** The current candle as `chart.trades` sends it. */
export const renderCandle = (candle: Candle, instrument: Instrument): ApiCandle => ({
  tick: msOf(candle.startUs),
  open: priceOf(candle.openTicks, instrument),
  high: priceOf(candle.highTicks, instrument),
  low: priceOf(candle.lowTicks, instrument),
  close: priceOf(candle.closeTicks, instrument),
  volume: roundTo(candle.volumeCoins, 8),
  cost: roundTo(candle.costUsd, 2),
});

export interface ApiChart {
  readonly status: 'ok' | 'no_data';
  readonly ticks: number[];
  readonly open: number[];
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
  readonly volume: number[];
  readonly cost: number[];
}

export interface ChartRange {
  readonly resolution: CandleResolution;
  readonly fromUs: TsUs;
  readonly toUs: TsUs;
}

/**
 * The periods that touch the range, each with its candle or flat at the close before it.
 *
 * `closeBefore` is the last price before the range; periods before the first known price are left
 * out.
 */
export const renderChart = (
  candles: readonly Candle[],
  instrument: Instrument,
  range: ChartRange,
  closeBefore: PriceTicks | null,
): ApiChart => {
  const chart: ApiChart = {
    status: 'ok',
    ticks: [],
    open: [],
    high: [],
    low: [],
    close: [],
    volume: [],
    cost: [],
  };
  const push = (candle: ApiCandle): void => {
    chart.ticks.push(candle.tick);
    chart.open.push(candle.open);
    chart.high.push(candle.high);
    chart.low.push(candle.low);
    chart.close.push(candle.close);
    chart.volume.push(candle.volume);
    chart.cost.push(candle.cost);
  };
  const periodUs = range.resolution * usPerMinute;
  let price = closeBefore === null ? null : priceOf(closeBefore, instrument);
  let next = 0;
  const first = Math.floor(range.fromUs / periodUs) * periodUs;
  for (let startUs = first; startUs <= range.toUs; startUs += periodUs) {
    while (next < candles.length && (candles[next] as Candle).startUs < startUs) next += 1;
    const candle = candles[next];
    if (candle !== undefined && candle.startUs === startUs) {
      const rendered = renderCandle(candle, instrument);
      price = rendered.close;
      push(rendered);
    } else if (price !== null) {
      const tick = msOf(startUs as TsUs);
      push({ tick, open: price, high: price, low: price, close: price, volume: 0, cost: 0 });
    }
  }
  return chart.ticks.length === 0 ? { ...chart, status: 'no_data' } : chart;
};
