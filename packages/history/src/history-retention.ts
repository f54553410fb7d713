// History retention: deletes what has become old, in portions that each fit between two commits, so
// that storing never waits long. What is kept for ever is named in the interface.
import { indexNames, type TsUs, usPerHour, usPerMinute } from '@openstrike/domain';
import type { HistoryDatabase } from './history-database.ts';
import { statusWords } from './words.ts';

const portionRows = 2_000;

/** Deletes portion by portion; between two steps a transaction may end. */
export function* retention(database: HistoryDatabase, sinceUs: TsUs): Generator<void> {
  yield* oldTrades(database, sinceUs);
  yield* untradedOrders(database, sinceUs);
  yield* oldIndexPoints(database, sinceUs);
  const minute = Math.floor(sinceUs / usPerMinute);
  yield* oldMinutes(database, 'mark_points', 'minute', '', minute);
  yield* oldMinutes(database, 'candles', 'start_minute', 'resolution = 1 AND ', minute);
  for (const code of indexNames.keys()) {
    const sql = 'DELETE FROM volatility_points WHERE index_code = ? AND minute < ?';
    database.run(sql, code, minute);
    yield;
  }
}

function* oldTrades(database: HistoryDatabase, sinceUs: TsUs): Generator<void> {
  for (;;) {
    const rows = database.rows(
      `SELECT trade_id, class, taker_account_id, maker_account_id FROM trades
       WHERE ts_us < ? ORDER BY ts_us, trade_id LIMIT ?`,
      sinceUs,
      portionRows,
    ) as number[][];
    const fill = `DELETE FROM fills
      WHERE account_id = ? AND class = ? AND trade_id = ? AND role = ?`;
    for (const [id, code, taker, maker] of rows as [number, number, number, number][]) {
      database.run(fill, taker, code, id, 0);
      database.run(fill, maker, code, id, 1);
      database.run('DELETE FROM trades WHERE trade_id = ?', id);
    }
    yield;
    if (rows.length < portionRows) {
      return;
    }
  }
}

function* untradedOrders(database: HistoryDatabase, sinceUs: TsUs): Generator<void> {
  const triggered = statusWords.code('triggered');
  for (;;) {
    const rows = database.rows(
      `SELECT order_id FROM orders WHERE closed = 1 AND traded = 0 AND updated_us < ?
       AND status <> ${triggered} ORDER BY updated_us LIMIT ?`,
      sinceUs,
      portionRows,
    ) as number[][];
    for (const [id] of rows) {
      database.run('DELETE FROM orders WHERE order_id = ?', id as number);
    }
    yield;
    if (rows.length < portionRows) {
      return;
    }
  }
}

function* oldIndexPoints(database: HistoryDatabase, sinceUs: TsUs): Generator<void> {
  for (const code of indexNames.keys()) {
    for (;;) {
      const first = database.cell(
        'SELECT ts_us FROM index_points WHERE index_code = ? ORDER BY ts_us LIMIT 1',
        code,
      ) as number | null;
      if (first === null || first >= sinceUs) {
        break;
      }
      const until = Math.min(sinceUs, first + usPerHour);
      database.run('DELETE FROM index_points WHERE index_code = ? AND ts_us < ?', code, until);
      yield;
    }
  }
}

/** One instrument after another, found by a seek each. */
function* oldMinutes(
  database: HistoryDatabase,
  table: 'mark_points' | 'candles',
  column: string,
  prefix: string,
  minute: number,
): Generator<void> {
  let id = 0;
  for (;;) {
    const next = database.cell(
      `SELECT instrument_id FROM ${table} WHERE ${prefix}instrument_id > ?
       ORDER BY instrument_id LIMIT 1`,
      id,
    );
    if (next === null) {
      return;
    }
    id = next as number;
    database.run(
      `DELETE FROM ${table} WHERE ${prefix}instrument_id = ? AND ${column} < ?`,
      id,
      minute,
    );
    yield;
  }
}
