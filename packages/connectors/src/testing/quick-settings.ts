// Quick settings: patience in milliseconds instead of seconds, so that tests of what happens after
// a silence need not wait for one. Rates are not what these tests are about.
import type { SessionSettings } from '../core/session-settings.ts';

export const quickSettings: Partial<SessionSettings> = {
  sendRate: { burst: 1_000, perSecond: 1_000 },
  restRate: { burst: 1_000, perSecond: 1_000 },
  backOff: { firstMs: 5, mostMs: 20 },
  staleAfterMs: 5_000,
  deadAfterMs: 10_000,
  frozenAfterMs: 10_000,
  pingEveryMs: 1_000,
  snapshotTimeoutMs: 60,
  symbolSilenceMaxMs: null,
  tickMs: 5,
  bookDepth: 10,
};
