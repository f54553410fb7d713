// Trim history: keeps only so many days of venue time of what history may forget. Invariant:
// nothing is deleted unless the operator asked for it.
import { type TsUs, usPerDay, type VenueClock } from '@openstrike/domain';
import type { History } from '@openstrike/history';
import type { Logger } from 'pino';

const trimEveryMs = 600_000;

/** Trims now and every ten minutes; returns what ends it. 0 days keeps everything. */
export const trimHistory = (
  history: Pick<History, 'retain'>,
  days: number,
  clock: VenueClock,
  log: Pick<Logger, 'error'>,
): (() => Promise<void>) => {
  if (days === 0) return async () => {};
  let trimming = Promise.resolve();
  const trim = (): void => {
    trimming = trimming
      .then(() => history.retain((clock.nowUs() - days * usPerDay) as TsUs))
      .catch((error: unknown) => log.error({ err: error }, 'old history could not be removed'));
  };
  trim();
  const timer = setInterval(trim, trimEveryMs);
  return async () => {
    clearInterval(timer);
    await trimming;
  };
};
