// Mass quotes and market-maker protection through the methods, against the real engine.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MethodVenue } from './testing/method-venue.ts';

const perpetual = 'BTC-PERPETUAL';
let venue: MethodVenue;

beforeAll(async () => {
  venue = await MethodVenue.open();
});
afterAll(() => venue.close());

const quote = (bid: number, ask: number, over: object = {}) => ({
  instrument_name: perpetual,
  quote_set_id: 's1',
  bid: { price: bid, amount: 100 },
  ask: { price: ask, amount: 200 },
  ...over,
});
const massQuote = (quotes: readonly object[], over: object = {}) =>
  venue.call('private/mass_quote', {
    quote_id: 'q1',
    mmp_group: 'g1',
    detailed: true,
    quotes,
    ...over,
  });

describe('protection', () => {
  test('is set, read back and removed', async () => {
    const settings = {
      index_name: 'btc_usd',
      mmp_group: 'other',
      interval: 0.5,
      frozen_time: 0,
      quantity_limit: 3,
      delta_limit: 2,
      gamma_limit: 0.5,
      max_quote_quantity: 1,
    };
    const set = await venue.call('private/set_mmp_config', settings);
    expect(set).toEqual([settings]);
    expect(await venue.call('private/get_mmp_config', { mmp_group: 'other' })).toEqual([settings]);
    expect(await venue.call('private/get_mmp_config', { index_name: 'eth_usd' })).toEqual([]);
    await venue.call('private/set_mmp_config', { ...settings, interval: 0 });
    expect(await venue.call('private/get_mmp_config', { mmp_group: 'other' })).toEqual([]);
  });

  test('without a limit, or for block RFQs, is refused', async () => {
    const settings = { index_name: 'btc_usd', interval: 1, frozen_time: 0 };
    await expect(venue.call('private/set_mmp_config', settings)).rejects.toMatchObject({
      errorName: 'invalid_arguments',
    });
    await expect(
      venue.call('private/set_mmp_config', { ...settings, block_rfq: true, vega_limit: 1 }),
    ).rejects.toMatchObject({ errorName: 'not_implemented' });
  });
});

describe('protection of one expiry', () => {
  const settings = { interval: 1, frozen_time: 0, quantity_limit: 1, max_quote_quantity: 1 };
  const set = (params: object) => venue.call('private/set_mmp_config', { ...settings, ...params });

  test('is of one that is listed, by index or of all that have it', async () => {
    const listed = venue.call('public/get_instruments', { currency: 'BTC', kind: 'option' });
    const rows = (await listed) as unknown as readonly { expiration_timestamp: number }[];
    const expiry = rows[0]?.expiration_timestamp;
    const indexesOf = async (index_name: string): Promise<readonly string[]> => {
      const protections = await set({ index_name, expiration_timestamp: expiry });
      return (protections as unknown as { index_name: string }[]).map((each) => each.index_name);
    };
    expect(await indexesOf('btc_usd')).toEqual(['btc_usd']);
    expect(await indexesOf('all')).toEqual(['btc_usd', 'btc_usdc']);
    for (const index_name of ['btc_usd', 'eth_usd', 'all']) {
      const unknown = index_name === 'eth_usd' ? expiry : 1_900_000_000_000;
      await expect(set({ index_name, expiration_timestamp: unknown })).rejects.toMatchObject({
        errorName: 'invalid_params',
        reason: 'expiry not found',
        param: 'expiration_timestamp',
      });
    }
    await expect(set({ index_name: 'doge_usd' })).rejects.toMatchObject({
      errorName: 'invalid_params',
      reason: 'index not found',
      param: 'index_name',
    });
  });
});

describe('mass quotes', () => {
  test('need a protected group', async () => {
    const answer = await massQuote([quote(99_000, 101_000)], { mmp_group: 'none' });
    expect(answer).toMatchObject({
      errors_count: 2,
      errors: [
        { instrument_name: perpetual, side: 'buy', error: { code: 13_040 } },
        { side: 'sell', error: { code: 13_040, message: 'mmp_required' } },
      ],
    });
  });

  test('are placed and amended, answered with their orders and errors', async () => {
    await venue.call('private/set_mmp_config', {
      index_name: 'btc_usd',
      mmp_group: 'g1',
      interval: 1,
      frozen_time: 0,
      quantity_limit: 0.001,
    });
    const placed = await massQuote([quote(99_000, 101_000)]);
    expect(placed.errors_count).toBe(0);
    expect(placed.orders).toMatchObject([
      { direction: 'buy', price: 99_000, quote: true, quote_id: 'q1', mmp: true },
      { direction: 'sell', price: 101_000, quote_set_id: 's1', mmp_group: 'g1' },
    ]);
    const moved = await massQuote([quote(98_900, 1_000)], { quote_id: 'q2' });
    expect(moved.errors).toMatchObject([{ side: 'sell', error: { code: 11_030 } }]);
    expect(moved.orders).toMatchObject([
      { price: 98_900, quote_id: 'q2', order_state: 'open' },
      { direction: 'sell', order_state: 'cancelled' },
    ]);
    const plain = await massQuote([quote(98_800, 101_000)], { detailed: false });
    expect(plain).toEqual({ errors_count: 0 });
  });

  test('trip their protection, which is told and reset', async () => {
    await massQuote([quote(99_000, 100_500)]);
    const { trades } = await venue.call(
      'private/buy',
      { instrument_name: perpetual, amount: 150, type: 'limit', price: 100_500 },
      2,
    );
    expect(trades).toHaveLength(1);
    const open = await venue.call('private/get_open_orders', {});
    expect(open).toEqual([]);
    const status = await venue.call('private/get_mmp_status', {});
    expect(status).toEqual([{ index_name: 'btc_usd', mmp_group: 'g1', frozen_until: 0 }]);
    const refused = await massQuote([quote(99_000, 101_000)]);
    expect(refused.errors).toMatchObject([{ error: { code: 13_030 } }, {}]);
    await venue.call('private/reset_mmp', { index_name: 'btc_usd', mmp_group: 'g1' });
    expect(await venue.call('private/get_mmp_status', {})).toEqual([]);
  });

  test('are cancelled by what they are, and frozen when asked', async () => {
    await massQuote([quote(99_000, 101_000)]);
    const cancel = (params: object) => venue.call('private/cancel_quotes', params);
    expect(await cancel({ cancel_type: 'quote_set_id', quote_set_id: 'none' })).toBe(0);
    expect(await cancel({ cancel_type: 'currency', currency: 'ETH' })).toBe(0);
    expect(await cancel({ cancel_type: 'instrument', instrument_name: perpetual })).toBe(2);
    await expect(cancel({ cancel_type: 'delta', min_delta: 0 })).rejects.toMatchObject({
      errorName: 'invalid_params',
      param: 'max_delta',
    });
    expect(await cancel({ cancel_type: 'all', freeze_quotes: true })).toBe(0);
    await expect(massQuote([quote(99_000, 101_000)])).rejects.toMatchObject({
      errorName: 'quotes_frozen',
    });
  });
});
