// The market through the methods: instruments, tickers, books, trades, candles, indexes, funding
// and settlements, of the real engine, feeds and history.
import { type TsUs, usPerDay } from '@openstrike/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { list, MethodVenue, text, venueStartUs } from './testing/method-venue.ts';

const perpetual = 'BTC-PERPETUAL';
const nobody = null;
const startMs = venueStartUs / 1000;
let venue: MethodVenue;
let option: string;

const read = (name: string, params: object = {}) => venue.call(`public/${name}`, params, nobody);
const trade = async (price: number, amount = 10, instrument = perpetual): Promise<void> => {
  const params = { instrument_name: instrument, amount, price };
  await venue.call('private/sell', params, 2);
  await venue.call('private/buy', params, 1);
};

beforeAll(async () => {
  venue = await MethodVenue.open();
  option = venue.option().name;
  await venue.call('private/buy', { instrument_name: perpetual, amount: 100, price: 99_000 });
  await venue.call('private/buy', { instrument_name: perpetual, amount: 50, price: 98_999.5 });
  await venue.call('private/sell', { instrument_name: perpetual, amount: 70, price: 101_000 }, 2);
  await trade(100_000);
  venue.pass(60);
  await trade(100_010, 20);
  venue.pass(180);
  await trade(100_005);
  await trade(0.08, 1, option);
});
afterAll(() => venue.close());

describe('instruments', () => {
  test('without a currency all are listed; an unknown one lists none', async () => {
    const all = list(await read('get_instruments'));
    const btc = list(await read('get_instruments', { currency: 'BTC' }));
    const usdc = list(await read('get_instruments', { currency: 'usdc', kind: 'option' }));
    expect(all.length).toBeGreaterThan(btc.length);
    expect(btc.every((row) => text(row.settlement_currency) === 'BTC')).toBe(true);
    expect(usdc.every((row) => text(row.instrument_name).startsWith('BTC_USDC-'))).toBe(true);
    expect(await read('get_instruments', { currency: 'SOL' })).toEqual([]);
    expect(await read('get_instruments', { kind: 'spot' })).toEqual([]);
    expect(list(await read('get_instruments', { currency: 'any' }))).toHaveLength(all.length);
  });

  test('fees and leverage come from the contract tables', async () => {
    expect(await read('get_instrument', { instrument_name: perpetual })).toMatchObject({
      maker_commission: 0,
      taker_commission: 0.0005,
      max_leverage: 50,
      settlement_period: 'perpetual',
    });
    expect(await read('get_instrument', { instrument_name: option })).toMatchObject({
      maker_commission: 0.0003,
      tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
      min_trade_amount: 0.1,
    });
    expect(await read('get_contract_size', { instrument_name: perpetual })).toEqual({
      contract_size: 10,
    });
    const error = await venue.refusal('public/get_instrument', { instrument_name: 'X' }, nobody);
    expect([error.errorName, error.param, error.reason]).toEqual([
      'invalid_params',
      'instrument_name',
      'instrument not found',
    ]);
  });

  test('expirations by currency, grouped and flat', async () => {
    const btc = await read('get_expirations', { currency: 'BTC', kind: 'any' });
    expect(list(btc.btc.future)).toContain('PERPETUAL');
    expect(list(btc.btc.option)).toContain(option.split('-')[1]);
    const grouped = await read('get_expirations', { currency: 'grouped', kind: 'option' });
    expect(Object.keys(grouped)).toEqual(['btc', 'eth', 'usdc']);
    expect(grouped.btc).not.toHaveProperty('future');
    const flat = await read('get_expirations', { currency: 'any', kind: 'option' });
    expect(Object.keys(flat)).toEqual(['option']);
  });

  test('currencies carry the fee that clients look for', async () => {
    const rows = list(await read('get_currencies'));
    expect(rows.map((row) => row.currency)).toEqual(['BTC', 'ETH', 'USDC']);
    expect(rows[0]).toMatchObject({ currency_long: 'Bitcoin', withdrawal_fee: 0, decimals: 8 });
  });
});

describe('books and tickers', () => {
  test('a ticker has the best of both sides, its mark and its day', async () => {
    const ticker = await read('ticker', { instrument_name: perpetual });
    expect(ticker).toMatchObject({
      best_bid_price: 99_000,
      best_bid_amount: 100,
      best_ask_price: 101_000,
      best_ask_amount: 70,
      last_price: 100_005,
      index_price: 100_000,
      state: 'open',
      stats: { high: 100_010, low: 100_000, volume_usd: 40 },
    });
    expect(ticker.stats.volume).toBeCloseTo(0.0004, 7);
    expect(Math.abs(Number(ticker.mark_price) - 100_000)).toBeLessThan(500);
  });

  test('an option has greeks and volatilities in percent', async () => {
    const ticker = await read('ticker', { instrument_name: option });
    expect(ticker.mark_iv).toBeGreaterThan(40);
    expect(ticker.mark_iv).toBeLessThan(90);
    expect(ticker.greeks.delta).toBeGreaterThan(0.3);
    expect(ticker.greeks.vega).toBeGreaterThan(1);
    expect(ticker.underlying_price).toBe(100_000);
    expect(text(ticker.underlying_index)).toMatch(/^SYN\.BTC-/);
    expect(ticker).toMatchObject({ best_bid_price: 0, best_bid_amount: 0, interest_rate: 0 });
  });

  test('an option says since when its expiry has no new fit', async () => {
    const { expiryUs } = venue.option();
    const ticker = (): Promise<Record<string, unknown>> =>
      read('ticker', { instrument_name: option });
    expect(await ticker()).not.toHaveProperty('surface_kept_since');
    const stays = { type: 'set-surface', indexName: 'btc_usd', version: 1, slices: [] } as const;
    venue.apply({ ...stays, kept: [expiryUs as TsUs] });
    const since = Math.floor(venue.nowUs / 1000);
    venue.pass(2);
    venue.apply({ ...stays, kept: [expiryUs as TsUs] });
    expect(await ticker()).toMatchObject({ surface_kept_since: since });
    venue.setSurface();
    expect(await ticker()).not.toHaveProperty('surface_kept_since');
  });

  test('a book to a depth, by name and by number', async () => {
    const book = await read('get_order_book', { instrument_name: perpetual, depth: 1 });
    expect(book.bids).toEqual([[99_000, 100]]);
    expect(book.asks).toEqual([[101_000, 70]]);
    const { instrument_id: id } = await read('get_instrument', { instrument_name: perpetual });
    const whole = await read('get_order_book_by_instrument_id', { instrument_id: id });
    expect(whole.bids).toEqual([
      [99_000, 100],
      [98_999.5, 50],
    ]);
    expect(whole.change_id).toBe(book.change_id);
  });

  test('summaries are lists, also of one', async () => {
    const all = list(await read('get_book_summary_by_currency', { currency: 'BTC' }));
    const futures = { currency: 'BTC', kind: 'future' };
    expect(list(await read('get_book_summary_by_currency', futures))).toHaveLength(1);
    expect(all.length).toBeGreaterThan(10);
    const [one] = list(await read('get_book_summary_by_instrument', { instrument_name: option }));
    expect(one).toMatchObject({
      last: 0.08,
      bid_price: null,
      mid_price: null,
      base_currency: 'BTC',
    });
    expect(await read('get_book_summary_by_currency', { currency: 'EURR' })).toEqual([]);
  });
});

describe('trades and candles', () => {
  test('the newest come first, from a start the oldest', async () => {
    const newest = await read('get_last_trades_by_instrument', {
      instrument_name: perpetual,
      count: 2,
    });
    expect(list(newest.trades).map((row) => row.price)).toEqual([100_005, 100_010]);
    expect(newest.has_more).toBe(true);
    const since = await read('get_last_trades_by_instrument_and_time', {
      instrument_name: perpetual,
      start_timestamp: startMs,
    });
    expect(list(since.trades).map((row) => row.price)).toEqual([100_000, 100_010, 100_005]);
    const options = await read('get_last_trades_by_currency', { currency: 'BTC', kind: 'option' });
    expect(list(options.trades).map((row) => row.instrument_name)).toEqual([option]);
    const combos = { currency: 'BTC', kind: 'combo' };
    expect((await read('get_last_trades_by_currency', combos)).trades).toEqual([]);
    const until = await read('get_last_trades_by_currency_and_time', {
      currency: 'any',
      start_timestamp: startMs,
      end_timestamp: startMs + 30_000,
    });
    expect(list(until.trades)).toHaveLength(1);
  });

  test('candles are flat where nothing traded', async () => {
    const minute = Math.floor(startMs / 60_000) * 60_000;
    const chart = await read('get_tradingview_chart_data', {
      instrument_name: perpetual,
      start_timestamp: minute - 600_000,
      end_timestamp: minute + 300_000,
      resolution: '1',
    });
    expect(chart.status).toBe('ok');
    expect(list(chart.ticks).map((tick) => (Number(tick) - minute) / 60_000)).toEqual([
      0, 1, 2, 3, 4,
    ]);
    expect(chart.close).toEqual([100_000, 100_010, 100_010, 100_010, 100_005]);
    expect(chart.open).toEqual([100_000, 100_010, 100_010, 100_010, 100_005]);
    expect(list(chart.cost)).toEqual([10, 20, 0, 0, 10]);
    const daily = await read('get_tradingview_chart_data', {
      instrument_name: perpetual,
      start_timestamp: startMs - 86_400_000,
      end_timestamp: startMs + 86_400_000,
      resolution: '1D',
    });
    expect(daily).toMatchObject({ high: [100_010], low: [100_000], close: [100_005] });
    const none = await read('get_tradingview_chart_data', {
      instrument_name: 'BTC_USDC-PERPETUAL',
      start_timestamp: startMs,
      end_timestamp: startMs + 1000,
      resolution: 60,
    });
    expect(none).toMatchObject({ status: 'no_data', ticks: [] });
  });

  test('volumes by currency', async () => {
    const rows = list(await read('get_trade_volumes', { extended: true }));
    const btc = rows.find((row) => text(row.currency) === 'BTC');
    expect(btc?.calls_volume).toBe(1);
    expect(btc?.futures_volume).toBeCloseTo(0.0004, 6);
    expect(btc?.calls_volume_30d).toBe(1);
  });
});

describe('indexes, funding and settlements', () => {
  test('index prices by name and by currency', async () => {
    expect(await read('get_index_price', { index_name: 'btc_usd' })).toEqual({
      index_price: 100_000,
      estimated_delivery_price: 100_000,
    });
    expect(await read('get_index', { currency: 'BTC' })).toMatchObject({ BTC: 100_000 });
    expect(list(await read('get_index_price_names'))).toContain('btc_usd');
    expect(list(await read('get_index_price_names', { extended: true }))[0]).toHaveProperty('name');
    const error = await venue.refusal('public/get_index_price', { index_name: 'x' }, nobody);
    expect(error.param).toBe('index_name');
    const chart = list(await read('get_index_chart_data', { index_name: 'btc_usd', range: '1d' }));
    expect(chart.length).toBeGreaterThan(0);
  });

  test('funding by the hour, summed, and now', async () => {
    for (let hour = 0; hour < 3; hour++) venue.pass(3600);
    const range = {
      instrument_name: perpetual,
      start_timestamp: startMs,
      end_timestamp: venue.nowUs / 1000 + 1000,
    };
    const rows = list(await read('get_funding_rate_history', range));
    expect(rows.length).toBeGreaterThanOrEqual(2);
    expect(rows[0]).toMatchObject({ index_price: 100_000 });
    const sum = rows.reduce((total, row) => total + Number(row.interest_1h), 0);
    expect(await read('get_funding_rate_value', range)).toBeCloseTo(sum, 15);
    const chart = await read('get_funding_chart_data', {
      instrument_name: perpetual,
      length: '8h',
    });
    expect(list(chart.data)).toHaveLength(rows.length);
    const error = await venue.refusal('public/get_funding_rate_history', {
      ...range,
      instrument_name: option,
    });
    expect(error.param).toBe('instrument_name');
  });

  test('volatility of an index, implied and realised', async () => {
    const range = { start_timestamp: startMs, end_timestamp: venue.nowUs / 1000 };
    const implied = await read('get_volatility_index_data', {
      currency: 'BTC',
      resolution: '3600',
      ...range,
    });
    expect(implied.continuation).toBeNull();
    expect(list(implied.data).length).toBeGreaterThan(0);
    expect(implied.errors).toHaveLength(list(implied.data).length);
    for (const error of list(implied.errors)) expect(error).toBeGreaterThanOrEqual(0);
    expect(await read('get_historical_volatility', { currency: 'BTC' })).toBeInstanceOf(Array);
    expect(await read('get_historical_volatility', { currency: 'SOL' })).toEqual([]);
    const unknown = { currency: 'BTC', resolution: '7', ...range };
    expect((await venue.refusal('public/get_volatility_index_data', unknown)).reason).toBe(
      'must be one of 1, 60, 3600, 43200, 1D',
    );
  });

  test('a settlement and a delivery are told to everybody', async () => {
    const eightUs = Math.ceil(venue.nowUs / usPerDay) * usPerDay + usPerDay / 3;
    venue.pass((eightUs - venue.nowUs) / 1e6 - 1);
    venue.pass(3);
    venue.pass(60);
    const page = await read('get_last_settlements_by_currency', { currency: 'BTC', count: 1 });
    expect(list(page.settlements)[0]).toMatchObject({
      type: 'settlement',
      instrument_name: perpetual,
    });
    const own = await venue.call('private/get_settlement_history_by_currency', { currency: 'BTC' });
    expect(list(own.settlements).length).toBeGreaterThan(0);
    const bankrupt = { instrument_name: perpetual, type: 'bankruptcy' };
    expect(await read('get_last_settlements_by_instrument', bankrupt)).toEqual({
      settlements: [],
      continuation: 'none',
    });
    const fridayUs = eightUs + 6 * usPerDay;
    venue.pass((fridayUs - venue.nowUs) / 1e6 - 1);
    venue.pass(3);
    venue.pass(60);
    const prices = await read('get_delivery_prices', { index_name: 'btc_usd' });
    expect(prices.records_total).toBeGreaterThan(0);
    expect(list(prices.data)[0]?.date).toMatch(/^2026-\d\d-\d\d$/);
    expect(list(prices.data)[0]?.delivery_price).toBeCloseTo(100_000, 2);
    const expired = list(await read('get_instruments', { currency: 'BTC', expired: true }));
    expect(expired.length).toBeGreaterThan(0);
    expect(expired[0]).toMatchObject({ is_active: false, state: 'delivered' });
  });

  test('what is not traded here is an empty answer', async () => {
    expect(await read('get_apr_history', { currency: 'usde' })).toEqual({
      data: [],
      continuation: null,
    });
    expect(await read('get_combos', { currency: 'any' })).toEqual([]);
    expect(await read('get_combo_ids', { currency: 'BTC' })).toEqual([]);
    expect((await read('get_block_rfq_trades', { currency: 'BTC' })).block_rfqs).toEqual([]);
  });
});
