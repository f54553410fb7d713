// Chain snapshot: all quoted options of one underlying as they stood at one instant, in one shape
// whatever file they come from. Invariant: nothing is corrected; an empty side is null.
import type { TsUs } from '@openstrike/domain';
import type { OptionType } from '@openstrike/std';

export type Underlying = 'BTC' | 'ETH';

export const underlyings: readonly Underlying[] = ['BTC', 'ETH'];

/** One option of a recorded chain. Prices in coins of the underlying per coin (inverse). */
export interface ChainRow {
  readonly instrumentName: string;
  /** When this row was taken; rows of one snapshot lie a minute or two apart. */
  readonly atUs: TsUs;
  readonly expiryUs: TsUs;
  readonly strike: number;
  readonly optionType: OptionType;
  /** USD: the forward that the venue marked the option against, and its index, at that instant. */
  readonly forward: number;
  readonly indexPrice: number;
  readonly bid: number | null;
  readonly ask: number | null;
  readonly mark: number | null;
  /** Annualised fraction. */
  readonly markIv: number | null;
}

export interface ChainSnapshot {
  /** The time of its first row. */
  readonly atUs: TsUs;
  readonly underlying: Underlying;
  readonly rows: readonly ChainRow[];
}

/** The middle of values; NaN of none. Order does not matter, and an outlier hardly moves it. */
export const median = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : 0.5 * ((sorted[half - 1] as number) + upper);
};
