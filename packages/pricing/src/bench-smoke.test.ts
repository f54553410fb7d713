/** The benchmarks of European options and smiles run, in smoke size. */
import { expect, test, vi } from 'vitest';
import { run as runBlack76 } from './black76.bench.ts';
import { run as runModels } from './models.bench.ts';
import { run as runSvi } from './svi.bench.ts';

test.each([
  ['black76', runBlack76, 'openstrike batch, own arrays'],
  ['svi', runSvi, 'violations left: 0'],
  ['models', runModels, 'American, precise'],
] as const)('the %s benchmark runs', (_, run, expected) => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  run({ smoke: true });
  spy.mockRestore();
  expect(lines.some((line) => line.includes(expected))).toBe(true);
});
