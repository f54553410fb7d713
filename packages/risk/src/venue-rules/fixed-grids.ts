// Fixed grids: scenario lists of clearing houses and other venues, for the same risk arrays, with
// the few sums that they put around the scan. Invariant: each list is one to which the arrays apply
// as they are; what cannot be a scenario stands beside as a function of plain numbers. Source: risk
// reference 1.3, 1.4, 1.6, 1.7 and 1.14.
import type { Scenario, VolatilityMove } from '../scenarios/scenario.ts';
import { plain } from '../scenarios/scenario-grid.ts';

/**
 * Ten equidistant moves, five either way, without volatility: a TIMS-like grid.
 *
 * Domain: 0.08 and 0.06 for a broad index of large companies, 0.1 and 0.1 for others, 0.15 for
 * shares.
 */
export const timsScenarios = (down: number, up: number): Scenario[] =>
  Array.from({ length: 10 }, (_, i) =>
    plain(i < 5 ? (-down * (5 - i)) / 5 : (up * (i - 4)) / 5, 'none'),
  );

/** The margin of a product group: its worst loss, but at least a charge for each contract. */
export const timsMargin = (
  worstLoss: number,
  contracts: number,
  leastPerContract: number,
): number => Math.max(worstLoss, contracts * leastPerContract);

/**
 * SPAN's sixteen: no move, thirds of the price range up and down, each with the volatility up and
 * down, and an extreme move either way that counts in part.
 *
 * Domain: `extremeMultiple` 2 or 3 with `cover` 0.32 to 0.35.
 */
export const spanScenarios = (
  range: number,
  extremeMultiple: number,
  cover: number,
): Scenario[] => {
  const both = (move: number): Scenario[] => [plain(move, 'up'), plain(move, 'down')];
  const thirds = [1, -1, 2, -2, 3, -3].flatMap((third) => both((range * third) / 3));
  const extreme = (sign: number): Scenario => ({
    ...plain(sign * extremeMultiple * range, 'none'),
    weight: cover,
  });
  return [...both(0), ...thirds, extreme(1), extreme(-1)];
};

/** The scan of positions from published risk arrays: losses per contract, one array a product. */
export const spanScan = (
  losses: readonly (readonly number[])[],
  positions: readonly number[],
): number => {
  let worst = 0;
  const count = losses[0]?.length ?? 0;
  for (let s = 0; s < count; s++) {
    let sum = 0;
    for (const [i, row] of losses.entries()) sum += (positions[i] as number) * (row[s] as number);
    worst = Math.max(worst, sum);
  }
  return worst;
};

export interface SpanCommodity {
  readonly scan: number;
  readonly calendar: number;
  /** Share of the scan given back for spreads with other commodities. */
  readonly interCredit: number;
  readonly shortOptionMinimum: number;
  readonly netOptionValue: number;
}

/** A commodity's requirement, the value of its options credited. */
export const spanRequirement = (commodity: SpanCommodity): number => {
  const { scan, calendar, interCredit, shortOptionMinimum, netOptionValue } = commodity;
  const risk = scan * (1 - interCredit) + calendar;
  return Math.max(risk, shortOptionMinimum) - netOptionValue;
};

const threeMoves: readonly VolatilityMove[] = ['down', 'none', 'up'];

/** OKX's spot shock: seven prices by three volatilities. Domain: `step` 0.04 for BTC and ETH. */
export const okxScenarios = (step: number): Scenario[] =>
  [-3, -2, -1, 0, 1, 2, 3].flatMap((n) => threeMoves.map((move) => plain(n * step, move)));

/** OKX's extreme move, of which half the loss counts. Domain: 0.24 for BTC and ETH. */
export const okxExtremeScenarios = (move: number): Scenario[] =>
  [-move, move].map((each) => ({ ...plain(each, 'none'), weight: 0.5 }));

/** OKX's total from its parts. Units: all in one currency, each at least 0. */
export const okxMaintenance = (parts: {
  readonly spot: number;
  readonly theta: number;
  readonly vega: number;
  readonly basis: number;
  readonly rate: number;
  readonly extreme: number;
  readonly least: number;
  readonly depeg: number;
}): number => {
  const { spot, theta, vega, basis, rate, extreme, least, depeg } = parts;
  return Math.max(Math.max(spot, theta, extreme) + vega + basis + rate + depeg, least);
};

/** Aevo's fifteen: five prices by three volatilities, the outer prices at half weight. */
export const aevoScenarios = (): Scenario[] =>
  [-0.2, -0.1, 0, 0.1, 0.2].flatMap((move) =>
    (['up', 'none', 'down'] as const).map((volatility) => ({
      ...plain(move, volatility),
      weight: Math.abs(move) > 0.15 ? 0.5 : 1,
    })),
  );

/** Bybit's grid: eleven prices by three volatilities. */
export const bybitScenarios = (range: number): Scenario[] =>
  Array.from({ length: 11 }, (_, i) => (range * (i - 5)) / 5).flatMap((move) =>
    threeMoves.map((volatility) => plain(move, volatility)),
  );

/**
 * Paradex's least margin by delta: a share of what is net and a smaller one of what is hedged.
 *
 * Units: coins and dollars. `gross` is the sum of absolute deltas.
 */
export const minimumDelta = (
  net: number,
  gross: number,
  price: number,
  netRate = 0.02,
  hedgedRate = 0.01,
): number => {
  const hedged = (gross - Math.abs(net)) / 2;
  return (netRate * Math.abs(net) + hedgedRate * hedged) * price;
};
