/**
 * The benchmarks' common ground: conditions printed first, contenders interleaved in one run, each
 * row with its median and best, its processor time, what it allocates, and a checksum of the work.
 * On a loaded machine the clock runs ahead of the processor: then trust the processor's.
 */
import { cpus, loadavg, release } from 'node:os';
import { performance } from 'node:perf_hooks';

/** One contender: `body` does `count` operations and returns a checksum of their results. */
export type Contender = {
  readonly name: string;
  readonly count: number;
  readonly body: () => number;
  /** A checksum taken after the clock has stopped, in place of what the body returns. */
  readonly checksum?: () => number;
};

/** What one contender took. */
export type BenchResult = {
  readonly name: string;
  readonly nsMedian: number;
  readonly nsBest: number;
  /** The same by the process's processor time, collections and compilation included. */
  readonly cpuNsMedian: number;
  readonly cpuNsBest: number;
  readonly bytesPerOp: number;
  readonly checksum: number;
};

/** Prints machine, versions and flags; every benchmark begins with it. */
export function printConditions(title: string, seed: string): void {
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  const load = loadavg()[0]?.toFixed(2);
  console.log(`${title}`);
  console.log(`  ${cpu} x ${cpus().length}, ${process.platform} ${release()}, load ${load}`);
  console.log(`  node ${process.version}, v8 ${process.versions.v8}, one thread, seed "${seed}"`);
  console.log(`  flags: ${process.execArgv.join(' ') || 'none'}`);
}

/**
 * Runs the contenders in interleaved rounds and prints a row each; ratios are of medians to the
 * first contender's. Smoke runs do one round.
 */
export function compare(contenders: readonly Contender[], smoke: boolean): BenchResult[] {
  const rounds = smoke ? 1 : 15;
  const warmUps = smoke ? 0 : 6;
  const samples = contenders.map(() => new Float64Array(rounds));
  const processor = contenders.map(() => new Float64Array(rounds));
  const bytes = contenders.map(() => Number.POSITIVE_INFINITY);
  const checksums = contenders.map(() => 0);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [i, { count, body, checksum }] of contenders.entries()) {
      const heapBefore = process.memoryUsage().heapUsed;
      const cpuBefore = process.cpuUsage();
      const start = performance.now();
      const returned = body();
      const ns = ((performance.now() - start) / count) * 1e6;
      const cpu = process.cpuUsage(cpuBefore);
      const grown = (process.memoryUsage().heapUsed - heapBefore) / count;
      checksums[i] = checksum === undefined ? returned : checksum();
      if (round >= 0) {
        (samples[i] as Float64Array)[round] = ns;
        (processor[i] as Float64Array)[round] = ((cpu.user + cpu.system) / count) * 1e3;
        // A collection in between makes the heap shrink; such a round tells nothing.
        if (grown >= 0 && grown < (bytes[i] as number)) {
          bytes[i] = grown;
        }
      }
    }
  }
  const results = contenders.map(({ name }, i): BenchResult => {
    const sorted = (samples[i] as Float64Array).sort();
    const cpuSorted = (processor[i] as Float64Array).sort();
    return {
      name,
      nsMedian: sorted[rounds >> 1] as number,
      nsBest: sorted[0] as number,
      cpuNsMedian: cpuSorted[rounds >> 1] as number,
      cpuNsBest: cpuSorted[0] as number,
      bytesPerOp: bytes[i] as number,
      checksum: checksums[i] as number,
    };
  });
  const base = results[0]?.nsMedian ?? 1;
  for (const { name, nsMedian, nsBest, cpuNsMedian, bytesPerOp, checksum } of results) {
    const rate = `${rateOf(nsMedian)} (cpu ${rateOf(cpuNsMedian)})`;
    const memory = bytesPerOp < 1e9 ? `${bytesPerOp.toFixed(1)} B/op` : '-';
    const time = `${nsMedian.toFixed(1).padStart(10)} ns (best ${nsBest.toFixed(1)})`;
    const ratio = `x${(base / nsMedian).toFixed(2).padStart(6)}`;
    const head = `  ${name.padEnd(44)} ${time}  ${rate.padStart(30)}  ${ratio}`;
    console.log(`${head}  ${memory}  #${hashOf(checksum)}`);
  }
  return results;
}

/** Operations a second of this many nanoseconds each. */
export function rateOf(ns: number): string {
  return ns < 1e6 ? `${(1e3 / ns).toFixed(3)} M/s` : `${(1e9 / ns).toFixed(1)} /s`;
}

/** A short hash of a double's bits. */
export function hashOf(value: number): string {
  const words = new Uint32Array(Float64Array.of(value).buffer);
  let hash = 0x811c9dc5;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
