// Expiries to quote: which expiries of an index need a forward and a slice now: all that may be
// listed within a day, over all families, so that prices are there ahead of their listing.
import {
  type ContractTable,
  type IndexName,
  liveExpiries,
  type TsUs,
  usPerDay,
  usPerHour,
} from '@openstrike/domain';

export type ExpiriesOf = (indexName: IndexName, atUs: TsUs) => readonly TsUs[];

/** The indexes of all families that are listed. */
export const listedIndexes = (tables: readonly ContractTable[]): readonly IndexName[] => [
  ...new Set(
    tables.flatMap(({ families }) =>
      families.filter(({ listed }) => listed).map(({ indexName }) => indexName),
    ),
  ),
];

/** Ascending. */
export const expiriesToQuote = (tables: readonly ContractTable[]): ExpiriesOf => {
  const calendars = tables.flatMap((table) =>
    table.families.flatMap(({ indexName, options, futures }) =>
      [options?.calendar, futures?.calendar].flatMap((calendar) =>
        calendar === undefined ? [] : [{ indexName, calendar }],
      ),
    ),
  );
  return (indexName, atUs) => {
    const found = new Set<TsUs>();
    for (const each of calendars) {
      if (each.indexName !== indexName) continue;
      for (const at of [atUs, (atUs + usPerDay) as TsUs]) {
        for (const { expiryUs } of liveExpiries(each.calendar, at)) found.add(expiryUs);
      }
    }
    return [...found].sort((a, b) => a - b);
  };
};

/** The day's expiries change rarely: they are worked out once an hour of venue time. */
export const rememberByHour = (expiriesOf: ExpiriesOf): ExpiriesOf => {
  const remembered = new Map<IndexName, { hour: number; expiries: readonly TsUs[] }>();
  return (indexName, atUs) => {
    const hour = Math.floor(atUs / usPerHour);
    const known = remembered.get(indexName);
    if (known?.hour === hour) return known.expiries;
    const expiries = expiriesOf(indexName, atUs);
    remembered.set(indexName, { hour, expiries });
    return expiries;
  };
};
