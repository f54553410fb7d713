/**
 * Multi-leg positions: what they pay, where they break even, how likely they profit and what their
 * greeks sum to. Legs are options of one underlying, or the underlying itself; quantities are
 * signed.
 */
import { assert, compareNumbers, log, normCdf, type OptionType } from '@openstrike/std';
import { black76, signOf } from './black76.ts';
import { black76Greeks, GREEK_COUNT, inverseGreeks } from './black76-greeks.ts';

/** One leg. Quantity is signed: above 0 long, below 0 short. */
export type OptionLeg = {
  readonly kind: 'option';
  readonly optionType: OptionType;
  readonly strike: number;
  readonly quantity: number;
  /** Years from the position's first expiry to this leg's; 0 for most. */
  readonly laterYears?: number;
};
export type UnderlyingLeg = { readonly kind: 'underlying'; readonly quantity: number };
export type Leg = OptionLeg | UnderlyingLeg;

/** How an option pays: in the quote currency, or in coin at the price of expiry. */
export type PayoffStyle = 'linear' | 'inverse';

function isUnderlying(leg: Leg): leg is UnderlyingLeg {
  assert(leg.kind === 'option' || leg.kind === 'underlying', 'a leg is an option or underlying');
  return leg.kind === 'underlying';
}

function isLinear(style: PayoffStyle): boolean {
  assert(style === 'linear' || style === 'inverse', 'a payoff style is linear or inverse');
  return style === 'linear';
}

function volatilityOf(volatilities: readonly number[], i: number): number {
  assert(i < volatilities.length, 'each leg has a volatility');
  return volatilities[i] as number;
}

function option(optionType: OptionType, strike: number, quantity: number, laterYears = 0): Leg {
  return { kind: 'option', optionType, strike, quantity, laterYears };
}

/** The named strategies; strikes ascend unless told, one unit of each, long the strategy. */
export const STRATEGIES = {
  longCall: (k: number): Leg[] => [option('call', k, 1)],
  longPut: (k: number): Leg[] => [option('put', k, 1)],
  shortCall: (k: number): Leg[] => [option('call', k, -1)],
  shortPut: (k: number): Leg[] => [option('put', k, -1)],
  coveredCall: (k: number): Leg[] => [{ kind: 'underlying', quantity: 1 }, option('call', k, -1)],
  protectivePut: (k: number): Leg[] => [{ kind: 'underlying', quantity: 1 }, option('put', k, 1)],
  collar: (put: number, call: number): Leg[] => [
    { kind: 'underlying', quantity: 1 },
    option('put', put, 1),
    option('call', call, -1),
  ],
  syntheticForward: (k: number): Leg[] => [option('call', k, 1), option('put', k, -1)],
  bullCallSpread: (low: number, high: number): Leg[] => [
    option('call', low, 1),
    option('call', high, -1),
  ],
  bearPutSpread: (low: number, high: number): Leg[] => [
    option('put', low, -1),
    option('put', high, 1),
  ],
  bullPutSpread: (low: number, high: number): Leg[] => [
    option('put', low, 1),
    option('put', high, -1),
  ],
  bearCallSpread: (low: number, high: number): Leg[] => [
    option('call', low, -1),
    option('call', high, 1),
  ],
  straddle: (k: number): Leg[] => [option('call', k, 1), option('put', k, 1)],
  strangle: (put: number, call: number): Leg[] => [option('put', put, 1), option('call', call, 1)],
  strip: (k: number): Leg[] => [option('call', k, 1), option('put', k, 2)],
  strap: (k: number): Leg[] => [option('call', k, 2), option('put', k, 1)],
  riskReversal: (put: number, call: number): Leg[] => [
    option('put', put, -1),
    option('call', call, 1),
  ],
  callButterfly: (low: number, middle: number, high: number): Leg[] => [
    option('call', low, 1),
    option('call', middle, -2),
    option('call', high, 1),
  ],
  putButterfly: (low: number, middle: number, high: number): Leg[] => [
    option('put', low, 1),
    option('put', middle, -2),
    option('put', high, 1),
  ],
  ironButterfly: (low: number, middle: number, high: number): Leg[] => [
    option('put', low, 1),
    option('put', middle, -1),
    option('call', middle, -1),
    option('call', high, 1),
  ],
  callCondor: (k1: number, k2: number, k3: number, k4: number): Leg[] => [
    option('call', k1, 1),
    option('call', k2, -1),
    option('call', k3, -1),
    option('call', k4, 1),
  ],
  ironCondor: (k1: number, k2: number, k3: number, k4: number): Leg[] => [
    option('put', k1, 1),
    option('put', k2, -1),
    option('call', k3, -1),
    option('call', k4, 1),
  ],
  callRatioSpread: (low: number, high: number): Leg[] => [
    option('call', low, 1),
    option('call', high, -2),
  ],
  putRatioSpread: (low: number, high: number): Leg[] => [
    option('put', high, 1),
    option('put', low, -2),
  ],
  jadeLizard: (put: number, call: number, wing: number): Leg[] => [
    option('put', put, -1),
    option('call', call, -1),
    option('call', wing, 1),
  ],
  box: (low: number, high: number): Leg[] => [
    option('call', low, 1),
    option('call', high, -1),
    option('put', low, -1),
    option('put', high, 1),
  ],
  callCalendar: (k: number, laterYears: number): Leg[] => [
    option('call', k, -1),
    option('call', k, 1, laterYears),
  ],
  putCalendar: (k: number, laterYears: number): Leg[] => [
    option('put', k, -1),
    option('put', k, 1, laterYears),
  ],
} as const;

/**
 * What the legs are worth at their expiry at a price of the underlying.
 * Units: quote currency, or coin for inverse legs (the underlying leg then pays its quantity).
 * Domain: price above 0; legs that expire later count at intrinsic value. Throws: at a word that is
 * no kind, option type or style. Source: definition.
 */
export function payoffAt(
  legs: readonly Leg[],
  price: number,
  style: PayoffStyle = 'linear',
): number {
  let sum = 0;
  for (const leg of legs) {
    if (isUnderlying(leg)) {
      sum += leg.quantity * price;
    } else {
      const gap = signOf(leg.optionType) * (price - leg.strike);
      sum += gap > 0 ? leg.quantity * gap : 0;
    }
  }
  return isLinear(style) ? sum : sum / price;
}

/**
 * What the legs are worth before expiry by Black-76, with one volatility per leg.
 * Units and Throws: as payoffAt. Shape: a volatility for each leg in their order, ignored for the
 * underlying. Domain: as black76. Source: as black76, summed.
 */
export function valueAt(
  legs: readonly Leg[],
  forward: number,
  timeYears: number,
  volatilities: readonly number[],
  style: PayoffStyle = 'linear',
): number {
  let sum = 0;
  for (const [i, leg] of legs.entries()) {
    if (isUnderlying(leg)) {
      sum += leg.quantity * forward;
    } else {
      const sign = signOf(leg.optionType);
      const years = timeYears + (leg.laterYears ?? 0);
      sum +=
        leg.quantity * black76(forward, leg.strike, years, volatilityOf(volatilities, i), sign);
    }
  }
  return isLinear(style) ? sum : sum / forward;
}

/**
 * The prices at which payoff less cost crosses zero, ascending, exact up to rounding: the payoff is
 * a broken line with corners at the strikes.
 * Units: cost in the quote currency, or coin for inverse. Domain: prices above 0. Source:
 * definition.
 */
export function breakEvens(
  legs: readonly Leg[],
  cost: number,
  style: PayoffStyle = 'linear',
): number[] {
  // In coin, payoff / price = cost where payoff - cost price = 0: again a broken line.
  const profit = (price: number): number =>
    isLinear(style) ? payoffAt(legs, price) - cost : payoffAt(legs, price) - cost * price;
  const strikes = legs.flatMap((leg) => (leg.kind === 'option' ? [leg.strike] : []));
  const corners = [0, ...new Set(strikes)].sort(compareNumbers);
  const found: number[] = [];
  const add = (price: number): void => {
    if (price > 0 && price !== found[found.length - 1]) {
      found.push(price);
    }
  };
  for (const [i, left] of corners.entries()) {
    const right = corners[i + 1];
    const atLeft = profit(left);
    if (atLeft === 0) {
      add(left);
    }
    const slope =
      right === undefined ? profit(left + 1) - atLeft : (profit(right) - atLeft) / (right - left);
    if (slope !== 0 && atLeft !== 0) {
      const crossing = left - atLeft / slope;
      if (crossing > left && (right === undefined || crossing < right)) {
        add(crossing);
      }
    }
  }
  return found;
}

/**
 * Highest profit and loss of payoff less cost over all prices.
 * Units: quote currency. Domain: linear legs; Infinity where unbounded. Source: definition.
 */
export function profitBounds(
  legs: readonly Leg[],
  cost: number,
): { readonly profitMax: number; readonly lossMax: number } {
  const strikes = legs.flatMap((leg) => (leg.kind === 'option' ? [leg.strike] : []));
  const corners = [0, ...strikes].map((price) => payoffAt(legs, price) - cost);
  const highest = Math.max(...strikes, 0);
  const slope = payoffAt(legs, highest + 1) - payoffAt(legs, highest);
  const top = slope > 0 ? Number.POSITIVE_INFINITY : Math.max(...corners);
  const bottom = slope < 0 ? Number.NEGATIVE_INFINITY : Math.min(...corners);
  return { profitMax: top, lossMax: -bottom };
}

/**
 * The probability that payoff less cost is above zero at expiry, under a lognormal price whose
 * volatility may differ at each break-even (from the smile).
 * Units: 0 to 1. Holds: the forward as the mean. Domain: time and volatilities above 0. Source:
 * N(-d2) of Black (1976), eq. 16, at each break-even.
 */
export function probabilityOfProfit(
  legs: readonly Leg[],
  cost: number,
  market: {
    readonly forward: number;
    readonly timeYears: number;
    readonly volatilityAt: (price: number) => number;
  },
  style: PayoffStyle = 'linear',
): number {
  const { forward, timeYears, volatilityAt } = market;
  const below = (price: number): number => {
    const s = volatilityAt(price) * Math.sqrt(timeYears);
    return normCdf(log(price / forward) / s + 0.5 * s);
  };
  const edges = breakEvens(legs, cost, style);
  let sum = 0;
  for (let i = 0; i <= edges.length; i++) {
    const left = edges[i - 1] ?? 0;
    const right = edges[i];
    const inside = right === undefined ? 2 * Math.max(left, forward) : 0.5 * (left + right);
    if (payoffAt(legs, inside, style) > cost) {
      sum += (right === undefined ? 1 : below(right)) - (left === 0 ? 0 : below(left));
    }
  }
  return sum;
}

/**
 * Writes the greeks of the legs together, in the order of GREEK.
 * Units, Holds and Domain: as black76Greeks or inverseGreeks. Shape: out holds GREEK_COUNT numbers;
 * a volatility for each leg. Source: as black76Greeks, summed.
 */
export function portfolioGreeks(
  legs: readonly Leg[],
  forward: number,
  timeYears: number,
  volatilities: readonly number[],
  out: Float64Array,
  style: PayoffStyle = 'linear',
): void {
  const one = new Float64Array(GREEK_COUNT);
  out.fill(0, 0, GREEK_COUNT);
  for (const [i, leg] of legs.entries()) {
    if (isUnderlying(leg)) {
      one.fill(0);
      one[0] = isLinear(style) ? forward : 1;
      one[1] = isLinear(style) ? 1 : 0;
    } else {
      const sign = signOf(leg.optionType);
      const years = timeYears + (leg.laterYears ?? 0);
      const write = isLinear(style) ? black76Greeks : inverseGreeks;
      write(forward, leg.strike, years, volatilityOf(volatilities, i), sign, one);
    }
    for (let j = 0; j < GREEK_COUNT; j++) {
      out[j] = (out[j] as number) + leg.quantity * (one[j] as number);
    }
  }
}
