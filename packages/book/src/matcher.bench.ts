/**
 * How fast the fast matcher is on the public benchmark's streams and over a thousand thin books:
 * throughput with all its events and reports, latency of single operations, allocation and garbage
 * collection, beside other books in the same run. Inside the figures: decoding a message, order
 * ids, matching, writing reports and level changes to a ring. Not inside: network, checks, ledger.
 *
 * Each stream has a process of its own, as an engine has, in which the matcher is the only one: V8
 * then takes its arrays for constants. Run: node matcher.bench.ts [--smoke]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'hdr-histogram-js';
import { NPM_BOOKS, runNpmBook } from '../bench/npm-books.ts';
import {
  type BuiltPeer,
  buildPeers,
  PEER_ROUNDS,
  runPeer,
  writeStreamFile,
} from '../bench/peers.ts';
import { createPublicAdapter, hashReports, type PublicAdapter } from '../bench/public-adapter.ts';
import { publicStream, type Stream } from '../bench/public-stream.ts';
import { PUBLISHED_HASHES } from '../bench/published-hashes.ts';
import { thinStream } from '../bench/thin-stream.ts';
import { createMatcher } from './fast-matcher.ts';

export interface BenchReport {
  readonly conditions: string;
  /** The report hash of each scenario. */
  readonly workHash: string;
  /** Name, value, unit. */
  readonly figures: readonly (readonly [string, number, string])[];
}

type Figure = readonly [string, number, string];

const SEED = 23;
/** Messages are handed over in batches, as a sequencer would. */
const BATCH = 1024;

/** The streams by name; in smoke size they only prove that everything runs. */
const STREAMS: Readonly<Record<string, (smoke: boolean) => Stream>> = {
  static: (smoke) => publicStream('static', smoke ? 5000 : 1_000_000, SEED),
  normal: (smoke) => publicStream('normal', smoke ? 5000 : 1_000_000, SEED),
  'flash-crash': (smoke) => publicStream('flash-crash', smoke ? 5000 : 1_000_000, SEED),
  '1000 thin books': (smoke) => thinStream(smoke ? 20_000 : 2_000_000, 1000, SEED),
};

/**
 * Works through a stream, each batch in a turn of the event loop; milliseconds.
 *
 * A loop around `run` would be optimized together with it, and that with a worse eye to what is
 * hot in the matcher.
 */
async function runInBatches({ run }: PublicAdapter, stream: Stream): Promise<number> {
  for (let first = 0; first < stream.count; first += BATCH) {
    setImmediate(run, first, Math.min(first + BATCH, stream.count));
  }
  const start = performance.now();
  await nextTurn();
  return performance.now() - start;
}

/** Millions of messages a second in one round. */
async function timeRound(adapter: PublicAdapter, stream: Stream): Promise<number> {
  const tookMs = await runInBatches(adapter, stream);
  adapter.clear();
  return stream.count / tookMs / 1000;
}

const median = (figures: readonly number[]): number =>
  [...figures].sort((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;

/** The usual cost of reading the clock twice, in nanoseconds. */
function clockOverheadNs(): number {
  const samples: number[] = [];
  for (let i = 0; i < 100_000; i++) {
    const start = performance.now();
    samples.push((performance.now() - start) * 1e6);
  }
  return Math.round(median(samples));
}

type Timed = Pick<PublicAdapter, 'run' | 'clear'>;

/** Waits as long as a message takes: what is slow here is the machine's interruptions. */
const WAITING: Timed = {
  run() {
    const until = performance.now() + 0.0001;
    while (performance.now() < until);
  },
  clear() {},
};

/** Times every message by itself, in nanoseconds and with the clock's own cost. */
function timeEach({ run, clear }: Timed, nanoseconds: Int32Array): void {
  for (let i = 0; i < nanoseconds.length; i++) {
    const start = performance.now();
    run(i, i + 1);
    nanoseconds[i] = (performance.now() - start) * 1e6;
  }
  clear();
}

/** Nanoseconds of a message at the percentiles, the clock's own cost taken off. */
function latencies(adapter: Timed, stream: Stream, overheadNs: number): Figure[] {
  const nanoseconds = new Int32Array(stream.count);
  // Twice: the first time V8 compiles the loop that times.
  for (let pass = 0; pass < 2; pass++) timeEach(adapter, nanoseconds);
  const histogram = build({ highestTrackableValue: 1e10, numberOfSignificantValueDigits: 3 });
  for (const ns of nanoseconds) histogram.recordValue(Math.max(1, ns - overheadNs));
  const percentiles = [50, 99, 99.9, 99.99].map(
    (p) => [`p${p}`, histogram.getValueAtPercentile(p), 'ns'] as const,
  );
  return [...percentiles, ['max', histogram.maxValue, 'ns']];
}

/** Bytes left on the heap and collections during one round. */
async function heapUse(adapter: PublicAdapter, stream: Stream): Promise<Figure[]> {
  let collections = 0;
  let pauseMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      collections += 1;
      pauseMs += entry.duration;
    }
  });
  globalThis.gc?.();
  await nextTurn();
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage().heapUsed;
  for (let first = 0; first < stream.count; first += BATCH) {
    adapter.run(first, Math.min(first + BATCH, stream.count));
  }
  const bytes = process.memoryUsage().heapUsed - before;
  await nextTurn();
  observer.disconnect();
  adapter.clear();
  return [
    ['heap growth a message', Math.max(0, bytes) / stream.count, 'bytes'],
    ['collections', collections, ''],
    ['collection pauses', pauseMs, 'ms'],
  ];
}

interface Rates {
  readonly [name: string]: number[];
}

/** Rounds of the matcher and of the peers by turns, and one of each npm book. */
async function throughputs(
  adapter: PublicAdapter,
  stream: Stream,
  { smoke, peers }: Setup,
  fillHash: number,
): Promise<Rates> {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-bench-'));
  const file = join(folder, 'stream.i32');
  const rates: Record<string, number[]> = { openstrike: [] };
  try {
    writeStreamFile(stream, file);
    for (let warming = 0; warming < (smoke ? 1 : 6); warming++) await timeRound(adapter, stream);
    for (let turn = 0; turn < (smoke ? 1 : 3); turn++) {
      for (let i = 0; i < 3; i++) rates['openstrike']?.push(await timeRound(adapter, stream));
      for (const peer of peers) {
        for (const kind of PEER_ROUNDS) {
          const measured = runPeer(peer, file, smoke ? 1 : 3, kind, fillHash);
          rates[`${peer.name} ${kind}`] = [...(rates[`${peer.name} ${kind}`] ?? []), ...measured];
        }
      }
    }
    for (const name of NPM_BOOKS) {
      const messages = Math.min(stream.count, smoke ? 2000 : 200_000);
      rates[name] = [runNpmBook(name, stream, messages).rate];
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rates;
}

/**
 * Median and best of every book and, since other work on a shared machine only ever slows a round
 * down, the ratios of the best.
 */
function rateFigures(scenario: string, rates: Rates): Figure[] {
  const own = Math.max(...(rates['openstrike'] ?? []));
  return Object.entries(rates).flatMap(([name, measured]): Figure[] => {
    if (measured.length === 0) return [];
    const best = Math.max(...measured);
    const figures: Figure[] = [
      [`${scenario}, ${name}, median`, median(measured), 'M messages/s'],
      [`${scenario}, ${name}, best`, best, 'M messages/s'],
    ];
    if (name !== 'openstrike') figures.push([`${scenario}, best over ${name}'s`, own / best, '']);
    return figures;
  });
}

/** The processors this process may use, where the system tells. */
function allowedCpus(): string {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    return /Cpus_allowed_list:\s*(\S+)/.exec(status)?.[1] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

function conditions(overheadNs: number, peers: readonly BuiltPeer[], absent: readonly string[]) {
  return [
    `machine: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} processors,`,
    `allowed ${allowedCpus()},`,
    `load ${loadavg()[0]?.toFixed(1)}; node ${process.version}, V8 ${process.versions.v8};`,
    `flags: ${process.execArgv.join(' ') || 'none'}; seed ${SEED}; batches of ${BATCH};`,
    `clock overhead ${overheadNs} ns, subtracted from latencies; built peers:`,
    `${peers.map(({ name }) => name).join(', ') || 'none'}; absent: ${absent.join(', ') || 'none'}`,
  ].join(' ');
}

interface Setup {
  readonly smoke: boolean;
  readonly peers: readonly BuiltPeer[];
}

interface StreamReport {
  readonly hash: string;
  readonly figures: readonly Figure[];
}

/** Measures one stream in this process. */
async function measure(name: string, setup: Setup): Promise<StreamReport> {
  const stream = STREAMS[name]?.(setup.smoke);
  if (stream === undefined) throw new Error(`no stream is named ${name}`);
  const adapter = createPublicAdapter(
    (sink) => createMatcher(sink, { books: 1024, orders: 2 ** 17, levels: 2 ** 15 }),
    stream,
  );
  const { reports, fills } = hashReports(adapter, stream);
  const published = PUBLISHED_HASHES[name as keyof typeof PUBLISHED_HASHES];
  if (!setup.smoke && published !== undefined && reports !== published) {
    throw new Error(`the reports of ${name} hash to ${reports}, not to ${published}`);
  }
  adapter.clear();
  const rates = await throughputs(adapter, stream, setup, fills);
  const overheadNs = clockOverheadNs();
  const others = [
    ...latencies(adapter, stream, overheadNs),
    ...latencies(WAITING, stream, overheadNs).map(
      ([label, value, unit]): Figure => [`${label} of waiting 100 ns`, value, unit],
    ),
    ...(await heapUse(adapter, stream)),
  ];
  return {
    hash: reports,
    figures: [
      ...rateFigures(name, rates),
      ...others.map(([label, value, unit]): Figure => [`${name}, ${label}`, value, unit]),
    ],
  };
}

/**
 * Measures one stream in a process of its own.
 *
 * Stripping the types of a module leaves V8 with slower typed arrays for the life of the process
 * (it detaches buffers), unless the stripped source comes out of Node's compile cache.
 */
function measureApart(name: string, setup: Setup): StreamReport {
  const cache = process.env['NODE_COMPILE_CACHE'] ?? join(tmpdir(), 'openstrike-compile-cache');
  const done = spawnSync(
    process.execPath,
    [...process.execArgv, fileURLToPath(import.meta.url), '--stream', name, JSON.stringify(setup)],
    { env: { ...process.env, NODE_COMPILE_CACHE: cache }, encoding: 'utf8' },
  );
  if (done.status !== 0) throw new Error(`${name} was not measured: ${done.stderr}`);
  return JSON.parse(done.stdout) as StreamReport;
}

/** Runs every scenario; in smoke size it only proves that everything runs. */
export function run({ smoke }: { smoke: boolean }): BenchReport {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-peers-'));
  try {
    const { built, absent } = buildPeers(folder);
    const names = Object.keys(STREAMS);
    // A first process fills the compile cache for the others.
    if (!smoke) measureApart(names[0] as string, { smoke: true, peers: [] });
    const reports = names.map((name) => measureApart(name, { smoke, peers: built }));
    return {
      conditions: conditions(clockOverheadNs(), built, absent),
      workHash: reports.map(({ hash }, i) => `${names[i]} ${hash}`).join('; '),
      figures: reports.flatMap(({ figures }) => figures),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const [option, name, setup] = process.argv.slice(2);
  if (option === '--stream') {
    const report = await measure(name as string, JSON.parse(setup as string) as Setup);
    process.stdout.write(JSON.stringify(report));
    return;
  }
  const report = run({ smoke: option === '--smoke' });
  process.stdout.write(`${report.conditions}\nhash of the work: ${report.workHash}\n`);
  for (const [label, value, unit] of report.figures) {
    process.stdout.write(`${label}: ${Number(value.toPrecision(4))} ${unit}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
