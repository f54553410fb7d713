// Insurance fund: what it has, what it takes and pays, and whether withdrawals have to wait for it.
// Invariant: it never pays more than it has, so it is never negative; every change is stated.
import { type Cash, type Currency, currencies } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { moveCash } from '../account/cash.ts';
import { valueOf } from '../portfolio/account-margin.ts';
import type { CurrencyRecord, EngineState, VenueAccounts } from '../state.ts';
import { marginedWith } from './margin-states.ts';
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
  reason: 'insurance' | 'liquidation-fee' | 'conversion',
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

/** What the funds have, by number of the currency. */
export const fundsOf = (state: EngineState): readonly number[] =>
  state.venue.map((_, no) => fundOf(state, no));

/** What an account owes in a currency: of a cross account no more than it lacks altogether. */
const owedOf = (state: EngineState, record: CurrencyRecord): number => {
  const lacking = Math.max(0, 0 - figuresOf(state, record).netEquity);
  return Math.min(lacking, Math.max(0, 0 - valueOf(state, record)));
};

/** Debts of accounts that are being liquidated, or that nobody could bear. */
export const shortfallOf = (state: EngineState, currencyNo: number): number => {
  const records = new Set<CurrencyRecord>();
  const add = (record: CurrencyRecord | null | undefined): void => {
    for (const each of record ? marginedWith(record) : []) {
      if (each.currencyNo === currencyNo) records.add(each);
    }
  };
  for (const { record } of state.liquidation.open) add(record);
  state.liquidation.debts.forEach((ids, no) => {
    for (const id of ids) add(state.accounts[id]?.currencies[no]);
  });
  let sum = 0;
  for (const record of records) sum += owedOf(state, record);
  return sum;
};

/** Whether withdrawals of a currency wait: more is owing than the fund could pay. */
export const withdrawalsWait = (state: EngineState, currencyNo: number): boolean => {
  const { open, debts } = state.liquidation;
  if (open.length === 0 && debts.every(({ size }) => size === 0)) return false;
  return shortfallOf(state, currencyNo) > fundOf(state, currencyNo);
};
