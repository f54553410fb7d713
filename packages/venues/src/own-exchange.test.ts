// The adapter against our own door: the real engine, sequencer, feeds and gateway in one process.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestVenue } from '../../gateway/src/testing/test-venue.ts';
import { createDeribitVenue } from './deribit-venue.ts';
import type { Venue, VenueBook, VenueOrder, VenueTicker, VenueTrade } from './venue.ts';

let exchange: TestVenue;
const venues: Venue[] = [];

beforeAll(async () => {
  exchange = await TestVenue.open();
});
afterAll(async () => {
  for (const venue of venues) {
    await venue.close();
  }
  await exchange.close();
});

const trader = async (account: number): Promise<Venue> => {
  const { clientId, clientSecret } = exchange.key(account);
  const url = exchange.address.webSocketUrl;
  const venue = createDeribitVenue({ name: 'own', url, clientId, clientSecret });
  venues.push(venue);
  await venue.connect();
  return venue;
};

const until = async (holds: () => boolean): Promise<void> => {
  const start = performance.now();
  while (!holds()) {
    expect(performance.now() - start).toBeLessThan(20_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

test('two traders quote, trade, edit and cancel, and hear of it', async () => {
  const [maker, taker] = [await trader(1), await trader(2)];
  const instruments = await maker.instruments();
  const perpetual = instruments.find((each) => each.name === 'BTC-PERPETUAL');
  expect(perpetual).toMatchObject({ kind: 'perpetual', payoff: 'inverse', indexName: 'btc_usd' });
  const orders: VenueOrder[] = [];
  const trades: VenueTrade[] = [];
  const books: VenueBook[] = [];
  const tickers: VenueTicker[] = [];
  const indexes: number[] = [];
  maker.watchOwnOrders((each) => orders.push(each));
  maker.watchOwnTrades((each) => trades.push(each));
  taker.watchBook('BTC-PERPETUAL', (each) => books.push(each));
  taker.watchTicker('BTC-PERPETUAL', (each) => tickers.push(each));
  taker.watchIndex('btc_usd', (price) => indexes.push(price));
  await until(() => books.length > 0 && tickers.length > 0);

  const limit = { instrumentName: 'BTC-PERPETUAL', type: 'limit', amount: 100 } as const;
  const bid = await maker.place({
    ...limit,
    side: 'buy',
    price: 99_000,
    postOnly: true,
    label: 'q',
  });
  expect(bid).toMatchObject({ status: 'open', price: 99_000, label: 'q', filledAmount: 0 });
  await maker.place({ ...limit, side: 'sell', price: 101_000, postOnly: true });
  const edited = await maker.edit(bid.orderId, 200, 99_500);
  expect(edited).toMatchObject({ orderId: bid.orderId, price: 99_500, amount: 200 });
  await until(() => books.at(-1)?.bids[0]?.[0] === 99_500 && books.at(-1)?.asks.length === 1);
  expect(books.at(-1)).toMatchObject({
    stale: false,
    bids: [[99_500, 200]],
    asks: [[101_000, 100]],
  });
  expect(await taker.ticker('BTC-PERPETUAL')).toMatchObject({
    bid: 99_500,
    ask: 101_000,
    open: true,
  });

  const sold = await taker.place({ ...limit, side: 'sell', price: 99_500, timeInForce: 'ioc' });
  expect(sold).toMatchObject({ status: 'filled', filledAmount: 100, averagePrice: 99_500 });
  await until(() => trades.length === 1);
  expect(trades[0]).toMatchObject({ side: 'buy', price: 99_500, amount: 100, liquidity: 'maker' });
  const [position] = await taker.positions();
  expect(position).toMatchObject({ instrumentName: 'BTC-PERPETUAL', amount: -100 });
  // The entry is kept as whole 1e-8 coins, which for 100 dollars is good to half a dollar.
  expect(Math.abs((position?.averagePrice ?? 0) - 99_500)).toBeLessThan(1);
  expect((await taker.balance('BTC')).equity).toBeGreaterThan(99.9);
  expect((await maker.openOrders()).length).toBe(2);
  await expect(maker.place({ ...limit, side: 'buy', price: 99_500.1 })).rejects.toMatchObject({
    code: -32602,
    retryable: false,
  });
  expect(await maker.cancelAll()).toBe(2);
  await until(() => orders.filter((each) => each.status === 'cancelled').length === 2);
  await exchange.setIndex(100_100);
  await until(() => indexes.at(-1) === 100_100);
});
