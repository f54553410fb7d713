// Liabilities: what the venue owes its clients, account by account, as of one daily settlement. A
// Merkle-sum tree over such a statement lets every client check that its own balance is in the
// total. Invariant: no figure is negative; a debt stands in a column of its own and lowers nothing.
import type { Currency, TsUs } from './units.ts';

/**
 * The columns of each currency: `cash` the client has and `debt` that it owes, as the ledger says;
 * `gain` and `loss` are what its open positions are worth at the settlement's marks, not yet cash.
 */
export const liabilityColumns = ['cash', 'debt', 'gain', 'loss'] as const;
export type LiabilityColumn = (typeof liabilityColumns)[number];

/** All accounts that have anything, ascending by id; figures in minor units, none negative. */
export interface LiabilityStatement {
  /** The 08:00 that was settled. */
  readonly settledUs: TsUs;
  readonly accountIds: Int32Array;
  /**
   * By currency in the order of `currencies`, by column in the order of `liabilityColumns`: column
   * `c` of currency `n` is at `4 * n + c`, in parallel to `accountIds`.
   */
  readonly columns: readonly Float64Array[];
}

/** What the ledger holds of one currency at a settlement; the parts sum to zero. Minor units. */
export interface LedgerCheckpoint {
  readonly currency: Currency;
  /** Clients' cash less their debts. */
  readonly clients: number;
  readonly fees: number;
  readonly insurance: number;
  readonly rounding: number;
  /** Of the clearing and funding accounts: premiums and funding on their way. */
  readonly clearing: number;
  readonly funding: number;
  /** The world outside: negative by all that came in and has not left. */
  readonly external: number;
}
