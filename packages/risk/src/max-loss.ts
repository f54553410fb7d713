// Largest loss: what options and futures of one expiry can lose at most when they are delivered,
// over every delivery price. The payoff is straight between strikes, so its least value lies at
// zero, at a strike, or in the slope beyond the last one. Long options count here at their payoff,
// and only against what is of the same expiry; a future at what it makes from its present mark on,
// since all up to the mark is in the equity.
// Shape: parallel arrays of `count` legs; sizes signed, in one unit for all; `callSign` is 1 for a
// call, -1 for a put. Whole sizes and strikes give exact payoffs, so that what offsets leaves no
// residue; that is why callers count lots rather than coins. Legs whose strikes do not ascend are
// put in order, so that one walk over them tells all payoffs.

/** The legs of one expiry in parallel arrays, of which the first `count` entries count. */
export interface ExpiryLegs {
  count: number;
  strikes: Float64Array;
  callSigns: Int8Array;
  sizes: Float64Array;
  /**
   * Futures, all together: they pay so many dollars for each that the delivery price is high, less
   * what they are worth at the mark, both times the unit of size and negative for those sold. An
   * inverse future of N dollars marked at F is N / F and N: in coin it pays N / F - N / S. None
   * where they are left out.
   */
  futureSlope?: number;
  futureWorth?: number;
}

/** Exchanges two legs. */
const swap = ({ strikes, callSigns, sizes }: ExpiryLegs, a: number, b: number): void => {
  for (const column of [strikes, callSigns, sizes]) {
    const kept = column[a] as number;
    column[a] = column[b] as number;
    column[b] = kept;
  }
};

/** Puts legs in the order of their strikes. Cost: one pass where they are. */
const sortByStrike = (legs: ExpiryLegs): void => {
  const { strikes, count } = legs;
  for (let i = 1; i < count; i++) {
    for (let at = i; at > 0 && (strikes[at - 1] as number) > (strikes[at] as number); at--) {
      swap(legs, at - 1, at);
    }
  }
};

/** The payoff at a delivery price of zero, in USD times the unit of size, and its slope there. */
const start = { payoff: 0, slope: 0 };

/** Puts held pay their strike at zero, and a dollar less for each that the price rises. */
const startAtZero = (legs: ExpiryLegs): void => {
  const { count, strikes, callSigns, sizes, futureSlope = 0, futureWorth = 0 } = legs;
  let payoff = -futureWorth;
  let slope = futureSlope;
  for (let i = 0; i < count; i++) {
    if ((callSigns[i] as number) > 0) continue;
    payoff += (sizes[i] as number) * (strikes[i] as number);
    slope -= sizes[i] as number;
  }
  start.payoff = payoff;
  start.slope = slope;
};

/**
 * The largest loss of linear options and futures of one expiry, with calls and futures sold beyond
 * those held, whose loss has no bound, charged at `unpairedRate` of the forward.
 *
 * Units: USD times the unit of size, 0 when no price loses. Cost: legs, where their strikes ascend.
 * Source: Derive, standard manager; risk reference 1.11 and 1.16.
 */
export const maxLossLinear = (legs: ExpiryLegs, forward: number, unpairedRate: number): number => {
  sortByStrike(legs);
  startAtZero(legs);
  const { count, strikes, sizes } = legs;
  let { payoff, slope } = start;
  let price = 0;
  let least = Math.min(0, payoff);
  for (let i = 0; i < count; i++) {
    const strike = strikes[i] as number;
    payoff += slope * (strike - price);
    price = strike;
    slope += sizes[i] as number;
    if (payoff < least) least = payoff;
  }
  // Beyond the last strike the slope is calls and futures held less those sold.
  return -least + unpairedRate * forward * Math.max(0, -slope) + 0;
};

/**
 * The largest loss in coin of inverse options and futures of one expiry; Infinity where it has no
 * bound.
 *
 * A payoff of P dollars is P / S coins. As S rises that is at most a coin per call sold, and what a
 * future sold is worth at the mark. As S falls to zero it grows without bound whenever the set then
 * owes dollars, which any put sold beyond those held makes it do, a spread included, and any future
 * held for more dollars than puts pay; so below a price that is the `floor` the loss is one in
 * dollars, and they count in coin at the floor. Whoever keeps so many coins has them as long as
 * the price is above it, and needs more by the time that it is there. Between strikes P / S moves
 * one way only.
 *
 * Units: coins times the unit of size, 0 when no price loses; `floor` in USD, 0 for none. Cost:
 * legs, where their strikes ascend. Source: risk reference 1.16, and 7 for dollars and coins.
 */
export const maxLossInverse = (legs: ExpiryLegs, floor = 0): number => {
  sortByStrike(legs);
  startAtZero(legs);
  const { count, strikes, sizes } = legs;
  let { payoff, slope } = start;
  if (payoff < 0 && floor === 0) return Infinity;
  let price = 0;
  let least = payoff < 0 ? payoff / floor : 0;
  for (let i = 0; i <= count; i++) {
    const strike = i < count ? (strikes[i] as number) : Infinity;
    if (price < floor && floor < strike) {
      least = Math.min(least, (payoff + slope * (floor - price)) / floor);
    }
    if (i === count) break;
    payoff += slope * (strike - price);
    price = strike;
    slope += sizes[i] as number;
    least = Math.min(least, payoff / Math.max(strike, floor));
  }
  return -Math.min(least, slope) + 0;
};
