// Rate limiter: credit buckets by account (or by address) and class. Invariant: over any span of
// wall time a bucket lets through at most its pool plus what refilled; a clock set back refills
// none.
import type { RateClass } from '../method.ts';
import type { RateTier } from './rate-tier.ts';

interface Bucket {
  credits: number;
  updatedMs: number;
}

export interface RateLimiter {
  /** Takes the call's credits; false when there are not enough, and then none are taken. */
  take(holder: number | string, tier: RateTier, rateClass: RateClass, nowMs: number): boolean;
  /** Forgets holders that have not called for a while, whose buckets are full again. */
  sweep(nowMs: number): void;
}

const forgetAfterMs = 600_000;

export const createRateLimiter = (): RateLimiter => {
  const holders = new Map<number | string, Map<RateClass, Bucket>>();
  return {
    take(holder, tier, rateClass, nowMs) {
      const rule = tier[rateClass];
      if (rule === null) return true;
      let buckets = holders.get(holder);
      if (buckets === undefined) holders.set(holder, (buckets = new Map()));
      let bucket = buckets.get(rateClass);
      if (bucket === undefined) {
        bucket = { credits: rule.pool, updatedMs: nowMs };
        buckets.set(rateClass, bucket);
      }
      const elapsedMs = Math.max(0, nowMs - bucket.updatedMs);
      const credits = Math.min(rule.pool, bucket.credits + (elapsedMs / 1000) * rule.refillPerS);
      bucket.updatedMs = nowMs;
      bucket.credits = credits >= rule.cost ? credits - rule.cost : credits;
      return credits >= rule.cost;
    },
    sweep(nowMs) {
      for (const [holder, buckets] of holders) {
        let latestMs = 0;
        for (const bucket of buckets.values()) latestMs = Math.max(latestMs, bucket.updatedMs);
        if (nowMs - latestMs > forgetAfterMs) holders.delete(holder);
      }
    },
  };
};
