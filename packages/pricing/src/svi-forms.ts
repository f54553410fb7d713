/**
 * The natural and jump-wings forms of an SVI slice and their conversions to and from the raw form.
 * The three describe the same curve; each conversion is exact up to rounding.
 * Source: Gatheral and Jacquier (2014), Arbitrage-free SVI volatility surfaces, section 3.
 */
import type { SviParameters } from './svi.ts';

/** The natural parameters: w = delta + omega/2 (1 + zeta rho (k - mu) + sqrt(...)). */
export type NaturalSvi = {
  readonly delta: number;
  readonly mu: number;
  readonly rho: number;
  readonly omega: number;
  readonly zeta: number;
};

/** The jump-wings parameters, which traders read: all annualised at the slice's expiry. */
export type JumpWingsSvi = {
  /** At-the-money variance. */
  readonly v: number;
  /** At-the-money skew of volatility times the square root of time. */
  readonly psi: number;
  /** Slope of the put wing. */
  readonly p: number;
  /** Slope of the call wing. */
  readonly c: number;
  /** Least variance. */
  readonly vMin: number;
};

/**
 * Raw to natural.
 * Units: total variance. Domain: b above 0. Source: Gatheral and Jacquier (2014), lemma 3.1.
 */
export function naturalOfRaw(slice: SviParameters): NaturalSvi {
  const { a, b, rho, m, sigma } = slice;
  const root = Math.sqrt(1 - rho * rho);
  const omega = (2 * b * sigma) / root;
  return {
    delta: a - 0.5 * omega * (1 - rho * rho),
    mu: m + (rho * sigma) / root,
    rho,
    omega,
    zeta: root / sigma,
  };
}

/**
 * Natural to raw.
 * Units: total variance. Domain: zeta above 0. Source: Gatheral and Jacquier (2014), lemma 3.1.
 */
export function rawOfNatural(natural: NaturalSvi): SviParameters {
  const { delta, mu, rho, omega, zeta } = natural;
  const root = Math.sqrt(1 - rho * rho);
  return {
    a: delta + 0.5 * omega * (1 - rho * rho),
    b: 0.5 * omega * zeta,
    rho,
    m: mu - rho / zeta,
    sigma: root / zeta,
  };
}

/**
 * Raw to jump-wings.
 * Units: annualised at the slice's expiry; years. Domain: a time and a total variance at the money
 * above 0. Source: Gatheral and Jacquier (2014), eq. 3.5.
 */
export function jumpWingsOfRaw(slice: SviParameters, timeYears: number): JumpWingsSvi {
  const { a, b, rho, m, sigma } = slice;
  const root = Math.sqrt(m * m + sigma * sigma);
  const w = a + b * (root - rho * m);
  const scale = Math.sqrt(w);
  return {
    v: w / timeYears,
    psi: (0.5 * b * (rho - m / root)) / scale,
    p: (b * (1 - rho)) / scale,
    c: (b * (1 + rho)) / scale,
    vMin: (a + b * sigma * Math.sqrt(1 - rho * rho)) / timeYears,
  };
}

/**
 * Jump-wings to raw, or undefined where no slice has them: the skew must lie within the wings and
 * the least variance must not exceed the one at the money.
 * Units: total variance. Domain: a time above 0. Source: Gatheral and Jacquier (2014), lemma 3.2.
 */
export function rawOfJumpWings(wings: JumpWingsSvi, timeYears: number): SviParameters | undefined {
  const { v, psi, p, c, vMin } = wings;
  const w = v * timeYears;
  const scale = Math.sqrt(w);
  const b = 0.5 * scale * (c + p);
  const rho = 1 - (p * scale) / b;
  const beta = rho - (2 * psi * scale) / b;
  if (!(w > 0 && b > 0 && beta >= -1 && beta <= 1 && rho >= -1 && rho <= 1 && vMin <= v)) {
    return undefined;
  }
  const rootRho = Math.sqrt(1 - rho * rho);
  if (Math.abs(beta) < 1e-12) {
    // The shift is zero and the smoothness follows from the two variances.
    const sigma = ((v - vMin) * timeYears) / (b * (1 - rootRho));
    return sigma > 0 ? { a: w - b * sigma, b, rho, m: 0, sigma } : undefined;
  }
  const alpha = Math.sqrt(1 / (beta * beta) - 1) * (beta > 0 ? 1 : -1);
  const signed = beta > 0 ? Math.sqrt(1 + alpha * alpha) : -Math.sqrt(1 + alpha * alpha);
  const m = ((v - vMin) * timeYears) / (b * (-rho + signed - alpha * rootRho));
  const sigma = alpha * m;
  const a = vMin * timeYears - b * sigma * rootRho;
  return sigma > 0 ? { a, b, rho, m, sigma } : undefined;
}
