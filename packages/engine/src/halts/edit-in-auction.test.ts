// Edits in a call auction: a snapshot in its middle remembers who came anew.
import { type OrderId, type PriceTicks, plainEdit, type SizeLots } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

test('an engine restored in an auction ends it as the one that went on', () => {
  const venue = new TestEngine();
  venue.open();
  const [ann, bob, cat] = ['ann', 'bob', 'cat'].map((name) => {
    const id = venue.account(name);
    venue.deposit(id, 100e8);
    return id;
  }) as [never, never, never];
  const { id } = venue.instrument('BTC-PERPETUAL');
  const windows = [{ seconds: 10, move: 0.03, everySeconds: 1 }];
  venue.apply({ type: 'set-call-auctions', terms: { windows, auctionSeconds: 60 } });
  venue.place(ann, id, 'sell', 100, 204_000);
  venue.index('btc_usd', 100_000);
  venue.nowUs += 1_000_000;
  venue.index('btc_usd', 104_000);
  venue.place(bob, id, 'buy', 200, 206_000);
  venue.place(cat, id, 'buy', 200, 206_000);
  const edit = (accountId: never, orderId: number, more: object): void => {
    const command = { ...plainEdit, accountId, orderId: orderId as OrderId, ...more };
    expect(venue.apply(command)).toContainEqual(expect.objectContaining({ cause: 'edited' }));
  };
  edit(ann, 1, { priceTicks: 205_000 as PriceTicks });
  edit(bob, 2, { sizeLots: 250 as SizeLots });
  const copy = venue.copy();
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
  const ends = [venue, copy].map((each) => {
    each.nowUs += 60_000_000;
    return each.apply({ type: 'pass-time' });
  });
  expect(ends[1]).toEqual(ends[0]);
  const trades = ends[0]?.filter(({ type }) => type === 'trade');
  expect(trades).toMatchObject([{ sizeLots: 100, taker: { orderId: 1 }, maker: { orderId: 3 } }]);
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
});
