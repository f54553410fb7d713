/**
 * Realised volatility from bars or prices, annualised on the clock of 365 days that trades around
 * the clock keep. Each estimator is a plain function of its series; none looks ahead.
 * Source: named at each function.
 */
import { assert, log } from '@openstrike/std';

/** One period of trading. Prices above 0. */
export type Bar = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
};

/**
 * Periods of the given length in a year of 365 days.
 * Units: periods a year, from minutes. Domain: above 0. Source: definition.
 */
export function periodsPerYear(periodMinutes: number): number {
  return 525_600 / periodMinutes;
}

/**
 * Close-to-close: the sample deviation of log returns, or their root mean square when `zeroMean`.
 * Units: annualised, 1 = 100 %. Domain: three prices or more (two when zeroMean), above 0. Source:
 * definition, as in Haug (2007), section 12.1.
 */
export function closeToClose(closes: readonly number[], perYear: number, zeroMean = false): number {
  const returns = logReturns(closes);
  assert(returns.length >= (zeroMean ? 1 : 2), 'close-to-close needs more prices');
  let sum = 0;
  let squares = 0;
  for (const r of returns) {
    sum += r;
    squares += r * r;
  }
  const count = returns.length;
  const variance = zeroMean ? squares / count : (squares - (sum * sum) / count) / (count - 1);
  return Math.sqrt(Math.max(variance, 0) * perYear);
}

/**
 * Parkinson's range estimator.
 * Units: annualised, 1 = 100 %. Domain: one bar or more.
 * Source: Parkinson (1980), The extreme value method, eq. 7.
 */
export function parkinson(bars: readonly Bar[], perYear: number): number {
  return annualised(bars, perYear, ({ high, low }) => {
    const range = log(high / low);
    return (range * range) / (4 * 0.6931471805599453);
  });
}

/**
 * Garman and Klass's practical estimator.
 * Units: annualised, 1 = 100 %. Domain: one bar or more.
 * Source: Garman and Klass (1980), eq. 20 (sigma 5).
 */
export function garmanKlass(bars: readonly Bar[], perYear: number): number {
  return annualised(bars, perYear, ({ open, high, low, close }) => {
    const range = log(high / low);
    const move = log(close / open);
    return 0.5 * range * range - (2 * 0.6931471805599453 - 1) * move * move;
  });
}

/**
 * Rogers and Satchell's estimator, free of the drift.
 * Units: annualised, 1 = 100 %. Domain: one bar or more.
 * Source: Rogers and Satchell (1991), eq. 3.
 */
export function rogersSatchell(bars: readonly Bar[], perYear: number): number {
  return annualised(bars, perYear, rogersSatchellTerm);
}

/**
 * Yang and Zhang's estimator: overnight, open-to-close and Rogers-Satchell parts, free of drift and
 * of opening jumps. Units: annualised, 1 = 100 %. Domain: three bars or more.
 * Source: Yang and Zhang (2000), eq. 7 and 8.
 */
export function yangZhang(bars: readonly Bar[], perYear: number): number {
  const count = bars.length - 1;
  assert(count >= 2, 'Yang-Zhang needs three bars');
  const overnight: number[] = [];
  const daily: number[] = [];
  let term = 0;
  for (let i = 1; i <= count; i++) {
    const bar = bars[i] as Bar;
    overnight.push(log(bar.open / (bars[i - 1] as Bar).close));
    daily.push(log(bar.close / bar.open));
    term += rogersSatchellTerm(bar);
  }
  const k = 0.34 / (1.34 + (count + 1) / (count - 1));
  const variance = sampleVariance(overnight) + k * sampleVariance(daily) + ((1 - k) * term) / count;
  return Math.sqrt(Math.max(variance, 0) * perYear);
}

/**
 * Bipower variation, robust to jumps: pi/2 times the mean product of neighbouring absolute returns.
 * Units: annualised, 1 = 100 %. Domain: three prices or more.
 * Source: Barndorff-Nielsen and Shephard (2004), Power and bipower variation, eq. 6.
 */
export function bipower(prices: readonly number[], perYear: number): number {
  const returns = logReturns(prices);
  assert(returns.length >= 2, 'bipower variation needs three prices');
  let sum = 0;
  for (let i = 1; i < returns.length; i++) {
    sum += Math.abs(returns[i] as number) * Math.abs(returns[i - 1] as number);
  }
  return Math.sqrt((1.5707963267948966 * sum * perYear) / (returns.length - 1));
}

/**
 * Two-scale realised volatility, free of the noise of quotes to first order: the average over
 * `slow` subsampled grids less its share of the fast grid's variance, with the correction for small
 * samples.
 * Units: annualised, 1 = 100 %. Domain: slow at least 2, more prices than slow + 1; 0 where the
 * noise outweighs the variance. Source: Zhang, Mykland and Ait-Sahalia (2005), A tale of two time
 * scales, eq. 55 and 64.
 */
export function twoScale(prices: readonly number[], slow: number, perYear: number): number {
  const count = prices.length - 1;
  assert(slow >= 2 && count > slow, 'two scales need more prices than the slow step');
  const logs = prices.map((price) => log(price));
  let fast = 0;
  for (let i = 1; i <= count; i++) {
    fast += square((logs[i] as number) - (logs[i - 1] as number));
  }
  let averaged = 0;
  for (let i = slow; i <= count; i++) {
    averaged += square((logs[i] as number) - (logs[i - slow] as number));
  }
  averaged /= slow;
  const share = (count - slow + 1) / slow / count;
  const variance = (averaged - share * fast) / (1 - share);
  return Math.sqrt((Math.max(variance, 0) * perYear) / count);
}

function rogersSatchellTerm({ open, high, low, close }: Bar): number {
  return log(high / close) * log(high / open) + log(low / close) * log(low / open);
}

function annualised(
  bars: readonly Bar[],
  perYear: number,
  varianceOf: (bar: Bar) => number,
): number {
  assert(bars.length > 0, 'an estimate needs at least one bar');
  let sum = 0;
  for (const bar of bars) {
    sum += varianceOf(bar);
  }
  return Math.sqrt((Math.max(sum, 0) / bars.length) * perYear);
}

function sampleVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + square(value - mean), 0) / (values.length - 1);
}

function square(x: number): number {
  return x * x;
}

function logReturns(prices: readonly number[]): number[] {
  return prices.slice(1).map((price, i) => log(price / (prices[i] as number)));
}
