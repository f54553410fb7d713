// The benchmark of an expiry runs, in smoke size, and does the same work each time.
import { expect, test } from 'vitest';
import { run } from './expiry.bench.ts';

test('the expiry benchmark runs', async () => {
  const [first, second] = [await run({ smoke: true }), await run({ smoke: true })];
  expect(first.workHash).toBe(second.workHash);
  const figures = new Map(first.figures.map(([name, value]) => [name, value]));
  expect(figures.get('series delivered')).toBe(402);
  expect(figures.get('positions delivered')).toBe(1_000);
});
