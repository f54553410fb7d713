// Schema: the tables, as steps from each format version to the next. Invariant: a step that was
// released never changes; a new need is a new step at the end. The version is SQLite's
// `user_version`.
import type { DatabaseSync } from 'node:sqlite';
import { OperationalError } from '@openstrike/domain';
import {
  cashShape,
  columnsOf,
  orderShape,
  type RowShape,
  settlementShape,
  tradeShape,
} from './row-codecs.ts';
import { wordLists } from './words.ts';

/** Marks a SQLite file as an Openstrike history ("OSHI"). */
const applicationId = 0x4f534849;

/** Column definitions; integers where the name does not say otherwise. */
const definitions = (shape: RowShape, key: string | null): string =>
  [
    ...shape.numbers.map((name) => {
      const typed = name.includes(' ') ? name : `${name} INTEGER`;
      return name === key ? `${typed} PRIMARY KEY` : typed;
    }),
    ...shape.texts.map((name) => `${name} TEXT`),
  ].join(', ');

/** Bare names of the columns, for inserts and selects. */
export const columnNames = (shape: RowShape): string[] =>
  columnsOf(shape).map((name) => name.split(' ')[0] as string);

const version1 = `
CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), last_seq INTEGER NOT NULL) STRICT;
INSERT INTO progress VALUES (1, 0);
CREATE TABLE words (list TEXT, code INTEGER, word TEXT, PRIMARY KEY (list, code)) WITHOUT ROWID;

CREATE TABLE instruments (
  instrument_id INTEGER PRIMARY KEY, name TEXT NOT NULL, expiry_us INTEGER, document TEXT NOT NULL);
CREATE UNIQUE INDEX instruments_by_name ON instruments (name);
CREATE INDEX instruments_by_expiry ON instruments (expiry_us, instrument_id);
CREATE TABLE accounts (account_id INTEGER PRIMARY KEY, document TEXT NOT NULL);

CREATE TABLE orders (${definitions(orderShape, 'order_id')},
  class INTEGER, closed INTEGER, traded INTEGER);
CREATE INDEX orders_by_class ON orders (account_id, class, traded, order_id) WHERE closed = 1;
CREATE INDEX orders_by_instrument ON orders (account_id, instrument_id, traded, order_id)
  WHERE closed = 1;
CREATE INDEX orders_untraded ON orders (updated_us) WHERE closed = 1 AND traded = 0;
CREATE TABLE trigger_states (
  id INTEGER PRIMARY KEY, ${definitions(orderShape, null)}, class INTEGER);
CREATE INDEX trigger_states_by_class ON trigger_states (account_id, class, order_id, id);
CREATE INDEX trigger_states_by_instrument
  ON trigger_states (account_id, instrument_id, order_id, id);

CREATE TABLE trades (${definitions(tradeShape, 'trade_id')}, class INTEGER);
CREATE INDEX trades_by_time ON trades (ts_us, trade_id);
CREATE INDEX trades_by_class ON trades (class, trade_id);
CREATE INDEX trades_by_instrument ON trades (instrument_id, trade_id);
CREATE INDEX trades_by_trade_seq ON trades (instrument_id, trade_seq, trade_id);
CREATE TABLE fills (
  account_id INTEGER, class INTEGER, trade_id INTEGER, role INTEGER, instrument_id INTEGER,
  order_id INTEGER, PRIMARY KEY (account_id, class, trade_id, role)) WITHOUT ROWID;
CREATE INDEX fills_by_instrument ON fills (account_id, instrument_id, trade_id);
CREATE INDEX fills_by_order ON fills (order_id, trade_id);

CREATE TABLE cash (id INTEGER PRIMARY KEY, ${definitions(cashShape, null)});
CREATE INDEX cash_by_currency ON cash (account_id, currency, id);
CREATE INDEX cash_by_reason ON cash (account_id, reason, currency, id);
CREATE INDEX cash_by_time ON cash (ts_us, id);

CREATE TABLE settlements (
  id INTEGER PRIMARY KEY, ${definitions(settlementShape, null)}, class INTEGER);
CREATE INDEX settlements_by_class ON settlements (account_id, class, kind, id);
CREATE INDEX settlements_by_instrument ON settlements (account_id, instrument_id, kind, id);
CREATE INDEX settlements_by_time ON settlements (ts_us, id);
CREATE TABLE public_settlements (
  id INTEGER PRIMARY KEY, ${definitions(settlementShape, null)}, class INTEGER);
CREATE UNIQUE INDEX public_settlements_of ON public_settlements (instrument_id, kind, ts_us);
CREATE INDEX public_settlements_by_instrument ON public_settlements (instrument_id, kind, id);
CREATE INDEX public_settlements_by_class ON public_settlements (class, kind, id);
CREATE INDEX public_settlements_by_time ON public_settlements (ts_us, id);

CREATE TABLE funding_hours (
  instrument_id INTEGER, hour_end_us INTEGER, interest_1h REAL, interest_8h REAL,
  index_price INTEGER, previous_index_price INTEGER,
  PRIMARY KEY (instrument_id, hour_end_us)) WITHOUT ROWID;
CREATE TABLE delivery_prices (
  index_code INTEGER, expiry_us INTEGER, price INTEGER, PRIMARY KEY (index_code, expiry_us)
) WITHOUT ROWID;
CREATE TABLE candles (
  resolution INTEGER, instrument_id INTEGER, start_minute INTEGER, open INTEGER, high INTEGER,
  low INTEGER, close INTEGER, lots INTEGER, coins REAL, usd REAL,
  PRIMARY KEY (resolution, instrument_id, start_minute)) WITHOUT ROWID;
CREATE TABLE volumes (
  minute INTEGER, currency INTEGER, kind INTEGER, coins REAL,
  PRIMARY KEY (minute, currency, kind)) WITHOUT ROWID;
CREATE TABLE index_points (
  index_code INTEGER, ts_us INTEGER, price INTEGER, PRIMARY KEY (index_code, ts_us)
) WITHOUT ROWID;
CREATE TABLE mark_points (
  instrument_id INTEGER, minute INTEGER, price REAL, PRIMARY KEY (instrument_id, minute)
) WITHOUT ROWID;
CREATE TABLE volatility_points (
  index_code INTEGER, minute INTEGER, iv REAL, PRIMARY KEY (index_code, minute)) WITHOUT ROWID;
`;

/** How far each value is left open; unknown of those that were stored before. */
const version2 = 'ALTER TABLE volatility_points ADD COLUMN error REAL;';

const steps: readonly string[] = [version1, version2];

/** The format this program writes. */
export const historyVersion: number = steps.length;

/**
 * Brings a database to the present format, each step in a transaction.
 * Throws: OperationalError `history-foreign` or `history-newer` where the file is not ours to
 * change.
 */
export const migrate = (database: DatabaseSync, path: string): void => {
  const pragma = (name: string): number =>
    Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
  const version = pragma('user_version');
  const objects = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (pragma('application_id') !== applicationId && objects !== 0) {
    throw new OperationalError(
      'history-foreign',
      `${path} is a database of another program: choose another data folder or move the file away.`,
    );
  }
  if (version > historyVersion) {
    throw new OperationalError(
      'history-newer',
      `${path} has format ${version} and this program knows ${historyVersion}: start the newer ` +
        'Openstrike that wrote it, or move the file away to build history anew from the journal.',
    );
  }
  for (let at = version; at < historyVersion; at++) {
    database.exec('BEGIN IMMEDIATE');
    database.exec(steps[at] as string);
    database.exec(`PRAGMA application_id = ${applicationId}`);
    database.exec(`PRAGMA user_version = ${at + 1}`);
    database.exec('COMMIT');
  }
  const word = database.prepare('INSERT OR REPLACE INTO words VALUES (?, ?, ?)');
  database.exec('BEGIN IMMEDIATE');
  for (const [list, { words }] of wordLists) {
    words.forEach((each, code) => word.run(list, code, each));
  }
  database.exec('COMMIT');
};
