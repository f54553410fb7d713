import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

test('never lets more through in any span than burst and rate allow', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 100 }),
      (burst, perSecond, gaps) => {
        const bucket = new TokenBucket({ burst, perSecond }, 0);
        const taken: number[] = [];
        let nowMs = 0;
        for (const gap of gaps) {
          nowMs += gap;
          if (bucket.take(nowMs)) {
            taken.push(nowMs);
          }
        }
        for (let from = 0; from < taken.length; from++) {
          for (let to = from; to < taken.length; to++) {
            const spanS = ((taken[to] as number) - (taken[from] as number)) / 1_000;
            expect(to - from + 1).toBeLessThanOrEqual(burst + perSecond * spanS + 1e-9);
          }
        }
      },
    ),
  );
});

test('waits exactly until the next token, and as long as the venue asks for', () => {
  const bucket = new TokenBucket({ burst: 1, perSecond: 10 }, 0);
  expect(bucket.take(0)).toBe(true);
  expect(bucket.waitMs(0)).toBe(100);
  expect(bucket.take(99)).toBe(false);
  expect(bucket.take(100)).toBe(true);
  bucket.pause(100, 5_000);
  expect(bucket.take(5_000)).toBe(false);
  expect(bucket.take(5_101)).toBe(true);
});
