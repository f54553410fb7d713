/**
 * Raw SVI: total implied variance w(k) of one expiry as a hyperbola in log-moneyness
 * k = ln(strike / forward), its derivatives, and the tests for arbitrage. Marks are computed from
 * these five journaled numbers.
 * Source: Gatheral and Jacquier (2014), Arbitrage-free SVI volatility surfaces, eq. 3.1, 2.1.
 */

/** The raw parameters: level a, wing slope b, tilt rho, shift m, smoothness sigma. */
export type SviParameters = {
  readonly a: number;
  /** At least 0. */
  readonly b: number;
  /** Between -1 and 1. */
  readonly rho: number;
  readonly m: number;
  /** Above 0. */
  readonly sigma: number;
};

/**
 * The total variance a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)).
 * Units: k is ln(strike / forward); the result is volatility squared times years.
 * Source: Gatheral and Jacquier (2014), eq. 3.1.
 */
export function sviTotalVariance(
  k: number,
  a: number,
  b: number,
  rho: number,
  m: number,
  sigma: number,
): number {
  const d = k - m;
  return a + b * (rho * d + Math.sqrt(d * d + sigma * sigma));
}

/** The first derivative of the total variance in k. */
export function sviSlope(k: number, b: number, rho: number, m: number, sigma: number): number {
  const d = k - m;
  return b * (rho + d / Math.sqrt(d * d + sigma * sigma));
}

/** The second derivative of the total variance in k; never negative. */
export function sviCurvature(k: number, b: number, m: number, sigma: number): number {
  const d = k - m;
  const square = d * d + sigma * sigma;
  return (b * sigma * sigma) / (square * Math.sqrt(square));
}

/** The annualised volatility of a slice at k; 0 when the total variance is not above 0. */
export function sviVolatility(k: number, timeYears: number, slice: SviParameters): number {
  const w = sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
  return w > 0 ? Math.sqrt(w / timeYears) : 0;
}
