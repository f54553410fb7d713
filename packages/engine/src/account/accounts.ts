// Accounts: how they come to be and what the operator and the owner set on them. Ids are dense from
// 1; the name is unique, so that a repeated creation is refused and safe to retry.
import type {
  AccountChanged,
  AccountId,
  ConfigureAccount,
  CreateAccount,
  RejectCode,
  TsUs,
} from '@openstrike/domain';
import { subaccountsMax } from '../limits.ts';
import type { AccountRecord, EngineState } from '../state.ts';
import { createHoldingStore, type HoldingStore } from './holding-store.ts';

/** The event, and the view, of an account. */
export const accountStateOf = (account: AccountRecord): AccountChanged => ({
  type: 'account-changed',
  accountId: account.id,
  parentId: account.parentId,
  name: account.name,
  selfTradeMode: account.selfTradeMode,
  selfTradeAcrossSubaccounts: account.selfTradeAcrossSubaccounts,
  access: account.access,
  marginModel: account.marginModel,
  createdUs: account.createdUs,
});

/** What nearly all accounts have; shared, so that looking there costs no cache miss. */
const noPools: AccountRecord['pools'] = [null, null, null];
const noKeys: AccountRecord['killedKeys'] = new Set();

/** A record with nothing in it. */
export const createAccountRecord = (
  id: AccountId,
  parentId: AccountId | null,
  name: string,
  createdUs: TsUs,
  store: HoldingStore,
): AccountRecord => ({
  // What every order reads comes first, so that it shares a cache line.
  id,
  killed: false,
  killedKeys: noKeys,
  access: 'normal',
  selfTradeMode: 'cancel-maker',
  selfTradeAcrossSubaccounts: false,
  marginModel: 'segregated-standard',
  pools: noPools,
  openOrderCount: 0,
  parentId,
  store,
  currencies: [null, null, null],
  name,
  createdUs,
  subaccountCount: 0,
  mmp: [],
  quotesFrozenUntilUs: 0,
  clientKeys: new Map(),
});

/** A copy of an account's identity with nothing in it, for a simulation; nobody else knows it. */
export const scratchAccount = (account: AccountRecord): AccountRecord => {
  const { id, name, createdUs, marginModel } = account;
  const scratch = createAccountRecord(id, null, name, createdUs, createHoldingStore());
  scratch.marginModel = marginModel;
  return scratch;
};

/** Puts a record where it is looked up. */
export const placeAccount = (state: EngineState, account: AccountRecord): void => {
  state.accounts.push(account);
  state.accountByName.set(account.name, account);
};

/** Opens an account. */
export const createAccount = (state: EngineState, command: CreateAccount): RejectCode | null => {
  const { parentId, name } = command;
  const parent = parentId === null ? null : state.accounts[parentId];
  if (parent === undefined) return 'unknown-account';
  if (parent !== null && parent.parentId !== null) return 'not-your-account';
  if (state.accountByName.has(name)) return 'account-name-taken';
  if (parent !== null && parent.subaccountCount >= subaccountsMax) return 'too-many-subaccounts';

  // Point of no return.
  const id = state.accounts.length as AccountId;
  const account = createAccountRecord(id, parentId, name, state.nowUs as TsUs, state.store);
  if (parent !== null) {
    account.killed = parent.killed;
    parent.subaccountCount += 1;
  }
  placeAccount(state, account);
  state.emit(accountStateOf(account));
  return null;
};

/**
 * Sets self-trade prevention and access. Orders that rest keep the owner they were placed under.
 */
export const configureAccount = (
  state: EngineState,
  command: ConfigureAccount,
): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';

  // Point of no return.
  account.selfTradeMode = command.selfTradeMode;
  account.selfTradeAcrossSubaccounts = command.selfTradeAcrossSubaccounts;
  account.access = command.access;
  state.emit(accountStateOf(account));
  return null;
};
