// Insurance fund: what it has, what it takes and pays, and whether withdrawals have to wait for it.
// Invariant: it never pays more than it has, so it is never negative; every change is stated.
import { type Cash, type Currency, currencies } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { moveCash } from '../account/cash.ts';
import type { CurrencyRecord, EngineState, VenueAccounts } from '../state.ts';
import { figuresOf } from './sketch.ts';

const venueOf = (state: EngineState, currencyNo: number): VenueAccounts =>
  state.venue[currencyNo] as VenueAccounts;

/** What the fund of a currency has. */
export const fundOf = (state: EngineState, currencyNo: number): number =>
  state.ledger.balance(venueOf(state, currencyNo).insurance);

/** Pays an account out of the fund, or into it (negative), and states both. */
export const payFromFund = (
  state: EngineState,
  record: CurrencyRecord,
  amount: number,
  reason: 'insurance' | 'liquidation-fee',
): void => {
  if (amount === 0) return;
  const { currencyNo } = record;
  assert(amount <= fundOf(state, currencyNo), 'the insurance fund pays only what it has');
  const { insurance } = venueOf(state, currencyNo);
  moveCash(state, record, insurance, amount, reason, null, null, null, null);
  state.emit({
    type: 'insurance-changed',
    currency: currencies[currencyNo] as Currency,
    change: (0 - amount) as Cash,
    balance: fundOf(state, currencyNo) as Cash,
  });
};

/** Debts of accounts that are being liquidated, or that nobody could bear. */
export const shortfallOf = (state: EngineState, currencyNo: number): number => {
  const { open, debts } = state.liquidation;
  const ids = new Set<number>(debts[currencyNo]);
  for (const { record } of open) {
    if (record.currencyNo === currencyNo) ids.add(record.account.id);
  }
  let sum = 0;
  for (const id of ids) {
    const record = state.accounts[id]?.currencies[currencyNo];
    if (record) sum += Math.max(0, 0 - figuresOf(state, record).netEquity);
  }
  return sum;
};

/** Whether withdrawals of a currency wait: more is owing than the fund could pay. */
export const withdrawalsWait = (state: EngineState, currencyNo: number): boolean => {
  const { open, debts } = state.liquidation;
  if (open.length === 0 && (debts[currencyNo] as Set<number>).size === 0) return false;
  return shortfallOf(state, currencyNo) > fundOf(state, currencyNo);
};
