// Options asked for: beside those that calendar and grid call for, marked and traded like them, and
// never taken off the list before their expiry.
import { type Command, type Event, expiryOfCode, type TsUs, usPerDay } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { flatSlice, TestEngine } from '../testing/test-engine.ts';

const friday = expiryOfCode('25SEP26') as TsUs;
/** No calendar of the tests has it. */
const beyond = expiryOfCode('14OCT26') as TsUs;

const listOptions = (
  places: readonly (readonly [expiryUs: TsUs, strike: number])[],
  family = 'BTC',
): Command => ({
  type: 'list-options',
  family,
  options: places.map(([expiryUs, strike]) => ({ expiryUs, strike })),
});

const listed = (events: readonly Event[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'instrument-listed' ? [event.instrument.name] : []));

test('a call and a put of each place are listed, once', () => {
  const venue = new TestEngine();
  venue.open();
  const places = [
    [friday, 98_765],
    [beyond, 100_000],
    [friday, 98_765],
  ] as const;
  expect(listed(venue.apply(listOptions(places)))).toEqual([
    'BTC-25SEP26-98765-C',
    'BTC-25SEP26-98765-P',
    'BTC-14OCT26-100000-C',
    'BTC-14OCT26-100000-P',
  ]);
  expect(venue.instrument('BTC-14OCT26-100000-C').tenor).toBe('day');
  expect(listed(venue.apply(listOptions(places)))).toEqual([]);
  const restored = venue.copy();
  expect(restored.engine.stateHash()).toBe(venue.engine.stateHash());
});

test('they are marked and traded, and live to their expiry whatever the market does', () => {
  const venue = new TestEngine();
  venue.open();
  venue.apply(listOptions([[beyond, 98_765]]));
  venue.curve('btc_usd', 100_000, 0.5);
  const { id } = venue.instrument('BTC-14OCT26-98765-C');
  const viewOf = () =>
    venue.engine.query('instruments', {}).find(({ instrument }) => instrument.id === id);
  expect(viewOf()?.mark?.markPrice).toBeGreaterThan(0);
  const [long, short] = [venue.account('long'), venue.account('short')];
  for (const account of [long, short]) venue.deposit(account, 100e8);
  const ticks = Math.round(((viewOf()?.mark?.markPrice ?? 0) * 10_000) / 5) * 5;
  venue.place(short, id, 'sell', 10, ticks);
  venue.place(long, id, 'buy', 10, ticks);
  venue.nowUs += usPerDay;
  venue.index('btc_usd', 60_000);
  venue.curve('btc_usd', 60_000, 0.5);
  expect(viewOf()).toMatchObject({ state: 'open', openInterestLots: 10 });
  // The fixing and the delivery of its expiry are those of any other.
  for (let atUs = beyond - 1_800e6; atUs <= beyond + 1e6; atUs += 1e6) {
    venue.nowUs = atUs;
    venue.index('btc_usd', 110_000);
  }
  expect(viewOf()).toMatchObject({ state: 'delivered', openInterestLots: 0 });
});

test('a surface that comes later marks what was listed before it', () => {
  const venue = new TestEngine();
  venue.open();
  const slices = [flatSlice(beyond, venue.nowUs, 0.7)];
  venue.apply(listOptions([[beyond, 110_000]]));
  venue.curve('btc_usd', 100_000, 0.5);
  venue.apply({ type: 'set-surface', indexName: 'btc_usd', version: 9, slices });
  const name = 'BTC-14OCT26-110000-P';
  const view = venue.engine.query('instruments', {}).find((each) => each.instrument.name === name);
  expect(view?.mark?.markIv).toBeCloseTo(0.7, 6);
});

test('what makes no sense is refused, and lists nothing', () => {
  const empty = new TestEngine();
  const refusal = (venue: TestEngine, command: Command): unknown =>
    venue.apply(command).map((event) => (event.type === 'command-rejected' ? event.code : event));
  expect(refusal(empty, listOptions([[friday, 98_765]]))).toEqual(['not-configured']);
  const venue = new TestEngine();
  venue.open();
  const before = venue.instruments.size;
  const sound = [friday, 98_765] as const;
  for (const [command, code] of [
    [listOptions([sound], 'DOGE'), 'unknown-instrument'],
    [listOptions([sound, [expiryOfCode('20SEP26') as TsUs, 1]]), 'instrument-expired'],
    [listOptions([sound, [friday, 0.5]]), 'invalid-price'],
    [listOptions([sound, [friday, -1_000]]), 'invalid-price'],
    [listOptions([sound, [friday, 1_000_001]]), 'invalid-price'],
    [listOptions([sound, [(friday + 1) as TsUs, 98_765]]), 'invalid-price'],
    [listOptions([sound, [(friday + 100 * 365 * usPerDay) as TsUs, 98_765]]), 'invalid-price'],
    [listOptions(Array.from({ length: 10_001 }, () => sound)), 'invalid-price'],
  ] as const) {
    expect(refusal(venue, command)).toEqual([code]);
  }
  expect(venue.instruments.size).toBe(before);
});
