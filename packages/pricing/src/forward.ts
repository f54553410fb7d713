/**
 * The forward implied by put-call parity: call - put = discount (forward - strike) at every strike,
 * so a robust line through the quoted differences gives both. Where an expiry has no future of its
 * own, its forward comes from here.
 */
import { compareNumbers, err, ok, type Result } from '@openstrike/std';

/** A call and a put of one strike, in the quote currency. */
export type ParityQuote = {
  readonly strike: number;
  readonly callBid: number;
  readonly callAsk: number;
  readonly putBid: number;
  readonly putAsk: number;
};

/**
 * The implied forward, the discount factor used, and how many strikes agree within their spreads.
 */
export type ParityForward = {
  readonly forward: number;
  readonly discount: number;
  readonly agreeing: number;
  readonly used: number;
  /** The highest forward bid and lowest forward ask over the strikes; crossed when bid > ask. */
  readonly bid: number;
  readonly ask: number;
};

/**
 * The forward from quotes of both sides, by least squares with weights of one over the squared
 * width of each strike's synthetic forward, reweighted against outliers.
 * Units: of the strikes; the discount factor is a share of 1. Domain: a fixed discount factor above
 * 0, or 'fit' (at least two strikes, far apart); strikes without a bid on both sides are left out.
 * Refuses: too-few-quotes; invalid-input for a discount factor that is neither. Source: put-call
 * parity, Haug (2007), section 1.2.1; the weights are ours.
 */
export function forwardFromParity(
  quotes: readonly ParityQuote[],
  discount: number | 'fit' = 1,
): Result<ParityForward, 'too-few-quotes' | 'invalid-input'> {
  if (discount !== 'fit' && !(discount > 0 && Number.isFinite(discount))) {
    return err('invalid-input');
  }
  const used = quotes.filter(
    (q) => q.callBid > 0 && q.putBid > 0 && q.callAsk >= q.callBid && q.putAsk >= q.putBid,
  );
  if (used.length < (discount === 'fit' ? 2 : 1)) {
    return err('too-few-quotes');
  }
  const gaps = used.map((q) => 0.5 * (q.callBid + q.callAsk - q.putBid - q.putAsk));
  const halves = used.map((q) =>
    Math.max(0.5 * (q.callAsk - q.callBid + q.putAsk - q.putBid), 1e-9 * q.strike),
  );
  const fixed = discount === 'fit' ? undefined : discount;
  let factor = fixed ?? fittedDiscount(used, gaps);
  let forward = weightedMedian(
    used.map((q, i) => q.strike + (gaps[i] as number) / factor),
    halves,
  );
  for (let pass = 0; pass < 8; pass++) {
    const line = weightedLine(used, gaps, halves, forward, factor, fixed);
    forward = line.forward;
    factor = line.factor;
  }
  let agreeing = 0;
  let bid = Number.NEGATIVE_INFINITY;
  let ask = Number.POSITIVE_INFINITY;
  for (const q of used) {
    const low = q.strike + (q.callBid - q.putAsk) / factor;
    const high = q.strike + (q.callAsk - q.putBid) / factor;
    agreeing += forward >= low && forward <= high ? 1 : 0;
    bid = Math.max(bid, low);
    ask = Math.min(ask, high);
  }
  return ok({ forward, discount: factor, agreeing, used: used.length, bid, ask });
}

/** The slope of the line through all pairs of strikes, by its median. */
function fittedDiscount(quotes: readonly ParityQuote[], gaps: readonly number[]): number {
  const slopes: number[] = [];
  for (let i = 0; i < quotes.length; i++) {
    for (let j = 0; j < i; j++) {
      const run = (quotes[i] as ParityQuote).strike - (quotes[j] as ParityQuote).strike;
      if (run !== 0) {
        slopes.push(((gaps[j] as number) - (gaps[i] as number)) / run);
      }
    }
  }
  slopes.sort(compareNumbers);
  const middle = slopes[slopes.length >> 1] ?? 1;
  return Math.min(Math.max(middle, 0.2), 2);
}

function weightedMedian(values: readonly number[], halves: readonly number[]): number {
  const order = values.map((value, i) => ({ value, weight: 1 / (halves[i] as number) }));
  order.sort((a, b) => compareNumbers(a.value, b.value));
  let rest = 0.5 * order.reduce((sum, { weight }) => sum + weight, 0);
  for (const { value, weight } of order) {
    rest -= weight;
    if (rest <= 0) {
      return value;
    }
  }
  return values[0] as number;
}

/** One pass of reweighted least squares of gap = factor (forward - strike). */
function weightedLine(
  quotes: readonly ParityQuote[],
  gaps: readonly number[],
  halves: readonly number[],
  forward: number,
  factor: number,
  fixed: number | undefined,
): { forward: number; factor: number } {
  let sum = 0;
  let sumX = 0;
  let sumY = 0;
  let sumXX = 0;
  let sumXY = 0;
  for (const [i, q] of quotes.entries()) {
    const x = q.strike - forward;
    const y = gaps[i] as number;
    const half = halves[i] as number;
    const r = (y + factor * x) / half;
    const weight = 1 / (half * half * (1 + r * r));
    sum += weight;
    sumX += weight * x;
    sumY += weight * y;
    sumXX += weight * x * x;
    sumXY += weight * x * y;
  }
  const spread = sum * sumXX - sumX * sumX;
  const slope =
    fixed ?? (spread > 1e-12 * sum * sumXX ? -(sum * sumXY - sumX * sumY) / spread : factor);
  return { forward: forward + (sumY + slope * sumX) / (sum * slope), factor: slope };
}
