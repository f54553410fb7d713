// Refine the scan: a loss that lives between two prices of the grid is looked for around the worst
// prices of each volatility by revaluing the book's own legs there. Invariant: the result is never
// better than that of the grid, and each extra scenario is one that a certificate can name. Used
// where a margin is certified and before a liquidation; too slow for the pre-trade pass.
// Source: risk reference 1.15.
import type { BookSum } from './book-sum.ts';
import type { Scenario } from './scenario.ts';
import { volatilityMoves } from './scenario.ts';
import { plain, type ScenarioGrid } from './scenario-grid.ts';

export interface RefineParameters {
  /** Worst places looked at per volatility. */
  readonly cells: number;
  /** Prices tried between the neighbours of each. */
  readonly points: number;
}

export const recommendedRefinement: RefineParameters = { cells: 3, points: 9 };

/**
 * The scenarios to add around the worst prices of a book; none where nothing loses.
 *
 * Places that are lower than both neighbours come first, then whatever is lowest.
 */
export const refiningScenarios = (
  book: BookSum,
  grid: ScenarioGrid,
  parameters: RefineParameters = recommendedRefinement,
): Scenario[] => {
  const found: Scenario[] = [];
  const { moves, places } = grid;
  const last = moves.length - 1;
  for (const [v, volatility] of volatilityMoves.entries()) {
    const valueAt = (i: number): number => book.values[places[3 * i + v] as number] as number;
    const isPit = (i: number): boolean =>
      valueAt(i) <= valueAt(Math.max(0, i - 1)) && valueAt(i) <= valueAt(Math.min(last, i + 1));
    const worst = Array.from(moves, (_, i) => i)
      .filter((i) => valueAt(i) < 0)
      .sort((a, b) => Number(isPit(b)) - Number(isPit(a)) || valueAt(a) - valueAt(b) || a - b)
      .slice(0, parameters.cells);
    for (const at of worst) {
      const from = moves[Math.max(0, at - 1)] as number;
      const to = moves[Math.min(last, at + 1)] as number;
      for (let j = 1; j <= parameters.points; j++) {
        const move = from + ((to - from) * j) / (parameters.points + 1);
        found.push(plain(move, volatility));
      }
    }
  }
  return found;
};
