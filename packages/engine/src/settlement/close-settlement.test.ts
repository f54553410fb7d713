// Closing a settlement: what is stated is what the accounts have, the ledger's parts sum to zero,
// and a root is taken once, for the last settlement alone.
import {
  currencies,
  type Event,
  expiryOfCode,
  liabilityColumns,
  type SettlementClosed,
  usPerDay,
  usPerSecond,
} from '@openstrike/domain';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

const tuesday = expiryOfCode('22SEP26') as number;
const root = 'ab'.repeat(32);

const closedOf = (events: readonly Event[]): SettlementClosed => {
  const found = events.find(({ type }) => type === 'settlement-closed');
  if (found?.type !== 'settlement-closed') throw new Error('no settlement was closed');
  return found;
};

/** A venue after its first settlement: a writer of options, a buyer, and one without anything. */
const settle = () => {
  const venue = new TestEngine();
  venue.open();
  const [writer, buyer, idle] = ['writer', 'buyer', 'idle'].map((name) => venue.account(name));
  if (writer === undefined || buyer === undefined || idle === undefined) throw new Error('names');
  venue.deposit(writer, 100e8);
  venue.deposit(buyer, 1e8);
  const { id } = venue.instrument('BTC-25SEP26-100000-C');
  venue.place(writer, id, 'sell', 5, 300);
  venue.place(buyer, id, 'buy', 5, 300);
  venue.nowUs = tuesday;
  venue.index('btc_usd', 100_000);
  venue.nowUs = tuesday + usPerSecond;
  const events = venue.apply({ type: 'pass-time' });
  return { venue, writer, buyer, closed: closedOf(events) };
};

test('what the venue owes is stated by account, cash apart from what is not yet cash', () => {
  const { venue, writer, buyer, closed } = settle();
  const { accountIds, columns, settledUs } = closed.liabilities;
  expect(settledUs).toBe(tuesday);
  expect([...accountIds]).toEqual([writer, buyer]);
  const figure = (account: number, column: (typeof liabilityColumns)[number]): number =>
    (columns[liabilityColumns.indexOf(column)] as Float64Array)[
      accountIds.indexOf(account)
    ] as number;
  for (const account of [writer, buyer]) {
    const summary = venue.engine.query('account-summary', {
      accountId: account,
      currency: 'BTC',
    });
    if (typeof summary === 'string') throw new Error(summary);
    expect(figure(account, 'cash') - figure(account, 'debt')).toBe(summary.balance);
    // The summary is by the mark of a second later.
    const unrealised = figure(account, 'gain') - figure(account, 'loss');
    expect(Math.abs(unrealised / summary.optionsValue - 1)).toBeLessThan(1e-4);
  }
  expect(figure(writer, 'loss')).toBe(figure(buyer, 'gain'));
  expect(figure(writer, 'loss')).toBeGreaterThan(0);
});

test('the parts of the ledger sum to zero in every currency', () => {
  const { closed } = settle();
  expect(closed.checkpoints.map(({ currency }) => currency)).toEqual(currencies);
  for (const { currency: _, ...parts } of closed.checkpoints) {
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(0);
  }
  expect(closed.checkpoints[0]?.external).toBe(-101e8);
});

test('the root of the last settlement is taken once, and comes back from a snapshot', () => {
  const { venue, closed } = settle();
  const { settledUs } = closed.liabilities;
  const publish = (atUs: number, hash: string): readonly Event[] =>
    venue.apply({ type: 'publish-liabilities', settledUs: atUs as never, root: hash });
  expect(publish(settledUs - usPerDay, root)).toMatchObject([{ code: 'unknown-settlement' }]);
  expect(publish(settledUs, 'no hash')).toMatchObject([{ code: 'unsupported-combination' }]);
  expect(publish(settledUs, root)).toEqual([{ type: 'liabilities-published', settledUs, root }]);
  expect(publish(settledUs, root)).toMatchObject([{ code: 'unknown-settlement' }]);
  const copy = venue.copy();
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
  expect(copy.engine.query('liabilities', {})).toEqual({ statement: closed.liabilities, root });
});
