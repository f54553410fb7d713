// Live market: the world's prices. A worker follows the venues and says each second's commands;
// this side submits them and hands over our own books. Invariant: an index is never silent: while
// the worker says nothing, its last value is repeated as frozen, so that everybody can tell.
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  type Command,
  type IndexName,
  OperationalError,
  type SetIndex,
  usPerSecond,
} from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';
import type { OracleReport } from '@openstrike/oracle';
import { listedIndexes } from './expiries-to-quote.ts';
import type { Market, MarketParts } from './market-parts.ts';
import { loadOracleSources } from './oracle-sources.ts';
import type { OracleMessage, OracleTask } from './oracle-worker.ts';
import { ownBooksOf } from './own-books.ts';

/** How long a start waits for first prices; then the door opens without. */
const firstWaitMs = 20_000;
/** Without a word of the worker for so long, the index is said to be frozen. */
const silenceMaxMs = 2_500;
const restartMs = 2_000;
const farewellMs = 5_000;

class LiveMarket implements Market {
  readonly #parts: MarketParts;
  readonly #feeds: Feeds;
  readonly #task: Omit<OracleTask, 'surfaceVersion'>;
  readonly #indexNames: readonly IndexName[];
  readonly #last = new Map<IndexName, SetIndex>();
  readonly #underWay = new Set<Promise<unknown>>();
  #worker: Worker | null = null;
  #restart: NodeJS.Timeout | null = null;
  #beat: NodeJS.Timeout | null = null;
  #heardMs = performance.now();
  #stopped = false;
  #report: OracleReport | null = null;

  constructor(parts: MarketParts, feeds: Feeds, task: Omit<OracleTask, 'surfaceVersion'>) {
    this.#parts = parts;
    this.#feeds = feeds;
    this.#task = task;
    this.#indexNames = listedIndexes(parts.tables);
  }

  async first(): Promise<void> {
    this.#run();
    const deadlineMs = performance.now() + firstWaitMs;
    while (this.#last.size < this.#indexNames.length && performance.now() < deadlineMs) {
      await sleep(50);
    }
    await Promise.all(this.#underWay);
    const missing = this.#indexNames.filter((name) => !this.#last.has(name));
    if (missing.length > 0) {
      const names = missing.join(', ');
      this.#parts.log.warn(`no price yet of ${names}: opening without; see the sources above`);
    }
  }

  /** As the worker told it last; null until it has. */
  oracle(): OracleReport | null {
    return this.#report;
  }

  start(): void {
    // What has come meanwhile is heard first: this thread may have stood still, not the worker.
    this.#beat = setInterval(() => setImmediate(() => this.#everySecond()), 1_000);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#beat !== null) clearInterval(this.#beat);
    if (this.#restart !== null) clearTimeout(this.#restart);
    const worker = this.#worker;
    if (worker !== null) {
      const gone = new Promise<void>((done) => worker.once('exit', () => done()));
      worker.postMessage('stop');
      const late = setTimeout(() => void worker.terminate(), farewellMs);
      await gone;
      clearTimeout(late);
    }
    await Promise.all(this.#underWay);
  }

  #run(): void {
    const { log } = this.#parts;
    const worker = new Worker(new URL('./oracle-worker.ts', import.meta.url), {
      // One number a second goes on over restarts without having been stored.
      workerData: {
        ...this.#task,
        surfaceVersion: Math.floor(this.#parts.clock.nowUs() / usPerSecond),
      } satisfies OracleTask,
    });
    this.#worker = worker;
    worker.on('message', (message: OracleMessage) => this.#hear(message));
    worker.on('error', (error) => log.error({ err: error }, 'the oracle failed'));
    worker.on('exit', () => {
      this.#worker = null;
      if (!this.#stopped) this.#restart = setTimeout(() => this.#run(), restartMs);
    });
  }

  #hear(message: OracleMessage): void {
    if (message.type === 'note') {
      const { level, sentence } = message.note;
      this.#parts.log[level](sentence);
    }
    if (message.type === 'report') this.#report = message.report;
    if (message.type !== 'commands') return;
    this.#heardMs = performance.now();
    for (const command of message.commands) {
      if (command.type === 'set-index') this.#last.set(command.indexName, command);
      this.#submit(command);
    }
  }

  #submit(command: Command): void {
    const sent: Promise<unknown> = this.#parts.commands
      .submit(command)
      .catch((error: unknown) =>
        this.#parts.log.error({ err: error }, 'a price could not be taken'),
      )
      .finally(() => this.#underWay.delete(sent));
    this.#underWay.add(sent);
  }

  #everySecond(): void {
    if (this.#stopped) return;
    if (performance.now() - this.#heardMs > silenceMaxMs) {
      for (const last of this.#last.values()) {
        this.#submit({ ...last, status: 'frozen', confidence: 0, constituents: [] });
      }
    }
    const books = this.#indexNames.flatMap((name) => ownBooksOf(this.#feeds, name) ?? []);
    if (books.length > 0) this.#worker?.postMessage(books);
  }
}

/** Throws OperationalError where the options do not go with a live market. */
export const createLiveMarket = (parts: MarketParts): Market => {
  const { options, tables } = parts;
  if (options.speed !== 1 || options.start !== null) {
    const sentence = 'A live market runs at the speed of the world: leave --speed and --start out.';
    throw new OperationalError('bad-option', sentence);
  }
  return new LiveMarket(parts, parts.feeds, {
    sources: loadOracleSources(options.sources),
    tables,
  });
};
