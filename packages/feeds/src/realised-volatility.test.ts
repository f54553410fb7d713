// Realised volatility: a walk of known steps is measured at its volatility, gaps count as time, and
// what is older than the span is forgotten.
import { createRandom } from '@openstrike/std';
import { expect, test } from 'vitest';
import { MinuteWindow } from './minute-window.ts';
import { realisedVolatility } from './realised-volatility.ts';

const minutesPerYear = 365 * 1440;

/** Steps of exactly one deviation either way, every `apart` minutes; some prices within each. */
const walk = (window: MinuteWindow, from: number, steps: number, apart: number, yearly: number) => {
  const random = createRandom('realised volatility');
  const size = yearly * Math.sqrt(apart / minutesPerYear);
  let price = 100_000;
  for (let step = 0; step < steps; step += 1) {
    price *= Math.exp(random.nextFloat() < 0.5 ? size : -size);
    window.record(from + step * apart, price * 1.01);
    window.record(from + step * apart, price);
  }
  return from + (steps - 1) * apart;
};

test('a walk is measured at its volatility, with gaps as without', () => {
  for (const apart of [1, 7]) {
    const window = new MinuteWindow();
    const now = walk(window, 30_000_000, 1_000 / apart, apart, 0.6);
    expect(realisedVolatility(window, now, 60)).toBeCloseTo(0.6, 10);
    expect(realisedVolatility(window, now, 1_439)).toBeCloseTo(0.6, 10);
  }
});

test('the hour forgets what the day remembers', () => {
  const window = new MinuteWindow();
  const wildUntil = walk(window, 30_000_000, 600, 1, 1.2);
  const now = walk(window, wildUntil + 1, 120, 1, 0.3);
  expect(realisedVolatility(window, now, 60)).toBeCloseTo(0.3, 10);
  expect(realisedVolatility(window, now, 1_439)).toBeGreaterThan(0.9);
});

test('too few prices say nothing', () => {
  const window = new MinuteWindow();
  expect(realisedVolatility(window, 30_000_000, 60)).toBeNull();
  const now = walk(window, 30_000_000, 2, 1, 0.5);
  expect(realisedVolatility(window, now, 60)).toBeNull();
});
