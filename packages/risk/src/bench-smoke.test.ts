// The benchmarks of portfolio margin run, in smoke size.
import { expect, test, vi } from 'vitest';
import { run } from './scenarios/risk-arrays.bench.ts';

test('the risk array benchmark runs', () => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  run({ smoke: true });
  spy.mockRestore();
  expect(lines.some((line) => line.includes('pre-trade check'))).toBe(true);
  expect(lines.some((line) => line.includes('margin of'))).toBe(true);
});
