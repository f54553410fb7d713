// Scenario grid: the scenarios of the recommended portfolio margin. An even grid of prices, refined
// with the listed strikes in range and then by halving the widest gaps, each price under every
// volatility; tails; term twists. Invariants: the even grid comes first and in the same order for
// every underlying, so that currencies can be set off scenario by scenario; moves never repeat.
// Source: risk reference 1.15 (why strikes, and why few volatilities) and 1.16.
import { compareNumbers } from '@openstrike/std';
import type { Scenario } from './scenario.ts';
import { volatilityMoves } from './scenario.ts';

export interface GridParameters {
  /** The even grid spans the forward by this share either way. */
  readonly range: number;
  /** Odd, so that no move is among them. */
  readonly prices: number;
  /** With strikes and halvings. */
  readonly pricesMax: number;
  /** A strike this near, in standard deviations to its expiry, to a price of the grid adds none. */
  readonly mergeDeviations: number;
  readonly tails: readonly number[];
  /** Whether the term twists are in it. */
  readonly twists: boolean;
}

/** A move that leads to a listed strike. */
export interface ListedMove {
  readonly move: number;
  /** Of the logarithm of the price, to the expiry. */
  readonly deviation: number;
}

/** Scenarios with the places of the full columns among them. */
export interface ScenarioGrid {
  readonly scenarios: readonly Scenario[];
  /** The first so many scenarios are the even grid: equal for all underlyings but for the range. */
  readonly evenCount: number;
  /** All moves within the range, rising. */
  readonly moves: Float64Array;
  /** Scenario of `moves[i]` under volatility move v, at 3 * i + v. */
  readonly places: Int32Array;
}

const evenMoves = (range: number, prices: number): readonly number[] => {
  const half = (prices - 1) / 2;
  return Array.from({ length: prices }, (_, i) => (range * (i - half)) / half);
};

/**
 * The moves that strikes and halvings add to an even grid, at most `pricesMax` in all.
 *
 * Shape: `listed` has the most important first.
 */
export const refineMoves = (parameters: GridParameters, listed: Iterable<ListedMove>): number[] => {
  const { range, prices, pricesMax, mergeDeviations } = parameters;
  const taken = [...evenMoves(range, prices)];
  for (const { move, deviation } of listed) {
    if (taken.length >= pricesMax) break;
    const near = Math.max(mergeDeviations * deviation, 1e-9);
    if (Math.abs(move) < range && taken.every((other) => Math.abs(other - move) >= near)) {
      taken.push(move);
    }
  }
  taken.sort(compareNumbers);
  while (taken.length < pricesMax) {
    let widest = 1;
    for (let i = 2; i < taken.length; i++) {
      if (gapBefore(taken, i) > gapBefore(taken, widest) * (1 + 1e-9)) widest = i;
    }
    const middle = ((taken[widest] as number) + (taken[widest - 1] as number)) / 2;
    taken.splice(widest, 0, middle);
  }
  const even = new Set(evenMoves(range, prices));
  return taken.filter((move) => !even.has(move));
};

const gapBefore = (moves: readonly number[], i: number): number =>
  (moves[i] as number) - (moves[i - 1] as number);

/** A scenario that counts in full. */
export const plain = (move: number, volatility: Scenario['volatility']): Scenario => ({
  move,
  volatility,
  weight: 1,
  damper: 0,
});

/**
 * The grid of a margin model over the given moves, besides those of the even grid.
 *
 * Shape: `between` as from `refineMoves`: within the range, without repeats.
 */
export const buildGrid = (parameters: GridParameters, between: readonly number[]): ScenarioGrid => {
  const { range, prices, tails, twists } = parameters;
  const columns = (moves: readonly number[]): Scenario[] =>
    moves.flatMap((move) => volatilityMoves.map((volatility) => plain(move, volatility)));
  const even = evenMoves(range, prices);
  const inRange = [...columns(even), ...columns(between)];
  const scenarios = [
    ...inRange,
    ...tails.map(
      (move): Scenario => ({ move, volatility: 'up', weight: range / Math.abs(move), damper: 0 }),
    ),
    ...(twists ? [plain(0, 'twist'), plain(0, 'twist-reverse')] : []),
  ];
  const order = [...even, ...between]
    .map((move, at) => ({ move, at }))
    .sort((a, b) => compareNumbers(a.move, b.move));
  return {
    scenarios,
    evenCount: 3 * prices,
    moves: Float64Array.from(order, ({ move }) => move),
    places: Int32Array.from(order.flatMap(({ at }) => [3 * at, 3 * at + 1, 3 * at + 2])),
  };
};
