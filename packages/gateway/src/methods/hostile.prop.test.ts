// Hostile parameters: whatever numbers and words pass a method's schema, it answers or refuses;
// nothing reaches the engine that would break one of its invariants, since that would stop the
// venue.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiError } from '../method.ts';
import { MethodVenue } from './testing/method-venue.ts';

let venue: MethodVenue;
let option: string;

beforeAll(async () => {
  venue = await MethodVenue.open();
  option = venue.option().name;
  const params = { instrument_name: 'BTC-PERPETUAL', amount: 1000, price: 100_000 };
  await venue.call('private/sell', params, 2);
  await venue.call('private/buy', params);
});
afterAll(() => venue.close());

const anyNumber = fc.oneof(
  fc.constantFrom(0, -0, 1e-9, 0.05, 0.1, 1, 10, 100, 99_000, 100_000, 1e9, 1e15, 1e21, 1e308),
  fc.constantFrom(-1, -0.05, -100_000, 2 ** 31, 2 ** 53, 5e-324, 0.1 + 0.2),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });
const anyInstrument = fc.constantFrom('BTC-PERPETUAL', 'BTC_USDC-PERPETUAL', 'option', 'NONE');
const anyCurrency = fc.constantFrom('BTC', 'usdc', 'ETH', 'SOL', 'any', '');

const compact = (params: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, value === 'option' ? option : value]),
  );

/** Answers or refuses; anything else thrown is a fault of the venue. */
const survives = async (name: string, params: Record<string, unknown>): Promise<void> => {
  try {
    await venue.call(name, compact(params));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    expect(error.errorName).not.toBe('internal_server_error');
  }
};

const orderParams = fc.record({
  instrument_name: anyInstrument,
  amount: maybe(anyNumber),
  contracts: maybe(anyNumber),
  price: maybe(anyNumber),
  type: maybe(
    fc.constantFrom(
      'limit',
      'market',
      'market_limit',
      'stop_limit',
      'stop_market',
      'take_limit',
      'take_market',
      'trailing_stop',
    ),
  ),
  time_in_force: maybe(
    fc.constantFrom('good_til_cancelled', 'good_til_day', 'immediate_or_cancel', 'fill_or_kill'),
  ),
  display_amount: maybe(anyNumber),
  post_only: maybe(fc.boolean()),
  reject_post_only: maybe(fc.boolean()),
  reduce_only: maybe(fc.boolean()),
  advanced: maybe(fc.constantFrom('usd', 'implv')),
  valid_until: maybe(fc.oneof(fc.maxSafeInteger(), fc.constant(1_795_165_300_000))),
  trigger: maybe(fc.constantFrom('index_price', 'mark_price', 'last_price')),
  trigger_price: maybe(anyNumber),
  trigger_offset: maybe(anyNumber),
  label: maybe(fc.string({ maxLength: 64 })),
  client_key: maybe(fc.string({ minLength: 1, maxLength: 64 })),
});

test('placing, editing and closing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('buy', 'sell'),
      orderParams,
      orderParams,
      async (side, a, b) => {
        await survives(`private/${side}`, a);
        const open = venue.feeds.openOrders(1 as never);
        const newest = open.at(-1)?.orderId ?? 1;
        const { instrument_name, ...edit } = b;
        await survives('private/edit', { ...edit, order_id: String(newest) });
        await survives('private/close_position', {
          instrument_name,
          type: 'limit',
          price: b.price,
        });
        if (open.length > 50) await venue.call('private/cancel_all', {});
      },
    ),
    { numRuns: 1000 },
  );
});

test('asking for margins and moving money', async () => {
  const anyId = fc.oneof(fc.constantFrom(1, 2, 3, 0, -1), fc.maxSafeInteger());
  await fc.assert(
    fc.asyncProperty(
      anyInstrument,
      anyCurrency,
      anyNumber,
      anyNumber,
      anyId,
      async (instrument_name, currency, amount, price, destination) => {
        await survives('private/get_margins', { instrument_name, amount, price });
        const simulated_positions = {
          [instrument_name === 'option' ? option : instrument_name]: amount,
        };
        await survives('private/simulate_portfolio', { currency, simulated_positions });
        await survives('private/simulate_liquidation_plan', {
          currency,
          index_moves: { BTC: amount },
          volatility_move: price,
        });
        await survives('private/submit_transfer_to_subaccount', { currency, amount, destination });
        await survives('private/withdraw', { currency, amount, address: 'home' });
      },
    ),
    { numRuns: 200 },
  );
});

test('reading with any range, id or page', async () => {
  const anyMs = fc.oneof(anyNumber, fc.constantFrom(0, 1_795_165_200_000));
  const anyText = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom('1', 'ETH-1', 'none', '-1', '__proto__', 'constructor', 'toString'),
  );
  const anyResolution = fc.constantFrom('1', '60', '1D');
  await fc.assert(
    fc.asyncProperty(
      anyMs,
      anyMs,
      anyText,
      anyCurrency,
      anyResolution,
      async (from, to, text, currency, resolution) => {
        const range = { start_timestamp: from, end_timestamp: to };
        const instrument_name = 'BTC-PERPETUAL';
        await survives('public/get_tradingview_chart_data', {
          instrument_name,
          resolution,
          ...range,
        });
        await survives('public/get_volatility_index_data', { currency, resolution, ...range });
        await survives('public/get_funding_rate_value', { instrument_name, ...range });
        await survives('public/get_last_trades_by_currency', {
          currency,
          start_id: text,
          ...range,
        });
        await survives('private/get_transaction_log', { currency, query: text, ...range });
        await survives('private/get_order_state', { order_id: text });
        await survives('private/get_user_trades_by_order', { order_id: text });
        const continuation = text;
        await survives('public/get_last_settlements_by_currency', { currency, continuation });
        await survives('private/get_order_history_by_currency', { currency, continuation });
        await survives('private/get_trigger_order_history', { currency, continuation });
      },
    ),
    { numRuns: 150 },
  );
});
