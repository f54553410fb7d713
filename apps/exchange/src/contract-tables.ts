// Contract tables: reads the operator's tables (one YAML file per underlying), proves them, and
// leaves listed only the families that the operator chose. A fault is one sentence with the file
// and the field.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ContractTable, checkContractTable, OperationalError } from '@openstrike/domain';
import { parse } from 'yaml';

/** The tables that come with the exchange. */
export const builtInContracts: string = fileURLToPath(new URL('../contracts', import.meta.url));

const readTable = (path: string): ContractTable => {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new OperationalError('bad-contracts', `${path} is not valid YAML: ${why}`, { cause });
  }
  const checked = checkContractTable(value);
  if (checked.ok) return checked.value;
  const problems = checked.error.map(({ path: field, sentence }) => `${field} ${sentence}`.trim());
  throw new OperationalError('bad-contracts', `${path}: ${problems.join('; ')}.`);
};

/** Throws OperationalError for a missing folder, a broken table, or a family that no table has. */
export const loadContractTables = (
  folder: string,
  families: readonly string[],
): readonly ContractTable[] => {
  const from = folder === '' ? builtInContracts : folder;
  const files = existsSync(from) ? readdirSync(from).filter((name) => /\.ya?ml$/.test(name)) : [];
  if (files.length === 0) {
    throw new OperationalError('no-contracts', `There are no contract tables (*.yaml) in ${from}.`);
  }
  const tables = files.sort().map((name) => readTable(join(from, name)));
  const known = new Set(tables.flatMap((table) => table.families.map((family) => family.name)));
  const unknown = families.find((name) => !known.has(name));
  if (unknown !== undefined) {
    const names = [...known].join(', ');
    throw new OperationalError(
      'no-family',
      `There is no contract family ${unknown}: use ${names}.`,
    );
  }
  if (families.length === 0) return tables;
  return tables.map((table) => ({
    ...table,
    families: table.families.map((family) => ({
      ...family,
      listed: family.listed && families.includes(family.name),
    })),
  }));
};
