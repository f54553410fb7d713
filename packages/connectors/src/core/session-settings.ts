// Session settings: every patience, rate and bound of a connection in one place, with the values
// that hold unless a venue's own rules or the caller say otherwise.
import type { BackOffOptions } from '@openstrike/std';
import type { RateLimit } from './token-bucket.ts';

export interface SessionSettings {
  /** Frames that the venue takes from us. */
  readonly sendRate: RateLimit;
  /** Requests over HTTP that the venue takes from us. */
  readonly restRate: RateLimit;
  readonly backOff: BackOffOptions;
  /** A connection that stood so long with data is healthy: back-off starts anew after it. */
  readonly steadyMs: number;
  readonly pingEveryMs: number;
  /** Connected and without a message for longer: stale. */
  readonly staleAfterMs: number;
  /** Nothing heard for longer, not even a pong: the connection is given up. */
  readonly deadAfterMs: number;
  /** Pongs but no message for longer: the connection is given up, too. */
  readonly frozenAfterMs: number;
  /** A symbol that is silent for longer is stale; null where silence is usual. */
  readonly symbolSilenceMaxMs: number | null;
  /** A snapshot that takes longer is asked for again. */
  readonly snapshotTimeoutMs: number;
  readonly requestTimeoutMs: number;
  /** How often the venue is asked which markets it lists. */
  readonly listEveryMs: number;
  /** A venue's time that differs more from ours makes its data stale. */
  readonly skewMaxMs: number;
  readonly skewWindowMs: number;
  readonly tickMs: number;
  readonly frameBytesMax: number;
  readonly bodyBytesMax: number;
  /** Frames, or requests, that may wait for their turn. */
  readonly waitingMax: number;
  /** Symbols of one connection. */
  readonly symbolsMax: number;
  /** Levels of each side that book events carry; 0 for no book events. */
  readonly bookDepth: number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  /** Wall microseconds since the epoch. */
  readonly nowUs: () => number;
  /** Chance in [0, 1), for the jitter of back-off. */
  readonly random: () => number;
}

export const usualSettings: SessionSettings = {
  sendRate: { burst: 5, perSecond: 5 },
  restRate: { burst: 5, perSecond: 5 },
  backOff: { firstMs: 500, mostMs: 30_000 },
  steadyMs: 10_000,
  pingEveryMs: 15_000,
  staleAfterMs: 10_000,
  deadAfterMs: 30_000,
  frozenAfterMs: 60_000,
  symbolSilenceMaxMs: null,
  snapshotTimeoutMs: 10_000,
  requestTimeoutMs: 10_000,
  listEveryMs: 60_000,
  skewMaxMs: 5_000,
  skewWindowMs: 10_000,
  tickMs: 100,
  frameBytesMax: 16 * 2 ** 20,
  bodyBytesMax: 64 * 2 ** 20,
  waitingMax: 1_000,
  symbolsMax: 5_000,
  bookDepth: 0,
  nowMs: () => performance.now(),
  nowUs: () => Date.now() * 1_000,
  random: () => Math.random(),
};
