// Market maker: protection that takes a maker's orders out when too much of them trades too fast,
// and quotes, which are replaced many at a time. Source: Deribit, market maker protection and mass
// quotes; the limits on gamma and on single expiries are this venue's own.
import type { IndexName } from './instrument.ts';
import type { PostOnly } from './order.ts';
import type { AccountId, Currency, InstrumentId, PriceTicks, SizeLots, TsUs } from './units.ts';

/**
 * Names one protection of an account. It covers the orders marked for protection whose contract is
 * of the index (and of the expiry, where one is named) and whose group is this one.
 */
export interface MmpScope {
  readonly indexName: IndexName;
  /** Group of mass quotes; empty for orders that are no quotes. */
  readonly group: string;
  readonly expiryUs: TsUs | null;
}

/** Bounds on what may trade within one interval; 0 for none. Each works by itself. */
export interface MmpLimits {
  /** Coins traded, bought and sold added up. */
  readonly quantity: number;
  /** Coins, net; of an inverse option its delta less its price. */
  readonly delta: number;
  /** USD per volatility point, net. */
  readonly vega: number;
  /** Coins of delta per one per cent of the index, net. */
  readonly gamma: number;
  /** Fills. */
  readonly trades: number;
  /** Coins that may be open on one side of one contract; more is refused. */
  readonly open: number;
}

export const mmpCauses = ['quantity', 'delta', 'vega', 'gamma', 'trades'] as const;
export type MmpCause = (typeof mmpCauses)[number];

/** Sets a protection; an interval of 0 removes it. */
export interface SetMmp {
  readonly type: 'set-mmp';
  readonly accountId: AccountId;
  readonly scope: MmpScope;
  /** Counted from its first fill. */
  readonly intervalUs: number;
  /** How long the orders stay out; 0 until `reset-mmp`. */
  readonly frozenUs: number;
  readonly limits: MmpLimits;
}

/** Lets orders in again, and begins a new interval. */
export interface ResetMmp {
  readonly type: 'reset-mmp';
  readonly accountId: AccountId;
  readonly scope: MmpScope;
}

/** A protection as it stands. */
export interface MmpView {
  readonly scope: MmpScope;
  readonly intervalUs: number;
  readonly frozenUs: number;
  readonly limits: MmpLimits;
  /** When orders are taken again; 0 for not before a reset, null for now. */
  readonly frozenUntilUs: TsUs | 0 | null;
}

/** What marks an order as a quote: its place in a group, and the names its owner gave it. */
export interface QuoteTag {
  readonly group: string;
  readonly quoteId: string;
  readonly setId: string;
}

export interface QuoteSide {
  readonly priceTicks: PriceTicks;
  /** What is to rest; 0 takes the quote out. */
  readonly sizeLots: SizeLots;
  readonly postOnly: PostOnly;
}

/** One contract's quote; a side that is null stays as it is. */
export interface Quote {
  readonly instrumentId: InstrumentId;
  readonly setId: string;
  readonly bid: QuoteSide | null;
  readonly ask: QuoteSide | null;
}

/** Quotes in one request. */
export const quotesPerRequestMax = 500;

/**
 * Replaces many quotes at once: one bid and one ask for each contract and group. Each side stands
 * or falls by itself; one that is refused takes the quote that it was to replace out.
 */
export interface MassQuote {
  readonly type: 'mass-quote';
  readonly accountId: AccountId;
  readonly group: string;
  readonly quoteId: string;
  readonly quotes: readonly Quote[];
  readonly validUntilUs: TsUs | 0;
  readonly connectionId: number;
  /** The API key it came with; absent where there is none. */
  readonly clientId?: string;
}

/** Which quotes a cancel takes; every given field must match. */
export interface QuoteFilter {
  readonly instrumentId: InstrumentId | null;
  readonly currency: Currency | null;
  readonly indexName: IndexName | null;
  readonly kind: 'option' | 'future' | null;
  readonly setId: string | null;
  /** Of the option's own delta, from -1 to 1; null for any. */
  readonly delta: { readonly min: number; readonly max: number } | null;
}

export interface CancelQuotes {
  readonly type: 'cancel-quotes';
  readonly accountId: AccountId;
  readonly filter: QuoteFilter;
  /** New quotes are refused for so long; 0 for not at all. */
  readonly freezeUs: number;
}
