// Exercise into futures against cash settlement of the same book: the same payoffs to the unit, and
// fees that netting can only lower.
import {
  type AccountId,
  type ContractTable,
  type Event,
  expiryOfCode,
  type InstrumentId,
  usPerMinute,
  usPerSecond,
} from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const friday = expiryOfCode('25SEP26') as number;

const tablesOf = (exercise: 'cash' | 'future'): readonly ContractTable[] =>
  testTables.map((table) => ({
    ...table,
    families: table.families.map((family) => ({
      ...family,
      options: family.options && { ...family.options, exercise },
      futures: family.futures && {
        ...family.futures,
        fees: { ...family.futures.fees, deliveryFreeTenors: [] },
      },
    })),
  }));

type Row = readonly [name: string, side: 'buy' | 'sell', lots: number, ticks: number];

/** Two accounts trade the rows with each other, and everything is delivered at a price. */
const deliver = (exercise: 'cash' | 'future', rows: readonly Row[], price: number) => {
  const venue = new TestEngine();
  venue.open(tablesOf(exercise));
  const [first, second] = [venue.account('first'), venue.account('second')];
  for (const account of [first, second]) venue.deposit(account, 1_000e8);
  for (const [name, side, lots, ticks] of rows) {
    const { id } = venue.instrument(name) as { readonly id: InstrumentId };
    venue.place(second, id, side === 'buy' ? 'sell' : 'buy', lots, ticks);
    venue.place(first, id, side, lots, ticks);
  }
  venue.nowUs = friday - 30 * usPerMinute + usPerSecond;
  venue.index('btc_usd', price);
  venue.nowUs = friday + usPerSecond;
  const events = venue.apply({ type: 'pass-time' });
  return { events, first };
};

const settled = (events: readonly Event[], accountId: AccountId) =>
  events.flatMap((event) =>
    event.type === 'position-settled' && event.kind === 'delivery' && event.accountId === accountId
      ? [event]
      : [],
  );
const exercises = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'option-exercised' ? [event] : []));

test('a call bought closes a future sold, which then pays no fee', () => {
  // One coin of the call at 100,000 is 100,000 dollars of a future; sold are 150,000.
  const rows: Row[] = [
    ['BTC-25SEP26-100000-C', 'buy', 10, 300],
    ['BTC-25SEP26', 'sell', 15_000, 200_000],
  ];
  const cash = deliver('cash', rows, 125_000);
  const future = deliver('future', rows, 125_000);
  const feeOf = (run: typeof cash): number =>
    settled(run.events, run.first).find((row) => row.payoff === 0)?.fee ?? 0;
  // 150,000 dollars at 125,000 are 1.2 coins; 0.00025 of them, and of the 0.4 that are left.
  expect(feeOf(cash)).toBe(30_000);
  expect(feeOf(future)).toBe(10_000);
  expect(exercises(cash.events)).toEqual([]);
  expect(exercises(future.events)).toMatchObject([
    { accountId: future.first, sizeLots: 10, strike: 100_000 },
    { sizeLots: -10, strike: 100_000 },
  ]);
  expect(exercises(future.events)[0]?.futureId).not.toBeNull();
});

test('what is out of the money lapses, and nets with nothing', () => {
  const rows: Row[] = [
    ['BTC-25SEP26-100000-C', 'buy', 10, 300],
    ['BTC-25SEP26', 'sell', 10_000, 200_000],
  ];
  const { events, first } = deliver('future', rows, 90_000);
  expect(exercises(events)).toEqual([]);
  // 100,000 dollars at 90,000 are 1.1111 coins.
  expect(settled(events, first).map(({ fee }) => fee)).toContain(Math.ceil(1e8 / 0.9 / 4_000));
});

test('both ways pay the same to the unit, and netting never costs', () => {
  const rowArbitrary = fc.tuple(
    fc.constantFrom('BTC-25SEP26-100000-C', 'BTC-25SEP26-100000-P', 'BTC-25SEP26-105000-C'),
    fc.constantFrom('buy' as const, 'sell' as const),
    fc.integer({ min: 1, max: 60 }),
    fc.constant(300),
  );
  const futureArbitrary = fc.tuple(
    fc.constant('BTC-25SEP26'),
    fc.constantFrom('buy' as const, 'sell' as const),
    fc.integer({ min: 1, max: 60_000 }),
    fc.constant(200_000),
  );
  const book = fc.array(fc.oneof(rowArbitrary, futureArbitrary), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(book, fc.integer({ min: 70_000, max: 140_000 }), (rows, price) => {
      const cash = deliver('cash', rows, price);
      const future = deliver('future', rows, price);
      const paid = (run: typeof cash): number[] =>
        settled(run.events, run.first).map((row) => row.payoff + row.sessionProfit);
      expect(paid(future)).toEqual(paid(cash));
      const fees = (run: typeof cash): number =>
        settled(run.events, run.first).reduce((sum, row) => sum + row.fee, 0);
      expect(fees(future)).toBeLessThanOrEqual(fees(cash));
    }),
    { numRuns: 60, seed: 20_261_127 },
  );
});
