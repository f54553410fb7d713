// Back-off: how long to wait before the next attempt. It doubles to a bound, and half of it is
// chance, so that many clients of a venue that restarts do not come back all at once.

export interface BackOffOptions {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Wall milliseconds before attempt `attempt` (from 0), for a `chance` in [0, 1). */
export const backOffMs = (
  attempt: number,
  { firstMs, mostMs }: BackOffOptions,
  chance: number,
): number => {
  const full = Math.min(mostMs, firstMs * (1 << Math.min(attempt, 30)));
  return full / 2 + (full / 2) * chance;
};
