/**
 * How fast the fast matcher is on the public benchmark's streams and over a thousand thin books:
 * throughput with all its events and reports, latency of single operations, allocation and garbage
 * collection, beside other books in the same run. Inside the figures: decoding a message, order
 * ids, matching, writing reports and level changes to a ring. Not inside: network, checks, ledger.
 * Run: node matcher.bench.ts [--smoke]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'hdr-histogram-js';
import {
  builtPeers,
  NPM_BOOKS,
  runBuiltPeer,
  runNpmBook,
  writeStreamFile,
} from '../bench/peers.ts';
import { createPublicAdapter, type PublicAdapter, reportHash } from '../bench/public-adapter.ts';
import { publicStream, type Stream } from '../bench/public-stream.ts';
import { PUBLISHED_HASHES } from '../bench/published-hashes.ts';
import { thinStream } from '../bench/thin-stream.ts';
import { createMatcher } from './fast-matcher.ts';
import type { FillSink, Matcher } from './matcher.ts';

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

const make = (sink: FillSink): Matcher =>
  createMatcher(sink, { books: 1024, orders: 2 ** 17, levels: 2 ** 15 });

function timeRound(adapter: PublicAdapter, stream: Stream): number {
  const start = performance.now();
  for (let first = 0; first < stream.count; first += BATCH) {
    adapter.run(stream, first, Math.min(first + BATCH, stream.count));
  }
  const rate = stream.count / (performance.now() - start) / 1000;
  adapter.clear();
  return rate;
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

/**
 * Times every message by itself; nanoseconds at the percentiles, the clock's own cost taken off.
 */
function latencies(adapter: PublicAdapter, stream: Stream, overheadNs: number): Figure[] {
  const nanoseconds = new Int32Array(stream.count);
  for (let i = 0; i < stream.count; i++) {
    const start = performance.now();
    adapter.run(stream, i, i + 1);
    nanoseconds[i] = (performance.now() - start) * 1e6;
  }
  adapter.clear();
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
  await setImmediate();
  observer.observe({ entryTypes: ['gc'] });
  const before = process.memoryUsage().heapUsed;
  for (let first = 0; first < stream.count; first += BATCH) {
    adapter.run(stream, first, Math.min(first + BATCH, stream.count));
  }
  const bytes = process.memoryUsage().heapUsed - before;
  await setImmediate();
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

/** Rounds of the matcher and of the built peers by turns, and one of each npm book. */
function throughputs(adapter: PublicAdapter, stream: Stream, smoke: boolean): Rates {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-bench-'));
  const file = join(folder, 'stream.i32');
  const rates: Record<string, number[]> = { openstrike: [] };
  try {
    writeStreamFile(stream, file);
    timeRound(adapter, stream);
    timeRound(adapter, stream);
    for (let turn = 0; turn < (smoke ? 1 : 5); turn++) {
      for (let i = 0; i < 2; i++) rates['openstrike']?.push(timeRound(adapter, stream));
      for (const peer of builtPeers()) {
        const name = basename(peer);
        rates[name] = [...(rates[name] ?? []), ...runBuiltPeer(peer, file, 3)];
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

function streamsFor(smoke: boolean): (readonly [string, Stream])[] {
  const orders = smoke ? 5000 : 1_000_000;
  return [
    ['static', publicStream('static', orders, SEED)],
    ['normal', publicStream('normal', orders, SEED)],
    ['flash-crash', publicStream('flash-crash', orders, SEED)],
    ['1000 thin books', thinStream(smoke ? 20_000 : 2_000_000, 1000, SEED)],
  ];
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

function conditions(overheadNs: number): string {
  const peers = builtPeers().map((path) => basename(path));
  return [
    `machine: ${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} processors,`,
    `allowed ${allowedCpus()},`,
    `load ${loadavg()[0]?.toFixed(1)}; node ${process.version}, V8 ${process.versions.v8};`,
    `flags: ${process.execArgv.join(' ') || 'none'}; compile cache`,
    `${process.env['NODE_COMPILE_CACHE'] === undefined ? 'off' : 'on'}; seed ${SEED}; batches of`,
    `${BATCH}; clock overhead ${overheadNs} ns, subtracted from latencies; built peers:`,
    peers.length === 0 ? 'none (OPENSTRIKE_PEERS names no folder with them)' : peers.join(', '),
  ].join(' ');
}

/** Runs every scenario; in smoke size it only proves that everything runs. */
export async function run({ smoke }: { smoke: boolean }): Promise<BenchReport> {
  const overheadNs = clockOverheadNs();
  const figures: Figure[] = [];
  const hashes: string[] = [];
  for (const [name, stream] of streamsFor(smoke)) {
    const hash = reportHash(make, stream);
    const published = PUBLISHED_HASHES[name as keyof typeof PUBLISHED_HASHES];
    if (!smoke && published !== undefined && hash !== published) {
      throw new Error(`the reports of ${name} hash to ${hash}, not to ${published}`);
    }
    hashes.push(`${name} ${hash}`);
    const adapter = createPublicAdapter(make, stream);
    const rates = throughputs(adapter, stream, smoke);
    figures.push(...rateFigures(name, rates));
    for (const [label, value, unit] of [
      ...latencies(adapter, stream, overheadNs),
      ...(await heapUse(adapter, stream)),
    ]) {
      figures.push([`${name}, ${label}`, value, unit]);
    }
  }
  return { conditions: conditions(overheadNs), workHash: hashes.join('; '), figures };
}

/**
 * Stripping the types of a module leaves V8 with slower typed arrays for the life of the process
 * (it detaches buffers), unless the stripped source comes out of Node's compile cache: so a script
 * run fills the cache first.
 */
async function main(): Promise<void> {
  const script = fileURLToPath(import.meta.url);
  if (process.env['NODE_COMPILE_CACHE'] === undefined) {
    const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'openstrike-compile-cache') };
    const args = [...process.execArgv, script];
    spawnSync(process.execPath, [...args, '--smoke'], { env });
    const done = spawnSync(process.execPath, [...args, ...process.argv.slice(2)], {
      env,
      stdio: 'inherit',
    });
    process.exitCode = done.status ?? 1;
    return;
  }
  const report = await run({ smoke: process.argv.includes('--smoke') });
  process.stdout.write(`${report.conditions}\nhash of the work: ${report.workHash}\n`);
  for (const [name, value, unit] of report.figures) {
    process.stdout.write(`${name}: ${Number(value.toPrecision(4))} ${unit}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
