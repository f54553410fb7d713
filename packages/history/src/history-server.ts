// History server: the side of history that owns the database, in a worker thread or in process.
// Messages are handled one after another, so a query sees every row posted before it; rows are
// committed in groups. Batches are kept until they are committed: where the disk refuses a write
// they are written anew each second until it takes them. Invariant: what is stored is a prefix of
// what happened; after any other failure nothing more is written.
import { join } from 'node:path';
import type { OperationalError, Seq, TsUs } from '@openstrike/domain';
import type { RowBatch } from './event-compactor.ts';
import { diskRefused, HistoryDatabase, operationalErrorOf } from './history-database.ts';
import { HistoryQueries } from './history-queries.ts';
import { retention } from './history-retention.ts';
import { HistoryWriter } from './history-writer.ts';

/** Rows wait so long for company before they are committed. */
const commitAfterMs = 100;
/** A transaction is not made longer than this. */
const commitAfterRows = 50_000;
/** After a write that the disk refused, all that was not committed is tried again so much later. */
const retryAfterMs = 1_000;

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
  /** The disk refused a write: nothing is stored until `resumed`. */
  | { readonly type: 'waiting'; readonly failure: Failure }
  | { readonly type: 'resumed' }
  /** Nothing will be stored any more. */
  | { readonly type: 'failed'; readonly failure: Failure };

export class HistoryServer {
  readonly #path: string;
  readonly #send: (message: FromServer) => void;
  readonly #database: HistoryDatabase;
  #writer: HistoryWriter;
  readonly queries: HistoryQueries;
  /** Batches that are not yet committed, oldest first. */
  #uncommitted: RowBatch[] = [];
  /** Rows in the open transaction. */
  #rows = 0;
  #openedMs = 0;
  #commitTimer: NodeJS.Timeout | null = null;
  #retryTimer: NodeJS.Timeout | null = null;
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
    this.#clearTimers();
    this.#database.close();
  }

  #clearTimers(): void {
    clearTimeout(this.#commitTimer ?? undefined);
    clearTimeout(this.#retryTimer ?? undefined);
    this.#commitTimer = null;
    this.#retryTimer = null;
  }

  handle(message: ToServer): void {
    switch (message.type) {
      case 'rows':
        this.#uncommitted.push(message.batch);
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
      this.#commitTimer = setTimeout(() => this.#attempt(() => this.#commit()), commitAfterMs);
      this.#commitTimer.unref();
    }
    this.#writer.write(batch);
    this.#rows += batch.rows;
    if (this.#rows >= commitAfterRows || performance.now() - this.#openedMs >= commitAfterMs) {
      this.#commit();
    }
  }

  #commit(): void {
    this.#clearTimers();
    if (this.#writer.open) {
      this.#writer.commit();
      this.#tellStored();
    }
  }

  /** Lets go of the batches that are committed. */
  #tellStored(): void {
    const { lastSeq } = this.#writer;
    const left = this.#uncommitted.findIndex((batch) => batch.lastSeq > lastSeq);
    const stored = this.#uncommitted.splice(0, left < 0 ? Number.POSITIVE_INFINITY : left);
    const rows = stored.reduce((sum, batch) => sum + batch.rows, 0);
    this.#rows = 0;
    this.#send({ type: 'stored', lastSeq, rows });
  }

  /** Writes anew what the disk refused; what it took nevertheless is passed over. */
  #retry(): void {
    this.#retryTimer = null;
    this.#failure = null;
    this.#attempt(() => {
      this.#database.rollback();
      this.#writer = new HistoryWriter(this.#database);
      this.#tellStored();
      for (const batch of this.#uncommitted.slice()) {
        this.#write(batch);
      }
      this.#commit();
      this.#send({ type: 'resumed' });
    });
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
      this.#clearTimers();
      this.#failure = failureOf(operationalErrorOf(cause, this.#path));
      const waits = diskRefused(cause);
      this.#send({ type: waits ? 'waiting' : 'failed', failure: this.#failure });
      if (waits) {
        this.#retryTimer = setTimeout(() => this.#retry(), retryAfterMs);
        this.#retryTimer.unref();
      }
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
