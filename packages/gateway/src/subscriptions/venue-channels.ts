// Venue channels: indexes, marks of whole chains, states of instruments and of the platform.
// Invariant: they tell what the feeds know; what the venue has no figure for is not made up.
import { type IndexName, usPerDay, usPerHour, usPerSecond } from '@openstrike/domain';
import {
  type Feeds,
  type MarkedOption,
  type VolatilityIndexValue,
  volatilityIndex,
} from '@openstrike/feeds';
import {
  type ApiEstimatedDelivery,
  type ApiIndexConstituent,
  type ApiIndexPrice,
  type ApiIndexStatistics,
  type ApiInstrumentState,
  type ApiOptionMark,
  type ApiPlatformState,
  type ApiPublicMethodsState,
  type ApiRealisedNotice,
  type ApiVolatilityNotice,
  renderOptionMark,
  usdOf,
} from '@openstrike/wire';
import { Channel, type ChannelBase } from './channel.ts';
import { type IndexChannelType, type InstrumentMatch, matchesInstrument } from './channel-name.ts';
import { lockedIndexes } from './locked-indexes.ts';
import { ViewChannel } from './market-channels.ts';
import type { Routes } from './routes.ts';

const msOf = (tsUs: number): number => Math.floor(tsUs / 1000);

/** Prints of one fixing window. */
const fixingPrintsAll = 1_800;

const secondsPerDay = usPerDay / usPerSecond;
const settlementSecond = (8 * usPerHour) / usPerSecond;

const indexData = (feeds: Feeds, indexName: IndexName): readonly ApiIndexPrice[] => {
  const index = feeds.index(indexName);
  if (index === null) return [];
  return [{ index_name: indexName, price: usdOf(index.price), timestamp: msOf(index.tsUs) }];
};

/** Of a value that came whole, the only constituent is the venue's own oracle. */
const rankingData = (feeds: Feeds, indexName: IndexName): readonly ApiIndexConstituent[][] => {
  const index = feeds.index(indexName);
  if (index === null) return [];
  const timestamp = msOf(index.tsUs);
  const whole = { source: 'oracle', price: index.price, counted: index.price, weightBp: 10_000 };
  const parts = index.constituents.length === 0 ? [whole] : index.constituents;
  const rows = parts.map(({ source, price, counted, weightBp }) => ({
    identifier: source,
    enabled: counted !== 0,
    original_price: price === 0 ? null : usdOf(price),
    price: counted === 0 ? null : usdOf(counted),
    weight: weightBp / 100,
    timestamp: price === 0 ? null : timestamp,
  }));
  return [rows];
};

const statisticsData = (feeds: Feeds, indexName: IndexName): readonly ApiIndexStatistics[] => {
  const index = feeds.index(indexName);
  if (index === null) return [];
  return [
    {
      index_name: indexName,
      change24h: index.change24hPercent,
      high24h: usdOf(index.high24h),
      low24h: usdOf(index.low24h),
      high_volatility: false,
    },
  ];
};

const markedOptions = (feeds: Feeds, indexName: IndexName): MarkedOption[] =>
  feeds
    .instruments({ currency: null, kind: 'option', expired: false })
    .flatMap(({ id, expiryUs, strike, indexName: name }) => {
      const ticker = name === indexName ? feeds.ticker(id) : null;
      if (ticker === null || expiryUs === null || strike === null) return [];
      const { underlyingPrice: forward, markIv, bidIv, askIv } = ticker;
      return [{ expiryUs, strike, forward, markIv, bidIv, askIv }];
    });

/** The 30-day implied volatility of an index as it is now, fractions; null without marks. */
export const impliedVolatility = (
  feeds: Feeds,
  indexName: IndexName,
): VolatilityIndexValue | null => {
  const index = feeds.index(indexName);
  return index === null ? null : volatilityIndex(markedOptions(feeds, indexName), index.tsUs);
};

const percent = (fraction: number): number => Math.round(fraction * 1e6) / 1e4;

const volatilityData = (feeds: Feeds, indexName: IndexName): readonly ApiVolatilityNotice[] => {
  const index = feeds.index(indexName);
  const implied = impliedVolatility(feeds, indexName);
  if (index === null || implied === null) return [];
  return [
    {
      index_name: indexName,
      timestamp: msOf(index.tsUs),
      volatility: percent(implied.volatility),
      // Ours: how far spreads and missing wings leave it open, in percentage points.
      error: percent(implied.error),
    },
  ];
};

const realisedData = (feeds: Feeds, indexName: IndexName): readonly ApiRealisedNotice[] => {
  const index = feeds.index(indexName);
  const realised = feeds.realisedVolatility(indexName);
  if (index === null || realised === null) return [];
  const { hour, day } = realised;
  return [
    {
      index_name: indexName,
      timestamp: msOf(index.tsUs),
      volatility_1h: hour === null ? null : percent(hour),
      volatility_24h: day === null ? null : percent(day),
    },
  ];
};

const estimatedDeliveryData = (
  feeds: Feeds,
  indexName: IndexName,
): readonly ApiEstimatedDelivery[] => {
  const index = feeds.index(indexName);
  if (index === null) return [];
  // The value of 08:00:00 is the last of the fixing, and arrives a little later.
  const left = (settlementSecond - Math.round(index.tsUs / usPerSecond)) % secondsPerDay;
  const running = index.fixingPrints > 0;
  return [
    {
      price: usdOf(index.estimatedDeliveryPrice),
      seconds: (left + secondsPerDay) % secondsPerDay,
      is_estimated: running,
      ...(running
        ? {
            left_ticks: Math.max(0, fixingPrintsAll - index.fixingPrints),
            total_ticks: fixingPrintsAll,
          }
        : {}),
    },
  ];
};

const optionMarksData = (feeds: Feeds, indexName: IndexName): readonly ApiOptionMark[][] => {
  const rows: ApiOptionMark[] = [];
  for (const instrument of feeds.instruments({ currency: null, kind: 'option', expired: false })) {
    if (instrument.indexName !== indexName) continue;
    const ticker = feeds.ticker(instrument.id);
    if (ticker !== null && Number.isFinite(ticker.markPrice)) rows.push(renderOptionMark(ticker));
  }
  return rows.length === 0 ? [] : [rows];
};

const indexViews = {
  'index-price': indexData,
  'index-ranking': rankingData,
  'index-statistics': statisticsData,
  'index-volatility': volatilityData,
  'realised-volatility': realisedData,
  'estimated-delivery': estimatedDeliveryData,
  'option-marks': optionMarksData,
} as const satisfies Record<IndexChannelType, unknown>;

export const createIndexChannel = (
  base: ChannelBase,
  feeds: Feeds,
  routes: Routes,
  of: { readonly type: IndexChannelType; readonly indexName: IndexName },
): Channel => {
  const view = indexViews[of.type];
  const channel = new ViewChannel(base, () => view(feeds, of.indexName));
  const marks = of.type === 'option-marks' || of.type === 'index-volatility';
  return channel.on(marks ? routes.marks : routes.indexes, of.indexName);
};

export class InstrumentStateChannel extends Channel {
  readonly replaces = false;
  #rows: ApiInstrumentState[] = [];

  constructor(base: ChannelBase, feeds: Feeds, routes: Routes, match: InstrumentMatch) {
    super(base);
    this.ends.push(
      routes.states.add(routes.everything, ({ instrumentId, state, tsUs }) => {
        const instrument = feeds.instrument(instrumentId);
        if (instrument === null || !matchesInstrument(match, instrument)) return;
        const timestamp = msOf(tsUs);
        this.#rows.push({ instrument_name: instrument.name, state, timestamp });
        this.touch();
      }),
    );
  }

  protected override emit(): void {
    const rows = this.#rows;
    this.#rows = [];
    for (const row of rows) this.send(row);
  }
}

/** Whether the operator has halted the whole venue, which is how its maintenance begins. */
const isMaintained = (feeds: Feeds): boolean =>
  feeds.tradingState().some(({ scope, state }) => scope === 'all' && state === 'halted');

export class PlatformStateChannel extends Channel {
  readonly replaces = false;
  readonly #feeds: Feeds;
  #locked: ReadonlySet<IndexName>;
  #maintained: boolean;

  constructor(base: ChannelBase, feeds: Feeds, routes: Routes) {
    super(base);
    this.#feeds = feeds;
    this.#locked = lockedIndexes(feeds);
    this.#maintained = isMaintained(feeds);
    this.ends.push(routes.trading.add(routes.everything, () => this.touch()));
  }

  override snapshot(): readonly ApiPlatformState[] {
    const locks = [...this.#locked].map((name) => ({ price_index: name, locked: true }));
    return this.#maintained ? [{ maintenance: true }, ...locks] : locks;
  }

  protected override emit(): void {
    const maintained = isMaintained(this.#feeds);
    if (maintained !== this.#maintained) {
      this.#maintained = maintained;
      const row: ApiPlatformState = { maintenance: maintained };
      this.send(row);
    }
    const before = this.#locked;
    this.#locked = lockedIndexes(this.#feeds);
    for (const name of new Set([...before, ...this.#locked])) {
      const locked = this.#locked.has(name);
      const row: ApiPlatformState = { price_index: name, locked };
      if (locked !== before.has(name)) this.send(row);
    }
  }
}

/** Says once that public methods are open to everybody; it never changes while the venue runs. */
export class PublicMethodsStateChannel extends Channel {
  readonly replaces = false;
  override snapshot(): readonly ApiPublicMethodsState[] {
    return [{ allow_unauthenticated_public_requests: true }];
  }
  protected override emit(): void {}
}

/** Notifications that the hub hands over one by one. */
export class PostedChannel extends Channel {
  readonly replaces = false;
  #rows: unknown[] = [];

  post(row: unknown): void {
    this.#rows.push(row);
    this.touch();
  }

  protected override emit(): void {
    const rows = this.#rows;
    this.#rows = [];
    for (const row of rows) this.send(row);
  }
}
