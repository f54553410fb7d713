// The order table against a map, over ids that grow as the engine's do, across the 32-bit boundary.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderRecord } from '../state.ts';
import { OrderTable } from './order-table.ts';

const steps = fc.array(fc.record({ skip: fc.integer({ min: 0, max: 700 }), drop: fc.nat() }), {
  minLength: 1,
  maxLength: 3000,
  size: 'max',
});

test('holds what a map would hold', () => {
  fc.assert(
    fc.property(steps, fc.constantFrom(0, 4_294_966_000), (all, from) => {
      const table = new OrderTable();
      const map = new Map<number, OrderRecord>();
      let id = from;
      for (const { skip, drop } of all) {
        id += 1 + (skip < 600 ? 0 : skip);
        const order = { id } as OrderRecord;
        table.add(order);
        map.set(id, order);
        if (drop % 3 !== 0) {
          const gone = [...map.keys()][drop % map.size] as number;
          table.remove(gone);
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
