// History queries: answers from the tables. Every list is found by an index as a short list of ids,
// merged from one search per class or instrument asked for, and only then are its rows read; so the
// time an answer takes depends on its length, not on how much there is.
import {
  type AccountChanged,
  type Currency,
  currencies,
  type IndexName,
  type Instrument,
  type InstrumentId,
  indexNames,
  type OrderId,
  type OrderState,
  type PriceTicks,
  type Seq,
  type TsUs,
  type UsdMicros,
  usdMicrosPerUsd,
  usPerMinute,
} from '@openstrike/domain';
import type { Candle, CandleResolution } from '@openstrike/feeds';
import type {
  CashQuery,
  CashRow,
  DeliveryPriceRow,
  FundingRow,
  OrderQuery,
  PointRow,
  SettlementQuery,
  SettlementRow,
  TimeRange,
  TradeQuery,
  VolatilityRow,
} from './history.ts';
import type { HistoryDatabase } from './history-database.ts';
import { storedResolutions } from './history-writer.ts';
import { packCells } from './packed-cells.ts';
import {
  type Cell,
  cashShape,
  decodeCash,
  decodeOrder,
  decodeSettlement,
  decodeTrade,
  orderShape,
  settlementShape,
  tradeShape,
} from './row-codecs.ts';
import type { PackedRows } from './row-sink.ts';
import { columnNames } from './schema.ts';
import { cashReasonWords, classesOf, currencyWords, settlementWords } from './words.ts';

type Direction = 'ASC' | 'DESC';

/** Ids lie in [low, high]; an empty range finds nothing. */
interface IdRange {
  low: number;
  high: number;
}

const everyId = (): IdRange => ({ low: 0, high: Number.MAX_SAFE_INTEGER });

const select = (table: string, columns: readonly string[], key: string): string =>
  `SELECT ${columns.join(', ')} FROM ${table} WHERE ${key} = ?`;

const tradeSql = select('trades', columnNames(tradeShape), 'trade_id');
const orderSql = select('orders', columnNames(orderShape), 'order_id');
const triggerStateSql = select('trigger_states', columnNames(orderShape), 'id');
const cashSql = select('cash', columnNames(cashShape), 'id');
const settlementSql = select('settlements', columnNames(settlementShape), 'id');
const publicSettlementSql = select('public_settlements', columnNames(settlementShape), 'id');

export class HistoryQueries {
  readonly #database: HistoryDatabase;

  constructor(database: HistoryDatabase) {
    this.#database = database;
  }

  trades(query: TradeQuery): PackedRows {
    const range = this.#timeRange('trades', 'trade_id', query);
    range.low = Math.max(range.low, query.fromTradeId ?? 0);
    range.high = Math.min(range.high, query.toTradeId ?? Number.MAX_SAFE_INTEGER);
    const direction: Direction = query.order === 'ascending' ? 'ASC' : 'DESC';
    const ids = mergeIds(this.#tradeIds(query, range, direction), direction, 0, query.limit);
    const rows = ids.map((id) => this.#database.row(tradeSql, id) as Cell[]);
    return packCells(tradeShape, rows);
  }

  #tradeIds(query: TradeQuery, range: IdRange, direction: Direction): number[] {
    const found: number[] = [];
    const { accountId, orderId, instrumentIds, limit } = query;
    const add = (where: string, values: readonly number[], ids = range): void => {
      const table = accountId === null && orderId === null ? 'trades' : 'fills';
      const sql = `SELECT trade_id FROM ${table} WHERE ${where}
        trade_id BETWEEN ? AND ? ORDER BY trade_id ${direction} LIMIT ?`;
      // Both parties of a trade may be the same account, which is then found twice.
      const most = table === 'fills' ? limit * 2 : limit;
      for (const row of this.#database.rows(sql, ...values, ids.low, ids.high, most)) {
        found.push(row[0] as number);
      }
    };
    const account = accountId === null ? '' : 'account_id = ? AND ';
    const accountValues = accountId === null ? [] : [accountId];
    if (orderId !== null) {
      const own = accountId === null ? '' : '+account_id = ? AND ';
      add(`order_id = ? AND ${own}`, [orderId, ...accountValues]);
    } else if (instrumentIds.length > 0) {
      for (const id of instrumentIds) {
        const ids = this.#tradeSeqRange(query, id, range);
        add(`${account}instrument_id = ? AND `, [...accountValues, id], ids);
      }
    } else if (accountId !== null || query.currency !== null || query.kind !== null) {
      for (const code of classesOf(query.currency, query.kind)) {
        add(`${account}class = ? AND `, [...accountValues, code]);
      }
    } else {
      add('', []);
    }
    return found;
  }

  /** The ids between two counts of one instrument's trades. */
  #tradeSeqRange(query: TradeQuery, id: InstrumentId, range: IdRange): IdRange {
    const { fromTradeSeq, toTradeSeq } = query;
    let { low, high } = range;
    if (fromTradeSeq !== null) {
      const sql = `SELECT trade_id FROM trades WHERE instrument_id = ? AND trade_seq >= ?
        ORDER BY trade_seq LIMIT 1`;
      low = Math.max(low, this.#id(sql, Number.MAX_SAFE_INTEGER, id, fromTradeSeq));
    }
    if (toTradeSeq !== null) {
      const sql = `SELECT trade_id FROM trades WHERE instrument_id = ? AND trade_seq <= ?
        ORDER BY trade_seq DESC LIMIT 1`;
      high = Math.min(high, this.#id(sql, -1, id, toTradeSeq));
    }
    return { low, high };
  }

  orders(query: OrderQuery): OrderState[] {
    const found = (query.includeUnfilled ? [0, 1] : [1]).flatMap((traded) =>
      this.#orderIds(
        query,
        (key) => `SELECT order_id FROM orders WHERE closed = 1 AND account_id = ? AND ${key} = ?
          AND traded = ${traded} AND order_id <= ? ORDER BY order_id DESC LIMIT ?`,
      ),
    );
    const ids = mergeIds(
      found.map((row) => row[0] as number),
      'DESC',
      query.offset,
      query.limit,
    );
    return ids.map((id) => decodeOrder(this.#database.row(orderSql, id) as Cell[]));
  }

  /** Rows of one search per class, or of the one instrument. */
  #orderIds(query: OrderQuery, sqlOf: (key: 'class' | 'instrument_id') => string): Cell[][] {
    const { accountId, instrumentId, beforeId, limit, offset } = query;
    const newest = beforeId === null ? Number.MAX_SAFE_INTEGER : beforeId - 1;
    const [key, values] =
      instrumentId === null
        ? (['class', classesOf(query.currency, query.kind)] as const)
        : (['instrument_id', [instrumentId]] as const);
    return values.flatMap((value) =>
      this.#database.rows(sqlOf(key), accountId, value, newest, offset + limit),
    );
  }

  order(orderId: OrderId): OrderState | null {
    const cells = this.#database.row(orderSql, orderId);
    return cells === undefined ? null : decodeOrder(cells);
  }

  triggerOrders(query: OrderQuery): OrderState[] {
    const found = this.#orderIds(
      query,
      (key) => `SELECT order_id, id FROM trigger_states WHERE account_id = ? AND ${key} = ?
        AND order_id <= ? ORDER BY order_id DESC, id DESC LIMIT ?`,
    ) as [number, number][];
    found.sort((a, b) => b[0] - a[0] || b[1] - a[1]);
    return found
      .slice(query.offset, query.offset + query.limit)
      .map(([, id]) => decodeOrder(this.#database.row(triggerStateSql, id) as Cell[]));
  }

  cash(query: CashQuery): CashRow[] {
    const range = this.#cashRange(query);
    const most = query.offset + query.limit;
    const found = this.#cashSearches(query).flatMap(([where, values]) =>
      this.#database.rows(
        `SELECT id FROM cash WHERE ${where} AND id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?`,
        ...values,
        range.low,
        range.high,
        most,
      ),
    );
    const ids = mergeIds(
      found.map((row) => row[0] as number),
      'DESC',
      query.offset,
      query.limit,
    );
    const tradeColumn = columnNames(cashShape).indexOf('trade_id');
    return ids.map((id) => {
      const cells = this.#database.row(cashSql, id) as Cell[];
      const tradeId = cells[tradeColumn] as number | null;
      const trade = tradeId === null ? undefined : this.#database.row(tradeSql, tradeId);
      return decodeCash(id, cells, trade === undefined ? null : decodeTrade(trade));
    });
  }

  cashCount(query: CashQuery): number {
    const range = this.#cashRange(query);
    let count = 0;
    for (const [where, values] of this.#cashSearches(query)) {
      const sql = `SELECT count(*) FROM cash WHERE ${where} AND id BETWEEN ? AND ?`;
      count += Number(this.#database.cell(sql, ...values, range.low, range.high));
    }
    return count;
  }

  #cashRange(query: CashQuery): IdRange {
    const range = this.#timeRange('cash', 'id', query);
    range.high = Math.min(range.high, (query.beforeId ?? Number.MAX_SAFE_INTEGER) - 1);
    return range;
  }

  #cashSearches(query: CashQuery): [where: string, values: number[]][] {
    const codes = (query.currency === null ? currencies : [query.currency]).map((currency) =>
      currencyWords.code(currency),
    );
    if (query.reasons.length === 0) {
      return codes.map((code) => ['account_id = ? AND currency = ?', [query.accountId, code]]);
    }
    return query.reasons.flatMap((reason) =>
      codes.map((code): [string, number[]] => [
        'account_id = ? AND reason = ? AND currency = ?',
        [query.accountId, cashReasonWords.code(reason), code],
      ]),
    );
  }

  settlements(query: SettlementQuery): SettlementRow[] {
    const table = query.accountId === null ? 'public_settlements' : 'settlements';
    const until = { fromUs: null, toUs: query.fromUs };
    const range = this.#timeRange(table, 'id', until);
    range.high = Math.min(range.high, (query.beforeId ?? Number.MAX_SAFE_INTEGER) - 1);
    const account = query.accountId === null ? '' : 'account_id = ? AND ';
    const accountValues = query.accountId === null ? [] : [query.accountId];
    const [key, keys] =
      query.instrumentId === null
        ? ['class', classesOf(query.currency, null)]
        : ['instrument_id', [query.instrumentId]];
    const kinds = query.kind === null ? settlementWords.words : [query.kind];
    // Per kind, or a long run of one kind would hide behind the other.
    const found = keys.flatMap((value) =>
      kinds.flatMap((kind) =>
        this.#database.rows(
          `SELECT id FROM ${table} WHERE ${account}${key} = ? AND kind = ? AND id BETWEEN ? AND ?
           ORDER BY id DESC LIMIT ?`,
          ...accountValues,
          value,
          settlementWords.code(kind),
          range.low,
          range.high,
          query.limit,
        ),
      ),
    );
    const ids = mergeIds(
      found.map((row) => row[0] as number),
      'DESC',
      0,
      query.limit,
    );
    const sql = query.accountId === null ? publicSettlementSql : settlementSql;
    return ids.map((id) => decodeSettlement(id, this.#database.row(sql, id) as Cell[]));
  }

  funding(instrumentId: InstrumentId, range: TimeRange): FundingRow[] {
    const rows = this.#database.rows(
      `SELECT hour_end_us, interest_1h, interest_8h, index_price, previous_index_price
       FROM funding_hours WHERE instrument_id = ? AND hour_end_us BETWEEN ? AND ?
       ORDER BY hour_end_us`,
      instrumentId,
      ...bounds(range),
    ) as [TsUs, number, number, UsdMicros, UsdMicros][];
    return rows.map(([tsUs, interest1h, interest8h, indexPrice, previousIndexPrice]) => ({
      instrumentId,
      tsUs,
      interest1h,
      interest8h,
      indexPrice,
      previousIndexPrice,
    }));
  }

  deliveryPrices(
    indexName: IndexName,
    offset: number,
    limit: number,
  ): { rows: DeliveryPriceRow[]; total: number } {
    const code = indexNames.indexOf(indexName);
    const rows = this.#database.rows(
      `SELECT expiry_us, price FROM delivery_prices WHERE index_code = ?
       ORDER BY expiry_us DESC LIMIT ? OFFSET ?`,
      code,
      limit,
      offset,
    ) as [TsUs, UsdMicros][];
    const counted = 'SELECT count(*) FROM delivery_prices WHERE index_code = ?';
    return {
      rows: rows.map(([expiryUs, price]) => ({ indexName, expiryUs, price })),
      total: Number(this.#database.cell(counted, code)),
    };
  }

  candles(instrumentId: InstrumentId, resolution: CandleResolution, range: TimeRange): Candle[] {
    const base = storedResolutions.findLast((stored) => resolution % stored === 0) as number;
    const [from, to] = bounds(range);
    const first = Math.floor(from / usPerMinute / resolution) * resolution;
    const last = Math.floor(to / usPerMinute / resolution) * resolution + resolution - 1;
    const rows = this.#database.rows(
      `SELECT start_minute, open, high, low, close, lots, coins, usd FROM candles
       WHERE resolution = ? AND instrument_id = ? AND start_minute BETWEEN ? AND ?
       ORDER BY start_minute`,
      base,
      instrumentId,
      first,
      last,
    ) as number[][];
    return mergeCandles(rows, instrumentId, resolution);
  }

  indexPoints(indexName: IndexName, range: TimeRange, pointsMax: number): PointRow[] {
    return this.#indexSeries(indexName, range, pointsMax).map(([tsUs, price]) => ({
      tsUs: tsUs as TsUs,
      value: price / usdMicrosPerUsd,
    }));
  }

  /** Evenly spaced values by one seek each, so that a year costs what an hour does. */
  #indexSeries(indexName: IndexName, range: TimeRange, pointsMax: number): [number, number][] {
    const code = indexNames.indexOf(indexName);
    const [from, to] = bounds(range);
    const ends = (order: Direction): number =>
      Number(
        this.#database.cell(
          `SELECT ts_us FROM index_points WHERE index_code = ? AND ts_us BETWEEN ? AND ?
           ORDER BY ts_us ${order} LIMIT 1`,
          code,
          from,
          to,
        ) ?? -1,
      );
    const [first, last] = [ends('ASC'), ends('DESC')];
    const points: [number, number][] = [];
    const step = Math.max(1, (last - first) / Math.max(1, pointsMax - 1));
    const sql = `SELECT ts_us, price FROM index_points
      WHERE index_code = ? AND ts_us BETWEEN ? AND ? ORDER BY ts_us LIMIT 1`;
    for (let at = first; first >= 0 && at <= last; ) {
      const [tsUs, price] = this.#database.row(sql, code, Math.floor(at), last) as [number, number];
      points.push([tsUs, price]);
      at = Math.max(first + (Math.floor((tsUs - first) / step) + 1) * step, tsUs + 1);
    }
    return points;
  }

  markPoints(instrumentId: InstrumentId, range: TimeRange): PointRow[] {
    const sql = `SELECT minute, price FROM mark_points
      WHERE instrument_id = ? AND minute BETWEEN ? AND ? ORDER BY minute`;
    const [first, last] = minuteBounds(range);
    const rows = this.#database.rows(sql, instrumentId, first, last) as [number, number][];
    return rows.map(([minute, value]) => ({ tsUs: timeOf(minute), value }));
  }

  volatilityPoints(indexName: IndexName, range: TimeRange): VolatilityRow[] {
    const sql = `SELECT minute, iv, error FROM volatility_points
      WHERE index_code = ? AND minute BETWEEN ? AND ? ORDER BY minute`;
    const [first, last] = minuteBounds(range);
    const code = indexNames.indexOf(indexName);
    const rows = this.#database.rows(sql, code, first, last) as [number, number, number | null][];
    return rows.map(([minute, value, error]) => ({ tsUs: timeOf(minute), value, error }));
  }

  volumes(
    sinceUs: TsUs,
  ): { currency: Currency; kind: 'call' | 'put' | 'future'; volumeCoins: number }[] {
    const rows = this.#database.rows(
      `SELECT currency, kind, sum(coins) FROM volumes WHERE minute >= ?
       GROUP BY currency, kind ORDER BY currency, kind`,
      Math.ceil(sinceUs / usPerMinute),
    ) as [number, number, number][];
    return rows.map(([currency, kind, volumeCoins]) => ({
      currency: currencyWords.word(currency),
      kind: (['call', 'put', 'future'] as const)[kind] ?? 'future',
      volumeCoins,
    }));
  }

  recentTrades(sinceUs: TsUs): PackedRows {
    const rows = this.#database.rows(
      `SELECT ${columnNames(tradeShape).join(', ')} FROM trades WHERE ts_us >= ?
       ORDER BY ts_us, trade_id`,
      sinceUs,
    );
    return packCells(tradeShape, rows);
  }

  recentIndexes(sinceUs: TsUs): { indexName: IndexName; price: UsdMicros; tsUs: TsUs }[] {
    const range = { fromUs: sinceUs, toUs: null };
    return indexNames
      .flatMap((indexName) =>
        this.#indexSeries(indexName, range, 1440).map(([tsUs, price]) => ({
          indexName,
          price: price as UsdMicros,
          tsUs: tsUs as TsUs,
        })),
      )
      .sort((a, b) => a.tsUs - b.tsUs);
  }

  instruments(ids: readonly InstrumentId[]): Instrument[] {
    return ids
      .map((id) => this.#database.instrument(id))
      .filter((instrument) => instrument !== undefined);
  }

  instrumentByName(name: string): Instrument | null {
    const document = this.#database.cell('SELECT document FROM instruments WHERE name = ?', name);
    return document === null ? null : (JSON.parse(document as string) as Instrument);
  }

  formerInstruments(expiredBeforeUs: TsUs, limit: number): Instrument[] {
    const rows = this.#database.rows(
      `SELECT document FROM instruments WHERE expiry_us < ?
       ORDER BY expiry_us DESC, instrument_id DESC LIMIT ?`,
      expiredBeforeUs,
      limit,
    );
    return rows.map((row) => JSON.parse(row[0] as string) as Instrument).reverse();
  }

  accounts(): AccountChanged[] {
    const rows = this.#database.rows(
      'SELECT document FROM accounts WHERE account_id >= 0 ORDER BY account_id',
    );
    return rows.map((row) => JSON.parse(row[0] as string) as AccountChanged);
  }

  lastSeq(): Seq {
    return Number(this.#database.cell('SELECT last_seq FROM progress WHERE one = 1')) as Seq;
  }

  /** Bounds in time as bounds of ids, which rise with time. */
  #timeRange(
    table: 'trades' | 'cash' | 'settlements' | 'public_settlements',
    key: 'trade_id' | 'id',
    { fromUs, toUs }: TimeRange,
  ): IdRange {
    const range = everyId();
    if (fromUs !== null) {
      const sql = `SELECT ${key} FROM ${table} WHERE ts_us >= ? ORDER BY ts_us, ${key} LIMIT 1`;
      range.low = this.#id(sql, Number.MAX_SAFE_INTEGER, fromUs);
    }
    if (toUs !== null) {
      const sql = `SELECT ${key} FROM ${table} WHERE ts_us <= ?
        ORDER BY ts_us DESC, ${key} DESC LIMIT 1`;
      range.high = this.#id(sql, -1, toUs);
    }
    return range;
  }

  #id(sql: string, none: number, ...values: number[]): number {
    return (this.#database.cell(sql, ...values) as number | null) ?? none;
  }
}

/** The ids in order without repeats, after an offset. */
const mergeIds = (
  ids: readonly number[],
  direction: Direction,
  offset: number,
  limit: number,
): number[] => {
  const sorted = [...ids].sort(direction === 'ASC' ? (a, b) => a - b : (a, b) => b - a);
  const unique = sorted.filter((id, i) => i === 0 || id !== sorted[i - 1]);
  return unique.slice(offset, offset + limit);
};

const bounds = ({ fromUs, toUs }: TimeRange): [from: number, to: number] => [
  fromUs ?? 0,
  toUs ?? Number.MAX_SAFE_INTEGER,
];

/** The whole minutes of a range, first and last. */
const minuteBounds = (range: TimeRange): [first: number, last: number] => {
  const [from, to] = bounds(range);
  return [Math.ceil(from / usPerMinute), Math.floor(to / usPerMinute)];
};

const timeOf = (minute: number): TsUs => (minute * usPerMinute) as TsUs;

const mergeCandles = (
  rows: readonly number[][],
  instrumentId: InstrumentId,
  resolution: CandleResolution,
): Candle[] => {
  type Mutable = { -readonly [Key in keyof Candle]: Candle[Key] };
  const candles: Mutable[] = [];
  for (const row of rows) {
    const [minute, open, high, low, close, lots, coins, usd] = row as [
      number,
      PriceTicks,
      PriceTicks,
      PriceTicks,
      PriceTicks,
      number,
      number,
      number,
    ];
    const startUs = (Math.floor(minute / resolution) * resolution * usPerMinute) as TsUs;
    const newest = candles[candles.length - 1];
    if (newest === undefined || newest.startUs !== startUs) {
      candles.push({
        instrumentId,
        resolution,
        startUs,
        openTicks: open,
        highTicks: high,
        lowTicks: low,
        closeTicks: close,
        volumeLots: lots,
        volumeCoins: coins,
        costUsd: usd,
      });
      continue;
    }
    newest.highTicks = Math.max(newest.highTicks, high) as PriceTicks;
    newest.lowTicks = Math.min(newest.lowTicks, low) as PriceTicks;
    newest.closeTicks = close;
    newest.volumeLots += lots;
    newest.volumeCoins += coins;
    newest.costUsd += usd;
  }
  return candles;
};
