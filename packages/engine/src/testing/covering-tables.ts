// Covering tables: the test tables with dated futures in both families, which may cover the options
// of their expiry.
import type { ContractFamily, ContractTable, OptionTerms } from '@openstrike/domain';
import { testTables } from './test-tables.ts';

const haircuts = { initialHaircut: 0.105, maintenanceHaircut: 0.07 };

/** Tables whose options offset each other, and their expiry's future with them or not. */
export const tablesWithFutures = (cover: boolean): readonly ContractTable[] =>
  testTables.map((table) => {
    const [inverse, linear] = table.families as [ContractFamily, ContractFamily];
    const options = inverse.options as OptionTerms;
    const futures = inverse.futures as NonNullable<ContractFamily['futures']>;
    const margin = { ...futures.margin, ...(cover ? { coversOptions: true as const } : {}) };
    const linearSizes = { tickSize: 1, amountMin: 0.001, amountMax: 1_000, contractSize: 0.001 };
    return {
      ...table,
      families: [
        {
          ...inverse,
          options: { ...options, margin: { ...options.margin, coinLoss: haircuts } },
          futures: { ...futures, margin },
        },
        { ...linear, futures: { ...futures, ...linearSizes, margin } },
      ],
    };
  });
