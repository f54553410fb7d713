// History server: the side of history that owns the database, in a worker thread or in process.
// Messages are handled one after another, so a query sees every row posted before it; rows are
// committed in groups. Invariant: after a failure nothing more is written, so what is stored stays
// a prefix of what happened.
import { join } from 'node:path';
import type { OperationalError, Seq, TsUs } from '@openstrike/domain';
import type { RowBatch } from './event-compactor.ts';
import { HistoryDatabase, operationalErrorOf } from './history-database.ts';
import { HistoryQueries } from './history-queries.ts';
import { retention } from './history-retention.ts';
import { HistoryWriter } from './history-writer.ts';

/** Rows wait so long for company before they are committed. */
const commitAfterMs = 100;
/** A transaction is not made longer than this. */
const commitAfterRows = 50_000;

/** Methods of `HistoryQueries` that may be asked for by name. */
export type QueryMethod = {
  [Name in keyof HistoryQueries]: HistoryQueries[Name] extends (...values: never[]) => unknown
    ? Name
    : never;
}[keyof HistoryQueries];

export type ToServer =
  | { readonly type: 'rows'; readonly batch: RowBatch }
  | {
      readonly type: 'query';
      readonly id: number;
      readonly method: QueryMethod;
      readonly values: readonly unknown[];
    }
  | { readonly type: 'flush'; readonly id: number }
  | { readonly type: 'retain'; readonly id: number; readonly sinceUs: TsUs }
  | { readonly type: 'close'; readonly id: number };

export interface Failure {
  readonly code: string;
  readonly sentence: string;
}

export type FromServer =
  | { readonly type: 'ready'; readonly lastSeq: Seq }
  | { readonly type: 'stored'; readonly lastSeq: Seq; readonly rows: number }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly id: number; readonly failure: Failure }
  | { readonly type: 'failed'; readonly failure: Failure };

export class HistoryServer {
  readonly #path: string;
  readonly #send: (message: FromServer) => void;
  readonly #database: HistoryDatabase;
  readonly #writer: HistoryWriter;
  readonly queries: HistoryQueries;
  #rows = 0;
  #openedMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #failure: Failure | null = null;

  /** Opens the folder's history and says `ready`. Throws: as `HistoryDatabase.open`. */
  constructor(folder: string, send: (message: FromServer) => void) {
    this.#path = join(folder, 'history.db');
    this.#send = send;
    this.#database = HistoryDatabase.open(folder);
    this.#writer = new HistoryWriter(this.#database);
    this.queries = new HistoryQueries(this.#database);
    send({ type: 'ready', lastSeq: this.#writer.lastSeq });
  }

  /** All statement texts prepared so far. */
  statements(): string[] {
    return this.#database.statements();
  }

  /**
   * Lets go of the database; what was not committed is lost to it and found again in the journal.
   */
  abandon(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
    }
    this.#database.close();
  }

  handle(message: ToServer): void {
    switch (message.type) {
      case 'rows':
        this.#attempt(() => this.#write(message.batch));
        break;
      case 'query':
        this.#answer(message.id, () => {
          const method = this.queries[message.method] as (...values: unknown[]) => unknown;
          return method.apply(this.queries, [...message.values]);
        });
        break;
      case 'flush':
        this.#attempt(() => this.#commit());
        this.#answer(message.id, () => null);
        break;
      case 'retain':
        this.#retain(message.id, retention(this.#database, message.sinceUs));
        break;
      case 'close':
        this.#attempt(() => this.#commit());
        this.#answer(message.id, () => {
          this.#database.close();
          return null;
        });
        break;
    }
  }

  #write(batch: RowBatch): void {
    if (!this.#writer.open) {
      this.#openedMs = performance.now();
      this.#timer = setTimeout(() => this.#attempt(() => this.#commit()), commitAfterMs);
      this.#timer.unref();
    }
    this.#writer.write(batch);
    this.#rows += batch.rows;
    if (this.#rows >= commitAfterRows || performance.now() - this.#openedMs >= commitAfterMs) {
      this.#commit();
    }
  }

  #commit(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    if (this.#writer.open) {
      this.#writer.commit();
      const rows = this.#rows;
      this.#rows = 0;
      this.#send({ type: 'stored', lastSeq: this.#writer.lastSeq, rows });
    }
  }

  /** One portion of deletion a turn, so that rows and queries come between. */
  #retain(id: number, portions: Generator<void>): void {
    let done = false;
    this.#attempt(() => {
      this.#writer.begin();
      done = portions.next().done === true;
      this.#commit();
    });
    if (done || this.#failure !== null) {
      this.#answer(id, () => null);
    } else {
      setImmediate(() => this.#retain(id, portions));
    }
  }

  #attempt(work: () => void): void {
    if (this.#failure !== null) {
      return;
    }
    try {
      work();
    } catch (cause) {
      this.#failure = failureOf(operationalErrorOf(cause, this.#path));
      this.#send({ type: 'failed', failure: this.#failure });
    }
  }

  #answer(id: number, work: () => unknown): void {
    if (this.#failure !== null) {
      this.#send({ type: 'refusal', id, failure: this.#failure });
      return;
    }
    let value: unknown;
    try {
      value = work();
    } catch (cause) {
      const failure = failureOf(operationalErrorOf(cause, this.#path));
      this.#send({ type: 'refusal', id, failure });
      return;
    }
    this.#send({ type: 'answer', id, value });
  }
}

export const failureOf = (error: OperationalError): Failure => ({
  code: error.code,
  sentence: error.message,
});
