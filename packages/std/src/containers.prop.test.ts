/** The heap, the map by id, the sorted-array helpers, comparators, bytes and results. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  AssertionError,
  assert,
  assertNever,
  bytesOfHex,
  compareBigints,
  compareNumbers,
  compareStrings,
  err,
  hexOf,
  IdMap,
  insertSorted,
  lowerBound,
  MinHeap,
  ok,
  upperBound,
} from './index.ts';

test('a heap gives back what went in, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (steps) => {
      const heap = new MinHeap<number>(compareNumbers);
      const model: number[] = [];
      for (const step of steps) {
        if (step === undefined) {
          expect(heap.peek()).toBe(model[0]);
          expect(heap.pop()).toBe(model.shift());
        } else {
          heap.push(step);
          insertSorted(model, step, compareNumbers);
        }
        expect(heap.size).toBe(model.length);
      }
    }),
  );
});

test('a map by id holds what a Map holds', () => {
  // Few homes and ids beyond 32 bits, so that entries meet, wrap around and move back.
  const id = fc.oneof(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 250, max: 260 }),
    fc.integer({ min: 1, max: 300 }).map((low) => low + 2 ** 40),
  );
  const steps = fc.array(fc.tuple(id, fc.option(fc.integer(), { nil: undefined })), {
    maxLength: 600,
    size: 'max',
  });
  fc.assert(
    fc.property(steps, (taken) => {
      const map = new IdMap<number>();
      const model = new Map<number, number>();
      for (const [key, value] of taken) {
        if (value === undefined) {
          expect(map.delete(key)).toBe(model.delete(key));
        } else {
          map.set(key, value);
          model.set(key, value);
        }
        expect(map.size).toBe(model.size);
      }
      for (const [key] of taken) {
        expect(map.get(key)).toBe(model.get(key));
      }
    }),
  );
});

test('a map by id grows past its first table and refuses what is no id', () => {
  const map = new IdMap<string>();
  for (let id = 1; id <= 5_000; id++) map.set(id, String(id));
  for (let id = 1; id <= 5_000; id += 2) map.delete(id);
  expect(map.size).toBe(2_500);
  for (let id = 1; id <= 5_000; id++) {
    expect(map.get(id)).toBe(id % 2 === 0 ? String(id) : undefined);
  }
  for (const id of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
    expect(() => map.set(id, 'x')).toThrow(AssertionError);
  }
});

test('bounds split a sorted array', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -9, max: 9 })),
      fc.integer({ min: -10, max: 10 }),
      (items, value) => {
        const sorted = [...items].sort(compareNumbers);
        expect(lowerBound(sorted, value)).toBe(sorted.filter((item) => item < value).length);
        expect(upperBound(sorted, value)).toBe(sorted.filter((item) => item <= value).length);
      },
    ),
  );
});

test('bytes survive hexadecimal', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(bytesOfHex(hexOf(bytes))).toEqual(bytes);
    }),
  );
  expect(hexOf(Uint8Array.of(0, 10, 255))).toBe('000aff');
  expect(() => bytesOfHex('0')).toThrow(/hex/);
});

test('comparators order, assertions stop, results carry', () => {
  expect(['b', 'a', 'B'].sort(compareStrings)).toEqual(['B', 'a', 'b']);
  expect([3n, 1n, 2n].sort(compareBigints)).toEqual([1n, 2n, 3n]);
  expect(() => assert(false, 'broken')).toThrow(AssertionError);
  expect(() => assert(true, 'whole')).not.toThrow();
  expect(() => assertNever('x' as never)).toThrow(/outside its type/);
  expect([ok(1), err('no')]).toEqual([
    { ok: true, value: 1 },
    { ok: false, error: 'no' },
  ]);
});
