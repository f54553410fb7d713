// Put tables: hands the operator's contract tables to the venue when it starts. Invariant: a change
// of margin or liquidation parameters is announced a day of venue time ahead, once; everything else
// is in force at once, as the first tables of a venue are.
import {
  type Command,
  type ContractTable,
  liquidationOf,
  marginFileOf,
  type PublishedTable,
  type TsUs,
  usPerDay,
} from '@openstrike/domain';
import { canonicalText } from '@openstrike/risk';

/** Venue time from the announcement of such parameters to their being in force. */
export const noticeUs = usPerDay;

/**
 * The margin part as one text, whatever the version of the table around it, and whether its
 * liquidation section is left out or written out as shipped.
 */
const marginText = (table: ContractTable): string =>
  canonicalText({ ...marginFileOf(table), liquidation: liquidationOf(table), version: 0 });

const sameMargins = (
  tables: readonly ContractTable[],
  published: readonly PublishedTable[],
): boolean =>
  tables.every((table) => {
    const known = published.find((row) => row.table.underlying === table.underlying);
    return known === undefined || marginText(known.table) === marginText(table);
  });

/** The command that puts tables in force or announces them; null where they are announced. */
export const tablesCommand = (
  tables: readonly ContractTable[],
  inForce: readonly PublishedTable[],
  announced: readonly PublishedTable[],
  nowUs: TsUs,
): Command | null => {
  if (sameMargins(tables, inForce)) return { type: 'configure', tables };
  if (announced.length > 0 && sameMargins(tables, announced)) return null;
  return { type: 'announce-tables', tables, effectiveUs: (nowUs + noticeUs) as TsUs };
};
