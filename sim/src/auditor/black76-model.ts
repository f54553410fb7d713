// Black-76 model: an undiscounted put and its greeks by the textbook, with a normal distribution
// summed term by term. Slow and obvious; good to about fourteen digits, absolute.
// Source: F. Black, The pricing of commodity contracts (1976); M. Abramowitz and I. Stegun,
// Handbook of Mathematical Functions, 26.2.10 and 26.2.14.

const root = Math.sqrt(2 * Math.PI);

const density = (x: number): number => Math.exp((-x * x) / 2) / root;

/** The share of a normal distribution below a value. */
export const normalBelow = (x: number): number => {
  if (x > 0) return 1 - normalBelow(-x);
  if (x < -9) return 0;
  if (x < -3.5) {
    // A continued fraction, from its tail on.
    let tail = -x;
    for (let k = 60; k > 0; k--) tail = -x + k / tail;
    return density(x) / tail;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + density(x) * sum;
};

/** The value of a put, in units of the forward. */
export const putValue = (
  forward: number,
  strike: number,
  years: number,
  volatility: number,
): number => {
  const deviation = volatility * Math.sqrt(years);
  if (!(deviation > 0)) return Math.max(0, strike - forward);
  const d1 = Math.log(forward / strike) / deviation + deviation / 2;
  return strike * normalBelow(deviation - d1) - forward * normalBelow(-d1);
};

/** What the value changes by per unit of the forward, and per 1 of volatility. */
export const greeksOf = (
  forward: number,
  strike: number,
  years: number,
  volatility: number,
  call: boolean,
): { readonly delta: number; readonly vega: number } => {
  const deviation = volatility * Math.sqrt(years);
  if (!(deviation > 0)) {
    const above = forward > strike ? 1 : forward === strike ? 0.5 : 0;
    return { delta: call ? above : above - 1, vega: 0 };
  }
  const d1 = Math.log(forward / strike) / deviation + deviation / 2;
  const below = normalBelow(d1);
  return { delta: call ? below : below - 1, vega: forward * density(d1) * Math.sqrt(years) };
};
