/**
 * A volatility surface over slices: total variance is linear in time at equal log-moneyness, so a
 * surface whose slices do not cross stays free of calendar arbitrage between them.
 * Source: Gatheral and Jacquier (2014), section 5.2.
 */
import { assert, log } from '@openstrike/std';
import { sviTotalVariance } from './svi.ts';
import type { SviSlice } from './svi-arbitrage.ts';

/**
 * The total variance of a surface at ln(strike / forward) and a time. Before the first slice the
 * variance is in proportion to time; beyond the last, likewise.
 * Units: volatility squared times years. Domain: at least one slice, in ascending order of time;
 * time at least 0. Throws: without a slice. Source: Gatheral and Jacquier (2014), section 5.2, with
 * linear interpolation at equal k.
 */
export function surfaceTotalVariance(
  slices: readonly SviSlice[],
  k: number,
  timeYears: number,
): number {
  const count = slices.length;
  assert(count > 0, 'a surface has at least one slice');
  let i = 0;
  while (i < count && (slices[i] as SviSlice).timeYears < timeYears) {
    i++;
  }
  if (i === 0 || i === count) {
    const edge = slices[i === 0 ? 0 : count - 1] as SviSlice;
    return varianceOf(edge, k) * (timeYears / edge.timeYears);
  }
  const earlier = slices[i - 1] as SviSlice;
  const later = slices[i] as SviSlice;
  const w = varianceOf(earlier, k);
  const share = (timeYears - earlier.timeYears) / (later.timeYears - earlier.timeYears);
  return w + share * (varianceOf(later, k) - w);
}

/**
 * The annualised volatility of a surface at a strike.
 * Units: 1 = 100 %; strike and forward in one unit. Domain: time above 0; 0 where the total
 * variance is not above 0. Source: as surfaceTotalVariance, at the forward moneyness of the asked
 * time, section 5.2 ibid.
 */
export function surfaceVolatility(
  slices: readonly SviSlice[],
  strike: number,
  forward: number,
  timeYears: number,
): number {
  const w = surfaceTotalVariance(slices, log(strike / forward), timeYears);
  return w > 0 ? Math.sqrt(w / timeYears) : 0;
}

function varianceOf({ slice }: SviSlice, k: number): number {
  return sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
}
