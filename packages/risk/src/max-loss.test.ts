import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ExpiryLegs, maxLossInverse, maxLossLinear } from './max-loss.ts';

type Leg = readonly [callSign: 1 | -1, strike: number, size: number];

const legsOf = (legs: readonly Leg[]): ExpiryLegs => ({
  count: legs.length,
  strikes: Float64Array.from(legs, (leg) => leg[1]),
  callSigns: Int8Array.from(legs, (leg) => leg[0]),
  sizes: Float64Array.from(legs, (leg) => leg[2]),
});

const linear = (...legs: Leg[]): number => maxLossLinear(legsOf(legs), 2000, 1.2);
const inverse = (...legs: Leg[]): number => maxLossInverse(legsOf(legs));

describe('the largest loss', () => {
  test('linear: spreads are bound by their width', () => {
    expect(linear()).toBe(0);
    expect(linear([1, 1500, 1])).toBe(0);
    expect(linear([1, 1500, -1], [1, 1700, 1])).toBe(200);
    expect(linear([1, 1500, 1], [1, 1700, -1])).toBe(0);
    expect(linear([-1, 1500, 1], [-1, 1700, -1])).toBe(200);
    expect(linear([-1, 1500, -1])).toBe(1500);
    expect(linear([1, 1500, -1])).toBe(2400);
    expect(linear([1, 1400, 1], [1, 1500, -2], [1, 1600, 1])).toBe(0);
    expect(linear([1, 1400, -1], [1, 1500, 2], [1, 1600, -1])).toBe(100);
  });

  test('inverse: calls are bound by a coin, puts sold by nothing', () => {
    expect(inverse()).toBe(0);
    expect(inverse([1, 1500, -3])).toBe(3);
    expect(inverse([-1, 1500, -1])).toBe(Infinity);
    // A put spread for credit: what it owes in coin grows as the price falls to zero.
    expect(inverse([-1, 1500, 1], [-1, 1700, -1])).toBe(Infinity);
    expect(inverse([-1, 1500, -1], [-1, 1700, 1])).toBe(0);
    expect(inverse([1, 1500, -1], [1, 2000, 1])).toBe(0.25);
  });

  test('inverse: below a floor dollars count at the floor', () => {
    const at = (floor: number, ...legs: Leg[]): number => maxLossInverse(legsOf(legs), floor);
    // 200 dollars are lost at 1,500 and below; at a floor of 1,600 they are an eighth of a coin.
    expect(at(1600, [-1, 1500, 1], [-1, 1700, -1])).toBe(0.125);
    expect(at(1000, [-1, 1500, 1], [-1, 1700, -1])).toBe(0.2);
    expect(at(1600, [-1, 1500, -1])).toBe(1500 / 1600);
    // A loss that ends below the floor counts there too, one above it in coins at its own price.
    expect(at(1600, [-1, 1500, -1], [-1, 1400, 1])).toBe(100 / 1600);
    expect(at(1600, [1, 1700, -1], [1, 2000, 1])).toBe(300 / 2000);
    // Owing 200 dollars at any price; and 100 that only grow from the floor on.
    expect(at(1600, [1, 1500, -1], [1, 1700, 1], [-1, 1500, 1], [-1, 1700, -1])).toBe(0.125);
    expect(at(1600, [1, 1500, -1])).toBe(1);
    // In whichever order the legs come.
    expect(at(1600, [1, 2000, 1], [1, 1700, -1], [-1, 1500, -1], [-1, 1400, 1])).toBe(300 / 2000);
  });

  const leg = fc.tuple(
    fc.constantFrom(1 as const, -1 as const),
    fc.integer({ min: 1, max: 60 }).map((hundreds) => hundreds * 100),
    fc.integer({ min: -5, max: 5 }),
  );
  const price = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
  const payoff = (legs: readonly Leg[], at: number): number =>
    legs.reduce(
      (sum, [callSign, strike, size]) => sum + size * Math.max(0, callSign * (at - strike)),
      0,
    );

  test('no delivery price loses more', () => {
    fc.assert(
      fc.property(fc.array(leg, { maxLength: 8 }), price, (legs, at) => {
        const coins = maxLossInverse(legsOf(legs));
        expect(-payoff(legs, at) / at).toBeLessThanOrEqual(coins + 1e-6);
        const unbounded = legs.reduce((sum, [sign, , size]) => sum + (sign > 0 ? size : 0), 0) < 0;
        if (!unbounded) {
          const dollars = maxLossLinear(legsOf(legs), 2000, 1.2);
          expect(-payoff(legs, at)).toBeLessThanOrEqual(dollars + 1e-6);
        }
      }),
    );
  });

  test('it is reached, and more of an option never loses more', () => {
    fc.assert(
      fc.property(fc.array(leg, { maxLength: 8 }), fc.nat(7), (legs, which) => {
        const loss = maxLossLinear(legsOf(legs), 2000, 0);
        const reached = Math.max(
          0,
          ...[0, ...legs.map((row) => row[1])].map((at) => -payoff(legs, at)),
        );
        expect(loss).toBe(reached + 0);
        const more = legs.map((row, i): Leg => (i === which ? [row[0], row[1], row[2] + 1] : row));
        expect(maxLossLinear(legsOf(more), 2000, 1.2)).toBeLessThanOrEqual(
          maxLossLinear(legsOf(legs), 2000, 1.2),
        );
        for (const floor of [0, 1234.5]) {
          expect(maxLossInverse(legsOf(more), floor)).toBeLessThanOrEqual(
            maxLossInverse(legsOf(legs), floor) + 1e-12,
          );
        }
      }),
    );
  });

  test('with a floor it is the worst of all prices, and reached', () => {
    const floor = fc.double({ min: 50, max: 8000, noNaN: true });
    fc.assert(
      fc.property(fc.array(leg, { maxLength: 8 }), price, floor, (legs, at, low) => {
        const coins = maxLossInverse(legsOf(legs), low);
        expect(-payoff(legs, at) / Math.max(at, low)).toBeLessThanOrEqual(coins + 1e-6);
        const prices = [0, low, 1e12, ...legs.map((row) => row[1])];
        const reached = Math.max(0, ...prices.map((s) => -payoff(legs, s) / Math.max(s, low)));
        expect(coins).toBeCloseTo(reached, 6);
      }),
    );
  });
});
