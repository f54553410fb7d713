/** Puts and calls exercised between two boundaries, against trees, their twins and their limits. */

import { normCdf, normPdf } from '@openstrike/std';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blackScholes } from '../black76-greeks.ts';
import { expectNear, valueOf } from '../testing/published-tables.ts';
import { americanExerciseInterval, americanGreeks, americanPrice } from './american.ts';
import type { AmericanInputs } from './american-inputs.ts';
import { binomialPrice } from './binomial-tree.ts';
import { LOWER_START } from './exercise-boundary.ts';

const precise = (inputs: AmericanInputs): number => valueOf(americanPrice(inputs, 'precise'));

/** A put under rates that bring two boundaries: yield < rate < 0. */
const puts = fc
  .record({
    spot: fc.double({ min: 55, max: 130, noNaN: true }),
    timeYears: fc.double({ min: 0.01, max: 6, noNaN: true }),
    volatility: fc.double({ min: 0.05, max: 0.8, noNaN: true }),
    rate: fc.double({ min: -0.05, max: -0.001, noNaN: true }),
    spread: fc.double({ min: 0.001, max: 0.06, noNaN: true }),
  })
  .map(
    ({ spread, ...given }): AmericanInputs => ({
      ...given,
      strike: 100,
      yieldRate: given.rate - spread,
      optionType: 'put',
    }),
  );

const example: AmericanInputs = {
  spot: 90,
  strike: 100,
  timeYears: 1,
  volatility: 0.1,
  rate: -0.01,
  yieldRate: -0.05,
  optionType: 'put',
};

test('trees of ever more steps come to the price, before and after the boundaries meet', () => {
  for (const [rate, yieldRate, volatility, timeYears, spot] of [
    [-0.01, -0.05, 0.1, 1, 95],
    [-0.04, -0.06, 0.2, 1, 60],
    [-0.005, -0.01, 0.2, 5, 85],
    [-0.04, -0.06, 0.5, 5, 100],
  ] as const) {
    const given = { ...example, rate, yieldRate, volatility, timeYears, spot };
    const coarse = valueOf(binomialPrice(given, { steps: 401 }));
    const fine = valueOf(binomialPrice(given, { steps: 1601 }));
    expectNear(precise(given), fine + (fine - coarse) / 3, 1e-4);
  }
});

test('both modes agree, above the European and the intrinsic price, and grow with time', () => {
  fc.assert(
    fc.property(puts, (given) => {
      const { spot, strike, timeYears, volatility, rate, yieldRate } = given;
      const price = precise(given);
      expectNear(valueOf(americanPrice(given)), price, 2e-5);
      const european = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
      expect(price).toBeGreaterThanOrEqual(european - 1e-9);
      expect(price).toBeGreaterThanOrEqual(strike - spot);
      expect(precise({ ...given, timeYears: 1.1 * timeYears })).toBeGreaterThan(price - 1e-6);
      expect(precise({ ...given, volatility: 1.05 * volatility })).toBeGreaterThan(price - 1e-6);
    }),
    { numRuns: 60 },
  );
});

test('a call is the put with spot and strike, rate and yield exchanged', () => {
  fc.assert(
    fc.property(puts, (given) => {
      const { spot, strike, rate, yieldRate } = given;
      const call = {
        ...given,
        spot: strike,
        strike: spot,
        rate: yieldRate,
        yieldRate: rate,
        optionType: 'call' as const,
      };
      expectNear(precise(call), precise(given), 1e-12);
    }),
    { numRuns: 20 },
  );
});

test('the price joins the intrinsic one smoothly at both boundaries', () => {
  const { from, to } = valueOf(americanExerciseInterval(example)) as { from: number; to: number };
  expect(from).toBeGreaterThan(20);
  expect(to).toBeLessThan(100);
  for (const [spot, side] of [
    [from, -1],
    [to, 1],
  ] as const) {
    expect(precise({ ...example, spot: spot * (1 - side * 1e-9) })).toBe(
      100 - spot * (1 - side * 1e-9),
    );
    const greeks = americanGreeks({ ...example, spot: spot * (1 + side * 1e-6) });
    expectNear(greeks.ok ? greeks.value.price : 0, 100 - spot * (1 + side * 1e-6), 1e-6);
    expectNear(greeks.ok ? greeks.value.delta : 0, -1, 1e-4);
  }
  const call = valueOf(
    americanExerciseInterval({ ...example, rate: -0.05, yieldRate: -0.01, optionType: 'call' }),
  ) as { from: number; to: number };
  expectNear(call.from, 1e4 / to, 1e-9);
  expectNear(call.to, 1e4 / from, 1e-9);
});

test('greeks are the differences of the price, on every side of the boundaries', () => {
  for (const changes of [
    { spot: 15 },
    { spot: 95 },
    { spot: 105 },
    { volatility: 0.5, timeYears: 5 },
  ]) {
    const given = { ...example, ...changes };
    const greeks = americanGreeks(given);
    if (!greeks.ok) {
      throw new Error(greeks.error);
    }
    const at = (shift: Partial<AmericanInputs>): number => precise({ ...given, ...shift });
    const h = 1e-3 * given.spot;
    const price = at({});
    const above = at({ spot: given.spot + h });
    const below = at({ spot: given.spot - h });
    const { delta, gamma, theta, vega, rho } = greeks.value;
    expectNear(delta, (above - below) / (2 * h), 1e-5, 'delta');
    expectNear(gamma, (above - 2 * price + below) / (h * h), 1e-4, 'gamma');
    const { timeYears, volatility, rate } = given;
    const slope = (later: number, sooner: number): number => (later - sooner) / 2e-3;
    const sooner = at({ timeYears: timeYears - 1e-3 });
    expectNear(theta, -slope(at({ timeYears: timeYears + 1e-3 }), sooner), 1e-3, 'theta');
    const calmer = at({ volatility: volatility - 1e-3 });
    expectNear(vega, slope(at({ volatility: volatility + 1e-3 }), calmer), 1e-2, 'vega');
    expectNear(rho, slope(at({ rate: rate + 1e-3 }), at({ rate: rate - 1e-3 })), 0.5, 'rho');
  }
});

test('limits: no time, no volatility, boundaries that have met, rates that come to zero', () => {
  expect(precise({ ...example, timeYears: 0 })).toBe(10);
  expect(precise({ ...example, volatility: 0 })).toBe(10);
  expect(americanExerciseInterval({ ...example, volatility: 0 })).toEqual({
    ok: true,
    value: { from: 20, to: 100 },
  });
  expect(americanExerciseInterval({ ...example, volatility: 0.6, timeYears: 5 })).toEqual({
    ok: false,
    error: 'exercised-later',
  });
  expect(americanExerciseInterval({ ...example, yieldRate: 0.05 })).toEqual({
    ok: false,
    error: 'never-exercised',
  });
  // Just below a rate of zero the price is that of the single boundary just above.
  expectNear(precise({ ...example, rate: -1e-9 }), precise({ ...example, rate: 1e-9 }), 1e-6);
  // Where the yield comes to the rate, exercise gains nothing.
  const level = { ...example, volatility: 0.3, yieldRate: -0.01 - 1e-9 };
  const { spot, strike, timeYears, volatility, rate, yieldRate } = level;
  const european = blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, -1);
  expectNear(precise(level), european, 1e-6);
});

test('the lower boundary leaves the balance of interest and yield by its constant', () => {
  // The equation that the constant solves, and the boundary found near to expiry.
  const c = LOWER_START;
  expectNear(c ** 3 * normCdf(c), (1 - c * c) * normPdf(c), 1e-6);
  expectNear(c / Math.SQRT2, 0.451723, 1e-6);
  for (const timeYears of [1e-6, 1e-5]) {
    const { from } = valueOf(americanExerciseInterval({ ...example, timeYears }));
    const balance = (example.strike * example.rate) / example.yieldRate;
    const depth = Math.log(from / balance) / (example.volatility * Math.sqrt(timeYears));
    expectNear(depth, c, 1e-3);
  }
});
