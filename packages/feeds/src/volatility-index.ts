// Volatility index: the 30-day volatility that an index's options imply, by Cboe's methodology, in
// two layers. `indexOfTerms` is Cboe's own rules over any two terms. What crypto changes is how the
// strips come about: listed strikes are few and move in steps, so the smile of each expiry is read
// between its strikes and carried five deviations to either side, and the rules run over that dense
// strip; there is no rate, since prices are forward ones; and where no expiries stand on both sides
// of thirty days the nearest one counts. Invariant: of a flat smile the index is its volatility.
// Source: Cboe (2019), White Paper: Cboe Volatility Index.
import { type TsUs, usPerDay, usPerMinute, usPerYear } from '@openstrike/domain';
import {
  black76,
  type CboeTerm,
  type ChainQuote,
  cboeIndex,
  cboeTerm,
  modelFreeVariance,
} from '@openstrike/pricing';
import { compareNumbers, exp, log } from '@openstrike/std';

/** One option's mark, and what its book's two sides imply where they are known. */
export interface MarkedOption {
  readonly expiryUs: TsUs;
  readonly strike: number;
  readonly forward: number;
  /** Annualised fraction; options without a positive one are passed over. */
  readonly markIv: number;
  readonly bidIv?: number;
  readonly askIv?: number;
}

/** One expiry's quotes as Cboe's rules take them. */
export interface StripTerm {
  readonly minutes: number;
  /** Continuous, a year. */
  readonly rate: number;
  readonly quotes: readonly ChainQuote[];
}

/** The index of terms, with the variance of each that entered. */
export interface TermsIndex {
  /** Annualised fraction. */
  readonly volatility: number;
  readonly terms: readonly (CboeTerm & { readonly minutes: number })[];
}

export interface VolatilityIndexValue {
  /** Annualised fraction. */
  readonly volatility: number;
  /** One half of the width that spreads and tails leave open, in the same unit. */
  readonly error: number;
  /** The expiries that it was made of, one or two. */
  readonly expiriesUs: readonly TsUs[];
}

const horizonMinutes = (30 * usPerDay) / usPerMinute;
const minutesPerYear = usPerYear / usPerMinute;

/**
 * The 30-day index of terms: the two around thirty days, or the nearest one; null where neither has
 * enough quotes. Domain: any order.
 */
export const indexOfTerms = (terms: readonly StripTerm[]): TermsIndex | null => {
  const sound = [...terms]
    .sort((a, b) => compareNumbers(a.minutes, b.minutes))
    .flatMap(({ minutes, rate, quotes }) => {
      const term = cboeTerm(quotes, minutes / minutesPerYear, rate);
      return term.ok && term.value.variance > 0 ? [{ minutes, ...term.value }] : [];
    });
  const next = sound.find(({ minutes }) => minutes > horizonMinutes);
  const near = sound.findLast(({ minutes }) => minutes <= horizonMinutes);
  if (near === undefined || next === undefined) {
    const only = near ?? next;
    return only === undefined ? null : { volatility: Math.sqrt(only.variance), terms: [only] };
  }
  return { volatility: cboeIndex(near, next, horizonMinutes) / 100, terms: [near, next] };
};

/** The smile of one expiry. */
interface Smile {
  readonly expiryUs: TsUs;
  readonly forward: number;
  /** Ascending by k = ln(strike / forward). */
  readonly points: readonly SmilePoint[];
}

interface SmilePoint {
  readonly k: number;
  readonly iv: number;
  readonly bidIv: number;
  readonly askIv: number;
}

interface StrikeSum {
  iv: number;
  bidIv: number;
  askIv: number;
  count: number;
}

/** Sums by strike, so that call and put speak together; by expiry. */
const sumsOf = (
  options: Iterable<MarkedOption>,
  nowUs: TsUs,
): Map<TsUs, { forward: number; strikes: Map<number, StrikeSum> }> => {
  const found = new Map<TsUs, { forward: number; strikes: Map<number, StrikeSum> }>();
  for (const option of options) {
    const { expiryUs, strike, forward, markIv } = option;
    if (expiryUs <= nowUs || !(markIv > 0) || !(forward > 0)) continue;
    let expiry = found.get(expiryUs);
    if (expiry === undefined) {
      expiry = { forward, strikes: new Map() };
      found.set(expiryUs, expiry);
    }
    const bidIv = option.bidIv !== undefined && option.bidIv > 0 ? option.bidIv : markIv;
    const askIv = option.askIv !== undefined && option.askIv > 0 ? option.askIv : markIv;
    const sum = expiry.strikes.get(strike);
    if (sum === undefined) {
      expiry.strikes.set(strike, { iv: markIv, bidIv, askIv, count: 1 });
    } else {
      sum.iv += markIv;
      sum.bidIv += bidIv;
      sum.askIv += askIv;
      sum.count += 1;
    }
  }
  return found;
};

const smilesOf = (options: Iterable<MarkedOption>, nowUs: TsUs): Smile[] =>
  [...sumsOf(options, nowUs)].map(([expiryUs, { forward, strikes }]) => {
    const points = [...strikes].map(([strike, { iv, bidIv, askIv, count }]) => ({
      k: log(strike / forward),
      iv: iv / count,
      bidIv: Math.min(bidIv, askIv) / count,
      askIv: Math.max(bidIv, askIv) / count,
    }));
    return { expiryUs, forward, points: points.sort((a, b) => compareNumbers(a.k, b.k)) };
  });

/** Squared volatility at k: linear between points, and on by half of the last slope beyond them. */
const squareAt = (points: readonly SmilePoint[], k: number): number => {
  const after = points.findIndex((point) => point.k >= k);
  const high = after === -1 ? points.length - 1 : Math.min(Math.max(after, 1), points.length - 1);
  const [a, b] = [points[high - 1], points[high]] as [SmilePoint | undefined, SmilePoint];
  if (a === undefined) return b.iv * b.iv;
  const slope = (b.iv * b.iv - a.iv * a.iv) / (b.k - a.k);
  if (after > 0) return a.iv * a.iv + slope * (k - a.k);
  const edge = after === 0 ? a : b;
  const outward = after === 0 ? -slope : slope;
  return edge.iv * edge.iv + 0.5 * Math.max(0, outward) * Math.abs(k - edge.k);
};

/** Strikes of a dense strip, and how many deviations it reaches to either side. */
const stripStrikes = 301;
const stripDeviations = 5;

const stripOf = ({ forward, points }: Smile, timeYears: number): ChainQuote[] => {
  const deviation = Math.sqrt(squareAt(points, 0) * timeYears);
  const reach = Math.max(
    stripDeviations * deviation,
    -(points[0] as SmilePoint).k,
    (points.at(-1) as SmilePoint).k,
  );
  return Array.from({ length: stripStrikes }, (_, i): ChainQuote => {
    const k = reach * ((2 * i) / (stripStrikes - 1) - 1);
    const strike = forward * exp(k);
    const iv = Math.sqrt(squareAt(points, k));
    const call = black76(forward, strike, timeYears, iv, 1);
    const put = black76(forward, strike, timeYears, iv, -1);
    return { strike, callBid: call, callAsk: call, putBid: put, putAsk: put };
  });
};

/** Share of the variance from beyond the last strikes that counts as open: nobody quotes it. */
const tailOpenShare = 0.25;

/** What spreads and tails leave open of one term's variance. */
const openVariance = ({ points }: Smile, timeYears: number): number => {
  const found = modelFreeVariance(points, timeYears);
  if (!found.ok) return 0;
  const { variance, spreadError, tailError, tailShare } = found.value;
  return spreadError + Math.max(tailError, tailOpenShare * tailShare * variance);
};

const minutesTo = (expiryUs: TsUs, nowUs: TsUs): number => (expiryUs - nowUs) / usPerMinute;

/** The two smiles around thirty days, or the nearest one. */
const aroundHorizon = (smiles: readonly Smile[], nowUs: TsUs): Smile[] => {
  const sorted = [...smiles].sort((a, b) => a.expiryUs - b.expiryUs);
  const isNear = ({ expiryUs }: Smile): boolean => minutesTo(expiryUs, nowUs) <= horizonMinutes;
  const near = sorted.findLast(isNear);
  const next = sorted.find((smile) => !isNear(smile));
  return [near, next].filter((smile) => smile !== undefined);
};

/** The 30-day index of an index's options now; null where no expiry says anything. */
export const volatilityIndex = (
  options: Iterable<MarkedOption>,
  nowUs: TsUs,
): VolatilityIndexValue | null => {
  const smiles = aroundHorizon(smilesOf(options, nowUs), nowUs);
  const index = indexOfTerms(
    smiles.map((smile) => {
      const minutes = minutesTo(smile.expiryUs, nowUs);
      return { minutes, rate: 0, quotes: stripOf(smile, minutes / minutesPerYear) };
    }),
  );
  if (index === null) return null;
  const opens = smiles.map((smile) => {
    const minutes = minutesTo(smile.expiryUs, nowUs);
    return { minutes, open: openVariance(smile, minutes / minutesPerYear) };
  });
  const [near, next] = opens as [(typeof opens)[0], (typeof opens)[0] | undefined];
  const share =
    next === undefined ? 0 : (horizonMinutes - near.minutes) / (next.minutes - near.minutes);
  // Each term's part of the 30-day variance, as the index itself weighs them.
  const open =
    next === undefined
      ? near.open
      : ((1 - share) * near.minutes * near.open + share * next.minutes * next.open) /
        horizonMinutes;
  return {
    volatility: index.volatility,
    error: (0.5 * open) / index.volatility,
    expiriesUs: smiles.map(({ expiryUs }) => expiryUs),
  };
};
