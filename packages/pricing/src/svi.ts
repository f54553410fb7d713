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
 * Units: k is ln(strike / forward); the result is volatility squared times years. Domain: every k;
 * may be below 0 where a is. Source: Gatheral and Jacquier (2014), eq. 3.1.
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

/**
 * The first derivative of the total variance in k.
 * Units and Domain: as sviTotalVariance. Source: Gatheral and Jacquier (2014), eq. 3.1,
 * differentiated.
 */
export function sviSlope(k: number, b: number, rho: number, m: number, sigma: number): number {
  const d = k - m;
  return b * (rho + d / Math.sqrt(d * d + sigma * sigma));
}

/**
 * The second derivative of the total variance in k; never negative.
 * Units and Domain: as sviTotalVariance. Source: Gatheral and Jacquier (2014), eq. 3.1,
 * differentiated twice.
 */
export function sviCurvature(k: number, b: number, m: number, sigma: number): number {
  const d = k - m;
  const square = d * d + sigma * sigma;
  return (b * sigma * sigma) / (square * Math.sqrt(square));
}

/**
 * The volatility of a slice at k.
 * Units: annualised, 1 = 100 %. Domain: time above 0; 0 when the total variance is not above 0.
 * Source: the root of Gatheral and Jacquier (2014), eq. 3.1, over time.
 */
export function sviVolatility(k: number, timeYears: number, slice: SviParameters): number {
  const w = sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
  return w > 0 ? Math.sqrt(w / timeYears) : 0;
}

/**
 * Durrleman's g(k): the risk-neutral density is g(k) times a positive factor, so a slice is free of
 * butterfly arbitrage where it is not negative.
 * Units: none. Domain: NaN where the total variance is not above 0. Source: Gatheral and Jacquier
 * (2014), eq. 2.1.
 */
export function sviDensityFactor(k: number, slice: SviParameters): number {
  const { a, b, rho, m, sigma } = slice;
  const d = k - m;
  const square = d * d + sigma * sigma;
  const root = Math.sqrt(square);
  const w = a + b * (rho * d + root);
  const slope = b * (rho + d / root);
  const curvature = (b * sigma * sigma) / (square * root);
  return densityFactor(k, w, slope, curvature);
}

/**
 * Durrleman's g from a total variance and its two derivatives in k.
 * Units and Domain: as sviDensityFactor. Source: Gatheral and Jacquier (2014), eq. 2.1.
 */
export function densityFactor(k: number, w: number, slope: number, curvature: number): number {
  if (!(w > 0)) {
    return Number.NaN;
  }
  const first = 1 - (0.5 * k * slope) / w;
  return first * first - 0.25 * slope * slope * (1 / w + 0.25) + 0.5 * curvature;
}

/**
 * The slopes of the total variance far left (in -k) and far right.
 * Units: total variance per k; above 2 is arbitrage. Domain: any slice. Source: Gatheral and
 * Jacquier (2014), section 3.1.
 */
export function sviWingSlopes(slice: SviParameters): {
  readonly left: number;
  readonly right: number;
} {
  return { left: slice.b * (1 - slice.rho), right: slice.b * (1 + slice.rho) };
}

/**
 * The least total variance of a slice: a + b sigma sqrt(1 - rho^2).
 * Units: total variance. Domain: rho within [-1, 1]. Source: Gatheral and Jacquier (2014), section
 * 3.1.
 */
export function sviMinimum(slice: SviParameters): number {
  return slice.a + slice.b * slice.sigma * Math.sqrt(1 - slice.rho * slice.rho);
}
