/** The benchmarks of this package run, in smoke size. */
import { expect, test, vi } from 'vitest';
import { run } from './elementary.bench.ts';

test('the elementary benchmark runs', () => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  run({ smoke: true });
  spy.mockRestore();
  expect(lines.some((line) => line.includes('std normCdfInverse'))).toBe(true);
});
