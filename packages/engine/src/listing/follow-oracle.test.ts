// Listing follows the oracle: the command that brings a price across a strike lists what it calls
// for, and nothing that was listed goes before its expiry, however far the market moves.
import { type Event, expiryOfCode, usPerSecond } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

const friday = expiryOfCode('25SEP26') as number;

const listed = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'instrument-listed' ? [event.instrument.name] : []));

test('a new strike is there with the very index value or forward that crosses into it', () => {
  const venue = new TestEngine();
  venue.open();
  const strike = 'BTC-25SEP26-120000-C';
  expect(venue.instruments.has(strike)).toBe(false);
  venue.nowUs += usPerSecond;
  const events = [...venue.index('btc_usd', 120_000), ...venue.curve('btc_usd', 120_000, 0.5)];
  expect(listed(events)).toContain(strike);
  // It has a mark, and takes orders, from the same command on.
  const maker = venue.account('maker');
  venue.deposit(maker, 100e8);
  const placed = venue.place(maker, venue.instrument(strike).id, 'buy', 1, 100);
  expect(placed.map(({ type }) => type)).not.toContain('command-rejected');
});

test('what is listed stays to its expiry, with open interest and without', () => {
  const venue = new TestEngine();
  venue.open();
  const [long, short] = [venue.account('long'), venue.account('short')];
  for (const account of [long, short]) venue.deposit(account, 100e8);
  const { id } = venue.instrument('BTC-25SEP26-100000-C');
  venue.place(short, id, 'sell', 10, 300);
  venue.place(long, id, 'buy', 10, 300);
  const before = new Set(venue.instruments.keys());
  for (const price of [150_000, 60_000, 100_000]) {
    venue.nowUs += usPerSecond;
    venue.index('btc_usd', price);
    venue.curve('btc_usd', price, 0.5);
  }
  const open = venue.engine.query('instruments', {}).filter(({ state }) => state === 'open');
  const names = new Set(open.map(({ instrument }) => instrument.name));
  for (const name of before) expect(names.has(name), name).toBe(true);
  expect(open.find(({ instrument }) => instrument.id === id)?.openInterestLots).toBe(10);
  expect(venue.instrument('BTC-25SEP26-100000-C').expiryUs).toBe(friday);
});

test('no strike is listed beyond the prices that the tables were proved for', () => {
  const venue = new TestEngine();
  venue.open();
  venue.nowUs += usPerSecond;
  venue.index('btc_usd', 999_000_000);
  const strikes = [...venue.instruments.values()].map(({ strike }) => strike ?? 0);
  expect(Math.max(...strikes)).toBeLessThan(2_000_000);
});
