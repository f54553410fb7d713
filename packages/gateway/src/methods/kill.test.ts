// Kill switches over the door: who may stop whom, what it takes out, and who lets it go. Bob runs
// the place.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestSocket } from '../testing/test-socket.ts';
import { TestVenue } from '../testing/test-venue.ts';

let venue: TestVenue;
let alice: TestSocket;
let bob: TestSocket;
let sub: TestSocket;

beforeAll(async () => {
  venue = await TestVenue.open();
  [alice, bob, sub] = await Promise.all([venue.loggedIn(1), venue.loggedIn(2), venue.loggedIn(3)]);
});
afterAll(() => venue.close());

/** The error of a call that must be refused. */
const refusal = async (who: TestSocket, method: string, params: object): Promise<object> => {
  const { error } = await who.call(method, params);
  if (error === undefined) throw new Error(`${method} was not refused`);
  return error;
};

const order = { instrument_name: 'BTC-PERPETUAL', amount: 100, price: 90_000 };
const buy = (who: TestSocket) => who.result('private/buy', order);
const openOf = async (who: TestSocket) =>
  ((await who.result('private/get_open_orders')) as readonly unknown[]).length;

test('an account stops itself with its subaccounts, and an operator lets it go', async () => {
  await buy(alice);
  await buy(sub);
  await buy(bob);
  const engaged = await alice.result('private/engage_kill_switch', { scope: 'account' });
  expect(engaged).toEqual({ scope: 'account', account_id: 1, engaged: true, orders_cancelled: 2 });
  expect([await openOf(alice), await openOf(sub), await openOf(bob)]).toEqual([0, 0, 1]);
  for (const who of [alice, sub]) {
    expect(await refusal(who, 'private/buy', order)).toMatchObject({ message: 'locked_by_admin' });
  }
  expect(await alice.result('private/get_kill_switches')).toEqual({
    venue: false,
    account: true,
    client_ids: [],
  });
  const release = { scope: 'account', account_id: 1 };
  expect(await refusal(alice, 'private/release_kill_switch', release)).toMatchObject({
    code: 13021,
  });
  await bob.result('private/release_kill_switch', release);
  await buy(alice);
  await buy(sub);
});

test('a key stops itself and no other', async () => {
  const { clientId } = venue.key(1);
  const engaged = await alice.result('private/engage_kill_switch', { scope: 'key' });
  expect(engaged).toMatchObject({ client_id: clientId, account_id: 1, orders_cancelled: 1 });
  expect(await refusal(alice, 'private/buy', order)).toMatchObject({
    code: 10019,
    message: 'locked_by_admin',
    data: { reason: 'the kill switch of the venue, the account or the key is engaged' },
  });
  expect(await alice.result('private/get_kill_switches')).toMatchObject({ client_ids: [clientId] });
  await buy(sub);
  const release = { scope: 'key', account_id: 1, client_id: clientId };
  await bob.result('private/release_kill_switch', release);
  await buy(alice);
});

test('only an operator stops the venue, and everybody is told', async () => {
  const venueWide = { scope: 'venue', reason: 'a drill' };
  const forbidden = await refusal(alice, 'private/engage_kill_switch', venueWide);
  expect(forbidden).toMatchObject({ code: 13021 });
  const engaged = await bob.result('private/engage_kill_switch', venueWide);
  expect(engaged).toMatchObject({ scope: 'venue', engaged: true });
  for (const who of [alice, bob, sub]) {
    expect(await openOf(who)).toBe(0);
    expect(await refusal(who, 'private/buy', order)).toMatchObject({ message: 'locked_by_admin' });
  }
  expect(await alice.result('private/get_kill_switches')).toMatchObject({ venue: true });
  await bob.result('private/release_kill_switch', { scope: 'venue' });
  await buy(alice);
});

test('nobody reaches others, or names what a scope has no use for', async () => {
  const refused = (params: object) => refusal(alice, 'private/engage_kill_switch', params);
  const wrong = { code: -32602 };
  expect(await refused({ scope: 'account', account_id: 2 })).toMatchObject(wrong);
  expect(await refused({ scope: 'account', account_id: 99 })).toMatchObject(wrong);
  expect(await refused({ scope: 'key', client_id: venue.key(2).clientId })).toMatchObject(wrong);
  expect(await refused({ scope: 'account', client_id: 'x' })).toMatchObject(wrong);
  expect(await refused({ scope: 'everything' })).toMatchObject(wrong);
  const reader = await venue.loggedIn(1, 'trade:read');
  const read = await refusal(reader, 'private/engage_kill_switch', { scope: 'account' });
  expect(read).toMatchObject({ code: 13021 });
});
