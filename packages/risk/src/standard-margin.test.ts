import { readFileSync } from 'node:fs';
import type { FutureMarginParameters, PayoffKind } from '@openstrike/domain';
import type { OptionType } from '@openstrike/std';
import { describe, expect, test } from 'vitest';
import { futureInitialRate, futureMaintenanceRate } from './future-margin.ts';
import { shortOptionInitial, shortOptionMaintenance } from './option-margin.ts';

const file = new URL('../../../testdata/risk/standard-margin.json', import.meta.url);
interface Margins {
  readonly initial: number;
  readonly maintenance: number;
}
interface Figures {
  readonly tolerance: number;
  readonly futures: readonly (Margins & {
    readonly parameters: FutureMarginParameters;
    readonly coins: number;
    readonly price: number;
  })[];
  readonly options: readonly (Margins & {
    readonly payoff: PayoffKind;
    readonly optionType: OptionType;
    readonly strike: number;
    readonly underlying: number;
    readonly mark: number;
  })[];
}
const { futures, options, tolerance } = JSON.parse(readFileSync(file, 'utf8')) as Figures;
const rates = { initialRate: 0.15, initialRateMin: 0.1, maintenanceRate: 0.075 };

const near = (actual: number, expected: number): void => {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, expected));
};

describe('published standard margin', () => {
  test.each(futures)('$coins coins of a future at $price', (row) => {
    const { parameters, coins, price, initial, maintenance } = row;
    near(futureInitialRate(parameters, coins) * coins * price, initial);
    near(futureMaintenanceRate(parameters, coins) * coins * price, maintenance);
    expect(futureInitialRate(parameters, -coins)).toBe(futureInitialRate(parameters, coins));
  });

  test.each(options)('a short $payoff $optionType at $strike', (row) => {
    const { payoff, optionType, strike, underlying, mark, initial, maintenance } = row;
    near(shortOptionInitial(rates, payoff, optionType, strike, underlying, mark), initial);
    near(shortOptionMaintenance(rates, payoff, optionType, underlying, mark), maintenance);
  });
});
