// Steps: runs a list of named commands one after another with their time, and stops at the first
// that fails.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = dirname(dirname(fileURLToPath(import.meta.url)));

export interface Step {
  readonly name: string;
  /** A file under node_modules/.bin, or `node` for this very Node. */
  readonly command: string;
  readonly args: readonly string[];
}

const executable = (command: string): string =>
  command === 'node' ? process.execPath : join(root, 'node_modules', '.bin', command);

/** Runs the steps in order; exits the process with the failing step's code. */
export const runSteps = (steps: readonly Step[]): void => {
  for (const step of steps) {
    const startedMs = performance.now();
    process.stdout.write(`== ${step.name}\n`);
    const done = spawnSync(executable(step.command), step.args, { cwd: root, stdio: 'inherit' });
    if (done.status !== 0) {
      process.stderr.write(`${step.name} failed; run "npm run check" or see the lines above.\n`);
      process.exit(done.status ?? 1);
    }
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    process.stdout.write(`== ${step.name}: ${seconds} s\n`);
  }
};

/** Types, lint, format: what needs no test run. */
export const staticSteps: readonly Step[] = [
  { name: 'types of the pure floors', command: 'tsc', args: ['-p', 'tsconfig.pure.json'] },
  { name: 'types', command: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings', '--quiet'] },
  { name: 'format', command: 'biome', args: ['ci', '--colors=off', '.'] },
];
