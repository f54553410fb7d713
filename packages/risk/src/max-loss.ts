// Largest loss: what a set of options of one expiry can lose at most when it is delivered, over
// every delivery price. The payoff is straight between strikes, so its least value lies at zero, at
// a strike, or in the slope beyond the last one. Long options count here at their payoff, and only
// against shorts of the same expiry.
// Shape: parallel arrays of `count` legs; sizes signed, in one unit for all; `callSign` is 1 for a
// call, -1 for a put. Whole sizes and strikes give exact payoffs, so that what offsets leaves no
// residue; that is why callers count lots rather than coins.

/** The legs of one expiry in parallel arrays, of which the first `count` entries count. */
export interface ExpiryLegs {
  count: number;
  strikes: Float64Array;
  callSigns: Int8Array;
  sizes: Float64Array;
}

/** Payoff of all legs at a delivery price, in USD times the unit of size. */
const payoffAt = (legs: ExpiryLegs, price: number): number => {
  let sum = 0;
  for (let i = 0; i < legs.count; i++) {
    const inside = (legs.callSigns[i] as number) * (price - (legs.strikes[i] as number));
    if (inside > 0) {
      sum += (legs.sizes[i] as number) * inside;
    }
  }
  return sum;
};

/** Calls held less calls sold: the slope of the payoff beyond the last strike. */
const netCalls = (legs: ExpiryLegs): number => {
  let sum = 0;
  for (let i = 0; i < legs.count; i++) {
    if ((legs.callSigns[i] as number) > 0) {
      sum += legs.sizes[i] as number;
    }
  }
  return sum;
};

/**
 * The largest loss of linear options of one expiry, with calls sold beyond those held, whose loss
 * has no bound, charged at `unpairedRate` of the forward.
 *
 * Units: USD times the unit of size, 0 when no price loses. Cost: legs squared.
 * Source: Derive, standard manager; risk reference 1.11 and 1.16.
 */
export const maxLossLinear = (legs: ExpiryLegs, forward: number, unpairedRate: number): number => {
  let least = Math.min(0, payoffAt(legs, 0));
  for (let i = 0; i < legs.count; i++) {
    least = Math.min(least, payoffAt(legs, legs.strikes[i] as number));
  }
  return -least + unpairedRate * forward * Math.max(0, -netCalls(legs)) + 0;
};

/**
 * The largest loss in coin of inverse options of one expiry; Infinity where it has no bound.
 *
 * A payoff of P dollars is P / S coins. As S rises that is at most a coin per call sold; as S falls
 * to zero it grows without bound whenever the set then owes dollars, which any put sold beyond
 * those held makes it do, a spread included. Between strikes P / S moves one way only.
 *
 * Units: coins times the unit of size, 0 when no price loses. Cost: legs squared.
 */
export const maxLossInverse = (legs: ExpiryLegs): number => {
  if (payoffAt(legs, 0) < 0) {
    return Infinity;
  }
  let least = Math.min(0, netCalls(legs));
  for (let i = 0; i < legs.count; i++) {
    const strike = legs.strikes[i] as number;
    least = Math.min(least, payoffAt(legs, strike) / strike);
  }
  return -least + 0;
};
