// Market channels: tickers, quotes, trades, candles and funding of instruments. Invariant: each
// notification is read from the feeds when it is sent, so it shows the newest state of its batch.
import { type Instrument, type TsUs, usPerMinute } from '@openstrike/domain';
import type { Candle, CandleResolution, Feeds } from '@openstrike/feeds';
import {
  type ApiCandle,
  renderCandle,
  renderPerpetual,
  renderPublicTrade,
  renderQuote,
  renderTicker,
  underlyingIndexOf,
} from '@openstrike/wire';
import { Channel, type ChannelBase } from './channel.ts';
import { type InstrumentMatch, matchesInstrument } from './channel-name.ts';
import type { Routes, RouteTable } from './routes.ts';

type Rendered = Readonly<Record<string, unknown>>;

/** The ticker of one instrument as it stands; null before there is one. */
const tickerData = (feeds: Feeds, instrument: Instrument): Rendered | null => {
  const ticker = feeds.ticker(instrument.id);
  if (ticker === null) return null;
  const underlying =
    instrument.kind === 'option'
      ? underlyingIndexOf(instrument, (name) => feeds.instrumentByName(name) !== null)
      : '';
  return { ...renderTicker(ticker, underlying) };
};

/** A channel whose every notification is one view of the feeds. */
export class ViewChannel extends Channel {
  readonly replaces = true;
  readonly #view: () => readonly unknown[];

  constructor(base: ChannelBase, view: () => readonly unknown[]) {
    super(base);
    this.#view = view;
  }

  /** Sends the view whenever the table tells of the key. */
  on<Key>(table: RouteTable<Key, null>, key: Key): this {
    this.ends.push(table.add(key, () => this.touch()));
    return this;
  }

  override snapshot(): readonly unknown[] {
    return this.#view();
  }

  protected override emit(): void {
    for (const data of this.#view()) this.send(data);
  }
}

const listed = <Data>(data: Data | null): readonly Data[] => (data === null ? [] : [data]);

export const createTickerChannel = (
  base: ChannelBase,
  feeds: Feeds,
  routes: Routes,
  instrument: Instrument,
): Channel =>
  new ViewChannel(base, () => listed(tickerData(feeds, instrument))).on(
    routes.tickers,
    instrument.id,
  );

export const createQuoteChannel = (
  base: ChannelBase,
  feeds: Feeds,
  routes: Routes,
  instrument: Instrument,
): Channel =>
  new ViewChannel(base, () => {
    const ticker = feeds.ticker(instrument.id);
    return ticker === null ? [] : [renderQuote(ticker)];
  }).on(routes.quotes, instrument.id);

export const createPerpetualChannel = (
  base: ChannelBase,
  feeds: Feeds,
  routes: Routes,
  instrument: Instrument,
): Channel =>
  new ViewChannel(base, () => {
    const ticker = feeds.ticker(instrument.id);
    return ticker === null ? [] : [renderPerpetual(ticker)];
  }).on(routes.funding, instrument.id);

/** A ticker of which only the changed members are told. */
export class IncrementalTickerChannel extends Channel {
  readonly replaces = true;
  readonly #feeds: Feeds;
  readonly #instrument: Instrument;
  #told: Rendered | null = null;

  constructor(base: ChannelBase, feeds: Feeds, routes: Routes, instrument: Instrument) {
    super(base);
    this.#feeds = feeds;
    this.#instrument = instrument;
    this.ends.push(routes.tickers.add(instrument.id, () => this.touch()));
  }

  override snapshot(): readonly unknown[] {
    this.#told ??= tickerData(this.#feeds, this.#instrument);
    return this.#told === null ? [] : [{ type: 'snapshot', ...this.#told }];
  }

  protected override emit(): void {
    const now = tickerData(this.#feeds, this.#instrument);
    if (now === null) return;
    const before = this.#told;
    this.#told = now;
    const change: Record<string, unknown> = {
      type: before === null ? 'snapshot' : 'change',
      instrument_name: this.#instrument.name,
      timestamp: now.timestamp,
    };
    for (const [member, value] of Object.entries(now)) {
      const same = before !== null && JSON.stringify(before[member]) === JSON.stringify(value);
      if (!same) change[member] = value;
    }
    this.send(change);
  }
}

export class TradesChannel extends Channel {
  readonly replaces = false;
  #trades: unknown[] = [];

  constructor(base: ChannelBase, feeds: Feeds, routes: Routes, match: InstrumentMatch) {
    super(base);
    const key = match.instrument?.id ?? routes.everything;
    this.ends.push(
      routes.trades.add(key, (trade) => {
        const instrument = feeds.instrument(trade.instrumentId);
        if (instrument === null || !matchesInstrument(match, instrument)) return;
        this.#trades.push(renderPublicTrade(trade, instrument));
        this.touch();
      }),
    );
  }

  protected override emit(): void {
    const trades = this.#trades;
    this.#trades = [];
    this.send(trades);
  }
}

/**
 * The candle of the period at hand, told again when it changes and when the next one begins; and
 * that of the period before once more, where its last trade came in the batch that ended it.
 */
export class CandleChannel extends Channel {
  readonly replaces = true;
  readonly #feeds: Feeds;
  readonly #instrument: Instrument;
  readonly #resolution: CandleResolution;
  /** When the period of the candle last told ends; none was told before the first trade. */
  #endUs = Number.POSITIVE_INFINITY;
  /** Whether there were trades since. */
  #traded = false;

  constructor(
    base: ChannelBase,
    feeds: Feeds,
    routes: Routes,
    of: { readonly instrument: Instrument; readonly resolution: CandleResolution },
  ) {
    super(base);
    this.#feeds = feeds;
    this.#instrument = of.instrument;
    this.#resolution = of.resolution;
    this.#told(feeds.candle(of.instrument.id, of.resolution));
    this.ends.push(
      routes.candles.add(of.instrument.id, () => {
        this.#traded = true;
        this.touch();
      }),
      routes.time.add(routes.everything, (tsUs) => {
        if (tsUs >= this.#endUs) this.touch();
      }),
    );
  }

  override snapshot(): readonly ApiCandle[] {
    const candle = this.#feeds.candle(this.#instrument.id, this.#resolution);
    return candle === null ? [] : [renderCandle(candle, this.#instrument)];
  }

  protected override emit(): void {
    const { id } = this.#instrument;
    const candle = this.#feeds.candle(id, this.#resolution);
    if (candle === null) return;
    const begun = candle.startUs + this.#resolution * usPerMinute !== this.#endUs;
    const before = this.#feeds.candle(id, this.#resolution, (candle.startUs - 1) as TsUs);
    if (begun && this.#traded && before !== null && before.volumeLots > 0) {
      this.send(renderCandle(before, this.#instrument));
    }
    this.send(renderCandle(candle, this.#instrument));
    this.#told(candle);
  }

  #told(candle: Candle | null): void {
    this.#traded = false;
    if (candle !== null) this.#endUs = candle.startUs + this.#resolution * usPerMinute;
  }
}
