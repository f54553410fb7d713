// When a move is fast, by the recommended windows.
import { expect, test } from 'vitest';
import { movedFast, type PriceSample, recommendedFastMove, sampled } from './fast-move.ts';

const [short, long] = recommendedFastMove.windows as [
  (typeof recommendedFastMove.windows)[0],
  (typeof recommendedFastMove.windows)[0],
];

const at = (seconds: number, price: number): PriceSample => ({ tsUs: seconds * 1e6, price });

test('3 % within ten seconds, in either direction, and not a moment later', () => {
  expect(movedFast([at(0, 100)], at(10, 103), short)).toBe(true);
  expect(movedFast([at(0, 100)], at(10, 97), short)).toBe(true);
  expect(movedFast([at(0, 100)], at(10, 102.9), short)).toBe(false);
  expect(movedFast([at(0, 100)], at(11, 103), short)).toBe(false);
});

test('6 % within five minutes, against any price in between', () => {
  expect(movedFast([at(0, 100), at(200, 106)], at(290, 99.6), long)).toBe(true);
  expect(movedFast([at(0, 100), at(200, 105)], at(290, 99.6), long)).toBe(false);
});

test('samples stay apart and go when they are too old', () => {
  let samples: readonly PriceSample[] = [];
  for (let second = 0; second <= 1000; second++) samples = sampled(samples, at(second, 100), long);
  expect(samples.length).toBe(31);
  expect(samples[0]?.tsUs).toBe(700e6);
});
