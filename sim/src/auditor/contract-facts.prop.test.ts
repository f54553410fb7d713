// Contract facts: a value worked out in numbers is the one worked out in exact rationals, within
// the safe integers and beyond them.
import type { Instrument } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest, valueAt, wholeValueAt } from './contract-facts.ts';

const step = fc.record({
  num: fc.constantFrom(1, 5, 10, 25),
  den: fc.constantFrom(1, 2, 20, 1_000, 10_000),
});
const contract = fc.record({
  kind: fc.constantFrom('option', 'future', 'perpetual'),
  payoff: fc.constantFrom('inverse', 'linear'),
  settlementCurrency: fc.constantFrom('BTC', 'ETH', 'USDC'),
  lot: step,
  tick: step,
});

test('whole values are the nearest to the exact ones', () => {
  const lots = fc.oneof(fc.integer({ min: -500, max: 500 }), fc.maxSafeInteger());
  const ticks = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 2 ** 40 }));
  fc.assert(
    fc.property(contract, lots, ticks, (terms, size, price) => {
      const instrument = terms as unknown as Instrument;
      const exact = nearest(valueAt(instrument, size, price));
      expect(wholeValueAt(instrument, size, price)).toBe(exact + 0);
    }),
    { numRuns: 2_000 },
  );
});
