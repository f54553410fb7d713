// Volatility: a walk of known volatility is measured at that volatility, at any spacing of its
// points, and too few points say nothing.
import { type TsUs, usPerHour, usPerMinute, usPerYear } from '@openstrike/domain';
import { createRandom } from '@openstrike/std';
import { expect, test } from 'vitest';
import { closingErrors, pointCandles, realisedVolatility } from './volatility.ts';

const startUs = 1_795_161_600_000_000 as TsUs;

/** A walk whose steps are plus or minus exactly one standard deviation. */
const walk = (count: number, stepUs: number, volatility: number) => {
  const random = createRandom(3);
  const size = volatility * Math.sqrt(stepUs / usPerYear);
  let value = 100_000;
  return Array.from({ length: count }, (_, i) => {
    if (i > 0) value *= Math.exp(random.nextFloat() < 0.5 ? size : -size);
    return { tsUs: (startUs + i * stepUs) as TsUs, value };
  });
};

test('a walk is measured at its volatility, at every full hour and at its end', () => {
  for (const stepUs of [usPerHour, 15 * usPerMinute, 7 * usPerMinute]) {
    const points = walk(3000, stepUs, 0.6);
    const rows = realisedVolatility(points, startUs);
    expect(rows.length).toBeGreaterThan(300);
    for (const [, percent] of rows) expect(percent).toBeCloseTo(60, 3);
    const times = rows.map(([ms]) => ms);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    expect(times.at(-1)).toBe((points.at(-1)?.tsUs ?? 0) / 1000);
    expect(times.slice(0, -1).every((ms) => ms % 3_600_000 === 0)).toBe(true);
  }
});

test('the window forgets what is older than fifteen days', () => {
  const calm = walk(24 * 20, usPerHour, 0.2);
  const shiftUs = 24 * 20 * usPerHour;
  const scale = (calm.at(-1)?.value ?? 0) / 100_000;
  const wild = walk(24 * 16, usPerHour, 0.9).map((point) => ({
    tsUs: (point.tsUs + shiftUs) as TsUs,
    value: point.value * scale,
  }));
  const rows = realisedVolatility([...calm, ...wild], startUs);
  expect(rows[100]?.[1]).toBeCloseTo(20, 3);
  expect(rows.at(-1)?.[1]).toBeCloseTo(90, 3);
});

test('a young venue has a value as soon as it has a few points', () => {
  expect(realisedVolatility([], startUs)).toEqual([]);
  expect(realisedVolatility(walk(2, usPerMinute, 0.5), startUs)).toEqual([]);
  const rows = realisedVolatility(walk(20, usPerMinute, 0.5), startUs);
  expect(rows).toHaveLength(1);
  expect(rows[0]?.[1]).toBeCloseTo(50, 3);
});

test('candles of points', () => {
  const points = [1, 3, 2, 5].map((value, i) => ({
    tsUs: (startUs + i * 30_000_000) as TsUs,
    value: value / 100,
  }));
  expect(pointCandles(points, usPerMinute, 100)).toEqual([
    [startUs / 1000, 1, 3, 1, 3],
    [startUs / 1000 + 60_000, 2, 5, 2, 5],
  ]);
});

test('the error of a candle is that of its close', () => {
  const points = [0.01, 0.02, null, 0.04, 0.05, null].map((error, i) => ({
    tsUs: (startUs + i * 30_000_000) as TsUs,
    value: 0.5,
    error,
  }));
  expect(pointCandles(points, usPerMinute, 100)).toHaveLength(3);
  expect(closingErrors(points, usPerMinute, 100)).toEqual([2, 4, null]);
});
