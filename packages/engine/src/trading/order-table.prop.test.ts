// The order table against a map, over ids that grow as the engine's do, across the 32-bit boundary.
import { type OrderId, plainOrder } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Holding, OrderRecord } from '../state.ts';
import { OrderPool } from './order-row.ts';
import { OrderTable } from './order-table.ts';

const steps = fc.array(fc.record({ skip: fc.integer({ min: 0, max: 700 }), drop: fc.nat() }), {
  minLength: 1,
  maxLength: 3000,
  size: 'max',
});

/** The table looks at no holding. */
const noHolding = { account: {}, instrument: {} } as Holding;

test('holds what a map would hold', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 4_294_966_000), (all, from) => {
      const pool = new OrderPool();
      const table = new OrderTable(pool);
      const map = new Map<number, OrderRecord>();
      let id = from;
      for (const { skip, drop } of all) {
        id += 1 + (skip < 600 ? 0 : skip);
        const order = pool.take(id as OrderId, noHolding, 0, plainOrder, null);
        table.add(order);
        map.set(id, order);
        if (drop % 3 !== 0) {
          const gone = [...map.keys()][drop % map.size] as number;
          table.remove(gone);
          pool.give(map.get(gone) as OrderRecord);
          map.delete(gone);
          expect(table.get(gone)).toBe(undefined);
        }
      }
      expect(table.size).toBe(map.size);
      expect(table.sorted()).toEqual([...map.values()]);
      for (const [known, order] of map) expect(table.get(known)).toBe(order);
    }),
    { numRuns: 20, seed: 20260921 },
  );
});
