// Close a settlement: the checkpoint after expiries and daily settlement. It proves that the ledger
// sums to zero and that the accounts' cash is what the ledger owes them, and states what the venue
// owes each account. Invariant: it moves nothing; the tree over its statement is built elsewhere,
// for hashing a hundred thousand accounts would hold up the next order.
import {
  currencies,
  type LedgerCheckpoint,
  type LiabilityStatement,
  liabilityColumns,
  type PublishLiabilities,
  type RejectCode,
  type TsUs,
} from '@openstrike/domain';
import { addSafe, assert } from '@openstrike/std';
import { recordBalance } from '../account/cash.ts';
import { valueAtPrice } from '../account/holdings.ts';
import type { AccountRecord, CurrencyRecord, EngineState, VenueAccounts } from '../state.ts';

const CASH = 0;
const DEBT = 1;
const GAIN = 2;
const LOSS = 3;

/**
 * What the open positions of a record are worth beyond its cash: options at their settlement mark,
 * and the session profit of futures that wait for a delivery price.
 */
const unrealisedOf = (record: CurrencyRecord): number => {
  let sum = 0;
  for (const { instrument, sizeLots, sessionCost, sessionRealised } of record.holdings) {
    const { settlementPrice, kind } = instrument;
    const value = sizeLots === 0 ? 0 : valueAtPrice(instrument, sizeLots, settlementPrice);
    if (kind === 'option') {
      sum += value;
    } else if (sizeLots === 0 || settlementPrice > 0) {
      sum += value - sessionCost + sessionRealised;
    }
  }
  return sum;
};

/** Fills one account's figures; returns whether there are any. */
const fillRow = (state: EngineState, account: AccountRecord, row: Float64Array): boolean => {
  let any = false;
  row.fill(0);
  for (const record of account.currencies) {
    if (record === null) {
      continue;
    }
    const at = record.currencyNo * liabilityColumns.length;
    const balance = recordBalance(state, record);
    const unrealised = unrealisedOf(record);
    row[at + (balance < 0 ? DEBT : CASH)] = Math.abs(balance);
    row[at + (unrealised < 0 ? LOSS : GAIN)] = Math.abs(unrealised);
    any ||= balance !== 0 || unrealised !== 0;
  }
  return any;
};

const stateLiabilities = (state: EngineState, settledUs: TsUs): LiabilityStatement => {
  const width = currencies.length * liabilityColumns.length;
  const row = new Float64Array(width);
  const accountIds = new Int32Array(state.accounts.length);
  const columns = Array.from({ length: width }, () => new Float64Array(state.accounts.length));
  let size = 0;
  for (const account of state.accounts) {
    if (account !== undefined && fillRow(state, account, row)) {
      accountIds[size] = account.id;
      for (let at = 0; at < width; at++) {
        (columns[at] as Float64Array)[size] = row[at] as number;
      }
      size += 1;
    }
  }
  return {
    settledUs,
    accountIds: accountIds.slice(0, size),
    columns: columns.map((column) => column.slice(0, size)),
  };
};

const sumOf = (column: Float64Array | undefined): number => {
  let sum = 0;
  for (const value of column ?? []) {
    sum = addSafe(sum, value);
  }
  return sum;
};

/** The ledger's parts in one currency. Holds: they sum to zero, and clients' cash is theirs. */
const checkpointOf = (
  state: EngineState,
  { columns }: LiabilityStatement,
  no: number,
): LedgerCheckpoint => {
  const { clearing, fees, insurance, rounding, funding, external } = state.venue[
    no
  ] as VenueAccounts;
  const { ledger } = state;
  const at = no * liabilityColumns.length;
  const checkpoint: LedgerCheckpoint = {
    currency: currencies[no] as LedgerCheckpoint['currency'],
    clients: sumOf(columns[at + CASH]) - sumOf(columns[at + DEBT]),
    fees: ledger.balance(fees),
    insurance: ledger.balance(insurance),
    rounding: ledger.balance(rounding),
    clearing: ledger.balance(clearing),
    funding: ledger.balance(funding),
    external: ledger.balance(external),
  };
  const { currency, ...parts } = checkpoint;
  let sum = 0;
  for (const part of Object.values(parts)) {
    sum += part;
  }
  assert(sum === 0, `the ${currency} ledger is off by ${sum} after the settlement`);
  return checkpoint;
};

/** States what the venue owes each account after a settlement, and proves the ledger. */
export const closeSettlement = (state: EngineState, forUs: TsUs): void => {
  const liabilities = stateLiabilities(state, forUs);
  state.liabilities = liabilities;
  state.liabilitiesRoot = null;
  state.emit({
    type: 'settlement-closed',
    liabilities,
    checkpoints: currencies.map((_, no) => checkpointOf(state, liabilities, no)),
  });
};

/** Takes the root of the tree over the last settlement's statement, once. */
export const publishLiabilities = (
  state: EngineState,
  { settledUs, root }: PublishLiabilities,
): RejectCode | null => {
  if (!/^[0-9a-f]{64}$/.test(root)) return 'unsupported-combination';
  if (state.liabilities?.settledUs !== settledUs || state.liabilitiesRoot !== null) {
    return 'unknown-settlement';
  }

  // Point of no return.
  state.liabilitiesRoot = root;
  state.emit({ type: 'liabilities-published', settledUs, root });
  return null;
};
