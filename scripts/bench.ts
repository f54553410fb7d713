// `npm run bench [-- name ...]`: runs every `*.bench.ts` of the tree (or those whose path has one
// of the words) as scripts of their own, one after another, so that no benchmark shares a heap or
// a core with another.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.ts';

const words = process.argv.slice(2);
const files = globSync('{sim,{packages,apps}/*}/src/**/*.bench.ts', { cwd: root }).sort();
const chosen = files.filter(
  (file) => words.length === 0 || words.some((word) => file.includes(word)),
);
if (chosen.length === 0) {
  process.stderr.write(`No benchmark has ${words.join(' or ')} in its path. There are:\n`);
  process.stderr.write(`${files.join('\n')}\n`);
  process.exit(1);
}
// The flags that the bootstrap starts the exchange with, or the simulator.
const exchangeFlags = [
  '--max-inlined-bytecode-size=2000',
  '--max-inlined-bytecode-size-cumulative=8000',
  '--max-semi-space-size=16',
  '--no-allocation-site-pretenuring',
];
const simulatorFlags = ['--min-semi-space-size=64', '--max-semi-space-size=64'];
for (const file of chosen) {
  process.stdout.write(`\n==== ${file}\n`);
  const flags = ['--expose-gc', ...(file.startsWith('sim/') ? simulatorFlags : exchangeFlags)];
  const done = spawnSync(process.execPath, [...flags, join(root, file)], { stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}
