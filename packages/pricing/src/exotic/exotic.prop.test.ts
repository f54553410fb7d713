/** Properties of exotic options: parities, bounds, limits and two methods that must agree. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blackScholes } from '../black76-greeks.ts';
import { gaussLegendre } from '../numeric/gauss-legendre.ts';
import { expectNear, valueOf } from '../testing/published-tables.ts';
import { asianLowerBound, turnbullWakeman } from './arithmetic-asian.ts';
import { type BarrierType, barrierPrice } from './barrier.ts';
import { doubleBarrierPrice, doubleNoTouchPrice, doubleTouchPrice } from './double-barrier.ts';
import { geometricAsian } from './geometric-asian.ts';
import { corridorByImages, corridorBySines } from './killed-expectation.ts';
import { fixedLookback, floatingLookback } from './lookback.ts';
import { noTouchPrice, touchPrice } from './touch.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

const terms = fc.record({
  spot: number(50, 150),
  timeYears: number(0.003, 10),
  volatility: number(0.02, 2),
  rate: number(-0.1, 0.2),
  yieldRate: number(-0.1, 0.2),
});
const strike = number(40, 180);
const optionType = fc.constantFrom('call' as const, 'put' as const);
const barrierTypes: readonly BarrierType[] = ['down-in', 'down-out', 'up-in', 'up-out'];

test('a knock-in and a knock-out add up to the European option', () => {
  fc.assert(
    fc.property(terms, strike, strike, optionType, (given, level, barrier, type) => {
      const { spot, timeYears, volatility, rate, yieldRate } = given;
      const sign = type === 'call' ? 1 : -1;
      const european = blackScholes(spot, level, timeYears, volatility, rate, yieldRate, sign);
      const scale = Math.max(spot, level) * Math.exp(0.2 * timeYears);
      const price = (barrierType: BarrierType): number =>
        valueOf(barrierPrice({ ...given, strike: level, barrier, barrierType, optionType: type }));
      for (const side of ['down', 'up'] as const) {
        const knockIn = price(`${side}-in`);
        const out = price(`${side}-out`);
        expect(knockIn).toBeGreaterThanOrEqual(0);
        expect(out).toBeGreaterThanOrEqual(0);
        expectNear(knockIn + out, european, 1e-13 * scale);
      }
    }),
  );
});

test('rebates of a knock-in and a knock-out at expiry add up to certain cash', () => {
  fc.assert(
    fc.property(terms, strike, strike, (given, level, barrier) => {
      const inputs = { ...given, strike: level, barrier, optionType: 'call' as const };
      const rebateOf = (barrierType: BarrierType): number =>
        valueOf(barrierPrice({ ...inputs, barrierType, rebate: 1, rebateAt: 'expiry' })) -
        valueOf(barrierPrice({ ...inputs, barrierType }));
      const certain = Math.exp(-given.rate * given.timeYears);
      const tolerance = 1e-12 * Math.max(1, level) * Math.exp(0.2 * given.timeYears);
      expectNear(rebateOf('down-in') + rebateOf('down-out'), certain, tolerance);
      expectNear(rebateOf('up-in') + rebateOf('up-out'), certain, tolerance);
    }),
  );
});

test('a touch at the hit equals the integral of its time, whatever the sign of the rate', () => {
  const { nodes, weights } = gaussLegendre(30);
  fc.assert(
    fc.property(terms, number(0.7, 1.3), (given, share) => {
      fc.pre(Math.abs(share - 1) > 0.02);
      const inputs = { ...given, barrier: given.spot * share, cash: 1 };
      const survival = (timeYears: number): number =>
        valueOf(noTouchPrice({ ...inputs, timeYears })) * Math.exp(given.rate * timeYears);
      let sum = 0;
      let end = given.timeYears;
      for (let span = 0; span < 30; span++) {
        const begin = 0.5 * end;
        nodes.forEach((node, i) => {
          const t = begin + 0.25 * end * (1 + node);
          sum +=
            0.25 * end * (weights[i] as number) * Math.exp(-given.rate * t) * (1 - survival(t));
        });
        end = begin;
      }
      const whole = Math.exp(-given.rate * given.timeYears) * (1 - survival(given.timeYears));
      expectNear(valueOf(touchPrice(inputs)), whole + given.rate * sum, 1e-9 * Math.exp(1));
    }),
  );
});

test('images and sines give the same corridor', () => {
  fc.assert(
    fc.property(
      number(0.4, 1.5),
      number(-1, 1),
      number(0.05, 0.95),
      number(0.1, 0.9),
      number(-2, 2),
      (deviation, drift, at, cut, p) => {
        const path = { start: 0, drift: drift * deviation, deviation };
        const floor = -at;
        const corridor = {
          floor,
          ceiling: floor + 1,
          p,
          low: floor + 0.5 * cut,
          high: floor + cut,
        };
        expectNear(corridorByImages(path, corridor), corridorBySines(path, corridor), 1e-12);
      },
    ),
  );
});

test('a far second barrier leaves the single one', () => {
  fc.assert(
    fc.property(terms, strike, optionType, number(0.5, 0.98), (given, level, type, share) => {
      const barrier = given.spot * share;
      const inputs = { ...given, strike: level, optionType: type };
      const deviation = given.volatility * Math.sqrt(given.timeYears);
      const far = Math.exp(12 * deviation + 0.4 * given.timeYears + deviation * deviation);
      const upperBarrier = 200 * far;
      const double = valueOf(
        doubleBarrierPrice({ ...inputs, lowerBarrier: barrier, upperBarrier, barrierType: 'out' }),
      );
      const single = valueOf(barrierPrice({ ...inputs, barrier, barrierType: 'down-out' }));
      expectNear(double, single, 1e-11 * Math.max(given.spot, level) * Math.exp(given.timeYears));
    }),
  );
});

test('a double touch is at least each single one, and its sides add up', () => {
  fc.assert(
    fc.property(terms, number(0.5, 0.98), number(1.02, 2), (given, low, high) => {
      const corridor = {
        ...given,
        lowerBarrier: given.spot * low,
        upperBarrier: given.spot * high,
        cash: 1,
      };
      const size = Math.max(1, Math.exp(-given.rate * given.timeYears));
      for (const payAt of ['hit', 'expiry'] as const) {
        const of = (side: 'either' | 'lower' | 'upper'): number =>
          valueOf(doubleTouchPrice({ ...corridor, side, payAt }));
        const either = of('either');
        expectNear(of('lower') + of('upper'), either, 3e-9 * size, payAt);
        const single = valueOf(touchPrice({ ...given, barrier: given.spot * low, cash: 1, payAt }));
        if (payAt === 'expiry' || given.rate >= 0) {
          expect(either).toBeGreaterThan(single - 1e-9 * size);
        }
      }
      const none = valueOf(doubleNoTouchPrice(corridor));
      const paid = valueOf(doubleTouchPrice({ ...corridor, payAt: 'expiry' }));
      expectNear(none + paid, Math.exp(-given.rate * given.timeYears), 1e-12 * size);
    }),
  );
});

test('a carry near zero changes a lookback smoothly', () => {
  fc.assert(
    fc.property(terms, number(0.8, 1), number(-1e-7, 1e-7), (given, share, carry) => {
      const extreme = given.spot * share;
      const at = (yieldRate: number): number =>
        valueOf(floatingLookback({ ...given, yieldRate, extreme, optionType: 'call' }));
      const still = at(given.rate);
      const moved = at(given.rate - carry);
      const bound = 40 * given.spot * given.timeYears * Math.exp(given.volatility ** 2 * 5);
      expectNear(moved, still, 1e-12 * given.spot + Math.abs(carry) * bound);
    }),
  );
});

test('lookbacks dominate what they look back on', () => {
  fc.assert(
    fc.property(terms, strike, optionType, (given, level, type) => {
      const { spot, timeYears, volatility, rate, yieldRate } = given;
      const sign = type === 'call' ? 1 : -1;
      const european = blackScholes(spot, level, timeYears, volatility, rate, yieldRate, sign);
      const tolerance = 1e-11 * spot * Math.exp(0.2 * timeYears);
      const fixed = valueOf(fixedLookback({ ...given, strike: level, optionType: type }));
      expect(fixed).toBeGreaterThan(european - tolerance);
      const atSpot = blackScholes(spot, spot, timeYears, volatility, rate, yieldRate, sign);
      const floating = valueOf(floatingLookback({ ...given, optionType: type }));
      expect(floating).toBeGreaterThan(atSpot - tolerance);
    }),
  );
});

test('Asian parity: a call less a put is the discounted mean less the strike', () => {
  fc.assert(
    fc.property(terms, strike, (given, level) => {
      fc.pre(given.volatility * Math.sqrt(given.timeYears) < 2);
      const { spot, timeYears, rate, yieldRate } = given;
      const carry = rate - yieldRate;
      const mean =
        Math.abs(carry) < 1e-200
          ? spot
          : (spot * Math.expm1(carry * timeYears)) / carry / timeYears;
      const forward = Math.exp(-rate * timeYears) * (mean - level);
      const tolerance = 1e-12 * Math.max(spot, level) * Math.exp(0.3 * timeYears);
      for (const price of [turnbullWakeman, asianLowerBound]) {
        const call = valueOf(price({ ...given, strike: level, optionType: 'call' }));
        const put = valueOf(price({ ...given, strike: level, optionType: 'put' }));
        expectNear(call - put, forward, tolerance, price.name);
      }
      const geometric = valueOf(geometricAsian({ ...given, strike: level, optionType: 'call' }));
      const bound = valueOf(asianLowerBound({ ...given, strike: level, optionType: 'call' }));
      expect(geometric).toBeLessThan(bound + tolerance);
    }),
  );
});

test('without volatility the certain path decides', () => {
  const still = { spot: 100, timeYears: 1, volatility: 0, rate: 0.1, yieldRate: 0 };
  const price = (barrier: number, barrierType: BarrierType, rebate = 0): number =>
    valueOf(
      barrierPrice({ ...still, strike: 90, optionType: 'call', barrier, barrierType, rebate }),
    );
  const forward = 100 - 90 * Math.exp(-0.1);
  expectNear(price(105, 'up-in'), forward, 1e-13);
  expect(price(120, 'up-in', 5)).toBe(5 * Math.exp(-0.1));
  expectNear(price(120, 'up-out'), forward, 1e-13);
  expectNear(price(105, 'up-out', 5), (5 * 100) / 105, 1e-12);
  expectNear(price(95, 'down-out'), forward, 1e-13);
  // A hair of volatility comes to the same.
  for (const barrierType of barrierTypes) {
    for (const barrier of [80, 95, 103, 130]) {
      const inputs = { ...still, strike: 90, optionType: 'call' as const, barrier, barrierType };
      const hair = valueOf(barrierPrice({ ...inputs, volatility: 1e-5, rebate: 2 }));
      expectNear(hair, price(barrier, barrierType, 2), 1e-3);
    }
  }
});

test('at the barrier, at expiry, and outside the domain', () => {
  const inputs = {
    spot: 100,
    strike: 95,
    barrier: 100,
    timeYears: 0.5,
    volatility: 0.2,
    rate: 0.05,
    yieldRate: 0.02,
    optionType: 'call' as const,
  };
  expect(barrierPrice({ ...inputs, barrierType: 'down-out', rebate: 3 })).toEqual({
    ok: true,
    value: 3,
  });
  const european = blackScholes(100, 95, 0.5, 0.2, 0.05, 0.02, 1);
  expectNear(valueOf(barrierPrice({ ...inputs, barrierType: 'up-in' })), european, 1e-12);
  const ended = { ...inputs, timeYears: 0, barrier: 90 };
  expect(valueOf(barrierPrice({ ...ended, barrierType: 'down-out' }))).toBe(5);
  expect(valueOf(barrierPrice({ ...ended, barrierType: 'down-in', rebate: 2 }))).toBe(2);
  for (const wrong of [{ spot: 0 }, { strike: -1 }, { barrier: Number.NaN }, { timeYears: -1 }]) {
    const refused = barrierPrice({ ...inputs, ...wrong, barrierType: 'up-out' });
    expect(refused).toEqual({ ok: false, error: 'invalid-input' });
  }
});

const extreme = fc.record({
  spot: fc.constantFrom(1, 90, 99.999999, 100, 100.0000001, 110, 1e4),
  timeYears: fc.constantFrom(0, 1e-8, 1 / 525_600, 1 / 365, 0.1, 1, 10, 50),
  volatility: fc.constantFrom(0, 1e-9, 1e-6, 1e-4, 0.01, 0.1, 0.5, 2, 5),
  rate: fc.constantFrom(-0.2, -0.05, -0.01, 0, 1e-8, 0.03, 0.3),
  yieldRate: fc.constantFrom(-0.2, -0.01, 0, 1e-8, 0.03, 0.3),
});
const level = fc.constantFrom(1, 50, 95, 99.999999, 100, 100.0000001, 101, 200, 1e4);

test('extreme arguments give prices within their bounds', () => {
  fc.assert(
    fc.property(extreme, level, level, optionType, (given, a, b, type) => {
      const { spot, timeYears, rate, yieldRate } = given;
      const discount = Math.exp(-rate * timeYears);
      const largest = Math.max(spot * Math.exp(-yieldRate * timeYears), spot);
      const cashMax = 1.0001 * Math.max(1, discount);
      const optionMax = 1.0001 * (largest + a * Math.max(1, discount)) + 1e-9;
      const within = (value: number, upper: number): void => {
        expect(value >= 0 && value <= upper, `${value} above ${upper}`).toBe(true);
      };
      const option = { ...given, strike: a, optionType: type };
      for (const barrierType of barrierTypes) {
        within(valueOf(barrierPrice({ ...option, barrier: b, barrierType })), optionMax);
      }
      within(valueOf(touchPrice({ ...given, barrier: b, cash: 1 })), cashMax);
      within(valueOf(noTouchPrice({ ...given, barrier: b, cash: 1 })), cashMax);
      if (a < b) {
        const corridor = { ...given, lowerBarrier: a, upperBarrier: b, cash: 1 };
        for (const side of ['either', 'lower', 'upper'] as const) {
          within(valueOf(doubleTouchPrice({ ...corridor, side })), cashMax);
        }
        within(valueOf(doubleNoTouchPrice(corridor)), cashMax);
        const double = { ...option, ...corridor };
        within(valueOf(doubleBarrierPrice({ ...double, barrierType: 'out' })), optionMax);
        within(valueOf(doubleBarrierPrice({ ...double, barrierType: 'in' })), optionMax);
      }
    }),
    { numRuns: 2000 },
  );
});
