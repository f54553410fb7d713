// The real ccxt.pro against the real exchange: every watch method, over plain and encrypted
// sockets, and over a restart, with only the addresses changed.
import { type deribit, type Exchange } from 'ccxt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  atTheMoney,
  bestOf,
  type CcxtVenue,
  etherPerpetual,
  filledBy,
  idOf,
  infoOf,
  linearPerpetual,
  perpetual,
  proClient,
  restClient,
  restingBid,
  startCcxtVenue,
  subscribed,
} from './testing/ccxt-venue.ts';
import { eventually, killStarted, startExchange } from './testing/exchange-process.ts';

let venue: CcxtVenue;
let rest: deribit;
let client: Exchange;
let call: string;

beforeAll(async () => {
  venue = await startCcxtVenue('ccxt-pro');
  rest = venue.client;
  client = await proClient(venue.exchange, 0);
  await client.loadMarkets();
  call = await atTheMoney(rest, 'BTC', 'BTC', 'call');
  await bestOf(rest, call);
});

afterAll(async () => {
  await client?.close().catch(() => undefined);
  await venue?.exchange.stop();
  await killStarted();
});

const [ownOrders, ownTrades] = ['user.orders.any.any.raw', 'user.trades.any.any.raw'] as const;

type Levels = readonly (readonly unknown[])[];

const pairsOf = (levels: Levels): unknown[] => levels.map(([price, amount]) => [price, amount]);

describe('market data', () => {
  test.each(['100ms', 'raw', 'agg2'])('a ticker, %s', async (interval) => {
    const ticker = await client.watchTicker(perpetual, { interval });
    expect(ticker).toMatchObject({ symbol: perpetual });
    expect(ticker.bid).toBeLessThan(Number(ticker.ask));
    expect(ticker.markPrice).toBeGreaterThan(0);
  });

  test('tickers of many kinds come one after another', async () => {
    const symbols = [perpetual, etherPerpetual, linearPerpetual, call];
    const seen = new Set<string>();
    while (seen.size < symbols.length) {
      for (const symbol of Object.keys(await client.watchTickers(symbols))) seen.add(symbol);
    }
    expect([...seen].sort()).toEqual([...symbols].sort());
  });

  test('best bids and asks, and they move', async () => {
    const first = (await client.watchBidsAsks([perpetual]))[perpetual];
    expect(first?.bid).toBeLessThan(Number(first?.ask));
    expect(first?.bidVolume).toBeGreaterThan(0);
    const next = (await client.watchBidsAsks([perpetual]))[perpetual];
    expect(next?.timestamp).toBeGreaterThanOrEqual(Number(first?.timestamp));
  });

  test.each([
    ['perpetual', () => perpetual, '100ms'],
    ['ETH perpetual', () => etherPerpetual, 'raw'],
    ['linear perpetual', () => linearPerpetual, 'agg2'],
    ['option', () => call, '100ms'],
  ])('the book of a %s', async (_, symbolOf, interval) => {
    const book = await client.watchOrderBook(symbolOf(), undefined, { interval });
    expect(book.symbol).toBe(symbolOf());
    expect(Number(book.bids[0]?.[0])).toBeLessThan(Number(book.asks[0]?.[0]));
  });

  test('a book that was followed is the book that is read', async () => {
    for (let update = 0; update < 6; update += 1) {
      const book = await client.watchOrderBook(perpetual);
      expect(Number(book.bids[0]?.[0])).toBeLessThan(Number(book.asks[0]?.[0]));
      const prices = book.bids.map(([price]) => Number(price));
      expect(prices).toEqual([...prices].sort((a, b) => b - a));
    }
    // Between an update and an answer the market may have moved; then the next pair is compared.
    await eventually('the two books to be one', async () => {
      const followed = await client.watchOrderBook(perpetual);
      const bids = pairsOf(followed.bids);
      const asks = pairsOf(followed.asks);
      const read = await rest.fetchOrderBook(perpetual, 1000);
      const same = JSON.stringify([bids, asks]);
      return same === JSON.stringify([pairsOf(read.bids), pairsOf(read.asks)]);
    });
  });

  test('many books', async () => {
    const symbols = [perpetual, etherPerpetual, linearPerpetual, call];
    const seen = new Set<string>();
    while (seen.size < 2) {
      const book = await client.watchOrderBookForSymbols(symbols);
      seen.add(String(book.symbol));
      expect(book.bids.length).toBeGreaterThan(0);
    }
  });

  test('trades of one and of many', async () => {
    const one = client.watchTrades(perpetual);
    const many = client.watchTradesForSymbols([perpetual, etherPerpetual]);
    await subscribed(client, 'trades.BTC-PERPETUAL.100ms', 'trades.ETH-PERPETUAL.100ms');
    const placed = await rest.createOrder(perpetual, 'market', 'buy', 10);
    const id = placed.trades[0]?.id;
    let trades = await one;
    expect((await many).length).toBeGreaterThan(0);
    // Others trade as well, and may have done so before.
    while (!trades.some((trade) => trade.id === id)) trades = await client.watchTrades(perpetual);
    for (const trade of trades) expect(trade).toMatchObject({ symbol: perpetual });
  });

  test('candles of every length', async () => {
    const lengths = ['1m', '3m', '5m', '15m', '30m', '1h', '2h', '6h', '12h', '1d'];
    // The first candle told is the one that stands, and a minute may have just begun.
    const traded = async (length: string) => {
      let candles = await client.watchOHLCV(perpetual, length);
      while (Number(candles.at(-1)?.[5]) === 0)
        candles = await client.watchOHLCV(perpetual, length);
      return candles;
    };
    const watched = lengths.map(traded);
    const many = client.watchOHLCVForSymbols([
      [perpetual, '1m'],
      [etherPerpetual, '5m'],
    ]);
    await subscribed(
      client,
      ...lengths.map((length) => `chart.trades.BTC-PERPETUAL.${client.timeframes[length]}`),
    );
    await rest.createOrder(perpetual, 'market', 'buy', 10);
    for (const candles of await Promise.all(watched)) {
      const [time, open, high, low, close, volume] = (candles.at(-1) ?? []).map(Number);
      expect(time).toBeGreaterThan(0);
      expect(high).toBeGreaterThanOrEqual(Math.max(Number(open), Number(close)));
      expect(low).toBeLessThanOrEqual(Math.min(Number(open), Number(close)));
      expect(volume).toBeGreaterThan(0);
    }
    expect(Object.keys(await many).length).toBe(1);
  });
});

describe('own account', () => {
  test('an order is told as it rests, changes and goes', async () => {
    const states: string[] = [];
    const watchFor = async (id: string, done: (state: string) => boolean): Promise<void> => {
      for (;;) {
        for (const order of await client.watchOrders(perpetual)) {
          if (order.id !== id) continue;
          states.push(`${order.status} ${order.price}`);
          if (done(String(order.status))) return;
        }
      }
    };
    const { bid } = await bestOf(rest, perpetual);
    const price = Math.round(bid * 0.97);
    const first = client.watchOrders(perpetual);
    await subscribed(client, ownOrders);
    const placed = await rest.createOrder(perpetual, 'limit', 'buy', 10, price);
    expect((await first).map(({ id }) => id)).toContain(placed.id);
    const gone = watchFor(idOf(placed), (status) => status === 'canceled');
    await rest.editOrder(idOf(placed), perpetual, 'limit', 'buy', 20, price - 5);
    await rest.cancelOrder(idOf(placed));
    await gone;
    expect(states.at(-1)).toBe(`canceled ${price - 5}`);
  });

  test.each([{}, { interval: '100ms' }, { kind: 'future', currency: 'BTC' }])(
    'orders of %o',
    async (params) => {
      const watched = client.watchOrders(undefined, undefined, undefined, params);
      const placed = await eventually('an order told', async () => {
        const order = await rest.createOrder(perpetual, 'market', 'sell', 10);
        const told = await Promise.race([watched, new Promise((done) => setTimeout(done, 500))]);
        return told === undefined ? null : order;
      });
      expect(placed.status).toBe('closed');
    },
  );

  test('a stop is told, and its cancel', async () => {
    const watched = client.watchOrders();
    await subscribed(client, ownOrders);
    const { bid } = await bestOf(rest, perpetual);
    const stop = await rest.createOrder(perpetual, 'market', 'sell', 10, undefined, {
      stopLossPrice: Math.round(bid * 0.97),
    });
    const told = (await watched).find(({ id }) => id === stop.id);
    expect(told).toMatchObject({ status: 'open', triggerPrice: stop.triggerPrice });
    await rest.cancelOrder(idOf(stop));
  });

  test('fills of taker and maker, with their fees', async () => {
    const trades = client.watchMyTrades();
    await subscribed(client, ownTrades);
    const placed = await rest.createOrder(perpetual, 'market', 'sell', 10);
    const taken = (await trades).find((trade) => trade.order === placed.id);
    expect(taken).toMatchObject({ side: 'sell', amount: 10, takerOrMaker: 'taker' });
    expect(taken?.fee?.cost).toBeGreaterThan(0);
    const made = client.watchMyTrades(perpetual);
    const resting = await restingBid(rest, perpetual, 30);
    await filledBy(venue, resting, 400_000);
    const fill = await eventually('the fill of the resting order', async () =>
      (await made)
        .concat(await rest.fetchMyTrades(perpetual, undefined, 100))
        .find((trade) => trade.order === resting.id),
    );
    expect(fill).toMatchObject({ side: 'buy', takerOrMaker: 'maker' });
  });

  test('the balance, at once and after a trade', async () => {
    // One message a currency: BTC may not be in the first.
    let balance = await client.watchBalance();
    while (balance['BTC'] === undefined) balance = await client.watchBalance();
    // ccxt.pro nests each currency's message under its code.
    const totalOf = (of: typeof balance): number =>
      Number((of['BTC'] as unknown as Record<string, { total: number }>)['BTC']?.total);
    const before = totalOf(balance);
    expect(before).toBeGreaterThan(0);
    await rest.createOrder(call, 'market', 'buy', 1);
    await eventually('the balance to have paid', async () => {
      balance = await client.watchBalance();
      return totalOf(balance) < before ? balance : null;
    });
    expect(Object.keys(infoOf({ info: balance.info }))).toEqual(
      expect.arrayContaining(['currency', 'equity', 'margin_balance', 'available_funds']),
    );
  });
});

test('over a restart the client connects again and goes on', async () => {
  const port = new URL(venue.exchange.run.http).port;
  const { folder } = venue.exchange;
  await venue.exchange.stop();
  await expect(client.watchTicker(perpetual)).rejects.toThrow();
  const args = ['--seed', 'ccxt-pro', '--rate-limits', 'off', '--port', port];
  const exchange = await startExchange({ folder, args });
  venue = { ...venue, exchange };
  const ticker = await eventually('a ticker from the exchange that is back', () =>
    client.watchTicker(perpetual).catch(() => null),
  );
  expect(ticker.bid).toBeGreaterThan(0);
  await bestOf(rest, perpetual);
  const watched = client.watchMyTrades(perpetual);
  await subscribed(client, ownTrades);
  const placed = await rest.createOrder(perpetual, 'market', 'buy', 10);
  expect((await watched).some((trade) => trade.order === placed.id)).toBe(true);
});

test('over TLS nothing but the addresses is needed', async () => {
  const exchange = await startExchange({
    args: ['--seed', 'ccxt-tls', '--rate-limits', 'off', '--tls'],
  });
  expect(exchange.run.ws).toMatch(/^wss:/);
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const secure = await proClient(exchange, 0);
  try {
    await secure.loadMarkets();
    expect((await secure.watchTicker(perpetual)).symbol).toBe(perpetual);
    const secureRest = restClient(exchange, 0);
    await bestOf(secureRest, perpetual);
    const trades = secure.watchMyTrades();
    await subscribed(secure, ownTrades);
    const placed = await secureRest.createOrder(perpetual, 'market', 'buy', 10);
    expect((await trades).some((trade) => trade.order === placed.id)).toBe(true);
  } finally {
    await secure.close().catch(() => undefined);
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    await exchange.stop();
  }
});
