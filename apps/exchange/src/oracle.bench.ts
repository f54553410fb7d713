// What a live market costs and how fast it is: ten thousand normalised updates a second through
// index, forwards and surfaces in the oracle's thread, with the real engine and the shipped
// contract tables in this one. Measured from the instant a tick is due to the last mark of it, and,
// for the engine, from the instant an order was to be sent to its answer, with surfaces and
// without, in turns. Ticks come ten a second, so that a percentile has something to be of.
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
import type {
  OracleBenchMessage,
  OracleBenchReport,
  OracleBenchTask,
  OracleBenchTick,
} from './oracle-bench-worker.ts';

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

/** The parts of a tick's way, in order. */
const stages = ['late to begin', 'ticking', 'on its way', 'marking'] as const;

const histogram = (): Histogram =>
  build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });

/** What this thread saw in one round. */
class Round {
  readonly marks = histogram();
  readonly orders = histogram();
  /** Milliseconds that each tick spent in each stage. */
  readonly stageMs: readonly number[][] = stages.map(() => []);
  /** Processor time of the engine for all commands of one tick, in milliseconds. */
  readonly appliesMs: number[] = [];
  surfaces = 0;

  marked(tick: OracleBenchTick, heardMs: number, markedMs: number): void {
    const { dueMs, beganMs, saidMs } = tick;
    const times = [dueMs, beganMs, saidMs, heardMs, markedMs];
    for (const [place, of] of this.stageMs.entries()) {
      of.push((times[place + 1] as number) - (times[place] as number));
    }
    this.marks.recordValue(Math.max(1, Math.round((markedMs - dueMs) * 1_000)));
  }
}

/** Processor milliseconds of this thread so far. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** The worker speaks, this thread applies and takes orders at a fixed rate. */
const runRounds = (
  task: OracleBenchTask,
  ordersPerSecond: number,
  onRound: (round: Round, report: OracleBenchReport, instruments: number) => void,
): Promise<void> => {
  const venue = new Venue();
  let round = new Round();
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
      round.orders.recordValue(Math.max(1, Math.round((nowMs() - dueMs) * 1_000)));
    }
  }, 1);
  const apply = (command: Command): void => {
    const refused = venue.apply(command).find(({ type }) => type === 'command-rejected');
    if (refused !== undefined) throw new Error(JSON.stringify(refused));
  };
  const hear = (message: OracleBenchMessage): void => {
    const heardMs = nowMs();
    switch (message.type) {
      case 'round':
        onRound(round, message.report, venue.instruments);
        round = new Round();
        return;
      case 'surface':
        round.surfaces += 1;
        return message.commands.forEach(apply);
      case 'tick': {
        const startedMs = cpuMs();
        message.commands.forEach(apply);
        round.appliesMs.push(cpuMs() - startedMs);
        round.marked(message, heardMs, nowMs());
      }
    }
  };
  return new Promise<void>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', () => resolve());
    worker.on('message', (message: OracleBenchMessage) => {
      try {
        hear(message);
      } catch (error) {
        reject(error as Error);
      }
    });
  }).finally(() => clearInterval(sending));
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

const both = (name: string, values: readonly number[]): string =>
  `${name} ${at(values, 50)} (p99 ${at(values, 99)})`;

const tell = (round: Round, report: OracleBenchReport): void => {
  console.log(`  ${show('tick due to last mark', round.marks)}`);
  const parts = stages.map((name, place) => both(name, round.stageMs[place] ?? []));
  console.log(`  of these: ${parts.join(', ')} ms`);
  console.log(`  ${show('order due to its end (place and cancel)', round.orders)}`);
  const rate = Math.round((report.events / report.wallMs) * 1_000);
  const share = ((report.cpuMs / report.wallMs) * 100).toFixed(0);
  console.log(`  oracle: ${rate} updates a second on ${share} % of one core`);
  const times = [both('a tick', report.ticksMs), both('its marks', round.appliesMs)];
  console.log(`  processor time: ${times.join(', ')} ms`);
  if (report.fitsMs.length === 0) return;
  console.log(`  ${both('asked to told: a surface', report.fitsMs)} ms`);
};

export const run = async ({ smoke }: { readonly smoke: boolean }): Promise<void> => {
  const { model } = cpus()[0] ?? { model: 'unknown' };
  const conditions = `${model}, ${availableParallelism()} threads, Node ${process.version}`;
  const ticks = smoke ? 10 : 200;
  console.log(
    'Oracle: 10,000 updates a second to the marks of the shipped tables, ten ticks a second, ' +
      `after a warm-up at fifty; ${conditions}`,
  );
  // What a venue has long behind it: its tables grown and its code compiled.
  const warmUp = { ticks: smoke ? 10 : 1_000, tickEveryMs: 20, fitEveryTicks: 5 };
  const [quiet, fitting] = [0, 2].map((fitEveryTicks) => ({
    ticks,
    tickEveryMs: 100,
    fitEveryTicks,
  }));
  const turns = Array.from({ length: smoke ? 1 : 3 }, () => [quiet, fitting]);
  const task = {
    updatesPerSecond: 10_000,
    startUs,
    rounds: [warmUp, ...turns.flat()],
  } as OracleBenchTask;
  let number = 0;
  await runRounds(task, smoke ? 200 : 1_000, (round, report, instruments) => {
    if (number > 0) {
      const load = loadavg()[0]?.toFixed(1);
      const { surfaces } = round;
      console.log(
        `round ${number}: ${surfaces} surfaces, ${instruments} instruments, load ${load}`,
      );
      tell(round, report);
    }
    number += 1;
  });
};

if (import.meta.main) {
  await run({ smoke: false });
}
