// The moment after which an instant is told, and that no clock holds a thread for good.
import { expect, test } from 'vitest';
import { sleepMs, sleepUntil } from './sleep-until.ts';

const now = (): number => performance.now();

test('an instant that is near is not missed by a millisecond, nor come before', () => {
  const late = Array.from({ length: 25 }, () => {
    const until = now() + sleepMs * Math.random();
    while (!sleepUntil(until, now));
    return now() - until;
  }).sort((a, b) => a - b);
  expect(late[0]).toBeGreaterThanOrEqual(0);
  // The median, for on a busy machine any one nap may be long.
  expect(late[12]).toBeLessThan(1);
});

test('what is past already, and a clock that stands still, are not waited for', () => {
  const begun = now();
  expect(sleepUntil(begun - 1, now)).toBe(true);
  expect(now() - begun).toBeLessThan(100);
  expect(sleepUntil(2, () => 1)).toBe(false);
  expect(now() - begun).toBeLessThan(5_000);
});
