import type { AccountId, Cash } from '@openstrike/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSqliteWalletStore } from './sqlite-wallet-store.ts';
import type { Beneficiary, BeneficiaryQuery, WalletStore } from './wallet-store.ts';

const alice = 1 as AccountId;
const bob = 2 as AccountId;

const beneficiary: Beneficiary = {
  vaspName: 'bank',
  vaspDid: 'did',
  vaspWebsite: '',
  firstName: 'A',
  lastName: 'B',
  companyName: '',
  address: 'street',
  agreed: true,
  personal: true,
};

const anything: BeneficiaryQuery = {
  accountId: alice,
  currency: null,
  address: null,
  tag: null,
  createdBeforeMs: null,
  createdAfterMs: null,
  updatedBeforeMs: null,
  updatedAfterMs: null,
  personal: null,
  unhosted: null,
  vaspName: null,
  vaspDid: null,
  vaspWebsite: null,
  offset: 0,
  limit: 100,
};

describe('wallet store', () => {
  let store: WalletStore;
  beforeEach(() => {
    store = createSqliteWalletStore({ path: ':memory:' });
  });
  afterEach(() => store.close());

  test('deposit addresses are fresh, found by account and by address', () => {
    expect(store.depositAddress(alice, 'BTC')).toBeNull();
    const first = store.createDepositAddress(alice, 'BTC', 5);
    const second = store.createDepositAddress(alice, 'BTC', 6);
    expect(first.address).not.toBe(second.address);
    expect(first.address).toMatch(/^\S+$/);
    expect(store.depositAddress(alice, 'BTC')).toEqual(second);
    expect(store.depositAddress(alice, 'ETH')).toBeNull();
    expect(store.accountOfAddress('BTC', first.address)).toBe(alice);
    expect(store.accountOfAddress('ETH', first.address)).toBeNull();
  });

  test('the address book holds an address once per type and currency', () => {
    const entry = {
      accountId: alice,
      currency: 'SOL',
      type: 'withdrawal' as const,
      address: 'a',
      label: 'home',
      beneficiary,
      createdMs: 1,
    };
    store.putAddressBookEntry(entry);
    store.putAddressBookEntry({ ...entry, label: 'away' });
    store.putAddressBookEntry({ ...entry, type: 'transfer' });
    expect(store.addressBook(alice, 'SOL', 'withdrawal')).toEqual([{ ...entry, label: 'away' }]);
    expect(store.addressBook(bob, 'SOL', 'withdrawal')).toEqual([]);
    expect(store.addressBookEntry(alice, 'SOL', 'transfer', 'a')?.label).toBe('home');
    expect(store.removeAddressBookEntry(alice, 'SOL', 'transfer', 'a')).toBe(true);
    expect(store.removeAddressBookEntry(alice, 'SOL', 'transfer', 'a')).toBe(false);
  });

  test('beneficiaries are searched by what is given', () => {
    for (let index = 0; index < 5; index++) {
      store.putBeneficiary({
        accountId: alice,
        currency: index % 2 === 0 ? 'BTC' : 'ETH',
        address: `a${index}`,
        tag: '',
        unhosted: index === 3,
        beneficiary: { ...beneficiary, personal: index < 2 },
        createdMs: index,
        updatedMs: 10 * index,
      });
    }
    const find = (query: Partial<BeneficiaryQuery>): string[] =>
      store.beneficiaries({ ...anything, ...query }).rows.map((row) => row.address);
    expect(find({})).toEqual(['a0', 'a1', 'a2', 'a3', 'a4']);
    expect(find({ currency: 'BTC', createdAfterMs: 0 })).toEqual(['a2', 'a4']);
    expect(find({ personal: false, unhosted: false })).toEqual(['a2', 'a4']);
    expect(find({ updatedBeforeMs: 20, offset: 1 })).toEqual(['a1']);
    expect(store.beneficiaries({ ...anything, limit: 2 })).toMatchObject({ total: 5 });
    expect(store.removeBeneficiary(alice, 'BTC', 'a0', '')).toBe(true);
    expect(store.beneficiary(alice, 'BTC', 'a0', '')).toBeNull();
  });

  test('withdrawals and transfers keep their ids, states and pages', () => {
    const withdrawal = {
      accountId: alice,
      currency: 'BTC' as const,
      address: 'a',
      amount: 5 as Cash,
      fee: 0 as Cash,
      priority: 'high',
      state: 'unconfirmed' as const,
      transactionId: null,
      createdMs: 1,
      confirmedMs: null,
      updatedMs: 1,
    };
    const first = store.createWithdrawal({ ...withdrawal, reference: 'w-1' });
    const second = store.createWithdrawal({ ...withdrawal, reference: 'w-2' });
    expect(() => store.createWithdrawal({ ...withdrawal, reference: 'w-2' })).toThrow();
    expect(store.changeWithdrawal(first.id, { state: 'completed', updatedMs: 9 })).toMatchObject({
      state: 'completed',
      amount: 5,
    });
    expect(store.withdrawals(alice, 'BTC', 0, 1)).toEqual({ rows: [second], total: 2 });
    expect(store.changeWithdrawal(99, { state: 'completed' })).toBeNull();
    const transfer = store.createTransfer({
      fromId: alice,
      toId: bob,
      type: 'user',
      currency: 'BTC',
      amount: 7 as Cash,
      state: 'confirmed',
      createdMs: 3,
      updatedMs: 3,
    });
    for (const accountId of [alice, bob]) {
      expect(store.transfers(accountId, 'BTC', 0, 10).rows).toEqual([transfer]);
    }
    expect(store.changeTransfer(transfer.id, { state: 'cancelled' })?.state).toBe('cancelled');
  });
});
