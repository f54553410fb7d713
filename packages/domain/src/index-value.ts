// Index value: how good one published value of an index is and what it was made of. Invariant: the
// weights of the constituents that count add up to 10,000 basis points, or there are none.
import type { ForwardPrice, SetIndex } from './command.ts';
import type { IndexName } from './instrument.ts';
import type { UsdMicros } from './units.ts';

/**
 * `good`: made by its rules from enough sources. `flagged`: a value, but one that no fixing should
 * count: its move was limited, its sources are too few or too far apart. `frozen`: no new value can
 * be made; the price is the last one.
 */
export type IndexStatus = 'good' | 'flagged' | 'frozen';
export const indexStatuses: readonly IndexStatus[] = ['good', 'flagged', 'frozen'];

/**
 * What became of a constituent: it counted `whole` or `clamped` to the median's neighbourhood, or
 * did not count because it is `stale`, `down` (its connection is), `erroneous` (crossed, one-sided
 * or far too wide), `unconverted` (the rate of its stablecoin is unknown), or `distrusted` (it said
 * for too long what nobody else says).
 */
export type ConstituentUse =
  | 'whole'
  | 'clamped'
  | 'stale'
  | 'down'
  | 'erroneous'
  | 'unconverted'
  | 'distrusted';
export const constituentUses: readonly ConstituentUse[] = [
  'whole',
  'clamped',
  'stale',
  'down',
  'erroneous',
  'unconverted',
  'distrusted',
];

/** Longest name of a constituent, and the most of them: what one journal record carries. */
export const constituentNameMax = 24;
export const constituentsMax = 32;

/** One source's part in an index value. */
export interface IndexConstituent {
  /** Name of the source, such as `coinbase`. */
  readonly source: string;
  /** What it said, in the index's currency; 0 when nothing is known. */
  readonly price: UsdMicros | 0;
  /** What entered the mean: `price`, or its clamped value; 0 when it did not count. */
  readonly counted: UsdMicros | 0;
  /** Its share of the mean in basis points; 0 when it did not count. */
  readonly weightBp: number;
  readonly use: ConstituentUse;
}

/** How good an index value is, as its command and its event carry it. */
export interface IndexQuality {
  readonly status: IndexStatus;
  /** From 0 (nobody vouches for it) to 1 (fresh sources that agree). */
  readonly confidence: number;
  /** Empty where the value came whole from whoever sent it. */
  readonly constituents: readonly IndexConstituent[];
}

/** A value that comes whole and undoubted: tests, and venues whose prices the operator sets. */
export const goodIndex = (
  indexName: IndexName,
  price: UsdMicros,
  forwards?: readonly ForwardPrice[],
): SetIndex => ({
  type: 'set-index',
  indexName,
  price,
  status: 'good',
  confidence: 1,
  constituents: [],
  ...(forwards && { forwards }),
});
