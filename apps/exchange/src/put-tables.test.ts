import { type ContractTable, recommendedMargin, type TsUs } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { loadContractTables } from './contract-tables.ts';
import { noticeUs, tablesCommand } from './put-tables.ts';

const tables = loadContractTables('', []);
const published = (of: readonly ContractTable[]) => of.map((table) => ({ table, hash: '' }));
const now = 1_000_000 as TsUs;
const dearer = tables.map((table) => ({
  ...table,
  version: table.version + 1,
  margin: { ...table.margin, crossOffset: 0.1 },
}));

test('first tables, and those with the margins in force, are put in force at once', () => {
  expect(tablesCommand(tables, [], [], now)).toEqual({ type: 'configure', tables });
  const newer = tables.map((table) => ({ ...table, version: table.version + 1 }));
  const command = tablesCommand(newer, published(tables), [], now);
  expect(command).toEqual({ type: 'configure', tables: newer });
});

test('other margins are announced ahead, and only once', () => {
  const command = tablesCommand(dearer, published(tables), [], now);
  expect(command).toEqual({
    type: 'announce-tables',
    tables: dearer,
    effectiveUs: now + noticeUs,
  });
  expect(tablesCommand(dearer, published(tables), published(dearer), now)).toBeNull();
});

test('the tables that come with the exchange have the recommended margins', () => {
  for (const { underlying, margin } of tables) {
    expect(margin).toEqual(recommendedMargin(underlying));
  }
});
