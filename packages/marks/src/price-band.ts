// Price band: how far from its mark an instrument's orders are taken, in ticks. Invariant: the band
// holds at least one price, lies on the tick grid, and contains the mark where that is at least one
// tick.
import type { Instrument } from '@openstrike/domain';

/** The tick grid of an instrument as plain numbers. */
export interface TickGrid {
  /** Finest ticks per unit of price. */
  readonly perUnit: number;
  /** Ascending; above each the multiple of finest ticks that prices have. */
  readonly above: readonly number[];
  readonly multiples: readonly number[];
}

export const tickGridOf = (contract: Instrument): TickGrid => ({
  perUnit: contract.tick.den / contract.tick.num,
  above: contract.tickSteps.map((step) => step.aboveTicks),
  multiples: contract.tickSteps.map((step) => step.multiple),
});

/** The largest price that fits an Int32Array and every book. */
const TICKS_MAX = 0x40000000;

const multipleAt = (grid: TickGrid, ticks: number): number => {
  let multiple = 1;
  for (let i = 0; i < grid.above.length && ticks > (grid.above[i] as number); i++) {
    multiple = grid.multiples[i] as number;
  }
  return multiple;
};

/**
 * The lowest price of a band, in ticks: down to the grid, at least one tick. `low` is in the price
 * unit.
 */
export const bandMinOf = (grid: TickGrid, low: number): number => {
  const ticks = Math.min(TICKS_MAX, Math.max(1, Math.floor(low * grid.perUnit)));
  return Math.max(1, ticks - (ticks % multipleAt(grid, ticks)));
};

/**
 * The highest price of a band, in ticks: up to the grid, at least one tick. `high` is in the price
 * unit.
 */
export const bandMaxOf = (grid: TickGrid, high: number): number => {
  const ticks = Math.min(TICKS_MAX, Math.max(1, Math.ceil(high * grid.perUnit)));
  const multiple = multipleAt(grid, ticks);
  const rest = ticks % multiple;
  const up = rest === 0 ? ticks : ticks + multiple - rest;
  return up > TICKS_MAX ? up - multiple : up;
};
