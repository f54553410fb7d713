// The factor on portfolio margins: against figures worked out by hand, and what holds for any days.
import { recommendedMargin, type StressParameters } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freshStress, nextStress, rememberDay, type StressMemory } from './margin-stress.ts';

const parameters: StressParameters = { dailyVolatility: 0.04, decay: 0.97, days: 250, riseMax: 10 };

const follow = (returns: readonly number[], given = parameters): StressMemory =>
  returns.reduce(
    (memory, move) => rememberDay(memory, given, 100, 100 * Math.exp(move)),
    freshStress(given),
  );

test('days as volatile as the grid is meant for leave it at 1', () => {
  const memory = follow([0.04, -0.04, 0.04]);
  expect(memory.variance).toBeCloseTo(0.0016, 15);
  expect(nextStress(memory, parameters, 0.75, 1)).toBeCloseTo(1, 12);
});

test('a crash raises it by what it adds to the variance', () => {
  // 12 March 2020: -46.5 % by the logarithm. 0.97 * 0.0016 + 0.03 * 0.465^2 = 0.00803875.
  const memory = follow([-0.465]);
  expect(memory.variance).toBeCloseTo(0.00803875, 12);
  expect(nextStress(memory, parameters, 0.75, 1)).toBeCloseTo(Math.sqrt(0.00803875) / 0.04, 12);
});

test('the shipped factor of bitcoin climbs over the three days after 12 March 2020', () => {
  const shipped = recommendedMargin('BTC').stress as StressParameters;
  let memory = freshStress(shipped);
  let factor = 1;
  const factors = [Math.log(1 - 0.37), 0, 0].map((move) => {
    memory = rememberDay(memory, shipped, 100, 100 * Math.exp(move));
    factor = nextStress(memory, shipped, 0.75, factor);
    return factor;
  });
  expect(factors).toEqual([1.25, 1.5625, 1.953125]);
});

test('it falls no lower than its share of the maximum, until the days have passed', () => {
  const short = { ...parameters, decay: 0.5, days: 5 };
  const peak = Math.sqrt(0.5 * 0.0016 + 0.5 * 0.04) / 0.04;
  const quiet = (days: number) => follow([0.2, ...Array.from({ length: days }, () => 0)], short);
  expect(nextStress(quiet(0), short, 0.75, 10)).toBeCloseTo(peak, 12);
  expect(nextStress(quiet(3), short, 0.75, 10)).toBeCloseTo(0.75 * peak, 12);
  expect(nextStress(quiet(4), short, 0.75, 10)).toBeCloseTo(0.75 * peak, 12);
  // Five quiet days on, the largest that is remembered is that of the first of them.
  expect(nextStress(quiet(5), short, 0.75, 10)).toBeCloseTo(0.75 * peak * Math.SQRT1_2, 12);
});

test('it is never below 1, never rises faster than stated, and gets where it wants to', () => {
  const moves = fc.array(fc.double({ min: -0.6, max: 0.6, noNaN: true }), { maxLength: 40 });
  const rises = fc.double({ min: 1.01, max: 3, noNaN: true });
  fc.assert(
    fc.property(moves, rises, (returns, riseMax) => {
      const given = { ...parameters, riseMax };
      let memory = freshStress(given);
      let factor = 1;
      for (const move of returns) {
        memory = rememberDay(memory, given, 50, 50 * Math.exp(move));
        const next = nextStress(memory, given, 0.75, factor);
        expect(next).toBeGreaterThanOrEqual(1);
        expect(next).toBeLessThanOrEqual(factor * riseMax);
        factor = next;
      }
      for (let day = 0; day < 400; day++) factor = nextStress(memory, given, 0.75, factor);
      expect(factor).toBe(
        Math.max(1, memory.ratios.at(-1) ?? 1, 0.75 * Math.max(...memory.ratios)),
      );
    }),
  );
});
