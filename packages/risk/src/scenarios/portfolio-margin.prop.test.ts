import type { ChargeParameters } from '@openstrike/domain';
// What the portfolio margin must hold for every book, over random books of one market; and that it
// misses little of what a fine grid finds. Seeds are printed by fast-check on failure.
import { black76 } from '@openstrike/pricing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTestMarket, evenStrikes } from '../testing/test-market.ts';
import { BookSum, worstWith } from './book-sum.ts';
import {
  createPortfolioMargin,
  type MarginMarket,
  marginAfter,
  marginOf,
  type PortfolioMargin,
} from './portfolio-margin.ts';
import { recommendedParameters } from './portfolio-parameters.ts';
import { refiningScenarios } from './refine-scan.ts';
import { RiskArrays } from './risk-arrays.ts';
import { listedMoves } from './risk-instruments.ts';
import type { Scenario } from './scenario.ts';
import { volatilityMoves } from './scenario.ts';
import { buildGrid, plain, refineMoves } from './scenario-grid.ts';

const parameters = recommendedParameters('BTC');
const market = createTestMarket([0.5, 7, 30, 120], evenStrikes(15, 4000));
const between = refineMoves(parameters.grid, listedMoves(market.instruments, market.expiries));
const grid = buildGrid(parameters.grid, between);
const arrays = new RiskArrays(
  grid.scenarios,
  parameters.revaluation,
  market.instruments,
  market.expiries,
);
arrays.build();
const count = market.instruments.count;
const terms: MarginMarket = { index: market.index, stablePrice: 1, stress: 1 };
const noTiers: ChargeParameters = { ...parameters.charges, deltaRateMax: 0, vegaRate: 0 };

/** Lots per instrument, most of them none. */
const books = fc
  .array(fc.tuple(fc.nat(count - 1), fc.integer({ min: -500, max: 500 })), { maxLength: 12 })
  .map((holdings) => {
    const lots = new Float64Array(count);
    for (const [place, size] of holdings) lots[place] = size;
    return lots;
  });

const bookOf = (lots: Float64Array): BookSum => {
  const book = new BookSum(arrays);
  const held = Array.from(lots, (_, i) => i).filter((i) => lots[i] !== 0);
  book.fill(
    Uint32Array.from(held),
    Float64Array.from(held, (i) => lots[i] as number),
    held.length,
  );
  return book;
};

const marginsOf = (
  lots: Float64Array,
  charges = parameters.charges,
  of: MarginMarket = terms,
): PortfolioMargin => marginOf(bookOf(lots), charges, of, createPortfolioMargin());

const tiny = (margin: number): number => 1e-9 * (1 + Math.abs(margin));

describe('portfolio margin', () => {
  test('a book that nets to nothing needs nothing', () => {
    const zero = marginsOf(new Float64Array(count));
    expect(zero).toEqual(createPortfolioMargin());
    fc.assert(
      fc.property(books, (lots) => {
        const book = bookOf(lots);
        for (const [place, size] of lots.entries()) if (size !== 0) book.change(place, size, 0);
        const after = marginOf(book, parameters.charges, terms, createPortfolioMargin());
        expect(after.initial).toBeLessThan(1e-5);
      }),
    );
  });

  test('maintenance is never above initial, nor negative, whatever the oracle says', () => {
    const price = fc.double({ min: 0.5, max: 1.01, noNaN: true });
    const stress = fc.double({ min: 1, max: 2, noNaN: true });
    fc.assert(
      fc.property(books, price, stress, (lots, stablePrice, factor) => {
        const of = { ...terms, stablePrice, stress: factor };
        const { initial, maintenance } = marginsOf(lots, parameters.charges, of);
        expect(maintenance).toBeGreaterThanOrEqual(0);
        expect(maintenance).toBeLessThanOrEqual(initial);
        const steady = marginsOf(lots, parameters.charges, { ...of, stablePrice: 1 });
        expect(maintenance).toBe(steady.maintenance);
      }),
    );
  });

  test('two books together need no more than apart, without the charges that grow faster', () => {
    fc.assert(
      fc.property(books, books, (a, b) => {
        const both = a.map((lots, i) => lots + (b[i] as number));
        const [x, y, together] = [a, b, both].map((lots) => marginsOf(lots, noTiers));
        const apart = (x?.initial ?? 0) + (y?.initial ?? 0);
        expect(together?.initial).toBeLessThanOrEqual(apart + tiny(apart));
        const kept = (x?.maintenance ?? 0) + (y?.maintenance ?? 0);
        expect(together?.maintenance).toBeLessThanOrEqual(kept + tiny(kept));
      }),
    );
  });

  test('a share of a book needs at most that share of its margin, all charges included', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(books, share, fc.integer({ min: 1, max: 1000 }), (lots, part, scale) => {
        const whole = lots.map((each) => each * scale);
        const all = marginsOf(whole).initial;
        const some = marginsOf(whole.map((each) => each * part)).initial;
        expect(some).toBeLessThanOrEqual(part * all + tiny(all));
      }),
    );
  });

  test('an option bought lowers what is available by at most its value and charges', () => {
    const place = fc.integer({ min: 1, max: count - 1 });
    fc.assert(
      fc.property(books, place, fc.integer({ min: 1, max: 200 }), (lots, at, bought) => {
        const more = lots.slice();
        more[at] = (more[at] as number) + bought;
        const { strike, sign, volatility, perLot, expiry } = market.instruments;
        const e = expiry[at] as number;
        const forward = market.expiries.forward[e] as number;
        const years = market.expiries.years[e] as number;
        const mark = black76(
          forward,
          strike[at] as number,
          years,
          volatility[at] as number,
          sign[at] as number,
        );
        const value = bought * (perLot[at] as number) * mark;
        const before = marginsOf(lots, noTiers);
        const after = marginsOf(more, noTiers);
        const charges = after.roll - before.roll + after.closingCost - before.closingCost;
        const rise = after.initial - before.initial;
        const rounding = bought * parameters.revaluation.step;
        const most = value + Math.max(0, charges) + rounding;
        expect(rise).toBeLessThanOrEqual(most + tiny(after.initial));
      }),
    );
  });

  test('the margin after a change is that of the changed book', () => {
    const place = fc.nat(count - 1);
    fc.assert(
      fc.property(books, place, fc.integer({ min: -300, max: 300 }), (lots, at, after) => {
        const before = lots[at] as number;
        const book = bookOf(lots);
        const out = createPortfolioMargin();
        const asked = marginAfter(book, parameters.charges, terms, at, before, after, out).initial;
        book.change(at, before, after);
        const stepped = marginOf(book, parameters.charges, terms, out).initial;
        const changed = lots.slice();
        changed[at] = after;
        const afresh = marginsOf(changed).initial;
        expect(Math.abs(asked - afresh)).toBeLessThanOrEqual(1e-6 + tiny(afresh));
        expect(Math.abs(stepped - afresh)).toBeLessThanOrEqual(1e-6 + tiny(afresh));
      }),
    );
  });
});

describe('losses between prices', () => {
  const fine = Array.from({ length: 4001 }, (_, i) =>
    volatilityMoves.map((volatility) => plain(parameters.grid.range * (i / 2000 - 1), volatility)),
  ).flat();
  const fly = Uint32Array.of(1, 3, 5);

  test.each([1, 6, 24, 72, 168])(
    'butterflies of %d hours lose at most a fiftieth unseen',
    (hours) => {
      for (let middle = 0.873; middle < 1.13; middle += 0.0367) {
        for (const width of [0.0025, 0.01, 0.02, 0.04]) {
          const strikes = [-1, 0, 1].map((wing) => 1e5 * (middle + wing * width));
          const { instruments, expiries } = createTestMarket([hours / 24], strikes);
          const lots = Float64Array.of(-10, 20, -10);
          const sumOver = (scenarios: readonly Scenario[]): BookSum => {
            const own = new RiskArrays(scenarios, parameters.revaluation, instruments, expiries);
            own.build();
            const book = new BookSum(own);
            book.fill(fly, lots, 3);
            return book;
          };
          const scanOf = (book: BookSum): number =>
            -worstWith(book, 0, 0, { value: 0, place: -1 }).value;
          const moves = refineMoves(parameters.grid, listedMoves(instruments, expiries));
          const coarseGrid = buildGrid({ ...parameters.grid, tails: [], twists: false }, moves);
          const coarse = sumOver(coarseGrid.scenarios);
          const refined = Math.max(
            scanOf(coarse),
            scanOf(sumOver(refiningScenarios(coarse, coarseGrid))),
          );
          const truth = scanOf(sumOver(fine));
          expect(scanOf(coarse)).toBeGreaterThanOrEqual(0.98 * truth - 1e-6);
          expect(refined).toBeGreaterThanOrEqual(0.998 * truth - 1e-6);
        }
      }
    },
  );
});
