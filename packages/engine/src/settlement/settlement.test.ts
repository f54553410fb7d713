import {
  type AccountId,
  type Event,
  expiryOfCode,
  goodIndex,
  type InstrumentId,
  type TsUs,
  type UsdMicros,
  usPerHour,
  usPerMinute,
  usPerSecond,
} from '@openstrike/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

const tuesday = expiryOfCode('22SEP26') as number;
const friday = expiryOfCode('25SEP26') as number;

const ofType = <Type extends Event['type']>(events: readonly Event[], type: Type) =>
  events.filter((event): event is Extract<Event, { type: Type }> => event.type === type);

/** An engine with tables, marks and three funded accounts. */
const openVenue = () => {
  const venue = new TestEngine();
  venue.open();
  const accounts = ['alice', 'bob', 'carol'].map((name) => venue.account(name));
  for (const account of accounts) {
    venue.deposit(account, 100e8, 'BTC');
    venue.deposit(account, 10_000_000e6, 'USDC');
  }
  return { venue, accounts: accounts as [AccountId, AccountId, AccountId] };
};

const trade = (
  venue: TestEngine,
  name: string,
  buyer: AccountId,
  seller: AccountId,
  lots: number,
  ticks: number,
): void => {
  const id = venue.instrument(name).id as InstrumentId;
  venue.place(seller, id, 'sell', lots, ticks);
  const events = venue.place(buyer, id, 'buy', lots, ticks);
  expect(ofType(events, 'trade').length, `${name} traded`).toBe(1);
};

/** Index values at the given price on every second of a window of the day that `endUs` ends. */
const printWindow = (venue: TestEngine, endUs: number, price: number): readonly Event[] => {
  const events: Event[] = [];
  for (let second = 1; second <= 1800; second += 100) {
    venue.nowUs = endUs - 30 * usPerMinute + second * usPerSecond;
    events.push(...venue.index('btc_usd', price), ...venue.index('btc_usdc', price));
  }
  return events;
};

const passTo = (venue: TestEngine, tsUs: number): readonly Event[] => {
  venue.nowUs = tsUs;
  return venue.apply({ type: 'pass-time' });
};

const cashOf = (venue: TestEngine, accountId: AccountId, currency: 'BTC' | 'USDC'): number => {
  const summary = venue.engine.query('account-summary', { accountId, currency });
  if (typeof summary === 'string') throw new Error(summary);
  return summary.balance;
};

const conserved = (venue: TestEngine): void => {
  for (const { debitsLessCredits } of venue.engine.query('ledger-totals', {})) {
    expect(debitsLessCredits).toBe(0n);
  }
};

describe('daily settlement', () => {
  test('moves the session profit of a perpetual into cash and starts a new session', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob] = accounts;
    trade(venue, 'BTC-PERPETUAL', alice, bob, 100_000, 200_000);
    const before = cashOf(venue, alice, 'BTC');
    printWindow(venue, tuesday, 110_000);
    const events = passTo(venue, tuesday + usPerSecond);
    const settled = ofType(events, 'position-settled').filter((row) => row.kind === 'settlement');
    expect(settled.map((row) => row.accountId)).toEqual([alice, bob]);
    // A million dollars bought at 100,000 and marked at 110,000: 10 less 9.0909 coins.
    const [long, short] = settled;
    expect(long?.sessionProfit).toBe(Math.round(10e8 - 1e14 / 110_000) + (long?.funding ?? 0));
    expect((long?.sessionProfit ?? 0) + (short?.sessionProfit ?? 0)).toBe(0);
    expect(cashOf(venue, alice, 'BTC') - before).toBe(long?.sessionProfit);
    const position = venue.engine.query('positions', { accountId: alice })[0];
    expect(position).toMatchObject({ sizeLots: 100_000, sessionRealised: 0, sessionFunding: 0 });
    expect(position?.settlementPrice).toBeCloseTo(110_000, 6);
    conserved(venue);
  });

  test('moves realised profit of a closed position once, then forgets the position', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob] = accounts;
    trade(venue, 'BTC_USDC-PERPETUAL', alice, bob, 1_000, 100_000);
    trade(venue, 'BTC_USDC-PERPETUAL', bob, alice, 1_000, 100_500);
    const before = cashOf(venue, alice, 'USDC');
    printWindow(venue, tuesday, 100_000);
    passTo(venue, tuesday + usPerSecond);
    expect(cashOf(venue, alice, 'USDC') - before).toBe(500e6);
    expect(venue.engine.query('positions', { accountId: alice })).toEqual([]);
    conserved(venue);
  });

  test('pays the funding of a perpetual that stood above its index from longs to shorts', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob, carol] = accounts;
    const perpetual = venue.instrument('BTC-PERPETUAL').id;
    trade(venue, 'BTC-PERPETUAL', alice, bob, 100_000, 200_000);
    trade(venue, 'BTC-PERPETUAL', alice, bob, 33_333, 200_000);
    venue.place(carol, perpetual, 'buy', 20_000, 200_600);
    venue.place(carol, perpetual, 'sell', 20_000, 200_640);
    const hours: number[] = [];
    for (let hour = 1; hour <= 22; hour++) {
      venue.nowUs += usPerHour - (hour === 22 ? 1 : 0);
      for (const row of ofType(venue.index('btc_usd', 100_000), 'funding-hour-closed')) {
        if (row.instrumentId === perpetual) hours.push(row.interest1h);
      }
    }
    const settled = ofType(passTo(venue, tuesday + usPerSecond), 'position-settled');
    const [long, short] = settled.map((row) => row.funding);
    // 0.31 % above the index less the deadband, on 13.3333 coins, over most of 22 hours.
    const full = -0.00285 * 13.3333e8 * (22 / 8);
    expect((long as number) / full).toBeGreaterThan(0.95);
    expect((long as number) / full).toBeLessThan(1.001);
    expect(Math.abs((long as number) + (short as number))).toBeLessThanOrEqual(2);
    expect(hours.length).toBe(21);
    expect(hours.at(-1)).toBeCloseTo(0.00285 / 8, 8);
    conserved(venue);
  });

  test('a loss beyond the cash stays as a debt of the account', () => {
    const { venue, accounts } = openVenue();
    const [, bob] = accounts;
    const dave = venue.account('dave');
    venue.deposit(dave, 0.3e8, 'BTC');
    trade(venue, 'BTC-PERPETUAL', dave, bob, 100_000, 200_000);
    // A price just before the settlement leaves no time to liquidate.
    venue.nowUs = tuesday - 500_000;
    venue.index('btc_usd', 90_000);
    passTo(venue, tuesday + usPerSecond);
    expect(cashOf(venue, dave, 'BTC')).toBeLessThan(-0.7e8);
    conserved(venue);
  });
});

describe('delivery', () => {
  test('options and futures of an expiry pay out at the mean of the window', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob, carol] = accounts;
    trade(venue, 'BTC-25SEP26-100000-C', alice, bob, 10, 300);
    trade(venue, 'BTC-25SEP26-105000-P', carol, alice, 10, 600);
    trade(venue, 'BTC-25SEP26', alice, carol, 10_000, 200_000);
    trade(venue, 'BTC_USDC-25SEP26-100000-C', bob, carol, 100, 2_000);
    // Days pass with the index where it was, then the last one.
    for (let end = tuesday; end < friday; end += 24 * usPerHour) {
      printWindow(venue, end, 100_000);
      passTo(venue, end + usPerSecond);
    }
    const before = cashOf(venue, alice, 'BTC');
    printWindow(venue, friday, 104_000);
    const events = passTo(venue, friday + usPerSecond);
    const fixed = ofType(events, 'expiry-fixed');
    expect(fixed.map((row) => [row.indexName, row.price, row.prints])).toEqual([
      ['btc_usd', 104_000e6, 18],
      ['btc_usdc', 104_000e6, 18],
    ]);
    const delivered = ofType(events, 'position-settled').filter((row) => row.kind === 'delivery');
    const of = (account: AccountId, name: string) =>
      delivered.find(
        (row) => row.accountId === account && row.instrumentId === venue.instrument(name).id,
      );
    const call = Math.round((1e8 * 4_000) / 104_000);
    expect(of(alice, 'BTC-25SEP26-100000-C')).toMatchObject({ payoff: call, fee: 15_000 });
    expect(of(bob, 'BTC-25SEP26-100000-C')).toMatchObject({ payoff: -call, fee: 15_000 });
    const put = Math.round((1e8 * 1_000) / 104_000);
    expect(of(alice, 'BTC-25SEP26-105000-P')).toMatchObject({ payoff: -put, fee: 15_000 });
    const linear = of(bob, 'BTC_USDC-25SEP26-100000-C');
    expect(linear).toMatchObject({ payoff: 4_000e6, fee: 15.6e6 });
    const future = of(alice, 'BTC-25SEP26');
    const gained = cashOf(venue, alice, 'BTC') - before;
    const fees = 30_000 + (future?.fee ?? 0);
    expect(gained).toBe(call - put + (future?.sessionProfit ?? 0) - fees);
    for (const account of accounts) {
      expect(venue.engine.query('positions', { accountId: account })).toEqual([]);
    }
    const states = ofType(events, 'instrument-state-changed');
    expect(states.filter((row) => row.state === 'delivered').length).toBeGreaterThan(4);
    expect(venue.instruments.has('BTC-2OCT26')).toBe(true);
    conserved(venue);
  });

  test('an oracle that is stuck over the expiry delays it an hour and no longer', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob] = accounts;
    trade(venue, 'BTC-22SEP26-100000-C', alice, bob, 10, 300);
    venue.index('btc_usd', 101_000);
    const flagged = (tsUs: number): readonly Event[] => {
      venue.nowUs = tsUs;
      return venue.apply({
        ...goodIndex('btc_usd', 150_000e6 as UsdMicros),
        status: 'frozen',
        confidence: 0,
      });
    };
    const delivered = (events: readonly Event[]) => ofType(events, 'expiry-fixed');
    expect(delivered(flagged(tuesday - usPerMinute))).toEqual([]);
    const firstUs = tuesday + 5 * usPerSecond;
    expect(delivered(flagged(firstUs))).toEqual([]);
    const copy = venue.copy();
    expect(delivered(flagged(firstUs + usPerHour - 1))).toEqual([]);
    const last = delivered(flagged(firstUs + usPerHour));
    expect(last.map(({ price, prints }) => [price, prints])).toEqual([[101_000e6, 0]]);
    // A good value that comes before ends the wait at its own price.
    copy.nowUs = firstUs + usPerMinute;
    const first = delivered(copy.index('btc_usd', 102_000));
    expect(first.map(({ price }) => price)).toEqual([102_000e6]);
    conserved(venue);
  });

  test('without a print in the window nothing is delivered until the first value after it', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob] = accounts;
    trade(venue, 'BTC-22SEP26-100000-C', alice, bob, 10, 300);
    const silent = passTo(venue, tuesday + 2 * usPerHour);
    expect(ofType(silent, 'expiry-fixed')).toEqual([]);
    const id = venue.instrument('BTC-22SEP26-100000-C').id;
    const refused = venue.place(alice, id, 'sell', 10, 300);
    expect(refused[0]).toMatchObject({ type: 'command-rejected' });
    const events = venue.index('btc_usd', 108_000);
    expect(ofType(events, 'expiry-fixed')[0]).toMatchObject({ price: 108_000e6, prints: 0 });
    expect(ofType(events, 'position-settled').map((row) => row.payoff)).toEqual([
      Math.round(8e11 / 108_000),
      -Math.round(8e11 / 108_000),
    ]);
    conserved(venue);
  });

  test('after silent days every expiry among them is delivered at the first value', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob] = accounts;
    trade(venue, 'BTC-22SEP26-100000-C', alice, bob, 10, 300);
    trade(venue, 'BTC-PERPETUAL', alice, bob, 1_000, 200_000);
    printWindow(venue, tuesday, 100_000);
    passTo(venue, tuesday + usPerSecond);
    trade(venue, 'BTC-23SEP26-100000-C', alice, bob, 10, 300);
    trade(venue, 'BTC-25SEP26-100000-C', bob, alice, 10, 300);
    passTo(venue, friday + usPerHour);
    const events = venue.index('btc_usd', 108_000);
    expect(ofType(events, 'expiry-fixed').map((row) => [row.expiryUs, row.price])).toEqual([
      [tuesday + 24 * usPerHour, 108_000e6],
      // Listed on the way, while the timers of the silent days ran one after another.
      [tuesday + 48 * usPerHour, 108_000e6],
      [friday, 108_000e6],
    ]);
    const left = venue.engine.query('positions', { accountId: alice });
    expect(left.map((row) => row.instrumentId)).toEqual([venue.instrument('BTC-PERPETUAL').id]);
    conserved(venue);
  });

  test('a snapshot between the window and the expiry goes on to the same state', () => {
    const { venue, accounts } = openVenue();
    const [alice, bob] = accounts;
    trade(venue, 'BTC-22SEP26-100000-C', alice, bob, 10, 300);
    trade(venue, 'BTC-PERPETUAL', bob, alice, 5_000, 200_000);
    printWindow(venue, tuesday, 103_000.123_457);
    const copy = venue.copy();
    const events = passTo(venue, tuesday + usPerSecond);
    expect(passTo(copy, tuesday + usPerSecond)).toEqual(events);
    expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
  });
});

test('whatever is traded and however prices move, money is conserved through two days', () => {
  const names = [
    'BTC-PERPETUAL',
    'BTC_USDC-PERPETUAL',
    'BTC-25SEP26',
    'BTC-22SEP26-100000-C',
    'BTC-22SEP26-105000-P',
    'BTC_USDC-25SEP26-100000-P',
  ];
  const prices = [200_000, 100_000, 200_000, 300, 550, 2_000];
  const step = fc.record({
    which: fc.nat(5),
    buyer: fc.nat(2),
    seller: fc.nat(2),
    lots: fc.integer({ min: 1, max: 300 }),
    index: fc.integer({ min: 99_000, max: 101_000 }),
    seconds: fc.integer({ min: 1, max: 3_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 25 }),
      fc.integer({ min: 60_000, max: 160_000 }),
      (steps, last) => {
        const { venue, accounts } = openVenue();
        for (const { which, buyer, seller, lots, index, seconds } of steps) {
          venue.nowUs += seconds * usPerSecond;
          venue.index('btc_usd', index);
          venue.index('btc_usdc', index);
          const { id } = venue.instrument(names[which] as string);
          const ticks = prices[which] as number;
          venue.place(accounts[seller] as AccountId, id, 'sell', lots, ticks);
          venue.place(accounts[buyer] as AccountId, id, 'buy', lots, ticks);
        }
        printWindow(venue, tuesday, last);
        passTo(venue, tuesday + usPerSecond);
        conserved(venue);
        printWindow(venue, tuesday + 24 * usPerHour, last * 1.1);
        passTo(venue, (tuesday + 25 * usPerHour) as TsUs);
        conserved(venue);
        const lotsByInstrument = new Map<number, number>();
        let profit = 0;
        for (const accountId of accounts) {
          for (const position of venue.engine.query('positions', { accountId })) {
            const { instrumentId, sizeLots } = position;
            lotsByInstrument.set(
              instrumentId,
              (lotsByInstrument.get(instrumentId) ?? 0) + sizeLots,
            );
          }
          for (const currency of ['BTC', 'USDC'] as const) {
            profit += cashOf(venue, accountId, currency);
          }
        }
        expect([...lotsByInstrument.values()].every((sum) => sum === 0)).toBe(true);
        // Clients have what they brought, less fees; roundings are a few units.
        expect(profit).toBeLessThanOrEqual(3 * (100e8 + 10_000_000e6) + 50);
      },
    ),
    { numRuns: 30 },
  );
});
