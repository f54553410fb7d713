// Fit snapshot: forwards and an arbitrage-free surface from one recorded chain. The forward of an
// expiry is the one that the venue marked it against, as a rate over the index: rows are taken over
// a minute or two, and the rate hardly moves while both prices do. A slice is fitted to the
// out-of-the-money options that have both a bid and an ask. An expiry that cannot be fitted has no
// slice, and says why.
import { type TsUs, usPerYear } from '@openstrike/domain';
import {
  certifySurface,
  fitSvi,
  impliedBlack76,
  type SmileQuote,
  type SurfaceCertificate,
  type SviFit,
  type SviFitRefusal,
} from '@openstrike/pricing';
import { log } from '@openstrike/std';
import { type ChainRow, type ChainSnapshot, median, type Underlying } from './chain-snapshot.ts';

export interface FittedExpiry {
  readonly expiryUs: TsUs;
  /** Years of 365 days from the snapshot to expiry. */
  readonly timeYears: number;
  /** ln(forward / index) a year. */
  readonly basisRate: number;
  /** USD. */
  readonly forward: number;
  readonly quotes: number;
  readonly fit: SviFit | null;
  /** Why there is no fit; null when there is one. */
  readonly refusal: SviFitRefusal | null;
}

export interface FittedSnapshot {
  readonly atUs: TsUs;
  readonly underlying: Underlying;
  /** USD. */
  readonly indexPrice: number;
  /** Ascending. */
  readonly expiries: readonly FittedExpiry[];
  readonly certificate: SurfaceCertificate;
}

/** An expiry nearer than this is settling: its quotes no longer tell a volatility. */
const timeYearsMin = 0.5 / (365 * 24);

const yearsTo = (expiryUs: number, atUs: number): number => (expiryUs - atUs) / usPerYear;

/** The implied volatility of a price in coins; negative when none explains it. */
export const ivOfCoins = (row: ChainRow, coins: number): number => {
  const sign = row.optionType === 'call' ? 1 : -1;
  const years = yearsTo(row.expiryUs, row.atUs);
  return impliedBlack76(coins * row.forward, row.forward, row.strike, years, sign);
};

const smileQuoteOf = (row: ChainRow): SmileQuote | null => {
  const outside = row.optionType === 'call' ? row.strike >= row.forward : row.strike < row.forward;
  if (!outside || row.bid === null || row.ask === null || row.ask < row.bid) return null;
  const bidIv = ivOfCoins(row, row.bid);
  const askIv = ivOfCoins(row, row.ask);
  return bidIv > 0 && askIv >= bidIv ? { k: log(row.strike / row.forward), bidIv, askIv } : null;
};

/** Cost: about two milliseconds an expiry. */
export const fitSnapshot = (snapshot: ChainSnapshot): FittedSnapshot => {
  const indexPrice = median(snapshot.rows.map((row) => row.indexPrice));
  const byExpiry = new Map<TsUs, ChainRow[]>();
  for (const row of snapshot.rows) {
    const rows = byExpiry.get(row.expiryUs);
    if (rows === undefined) byExpiry.set(row.expiryUs, [row]);
    else rows.push(row);
  }
  const expiries: FittedExpiry[] = [];
  let earlier: SviFit['slice'] | undefined;
  for (const [expiryUs, rows] of [...byExpiry].sort(([a], [b]) => a - b)) {
    const timeYears = yearsTo(expiryUs, snapshot.atUs);
    if (timeYears < timeYearsMin) continue;
    const basis = median(rows.map((row) => log(row.forward / row.indexPrice)));
    const quotes = rows.map(smileQuoteOf).filter((quote) => quote !== null);
    const fit = fitSvi({ timeYears, quotes, earlier });
    if (fit.ok) earlier = fit.value.slice;
    expiries.push({
      expiryUs,
      timeYears,
      basisRate: basis / timeYears,
      forward: median(rows.map((row) => row.forward)),
      quotes: quotes.length,
      fit: fit.ok ? fit.value : null,
      refusal: fit.ok ? null : fit.error,
    });
  }
  const slices = expiries.flatMap(({ timeYears, fit }) =>
    fit === null ? [] : [{ timeYears, slice: fit.slice }],
  );
  const certificate = certifySurface(slices);
  return {
    atUs: snapshot.atUs,
    underlying: snapshot.underlying,
    indexPrice,
    expiries,
    certificate,
  };
};
