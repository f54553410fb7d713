// Positions as integer cost: for every fill the change of cost less the profit equals the fill's
// value, and what two sides of any run of trades have earned and hold sums to zero.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Holding, InstrumentRecord } from '../state.ts';
import { applyFill, averagePriceOf, valueAtPrice, valueAtTicks } from './holdings.ts';

const linear = {
  inverseValuePerLot: 0,
  cashPerTickLot: 1000,
  contract: { tick: { num: 1, den: 1 }, cashPerTickLot: 1000 },
} as unknown as InstrumentRecord;
const inverse = {
  inverseValuePerLot: 2_000_000_000,
  cashPerTickLot: 0,
  contract: { tick: { num: 1, den: 2 }, cashPerTickLot: 0 },
} as unknown as InstrumentRecord;

const flat = (instrument: InstrumentRecord): Holding =>
  ({
    instrument,
    sizeLots: 0,
    openCost: 0,
    entryValue: 0,
    sessionCost: 0,
    sessionRealised: 0,
    realised: 0,
  }) as unknown as Holding;

const trades = fc.array(
  fc.record({
    lots: fc.integer({ min: -500, max: 500 }).filter((lots) => lots !== 0),
    ticks: fc.integer({ min: 50_000, max: 250_000 }),
  }),
  { minLength: 1, maxLength: 60 },
);

test.each([
  ['linear', linear],
  ['inverse', inverse],
])('%s: profit and cost account for every fill, and both sides sum to zero', (_, instrument) => {
  fc.assert(
    fc.property(trades, (all) => {
      const long = flat(instrument);
      const short = flat(instrument);
      for (const { lots, ticks } of all) {
        const before = long.openCost;
        const realised = long.realised;
        const profit = applyFill(long, lots, ticks);
        const value = valueAtTicks(instrument, lots, ticks);
        expect(long.openCost - before - (long.realised - realised)).toBe(value);
        expect(profit).toBe(0 - applyFill(short, -lots, ticks));
        expect(long.sizeLots + short.sizeLots).toBe(0);
        expect(long.openCost + short.openCost).toBe(0);
        if (long.sizeLots === 0) expect(long.openCost).toBe(0);
      }
    }),
    { seed: 20260921 },
  );
});

test('the average entry of ten dollars is the price that they were bought at', () => {
  fc.assert(
    fc.property(fc.integer({ min: 50_000, max: 250_000 }), fc.integer(), (ticks, seed) => {
      const holding = flat(inverse);
      const lots = 1 + (Math.abs(seed) % 500);
      applyFill(holding, lots, ticks);
      applyFill(holding, lots, ticks);
      expect(averagePriceOf(holding)).toBeCloseTo(ticks / 2, 8);
      // Part of it closed, the rest keeps its entry; turned around, it has a new one.
      applyFill(holding, -lots, ticks + 7);
      expect(averagePriceOf(holding)).toBeCloseTo(ticks / 2, 8);
      applyFill(holding, -3 * lots, ticks + 9);
      expect(averagePriceOf(holding)).toBeCloseTo((ticks + 9) / 2, 8);
    }),
    { seed: 20260921 },
  );
});

test('an inverse position is worth what the coin says', () => {
  const holding = flat(inverse);
  // Ten thousand USD at 100,000: a tenth of a coin.
  applyFill(holding, 1000, 200_000);
  expect(holding.openCost).toBe(-10_000_000);
  expect(averagePriceOf(holding)).toBe(100_000);
  expect(valueAtPrice(inverse, 1000, 125_000) - holding.openCost).toBe(2_000_000);
  // Half of it sold at 125,000 earns half of that.
  expect(applyFill(holding, -500, 250_000)).toBe(1_000_000);
});
