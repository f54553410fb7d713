// Create history: the side of history that the rest of the program holds. It packs batches and
// posts them to the server in another thread; order is kept because everything goes through one
// port. Back-pressure: rows under way are counted, and beyond a bound `absorb` blocks
// until the worker has caught up by half, so memory stays bounded and nothing is lost.
import { Worker } from 'node:worker_threads';
import {
  type AccountChanged,
  type Applied,
  type Instrument,
  OperationalError,
  type OrderState,
  type Seq,
  type Trade,
  type TsUs,
} from '@openstrike/domain';
import type { Candle } from '@openstrike/feeds';
import { workerEntry } from '@openstrike/threads';
import { EventCompactor, type QuotedIvOf, transferablesOf } from './event-compactor.ts';
import type {
  CashQuery,
  CashRow,
  FundingRow,
  History,
  HistoryState,
  OrderQuery,
  PointRow,
  SettlementQuery,
  SettlementRow,
  TradeQuery,
  VolatilityRow,
} from './history.ts';
import {
  type Failure,
  type FromServer,
  HistoryServer,
  type QueryMethod,
  type ToServer,
} from './history-server.ts';
import { unpackCells } from './packed-cells.ts';
import { decodeTrade, tradeShape } from './row-codecs.ts';
import type { PackedRows } from './row-sink.ts';
import { StoredGauge } from './stored-gauge.ts';

export interface HistoryOptions {
  /** Where `history.db` lives; made when it is missing. */
  readonly folder: string;
  /** True keeps the database on the calling thread, for tests and tools. */
  readonly inProcess?: boolean;
  /** Rows that may be under way before `absorb` holds its caller back; 500,000 when absent. */
  readonly pendingRowsMax?: number;
  /** Called when the state changes; `cause` is why nothing is stored. */
  readonly onState?: (state: HistoryState, cause: OperationalError | null) => void;
  /**
   * Asked once a minute for every option: the error of the volatility index depends on spreads.
   * Without it only missing wings are in that error.
   */
  readonly quotedIvOf?: QuotedIvOf;
}

const defaultPendingRowsMax = 500_000;
/** A worker that stores nothing for so long is given up. */
const stallMs = 30_000;
/** Rows gathered before they are posted at once. */
const postRows = 2_000;
/** Rows gathered wait no longer than this. */
const postAfterMs = 20;
/** A mere advance of the sequence is posted this seldom. */
const postIdleAfterMs = 1_000;

/** The way to a server, wherever it runs. */
interface ServerLink {
  post(message: ToServer, transfer: ArrayBuffer[]): void;
  /** Resolves when the server has gone after `close`. */
  end(): Promise<void>;
  /** Ends a server that failed. */
  abandon(): Promise<void>;
}

/**
 * Opens the history of a data folder.
 * Throws: OperationalError `history-open`, `history-foreign`, `history-newer`, `history-in-use`.
 */
export const createHistory = (options: HistoryOptions): Promise<History> =>
  new Promise((resolve, reject) => {
    const client = new HistoryClient(options, resolve, reject);
    try {
      client.link =
        options.inProcess === true ? inProcessLink(client, options) : workerLink(client, options);
      client.linked();
    } catch (cause) {
      reject(cause as Error);
    }
  });

const inProcessLink = (client: HistoryClient, options: HistoryOptions): ServerLink => {
  const server = new HistoryServer(options.folder, (message) => {
    client.gauge.note(message);
    client.receive(message);
  });
  return {
    post: (message) => server.handle(message),
    end: async () => {},
    abandon: async () => server.abandon(),
  };
};

const workerLink = (client: HistoryClient, options: HistoryOptions): ServerLink => {
  const worker = new Worker(workerEntry(import.meta.url, 'history-worker'), {
    workerData: { folder: options.folder, gauge: client.gauge.buffer },
  });
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const crashed = (reason: string): void =>
    client.receive({
      type: 'failed',
      failure: {
        code: 'history-crashed',
        sentence: `the history thread ended (${reason}): restart; history then catches up.`,
      },
    });
  worker.on('message', (message: FromServer) => client.receive(message));
  worker.on('error', (error: Error) => crashed(error.message));
  worker.on('exit', (code) => crashed(`code ${code}`));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    end: () => gone,
    abandon: async () => {
      await worker.terminate();
    },
  };
};

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

class HistoryClient implements History {
  link: ServerLink | null = null;
  readonly gauge: StoredGauge = new StoredGauge();
  readonly #onState: NonNullable<HistoryOptions['onState']>;
  readonly #pendingRowsMax: number;
  readonly #ready: (history: History) => void;
  readonly #refused: (error: Error) => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #quotedIvOf: QuotedIvOf | undefined;
  #compactor: EventCompactor;
  #isReady = false;
  #nextId = 1;
  #lastSeq = 0 as Seq;
  #postedSeq = 0 as Seq;
  #timer: NodeJS.Timeout | null = null;
  #timerMs = 0;
  #state: HistoryState = 'storing';
  #failure: OperationalError | null = null;
  #closed = false;

  constructor(
    options: HistoryOptions,
    ready: (history: History) => void,
    refused: (error: Error) => void,
  ) {
    this.#onState = options.onState ?? (() => undefined);
    this.#pendingRowsMax = options.pendingRowsMax ?? defaultPendingRowsMax;
    this.#ready = ready;
    this.#refused = refused;
    this.#quotedIvOf = options.quotedIvOf;
    this.#compactor = new EventCompactor(0 as Seq, options.quotedIvOf);
  }

  /** Called when the link stands; the server may have said `ready` before. */
  linked(): void {
    if (this.#isReady) {
      this.#ready(this);
    }
  }

  receive(message: FromServer): void {
    switch (message.type) {
      case 'ready':
        this.#lastSeq = message.lastSeq;
        this.#postedSeq = message.lastSeq;
        this.#compactor = new EventCompactor(message.lastSeq, this.#quotedIvOf);
        this.#isReady = true;
        if (this.link !== null) {
          this.#ready(this);
        }
        break;
      case 'stored':
        this.#lastSeq = message.lastSeq;
        break;
      case 'answer':
        this.#settle(message.id)?.resolve(message.value as never);
        break;
      case 'refusal':
        this.#settle(message.id)?.reject(errorOf(message.failure));
        break;
      case 'waiting':
        this.#turn('waiting', errorOf(message.failure));
        break;
      case 'resumed':
        this.#turn('storing', null);
        break;
      case 'failed':
        this.#fail(errorOf(message.failure));
        break;
    }
  }

  #turn(state: HistoryState, cause: OperationalError | null): void {
    if (this.#state === 'failed' || this.#state === state) {
      return;
    }
    this.#state = state;
    this.#failure = cause;
    if (!this.#closed && this.#isReady) {
      this.#onState(state, cause);
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #fail(error: OperationalError): void {
    if (this.#state === 'failed') {
      return;
    }
    this.#clearTimer();
    this.#turn('failed', error);
    for (const waiting of this.#waiting.values()) {
      waiting.reject(error);
    }
    this.#waiting.clear();
    if (!this.#closed && !this.#isReady) {
      this.#refused(error);
    }
  }

  lastSeq(): Seq {
    return this.#lastSeq;
  }

  pendingRows(): number {
    return this.gauge.pending() + this.#compactor.rows;
  }

  state(): HistoryState {
    return this.#state;
  }

  failure(): OperationalError | null {
    return this.#failure;
  }

  absorb(batch: readonly Applied[]): void {
    if (this.#state === 'failed' || this.#closed) {
      return;
    }
    for (const applied of batch) {
      const last = this.#compactor.lastSeq;
      if (applied.seq <= last) {
        continue;
      }
      if (applied.seq !== last + 1 && last !== 0) {
        this.#fail(gapError(last, applied.seq));
        return;
      }
      this.#compactor.absorb(applied);
    }
    if (this.pendingRows() > this.#pendingRowsMax) {
      this.#awaitWorker();
    } else if (this.#compactor.rows >= postRows) {
      this.#post();
    } else if (this.#compactor.lastSeq > this.#postedSeq) {
      this.#setTimer(this.#compactor.rows > 0 ? postAfterMs : postIdleAfterMs);
    }
  }

  /** Holds the calling thread back until the worker has caught up by half. */
  #awaitWorker(): void {
    this.#post();
    if (!this.gauge.waitBelow(this.#pendingRowsMax / 2, stallMs)) {
      const sentence =
        'history fell behind and stores nothing: check the disk and restart; it then catches up.';
      this.#fail(new OperationalError('history-stalled', sentence));
    }
  }

  /** Posts what was gathered, if anything was. */
  #post(): void {
    this.#clearTimer();
    if (this.#state === 'failed' || this.#compactor.lastSeq === this.#postedSeq) {
      return;
    }
    const batch = this.#compactor.take();
    this.#postedSeq = batch.lastSeq;
    this.gauge.addPosted(batch.rows);
    this.link?.post({ type: 'rows', batch }, transferablesOf(batch));
  }

  #setTimer(ms: number): void {
    if (this.#timer !== null && this.#timerMs <= ms) {
      return;
    }
    this.#clearTimer();
    this.#timerMs = ms;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#post();
    }, ms);
    this.#timer.unref();
  }

  #clearTimer(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
  }

  #call<Answer>(message: (id: number) => ToServer): Promise<Answer> {
    if (this.#closed) {
      const sentence = 'history is closed: ask before the program stops.';
      return Promise.reject(new OperationalError('history-closed', sentence));
    }
    this.#post();
    if (this.#failure !== null) {
      return Promise.reject(this.#failure);
    }
    const id = this.#nextId++;
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: never) => void, reject });
      this.link?.post(message(id), []);
    });
  }

  #query<Answer>(method: QueryMethod, ...values: readonly unknown[]): Promise<Answer> {
    return this.#call((id) => ({ type: 'query', id, method, values }));
  }

  async #trades(method: QueryMethod, ...values: readonly unknown[]): Promise<readonly Trade[]> {
    const packed = await this.#query<PackedRows>(method, ...values);
    return unpackCells(tradeShape, packed, decodeTrade);
  }

  async flush(): Promise<void> {
    await this.#call<null>((id) => ({ type: 'flush', id }));
  }

  async retain(sinceUs: TsUs): Promise<void> {
    await this.#call<null>((id) => ({ type: 'retain', id, sinceUs }));
  }

  async close(): Promise<void> {
    if (this.#closed) {
      return;
    }
    // What waits for room is left to the next start, which finds it in the journal.
    const closing = this.#state === 'storing' ? this.#call((id) => ({ type: 'close', id })) : null;
    this.#closed = true;
    this.#clearTimer();
    if (closing === null) {
      await this.link?.abandon();
      return;
    }
    await closing;
    await this.link?.end();
  }

  trades(query: TradeQuery): Promise<readonly Trade[]> {
    return this.#trades('trades', query);
  }

  orders(query: OrderQuery): Promise<readonly OrderState[]> {
    return this.#query('orders', query);
  }

  order(orderId: number): Promise<OrderState | null> {
    return this.#query('order', orderId);
  }

  triggerOrders(query: OrderQuery): Promise<readonly OrderState[]> {
    return this.#query('triggerOrders', query);
  }

  cash(query: CashQuery): Promise<readonly CashRow[]> {
    return this.#query('cash', query);
  }

  cashCount(query: CashQuery): Promise<number> {
    return this.#query('cashCount', query);
  }

  settlements(query: SettlementQuery): Promise<readonly SettlementRow[]> {
    return this.#query('settlements', query);
  }

  funding(...values: Parameters<History['funding']>): Promise<readonly FundingRow[]> {
    return this.#query('funding', ...values);
  }

  deliveryPrices(
    ...values: Parameters<History['deliveryPrices']>
  ): ReturnType<History['deliveryPrices']> {
    return this.#query('deliveryPrices', ...values);
  }

  candles(...values: Parameters<History['candles']>): Promise<readonly Candle[]> {
    return this.#query('candles', ...values);
  }

  indexPoints(...values: Parameters<History['indexPoints']>): Promise<readonly PointRow[]> {
    return this.#query('indexPoints', ...values);
  }

  markPoints(...values: Parameters<History['markPoints']>): Promise<readonly PointRow[]> {
    return this.#query('markPoints', ...values);
  }

  volatilityPoints(
    ...values: Parameters<History['volatilityPoints']>
  ): Promise<readonly VolatilityRow[]> {
    return this.#query('volatilityPoints', ...values);
  }

  volumes(sinceUs: TsUs): ReturnType<History['volumes']> {
    return this.#query('volumes', sinceUs);
  }

  recentTrades(sinceUs: TsUs): Promise<readonly Trade[]> {
    return this.#trades('recentTrades', sinceUs);
  }

  recentIndexes(sinceUs: TsUs): ReturnType<History['recentIndexes']> {
    return this.#query('recentIndexes', sinceUs);
  }

  instruments(ids: readonly number[]): Promise<readonly Instrument[]> {
    return this.#query('instruments', ids);
  }

  instrumentByName(name: string): Promise<Instrument | null> {
    return this.#query('instrumentByName', name);
  }

  formerInstruments(expiredBeforeUs: TsUs, limit: number): Promise<readonly Instrument[]> {
    return this.#query('formerInstruments', expiredBeforeUs, limit);
  }

  accounts(): Promise<readonly AccountChanged[]> {
    return this.#query('accounts');
  }
}

const errorOf = (failure: Failure): OperationalError =>
  new OperationalError(failure.code, failure.sentence);

const gapError = (last: number, next: number): OperationalError =>
  new OperationalError(
    'history-gap',
    `history is complete through command ${last} and was given command ${next}: ` +
      'feed it the journal in between, or move history.db away to begin anew.',
  );
