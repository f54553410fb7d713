/**
 * The benchmark's order index holds what a map holds, crowded so that probes are long and wrap.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOrderIndex } from '../bench/order-index.ts';

test('an order index answers as a map does', () => {
  const operations = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 40 })), {
    maxLength: 300,
    size: 'max',
  });
  fc.assert(
    fc.property(operations, (steps) => {
      const index = createOrderIndex(5);
      const model = new Map<number, number>();
      for (const [i, [insert, id]] of steps.entries()) {
        if (insert && !model.has(id) && model.size < 30) {
          index.insert(id, i + 1);
          model.set(id, i + 1);
        } else if (!insert) {
          expect(index.remove(id)).toBe(model.get(id) ?? 0);
          model.delete(id);
        }
      }
      expect(index.ids().sort((a, b) => a - b)).toEqual([...model.keys()].sort((a, b) => a - b));
      for (let id = 1; id <= 40; id++) expect(index.remove(id)).toBe(model.get(id) ?? 0);
    }),
  );
});
