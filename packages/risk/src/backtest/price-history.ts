// Price history: bars of an index, and the volatility that options would have been quoted at, told
// from the bars alone. It stands in for quotes where none were kept, and reacts as they do: at
// once, and more at the near end. Invariant: nothing looks ahead of its bar.
import { exp, log } from '@openstrike/std';

export interface Bar {
  /** End of the bar, in hours since any fixed instant. */
  readonly endHours: number;
  readonly close: number;
}

export interface VolatilityModel {
  /** Half-life of the weighted variance of closes, in hours. */
  readonly halfLifeHours: number;
  /** Where the far end of the term structure rests, and what it starts from: 0.6 is 60 %. */
  readonly longRun: number;
  /** How fast the near end returns to it, per year. */
  readonly meanReversion: number;
  /** Quoted over realised volatility. */
  readonly premium: number;
  readonly floor: number;
  /** Smile in deviations from the forward: 1 + slope * d + curvature * d^2, of the money's own. */
  readonly skewSlope: number;
  readonly skewCurvature: number;
}

/** What a history is read with unless told otherwise. */
export const usualVolatility: VolatilityModel = {
  halfLifeHours: 240,
  longRun: 0.6,
  meanReversion: 6,
  premium: 1.1,
  floor: 0.25,
  skewSlope: -0.05,
  skewCurvature: 0.04,
};

const hoursPerYear = 365 * 24;
/** Deviations beyond which the smile is flat. */
const smileEnd = 4;

/**
 * The variance a year, realised up to the end of each bar.
 *
 * Domain: bars ascend; a gap between them counts with its whole length.
 */
export const realisedVariances = (bars: readonly Bar[], model: VolatilityModel): Float64Array => {
  const variances = new Float64Array(bars.length);
  let variance = model.longRun * model.longRun;
  for (const [i, bar] of bars.entries()) {
    const before = bars[i - 1];
    if (before !== undefined) {
      const hours = bar.endHours - before.endHours;
      const move = log(bar.close / before.close);
      const kept = exp((-0.6931471805599453 * hours) / model.halfLifeHours);
      variance = kept * variance + (1 - kept) * (move * move * (hoursPerYear / hours));
    }
    variances[i] = variance;
  }
  return variances;
};

/** Volatility at the money for so many years, where realised variance a year is as given. */
export const moneyVolatility = (
  variance: number,
  years: number,
  model: VolatilityModel,
): number => {
  const { longRun, meanReversion, premium, floor } = model;
  const pull = meanReversion * years;
  const share = pull < 1e-6 ? 1 : (1 - exp(-pull)) / pull;
  const mean = longRun * longRun + (variance - longRun * longRun) * share;
  return Math.max(floor, premium * Math.sqrt(Math.max(mean, 0)));
};

/** Volatility of a strike: the money's own, and its smile. */
export const strikeVolatility = (
  money: number,
  forward: number,
  strike: number,
  years: number,
  model: VolatilityModel,
): number => {
  const deviation = money * Math.sqrt(Math.max(years, 1 / hoursPerYear));
  const far = log(strike / forward) / deviation;
  const d = Math.max(-smileEnd, Math.min(smileEnd, far));
  return Math.max(model.floor, money * (1 + model.skewSlope * d + model.skewCurvature * d * d));
};
