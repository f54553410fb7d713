// The tick grid: snapping lands on the grid, on the right side, and nowhere nearer is a grid price.
import type { Instrument, PriceTicks } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gridAbove, gridAtOrAbove, gridAtOrBelow, gridBelow, isOnGrid } from './tick-grid.ts';

const grids = fc.constantFrom(
  [],
  [{ aboveTicks: 50 as PriceTicks, multiple: 5 }],
  [
    { aboveTicks: 100 as PriceTicks, multiple: 5 },
    { aboveTicks: 1000 as PriceTicks, multiple: 10 },
  ],
);
const contracts = grids.map((tickSteps) => ({ tickSteps }) as unknown as Instrument);

test('snapping finds the nearest grid price on its side', () => {
  fc.assert(
    fc.property(contracts, fc.integer({ min: 1, max: 1200 }), (contract, ticks) => {
      const below = gridAtOrBelow(contract, ticks + 0.5);
      const above = gridAtOrAbove(contract, ticks - 0.5);
      expect(isOnGrid(contract, below)).toBe(true);
      expect(isOnGrid(contract, above)).toBe(true);
      for (let near = below + 1; near <= ticks; near++) {
        expect(isOnGrid(contract, near)).toBe(false);
      }
      for (let near = ticks; near < above; near++) {
        expect(isOnGrid(contract, near)).toBe(false);
      }
      if (isOnGrid(contract, ticks)) {
        const down = gridBelow(contract, ticks);
        expect(down === 0 ? ticks : gridAbove(contract, down)).toBe(ticks);
      }
    }),
    { seed: 20260921 },
  );
});

test('there is nothing below the first tick', () => {
  const contract = { tickSteps: [] } as unknown as Instrument;
  expect(gridAtOrBelow(contract, 0.9)).toBe(0);
  expect(gridBelow(contract, 1)).toBe(0);
});
