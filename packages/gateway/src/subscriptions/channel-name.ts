// Channel name: what a subscriber asks for, read from its text. Invariant: a name that reads is
// one that the venue serves or, where nothing can happen in it yet, accepts and keeps silent; any
// other is null. Currencies are read in any case, as clients write them so.
import {
  type Currency,
  currencies,
  type IndexName,
  type Instrument,
  indexNames,
} from '@openstrike/domain';
import { type CandleResolution, candleResolutions } from '@openstrike/feeds';
import { type BookGroup, bookGroups } from '@openstrike/wire';

export type Interval = 'raw' | '100ms' | 'agg2';

/** Which instruments a channel of a kind and a currency covers; null for any. */
export interface InstrumentMatch {
  readonly instrument: Instrument | null;
  readonly kind: 'option' | 'future' | 'none' | null;
  readonly currency: Currency | null;
}

export type ChannelName =
  | { readonly type: 'book'; readonly instrument: Instrument; readonly interval: Interval }
  | {
      readonly type: 'grouped-book';
      readonly instrument: Instrument;
      readonly group: BookGroup;
      readonly depth: number;
      readonly interval: Interval;
    }
  | { readonly type: 'ticker'; readonly instrument: Instrument; readonly interval: Interval }
  | { readonly type: 'incremental-ticker'; readonly instrument: Instrument }
  | { readonly type: 'quote'; readonly instrument: Instrument }
  | { readonly type: 'perpetual'; readonly instrument: Instrument; readonly interval: Interval }
  | {
      readonly type: 'candle';
      readonly instrument: Instrument;
      readonly resolution: CandleResolution;
    }
  | { readonly type: 'trades'; readonly match: InstrumentMatch; readonly interval: Interval }
  | {
      readonly type:
        | 'index-price'
        | 'index-ranking'
        | 'index-statistics'
        | 'index-volatility'
        | 'realised-volatility'
        | 'estimated-delivery'
        | 'option-marks';
      readonly indexName: IndexName;
    }
  | { readonly type: 'instrument-state'; readonly match: InstrumentMatch }
  | { readonly type: 'platform-state' | 'public-methods-state' | 'announcements' | 'silent' }
  | {
      readonly type: 'user-orders' | 'user-trades' | 'user-changes';
      readonly match: InstrumentMatch;
      readonly interval: Interval;
    }
  | { readonly type: 'user-portfolio'; readonly currency: Currency | null }
  | { readonly type: 'user-mmp'; readonly indexName: IndexName }
  | { readonly type: 'user-lock' | 'user-access-log' | 'user-silent' }
  | { readonly type: 'liquidation-auctions' | 'liquidation-results' };

const anyWord = 'any';

const currencyOf = (word: string | undefined): Currency | null =>
  currencies.find((currency) => currency === word?.toUpperCase()) ?? null;

const intervalOf = (word: string | undefined): Interval | null =>
  word === 'raw' || word === '100ms' || word === 'agg2' ? word : null;

const indexOf = (word: string | undefined): IndexName | null =>
  indexNames.find((name) => name === word) ?? null;

const kinds: Readonly<Record<string, InstrumentMatch['kind']>> = {
  option: 'option',
  future: 'future',
  spot: 'none',
  future_combo: 'none',
  option_combo: 'none',
  combo: 'none',
  any: null,
};

/** Reads `{kind}.{currency}`. */
const kindMatch = (kindWord: string, currencyWord: string): InstrumentMatch | null => {
  const kind = kinds[kindWord];
  if (kind === undefined || !Object.hasOwn(kinds, kindWord)) return null;
  const currency = currencyOf(currencyWord);
  const any = currencyWord.toLowerCase() === anyWord;
  return currency === null && !any ? null : { instrument: null, kind, currency };
};

type FindInstrument = (name: string) => Instrument | null;

/** Reads `{instrument}.{interval}` or `{kind}.{currency}.{interval}`. */
const matchAndInterval = (
  parts: readonly string[],
  find: FindInstrument,
): { readonly match: InstrumentMatch; readonly interval: Interval } | null => {
  const interval = intervalOf(parts.at(-1));
  if (interval === null) return null;
  const [first = '', second = ''] = parts;
  if (parts.length === 3) {
    const match = kindMatch(first, second);
    return match === null ? null : { match, interval };
  }
  const instrument = parts.length === 2 ? find(first) : null;
  return instrument === null
    ? null
    : { match: { instrument, kind: null, currency: null }, interval };
};

const parseInstrumentChannel = (
  head: string,
  parts: readonly string[],
  find: FindInstrument,
): ChannelName | null => {
  const instrument = find(parts[0] ?? '');
  if (instrument === null) return null;
  const interval = intervalOf(parts[1]);
  switch (head) {
    case 'book':
      return parts.length === 4
        ? parseGroupedBook(instrument, parts)
        : parts.length === 2 && interval !== null
          ? { type: 'book', instrument, interval }
          : null;
    case 'ticker':
      return parts.length === 2 && interval !== null
        ? { type: 'ticker', instrument, interval }
        : null;
    case 'perpetual':
      return instrument.kind === 'perpetual' && parts.length === 2 && interval !== null
        ? { type: 'perpetual', instrument, interval }
        : null;
    case 'incremental_ticker':
      return parts.length === 1 ? { type: 'incremental-ticker', instrument } : null;
    default:
      return parts.length === 1 ? { type: 'quote', instrument } : null;
  }
};

const parseGroupedBook = (
  instrument: Instrument,
  [, groupWord, depthWord, intervalWord]: readonly string[],
): ChannelName | null => {
  const group = bookGroups.find((word) => word === groupWord);
  const interval = intervalOf(intervalWord);
  if (group === undefined || interval === null) return null;
  return depthWord === '1' || depthWord === '10' || depthWord === '20'
    ? { type: 'grouped-book', instrument, group, depth: Number(depthWord), interval }
    : null;
};

export type IndexChannelType = Exclude<
  Extract<ChannelName, { readonly indexName: IndexName }>['type'],
  'user-mmp'
>;

/** A map, for the words are a client's: an object would answer `constructor` too. */
const indexChannels: ReadonlyMap<string, IndexChannelType> = new Map([
  ['deribit_price_index', 'index-price'],
  ['deribit_price_ranking', 'index-ranking'],
  ['deribit_price_statistics', 'index-statistics'],
  ['deribit_volatility_index', 'index-volatility'],
  ['realised_volatility', 'realised-volatility'],
  ['estimated_expiration_price', 'estimated-delivery'],
]);

const parseIndexChannel = (head: string, word: string): ChannelName | null => {
  const indexName = indexOf(word);
  const type = indexChannels.get(head);
  if (indexName === null || type === undefined) return null;
  return { type, indexName };
};

const parseUserChannel = (parts: readonly string[], find: FindInstrument): ChannelName | null => {
  const [head = '', ...rest] = parts;
  switch (head) {
    case 'orders':
    case 'trades':
    case 'changes': {
      const found = matchAndInterval(rest, find);
      return found === null ? null : { type: `user-${head}`, ...found };
    }
    case 'combo_trades':
      return matchAndInterval(rest, find) === null ? null : { type: 'user-silent' };
    case 'portfolio': {
      const currency = currencyOf(rest[0]);
      const any = rest[0]?.toLowerCase() === anyWord;
      const read = rest.length === 1 && (currency !== null || any);
      return read ? { type: 'user-portfolio', currency } : null;
    }
    case 'mmp_trigger': {
      const indexName = rest.length === 1 ? indexOf(rest[0]) : null;
      return indexName === null ? null : { type: 'user-mmp', indexName };
    }
    case 'lock':
      return rest.length === 0 ? { type: 'user-lock' } : null;
    case 'access_log':
      return rest.length === 0 ? { type: 'user-access-log' } : null;
    default:
      return null;
  }
};

const parseCandle = (parts: readonly string[], find: FindInstrument): ChannelName | null => {
  const [head, name = '', word = ''] = parts;
  const instrument = find(name);
  if (head !== 'trades' || parts.length !== 3 || instrument === null) return null;
  const minutes = word === '1D' ? 1440 : /^\d+$/.test(word) ? Number(word) : 0;
  const resolution = candleResolutions.find((one) => one === minutes && one !== 1440);
  if (word === '1D') return { type: 'candle', instrument, resolution: 1440 };
  return resolution === undefined ? null : { type: 'candle', instrument, resolution };
};

const parsePlatformState = (parts: readonly string[]): ChannelName | null => {
  if (parts.length === 0) return { type: 'platform-state' };
  const methods = parts.length === 1 && parts[0] === 'public_methods_state';
  return methods ? { type: 'public-methods-state' } : null;
};

const parseLiquidation = (parts: readonly string[]): ChannelName | null => {
  const [word] = parts;
  if (parts.length !== 1) return null;
  return word === 'auctions' || word === 'results' ? { type: `liquidation-${word}` } : null;
};

/** Whether a name asks for something that only somebody known may hear. */
export const isPrivateChannel = (name: string): boolean =>
  /^(user\.|liquidation\.|block_trade_confirmations|block_rfq\.(maker|taker))/.test(name);

/** The scope that a private channel needs. */
export const scopeOfChannel = (name: string): string =>
  name.startsWith('user.orders') ||
  name.startsWith('user.trades') ||
  name.startsWith('user.changes') ||
  name.startsWith('user.combo_trades') ||
  name.startsWith('user.mmp_trigger')
    ? 'trade:read'
    : name.startsWith('user.') || name.startsWith('liquidation.')
      ? 'account:read'
      : name.startsWith('block_rfq')
        ? 'block_rfq:read'
        : 'block_trade:read';

/** Reads a channel's name; null when the venue has no such channel. */
export const parseChannelName = (name: string, find: FindInstrument): ChannelName | null => {
  const [head = '', ...parts] = name.split('.');
  switch (head) {
    case 'book':
    case 'ticker':
    case 'incremental_ticker':
    case 'quote':
    case 'perpetual':
      return parseInstrumentChannel(head, parts, find);
    case 'trades': {
      const found = matchAndInterval(parts, find);
      return found === null ? null : { type: 'trades', ...found };
    }
    case 'chart':
      return parseCandle(parts, find);
    case 'markprice': {
      const indexName = parts[0] === 'options' && parts.length === 2 ? indexOf(parts[1]) : null;
      return indexName === null ? null : { type: 'option-marks', indexName };
    }
    case 'instrument': {
      const [state, kind = '', currency = ''] = parts;
      const match = state === 'state' && parts.length === 3 ? kindMatch(kind, currency) : null;
      return match === null ? null : { type: 'instrument-state', match };
    }
    case 'platform_state':
      return parsePlatformState(parts);
    case 'liquidation':
      return parseLiquidation(parts);
    case 'announcements':
      return parts.length === 0 ? { type: 'announcements' } : null;
    case 'user':
      return parseUserChannel(parts, find);
    case 'block_trade_confirmations':
      return parts.length <= 1 ? { type: 'user-silent' } : null;
    case 'block_rfq':
      if (parts[0] === 'trades') return parts.length === 2 ? { type: 'silent' } : null;
      return parts[0] === 'maker' || parts[0] === 'taker' ? { type: 'user-silent' } : null;
    default:
      return parts.length === 1 ? parseIndexChannel(head, parts[0] ?? '') : null;
  }
};

/** Whether an instrument is one that a channel covers. */
export const matchesInstrument = (match: InstrumentMatch, instrument: Instrument): boolean => {
  if (match.instrument !== null) return match.instrument.id === instrument.id;
  if (match.kind === 'none') return false;
  const kind = instrument.kind === 'option' ? 'option' : 'future';
  return (
    (match.kind === null || match.kind === kind) &&
    (match.currency === null || match.currency === instrument.settlementCurrency)
  );
};
