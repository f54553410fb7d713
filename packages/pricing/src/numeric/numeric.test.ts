/** Root finding, minima and least squares on problems with known answers. */
import { expect, test } from 'vitest';
import { findMinimum, findRoot, levenbergMarquardt } from '../index.ts';

test('roots to the last digits, and none where the sign does not change', () => {
  expect(findRoot((x) => x * x - 2, 0, 2)).toBeCloseTo(Math.SQRT2, 14);
  expect(findRoot((x) => x * x * x - x - 2, 1, 2)).toBeCloseTo(1.5213797068045676, 13);
  expect(findRoot((x) => (x < 0.3 ? -1 : 1e9), 0, 1)).toBeCloseTo(0.3, 12);
  expect(findRoot((x) => x * x + 1, -1, 1)).toBeUndefined();
  expect(findRoot(() => NaN, -1, 1)).toBeUndefined();
  expect(findRoot((x) => x, 0, 1)).toBe(0);
});

test('a minimum within its bounds', () => {
  expect(findMinimum((x) => (x - 0.7) * (x - 0.7), 0, 3).x).toBeCloseTo(0.7, 7);
  expect(findMinimum((x) => x, 0, 3).x).toBeCloseTo(0, 7);
});

test('least squares finds the valley of Rosenbrock, bounds respected', () => {
  const residuals = (p: Float64Array, out: Float64Array): void => {
    const [x, y] = p as unknown as [number, number];
    out[0] = 10 * (y - x * x);
    out[1] = 1 - x;
  };
  const base = { residuals, residualCount: 2, start: [-1.2, 1], iterationsMax: 200 };
  const free = levenbergMarquardt({ ...base, lower: [-5, -5], upper: [5, 5] });
  expect(free.parameters[0]).toBeCloseTo(1, 6);
  expect(free.parameters[1]).toBeCloseTo(1, 6);
  const bound = levenbergMarquardt({ ...base, lower: [-5, -5], upper: [0.5, 5] });
  expect(bound.parameters[0]).toBeCloseTo(0.5, 6);
  expect(bound.parameters[1]).toBeCloseTo(0.25, 5);
});
