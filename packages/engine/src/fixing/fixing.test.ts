import { type UsdMicros, usPerDay, usPerHour, usPerSecond } from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  estimatedDeliveryPrice,
  fixedPart,
  fixingEndAtOrAfter,
  fixingOf,
  fixingSeconds,
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
    expect(fixingOf(state, end, false)).toEqual({ price: 900_500_000, prints: 1800 });
  });

  test('a silent second takes the print before it, from before the window if need be', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(-5));
    recordPrint(state, micros(200), at(901));
    expect(fixingOf(state, end, false)).toEqual({ price: 150e6, prints: 1 });
  });

  test('the mean rounds half-even to a micro-dollar', () => {
    const state = createFixingState();
    recordPrint(state, 2 as UsdMicros, at(1));
    recordPrint(state, 3 as UsdMicros, at(901));
    expect(fixingOf(state, end, false)?.price).toBe(2);
  });

  test('several prints in one second: the last one is the print of that second', () => {
    const state = createFixingState();
    recordPrint(state, micros(1), at(0) + 1);
    recordPrint(state, micros(7), at(1));
    recordPrint(state, micros(9), at(1) + 1);
    expect(fixingOf(state, end, false)).toEqual({ price: 8_998_889, prints: 2 });
  });

  test('a window without prints waits for the first value after it', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(-5));
    expect(fixingOf(state, end, false)).toBeNull();
    recordPrint(state, micros(120), at(1800) + 7 * usPerHour);
    recordPrint(state, micros(130), at(1800) + 8 * usPerHour);
    expect(fixingOf(state, end, false)).toEqual({ price: 120e6, prints: 0 });
  });

  test('days without prints are all fixed at the first value after them', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(900));
    const days = 3 * usPerDay;
    recordPrint(state, micros(140), at(1800) + days - 2 * usPerHour);
    expect(fixingOf(state, end, false)).toEqual({ price: 100e6, prints: 1 });
    expect(fixingOf(state, end + usPerDay, false)).toEqual({ price: 140e6, prints: 0 });
    expect(fixingOf(state, end + days, false)).toBeNull();
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
    expect(fixedPart(state, at(2))).toEqual({ seconds: 2, sumUsd: 240 });
    expect(fixingSeconds(state, at(5))).toBe(5);
    expect(fixedPart(state, at(5))).toEqual({ seconds: 5, sumUsd: 110 + 4 * 130 });
  });

  test('a second whose value is not good is left out of the mean, and so is its silence', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(-5));
    recordPrint(state, micros(500), at(601), false);
    recordPrint(state, micros(130), at(1201));
    // 600 seconds of 100, 600 left out, 600 of 130.
    expect(fixingOf(state, end, false)).toEqual({ price: 115e6, prints: 1 });
    expect(estimatedDeliveryPrice(state, at(1500))).toBe(110e6);
    const { seconds, sumUsd } = fixedPart(state, at(1500));
    expect(sumUsd / 1800 + (1 - seconds / 1800) * 130).toBeCloseTo(115, 9);
  });

  test('when nothing is left to come, the fixed part is all of it and no more', () => {
    for (let flagged = 1; flagged < 1800; flagged++) {
      const state = createFixingState();
      recordPrint(state, micros(90), at(1), false);
      recordPrint(state, micros(100), at(1 + flagged));
      expect(fixedPart(state, at(1800)).seconds).toBe(1800);
    }
  });

  test('within one second the last value says whether it counts', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(1));
    recordPrint(state, micros(101), at(1), false);
    expect(fixingOf(state, end, false)).toBeNull();
    recordPrint(state, micros(102), at(1));
    expect(fixingOf(state, end, false)).toEqual({ price: 102e6, prints: 1 });
  });

  test('a window of bad values waits for a good one, or takes the last as a last resort', () => {
    const state = createFixingState();
    recordPrint(state, micros(100), at(-5));
    recordPrint(state, micros(900), at(5), false);
    recordPrint(state, micros(950), at(1800) + 1, false);
    expect(fixingOf(state, end, false)).toBeNull();
    expect(fixingOf(state, end, true)).toEqual({ price: 100e6, prints: 0 });
    recordPrint(state, micros(120), at(1800) + 2 * usPerSecond);
    expect(fixingOf(state, end, false)).toEqual({ price: 120e6, prints: 0 });
    expect(fixingOf(createFixingState(), end, true)).toBeNull();
  });

  test('a plain model over all seconds agrees, through saving and restoring', () => {
    const print = fc.record({
      gapUs: fc.integer({ min: 1, max: 90 * usPerSecond }),
      usd: fc.integer({ min: 1, max: 200_000 }),
      good: fc.constantFrom(true, true, true, false),
    });
    fc.assert(
      fc.property(
        fc.array(print, { minLength: 1, maxLength: 80 }),
        fc.nat(1800),
        (prints, from) => {
          let state = createFixingState();
          const stamped: Stamped[] = [];
          let tsUs = at(from - 900);
          for (const { gapUs, usd, good } of prints) {
            tsUs += gapUs;
            recordPrint(state, micros(usd), tsUs, good);
            state = restoreFixingState(saveFixingState(state));
            stamped.push({ tsUs, usd, good });
          }
          expect(fixingOf(state, end, false)).toEqual(model(stamped, tsUs));
        },
      ),
    );
  });
});

interface Stamped {
  readonly tsUs: number;
  readonly usd: number;
  readonly good: boolean;
}

const model = (stamped: readonly Stamped[], nowUs: number) => {
  let sum = 0;
  let counted = 0;
  let prints = 0;
  const first = stamped.find((row) => row.tsUs > at(0)) ?? stamped[0];
  for (let second = 1; second <= printsPerFixing; second++) {
    const known = stamped.filter((row) => row.tsUs <= at(second));
    const own = known.filter((row) => row.tsUs > at(second - 1)).at(-1);
    const inForce = known.at(-1) ?? first;
    prints += own?.good === true ? 1 : 0;
    sum += inForce?.good === true ? inForce.usd : 0;
    counted += inForce?.good === true ? 1 : 0;
  }
  if (prints === 0) {
    const after = stamped.find((row) => row.tsUs > end && row.good);
    return nowUs > end && after ? { price: after.usd * 1e6, prints: 0 } : null;
  }
  // Dollars are whole, so the mean in micro-dollars is exact enough for its ties.
  const scaled = sum * 1e6;
  const floor = Math.floor(scaled / counted);
  const rest = 2 * (scaled - floor * counted);
  const up = rest > counted || (rest === counted && floor % 2 === 1);
  return { price: up ? floor + 1 : floor, prints };
};
