import type { Revaluation } from '@openstrike/domain';
// Risk arrays against the one-option price, scenario by scenario, and what their rows must hold.
import { black76, black76Greeks, GREEK_COUNT } from '@openstrike/pricing';
import { describe, expect, test } from 'vitest';
import { createTestMarket, evenStrikes } from '../testing/test-market.ts';
import { deribitBtcParameters, deribitRevaluation } from '../venue-rules/deribit-portfolio.ts';
import { recommendedParameters } from './portfolio-parameters.ts';
import { RiskArrays, SKEWS } from './risk-arrays.ts';
import { addRiskInstrument, listedMoves, type RiskInstruments } from './risk-instruments.ts';
import type { Scenario } from './scenario.ts';
import { buildGrid, plain, refineMoves } from './scenario-grid.ts';
import { downFactor, skewShift, twistFactor, upFactor } from './volatility-shock.ts';

const published = recommendedParameters('ETH');
/** Without rounding, so that entries are prices to the last digit. */
const parameters = { ...published, revaluation: { ...published.revaluation, step: 0 } };
const days = [0.2, 10, 90];
const market = createTestMarket(days, evenStrikes(9, 7000));
const { instruments, expiries } = market;
const moves = refineMoves(parameters.grid, listedMoves(instruments, expiries));
const grid = buildGrid(parameters.grid, moves);

const shocked = (
  { volatility: shock, twist }: Revaluation,
  scenario: Scenario,
  volatility: number,
  years: number,
): number => {
  switch (scenario.volatility) {
    case 'up':
      return Math.max(shock.upVolatilityMin, volatility * upFactor(shock, years));
    case 'down':
      return volatility * downFactor(shock, years);
    case 'none':
      return volatility;
    default:
      return twist === null
        ? volatility
        : volatility * twistFactor(twist, years, scenario.volatility === 'twist-reverse');
  }
};

const optionProfit = (
  of: RiskInstruments,
  i: number,
  revaluation: Revaluation,
  scenario: Scenario,
): number => {
  const e = of.expiry[i] as number;
  const forward = expiries.forward[e] as number;
  const years = expiries.years[e] as number;
  const [strike, sign, mark] = [of.strike[i], of.sign[i], of.volatility[i]] as number[];
  const then = forward * (1 + scenario.move);
  const volatility = shocked(revaluation, scenario, mark as number, years);
  const after = black76(then, strike as number, years, volatility, sign as number);
  const before = black76(forward, strike as number, years, mark as number, sign as number);
  const coin = revaluation.numeraire === 'coin';
  const gain = coin ? after / then - before / forward : after - before;
  return (of.perLot[i] as number) * scenario.weight * gain;
};

describe.each([
  ['dollars', parameters.revaluation, 1e-7],
  ['coins', deribitRevaluation(deribitBtcParameters), 1e-12],
] as const)('arrays in %s', (_, revaluation, tolerance) => {
  const arrays = new RiskArrays(grid.scenarios, revaluation, instruments, expiries);
  arrays.build();

  test('every entry is the change of the one-option price', () => {
    let largest = 0;
    for (let i = 1; i < instruments.count; i++) {
      for (const [s, scenario] of grid.scenarios.entries()) {
        const entry = arrays.profit[i * arrays.scenarioCount + s] as number;
        const wanted = optionProfit(instruments, i, revaluation, scenario);
        largest = Math.max(largest, Math.abs(entry - wanted));
      }
    }
    expect(largest).toBeLessThan(tolerance);
  });

  test('a scenario that moves nothing is exactly zero, and there is one', () => {
    const still = grid.scenarios.findIndex(
      ({ move, volatility }) => move === 0 && volatility === 'none',
    );
    expect(still).toBeGreaterThan(0);
    for (let i = 0; i < instruments.count; i++) {
      expect(Math.abs(arrays.profit[i * arrays.scenarioCount + still] as number)).toBe(0);
    }
  });

  test('delta and vega are those of the mark', () => {
    const greeks = new Float64Array(GREEK_COUNT);
    for (let i = 1; i < instruments.count; i++) {
      const e = instruments.expiry[i] as number;
      black76Greeks(
        expiries.forward[e] as number,
        instruments.strike[i] as number,
        expiries.years[e] as number,
        instruments.volatility[i] as number,
        instruments.sign[i] as number,
        greeks,
      );
      expect(arrays.delta[i]).toBeCloseTo(0.1 * (greeks[1] as number), 12);
      expect(arrays.vega[i]).toBeCloseTo(0.1 * (greeks[3] as number), 6);
    }
  });
});

describe('shapes of shocks', () => {
  test('arrays with their moves and marks replaced are those made afresh', () => {
    const own = createTestMarket(days, evenStrikes(9, 7000));
    const kept = new RiskArrays(
      grid.scenarios,
      parameters.revaluation,
      own.instruments,
      own.expiries,
    );
    kept.build();
    for (let e = 0; e < own.expiries.count; e++) {
      own.expiries.forward[e] = 1.01 * (own.expiries.forward[e] as number);
    }
    const listed = listedMoves(own.instruments, own.expiries);
    const between = refineMoves(parameters.grid, listed);
    const { scenarios } = buildGrid(parameters.grid, between);
    kept.refineWith(parameters.grid, between);
    kept.build();
    const fresh = new RiskArrays(scenarios, parameters.revaluation, own.instruments, own.expiries);
    fresh.build();
    expect(kept.profit).toEqual(fresh.profit);
    expect(() => kept.refineWith(parameters.grid, between.slice(1))).toThrow('another number');
  });

  test('skews are the price at the skewed volatility, both ways', () => {
    const { revaluation } = parameters;
    const arrays = new RiskArrays(grid.scenarios, revaluation, instruments, expiries);
    arrays.build();
    const skew = revaluation.skew;
    if (skew === null) throw new Error('the recommended parameters have a skew');
    for (let i = 1; i < instruments.count; i++) {
      const e = instruments.expiry[i] as number;
      const [forward, years] = [expiries.forward[e], expiries.years[e]] as number[];
      const strike = instruments.strike[i] as number;
      const mark = instruments.volatility[i] as number;
      const sign = instruments.sign[i] as number;
      const valueAt = (volatility: number): number =>
        black76(forward as number, strike, years as number, volatility, sign);
      const k = Math.log(strike / (forward as number));
      for (const [j, form] of (['linear', 'absolute'] as const).entries()) {
        const shift = skewShift(skew, form, k, years as number);
        for (const [way, factor] of [1 + shift, 1 - shift].entries()) {
          const wanted = 0.1 * (valueAt(mark * factor) - valueAt(mark));
          expect(arrays.skew[i * SKEWS + 2 * j + way]).toBeCloseTo(wanted, 7);
        }
      }
    }
  });

  test('the grid has the even prices first, no move twice, and a price at each near strike', () => {
    expect(grid.evenCount).toBe(99);
    expect(grid.scenarios[0]).toEqual(plain(-0.24, 'up'));
    expect(grid.scenarios[98]).toEqual(plain(0.24, 'down'));
    expect(new Set(grid.moves).size).toBe(129);
    expect(grid.scenarios).toHaveLength(129 * 3 + 8 + 2);
    for (const { move, deviation } of listedMoves(instruments, expiries)) {
      const gap = Math.min(...grid.moves.map((each) => Math.abs(each - move)));
      if (Math.abs(move) < 0.24) expect(gap).toBeLessThanOrEqual(0.05 * deviation + 1e-9);
    }
    for (const [at, place] of grid.places.entries()) {
      expect(grid.scenarios[place]?.move).toBe(grid.moves[Math.floor(at / 3)]);
    }
  });

  test('what is already averaged into the delivery price does not move', () => {
    const near = createTestMarket([0.01], [100_000]);
    near.expiries.fixed[1] = 0.75 * (near.expiries.forward[1] as number);
    addRiskInstrument(
      { ...near.instruments, count: 2 },
      {
        kind: 'linear',
        expiry: 1,
        sign: 0,
        strike: 0,
        volatility: 0,
        perLot: 1,
        closingCost: 0,
      },
    );
    const arrays = new RiskArrays(
      [plain(0.1, 'none')],
      parameters.revaluation,
      near.instruments,
      near.expiries,
    );
    arrays.build();
    expect(arrays.profit[2]).toBeCloseTo(0.025 * (near.expiries.forward[1] as number), 6);
  });
});
