// The volatility index: both of Cboe's published examples through the feed's own rules, and what
// crypto changes: sparse strikes, no rate, error bars.
import { readFileSync } from 'node:fs';
import { type TsUs, usPerDay } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { sampleStartUs } from './testing/samples.ts';
import { indexOfTerms, type MarkedOption, volatilityIndex } from './volatility-index.ts';

type Row = [number, number, number, number, number];
interface Example {
  readonly edition: number;
  readonly index: number;
  readonly terms: readonly {
    readonly minutes: number;
    readonly rate: number;
    readonly variance: number;
    readonly forward: number;
    readonly quotes: readonly Row[];
  }[];
}

const file = new URL('../../../testdata/pricing/cboe-white-papers.json', import.meta.url);
const { examples } = JSON.parse(readFileSync(file, 'utf8')) as { examples: readonly Example[] };

test.each(examples)("Cboe's white paper of $edition gives $index", ({ index, terms }) => {
  const found = indexOfTerms(
    terms.map(({ minutes, rate, quotes }) => ({
      minutes,
      rate,
      quotes: quotes.map(([strike, callBid, callAsk, putBid, putAsk]) => ({
        strike,
        callBid,
        callAsk,
        putBid,
        putAsk,
      })),
    })),
  );
  expect(((found?.volatility ?? 0) * 100).toFixed(2)).toBe(index.toFixed(2));
  terms.forEach(({ variance, forward }, i) => {
    // The paper of 2009 rounds the time to expiry to seven digits before it divides by it.
    expect(found?.terms[i]?.variance).toBeCloseTo(variance, 5);
    expect(found?.terms[i]?.forward).toBeCloseTo(forward, 2);
  });
});

const option = (days: number, strike: number, markIv: number, forward = 100_000): MarkedOption => ({
  expiryUs: (sampleStartUs + days * usPerDay) as TsUs,
  strike,
  forward,
  markIv,
});
const strikes = [70_000, 80_000, 90_000, 95_000, 100_000, 105_000, 110_000, 120_000, 140_000];
const flat = (days: number, iv: number, spread = 0): MarkedOption[] =>
  strikes.map((strike) => {
    const bidIv = iv - spread / 2;
    return { ...option(days, strike, iv), bidIv, askIv: iv + spread / 2 };
  });
const valueOf = (...options: MarkedOption[]) => volatilityIndex(options, sampleStartUs);

test('of a flat smile the index is its volatility, on however few strikes', () => {
  expect(valueOf(...flat(20, 0.5), ...flat(40, 0.5))?.volatility).toBeCloseTo(0.5, 3);
  expect(valueOf(...flat(20, 1.2), ...flat(40, 1.2))?.volatility).toBeCloseTo(1.2, 2);
  const few = valueOf(option(30, 95_000, 0.4), option(30, 106_000, 0.4));
  expect(few?.volatility).toBeCloseTo(0.4, 3);
});

test('total variance is interpolated in time between the expiries around thirty days', () => {
  const variance = (0.16 * 20 + 0.36 * 40) / 2 / 30;
  const value = valueOf(...flat(20, 0.4), ...flat(40, 0.6), ...flat(3, 2), ...flat(300, 2));
  expect(value?.volatility).toBeCloseTo(Math.sqrt(variance), 3);
  expect(value?.expiriesUs).toEqual([20, 40].map((days) => sampleStartUs + days * usPerDay));
});

test('skew and wings count: the index lies above the volatility at the money', () => {
  const smile = strikes.map((strike) =>
    option(30, strike, 0.5 + 1.2 * Math.log(strike / 100_000) ** 2),
  );
  const value = valueOf(...smile);
  expect(value?.volatility).toBeGreaterThan(0.51);
  expect(value?.volatility).toBeLessThan(0.56);
});

test('the error bar is half the spread of the strip, and more where the wings are missing', () => {
  const tight = valueOf(...flat(20, 0.5, 0), ...flat(40, 0.5, 0));
  const wide = valueOf(...flat(20, 0.5, 0.02), ...flat(40, 0.5, 0.02));
  expect(tight?.error).toBeLessThan(0.001);
  expect((wide?.error ?? 0) - (tight?.error ?? 0)).toBeCloseTo(0.01, 3);
  const steep = (from: number): MarkedOption[] =>
    strikes
      .slice(from, -from)
      .map((strike) => option(30, strike, 0.5 + 1.2 * Math.log(strike / 100_000) ** 2));
  expect(valueOf(...steep(3))?.error).toBeGreaterThan(2 * (valueOf(...steep(1))?.error ?? 0));
});

test('calls and puts of a strike are averaged; expired and unmarked options say nothing', () => {
  const both = [...flat(30, 0.45), ...flat(30, 0.55)];
  expect(valueOf(...both)?.volatility).toBeCloseTo(0.5, 3);
  expect(valueOf(option(90, 100_000, 0.3))?.volatility).toBeCloseTo(0.3, 3);
  expect(valueOf(option(90, 100_000, Number.NaN), option(-1, 100_000, 0.5))).toBeNull();
  expect(valueOf()).toBeNull();
});
