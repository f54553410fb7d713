// Halts: everything that stops or slows trading, and its trail. Invariant: each has its cause in
// the journal; the engine keeps the last of them for an operator to list.
import type { IndexName } from './instrument.ts';
import type { Currency, InstrumentId, PriceTicks, SizeLots, TsUs } from './units.ts';

/** Within so long a price may move less than this. */
export interface FastMove {
  readonly seconds: number;
  readonly move: number;
  readonly everySeconds: number;
}

/** When fast moves lead to call auctions, and how long these take. */
export interface CallAuctionTerms {
  readonly windows: readonly FastMove[];
  readonly auctionSeconds: number;
}

/** Puts call auctions on fast moves in force; null for none. */
export interface SetCallAuctions {
  readonly type: 'set-call-auctions';
  readonly terms: CallAuctionTerms | null;
}

/** The contracts of an index and expiry (null: its perpetuals) trade by a call auction now. */
export interface CallAuctionStarted {
  readonly type: 'call-auction-started';
  readonly indexName: IndexName;
  readonly expiryUs: TsUs | null;
  readonly untilUs: TsUs;
  /** The price that moved, in USD. */
  readonly price: number;
}

/** What an auction's one price was for a contract, before its trades; 0 lots where none crossed. */
export interface CallAuctionUncrossed {
  readonly type: 'call-auction-uncrossed';
  readonly instrumentId: InstrumentId;
  readonly priceTicks: PriceTicks;
  readonly sizeLots: SizeLots;
}

export interface CallAuctionEnded {
  readonly type: 'call-auction-ended';
  readonly indexName: IndexName;
  readonly expiryUs: TsUs | null;
}

export interface CallAuctionsSet {
  readonly type: 'call-auctions-set';
  readonly terms: CallAuctionTerms | null;
}

export type HaltEvent =
  | CallAuctionStarted
  | CallAuctionUncrossed
  | CallAuctionEnded
  | CallAuctionsSet;

export type HaltKind =
  | 'halted'
  | 'resumed'
  | 'index-frozen'
  | 'index-released'
  | 'call-auction-started'
  | 'call-auction-ended'
  | 'call-auctions-set';

/** One line of the trail. */
export interface HaltEntry {
  /** The command that caused it. */
  readonly seq: number;
  readonly tsUs: TsUs;
  readonly kind: HaltKind;
  /** A currency or `all`, an index, or an index and expiry. */
  readonly scope: string;
  readonly reason: string;
}

/** What is halted now, and the trail, the oldest first. */
export interface HaltsView {
  readonly halted: readonly { readonly scope: Currency | 'all'; readonly reason: string }[];
  readonly frozen: readonly IndexName[];
  readonly callAuctions: readonly {
    readonly indexName: IndexName;
    readonly expiryUs: TsUs | null;
    readonly untilUs: TsUs;
  }[];
  readonly terms: CallAuctionTerms | null;
  readonly trail: readonly HaltEntry[];
}
