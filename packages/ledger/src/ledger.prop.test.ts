import { currencies } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLedger, type LedgerAccountId, ledgerAccountKinds, restoreLedger } from './ledger.ts';

const account = fc.record({
  currency: fc.constantFrom(...currencies),
  kind: fc.constantFrom(...ledgerAccountKinds),
});
const posting = fc.record({
  from: fc.nat(199),
  to: fc.nat(199),
  amount: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
});

test('totals stay zero, a plain model agrees, and save then restore changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(account, { minLength: 2, maxLength: 200 }),
      fc.array(posting, { maxLength: 100 }),
      (accounts, postings) => {
        let ledger = createLedger();
        const model: bigint[] = [];
        for (const { currency, kind } of accounts) {
          ledger.openAccount(currency, kind);
          model.push(0n);
        }
        postings.forEach(({ from, to, amount }, step) => {
          const a = from % accounts.length;
          const b = to % accounts.length;
          if (a === b || accounts[a]?.currency !== accounts[b]?.currency) {
            return;
          }
          ledger.postSigned(a as LedgerAccountId, b as LedgerAccountId, amount);
          model[a] = (model[a] as bigint) + BigInt(amount);
          model[b] = (model[b] as bigint) - BigInt(amount);
          if (step % 10 === 9) {
            const saved = ledger.save();
            ledger = restoreLedger(saved);
            expect(ledger.save()).toEqual(saved);
          }
        });
        expect(ledger.save().balances.map(BigInt)).toEqual(model);
        expect(ledger.totals().every((row) => row.total === 0n)).toBe(true);
      },
    ),
  );
});
