import { recommendedCollateral } from '@openstrike/domain';
// Collateral counts for less the more of it there is, but more of it never counts for less.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collateralValue } from './collateral.ts';

test('recommended haircuts', () => {
  expect(collateralValue(recommendedCollateral('USDC'), 1000, true)).toBe(1000);
  expect(collateralValue(recommendedCollateral('USDT'), 1000, false)).toBeCloseTo(980, 9);
  expect(collateralValue(recommendedCollateral('BTC'), 1000, false)).toBeCloseTo(930, 9);
  expect(collateralValue(recommendedCollateral('ETH'), 1000, false)).toBeCloseTo(900, 9);
  expect(collateralValue(recommendedCollateral('MNGO'), 1e9, false)).toBe(0);
  expect(collateralValue(recommendedCollateral('BTC'), -1000, false)).toBeCloseTo(-1070, 9);
});

test('counted value rises with the amount, at most as fast, and less to open than to keep', () => {
  const asset = fc.constantFrom('USDC', 'USDT', 'BTC', 'ETH', 'other');
  const value = fc.double({ min: 0, max: 1e10, noNaN: true });
  fc.assert(
    fc.property(asset, value, value, (name, a, b) => {
      const parameters = recommendedCollateral(name);
      const low = Math.min(a, b);
      const high = Math.max(a, b);
      const rise =
        collateralValue(parameters, high, false) - collateralValue(parameters, low, false);
      expect(rise).toBeGreaterThanOrEqual(-1e-5);
      expect(rise).toBeLessThanOrEqual(high - low + 1e-5);
      expect(collateralValue(parameters, a, true)).toBeLessThanOrEqual(
        collateralValue(parameters, a, false),
      );
    }),
  );
});
