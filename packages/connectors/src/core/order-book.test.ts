import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BookSide } from './order-book.ts';

const levels = fc.array(
  fc.record({ price: fc.integer({ min: 1, max: 40 }), size: fc.integer({ min: 0, max: 3 }) }),
  { maxLength: 80 },
);

const read = (side: BookSide): [number, number][] =>
  Array.from({ length: side.length }, (_, rank) => {
    const level = side.at(rank)!;
    return [level.price, level.size];
  });

/** The obvious model: a map, sorted when looked at. */
const model = (changes: readonly { price: number; size: number }[], direction: 1 | -1) => {
  const map = new Map<number, number>();
  for (const { price, size } of changes) {
    map.set(price, size);
  }
  return [...map].filter(([, size]) => size > 0).sort((a, b) => (b[0] - a[0]) * direction);
};

test.each([1, -1] as const)('a side (%i) is what a sorted map would be', (direction) => {
  fc.assert(
    fc.property(levels, levels, fc.integer({ min: 0, max: 10 }), (loaded, changes, kept) => {
      const side = new BookSide(direction);
      side.load(loaded);
      for (const change of changes) {
        side.set(change);
      }
      const expected = model([...model(loaded, direction).map(pair), ...changes], direction);
      expect(read(side)).toEqual(expected);
      side.keepBest(kept);
      expect(read(side)).toEqual(expected.slice(0, kept));
    }),
  );
});

const pair = ([price, size]: [number, number]) => ({ price, size });
