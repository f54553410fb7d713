// Interpolate: the market between two recorded snapshots, by one stated rule. What is quoted a year
// (the basis rate of an expiry, and its smile as traders read it: at-the-money variance, skew, both
// wings, least variance) goes in a straight line from one snapshot to the next; what only one of
// the two knows (an expiry that was listed or expired in between) is held. A slice that would leave
// room for arbitrage is moved as little as needed. Invariant: a surface is given out only with a
// clean certificate, and an expiry that stands at an earlier fit for want of a new one is named.
import type { SviSlice as SliceInput, TsUs } from '@openstrike/domain';
import { usPerYear } from '@openstrike/domain';
import {
  certifySurface,
  type JumpWingsSvi,
  jumpWingsOfRaw,
  rawOfJumpWings,
  repairSvi,
  type SviParameters,
} from '@openstrike/pricing';
import type { FittedExpiry, FittedSnapshot } from './fit-snapshot.ts';
import type { WindowPair } from './snapshot-window.ts';

export type FittedPair = WindowPair<FittedSnapshot>;

/** Where an instant lies between the two snapshots, from 0 to 1. */
const shareOf = ({ before, after }: FittedPair, atUs: number): number => {
  if (before === null) return 1;
  if (after === null) return 0;
  return (atUs - before.atUs) / (after.atUs - before.atUs);
};

interface BothSides {
  before: FittedExpiry | null;
  after: FittedExpiry | null;
}

const sidesOf = (pair: FittedPair, atUs: number): readonly (readonly [TsUs, BothSides])[] => {
  const sides = new Map<TsUs, BothSides>();
  for (const side of ['before', 'after'] as const) {
    for (const expiry of pair[side]?.expiries ?? []) {
      if (expiry.expiryUs <= atUs) continue;
      const known = sides.get(expiry.expiryUs) ?? { before: null, after: null };
      known[side] = expiry;
      sides.set(expiry.expiryUs, known);
    }
  }
  return [...sides].sort(([a], [b]) => a - b);
};

const mix = (before: number | undefined, after: number | undefined, share: number): number => {
  if (before === undefined) return after as number;
  return after === undefined ? before : before + share * (after - before);
};

/** ln(forward / index) of each expiry still to come, ascending. */
export const basisAt = (
  pair: FittedPair,
  atUs: number,
): readonly { readonly expiryUs: TsUs; readonly logBasis: number }[] => {
  const share = shareOf(pair, atUs);
  return sidesOf(pair, atUs).map(([expiryUs, { before, after }]) => ({
    expiryUs,
    logBasis: mix(before?.basisRate, after?.basisRate, share) * ((expiryUs - atUs) / usPerYear),
  }));
};

const wingsOf = (expiry: FittedExpiry | null): JumpWingsSvi | undefined =>
  expiry === null || expiry.slice === null
    ? undefined
    : jumpWingsOfRaw(expiry.slice, expiry.timeYears);

/** A slice of an instant on the straight line between both sides; null where there is none. */
const sliceAt = ({ before, after }: BothSides, share: number, timeYears: number) => {
  const from = wingsOf(before);
  const to = wingsOf(after);
  if (from === undefined && to === undefined) return null;
  const number = (name: keyof JumpWingsSvi): number => mix(from?.[name], to?.[name], share);
  const wings = { v: number('v'), psi: number('psi'), p: number('p'), c: number('c') };
  return rawOfJumpWings({ ...wings, vMin: number('vMin') }, timeYears) ?? null;
};

/** Whether a smile was held on the way to a snapshot whose quotes could not be fitted. */
const standsAtBefore = ({ before, after }: BothSides, share: number): boolean =>
  share > 0 && before !== null && before.slice !== null && after !== null && after.slice === null;

export interface InterpolatedSurface {
  /** Ascending; null when they would leave room for arbitrage: the previous surface stays. */
  readonly slices: readonly SliceInput[] | null;
  /** Expiries without a fit of their own now: at the slice of before, if they have had one. */
  readonly unfitted: readonly TsUs[];
  /** Slices that had to be moved to leave no room for arbitrage. */
  readonly repaired: number;
}

/** The surface of an instant. */
export const surfaceAt = (pair: FittedPair, atUs: number): InterpolatedSurface => {
  const share = shareOf(pair, atUs);
  const slices: SliceInput[] = [];
  const unfitted: TsUs[] = [];
  let repaired = 0;
  let earlier: SviParameters | undefined;
  const all = sidesOf(pair, atUs);
  for (const [expiryUs, sides] of all) {
    const timeYears = (expiryUs - atUs) / usPerYear;
    const slice = sliceAt(sides, share, timeYears);
    const free = slice === null ? undefined : repairSvi({ timeYears, slice }, earlier);
    if (free === undefined || standsAtBefore(sides, share)) unfitted.push(expiryUs);
    if (free === undefined) continue;
    if (free !== slice) repaired += 1;
    earlier = free;
    slices.push({ expiryUs, tauYears: timeYears, ...free });
  }
  const checked = slices.map((slice) => ({ timeYears: slice.tauYears, slice }));
  return certifySurface(checked).free
    ? { slices, unfitted, repaired }
    : { slices: null, unfitted: all.map(([expiryUs]) => expiryUs), repaired: 0 };
};
