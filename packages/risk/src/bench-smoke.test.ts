// The benchmarks of portfolio margin run, in smoke size.
import { expect, test, vi } from 'vitest';
import { run as runArrays } from './scenarios/risk-arrays.bench.ts';
import { run as runGrid } from './scenarios/scenario-grid.bench.ts';

test.each([
  ['risk arrays', runArrays, 'pre-trade check'],
  ['scenario grid', runGrid, 'arrays miss at most'],
] as const)('the %s benchmark runs', (_, run, expected) => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  run({ smoke: true });
  spy.mockRestore();
  expect(lines.some((line) => line.includes(expected))).toBe(true);
});
