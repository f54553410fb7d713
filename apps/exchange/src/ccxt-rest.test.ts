// Every order that ccxt can send, and what becomes of it: types, times in force, triggers, edits,
// cancels and refusals, each with the class of its error.
import ccxt, { type deribit, type Order } from 'ccxt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  atTheMoney,
  bestOf,
  type CcxtVenue,
  etherPerpetual,
  idOf,
  infoOf,
  linearPerpetual,
  perpetual,
  restingStop,
  shareOfBid,
  startCcxtVenue,
} from './testing/ccxt-venue.ts';
import { eventually, killStarted } from './testing/exchange-process.ts';

let venue: CcxtVenue;
let client: deribit;
let call: string;
let etherCall: string;
let linearCall: string;

beforeAll(async () => {
  venue = await startCcxtVenue('ccxt-rest');
  client = venue.client;
  call = await atTheMoney(client, 'BTC', 'BTC', 'call');
  etherCall = await atTheMoney(client, 'ETH', 'ETH', 'call');
  linearCall = await atTheMoney(client, 'BTC', 'USDC', 'call');
});

afterEach(async () => {
  await client.cancelAllOrders();
});

afterAll(async () => {
  await venue?.exchange.stop();
  await killStarted();
});

const far = (): Promise<number> => shareOfBid(client, perpetual, 0.97);

const rest = async (params: Record<string, unknown> = {}, amount = 100): Promise<Order> =>
  client.createOrder(perpetual, 'limit', 'buy', amount, await far(), params);

describe('limit orders', () => {
  test.each([
    ['inverse perpetual', () => perpetual],
    ['linear perpetual', () => linearPerpetual],
    ['ETH perpetual', () => etherPerpetual],
    ['BTC option', () => call],
    ['ETH option', () => etherCall],
    ['linear option', () => linearCall],
  ])('%s: rests, is read and cancelled', async (_, symbolOf) => {
    const symbol = symbolOf();
    const market = client.market(symbol);
    const { bid } = await bestOf(client, symbol);
    const amount = Number(market.limits.amount?.min) * 3;
    const price = market.option ? Number(market.precision.price) * 5 : bid * 0.98;
    const placed = await client.createOrder(symbol, 'limit', 'buy', amount, price);
    expect(placed).toMatchObject({ symbol, status: 'open', type: 'limit', side: 'buy', filled: 0 });
    expect(placed.amount).toBeCloseTo(amount, 8);
    expect(placed.remaining).toBeCloseTo(amount, 8);
    const read = await client.fetchOrder(idOf(placed), symbol);
    expect(read).toMatchObject({ id: placed.id, price: placed.price, amount: placed.amount });
    expect((await client.fetchOpenOrders(symbol)).map(({ id }) => id)).toEqual([placed.id]);
    const gone = await client.cancelOrder(idOf(placed), symbol);
    expect(gone).toMatchObject({ id: placed.id, status: 'canceled' });
    expect(infoOf(gone)).toMatchObject({ cancel_reason: 'user_request' });
    expect((await client.fetchOrder(idOf(placed), symbol)).status).toBe('canceled');
    expect(await client.fetchOpenOrders(symbol)).toEqual([]);
  });

  test('amounts and contracts agree', async () => {
    const price = await far();
    const { result } = await client.privateGetBuy({
      instrument_name: 'BTC-PERPETUAL',
      contracts: 3,
      price,
    });
    expect(Number(result.order.amount)).toBe(30);
    const wrong = client.privateGetBuy({
      instrument_name: 'BTC-PERPETUAL',
      contracts: 3,
      amount: 40,
      price,
    });
    await expect(wrong).rejects.toBeInstanceOf(ccxt.BadRequest);
  });

  test('the client cuts prices and amounts to the grid', async () => {
    const placed = await rest({}, 107);
    expect(placed.amount).toBe(100);
    const price = (await far()) + 0.3;
    expect((await client.createOrder(perpetual, 'limit', 'buy', 10, price)).price).toBe(
      price + 0.2,
    );
  });

  test('labels find their orders', async () => {
    const placed = await rest({ label: 'mine' });
    expect(infoOf(placed).label).toBe('mine');
    const found = await client.privateGetGetOpenOrdersByLabel({ currency: 'BTC', label: 'mine' });
    expect(found.result.map((order: { order_id: string }) => order.order_id)).toEqual([placed.id]);
    await client.privateGetCancelByLabel({ label: 'mine' });
    expect((await client.fetchOrder(idOf(placed))).status).toBe('canceled');
    await expect(rest({ label: 'x'.repeat(65) })).rejects.toBeInstanceOf(ccxt.BadRequest);
  });

  test.each([
    [{ timeInForce: 'GTC' }, 'GTC', 'open'],
    [{ timeInForce: 'IOC' }, 'IOC', 'canceled'],
    [{ timeInForce: 'FOK' }, 'FOK', 'canceled'],
    [{ time_in_force: 'good_til_day' }, 'good_til_day', 'open'],
    [{ timeInForce: 'PO' }, 'GTC', 'open'],
    [{ valid_until: Date.now() + 600_000 }, 'GTC', 'open'],
    [{ something_unknown: 1 }, 'GTC', 'open'],
  ])('%o rests as it should', async (params, timeInForce, status) => {
    expect(await rest(params)).toMatchObject({ timeInForce, status, filled: 0 });
  });

  test.each(['IOC', 'FOK'])('%s fills at the best price', async (timeInForce) => {
    const { ask } = await bestOf(client, perpetual);
    const price = Math.round(ask * 1.005);
    const filled = await client.createOrder(perpetual, 'limit', 'buy', 10, price, { timeInForce });
    expect(filled).toMatchObject({ status: 'closed', filled: 10, remaining: 0 });
    expect(filled.average).toBeLessThanOrEqual(price);
    expect(filled.trades.length).toBeGreaterThan(0);
  });

  test('post-only is kept, refused or moved', async () => {
    expect(await rest({ postOnly: true })).toMatchObject({ postOnly: true, status: 'open' });
    const price = Math.round((await bestOf(client, perpetual)).ask * 1.005);
    const crossing = client.createOrder(perpetual, 'limit', 'buy', 10, price, { postOnly: true });
    await expect(crossing).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    const moved = await client.createOrder(perpetual, 'limit', 'buy', 10, price, {
      post_only: true,
      reject_post_only: false,
    });
    expect(moved).toMatchObject({ status: 'open', filled: 0 });
    expect(moved.price).toBeLessThan(price);
  });

  test('reduce-only needs a position and never turns it around', async () => {
    const none = client.createOrder(etherPerpetual, 'market', 'sell', 1, undefined, {
      reduceOnly: true,
    });
    await expect(none).rejects.toBeInstanceOf(ccxt.ExchangeError);
    await client.createOrder(etherPerpetual, 'market', 'buy', 5);
    const order = await client.createOrder(etherPerpetual, 'market', 'sell', 20, undefined, {
      reduceOnly: true,
    });
    expect(order.filled).toBe(5);
    expect((await client.fetchPosition(etherPerpetual)).contracts).toBe(0);
  });

  test('an iceberg shows its tip', async () => {
    const order = await rest({ display_amount: 1000 }, 10_000);
    expect(infoOf(order)).toMatchObject({ display_amount: 1000, refresh_amount: 1000 });
    await expect(rest({ display_amount: 10 })).rejects.toBeInstanceOf(ccxt.InvalidOrder);
  });
});

describe('advanced option orders', () => {
  test('in volatility, edited in volatility, then in coin', async () => {
    const order = await client.createOrder(call, 'limit', 'buy', 0.1, 15, { advanced: 'implv' });
    expect(infoOf(order)).toMatchObject({ advanced: 'implv', implv: 15 });
    expect(order.price).toBeGreaterThan(0);
    const edited = await client.editOrder(idOf(order), call, 'limit', 'buy', 0.2, 16, {
      advanced: 'implv',
    });
    expect(infoOf(edited)).toMatchObject({ implv: 16, amount: 0.2 });
    const plain = await client.editOrder(idOf(order), call, 'limit', 'buy', 0.2, 0.001);
    expect(plain.price).toBe(0.001);
    expect(infoOf(plain).advanced).toBeUndefined();
  });

  test('in dollars', async () => {
    const order = await client.createOrder(call, 'limit', 'buy', 0.1, 100, { advanced: 'usd' });
    expect(infoOf(order)).toMatchObject({ advanced: 'usd', usd: 100 });
    const index = Number(infoOf(await client.fetchTicker(call)).index_price);
    expect(Number(order.price) * index).toBeGreaterThan(80);
    expect(Number(order.price) * index).toBeLessThan(120);
  });

  test('never on futures', async () => {
    await expect(rest({ advanced: 'usd' })).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    await expect(rest({ advanced: 'implv' })).rejects.toBeInstanceOf(ccxt.InvalidOrder);
  });
});

type TriggerCase = [type: string, side: 'buy' | 'sell', key: string, at: number, becomes: string];

const triggerCases: TriggerCase[] = [
  ['limit', 'sell', 'stopLossPrice', 0.98, 'stop_limit'],
  ['market', 'sell', 'stopLossPrice', 0.98, 'stop_market'],
  ['limit', 'buy', 'stopLossPrice', 1.02, 'stop_limit'],
  ['market', 'buy', 'stopLossPrice', 1.02, 'stop_market'],
  ['limit', 'sell', 'takeProfitPrice', 1.02, 'take_limit'],
  ['market', 'sell', 'takeProfitPrice', 1.02, 'take_market'],
  ['limit', 'buy', 'takeProfitPrice', 0.98, 'take_limit'],
  ['market', 'buy', 'takeProfitPrice', 0.98, 'take_market'],
  ['stop_limit', 'sell', 'stopLossPrice', 0.98, 'stop_limit'],
  ['stop_market', 'sell', 'trigger_price', 0.98, 'stop_market'],
  ['take_limit', 'sell', 'takeProfitPrice', 1.02, 'take_limit'],
  ['take_market', 'sell', 'trigger_price', 1.02, 'take_market'],
];

describe('trigger orders', () => {
  test.each(triggerCases)('%s %s with %s %d is a %s', async (type, side, key, at, becomes) => {
    const trigger = await shareOfBid(client, perpetual, at);
    const price = type.endsWith('limit') ? trigger : undefined;
    const params = { [key]: trigger };
    const order = await client.createOrder(perpetual, type, side, 10, price, params);
    expect(order).toMatchObject({ status: 'open', side, amount: 10, triggerPrice: trigger });
    expect(infoOf(order)).toMatchObject({ order_type: becomes, order_state: 'untriggered' });
    expect((await client.fetchOrder(idOf(order))).status).toBe('open');
    expect((await client.fetchOpenOrders(perpetual)).map(({ id }) => id)).toContain(order.id);
    const moved = await client.editOrder(idOf(order), perpetual, type, side, 20, price, {
      trigger_price: trigger + (at < 1 ? -5 : 5),
    });
    expect(moved).toMatchObject({ id: order.id, amount: 20, status: 'open' });
    expect(moved.triggerPrice).toBe(trigger + (at < 1 ? -5 : 5));
    const gone = await client.cancelOrder(idOf(order));
    expect(gone.status).toBe('canceled');
    expect((await client.fetchOrder(idOf(order))).status).toBe('canceled');
  });

  test.each(['index_price', 'mark_price', 'last_price'])('they watch the %s', async (trigger) => {
    const stopLossPrice = await shareOfBid(client, perpetual, 0.97);
    const order = await client.createOrder(perpetual, 'market', 'sell', 10, undefined, {
      stopLossPrice,
      trigger,
    });
    expect(infoOf(order).trigger).toBe(trigger);
  });

  test('a trailing stop follows at its distance', async () => {
    const order = await client.createOrder(perpetual, 'market', 'sell', 10, undefined, {
      trailingAmount: 900,
    });
    expect(infoOf(order)).toMatchObject({ order_type: 'trailing_stop', trigger_offset: 900 });
    const edited = await client.editOrder(idOf(order), perpetual, 'market', 'sell', 20, undefined, {
      trailingAmount: 800,
    });
    expect(infoOf(edited)).toMatchObject({ trigger_offset: 800, amount: 20 });
  });

  test('one that fires becomes a plain order that names it', async () => {
    const stop = await restingStop(client, perpetual, 10);
    const fired = await eventually('the order that the stop became', async () => {
      await venue.other.createOrder(perpetual, 'market', 'buy', 10);
      const found = await client.fetchClosedOrders(perpetual);
      return found.find((order) => infoOf(order).trigger_order_id === stop.id);
    });
    expect(fired).toMatchObject({ status: 'closed', filled: 10, side: 'buy', type: 'market' });
    expect((await client.fetchOpenOrders(perpetual)).map(({ id }) => id)).not.toContain(stop.id);
    expect(infoOf(await client.fetchOrder(idOf(stop)))).toMatchObject({ order_state: 'triggered' });
    const { result } = await client.privateGetGetTriggerOrderHistory({ currency: 'BTC' });
    const ids = result.entries.map((entry: { trigger_order_id: string }) => entry.trigger_order_id);
    expect(ids).toContain(stop.id);
  });

  test('a condition that is already met is refused', async () => {
    const above = await shareOfBid(client, perpetual, 1.02);
    const below = await shareOfBid(client, perpetual, 0.98);
    const stop = client.createOrder(perpetual, 'market', 'sell', 10, undefined, {
      stopLossPrice: above,
    });
    await expect(stop).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    const take = client.createOrder(perpetual, 'market', 'sell', 10, undefined, {
      takeProfitPrice: below,
    });
    await expect(take).rejects.toBeInstanceOf(ccxt.InvalidOrder);
  });
});

describe('edits and cancels', () => {
  test('amount alone, price alone, both', async () => {
    const order = await rest();
    const price = Number(order.price);
    const edit = (amount: number, to?: number) =>
      client.editOrder(idOf(order), perpetual, 'limit', 'buy', amount, to);
    expect(await edit(50)).toMatchObject({ id: order.id, amount: 50, price });
    expect(await edit(50, price - 5)).toMatchObject({ amount: 50, price: price - 5 });
    const both = await edit(70, price - 10);
    expect(both).toMatchObject({ id: order.id, amount: 70, price: price - 10, status: 'open' });
    expect(infoOf(both).replaced).toBe(true);
    expect(await edit(70, price - 10)).toMatchObject({ amount: 70, price: price - 10 });
  });

  test('an edit may trade', async () => {
    const order = await rest({}, 10);
    const price = Math.round((await bestOf(client, perpetual)).ask * 1.005);
    const edited = await client.editOrder(idOf(order), perpetual, 'limit', 'buy', 10, price);
    expect(edited).toMatchObject({ id: order.id, status: 'closed', filled: 10 });
    expect(edited.trades.length).toBeGreaterThan(0);
  });

  test('what is gone can be neither edited nor cancelled', async () => {
    const order = await rest();
    await client.cancelOrder(idOf(order));
    await expect(client.cancelOrder(idOf(order))).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    const edit = client.editOrder(idOf(order), perpetual, 'limit', 'buy', 50);
    await expect(edit).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    for (const id of ['999999999', 'ETH-999999999', 'nonsense']) {
      await expect(client.fetchOrder(id)).rejects.toBeInstanceOf(ccxt.OrderNotFound);
      await expect(client.cancelOrder(id)).rejects.toBeInstanceOf(ccxt.OrderNotFound);
      const missing = client.editOrder(id, perpetual, 'limit', 'buy', 50, 1000);
      await expect(missing).rejects.toBeInstanceOf(ccxt.OrderNotFound);
    }
    await expect(venue.other.fetchOrder(idOf(order))).rejects.toBeInstanceOf(ccxt.OrderNotFound);
  });

  test('all of a symbol, then all', async () => {
    const { bid } = await bestOf(client, linearPerpetual);
    await rest();
    await client.createOrder(call, 'limit', 'buy', 0.1, 0.0005);
    await client.createOrder(linearPerpetual, 'limit', 'buy', 0.002, Math.round(bid * 0.98));
    expect((await client.fetchOpenOrders()).length).toBe(2);
    const linear = await client.fetchOpenOrders(undefined, undefined, undefined, { code: 'USDC' });
    expect(linear.length).toBe(1);
    await client.cancelAllOrders(perpetual);
    expect(await client.fetchOpenOrders(perpetual)).toEqual([]);
    expect((await client.fetchOpenOrders(call)).length).toBe(1);
    const [all] = await client.cancelAllOrders();
    expect(Number(infoOf(all ?? { info: {} }).result)).toBe(2);
    expect(await client.fetchOpenOrders()).toEqual([]);
  });
});

describe('refusals', () => {
  test.each([
    ['a perpetual', () => perpetual, 1e9],
    ['a linear perpetual', () => linearPerpetual, 1e6],
    ['an ETH perpetual', () => etherPerpetual, 1e9],
    ['an option', () => call, 1e5],
  ])('too much of %s: insufficient funds', async (_, symbolOf, amount) => {
    const symbol = symbolOf();
    const { bid, ask } = await bestOf(client, symbol);
    const limit = client.createOrder(symbol, 'limit', 'sell', amount, ask);
    await expect(limit).rejects.toBeInstanceOf(ccxt.InsufficientFunds);
    const market = client.createOrder(symbol, 'market', 'buy', amount);
    await expect(market).rejects.toBeInstanceOf(ccxt.InsufficientFunds);
    const buy = client.createOrder(symbol, 'limit', 'buy', amount, bid);
    await expect(buy).rejects.toBeInstanceOf(ccxt.InsufficientFunds);
  });

  test('prices outside the band', async () => {
    const { bid } = await bestOf(client, perpetual);
    const high = client.createOrder(perpetual, 'limit', 'buy', 10, bid * 2);
    await expect(high).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    const low = client.createOrder(perpetual, 'limit', 'sell', 10, bid / 2);
    await expect(low).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    expect((await client.createOrder(perpetual, 'limit', 'buy', 10, bid / 2)).status).toBe('open');
  });

  test.each([
    [{ amount: 10, price: 1000.3 }, ccxt.BadRequest],
    [{ amount: 15, price: 1000 }, ccxt.BadRequest],
    [{ amount: 1, price: 1000 }, ccxt.BadRequest],
    [{ amount: 0, price: 1000 }, ccxt.InvalidOrder],
    [{ amount: -10, price: 1000 }, ccxt.InvalidOrder],
    [{ price: 1000 }, ccxt.BadRequest],
    [{ amount: 10 }, ccxt.BadRequest],
    [{ amount: 10, price: 1000, type: 'unheard-of' }, ccxt.BadRequest],
    [{ amount: 10, price: 1000, time_in_force: 'never' }, ccxt.BadRequest],
    [{ amount: 10, type: 'stop_market' }, ccxt.BadRequest],
    [{ amount: 10, price: 1000, valid_until: 1 }, ccxt.ExchangeError],
  ])('%o', async (params, errorClass) => {
    const sent = client.privateGetBuy({ instrument_name: 'BTC-PERPETUAL', ...params });
    await expect(sent).rejects.toBeInstanceOf(errorClass);
  });

  test('below the minimum and unknown symbols are refused by the client', async () => {
    const small = client.createOrder(perpetual, 'limit', 'buy', 1, 1000);
    await expect(small).rejects.toBeInstanceOf(ccxt.InvalidOrder);
    const nowhere = client.createOrder('NO/USD:NO', 'limit', 'buy', 1, 1000);
    await expect(nowhere).rejects.toBeInstanceOf(ccxt.BadSymbol);
    const raw = client.privateGetBuy({ instrument_name: 'NO-PERPETUAL', amount: 1, price: 1 });
    await expect(raw).rejects.toBeInstanceOf(ccxt.BadRequest);
  });
});
