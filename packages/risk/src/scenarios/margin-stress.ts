// Margin stress: the factor that multiplies all portfolio margins of an underlying while it moves
// more than the grid was set for, and that falls no faster than its memory, so that a calm week in
// a wild year does not free what the next wild day takes. Invariant: it is at least 1 and rises by
// no more than the stated multiple a day. Source: risk reference 1.16, the factor against
// procyclicality; the estimator is the exponentially weighted variance of RiskMetrics (1996), whose
// 0.97 is that for monthly horizons.
import type { StressParameters } from '@openstrike/domain';
import { log } from '@openstrike/std';

/** What is remembered of an underlying's days. */
export interface StressMemory {
  /** Of a day's return. */
  readonly variance: number;
  /** Each day's volatility over the one that the grid is meant for; the newest last. */
  readonly ratios: readonly number[];
}

/** The factor in force: that of the day, but no lower than a share of its maximum, nor than 1. */
export const stressFactor = (today: number, maximum: number, floorShare: number): number =>
  Math.max(1, today, floorShare * maximum);

/** Of an underlying that nothing is known of: as volatile as its grid is meant for. */
export const freshStress = ({ dailyVolatility }: StressParameters): StressMemory => ({
  variance: dailyVolatility * dailyVolatility,
  ratios: [1],
});

/** The memory after a day that led from one price to another. Holds: both are above zero. */
export const rememberDay = (
  { variance, ratios }: StressMemory,
  { dailyVolatility, decay, days }: StressParameters,
  from: number,
  to: number,
): StressMemory => {
  const move = log(to / from);
  const next = decay * variance + (1 - decay) * move * move;
  const ratio = Math.sqrt(next) / dailyVolatility;
  return { variance: next, ratios: [...ratios, ratio].slice(-days) };
};

/** The factor that follows one, given what is remembered. */
export const nextStress = (
  { ratios }: StressMemory,
  { riseMax }: StressParameters,
  floorShare: number,
  factor: number,
): number => {
  const wanted = stressFactor(ratios.at(-1) ?? 1, Math.max(1, ...ratios), floorShare);
  return Math.min(wanted, factor * riseMax);
};
