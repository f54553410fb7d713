import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRateLimiter } from './rate-limiter.ts';
import { builtInRateTiers, type RateTier, rateAndBurst } from './rate-tier.ts';

const tier = (name: string): RateTier => builtInRateTiers[name] as RateTier;

describe('rate limiter', () => {
  test('over any span a bucket lets through at most its burst and what refilled', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ waitMs: fc.nat(2_000), calls: fc.nat(30) }), { maxLength: 40 }),
        fc.constantFrom('deribit', 'default', 'public'),
        fc.constantFrom('plain', 'matching', 'subscribe'),
        (steps, name, rateClass) => {
          const limiter = createRateLimiter();
          const { rate, burst } = rateAndBurst(tier(name)[rateClass]);
          let nowMs = 1_000_000;
          const passedMs: number[] = [];
          for (const { waitMs, calls } of steps) {
            nowMs += waitMs;
            for (let call = 0; call < calls; call++) {
              if (limiter.take(1, tier(name), rateClass, nowMs)) passedMs.push(nowMs);
            }
          }
          passedMs.forEach((startMs, index) => {
            passedMs.slice(index).forEach((endMs, count) => {
              const allowed = burst + ((endMs - startMs) / 1000) * rate;
              expect(count + 1).toBeLessThanOrEqual(allowed + 1e-6);
            });
          });
        },
      ),
      { verbose: 1 },
    );
  });

  test('a caller within the rate is never refused', () => {
    const limiter = createRateLimiter();
    for (let call = 0; call < 500; call++) {
      expect(limiter.take('10.0.0.1', tier('deribit'), 'plain', call * 50)).toBe(true);
    }
  });

  test("Deribit's figures: 20 orders at once, then 5 a second; 10 subscriptions, then 3", () => {
    const limiter = createRateLimiter();
    const burst = (rateClass: 'matching' | 'subscribe', nowMs: number): number => {
      let count = 0;
      while (limiter.take(7, tier('deribit'), rateClass, nowMs)) count += 1;
      return count;
    };
    expect([burst('matching', 0), burst('subscribe', 0)]).toEqual([20, 10]);
    expect([burst('matching', 1_000), burst('subscribe', 1_000)]).toEqual([5, 3]);
  });

  test('holders and classes do not share; a clock set back refills none', () => {
    const limiter = createRateLimiter();
    const all = (holder: number, nowMs: number): number => {
      let count = 0;
      while (count < 1_000 && limiter.take(holder, tier('deribit'), 'matching', nowMs)) count += 1;
      return count;
    };
    expect([all(1, 5_000), all(2, 5_000), all(1, 5_000), all(1, 0)]).toEqual([20, 20, 0, 0]);
    expect(limiter.take(1, tier('deribit'), 'plain', 0)).toBe(true);
    for (let call = 0; call < 10_000; call++) {
      expect(limiter.take(1, tier('unlimited'), 'matching', 0)).toBe(true);
    }
  });
});
