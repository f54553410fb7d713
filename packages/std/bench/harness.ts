/**
 * The benchmarks' common ground: conditions printed first, contenders interleaved in one run, each
 * row with its median, best and spread, what it allocates, and a checksum of the work it did.
 */
import { cpus, loadavg, release } from 'node:os';
import { performance } from 'node:perf_hooks';

/** One contender: `body` does `count` operations and returns a checksum of their results. */
export type Contender = {
  readonly name: string;
  readonly count: number;
  readonly body: () => number;
};

/** What one contender took. */
export type BenchResult = {
  readonly name: string;
  readonly nsMedian: number;
  readonly nsBest: number;
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
  const bytes = contenders.map(() => Number.POSITIVE_INFINITY);
  const checksums = contenders.map(() => 0);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [i, { count, body }] of contenders.entries()) {
      const heapBefore = process.memoryUsage().heapUsed;
      const start = performance.now();
      const checksum = body();
      const ns = ((performance.now() - start) / count) * 1e6;
      const grown = (process.memoryUsage().heapUsed - heapBefore) / count;
      checksums[i] = checksum;
      if (round >= 0) {
        (samples[i] as Float64Array)[round] = ns;
        // A collection in between makes the heap shrink; such a round tells nothing.
        if (grown >= 0 && grown < (bytes[i] as number)) {
          bytes[i] = grown;
        }
      }
    }
  }
  const results = contenders.map(({ name }, i): BenchResult => {
    const sorted = (samples[i] as Float64Array).sort();
    return {
      name,
      nsMedian: sorted[rounds >> 1] as number,
      nsBest: sorted[0] as number,
      bytesPerOp: bytes[i] as number,
      checksum: checksums[i] as number,
    };
  });
  const base = results[0]?.nsMedian ?? 1;
  for (const { name, nsMedian, nsBest, bytesPerOp, checksum } of results) {
    const rate =
      nsMedian < 1e6 ? `${(1e3 / nsMedian).toFixed(3)} M/s` : `${(1e9 / nsMedian).toFixed(1)} /s`;
    const memory = bytesPerOp < 1e9 ? `${bytesPerOp.toFixed(1)} B/op` : '-';
    const time = `${nsMedian.toFixed(1).padStart(10)} ns (best ${nsBest.toFixed(1)})`;
    const ratio = `x${(base / nsMedian).toFixed(2).padStart(6)}`;
    const head = `  ${name.padEnd(44)} ${time}  ${rate.padStart(12)}  ${ratio}`;
    console.log(`${head}  ${memory}  #${hashOf(checksum)}`);
  }
  return results;
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
