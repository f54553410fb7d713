// Scenario grid: the scenarios of the recommended portfolio margin. An even grid of prices, refined
// with the listed strikes in range and then by halving the widest gaps, each price under every
// volatility; tails; term twists. Invariants: the even grid comes first and in the same order for
// every underlying, so that currencies can be set off scenario by scenario; moves never repeat.
// Source: risk reference 1.15 (why strikes, and why few volatilities) and 1.16.
import type { GridParameters } from '@openstrike/domain';
import { compareNumbers } from '@openstrike/std';
import type { Scenario } from './scenario.ts';
import { volatilityMoves } from './scenario.ts';

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
 * The strike that lies furthest from every price taken, in deviations of its own expiry, is taken
 * next: near expiries come first, and none is covered on one side only.
 */
export const refineMoves = (parameters: GridParameters, listed: Iterable<ListedMove>): number[] => {
  const { range, prices, pricesMax, mergeDeviations } = parameters;
  const even = evenMoves(range, prices);
  const moves: number[] = [];
  const deviations: number[] = [];
  const distances: number[] = [];
  for (const { move, deviation } of listed) {
    if (!(Math.abs(move) < range)) continue;
    moves.push(move);
    deviations.push(Math.max(deviation, LEAST));
    distances.push(distanceTo(even, move, range));
  }
  const taken = [...even];
  while (taken.length < pricesMax) {
    const next = furthestOf(distances, deviations, mergeDeviations);
    if (next < 0) break;
    const move = moves[next] as number;
    taken.push(move);
    for (let i = 0; i < moves.length; i++) {
      const distance = Math.abs((moves[i] as number) - move);
      if (distance < (distances[i] as number)) distances[i] = distance;
    }
  }
  halveGaps(taken, pricesMax);
  const known = new Set(even);
  return taken.filter((move) => !known.has(move));
};

/** Prices nearer than this are one. */
const LEAST = 1e-9;

/** How near the nearest of the prices is, or `most` where none is nearer. */
const distanceTo = (prices: readonly number[], move: number, most: number): number => {
  let least = most;
  for (let i = 0; i < prices.length; i++) {
    const distance = Math.abs((prices[i] as number) - move);
    if (distance < least) least = distance;
  }
  return least;
};

/** Place of the largest distance in deviations above `least`, or -1. */
const furthestOf = (
  distances: readonly number[],
  deviations: readonly number[],
  least: number,
): number => {
  let furthest = -1;
  let most = least;
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i] as number;
    const far = distance / (deviations[i] as number);
    if (distance > LEAST && far > most) {
      furthest = i;
      most = far;
    }
  }
  return furthest;
};

/** Sorts the moves and adds the middles of the widest gaps. */
const halveGaps = (moves: number[], count: number): void => {
  moves.sort(compareNumbers);
  while (moves.length < count) {
    let widest = 1;
    let most = gapBefore(moves, 1) * (1 + LEAST);
    for (let i = 2; i < moves.length; i++) {
      const gap = gapBefore(moves, i);
      if (gap <= most) continue;
      widest = i;
      most = gap * (1 + LEAST);
    }
    const middle = ((moves[widest] as number) + (moves[widest - 1] as number)) / 2;
    moves.splice(widest, 0, middle);
  }
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

const columns = (moves: readonly number[]): Scenario[] =>
  moves.flatMap((move) => volatilityMoves.map((volatility) => plain(move, volatility)));

/** How many scenarios are the even grid, which comes first. */
export const evenCountOf = ({ prices }: GridParameters): number => volatilityMoves.length * prices;

interface FixedScenarios {
  readonly even: readonly Scenario[];
  readonly after: readonly Scenario[];
}

/** What does not depend on the strikes listed is made once for parameters, which never change. */
const fixedScenarios = new WeakMap<GridParameters, FixedScenarios>();

const fixedOf = (parameters: GridParameters): FixedScenarios => {
  const known = fixedScenarios.get(parameters);
  if (known !== undefined) return known;
  const { range, prices, tails, twists } = parameters;
  const ofTail = (move: number): Scenario => ({
    move,
    volatility: 'up',
    weight: range / Math.abs(move),
    damper: 0,
  });
  const made = {
    even: columns(evenMoves(range, prices)),
    after: [
      ...tails.map(ofTail),
      ...(twists ? [plain(0, 'twist'), plain(0, 'twist-reverse')] : []),
    ],
  };
  fixedScenarios.set(parameters, made);
  return made;
};

/** How many scenarios `scenariosOf` makes of as many moves. */
export const scenarioCountOf = (
  parameters: GridParameters,
  { length }: { readonly length: number },
): number =>
  evenCountOf(parameters) + volatilityMoves.length * length + fixedOf(parameters).after.length;

/**
 * The scenarios of a margin model over the given moves, besides those of the even grid.
 *
 * Shape: `between` as from `refineMoves`: within the range, without repeats.
 */
export const scenariosOf = (
  parameters: GridParameters,
  between: readonly number[],
): readonly Scenario[] => {
  const { even, after } = fixedOf(parameters);
  return [...even, ...columns(between), ...after];
};

/**
 * The same scenarios, and where each price within the range stands among them.
 *
 * Shape: `between` as from `refineMoves`: within the range, without repeats.
 */
export const buildGrid = (parameters: GridParameters, between: readonly number[]): ScenarioGrid => {
  const order = [...evenMoves(parameters.range, parameters.prices), ...between]
    .map((move, at) => ({ move, at }))
    .sort((a, b) => compareNumbers(a.move, b.move));
  return {
    scenarios: scenariosOf(parameters, between),
    evenCount: evenCountOf(parameters),
    moves: Float64Array.from(order, ({ move }) => move),
    places: Int32Array.from(order.flatMap(({ at }) => [3 * at, 3 * at + 1, 3 * at + 2])),
  };
};
