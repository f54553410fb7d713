// What ccxt reads of an account and does with its money: fills, positions to the last digit,
// histories and their filters, balances, transfers, deposits and withdrawals.
import ccxt, { type deribit } from 'ccxt';
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
  restingBid,
  startCcxtVenue,
} from './testing/ccxt-venue.ts';
import { killStarted } from './testing/exchange-process.ts';

let venue: CcxtVenue;
let client: deribit;
let call: string;
let linearCall: string;

beforeAll(async () => {
  venue = await startCcxtVenue('ccxt-account');
  client = venue.client;
  call = await atTheMoney(client, 'BTC', 'BTC', 'call');
  linearCall = await atTheMoney(client, 'BTC', 'USDC', 'call');
});

afterAll(async () => {
  await venue?.exchange.stop();
  await killStarted();
});

describe('fills and positions', () => {
  test.each([
    ['inverse perpetual', () => perpetual, 1],
    ['linear perpetual', () => linearPerpetual, 1],
    ['ETH perpetual', () => etherPerpetual, 3],
    ['option', () => call, 1],
    ['linear option', () => linearCall, 1],
  ])('%s: long at exactly its price, then short at exactly that', async (_, symbolOf, times) => {
    const symbol = symbolOf();
    await bestOf(client, symbol);
    const market = client.market(symbol);
    const amount = Number(market.limits.amount?.min) * times;
    const bought = await client.createOrder(symbol, 'market', 'buy', amount);
    expect(bought).toMatchObject({ status: 'closed', filled: amount, remaining: 0 });
    const { result } = await client.privateGetGetUserTradesByOrder({ order_id: bought.id });
    expect(result.length).toBe(bought.trades.length);
    const long = await client.fetchPosition(symbol);
    expect(long).toMatchObject({ symbol, side: 'long', contracts: amount });
    if (bought.trades.length === 1) expect(long.entryPrice).toBe(bought.average);
    expect(long.markPrice).toBeGreaterThan(0);
    expect(typeof long.unrealizedPnl).toBe('number');
    if (market.swap) {
      expect(long.leverage).toBe(50);
      expect(long.notional).toBeGreaterThan(0);
      expect(long.initialMargin).toBeGreaterThan(Number(long.maintenanceMargin));
    }
    const sold = await client.createOrder(symbol, 'market', 'sell', amount * 2);
    const short = await client.fetchPosition(symbol);
    expect(short).toMatchObject({ symbol, side: 'short', contracts: -amount });
    if (sold.trades.length === 1) expect(short.entryPrice).toBe(sold.average);
    expect(infoOf(short)).toMatchObject({
      direction: 'sell',
      kind: market.option ? 'option' : 'future',
    });
    if (bought.trades.length > 1 || sold.trades.length > 1) return;
    const [from, to] = [Number(bought.average), Number(sold.average)];
    const profit =
      market.swap && market.inverse ? amount / from - amount / to : amount * (to - from);
    expect(short.realizedPnl).toBeCloseTo(profit, market.settle === 'USDC' ? 5 : 7);
  });

  test('all positions, by symbol, by currency and by kind', async () => {
    const all = (await client.fetchPositions()).map(({ symbol }) => symbol);
    expect(all).toEqual(expect.arrayContaining([perpetual, linearPerpetual, call, linearCall]));
    const some = await client.fetchPositions([perpetual, call]);
    expect(new Set(some.map(({ symbol }) => symbol))).toEqual(new Set([perpetual, call]));
    const usdc = await client.fetchPositions(undefined, { currency: 'USDC' });
    expect(usdc.every((position) => String(position.symbol).includes(':USDC'))).toBe(true);
    const options = await client.fetchPositions(undefined, { currency: 'BTC', kind: 'option' });
    expect(options.map(({ symbol }) => symbol)).toEqual([call]);
  });

  test('profit is mark less entry, and a liquidation price stands on the far side', async () => {
    const [inverse] = await client.fetchPositions([perpetual]);
    const { contracts, entryPrice, markPrice, unrealizedPnl } = inverse ?? {};
    const profit = Number(contracts) * (1 / Number(entryPrice) - 1 / Number(markPrice));
    expect(unrealizedPnl).toBeCloseTo(profit, 7);
    const [linear] = await client.fetchPositions([linearPerpetual]);
    const gain =
      Number(linear?.contracts) * (Number(linear?.markPrice) - Number(linear?.entryPrice));
    expect(linear?.unrealizedPnl).toBeCloseTo(gain, 3);
    for (const position of [inverse, linear]) {
      const price = position?.liquidationPrice;
      if (price) expect(price).toBeGreaterThan(Number(position?.markPrice));
    }
  });

  test('close_position makes it flat', async () => {
    const { result } = await client.privateGetClosePosition({
      instrument_name: 'ETH-PERPETUAL',
      type: 'market',
    });
    expect(result.order.order_state).toBe('filled');
    const flat = await client.fetchPosition(etherPerpetual);
    expect(flat.contracts).toBe(0);
    expect(infoOf(flat).direction).toBe('zero');
  });

  test('two accounts meet, and each knows its part', async () => {
    const maker = await restingBid(client, perpetual, 40);
    const { price } = maker;
    const done = await filledBy(venue, maker, 200_000);
    expect(done).toMatchObject({ status: 'closed', filled: 40, average: price });
    const [trade] = await client.fetchOrderTrades(idOf(maker));
    expect(trade).toMatchObject({ takerOrMaker: 'maker', side: 'buy', amount: 40, price });
    expect(trade?.fee).toEqual({ cost: 0, currency: 'BTC' });
  });
});

describe('histories', () => {
  test('own trades: by symbol, by currency, from a time, up to a number', async () => {
    const all = await client.fetchMyTrades(perpetual, undefined, 100);
    expect(all.length).toBeGreaterThanOrEqual(3);
    for (const trade of all) {
      expect(trade).toMatchObject({ symbol: perpetual, order: expect.any(String) });
      expect(trade.price).toBeGreaterThan(0);
      expect(trade.amount).toBeGreaterThan(0);
      expect(trade.cost).toBeGreaterThan(0);
      expect(trade.fee?.currency).toBe('BTC');
      expect(['maker', 'taker']).toContain(trade.takerOrMaker);
    }
    const times = all.map((trade) => Number(trade.timestamp));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect((await client.fetchMyTrades(perpetual, undefined, 2)).length).toBe(2);
    const since = Number(all[1]?.timestamp);
    const later = await client.fetchMyTrades(perpetual, since, 2);
    expect(later.map(({ id }) => id)).toEqual(all.slice(1, 3).map(({ id }) => id));
    expect(await client.fetchMyTrades(perpetual, Date.now() + 60_000)).toEqual([]);
    const bitcoin = await client.fetchMyTrades(undefined, undefined, 100);
    expect(bitcoin.map(({ symbol }) => symbol)).toEqual(expect.arrayContaining([perpetual, call]));
    const dollars = await client.fetchMyTrades(undefined, Date.now() - 600_000, 100, {
      code: 'USDC',
    });
    expect(dollars.every(({ fee }) => fee?.currency === 'USDC')).toBe(true);
    expect(dollars.length).toBeGreaterThanOrEqual(4);
  });

  test('the trades of one order add up to it', async () => {
    const order = await client.createOrder(call, 'market', 'buy', 0.4);
    const trades = await client.fetchOrderTrades(idOf(order));
    const sum = trades.reduce((total, trade) => total + Number(trade.amount), 0);
    expect(sum).toBeCloseTo(Number(order.filled), 8);
    const fees = trades.reduce((total, trade) => total + Number(trade.fee?.cost), 0);
    expect(fees).toBeCloseTo(Number(order.fee?.cost), 8);
    expect(fees).toBeCloseTo(0.0003 * 0.4, 8);
  });

  test('closed orders: by symbol, currency, number, with and without the unfilled', async () => {
    const { bid } = await bestOf(client, perpetual);
    const rested = await client.createOrder(perpetual, 'limit', 'buy', 10, Math.round(bid * 0.97));
    await client.cancelOrder(idOf(rested));
    const closed = await client.fetchClosedOrders(perpetual);
    expect(closed.length).toBeGreaterThanOrEqual(3);
    expect(closed.every((order) => order.status === 'closed' && Number(order.filled) > 0)).toBe(
      true,
    );
    expect((await client.fetchClosedOrders(perpetual, undefined, 2)).length).toBe(2);
    const unfilled = await client.fetchClosedOrders(perpetual, undefined, undefined, {
      include_unfilled: true,
    });
    expect(unfilled.find(({ id }) => id === rested.id)).toMatchObject({ status: 'canceled' });
    const codes = await client.fetchClosedOrders(undefined, undefined, undefined, { code: 'USDC' });
    expect(codes.length).toBeGreaterThanOrEqual(4);
    const since = Number(closed.at(-1)?.timestamp);
    const last = await client.fetchClosedOrders(perpetual, since);
    expect(last.map(({ id }) => id)).toContain(closed.at(-1)?.id);
  });

  test('the transaction log tells every movement', async () => {
    const { result } = await client.privateGetGetTransactionLog({
      currency: 'BTC',
      start_timestamp: Date.now() - 3_600_000,
      end_timestamp: Date.now() + 10_000,
    });
    const types = new Set(result.logs.map((row: { type: string }) => row.type));
    expect(types).toContain('trade');
  });
});

describe('money', () => {
  test('balances: what is free is what equity leaves', async () => {
    const balance = await client.fetchBalance();
    for (const code of ['BTC', 'ETH', 'USDC']) {
      const { free, used, total } = balance[code] ?? {};
      expect(total).toBeGreaterThan(0);
      expect(free).toBeLessThanOrEqual(Number(total));
      expect(used).toBeGreaterThanOrEqual(0);
      const single = await client.fetchBalance({ code });
      expect(single[code]?.total).toBeGreaterThan(0);
    }
    const summaries = infoOf(balance).summaries as Record<string, number>[];
    for (const row of summaries) {
      const { margin_balance: margin, initial_margin: initial, available_funds: available } = row;
      expect(Number(available)).toBeCloseTo(Number(margin) - Number(initial), 5);
      expect(Number(row.initial_margin)).toBeGreaterThanOrEqual(Number(row.maintenance_margin));
    }
  });

  test('a trade changes the balance by premium and fee', async () => {
    const before = Number(infoOf(await client.fetchBalance({ code: 'BTC' })).balance);
    const order = await client.createOrder(call, 'market', 'buy', 0.1);
    const after = Number(infoOf(await client.fetchBalance({ code: 'BTC' })).balance);
    const paid = Number(order.average) * 0.1 + Number(order.fee?.cost);
    expect(before - after).toBeCloseTo(paid, 7);
  });

  test('fees of every symbol, and accounts', async () => {
    const fees = await client.fetchTradingFees();
    expect(fees[perpetual]).toMatchObject({ maker: 0, taker: 0.0005 });
    expect(fees[call]).toMatchObject({ maker: 0.0003, taker: 0.0003 });
    expect((await client.fetchAccounts())[0]).toMatchObject({ type: 'main' });
  });

  test('transfers to a subaccount and back', async () => {
    const { result: sub } = await client.privateGetCreateSubaccount();
    const id = String(sub.id);
    expect((await client.fetchAccounts()).map((account) => account.id)).toContain(id);
    const before = Number((await client.fetchBalance())['BTC']?.total);
    const sent = await client.transfer('BTC', 0.5, 'main', id);
    expect(sent).toMatchObject({ currency: 'BTC', amount: 0.5, status: 'ok' });
    expect(sent.toAccount).toBeDefined();
    expect(before - Number((await client.fetchBalance())['BTC']?.total)).toBeCloseTo(0.5, 2);
    const raw = await fetch(`${venue.exchange.run.http}/api/v2`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${btoa(`${client.apiKey}:${client.secret}`)}`,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'private/submit_transfer_between_subaccounts',
        params: { currency: 'BTC', amount: 0.2, source: Number(id), destination: 1 },
      }),
    });
    expect(await raw.json()).toMatchObject({ id: 1, result: { amount: 0.2, state: 'confirmed' } });
    const transfers = await client.fetchTransfers('BTC');
    expect(new Set(transfers.map(({ amount }) => amount))).toEqual(new Set([0.2, 0.5]));
    expect(transfers.find(({ amount }) => amount === 0.2)).toMatchObject({ status: 'ok' });
    expect((await client.fetchTransfers('BTC', undefined, 1)).length).toBe(1);
    await expect(client.transfer('BTC', 5_000, 'main', id)).rejects.toBeInstanceOf(
      ccxt.InsufficientFunds,
    );
    await expect(client.transfer('BTC', 1, 'main', '999999')).rejects.toBeInstanceOf(
      ccxt.ExchangeError,
    );
  });

  test('transfers to another user go to their deposit address', async () => {
    const { address } = await venue.other.fetchDepositAddress('ETH');
    const sent = await client.transfer('ETH', 1, 'main', String(address), {
      method: 'privateGetSubmitTransferToUser',
    });
    expect(sent).toMatchObject({ amount: 1, currency: 'ETH', status: 'ok' });
    const [received] = await venue.other.fetchTransfers('ETH');
    expect(received?.info).toMatchObject({ direction: 'income' });
  });

  test.each(['BTC', 'ETH', 'USDC'])('deposits and addresses of %s', async (code) => {
    const { address } = await client.fetchDepositAddress(code);
    expect(address).toMatch(/^\S+$/);
    const made = await client.createDepositAddress(code);
    expect((await client.fetchDepositAddress(code)).address).toBe(made.address);
    const [deposit] = await client.fetchDeposits(code);
    expect(deposit).toMatchObject({ currency: code, type: 'deposit', status: 'ok' });
    expect(deposit?.amount).toBeGreaterThan(0);
    expect(deposit?.timestamp).toBeGreaterThan(0);
    expect(deposit?.address).toBeTruthy();
  });

  test('withdrawals', async () => {
    const address = 'bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh';
    const before = Number((await client.fetchBalance())['BTC']?.total);
    await client.withdraw('BTC', 0.1, address);
    expect(before - Number((await client.fetchBalance())['BTC']?.total)).toBeCloseTo(0.1, 2);
    const [withdrawal] = await client.fetchWithdrawals('BTC');
    expect(withdrawal).toMatchObject({
      currency: 'BTC',
      amount: 0.1,
      address,
      type: 'withdrawal',
      status: 'ok',
    });
    const much = client.withdraw('BTC', 5_000, address);
    await expect(much).rejects.toBeInstanceOf(ccxt.InsufficientFunds);
    await expect(client.withdraw('BTC', 0.1, 'x')).rejects.toBeInstanceOf(ccxt.InvalidAddress);
    expect((await client.fetchDepositWithdrawFees(['BTC'])).BTC).toMatchObject({
      withdraw: { fee: 0 },
    });
  });

  test('wrong keys are authentication errors', async () => {
    for (const keys of [
      { apiKey: 'nobody', secret: 'nothing' },
      { apiKey: client.apiKey, secret: 'nothing' },
    ]) {
      const wrong = new ccxt.deribit(keys);
      wrong.urls.api = { rest: venue.exchange.run.http };
      await expect(wrong.fetchBalance()).rejects.toBeInstanceOf(ccxt.AuthenticationError);
    }
  });
});
