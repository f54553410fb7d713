// The price of a call auction against an obvious search over every price.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uncrossingOf } from './uncross.ts';

const side = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 9 })), {
  maxLength: 12,
});

const levelsOf = (
  orders: readonly (readonly [number, number])[],
  sign: 1 | -1,
): readonly [number[], number[]] => {
  const sums = new Map<number, number>();
  for (const [ticks, lots] of orders) sums.set(ticks, (sums.get(ticks) ?? 0) + lots);
  const ticks = [...sums.keys()].sort((a, b) => sign * (a - b));
  return [ticks, ticks.map((at) => sums.get(at) as number)];
};

const volumeAt = (
  bids: readonly (readonly [number, number])[],
  asks: readonly (readonly [number, number])[],
  price: number,
): number => {
  const sum = (lots: number, order: readonly [number, number]): number => lots + order[1];
  const wanted = bids.filter(([at]) => at >= price).reduce(sum, 0);
  const offered = asks.filter(([at]) => at <= price).reduce(sum, 0);
  return Math.min(wanted, offered);
};

test('no price trades more', () => {
  fc.assert(
    fc.property(side, side, fc.integer({ min: 1, max: 30 }), (bids, asks, reference) => {
      const [bidTicks, bidLots] = levelsOf(bids, -1);
      const [askTicks, askLots] = levelsOf(asks, 1);
      const { priceTicks, lots } = uncrossingOf(bidTicks, bidLots, askTicks, askLots, reference);
      let most = 0;
      for (let price = 1; price <= 30; price++) most = Math.max(most, volumeAt(bids, asks, price));
      expect(lots).toBe(most);
      expect(priceTicks === 0).toBe(most === 0);
      if (priceTicks !== 0) expect(volumeAt(bids, asks, priceTicks)).toBe(most);
    }),
  );
});

test('among equal volumes the smallest remainder, then the nearest to the mark', () => {
  expect(uncrossingOf([103], [5], [100], [5], 102)).toEqual({ priceTicks: 103, lots: 5 });
  expect(uncrossingOf([103], [5], [100], [5], 101)).toEqual({ priceTicks: 100, lots: 5 });
  expect(uncrossingOf([103, 101], [5, 2], [100], [5], 101)).toEqual({ priceTicks: 103, lots: 5 });
  expect(uncrossingOf([99], [5], [100], [5], 100)).toEqual({ priceTicks: 0, lots: 0 });
  expect(uncrossingOf([], [], [100], [5], 100)).toEqual({ priceTicks: 0, lots: 0 });
});
