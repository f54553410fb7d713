/**
 * SABR: Hagan's expansion of the lognormal implied volatility of a forward whose volatility is
 * stochastic, and its fit to quotes.
 * Source: Hagan, Kumar, Lesniewski and Woodward (2002), Managing smile risk, eq. 2.17.
 */
import { err, log, logRatio, ok, pow, type Result } from '@openstrike/std';
import { levenbergMarquardt } from './numeric/levenberg-marquardt.ts';

/** SABR's parameters: level, elasticity, correlation, volatility of volatility. */
export type SabrParameters = {
  /** Above 0. */
  readonly alpha: number;
  /** 0 to 1. */
  readonly beta: number;
  /** Inside (-1, 1). */
  readonly rho: number;
  /** At least 0. */
  readonly nu: number;
};

/**
 * The lognormal (Black) implied volatility. Units: annualised, 1 = 100 %.
 * Domain: forward and strike above 0; an expansion in time, poor for long times or high nu, and
 * not free of arbitrage far from the money. Source: Hagan et al. (2002), eq. 2.17a and 2.18.
 */
export function sabrVolatility(
  forward: number,
  strike: number,
  timeYears: number,
  { alpha, beta, rho, nu }: SabrParameters,
): number {
  const x = logRatio(forward, strike);
  const rest = 1 - beta;
  const power = rest === 0 ? 1 : pow(forward * strike, 0.5 * rest);
  const rx = rest * x;
  const spread = 1 + (rx * rx) / 24 + (rx * rx * rx * rx) / 1920;
  const growth =
    (rest * rest * alpha * alpha) / (24 * power * power) +
    (0.25 * rho * beta * nu * alpha) / power +
    ((2 - 3 * rho * rho) / 24) * nu * nu;
  const z = (nu / alpha) * power * x;
  return (alpha / (power * spread)) * zOverChi(z, rho) * (1 + growth * timeYears);
}

/** z / ln((sqrt(1 - 2 rho z + z^2) + z - rho) / (1 - rho)), by series near zero. */
function zOverChi(z: number, rho: number): number {
  if (Math.abs(z) < 1e-4) {
    return 1 - 0.5 * rho * z + ((2 - 3 * rho * rho) / 12) * z * z;
  }
  const root = Math.sqrt(1 - 2 * rho * z + z * z);
  // For z below rho the sum cancels; its conjugate does not.
  const chi = z > rho ? log((root + z - rho) / (1 - rho)) : log((1 + rho) / (root - z + rho));
  return z / chi;
}

/**
 * Fits alpha, rho and nu at a given beta to volatilities, each weighing by `weight`.
 * Units: volatilities annualised, 1 = 100 %. Domain: at least three quotes, beta 0 to 1. Refuses:
 * too-few-quotes; invalid-input for quotes that are not above 0. Source: least squares on Hagan et
 * al. (2002), eq. 2.17a.
 */
export function fitSabr(inputs: {
  readonly forward: number;
  readonly timeYears: number;
  readonly beta: number;
  readonly quotes: readonly {
    readonly strike: number;
    readonly iv: number;
    readonly weight?: number;
  }[];
}): Result<SabrParameters & { readonly rmsIv: number }, 'too-few-quotes' | 'invalid-input'> {
  const { forward, timeYears, beta, quotes } = inputs;
  const positive = (value: number): boolean => value > 0 && Number.isFinite(value);
  const known = positive(forward) && timeYears >= 0 && beta >= 0 && beta <= 1;
  if (!(known && quotes.every(({ strike, iv }) => positive(strike) && positive(iv)))) {
    return err('invalid-input');
  }
  if (quotes.length < 3) {
    return err('too-few-quotes');
  }
  const nearest = quotes.reduce((a, b) =>
    Math.abs(log(b.strike / forward)) < Math.abs(log(a.strike / forward)) ? b : a,
  );
  const level = nearest.iv * pow(forward, 1 - beta);
  const read = (p: Float64Array): SabrParameters => ({
    alpha: level * (p[0] as number),
    beta,
    rho: p[1] as number,
    nu: p[2] as number,
  });
  const residuals = (p: Float64Array, out: Float64Array): void => {
    const parameters = read(p);
    for (const [i, { strike, iv, weight }] of quotes.entries()) {
      out[i] = (sabrVolatility(forward, strike, timeYears, parameters) - iv) * (weight ?? 1);
    }
  };
  const { parameters } = levenbergMarquardt({
    residuals,
    residualCount: quotes.length,
    lower: [1e-3, -0.9999, 1e-6],
    upper: [100, 0.9999, 50],
    start: [1, 0, 0.5],
    iterationsMax: 100,
  });
  const fitted = read(parameters);
  let sum = 0;
  for (const { strike, iv } of quotes) {
    const off = sabrVolatility(forward, strike, timeYears, fitted) - iv;
    sum += off * off;
  }
  return ok({ ...fitted, rmsIv: Math.sqrt(sum / quotes.length) });
}
