/**
 * Merton's jump diffusion as a Poisson mixture of Black-Scholes prices: exact up to a tail that is
 * summed until it no longer counts, for every volatility from zero on.
 * Source: Merton (1976), Option Pricing when Underlying Stock Returns are Discontinuous, eq. 19.
 */
import { exp, expm1, log } from '@openstrike/std';
import { black76 } from '../black76.ts';

/**
 * The undiscounted price of a call (sign 1) or put (sign -1) on a forward, from the variance of
 * the diffusion over the whole time.
 * Units: of the forward. Domain: forward, strike and variance above 0.
 * Source: Merton (1976), eq. 19.
 */
export function mertonSeries(
  forward: number,
  strike: number,
  diffusionVariance: number,
  jumpCount: number,
  jumpMean: number,
  jumpDeviation: number,
  sign: number,
): number {
  const jumpSquare = jumpDeviation * jumpDeviation;
  const logGrowth = jumpMean + 0.5 * jumpSquare;
  const drift = jumpCount * expm1(logGrowth);
  // Weighted as by the measure in which each jump counts by its size, so that terms stay bounded.
  const last = Math.ceil(jumpCount * (1 + exp(logGrowth)) + 12 * Math.sqrt(jumpCount + 1) + 40);
  let logWeight = -jumpCount;
  let sum = 0;
  for (let n = 0; n <= last; n++) {
    const moved = forward * exp(n * logGrowth - drift);
    const variance = diffusionVariance + n * jumpSquare;
    const weight = exp(logWeight);
    const value = black76(moved, strike, 1, Math.sqrt(variance), sign);
    sum += weight * value;
    if (jumpCount === 0) {
      break;
    }
    logWeight += log(jumpCount / (n + 1));
  }
  return sum;
}
