/** Payoffs, break-evens, probabilities and greeks of multi-leg positions. */
import { createRandom, exp } from '@openstrike/std';
import { expect, test } from 'vitest';
import {
  black76,
  black76Greeks,
  breakEvens,
  GREEK_COUNT,
  type Leg,
  payoffAt,
  portfolioGreeks,
  probabilityOfProfit,
  profitBounds,
  STRATEGIES,
  valueAt,
} from './index.ts';

test('named strategies pay what their names promise', () => {
  const s = STRATEGIES;
  expect(payoffAt(s.straddle(100), 130)).toBe(30);
  expect(payoffAt(s.strangle(90, 110), 80)).toBe(10);
  expect(payoffAt(s.ironCondor(80, 90, 110, 120), 100)).toBe(0);
  expect(payoffAt(s.ironCondor(80, 90, 110, 120), 70)).toBe(-10);
  expect(payoffAt(s.callButterfly(90, 100, 110), 100)).toBe(10);
  expect(payoffAt(s.collar(90, 110), 150)).toBe(110);
  expect(payoffAt(s.collar(90, 110), 50)).toBe(90);
  expect(payoffAt(s.syntheticForward(100), 140)).toBe(40);
  for (const price of [1, 50, 95, 100, 105, 200]) {
    expect(payoffAt(s.box(90, 110), price)).toBe(20);
    expect(payoffAt(s.callButterfly(90, 100, 110), price)).toBe(
      payoffAt(s.putButterfly(90, 100, 110), price),
    );
    expect(payoffAt(s.bullCallSpread(90, 110), price) - 20).toBe(
      payoffAt(s.bullPutSpread(90, 110), price),
    );
    expect(payoffAt(s.coveredCall(100), price) - 100).toBe(payoffAt(s.shortPut(100), price));
  }
  expect(payoffAt(s.longCall(100), 125, 'inverse')).toBe(0.2);
});

test('value tends to payoff, and greeks sum over legs', () => {
  const legs = STRATEGIES.ironCondor(80, 90, 110, 120);
  const volatilities = [0.5, 0.45, 0.4, 0.42];
  expect(valueAt(legs, 95, 0, volatilities)).toBe(payoffAt(legs, 95));
  const out = new Float64Array(GREEK_COUNT);
  const one = new Float64Array(GREEK_COUNT);
  const sum = new Float64Array(GREEK_COUNT);
  portfolioGreeks(legs, 100, 0.1, volatilities, out);
  for (const [i, leg] of legs.entries()) {
    if (leg.kind === 'option') {
      const sign = leg.optionType === 'call' ? 1 : -1;
      black76Greeks(100, leg.strike, 0.1, volatilities[i] as number, sign, one);
      for (let j = 0; j < GREEK_COUNT; j++) {
        sum[j] = (sum[j] as number) + leg.quantity * (one[j] as number);
      }
    }
  }
  for (let j = 0; j < GREEK_COUNT; j++) {
    expect(out[j]).toBeCloseTo(sum[j] as number, 12);
  }
  const held: Leg[] = [{ kind: 'underlying', quantity: 2 }];
  portfolioGreeks(held, 100, 0.1, [0], out);
  expect([out[0], out[1], out[2]]).toEqual([200, 2, 0]);
  const calendar = STRATEGIES.callCalendar(100, 0.25);
  expect(valueAt(calendar, 100, 0, [0.5, 0.5])).toBeCloseTo(black76(100, 100, 0.25, 0.5, 1), 12);
});

test('break-evens are exact and complete', () => {
  expect(breakEvens(STRATEGIES.straddle(100), 10)).toEqual([90, 110]);
  expect(breakEvens(STRATEGIES.ironCondor(80, 90, 110, 120), -3)).toEqual([87, 113]);
  expect(breakEvens(STRATEGIES.callRatioSpread(100, 110), -1)).toEqual([121]);
  expect(breakEvens(STRATEGIES.longCall(100), 0.1, 'inverse')[0]).toBeCloseTo(100 / 0.9, 10);
  expect(breakEvens(STRATEGIES.box(90, 110), 19)).toEqual([]);
  expect(profitBounds(STRATEGIES.bullCallSpread(90, 110), 8)).toEqual({
    profitMax: 12,
    lossMax: 8,
  });
  expect(profitBounds(STRATEGIES.shortCall(100), -5)).toEqual({ profitMax: 5, lossMax: Infinity });
});

test('the probability of profit is the share of paths that profit', () => {
  const random = createRandom('paths');
  const legs = STRATEGIES.ironCondor(80, 90, 110, 120);
  const market = { forward: 100, timeYears: 0.25, volatilityAt: () => 0.4 };
  const s = 0.4 * Math.sqrt(0.25);
  let profits = 0;
  const count = 100_000;
  for (let i = 0; i < count; i++) {
    const price = 100 * exp(s * random.nextNormal() - 0.5 * s * s);
    profits += payoffAt(legs, price) > -3 ? 1 : 0;
  }
  expect(probabilityOfProfit(legs, -3, market)).toBeCloseTo(profits / count, 2);
  expect(probabilityOfProfit(STRATEGIES.box(90, 110), 19, market)).toBe(1);
  const forward = probabilityOfProfit([{ kind: 'underlying', quantity: 1 }], 100, market);
  expect(forward).toBeCloseTo(0.46, 2);
});
