/** The heap, the sorted-array helpers, comparators, bytes and results. */
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
