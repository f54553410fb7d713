// Thirty-day volatility: one number for the level of an index's implied volatility. Rule: in each
// expiry the at-the-money total variance is interpolated linearly in log-moneyness between the two
// strikes around the forward (their mark volatilities averaged over call and put); between the two
// expiries around 30 days total variance is interpolated linearly in time; outside the listed
// expiries the nearest one's volatility holds.
import { type Instrument, type InstrumentId, usPerDay, usPerYear } from '@openstrike/domain';
import type { MarkColumns } from './event-compactor.ts';

interface Smile {
  readonly expiryUs: number;
  readonly forward: number;
  /** Sum and count of mark volatilities by strike. */
  readonly strikes: Map<number, { sum: number; count: number }>;
}

const horizonUs = 30 * usPerDay;

/**
 * The 30-day volatility that these marks say, an annualised fraction; null where no expiry says
 * one.
 */
export const thirtyDayVolatility = (
  marks: MarkColumns,
  instrumentOf: (id: InstrumentId) => Instrument | undefined,
): number | null => {
  const points: { years: number; iv: number }[] = [];
  for (const smile of smilesOf(marks, instrumentOf)) {
    const iv = atTheMoneyIv(smile);
    if (iv !== null) {
      points.push({ years: (smile.expiryUs - marks.tsUs) / usPerYear, iv });
    }
  }
  points.sort((a, b) => a.years - b.years);
  const horizon = horizonUs / usPerYear;
  const after = points.find((point) => point.years >= horizon);
  const before = points.findLast((point) => point.years < horizon);
  if (before === undefined || after === undefined) {
    return (before ?? after)?.iv ?? null;
  }
  const share = (horizon - before.years) / (after.years - before.years);
  const [low, high] = [before.iv ** 2 * before.years, after.iv ** 2 * after.years];
  return Math.sqrt((low + (high - low) * share) / horizon);
};

const smilesOf = (
  marks: MarkColumns,
  instrumentOf: (id: InstrumentId) => Instrument | undefined,
): Smile[] => {
  const smiles = new Map<number, Smile>();
  marks.instrumentIds.forEach((id, row) => {
    const option = instrumentOf(id as InstrumentId);
    const iv = marks.markIv[row] as number;
    if (!option?.strike || option.expiryUs === null || option.expiryUs <= marks.tsUs || !(iv > 0)) {
      return;
    }
    let smile = smiles.get(option.expiryUs);
    if (smile === undefined) {
      const forward = marks.underlyingPrice[row] as number;
      smile = { expiryUs: option.expiryUs, forward, strikes: new Map() };
      smiles.set(option.expiryUs, smile);
    }
    const point = smile.strikes.get(option.strike);
    if (point === undefined) {
      smile.strikes.set(option.strike, { sum: iv, count: 1 });
    } else {
      point.sum += iv;
      point.count++;
    }
  });
  return [...smiles.values()];
};

const atTheMoneyIv = ({ forward, strikes }: Smile): number | null => {
  let below: { k: number; iv: number } | null = null;
  let above: { k: number; iv: number } | null = null;
  for (const [strike, { sum, count }] of strikes) {
    const k = Math.log(strike / forward);
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
  return Math.sqrt(below.iv ** 2 + (above.iv ** 2 - below.iv ** 2) * share);
};
