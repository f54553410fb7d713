import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperationalError } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { coverageReport } from './coverage-report.ts';

const folder = mkdtempSync(join(tmpdir(), 'openstrike-coverage-'));
const fileOf = (name: string, lines: readonly string[]): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
};
const day = (i: number): string => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10);

test('a crash is listed with its day, its prices, its loss and its margin', () => {
  const lines = Array.from({ length: 80 }, (_, i) => `${day(i)},${i < 70 ? 100_000 : 60_000}`);
  const report = coverageReport('BTC', fileOf('crash.csv', ['Date,Close', ...lines]), 1);
  expect(report).toContain('20 breaches');
  expect(report).toContain('loss 40000, margin 17050  long perpetual');
  expect(report).toMatch(/2020-03-1[01]T00:00 {2}100000\.00 to 60000\.00/);
});

test('a file that is no price history is refused with its place', () => {
  const refused = (lines: readonly string[]) => () =>
    coverageReport('BTC', fileOf('bad.csv', lines), 1);
  expect(refused(['Date,Open', '2020-01-01,1'])).toThrow(/no column close/);
  expect(refused(['Date,Close', '2020-01-01,none'])).toThrow(/line 2: no time or no price/);
  expect(refused(['Date,Close', '2020-01-02,1', '2020-01-01,1'])).toThrow(/do not ascend/);
  expect(refused(['Date,Close', '2020-01-01,1', '2020-01-02,1'])).toThrow(/too few/);
  expect(() => coverageReport('BTC', join(folder, 'none.csv'), 1)).toThrow(OperationalError);
});
