// The holding table against a map, and rows that come back clean.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Holding } from '../state.ts';
import { HoldingTable, NumberSlab } from './holding-store.ts';

const pairs = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 })), {
  minLength: 1,
  maxLength: 2000,
  size: 'max',
});

test('holds what a map would hold', () => {
  fc.assert(
    fc.property(pairs, (all) => {
      const table = new HoldingTable();
      const map = new Map<string, Holding>();
      for (const [account, instrument] of all) {
        const key = `${account}:${instrument}`;
        const known = map.get(key);
        expect(table.find(account, instrument)).toBe(known ?? null);
        if (known === undefined) {
          const made = { account: { id: account }, instrument: { id: instrument } } as Holding;
          table.add(made);
          map.set(key, made);
        } else {
          table.remove(known);
          map.delete(key);
        }
      }
      for (const holding of map.values()) {
        expect(table.find(holding.account.id, holding.instrument.id)).toBe(holding);
      }
    }),
    { numRuns: 20, seed: 20260921 },
  );
});

test('a row given back is zeros when it is taken again, and its neighbours stay', () => {
  const slab = new NumberSlab(8);
  const chunk = slab.take();
  const first = slab.at;
  slab.take();
  const second = slab.at;
  chunk.fill(7, first, first + 8);
  chunk.fill(9, second, second + 8);
  slab.give(chunk, first);
  expect(slab.take()).toBe(chunk);
  expect(slab.at).toBe(first);
  expect([...chunk.subarray(first, first + 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(chunk[second]).toBe(9);
});
