// What nine prices miss of a butterfly's loss, as measured once and kept as a table.
import { readFileSync } from 'node:fs';
import type { Revaluation } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { BookSum, worstWith } from './book-sum.ts';
import { RiskArrays } from './risk-arrays.ts';
import {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
} from './risk-instruments.ts';
import { volatilityMoves } from './scenario.ts';
import { plain } from './scenario-grid.ts';

const file = new URL('../../../../testdata/risk/between-prices.json', import.meta.url);
const { rows } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly rows: readonly {
    readonly hours: number;
    readonly nine: number;
    readonly fine: number;
  }[];
};

const revaluation: Revaluation = {
  numeraire: 'usd',
  volatility: {
    up: 0.5,
    down: 0.25,
    shortPower: 0.3,
    longPower: 0.13,
    daysMin: 1,
    upVolatilityMin: 0.5,
  },
  skew: null,
  twist: null,
  step: 0,
};

const lossOver = (hours: number, prices: number): number => {
  const expiries = createRiskExpiries(1);
  const instruments = createRiskInstruments(3);
  addRiskExpiry(expiries, { years: hours / 8760, forward: 100_000, fixed: 0, confidence: 1 });
  for (const strike of [100_000, 102_000, 104_000]) {
    addRiskInstrument(instruments, {
      kind: 'option',
      expiry: 0,
      sign: 1,
      strike,
      volatility: 0.5,
      perLot: 1,
      closingCost: 0,
    });
  }
  const scenarios = Array.from({ length: prices }, (_, i) =>
    volatilityMoves.map((volatility) => plain(-0.16 + (0.32 * i) / (prices - 1), volatility)),
  ).flat();
  const arrays = new RiskArrays(scenarios, revaluation, instruments, expiries);
  arrays.build();
  const book = new BookSum(arrays);
  book.fill(Uint32Array.of(0, 1, 2), Float64Array.of(-1, 2, -1), 3);
  return -worstWith(book, 0, 0, { value: 0, place: -1 }).value;
};

test.each(rows)('$hours hours', ({ hours, nine, fine }) => {
  expect(Math.round(lossOver(hours, 9))).toBe(nine);
  expect(Math.round(lossOver(hours, 6401))).toBe(fine);
});
