// Deribit's portfolio margin: what its published figures say about futures, tails and basis.
import { expect, test } from 'vitest';
import { BookSum } from '../scenarios/book-sum.ts';
import { RiskArrays } from '../scenarios/risk-arrays.ts';
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
} from '../scenarios/risk-instruments.ts';
import {
  type DeribitPortfolioParameters,
  deribitBtcParameters,
  deribitEthParameters,
  deribitMatrixMargin,
  deribitRevaluation,
  deribitScenarios,
  extendedDamper,
  rollShock,
} from './deribit-portfolio.ts';

const index = 80_000;

const bookOf = (
  parameters: DeribitPortfolioParameters,
  futureLots: number,
  callLots: number,
): BookSum => {
  const expiries = createRiskExpiries(1);
  addRiskExpiry(expiries, { years: 0.25, forward: index, fixed: 0, confidence: 1 });
  const instruments = createRiskInstruments(2);
  const common = { expiry: 0, closingCost: 0 };
  addRiskInstrument(instruments, {
    ...common,
    kind: 'inverse',
    sign: 0,
    strike: 0,
    volatility: 0,
    perLot: index,
  });
  addRiskInstrument(instruments, {
    ...common,
    kind: 'option',
    sign: 1,
    strike: 2 * index,
    volatility: 0.6,
    perLot: 1,
  });
  const scenarios = deribitScenarios(parameters, index);
  const arrays = new RiskArrays(scenarios, deribitRevaluation(parameters), instruments, expiries);
  arrays.build();
  const book = new BookSum(arrays);
  book.fill(Uint32Array.of(0, 1), Float64Array.of(futureLots, callLots), 2);
  return book;
};

test('27 scenarios in columns of three volatilities, then eight extended moves', () => {
  const scenarios = deribitScenarios(deribitBtcParameters, index);
  expect(scenarios).toHaveLength(35);
  expect(scenarios.slice(0, 3).map(({ volatility }) => volatility)).toEqual(['up', 'none', 'down']);
  expect(scenarios[13]?.move).toBe(0);
  expect(scenarios[26]?.move).toBeCloseTo(0.16, 15);
});

test('a coin-settled future loses 1 - 1 / (1 + move), at a tail as much as at the edge', () => {
  const undamped = { ...deribitBtcParameters, extendedDampenerUsd: 0 };
  for (const lots of [1, -1]) {
    const book = bookOf(undamped, lots, 0);
    const edge = (move: number): number => lots * (1 - 1 / (1 + move));
    expect(book.values[0]).toBeCloseTo(edge(-0.16), 12);
    expect(book.values[26]).toBeCloseTo(edge(0.16), 12);
    for (const [i, move] of undamped.extendedMoves.entries()) {
      expect(book.values[27 + i]).toBeCloseTo(edge(move < 0 ? -0.16 : 0.16), 12);
    }
    const { worstCase } = deribitMatrixMargin(book, undamped, index);
    expect(worstCase).toBeCloseTo(Math.max(-edge(0.16), -edge(-0.16)), 12);
  }
});

test('a far call sold is charged by a tail, less the dampener, and never past zero', () => {
  const few = deribitMatrixMargin(bookOf(deribitBtcParameters, 0, -1), deribitBtcParameters, index);
  const many = bookOf(deribitBtcParameters, 0, -1000);
  const { worstScenario, worstCase } = deribitMatrixMargin(many, deribitBtcParameters, index);
  expect(few.worstScenario).toBeLessThan(27);
  expect(worstScenario).toBeGreaterThanOrEqual(27);
  const move = deribitBtcParameters.extendedMoves[worstScenario - 27] as number;
  const damper = extendedDamper(deribitBtcParameters, move, index);
  expect(damper).toBeCloseTo(((move / 0.16 - 1) * 100_000) / (1.16 * index), 12);
  expect(worstCase).toBeCloseTo(-(many.values[worstScenario] as number) - damper, 9);
});

test('roll and delta shocks', () => {
  expect(rollShock(deribitBtcParameters, [2, -3], [0, 0.4], 2)).toBeCloseTo(0.02 + 0.09, 12);
  expect(rollShock(deribitEthParameters, [2], [0.05], 1)).toBeCloseTo(0.01, 12);
  const small = deribitMatrixMargin(
    bookOf(deribitBtcParameters, 100, 0),
    deribitBtcParameters,
    index,
  );
  expect(small.deltaShock).toBe(0);
  const large = deribitMatrixMargin(
    bookOf(deribitBtcParameters, 1250, 0),
    deribitBtcParameters,
    index,
  );
  // 1,000 coins beyond 20 million dollars: 5 % of the delta.
  expect(large.deltaShock).toBeCloseTo(62.5, 9);
  expect(large.maintenance).toBeCloseTo(0.8 * large.initial, 12);
});
