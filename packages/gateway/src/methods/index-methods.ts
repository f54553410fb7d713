// Index methods: index prices, delivery prices, funding and settlements. Invariant: a delivery
// price shown here is the engine's own fixing, read from the event that fixed it.
import {
  fromSteps,
  type IndexName,
  type Instrument,
  indexNames,
  type TsUs,
  tsUs,
  usPerHour,
  usPerMs,
} from '@openstrike/domain';
import type { FundingRow, SettlementRow } from '@openstrike/history';
import {
  type ApiSettlement,
  aprHistoryShape,
  deliveryPricesShape,
  fundingChartShape,
  fundingHistoryShape,
  fundingValueShape,
  indexPriceNamesShape,
  indexPriceShape,
  indexShape,
  markDecimals,
  moneyOf,
  roundTo,
  settlementsByCurrencyShape,
  settlementsByInstrumentShape,
  supportedIndexNamesShape,
  usdOf,
} from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import {
  boundedRange,
  continuationOf,
  currencyNamed,
  indexNamed,
  instrumentNamed,
  instrumentOf,
  rangeOf,
  selectionOf,
} from './lookups.ts';

const read = { scope: null, transport: 'any', rateClass: 'plain' } as const;

const indexPrice = (call: Call, indexName: IndexName): { price: number; estimate: number } => {
  const index = call.context.feeds.index(indexName);
  if (index === null) {
    throw new ApiError('temporarily_unavailable', { reason: 'the index has no price yet' });
  }
  return { price: usdOf(index.price), estimate: usdOf(index.estimatedDeliveryPrice) };
};

const namesOf = (names: readonly IndexName[]): unknown[] =>
  names.map((name) => ({
    name,
    future_combo_creation_enabled: false,
    option_combo_creation_enabled: false,
  }));

const priceMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_index_price',
    summary: 'Reads an index and the estimate of its delivery price.',
    ...read,
    ...indexPriceShape,
    handle: (params, call) => {
      const { price, estimate } = indexPrice(call, indexNamed(params.index_name));
      return { index_price: price, estimated_delivery_price: estimate };
    },
  }),
  defineMethod({
    name: 'public/get_index',
    summary: 'Reads the USD index of a currency; get_index_price replaces it.',
    ...read,
    ...indexShape,
    handle: (params, call) => {
      const currency = currencyNamed(params.currency);
      if (currency === 'USDC') {
        throw new ApiError('invalid_params', { reason: 'index not found', param: 'currency' });
      }
      const indexName = currency === 'BTC' ? 'btc_usd' : 'eth_usd';
      const { price, estimate } = indexPrice(call, indexName);
      return { [currency]: price, edp: estimate };
    },
  }),
  defineMethod({
    name: 'public/get_index_price_names',
    summary: 'Lists the names of the indexes; extended: with what may be created on them.',
    ...read,
    ...indexPriceNamesShape,
    handle: (params) => (params.extended === true ? namesOf(indexNames) : indexNames),
  }),
  defineMethod({
    name: 'public/get_supported_index_names',
    summary: 'Lists the indexes by use; all here are of derivatives.',
    ...read,
    ...supportedIndexNamesShape,
    handle: (params) => namesOf(params.type === 'spot' ? [] : indexNames),
  }),
  defineMethod({
    name: 'public/get_delivery_prices',
    summary: 'Lists the delivery prices of an index, the newest first.',
    ...read,
    ...deliveryPricesShape,
    handle: async (params, call) => {
      const history = call.context.history;
      const { rows, total } = await history.deliveryPrices(
        indexNamed(params.index_name),
        params.offset ?? 0,
        params.count ?? 10,
      );
      const data = rows.map((row) => ({
        date: new Date(row.expiryUs / usPerMs).toISOString().slice(0, 10),
        delivery_price: usdOf(row.price),
      }));
      return { records_total: total, data };
    },
  }),
  defineMethod({
    name: 'public/get_apr_history',
    summary: 'Lists yields of reward currencies; none is traded here.',
    ...read,
    ...aprHistoryShape,
    handle: () => ({ data: [], continuation: null }),
  }),
];

const perpetualNamed = (call: Call, name: string): Instrument => {
  const instrument = instrumentNamed(call, name);
  if (instrument.kind !== 'perpetual') {
    throw new ApiError('invalid_params', { reason: 'not a perpetual', param: 'instrument_name' });
  }
  return instrument;
};

const fundingRows = async (
  call: Call,
  name: string,
  range: { readonly fromUs: TsUs | null; readonly toUs: TsUs | null },
): Promise<readonly FundingRow[]> => {
  const { id } = perpetualNamed(call, name);
  return call.context.history.funding(id, range);
};

/**
 * The interest of a perpetual over a time. Of an hour that is covered in part its share counts, and
 * of the running hour what has accrued: what the last eight hours have, less the closed ones'.
 */
const fundingOver = async (
  call: Call,
  name: string,
  { fromUs, toUs }: { readonly fromUs: TsUs; readonly toUs: TsUs },
): Promise<number> => {
  const nowUs = call.context.clock.nowUs();
  const hourUs = tsUs(nowUs - (nowUs % usPerHour));
  const ticker = call.context.feeds.ticker(perpetualNamed(call, name).id);
  const sinceUs = tsUs(Math.max(Math.min(fromUs, hourUs - 8 * usPerHour), 0));
  const rows = await fundingRows(call, name, {
    fromUs: sinceUs,
    toUs: tsUs(Math.min(toUs + usPerHour, nowUs)),
  });
  const recent = await fundingRows(call, name, {
    fromUs: tsUs(Math.max(hourUs - 8 * usPerHour, 0)),
    toUs: nowUs,
  });
  /** The share of a time that lies within the range. */
  const share = (startUs: number, endUs: number): number =>
    endUs <= startUs
      ? 0
      : Math.max(Math.min(endUs, toUs) - Math.max(startUs, fromUs), 0) / (endUs - startUs);
  const closed = rows.reduce(
    (sum, row) => sum + row.interest1h * share(row.tsUs - usPerHour, row.tsUs),
    0,
  );
  const lastEight = ticker?.funding8h ?? 0;
  const ofClosed = recent.reduce((sum, row) => {
    const eighth = row.tsUs <= hourUs - 7 * usPerHour;
    return sum + row.interest1h * (eighth ? 1 - (nowUs - hourUs) / usPerHour : 1);
  }, 0);
  return roundTo(closed + (lastEight - ofClosed) * share(hourUs, nowUs), 12);
};

const hoursByLength = { '8h': 8, '24h': 24, '1m': 30 * 24 } as const;

const fundingMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_funding_rate_history',
    summary: 'Lists the hourly funding of a perpetual.',
    ...read,
    ...fundingHistoryShape,
    handle: async (params, call) => {
      const range = boundedRange(params.start_timestamp, params.end_timestamp);
      const rows = await fundingRows(call, params.instrument_name, range);
      return rows.map((row) => ({
        timestamp: Math.floor(row.tsUs / usPerMs),
        index_price: usdOf(row.indexPrice),
        prev_index_price: usdOf(row.previousIndexPrice),
        interest_1h: row.interest1h,
        interest_8h: row.interest8h,
      }));
    },
  }),
  defineMethod({
    name: 'public/get_funding_rate_value',
    summary: 'Sums the funding of a perpetual over a time.',
    ...read,
    ...fundingValueShape,
    handle: (params, call) =>
      fundingOver(
        call,
        params.instrument_name,
        boundedRange(params.start_timestamp, params.end_timestamp),
      ),
  }),
  defineMethod({
    name: 'public/get_funding_chart_data',
    summary: 'Reads the funding of a perpetual over a range, with its present rates.',
    ...read,
    ...fundingChartShape,
    handle: async (params, call) => {
      const toUs = call.context.clock.nowUs();
      const fromUs = tsUs(Math.max(toUs - hoursByLength[params.length] * usPerHour, 0));
      const rows = await fundingRows(call, params.instrument_name, { fromUs, toUs });
      const ticker = call.context.feeds.ticker(perpetualNamed(call, params.instrument_name).id);
      return {
        current_interest: ticker?.currentFunding ?? 0,
        interest_8h: ticker?.funding8h ?? 0,
        data: rows.map((row) => ({
          timestamp: Math.floor(row.tsUs / usPerMs),
          index_price: usdOf(row.indexPrice),
          interest_8h: row.interest8h,
        })),
      };
    },
  }),
];

const renderSettlement = (row: SettlementRow, instrument: Instrument): ApiSettlement => {
  const money = (minor: SettlementRow['funding']): number =>
    moneyOf(minor, instrument.settlementCurrency);
  const profit =
    row.kind === 'delivery' && instrument.kind === 'option' ? row.payoff : row.sessionProfit;
  return {
    type: row.kind,
    timestamp: Math.floor(row.tsUs / usPerMs),
    instrument_name: instrument.name,
    index_price: usdOf(row.indexPrice),
    mark_price: roundTo(row.markPrice, markDecimals(instrument)),
    position: fromSteps(row.sizeLots, instrument.lot),
    funding: money(row.funding),
    profit_loss: money(profit),
    session_profit_loss: money(row.sessionProfit),
  };
};

export interface SettlementParams {
  readonly type?: 'settlement' | 'delivery' | 'bankruptcy';
  readonly count?: number;
  readonly continuation?: string;
  readonly search_start_timestamp?: number;
}

const settlementCountDefault = 20;

/** One page of settlements, the newest first; there are no bankruptcies on this venue. */
export const settlementPage = async (
  call: Call,
  source: {
    readonly accountId: SettlementRow['accountId'] | null;
    readonly instrument?: Instrument;
    readonly currency?: string;
  },
  params: SettlementParams,
): Promise<{ settlements: ApiSettlement[]; continuation: string }> => {
  const selection = selectionOf(source.currency, undefined);
  const beforeId = continuationOf(params.continuation);
  if (selection === null || params.type === 'bankruptcy') {
    return { settlements: [], continuation: 'none' };
  }
  const limit = params.count ?? settlementCountDefault;
  const rows = await call.context.history.settlements({
    accountId: source.accountId,
    instrumentId: source.instrument?.id ?? null,
    currency: selection.currency,
    kind: params.type ?? null,
    fromUs: rangeOf(params.search_start_timestamp, undefined).fromUs,
    beforeId,
    limit,
  });
  const settlements = rows.flatMap((row) => {
    const instrument = instrumentOf(call, row.instrumentId);
    return instrument === null ? [] : [renderSettlement(row, instrument)];
  });
  const last = rows.at(-1);
  const continuation = last === undefined || rows.length < limit ? 'none' : String(last.id);
  return { settlements, continuation };
};

const settlementMethods: readonly Method[] = [
  defineMethod({
    name: 'public/get_last_settlements_by_currency',
    summary: 'Lists settlements and deliveries in a currency, the newest first.',
    ...read,
    ...settlementsByCurrencyShape,
    handle: (params, call) =>
      settlementPage(call, { accountId: null, currency: params.currency }, params),
  }),
  defineMethod({
    name: 'public/get_last_settlements_by_instrument',
    summary: 'Lists settlements and deliveries of an instrument, the newest first.',
    ...read,
    ...settlementsByInstrumentShape,
    handle: (params, call) => {
      const instrument = instrumentNamed(call, params.instrument_name);
      return settlementPage(call, { accountId: null, instrument }, params);
    },
  }),
];

/** Methods over indexes, funding and settlements. */
export const indexMethods: readonly Method[] = [
  ...priceMethods,
  ...fundingMethods,
  ...settlementMethods,
];
