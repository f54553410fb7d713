// Thirty-day volatility: one number for the level of an index's implied volatility. Rule: in each
// expiry the at-the-money total variance is interpolated linearly in log-moneyness between the two
// strikes around the forward (mark volatilities averaged over call and put); between the two
// expiries around 30 days total variance is interpolated linearly in time; outside the listed
// expiries the nearest one's volatility holds.
import { type TsUs, usPerDay, usPerYear } from '@openstrike/domain';
import { log } from '@openstrike/std';

/** One option's mark. */
export interface MarkedOption {
  readonly expiryUs: TsUs;
  readonly strike: number;
  readonly forward: number;
  /** Annualised fraction; options without a positive one are passed over. */
  readonly markIv: number;
}

interface Smile {
  readonly expiryUs: TsUs;
  readonly forward: number;
  /** Sum and count of mark volatilities by strike. */
  readonly strikes: Map<number, { sum: number; count: number }>;
}

const horizonYears = (30 * usPerDay) / usPerYear;

/**
 * What these marks of one index say, an annualised fraction; null where no expiry says anything.
 */
export const thirtyDayVolatility = (
  options: Iterable<MarkedOption>,
  nowUs: TsUs,
): number | null => {
  const points: { years: number; iv: number }[] = [];
  for (const smile of smilesOf(options, nowUs)) {
    const iv = atTheMoneyIv(smile);
    if (iv !== null) {
      points.push({ years: (smile.expiryUs - nowUs) / usPerYear, iv });
    }
  }
  points.sort((a, b) => a.years - b.years);
  const after = points.find((point) => point.years >= horizonYears);
  const before = points.findLast((point) => point.years < horizonYears);
  if (before === undefined || after === undefined) {
    return (before ?? after)?.iv ?? null;
  }
  const share = (horizonYears - before.years) / (after.years - before.years);
  const low = before.iv * before.iv * before.years;
  const high = after.iv * after.iv * after.years;
  return Math.sqrt((low + (high - low) * share) / horizonYears);
};

const smilesOf = (options: Iterable<MarkedOption>, nowUs: TsUs): Smile[] => {
  const smiles = new Map<TsUs, Smile>();
  for (const { expiryUs, strike, forward, markIv } of options) {
    if (expiryUs <= nowUs || !(markIv > 0)) {
      continue;
    }
    let smile = smiles.get(expiryUs);
    if (smile === undefined) {
      smile = { expiryUs, forward, strikes: new Map() };
      smiles.set(expiryUs, smile);
    }
    const point = smile.strikes.get(strike);
    if (point === undefined) {
      smile.strikes.set(strike, { sum: markIv, count: 1 });
    } else {
      point.sum += markIv;
      point.count++;
    }
  }
  return [...smiles.values()];
};

const atTheMoneyIv = ({ forward, strikes }: Smile): number | null => {
  let below: { k: number; iv: number } | null = null;
  let above: { k: number; iv: number } | null = null;
  for (const [strike, { sum, count }] of strikes) {
    const k = log(strike / forward);
    if (k <= 0 && (below === null || k > below.k)) {
      below = { k, iv: sum / count };
    }
    if (k >= 0 && (above === null || k < above.k)) {
      above = { k, iv: sum / count };
    }
  }
  if (below === null || above === null || below.k === above.k) {
    return (below ?? above)?.iv ?? null;
  }
  const share = -below.k / (above.k - below.k);
  const low = below.iv * below.iv;
  return Math.sqrt(low + (above.iv * above.iv - low) * share);
};
