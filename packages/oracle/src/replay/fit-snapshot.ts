// Fit snapshot: forwards and an arbitrage-free surface from one recorded chain. The forward of an
// expiry is the one that the venue marked it against, as a rate over the index: rows are taken over
// a minute or two, and the rate hardly moves while both prices do. An expiry that cannot be fitted
// has no slice, and says why.
import { type OptionPlace, type TsUs, usPerYear } from '@openstrike/domain';
import type { SurfaceCertificate } from '@openstrike/pricing';
import { compareNumbers, log } from '@openstrike/std';
import type { ExpiryQuotes, OptionQuote } from '../surface/chain-quotes.ts';
import { type ExpiryFit, fitChain } from '../surface/fit-chain.ts';
import { type ChainRow, type ChainSnapshot, median, type Underlying } from './chain-snapshot.ts';

export interface FittedExpiry extends ExpiryFit {
  readonly expiryUs: TsUs;
  /** ln(forward / index) a year. */
  readonly basisRate: number;
}

export interface FittedSnapshot {
  readonly atUs: TsUs;
  readonly underlying: Underlying;
  /** USD. */
  readonly indexPrice: number;
  /** Ascending. */
  readonly expiries: readonly FittedExpiry[];
  /** The quotes that they were fitted to, by expiry. */
  readonly chain: readonly ExpiryQuotes[];
  readonly certificate: SurfaceCertificate;
  /** Where the venue had options then, whether they could be fitted or not; ascending. */
  readonly places: readonly OptionPlace[];
}

/** An expiry nearer than this is settling: its quotes no longer tell a volatility. */
const timeYearsMin = 0.5 / (365 * 24);

/** Tick of an inverse option at a price, both in coins. Source: Deribit's contract terms. */
export const tickOfCoins = (price: number): number => (price > 0.005 ? 0.0005 : 0.0001);

const quoteOf = (row: ChainRow): OptionQuote => ({
  strike: row.strike,
  optionType: row.optionType,
  forward: row.forward,
  bid: row.bid === null ? null : row.bid * row.forward,
  ask: row.ask === null ? null : row.ask * row.forward,
  tick: tickOfCoins(row.bid ?? 0) * row.forward,
});

/** The rows of a snapshot by expiry. */
export const rowsByExpiry = (snapshot: ChainSnapshot): ReadonlyMap<TsUs, readonly ChainRow[]> => {
  const byExpiry = new Map<TsUs, ChainRow[]>();
  for (const row of snapshot.rows) {
    const rows = byExpiry.get(row.expiryUs);
    if (rows === undefined) byExpiry.set(row.expiryUs, [row]);
    else rows.push(row);
  }
  return byExpiry;
};

/** The quotes of one expiry's rows in USD, each at its own forward. */
export const quotesOfRows = (expiryUs: TsUs, rows: readonly ChainRow[]): ExpiryQuotes => ({
  expiryUs,
  forward: median(rows.map((row) => row.forward)),
  quotes: rows.map(quoteOf),
});

const placesOf = (snapshot: ChainSnapshot): OptionPlace[] =>
  [...rowsByExpiry(snapshot)]
    .sort(([a], [b]) => compareNumbers(a, b))
    .flatMap(([expiryUs, rows]) => {
      const strikes = [...new Set(rows.map(({ strike }) => strike))].sort(compareNumbers);
      return strikes.map((strike) => ({ expiryUs, strike }));
    });

/** Cost: about a millisecond an expiry. */
export const fitSnapshot = (snapshot: ChainSnapshot): FittedSnapshot => {
  const { atUs, underlying } = snapshot;
  const chain: ExpiryQuotes[] = [];
  const basisRates = new Map<number, number>();
  for (const [expiryUs, rows] of rowsByExpiry(snapshot)) {
    const timeYears = (expiryUs - atUs) / usPerYear;
    if (timeYears < timeYearsMin) continue;
    const basis = median(rows.map((row) => log(row.forward / row.indexPrice)));
    basisRates.set(expiryUs, basis / timeYears);
    chain.push(quotesOfRows(expiryUs, rows));
  }
  const { expiries, certificate } = fitChain({ nowUs: atUs, expiries: chain });
  return {
    atUs,
    underlying,
    indexPrice: median(snapshot.rows.map((row) => row.indexPrice)),
    expiries: expiries.map((fit) => ({
      ...fit,
      expiryUs: fit.expiryUs as TsUs,
      basisRate: basisRates.get(fit.expiryUs) as number,
    })),
    chain,
    certificate,
    places: placesOf(snapshot),
  };
};
