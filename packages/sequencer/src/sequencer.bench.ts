// What the sequencer costs: durable commands a second with group commit, replay commands a second
// and time from a paced submit to durable (open loop, from the intended time). First with a state
// machine that does next to nothing, which gives the sequencer's own share; then with the real
// engine on a recorded stream of a busy venue.
// Throughput is that of one long run on one machine in a process of its own: its first stretch,
// where all code is yet to be compiled (cold: what a restart begins with), those while most of it
// is compiled (warm-up), and each after them (steady: what a venue has for the days it runs).
// Run: node sequencer.bench.ts [encode] [own] [paced] [engine]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command, Seq, TsUs } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { loadMixes, recordLoad } from '../../engine/src/testing/load-stream.ts';
import type { Figure, StretchSizes } from '../../engine/src/testing/stretches.ts';
import { FrameBuilder } from './frame.ts';
import {
  durableRun,
  type Flow,
  type LongRun,
  type LongRunReport,
  replayRun,
  startOwnShare,
  type VenueName,
} from './testing/bench-venues.ts';
import { packCommands } from './testing/packed-commands.ts';
import { limitOrder } from './testing/test-commands.ts';

export interface BenchReport {
  readonly conditions: string;
  readonly workHash: string;
  /** Name, value, unit. */
  readonly figures: readonly Figure[];
}

const self = fileURLToPath(import.meta.url);

async function withFolder<T>(work: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'openstrike-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const longRuns = { durable: durableRun, replay: replayRun };
type LongRunName = keyof typeof longRuns;

/** A long run in a process that has run nothing before. */
function inOwnProcess(name: LongRunName, run: LongRun): LongRunReport {
  const child = spawnSync(
    process.execPath,
    [...process.execArgv, self, '--run', name, JSON.stringify(run)],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  assert(child.status === 0, `the ${name} run ends well`);
  return JSON.parse(child.stdout) as LongRunReport;
}

/** Nanoseconds to encode and checksum one order into a batch and seal it. */
function encodeNs(orders: readonly Command[], rounds: number): number {
  const frame = new FrameBuilder();
  let chain: Uint8Array = new Uint8Array(32);
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < orders.length; n++) {
      frame.append((n + 1) as Seq, n as TsUs, orders[n] as Command);
    }
    chain = frame.seal(chain).chain;
    frame.clear();
  }
  return ((performance.now() - started) * 1e6) / (rounds * orders.length);
}

/** Milliseconds from each command's intended time to durable, at `rate` a second. */
async function paced(
  submit: (command: Command) => Promise<unknown>,
  orders: readonly Command[],
  count: number,
  rate: number,
): Promise<Float64Array> {
  const tookMs = new Float64Array(count);
  const started = performance.now() + 5;
  const waits: Promise<unknown>[] = [];
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - started) * rate) / 1_000) + 1);
    for (; sent < due; sent++) {
      const n = sent;
      const intended = started + (n * 1_000) / rate;
      const order = orders[n % orders.length] as Command;
      waits.push(submit(order).then(() => (tookMs[n] = performance.now() - intended)));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(waits);
  return tookMs.sort();
}

async function latencies(
  orders: readonly Command[],
  rate: number,
  smoke: boolean,
): Promise<Figure[]> {
  return withFolder(async (folder) => {
    const sequencer = await startOwnShare(folder);
    const submit = (command: Command) => sequencer.submit(command);
    for (let n = 0; n < (smoke ? 500 : 20_000); n += 250) {
      await Promise.all(orders.slice(n % 1_000, (n % 1_000) + 250).map(submit));
    }
    const tookMs = await paced(submit, orders, Math.floor(rate * (smoke ? 0.1 : 4)), rate);
    await sequencer.stop({ snapshot: false });
    return [50, 99, 99.9, 100].map((percentile): Figure => {
      const at = Math.ceil((tookMs.length * percentile) / 100) - 1;
      const name = `submit to durable at ${rate} a second, p${percentile}`;
      return [name, tookMs[at] as number, 'ms'];
    });
  });
}

interface Work {
  readonly setup: readonly Command[];
  readonly load: readonly Command[];
  readonly startUs: number;
  readonly stepUs: number;
}

/** One long run that journals the work, and one that replays that journal to the same state. */
async function throughput(
  venue: VenueName,
  { setup, load, startUs, stepUs }: Work,
  { flow, stretches }: Pick<LongRun, 'flow' | 'stretches'>,
): Promise<Pick<PartReport, 'stateHash' | 'figures'>> {
  return withFolder((folder) => {
    const files = { setup: join(folder, 'setup'), load: join(folder, 'load') };
    packCommands(files.setup, setup);
    packCommands(files.load, load);
    const stamps = { startUs, stepUs };
    const run = { venue, folder: join(folder, 'journal'), ...files, ...stamps, flow, stretches };
    const durable = inOwnProcess('durable', run);
    assert(durable.commands === load.length, 'all commands become durable');
    const replay = inOwnProcess('replay', run);
    assert(replay.stateHash === durable.stateHash, 'a replay reaches the state of the run');
    assert(replay.commands === setup.length + load.length, 'all commands are replayed');
    const figures = [...durable.figures, ...replay.figures];
    return {
      stateHash: durable.stateHash,
      figures: figures.map(([what, ...rest]): Figure => [`${venue}: ${what}`, ...rest]),
    };
  });
}

/** How much of everything is done. */
interface BenchSize {
  readonly smoke: boolean;
  /** Commands of a long run. */
  readonly commands: number;
  readonly flow: Flow;
  readonly stretches: StretchSizes;
}

const usual: BenchSize = {
  smoke: false,
  commands: 1_000_000,
  flow: { aTurn: 500, inFlight: 4_096 },
  stretches: { stretch: 100_000, warmUp: 400_000 },
};

const small: BenchSize = {
  smoke: true,
  commands: 2_000,
  flow: { aTurn: 50, inFlight: 200 },
  stretches: { stretch: 400, warmUp: 800 },
};

/** What one part of the benchmark came to. */
interface PartReport {
  /** What no other part has. */
  readonly conditions: string;
  readonly stateHash: string;
  readonly figures: readonly Figure[];
}

const thousandOrders = (): Command[] => Array.from({ length: 1_000 }, (_, n) => limitOrder(n));

function encodePart({ smoke }: BenchSize): PartReport {
  const orders = thousandOrders();
  encodeNs(orders, smoke ? 5 : 300);
  const ns = encodeNs(orders, smoke ? 10 : 500);
  const figures: Figure[] = [['encode, checksum, chain', ns, 'ns a command']];
  return { conditions: 'encode: limit orders in batches of 1000', stateHash: '', figures };
}

async function ownPart(size: BenchSize): Promise<PartReport> {
  const load = Array.from({ length: size.commands }, (_, n) => limitOrder(n % 1_000));
  const work = { setup: [], load, startUs: 1_700_000_000_000_000, stepUs: 1 };
  const done = await throughput('own share', work, size);
  return { conditions: `own share: ${size.commands} limit orders`, ...done };
}

async function pacedPart({ smoke }: BenchSize): Promise<PartReport> {
  const figures: Figure[] = [];
  for (const rate of [5_000, 25_000, 100_000]) {
    figures.push(...(await latencies(thousandOrders(), rate, smoke)));
  }
  return { conditions: 'paced: limit orders, own share, warm', stateHash: '', figures };
}

async function enginePart(size: BenchSize): Promise<PartReport> {
  const options = {
    accounts: size.smoke ? 50 : 10_000,
    orders: size.commands,
    commandsPerTick: size.smoke ? 500 : 5_000,
    strikeStep: size.smoke ? 20_000 : 1_650,
    seed: 7,
    flow: 'scattered' as const,
  };
  const stream = recordLoad(options);
  const done = await throughput('whole engine', stream, size);
  return {
    conditions:
      `whole engine: ${stream.setup.length} commands that set up (before what is measured; in a ` +
      `replay the first of the cold ones), ${size.commands} measured, ${stream.instruments} ` +
      `instruments, ${options.accounts} accounts, an index value with all marks every ` +
      `${options.commandsPerTick}, seed ${options.seed}, ${loadMixes.scattered}`,
    ...done,
  };
}

const parts = { encode: encodePart, own: ownPart, paced: pacedPart, engine: enginePart };
export type BenchPart = keyof typeof parts;
const allParts = Object.keys(parts) as BenchPart[];

/** Runs the benchmark, or the parts that are named; `smoke` does a little of the same work. */
export async function run(options: {
  readonly smoke: boolean;
  readonly chosen?: readonly BenchPart[];
}): Promise<BenchReport> {
  const size = options.smoke ? small : usual;
  const reports: PartReport[] = [];
  for (const part of options.chosen ?? allParts) reports.push(await parts[part](size));
  const runtime = process.versions['bun']
    ? `Bun ${process.versions['bun']}`
    : `Node ${process.version}`;
  const { flow, stretches } = size;
  const hash = createHash('sha256');
  for (const { stateHash } of reports) hash.update(stateHash);
  return {
    conditions:
      `${runtime}, ${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, one thread; ` +
      `journal with fdatasync in ${process.env['BENCH_FOLDER'] ?? tmpdir()}; commands ` +
      `decoded and handed in up to ${flow.aTurn} a turn of the event loop while fewer than ` +
      `${flow.inFlight} are in flight; each long run in a process of its own, without a pause: ` +
      `cold its first ${stretches.stretch} commands, warm-up those to ${stretches.warmUp}, ` +
      `steady each ${stretches.stretch} after (in a replay: as many or more, to the end of a ` +
      `piece read); ${reports.map(({ conditions }) => conditions).join('; ')}; ` +
      `flags ${process.execArgv.join(' ')}`,
    workHash: hash.digest('hex').slice(0, 16),
    figures: reports.flatMap(({ figures }) => figures),
  };
}

/** Prints the figures of the parts that are named, or of all. */
async function main(words: readonly string[]): Promise<void> {
  const named = allParts.filter((part) => words.includes(part));
  const chosen = named.length === 0 ? allParts : named;
  const report = await run({ smoke: words.includes('--smoke'), chosen });
  const lines = report.figures.map(
    ([name, value, unit]) => `${name.padEnd(48)} ${value.toFixed(value < 100 ? 3 : 0)} ${unit}`,
  );
  process.stdout.write(`${[report.conditions, `work ${report.workHash}`, ...lines].join('\n')}\n`);
}

if (import.meta.main) {
  const [flag, name, run] = process.argv.slice(2);
  if (flag === '--run') {
    const done = await longRuns[name as LongRunName](JSON.parse(run as string) as LongRun);
    process.stdout.write(JSON.stringify(done));
  } else {
    await main(process.argv.slice(2));
  }
}
