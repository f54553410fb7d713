// What the whole engine costs: checks, margin, matching, ledger and events, over recorded streams
// of a busy venue while marks move. Throughput is that of one engine in a process of its own: its
// first stretch, where all code is yet to be compiled (cold), those while most of it is compiled
// (warm-up), and each after them (steady: what a venue has for the days it runs). Latency per
// command in runs of their own, the clock's own cost subtracted.
// Run: node --expose-gc engine.bench.ts
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import {
  type Command,
  type PriceTicks,
  plainOrder,
  type Seq,
  type SizeLots,
  type StateMachine,
  type TsUs,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { build, type Histogram } from 'hdr-histogram-js';
import { createEngine } from './engine.ts';
import { type LoadFlow, loadMixes, recordLoad } from './testing/load-stream.ts';
import { PackedLoad, packLoad } from './testing/packed-load.ts';
import { type Figure, Stretches, type StretchSizes } from './testing/stretches.ts';

export interface BenchReport {
  readonly conditions: string;
  readonly workHash: string;
  /** Name, value, unit. */
  readonly figures: readonly Figure[];
}

/** The engine is told of so many before it applies them, as the sequencer does. */
const GROUP = 16;

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

/** What one measurement of a stream came to. */
interface Measured {
  readonly figures: readonly Figure[];
  /** Where it ends at the stream's end. */
  readonly stateHash?: string;
}

/** The decoding of a batch is not measured; a venue's sequencer does it. */
const throughput = (stream: PackedLoad, { stretches: sizes }: BenchSize): Measured => {
  const runner = new Runner(stream);
  let events = 0;
  let done = 0;
  const stretches = new Stretches(sizes);
  for (let n = 0; n < stream.batches; n++) {
    const batch = stretches.without(() => stream.batch(n));
    for (let at = 0; at < batch.length; at += GROUP) {
      events += runner.applyGroup(batch.slice(at, at + GROUP));
    }
    done += batch.length;
    stretches.reached(done, done === stream.count);
  }
  return {
    stateHash: runner.engine.stateHash(),
    figures: [...stretches.figures('throughput'), ['events a command', events / stream.count, '']],
  };
};

const isOrder = (command: Command): boolean => command.type !== 'set-index';

const latencies = (stream: PackedLoad, { stretches }: BenchSize): Measured => {
  const figures: Figure[] = [];
  const runner = new Runner(stream);
  collect();
  const overhead = clockNs();
  const orders: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 1e10 });
  const ticks: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 1e10 });
  let done = 0;
  for (let n = 0; n < stream.batches; n++) {
    for (const command of stream.batch(n)) {
      const from = process.hrtime.bigint();
      runner.apply(command);
      const tookNs = Number(process.hrtime.bigint() - from) - overhead;
      done += 1;
      if (done <= stretches.warmUp) continue;
      (isOrder(command) ? orders : ticks).recordValue(Math.max(tookNs, 1));
    }
  }
  for (const percentile of [50, 99, 99.9, 99.99, 100]) {
    const value = orders.getValueAtPercentile(percentile) / 1_000;
    figures.push([`order command, p${percentile}`, value, 'us']);
  }
  figures.push(['index command with its marks, p50', ticks.getValueAtPercentile(50) / 1e3, 'us']);
  figures.push(['clock, subtracted', overhead, 'ns']);
  return { figures };
};

/** Heap growth over short stretches without a collection between, and collections over the run. */
const allocation = async (stream: PackedLoad): Promise<Measured> => {
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
  for (let n = 0; n < stream.batches; n++) {
    const batch = stream.batch(n);
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
  return {
    figures: [
      ['allocated per command, median', growth[growth.length >> 1] ?? 0, 'bytes'],
      ['collections', pauses, ''],
      ['collecting, total', pausedMs, 'ms'],
      ['collecting, longest', longestMs, 'ms'],
    ],
  };
};

/** Memory of so many resting orders. */
const restingOrders = (stream: PackedLoad, { restingOrders: count }: BenchSize): Measured => {
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
  return {
    figures: [
      [`${count} resting orders, heap and buffers`, grown / 1e6, 'MB'],
      ['of them of the first account', resting, ''],
    ],
  };
};

/** How much of everything is done. */
interface BenchSize {
  readonly accounts: number;
  readonly commands: number;
  readonly commandsPerTick: number;
  readonly restingOrders: number;
  readonly stretches: StretchSizes;
}

const usual: BenchSize = {
  accounts: 10_000,
  commands: 1_000_000,
  commandsPerTick: 50_000,
  restingOrders: 1_000_000,
  stretches: { stretch: 100_000, warmUp: 400_000 },
};

const small: BenchSize = {
  accounts: 500,
  commands: 10_000,
  commandsPerTick: 2_000,
  restingOrders: 10_000,
  stretches: { stretch: 2_000, warmUp: 4_000 },
};

const measurements = { throughput, latencies, allocation, restingOrders };
type Measurement = keyof typeof measurements;

/** What is measured of which stream. */
const plan: Readonly<Record<LoadFlow, readonly Measurement[]>> = {
  scattered: ['throughput', 'latencies', 'allocation', 'restingOrders'],
  'in runs': ['throughput', 'latencies'],
};

const self = fileURLToPath(import.meta.url);

/** Measures in a process that has run nothing before. */
const inOwnProcess = (name: Measurement, folder: string, size: BenchSize): Measured => {
  const child = spawnSync(
    process.execPath,
    [...process.execArgv, self, '--measure', name, folder, JSON.stringify(size)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  assert(child.status === 0, `the measurement of ${name} ends well`);
  return JSON.parse(child.stdout) as Measured;
};

/** All that is measured of one stream. */
const measureFlow = (
  flow: LoadFlow,
  size: BenchSize,
): Required<Measured> & { contracts: number } => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-bench-'));
  try {
    const { accounts, commands, commandsPerTick } = size;
    const options = {
      accounts,
      orders: commands,
      commandsPerTick,
      strikeStep: 1_650,
      seed: 7,
      flow,
    };
    const stream = recordLoad(options);
    packLoad(folder, stream);
    const measured = plan[flow].map((name) => inOwnProcess(name, folder, size));
    return {
      contracts: stream.instruments,
      stateHash: measured.map(({ stateHash }) => stateHash ?? '').join(''),
      figures: measured.flatMap(({ figures }) =>
        figures.map(([what, ...rest]): Figure => [`${flow}: ${what}`, ...rest]),
      ),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Runs the benchmark; `smoke` does a little of the same work. */
export function run({ smoke }: { readonly smoke: boolean }): BenchReport {
  const size = smoke ? small : usual;
  const flows = Object.keys(plan) as LoadFlow[];
  const reports = flows.map((flow) => measureFlow(flow, size));
  const { stretch, warmUp } = size.stretches;
  return {
    conditions:
      `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, ` +
      `${reports[0]?.contracts} instruments, ${size.accounts} accounts, ` +
      `${size.commands} commands ` +
      'on books that are empty at first, an index value with all marks every ' +
      `${size.commandsPerTick}, seed 7, one thread, no journal; each measurement in a process of ` +
      `its own; throughput: named to the engine ${GROUP} at a time, cold the first ${stretch} ` +
      `commands, warm-up those to ${warmUp}, steady each ${stretch} after; latency: each alone, ` +
      `those after ${warmUp}; flags ${process.execArgv.join(' ')}; ` +
      flows.map((flow) => `${flow}: ${loadMixes[flow]}`).join('; '),
    workHash: reports.map(({ stateHash }) => stateHash.slice(0, 16)).join(' '),
    figures: reports.flatMap(({ figures }) => figures),
  };
}

if (import.meta.main) {
  const [flag, name, folder, size] = process.argv.slice(2);
  if (flag === '--measure') {
    const measure = measurements[name as Measurement];
    const stream = new PackedLoad(folder as string);
    const measured = await measure(stream, JSON.parse(size as string) as BenchSize);
    process.stdout.write(JSON.stringify(measured));
  } else {
    const report = run({ smoke: process.argv.includes('--smoke') });
    const lines = report.figures.map(
      ([what, value, unit]) => `${what.padEnd(58)} ${value.toFixed(value < 100 ? 3 : 0)} ${unit}`,
    );
    process.stdout.write(
      `${[report.conditions, `work ${report.workHash}`, ...lines].join('\n')}\n`,
    );
  }
}
