// Recording as an operator does it: the exchange's own feed through its door into Parquet, a kill
// in the middle, and a replay of what was recorded.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import {
  ended,
  eventually,
  killStarted,
  startExchange,
  temporaryFolder,
} from './testing/exchange-process.ts';

const mainPath = fileURLToPath(new URL('./main.ts', import.meta.url));
const node = ['--disable-warning=ExperimentalWarning', mainPath];
const openstrike = (...args: string[]) =>
  spawnSync(process.execPath, [...node, ...args], { encoding: 'utf8', timeout: 180_000 });

afterAll(killStarted);

const partsIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.end'),
      )
    : [];

test('the own feed is recorded, survives kill -9, and replays', { timeout: 360_000 }, async () => {
  const exchange = await startExchange({
    args: ['--families', 'BTC', '--makers', '1', '--rate-limits', 'off'],
  });
  const folder = join(temporaryFolder(), 'recording');
  const record = ['record', '--source', 'openstrike', '--own', exchange.run.http, '--to', folder];
  const killed = spawn(process.execPath, [...node, ...record, '--underlyings', 'BTC']);
  await eventually('a row group of tickers on disk', () =>
    partsIn(folder).some((name) => name.includes('ticker')),
  );
  const gone = ended(killed);
  killed.kill('SIGKILL');
  await gone;
  const going = spawn(process.execPath, [...node, ...record, '--underlyings', 'BTC']);
  let said = '';
  going.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await eventually('its closed file', () => existsSync(join(folder, 'manifest.json')));
  await eventually('the feed is live', () => said.includes('openstrike is live'));
  const stopped = ended(going);
  going.kill('SIGINT');
  expect(await stopped).toBe(0);
  expect(partsIn(folder)).toEqual([]);
  expect(said).toMatch(/\d+ rows recorded/);
  await exchange.stop();

  const { files } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as {
    files: { table: string; rows: number }[];
  };
  const tickers = files.filter(({ table }) => table === 'ticker');
  expect(tickers.reduce((sum, { rows }) => sum + rows, 0)).toBeGreaterThan(500);
  const shown = openstrike('surface', folder);
  expect(shown.stderr).toBe('');
  expect(shown.stdout).toContain('BTC');
});

test('what cannot be recorded is one sentence', () => {
  const folder = join(temporaryFolder(), 'none');
  const unknown = openstrike('record', '--source', 'nasdaq', '--to', folder);
  expect(unknown.stderr).toContain('There is no source nasdaq to record');
  expect(unknown.status).toBe(1);
  expect(existsSync(folder)).toBe(false);
  const bad = openstrike('record', '--source', 'okx', '--to', folder, '--underlyings', 'DOGE');
  expect(bad.stderr).toContain('--underlyings takes BTC, ETH or both');
});
