// The benchmark of the engine runs, in smoke size, on both of its streams to their ends.
import { expect, test } from 'vitest';
import { run } from './engine.bench.ts';

test('the engine benchmark runs', { timeout: 120_000 }, () => {
  const report = run({ smoke: true });
  expect(report.workHash).toMatch(/^[0-9a-f]{16} [0-9a-f]{16}$/);
  const figures = new Map(report.figures.map(([name, value]) => [name, value]));
  expect(figures.get('scattered: of them of the first account')).toBe(20);
  for (const flow of ['scattered', 'in runs']) {
    expect(figures.get(`${flow}: throughput, steady, median`)).toBeGreaterThan(0);
  }
});
