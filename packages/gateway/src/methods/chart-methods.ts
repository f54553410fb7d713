// Chart methods: candles, index and mark series, volatility and volumes over time. Invariant:
// series are ascending, and a candle chart has no holes between its first and its last period.
import {
  currencies,
  type IndexName,
  indexNames,
  type TsUs,
  tsUs,
  usPerDay,
  usPerMinute,
  usPerMs,
  usPerSecond,
} from '@openstrike/domain';
import type { CandleResolution } from '@openstrike/feeds';
import {
  chartShape,
  historicalVolatilityShape,
  indexChartShape,
  markPriceHistoryShape,
  renderChart,
  roundTo,
  tradeVolumesShape,
  volatilityIndexShape,
} from '@openstrike/wire';
import { type Call, defineMethod, type Method } from '../method.ts';
import { impliedVolatility } from '../subscriptions/venue-channels.ts';
import { boundedRange, indexNamed, instrumentNamed } from './lookups.ts';
import { closingErrors, pointCandles, realisedVolatility } from './volatility.ts';

const read = { scope: null, transport: 'any', rateClass: 'plain' } as const;

/** Periods that one chart has at most; an earlier start is moved. */
const periodsMax = 5000;

const chart = defineMethod({
  name: 'public/get_tradingview_chart_data',
  summary: 'Reads candles of an instrument; periods without trades are flat.',
  ...read,
  ...chartShape,
  handle: async (params, call) => {
    const instrument = instrumentNamed(call, params.instrument_name);
    const asked = boundedRange(params.start_timestamp, params.end_timestamp);
    const minutes = params.resolution === '1D' ? 1440 : Number(params.resolution);
    const resolution = minutes as CandleResolution;
    const periodUs = minutes * usPerMinute;
    const nowUs = call.context.clock.nowUs();
    const toUs = tsUs(Math.min(asked.toUs, nowUs));
    const firstUs = Math.max(asked.fromUs, toUs - (periodsMax - 1) * periodUs);
    const fromUs = tsUs(Math.floor(Math.max(firstUs, instrument.listedUs) / periodUs) * periodUs);
    const history = call.context.history;
    const candles = await history.candles(instrument.id, resolution, { fromUs, toUs });
    const [before] = await history.trades({
      accountId: null,
      orderId: null,
      instrumentIds: [instrument.id],
      currency: null,
      kind: null,
      fromTradeId: null,
      toTradeId: null,
      fromTradeSeq: null,
      toTradeSeq: null,
      fromUs: null,
      toUs: tsUs(Math.max(fromUs - 1, 0)),
      limit: 1,
      order: 'descending',
    });
    const range = { resolution, fromUs, toUs };
    return renderChart(candles, instrument, range, before?.priceTicks ?? null);
  },
});

const daysByRange: Readonly<Record<string, number | null>> = {
  '1h': 1 / 24,
  '1d': 1,
  '2d': 2,
  '1m': 30,
  '1y': 365,
  all: null,
};

const indexChartPoints = 1000;

const indexChart = defineMethod({
  name: 'public/get_index_chart_data',
  summary: 'Reads the values of an index over a range.',
  ...read,
  ...indexChartShape,
  handle: async (params, call) => {
    const indexName = indexNamed(params.index_name);
    const toUs = call.context.clock.nowUs();
    const days = daysByRange[params.range] ?? null;
    const fromUs = days === null ? null : tsUs(Math.max(Math.round(toUs - days * usPerDay), 0));
    const history = call.context.history;
    const points = await history.indexPoints(indexName, { fromUs, toUs }, indexChartPoints);
    return points.map((point) => [Math.floor(point.tsUs / usPerMs), roundTo(point.value, 4)]);
  },
});

const markPriceHistory = defineMethod({
  name: 'public/get_mark_price_history',
  summary: 'Reads the mark price of an instrument, one value a minute.',
  ...read,
  ...markPriceHistoryShape,
  handle: async (params, call) => {
    const { id } = instrumentNamed(call, params.instrument_name);
    const range = boundedRange(params.start_timestamp, params.end_timestamp);
    const points = await call.context.history.markPoints(id, range);
    return points.map((point) => [Math.floor(point.tsUs / usPerMs), roundTo(point.value, 8)]);
  },
});

/** The index whose volatility stands for a currency; null for one without its own options. */
const volatilityIndexOf = (currency: string): IndexName | null => {
  const word = currency.toLowerCase();
  const name = word === 'btc' || word === 'eth' ? `${word}_usd` : word;
  return indexNames.find((indexName) => indexName === name) ?? null;
};

const historyDays = 16;
const windowDays = 15;

const historicalVolatility = defineMethod({
  name: 'public/get_historical_volatility',
  summary: 'Reads realised volatility in percent, one value an hour: fifteen days back from each.',
  ...read,
  ...historicalVolatilityShape,
  handle: async (params, call) => {
    const indexName = volatilityIndexOf(params.currency);
    if (indexName === null) {
      return [];
    }
    const toUs = call.context.clock.nowUs();
    const fromUs = tsUs(Math.max(toUs - historyDays * usPerDay, 0));
    const earliest = tsUs(Math.max(fromUs - windowDays * usPerDay, 0));
    const pointsMax = (historyDays + windowDays) * 24 * 4;
    const history = call.context.history;
    const points = await history.indexPoints(indexName, { fromUs: earliest, toUs }, pointsMax);
    return realisedVolatility(points, fromUs);
  },
});

const candlesMax = 1000;

const volatilityIndex = defineMethod({
  name: 'public/get_volatility_index_data',
  summary:
    'Reads candles of the 30-day implied volatility index, in percent, the newest page first; ' +
    'by candle in errors, ours, how far its close is left open, in percentage points.',
  ...read,
  ...volatilityIndexShape,
  handle: async (params, call) => {
    const indexName = volatilityIndexOf(params.currency);
    if (indexName === null) {
      return { data: [], errors: [], continuation: null };
    }
    const range = boundedRange(params.start_timestamp, params.end_timestamp);
    const seconds = params.resolution === '1D' ? 86_400 : Number(params.resolution);
    const history = call.context.history;
    const points = [...(await history.volatilityPoints(indexName, range))];
    // History has a point a minute; the newest is what the market says now.
    const tsUs = call.context.clock.nowUs();
    const implied = tsUs > range.toUs ? null : impliedVolatility(call.context.feeds, indexName);
    if (implied !== null && tsUs >= range.fromUs) {
      points.push({ tsUs, value: implied.volatility, error: implied.error });
    }
    const candles = pointCandles(points, seconds * usPerSecond, 100);
    const data = candles.slice(-candlesMax);
    const earlier = candles[candles.length - data.length - 1];
    const errors = closingErrors(points, seconds * usPerSecond, 100).slice(-candlesMax);
    return { data, errors, continuation: earlier?.[0] ?? null };
  },
});

interface Volumes {
  call: number;
  put: number;
  future: number;
}

const volumesSince = async (call: Call, sinceUs: TsUs): Promise<Map<string, Volumes>> => {
  const rows = await call.context.history.volumes(sinceUs);
  const byCurrency = new Map<string, Volumes>();
  for (const row of rows) {
    const volumes = byCurrency.get(row.currency) ?? { call: 0, put: 0, future: 0 };
    volumes[row.kind] += row.volumeCoins;
    byCurrency.set(row.currency, volumes);
  }
  return byCurrency;
};

const tradeVolumes = defineMethod({
  name: 'public/get_trade_volumes',
  summary: 'Sums the volumes of the last 24 hours in coins; extended: of 7 and 30 days too.',
  ...read,
  ...tradeVolumesShape,
  handle: async (params, call) => {
    const nowUs = call.context.clock.nowUs();
    const spans = params.extended === true ? [1, 7, 30] : [1];
    const volumes = await Promise.all(
      spans.map((days) => volumesSince(call, tsUs(Math.max(nowUs - days * usPerDay, 0)))),
    );
    return currencies.map((currency) => {
      const row: Record<string, number | string> = { currency };
      for (const [i, days] of spans.entries()) {
        const suffix = days === 1 ? '' : `_${days}d`;
        const sums = volumes[i]?.get(currency);
        row[`calls_volume${suffix}`] = roundTo(sums?.call ?? 0, 8);
        row[`puts_volume${suffix}`] = roundTo(sums?.put ?? 0, 8);
        row[`futures_volume${suffix}`] = roundTo(sums?.future ?? 0, 8);
        row[`spot_volume${suffix}`] = 0;
      }
      return row;
    });
  },
});

/** Methods over the past of prices and volumes. */
export const chartMethods: readonly Method[] = [
  chart,
  indexChart,
  markPriceHistory,
  historicalVolatility,
  volatilityIndex,
  tradeVolumes,
];
