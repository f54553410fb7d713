/** Compiles and runs the QuantLib comparison where g++ and its headers are present. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Nanoseconds of processor time per operation: the best and the median of the rounds. */
export type Took = readonly [best: number, median: number];

/** What QuantLib took over the same options, and checksums. */
export type QuantlibFigures = {
  readonly version: string;
  readonly price: Took;
  readonly greeks: Took;
  readonly implied: Took;
  readonly impliedLiRS: Took;
  readonly sums: readonly number[];
};

/**
 * Runs it, or says why it cannot be run.
 * Shape: rows are sign, strike, forward, total volatility, price.
 */
export function runQuantlib(rows: Float64Array, rounds: number): QuantlibFigures | string {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-quantlib-'));
  try {
    const source = fileURLToPath(new URL('quantlib.cpp', import.meta.url));
    const program = join(folder, 'quantlib');
    const built = spawnSync('g++', ['-O3', '-o', program, source, '-lQuantLib']);
    if (built.error !== undefined) {
      return 'g++ is not here';
    }
    if (built.status !== 0) {
      return 'libquantlib0-dev is not here (the program did not compile)';
    }
    const input = new Float64Array(rows.length + 2);
    input.set([rows.length / 5, rounds]);
    input.set(rows, 2);
    const ran = spawnSync(program, { input: Buffer.from(input.buffer), encoding: 'utf8' });
    return ran.status === 0
      ? (JSON.parse(ran.stdout) as QuantlibFigures)
      : `the program failed: ${ran.stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
