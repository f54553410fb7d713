// What the venue announces by itself, and nothing else.
import type { AccountId, Event, TsUs } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { noticesOf } from './venue-notices.ts';

const batchOf = (...events: readonly Event[]) => [
  { seq: 1 as never, tsUs: 0 as TsUs, command: { type: 'pass-time' } as const, events },
];

test('a change of parameters is announced with its time, versions and hashes', () => {
  const effectiveUs = 1_795_165_200_000_000 as TsUs;
  const tables = [{ underlying: 'BTC', version: 3, hash: 'ab' }];
  expect(noticesOf(batchOf({ type: 'tables-announced', effectiveUs, tables }))).toEqual([
    {
      title: 'Margin parameters change',
      body: 'In force from 2026-11-20T09:00:00.000Z: BTC version 3 (ab)',
      important: true,
    },
  ]);
});

test('a stress factor is announced before it counts, and not again as it does', () => {
  const effectiveUs = 1_795_165_200_000_000 as TsUs;
  const told = { type: 'stress-changed', underlying: 'BTC', effectiveUs } as const;
  const [rise, fall, ...more] = noticesOf(
    batchOf(
      { ...told, factor: 1, nextFactor: 1.25 },
      { ...told, factor: 1.25, nextFactor: 1.25 },
      { ...told, factor: 1.25, nextFactor: 1.2 },
    ),
  );
  expect(rise).toEqual({
    title: 'BTC stress factor rises',
    body: 'From 2026-11-20T09:00:00.000Z portfolio margins count 1.25, not 1 times',
    important: true,
  });
  expect(fall).toMatchObject({ title: 'BTC stress factor falls', important: false });
  expect(more).toEqual([]);
});

test('a stop of the venue is announced, one of an account is its own affair', () => {
  const switched = {
    type: 'kill-switch-changed',
    clientId: null,
    reason: 'test',
    orders: 0,
  } as const;
  const venue = { ...switched, accountId: null };
  const told = noticesOf(
    batchOf(
      { ...venue, engaged: true },
      { ...switched, accountId: 7 as AccountId, engaged: true },
      { ...venue, engaged: false },
    ),
  );
  expect(told.map(({ title }) => title)).toEqual(['Trading stopped', 'Trading resumed']);
});
