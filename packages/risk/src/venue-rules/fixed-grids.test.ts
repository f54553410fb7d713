// Worked figures that venues and clearing houses publish, and the shape of their grids.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  aevoScenarios,
  bybitScenarios,
  minimumDelta,
  okxExtremeScenarios,
  okxMaintenance,
  okxScenarios,
  spanRequirement,
  spanScan,
  spanScenarios,
  timsMargin,
  timsScenarios,
} from './fixed-grids.ts';
import {
  aevoRule,
  bybitRule,
  okxRule,
  shortOptionByRule,
  strategyNaked,
  strategySpread,
  strategyStrangle,
} from './standard-rules.ts';

const file = new URL('../../../../testdata/risk/venue-rules.json', import.meta.url);
interface Figures {
  readonly span: {
    readonly future: readonly number[];
    readonly call: readonly number[];
    readonly books: readonly {
      readonly name: string;
      readonly positions: readonly number[];
      readonly scan: number;
    }[];
  };
  readonly minimumDelta: Readonly<Record<'net' | 'gross' | 'price' | 'margin', number>>;
  readonly shortOptions: readonly {
    readonly rule: 'bybit' | 'aevo' | 'okx';
    readonly optionType: 'call' | 'put';
    readonly strike: number;
    readonly underlying: number;
    readonly mark: number;
    readonly initial: number;
    readonly maintenance: number;
  }[];
}
const figures = JSON.parse(readFileSync(file, 'utf8')) as Figures;

describe('grids', () => {
  test('sizes, ends and weights', () => {
    expect(timsScenarios(0.08, 0.06).map(({ move }) => Number(move.toFixed(4)))).toEqual([
      -0.08, -0.064, -0.048, -0.032, -0.016, 0.012, 0.024, 0.036, 0.048, 0.06,
    ]);
    const span = spanScenarios(0.12, 3, 0.33);
    expect(span).toHaveLength(16);
    expect(span[15]).toEqual({ move: -0.36, volatility: 'none', weight: 0.33, damper: 0 });
    expect(okxScenarios(0.04)).toHaveLength(21);
    expect(okxExtremeScenarios(0.24).every(({ weight }) => weight === 0.5)).toBe(true);
    expect(aevoScenarios()).toHaveLength(15);
    expect(aevoScenarios().filter(({ weight }) => weight === 0.5)).toHaveLength(6);
    expect(bybitScenarios(0.15)).toHaveLength(33);
  });

  test('a TIMS product group asks at least 37.50 a contract', () => {
    expect(timsMargin(100, 10, 37.5)).toBe(375);
    expect(timsMargin(1000, 10, 37.5)).toBe(1000);
  });
});

describe('SPAN', () => {
  const { future, call, books } = figures.span;
  test.each(books)('$name', ({ positions, scan }) => {
    expect(spanScan([future, call], positions)).toBe(scan);
  });

  test('a spread credit of 55 % off 6,000 leaves 2,700', () => {
    const commodity = {
      scan: 6000,
      calendar: 0,
      interCredit: 0.55,
      shortOptionMinimum: 0,
      netOptionValue: 0,
    };
    expect(spanRequirement(commodity)).toBeCloseTo(2700, 9);
    expect(spanRequirement({ ...commodity, shortOptionMinimum: 3000 })).toBe(3000);
  });
});

test('least margin by delta', () => {
  const { net, gross, price, margin } = figures.minimumDelta;
  expect(minimumDelta(net, gross, price)).toBeCloseTo(margin, 9);
});

test('the parts of a maintenance margin compete where they should', () => {
  const parts = {
    spot: 100,
    theta: 20,
    vega: 5,
    basis: 4,
    rate: 1,
    extreme: 120,
    least: 50,
    depeg: 2,
  };
  expect(okxMaintenance(parts)).toBe(132);
  expect(okxMaintenance({ ...parts, least: 500 })).toBe(500);
});

const rules = { bybit: bybitRule, aevo: aevoRule, okx: okxRule };

test.each(figures.shortOptions)('$rule: a short $optionType at $strike', (row) => {
  const { rule, optionType, strike, underlying, mark, initial, maintenance } = row;
  const margin = shortOptionByRule(rules[rule], optionType, strike, underlying, mark);
  expect(margin.initial).toBeCloseTo(initial, 9);
  expect(margin.maintenance).toBeCloseTo(maintenance, 9);
});

describe('strategy rules, worked by hand', () => {
  const shares = { rate: 0.2, rateMin: 0.1 };

  test('naked, strangle and spread', () => {
    expect(strategyNaked(shares, 'call', 120, 128.5, 8.375)).toBeCloseTo(34.075, 9);
    expect(strategyNaked(shares, 'put', 80, 95, 2)).toBeCloseTo(10, 9);
    expect(strategyNaked(shares, 'call', 150, 100, 1)).toBeCloseTo(11, 9);
    const call = strategyNaked(shares, 'call', 105, 100, 2);
    const put = strategyNaked(shares, 'put', 95, 100, 1.5);
    expect(strategyStrangle(call, 2, put, 1.5)).toBeCloseTo(17 + 1.5, 9);
    expect(strategySpread(10, 3.25)).toBe(6.75);
    expect(strategySpread(5, 6)).toBe(0);
  });
});
