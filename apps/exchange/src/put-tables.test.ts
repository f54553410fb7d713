import {
  type ContractTable,
  recommendedLiquidation,
  recommendedMargin,
  type TsUs,
} from '@openstrike/domain';
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

test('other liquidation parameters are announced ahead as other margins are', () => {
  const calmer = tables.map((table) => ({
    ...table,
    liquidation: { ...recommendedLiquidation, stepSeconds: 2 },
  }));
  const command = tablesCommand(calmer, published(tables), [], now);
  expect(command).toMatchObject({ type: 'announce-tables', effectiveUs: now + noticeUs });
  expect(tablesCommand(calmer, published(tables), published(calmer), now)).toBeNull();
});

test('a section written out as shipped changes nothing for a venue whose tables had none', () => {
  const older = tables.map(({ liquidation: _left, ...table }) => table);
  expect(tablesCommand(tables, published(older), [], now)).toEqual({ type: 'configure', tables });
});

test('the tables that come with the exchange have the recommended parameters', () => {
  for (const { underlying, margin, liquidation } of tables) {
    expect(margin).toEqual(recommendedMargin(underlying));
    expect(liquidation).toEqual(recommendedLiquidation);
  }
});
