// Strikes: which strikes an expiry should have, from its forward, volatility and time left. The
// engine adds what is missing as the market moves; it never takes a strike away before its expiry,
// so that nobody's contract disappears. Invariant: every strike is a positive multiple of the step
// of its tenor.
import { exp, normCdfInverse } from '@openstrike/std';
import type { StrikeGridRow } from './contract-table.ts';

export interface StrikeInputs {
  /** USD per coin. */
  readonly forward: number;
  /** At-the-money, annualised fraction. */
  readonly volatility: number;
  /** Time to expiry on the 365-day clock. */
  readonly years: number;
  readonly grid: readonly StrikeGridRow[];
  /** Strikes are listed while the call's delta lies in [deltaMin, 1 - deltaMin]. */
  readonly deltaMin: number;
  readonly atmNeighbours: number;
}

/** The spacing of strikes for an expiry so many days away: the first row that reaches so far. */
export const strikeStep = (grid: readonly StrikeGridRow[], days: number): number => {
  for (const { daysMax, step } of grid) {
    if (daysMax === null || days <= daysMax) {
      return step;
    }
  }
  return (grid.at(-1) as StrikeGridRow).step;
};

/** Strikes from `lowest` to `highest` times the step, both included. */
export interface StrikeRange {
  readonly step: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * The range of strikes that an expiry should have: all multiples of the step whose call has a delta
 * within bounds, and at least `atmNeighbours` on each side of the forward (one on the forward
 * itself counts for neither).
 *
 * Domain: zero time or volatility leaves the neighbours alone.
 * Source: delta N(d1) of Black (1976), solved for the strike: K = F exp(-z s + s^2 / 2) at d1 = z,
 * s^2 = v^2 t.
 */
export const strikeRange = (inputs: StrikeInputs): StrikeRange => {
  const { forward, volatility, years, grid, deltaMin, atmNeighbours } = inputs;
  const step = strikeStep(grid, years * 365);
  const deviation = volatility * Math.sqrt(Math.max(0, years));
  const reach = normCdfInverse(1 - deltaMin) * deviation;
  const middle = forward * exp(0.5 * deviation * deviation);
  const atm = forward / step;
  const lowest = Math.min(Math.ceil((middle * exp(-reach)) / step), Math.ceil(atm) - atmNeighbours);
  return {
    step,
    lowest: Math.max(1, lowest),
    highest: Math.max(Math.floor((middle * exp(reach)) / step), Math.floor(atm) + atmNeighbours),
  };
};

/** The strikes of a range, ascending. */
export const strikesInRange = ({ step, lowest, highest }: StrikeRange): readonly number[] => {
  const strikes: number[] = [];
  for (let count = lowest; count <= highest; count++) {
    strikes.push(roundToMicros(count * step));
  }
  return strikes;
};

/** The strikes that an expiry should have, ascending; see `strikeRange`. */
export const strikesToList = (inputs: StrikeInputs): readonly number[] =>
  strikesInRange(strikeRange(inputs));

/** Takes the noise of a product of decimals off: strikes have at most six decimals. */
const roundToMicros = (value: number): number => Math.round(value * 1e6) / 1e6;
