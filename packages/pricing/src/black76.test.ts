/** Prices and greeks against published figures, fifty-digit references and the exact limits. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  allocateBatch,
  black76,
  black76Batch,
  black76Greeks,
  black76GreeksBatch,
  black76Price,
  blackScholes,
  blackScholesGreeks,
  GREEK,
  GREEK_COUNT,
  impliedBlack76Batch,
  inverseGreeks,
  signOf,
} from './index.ts';

function load<T>(name: string): T {
  const path = new URL(`../../../testdata/pricing/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

const out = new Float64Array(GREEK_COUNT);

test('Black-76 prices and deltas as Derive publishes them', () => {
  const table = load<{
    toleranceAbs: number;
    rows: [number, number, number, number, number, number, number, number | null][];
  }>('published-black76.json');
  for (const [forward, strike, seconds, vol, discount, call, put, delta] of table.rows) {
    const years = seconds / 31_536_000;
    const tolerance = table.toleranceAbs;
    expect(Math.abs(discount * black76(forward, strike, years, vol, 1) - call)).toBeLessThan(
      tolerance,
    );
    expect(Math.abs(discount * black76(forward, strike, years, vol, -1) - put)).toBeLessThan(
      tolerance,
    );
    if (delta !== null) {
      black76Greeks(forward, strike, years, vol, 1, out);
      expect(Math.abs((out[GREEK.delta] as number) - delta)).toBeLessThan(tolerance);
    }
  }
});

test('Black-Scholes prices and deltas as Premia publishes them, and the examples of Haug', () => {
  const table = load<{
    rows: [number, number, number, number, number, number, number][];
    deltas: [number, number, number, number, number][];
    haug: [keyof typeof GREEK, number, number, number, number, number, number, number, number][];
  }>('published-black-scholes.json');
  for (const [spot, strike, years, vol, rate, call, put] of table.rows) {
    expect(blackScholes(spot, strike, years, vol, rate, 0, 1)).toBeCloseTo(call, 14);
    expect(blackScholes(spot, strike, years, vol, rate, 0, -1)).toBeCloseTo(put, 14);
  }
  for (const [spot, strike, years, vol, delta] of table.deltas) {
    blackScholesGreeks(spot, strike, years, vol, 0, 0, 1, out);
    expect(out[GREEK.delta]).toBeCloseTo(delta, 6);
  }
  for (const [figure, sign, spot, strike, years, vol, rate, yieldRate, value] of table.haug) {
    blackScholesGreeks(spot, strike, years, vol, rate, yieldRate, sign, out);
    expect(Math.abs((out[GREEK[figure]] as number) - value), figure).toBeLessThan(5.1e-5);
  }
});

test('price and greeks keep relative precision, from a minute to ten years and far out', () => {
  const table = load<{ rows: (number | string)[][] }>('black-scholes-reference.json');
  expect(table.rows.length).toBeGreaterThan(150);
  for (const row of table.rows) {
    const [spot, strike, years, vol, rate, yieldRate, sign] = row.map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const s = vol * Math.sqrt(years);
    const carry = rate - yieldRate;
    const d1 = (Math.log(spot / strike) + carry * years) / s + 0.5 * s;
    const d2 = d1 - s;
    const drift = [carry / s, d2 / (2 * years)];
    const base = 4e-15 * (1 + d1 * d1 + Math.abs(d1 * d2));
    blackScholesGreeks(spot, strike, years, vol, rate, yieldRate, sign, out);
    for (const [name, at] of Object.entries(GREEK)) {
      const reference = Number(row[7 + at]);
      // Sums whose terms have opposite signs lose what the terms are larger than the sum by.
      const density = Math.abs(Number(row[7 + GREEK.vega])) / (spot * Math.sqrt(years));
      const gamma = Math.abs(Number(row[7 + GREEK.gamma]));
      const terms: Record<string, number> = {
        theta:
          (density * spot * vol) / Math.sqrt(years) +
          Math.abs(yieldRate * spot * Number(row[7 + GREEK.delta])) +
          Math.abs((rate * Number(row[7 + GREEK.rho])) / years),
        charm:
          Math.abs(yieldRate * Number(row[7 + GREEK.delta])) +
          density * (Math.abs(drift[0] as number) + Math.abs(drift[1] as number)),
        vanna: (density / vol) * (Math.abs(d2) + s + 1e-15 / s),
        volga: ((density * spot * Math.sqrt(years)) / vol) * (Math.abs(d1 * d2) + s * Math.abs(d1)),
        speed: (gamma / spot) * (1 + Math.abs(d1 / s)),
        zomma: (gamma / vol) * (1 + Math.abs(d1 * d2)),
        color:
          gamma *
          (Math.abs(yieldRate) +
            0.5 / years +
            Math.abs(d1) * (Math.abs(drift[0] as number) + Math.abs(drift[1] as number))),
      };
      const scale = Math.max(Math.abs(reference), terms[name] ?? 0);
      const off = Math.abs((out[at] as number) - reference);
      expect(off, `${name} of ${row.slice(0, 7).join(' ')}`).toBeLessThanOrEqual(base * scale);
    }
  }
});

test('limits: no time, no volatility, no price, boundless volatility', () => {
  expect(black76(110, 100, 0, 0.5, 1)).toBe(10);
  expect(black76(110, 100, 1, 0, -1)).toBe(0);
  expect(black76(0, 100, 1, 0.5, -1)).toBe(100);
  expect(black76(0, 100, 1, 0.5, 1)).toBe(0);
  expect(black76(110, 0, 1, 0.5, 1)).toBe(110);
  expect(black76(110, 100, 1, Infinity, 1)).toBe(110);
  expect(black76(110, 100, 1, Infinity, -1)).toBe(100);
  expect(black76(110, 100, 1, NaN, 1)).toBeNaN();
  expect(
    black76Price({ forward: 90, strike: 100, timeYears: 0, volatility: 1, optionType: 'put' }),
  ).toBe(10);
  expect([signOf('call'), signOf('put')]).toEqual([1, -1]);
  black76Greeks(110, 100, 0, 0.5, 1, out);
  expect([...out]).toEqual([10, 1, 0, 0, 0, -0, 0, 0, 0, 0, 0, 0]);
  black76Greeks(100, 100, 0, 0.5, 1, out);
  expect(out[GREEK.delta]).toBe(0.5);
  expect(out[GREEK.gamma]).toBe(Infinity);
  expect(out[GREEK.theta]).toBe(-Infinity);
  black76Greeks(100, 100, 1, 0, -1, out);
  expect(out[GREEK.delta]).toBe(-0.5);
  expect(out[GREEK.vega]).toBeCloseTo(100 * 0.3989422804014327, 12);
  black76Greeks(100, 1e-300, 1, 0.5, 1, out);
  expect([...out].every((value) => value * 0 === 0)).toBe(true);
});

test('an inverse option is the linear one in coin', () => {
  const linear = new Float64Array(GREEK_COUNT);
  black76Greeks(100_000, 90_000, 0.25, 0.6, 1, linear);
  inverseGreeks(100_000, 90_000, 0.25, 0.6, 1, out);
  expect(out[GREEK.price]).toBeCloseTo((linear[GREEK.price] as number) / 100_000, 15);
  expect(out[GREEK.delta]).toBeCloseTo(
    ((linear[GREEK.delta] as number) - (out[GREEK.price] as number)) / 100_000,
    18,
  );
});

test("the exchange's own volatilities, deltas and vegas", () => {
  const table = load<{
    greeks: ['call' | 'put', number, number, number, number, number, number, number][];
  }>('deribit-sample.json');
  for (const [type, forward, strike, years, iv, price, delta, vega] of table.greeks) {
    black76Greeks(forward, strike, years, iv, signOf(type), out);
    expect(Math.abs((out[GREEK.price] as number) / price - 1)).toBeLessThan(0.02);
    expect(Math.abs((out[GREEK.delta] as number) - delta)).toBeLessThan(0.005);
    expect(Math.abs((out[GREEK.vega] as number) / vega - 1)).toBeLessThan(0.02);
  }
});

test('no figure is made up from a negative or NaN argument', () => {
  const usual = [100, 110, 0.5, 0.4] as const;
  for (let i = 0; i < usual.length; i++) {
    for (const wrong of [-1, Number.NaN]) {
      for (const other of [usual, [100, 110, 0, 0.4], [100, 110, 0.5, 0]]) {
        const [f, k, t, v] = other.map((value, j) => (j === i ? wrong : value)) as [
          number,
          number,
          number,
          number,
        ];
        const what = [f, k, t, v].join(' ');
        expect(black76(f, k, t, v, 1), what).toBe(Number.NaN);
        expect(blackScholes(f, k, t, v, 0.05, 0.01, -1), what).toBe(Number.NaN);
        const out = new Float64Array(GREEK_COUNT);
        black76Greeks(f, k, t, v, 1, out);
        expect(Array.from(out), what).toEqual(new Array(GREEK_COUNT).fill(Number.NaN));
      }
    }
  }
});

test('a batch refuses arrays shorter than its count', () => {
  const long = allocateBatch(64);
  for (const name of ['forward', 'strike', 'timeYears', 'volatility', 'sign', 'price'] as const) {
    const short = { ...long, [name]: long[name].subarray(0, 63) };
    expect(() => black76GreeksBatch(short, short, 64), name).toThrow('shorter');
    if (name !== 'volatility') {
      expect(() => impliedBlack76Batch(short, long.implied, 64), name).toThrow('shorter');
    }
  }
  expect(() => black76Batch(long, new Float64Array(63), 64)).toThrow('shorter');
  expect(() => impliedBlack76Batch(long, new Float64Array(63), 64)).toThrow('shorter');
});

test('prices and greeks have their limits as time goes on', () => {
  const out = new Float64Array(GREEK_COUNT);
  const near = new Float64Array(GREEK_COUNT);
  for (const sign of [1, -1]) {
    for (const rate of [0, 0.02]) {
      for (const yieldRate of [0, 0.03]) {
        const price = blackScholes(100, 90, Infinity, 0.3, rate, yieldRate, sign);
        expect(price).toBe(sign > 0 ? (yieldRate > 0 ? 0 : 100) : rate > 0 ? 0 : 90);
        blackScholesGreeks(100, 90, Infinity, 0.3, rate, yieldRate, sign, out);
        blackScholesGreeks(100, 90, 2e4, 0.3, rate, yieldRate, sign, near);
        out.forEach((limit, i) => {
          const endless = i === GREEK.rho && limit === -Infinity;
          expect(
            endless ? (near[i] as number) < -1e5 : Math.abs(limit - (near[i] as number)) < 1e-9,
          ).toBe(true);
        });
      }
    }
    black76Greeks(100, 90, Infinity, 0.3, sign, out);
    expect([out[GREEK.price], out[GREEK.delta]]).toEqual(sign > 0 ? [100, 1] : [90, 0]);
    expect(out[GREEK.rho]).toBe(-Infinity);
    black76Greeks(100, 90, Infinity, 0.3, sign, out, 0, 0.01);
    expect([...out].every((figure) => figure === 0)).toBe(true);
    expect(blackScholes(100, 90, Infinity, 0.3, -0.01, 0, sign)).toBeNaN();
  }
});
