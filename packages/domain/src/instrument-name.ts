// Instrument names: Deribit's form, written and read here only. Invariant: reading a written name
// gives the same parts back, and a text that is not exactly what writing would give is not a name.
// Days are not zero-padded, months upper-case, years two digits from 2000; `d` stands for the point
// of a strike.
import type { OptionType } from '@openstrike/std';
import { civilDate, dayNumberOf, expiryOfDay } from './calendar.ts';
import type { TsUs } from './units.ts';
import { usPerDay } from './units.ts';

/** What a name says. The family is its prefix, such as `BTC` or `BTC_USDC`. */
export type InstrumentNameParts =
  | { readonly kind: 'perpetual'; readonly family: string }
  | { readonly kind: 'future'; readonly family: string; readonly expiryUs: TsUs }
  | {
      readonly kind: 'option';
      readonly family: string;
      readonly expiryUs: TsUs;
      readonly strike: number;
      readonly optionType: OptionType;
    };

const months: readonly string[] = [
  'JAN',
  'FEB',
  'MAR',
  'APR',
  'MAY',
  'JUN',
  'JUL',
  'AUG',
  'SEP',
  'OCT',
  'NOV',
  'DEC',
];

/** The date of an expiry as names carry it, such as `27DEC26`. Domain: years 2000 to 2099. */
export const expiryCode = (expiryUs: TsUs): string => {
  const { year, month, day } = civilDate(Math.floor(expiryUs / usPerDay));
  const yearText = String(year % 100).padStart(2, '0');
  return `${day}${months[month - 1] as string}${yearText}`;
};

/** The expiry that a date code names, at 08:00 UTC; null when it is not one. */
export const expiryOfCode = (code: string): TsUs | null => {
  const match = /^([1-9]|[12][0-9]|3[01])([A-Z]{3})([0-9]{2})$/.exec(code);
  const month = match === null ? 0 : months.indexOf(match[2] as string) + 1;
  if (match === null || month === 0) {
    return null;
  }
  const expiryUs = expiryOfDay(dayNumberOf(2000 + Number(match[3]), month, Number(match[1])));
  // 31APR25 would fold into May: not a date.
  return expiryCode(expiryUs) === code ? expiryUs : null;
};

/** The name of an instrument. */
export const instrumentName = (parts: InstrumentNameParts): string => {
  if (parts.kind === 'perpetual') {
    return `${parts.family}-PERPETUAL`;
  }
  const dated = `${parts.family}-${expiryCode(parts.expiryUs)}`;
  if (parts.kind === 'future') {
    return dated;
  }
  const strike = String(parts.strike).replace('.', 'd');
  return `${dated}-${strike}-${parts.optionType === 'call' ? 'C' : 'P'}`;
};

/** What a name says; null when it is not one. */
export const parseInstrumentName = (name: string): InstrumentNameParts | null => {
  const [family, date, strikeText, typeText, ...rest] = name.split('-');
  if (family === undefined || !/^[A-Z0-9]+(_[A-Z0-9]+)?$/.test(family) || rest.length > 0) {
    return null;
  }
  if (date === 'PERPETUAL') {
    return strikeText === undefined ? { kind: 'perpetual', family } : null;
  }
  const expiryUs = expiryOfCode(date ?? '');
  if (expiryUs === null) {
    return null;
  }
  if (strikeText === undefined) {
    return { kind: 'future', family, expiryUs };
  }
  if (!/^[0-9]+(d[0-9]+)?$/.test(strikeText) || (typeText !== 'C' && typeText !== 'P')) {
    return null;
  }
  const strike = Number(strikeText.replace('d', '.'));
  const optionType = typeText === 'C' ? 'call' : 'put';
  const parts = { kind: 'option', family, expiryUs, strike, optionType } as const;
  return strike > 0 && instrumentName(parts) === name ? parts : null;
};
