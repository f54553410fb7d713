/**
 * What every exotic option of this folder is priced from: a lognormal underlying with a continuous
 * rate and yield. Arguments outside their domain are refused by a tag, never priced.
 */

/** The market and the time of an exotic option. */
export type ExoticTerms = {
  /** Price now. Domain: above 0. */
  readonly spot: number;
  /** Years to expiry. Domain: at least 0. */
  readonly timeYears: number;
  /** Annualised, 1 = 100 %. Domain: at least 0. */
  readonly volatility: number;
  /** Continuous, 1 = 100 % a year; may be negative. */
  readonly rate: number;
  /** Continuous dividend, foreign or coin rate; the rate itself for an option on a future. */
  readonly yieldRate: number;
};

/** An argument outside its domain. */
export type ExoticRefusal = 'invalid-input';

/** Whether the terms are within their domain. */
export function validTerms(terms: ExoticTerms): boolean {
  const { spot, timeYears, volatility, rate, yieldRate } = terms;
  const finite =
    Number.isFinite(spot) &&
    Number.isFinite(timeYears) &&
    Number.isFinite(volatility) &&
    Number.isFinite(rate) &&
    Number.isFinite(yieldRate);
  return finite && spot > 0 && timeYears >= 0 && volatility >= 0;
}
