/** Properties of prices, greeks, batches and implied volatility over random options. */
import { createRandom } from '@openstrike/std';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  black76,
  black76Batch,
  black76Greeks,
  black76GreeksBatch,
  blackScholes,
  blackScholesGreeks,
  GREEK,
  GREEK_COUNT,
  impliedBlack76,
  impliedBlack76Batch,
  impliedBlackScholes,
  impliedTotalVolatility,
  impliedVolatility,
  inverseGreeks,
  outOfTheMoney,
} from './index.ts';

const positive = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min: Math.log(min), max: Math.log(max), noNaN: true }).map(Math.exp);
const sign = fc.constantFrom(1, -1);
const ordinary = fc.record({
  forward: positive(10, 1e5),
  moneyness: fc.double({ min: -2.5, max: 2.5, noNaN: true }),
  timeYears: positive(0.01, 5),
  volatility: positive(0.05, 2),
  sign,
});

function strikeOf(forward: number, moneyness: number, total: number): number {
  return forward * Math.exp(moneyness * total);
}

test('parity, bounds, monotone in volatility and strike, convex in strike', () => {
  fc.assert(
    fc.property(ordinary, ({ forward, moneyness, timeYears, volatility, sign: side }) => {
      const total = volatility * Math.sqrt(timeYears);
      const strike = strikeOf(forward, 4 * moneyness, total);
      const price = black76(forward, strike, timeYears, volatility, side);
      const other = black76(forward, strike, timeYears, volatility, -side);
      const size = Math.max(forward, strike);
      expect(Math.abs(side * (price - other) - (forward - strike))).toBeLessThan(4e-16 * size);
      expect(price).toBeGreaterThanOrEqual(Math.max(side * (forward - strike), 0));
      expect(price).toBeLessThanOrEqual(side > 0 ? forward : strike);
      expect(black76(forward, strike, timeYears, volatility * 1.001, side)).toBeGreaterThanOrEqual(
        price,
      );
      const step = 0.01 * strike * total;
      const up = black76(forward, strike + step, timeYears, volatility, side);
      const down = black76(forward, strike - step, timeYears, volatility, side);
      expect(side * (up - price)).toBeLessThanOrEqual(1e-15 * size);
      expect(up + down - 2 * price).toBeGreaterThanOrEqual(-1e-15 * size);
    }),
    { numRuns: 3000 },
  );
});

const differences: readonly [
  keyof typeof GREEK,
  keyof typeof GREEK,
  'spot' | 'vol' | 'time' | 'rate',
][] = [
  ['delta', 'price', 'spot'],
  ['gamma', 'delta', 'spot'],
  ['speed', 'gamma', 'spot'],
  ['vega', 'price', 'vol'],
  ['vanna', 'delta', 'vol'],
  ['volga', 'vega', 'vol'],
  ['zomma', 'gamma', 'vol'],
  ['theta', 'price', 'time'],
  ['charm', 'delta', 'time'],
  ['color', 'gamma', 'time'],
  ['rho', 'price', 'rate'],
];

type Write = (spot: number, vol: number, years: number, rate: number, out: Float64Array) => void;

function checkDifferences(write: Write, spot: number, vol: number, years: number, rate: number) {
  const at = new Float64Array(GREEK_COUNT);
  const high = new Float64Array(GREEK_COUNT);
  const low = new Float64Array(GREEK_COUNT);
  const total = vol * Math.sqrt(years);
  write(spot, vol, years, rate, at);
  for (const [greek, of, by] of differences) {
    const h = {
      spot: 3e-5 * spot * Math.min(total, 1),
      vol: 3e-5 * vol,
      time: 3e-5 * years,
      rate: 1e-5 * Math.min(total, 1),
    }[by];
    write(
      spot + (by === 'spot' ? h : 0),
      vol + (by === 'vol' ? h : 0),
      years - (by === 'time' ? h : 0),
      rate + (by === 'rate' ? h : 0),
      high,
    );
    write(
      spot - (by === 'spot' ? h : 0),
      vol - (by === 'vol' ? h : 0),
      years + (by === 'time' ? h : 0),
      rate - (by === 'rate' ? h : 0),
      low,
    );
    const slope = ((high[GREEK[of]] as number) - (low[GREEK[of]] as number)) / (2 * h);
    const value = at[GREEK[greek]] as number;
    const noise = (4e-15 * Math.abs(at[GREEK[of]] as number)) / h;
    const scale =
      Math.abs(at[GREEK[of]] as number) /
      (by === 'spot' ? spot * total : by === 'vol' ? vol : by === 'time' ? years : 1);
    expect(Math.abs(value - slope), greek).toBeLessThanOrEqual(
      2e-6 * (Math.abs(value) + scale) + noise + 1e-12,
    );
  }
}

test('every greek is the slope of the one below it', () => {
  const rates = fc.record({
    rate: fc.double({ min: -0.05, max: 0.15, noNaN: true }),
    yieldRate: fc.double({ min: -0.05, max: 0.15, noNaN: true }),
  });
  fc.assert(
    fc.property(ordinary, rates, (inputs, { rate, yieldRate }) => {
      const { forward, moneyness, timeYears, volatility, sign: side } = inputs;
      const strike = strikeOf(forward, moneyness, volatility * Math.sqrt(timeYears));
      checkDifferences(
        (spot, vol, years, r, out) =>
          blackScholesGreeks(spot, strike, years, vol, r, yieldRate, side, out),
        forward,
        volatility,
        timeYears,
        rate,
      );
      checkDifferences(
        (spot, vol, years, r, out) => black76Greeks(spot, strike, years, vol, side, out, 0, r),
        forward,
        volatility,
        timeYears,
        rate,
      );
      checkDifferences(
        (spot, vol, years, r, out) => inverseGreeks(spot, strike, years, vol, side, out, 0, r),
        forward,
        volatility,
        timeYears,
        rate,
      );
    }),
    { numRuns: 300 },
  );
});

test('a volatility survives the price, to the last digits the price can hold', () => {
  const totals = positive(1e-4, 12);
  const nears = fc.double({ min: -5, max: 36, noNaN: true });
  fc.assert(
    fc.property(totals, nears, (total, near) => {
      const x = Math.abs((near + 0.5 * total) * total);
      const price = outOfTheMoney(x, total);
      fc.pre(price > 1e-280 && price < 1);
      const found = impliedTotalVolatility(price, x);
      const d = x / total - 0.5 * total;
      const vega = Math.exp(-0.5 * d * d) / 2.5066282746310002;
      const attainable = price > 0.5 ? 1 / (total * vega) : price / (total * vega);
      // The forward price itself is off by a few ulp times its conditioning in x / s.
      const forwardError = 1 + Math.abs((d * x) / total);
      expect(Math.abs(found / total - 1)).toBeLessThanOrEqual(
        4e-15 * Math.max(1, attainable * forwardError),
      );
    }),
    { numRuns: 5000 },
  );
});

test('a price that no volatility explains is refused by name', () => {
  const at = { forward: 100, strike: 90, timeYears: 0.5, optionType: 'call' } as const;
  expect(impliedVolatility({ ...at, price: 9.99 })).toEqual({
    ok: false,
    error: 'below-intrinsic',
  });
  expect(impliedVolatility({ ...at, price: 10 })).toEqual({ ok: true, value: 0 });
  expect(impliedVolatility({ ...at, price: 100 })).toEqual({ ok: false, error: 'above-bound' });
  expect(impliedVolatility({ ...at, price: 12, timeYears: 0 })).toEqual({
    ok: false,
    error: 'no-time',
  });
  for (const bad of [
    { price: NaN },
    { forward: 0 },
    { strike: -1 },
    { timeYears: NaN },
    { timeYears: Infinity },
    { forward: Infinity },
  ]) {
    expect(impliedVolatility({ ...at, price: 12, ...bad })).toEqual({
      ok: false,
      error: 'invalid-input',
    });
  }
});

test('a volatility comes back from a discounted price on spot', () => {
  const price = blackScholes(100, 115, 0.75, 0.35, 0.04, 0.02, 1);
  expect(impliedBlackScholes(price, 100, 115, 0.75, 0.04, 0.02, 1)).toBeCloseTo(0.35, 14);
});

test('any numbers at all give a volatility or a refusal, never NaN', () => {
  const any = fc.double();
  fc.assert(
    fc.property(any, any, any, any, sign, (price, forward, strike, years, side) => {
      const value = impliedBlack76(price, forward, strike, years, side);
      expect(value >= 0 || [-1, -2, -3, -4].includes(value)).toBe(true);
      expect(value).toBeLessThan(Infinity);
    }),
    { numRuns: 5000 },
  );
});

test('batches agree with single options, elements out of range included', () => {
  const random = createRandom('batch');
  const count = 1500;
  const array = (): Float64Array => new Float64Array(count);
  const batch = {
    forward: array(),
    strike: array(),
    timeYears: array(),
    volatility: array(),
    sign: new Int8Array(count),
  };
  for (let i = 0; i < count; i++) {
    batch.forward[i] = 100;
    batch.timeYears[i] = i % 50 === 0 ? 0 : Math.exp(3 * random.nextNormal() - 3);
    batch.volatility[i] = i % 61 === 0 ? 0 : Math.exp(random.nextNormal() - 0.5);
    const total = (batch.volatility[i] as number) * Math.sqrt(batch.timeYears[i] as number);
    batch.strike[i] = i % 71 === 0 ? 100 : 100 * Math.exp(3 * total * random.nextNormal());
    batch.sign[i] = random.nextInt(0, 2) === 0 ? 1 : -1;
  }
  const prices = array();
  const out = {
    price: array(),
    delta: array(),
    gamma: array(),
    vega: array(),
    theta: array(),
    rho: array(),
  };
  const found = array();
  const one = new Float64Array(GREEK_COUNT);
  black76Batch(batch, prices, count);
  black76GreeksBatch(batch, out, count);
  impliedBlack76Batch({ ...batch, price: prices }, found, count);
  for (let i = 0; i < count; i++) {
    const [f, k] = [batch.forward[i] as number, batch.strike[i] as number];
    const [t, v] = [batch.timeYears[i] as number, batch.volatility[i] as number];
    const side = batch.sign[i] as number;
    black76Greeks(f, k, t, v, side, one);
    const price = black76(f, k, t, v, side);
    const near = (a: number, b: number, what: string): void =>
      expect(a === b || Math.abs(a - b) <= 3e-14 * Math.abs(b), `${what} ${i}: ${a} ${b}`).toBe(
        true,
      );
    near(prices[i] as number, price, 'price');
    near(out.price[i] as number, price, 'price with greeks');
    for (const name of ['delta', 'gamma', 'vega', 'theta', 'rho'] as const) {
      near(out[name][i] as number, one[GREEK[name]] as number, name);
    }
    expect(found[i]).toBe(impliedBlack76(prices[i] as number, f, k, t, side));
  }
});
