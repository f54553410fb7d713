// Liquidation plans through the methods: as prices are, and as they would be after a move.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Json, list, MethodVenue } from './testing/method-venue.ts';

const plan = 'private/get_liquidation_plan';
const simulate = 'private/simulate_liquidation_plan';
const nothing = { phase: null, cancelled_order_ids: [], steps: [], auctions: [], outcome: null };
let venue: MethodVenue;
let resting: Json;

beforeAll(async () => {
  venue = await MethodVenue.open();
  // Alice is long four times the hundred bitcoins that she has.
  const trade = { instrument_name: 'BTC-PERPETUAL', amount: 1_000_000, price: 100_000 };
  for (let i = 0; i < 40; i++) {
    await venue.call('private/sell', trade, 2);
    await venue.call('private/buy', trade);
  }
  const order = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 99_000 };
  const placed = await venue.call('private/buy', order);
  resting = placed.order?.order_id as Json;
});
afterAll(() => venue.close());

test('a plan is empty until margin lacks; a move tells what would come', async () => {
  const now = await venue.call(plan, { currency: 'BTC' });
  expect(now).toMatchObject({ currency: 'BTC', ...nothing });
  const still = await venue.call(simulate, { currency: 'BTC' });
  expect(still).toEqual(now);
  const up = await venue.call(simulate, { currency: 'BTC', index_moves: { BTC: 10 } });
  expect(up).toMatchObject(nothing);
  expect(up.state?.margin_equity).toBeGreaterThan(Number(now.state?.margin_equity));

  const down = await venue.call(simulate, {
    currency: 'BTC',
    index_moves: { BTC: -18 },
    volatility_move: 25,
  });
  expect(down).toMatchObject({ phase: 'hedge', cancelled_order_ids: [resting] });
  expect(down.warning_level).toBeGreaterThan(0);
  const [auction] = list(down.auctions as never);
  expect(auction).toMatchObject({
    phase: 'auction',
    positions: [{ instrument_name: 'BTC-PERPETUAL', amount: 40_000_000 }],
  });
  expect(list(down.steps as never).at(-1)).toMatchObject({ kind: 'deleveraging' });
  expect(await venue.call(plan, { currency: 'BTC' })).toEqual(now);
});

test('moves beyond the bounds or of other currencies are refused by name', async () => {
  for (const index_moves of [{ BTC: -90.5 }, { BTC: 501 }, { SOL: 1 }, { BTC: 'down' }, -10]) {
    const error = await venue.refusal(simulate, { currency: 'BTC', index_moves });
    expect(error.errorName).toBe('invalid_params');
    expect(error.param).toMatch(/^index_moves/);
  }
  const error = await venue.refusal(simulate, { currency: 'BTC', volatility_move: -91 });
  expect(error.param).toBe('volatility_move');
});
