// Margin file: the part of a contract table that margins and liquidations depend on, as it is
// published and hashed. Invariant: two tables with equal files give equal margins and go by the
// same waterfall.
import type { ContractTable } from './contract-table.ts';

/** The margin part of a contract table; without a liquidation section where it has none. */
export const marginFileOf = ({
  underlying,
  version,
  margin,
  liquidation,
  families,
}: ContractTable) => ({
  underlying,
  version,
  margin,
  ...(liquidation === undefined ? {} : { liquidation }),
  families: families.map(({ name, options, futures, perpetual }) => ({
    name,
    options: options?.margin ?? null,
    futures: futures?.margin ?? null,
    perpetual: perpetual?.margin ?? null,
  })),
});
