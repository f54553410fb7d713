/** Compiles and runs the QuantLib comparison of models where g++ and its headers are present. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What one of QuantLib's methods took per option, and the sum of its prices. */
export type QuantlibMethod = { readonly name: string; readonly ns: number; readonly sum: number };

const KINDS = { american: 0, heston: 1, barrier: 2 } as const;

/**
 * Runs it, or says why it cannot be run.
 * Shape: eight numbers per option, as quantlib-models.cpp reads them.
 */
export function runQuantlibModels(
  kind: keyof typeof KINDS,
  rows: Float64Array,
  rounds: number,
): readonly QuantlibMethod[] | string {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-quantlib-'));
  try {
    const source = fileURLToPath(new URL('quantlib-models.cpp', import.meta.url));
    const program = join(folder, 'quantlib');
    const built = spawnSync('g++', ['-O3', '-o', program, source, '-lQuantLib']);
    if (built.error !== undefined) {
      return 'g++ is not here';
    }
    if (built.status !== 0) {
      return 'libquantlib0-dev is not here (the program did not compile)';
    }
    const input = new Float64Array(rows.length + 3);
    input.set([KINDS[kind], rows.length / 8, rounds]);
    input.set(rows, 3);
    const ran = spawnSync(program, { input: Buffer.from(input.buffer), encoding: 'utf8' });
    return ran.status === 0
      ? (JSON.parse(ran.stdout) as QuantlibMethod[])
      : `the program failed: ${ran.stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Prints the rows of QuantLib's methods beside our own nanoseconds per option. */
export function printQuantlib(methods: readonly QuantlibMethod[] | string, ourNs: number): void {
  if (typeof methods === 'string') {
    console.log(`  QuantLib: ${methods}`);
    return;
  }
  for (const { name, ns, sum } of methods) {
    const ratio = `x${(ourNs / ns).toFixed(2).padStart(6)}`;
    const rate = `${(1e9 / ns).toFixed(0)} /s`;
    const time = `${ns.toFixed(1).padStart(10)} ns  ${rate.padStart(12)}  ${ratio}`;
    console.log(`  ${name.padEnd(44)} ${time}  sum ${sum.toPrecision(12)}`);
  }
}
