// Deribit's portfolio margin as parameters for the same risk arrays: nine prices by three
// volatilities, extended moves that count in part, and charges for basis and size. Results are in
// coins. Invariant: a book without options has the same loss in an extended move as at the edge of
// the table, so only what options do beyond it adds. Source: risk reference 1.2; the Deribit API
// reference, section 9 (captured parameters).

import type { Revaluation } from '@openstrike/domain';
import type { BookSum } from '../scenarios/book-sum.ts';
import { worstWith } from '../scenarios/book-sum.ts';
import { deltaLiquidity } from '../scenarios/portfolio-margin.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { volatilityMoves } from '../scenarios/scenario.ts';

export interface DeribitPortfolioParameters {
  readonly priceRange: number;
  readonly volatilityUp: number;
  readonly volatilityDown: number;
  readonly shortPower: number;
  readonly longPower: number;
  readonly upVolatilityMin: number;
  readonly daysMin: number;
  readonly extendedMoves: readonly number[];
  readonly extendedFactor: number;
  readonly extendedDampenerUsd: number;
  readonly rollAnnual: number;
  readonly rollMin: number;
  readonly deltaRateMax: number;
  readonly deltaPerCoin: number;
  readonly deltaThresholdUsd: number;
  /** Share of a gain that counts in other currencies. */
  readonly gainOffset: number;
  readonly maintenanceFactor: number;
}

const extendedMoves: readonly number[] = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5];

/** As captured for BTC in 2024. */
export const deribitBtcParameters: DeribitPortfolioParameters = {
  priceRange: 0.16,
  volatilityUp: 0.5,
  volatilityDown: 0.25,
  shortPower: 0.3,
  longPower: 0.13,
  upVolatilityMin: 0.5,
  daysMin: 1,
  extendedMoves,
  extendedFactor: 1,
  extendedDampenerUsd: 100_000,
  rollAnnual: 0.075,
  rollMin: 0.01,
  deltaRateMax: 0.1,
  deltaPerCoin: 5e-5,
  deltaThresholdUsd: 2e7,
  gainOffset: 0,
  maintenanceFactor: 0.8,
};

/** As captured for ETH in 2026. */
export const deribitEthParameters: DeribitPortfolioParameters = {
  ...deribitBtcParameters,
  priceRange: 0.18,
  volatilityUp: 0.4,
  extendedDampenerUsd: 200_000,
  rollAnnual: 0.05,
  rollMin: 0.005,
  deltaPerCoin: 4e-6,
  gainOffset: 0.6,
};

/** How the arrays revalue under these parameters. */
export const deribitRevaluation = (parameters: DeribitPortfolioParameters): Revaluation => ({
  numeraire: 'coin',
  volatility: {
    up: parameters.volatilityUp,
    down: parameters.volatilityDown,
    shortPower: parameters.shortPower,
    longPower: parameters.longPower,
    daysMin: parameters.daysMin,
    upVolatilityMin: parameters.upVolatilityMin,
  },
  skew: null,
  twist: null,
  step: 0,
});

/** The weight of an extended move: a coin-settled future then loses what it loses at the edge. */
export const extendedWeight = (parameters: DeribitPortfolioParameters, move: number): number => {
  const { priceRange, extendedFactor } = parameters;
  const edge = 1 + (move < 0 ? -priceRange : priceRange);
  return (extendedFactor * (priceRange / Math.abs(move)) * (1 + move)) / edge;
};

/** By how many coins the loss of an extended move is pulled toward zero. */
export const extendedDamper = (
  parameters: DeribitPortfolioParameters,
  move: number,
  index: number,
): number => {
  const { priceRange, extendedDampenerUsd } = parameters;
  const edge = 1 + (move < 0 ? -priceRange : priceRange);
  return ((Math.abs(move) / priceRange - 1) * extendedDampenerUsd) / (edge * index);
};

/** The 27 scenarios of the table, price by price, and after them the extended moves. */
export const deribitScenarios = (
  parameters: DeribitPortfolioParameters,
  index: number,
): Scenario[] => {
  const { priceRange } = parameters;
  const table = Array.from({ length: 9 }, (_, i) => (priceRange * (i - 4)) / 4).flatMap((move) =>
    volatilityMoves.map((volatility): Scenario => ({ move, volatility, weight: 1, damper: 0 })),
  );
  const extended = parameters.extendedMoves.map(
    (move): Scenario => ({
      move,
      volatility: 'up',
      weight: extendedWeight(parameters, move),
      damper: extendedDamper(parameters, move, index),
    }),
  );
  return [...table, ...extended];
};

/** In coins. */
export interface DeribitMatrixMargin {
  readonly worstCase: number;
  /** Place among the scenarios, -1 where none loses. */
  readonly worstScenario: number;
  readonly rollShock: number;
  readonly deltaShock: number;
  readonly initial: number;
  readonly maintenance: number;
}

/** A move of the basis over each expiry's delta, in coins. Shape: one of each per expiry. */
export const rollShock = (
  parameters: Pick<DeribitPortfolioParameters, 'rollAnnual' | 'rollMin'>,
  deltas: ArrayLike<number>,
  years: ArrayLike<number>,
  count: number,
): number => {
  let sum = 0;
  for (let e = 0; e < count; e++) {
    const move = Math.max(parameters.rollMin, parameters.rollAnnual * (years[e] as number));
    sum += Math.abs(deltas[e] as number) * move;
  }
  return sum;
};

/**
 * The risk matrix margin of a book over arrays built with `deribitScenarios`, in coins.
 *
 * Open orders, spot and market maker protection come on top.
 */
export const deribitMatrixMargin = (
  book: BookSum,
  parameters: DeribitPortfolioParameters,
  index: number,
): DeribitMatrixMargin => {
  const { expiries } = book.arrays;
  const worst = worstWith(book, 0, 0, { value: 0, place: -1 });
  const roll = rollShock(parameters, book.delta, expiries.years, expiries.count);
  let delta = 0;
  for (let e = 0; e < expiries.count; e++) delta += book.delta[e] as number;
  const deltaShock = deltaLiquidity(parameters, delta, index) / index;
  const initial = -worst.value + roll + deltaShock;
  return {
    worstCase: -worst.value + 0,
    worstScenario: worst.place,
    rollShock: roll,
    deltaShock,
    initial,
    maintenance: parameters.maintenanceFactor * initial,
  };
};
