import { expect, test } from 'vitest';
import type { AccountRecord, CurrencyRecord, InstrumentRecord } from '../state.ts';
import { HoldingPool, type HoldingRecord, WAITING_MAX } from './holding-record.ts';
import { NumberSlab } from './holding-store.ts';

test('each holding has a record and a row of its own, whatever the record was made with', () => {
  const pool = new HoldingPool();
  const rows = new NumberSlab(24);
  const record = {} as CurrencyRecord;
  const taken: HoldingRecord[] = [];
  for (let id = 1; id <= 2 * WAITING_MAX + 10; id++) {
    const account = { id } as AccountRecord;
    const instrument = { id: 2 * id } as unknown as InstrumentRecord;
    const holding = pool.take(account, instrument, record, rows);
    expect(holding).toMatchObject({ sizeLots: 0, fundingMark: 0, firstOrder: null });
    holding.sizeLots = id;
    taken.push(holding);
  }
  taken.forEach(({ account, instrument, sizeLots }, n) => {
    expect([account.id, instrument.id, sizeLots]).toEqual([n + 1, 2 * (n + 1), n + 1]);
  });
  expect(new Set(taken).size).toBe(taken.length);
});
