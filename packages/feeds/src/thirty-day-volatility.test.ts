import { type TsUs, usPerDay } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { sampleStartUs } from './testing/samples.ts';
import { type MarkedOption, thirtyDayVolatility } from './thirty-day-volatility.ts';

const option = (days: number, strike: number, markIv: number, forward = 100_000): MarkedOption => ({
  expiryUs: (sampleStartUs + days * usPerDay) as TsUs,
  strike,
  forward,
  markIv,
});

const volatility = (...options: MarkedOption[]): number | null =>
  thirtyDayVolatility(options, sampleStartUs);

test('total variance is interpolated in time between the expiries around 30 days', () => {
  const variance = (0.16 * 20 + 0.36 * 40) / 2 / 30;
  expect(volatility(option(20, 100_000, 0.4), option(40, 100_000, 0.6))).toBeCloseTo(
    Math.sqrt(variance),
    12,
  );
  expect(volatility(option(20, 100_000, 0.5), option(40, 100_000, 0.5))).toBeCloseTo(0.5, 12);
});

test('at the money lies between two strikes, and calls and puts of a strike are averaged', () => {
  const share = Math.log(100 / 90) / Math.log(110 / 90);
  const smile = [
    option(30, 90_000, 0.5),
    option(30, 110_000, 0.65),
    option(30, 110_000, 0.75),
    option(30, 200_000, 2),
  ];
  expect(volatility(...smile)).toBeCloseTo(Math.sqrt(0.25 + (0.49 - 0.25) * share), 12);
  expect(volatility(...smile.map((each) => ({ ...each, forward: 90_000 })))).toBeCloseTo(0.5, 12);
});

test('one side only holds its volatility; expired and unmarked options say nothing', () => {
  expect(volatility(option(7, 100_000, 0.8))).toBe(0.8);
  expect(volatility(option(90, 100_000, 0.3))).toBe(0.3);
  expect(volatility(option(90, 100_000, Number.NaN), option(-1, 100_000, 0.5))).toBeNull();
  expect(volatility()).toBeNull();
});
