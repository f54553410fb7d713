import { type UsdMicros, usPerDay, usPerHour, usPerSecond } from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  estimatedDeliveryPrice,
  fixingEndAtOrAfter,
  fixingOf,
  fixingSeconds,
  fixingSum,
  fixingWindowUs,
  printsPerFixing,
  recordPrint,
} from './fixing.ts';
import { createFixingState, restoreFixingState, saveFixingState } from './fixing-state.ts';

const end = 20_000 * usPerDay + 8 * usPerHour;
const start = end - fixingWindowUs;
const at = (second: number): number => start + second * usPerSecond;
const micros = (usd: number): UsdMicros => (usd * 1e6) as UsdMicros;

describe('fixing', () => {
  test('the window ends at the first 08:00 at or after an instant', () => {
    expect(fixingEndAtOrAfter(end)).toBe(end);
    expect(fixingEndAtOrAfter(end + 1)).toBe(end + usPerDay);
    expect(fixingEndAtOrAfter(end - usPerDay + 1)).toBe(end);
  });

  test('1,800 prints average; those at 07:30:00 and after 08:00:00 do not count', () => {
    const state = createFixingState();
    recordPrint(state, micros(5), at(0));
    for (let second = 1; second <= printsPerFixing; second++) {
      recordPrint(state, micros(second), at(second));
    }
    recordPrint(state, micros(1e6), at(1800) + 1);
    expect(fixingOf(state, end)).toEqual({ price: 900_500_000, prints: 1800 });
  });

  test('a silent second takes the print before it, from before the window if need be', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(-5));
    recordPrint(state, micros(200), at(901));
    expect(fixingOf(state, end)).toEqual({ price: 150e6, prints: 1 });
  });

  test('the mean rounds half-even to a micro-dollar', () => {
    const state = createFixingState();
    recordPrint(state, 2 as UsdMicros, at(1));
    recordPrint(state, 3 as UsdMicros, at(901));
    expect(fixingOf(state, end)?.price).toBe(2);
  });

  test('several prints in one second: the last one is the print of that second', () => {
    const state = createFixingState();
    recordPrint(state, micros(1), at(0) + 1);
    recordPrint(state, micros(7), at(1));
    recordPrint(state, micros(9), at(1) + 1);
    expect(fixingOf(state, end)).toEqual({ price: 8_998_889, prints: 2 });
  });

  test('a window without prints waits for the first value after it', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(-5));
    expect(fixingOf(state, end)).toBeNull();
    recordPrint(state, micros(120), at(1800) + 7 * usPerHour);
    recordPrint(state, micros(130), at(1800) + 8 * usPerHour);
    expect(fixingOf(state, end)).toEqual({ price: 120e6, prints: 0 });
  });

  test('days without prints are all fixed at the first value after them', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(900));
    const days = 3 * usPerDay;
    recordPrint(state, micros(140), at(1800) + days - 2 * usPerHour);
    expect(fixingOf(state, end)).toEqual({ price: 100e6, prints: 1 });
    expect(fixingOf(state, end + usPerDay)).toEqual({ price: 140e6, prints: 0 });
    expect(fixingOf(state, end + days)).toBeNull();
  });

  test('the estimate is the index outside the window and the running mean inside', () => {
    const state = createFixingState();
    expect(estimatedDeliveryPrice(state, at(-10))).toBeNull();
    recordPrint(state, micros(100), at(-5));
    expect(estimatedDeliveryPrice(state, at(-5))).toBe(100e6);
    expect(fixingSeconds(state, at(-5))).toBe(0);
    recordPrint(state, micros(110), at(1));
    recordPrint(state, micros(130), at(2));
    expect(estimatedDeliveryPrice(state, at(2))).toBe(120e6);
    expect(fixingSum(state, at(2))).toBe(240e6);
    expect(fixingSeconds(state, at(5))).toBe(5);
    expect(fixingSum(state, at(5))).toBe((110 + 4 * 130) * 1e6);
  });

  test('a plain model over all seconds agrees, through saving and restoring', () => {
    const print = fc.record({
      gapUs: fc.integer({ min: 1, max: 90 * usPerSecond }),
      usd: fc.integer({ min: 1, max: 200_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(print, { minLength: 1, maxLength: 80 }),
        fc.nat(1800),
        (prints, from) => {
          let state = createFixingState();
          const stamped: { tsUs: number; usd: number }[] = [];
          let tsUs = at(from - 900);
          for (const { gapUs, usd } of prints) {
            tsUs += gapUs;
            recordPrint(state, micros(usd), tsUs);
            state = restoreFixingState(saveFixingState(state));
            stamped.push({ tsUs, usd });
          }
          expect(fixingOf(state, end)).toEqual(model(stamped, tsUs));
        },
      ),
    );
  });
});

const model = (stamped: readonly { tsUs: number; usd: number }[], nowUs: number) => {
  let sum = 0;
  let prints = 0;
  for (let second = 1; second <= printsPerFixing; second++) {
    const known = stamped.filter((row) => row.tsUs <= at(second));
    const inside = known.filter((row) => row.tsUs > at(second - 1));
    prints += inside.length > 0 ? 1 : 0;
    sum += (known.at(-1) ?? (stamped.find((row) => row.tsUs > at(0)) as { usd: number }))?.usd ?? 0;
  }
  if (prints === 0) {
    const after = stamped.find((row) => row.tsUs > end);
    return nowUs > end && after ? { price: after.usd * 1e6, prints: 0 } : null;
  }
  // Dollars are whole, so the mean in micro-dollars has its ties at exact halves.
  const scaled = sum * 1e6;
  const floor = Math.floor(scaled / printsPerFixing);
  const rest = scaled - floor * printsPerFixing;
  const up = rest > 900 || (rest === 900 && floor % 2 === 1);
  return { price: up ? floor + 1 : floor, prints };
};
