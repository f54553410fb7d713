// Calendar: which expiries are live at an instant, by Deribit's listing rules, in civil-date
// arithmetic without a platform's calendar. All expiries are at 08:00 UTC: daily, weekly on
// Fridays, monthly on the last Friday, quarterly on the last Friday of March, June, September and
// December. Invariant: one listing a date, of the longest class that falls on it. The live set
// changes only at 08:00 UTC.
import type { ExpiryCalendar } from './contract-table.ts';
import type { Tenor } from './instrument.ts';
import { type TsUs, usPerDay, usPerHour } from './units.ts';

/** A date of the Gregorian calendar; `month` and `day` from 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Time of day of every expiry and settlement, in microseconds after midnight UTC. */
export const expiryTimeUs: number = 8 * usPerHour;

const DAYS_PER_ERA = 146_097;
/** From 1 March of year 0 to 1 January 1970. */
const DAYS_TO_EPOCH = 719_468;

/**
 * Days since 1970-01-01 of a civil date. A day beyond the month's end runs on into the next month.
 *
 * Source: years begin in March, so that the leap day is the last day; 400 years are one era of
 * 146,097 days.
 */
export const dayNumberOf = (year: number, month: number, day: number): number => {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_TO_EPOCH;
};

/** The civil date of a number of days since 1970-01-01. */
export const civilDate = (dayNumber: number): CivilDate => {
  const shifted = dayNumber + DAYS_TO_EPOCH;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
};

/** Day of the week of a day number: 0 is Sunday, 5 Friday. */
export const weekdayOf = (dayNumber: number): number => (((dayNumber + 4) % 7) + 7) % 7;

/** The expiry instant of a day number: 08:00 UTC. */
export const expiryOfDay = (dayNumber: number): TsUs =>
  (dayNumber * usPerDay + expiryTimeUs) as TsUs;

/** The first 08:00 UTC strictly after an instant: when the live set changes next. */
export const nextExpiryTime = (tsUs: TsUs): TsUs =>
  expiryOfDay(Math.floor((tsUs - expiryTimeUs) / usPerDay) + 1);

const FRIDAY = 5;

const lastFridayOfMonth = (year: number, month: number): number => {
  const end = month === 12 ? dayNumberOf(year, 12, 31) : dayNumberOf(year, month + 1, 1) - 1;
  return end - ((weekdayOf(end) - FRIDAY + 7) % 7);
};

/** The class of a day as an expiry: the longest that falls on it. */
export const tenorOfDay = (dayNumber: number): Exclude<Tenor, 'perpetual'> => {
  if (weekdayOf(dayNumber) !== FRIDAY) {
    return 'day';
  }
  const { year, month } = civilDate(dayNumber);
  if (lastFridayOfMonth(year, month) !== dayNumber) {
    return 'week';
  }
  return month % 3 === 0 ? 'quarter' : 'month';
};

export interface LiveExpiry {
  readonly expiryUs: TsUs;
  readonly tenor: Exclude<Tenor, 'perpetual'>;
}

/**
 * The expiries that a calendar keeps live at an instant, ascending.
 *
 * An expiry is live until its instant, exclusive. A class of n counts all dates that fit it, longer
 * classes included: n days from the next 08:00; n Fridays, last Fridays and quarterly Fridays from
 * the day after tomorrow's 08:00, so that the successor of a Friday appears on the Thursday before,
 * with the one about to expire live beside it. Source: Deribit's introduction policy; its listed
 * dates of December 2025 to August 2026.
 */
export const liveExpiries = (calendar: ExpiryCalendar, nowUs: TsUs): readonly LiveExpiry[] => {
  const firstDay = Math.floor((nowUs - expiryTimeUs) / usPerDay) + 1;
  const days = new Set<number>();
  for (let i = 0; i < calendar.days; i++) {
    days.add(firstDay + i);
  }
  const addFridays = (count: number, fits: (day: number) => boolean): void => {
    if (count === 0) {
      return;
    }
    if (fits(firstDay)) {
      days.add(firstDay);
    }
    let found = 0;
    for (let day = firstDay + 1; found < count; day++) {
      if (fits(day)) {
        days.add(day);
        found += 1;
      }
    }
  };
  addFridays(calendar.weeks, (day) => weekdayOf(day) === FRIDAY);
  addFridays(calendar.months, (day) => {
    const tenor = tenorOfDay(day);
    return tenor === 'month' || tenor === 'quarter';
  });
  addFridays(calendar.quarters, (day) => tenorOfDay(day) === 'quarter');
  return [...days]
    .sort((a, b) => a - b)
    .map((day) => ({ expiryUs: expiryOfDay(day), tenor: tenorOfDay(day) }));
};
