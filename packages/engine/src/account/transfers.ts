// Transfers: cash that comes in, goes out or changes hands by itself, not by a trade. Invariant:
// nothing leaves an account beyond its available withdrawal funds; a reference is booked once per
// currency.
import {
  type Cash,
  type Currency,
  type Deposit,
  type RejectCode,
  type SeedInsurance,
  type Transfer,
  type Withdraw,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { withdrawalsWait } from '../liquidation/insurance-fund.ts';
import { availableFundsOf, collateralOf, owingCost } from '../portfolio/account-margin.ts';
import {
  type AccountRecord,
  type CurrencyRecord,
  currencyNoOf,
  type EngineState,
  type VenueAccounts,
} from '../state.ts';
import { balanceOf, currencyRecordOf, moveCash } from './cash.ts';
import { openPremiumsOf } from './margin.ts';

/** No amount moved from outside may be larger, so that all sums stay safe integers. */
const amountMax = 1_125_899_906_842_624;

const isAmount = (amount: number): boolean =>
  Number.isSafeInteger(amount) && amount > 0 && amount <= amountMax;

/** Whether so much more may come in from outside in one currency. */
const fitsVenue = (state: EngineState, venue: VenueAccounts, amount: number): boolean =>
  amount - state.ledger.balance(venue.external) <= amountMax;

const referenceKey = (currency: Currency, reference: string): string => `${currency}:${reference}`;

/**
 * What an account may take out: free funds, and cash that is really there; less where it would
 * leave a debt that counts for more than itself.
 */
export const withdrawableOf = (
  state: EngineState,
  record: CurrencyRecord,
  free: number = availableFundsOf(state, record),
): number => {
  const most = Math.min(free, balanceOf(state, record.account, record.currencyNo));
  const paid = openPremiumsOf(record);
  const costOf = (amount: number): number =>
    owingCost(state, record, paid + amount) - owingCost(state, record, paid);
  const over = most + costOf(most) - free;
  if (most <= 0 || over <= 0) return Math.max(most, 0);
  // The cost rises with every unit beyond what is there, evenly.
  const { debtMarkup } = collateralOf(state, record.currencyNo);
  return Math.max(0, Math.floor(most - over / (1 + debtMarkup)) - 1);
};

const canPay = (
  state: EngineState,
  account: AccountRecord,
  currencyNo: number,
  amount: number,
): boolean => {
  const record = account.currencies[currencyNo];
  return record ? amount <= withdrawableOf(state, record) : false;
};

const venueOf = (state: EngineState, currencyNo: number): VenueAccounts => {
  const venue = state.venue[currencyNo];
  assert(venue !== undefined, 'the venue has accounts in every currency');
  return venue;
};

/** Credits an account from outside. */
export const deposit = (state: EngineState, command: Deposit): RejectCode | null => {
  const account = state.accounts[command.accountId];
  const key = referenceKey(command.currency, command.reference);
  const currencyNo = currencyNoOf(command.currency);
  if (account === undefined) return 'unknown-account';
  if (state.references.has(key)) return 'duplicate-reference';
  if (!isAmount(command.amount)) return 'invalid-amount';
  const venue = venueOf(state, currencyNo);
  if (!fitsVenue(state, venue, command.amount)) return 'invalid-amount';

  // Point of no return.
  state.references.add(key);
  const record = currencyRecordOf(account, currencyNo);
  const { amount, reference } = command;
  moveCash(state, record, venue.external, amount, 'deposit', null, null, null, reference);
  return null;
};

/** Debits an account to outside. */
export const withdraw = (state: EngineState, command: Withdraw): RejectCode | null => {
  const account = state.accounts[command.accountId];
  const key = referenceKey(command.currency, command.reference);
  const currencyNo = currencyNoOf(command.currency);
  if (account === undefined) return 'unknown-account';
  if (account.access === 'locked') return 'account-locked';
  if (state.references.has(key)) return 'duplicate-reference';
  if (!isAmount(command.amount)) return 'invalid-amount';
  if (withdrawalsWait(state, currencyNo)) return 'withdrawals-paused';
  if (!canPay(state, account, currencyNo, command.amount)) return 'insufficient-funds';

  // Point of no return.
  state.references.add(key);
  const record = currencyRecordOf(account, currencyNo);
  const { external } = venueOf(state, currencyNo);
  const { amount, reference } = command;
  moveCash(state, record, external, -amount, 'withdrawal', null, null, null, reference);
  return null;
};

/** Moves cash from one account to another through the clearing account. */
export const transfer = (state: EngineState, command: Transfer): RejectCode | null => {
  const from = state.accounts[command.fromId];
  const to = state.accounts[command.toId];
  const currencyNo = currencyNoOf(command.currency);
  if (from === undefined || to === undefined) return 'unknown-account';
  if (from.access === 'locked' || to.access === 'locked') return 'account-locked';
  if (from === to) return 'same-account';
  if (!isAmount(command.amount)) return 'invalid-amount';
  if (!canPay(state, from, currencyNo, command.amount)) return 'insufficient-funds';

  // Point of no return.
  const payer = currencyRecordOf(from, currencyNo);
  const payee = currencyRecordOf(to, currencyNo);
  const { clearing } = venueOf(state, currencyNo);
  const { amount } = command;
  moveCash(state, payer, clearing, -amount, 'transfer', null, null, null, String(to.id));
  moveCash(state, payee, clearing, amount, 'transfer', null, null, null, String(from.id));
  return null;
};

/** Puts money into the insurance fund of a currency. */
export const seedInsurance = (state: EngineState, command: SeedInsurance): RejectCode | null => {
  const venue = venueOf(state, currencyNoOf(command.currency));
  const { insurance, external } = venue;
  const { reference } = command;
  const key = referenceKey(command.currency, `insurance ${reference ?? ''}`);
  if (reference !== undefined && state.references.has(key)) return 'duplicate-reference';
  if (!isAmount(command.amount)) return 'invalid-amount';
  if (!fitsVenue(state, venue, command.amount)) return 'invalid-amount';
  const empty = state.ledger.balance(insurance) === 0;
  if (reference === undefined && !empty) return 'insurance-funded';

  // Point of no return.
  if (reference !== undefined) state.references.add(key);
  state.ledger.post(external, insurance, command.amount);
  state.emit({
    type: 'insurance-changed',
    currency: command.currency,
    change: command.amount,
    balance: state.ledger.balance(insurance) as Cash,
  });
  return null;
};
