/** Volatility indices and realised volatility against published figures and known paths. */
import { createRandom, exp } from '@openstrike/std';
import { expect, test } from 'vitest';
import {
  type Bar,
  bipower,
  black76,
  cboeIndex,
  cboeTerm,
  closeToClose,
  garmanKlass,
  modelFreeVariance,
  parkinson,
  periodsPerYear,
  rogersSatchell,
  twoScale,
  yangZhang,
} from './index.ts';

test("the index of Cboe's white paper from its two terms", () => {
  // Cboe (2014), The CBOE Volatility Index: near and next variance, minutes, and 13.69.
  const index = cboeIndex(
    { variance: 0.01846292, minutes: 35_924 },
    { variance: 0.01882101, minutes: 46_394 },
  );
  expect(index).toBeCloseTo(13.69, 2);
  expect(index).toBeCloseTo(13.6858, 4);
});

function chainOf(volatility: number, timeYears: number, rate: number, step: number) {
  const growth = exp(rate * timeYears);
  return Array.from({ length: Math.round(2 / step) }, (_, i) => {
    const strike = 1000 * (0.3 + i * step);
    const call = black76(1003, strike, timeYears, volatility, 1) / growth;
    const put = black76(1003, strike, timeYears, volatility, -1) / growth;
    const tick = (price: number): number => (price < 1e-4 ? 0 : price);
    return { strike, callBid: tick(call), callAsk: call, putBid: tick(put), putAsk: put };
  });
}

test('one term of a flat market gives its variance, and its rules are the paper’s', () => {
  const term = cboeTerm(chainOf(0.25, 0.08, 0.03, 0.002), 0.08, 0.03);
  expect(term.ok).toBe(true);
  if (term.ok) {
    expect(term.value.forward).toBeCloseTo(1003, 9);
    expect(term.value.strikeAtMoney).toBeCloseTo(1002, 9);
    expect(Math.sqrt(term.value.variance)).toBeCloseTo(0.25, 3);
  }
  // Two strikes in a row without a bid end the strip; one alone is only skipped.
  const quote = (strike: number, put: number, call: number) => ({
    strike,
    putBid: put,
    putAsk: put + 0.1,
    callBid: call,
    callAsk: call + 0.1,
  });
  const sparse = cboeTerm(
    [
      quote(60, 0.5, 40),
      quote(65, 0, 35),
      quote(70, 0, 30),
      quote(75, 0.4, 26),
      quote(80, 0, 21),
      quote(90, 1, 12),
      quote(100, 4, 5),
      quote(110, 11, 1),
      quote(120, 20, 0),
      quote(130, 30, 0.3),
    ],
    0.1,
    0,
  );
  expect(sparse.ok && sparse.value.contributions.map(({ strike }) => strike)).toEqual([
    75, 90, 100, 110, 130,
  ]);
  expect(cboeTerm([], 0.1, 0)).toEqual({ ok: false, error: 'too-few-quotes' });
});

test('the model-free variance of a flat smile is its square, tails and error bars told', () => {
  const quotes = (reach: number) =>
    Array.from({ length: 41 }, (_, i) => {
      const k = reach * ((i - 20) / 20);
      return { k, bidIv: 0.59, askIv: 0.61 };
    });
  const wide = modelFreeVariance(quotes(1.5), 0.25);
  expect(wide.ok && wide.value.variance).toBeCloseTo(0.36, 5);
  expect(wide.ok && wide.value.spreadError).toBeCloseTo(0.012, 3);
  const narrow = modelFreeVariance(quotes(0.2), 0.25);
  expect(narrow.ok && narrow.value.variance).toBeCloseTo(0.36, 5);
  expect(narrow.ok && narrow.value.tailShare).toBeGreaterThan(0.3);
  expect(narrow.ok && narrow.value.tailError).toBeCloseTo(0, 12);
});

/** Bars of a driftless walk of the given volatility per bar, each of many small steps. */
function walk(count: number, volatility: number, drift = 0): Bar[] {
  const random = createRandom('walk');
  const steps = 400;
  let log = 0;
  return Array.from({ length: count }, () => {
    const open = log;
    let [high, low] = [log, log];
    for (let i = 0; i < steps; i++) {
      log += drift / steps + (volatility / Math.sqrt(steps)) * random.nextNormal();
      high = Math.max(high, log);
      low = Math.min(low, log);
    }
    return { open: exp(open), high: exp(high), low: exp(low), close: exp(log) };
  });
}

test('every estimator finds the volatility of a walk', () => {
  const bars = walk(1500, 0.03);
  const closes = bars.map(({ close }) => close);
  const expected = 0.03 * Math.sqrt(365);
  const share = (value: number): number => Math.abs(value / expected - 1);
  expect(share(closeToClose(closes, 365))).toBeLessThan(0.05);
  expect(share(closeToClose(closes, 365, true))).toBeLessThan(0.05);
  expect(share(bipower(closes, 365))).toBeLessThan(0.06);
  // Ranges of a walk watched 400 times a bar fall short by about 5 %.
  for (const estimate of [parkinson, garmanKlass, rogersSatchell, yangZhang]) {
    const value = estimate(bars, 365) / expected;
    expect(value, estimate.name).toBeGreaterThan(0.9);
    expect(value, estimate.name).toBeLessThan(1.02);
  }
});

test('Rogers-Satchell and Yang-Zhang do not see a drift, bipower does not see a jump', () => {
  const trending = walk(800, 0.03, 0.05);
  const expected = 0.03 * Math.sqrt(365);
  expect(rogersSatchell(trending, 365) / expected).toBeLessThan(1.05);
  expect(yangZhang(trending, 365) / expected).toBeLessThan(1.05);
  expect(parkinson(trending, 365) / expected).toBeGreaterThan(1.2);
  const jumped = walk(800, 0.03).map(({ close }, i) => (i < 400 ? close : 1.5 * close));
  expect(bipower(jumped, 365) / expected).toBeLessThan(1.08);
  expect(closeToClose(jumped, 365) / expected).toBeGreaterThan(1.08);
});

test('two scales see through noise that swamps the plain estimate', () => {
  const random = createRandom('noise');
  let log = 0;
  const prices = Array.from({ length: 20_000 }, () => {
    log += 0.001 * random.nextNormal();
    return exp(log + 0.002 * random.nextNormal());
  });
  expect(closeToClose(prices, 1, true) / 0.001).toBeGreaterThan(2.5);
  expect(Math.abs(twoScale(prices, 60, 1) / 0.001 - 1)).toBeLessThan(0.1);
});

test('hand-worked bars', () => {
  const bar = { open: 100, high: 110, low: 95, close: 105 };
  const range = Math.log(110 / 95);
  const move = Math.log(1.05);
  expect(parkinson([bar], 1)).toBeCloseTo(range / Math.sqrt(4 * Math.log(2)), 14);
  expect(garmanKlass([bar], 1)).toBeCloseTo(
    Math.sqrt(0.5 * range * range - (2 * Math.log(2) - 1) * move * move),
    14,
  );
  expect(rogersSatchell([bar], 1)).toBeCloseTo(
    Math.sqrt(Math.log(110 / 105) * Math.log(1.1) + Math.log(95 / 105) * Math.log(0.95)),
    14,
  );
  expect(closeToClose([100, 110, 100], 4, true)).toBeCloseTo(2 * Math.log(1.1), 14);
  expect(periodsPerYear(60)).toBe(8760);
});
