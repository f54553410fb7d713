// Surface view: one recorded chain, fitted, in the numbers that its table and pictures show.
import { OperationalError, type SviSlice, type TsUs, usPerDay } from '@openstrike/domain';
import {
  type ChainSnapshot,
  countQuotes,
  type FittedExpiry,
  type FittedSnapshot,
  fitSnapshot,
  openRecording,
  pinSlices,
  type QuoteCount,
  type StrikeQuote,
  smileOf,
  type Underlying,
} from '@openstrike/oracle';
import { sviVolatility } from '@openstrike/pricing';

export interface ExpiryView {
  readonly fit: FittedExpiry;
  /** How marks lie against the quotes: by the fit with its pins at rest, as the oracle has it. */
  readonly marks: QuoteCount;
  /** Such as 27MAR26. */
  readonly name: string;
  readonly days: number;
  /** What the quotes say, by ascending strike; k is ln(strike / forward). */
  readonly smile: readonly StrikeQuote[];
  /** Volatility of the fit at k; NaN where there is no slice. */
  readonly ivAt: (k: number) => number;
}

export interface SurfaceView {
  readonly underlying: Underlying;
  readonly atUs: TsUs;
  readonly fitted: FittedSnapshot;
  /** Ascending; those that have a slice or a quote. */
  readonly expiries: readonly ExpiryView[];
  /** |fit - the venue's mark volatility| of two-sided quotes of more than a day; may be empty. */
  readonly markGaps: readonly number[];
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

const nameOf = (expiryUs: number): string => {
  const at = new Date(expiryUs / 1000);
  return `${at.getUTCDate()}${months[at.getUTCMonth()]}${String(at.getUTCFullYear()).slice(2)}`;
};

/**
 * The last snapshot of an underlying at or before a time.
 *
 * Throws: OperationalError where the files have none.
 */
export const findSnapshot = async (
  files: readonly string[],
  underlying: Underlying,
  untilUs: number,
): Promise<ChainSnapshot> => {
  const recording = await openRecording(files);
  let found: ChainSnapshot | null = null;
  for await (const snapshot of recording.snapshots()) {
    if (snapshot.atUs > untilUs) break;
    if (snapshot.underlying === underlying) found = snapshot;
  }
  if (found !== null) return found;
  const sentence = `No ${underlying} chain in ${files.join(', ')} at or before that time.`;
  throw new OperationalError('no-chain', sentence);
};

const viewExpiry = (
  { atUs, chain }: FittedSnapshot,
  fit: FittedExpiry,
  pinned: readonly SviSlice[],
): ExpiryView => {
  const { slice, timeYears, expiryUs, forward } = fit;
  const isThis = (each: { readonly expiryUs: number }): boolean => each.expiryUs === expiryUs;
  const quotes = chain.find(isThis) ?? { expiryUs, forward, quotes: [] };
  return {
    fit,
    marks: countQuotes(quotes, timeYears, pinned.find(isThis) ?? null),
    name: nameOf(expiryUs),
    days: (expiryUs - atUs) / usPerDay,
    smile: smileOf(quotes, timeYears),
    ivAt: (k) => (slice === null ? Number.NaN : sviVolatility(k, timeYears, slice)),
  };
};

/** Fits a snapshot and lays out what is to be shown. */
export const viewSurface = (snapshot: ChainSnapshot): SurfaceView => {
  const fitted = fitSnapshot(snapshot);
  const slices = fitted.expiries.flatMap(({ slice }) => (slice === null ? [] : [slice]));
  const pinned = pinSlices(slices, fitted.chain, new Map(), Number.POSITIVE_INFINITY);
  const expiries = fitted.expiries.map((fit) => viewExpiry(fitted, fit, pinned));
  const byExpiry = new Map(expiries.map((each) => [each.fit.expiryUs, each]));
  const markGaps = snapshot.rows.flatMap(({ expiryUs, strike, forward, bid, ask, markIv }) => {
    const expiry = byExpiry.get(expiryUs);
    if (markIv === null || bid === null || ask === null || (expiry?.days ?? 0) <= 1) return [];
    const gap = Math.abs((expiry?.ivAt(Math.log(strike / forward)) ?? Number.NaN) - markIv);
    return Number.isFinite(gap) ? [gap] : [];
  });
  const { underlying, atUs } = snapshot;
  return { underlying, atUs, fitted, expiries, markGaps };
};
