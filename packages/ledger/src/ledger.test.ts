import { AssertionError } from '@openstrike/std';
import { describe, expect, test } from 'vitest';
import { createLedger, type LedgerAccountId, restoreLedger } from './ledger.ts';

describe('ledger', () => {
  test('a posting takes from one account what it gives to the other', () => {
    const ledger = createLedger();
    const external = ledger.openAccount('BTC', 'external');
    const alice = ledger.openAccount('BTC', 'client');
    const fees = ledger.openAccount('BTC', 'fees');
    ledger.post(external, alice, 5e8);
    ledger.post(alice, fees, 3);
    expect(ledger.balance(alice)).toBe(499_999_997);
    expect(ledger.balance(external)).toBe(-5e8);
    expect(ledger.balance(fees)).toBe(3);
    expect(ledger.totals().map((row) => row.total)).toEqual([0n, 0n, 0n]);
  });

  test('a signed posting receives, pays or does nothing', () => {
    const ledger = createLedger();
    const pool = ledger.openAccount('USDC', 'funding');
    const bob = ledger.openAccount('USDC', 'client');
    ledger.postSigned(bob, pool, 7);
    ledger.postSigned(bob, pool, -10);
    ledger.postSigned(bob, pool, 0);
    expect(ledger.balance(bob)).toBe(-3);
    expect(ledger.balance(pool)).toBe(3);
  });

  test('accounts say what they are, and their numbers are dense', () => {
    const ledger = createLedger();
    for (let i = 0; i < 1000; i++) {
      expect(ledger.openAccount(i % 2 === 0 ? 'BTC' : 'ETH', 'client')).toBe(i);
    }
    expect(ledger.size()).toBe(1000);
    expect(ledger.currencyOf(999 as LedgerAccountId)).toBe('ETH');
    expect(ledger.kindOf(0 as LedgerAccountId)).toBe('client');
  });

  test('a broken posting asserts and changes nothing', () => {
    const ledger = createLedger();
    const a = ledger.openAccount('BTC', 'client');
    const b = ledger.openAccount('BTC', 'client');
    const usdc = ledger.openAccount('USDC', 'client');
    ledger.post(a, b, Number.MAX_SAFE_INTEGER);
    const before = ledger.save();
    const id = (n: number): LedgerAccountId => n as LedgerAccountId;
    for (const broken of [
      () => ledger.post(a, a, 1),
      () => ledger.post(a, usdc, 1),
      () => ledger.post(a, b, 0),
      () => ledger.post(a, b, -1),
      () => ledger.post(a, b, 0.5),
      () => ledger.post(a, b, Number.NaN),
      () => ledger.post(a, b, 2 ** 53),
      () => ledger.post(a, b, 1),
      () => ledger.post(id(3), b, 1),
      () => ledger.post(id(-1), b, 1),
      () => ledger.post(id(0.5), b, 1),
      () => ledger.balance(id(99)),
      () => ledger.postSigned(a, b, Number.NaN),
    ]) {
      expect(broken).toThrow(AssertionError);
    }
    expect(ledger.save()).toEqual(before);
  });

  test('a state that no ledger can be in is not restored', () => {
    const broken = [
      { currencies: [0], kinds: [0], balances: [1] },
      { currencies: [0, 0], kinds: [0], balances: [0, 0] },
      { currencies: [9], kinds: [0], balances: [0] },
      { currencies: [0], kinds: [17], balances: [0] },
      { currencies: [0, 0], kinds: [0, 0], balances: [0.5, -0.5] },
      { currencies: [0, 1], kinds: [0, 0], balances: [1, -1] },
    ];
    for (const state of broken) {
      expect(() => restoreLedger(state)).toThrow(AssertionError);
    }
  });
});
