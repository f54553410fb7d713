import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  civilDate,
  dayNumberOf,
  expiryOfDay,
  liveExpiries,
  nextExpiryTime,
  tenorOfDay,
  weekdayOf,
} from './calendar.ts';
import { type TsUs, usPerDay } from './units.ts';

const dayOf = (text: string): number => {
  const [year, month, day] = text.split('-').map(Number) as [number, number, number];
  return dayNumberOf(year, month, day);
};
const instant = (text: string): TsUs => (Date.parse(text) * 1000) as TsUs;

describe('calendar', () => {
  test('civil dates agree with the platform over eight centuries', () => {
    fc.assert(
      fc.property(fc.integer({ min: -146_097, max: 146_097 }), (day) => {
        const { year, month, day: dayOfMonth } = civilDate(day);
        const platform = new Date(day * 86_400_000);
        expect([year, month, dayOfMonth]).toEqual([
          platform.getUTCFullYear(),
          platform.getUTCMonth() + 1,
          platform.getUTCDate(),
        ]);
        expect(dayNumberOf(year, month, dayOfMonth)).toBe(day);
        expect(weekdayOf(day)).toBe(platform.getUTCDay());
      }),
    );
  });

  test('classes: the longest that falls on a date', () => {
    expect(tenorOfDay(dayOf('2026-04-23'))).toBe('day');
    expect(tenorOfDay(dayOf('2026-04-17'))).toBe('week');
    expect(tenorOfDay(dayOf('2026-04-24'))).toBe('month');
    expect(tenorOfDay(dayOf('2026-06-26'))).toBe('quarter');
    expect(tenorOfDay(dayOf('2027-12-31'))).toBe('quarter');
  });

  test('the dates that Deribit had listed', () => {
    const file = new URL('../../../testdata/domain/live-expiries.json', import.meta.url);
    const { calendar, rows } = JSON.parse(readFileSync(file, 'utf8'));
    expect(rows.length).toBeGreaterThan(20);
    for (const { at, expiries } of rows) {
      const live = liveExpiries(calendar, instant(at));
      expect(live.map(({ expiryUs }) => Math.floor(expiryUs / usPerDay))).toEqual(
        expiries.map(dayOf),
      );
    }
  });

  test('an expiry is live until its instant, and its successor is there already', () => {
    const calendar = { days: 1, weeks: 1, months: 0, quarters: 0 };
    const live = (at: string): readonly string[] =>
      liveExpiries(calendar, instant(at)).map(({ expiryUs }) =>
        new Date(expiryUs / 1000).toISOString().slice(0, 10),
      );
    expect(live('2026-04-29T08:00:00Z')).toEqual(['2026-04-30', '2026-05-01']);
    expect(live('2026-04-30T07:59:59Z')).toEqual(['2026-04-30', '2026-05-01']);
    expect(live('2026-04-30T08:00:00Z')).toEqual(['2026-05-01', '2026-05-08']);
    expect(live('2026-05-01T07:59:59Z')).toEqual(['2026-05-01', '2026-05-08']);
    expect(live('2026-05-01T08:00:00Z')).toEqual(['2026-05-02', '2026-05-08']);
  });

  test('the live set is ascending, and changes at 08:00 only', () => {
    const count = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(
        fc.record({ days: count, weeks: count, months: count, quarters: count }),
        fc.integer({ min: 20_000, max: 21_000 }),
        fc.integer({ min: 1, max: usPerDay - 1 }),
        (calendar, day, later) => {
          const start = expiryOfDay(day);
          const live = liveExpiries(calendar, start);
          expect(liveExpiries(calendar, (start + later) as TsUs)).toEqual(live);
          expect(nextExpiryTime((start + later) as TsUs)).toBe(start + usPerDay);
          expect(nextExpiryTime(start)).toBe(start + usPerDay);
          live.forEach(({ expiryUs }, i) => {
            expect(expiryUs).toBeGreaterThan(i === 0 ? start : (live[i - 1]?.expiryUs ?? 0));
          });
          const next = liveExpiries(calendar, (start + usPerDay) as TsUs);
          for (const { expiryUs } of live) {
            expect(
              expiryUs <= start + usPerDay || next.some((row) => row.expiryUs === expiryUs),
            ).toBe(true);
          }
        },
      ),
    );
  });
});
