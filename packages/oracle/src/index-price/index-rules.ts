// Index rules: the numbers by which an index is made, all in one place, so that a venue can set its
// own and a test can state them.
import { usPerSecond } from '@openstrike/domain';

/** The money a constituent is quoted in; stablecoins are converted by their own indexes. */
export type QuoteMoney = 'USD' | 'USDC' | 'USDT';

export interface ConstituentRule {
  /** Name of the source, such as `coinbase`; unique within the index. */
  readonly source: string;
  /** Share of the index while all count; any positive scale. */
  readonly weight: number;
  readonly quotedIn: QuoteMoney;
}

export interface IndexRules {
  readonly constituents: readonly ConstituentRule[];
  /** A quote older than this does not count. */
  readonly staleUs: number;
  /** Fewer constituents that count freeze the index. */
  readonly quorum: number;
  /** A constituent counts with at most this distance from the median, as a share of it. */
  readonly clampShare: number;
  /** The same while the sources as a whole are far apart. */
  readonly stressClampShare: number;
  /** Average dispersion above which that holds, and below which it ends. */
  readonly stressAbove: number;
  readonly stressBelow: number;
  /** Time constant of that average. */
  readonly dispersionTimeUs: number;
  /** Dispersion at which nobody vouches for the index any more. */
  readonly dispersionMax: number;
  /** The index moves by at most this share of itself in a second. */
  readonly moveMaxPerSecond: number;
  /** A quote wider than this share of its mid is erroneous. */
  readonly spreadMax: number;
  /** Confidence below which a value is flagged, and from which it is good again. */
  readonly flagBelow: number;
  readonly goodFrom: number;
  /** A frozen index goes on once its quorum has stood for so long. */
  readonly thawUs: number;
  /** A constituent outside the clamp for so long loses its say, and within it regains it. */
  readonly distrustUs: number;
  readonly retrustUs: number;
}

/** What an index of a coin is made by where nothing else is said. */
export const usualIndexRules: Omit<IndexRules, 'constituents'> = {
  staleUs: 10 * usPerSecond,
  quorum: 3,
  clampShare: 0.005,
  stressClampShare: 0.01,
  stressAbove: 0.005,
  stressBelow: 0.0025,
  dispersionTimeUs: 60 * usPerSecond,
  dispersionMax: 0.005,
  moveMaxPerSecond: 0.02,
  spreadMax: 0.01,
  flagBelow: 0.2,
  goodFrom: 0.3,
  thawUs: 5 * usPerSecond,
  distrustUs: 60 * usPerSecond,
  retrustUs: 60 * usPerSecond,
};

/** A stablecoin's price moves little and its books are quiet: two sources, a minute of patience. */
export const usualRateRules: Omit<IndexRules, 'constituents'> = {
  ...usualIndexRules,
  staleUs: 60 * usPerSecond,
  quorum: 2,
};
