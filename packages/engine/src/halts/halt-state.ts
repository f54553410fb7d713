// Halt state: call auctions that run, the prices they are triggered by, and the trail of all that
// stopped trading. Invariant: all of it is in the snapshot; the trail keeps the last entries only.
import type { CallAuctionTerms, HaltEntry, HaltKind, IndexStatus, TsUs } from '@openstrike/domain';
import type { PriceSample } from '@openstrike/risk';
import type { EngineState, IndexRecord } from '../state.ts';

/** When an order came to the end of the line anew: so many orders had been placed before. */
export interface Reentry {
  readonly orderId: number;
  readonly afterId: number;
}

export interface CallAuctionRecord {
  readonly indexNo: number;
  /** 0 for the perpetuals of the index. */
  readonly expiryUs: number;
  readonly untilUs: number;
  /** Orders that an edit sent to the end of the line; in the order in which they went. */
  reentries: readonly Reentry[];
}

export interface HaltState {
  terms: CallAuctionTerms | null;
  /** By index, then expiry. */
  auctions: CallAuctionRecord[];
  /** By `index:expiry`: samples of each window of the terms. */
  readonly samples: Map<string, (readonly PriceSample[])[]>;
  readonly trail: HaltEntry[];
}

/** Entries that the trail keeps. */
export const trailMax = 1_000;

export const createHaltState = (): HaltState => ({
  terms: null,
  auctions: [],
  samples: new Map(),
  trail: [],
});

/** Notes an index that is frozen from now on, or no longer. */
export const noteIndexStatus = (
  state: EngineState,
  index: IndexRecord,
  status: IndexStatus,
): void => {
  if (index.price === 0) return;
  if ((index.status === 'frozen') === (status === 'frozen')) return;
  noteHalt(state, status === 'frozen' ? 'index-frozen' : 'index-released', index.name, '');
};

/** Puts a line in the trail. */
export const noteHalt = (
  state: EngineState,
  kind: HaltKind,
  scope: string,
  reason: string,
): void => {
  const { trail } = state.halts;
  trail.push({ seq: state.seq, tsUs: state.nowUs as TsUs, kind, scope, reason });
  if (trail.length > trailMax) trail.shift();
};
