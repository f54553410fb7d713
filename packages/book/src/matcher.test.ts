/** What every matcher does, case by case, run against both implementations. */
import { describe, expect, test } from 'vitest';
import { FACTORIES } from '../test/factories.ts';
import { depthOf, RecordedBook, walk } from '../test/recorded-book.ts';
import {
  BUY,
  MAX_LOTS,
  MAX_TICKS,
  NO_LIMIT,
  SELF_TRADE_ALLOW,
  SELF_TRADE_CANCEL_MAKER,
  SELF_TRADE_REJECT_TAKER,
  SELL,
} from './matcher.ts';

describe.each(FACTORIES)('%s matcher', (_name, make) => {
  const sell = { book: 0, side: SELL } as const;
  const buy = { book: 0, side: BUY } as const;

  /** A book with asks of 5 at 100 (order 1), 7 at 100 (2), 9 at 102 (3), and no lines yet. */
  function asks(): RecordedBook {
    const book = new RecordedBook(make);
    book.submit({ ...sell, ticks: 100, lots: 5, name: 1 });
    book.submit({ ...sell, ticks: 100, lots: 7, name: 2 });
    book.submit({ ...sell, ticks: 102, lots: 9, name: 3 });
    book.lines.length = 0;
    return book;
  }

  test('an order that meets nothing rests and shows its lots', () => {
    const book = new RecordedBook(make);
    book.submit({ ...buy, ticks: 50, lots: 3, name: 1 });
    expect(book.lines).toEqual(['fillable 0 to 0', 'level 0b 50 3', 'order 1 left 3 rests']);
    expect(book.matcher.bestTicks(0, BUY)).toBe(50);
    expect(book.matcher.bestLots(0, BUY)).toBe(3);
    expect(book.matcher.bestTicks(0, SELL)).toBe(0);
    expect(book.matcher.bestLots(0, SELL)).toBe(0);
  });

  test('fills come by price, then time, at the makers prices; the remainder rests', () => {
    const book = asks();
    book.submit({ ...buy, ticks: 102, lots: 30, name: 4 });
    expect(book.lines).toEqual([
      'fillable 21 to 102',
      'fill 1 5@100 left 0',
      'fill 2 7@100 left 0',
      'level 0a 100 0',
      'fill 3 9@102 left 0',
      'level 0a 102 0',
      'level 0b 102 9',
      'order 4 left 9 rests',
    ]);
    expect(book.matcher.orderCount()).toBe(1);
  });

  test('a limit stops before the price it does not accept', () => {
    const book = asks();
    book.submit({ ...buy, ticks: 101, lots: 30, name: 4, rest: false });
    expect(book.lines.at(-1)).toBe('order 4 left 18');
    expect(depthOf(book.matcher, 0, SELL)).toEqual([[102, 9]]);
  });

  test('a market order takes any price and never rests', () => {
    const book = asks();
    book.submit({ ...buy, ticks: NO_LIMIT, lots: 30, name: 4, rest: false });
    expect(book.lines[0]).toBe('fillable 21 to 102');
    expect(book.lines.at(-1)).toBe('order 4 left 9');
    expect(book.matcher.orderCount()).toBe(0);
    book.submit({ ...buy, ticks: 1, lots: 2, name: 5 });
    book.submit({ ...sell, ticks: NO_LIMIT, lots: 1, name: 6, rest: false });
    expect(book.lines.slice(-3)).toEqual(['fill 5 1@1 left 1', 'level 0b 1 1', 'order 6 left 0']);
    expect(() => book.submit({ ...buy, ticks: NO_LIMIT, lots: 1, name: 7 })).toThrow('limit');
  });

  test('a partly filled maker keeps its place', () => {
    const book = asks();
    book.submit({ ...buy, ticks: 100, lots: 2, name: 4 });
    book.submit({ ...buy, ticks: 100, lots: 4, name: 5 });
    expect(book.lines.filter((line) => line.startsWith('fill '))).toEqual([
      'fill 1 2@100 left 3',
      'fill 1 3@100 left 0',
      'fill 2 1@100 left 6',
    ]);
  });

  test('cancel takes an order out of the middle, the ends and alone', () => {
    const book = asks();
    book.submit({ ...sell, ticks: 100, lots: 11, name: 4 });
    book.lines.length = 0;
    book.cancel(2);
    book.cancel(1);
    book.cancel(4);
    book.cancel(3);
    expect(book.lines).toEqual([
      'level 0a 100 16',
      'cancel 2 left 7',
      'level 0a 100 11',
      'cancel 1 left 5',
      'level 0a 100 0',
      'cancel 4 left 11',
      'level 0a 102 0',
      'cancel 3 left 9',
    ]);
    expect(book.matcher.bestTicks(0, SELL)).toBe(0);
  });

  test('reduce keeps the place in the queue', () => {
    const book = asks();
    book.reduce(1, 1);
    book.reduce(1, 1);
    book.submit({ ...buy, ticks: 100, lots: 2, name: 4 });
    expect(book.lines).toEqual([
      'reduce 1 to 1',
      'level 0a 100 8',
      'reduce 1 to 1',
      'fillable 2 to 100',
      'fill 1 1@100 left 0',
      'fill 2 1@100 left 6',
      'level 0a 100 6',
      'order 4 left 0',
    ]);
    expect(() => book.reduce(2, 7)).toThrow('reduction');
    expect(() => book.reduce(2, 0)).toThrow('reduction');
  });

  test('an iceberg shows one slice and queues again for each next one', () => {
    const book = new RecordedBook(make);
    book.submit({ ...sell, ticks: 100, lots: 10, display: 4, name: 1 });
    book.submit({ ...sell, ticks: 100, lots: 3, name: 2 });
    book.lines.length = 0;
    expect(book.matcher.bestLots(0, SELL)).toBe(7);
    book.submit({ ...buy, ticks: 100, lots: 5, name: 3 });
    expect(book.lines).toEqual([
      'fillable 5 to 100',
      'fill 1 4@100 left 6',
      'fill 2 1@100 left 2',
      'level 0a 100 6',
      'order 3 left 0',
    ]);
    book.lines.length = 0;
    book.submit({ ...buy, ticks: 100, lots: 20, name: 4, rest: false });
    expect(book.lines).toEqual([
      'fillable 8 to 100',
      'fill 2 2@100 left 0',
      'fill 1 4@100 left 2',
      'fill 1 2@100 left 0',
      'level 0a 100 0',
      'order 4 left 12',
    ]);
  });

  test('an arriving iceberg trades with its whole size and then rests a slice', () => {
    const book = asks();
    book.submit({ ...buy, ticks: 100, lots: 20, display: 3, name: 4 });
    expect(book.lines.slice(-2)).toEqual(['level 0b 100 3', 'order 4 left 8 rests']);
    const handle = book.handleOf(4);
    expect(book.matcher.orderLots(handle)).toBe(8);
    expect(book.matcher.orderVisibleLots(handle)).toBe(3);
    book.reduce(4, 5);
    expect(book.matcher.orderVisibleLots(handle)).toBe(3);
    expect(book.lines.at(-1)).toBe('reduce 4 to 5');
    book.reduce(4, 2);
    expect(book.lines.at(-1)).toBe('level 0b 100 2');
    book.cancel(4);
    expect(book.lines.at(-1)).toBe('cancel 4 left 2');
  });

  describe('self-trade', () => {
    /** Asks at 100: 5 of owner 8 (order 1), 7 of owner 9 (2); at 101: 4 of owner 8 (3). */
    function owned(): RecordedBook {
      const book = new RecordedBook(make);
      book.submit({ ...sell, ticks: 100, lots: 5, owner: 8, name: 1 });
      book.submit({ ...sell, ticks: 100, lots: 7, owner: 9, name: 2 });
      book.submit({ ...sell, ticks: 101, lots: 4, owner: 8, name: 3 });
      book.lines.length = 0;
      return book;
    }
    const taker = { ...buy, ticks: 101, lots: 20, owner: 9, name: 4 };

    test('is allowed on request', () => {
      const book = owned();
      book.submit({ ...taker, selfTrade: SELF_TRADE_ALLOW });
      expect(book.lines.at(-1)).toBe('order 4 left 4 rests');
    });

    test('may cancel the maker', () => {
      const book = owned();
      book.submit({ ...taker, selfTrade: SELF_TRADE_CANCEL_MAKER });
      expect(book.lines).toEqual([
        'fillable 9 to 101',
        'fill 1 5@100 left 0',
        'self 2 left 7',
        'level 0a 100 0',
        'fill 3 4@101 left 0',
        'level 0a 101 0',
        'level 0b 101 11',
        'order 4 left 11 rests',
      ]);
    });

    test('may stop the taker, whose fills stand and whose remainder is refused', () => {
      const book = owned();
      book.submit({ ...taker, selfTrade: SELF_TRADE_REJECT_TAKER });
      expect(book.lines).toEqual([
        'fillable 5 to 100',
        'fill 1 5@100 left 0',
        'level 0a 100 7',
        'order 4 left 15 stopped',
      ]);
      book.lines.length = 0;
      book.submit({ ...taker, name: 5, selfTrade: SELF_TRADE_REJECT_TAKER });
      expect(book.lines).toEqual(['fillable 0 to 0', 'order 5 left 20 stopped']);
      book.submit({ ...taker, name: 6, lots: 1, owner: 7, selfTrade: SELF_TRADE_REJECT_TAKER });
      expect(book.lines.at(-1)).toBe('order 6 left 0');
    });

    test('does not exist for owner 0', () => {
      const book = asks();
      book.submit({ ...buy, ticks: 100, lots: 5, name: 4, selfTrade: SELF_TRADE_REJECT_TAKER });
      expect(book.lines.at(-1)).toBe('order 4 left 0');
    });

    test('stops before the refreshed slices of an iceberg ahead', () => {
      const book = new RecordedBook(make);
      book.submit({ ...sell, ticks: 100, lots: 9, display: 2, owner: 8, name: 1 });
      book.submit({ ...sell, ticks: 100, lots: 1, owner: 9, name: 2 });
      book.lines.length = 0;
      book.submit({ ...taker, selfTrade: SELF_TRADE_REJECT_TAKER });
      expect(book.lines).toEqual([
        'fillable 2 to 100',
        'fill 1 2@100 left 7',
        'level 0a 100 3',
        'order 4 left 18 stopped',
      ]);
    });
  });

  test('books are apart', () => {
    const book = new RecordedBook(make, [0, 7, 300]);
    book.submit({ book: 7, side: SELL, ticks: 10, lots: 1, name: 1 });
    book.submit({ book: 300, side: BUY, ticks: 20, lots: 1, name: 2 });
    expect(book.lines.at(-2)).toBe('level 300b 20 1');
    expect(book.matcher.bestTicks(0, SELL)).toBe(0);
    expect(book.matcher.bestTicks(7, SELL)).toBe(10);
    expect(() => book.matcher.closeBook(7)).toThrow('rest');
    book.cancel(1);
    book.matcher.closeBook(7);
    expect(() => book.matcher.bestTicks(7, SELL)).toThrow('not open');
    book.matcher.openBook(7);
    expect(() => book.matcher.openBook(7)).toThrow('open already');
    expect(book.matcher.bestTicks(7, SELL)).toBe(0);
  });

  test('the largest prices and sizes, and their sums at one level', () => {
    const book = new RecordedBook(make);
    for (const name of [1, 2, 3]) {
      book.submit({ ...sell, ticks: MAX_TICKS, lots: MAX_LOTS, name });
    }
    expect(book.matcher.levelLots(0, SELL, MAX_TICKS)).toBe(3 * MAX_LOTS);
    book.submit({ ...buy, ticks: 1, lots: MAX_LOTS, name: 4 });
    book.submit({ ...buy, ticks: MAX_TICKS, lots: MAX_LOTS, name: 5 });
    expect(book.matcher.levelLots(0, SELL, MAX_TICKS)).toBe(2 * MAX_LOTS);
    expect(depthOf(book.matcher, 0, BUY)).toEqual([[1, MAX_LOTS]]);
  });

  test('a far-flung side stays in order', () => {
    const book = new RecordedBook(make);
    const ticks = [500_000, 1, MAX_TICKS, 40_000, 39_999, 72_768, 900_000_000, 2, 32_769, 32_768];
    for (const [name, at] of ticks.entries()) book.submit({ ...sell, ticks: at, lots: 1, name });
    const sorted = [...ticks].sort((a, b) => a - b);
    expect(depthOf(book.matcher, 0, SELL).map(([at]) => at)).toEqual(sorted);
    for (const at of sorted) expect(book.matcher.levelLots(0, SELL, at)).toBe(1);
    for (const at of [3, 32_770, 500_001]) expect(book.matcher.levelLots(0, SELL, at)).toBe(0);
    expect(depthOf(book.matcher, 0, SELL, 3)).toHaveLength(3);
    for (const at of sorted) {
      expect(book.matcher.bestTicks(0, SELL)).toBe(at);
      book.cancel(ticks.indexOf(at));
    }
    expect(walk(book.matcher, 0, SELL)).toEqual([]);
  });

  test('what cannot be is asserted', () => {
    const book = asks();
    const { matcher } = book;
    for (const lots of [0, -1, 1.5, MAX_LOTS + 1]) {
      expect(() => book.submit({ ...buy, ticks: 1, lots, name: 9 })).toThrow('size');
    }
    for (const ticks of [-1, 1.5, MAX_TICKS + 1]) {
      expect(() => book.submit({ ...buy, ticks, lots: 1, name: 9 })).toThrow('limit');
    }
    const handle = book.handleOf(1);
    book.cancel(1);
    expect(() => matcher.cancel(handle)).toThrow('void');
    expect(() => matcher.orderLots(0)).toThrow('void');
    expect(() => matcher.insertResting(0, BUY, 100, 1, 1, 0, 0, 9)).toThrow('crosses');
    expect(() => matcher.insertResting(0, BUY, 99, 5, 4, 0, 0, 9)).toThrow('visible');
    expect(() => matcher.insertResting(0, BUY, 99, 5, 4, 3, 0, 9)).toThrow('slice');
  });
});
