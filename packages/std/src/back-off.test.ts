import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';

const options = { firstMs: 500, mostMs: 30_000 };

test('the wait doubles from the first to the bound, and half of it is chance', () => {
  const [least, most] = [0, 1 - Number.EPSILON].map((chance) =>
    Array.from({ length: 9 }, (_, attempt) => backOffMs(attempt, options, chance)),
  );
  expect(least).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  most?.forEach((ms, attempt) => expect(ms).toBeCloseTo(2 * (least?.[attempt] ?? 0), 6));
  expect(backOffMs(1e9, options, 0)).toBe(15_000);
});
