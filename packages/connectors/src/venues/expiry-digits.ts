// Expiry digits: the date of a contract as six digits, such as `261227`, which several venues
// write. All of them end their contracts at 08:00 UTC.
import { dayNumberOf, expiryCode, expiryOfDay } from '@openstrike/domain';

/** Microseconds of the expiry that six digits name; null when they are no date. */
export const expiryOfDigits = (digits: string): number | null => {
  const match = /^(\d{2})(\d{2})(\d{2})$/.exec(digits);
  if (match === null) {
    return null;
  }
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  if (month < 1 || month > 12 || day < 1 || day > 31) {
    return null;
  }
  const expiryUs = expiryOfDay(dayNumberOf(2000 + year, month, day));
  // The 31st of April would run on into May: not a date.
  return expiryCode(expiryUs).startsWith(String(day)) ? expiryUs : null;
};
