// Listings between: options that no calendar or strike grid calls for, as an operator or a
// recording may ask for them: strikes between those of the grid, and an expiry that has no forward
// and no surface until the calendar comes to it.
import { type ListOptions, type TsUs, usPerDay } from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';

/** Places that are asked for in a family. */
const placesMax = 6;

/** A command for each family that has options; and, of one, some that change nothing. */
export const listingsBetween = (feeds: Feeds): ListOptions[] => {
  const listed = feeds.instruments({ currency: null, kind: 'option', expired: false });
  const commands = [...new Set(listed.map((each) => each.family))].map((family): ListOptions => {
    const places = listed.flatMap(({ family: name, expiryUs, strike }) => {
      if (name !== family || expiryUs === null || strike === null) return [];
      const later = (expiryUs + 14 * usPerDay) as TsUs;
      return [
        { expiryUs, strike: strike + 250 },
        { expiryUs: later, strike },
      ];
    });
    return { type: 'list-options', family, options: places.slice(0, placesMax) };
  });
  return [...commands, ...commands.slice(0, 1).flatMap(idle)];
};

/** The same again, and what is refused: an expiry of the past, and one at no listed time. */
const idle = (command: ListOptions): ListOptions[] => {
  const [first] = command.options;
  if (first === undefined) return [];
  const at = (expiryUs: number): ListOptions => ({
    ...command,
    options: [{ ...first, expiryUs: expiryUs as TsUs }],
  });
  return [command, at(first.expiryUs - 365 * usPerDay), at(first.expiryUs + usPerDay / 2)];
};
