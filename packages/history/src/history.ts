// History: what has happened, kept for ever in SQL: orders, trades, cash, settlements, candles,
// index and marks. Invariant: every row comes from a durable command, and `lastSeq` says through
// which command it is complete, so after a crash it catches up from the journal and never stores a
// row twice.
import type {
  AccountChanged,
  AccountId,
  Applied,
  CashChanged,
  Currency,
  IndexName,
  Instrument,
  InstrumentId,
  OperationalError,
  OrderId,
  OrderState,
  PositionSettled,
  Seq,
  Trade,
  TradeId,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';
import type { Candle, CandleResolution } from '@openstrike/feeds';

/** Half-open in neither end: both bounds inclusive, null for unbounded. */
export interface TimeRange {
  readonly fromUs: TsUs | null;
  readonly toUs: TsUs | null;
}

export interface TradeQuery extends TimeRange {
  readonly accountId: AccountId | null;
  readonly orderId: OrderId | null;
  /** Empty means all. */
  readonly instrumentIds: readonly InstrumentId[];
  readonly currency: Currency | null;
  readonly kind: 'option' | 'future' | null;
  readonly fromTradeId: TradeId | null;
  readonly toTradeId: TradeId | null;
  readonly fromTradeSeq: number | null;
  readonly toTradeSeq: number | null;
  readonly limit: number;
  readonly order: 'ascending' | 'descending';
}

export interface OrderQuery {
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId | null;
  readonly currency: Currency | null;
  readonly kind: 'option' | 'future' | null;
  /** Also closed orders that never traded. */
  readonly includeUnfilled: boolean;
  readonly limit: number;
  readonly offset: number;
  /** Continue below this order id; null from the newest. */
  readonly beforeId: OrderId | null;
}

export interface CashRow extends CashChanged {
  readonly id: number;
  readonly seq: Seq;
  readonly tsUs: TsUs;
  /** The trade of a premium or fee row, for the transaction log. */
  readonly trade: Trade | null;
}

export interface CashQuery extends TimeRange {
  readonly accountId: AccountId;
  readonly currency: Currency | null;
  /** Empty means all. */
  readonly reasons: readonly CashChanged['reason'][];
  readonly beforeId: number | null;
  readonly limit: number;
  readonly offset: number;
}

export interface SettlementRow extends PositionSettled {
  readonly id: number;
  readonly tsUs: TsUs;
}

export interface SettlementQuery {
  /**
   * Null: one row per instrument and instant, summed over the accounts that were long (the short
   * side is its mirror); its `accountId` is 0 and its `id` counts such rows.
   */
  readonly accountId: AccountId | null;
  readonly instrumentId: InstrumentId | null;
  readonly currency: Currency | null;
  readonly kind: 'settlement' | 'delivery' | null;
  /** Where the listing, newest first, starts: nothing later is returned. */
  readonly fromUs: TsUs | null;
  readonly beforeId: number | null;
  readonly limit: number;
}

export interface FundingRow {
  readonly instrumentId: InstrumentId;
  readonly tsUs: TsUs;
  readonly interest1h: number;
  readonly interest8h: number;
  readonly indexPrice: UsdMicros;
  readonly previousIndexPrice: UsdMicros;
}

export interface DeliveryPriceRow {
  readonly indexName: IndexName;
  readonly expiryUs: TsUs;
  readonly price: UsdMicros;
}

export interface PointRow {
  readonly tsUs: TsUs;
  readonly value: number;
}

export interface VolatilityRow extends PointRow {
  /**
   * Half of the width that spreads and missing wings leave open, in the unit of the value; null of
   * values that were stored before there was one.
   */
  readonly error: number | null;
}

/**
 * `waiting`: the disk refused a write, for want of room or otherwise; what was absorbed is kept and
 * written anew each second until the disk takes it. `failed`: only a restart helps.
 */
export type HistoryState = 'storing' | 'waiting' | 'failed';

export interface History {
  /** Through which command everything is stored and durable; 0 when empty. */
  lastSeq(): Seq;
  /**
   * Queues a durable batch; stored in order, soon. Commands at or below what was absorbed are
   * passed over. Once `failed` it takes nothing more: `lastSeq` stays, and a restart catches up
   * from the journal.
   */
  absorb(batch: readonly Applied[]): void;
  /**
   * Rows absorbed and not yet stored. Beyond half a million `absorb` blocks its thread until the
   * worker has caught up by half; while `waiting` it fails instead, so that the venue goes on.
   */
  pendingRows(): number;
  state(): HistoryState;
  /** Why nothing is stored; null while `storing`. Queries and `flush` reject with it. */
  failure(): OperationalError | null;
  /** Resolves when all that was absorbed so far is stored. */
  flush(): Promise<void>;
  close(): Promise<void>;

  /** Everything absorbed before the call is seen by every query. */
  trades(query: TradeQuery): Promise<readonly Trade[]>;
  /** Closed orders, newest first. */
  orders(query: OrderQuery): Promise<readonly OrderState[]>;
  /**
   * The last state of an order that closed, traded or has a trigger. Open orders that did not trade
   * are the feeds'.
   */
  order(orderId: OrderId): Promise<OrderState | null>;
  /** Trigger orders in every state they went through, newest order and then newest state first. */
  triggerOrders(query: OrderQuery): Promise<readonly OrderState[]>;
  /** Newest first. */
  cash(query: CashQuery): Promise<readonly CashRow[]>;
  cashCount(query: CashQuery): Promise<number>;
  /** Newest first. */
  settlements(query: SettlementQuery): Promise<readonly SettlementRow[]>;
  /** Ascending. */
  funding(instrumentId: InstrumentId, range: TimeRange): Promise<readonly FundingRow[]>;
  /** Newest first. */
  deliveryPrices(
    indexName: IndexName,
    offset: number,
    limit: number,
  ): Promise<{ readonly rows: readonly DeliveryPriceRow[]; readonly total: number }>;
  /** Ascending; periods without a trade are left out (the caller fills them flat). */
  candles(
    instrumentId: InstrumentId,
    resolution: CandleResolution,
    range: TimeRange,
  ): Promise<readonly Candle[]>;
  /** Index values, thinned to about `pointsMax` evenly spaced rows; ascending, USD. */
  indexPoints(
    indexName: IndexName,
    range: TimeRange,
    pointsMax: number,
  ): Promise<readonly PointRow[]>;
  /** Marks of one instrument, one a minute; ascending, price unit. */
  markPoints(instrumentId: InstrumentId, range: TimeRange): Promise<readonly PointRow[]>;
  /** The volatility index of an index, one value a minute; ascending, annualised fractions. */
  volatilityPoints(indexName: IndexName, range: TimeRange): Promise<readonly VolatilityRow[]>;
  /** Volume by settlement currency and kind since a time: lots times lot size, in coins. */
  volumes(
    sinceUs: TsUs,
  ): Promise<
    readonly { currency: Currency; kind: 'call' | 'put' | 'future'; volumeCoins: number }[]
  >;
  /** What feeds need to start: trades and index values of the last 24 hours, ascending. */
  recentTrades(sinceUs: TsUs): Promise<readonly Trade[]>;
  recentIndexes(
    sinceUs: TsUs,
  ): Promise<readonly { indexName: IndexName; price: UsdMicros; tsUs: TsUs }[]>;
  /** Every instrument ever listed, by id; unknown ids are left out. */
  instruments(ids: readonly InstrumentId[]): Promise<readonly Instrument[]>;
  instrumentByName(name: string): Promise<Instrument | null>;
  /** The newest instruments whose expiry lies before a time, oldest first. */
  formerInstruments(expiredBeforeUs: TsUs, limit: number): Promise<readonly Instrument[]>;
  accounts(): Promise<readonly AccountChanged[]>;
  /**
   * Deletes trades, marks, index values and one-minute candles older than a time, and orders that
   * closed before it without a trade. Orders that traded, cash, settlements, and candles of an hour
   * and a day are kept.
   */
  retain(sinceUs: TsUs): Promise<void>;
}
