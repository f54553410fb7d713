// Trading through the methods, against the real engine: what an order answers, what refuses it,
// and how it is found again afterwards.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { list, MethodVenue, text } from './testing/method-venue.ts';

const perpetual = 'BTC-PERPETUAL';
let venue: MethodVenue;

beforeAll(async () => {
  venue = await MethodVenue.open();
});
afterAll(() => venue.close());
beforeEach(async () => {
  for (const account of [1, 2, 3]) await venue.call('private/cancel_all', {}, account);
});

const limit = (price: number, over: object = {}) => ({
  instrument_name: perpetual,
  amount: 100,
  type: 'limit',
  price,
  ...over,
});

describe('placing', () => {
  test('a resting order answers itself and no trades', async () => {
    const { order, trades } = await venue.call('private/buy', limit(99_000, { label: 'a' }));
    expect(trades).toEqual([]);
    expect(order).toMatchObject({
      instrument_name: perpetual,
      order_state: 'open',
      order_type: 'limit',
      direction: 'buy',
      price: 99_000,
      amount: 100,
      contracts: 10,
      filled_amount: 0,
      average_price: 0,
      label: 'a',
      time_in_force: 'good_til_cancelled',
      user_id: 1,
    });
    expect(order.order_id).toMatch(/^\d+$/);
  });

  test('a crossing order answers its trades, the maker finds his own', async () => {
    const made = await venue.call('private/sell', limit(100_100, { label: 'm' }), 2);
    const { order, trades } = await venue.call(
      'private/buy',
      limit(100_200, { amount: 40, time_in_force: 'immediate_or_cancel' }),
    );
    expect(order).toMatchObject({
      order_state: 'filled',
      filled_amount: 40,
      average_price: 100_100,
    });
    expect(trades).toHaveLength(1);
    expect(trades[0]).toMatchObject({
      order_id: order.order_id,
      direction: 'buy',
      liquidity: 'T',
      price: 100_100,
      amount: 40,
      fee_currency: 'BTC',
      fee: 0.0000002,
    });
    const own = await venue.call('private/get_user_trades_by_order', made.order, 2);
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({ liquidity: 'M', direction: 'sell', label: 'm', state: 'open' });
    const state = await venue.call('private/get_order_state', made.order, 2);
    expect(state).toMatchObject({ order_state: 'open', filled_amount: 40 });
  });

  test('the rest of an immediate order ends cancelled, not refused', async () => {
    const { order } = await venue.call(
      'private/buy',
      limit(99_000, { time_in_force: 'immediate_or_cancel' }),
    );
    expect(order).toMatchObject({ order_state: 'cancelled', filled_amount: 0 });
    expect(order).not.toHaveProperty('cancel_reason');
  });

  test('an option is priced in coin, and its fee is capped', async () => {
    const name = venue.option().name;
    await venue.call('private/sell', { instrument_name: name, amount: 1, price: 0.08 }, 2);
    const { order, trades } = await venue.call('private/buy', {
      instrument_name: name,
      amount: 0.5,
      type: 'market',
    });
    expect(order).toMatchObject({
      order_state: 'filled',
      price: 'market_price',
      commission: 0.00015,
    });
    expect(trades[0]).toMatchObject({ price: 0.08, amount: 0.5, fee: 0.00015 });
    expect(trades[0].iv).toBeGreaterThan(10);
  });

  test('linear contracts have ids of their currency', async () => {
    const params = { instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.01, price: 99_000 };
    const { order } = await venue.call('private/buy', params);
    expect(order.order_id).toMatch(/^USDC-\d+$/);
    const found = await venue.call('private/get_order_state', order);
    expect(found.amount).toBe(0.01);
    const digits = text(order.order_id).replace('USDC-', '');
    const lost = await venue.refusal('private/get_order_state', { order_id: digits });
    expect(lost.errorName).toBe('order_not_found');
  });

  test('a retry with the same client key answers the first result', async () => {
    const params = limit(98_000, { client_key: 'once' });
    const first = await venue.call('private/buy', params);
    const again = await venue.call('private/buy', params);
    expect(again).toEqual(first);
    const open = await venue.call('private/get_open_orders_by_instrument', params);
    expect(open).toHaveLength(1);
    expect(open[0].client_key).toBe('once');
  });

  test('trigger orders wait with an id of their own', async () => {
    const { order } = await venue.call('private/sell', {
      instrument_name: perpetual,
      amount: 10,
      type: 'stop_market',
      trigger: 'index_price',
      trigger_price: 90_000,
    });
    expect(order).toMatchObject({
      order_state: 'untriggered',
      price: 'market_price',
      trigger: 'index_price',
      trigger_price: 90_000,
      triggered: false,
    });
    expect(order.order_id).toMatch(/^BTC-SLTS-\d+$/);
    const stops = await venue.call('private/get_open_orders', { type: 'stop_all' });
    expect(stops).toHaveLength(1);
    const cancelled = await venue.call('private/cancel', order);
    expect(cancelled).toMatchObject({ order_state: 'cancelled', cancel_reason: 'user_request' });
    const { entries } = await venue.call('private/get_trigger_order_history', { currency: 'BTC' });
    expect(entries[0]).toMatchObject({
      trigger_order_id: order.order_id,
      order_state: 'cancelled',
      request: 'trigger:cancel',
    });
  });

  test('what a trigger brings names it, and both are found', async () => {
    const stop = {
      instrument_name: perpetual,
      amount: 10,
      type: 'stop_limit',
      trigger: 'index_price',
      trigger_price: 101_500,
      price: 101_400,
    };
    const { order } = await venue.call('private/buy', stop);
    venue.setIndex(101_600);
    const [fired] = list(await venue.call('private/get_open_orders', {}));
    expect(fired).toMatchObject({
      order_type: 'limit',
      triggered: true,
      trigger_order_id: order.order_id,
    });
    const waited = await venue.call('private/get_order_state', order);
    expect(waited).toMatchObject({ order_state: 'triggered', triggered: true });
    venue.setIndex(100_000);
  });

  test('an iceberg shows its visible part, by either name of it', async () => {
    for (const name of ['display_amount', 'max_show']) {
      const { order } = await venue.call(
        'private/buy',
        limit(98_000, { amount: 100_000, [name]: 5000 }),
      );
      expect(order).toMatchObject({ amount: 100_000, display_amount: 5000, max_show: 5000 });
      const book = { instrument_name: perpetual };
      const { bids } = await venue.call('public/get_order_book', book, null);
      expect(list(bids)[0]).toEqual([98_000, 5000]);
      await venue.call('private/cancel', order);
    }
  });

  test('orders in volatility arrive and leave as percent', async () => {
    const { order } = await venue.call('private/buy', {
      instrument_name: venue.option().name,
      amount: 1,
      price: 40,
      advanced: 'implv',
    });
    expect(order).toMatchObject({ advanced: 'implv', implv: 40, order_state: 'open' });
    expect(order.price).toBeGreaterThan(0);
  });
});

describe('refusals name the fault', () => {
  const option = () => venue.option().name;
  const cases: readonly [string, () => object, string, string?][] = [
    [
      'no such instrument',
      () => limit(1, { instrument_name: 'X' }),
      'invalid_params',
      'instrument_name',
    ],
    ['off the tick', () => limit(99_000.25), 'invalid_params', 'price'],
    ['off the lot', () => limit(99_000, { amount: 15 }), 'invalid_params', 'amount'],
    [
      'no amount',
      () => ({ instrument_name: perpetual, price: 99_000 }),
      'invalid_params',
      'amount',
    ],
    ['amounts disagree', () => limit(99_000, { contracts: 11 }), 'invalid_params', 'contracts'],
    ['no price', () => ({ instrument_name: perpetual, amount: 10 }), 'invalid_params', 'price'],
    ['above the band', () => limit(150_000), 'price_too_high', 'price'],
    ['negative', () => limit(99_000, { amount: -10 }), 'invalid_amount', 'amount'],
    [
      'nothing to reduce',
      () =>
        limit(99_000, { reduce_only: true, instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.001 }),
      'other_reject',
    ],
    [
      'beyond the funds',
      () => limit(99_000, { amount: 1_000_000_0 }),
      'invalid_quantity',
      'amount',
    ],
    [
      'advanced on a future',
      () => limit(99_000, { advanced: 'usd' }),
      'no_adv_for_futures',
      'advanced',
    ],
    [
      'a trigger without its type',
      () => limit(99_000, { trigger_price: 1 }),
      'invalid_trigger_price',
      'trigger_price',
    ],
    [
      'a stop without a trigger',
      () => limit(99_000, { type: 'stop_limit' }),
      'invalid_params',
      'trigger',
    ],
    [
      'linked orders',
      () => limit(99_000, { linked_order_type: 'one_cancels_other' }),
      'not_implemented',
    ],
    ['hidden', () => limit(99_000, { display_amount: 0 }), 'not_implemented'],
    ['protection that is not set', () => limit(99_000, { mmp: true }), 'mmp_required'],
    [
      'off the fine grid',
      () => ({ instrument_name: option(), amount: 1, price: 0.0501 }),
      'invalid_params',
      'price',
    ],
  ];
  test.each(cases)('%s', async (_name, params, errorName, param) => {
    const error = await venue.refusal('private/buy', params());
    expect(error.errorName).toBe(errorName);
    expect(error.param).toBe(param ?? null);
  });

  test('the reasons are those that clients know', async () => {
    expect((await venue.refusal('private/buy', limit(99_000.25))).reason).toBe(
      'must conform to tick size',
    );
    expect((await venue.refusal('private/buy', limit(99_000, { amount: 15 }))).reason).toBe(
      'must be a multiple of the minimum order size',
    );
    expect((await venue.refusal('private/buy', limit(150_000))).message).toMatch(
      /^price_too_high \d+/,
    );
  });

  test('a post-only order that would trade is refused when asked', async () => {
    await venue.call('private/sell', limit(100_100), 2);
    const params = limit(100_200, { post_only: true, reject_post_only: true });
    expect((await venue.refusal('private/buy', params)).errorName).toBe('post_only_reject');
    const { order } = await venue.call('private/buy', limit(100_200, { post_only: true }));
    expect(order).toMatchObject({ order_state: 'open', price: 100_099.5, post_only: true });
  });
});

describe('changing and cancelling', () => {
  test('an edit keeps the id; one that changes nothing answers the order', async () => {
    const { order } = await venue.call('private/buy', limit(99_000));
    const id = order.order_id;
    const edited = await venue.call('private/edit', { order_id: id, amount: 60, price: 98_500 });
    expect(edited.order).toMatchObject({ order_id: id, amount: 60, price: 98_500, replaced: true });
    const same = await venue.call('private/edit', { order_id: id, amount: 60, price: 98_500 });
    expect(same.order).toMatchObject({ order_id: id, amount: 60, price: 98_500 });
    const contracts = await venue.call('private/edit', { order_id: id, contracts: 5 });
    expect(contracts.order.amount).toBe(50);
  });

  test('an edit by label wants exactly one order', async () => {
    const params = { label: 'twin', instrument_name: perpetual, price: 98_500 };
    expect((await venue.refusal('private/edit_by_label', params)).errorName).toBe(
      'order_not_found',
    );
    await venue.call('private/buy', limit(99_000, { label: 'twin' }));
    const { order } = await venue.call('private/edit_by_label', params);
    expect(order.price).toBe(98_500);
    await venue.call('private/buy', limit(99_000, { label: 'twin' }));
    const error = await venue.refusal('private/edit_by_label', params);
    expect(error.errorName).toBe('non_unique_order_label');
    expect(await venue.call('private/cancel_by_label', { label: 'twin' })).toBe(2);
  });

  test('a closed order is not open, an unknown one not found, another one not yours', async () => {
    const { order } = await venue.call('private/buy', limit(99_000));
    const id = { order_id: order.order_id };
    const foreign = await venue.refusal('private/cancel', id, 2);
    expect(['not_owner_of_order', 'order_not_found']).toContain(foreign.errorName);
    await venue.call('private/cancel', id);
    expect((await venue.refusal('private/cancel', id)).errorName).toBe('not_open_order');
    const late = await venue.refusal('private/edit', { ...id, price: 98_000 });
    expect(late.errorName).toBe('not_open_order');
    for (const text of ['999999999', 'ETH-1', 'nonsense']) {
      const error = await venue.refusal('private/cancel', { order_id: text });
      expect(error.errorName).toBe('order_not_found');
    }
    expect(await venue.call('private/get_order_state', id)).toMatchObject({
      order_state: 'cancelled',
      cancel_reason: 'user_request',
    });
  });

  test('mass cancels take what they name', async () => {
    await venue.call('private/buy', limit(99_000));
    await venue.call('private/buy', limit(98_000));
    const usdc = { instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.01, price: 99_000 };
    await venue.call('private/buy', usdc);
    expect(await venue.call('private/cancel_all_by_currency', { currency: 'SOL' })).toBe(0);
    expect(
      await venue.call('private/cancel_all_by_currency', { currency: 'BTC', kind: 'option' }),
    ).toBe(0);
    expect(
      await venue.call('private/cancel_all_by_currency_pair', { currency_pair: 'btc_usdc' }),
    ).toBe(1);
    await venue.call('private/buy', usdc);
    const byType = { currency: ['BTC', 'USDC'], type: 'trigger_all' };
    expect(await venue.call('private/cancel_all_by_kind_or_type', byType)).toBe(0);
    const reports = await venue.call('private/cancel_all_by_instrument', {
      instrument_name: perpetual,
      detailed: true,
    });
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      currency: 'BTC',
      type: 'limit',
      instrument_name: perpetual,
    });
    expect(reports[0].result).toHaveLength(2);
    expect(await venue.call('private/cancel_all', {})).toBe(1);
    expect(await venue.call('private/get_open_orders', {})).toEqual([]);
  });

  test('a position is closed by a reduce-only order', async () => {
    await venue.call('private/sell', limit(100_000), 2);
    await venue.call('private/buy', limit(100_000));
    const position = await venue.call('private/get_position', { instrument_name: perpetual });
    expect(position).toMatchObject({ direction: 'buy', kind: 'future' });
    expect(position.size).toBeGreaterThan(0);
    await venue.call('private/buy', limit(100_000, { amount: 1000 }), 2);
    const params = { instrument_name: perpetual, type: 'market' };
    const { order } = await venue.call('private/close_position', params);
    expect(order).toMatchObject({ reduce_only: true, order_state: 'filled', direction: 'sell' });
    const flat = await venue.call('private/get_position', { instrument_name: perpetual });
    expect(flat).toMatchObject({ size: 0, direction: 'zero' });
    const error = await venue.refusal('private/close_position', params);
    expect(error.errorName).toBe('already_closed');
  });
});

describe('reading orders and trades', () => {
  test('history holds filled orders, and unfilled ones when asked', async () => {
    await venue.call('private/sell', limit(100_000, { label: 'h' }), 2);
    await venue.call('private/buy', limit(100_000, { label: 'h' }));
    const rested = await venue.call('private/buy', limit(90_000, { label: 'h', amount: 10 }));
    await venue.call('private/cancel', rested.order);
    const filled = await venue.call('private/get_order_history_by_instrument', {
      instrument_name: perpetual,
    });
    expect(filled[0]).toMatchObject({ order_state: 'filled', label: 'h' });
    const all = await venue.call('private/get_order_history_by_currency', {
      currency: 'BTC',
      include_unfilled: true,
      count: 1,
      with_continuation: true,
    });
    expect(all.orders[0]).toMatchObject({ order_state: 'cancelled', price: 90_000 });
    const next = await venue.call('private/get_order_history_by_currency', {
      currency: 'BTC',
      include_unfilled: true,
      count: 1,
      with_continuation: true,
      continuation: all.continuation,
    });
    expect(next.orders[0].order_id).toBe(filled[0].order_id);
    const labelled = await venue.call('private/get_order_state_by_label', {
      currency: 'BTC',
      label: 'h',
    });
    expect(labelled).toHaveLength(2);
  });

  test('pages of trades follow one another in both directions', async () => {
    for (const price of [100_000, 100_010, 100_020]) {
      await venue.call('private/sell', limit(price, { amount: 10 }), 2);
      await venue.call('private/buy', limit(price, { amount: 10 }));
    }
    const params = { instrument_name: perpetual, count: 2 };
    const newest = await venue.call('private/get_user_trades_by_instrument', params);
    expect(newest.has_more).toBe(true);
    expect(list(newest.trades).map((trade) => trade.price)).toEqual([100_020, 100_010]);
    const seq = newest.trades[1].trade_seq;
    const onwards = await venue.call('private/get_user_trades_by_instrument', {
      ...params,
      start_seq: seq,
    });
    expect(list(onwards.trades).map((trade) => trade.price)).toEqual([100_010, 100_020]);
    expect(onwards.has_more).toBe(false);
    const byId = await venue.call('private/get_user_trades_by_currency', {
      currency: 'BTC',
      end_id: newest.trades[1].trade_id,
      sorting: 'desc',
      count: 1,
    });
    expect(byId.trades[0].trade_id).toBe(newest.trades[1].trade_id);
    const since = await venue.call('private/get_user_trades_by_currency_and_time', {
      currency: 'any',
      start_timestamp: 0,
      count: 1000,
    });
    const ids = list(since.trades).map((trade) => Number(trade.trade_id));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test('margins of an order, asked before and held after', async () => {
    const margins = await venue.call('private/get_margins', {
      instrument_name: perpetual,
      amount: 1000,
      price: 99_000,
    });
    expect(margins.buy).toBeGreaterThan(0);
    expect(margins.min_price).toBeLessThan(Number(margins.max_price));
    const { order } = await venue.call('private/buy', limit(99_000, { amount: 1000 }));
    const held = await venue.call('private/get_order_margin_by_ids', { ids: [order.order_id] });
    expect(held[0]).toMatchObject({ order_id: order.order_id, initial_margin_currency: 'BTC' });
  });

  test.each([
    ['price', { amount: 1000, price: -5 }],
    ['price', { amount: 1000, price: 0 }],
    ['amount', { amount: -1000, price: 99_000 }],
  ])('margins of an order that no %s allows are refused', async (param, terms) => {
    const params = { instrument_name: perpetual, ...terms };
    expect((await venue.refusal('private/get_margins', params)).param).toBe(param);
  });
});
