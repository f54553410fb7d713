/** American options against published tables and each other, and their exact limits. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blackScholes } from '../black76-greeks.ts';
import {
  expectNear,
  publishedTables,
  type TableRow,
  valueOf,
} from '../testing/published-tables.ts';
import {
  americanExerciseBoundary,
  americanExerciseInterval,
  americanGreeks,
  americanPrice,
} from './american.ts';
import {
  baroneAdesiWhaley,
  bjerksundStensland1993,
  bjerksundStensland2002,
} from './american-approximations.ts';
import type { AmericanInputs } from './american-inputs.ts';
import { binomialPrice } from './binomial-tree.ts';

const inputsOf = (row: TableRow): AmericanInputs => ({
  spot: row.number('spot'),
  strike: row.number('strike'),
  timeYears: row.number('timeYears'),
  volatility: row.number('volatility'),
  rate: row.number('rate'),
  yieldRate: row.number('yieldRate'),
  optionType: row.text<'call' | 'put'>('optionType'),
});

const europeanOf = (inputs: AmericanInputs): number => {
  const { spot, strike, timeYears, volatility, rate, yieldRate, optionType } = inputs;
  const sign = optionType === 'call' ? 1 : -1;
  return blackScholes(spot, strike, timeYears, volatility, rate, yieldRate, sign);
};

const precise = (inputs: AmericanInputs): number => valueOf(americanPrice(inputs, 'precise'));

test('every method equals the published tables of its own', () => {
  const methods: { readonly [method: string]: (row: TableRow) => number } = {
    'barone-adesi-whaley': (row) => valueOf(baroneAdesiWhaley(inputsOf(row))),
    'bjerksund-stensland-1993': (row) => valueOf(bjerksundStensland1993(inputsOf(row))),
    'bjerksund-stensland-2002-haug': (row) =>
      valueOf(bjerksundStensland2002(inputsOf(row), 'haug')),
    true: (row) => precise(inputsOf(row)),
    premium: (row) => precise(inputsOf(row)) - europeanOf(inputsOf(row)),
  };
  for (const table of publishedTables('american.json')) {
    const column = table.method === 'premium' ? 'premium' : 'price';
    table.rows.forEach((row, i) => {
      const value = (methods[table.method] as (row: TableRow) => number)(row);
      expectNear(value, row.number(column), table.tolerance, `${table.source}, row ${i}`);
    });
  }
});

const inputs = fc.record({
  spot: fc.double({ min: 60, max: 160, noNaN: true }),
  strike: fc.constant(100),
  timeYears: fc.double({ min: 1 / 365, max: 10, noNaN: true }),
  volatility: fc.double({ min: 0.05, max: 1.5, noNaN: true }),
  rate: fc.constantFrom(-0.02, 0, 0.001, 0.01, 0.05, 0.1, 0.2),
  yieldRate: fc.constantFrom(-0.03, 0, 0.001, 0.02, 0.05, 0.1, 0.15),
  optionType: fc.constantFrom('call' as const, 'put' as const),
});

test('the fast mode is within 1e-6 of the strike of the precise one', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const fast = americanPrice(given);
      const slow = americanPrice(given, 'precise');
      expect(fast.ok).toBe(slow.ok);
      if (fast.ok && slow.ok) {
        // The longer of strike and spot is the strike of the put that is worth the same.
        expectNear(fast.value, slow.value, 1e-6 * Math.max(100, given.spot));
      }
    }),
    { numRuns: 300 },
  );
});

test('the price is at least the European and the intrinsic one, and at most the strike', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const price = americanPrice(given, 'precise');
      const sign = given.optionType === 'call' ? 1 : -1;
      const value = valueOf(price);
      expect(value).toBeGreaterThanOrEqual(europeanOf(given) - 1e-12);
      expect(value).toBeGreaterThanOrEqual(sign * (given.spot - 100));
      const longer = americanPrice({ ...given, timeYears: 1.1 * given.timeYears }, 'precise');
      expect(valueOf(longer)).toBeGreaterThanOrEqual(value - 1e-7);
      const wilder = americanPrice({ ...given, volatility: given.volatility * 1.05 }, 'precise');
      expect(valueOf(wilder)).toBeGreaterThanOrEqual(value - 1e-7);
    }),
    { numRuns: 100 },
  );
});

test('a call is the put with spot and strike, rate and yield exchanged', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      const { spot, strike, rate, yieldRate, optionType } = given;
      const twin = {
        ...given,
        spot: strike,
        strike: spot,
        rate: yieldRate,
        yieldRate: rate,
        optionType: optionType === 'call' ? ('put' as const) : ('call' as const),
      };
      const price = americanPrice(given);
      const other = americanPrice(twin);
      expect(price.ok).toBe(other.ok);
      if (price.ok && other.ok) {
        expectNear(price.value, other.value, 1e-13 * Math.max(spot, strike));
      }
    }),
    { numRuns: 50 },
  );
});

test('a tree of many steps comes to the same', () => {
  fc.assert(
    fc.property(inputs, (given) => {
      fc.pre(given.timeYears < 3 && given.volatility * Math.sqrt(given.timeYears) < 1.2);
      const price = americanPrice(given, 'precise');
      fc.pre(price.ok);
      const tree = binomialPrice(given, { steps: 1001 });
      fc.pre(tree.ok);
      expectNear(valueOf(tree), valueOf(price), 2.5e-4 * Math.max(100, given.spot));
    }),
    { numRuns: 40 },
  );
});

test('approximations are within their known errors', () => {
  for (const given of fc.sample(inputs, { numRuns: 200, seed: 5 })) {
    const price = americanPrice(given, 'precise');
    if (!price.ok || given.timeYears > 3) {
      continue;
    }
    for (const method of [baroneAdesiWhaley, bjerksundStensland1993, bjerksundStensland2002]) {
      const value = method(given);
      if (value.ok) {
        const { name } = method;
        expectNear(value.value, price.value, 0.02 * Math.max(100, given.spot), name);
      }
    }
  }
});

test('the European tree converges with the square of its steps', () => {
  const given = {
    spot: 100,
    strike: 110,
    timeYears: 1,
    volatility: 0.3,
    rate: 0.05,
    yieldRate: 0.02,
    optionType: 'call' as const,
  };
  const exact = europeanOf(given);
  const error = (steps: number): number =>
    Math.abs(valueOf(binomialPrice(given, { steps, exercise: 'european' })) - exact);
  expect(error(101)).toBeLessThan(2e-3);
  expect(error(401)).toBeLessThan(error(101) / 12);
});

test('greeks are the differences of the price', () => {
  for (const given of fc.sample(inputs, { numRuns: 60, seed: 3 })) {
    const greeks = americanGreeks(given);
    const boundary = americanExerciseBoundary(given);
    if (!greeks.ok || given.timeYears < 0.05 || given.spot * given.volatility > 140) {
      continue;
    }
    // At the boundary itself gamma jumps; beside it differences straddle the jump.
    if (boundary.ok && Math.abs(Math.log(boundary.value / given.spot)) < 0.02) {
      continue;
    }
    const { price, delta, gamma, theta, vega, rho } = greeks.value;
    expect(price).toBe(precise(given));
    const h = 2e-4 * given.spot;
    const above = precise({ ...given, spot: given.spot + h });
    const below = precise({ ...given, spot: given.spot - h });
    expectNear(delta, (above - below) / (2 * h), 2e-5, 'delta');
    expectNear(gamma, (above - 2 * price + below) / (h * h), 2e-4 + 2e-3 * gamma, 'gamma');
    const day = 1e-3 * given.timeYears;
    const sooner = precise({ ...given, timeYears: given.timeYears - day });
    const later = precise({ ...given, timeYears: given.timeYears + day });
    expectNear(theta, (sooner - later) / (2 * day), 2e-3 + 2e-4 * Math.abs(theta), 'theta');
    const wilder = precise({ ...given, volatility: given.volatility + 1e-4 });
    const calmer = precise({ ...given, volatility: given.volatility - 1e-4 });
    expectNear(vega, (wilder - calmer) / 2e-4, 2e-3, 'vega');
    const dearer = americanPrice({ ...given, rate: given.rate + 1e-4 }, 'precise');
    const cheaper = americanPrice({ ...given, rate: given.rate - 1e-4 }, 'precise');
    if (given.rate > 0 && given.rate !== given.yieldRate && dearer.ok && cheaper.ok) {
      expectNear(rho, (dearer.value - cheaper.value) / 2e-4, 5e-2, 'rho');
    }
  }
});

test('the price without volatility is the limit of small volatilities', () => {
  for (const spot of [80, 95, 100, 105, 130]) {
    for (const optionType of ['call', 'put'] as const) {
      for (const [rate, yieldRate] of [
        [0.05, 0.02],
        [0.02, 0.05],
        [0.04, 0.04],
        [0, 0.03],
        [0.03, 0],
        [0, 0],
      ] as const) {
        const given = {
          spot,
          strike: 100,
          timeYears: 2,
          volatility: 0,
          rate,
          yieldRate,
          optionType,
        };
        const still = precise(given);
        expectNear(precise({ ...given, volatility: 1e-4 }), still, 0.03);
        expectNear(valueOf(americanPrice({ ...given, volatility: 1e-4 })), still, 0.03);
      }
    }
  }
});

test('edges and refusals', () => {
  const given = {
    spot: 90,
    strike: 100,
    timeYears: 1,
    volatility: 0.2,
    rate: -0.01,
    yieldRate: -0.05,
    optionType: 'put' as const,
  };
  const two = { ok: false, error: 'double-boundary' };
  expect(americanExerciseBoundary(given)).toEqual(two);
  expect(baroneAdesiWhaley(given)).toEqual(two);
  expect(valueOf(americanPrice({ ...given, timeYears: 0 }))).toBe(10);
  const call = { ...given, rate: 0.05, yieldRate: 0, optionType: 'call' as const };
  expect(precise(call)).toBe(europeanOf(call));
  expect(americanExerciseBoundary(call)).toEqual({ ok: false, error: 'never-exercised' });
  expect(americanExerciseInterval(call)).toEqual({ ok: false, error: 'never-exercised' });
  const usual = { ...given, rate: 0.05, yieldRate: 0.02 };
  const to = valueOf(americanExerciseBoundary(usual));
  expect(americanExerciseInterval(usual)).toEqual({ ok: true, value: { from: 0, to } });
  for (const wrong of [
    { spot: 0 },
    { strike: Number.NaN },
    { timeYears: -1 },
    { volatility: -1 },
  ]) {
    const refused = { ok: false, error: 'invalid-input' };
    expect(americanPrice({ ...given, ...wrong })).toEqual(refused);
    expect(americanGreeks({ ...given, ...wrong })).toEqual(refused);
    expect(baroneAdesiWhaley({ ...given, ...wrong })).toEqual(refused);
    expect(binomialPrice({ ...given, ...wrong })).toEqual(refused);
  }
});

test('extreme arguments give prices within their bounds, or a tag', () => {
  const extreme = fc.record({
    spot: fc.constantFrom(1, 95, 99.999999, 100, 110, 1e4),
    strike: fc.constantFrom(1, 90, 100, 100.0000001, 200),
    timeYears: fc.constantFrom(0, 1e-8, 1 / 525_600, 1 / 365, 0.5, 5, 50),
    volatility: fc.constantFrom(0, 1e-9, 1e-4, 0.01, 0.2, 1, 5),
    rate: fc.constantFrom(-0.2, -0.01, 0, 1e-8, 0.03, 0.3),
    yieldRate: fc.constantFrom(-0.2, -0.01, 0, 1e-8, 0.03, 0.3),
    optionType: fc.constantFrom('call' as const, 'put' as const),
  });
  fc.assert(
    fc.property(extreme, (given) => {
      const { spot, strike, timeYears, rate, yieldRate, optionType } = given;
      const price = americanPrice(given);
      if (!price.ok) {
        expect(price.error).toBe('not-settled');
        return;
      }
      const sign = optionType === 'call' ? 1 : -1;
      const asset = spot * Math.exp(Math.max(0, -yieldRate) * timeYears);
      const cash = strike * Math.exp(Math.max(0, -rate) * timeYears);
      expect(price.value).toBeGreaterThanOrEqual(sign * (spot - strike));
      expect(price.value).toBeLessThanOrEqual((sign > 0 ? asset : cash) * (1 + 1e-12));
      const greeks = americanGreeks(given);
      expect(greeks.ok && Object.values(greeks.value).some((greek) => greek !== greek)).toBe(false);
    }),
    { numRuns: 200 },
  );
});
