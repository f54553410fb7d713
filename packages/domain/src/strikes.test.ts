import { log, normCdf } from '@openstrike/std';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { strikeStep, strikesToList } from './strikes.ts';

const grid = [
  { daysMax: 14, step: 500 },
  { daysMax: 62, step: 1000 },
  { daysMax: null, step: 5000 },
];
const inputs = {
  forward: 77_755,
  volatility: 0.5,
  years: 1 / 365,
  grid,
  deltaMin: 0.05,
  atmNeighbours: 3,
};

describe('strikes', () => {
  test('the step is of the first row that reaches so far', () => {
    expect(strikeStep(grid, 1)).toBe(500);
    expect(strikeStep(grid, 14)).toBe(500);
    expect(strikeStep(grid, 14.001)).toBe(1000);
    expect(strikeStep(grid, 5000)).toBe(5000);
  });

  test('a daily has its neighbours of the forward and what delta reaches', () => {
    const strikes = strikesToList(inputs);
    expect(strikes[0]).toBe(75_000);
    expect(strikes.at(-1)).toBe(81_000);
    expect(strikes.length).toBe(13);
  });

  test('no time or no volatility leaves the neighbours', () => {
    const neighbours = [76_500, 77_000, 77_500, 78_000, 78_500, 79_000];
    expect(strikesToList({ ...inputs, years: 0 })).toEqual(neighbours);
    expect(strikesToList({ ...inputs, volatility: 0 })).toEqual(neighbours);
    expect(strikesToList({ ...inputs, years: 0, forward: 78_000 })).toEqual([
      76_500, 77_000, 77_500, 78_000, 78_500, 79_000, 79_500,
    ]);
  });

  test('strikes are positive even where neighbours would reach below zero', () => {
    expect(strikesToList({ ...inputs, forward: 900, years: 1e-9 })).toEqual([
      500, 1000, 1500, 2000,
    ]);
  });

  test('small decimals stay clean', () => {
    const small = { ...inputs, forward: 0.62, years: 0, grid: [{ daysMax: null, step: 0.005 }] };
    expect(strikesToList(small)).toEqual([0.605, 0.61, 0.615, 0.62, 0.625, 0.63, 0.635]);
  });

  test('every strike beyond the neighbours is within delta, and the next one is not', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1_000, max: 200_000, noNaN: true }),
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        fc.double({ min: 0.002, max: 2, noNaN: true }),
        fc.double({ min: 0.01, max: 0.4, noNaN: true }),
        (forward, volatility, years, deltaMin) => {
          const step = strikeStep(grid, years * 365);
          const strikes = strikesToList({
            ...inputs,
            forward,
            volatility,
            years,
            deltaMin,
            atmNeighbours: 0,
          });
          const deviation = volatility * Math.sqrt(years);
          const delta = (strike: number): number =>
            normCdf(log(forward / strike) / deviation + deviation / 2);
          const within = (strike: number): boolean =>
            delta(strike) > deltaMin - 1e-9 && delta(strike) < 1 - deltaMin + 1e-9;
          for (const strike of strikes) {
            expect(strike % step).toBe(0);
            // The range runs on to the forward where the delta bounds lie beyond it.
            const near = strike > forward - step && delta(strike) > deltaMin - 1e-9;
            expect(within(strike) || near).toBe(true);
          }
          const next = (strikes.at(-1) ?? forward) + step;
          expect(delta(next)).toBeLessThan(deltaMin + 1e-9);
        },
      ),
    );
  });
});
