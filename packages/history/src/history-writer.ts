// History writer: puts packed rows into the tables. Invariant: the rows of a command and `last_seq`
// at or past it are committed together, so a crash leaves neither a gap nor anything to store
// twice.
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import {
  type Instrument,
  type InstrumentId,
  indexNames,
  type PriceTicks,
  type Seq,
  type SizeLots,
  type UsdMicros,
  usPerMinute,
} from '@openstrike/domain';
import { type MarkedOption, tradeValue, volatilityIndex } from '@openstrike/feeds';
import { assert } from '@openstrike/std';
import type { MarkColumns, RareEvent, RowBatch } from './event-compactor.ts';
import type { HistoryDatabase } from './history-database.ts';
import { cashShape, orderShape, type RowShape, settlementShape, tradeShape } from './row-codecs.ts';
import type { PackedRows } from './row-sink.ts';
import { columnNames } from './schema.ts';
import { classOf, currencyWords, statusWords } from './words.ts';

/** Resolutions that are stored, in minutes; the others are summed from them when asked for. */
export const storedResolutions: readonly number[] = [1, 60, 1440];

/** Room for the minute in a key that also holds an instrument. */
const minutesMax = 2 ** 26;

interface CandleSum {
  open: number;
  high: number;
  low: number;
  close: number;
  lots: number;
  coins: number;
  usd: number;
}

const insertSql = (table: string, columns: readonly string[], verb = 'INSERT'): string =>
  `${verb} INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;

const at = (shape: RowShape, name: string): number => columnNames(shape).indexOf(name);

const orderAt = {
  instrument: at(orderShape, 'instrument_id'),
  status: at(orderShape, 'status'),
  filled: at(orderShape, 'filled_lots'),
};
const tradeAt = {
  id: at(tradeShape, 'trade_id'),
  instrument: at(tradeShape, 'instrument_id'),
  ts: at(tradeShape, 'ts_us'),
  price: at(tradeShape, 'price_ticks'),
  size: at(tradeShape, 'size_lots'),
  index: at(tradeShape, 'index_price'),
  taker: at(tradeShape, 'taker_account_id'),
  takerOrder: at(tradeShape, 'taker_order_id'),
  maker: at(tradeShape, 'maker_account_id'),
  makerOrder: at(tradeShape, 'maker_order_id'),
};
const settlementAt = {
  account: at(settlementShape, 'account_id'),
  instrument: at(settlementShape, 'instrument_id'),
  lots: at(settlementShape, 'size_lots'),
};
const openCodes = new Set([statusWords.code('open'), statusWords.code('untriggered')]);

const publicSettlementSql = `${insertSql('public_settlements', [
  ...columnNames(settlementShape),
  'class',
])} ON CONFLICT (instrument_id, kind, ts_us) DO UPDATE SET
  size_lots = size_lots + excluded.size_lots,
  session_profit = session_profit + excluded.session_profit,
  funding = funding + excluded.funding,
  payoff = payoff + excluded.payoff,
  fee = fee + excluded.fee`;

const candleSql = `INSERT INTO candles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (resolution, instrument_id, start_minute) DO UPDATE SET
  high = max(high, excluded.high), low = min(low, excluded.low), close = excluded.close,
  lots = lots + excluded.lots, coins = coins + excluded.coins, usd = usd + excluded.usd`;

const volumeSql = `INSERT INTO volumes VALUES (?, ?, ?, ?)
  ON CONFLICT (minute, currency, kind) DO UPDATE SET coins = coins + excluded.coins`;

export class HistoryWriter {
  readonly #database: HistoryDatabase;
  #lastSeq: Seq;
  #writtenSeq: Seq;
  #open = false;
  /** Sums of the batch at hand by resolution, instrument and start. */
  readonly #candles = storedResolutions.map(() => new Map<number, CandleSum>());
  /** Coins by minute and kind of the batch at hand. */
  readonly #volumes = new Map<number, number>();

  constructor(database: HistoryDatabase) {
    this.#database = database;
    this.#lastSeq = Number(database.cell('SELECT last_seq FROM progress WHERE one = 1')) as Seq;
    this.#writtenSeq = this.#lastSeq;
  }

  /** Through which command all is committed. */
  get lastSeq(): Seq {
    return this.#lastSeq;
  }

  /** Whether rows wait for a commit. */
  get open(): boolean {
    return this.#open;
  }

  /** Writes a batch into the open transaction, beginning one if needed. */
  write(batch: RowBatch): void {
    this.begin();
    for (const event of batch.rare) {
      this.#rare(event);
    }
    this.#orders(batch.orders);
    this.#triggerStates(batch.triggerStates);
    this.#trades(batch.trades);
    this.#insertAll(insertSql('cash', columnNames(cashShape)), cashShape, batch.cash);
    this.#settlements(batch.settlements);
    this.#indexPoints(batch.indexPoints);
    for (const marks of batch.marks) {
      this.#marks(marks);
    }
    this.#writeCandles();
    this.#writeVolumes();
    this.#writtenSeq = batch.lastSeq;
  }

  begin(): void {
    if (!this.#open) {
      this.#database.run('BEGIN IMMEDIATE');
      this.#open = true;
    }
  }

  /** Makes all that was written durable, with the command it reaches to. */
  commit(): void {
    if (this.#open) {
      this.#database.run('UPDATE progress SET last_seq = ? WHERE one = 1', this.#writtenSeq);
      this.#database.run('COMMIT');
      this.#open = false;
      this.#lastSeq = this.#writtenSeq;
    }
  }

  /** The instrument of a row; events list it before anything names it. */
  #instrument(id: number): Instrument {
    const instrument = this.#database.instrument(id as InstrumentId);
    assert(instrument !== undefined, `history was never told of instrument ${id}`);
    return instrument;
  }

  /** Runs `insert` for each row, with `extra` values after the shape's columns. */
  #each(
    shape: RowShape,
    packed: PackedRows,
    extra: number,
    insert: (values: SQLInputValue[]) => void,
  ): void {
    const numbers = shape.numbers.length;
    const texts = shape.texts.length;
    const values: SQLInputValue[] = new Array(numbers + texts + extra).fill(null);
    for (let row = 0; row < packed.rows; row++) {
      for (let i = 0; i < numbers; i++) {
        const value = packed.numbers[row * numbers + i] as number;
        values[i] = Number.isNaN(value) ? null : value;
      }
      for (let i = 0; i < texts; i++) {
        values[numbers + i] = packed.texts[row * texts + i] ?? null;
      }
      insert(values);
    }
  }

  #insertAll(sql: string, shape: RowShape, packed: PackedRows): void {
    const statement = this.#database.statement(sql);
    this.#each(shape, packed, 0, (values) => statement.run(...values));
  }

  #orders(packed: PackedRows): void {
    const columns = [...columnNames(orderShape), 'class', 'closed', 'traded'];
    const statement = this.#database.statement(insertSql('orders', columns, 'INSERT OR REPLACE'));
    this.#each(orderShape, packed, 3, (values) => {
      const instrument = this.#instrument(values[orderAt.instrument] as number);
      values[values.length - 3] = classOf(instrument);
      values[values.length - 2] = openCodes.has(values[orderAt.status] as number) ? 0 : 1;
      values[values.length - 1] = (values[orderAt.filled] as number) > 0 ? 1 : 0;
      statement.run(...values);
    });
  }

  #triggerStates(packed: PackedRows): void {
    const columns = [...columnNames(orderShape), 'class'];
    const statement = this.#database.statement(insertSql('trigger_states', columns));
    this.#each(orderShape, packed, 1, (values) => {
      const instrument = this.#instrument(values[orderAt.instrument] as number);
      values[values.length - 1] = classOf(instrument);
      statement.run(...values);
    });
  }

  #trades(packed: PackedRows): void {
    const database = this.#database;
    const statement = database.statement(
      insertSql('trades', [...columnNames(tradeShape), 'class']),
    );
    const fill = database.statement('INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?)');
    this.#each(tradeShape, packed, 1, (values) => {
      const [id, instrumentId] = [values[tradeAt.id], values[tradeAt.instrument]] as number[];
      const instrument = this.#instrument(instrumentId as number);
      const code = classOf(instrument);
      values[values.length - 1] = code;
      statement.run(...values);
      addFill(fill, values, tradeAt.taker, tradeAt.takerOrder, code, id as number, 0);
      addFill(fill, values, tradeAt.maker, tradeAt.makerOrder, code, id as number, 1);
      this.#sumTrade(instrument, values);
    });
  }

  #sumTrade(instrument: Instrument, values: readonly SQLInputValue[]): void {
    const price = values[tradeAt.price] as PriceTicks;
    const lots = values[tradeAt.size] as SizeLots;
    const minute = Math.floor((values[tradeAt.ts] as number) / usPerMinute);
    const value = tradeValue(instrument, price, lots, values[tradeAt.index] as UsdMicros);
    storedResolutions.forEach((resolution, i) => {
      const start = Math.floor(minute / resolution) * resolution;
      const key = instrument.id * minutesMax + start;
      const sums = this.#candles[i] as Map<number, CandleSum>;
      const sum = sums.get(key);
      if (sum === undefined) {
        const { coins, usd } = value;
        sums.set(key, { open: price, high: price, low: price, close: price, lots, coins, usd });
        return;
      }
      sum.high = Math.max(sum.high, price);
      sum.low = Math.min(sum.low, price);
      sum.close = price;
      sum.lots += lots;
      sum.coins += value.coins;
      sum.usd += value.usd;
    });
    const key = minute * 16 + volumeKind(instrument);
    this.#volumes.set(key, (this.#volumes.get(key) ?? 0) + value.coins);
  }

  #writeCandles(): void {
    const statement = this.#database.statement(candleSql);
    this.#candles.forEach((sums, i) => {
      for (const [key, sum] of sums) {
        const { open, high, low, close, lots, coins, usd } = sum;
        const start = key % minutesMax;
        const instrument = (key - start) / minutesMax;
        const resolution = storedResolutions[i] as number;
        statement.run(resolution, instrument, start, open, high, low, close, lots, coins, usd);
      }
      sums.clear();
    });
  }

  #writeVolumes(): void {
    for (const [key, coins] of this.#volumes) {
      const kind = key % 16;
      this.#database.run(volumeSql, (key - kind) / 16, Math.floor(kind / 3), kind % 3, coins);
    }
    this.#volumes.clear();
  }

  #settlements(packed: PackedRows): void {
    const columns = [...columnNames(settlementShape), 'class'];
    const own = this.#database.statement(insertSql('settlements', columns));
    const everybody = this.#database.statement(publicSettlementSql);
    this.#each(settlementShape, packed, 1, (values) => {
      const instrument = this.#instrument(values[settlementAt.instrument] as number);
      values[values.length - 1] = classOf(instrument);
      own.run(...values);
      if ((values[settlementAt.lots] as number) > 0) {
        values[settlementAt.account] = 0;
        everybody.run(...values);
      }
    });
  }

  #indexPoints(packed: PackedRows): void {
    const sql = 'INSERT OR IGNORE INTO index_points VALUES (?, ?, ?)';
    for (let row = 0; row < packed.rows; row++) {
      const [code, tsUs, price] = packed.numbers.subarray(row * 3, row * 3 + 3);
      this.#database.run(sql, code as number, tsUs as number, price as number);
    }
  }

  #marks(marks: MarkColumns): void {
    const minute = Math.floor(marks.tsUs / usPerMinute);
    const statement = this.#database.statement(
      'INSERT OR IGNORE INTO mark_points VALUES (?, ?, ?)',
    );
    marks.instrumentIds.forEach((id, row) => {
      const price = marks.markPrice[row] as number;
      if (!Number.isNaN(price)) {
        statement.run(id, minute, price);
      }
    });
    const index = volatilityIndex(this.#markedOptions(marks), marks.tsUs);
    if (index !== null) {
      const code = indexNames.indexOf(marks.indexName);
      const sql = 'INSERT OR IGNORE INTO volatility_points VALUES (?, ?, ?, ?)';
      this.#database.run(sql, code, minute, index.volatility, index.error);
    }
  }

  #markedOptions(marks: MarkColumns): MarkedOption[] {
    const options: MarkedOption[] = [];
    marks.instrumentIds.forEach((id, row) => {
      const instrument = this.#database.instrument(id as InstrumentId);
      if (instrument?.expiryUs && instrument.strike !== null) {
        options.push({
          expiryUs: instrument.expiryUs,
          strike: instrument.strike,
          forward: marks.underlyingPrice[row] as number,
          markIv: marks.markIv[row] as number,
          bidIv: marks.bidIv[row] as number,
          askIv: marks.askIv[row] as number,
        });
      }
    });
    return options;
  }

  #rare(event: RareEvent): void {
    const database = this.#database;
    switch (event.type) {
      case 'instrument-listed': {
        const { id, name, expiryUs } = event.instrument;
        const sql = 'INSERT OR REPLACE INTO instruments VALUES (?, ?, ?, ?)';
        database.run(sql, id, name, expiryUs, JSON.stringify(event.instrument));
        database.keepInstrument(event.instrument);
        break;
      }
      case 'account-changed':
        database.run(
          'INSERT OR REPLACE INTO accounts VALUES (?, ?)',
          event.accountId,
          JSON.stringify(event),
        );
        break;
      case 'funding-hour-closed':
        database.run(
          'INSERT OR REPLACE INTO funding_hours VALUES (?, ?, ?, ?, ?, ?)',
          event.instrumentId,
          event.hourEndUs,
          event.interest1h,
          event.interest8h,
          event.indexPrice,
          event.previousIndexPrice,
        );
        break;
      case 'expiry-fixed':
        database.run(
          'INSERT OR REPLACE INTO delivery_prices VALUES (?, ?, ?)',
          indexNames.indexOf(event.indexName),
          event.expiryUs,
          event.price,
        );
        break;
    }
  }
}

const addFill = (
  statement: StatementSync,
  values: readonly SQLInputValue[],
  account: number,
  order: number,
  code: number,
  tradeId: number,
  role: 0 | 1,
): void => {
  const [accountId, orderId] = [values[account], values[order]] as number[];
  const instrumentId = values[tradeAt.instrument] as number;
  statement.run(accountId as number, code, tradeId, role, instrumentId, orderId as number);
};

/** Settlement currency times three plus 0 call, 1 put, 2 future. */
const volumeKind = (instrument: Instrument): number => {
  const kind = instrument.kind === 'option' ? (instrument.optionType === 'call' ? 0 : 1) : 2;
  return currencyWords.code(instrument.settlementCurrency) * 3 + kind;
};
