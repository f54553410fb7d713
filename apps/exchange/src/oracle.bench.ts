// What a live market costs and how fast it is: ten thousand normalised updates a second through
// index, forwards and surfaces in the oracle's thread, with the real engine and the shipped
// contract tables in this one. Measured from the instant a tick is due to the last mark of it, and,
// for the engine, from the instant an order was to be sent to its answer, with surfaces and
// without, in turns. Ticks come ten a second, so that a percentile has something to be of; those of
// the first seconds, when everything is listed and compiled, are not counted.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { Worker } from 'node:worker_threads';
import {
  type AccountId,
  type Cash,
  type Command,
  goodIndex,
  type Instrument,
  type PlaceOrder,
  type PriceTicks,
  plainOrder,
  type Seq,
  type SizeLots,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { startingStates } from '@openstrike/oracle';
import { build, type Histogram } from 'hdr-histogram-js';
import { loadContractTables } from './contract-tables.ts';
import type { OracleBenchMessage, OracleBenchTask } from './oracle-bench-worker.ts';

/** Monday 21 September 2026, 10:00 UTC. */
const startUs = 1_789_984_800_000_000;
const nowMs = (): number => performance.timeOrigin + performance.now();

/** The engine with its tables, prices and one account that quotes a perpetual. */
class Venue {
  readonly engine = createEngine();
  readonly #beginMs = nowMs();
  #seq = 0;
  readonly #listed: Instrument[] = [];
  readonly #account: AccountId;
  readonly #perpetual: Instrument;

  constructor() {
    this.apply({ type: 'configure', tables: loadContractTables('', []) });
    for (const indexName of ['btc_usd', 'btc_usdc', 'eth_usd', 'eth_usdc'] as const) {
      const { spotUsd } = startingStates[indexName.startsWith('btc') ? 'BTC' : 'ETH'];
      this.apply(goodIndex(indexName, (spotUsd * 1e6) as UsdMicros));
    }
    const perpetual = this.#listed.find(({ name }) => name === 'BTC-PERPETUAL');
    if (perpetual === undefined) throw new Error('the tables list no BTC-PERPETUAL');
    this.#perpetual = perpetual;
    const [made] = this.apply({ type: 'create-account', parentId: null, name: 'bench' });
    if (made?.type !== 'account-changed') throw new Error('no account');
    this.#account = made.accountId;
    const deposit = { accountId: this.#account, currency: 'BTC', reference: 'bench' } as const;
    this.apply({ type: 'deposit', ...deposit, amount: 1e12 as Cash });
  }

  get instruments(): number {
    return this.#listed.length;
  }

  apply(command: Command) {
    this.#seq += 1;
    const tsUs = startUs + Math.floor((nowMs() - this.#beginMs) * 1_000);
    const events = this.engine.apply(command, this.#seq as Seq, tsUs as TsUs);
    for (const event of events) {
      if (event.type === 'instrument-listed') this.#listed.push(event.instrument);
    }
    return events;
  }

  /** Places an order far below the market and cancels it. */
  order(): void {
    const { tick, lot, id } = this.#perpetual;
    const order: PlaceOrder = {
      ...plainOrder,
      accountId: this.#account,
      instrumentId: id,
      side: 'buy',
      priceTicks: Math.round((70_000 * tick.den) / tick.num) as PriceTicks,
      sizeLots: Math.round((1_000 * lot.den) / lot.num) as SizeLots,
    };
    const [told] = this.apply(order);
    if (told?.type !== 'order-changed') throw new Error(`no order: ${JSON.stringify(told)}`);
    const { orderId } = told.order;
    this.apply({ type: 'cancel-order', accountId: this.#account, orderId });
  }
}

interface Round {
  readonly marks: Histogram;
  /** Processor time of the engine for all commands of one tick, in milliseconds. */
  readonly appliesMs: readonly number[];
  readonly orders: Histogram;
  readonly done: Extract<OracleBenchMessage, { readonly type: 'done' }>;
  readonly surfaces: number;
  readonly instruments: number;
}

/** Processor milliseconds of this thread so far. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

const histogram = (): Histogram =>
  build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });

/** One round: the worker speaks, this thread applies and takes orders at a fixed rate. */
const runRound = (task: OracleBenchTask, ordersPerSecond: number): Promise<Round> => {
  const venue = new Venue();
  const marks = histogram();
  const orders = histogram();
  const appliesMs: number[] = [];
  let surfaces = 0;
  let ticks = 0;
  const url = new URL('./oracle-bench-worker.ts', import.meta.url);
  const worker = new Worker(url, { workerData: task });
  const beginMs = nowMs();
  let sent = 0;
  const sending = setInterval(() => {
    for (;;) {
      const dueMs = beginMs + ((sent + 1) / ordersPerSecond) * 1_000;
      if (dueMs > nowMs()) break;
      venue.order();
      sent += 1;
      if (ticks > task.warmUpTicks)
        orders.recordValue(Math.max(1, Math.round((nowMs() - dueMs) * 1_000)));
    }
  }, 1);
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', (message: OracleBenchMessage) => {
      if (message.type === 'done') {
        clearInterval(sending);
        const { instruments } = venue;
        resolve({ marks, orders, appliesMs, done: message, surfaces, instruments });
        return;
      }
      const startedMs = cpuMs();
      for (const command of message.commands) {
        const [refused] = venue.apply(command).filter(({ type }) => type === 'command-rejected');
        if (refused !== undefined) reject(new Error(JSON.stringify(refused)));
      }
      if (message.type === 'surface') {
        surfaces += 1;
        return;
      }
      ticks += 1;
      if (ticks <= task.warmUpTicks) return;
      appliesMs.push(cpuMs() - startedMs);
      marks.recordValue(Math.max(1, Math.round((nowMs() - message.dueMs) * 1_000)));
    });
  });
};

const show = (name: string, of: Histogram): string => {
  const at = (percentile: number): string =>
    (of.getValueAtPercentile(percentile) / 1_000).toFixed(2);
  return `${name}: median ${at(50)} ms, p99 ${at(99)} ms, worst ${at(100)} ms of ${of.totalCount}`;
};

const at = (values: readonly number[], percentile: number): string => {
  const sorted = [...values].sort((a, b) => a - b);
  const place = Math.min(sorted.length - 1, Math.floor((percentile / 100) * sorted.length));
  return (sorted[place] ?? Number.NaN).toFixed(2);
};

export const run = async ({ smoke }: { readonly smoke: boolean }): Promise<void> => {
  const { model } = cpus()[0] ?? { model: 'unknown' };
  const conditions = `${model}, ${availableParallelism()} threads, Node ${process.version}`;
  const warmUpTicks = smoke ? 2 : 50;
  const seconds = smoke ? 1 : 25;
  console.log(
    `Oracle: 10,000 updates a second to the marks of the shipped tables, ${warmUpTicks} ticks of ` +
      `warm-up not counted; ${conditions}`,
  );
  const task = { updatesPerSecond: 10_000, tickEveryMs: 100, startUs, seconds, warmUpTicks };
  for (let round = 0; round < (smoke ? 1 : 3); round += 1) {
    for (const fitEveryTicks of smoke ? [2] : [0, 2]) {
      const found = await runRound({ ...task, fitEveryTicks }, smoke ? 200 : 1_000);
      const { done, instruments, surfaces, appliesMs } = found;
      const load = loadavg()[0]?.toFixed(1);
      console.log(
        `round ${round + 1}: ${surfaces} surfaces, ${instruments} instruments, load ${load}`,
      );
      console.log(`  ${show('tick due to last mark', found.marks)}`);
      console.log(`  ${show('order due to its end (place and cancel)', found.orders)}`);
      const rate = Math.round((done.events / done.wallMs) * 1_000);
      const share = ((done.cpuMs / done.wallMs) * 100).toFixed(0);
      console.log(`  oracle: ${rate} updates a second on ${share} % of one core`);
      const times = [
        ['a tick', done.ticksMs],
        ['its marks', appliesMs],
        ['a surface', done.fitsMs],
      ] as const;
      const told = times.map(
        ([name, values]) => `${name} ${at(values, 50)} (p99 ${at(values, 99)}) ms`,
      );
      console.log(`  processor time: ${told.join(', ')}`);
    }
  }
};

if (import.meta.main) {
  await run({ smoke: false });
}
