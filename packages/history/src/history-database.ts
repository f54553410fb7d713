// History database: one SQLite file with its statements, each prepared once. Durability: write-
// ahead log with synchronous FULL, so that what `lastSeq` claims outlives a power cut and the
// journal before it may go; at a few commits a second the extra sync costs nothing that is felt.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { type Instrument, type InstrumentId, OperationalError } from '@openstrike/domain';
import type { Cell } from './row-codecs.ts';
import { migrate } from './schema.ts';

/** Pages of indexes that are written all over the place stay in memory. */
const cacheKiB = 262_144;
/** A page that is changed often is copied into the database seldom: after 128 MiB of log. */
const checkpointPages = 32_768;
/** Instruments kept at hand for rows that name only their id. */
const instrumentsCachedMax = 20_000;

export class HistoryDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #instruments = new Map<InstrumentId, Instrument>();

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Opens or creates `history.db` in a folder.
   * Throws: OperationalError `history-open`, `history-foreign`, `history-newer`, `history-in-use`.
   */
  static open(folder: string): HistoryDatabase {
    const path = join(folder, 'history.db');
    let database: DatabaseSync;
    try {
      mkdirSync(folder, { recursive: true });
      database = new DatabaseSync(path, { timeout: 2_000 });
    } catch (cause) {
      throw new OperationalError(
        'history-open',
        `${path} cannot be opened: check that the folder exists and may be written.`,
        { cause },
      );
    }
    try {
      migrate(database, path);
      database.exec('PRAGMA journal_mode = WAL');
      database.exec('PRAGMA locking_mode = NORMAL');
      database.exec('PRAGMA synchronous = FULL');
      database.exec(`PRAGMA cache_size = -${cacheKiB}`);
      database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
      database.exec('PRAGMA temp_store = MEMORY');
    } catch (cause) {
      database.close();
      throw operationalErrorOf(cause, path);
    }
    return new HistoryDatabase(database);
  }

  /** The prepared statement of a text; its rows are arrays. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** All texts prepared so far; tests look at their plans. */
  statements(): string[] {
    return [...this.#statements.keys()];
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.statement(sql).run(...values).changes);
  }

  rows(sql: string, ...values: SQLInputValue[]): Cell[][] {
    return this.statement(sql).all(...values) as unknown as Cell[][];
  }

  row(sql: string, ...values: SQLInputValue[]): Cell[] | undefined {
    return this.statement(sql).get(...values) as unknown as Cell[] | undefined;
  }

  /** The first column of the first row, or null. */
  cell(sql: string, ...values: SQLInputValue[]): Cell {
    return this.row(sql, ...values)?.[0] ?? null;
  }

  instrument(id: InstrumentId): Instrument | undefined {
    const known = this.#instruments.get(id);
    if (known !== undefined) {
      return known;
    }
    const document = this.cell('SELECT document FROM instruments WHERE instrument_id = ?', id);
    if (document === null) {
      return undefined;
    }
    const instrument = JSON.parse(document as string) as Instrument;
    this.keepInstrument(instrument);
    return instrument;
  }

  keepInstrument(instrument: Instrument): void {
    if (this.#instruments.size >= instrumentsCachedMax) {
      this.#instruments.clear();
    }
    this.#instruments.set(instrument.id, instrument);
  }

  /** Drops what a transaction wrote and did not commit, if one is open. */
  rollback(): void {
    if (this.#database.isTransaction) {
      this.run('ROLLBACK');
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** SQLite's primary result codes: the file system refused a read, write or sync; it has no room. */
const [ioErrorCode, fullCode] = [10, 13];

/** Whether the disk refused, which may end by itself, as when somebody makes room. */
export const diskRefused = (cause: unknown): boolean =>
  cause instanceof Error &&
  'errcode' in cause &&
  [ioErrorCode, fullCode].includes(Number(cause.errcode) & 0xff);

/** Any failure of the database as the one sentence an operator can act on. */
export const operationalErrorOf = (cause: unknown, path: string): OperationalError => {
  if (cause instanceof OperationalError) {
    return cause;
  }
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/locked|busy/i.test(text)) {
    return new OperationalError(
      'history-in-use',
      `${path} is held by another process: stop it, or choose another data folder.`,
      { cause },
    );
  }
  if (diskRefused(cause)) {
    return new OperationalError(
      'history-disk-full',
      `${path} cannot be written (${text}): free space; history then goes on by itself.`,
      { cause },
    );
  }
  if (/malformed|not a database|corrupt/i.test(text)) {
    return new OperationalError(
      'history-damaged',
      `${path} is damaged: move it away and restart to build history anew from the journal.`,
      { cause },
    );
  }
  return new OperationalError(
    'history-failed',
    `${path} could not be used (${text}): check the disk and restart; history catches up.`,
    { cause },
  );
};
