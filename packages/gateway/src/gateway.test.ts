import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestVenue } from './testing/test-venue.ts';

describe('the door of a real venue', () => {
  let venue: TestVenue;
  beforeAll(async () => {
    venue = await TestVenue.open();
  });
  afterAll(() => venue.close());

  test('an order placed on a socket rests, shows in the book, is told to its account', async () => {
    const alice = await venue.loggedIn(1);
    const watcher = await venue.socket();
    await alice.result('private/subscribe', { channels: ['user.orders.any.any.raw'] });
    const book = 'book.BTC-PERPETUAL.100ms';
    expect(await watcher.result('public/subscribe', { channels: [book] })).toEqual([book]);
    expect(await watcher.hear(book)).toMatchObject({ type: 'snapshot', bids: [], asks: [] });
    const placed = await alice.result<{ order: { order_id: string } }>('private/buy', {
      instrument_name: 'BTC-PERPETUAL',
      amount: 100,
      price: 99_000,
    });
    const told = await alice.hear('user.orders.any.any.raw');
    expect(told).toMatchObject({ order_id: placed.order.order_id, order_state: 'open' });
    const change = await watcher.hear<{ bids: unknown }>(book, 2);
    expect(change.bids).toEqual([['new', 99_000, 100]]);
  });
});
