// Failure limit: slows down guessing. Invariant: after too many failures from one address for one
// client id (or for any), further attempts are refused unread until the minute is over; another
// address is not affected.
export interface FailureLimit {
  blocked(address: string, clientId: string, nowMs: number): boolean;
  failed(address: string, clientId: string, nowMs: number): void;
}

export interface FailureLimitOptions {
  readonly perKey: number;
  readonly perAddress: number;
}

const windowMs = 60_000;
/** More distinct pairs than this within one minute is an attack on memory: start over. */
const entriesMax = 100_000;

export const createFailureLimit = (options: FailureLimitOptions): FailureLimit => {
  const counts = new Map<string, number>();
  let startMs = Number.NEGATIVE_INFINITY;
  const turn = (nowMs: number): void => {
    if (nowMs - startMs >= windowMs || nowMs < startMs || counts.size > entriesMax) {
      counts.clear();
      startMs = nowMs;
    }
  };
  const pair = (address: string, clientId: string): string => `${address}\n${clientId}`;
  return {
    blocked(address, clientId, nowMs) {
      turn(nowMs);
      return (
        (counts.get(address) ?? 0) >= options.perAddress ||
        (counts.get(pair(address, clientId)) ?? 0) >= options.perKey
      );
    },
    failed(address, clientId, nowMs) {
      turn(nowMs);
      const key = pair(address, clientId);
      counts.set(address, (counts.get(address) ?? 0) + 1);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
  };
};
