// Risk arrays of a venue, margins from them, the pre-trade check and the re-margin of all accounts,
// with conditions, percentiles and a hash of the work. Run it with node. Budgets: arrays of 1,000
// instruments by 400 scenarios 25 ms, a margin of 50 legs 20 us, a pre-trade check p50 2 us and
// p99 10 us, 10,000 accounts of 20 legs 250 ms.
import { performance } from 'node:perf_hooks';
import type { MarginInputs } from '@openstrike/domain';
import { createRandom } from '@openstrike/std';
import { compare, hashOf, printConditions } from '@openstrike/std/bench';
import { createTestMarket, evenStrikes, type TestMarket } from '../testing/test-market.ts';
import { BookSum } from './book-sum.ts';
import { certifyMargin } from './certificate.ts';
import { createPortfolioMargin, marginAfter, marginOf } from './portfolio-margin.ts';
import { recommendedParameters } from './portfolio-parameters.ts';
import { RiskArrays } from './risk-arrays.ts';
import { listedMoves, riskKinds } from './risk-instruments.ts';
import { buildGrid, refineMoves } from './scenario-grid.ts';

const SEED = 'risk arrays bench';
const parameters = recommendedParameters('BTC');
const { charges } = parameters;

/** Books of distinct instruments and lots, one after the other. */
const makeBooks = (
  instruments: number,
  books: number,
  legs: number,
): { readonly places: Uint32Array; readonly lots: Float64Array } => {
  const random = createRandom(SEED);
  const places = new Uint32Array(books * legs);
  const lots = new Float64Array(books * legs);
  for (let b = 0; b < books; b++) {
    const taken = new Set<number>();
    while (taken.size < legs) taken.add(Math.floor(random.nextFloat() * instruments));
    let i = b * legs;
    for (const place of taken) {
      places[i] = place;
      lots[i] = Math.floor(random.nextFloat() * 41) - 20;
      i += 1;
    }
  }
  return { places, lots };
};

/** Certified legs of the first instruments of a market. */
const inputsOf = (market: TestMarket, legs: number, between: readonly number[]): MarginInputs => ({
  numeraire: 'usd',
  surfaceVersion: 1,
  market: { index: market.index, stablePrice: 1, stress: 1 },
  expiries: Array.from({ length: market.expiries.count }, (_, e) => ({
    years: market.expiries.years[e] as number,
    forward: market.expiries.forward[e] as number,
    fixed: 0,
    confidence: 1,
  })),
  legs: Array.from({ length: legs }, (_, leg) => {
    const i = (leg * 19) % market.instruments.count;
    const { kind, expiry, sign, strike, volatility, perLot, closingCost } = market.instruments;
    return {
      name: String(i),
      kind: riskKinds[kind[i] as number] ?? 'option',
      expiry: expiry[i] as number,
      sign: sign[i] as 1 | -1 | 0,
      strike: strike[i] as number,
      volatility: volatility[i] as number,
      perLot: perLot[i] as number,
      closingCost: closingCost[i] as number,
      lots: (leg % 7) - 3,
      buyLots: 0,
      sellLots: 0,
    };
  }),
  between,
});

/** One check after the other, each timed by itself. */
const checkOneByOne = (arrays: RiskArrays, book: BookSum, checks: number, index: number): void => {
  const out = createPortfolioMargin();
  const terms = { index, stablePrice: 1, stress: 1 };
  const { count } = arrays.instruments;
  const times = new Float64Array(checks);
  let sum = 0;
  for (let i = -checks; i < checks; i++) {
    const place = (Math.abs(i) * 37) % count;
    const start = performance.now();
    sum += marginAfter(book, charges, terms, place, 0, (i % 9) - 4, out).initial;
    if (i >= 0) times[i] = (performance.now() - start) * 1e3;
  }
  times.sort();
  const at = (share: number): string => (times[Math.floor(share * checks)] ?? 0).toFixed(2);
  console.log(
    `  pre-trade check, ${arrays.scenarioCount} scenarios: p50 ${at(0.5)} us, ` +
      `p99 ${at(0.99)} us, p99.9 ${at(0.999)} us over ${checks}  #${hashOf(sum)}`,
  );
};

export function run(options: { readonly smoke: boolean }): void {
  const { smoke } = options;
  printConditions('Portfolio margin from risk arrays', SEED);
  const days = smoke ? [1, 30] : [0.25, 1, 2, 7, 14, 30, 60, 90, 180, 270];
  const market = createTestMarket(days, evenStrikes(smoke ? 5 : 50, 1000));
  const { instruments, expiries, index } = market;
  const between = refineMoves(parameters.grid, listedMoves(instruments, expiries));
  const grid = buildGrid(parameters.grid, between);
  const arrays = new RiskArrays(grid.scenarios, parameters.revaluation, instruments, expiries);
  arrays.build();
  const book = new BookSum(arrays);
  const terms = { index, stablePrice: 1, stress: 1 };
  const out = createPortfolioMargin();
  const legs = Math.min(50, instruments.count);
  const accounts = smoke ? 3 : 10_000;
  const few = Math.min(20, instruments.count);
  const large = makeBooks(instruments.count, smoke ? 2 : 200, legs);
  const all = makeBooks(instruments.count, accounts, few);
  const remargin = (of: typeof all, books: number, size: number): number => {
    let sum = 0;
    for (let b = 0; b < books; b++) {
      const from = b * size;
      const places = of.places.subarray(from, from + size);
      book.fill(places, of.lots.subarray(from, from + size), size);
      sum += marginOf(book, charges, terms, out).initial;
    }
    return sum;
  };
  const named = `${instruments.count} instruments x ${grid.scenarios.length} scenarios`;
  compare(
    [
      {
        name: `arrays of ${named}`,
        count: 1,
        body: () => {
          arrays.build();
          return arrays.profit.reduce((sum, value) => sum + value, 0);
        },
      },
    ],
    smoke,
  );
  const books = large.places.length / legs;
  compare(
    [
      {
        name: `margin of ${legs} legs`,
        count: books,
        body: () => remargin(large, books, legs),
      },
      {
        name: `${accounts} accounts of ${few} legs, all of them`,
        count: 1,
        body: () => remargin(all, accounts, few),
      },
      {
        name: `certificate of ${legs} legs, scan refined`,
        count: 1,
        body: () => certifyMargin(inputsOf(market, legs, between), parameters).margin.initial,
      },
    ],
    smoke,
  );
  remargin(large, 1, legs);
  checkOneByOne(arrays, book, smoke ? 16 : 100_000, index);
}

if (import.meta.main) {
  run({ smoke: false });
}
