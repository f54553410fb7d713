// The exchange on a recording, as its operator starts it: a child process on files that the test
// makes.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { annualSmile, writeChainCsv } from '@openstrike/oracle/testing';
import { expect, test } from 'vitest';
import { temporaryFolder } from './testing/exchange-process.ts';

const mainPath = fileURLToPath(new URL('./main.ts', import.meta.url));

const openstrike = (...args: string[]) =>
  spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', mainPath, ...args], {
    encoding: 'utf8',
    timeout: 180_000,
  });

const folder = temporaryFolder();
const annual = annualSmile(0.6);
const expiries = ['2026-02-03T08:00:00Z', '2026-02-06T08:00:00Z'].map((at) => ({ at, annual }));
const chain = writeChainCsv(
  join(folder, 'chain.csv.gz'),
  [['2026-02-03T07:20:00Z', 80_000] as const, ['2026-02-03T08:10:00Z', 78_000] as const].map(
    ([at, index]) => ({ at, underlying: 'BTC', index, basisRate: 0.05, expiries }),
  ),
);
const fast = ['--port', '0', '--speed', 'max', '--makers', '0', '--at-end', 'stop'];

test('a recording plays from start to end, through its expiry, and is reported', () => {
  const data = join(folder, 'played');
  const played = openstrike('replay', chain, ...fast, '--data', data);
  expect(played).toMatchObject({ status: 0 });
  expect(played.stdout).toContain('from 2026-02-03T07:20:00 to 2026-02-03T08:10:00');
  expect(played.stdout).toMatch(/3001 index seconds in/);
  // Twenty-one strikes of both expiries, and those of the Friday around another price.
  expect(played.stdout).toMatch(/6\d recorded places of options listed, 0 left out/);
  // The mean of the straight line of the logarithm from a fifth of its way to four fifths.
  expect(played.stdout).toMatch(/btc_usd 2026-02-03T08:00:00: 78994\.\d\d from 1800 prints/);
  expect(played.stdout).toMatch(/below maintenance margin, of \d+ checks: none/);
  const again = openstrike('--market', 'replay', chain, ...fast, '--data', join(folder, 'again'));
  const hashOf = (text: string): string | undefined => /commands ([0-9a-f]{64})/.exec(text)?.[1];
  expect(hashOf(played.stdout)).toBeDefined();
  expect(hashOf(again.stdout)).toBe(hashOf(played.stdout));
  // What is over cannot be lived through again.
  const over = openstrike('replay', chain, ...fast, '--data', data);
  expect(over.stderr).toContain('start with --fresh or another --data folder');
  expect(over.status).toBe(1);
});

test('a replay that cannot be is refused before anything is touched', () => {
  expect(openstrike('--market', 'replay').stderr).toContain('A replay needs a file');
  expect(openstrike(chain).stderr).toContain('files need --market replay');
  const marketless = openstrike('--replay-files', chain);
  expect(marketless.stderr).toContain('it takes replay');
  const late = openstrike('replay', chain, '--start', '2026-02-04T00:00:00Z');
  expect(late.stderr).toContain('there is nothing between --start and --end');
  expect(openstrike('replay', join(folder, 'none.csv')).stderr).toContain('none.csv');
});
