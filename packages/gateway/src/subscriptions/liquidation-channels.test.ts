// The auction channels: a provider sees an auction begin, its clock run and its own answer taken.
import type { AccountId, Cash, PriceTicks, SizeLots } from '@openstrike/domain';
import { usPerSecond } from '@openstrike/domain';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestSocket } from '../testing/test-socket.ts';
import { TestVenue } from '../testing/test-venue.ts';

interface Auction {
  readonly liquidation_id: number;
  readonly seconds: number;
  readonly price: number;
  readonly positions: readonly { readonly instrument_name: string }[];
}

let venue: TestVenue;
let bob: TestSocket;

beforeAll(async () => {
  venue = await TestVenue.open();
  bob = await venue.loggedIn(2);
});
afterAll(() => venue.close());

/** Another account with one coin, long forty against bob. */
const gamble = async (): Promise<void> => {
  const { events } = await venue.submit({ type: 'create-account', parentId: null, name: 'long' });
  const event = events.find(({ type }) => type === 'account-changed');
  if (event?.type !== 'account-changed') throw new Error('no account');
  const { accountId } = event;
  const amount = 1e8 as Cash;
  const deposit = { currency: 'BTC', amount, reference: 'long' } as const;
  await venue.submit({ type: 'deposit', accountId, ...deposit });
  // The most that one order may be, four times.
  const order = { sizeLots: 100_000 as SizeLots, priceTicks: 200_000 as PriceTicks };
  for (let i = 0; i < 4; i++) {
    await venue.place(2, { ...order, side: 'sell' });
    await venue.place(accountId, { ...order, side: 'buy' });
  }
};

test('an auction is told as it begins, as its clock runs, and as it is sold', async () => {
  await gamble();
  const accountId = 3 as AccountId;
  await venue.submit({ type: 'set-provider', accountId, provider: true });
  const alice = await venue.loggedIn(3);
  const channels = ['liquidation.auctions', 'liquidation.results'];
  expect(await alice.result('private/subscribe', { channels })).toEqual(channels);
  expect(await alice.hear<unknown>('liquidation.auctions')).toEqual([]);
  await venue.setIndex(98_500);
  await venue.pass(usPerSecond);
  const first = await alice.until(() =>
    alice.heard<readonly Auction[]>('liquidation.auctions').find(([one]) => one !== undefined),
  );
  expect(first).toMatchObject([
    { phase: 'auction', price: 0.98, positions: [{ instrument_name: 'BTC-PERPETUAL' }] },
  ]);
  const [{ liquidation_id: id }] = first as readonly [Auction];
  expect(JSON.stringify(first)).not.toContain('account');
  await alice.result('private/answer_liquidation', { liquidation_id: id, price: 0.99, share: 1 });
  await venue.pass(usPerSecond);
  const later = await alice.until(() =>
    alice
      .heard<readonly Auction[]>('liquidation.auctions')
      .find(([one]) => (one?.seconds ?? 0) > 0),
  );
  expect(later[0]?.price).toBeLessThan(0.98);
  for (let i = 0; i < 3; i++) await venue.pass(usPerSecond);
  const sold = await alice.hear('liquidation.results');
  expect(sold).toMatchObject({ result: 'sold', liquidation_id: id, price: 0.99, from_fund: 0 });
  const [position] = sold['positions'] as readonly { readonly amount: number }[];
  expect(position?.amount).toBeGreaterThan(0);
  expect(await alice.hear('liquidation.results', 2)).toEqual({
    result: 'restored',
    liquidation_id: id,
    currency: 'BTC',
  });
  await alice.until(() =>
    alice.heard<readonly Auction[]>('liquidation.auctions').at(-1)?.length === 0 ? true : undefined,
  );
});

test('whoever is nobody hears of no auction', async () => {
  const nobody = await venue.socket();
  const channels = ['liquidation.auctions', 'liquidation.results'];
  expect(await nobody.result('public/subscribe', { channels })).toEqual([]);
  expect(await bob.result('private/subscribe', { channels: ['liquidation.more'] })).toEqual([]);
});
