// The liquidation section of the table in force decides: every parameter moves what it says it
// moves, from the instant it is in force on; a table without the section has the values as shipped.
import {
  type ContractTable,
  type LiquidationParameters,
  recommendedLiquidation,
} from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  coin,
  type LiquidationVenue,
  leveraged,
  liquidationStory,
  perpetual,
  providerOf,
} from '../testing/liquidation-venue.ts';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const tablesWith = (change: Partial<LiquidationParameters>): readonly ContractTable[] =>
  testTables.map((table) => ({ ...table, liquidation: { ...recommendedLiquidation, ...change } }));

/** Seconds until something of a type is told; none where it is not told in time. */
const secondsUntil = (
  venue: LiquidationVenue,
  type: Parameters<LiquidationVenue['of']>[0],
  most = 1_000,
): number | null => {
  for (let second = 1; second <= most; second++) {
    venue.seconds(1);
    if (venue.of(type).length > 0) return second;
  }
  return null;
};

test('warnings come at the ratios of the table', () => {
  const { venue, long } = leveraged(4_000_000, tablesWith({ warnings: [0.5, 0.6, 0.7] }));
  const levels = (): number[] =>
    venue
      .of('margin-warned')
      .filter(({ accountId }) => accountId === long)
      .map(({ level }) => level);
  // 40 coins at 1.2 % of maintenance margin are 0.48, which is 0.6 of 0.8 coins of equity.
  venue.index('btc_usd', 99_600);
  expect(levels()).toEqual([1]);
  venue.index('btc_usd', 99_000);
  expect(levels()).toEqual([1, 3]);
});

test('an auction lasts as long as its clock, and one without equity its own time', () => {
  const clock = { start: 0.9, turn: 0.5, firstSeconds: 4, secondSeconds: 7 };
  const tables = tablesWith({ clock, insolventSeconds: 5, hedgeStepsMax: 0 });
  const solvent = leveraged(4_000_000, tables).venue;
  solvent.index('btc_usd', 98_500);
  // A second to the auction, one more to its first; then the eleven of the clock.
  expect(secondsUntil(solvent, 'deleveraged')).toBe(1 + 1 + 11);
  const insolvent = leveraged(4_000_000, tables).venue;
  insolvent.index('btc_usd', 97_000);
  expect(secondsUntil(insolvent, 'deleveraged')).toBe(1 + 5);
});

test('the clock asks what the table says', () => {
  const clock = { start: 0.9, turn: 0.5, firstSeconds: 4, secondSeconds: 10 };
  const { venue } = leveraged(4_000_000, tablesWith({ clock }));
  venue.index('btc_usd', 98_500);
  venue.seconds(1);
  const asked: number[] = [];
  for (let second = 0; second <= 6; second++) {
    asked.push(venue.engine.query('auctions', {})[0]?.price ?? Number.NaN);
    venue.seconds(1);
  }
  const expected = [0.9, 0.8, 0.7, 0.6, 0.5, 0.45, 0.4];
  asked.forEach((price, second) => {
    expect(price).toBeCloseTo(expected[second] as number, 12);
  });
});

/** The slice that the only answer takes, with the second in which it does. */
const sliceWith = (change: Partial<LiquidationParameters>) => {
  const { venue } = leveraged(4_000_000, tablesWith(change));
  const provider = providerOf(venue);
  venue.index('btc_usd', 98_500);
  venue.seconds(1);
  const liquidationId = venue.of('liquidation-started')[0]?.liquidationId as number;
  const answer = { type: 'answer-liquidation', liquidationId, shareMax: 1 } as const;
  venue.apply({ ...answer, accountId: provider, price: 0.99 });
  const second = secondsUntil(venue, 'liquidation-stepped', 30);
  const [step] = venue.of('liquidation-stepped');
  if (step === undefined) throw new Error('no slice');
  const fund = venue.engine.query('insurance', {})[0]?.balance ?? 0;
  return { step, second, fund, ratio: step.after.marginEquity / step.after.maintenance };
};

test('answers stay sealed, and slices restore the buffer and pay the fee, by the table', () => {
  const usual = sliceWith({});
  expect(usual.second).toBe(3);
  expect(usual.ratio).toBeCloseTo(1.15, 2);
  expect(sliceWith({ sealedSeconds: 9 }).second).toBe(10);
  const more = sliceWith({ buffer: 0.5 });
  expect(more.ratio).toBeCloseTo(1.5, 2);
  expect(more.step.share).toBeGreaterThan(usual.step.share);
  const free = sliceWith({ fee: { ...recommendedLiquidation.fee, rate: 0 } });
  expect([free.step.fee, free.fund]).toEqual([0, 0]);
  expect(usual.step.fee).toBeGreaterThan(0);
  expect(usual.fund).toBe(usual.step.fee);
  // Fee and discount together take at most the tenth of the slice's share of equity.
  const equityShareMax = 0.1;
  const capped = sliceWith({ fee: { rate: 0.1, premiumShareMax: 0.125, equityShareMax } });
  const taken = capped.step.fee + capped.step.discount;
  const most = equityShareMax * capped.step.share * capped.step.before.netEquity;
  expect(most - taken).toBeGreaterThanOrEqual(0);
  expect(most - taken).toBeLessThan(2);
});

test('hedges are as large, as far and as many as the table says', () => {
  const hedged = (change: Partial<LiquidationParameters>): number[] => {
    const { venue, short } = leveraged(4_000_000, tablesWith(change));
    const { id } = venue.instrument(perpetual);
    venue.index('btc_usd', 98_500);
    venue.place(short, id, 'buy', 300_000, 196_990);
    venue.place(short, id, 'buy', 300_000, 194_000);
    venue.told.length = 0;
    venue.seconds(30);
    return venue
      .of('liquidation-stepped')
      .filter(({ kind }) => kind === 'hedge')
      .map(({ legs }) => legs[0]?.sizeLots as number);
  };
  expect(hedged({})[0]).toBe(-30_000);
  expect(hedged({ hedgeDepthShareMax: 0.2 })[0]).toBe(-60_000);
  expect(hedged({ hedgeBand: 0.02 })[0]).toBe(-60_000);
  expect(hedged({ hedgeShareMax: 0.05 })[0]).toBe(-20_000);
  expect(hedged({ hedgeStepsMax: 2, hedgeShareMax: 0.001 })).toHaveLength(2);
  expect(hedged({ hedgeStepsMax: 0 })).toEqual([]);
});

test('steps wait for their seconds; clocks do not; and the plan knows', () => {
  for (const stepSeconds of [1, 3, 7, 30]) {
    const clock = { start: 0.98, turn: 0.8, firstSeconds: 5, secondSeconds: 15 };
    const tables = tablesWith({ stepSeconds, clock, hedgeStepsMax: 4, insolventSeconds: 11 });
    for (const price of [98_500, 98_000, 97_000]) {
      const { venue, long, short } = leveraged(4_000_000, tables);
      venue.nowUs += 300_000;
      venue.index('btc_usd', price);
      const { id } = venue.instrument(perpetual);
      venue.place(short, id, 'buy', 100_000, price * 2 - 10);
      const askedUs = venue.nowUs;
      const plan = venue.plan(long);
      expect(plan.steps.length).toBeGreaterThan(0);
      const steps: { kind: string; seconds: number }[] = [];
      for (let i = 0; i < 200; i++) {
        venue.told.length = 0;
        venue.seconds(1);
        for (const { kind } of venue.of('liquidation-stepped')) {
          expect(Math.floor(venue.nowUs / 1e6) % stepSeconds).toBe(0);
          steps.push({ kind, seconds: (venue.nowUs - askedUs) / 1e6 });
        }
      }
      expect(steps).toEqual(
        plan.steps.map(({ kind, afterSeconds }) => ({ kind, seconds: afterSeconds })),
      );
    }
  }
});

test('everybody is looked at within the rounds of the table', () => {
  for (const watchRounds of [2, 8, 20]) {
    const { venue, long } = leveraged(4_000_000, tablesWith({ watchRounds, watchMin: 1 }));
    for (let i = 0; i < 60; i++) venue.account(`somebody ${i}`);
    // It has just been looked at, and is far under water at once: no warning comes before.
    for (let i = 0; i < 2; i++) venue.index('btc_usd', 100_000);
    let changes = 0;
    while (venue.of('liquidation-started').length === 0) {
      venue.index('btc_usd', 98_000);
      changes += 1;
    }
    expect(venue.of('liquidation-started')[0]?.accountId).toBe(long);
    expect(changes).toBeLessThanOrEqual(watchRounds);
    if (watchRounds === 20) expect(changes).toBeGreaterThan(8);
  }
});

test("the fund's target is of the moves and accounts of the table", () => {
  const targetWith = (fundStress: LiquidationParameters['fundStress']): number => {
    const { venue, short } = leveraged(4_000_000, tablesWith({ fundStress }));
    const second = venue.account('second');
    venue.deposit(second, coin);
    const { id } = venue.instrument(perpetual);
    venue.place(short, id, 'sell', 100_000, 200_000);
    venue.place(second, id, 'buy', 100_000, 200_000);
    return venue.engine.query('insurance', {})[0]?.target as number;
  };
  const shipped = recommendedLiquidation.fundStress;
  const down = { ...shipped, moves: [-0.1], accounts: 1 };
  // 40 coins long on one, less the fee: a tenth down costs 40 / 9 coins; ten coins long, 10 / 9.
  expect(targetWith(down)).toBeCloseTo((40 / 9 - 1 + 0.02) * coin, -1);
  expect(targetWith({ ...down, accounts: 2 })).toBeCloseTo((50 / 9 - 2 + 0.025) * coin, -1);
  expect(targetWith({ ...down, moves: [0.1] })).toBe(0);
  expect(targetWith({ ...down, moves: [0.1, -0.1] })).toBe(targetWith(down));
});

test('announced parameters are in force in the middle of a liquidation', () => {
  const { venue, long } = leveraged(4_000_000);
  venue.index('btc_usd', 98_500);
  venue.seconds(5);
  expect(venue.engine.query('auctions', {})).toHaveLength(1);
  const clock = { start: 0.98, turn: 0.8, firstSeconds: 5, secondSeconds: 15 };
  const effectiveUs = (venue.nowUs + 10_000_000) as never;
  const tables = tablesWith({ clock });
  venue.apply({ type: 'announce-tables', tables, effectiveUs });
  const { inForce, announced } = venue.engine.query('tables', {});
  expect(inForce[0]?.table.liquidation).toBeUndefined();
  expect(announced[0]?.table.liquidation?.clock).toEqual(clock);
  expect(announced[0]?.hash).not.toBe(inForce[0]?.hash);
  venue.seconds(9);
  expect(venue.of('deleveraged')).toEqual([]);
  const copy = venue.copy();
  // The clock had run for some seconds before: in all it runs for twenty.
  expect(secondsUntil(venue, 'deleveraged')).toBe(22 - 14);
  expect(venue.plan(long).outcome).toBeNull();
  for (let i = 0; i < 22 - 14; i++) {
    copy.nowUs += 1_000_000;
    copy.apply({ type: 'pass-time' });
  }
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
});

test('the stablecoin goes by the first table, a coin by its own', () => {
  const [bitcoin] = tablesWith({ fundStress: { moves: [-0.1], volatilityUp: 0, accounts: 1 } });
  const venue = new TestEngine();
  venue.open(bitcoin === undefined ? [] : [bitcoin]);
  const long = venue.account('long');
  const short = venue.account('short');
  venue.deposit(long, 20_000e6, 'USDC');
  venue.deposit(short, 1_000_000e6, 'USDC');
  const { id, lot, tick } = venue.instrument('BTC_USDC-PERPETUAL');
  const lots = (4 * lot.den) / lot.num;
  const ticks = (100_000 * tick.den) / tick.num;
  venue.place(short, id, 'sell', lots, ticks);
  venue.place(long, id, 'buy', lots, ticks);
  const target = venue.engine.query('insurance', {})[2]?.target;
  // Four coins lose 40,000 dollars of 20,000; fees of the trade beside.
  expect(target).toBeGreaterThan(20_000e6);
  expect(target).toBeLessThan(20_500e6);
});

test('a table without the section is as one with the shipped section, to the last bit', () => {
  const kinds = new Set<string>();
  const run = (tables: readonly ContractTable[], seed: number) => {
    const venue = liquidationStory(seed, tables);
    for (const { kind } of venue.of('liquidation-stepped')) kinds.add(kind);
    venue.apply({ type: 'configure', tables: testTables });
    return { told: venue.told, hash: venue.engine.stateHash() };
  };
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      expect(run(tablesWith({}), seed)).toEqual(run(testTables, seed));
    }),
    { numRuns: 12 },
  );
  expect([...kinds].sort()).toEqual(['deleveraging', 'hedge', 'slice']);
});
