// Lookups: the names in a call's parameters turned into what the venue knows by them. Invariant:
// what is unknown is refused here with the parameter at fault, so that handlers work with resolved
// things only.
import {
  type Currency,
  currencies,
  type IndexName,
  type Instrument,
  type InstrumentId,
  type TsUs,
  tsUs,
  usPerMs,
} from '@openstrike/domain';
import type { TimeRange } from '@openstrike/history';
import { parseIndexName } from '@openstrike/wire';
import { ApiError, type Call } from '../method.ts';

/** Throws: ApiError -32602 when there is no such instrument. */
export const instrumentNamed = (call: Call, name: string): Instrument => {
  const instrument = call.context.feeds.instrumentByName(name);
  if (instrument === null) {
    throw new ApiError('invalid_params', {
      reason: 'instrument not found',
      param: 'instrument_name',
    });
  }
  return instrument;
};

/** Null when the venue has forgotten it. */
export const instrumentOf = (call: Call, instrumentId: InstrumentId): Instrument | null =>
  call.context.feeds.instrument(instrumentId);

/** Throws: ApiError -32602 when there is no such index. */
export const indexNamed = (name: string, param = 'index_name'): IndexName => {
  const indexName = parseIndexName(name);
  if (indexName === null) {
    throw new ApiError('invalid_params', { reason: 'index not found', param });
  }
  return indexName;
};

/** What a currency parameter asks for: one, all, or one in which nothing settles here. */
export type CurrencyFilter = Currency | 'any' | 'none';

export const currencyFilterOf = (text: string | undefined): CurrencyFilter => {
  if (text === undefined) {
    return 'any';
  }
  const word = text.toUpperCase();
  return word === 'ANY' ? 'any' : (currencies.find((currency) => currency === word) ?? 'none');
};

/** Throws: ApiError -32602 when nothing settles in the currency. */
export const currencyNamed = (text: string, param = 'currency'): Currency => {
  const currency = currencyFilterOf(text);
  if (currency === 'any' || currency === 'none') {
    throw new ApiError('invalid_params', {
      reason: `must be one of ${currencies.join(', ')}`,
      param,
    });
  }
  return currency;
};

/** What a kind parameter asks for; `none` for kinds that are not traded here. */
export type KindFilter = 'option' | 'future' | 'any' | 'none';

export const kindFilterOf = (kind: string | undefined): KindFilter => {
  if (kind === undefined || kind === 'any') {
    return 'any';
  }
  return kind === 'option' || kind === 'future' ? kind : 'none';
};

/** Filters as the ports want them: null takes all. */
export interface Selection {
  readonly currency: Currency | null;
  readonly kind: 'option' | 'future' | null;
}

/** Null when nothing here can match. */
export const selectionOf = (
  currency: string | undefined,
  kind: string | undefined,
): Selection | null => {
  const currencyFilter = currencyFilterOf(currency);
  const kindFilter = kindFilterOf(kind);
  if (currencyFilter === 'none' || kindFilter === 'none') {
    return null;
  }
  return {
    currency: currencyFilter === 'any' ? null : currencyFilter,
    kind: kindFilter === 'any' ? null : kindFilter,
  };
};

export const matches = (instrument: Instrument, selection: Selection): boolean =>
  (selection.currency === null || instrument.settlementCurrency === selection.currency) &&
  (selection.kind === null || (instrument.kind === 'option') === (selection.kind === 'option'));

/** The last instant that any venue time reaches; later texts mean the same. */
const timeMaxMs = 8_640_000_000_000;

/** Microseconds of any number of milliseconds; a fraction is cut off, far times become the last. */
export const usOfMs = (ms: number): TsUs =>
  tsUs(Math.min(Math.max(Math.trunc(ms), 0), timeMaxMs) * usPerMs);

/** A range of milliseconds, both ends included to their last microsecond. */
export const rangeOf = (startMs: number | undefined, endMs: number | undefined): TimeRange => ({
  fromUs: startMs === undefined ? null : usOfMs(startMs),
  toUs: endMs === undefined ? null : tsUs(usOfMs(endMs) + usPerMs - 1),
});

/** A range with both ends. Throws: ApiError -32602 when it ends before it starts. */
export const boundedRange = (
  startMs: number,
  endMs: number,
): { readonly fromUs: TsUs; readonly toUs: TsUs } => {
  if (endMs < startMs) {
    throw new ApiError('invalid_params', {
      reason: 'must not be before start_timestamp',
      param: 'end_timestamp',
    });
  }
  return { fromUs: usOfMs(startMs), toUs: tsUs(usOfMs(endMs) + usPerMs - 1) };
};

/** A page token that is a number; null to start. Throws: ApiError -32602 on anything else. */
export const continuationOf = (text: string | undefined): number | null => {
  if (text === undefined || text === '' || text === 'none') {
    return null;
  }
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ApiError('invalid_params', { reason: 'unknown continuation', param: 'continuation' });
  }
  return value;
};
