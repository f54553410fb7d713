// Volatility shock: how far a scenario moves the volatility of one option, by time to expiry, by
// moneyness (skew) or by tenor (term twist). Invariants: no shocked volatility is negative; the up
// shock never lowers and the down shock never raises a volatility. Every risk array is built here.
// Source: risk reference 1.2, 1.13 and 1.16.
import type { SkewShock, TermTwist, VolatilityShock } from '@openstrike/domain';
import { pow } from '@openstrike/std';

export const daysPerYear = 365;

/** The factor (30 / days)^power by which a volatility shock of 30 days is scaled. */
export const shockScale = (shock: VolatilityShock, years: number): number => {
  const days = years * daysPerYear;
  const power = days < 30 ? shock.shortPower : shock.longPower;
  return pow(30 / Math.max(days, shock.daysMin), power);
};

/** What an up shock multiplies volatilities by; they then end at least at `upVolatilityMin`. */
export const upFactor = (shock: VolatilityShock, years: number): number =>
  1 + shock.up * shockScale(shock, years);

/** What a down shock multiplies volatilities by. */
export const downFactor = (shock: VolatilityShock, years: number): number =>
  Math.max(0, 1 - shock.down * shockScale(shock, years));

/**
 * What a skew adds to 1 in the factor of a volatility; take it away instead for the other sign.
 * Units: `k` is ln(strike / forward). Source: Derive, PMRM 2; risk reference 1.13.
 */
export const skewShift = (
  skew: SkewShock,
  form: 'linear' | 'absolute',
  k: number,
  years: number,
): number => {
  const root = Math.sqrt(years);
  const linear = form === 'linear';
  const cap = linear
    ? skew.linearCap + skew.linearCapSlope * root
    : skew.absoluteCap + skew.absoluteCapSlope * root;
  const volatility = skew.widthVolatility + skew.widthVolatilitySlope * root;
  const reach = Math.max(skew.kMin, root * skew.width * volatility);
  const at = linear ? k : Math.abs(k);
  const shift = (at * cap) / reach;
  return at >= 0 ? Math.min(cap, shift) : Math.max(-cap, shift);
};

/** What a term twist multiplies volatilities of a tenor by. */
export const twistFactor = (twist: TermTwist, years: number, reverse: boolean): number => {
  const days = years * daysPerYear;
  if (days <= twist.nearDaysMax) {
    return reverse ? twist.nearFactorReverse : twist.nearFactor;
  }
  if (days >= twist.farDaysMin) {
    return reverse ? twist.farFactorReverse : twist.farFactor;
  }
  return 1;
};
