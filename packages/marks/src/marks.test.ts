import { readFileSync } from 'node:fs';
import {
  type DatedFutureTerms,
  type Instrument,
  type InstrumentId,
  type OptionTerms,
  type PerpetualTerms,
  type PriceTicks,
  type SizeLots,
  type SviSlice,
  type TsUs,
  usPerDay,
  usPerHour,
  usPerMinute,
  usPerSecond,
  usPerYear,
} from '@openstrike/domain';
import { black76 } from '@openstrike/pricing';
import { createRandom } from '@openstrike/std';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CurveInputs,
  createExpiryCurve,
  type ExpiryCurve,
  type ExpiryInputs,
  prepareCurve,
  varianceTime,
} from './expiry-curve.ts';
import { createMarkColumns, createMarkPlan, type MarkedInstrument, markAll } from './mark-plan.ts';
import { optionPriceAt, optionVolatilityAt, strikeVolatility } from './option-mark.ts';

const expiryUs = 20_000 * usPerDay + 8 * usPerHour;

/** A slice that is flat at a volatility. */
const flat = (at: number, tauYears: number, volatility: number): SviSlice => ({
  expiryUs: at as TsUs,
  tauYears,
  a: volatility * volatility * tauYears,
  b: 0,
  rho: 0,
  m: 0,
  sigma: 0.1,
});

const smile = (at: number, tauYears: number): SviSlice => ({
  ...flat(at, tauYears, 0.5),
  a: 0.16 * tauYears,
  b: 0.3 * tauYears,
  rho: -0.3,
  m: 0.02,
  sigma: 0.15,
});

const inputsAt = (nowUs: number, change: Partial<CurveInputs> = {}): CurveInputs => ({
  nowUs,
  index: 100_000,
  expiries: [
    { expiryUs, forward: 100_500, slice: smile(expiryUs, 30 / 365) },
    {
      expiryUs: expiryUs + 28 * usPerDay,
      forward: 101_000,
      slice: smile(expiryUs + 28 * usPerDay, 58 / 365),
    },
  ],
  fixingEndUs: 0,
  fixingSeconds: 0,
  fixingSum: 0,
  ...change,
});

const curveAt = (inputs: CurveInputs, at: number): ExpiryCurve => {
  const curve = createExpiryCurve();
  prepareCurve(curve, inputs, at);
  return curve;
};

const optionTerms = { bandMin: 0.04, bandPerDelta: 0.1 } as OptionTerms;
const contract = (id: number, change: Partial<Instrument>): Instrument => ({
  id: id as InstrumentId,
  name: `BTC-${id}`,
  kind: 'option',
  family: 'BTC',
  underlying: 'BTC',
  indexName: 'btc_usd',
  payoff: 'inverse',
  settlementCurrency: 'BTC',
  tenor: 'month',
  listedUs: 0 as TsUs,
  expiryUs: expiryUs as TsUs,
  strike: 100_000,
  optionType: 'call',
  tick: { num: 1, den: 10_000 },
  tickSteps: [{ aboveTicks: 50 as PriceTicks, multiple: 5 }],
  lot: { num: 1, den: 10 },
  contractSize: 1,
  sizeLotsMin: 1 as SizeLots,
  sizeLotsMax: 5000 as SizeLots,
  cashPerTickLot: 1000,
  termsKey: 'options',
  ...change,
});
const dollarTicks = { tick: { num: 1, den: 2 }, tickSteps: [] };
const future = (id: number, at: number | null): MarkedInstrument => ({
  contract: contract(id, {
    ...dollarTicks,
    kind: at === null ? 'perpetual' : 'future',
    expiryUs: at as TsUs | null,
    strike: null,
    optionType: null,
  }),
  terms: { bandRate: 0.015 } as DatedFutureTerms | PerpetualTerms,
});
const option = (id: number, change: Partial<Instrument>): MarkedInstrument => ({
  contract: contract(id, change),
  terms: optionTerms,
});

const mark = (
  instruments: readonly MarkedInstrument[],
  inputs: CurveInputs,
  perpetualMarks: Float64Array = new Float64Array(instruments.length),
) => {
  const columns = createMarkColumns(instruments.length);
  markAll(createMarkPlan(instruments), inputs, perpetualMarks, columns);
  return columns;
};

describe('the published marks of another venue', () => {
  const file = new URL('../../../testdata/marks/deribit-greeks.json', import.meta.url);
  interface Row {
    readonly instrument: string;
    readonly atUs: number;
    readonly expiryUs: number;
    readonly forward: number;
    readonly index: number;
    readonly strike: number;
    readonly callSign: 1 | -1;
    readonly markIv: number;
    readonly mark: number;
    readonly delta: number;
    readonly gamma: number;
    readonly vega: number;
    readonly theta: number;
    readonly rho: number;
  }
  const { rows } = JSON.parse(readFileSync(file, 'utf8')) as { rows: readonly Row[] };

  test.each(rows)('$instrument', (row) => {
    const tauYears = (row.expiryUs - row.atUs) / usPerYear;
    const slice = flat(row.expiryUs, tauYears, row.markIv);
    const columns = mark(
      [
        option(1, {
          expiryUs: row.expiryUs as TsUs,
          strike: row.strike,
          optionType: row.callSign === 1 ? 'call' : 'put',
        }),
      ],
      inputsAt(row.atUs, {
        index: row.index,
        expiries: [{ expiryUs: row.expiryUs, forward: row.forward, slice }],
      }),
    );
    const close = (actual: Float64Array, expected: number, relative: number, least: number) => {
      const gap = Math.abs((actual[0] as number) - expected);
      expect(gap).toBeLessThanOrEqual(relative * Math.abs(expected) + least);
    };
    close(columns.markPrice, row.mark, 1e-3, 1e-5);
    close(columns.delta, row.delta, 1e-3, 1e-4);
    close(columns.gamma, row.gamma, 0, 6e-6);
    close(columns.vega, row.vega, 1e-3, 1e-3);
    close(columns.theta, row.theta, 2e-3, 1e-2);
    close(columns.rho, row.rho, 1e-3, 1e-3);
    expect(columns.markIv[0]).toBeCloseTo(row.markIv, 12);
  });
});

describe('marks', () => {
  const nowUs = expiryUs - 30 * usPerDay;

  test('an option is Black-76 on the forward at the volatility of the slice', () => {
    const inputs = inputsAt(nowUs);
    const instruments = [
      option(1, { strike: 90_000, optionType: 'put' }),
      option(2, { strike: 90_000, optionType: 'put', payoff: 'linear', ...dollarTicks }),
    ];
    const columns = mark(instruments, inputs);
    const volatility = strikeVolatility(curveAt(inputs, expiryUs), 90_000);
    const usd = black76(100_500, 90_000, 30 / 365, volatility, -1);
    expect(columns.markIv[0]).toBe(volatility);
    expect(columns.markPrice[0]).toBeCloseTo(usd / 100_500, 14);
    expect(columns.markPrice[1]).toBeCloseTo(usd, 9);
    expect(columns.underlyingPrice[0]).toBe(100_500);
    for (const greek of ['delta', 'gamma', 'vega', 'theta', 'rho'] as const) {
      expect(columns[greek][0]).toBe(columns[greek][1]);
    }
  });

  test('a pin shifts both options of its strike, until a slice comes without it', () => {
    const inputs = inputsAt(nowUs);
    const [first, second] = inputs.expiries as [ExpiryInputs, ExpiryInputs];
    const pinned = { ...smile(expiryUs, 30 / 365), pins: [{ strike: 90_000, shift: 0.02 }] };
    const pinnedInputs = { ...inputs, expiries: [{ ...first, slice: pinned }, second] };
    const between = (expiryUs + 7 * usPerDay) as TsUs;
    const plan = createMarkPlan([
      option(1, { strike: 90_000, optionType: 'put' }),
      option(2, { strike: 90_000, optionType: 'call' }),
      option(3, { strike: 95_000, optionType: 'call' }),
      // Its expiry has no slice of its own and borrows from its neighbours, without their pins.
      option(4, { strike: 90_000, optionType: 'call', expiryUs: between }),
    ]);
    const marked = (now: CurveInputs) => {
      const columns = createMarkColumns(4);
      markAll(plan, now, new Float64Array(4), columns);
      return columns;
    };
    const plain = marked(inputs);
    const columns = marked(pinnedInputs);
    expect(columns.markIv[0]).toBeCloseTo((plain.markIv[0] as number) + 0.02, 12);
    expect(columns.markIv[1]).toBe(columns.markIv[0]);
    expect(columns.markIv.slice(2)).toEqual(plain.markIv.slice(2));
    const parity = (columns.markPrice[1] as number) - (columns.markPrice[0] as number);
    expect(parity).toBeCloseTo(1 - 90_000 / 100_500, 12);
    // A forward tick keeps them, and a restored plan finds them again.
    expect(marked({ ...pinnedInputs, index: 100_100 }).markIv).toEqual(columns.markIv);
    const restored = createMarkColumns(2);
    const again = createMarkPlan([option(1, { strike: 90_000, optionType: 'put' })]);
    markAll(again, pinnedInputs, new Float64Array(1), restored);
    expect(restored.markIv[0]).toBe(columns.markIv[0]);
    expect(marked(inputs).markIv).toEqual(plain.markIv);
  });

  /** Squared volatility over that of a slice just fitted, for the averaging nearer by. */
  const share = (years: number): number => varianceTime(years) / years;

  test('between surfaces the variance shrinks with variance time at constant volatility', () => {
    const later = inputsAt(nowUs + 15 * usPerDay);
    const volatility = strikeVolatility(curveAt(inputsAt(nowUs), expiryUs), 110_000);
    const curve = curveAt(later, expiryUs);
    const nearer = Math.sqrt(share(15 / 365) / share(30 / 365));
    expect(strikeVolatility(curve, 110_000)).toBeCloseTo(volatility * nearer, 14);
    expect(curve.timeYears).toBeCloseTo(15 / 365, 14);
  });

  test('greeks are finite differences of the price', () => {
    const bump = 1;
    const price = (forward: number, volatility: number, at: number): number =>
      optionPriceAt(
        curveAt(
          inputsAt(at, {
            expiries: [{ expiryUs, forward, slice: flat(expiryUs, 30 / 365, volatility) }],
          }),
          expiryUs,
        ),
        104_000,
        1,
        'linear',
        volatility,
      );
    const inputs = inputsAt(nowUs, {
      expiries: [{ expiryUs, forward: 100_000, slice: flat(expiryUs, 30 / 365, 0.6) }],
    });
    const columns = mark([option(1, { strike: 104_000, payoff: 'linear' })], inputs);
    const up = price(100_000 + bump, 0.6, nowUs);
    const down = price(100_000 - bump, 0.6, nowUs);
    const middle = price(100_000, 0.6, nowUs);
    expect(columns.delta[0]).toBeCloseTo((up - down) / (2 * bump), 7);
    expect(columns.gamma[0]).toBeCloseTo((up - 2 * middle + down) / (bump * bump), 7);
    expect(columns.vega[0]).toBeCloseTo(
      (price(100_000, 0.6001, nowUs) - price(100_000, 0.5999, nowUs)) / 0.02,
      3,
    );
    const hour = (price(100_000, 0.6, nowUs + usPerHour) - middle) * 24;
    expect(Math.abs((columns.theta[0] as number) - hour)).toBeLessThan(0.1);
  });

  test('futures are at the forward of their expiry, perpetuals where they are told', () => {
    const perpetualMarks = Float64Array.from([0, 100_050]);
    const columns = mark([future(1, expiryUs), future(2, null)], inputsAt(nowUs), perpetualMarks);
    expect(Array.from(columns.markPrice)).toEqual([100_500, 100_050]);
    expect(Array.from(columns.underlyingPrice)).toEqual([100_500, 100_000]);
    expect(columns.markIv.every(Number.isNaN) && columns.delta.every(Number.isNaN)).toBe(true);
    // 100,500 +- 1.5 % is 98,992.5 to 102,007.5; 100,050 +- 1.5 % is 98,549.25 to 101,550.75.
    expect(Array.from(columns.bandMinTicks)).toEqual([197_985, 197_098]);
    expect(Array.from(columns.bandMaxTicks)).toEqual([204_015, 203_102]);
  });

  test('bands of options grow with delta and lie on the grid', () => {
    const columns = mark(
      [option(1, { strike: 40_000 }), option(2, { strike: 250_000 })],
      inputsAt(nowUs),
    );
    const deep = columns.markPrice[0] as number;
    const half = 0.1 * (columns.delta[0] as number);
    expect(columns.bandMinTicks[0]).toBe(5 * Math.floor(((deep - half) * 10_000) / 5));
    expect(columns.bandMaxTicks[0]).toBe(5 * Math.ceil(((deep + half) * 10_000) / 5));
    expect(columns.bandMinTicks[1]).toBe(1);
    expect(columns.bandMaxTicks[1]).toBeGreaterThanOrEqual(400);
  });

  test('no forward or slice anywhere leaves no mark', () => {
    const inputs = inputsAt(nowUs, { expiries: [{ expiryUs, forward: 0, slice: null }] });
    const columns = mark([option(1, {}), future(2, expiryUs), future(3, null)], inputs);
    expect(columns.markPrice.every(Number.isNaN)).toBe(true);
    expect(Array.from(columns.bandMaxTicks)).toEqual([1, 1, 1]);
    const noSlice = inputsAt(nowUs, { expiries: [{ expiryUs, forward: 100_500, slice: null }] });
    const half = mark([option(1, {}), future(2, expiryUs)], noSlice);
    expect(Number.isNaN(half.markPrice[0])).toBe(true);
    expect(half.markPrice[1]).toBe(100_500);
  });

  test('an expiry without forward or slice of its own stands between its neighbours', () => {
    const inputs = inputsAt(nowUs);
    const middle = curveAt(inputs, expiryUs + 14 * usPerDay);
    expect(middle.forward).toBeCloseTo(100_750, 8);
    const total = (at: number): number => {
      const curve = curveAt(inputs, at);
      const strike = curve.forward;
      return strikeVolatility(curve, strike) ** 2 * curve.timeYears;
    };
    const mean = (total(expiryUs) + total(expiryUs + 28 * usPerDay)) / 2;
    expect(total(expiryUs + 14 * usPerDay)).toBeCloseTo(mean, 12);
    const near = curveAt(inputs, expiryUs - 15 * usPerDay);
    expect(near.forward).toBeCloseTo(100_250, 8);
    expect(strikeVolatility(near, near.forward)).toBeCloseTo(
      strikeVolatility(curveAt(inputs, expiryUs), 100_500) *
        Math.sqrt(share(15 / 365) / share(30 / 365)),
      12,
    );
    const far = curveAt(inputs, expiryUs + 56 * usPerDay);
    expect(far.forward).toBeCloseTo(101_500, 8);
    // Four seconds before the last expiry that has a forward, a stale one bends nothing far away.
    const stale = inputsAt(expiryUs - 4 * usPerSecond, {
      expiries: [{ expiryUs, forward: 101_000, slice: null }],
    });
    expect(curveAt(stale, expiryUs + 7 * usPerDay).forward).toBeCloseTo(102_000, 2);
  });
});

describe('the fixing window', () => {
  const start = expiryUs - 30 * usPerMinute;
  const window = (second: number, fixingSum: number, forward = 100_000): CurveInputs =>
    inputsAt(start + second * usPerSecond, {
      expiries: [{ expiryUs, forward, slice: flat(expiryUs, 1 / 365, 0.5) }],
      fixingEndUs: expiryUs,
      fixingSeconds: second,
      fixingSum,
    });

  test('forward and price go over into it without a step', () => {
    const before = curveAt(window(0, 0), expiryUs);
    const after = curveAt(window(1, 100_000), expiryUs);
    expect(after.forward).toBeCloseTo(before.forward, 6);
    const price = (curve: ExpiryCurve): number => optionPriceAt(curve, 100_000, 1, 'linear', 0.5);
    expect(Math.abs(price(after) - price(before)) / price(before)).toBeLessThan(2e-3);
  });

  test('half fixed, the option is half an option on the other half', () => {
    const curve = curveAt(window(900, 900 * 98_000), expiryUs);
    expect(curve.forward).toBeCloseTo(99_000, 8);
    const price = optionPriceAt(curve, 99_500, 1, 'linear', 0.5);
    const time = (15 * usPerMinute) / usPerYear;
    expect(price).toBeCloseTo(0.5 * black76(100_000, 101_000, time, 0.5, 1), 8);
    const columns = mark(
      [option(1, { strike: 99_500 }), option(2, { strike: 40_000 })],
      window(900, 900 * 98_000),
    );
    // The mark's volatility is that of a slice of a day ago, whose half hour is now a quarter.
    const volatility = 0.5 * Math.sqrt(varianceTime(time) / time / (varianceTime(1 / 365) * 365));
    const marked = optionPriceAt(curve, 99_500, 1, 'linear', volatility);
    expect(columns.markPrice[0]).toBeCloseTo(marked / 99_000, 12);
    expect(columns.delta[1]).toBe(0.5);
    expect(columns.markPrice[1]).toBeCloseTo(59_000 / 99_000, 12);
  });

  test('variance time is that of the mean of what still runs, value by value', () => {
    // Var of the mean of W(t_1) .. W(t_m) is the sum of min(t_i, t_j) over all pairs over m^2.
    const ofMean = (beforeSeconds: number, prints: number): number => {
      let sum = 0;
      for (let i = 1; i <= prints; i++) {
        sum += (beforeSeconds + i) * (1 + 2 * (prints - i));
      }
      return sum / prints ** 2;
    };
    const perYear = usPerYear / usPerSecond;
    for (const [before, prints] of [
      [0, 1],
      [0, 7],
      [0, 900],
      [0, 1800],
      [3600, 1800],
    ] as const) {
      const seconds = varianceTime((before + prints) / perYear) * perYear;
      expect(seconds).toBeCloseTo(ofMean(before, prints), 6);
    }
    expect(varianceTime(0)).toBe(0);
  });

  test.each([0, 450, 900, 1500, 1790])(
    'after %d seconds the mark is what simulated prints are worth',
    (passed) => {
      // A slice of a day ago: the volatility of one price, over the variance time of the mean.
      const volatility = 0.6;
      const tauYears = 1 / 365;
      const slice = flat(expiryUs, tauYears, volatility);
      const a = volatility ** 2 * varianceTime(tauYears);
      const fixed = 99_800;
      const inputs = inputsAt(start + passed * usPerSecond, {
        expiries: [{ expiryUs, forward: 100_000, slice: { ...slice, a } }],
        fixingEndUs: expiryUs,
        fixingSeconds: passed,
        fixingSum: passed * fixed,
      });
      const curve = curveAt(inputs, expiryUs);
      const strike = Math.round(curve.forward);
      const marked = optionPriceAt(curve, strike, 1, 'linear', strikeVolatility(curve, strike));
      const step = volatility * Math.sqrt(usPerSecond / usPerYear);
      const paths = 1_500;
      let sum = 0;
      let squares = 0;
      for (let path = 0; path < paths; path++) {
        // Each path and its mirror image.
        for (const sign of [1, -1]) {
          const own = createRandom(`prints ${passed} ${path}`);
          let price = 100_000;
          let total = passed * fixed;
          for (let second = passed; second < 1800; second++) {
            price *= 1 + sign * step * own.nextNormal();
            total += price;
          }
          const payoff = Math.max(total / 1800 - strike, 0);
          sum += payoff;
          squares += payoff * payoff;
        }
      }
      const mean = sum / (2 * paths);
      const error = Math.sqrt((squares / (2 * paths) - mean * mean) / (2 * paths));
      expect(Math.abs(marked - mean)).toBeLessThan(4 * error + 1e-9);
    },
  );

  test('fully fixed, every option is at its payoff', () => {
    const columns = mark(
      [option(1, { strike: 99_000 }), option(2, { strike: 99_000, optionType: 'put' })],
      window(1800, 1800 * 98_000),
    );
    expect(columns.underlyingPrice[0]).toBe(98_000);
    expect(Array.from(columns.markPrice)).toEqual([0, 1000 / 98_000]);
    expect(columns.delta[0]).toBe(0);
  });

  test('a strike that the fixed part has passed is certain, with no volatility in it', () => {
    const columns = mark(
      [option(1, { strike: 40_000, payoff: 'linear' })],
      window(1600, 1600 * 98_000),
    );
    const forward = (1600 * 98_000 + 200 * 100_000) / 1800;
    expect(columns.markPrice[0]).toBeCloseTo(forward - 40_000, 8);
    expect(columns.vega[0]).toBe(0);
  });
});

describe('mark properties', () => {
  const strike = fc.integer({ min: 20, max: 300 }).map((thousands) => thousands * 1000);
  const when = fc.integer({ min: 60, max: 60 * 86_400 }).map((s) => expiryUs - s * usPerSecond);

  test('parity, bounds and the inverse of price and volatility', () => {
    fc.assert(
      fc.property(
        strike,
        when,
        fc.double({ min: 0.05, max: 3, noNaN: true }),
        (k, nowUs, level) => {
          const inputs = inputsAt(nowUs, {
            expiries: [{ expiryUs, forward: 100_000, slice: flat(expiryUs, 0.1, level) }],
          });
          const columns = mark(
            [option(1, { strike: k }), option(2, { strike: k, optionType: 'put' })],
            inputs,
          );
          const [call, put] = columns.markPrice as unknown as [number, number];
          expect(call - put).toBeCloseTo(1 - k / 100_000, 10);
          expect(call).toBeGreaterThanOrEqual(0);
          expect(call).toBeLessThanOrEqual(1);
          expect(put).toBeGreaterThanOrEqual(0);
          const [up, down] = columns.delta as unknown as [number, number];
          expect(up - down).toBeCloseTo(1, 12);
          expect(columns.bandMinTicks[0]).toBeLessThanOrEqual(columns.bandMaxTicks[0] as number);
          const curve = curveAt(inputs, expiryUs);
          const callSign = k > 100_000 ? 1 : -1;
          const price = optionPriceAt(curve, k, callSign, 'inverse', level);
          if (price > 1e-12) {
            const implied = optionVolatilityAt(curve, k, callSign, 'inverse', price) as number;
            expect(Math.abs(implied - level)).toBeLessThan(1e-9);
          }
        },
      ),
    );
  });

  test('no price below intrinsic value or above the coin implies a volatility', () => {
    const curve = curveAt(inputsAt(expiryUs - usPerDay), expiryUs);
    expect(optionVolatilityAt(curve, 90_000, 1, 'inverse', 0.05)).toBeNull();
    expect(optionVolatilityAt(curve, 90_000, 1, 'inverse', 1.01)).toBeNull();
    expect(optionVolatilityAt(createExpiryCurve(), 90_000, 1, 'inverse', 0.2)).toBeNull();
  });

  test('marking again gives the same bits', () => {
    const instruments = Array.from({ length: 60 }, (_, i) =>
      option(i + 1, { strike: 70_000 + 1000 * i }),
    );
    const plan = createMarkPlan(instruments);
    const inputs = inputsAt(expiryUs - 3 * usPerDay);
    const none = new Float64Array(60);
    const [first, second] = [createMarkColumns(60), createMarkColumns(60)];
    markAll(plan, inputs, none, first);
    markAll(plan, inputsAt(expiryUs - usPerDay), none, second);
    markAll(plan, inputs, none, second);
    expect(second).toEqual(first);
  });
});
