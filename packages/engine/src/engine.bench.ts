// What the whole engine costs: checks, margin, matching, ledger and events, over a recorded stream
// of a busy venue while marks move. Throughput is timed over the whole run; latency per command in
// a run of its own, the clock's own cost subtracted. Run: node --expose-gc engine.bench.ts
import { availableParallelism, cpus } from 'node:os';
import { PerformanceObserver } from 'node:perf_hooks';
import {
  type AccountId,
  type Command,
  type InstrumentId,
  type OrderId,
  type PriceTicks,
  plainEdit,
  plainOrder,
  type Seq,
  type SizeLots,
  type StateMachine,
  type TsUs,
} from '@openstrike/domain';
import { build, type Histogram } from 'hdr-histogram-js';
import { createEngine } from './engine.ts';
import { type LoadStream, loadMix, recordLoad } from './testing/load-stream.ts';

export interface BenchReport {
  readonly conditions: string;
  readonly workHash: string;
  /** Name, value, unit. */
  readonly figures: readonly (readonly [string, number, string])[];
}

type Figure = [string, number, string];

/** Commands come in batches, decoded just before. */
const BATCH = 1_000;
/** The engine is told of so many before it applies them, as the sequencer does. */
const GROUP = 16;

/**
 * A stream kept in numbers, as a journal keeps it, so that the collector has no million commands of
 * the bench to mark and the decoding leaves no text behind. A command of another form stays text.
 */
class PackedLoad {
  readonly setup: readonly Command[];
  readonly instruments: number;
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
  readonly #numbers: Float64Array;
  readonly #texts: string[] = [];

  constructor({ load, ...stream }: LoadStream) {
    this.setup = stream.setup;
    this.instruments = stream.instruments;
    this.startUs = stream.startUs;
    this.stepUs = stream.stepUs;
    this.count = load.length;
    this.#numbers = new Float64Array(load.length * WIDTH);
    load.forEach((command, at) => {
      this.#pack(command, at * WIDTH);
    });
  }

  /** The commands, decoded a batch at a time. */
  *batches(): Generator<readonly Command[]> {
    for (let first = 0; first < this.count; first += BATCH) {
      const batch: Command[] = [];
      for (let at = first; at < Math.min(first + BATCH, this.count); at++) {
        batch.push(this.#unpack(at * WIDTH));
      }
      yield batch;
    }
  }

  #pack(command: Command, at: number): void {
    const fields = fieldsOf(command);
    if (fields !== null) {
      this.#numbers.set(fields, at);
      if (JSON.stringify(this.#unpack(at)) === JSON.stringify(command)) return;
    }
    this.#numbers[at] = 0;
    this.#numbers[at + 1] = this.#texts.push(JSON.stringify(command)) - 1;
  }

  #unpack(at: number): Command {
    const [kind, accountId, id, priceTicks, sizeLots] = this.#numbers.subarray(at, at + WIDTH);
    switch (kind) {
      case 1:
      case 2:
        return {
          ...plainOrder,
          accountId: accountId as AccountId,
          instrumentId: id as InstrumentId,
          side: kind === 1 ? 'buy' : 'sell',
          priceTicks: priceTicks as PriceTicks,
          sizeLots: sizeLots as SizeLots,
        };
      case 3:
        return {
          ...plainEdit,
          accountId: accountId as AccountId,
          orderId: id as OrderId,
          priceTicks: priceTicks as PriceTicks,
        };
      case 4:
        return { type: 'cancel-order', accountId: accountId as AccountId, orderId: id as OrderId };
      default:
        return JSON.parse(this.#texts[accountId as number] as string) as Command;
    }
  }
}

const WIDTH = 5;

/** The numbers of a command of the usual form. */
const fieldsOf = (command: Command): readonly number[] | null => {
  switch (command.type) {
    case 'place-order': {
      const { accountId, instrumentId, side, priceTicks, sizeLots } = command;
      return [side === 'buy' ? 1 : 2, accountId, instrumentId, priceTicks, sizeLots];
    }
    case 'edit-order':
      return [3, command.accountId, command.orderId, command.priceTicks ?? 0, 0];
    case 'cancel-order':
      return [4, command.accountId, command.orderId, 0, 0];
    default:
      return null;
  }
};

/** An engine after the stream's set-up, with its stamps. */
class Runner {
  readonly engine: StateMachine = createEngine();
  #seq = 0;
  #nowUs: number;
  readonly #stepUs: number;

  constructor(stream: PackedLoad) {
    this.#nowUs = stream.startUs;
    this.#stepUs = stream.stepUs;
    for (const command of stream.setup) {
      this.apply(command);
    }
  }

  apply(command: Command): number {
    this.#seq += 1;
    this.#nowUs += this.#stepUs;
    return this.engine.apply(command, this.#seq as Seq, this.#nowUs as TsUs).length;
  }

  applyGroup(commands: readonly Command[]): number {
    this.engine.foresee?.(commands);
    let events = 0;
    for (const command of commands) {
      events += this.apply(command);
    }
    return events;
  }
}

const collect = (): void => {
  (globalThis as { gc?: () => void }).gc?.();
};

/** Cost of reading the clock twice, in nanoseconds: the least of many. */
const clockNs = (): number => {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10_000; i++) {
    const from = process.hrtime.bigint();
    least = Math.min(least, Number(process.hrtime.bigint() - from));
  }
  return least;
};

interface Timed {
  readonly perSecond: number;
  /** By processor time of all threads, which a busy machine disturbs less than the clock. */
  readonly perProcessorSecond: number;
  readonly events: number;
  readonly hash: string;
}

const timed = (stream: PackedLoad): Timed => {
  const runner = new Runner(stream);
  collect();
  let events = 0;
  let ms = 0;
  let processorUs = 0;
  for (const batch of stream.batches()) {
    const used = process.cpuUsage();
    const started = performance.now();
    for (let at = 0; at < batch.length; at += GROUP) {
      events += runner.applyGroup(batch.slice(at, at + GROUP));
    }
    ms += performance.now() - started;
    const { user, system } = process.cpuUsage(used);
    processorUs += user + system;
  }
  const perSecond = (stream.count / ms) * 1_000;
  const perProcessorSecond = (stream.count / processorUs) * 1_000_000;
  return { perSecond, perProcessorSecond, events, hash: runner.engine.stateHash() };
};

const isOrder = (command: Command): boolean => command.type !== 'set-index';

const latencies = (stream: PackedLoad, figures: Figure[]): void => {
  const runner = new Runner(stream);
  collect();
  const overhead = clockNs();
  const orders: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 1e10 });
  const ticks: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 1e10 });
  for (const batch of stream.batches()) {
    for (const command of batch) {
      const from = process.hrtime.bigint();
      runner.apply(command);
      const tookNs = Number(process.hrtime.bigint() - from) - overhead;
      (isOrder(command) ? orders : ticks).recordValue(Math.max(tookNs, 1));
    }
  }
  for (const percentile of [50, 99, 99.9, 99.99, 100]) {
    const value = orders.getValueAtPercentile(percentile) / 1_000;
    figures.push([`order command, p${percentile}`, value, 'us']);
  }
  figures.push(['index command with its marks, p50', ticks.getValueAtPercentile(50) / 1e3, 'us']);
  figures.push(['clock, subtracted', overhead, 'ns']);
};

/** Heap growth over short stretches without a collection between, and collections over the run. */
const allocation = async (stream: PackedLoad, figures: Figure[]): Promise<void> => {
  const runner = new Runner(stream);
  collect();
  let pauses = 0;
  let pausedMs = 0;
  let longestMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      pauses += 1;
      pausedMs += duration;
      longestMs = Math.max(longestMs, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  const growth: number[] = [];
  const stretch = 500;
  for (const batch of stream.batches()) {
    for (let at = 0; at + stretch <= batch.length; at += stretch) {
      const before = process.memoryUsage().heapUsed;
      for (const command of batch.slice(at, at + stretch)) {
        runner.apply(command);
      }
      growth.push((process.memoryUsage().heapUsed - before) / stretch);
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  observer.disconnect();
  growth.sort((a, b) => a - b);
  figures.push(['allocated per command, median', growth[growth.length >> 1] ?? 0, 'bytes']);
  figures.push(['collections', pauses, '']);
  figures.push(['collecting, total', pausedMs, 'ms']);
  figures.push(['collecting, longest', longestMs, 'ms']);
};

/** Memory of so many resting orders. */
const restingOrders = (stream: PackedLoad, count: number, figures: Figure[]): void => {
  const runner = new Runner(stream);
  const views = runner.engine.query('instruments', {}).filter(({ mark }) => mark !== null);
  const accounts = runner.engine.query('accounts', {}).length;
  collect();
  const before = process.memoryUsage();
  for (let n = 0; n < count; n++) {
    const { instrument } = views[n % views.length] as (typeof views)[number];
    runner.apply({
      ...plainOrder,
      accountId: (1 + (n % accounts)) as never,
      instrumentId: instrument.id,
      side: 'buy',
      priceTicks: (1 + (Math.floor(n / views.length) % 50)) as PriceTicks,
      sizeLots: 1 as SizeLots,
    });
  }
  collect();
  const after = process.memoryUsage();
  const resting = runner.engine.query('open-orders', { accountId: 1 as never }).length;
  const grown = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
  figures.push([`${count} resting orders, heap and buffers`, grown / 1e6, 'MB']);
  figures.push(['of them of the first account', resting, '']);
};

/** Runs the benchmark; `smoke` is a few seconds' worth less of the same work. */
export async function run({ smoke }: { readonly smoke: boolean }): Promise<BenchReport> {
  const accounts = smoke ? 500 : 10_000;
  const orders = smoke ? 10_000 : 1_000_000;
  const commandsPerTick = smoke ? 2_000 : 50_000;
  const options = { accounts, orders, commandsPerTick, strikeStep: 1_650, seed: 7 };
  const stream = new PackedLoad(recordLoad(options));
  const figures: Figure[] = [];
  let hash = '';
  // In the first round the code is compiled, which a venue goes through once.
  const warmUps = smoke ? 0 : 1;
  for (let round = 1 - warmUps; round <= (smoke ? 1 : 3); round++) {
    const { perSecond, perProcessorSecond, events, hash: worked } = timed(stream);
    hash = worked;
    if (round === 0) continue;
    figures.push([`throughput, round ${round}`, perSecond, 'commands a second']);
    figures.push(['the same by processor time', perProcessorSecond, 'commands a second']);
    figures.push(['events a command', events / stream.count, '']);
  }
  latencies(stream, figures);
  await allocation(stream, figures);
  restingOrders(stream, smoke ? 10_000 : 1_000_000, figures);
  return {
    conditions:
      `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, ` +
      `${stream.instruments} instruments, ${accounts} accounts, ${orders} commands, ` +
      `an index value with all marks every ${commandsPerTick}, seed 7, one thread, no journal; ` +
      `throughput: named to the engine ${GROUP} at a time; latency: each alone; ` +
      `${smoke ? '' : 'a warm-up round is not counted; '}` +
      `flags ${process.execArgv.join(' ')}; ` +
      loadMix,
    workHash: hash.slice(0, 16),
    figures,
  };
}

if (import.meta.url === new URL(process.argv[1] ?? '', 'file:').href) {
  const report = await run({ smoke: process.argv.includes('--smoke') });
  const lines = report.figures.map(
    ([name, value, unit]) => `${name.padEnd(48)} ${value.toFixed(value < 100 ? 3 : 0)} ${unit}`,
  );
  process.stdout.write(`${[report.conditions, `work ${report.workHash}`, ...lines].join('\n')}\n`);
}
