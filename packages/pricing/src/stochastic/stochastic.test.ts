/** Heston, Bates and Merton against published prices, a second method each, and calibrations. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { black76 } from '../black76.ts';
import { impliedBlack76 } from '../implied-volatility.ts';
import {
  expectNear,
  publishedTables,
  type TableRow,
  valueOf,
} from '../testing/published-tables.ts';
import { calibrateBates, calibrateHeston } from './calibrate.ts';
import { logCharacteristic, logMoment, logValue } from './characteristic-function.ts';
import {
  controlVarianceOf,
  fillGrid,
  integral,
  integrateTilted,
  sumGrid,
} from './fourier-pricer.ts';
import { mertonSeries } from './merton-series.ts';
import { batesOf, type HestonModel, type StochasticModel } from './stochastic-models.ts';
import { stochasticGreeks, stochasticPrice, stochasticStrip } from './stochastic-price.ts';

const hestonOf = (row: TableRow): HestonModel => ({
  kind: 'heston',
  variance: row.number('variance'),
  longRunVariance: row.number('longRunVariance'),
  reversion: row.number('reversion'),
  volOfVariance: row.number('volOfVariance'),
  correlation: row.number('correlation'),
});

const termsOf = (row: TableRow) => ({
  spot: row.number('spot'),
  strike: row.number('strike'),
  timeYears: row.number('timeYears'),
  rate: row.number('rate'),
  yieldRate: row.number('yieldRate'),
});

test('prices equal the published ones', () => {
  for (const { method, source, tolerance, rows } of publishedTables('stochastic.json')) {
    rows.forEach((row, i) => {
      const where = `${source}, row ${i}`;
      if (method === 'heston') {
        for (const optionType of ['put', 'call'] as const) {
          const price = valueOf(stochasticPrice(hestonOf(row), { ...termsOf(row), optionType }));
          expectNear(price, row.number(optionType), tolerance, where);
        }
        return;
      }
      const variance = row.number('volatility') ** 2;
      const jumpIntensity = row.number('intensity');
      const jumpDeviation = Math.sqrt((row.number('share') * variance) / jumpIntensity);
      const model: StochasticModel = {
        kind: 'merton',
        volatility: Math.sqrt(variance * (1 - row.number('share'))),
        jumpIntensity,
        jumpMean: -0.5 * jumpDeviation ** 2,
        jumpDeviation,
      };
      const price = valueOf(stochasticPrice(model, { ...termsOf(row), optionType: 'call' }));
      expectNear(price, row.number('price'), tolerance, where);
    });
  }
});

const between = (lower: number, upper: number) =>
  fc
    .double({ min: Math.log(lower), max: Math.log(upper), noNaN: true })
    .map((power) => Math.exp(power));

const heston = fc.record({
  kind: fc.constant('heston' as const),
  variance: between(1e-4, 1),
  longRunVariance: between(1e-4, 1),
  reversion: between(0.01, 20),
  volOfVariance: between(0.01, 5),
  correlation: fc.double({ min: -1, max: 1, noNaN: true }),
});
const jumps = fc.record({
  jumpIntensity: between(0.1, 10),
  jumpMean: fc.double({ min: -0.3, max: 0.1, noNaN: true }),
  jumpDeviation: fc.double({ min: 0.001, max: 0.3, noNaN: true }),
});
const time = between(1 / 365, 10);
const moneyness = fc.double({ min: -3, max: 3, noNaN: true });

test('the grid and the tilted contour agree for extreme parameters', () => {
  fc.assert(
    fc.property(heston, time, moneyness, (model, timeYears, deviations) => {
      const bates = batesOf(model);
      const variance = controlVarianceOf(bates, timeYears);
      const x = deviations * Math.sqrt(variance);
      const strike = Math.exp(-x);
      const grid = fillGrid(bates, timeYears, Math.abs(x));
      const priceOf = (control: number): number =>
        black76(1, strike, 1, Math.sqrt(control), 1) -
        (Math.sqrt(strike) / Math.PI) * (integral[0] as number);
      integrateTilted(bates, timeYears, 0, variance, x);
      const tilted = priceOf(variance);
      // Another Black price taken out must come to the same.
      integrateTilted(bates, timeYears, 0, 2 * variance, x);
      expectNear(priceOf(2 * variance), tilted, 1e-11);
      if (grid !== undefined) {
        sumGrid(grid, x);
        expectNear(priceOf(grid.controlVariance), tilted, 1e-11);
      }
    }),
    { numRuns: 200 },
  );
});

test('Bates is a mixture of diffusions over the count of jumps', () => {
  fc.assert(
    fc.property(heston, jumps, between(0.02, 3), moneyness, (model, jump, timeYears, z) => {
      const bates = { ...model, ...jump, kind: 'bates' as const };
      const variance = controlVarianceOf(bates, timeYears);
      const strike = Math.exp(z * Math.sqrt(variance));
      const grid = fillGrid(bates, timeYears, Math.abs(Math.log(strike)));
      fc.pre(grid !== undefined);
      const terms = { spot: 1, strike, timeYears, rate: 0, yieldRate: 0 };
      const price = valueOf(stochasticPrice(bates, { ...terms, optionType: 'call' }));
      const count = jump.jumpIntensity * timeYears;
      const growth = jump.jumpMean + 0.5 * jump.jumpDeviation ** 2;
      const diffusion = controlVarianceOf(batesOf(model), timeYears);
      let weight = Math.exp(-count);
      let sum = 0;
      for (let n = 0; n < 40 + 4 * count; n++) {
        const forward = Math.exp(n * growth - count * Math.expm1(growth));
        const added = n * jump.jumpDeviation ** 2;
        integrateTilted(bates, timeYears, added, diffusion + added, Math.log(forward / strike));
        const control = black76(forward, strike, 1, Math.sqrt(diffusion + added), 1);
        const scale = Math.sqrt(forward * strike) / Math.PI;
        sum += weight * (control - scale * (integral[0] as number));
        weight *= count / (n + 1);
        if (weight < 1e-14 && n > count) {
          break;
        }
      }
      expectNear(price, sum, 1e-10);
    }),
    { numRuns: 15 },
  );
});

test("the integral gives Merton's series", () => {
  fc.assert(
    fc.property(jumps, between(0.05, 1), time, moneyness, (jump, volatility, timeYears, z) => {
      const model = { ...jump, kind: 'merton' as const, volatility };
      const bates = batesOf({ ...model });
      const diffusion = volatility ** 2 * timeYears;
      const strike = Math.exp(z * Math.sqrt(controlVarianceOf(bates, timeYears)));
      const grid = fillGrid({ ...bates, reversion: 1 }, timeYears, Math.abs(Math.log(strike)));
      fc.pre(grid !== undefined);
      sumGrid(grid as NonNullable<typeof grid>, -Math.log(strike));
      const control = black76(1, strike, 1, Math.sqrt(grid?.controlVariance ?? 0), 1);
      const price = control - (Math.sqrt(strike) / Math.PI) * (integral[0] as number);
      const { jumpIntensity, jumpMean, jumpDeviation } = jump;
      const count = jumpIntensity * timeYears;
      const series = mertonSeries(1, strike, diffusion, count, jumpMean, jumpDeviation, 1);
      expectNear(price, series, 1e-11);
    }),
    { numRuns: 50 },
  );
});

test('jumps of nearly one size leave no tail out', () => {
  const jump = { jumpIntensity: 7.466401997346014, jumpMean: -0.14644622802734258 };
  const model = { ...jump, jumpDeviation: 0.001, kind: 'merton' as const };
  const volatility = 0.06808567595515838;
  const bates = batesOf({ ...model, volatility });
  const grid = fillGrid({ ...bates, reversion: 1 }, 1, 0);
  sumGrid(grid as NonNullable<typeof grid>, 0);
  const control = black76(1, 1, 1, Math.sqrt(grid?.controlVariance ?? 0), 1);
  const price = control - (integral[0] as number) / Math.PI;
  const { jumpIntensity, jumpMean, jumpDeviation } = model;
  const series = mertonSeries(1, 1, volatility ** 2, jumpIntensity, jumpMean, jumpDeviation, 1);
  expectNear(price, series, 2e-12);
});

test('the characteristic function is 1 at 0 and 1, and equals the moments in between', () => {
  fc.assert(
    fc.property(heston, time, fc.double({ min: 0, max: 1, noNaN: true }), (model, timeYears, s) => {
      const bates = batesOf(model);
      expectNear(logMoment(bates, timeYears, 0), 0, 1e-14);
      expectNear(logMoment(bates, timeYears, 1), 0, 1e-13);
      logCharacteristic(bates, timeYears, s, 0);
      expectNear(logValue[0] as number, logMoment(bates, timeYears, s), 1e-11);
      expect(logValue[0]).toBeLessThanOrEqual(1e-12);
    }),
  );
});

test('without volatility of variance the price is that of Black', () => {
  fc.assert(
    fc.property(heston, time, moneyness, (model, timeYears, z) => {
      const still = { ...model, volOfVariance: 0 };
      const variance = controlVarianceOf(batesOf(still), timeYears);
      const strike = 100 * Math.exp(z * Math.sqrt(variance));
      const terms = { spot: 100, strike, timeYears, rate: 0, yieldRate: 0 };
      const price = (volOfVariance: number): number =>
        valueOf(stochasticPrice({ ...model, volOfVariance }, { ...terms, optionType: 'call' }));
      const black = black76(100, strike, 1, Math.sqrt(variance), 1);
      expectNear(price(0), black, 1e-11);
      expectNear(price(1e-9), black, 1e-6);
    }),
    { numRuns: 50 },
  );
});

test('parity, and a strip equals its single prices', () => {
  fc.assert(
    fc.property(heston, jumps, time, (model, jump, timeYears) => {
      const bates = { ...model, ...jump, kind: 'bates' as const };
      const terms = { spot: 100, timeYears, rate: 0.03, yieldRate: 0.01 };
      const strikes = [70, 90, 100, 115, 140];
      const calls = new Float64Array(5);
      const puts = new Float64Array(5);
      fc.pre(fillGrid(bates, timeYears, 0.5) !== undefined);
      valueOf(stochasticStrip(bates, terms, strikes, 'call', calls));
      valueOf(stochasticStrip(bates, terms, strikes, 'put', puts));
      strikes.forEach((strike, i) => {
        const forward = 100 * Math.exp(-0.01 * timeYears) - strike * Math.exp(-0.03 * timeYears);
        expectNear((calls[i] as number) - (puts[i] as number), forward, 1e-9);
        const single = stochasticPrice(bates, { ...terms, strike, optionType: 'call' });
        expectNear(valueOf(single), calls[i] as number, 1e-9);
      });
    }),
    { numRuns: 40 },
  );
});

test('delta and gamma are the differences of the price', () => {
  fc.assert(
    fc.property(heston, between(0.1, 5), (model, timeYears) => {
      fc.pre(model.variance > 0.01 && model.longRunVariance > 0.01);
      const at = (spot: number) =>
        ({ spot, strike: 105, timeYears, rate: 0.02, yieldRate: 0.01, optionType: 'put' }) as const;
      const price = (spot: number): number => valueOf(stochasticPrice(model, at(spot)));
      const greeks = valueOf(stochasticGreeks(model, at(100)));
      const h = 0.05;
      expectNear(greeks.price, price(100), 1e-12);
      expectNear(greeks.delta, (price(100 + h) - price(100 - h)) / (2 * h), 1e-4);
      const bend = (price(100 + h) - 2 * greeks.price + price(100 - h)) / (h * h);
      expectNear(greeks.gamma, bend, 1e-3 + 0.02 * greeks.gamma);
    }),
    { numRuns: 30 },
  );
});

const slicesOf = (model: StochasticModel) =>
  [1 / 52, 1 / 12, 0.25, 1, 2].map((timeYears) => {
    const strikes = [-2, -1, -0.5, 0, 0.5, 1, 2].map(
      (z) => 100 * Math.exp(z * 0.3 * Math.sqrt(timeYears)),
    );
    const volatilities = strikes.map((strike) => {
      const optionType = strike < 100 ? 'put' : 'call';
      const terms = { spot: 100, strike, timeYears, rate: 0, yieldRate: 0, optionType } as const;
      const price = valueOf(stochasticPrice(model, terms));
      return impliedBlack76(price, 100, strike, timeYears, strike < 100 ? -1 : 1);
    });
    return { forward: 100, timeYears, strikes, volatilities };
  });

test('calibration finds the model that made the quotes, within bounds', () => {
  const model = {
    kind: 'heston',
    variance: 0.09,
    longRunVariance: 0.12,
    reversion: 2,
    volOfVariance: 0.8,
    correlation: -0.6,
  } as const;
  const fit = valueOf(calibrateHeston(slicesOf(model)));
  expectNear(fit.model.correlation, -0.6, 1e-6);
  expectNear(fit.model.reversion, 2, 1e-5);
  expect(fit.volatilityError).toBeLessThan(1e-8);
  const bounded = valueOf(calibrateHeston(slicesOf(model), { correlation: [-0.5, 0.5] }));
  expect(bounded.model.correlation).toBe(-0.5);
  const jumpy = {
    ...model,
    kind: 'bates',
    jumpIntensity: 1.2,
    jumpMean: -0.1,
    jumpDeviation: 0.15,
  } as const;
  const found = valueOf(calibrateBates(slicesOf(jumpy)));
  expect(found.volatilityError).toBeLessThan(1e-6);
});

test('refusals', () => {
  const model = { ...fc.sample(heston, { numRuns: 1, seed: 1 })[0], kind: 'heston' } as HestonModel;
  const terms = { spot: 100, strike: 100, timeYears: 1, rate: 0, yieldRate: 0 } as const;
  const refused = { ok: false, error: 'invalid-input' };
  expect(stochasticPrice(model, { ...terms, strike: -1, optionType: 'call' })).toEqual(refused);
  const wrong = { ...model, correlation: 1.1 };
  expect(stochasticPrice(wrong, { ...terms, optionType: 'call' })).toEqual(refused);
  expect(calibrateHeston([])).toEqual({ ok: false, error: 'too-few-quotes' });
});

test('degenerate parameters give prices within their bounds', () => {
  const model = fc.record({
    kind: fc.constant('bates' as const),
    variance: fc.constantFrom(0, 1e-4, 0.04, 4),
    longRunVariance: fc.constantFrom(0, 0.01, 2),
    reversion: fc.constantFrom(0, 1e-6, 1, 50),
    volOfVariance: fc.constantFrom(0, 1e-8, 1e-4, 0.3, 8),
    correlation: fc.constantFrom(-1, -0.7, 0, 1),
    jumpIntensity: fc.constantFrom(0, 0.5),
    jumpMean: fc.constantFrom(-0.5, 0.1),
    jumpDeviation: fc.constantFrom(0, 0.3),
  });
  const years = fc.constantFrom(0, 1e-6, 1 / 365, 0.5, 5, 30);
  fc.assert(
    fc.property(
      model,
      years,
      fc.constantFrom(20, 99, 100, 130, 500),
      (bates, timeYears, strike) => {
        const terms = { spot: 100, strike, timeYears, rate: 0.02, yieldRate: 0 };
        const discounted = strike * Math.exp(-0.02 * timeYears);
        const call = valueOf(stochasticPrice(bates, { ...terms, optionType: 'call' }));
        const put = valueOf(stochasticPrice(bates, { ...terms, optionType: 'put' }));
        expectNear(call - put, 100 - discounted, 1e-9);
        expect(call).toBeGreaterThanOrEqual(Math.max(0, 100 - discounted) - 1e-12);
        expect(call).toBeLessThanOrEqual(100 + 1e-9);
      },
    ),
    { numRuns: 60 },
  );
});

test('the characteristic function does not cancel where leverage outweighs reversion', () => {
  const model = {
    kind: 'heston' as const,
    variance: 1,
    longRunVariance: 1,
    reversion: 1,
    volOfVariance: 1.0067369450562702,
    correlation: 0.9952871487930927,
  };
  logCharacteristic(batesOf(model), 1, 0.9999999999999972, 0);
  expectNear(logValue[0] as number, 0, 1e-14);
  expect(logValue[0]).toBeLessThanOrEqual(0);
});
