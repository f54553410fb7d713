import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestVenue } from './testing/test-venue.ts';

describe('ccxt, with nothing but its addresses changed', () => {
  let venue: TestVenue;
  const opened: { close(): Promise<unknown> }[] = [];
  beforeAll(async () => {
    venue = await TestVenue.open();
  });
  afterAll(async () => {
    for (const client of opened) await client.close();
    await venue.close();
  });

  const client = async (account: number) => {
    const key = venue.key(account);
    const deribit = new ccxt.pro.deribit({ apiKey: key.clientId, secret: key.clientSecret });
    deribit.urls.api = { rest: venue.address.httpUrl, ws: venue.address.webSocketUrl };
    // Its plain-text socket needs the proxy module loaded, in the JavaScript build.
    await deribit.loadHttpProxyAgent();
    opened.push(deribit);
    return deribit;
  };

  /** Waits until the venue has as many listeners as the clients asked for. */
  const listening = async (count: number): Promise<void> => {
    while (venue.gateway.subscriptions.counts().subscriptions < count) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };

  test('it loads markets, reads the venue and its account', async () => {
    const deribit = await client(1);
    const markets = await deribit.loadMarkets();
    expect(markets['BTC/USD:BTC']?.id).toBe('BTC-PERPETUAL');
    expect((await deribit.fetchStatus()).status).toBe('ok');
    expect(await deribit.fetchTime()).toBeGreaterThan(1_700_000_000_000);
    const balance = await deribit.fetchBalance();
    expect(balance.BTC?.total).toBe(100);
  });

  test('it trades over REST and watches over a socket', async () => {
    const [alice, bob] = [await client(1), await client(2)];
    const symbol = 'BTC/USD:BTC';
    const [orders, trades, book] = [
      alice.watchOrders(symbol),
      alice.watchMyTrades(symbol),
      bob.watchOrderBook(symbol),
    ];
    expect((await book).symbol).toBe(symbol);
    await listening(3);
    const next = bob.watchOrderBook(symbol);
    const order = await alice.createOrder(symbol, 'limit', 'buy', 100, 99_900);
    expect(order.status).toBe('open');
    expect((await orders)[0]?.id).toBe(order.id);
    expect((await next).bids[0]?.slice(0, 2)).toEqual([99_900, 100]);
    const taken = await bob.createOrder(symbol, 'market', 'sell', 50);
    expect(taken.filled).toBe(50);
    expect((await trades)[0]).toMatchObject({ order: order.id, amount: 50, takerOrMaker: 'maker' });
    expect((await alice.fetchPositions([symbol]))[0]).toMatchObject({ side: 'long' });
    const cancelled = await alice.cancelOrder(order.id ?? '');
    expect(cancelled.status).toBe('canceled');
    expect(await alice.watchBalance()).toHaveProperty('BTC');
  });

  test('what it watches of the market arrives', async () => {
    const [alice, bob] = [await client(1), await client(2)];
    const symbol = 'BTC/USD:BTC';
    const before = venue.gateway.subscriptions.counts().subscriptions;
    const watched = Promise.all([
      bob.watchTicker(symbol),
      bob.watchTrades(symbol),
      bob.watchOHLCV(symbol, '1m'),
      bob.watchBidsAsks([symbol]),
    ]);
    await listening(before + 4);
    await alice.createOrder(symbol, 'limit', 'buy', 10, 99_950);
    await bob.createOrder(symbol, 'market', 'sell', 10);
    const [ticker, trades, candles] = await watched;
    expect(ticker.symbol).toBe(symbol);
    expect(trades.at(-1)?.price).toBe(99_950);
    expect(candles.length).toBeGreaterThan(0);
  });
});
