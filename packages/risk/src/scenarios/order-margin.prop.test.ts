// Open orders at their worst fill: as bad as the worst of all ways in which they may fill, never
// better than the book alone, and the same sums to the last bit in whatever order they were made.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTestMarket, evenStrikes } from '../testing/test-market.ts';
import { BookSum } from './book-sum.ts';
import { marginWithOrders } from './order-margin.ts';
import { OrderSum } from './order-sum.ts';
import { createPortfolioMargin, marginOf } from './portfolio-margin.ts';
import { recommendedParameters } from './portfolio-parameters.ts';
import { RiskArrays } from './risk-arrays.ts';
import { listedMoves } from './risk-instruments.ts';
import { buildGrid, refineMoves } from './scenario-grid.ts';

const parameters = recommendedParameters('BTC');
const { charges } = parameters;
const { index, instruments, expiries } = createTestMarket([2, 40], evenStrikes(5, 4000));
expiries.confidence[1] = 0.4;
const between = refineMoves(parameters.grid, listedMoves(instruments, expiries));
const { scenarios } = buildGrid(parameters.grid, between);
const arrays = new RiskArrays(scenarios, parameters.revaluation, instruments, expiries);
arrays.build();
const market = { index, stablePrice: 0.98, stress: 1 };
const none = { place: 0, buyLots: 0, sellLots: 0 };

const place = fc.integer({ min: 0, max: instruments.count - 1 });
const holdings = fc.uniqueArray(fc.tuple(place, fc.integer({ min: -500, max: 500 })), {
  maxLength: 6,
  selector: ([at]) => at,
});
const orders = fc.array(fc.tuple(place, fc.integer({ min: -300, max: 300 })), { maxLength: 5 });

const bookOf = (held: readonly (readonly [number, number])[]): BookSum => {
  const book = new BookSum(arrays);
  for (const [at, lots] of held) book.change(at, 0, lots);
  return book;
};

const ordersOf = (open: readonly (readonly [number, number])[]): OrderSum => {
  const sum = new OrderSum(arrays);
  for (const [at, lots] of open) sum.change(at, Math.max(lots, 0), Math.max(-lots, 0));
  return sum;
};

describe('margin with open orders', () => {
  test('is that of the book where there are none', () => {
    fc.assert(
      fc.property(holdings, (held) => {
        const book = bookOf(held);
        const alone = marginOf(book, charges, market, createPortfolioMargin());
        const out = createPortfolioMargin();
        const open = new OrderSum(arrays);
        expect(marginWithOrders(book, open, charges, market, none, out)).toEqual(alone);
      }),
      { numRuns: 50 },
    );
  });

  test('scans as the worst of all ways in which they may fill', () => {
    fc.assert(
      fc.property(holdings, orders, (held, open) => {
        const out = createPortfolioMargin();
        marginWithOrders(bookOf(held), ordersOf(open), charges, market, none, out);
        let scan = 0;
        let initial = 0;
        for (let ways = 0; ways < 1 << open.length; ways++) {
          const lotsAt = new Map(held);
          for (const [i, [at, lots]] of open.entries()) {
            if ((ways >> i) & 1) lotsAt.set(at, (lotsAt.get(at) ?? 0) + lots);
          }
          const filled = bookOf([...lotsAt]);
          const margin = marginOf(filled, charges, market, createPortfolioMargin());
          scan = Math.max(scan, margin.scan);
          initial = Math.max(initial, margin.initial);
        }
        // A skew fills orders otherwise in each expiry; a price scenario does not.
        if (out.binding < arrays.scenarioCount) expect(out.scan).toBe(scan);
        else expect(out.scan).toBeGreaterThanOrEqual(scan);
        expect(out.initial).toBeGreaterThanOrEqual(initial * (1 - 1e-12));
      }),
      { numRuns: 60 },
    );
  });

  test('asked about one order more is that with the order among the others', () => {
    fc.assert(
      fc.property(
        holdings,
        orders,
        place,
        fc.integer({ min: 1, max: 200 }),
        (held, open, at, n) => {
          const book = bookOf(held);
          const extra = { place: at, buyLots: n, sellLots: 0 };
          const asked = createPortfolioMargin();
          marginWithOrders(book, ordersOf(open), charges, market, extra, asked);
          const there = createPortfolioMargin();
          const more = ordersOf([...open, [at, n]]);
          marginWithOrders(book, more, charges, market, none, there);
          expect(asked).toEqual(there);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('has the same bits in whatever order orders and fills came', () => {
    fc.assert(
      fc.property(holdings, orders, (held, open) => {
        const once = ordersOf(open);
        const again = ordersOf([...open].reverse());
        for (const [at, lots] of open) {
          again.change(at, Math.max(lots, 0), Math.max(-lots, 0));
          again.change(at, -Math.max(lots, 0), -Math.max(-lots, 0));
        }
        for (let s = 0; s < arrays.scenarioCount; s++) {
          expect((again.values[s] as number) + 0).toBe((once.values[s] as number) + 0);
        }
        const book = bookOf(held);
        const detour = bookOf([...held].reverse());
        for (const [at, lots] of open) detour.change(at, 0, lots);
        for (const [at, lots] of open) detour.change(at, lots, 0);
        const out = createPortfolioMargin();
        const other = createPortfolioMargin();
        marginWithOrders(book, once, charges, market, none, out);
        marginWithOrders(detour, again, charges, market, none, other);
        expect(other).toEqual(out);
      }),
      { numRuns: 60 },
    );
  });
});
