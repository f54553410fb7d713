// History: what has happened, kept for ever in SQL: orders, trades, cash, settlements, candles, index and marks.
// Invariant: every row comes from a durable command, and `lastSeq` says through which command it is complete,
// so after a crash it catches up from the journal and never stores a row twice.
import type {
  AccountId,
  Applied,
  CashChanged,
  Currency,
  IndexName,
  InstrumentId,
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
  /** Null: one row per instrument, summed over accounts by instrument. */
  readonly accountId: AccountId | null;
  readonly instrumentId: InstrumentId | null;
  readonly currency: Currency | null;
  readonly kind: 'settlement' | 'delivery' | null;
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

export interface History {
  /** Through which command everything is stored and durable; 0 when empty. */
  lastSeq(): Seq;
  /** Queues a durable batch; stored in order, soon. */
  absorb(batch: readonly Applied[]): void;
  /** Resolves when all that was absorbed so far is stored. */
  flush(): Promise<void>;
  close(): Promise<void>;

  trades(query: TradeQuery): Promise<readonly Trade[]>;
  orders(query: OrderQuery): Promise<readonly OrderState[]>;
  /** The last state of an order, open or closed. */
  order(orderId: OrderId): Promise<OrderState | null>;
  /** Trigger orders in every state they went through, newest first. */
  triggerOrders(query: OrderQuery): Promise<readonly OrderState[]>;
  cash(query: CashQuery): Promise<readonly CashRow[]>;
  cashCount(query: CashQuery): Promise<number>;
  settlements(query: SettlementQuery): Promise<readonly SettlementRow[]>;
  funding(instrumentId: InstrumentId, range: TimeRange): Promise<readonly FundingRow[]>;
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
  indexPoints(indexName: IndexName, range: TimeRange, pointsMax: number): Promise<readonly PointRow[]>;
  /** Marks of one instrument, one a minute; ascending, price unit. */
  markPoints(instrumentId: InstrumentId, range: TimeRange): Promise<readonly PointRow[]>;
  /** The 30-day implied volatility of an index, one a minute; ascending, annualised fraction. */
  volatilityPoints(indexName: IndexName, range: TimeRange): Promise<readonly PointRow[]>;
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
  /** Deletes rows older than a time (orders and cash of accounts are kept). */
  retain(sinceUs: TsUs): Promise<void>;
}
