import type { TsUs } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { createPacedClock } from './paced-clock.ts';

const at = (seconds: number): TsUs => (seconds * 1_000_000) as TsUs;

test('time runs at its speed, never past the ceiling, never back', () => {
  let wall = 0;
  const clock = createPacedClock({ startUs: at(100), speed: 10, wallMs: () => wall });
  clock.advance(at(100), at(101));
  wall = 50;
  expect(clock.nowUs()).toBe(at(100.5));
  wall = 500;
  expect(clock.nowUs()).toBe(at(101));
  wall = 400;
  expect(clock.nowUs()).toBe(at(101));
  clock.advance(at(101), at(102));
  expect(clock.nowUs()).toBe(at(102));
});

test('a second that comes early does not make the clock fast', () => {
  let wall = 0;
  const clock = createPacedClock({ startUs: at(100.2), speed: 1, wallMs: () => wall });
  // The first second is sent at once, so that there are prices; then timers fire a bit early.
  clock.advance(at(101), at(102));
  expect(clock.nowUs()).toBe(at(101));
  for (let second = 102; second < 200; second += 1) {
    wall = (second - 100.2) * 1000 - 0.4;
    clock.advance(at(second), at(second + 1));
    expect(clock.nowUs()).toBe(at(second));
  }
  wall += 500.4;
  expect(clock.nowUs()).toBe(at(199.5));
});

test('as fast as the machine allows means: the ceiling is now', () => {
  const clock = createPacedClock({ startUs: at(0), speed: Infinity, wallMs: () => 0 });
  expect(clock.nowUs()).toBe(at(0));
  clock.advance(at(1), at(2));
  expect(clock.nowUs()).toBe(at(2));
  expect(clock.wallMsUntil(at(50))).toBe(0);
});

test('it says how long to wait', () => {
  let wall = 0;
  const clock = createPacedClock({ startUs: at(0), speed: 2, wallMs: () => wall });
  expect(clock.wallMsUntil(at(4))).toBe(2000);
  wall = 1500;
  expect(clock.wallMsUntil(at(4))).toBe(500);
  wall = 9000;
  expect(clock.wallMsUntil(at(4))).toBe(0);
});
