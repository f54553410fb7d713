// Every REST call of ccxt that this venue answers, over real HTTP with real history behind it:
// none may fail, and each must give its users what they look for.
import ccxt from 'ccxt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fullScope } from '../auth/scope.ts';
import { createGateway, type Gateway } from '../create-gateway.ts';
import { defaultGatewayOptions } from '../gateway-options.ts';
import { MethodVenue } from './testing/method-venue.ts';

const future = 'BTC/USD:BTC';
const linear = 'BTC/USDC:USDC';
const hourMs = 3_600_000;
let venue: MethodVenue;
let gateway: Gateway;
let alice: InstanceType<typeof ccxt.deribit>;
let bob: InstanceType<typeof ccxt.deribit>;
let option: string;

beforeAll(async () => {
  venue = await MethodVenue.open();
  // ccxt asks for ranges up to its own clock, so venue time is brought up to it.
  venue.nowUs = Date.now() * 1000 - 600_000_000;
  venue.setIndex(100_000);
  venue.setSurface();
  const nowUs = () => Math.max(venue.nowUs, Date.now() * 1000) as never;
  const { subscriptions: _, rateTierOf: __, ...parts } = venue.context;
  gateway = createGateway(
    { ...defaultGatewayOptions, port: 0 },
    { ...parts, wallNowMs: () => Date.now(), clock: { nowUs } },
  );
  const { httpUrl } = await gateway.listen();
  const client = (account: number) => {
    parts.identity.changeProfile(account as never, { tierName: 'unlimited' });
    const key = parts.identity.createKey(account as never, { maxScope: fullScope });
    const deribit = new ccxt.deribit({
      apiKey: key?.clientId ?? '',
      secret: key?.clientSecret ?? '',
      enableRateLimit: false,
    });
    deribit.urls.api = { rest: httpUrl };
    return deribit;
  };
  [alice, bob] = [client(1), client(2)];
  await Promise.all([alice.loadMarkets(), bob.loadMarkets()]);
  const id = venue.option().name;
  option = Object.values(alice.markets ?? {}).find((market) => market?.id === id)?.symbol ?? '';
  await bob.createOrder(future, 'limit', 'sell', 100, 100_100);
  await alice.createOrder(future, 'market', 'buy', 50);
  await bob.createOrder(option, 'limit', 'sell', 1, 0.08);
  await alice.createOrder(option, 'market', 'buy', 0.5);
  await bob.createOrder(linear, 'limit', 'sell', 0.01, 100_100);
  await alice.createOrder(linear, 'limit', 'buy', 0.01, 100_100);
});
afterAll(async () => {
  await gateway.close();
  await venue.close();
});

describe('orders of all kinds', () => {
  const place = (type: string, side: 'buy' | 'sell', price: number | undefined, params: object) =>
    alice.createOrder(future, type, side, 10, price, params);

  test('stops, takes and trailing stops wait with their trigger price', async () => {
    const params = { trigger: 'index_price' };
    const stop = await place('market', 'sell', undefined, { ...params, stopLossPrice: 90_000 });
    expect(stop).toMatchObject({ status: 'open', triggerPrice: 90_000 });
    const take = await place('limit', 'sell', 101_000, { ...params, takeProfitPrice: 110_000 });
    expect(take).toMatchObject({ status: 'open', triggerPrice: 110_000, price: 101_000 });
    const trailing = await place('market', 'sell', undefined, { ...params, trailingAmount: 500 });
    expect(trailing).toMatchObject({ status: 'open', type: 'trailing_stop' });
    const open = await alice.fetchOpenOrders(future);
    expect(open.map((order) => order.id)).toEqual([stop.id, take.id, trailing.id]);
    await alice.cancelAllOrders(future);
    expect(await alice.fetchOpenOrders(future)).toEqual([]);
  });

  test('times in force, post only and reduce only', async () => {
    const ioc = await place('limit', 'buy', 99_000, { timeInForce: 'IOC' });
    expect(ioc).toMatchObject({ status: 'canceled', filled: 0, timeInForce: 'IOC' });
    const fok = await place('limit', 'buy', 100_100, { timeInForce: 'FOK' });
    expect(fok).toMatchObject({ status: 'closed', filled: 10, average: 100_100 });
    const post = await place('limit', 'buy', 99_900, { postOnly: true });
    expect(post).toMatchObject({ status: 'open', postOnly: true });
    const crossing = place('limit', 'buy', 100_200, { postOnly: true });
    await expect(crossing).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    const reduce = await place('limit', 'sell', 101_000, { reduceOnly: true });
    expect(reduce.status).toBe('open');
    await alice.cancelAllOrders();
  });

  test('an order is edited, found, cancelled once, and its errors are of their class', async () => {
    const { id } = await place('limit', 'buy', 98_000, {});
    const edited = await alice.editOrder(id ?? '', future, 'limit', 'buy', 20, 98_500);
    expect(edited).toMatchObject({ id, amount: 20, price: 98_500 });
    expect(await alice.fetchOrder(id ?? '', future)).toMatchObject({ id, status: 'open' });
    expect((await alice.cancelOrder(id ?? '', future)).status).toBe('canceled');
    await expect(alice.cancelOrder(id ?? '', future)).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    await expect(alice.cancelOrder('99999999', future)).rejects.toBeInstanceOf(ccxt.OrderNotFound);
    await expect(alice.fetchOrder('99999999', future)).rejects.toBeInstanceOf(ccxt.OrderNotFound);
    const dear = () => alice.createOrder(option, 'limit', 'buy', 500, 0.07);
    await dear();
    await dear();
    await expect(dear()).rejects.toBeInstanceOf(ccxt.InsufficientFunds);
    await alice.cancelAllOrders();
  });
});

describe('what the account has', () => {
  test('trades, orders and positions', async () => {
    const [trade] = await alice.fetchMyTrades(future, Date.now() - 24 * hourMs, 5);
    expect(trade).toMatchObject({ amount: 50, takerOrMaker: 'taker', fee: { currency: 'BTC' } });
    const ofOrder = await alice.fetchOrderTrades(trade?.order ?? '', future);
    expect(ofOrder[0]?.id).toBe(trade?.id);
    const closed = await alice.fetchClosedOrders(future);
    expect(closed.map((order) => order.id)).toContain(trade?.order);
    const positions = await alice.fetchPositions();
    expect(new Set(positions.map((one) => one.symbol))).toEqual(new Set([future, option, linear]));
    expect(await alice.fetchPosition(linear)).toMatchObject({ side: 'long', contracts: 0.01 });
  });

  test('money', async () => {
    const balance = await alice.fetchBalance();
    expect(balance.BTC?.total).toBeGreaterThan(99);
    expect(balance.USDC?.total).toBeGreaterThan(999_000);
    expect((await alice.fetchTradingFees())[future]).toMatchObject({ taker: 0.0005 });
    expect((await alice.fetchAccounts()).map((one) => one.id)).toEqual(['1', '3']);
    const { address } = await alice.createDepositAddress('BTC');
    expect((await alice.fetchDepositAddress('BTC')).address).toBe(address);
    expect((await alice.fetchDeposits('BTC'))[0]).toMatchObject({ amount: 100, status: 'ok' });
    expect(await alice.fetchWithdrawals('BTC')).toEqual([]);
    const lost = alice.withdraw('BTC', 1, 'nowhere');
    await expect(lost).rejects.toBeInstanceOf(ccxt.InvalidAddress);
    const sent = await alice.transfer('BTC', 1, '1', '3');
    expect(sent).toMatchObject({ amount: 1, status: 'ok', toAccount: 'alice_1' });
    expect((await alice.fetchTransfers('BTC'))[0]).toMatchObject({ id: sent.id });
    expect((await alice.fetchDepositWithdrawFees()).BTC).toMatchObject({ withdraw: { fee: 0 } });
    expect(await alice.fetchMyLiquidations(future)).toEqual([]);
  });
});

describe('what the market is', () => {
  test('tickers, books, trades and candles', async () => {
    expect(await alice.fetchTicker(future)).toMatchObject({ last: 100_100, markPrice: 100_000 });
    expect((await alice.fetchTicker(option)).bid).toBeUndefined();
    const tickers = await alice.fetchTickers([future, option]);
    expect(Object.keys(tickers).sort()).toEqual([future, option].sort());
    expect((await alice.fetchOrderBook(option, 5)).asks[0]).toEqual([0.08, 0.5]);
    expect((await alice.fetchTrades(future)).length).toBeGreaterThan(0);
    const since = await alice.fetchTrades(future, Date.now() - hourMs, 1);
    expect(since[0]).toMatchObject({ price: 100_100, amount: 50 });
    const candles = await alice.fetchOHLCV(future, '1m', undefined, 5);
    expect(candles).toHaveLength(5);
    expect(candles.at(-1)?.[4]).toBe(100_100);
    expect((await alice.fetchOHLCV(future, '1d')).length).toBeGreaterThan(0);
  });

  test('options', async () => {
    const greeks = await alice.fetchGreeks(option);
    expect(greeks.delta).toBeGreaterThan(0.3);
    expect(greeks.markImpliedVolatility).toBeGreaterThan(30);
    expect(await alice.fetchOption(option)).toMatchObject({ openInterest: 0.5, lastPrice: 0.08 });
    expect(Object.keys(await alice.fetchOptionChain('BTC')).length).toBeGreaterThan(10);
    expect((await alice.fetchVolatilityHistory('BTC')) as unknown[]).toBeInstanceOf(Array);
  });

  test('funding, open interest, currencies and the venue itself', async () => {
    expect((await alice.fetchFundingRate(future)).fundingRate).toBe(0);
    const rates = await alice.fetchFundingRateHistory(future);
    expect(rates[0]).toMatchObject({ symbol: future, indexPrice: 100_000 });
    expect((await alice.fetchOpenInterest(future)).openInterestValue).toBeGreaterThan(0);
    expect(await alice.fetchLiquidations(future)).toEqual([]);
    expect(Object.keys(await alice.fetchCurrencies())).toEqual(['BTC', 'ETH', 'USDC']);
    expect((await alice.fetchStatus()).status).toBe('ok');
  });
});
