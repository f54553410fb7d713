import { expect, it } from 'vitest';
import { run } from './sequencer.bench.ts';

it('the benchmark runs in smoke size and does the same work each time', async () => {
  const [first, second] = [await run({ smoke: true }), await run({ smoke: true })];
  expect(first.workHash).toBe(second.workHash);
  expect(first.figures.every(([, value]) => value > 0)).toBe(true);
  const names = first.figures.map(([name]) => name);
  for (const venue of ['own share', 'whole engine']) {
    for (const figure of ['durable, cold', 'durable, steady, median', 'replay, cold']) {
      expect(names).toContain(`${venue}: ${figure}`);
    }
  }
});
