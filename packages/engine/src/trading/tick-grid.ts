// Tick grid: which prices an instrument takes. Prices are counts of the finest tick; above each
// step's limit only multiples of a coarser tick are on the grid.
import { MAX_TICKS } from '@openstrike/book';
import type { Instrument } from '@openstrike/domain';

/** The multiple of finest ticks that prices at this level must have. */
const multipleAt = (contract: Instrument, priceTicks: number): number => {
  let multiple = 1;
  for (const step of contract.tickSteps) {
    if (priceTicks > step.aboveTicks) {
      multiple = step.multiple;
    }
  }
  return multiple;
};

/** Whether the price lies on the grid and within what a book can hold. */
export const isOnGrid = (contract: Instrument, priceTicks: number): boolean =>
  priceTicks >= 1 && priceTicks <= MAX_TICKS && priceTicks % multipleAt(contract, priceTicks) === 0;

/** The highest grid price not above a number of finest ticks; 0 when there is none. */
export const gridAtOrBelow = (contract: Instrument, ticks: number): number => {
  const whole = Math.min(Math.floor(ticks), MAX_TICKS);
  if (whole < 1) {
    return 0;
  }
  const multiple = multipleAt(contract, whole);
  const snapped = whole - (whole % multiple);
  // Snapping down across a step's limit lands on the finer grid below it, where the limit itself
  // is.
  for (const step of contract.tickSteps) {
    if (whole > step.aboveTicks && snapped < step.aboveTicks) {
      return step.aboveTicks;
    }
  }
  return snapped;
};

/** The lowest grid price not below a number of finest ticks; 0 when there is none. */
export const gridAtOrAbove = (contract: Instrument, ticks: number): number => {
  const whole = Math.max(Math.ceil(ticks), 1);
  if (whole > MAX_TICKS) {
    return 0;
  }
  const multiple = multipleAt(contract, whole);
  const rest = whole % multiple;
  const snapped = rest === 0 ? whole : whole + multiple - rest;
  return snapped > MAX_TICKS ? 0 : snapped;
};

/** The next grid price below a grid price; 0 when there is none. */
export const gridBelow = (contract: Instrument, priceTicks: number): number =>
  gridAtOrBelow(contract, priceTicks - 1);

/** The next grid price above a grid price; 0 when there is none. */
export const gridAbove = (contract: Instrument, priceTicks: number): number =>
  gridAtOrAbove(contract, priceTicks + 1);
