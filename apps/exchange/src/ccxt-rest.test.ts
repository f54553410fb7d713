// The real ccxt against the real exchange: what its users do over REST, with only the address
// changed.
import ccxt, { type deribit, type Market, type Order } from 'ccxt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ExchangeProcess,
  eventually,
  killStarted,
  startExchange,
} from './testing/exchange-process.ts';

let exchange: ExchangeProcess;
let client: deribit;
let other: deribit;
const perpetual = 'BTC/USD:BTC';

const clientOf = (account: number): deribit => {
  const keys = exchange.run.demoAccounts[account];
  const made = new ccxt.deribit({ apiKey: keys?.clientId ?? '', secret: keys?.clientSecret ?? '' });
  made.urls.api = { rest: exchange.run.http };
  made.enableRateLimit = false;
  return made;
};

const idOf = (order: Order): string => String(order.id);

const marketOf = (symbol: string): Market => client.market(symbol);

/** The option of one underlying, a week or more away, whose strike is nearest to the index. */
const atTheMoney = async (settle: string, type: 'C' | 'P'): Promise<string> => {
  const { last } = await eventually('an index price', async () => {
    const ticker = await client.fetchTicker(perpetual);
    return ticker.info.index_price ? { last: Number(ticker.info.index_price) } : null;
  });
  const options = Object.values(client.markets ?? {}).filter(
    (market) =>
      market?.option === true &&
      market.base === 'BTC' &&
      market.settle === settle &&
      market.optionType === (type === 'C' ? 'call' : 'put') &&
      Number(market.expiry) > Date.now() + 7 * 86_400_000,
  ) as { symbol: string; strike: number; expiry: number }[];
  options.sort(
    (a, b) => a.expiry - b.expiry || Math.abs(a.strike - last) - Math.abs(b.strike - last),
  );
  const found = options[0];
  if (found === undefined) throw new Error(`no option settles in ${settle}`);
  return found.symbol;
};

const bestOf = (symbol: string) =>
  eventually(`quotes of ${symbol}`, async () => {
    const book = await client.fetchOrderBook(symbol);
    const bid = book.bids[0]?.[0];
    const ask = book.asks[0]?.[0];
    return bid && ask ? { bid, ask } : null;
  });

beforeAll(async () => {
  exchange = await startExchange({ args: ['--seed', 'ccxt', '--rate-limits', 'off'] });
  client = clientOf(0);
  other = clientOf(1);
  await client.loadMarkets();
  await other.loadMarkets();
}, 90_000);

afterAll(async () => {
  await exchange?.stop();
  await killStarted();
});

describe('markets', () => {
  test('load with options, perpetuals and dated futures of both conventions', () => {
    const markets = Object.values(client.markets ?? {});
    expect(markets.length).toBeGreaterThan(500);
    expect(marketOf(perpetual)).toMatchObject({ swap: true, inverse: true, contractSize: 10 });
    expect(marketOf('BTC/USDC:USDC')).toMatchObject({ swap: true, linear: true });
    expect(marketOf('ETH/USD:ETH')).toMatchObject({ swap: true, inverse: true });
    expect(markets.some((market) => market?.future)).toBe(true);
    const option = markets.find((market) => market?.option && market.settle === 'BTC');
    expect(option).toMatchObject({ base: 'BTC', inverse: true, contractSize: 1 });
    expect(markets.some((market) => market?.option && market.settle === 'USDC')).toBe(true);
  });

  test('time, status and currencies', async () => {
    expect(Math.abs(Number(await client.fetchTime()) - Date.now())).toBeLessThan(5_000);
    expect(await client.fetchStatus()).toMatchObject({ status: 'ok' });
    expect(Object.keys(await client.fetchCurrencies())).toEqual(
      expect.arrayContaining(['BTC', 'ETH', 'USDC']),
    );
    expect(await client.fetchDepositWithdrawFees()).toHaveProperty('BTC');
  });

  test('tickers, books and trades', async () => {
    const { bid, ask } = await bestOf(perpetual);
    expect(bid).toBeLessThan(ask);
    const ticker = await client.fetchTicker(perpetual);
    expect(ticker.bid).toBeGreaterThan(0);
    expect(Number(ticker.info.mark_price)).toBeGreaterThan(0);
    const tickers = await client.fetchTickers(undefined, { code: 'BTC' });
    expect(Object.keys(tickers).length).toBeGreaterThan(100);
    const book = await client.fetchL2OrderBook(perpetual);
    expect(book.bids.length).toBeGreaterThan(0);
    await client.createOrder(perpetual, 'market', 'buy', 10);
    const trades = await eventually('a public trade', async () => {
      const found = await client.fetchTrades(perpetual);
      return found.length > 0 ? found : null;
    });
    expect(trades[0]?.price).toBeGreaterThan(0);
    expect((await client.fetchTrades(perpetual, Date.now() - 60_000)).length).toBeGreaterThan(0);
  });

  test('candles, funding, volatility and open interest', async () => {
    const candles = await client.fetchOHLCV(perpetual, '1m', Date.now() - 600_000);
    expect(candles.length).toBeGreaterThan(0);
    expect(await client.fetchFundingRate(perpetual)).toHaveProperty('fundingRate');
    expect(Array.isArray(await client.fetchFundingRateHistory(perpetual))).toBe(true);
    expect(Array.isArray(await client.fetchVolatilityHistory('BTC'))).toBe(true);
    expect(await client.fetchOpenInterest(perpetual)).toHaveProperty('openInterestAmount');
    expect(Array.isArray(await client.fetchLiquidations(perpetual))).toBe(true);
  });

  test('greeks, an option and the option chain', async () => {
    const symbol = await atTheMoney('BTC', 'C');
    const greeks = await eventually('greeks', async () => {
      const found = await client.fetchGreeks(symbol);
      return found.delta ? found : null;
    });
    expect(greeks.delta).toBeGreaterThan(0.2);
    expect(greeks.delta).toBeLessThan(0.8);
    expect(greeks.markImpliedVolatility).toBeGreaterThan(10);
    expect(await client.fetchOption(symbol)).toMatchObject({ symbol });
    expect(Object.keys(await client.fetchOptionChain('BTC')).length).toBeGreaterThan(100);
  });
});

describe('account', () => {
  test('balances, accounts and fees', async () => {
    const balance = await client.fetchBalance();
    expect(Number(balance['BTC']?.total)).toBeGreaterThan(0);
    expect(Number(balance.USDC?.free)).toBeGreaterThan(0);
    expect((await client.fetchAccounts()).length).toBeGreaterThan(0);
    expect(await client.fetchTradingFees()).toHaveProperty(perpetual);
  });

  test('deposits, addresses, withdrawals and transfers', async () => {
    const { address } = await client.createDepositAddress('BTC');
    expect(address).toMatch(/^\S+$/);
    expect((await client.fetchDepositAddress('BTC')).address).toBe(address);
    const deposits = await client.fetchDeposits('BTC');
    expect(deposits.length).toBeGreaterThan(0);
    expect(deposits[0]).toMatchObject({ currency: 'BTC', status: 'ok', type: 'deposit' });
    expect(Array.isArray(await client.fetchWithdrawals('BTC'))).toBe(true);
    const subaccount = await client.privateGetCreateSubaccount();
    const id = String(subaccount.result.id);
    const sent = await client.transfer('BTC', 0.5, 'main', id);
    expect(sent).toMatchObject({ currency: 'BTC', amount: 0.5 });
    const transfers = await client.fetchTransfers('BTC');
    expect(transfers.length).toBeGreaterThan(0);
  });
});

describe('orders', () => {
  test('a limit order rests, is edited, fetched and cancelled', async () => {
    const { bid } = await bestOf(perpetual);
    const price = Math.round(bid * 0.99);
    const placed = await client.createOrder(perpetual, 'limit', 'buy', 100, price);
    expect(placed).toMatchObject({ status: 'open', amount: 100, price, filled: 0 });
    const edited = await client.editOrder(idOf(placed), perpetual, 'limit', 'buy', 120, price - 5);
    expect(edited).toMatchObject({ id: placed.id, amount: 120, price: price - 5 });
    expect(await client.fetchOrder(idOf(placed))).toMatchObject({ id: placed.id, status: 'open' });
    const open = await client.fetchOpenOrders(perpetual);
    expect(open.map(({ id }) => id)).toContain(placed.id);
    expect(await client.cancelOrder(idOf(placed))).toMatchObject({ status: 'canceled' });
    await expect(client.cancelOrder(idOf(placed))).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    await expect(client.fetchOrder('999999999999')).rejects.toBeInstanceOf(ccxt.OrderNotFound);
  });

  test('a market order fills, with its trades, fees and position', async () => {
    const order = await client.createOrder(perpetual, 'market', 'buy', 1000);
    expect(order).toMatchObject({ status: 'closed', filled: 1000 });
    expect(order.average).toBeGreaterThan(0);
    const position = await client.fetchPosition(perpetual);
    expect(position).toMatchObject({ side: 'long' });
    expect((await client.fetchPositions()).length).toBeGreaterThan(0);
    const trades = await eventually('own trades', async () => {
      const found = await client.fetchMyTrades(perpetual);
      return found.some((trade) => trade.order === order.id) ? found : null;
    });
    const trade = trades.find((found) => found.order === order.id);
    expect(trade?.fee?.cost).toBeGreaterThan(0);
    expect(trade?.takerOrMaker).toBe('taker');
    expect((await client.fetchOrderTrades(idOf(order))).length).toBeGreaterThan(0);
    const closed = await eventually('the closed order', async () => {
      const found = await client.fetchClosedOrders(perpetual);
      return found.some(({ id }) => id === order.id) ? found : null;
    });
    expect(closed.find(({ id }) => id === order.id)).toMatchObject({ status: 'closed' });
    const flat = await client.privateGetClosePosition({
      instrument_name: 'BTC-PERPETUAL',
      type: 'market',
    });
    expect(flat.result.order.order_state).toBe('filled');
  });

  test('options trade in coin and in USDC, and in implied volatility', async () => {
    for (const settle of ['BTC', 'USDC']) {
      const symbol = await atTheMoney(settle, 'P');
      const { ask } = await bestOf(symbol);
      const { min } = marketOf(symbol)?.limits.amount ?? {};
      const order = await client.createOrder(symbol, 'limit', 'buy', Number(min), ask);
      expect(order.filled).toBe(min);
    }
    const symbol = await atTheMoney('BTC', 'C');
    const order = await client.createOrder(symbol, 'limit', 'buy', 0.1, 20, { advanced: 'implv' });
    expect(order.info).toMatchObject({ advanced: 'implv' });
    expect(order.price).toBeGreaterThan(0);
    await client.cancelOrder(idOf(order));
  });

  test('post-only, reduce-only, immediate and fill-or-kill', async () => {
    const { bid, ask } = await bestOf(perpetual);
    const far = Math.round(bid * 0.98);
    const post = await client.createOrder(perpetual, 'limit', 'buy', 10, far, { postOnly: true });
    expect(post).toMatchObject({ status: 'open', postOnly: true });
    await client.cancelOrder(idOf(post));
    const crossing = client.createOrder(perpetual, 'limit', 'buy', 10, ask + 20, {
      post_only: true,
      reject_post_only: true,
    });
    await expect(crossing).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    const immediate = await client.createOrder(perpetual, 'limit', 'buy', 10, far, {
      timeInForce: 'IOC',
    });
    expect(immediate).toMatchObject({ status: 'canceled', filled: 0 });
    const kill = await client.createOrder(perpetual, 'limit', 'buy', 10, far, {
      timeInForce: 'FOK',
    });
    expect(kill).toMatchObject({ status: 'canceled', filled: 0 });
    const reduce = client.createOrder('ETH/USD:ETH', 'market', 'sell', 1, undefined, {
      reduceOnly: true,
    });
    await expect(reduce).rejects.toBeInstanceOf(ccxt.ExchangeError);
  });

  test('stops, takes and trailing stops wait for their trigger', async () => {
    const { bid } = await bestOf(perpetual);
    const below = Math.round(bid * 0.97);
    const stopLimit = await client.createOrder(perpetual, 'limit', 'sell', 10, below - 10, {
      stopLossPrice: below,
      trigger: 'mark_price',
    });
    expect(stopLimit.info.order_state).toBe('untriggered');
    const stopMarket = await client.createOrder(perpetual, 'market', 'sell', 10, undefined, {
      stopLossPrice: below,
    });
    expect(stopMarket.info.order_type).toBe('stop_market');
    const take = await client.createOrder(perpetual, 'limit', 'sell', 10, Math.round(bid * 1.04), {
      takeProfitPrice: Math.round(bid * 1.03),
    });
    expect(take.info.order_type).toBe('take_limit');
    const trailing = await client.createOrder(perpetual, 'market', 'sell', 10, undefined, {
      trailingAmount: 500,
    });
    expect(trailing.info.order_type).toBe('trailing_stop');
    const open = await client.fetchOpenOrders(perpetual);
    expect(open.length).toBeGreaterThanOrEqual(4);
    await client.cancelAllOrders(perpetual);
    expect(await client.fetchOpenOrders(perpetual)).toEqual([]);
  });

  test('refusals keep their class', async () => {
    const huge = client.createOrder(perpetual, 'limit', 'buy', 500_000_000, 1000);
    await expect(huge).rejects.toBeInstanceOf(ccxt.ExchangeError);
    const offGrid = client.privateGetBuy({
      instrument_name: 'BTC-PERPETUAL',
      amount: 10,
      price: 1000.3,
      type: 'limit',
    });
    await expect(offGrid).rejects.toBeInstanceOf(ccxt.BadRequest);
    const wrongKey = new ccxt.deribit({ apiKey: 'nobody', secret: 'nothing' });
    wrongKey.urls.api = { rest: exchange.run.http };
    await expect(wrongKey.fetchBalance()).rejects.toBeInstanceOf(ccxt.AuthenticationError);
  });

  test('two clients meet in the book', async () => {
    const symbol = await atTheMoney('BTC', 'C');
    const { bid, ask } = await bestOf(symbol);
    // The tick above 0.005 is 0.0005, which ccxt does not know.
    const price = Number((Math.floor((bid + ask) / 2 / 0.0005) * 0.0005).toFixed(4));
    if (price <= bid || price >= ask) return;
    const resting = await client.createOrder(symbol, 'limit', 'sell', 0.1, price);
    const taken = await other.createOrder(symbol, 'limit', 'buy', 0.1, price);
    expect(taken).toMatchObject({ status: 'closed', filled: 0.1 });
    expect(await client.fetchOrder(idOf(resting))).toMatchObject({ status: 'closed' });
  });
});
