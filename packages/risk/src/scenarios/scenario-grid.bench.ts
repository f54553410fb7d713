// What the arrays miss of the true worst loss in range, by expiry, over butterflies and random
// books on a listed chain, what is left after refinement, and the time that the grid takes.
// The judge is a grid of 3,201 prices under the same volatilities. Run it with node.
import { createRandom } from '@openstrike/std';
import { compare, hashOf, printConditions } from '@openstrike/std/bench';
import { BookSum, worstWith } from './book-sum.ts';
import { recommendedParameters } from './portfolio-parameters.ts';
import { refiningScenarios } from './refine-scan.ts';
import { RiskArrays } from './risk-arrays.ts';
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
  listedMoves,
} from './risk-instruments.ts';
import { type Scenario, volatilityMoves } from './scenario.ts';
import { buildGrid, plain, refineMoves } from './scenario-grid.ts';

const SEED = 'scenario grid bench';
const FORWARD = 100_137.3;
const parameters = recommendedParameters('BTC');
/** Days to each expiry, spacing of its strikes, and how many lie on either side. */
const ladder: readonly (readonly [days: number, spacing: number, half: number])[] = [
  [1 / 24, 250, 40],
  [0.25, 250, 40],
  [1, 250, 40],
  [2, 250, 40],
  [3, 250, 40],
  [7, 500, 30],
  [14, 500, 30],
  [30, 1000, 30],
  [60, 1000, 30],
  [120, 2000, 30],
  [250, 5000, 19],
];

const makeChain = () => {
  const expiries = createRiskExpiries(ladder.length);
  const instruments = createRiskInstruments(1024);
  const places = ladder.map(([days, spacing, half], expiry) => {
    const years = days / 365;
    const forward = FORWARD * (1 + 0.05 * years);
    addRiskExpiry(expiries, { years, forward, fixed: 0, confidence: 1 });
    const middle = Math.round(forward / spacing);
    return Array.from({ length: 2 * half + 1 }, (_, i) =>
      addRiskInstrument(instruments, {
        kind: 'option',
        expiry,
        sign: 1,
        strike: spacing * (middle + i - half),
        volatility: 0.5,
        perLot: 1,
        closingCost: 0,
      }),
    );
  });
  return { expiries, instruments, places };
};

type Chain = ReturnType<typeof makeChain>;
interface Book {
  readonly places: Uint32Array;
  readonly lots: Float64Array;
}

/** Butterflies sold and bought, and four legs at random, of one expiry. */
const makeBooks = (chain: Chain, expiry: number, count: number): readonly Book[] => {
  const random = createRandom(`${SEED} ${expiry}`);
  const list = chain.places[expiry] as readonly number[];
  const below = (n: number): number => Math.floor(random.nextFloat() * n);
  return Array.from({ length: count }, (_, i) => {
    const wing = 1 + below(8);
    const middle = wing + below(list.length - 2 * wing);
    if (i % 3 < 2) {
      const sign = i % 3 === 0 ? -1 : 1;
      const places = [list[middle - wing], list[middle], list[middle + wing]] as number[];
      return {
        places: Uint32Array.from(places),
        lots: Float64Array.of(sign, -2 * sign, sign),
      };
    }
    const first = below(list.length - 12);
    const places = [0, 1 + below(3), 5 + below(3), 9 + below(3)].map((at) => list[first + at] ?? 0);
    const lots = [1, -1, 1, -1].map((sign) => sign * (1 + below(3)));
    return { places: Uint32Array.from(places), lots: Float64Array.from(lots) };
  });
};

const scanOf = (book: BookSum, { places, lots }: Book): number => {
  book.fill(places, lots, places.length);
  return -worstWith(book, 0, 0, { value: 0, place: -1 }).value;
};

const sumOver = (chain: Chain, scenarios: readonly Scenario[]): BookSum => {
  const { instruments, expiries } = chain;
  const arrays = new RiskArrays(scenarios, parameters.revaluation, instruments, expiries);
  arrays.build();
  return new BookSum(arrays);
};

/** The scan of a book's own legs over other scenarios. */
const ownScan = (chain: Chain, scenarios: readonly Scenario[], { places, lots }: Book): number => {
  const own = createRiskInstruments(places.length);
  for (const place of places) {
    addRiskInstrument(own, {
      kind: 'option',
      expiry: chain.instruments.expiry[place] as number,
      sign: 1,
      strike: chain.instruments.strike[place] as number,
      volatility: chain.instruments.volatility[place] as number,
      perLot: 1,
      closingCost: 0,
    });
  }
  const book = sumOver({ ...chain, instruments: own }, scenarios);
  return scanOf(book, { places: Uint32Array.from(places.keys()), lots });
};

export function run(options: { readonly smoke: boolean }): void {
  const { smoke } = options;
  printConditions('Losses between the prices of the grid', SEED);
  const chain = makeChain();
  const { instruments, expiries } = chain;
  const between = refineMoves(parameters.grid, listedMoves(instruments, expiries));
  const grid = buildGrid({ ...parameters.grid, tails: [], twists: false }, between);
  const points = smoke ? 201 : 3201;
  const { range } = parameters.grid;
  const fine = Array.from({ length: points }, (_, i) =>
    volatilityMoves.map((move) => plain(range * ((2 * i) / (points - 1) - 1), move)),
  ).flat();
  const coarse = sumOver(chain, grid.scenarios);
  const judge = sumOver(chain, fine);
  let sum = 0;
  for (const [expiry, [days]] of ladder.entries()) {
    let missed = 0;
    let left = 0;
    const books = makeBooks(chain, expiry, smoke ? 3 : 150);
    for (const book of books) {
      const truth = scanOf(judge, book);
      const scan = scanOf(coarse, book);
      sum += scan;
      if (truth <= 1) continue;
      missed = Math.max(missed, 1 - scan / truth);
      const refined = Math.max(scan, ownScan(chain, refiningScenarios(coarse, grid), book));
      left = Math.max(left, 1 - refined / truth);
    }
    console.log(
      `  ${days.toFixed(2).padStart(7)} days, ${books.length} books: arrays miss at most ` +
        `${(100 * missed).toFixed(2)} %, refined ${(100 * left).toFixed(2)} %`,
    );
  }
  console.log(`  #${hashOf(sum)}`);
  compare(
    [
      {
        name: `grid from ${instruments.count} strikes`,
        count: 1,
        body: () => refineMoves(parameters.grid, listedMoves(instruments, expiries)).length,
      },
    ],
    smoke,
  );
}

if (import.meta.main) {
  run({ smoke: false });
}
