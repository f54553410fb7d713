// Feeds: projections of the engine's published events that everybody outside reads: instruments,
// public books, tickers, public trades, and each account's orders, positions and cash. Invariant:
// the state after absorbing a batch depends on the seed and the events alone; only durable commands
// ever reach it.
import type {
  AccountChanged,
  AccountId,
  Applied,
  BookView,
  CashChanged,
  Currency,
  IndexConstituent,
  IndexName,
  IndexStatus,
  Instrument,
  InstrumentId,
  InstrumentState,
  InstrumentView,
  LiquidationEnded,
  LiquidationPhaseChanged,
  LiquidationStepped,
  MarkView,
  MmpTriggered,
  OrderId,
  OrderState,
  PositionChanged,
  PositionView,
  PriceTicks,
  Seq,
  SizeLots,
  Trade,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';

/**
 * A public book, aggregated by price, best first. `changeId` is the seq of its last change or
 * listing.
 */
export interface PublicBook {
  readonly instrumentId: InstrumentId;
  readonly changeId: number;
  readonly tsUs: TsUs;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

export interface BookLevel {
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
}

/**
 * One level's change within a batch; `sizeLots` 0 deletes; `fresh` when the level was not there
 * before.
 */
export interface BookLevelDelta {
  readonly side: 'bid' | 'ask';
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
  readonly fresh: boolean;
}

/** All changes of one book within one command. */
export interface BookDelta {
  readonly instrumentId: InstrumentId;
  readonly changeId: number;
  readonly previousChangeId: number;
  readonly tsUs: TsUs;
  readonly levels: readonly BookLevelDelta[];
}

/** Last 24 hours of one instrument, in the instrument's own units. */
export interface DayStats {
  readonly volumeLots: number;
  /** In coins; an inverse future's dollars at each trade's price. */
  readonly volumeCoins: number;
  /** In USD, each trade at its own index price: premium for options, face value for futures. */
  readonly volumeUsd: number;
  /** Sum of price times amount, in the counter (or quote) currency. */
  readonly volumeNotional: number;
  readonly highTicks: PriceTicks | null;
  readonly lowTicks: PriceTicks | null;
  /** Percent change against the first price of the window; null without trades. */
  readonly priceChange: number | null;
}

/** Best price and size of both sides of a public book; sizes are 0 on an empty side. */
export interface BestQuote {
  readonly bidTicks: PriceTicks | null;
  readonly bidLots: SizeLots;
  readonly askTicks: PriceTicks | null;
  readonly askLots: SizeLots;
}

export interface Ticker {
  readonly instrument: Instrument;
  readonly state: InstrumentState;
  readonly tsUs: TsUs;
  readonly bestBidTicks: PriceTicks | null;
  readonly bestBidLots: SizeLots;
  readonly bestAskTicks: PriceTicks | null;
  readonly bestAskLots: SizeLots;
  readonly lastTicks: PriceTicks | null;
  /** In the instrument's price unit; NaN before the first mark. */
  readonly markPrice: number;
  readonly markIv: number;
  /**
   * Since when `markIv` has been of the slice that was fitted before, because there is no new fit
   * of its expiry; null where it is of the last fit.
   */
  readonly sliceKeptUs: TsUs | null;
  /**
   * Implied by the best bid and ask, annualised fractions; NaN where none exists. Computed when
   * read.
   */
  readonly bidIv: number;
  readonly askIv: number;
  readonly underlyingPrice: number;
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
  readonly rho: number;
  readonly bandMinTicks: PriceTicks;
  readonly bandMaxTicks: PriceTicks;
  readonly indexPrice: UsdMicros;
  readonly estimatedDeliveryPrice: UsdMicros;
  readonly openInterestLots: SizeLots;
  readonly stats: DayStats;
  readonly currentFunding: number;
  readonly funding8h: number;
  readonly settlementPrice: number;
  readonly deliveryPrice: UsdMicros | null;
}

export interface IndexState {
  readonly indexName: IndexName;
  readonly price: UsdMicros;
  readonly tsUs: TsUs;
  readonly estimatedDeliveryPrice: UsdMicros;
  readonly fixingPrints: number;
  readonly status: IndexStatus;
  readonly confidence: number;
  /** Of the value now; empty after a restart until the next one. */
  readonly constituents: readonly IndexConstituent[];
  /** Of the last 24 hours. */
  readonly high24h: UsdMicros;
  readonly low24h: UsdMicros;
  readonly change24hPercent: number;
}

/** Annualised fractions over the last hour and day; null where there is too little to tell. */
export interface RealisedVolatility {
  readonly hour: number | null;
  readonly day: number | null;
}

export interface Candle {
  readonly instrumentId: InstrumentId;
  readonly resolution: CandleResolution;
  readonly startUs: TsUs;
  readonly openTicks: PriceTicks;
  readonly highTicks: PriceTicks;
  readonly lowTicks: PriceTicks;
  readonly closeTicks: PriceTicks;
  readonly volumeLots: number;
  readonly volumeCoins: number;
  /** USD value, as in `DayStats.volumeUsd`. */
  readonly costUsd: number;
}

/** Minutes, or one day. */
export type CandleResolution = 1 | 3 | 5 | 10 | 15 | 30 | 60 | 120 | 180 | 360 | 720 | 1440;
export const candleResolutions: readonly CandleResolution[] = [
  1, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440,
];

/**
 * What one batch changed, in the order it happened; sets are of ids whose state should be read
 * anew.
 */
export interface FeedChanges {
  readonly batch: readonly Applied[];
  readonly lastSeq: Seq;
  readonly tsUs: TsUs;
  readonly books: readonly BookDelta[];
  /** Best price or size changed. */
  readonly quotes: ReadonlySet<InstrumentId>;
  readonly tickers: ReadonlySet<InstrumentId>;
  readonly trades: readonly Trade[];
  /** Every state an order went through, in order. */
  readonly orders: readonly OrderState[];
  readonly positions: readonly PositionChanged[];
  readonly cash: readonly CashChanged[];
  /** Accounts whose summary in a currency changed by their own doing (not by marks). */
  readonly portfolios: ReadonlyMap<AccountId, ReadonlySet<Currency>>;
  readonly indexes: ReadonlySet<IndexName>;
  /** Indexes whose marks were set anew. */
  readonly marks: ReadonlySet<IndexName>;
  readonly instrumentStates: readonly {
    readonly instrumentId: InstrumentId;
    /** Deribit's words: created, started, settled, closed, terminated. */
    readonly state: 'created' | 'started' | 'settled' | 'closed' | 'terminated';
    readonly tsUs: TsUs;
  }[];
  readonly candles: ReadonlySet<InstrumentId>;
  readonly funding: ReadonlySet<InstrumentId>;
  readonly tradingStateChanged: boolean;
  readonly accounts: readonly AccountChanged[];
  readonly mmpTriggers: readonly MmpTriggered[];
  /** Auctions that began or changed their phase, steps and ends, in order. */
  readonly liquidations: readonly LiquidationNews[];
}

export type LiquidationNews = LiquidationPhaseChanged | LiquidationStepped | LiquidationEnded;

/** What feeds start from: the engine's own answers, and what history kept of the last day. */
export interface FeedSeed {
  readonly seq: Seq;
  readonly tsUs: TsUs;
  readonly instruments: readonly InstrumentView[];
  readonly books: readonly BookView[];
  readonly openOrders: readonly OrderState[];
  readonly positions: readonly PositionView[];
  readonly accounts: readonly AccountChanged[];
  readonly indexes: readonly {
    readonly indexName: IndexName;
    readonly price: UsdMicros;
    readonly estimatedDeliveryPrice: UsdMicros;
    readonly fixingPrints: number;
    readonly status: IndexStatus;
    readonly confidence: number;
  }[];
  readonly tradingState: readonly {
    readonly scope: Currency | 'all';
    readonly state: 'open' | 'halted';
    readonly reason: string;
  }[];
  /** Ascending; the last 24 hours. */
  readonly recentTrades: readonly Trade[];
  /** Ascending; about one a minute over the last 24 hours. */
  readonly recentIndexes: readonly {
    readonly indexName: IndexName;
    readonly price: UsdMicros;
    readonly tsUs: TsUs;
  }[];
  /** Instruments delivered longer ago, so that their names still resolve; oldest first. */
  readonly formerInstruments?: readonly Instrument[];
}

export interface InstrumentFilter {
  /** Settlement currency; null for all. */
  readonly currency: Currency | null;
  readonly kind: 'option' | 'future' | null;
  readonly expired: boolean;
}

export interface Feeds {
  seed(seed: FeedSeed): void;
  /**
   * Takes a durable batch and tells what it changed; commands at or below `lastSeq` are passed
   * over.
   */
  absorb(batch: readonly Applied[]): FeedChanges;

  /** Resolves delivered instruments too, the newest 20,000 of them. */
  instrumentByName(name: string): Instrument | null;
  instrument(instrumentId: InstrumentId): Instrument | null;
  instrumentState(instrumentId: InstrumentId): InstrumentState | null;
  /** Live ones, or those expired within the last day. */
  instruments(filter: InstrumentFilter): readonly Instrument[];
  book(instrumentId: InstrumentId): PublicBook | null;
  ticker(instrumentId: InstrumentId): Ticker | null;
  /** The best of a book alone, which costs next to nothing. */
  bestQuote(instrumentId: InstrumentId): BestQuote | null;
  /** Mark and greeks alone, which cost less than a ticker; null before the first mark. */
  mark(instrumentId: InstrumentId): MarkView | null;
  index(indexName: IndexName): IndexState | null;
  /** How much an index has moved of late; null before its first value. */
  realisedVolatility(indexName: IndexName): RealisedVolatility | null;
  /** Newest last; of the last 24 hours, at most the last thousand of an instrument. */
  recentTrades(instrumentId: InstrumentId): readonly Trade[];
  /**
   * The candle of the period that holds `atUs` (default: the newest command's time; at most 24
   * hours back). Without a trade in the period it is flat at the last price before; null before the
   * first trade.
   */
  candle(instrumentId: InstrumentId, resolution: CandleResolution, atUs?: TsUs): Candle | null;
  /** One row for all and one for each settlement currency. */
  tradingState(): FeedSeed['tradingState'];

  account(accountId: AccountId): AccountChanged | null;
  accounts(): readonly AccountChanged[];
  subaccounts(parentId: AccountId): readonly AccountChanged[];
  /** Open and untriggered orders, ascending by id. */
  openOrders(accountId: AccountId): readonly OrderState[];
  openOrder(orderId: OrderId): OrderState | null;
  openOrdersByLabel(accountId: AccountId, label: string): readonly OrderState[];
  /** Null when flat with nothing realised in this session. */
  position(accountId: AccountId, instrumentId: InstrumentId): PositionChanged | null;
  positions(accountId: AccountId): readonly PositionChanged[];
  lastSeq(): Seq;
}
