// Listings between: options that no calendar or strike grid calls for, as an operator or a
// recording may ask for them: strikes between those of the grid, and an expiry that has no forward
// and no surface until the calendar comes to it.
import { type ListOptions, type TsUs, usPerDay } from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';

/** Places that are asked for in a family. */
const placesMax = 6;

/** A command for each family that has options. */
export const listingsBetween = (feeds: Feeds): ListOptions[] => {
  const listed = feeds.instruments({ currency: null, kind: 'option', expired: false });
  return [...new Set(listed.map((each) => each.family))].map((family) => {
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
};
