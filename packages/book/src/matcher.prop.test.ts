/**
 * Properties of matching over random sequences of operations; on failure fast-check prints the
 * seed.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAST_FACTORIES } from '../test/factories.ts';
import { depthOf, type MatcherFactory, RecordedBook, walk } from '../test/recorded-book.ts';
import { BUY, NO_LIMIT, SELL, type SelfTrade, type Side } from './matcher.ts';
import { createNaiveMatcher } from './naive-matcher.ts';

const BOOKS = [0, 1, 5];

type Operation =
  | {
      readonly kind: 'submit';
      readonly book: number;
      readonly side: Side;
      readonly ticks: number;
      readonly lots: number;
      readonly display: number;
      readonly owner: number;
      readonly rest: boolean;
      readonly selfTrade: SelfTrade;
    }
  | { readonly kind: 'cancel'; readonly pick: number }
  | { readonly kind: 'reduce'; readonly pick: number; readonly share: number }
  | { readonly kind: 'rebuild' };

/** Prices in a few neighbouring ticks, over a few windows, or now and then anywhere. */
const pricesOver = (spread: number) =>
  fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: 1000, max: 1000 + spread }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 2 ** 30 }) },
    { weight: 1, arbitrary: fc.constant(NO_LIMIT) },
  );

const submitOver = (spread: number): fc.Arbitrary<Operation> =>
  fc
    .record({
      kind: fc.constant('submit' as const),
      book: fc.constantFrom(0, 0, 0, 1, 5),
      side: fc.constantFrom<Side>(BUY, SELL),
      ticks: pricesOver(spread),
      lots: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 300 })),
      display: fc.constantFrom(0, 0, 3, 10, 400),
      owner: fc.integer({ min: 0, max: 3 }),
      rest: fc.boolean(),
      selfTrade: fc.constantFrom<SelfTrade>(0, 1, 1, 2),
    })
    .map((order) => (order.ticks === NO_LIMIT ? { ...order, rest: false } : order));

const operationsOver = (spread: number): fc.Arbitrary<Operation[]> =>
  fc.array(
    fc.oneof(
      { weight: 20, arbitrary: submitOver(spread) },
      { weight: 7, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick: fc.nat() }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('reduce' as const),
          pick: fc.nat(),
          share: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'rebuild' as const }) },
    ),
    { minLength: 1, maxLength: 400, size: 'max' },
  );

const sequences: fc.Arbitrary<Operation[]> = fc
  .constantFrom(3, 12, 60, 3000, 200_000)
  .chain(operationsOver);

/** Does one operation; `rebuilds` says whether a rebuild is done or passed over. */
function apply(book: RecordedBook, operation: Operation, name: number, rebuilds: boolean): void {
  if (operation.kind === 'submit') {
    book.submit({ ...operation, name });
    return;
  }
  if (operation.kind === 'rebuild') {
    if (rebuilds) book.rebuild();
    return;
  }
  const names = book.names().sort((a, b) => a - b);
  const picked = names[operation.pick % Math.max(1, names.length)];
  if (picked === undefined) return;
  if (operation.kind === 'cancel') {
    book.cancel(picked);
  } else {
    const lots = book.matcher.orderLots(book.handleOf(picked));
    book.reduce(picked, 1 + Math.floor(operation.share * (lots - 1)));
  }
}

function run(make: MatcherFactory, operations: readonly Operation[], rebuilds: boolean) {
  const book = new RecordedBook(make, BOOKS);
  for (const [i, operation] of operations.entries()) apply(book, operation, i, rebuilds);
  return book;
}

describe.each(FAST_FACTORIES)('%s', (_name, make) => {
  test('tells the same events and keeps the same state as the naive matcher', () => {
    fc.assert(
      fc.property(sequences, fc.boolean(), (operations, rebuilds) => {
        const naive = run(createNaiveMatcher, operations, false);
        const fast = run(make, operations, rebuilds);
        expect(fast.lines).toEqual(naive.lines);
        expect(fast.state()).toBe(naive.state());
      }),
      { numRuns: 120 },
    );
  });
});

/** Lots and side of each fill line, with the price. */
function fillsOf(lines: readonly string[]): { lots: number; ticks: number }[] {
  return lines
    .map((line) => /^fill \d+ (\d+)@(\d+)/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ lots: Number(match[1]), ticks: Number(match[2]) }));
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0);

describe.each(FAST_FACTORIES)('%s, by itself', (_name, make) => {
  test('never crosses, trades within the limit best price first, and conserves lots', () => {
    fc.assert(
      fc.property(sequences, (operations) => {
        const book = new RecordedBook(make, BOOKS);
        for (const [i, operation] of operations.entries()) {
          const before = restingLots(book);
          const gone = book.lines.length;
          apply(book, operation, i, true);
          const lines = book.lines.slice(gone);
          if (operation.kind === 'submit') checkSubmit(book, operation, lines, before);
          checkBooks(book);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('answers beforehand what a submit will fill', () => {
    fc.assert(
      fc.property(sequences, (operations) => {
        const lines = run(make, operations, true).lines;
        let fillable = '';
        let filled = 0;
        let worst = 0;
        for (const line of lines) {
          if (line.startsWith('fillable')) {
            fillable = line;
            filled = 0;
            worst = 0;
          }
          for (const fill of fillsOf([line])) {
            filled += fill.lots;
            worst = fill.ticks;
          }
          if (line.startsWith('order')) expect(`fillable ${filled} to ${worst}`).toBe(fillable);
        }
      }),
      { numRuns: 60 },
    );
  });
});

const restingLots = (book: RecordedBook): number =>
  total(book.names().map((name) => book.matcher.orderLots(book.handleOf(name))));

function checkSubmit(
  book: RecordedBook,
  order: Extract<Operation, { kind: 'submit' }>,
  lines: readonly string[],
  before: number,
): void {
  const fills = fillsOf(lines);
  const sign = order.side === BUY ? 1 : -1;
  for (const [i, fill] of fills.entries()) {
    if (order.ticks !== NO_LIMIT)
      expect(sign * (order.ticks - fill.ticks)).toBeGreaterThanOrEqual(0);
    expect(sign * (fill.ticks - (fills[i - 1]?.ticks ?? fill.ticks))).toBeGreaterThanOrEqual(0);
  }
  const filled = total(fills.map((fill) => fill.lots));
  const left = book.matcher.lotsLeft();
  expect(filled + left).toBe(order.lots);
  const rests = lines.at(-1)?.includes('rests') ? left : 0;
  const removed = lines
    .filter((line) => line.startsWith('self'))
    .map((line) => Number(line.split(' ').at(-1)));
  expect(restingLots(book)).toBe(before - filled - total(removed) + rests);
}

function checkBooks(book: RecordedBook): void {
  const { matcher } = book;
  for (const id of BOOKS) {
    const bid = matcher.bestTicks(id, BUY);
    const ask = matcher.bestTicks(id, SELL);
    if (bid !== 0 && ask !== 0) expect(bid).toBeLessThan(ask);
    for (const side of [BUY, SELL] as const) {
      const levels = new Map<number, number>();
      for (const handle of walk(matcher, id, side)) {
        const ticks = matcher.orderTicks(handle);
        levels.set(ticks, (levels.get(ticks) ?? 0) + matcher.orderVisibleLots(handle));
      }
      const sign = side === BUY ? -1 : 1;
      const walked = [...levels].sort((a, b) => sign * (a[0] - b[0]));
      expect([...levels]).toEqual(walked);
      expect(depthOf(matcher, id, side)).toEqual(walked);
    }
  }
}
