// `npm run fuzz [-- --minutes 10] [path ...]`: runs every property test (or those whose path has
// one of the words) with one new seed after another, until the time is over or one fails; says the
// seed that repeats the failure.
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './steps.ts';

const seedVariable = 'OPENSTRIKE_PROPERTY_SEED';
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  process.stderr.write(`--minutes must be above 0, not ${values.minutes}\n`);
  process.exit(1);
}
const hasProperties = (file: string): boolean =>
  readFileSync(join(root, file), 'utf8').includes("from 'fast-check'");
const files = globSync('{packages,apps,scripts,sim}/**/*.test.ts', {
  cwd: root,
  exclude: ['**/node_modules/**'],
}).filter(
  (file) =>
    hasProperties(file) &&
    (positionals.length === 0 || positionals.some((word) => file.includes(word))),
);
if (files.length === 0) {
  process.stderr.write(`No property test has ${positionals.join(' or ')} in its path.\n`);
  process.exit(1);
}
const vitest = join(root, 'node_modules', '.bin', 'vitest');
const endMs = performance.now() + minutes * 60_000;
let rounds = 0;
do {
  const seed = randomInt(1, 2 ** 31);
  process.stdout.write(`== ${files.length} files of property tests, seed ${seed}\n`);
  const done = spawnSync(vitest, ['run', '--reporter=dot', ...files], {
    cwd: root,
    env: { ...process.env, [seedVariable]: String(seed) },
    stdio: 'inherit',
  });
  if (done.status !== 0) {
    process.stderr.write(`Failed: repeat it with ${seedVariable}=${seed} npm test -- <path>\n`);
    process.exit(done.status ?? 1);
  }
  rounds++;
} while (performance.now() < endMs);
process.stdout.write(`${rounds} seeds held.\n`);
