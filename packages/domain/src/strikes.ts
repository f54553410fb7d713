// Strikes: which strikes an expiry should have, from its forward, volatility and time left. The engine adds what
// is missing as the market moves; it never takes a strike away before its expiry, so that nobody's contract
// disappears. Invariant: every strike is a positive multiple of the step of its tenor.
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

/**
 * The strikes that an expiry should have, ascending: all multiples of the step whose call has a delta within
 * bounds, and at least `atmNeighbours` on each side of the forward (one on the forward itself counts for neither).
 *
 * Domain: zero time or volatility leaves the neighbours alone.
 * Source: delta N(d1) of Black (1976), solved for the strike: K = F exp(-z s + s^2 / 2) at d1 = z, s^2 = v^2 t.
 */
export const strikesToList = (inputs: StrikeInputs): readonly number[] => {
  const { forward, volatility, years, grid, deltaMin, atmNeighbours } = inputs;
  const step = strikeStep(grid, years * 365);
  const deviation = volatility * Math.sqrt(Math.max(0, years));
  const reach = normCdfInverse(1 - deltaMin) * deviation;
  const middle = forward * exp(0.5 * deviation * deviation);
  const atm = forward / step;
  const lowest = Math.min(Math.ceil((middle * exp(-reach)) / step), Math.ceil(atm) - atmNeighbours);
  const highest = Math.max(
    Math.floor((middle * exp(reach)) / step),
    Math.floor(atm) + atmNeighbours,
  );
  const strikes: number[] = [];
  for (let count = Math.max(1, lowest); count <= highest; count++) {
    strikes.push(roundToMicros(count * step));
  }
  return strikes;
};

/** Takes the noise of a product of decimals off: strikes have at most six decimals. */
const roundToMicros = (value: number): number => Math.round(value * 1e6) / 1e6;
