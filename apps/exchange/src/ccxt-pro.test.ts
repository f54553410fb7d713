// The real ccxt.pro against the real exchange: every watch method, with only the address changed.
import ccxt, { type Exchange } from 'ccxt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExchangeProcess, killStarted, startExchange } from './testing/exchange-process.ts';

let exchange: ExchangeProcess;
let client: Exchange;
const perpetual = 'BTC/USD:BTC';

beforeAll(async () => {
  exchange = await startExchange({ args: ['--seed', 'ccxt-pro', '--rate-limits', 'off'] });
  const keys = exchange.run.demoAccounts[0];
  client = new ccxt.pro.deribit({ apiKey: keys?.clientId ?? '', secret: keys?.clientSecret ?? '' });
  client.urls.api = { rest: exchange.run.http, ws: exchange.run.ws };
  // A plain ws:// address needs this one line; wss:// needs nothing.
  await client.loadHttpProxyAgent();
  await client.loadMarkets();
}, 90_000);

afterAll(async () => {
  await client?.close().catch(() => undefined);
  await exchange?.stop();
  await killStarted();
});

test('tickers', async () => {
  expect((await client.watchTicker(perpetual)).symbol).toBe(perpetual);
  expect(Object.keys(await client.watchTickers([perpetual, 'ETH/USD:ETH'])).length).toBeGreaterThan(
    0,
  );
});

test('best bids and asks', async () => {
  const quotes = await client.watchBidsAsks([perpetual]);
  expect(quotes[perpetual]?.bid).toBeGreaterThan(0);
});

test('order books stay true to the snapshot over many updates', async () => {
  for (let update = 0; update < 10; update += 1) {
    const book = await client.watchOrderBook(perpetual);
    expect(Number(book.bids[0]?.[0])).toBeLessThan(Number(book.asks[0]?.[0]));
  }
  const many = await client.watchOrderBookForSymbols([perpetual, 'ETH/USD:ETH']);
  expect(many.bids.length).toBeGreaterThan(0);
});

test('trades and candles', async () => {
  const trades = client.watchTrades(perpetual);
  const candles = client.watchOHLCV(perpetual, '1m');
  await client.createOrder(perpetual, 'market', 'buy', 10);
  expect((await trades).length).toBeGreaterThan(0);
  expect((await candles).length).toBeGreaterThan(0);
});

test('own orders, own trades and balance', async () => {
  const orders = client.watchOrders();
  const trades = client.watchMyTrades();
  // One message a currency: BTC may not be in the first.
  let balance = await client.watchBalance();
  while (balance['BTC'] === undefined) balance = await client.watchBalance();
  // ccxt.pro nests each currency's message under its code.
  expect(balance['BTC']).toMatchObject({ BTC: { total: expect.any(Number) } });
  const placed = await client.createOrder(perpetual, 'market', 'sell', 10);
  expect((await orders).some((order) => order.id === placed.id)).toBe(true);
  expect((await trades).some((trade) => trade.order === placed.id)).toBe(true);
});
