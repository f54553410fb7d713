// Thirty-day volatility: the at-the-money implied volatility of an index, interpolated to 30
// days. Invariant: total variance is interpolated linearly in time between the two expiries
// around 30 days, and held flat outside; null where no option has a mark.
import { type IndexName, type TsUs, usPerDay, usPerYear } from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';

interface Point {
  readonly tauYears: number;
  readonly iv: number;
}

const targetYears: number = (30 * usPerDay) / usPerYear;

/** The implied volatility at the strike nearest to the forward, per expiry, ascending. */
const atTheMoney = (feeds: Feeds, indexName: IndexName, nowUs: TsUs): readonly Point[] => {
  const best = new Map<number, Point & { readonly distance: number }>();
  for (const instrument of feeds.instruments({ currency: null, kind: 'option', expired: false })) {
    const { expiryUs, strike } = instrument;
    if (instrument.indexName !== indexName || expiryUs === null || strike === null) continue;
    const ticker = feeds.ticker(instrument.id);
    if (ticker === null || !(ticker.markIv > 0) || expiryUs <= nowUs) continue;
    const distance = Math.abs(strike - ticker.underlyingPrice);
    const held = best.get(expiryUs);
    if (held !== undefined && held.distance <= distance) continue;
    best.set(expiryUs, { tauYears: (expiryUs - nowUs) / usPerYear, iv: ticker.markIv, distance });
  }
  return [...best.values()].sort((a, b) => a.tauYears - b.tauYears);
};

/**
 * The volatility of an index over the coming 30 days, an annualised fraction.
 *
 * Source: the interpolation of the VIX white paper (CBOE, 2019), on at-the-money marks.
 */
export const thirtyDayVolatility = (
  feeds: Feeds,
  indexName: IndexName,
  nowUs: TsUs,
): number | null => {
  const points = atTheMoney(feeds, indexName, nowUs);
  const later = points.find((point) => point.tauYears >= targetYears);
  const earlier = points.findLast((point) => point.tauYears < targetYears);
  if (earlier === undefined || later === undefined) return (earlier ?? later)?.iv ?? null;
  const share = (targetYears - earlier.tauYears) / (later.tauYears - earlier.tauYears);
  const early = earlier.iv * earlier.iv * earlier.tauYears;
  const late = later.iv * later.iv * later.tauYears;
  return Math.sqrt((early + share * (late - early)) / targetYears);
};
