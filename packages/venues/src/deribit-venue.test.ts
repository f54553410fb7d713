import { OperationalError } from '@openstrike/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createDeribitVenue, type DeribitVenueOptions } from './deribit-venue.ts';
import { FakeDeribit, orderFrame } from './testing/fake-deribit.ts';
import {
  type Venue,
  type VenueBook,
  type VenueMark,
  type VenueOrder,
  VenueRefusal,
  type VenueTicker,
} from './venue.ts';

let server: FakeDeribit;
const venues: Venue[] = [];

beforeEach(async () => {
  server = await FakeDeribit.open();
});
afterEach(async () => {
  for (const venue of venues.splice(0)) {
    await venue.close();
  }
  await server.close();
});

const venueOf = (options: Partial<DeribitVenueOptions> = {}): Venue => {
  const venue = createDeribitVenue({
    name: 'fake',
    url: server.url,
    clientId: 'id',
    clientSecret: 'secret',
    reconnectFirstMs: 5,
    reconnectMostMs: 20,
    ...options,
  });
  venues.push(venue);
  return venue;
};

const until = async (holds: () => boolean): Promise<void> => {
  const start = performance.now();
  while (!holds()) {
    expect(performance.now() - start).toBeLessThan(20_000);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

const order = {
  instrumentName: 'BTC-27DEC26-100000-C',
  side: 'buy',
  type: 'limit',
  amount: 5,
  price: 0.0525,
} as const;

describe('connecting', () => {
  test('it proves its keys, sets heartbeats and subscribes before it is live', async () => {
    const venue = venueOf({ cancelOnDisconnect: true });
    const seen: string[] = [];
    venue.onStatus((status) => seen.push(status));
    venue.watchIndex('btc_usd', () => undefined);
    venue.watchOwnOrders(() => undefined);
    expect(venue.silentForMs()).toBe(Number.POSITIVE_INFINITY);
    await venue.connect();
    expect(seen).toEqual(['connecting', 'live']);
    expect(venue.silentForMs()).toBeLessThan(5_000);
    await until(() => server.received.length === 4);
    expect(server.methods()).toEqual([
      'public/auth',
      'public/set_heartbeat',
      'private/enable_cancel_on_disconnect',
      'private/subscribe',
    ]);
    expect(server.received[3]?.params.channels).toEqual([
      'deribit_price_index.btc_usd',
      'user.orders.any.any.raw',
    ]);
  });

  test('refused keys are said at once; an absent venue after the time given', async () => {
    server.answers.set('public/auth', () => ({
      error: { code: 13004, message: 'invalid_credentials' },
    }));
    const refused = venueOf();
    await expect(refused.connect()).rejects.toThrow('invalid_credentials');
    expect(refused.status()).toBe('closed');
    const absent = venueOf({ url: 'ws://127.0.0.1:1/', connectTimeoutMs: 60 });
    await expect(absent.connect()).rejects.toMatchObject({ code: 'venue-unreachable' });
  });

  test('it comes back, subscribes anew, and says so', async () => {
    const venue = venueOf();
    const prices: number[] = [];
    venue.watchIndex('btc_usd', (price) => prices.push(price));
    await venue.connect();
    const seen: string[] = [];
    venue.onStatus((status) => seen.push(status));
    server.onSubscribe = (channel) =>
      server.notify(channel, { index_name: 'btc_usd', price: 101_000.5, timestamp: 1 });
    server.breakOff();
    await until(() => prices.length === 1);
    expect(prices).toEqual([101_000.5]);
    expect(seen).toEqual(['connecting', 'live']);
    expect(server.connections).toBe(2);
  });

  test('a test request is answered', async () => {
    const venue = venueOf();
    await venue.connect();
    server.send({ jsonrpc: '2.0', method: 'heartbeat', params: { type: 'test_request' } });
    await until(() => server.methods().includes('public/test'));
  });

  test('a silent venue is left', async () => {
    const venue = venueOf({ heartbeatS: 0.1 });
    await venue.connect();
    const proofs = (): number => server.methods().filter((each) => each === 'public/auth').length;
    await until(() => server.connections >= 2 && proofs() >= 2);
  });

  test('a closed venue stays closed', async () => {
    const venue = venueOf();
    await venue.connect();
    await venue.close();
    expect(venue.status()).toBe('closed');
    await expect(venue.cancelAll()).rejects.toBeInstanceOf(OperationalError);
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(server.connections).toBe(1);
    await venue.connect();
    expect(venue.status()).toBe('live');
  });
});

describe('orders', () => {
  test('requests go out in call order, no more than allowed at once', async () => {
    const venue = venueOf({ outstandingMax: 8 });
    await venue.connect();
    let most = 0;
    server.answers.set('private/buy', (params) => {
      most = Math.max(most, venue.outstanding());
      return { result: { order: orderFrame({ order_id: String(params.label) }), trades: [] } };
    });
    const labels = Array.from({ length: 100 }, (_, i) => String(i));
    const placed = await Promise.all(
      labels.map((label) => venue.place({ ...order, label, postOnly: true, timeInForce: 'gtc' })),
    );
    expect(placed.map((each) => each.orderId)).toEqual(labels);
    const bought = server.received.filter((request) => request.method === 'private/buy');
    expect(bought.map((request) => request.params.label)).toEqual(labels);
    expect(bought[0]?.params).toEqual({
      instrument_name: 'BTC-27DEC26-100000-C',
      type: 'limit',
      amount: 5,
      price: 0.0525,
      time_in_force: 'good_til_cancelled',
      post_only: true,
      reject_post_only: false,
      label: '0',
    });
    expect(most).toBeGreaterThan(8);
    expect(venue.outstanding()).toBe(0);
  });

  test('a refusal carries code, reason and whether waiting helps', async () => {
    const venue = venueOf();
    await venue.connect();
    const refuse = (code: number, message: string, data?: object): void => {
      server.answers.set('private/edit', () => ({ error: { code, message, data } }));
    };
    refuse(-32602, 'Invalid params', { reason: 'must conform to tick size', param: 'price' });
    const error = await venue.edit('1', 5, 0.05251).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(VenueRefusal);
    expect(error).toMatchObject({
      code: -32602,
      message: 'Invalid params (must conform to tick size, price)',
      retryable: false,
    });
    refuse(10028, 'too_many_requests');
    await expect(venue.edit('1', 5, 0.0525)).rejects.toMatchObject({ retryable: true });
  });

  test('lost answers, unsent requests and late answers are told apart', async () => {
    const venue = venueOf({ outstandingMax: 1, waitingMax: 1, requestTimeoutMs: 60_000 });
    await venue.connect();
    await until(() => venue.outstanding() === 0);
    server.answers.set('private/cancel', () => 'silence');
    const sent = venue.cancel('1').catch((error: unknown) => error);
    const unsent = venue.cancel('2').catch((error: unknown) => error);
    await expect(venue.cancel('3')).rejects.toMatchObject({ code: 'venue-overloaded' });
    await until(() => server.methods().includes('private/cancel'));
    server.breakOff();
    expect(await sent).toMatchObject({ code: 'venue-answer-lost' });
    expect(await unsent).toMatchObject({ code: 'venue-unreachable' });
    const late = venueOf({ requestTimeoutMs: 1_000 });
    await late.connect();
    await expect(late.cancel('4')).rejects.toThrow('no answer within 1000 ms');
  });

  test('own orders and trades are heard in the words of a venue', async () => {
    const venue = venueOf();
    const orders: VenueOrder[] = [];
    venue.watchOwnOrders((each) => orders.push(each));
    await venue.connect();
    await until(() => server.methods().includes('private/subscribe'));
    server.notify(
      'user.orders.any.any.raw',
      orderFrame({ order_state: 'filled', filled_amount: 5 }),
    );
    server.notify('user.orders.any.any.raw', orderFrame({ price: 'market_price' }));
    await until(() => orders.length === 2);
    expect(orders[0]).toEqual({
      orderId: '4008965646',
      instrumentName: 'BTC-27DEC26-100000-C',
      side: 'buy',
      status: 'filled',
      price: 0.0525,
      amount: 5,
      filledAmount: 5,
      averagePrice: 0,
      label: 'quote',
    });
    expect(orders[1]?.price).toBe(0);
  });
});

describe('market data', () => {
  const book = (
    changeId: number,
    previous: number | null,
    bids: unknown[],
    asks: unknown[] = [],
  ) => ({
    type: previous === null ? 'snapshot' : 'change',
    timestamp: 1_795_161_600_000 + changeId,
    instrument_name: 'BTC-PERPETUAL',
    change_id: changeId,
    ...(previous === null ? {} : { prev_change_id: previous }),
    bids,
    asks,
  });
  const channel = 'book.BTC-PERPETUAL.100ms';

  test('a book is kept from its changes', async () => {
    const venue = venueOf();
    const books: VenueBook[] = [];
    venue.watchBook('BTC-PERPETUAL', (each) => books.push(each));
    await venue.connect();
    await until(() => server.methods().includes('private/subscribe'));
    server.notify(
      channel,
      book(
        10,
        null,
        [
          ['new', 99, 5],
          ['new', 98, 3],
        ],
        [['new', 100, 2]],
      ),
    );
    server.notify(
      channel,
      book(
        12,
        10,
        [
          ['change', 99, 1],
          ['new', 98.5, 7],
        ],
        [['delete', 100, 0]],
      ),
    );
    await until(() => books.length === 2);
    expect(books[0]?.bids).toEqual([
      [99, 5],
      [98, 3],
    ]);
    expect(books[1]).toEqual({
      instrumentName: 'BTC-PERPETUAL',
      timestampMs: 1_795_161_600_012,
      bids: [
        [99, 1],
        [98.5, 7],
        [98, 3],
      ],
      asks: [],
      stale: false,
    });
  });

  test('after a gap it is stale, asks anew, and goes on from the whole book', async () => {
    const venue = venueOf();
    const books: VenueBook[] = [];
    const unwatch = venue.watchBook('BTC-PERPETUAL', (each) => books.push(each));
    await venue.connect();
    await until(() => server.methods().includes('private/subscribe'));
    server.notify(channel, book(10, null, [['new', 99, 5]]));
    await until(() => books.length === 1);
    server.onSubscribe = (name) => server.notify(name, book(30, null, [['new', 97, 4]]));
    server.notify(channel, book(14, 12, [['new', 98, 1]]));
    server.notify(channel, book(15, 14, [['new', 96, 1]]));
    await until(() => books.length === 3);
    expect(books.map((each) => each.stale)).toEqual([false, true, false]);
    expect(books[1]?.bids).toEqual([[99, 5]]);
    expect(books[2]?.bids).toEqual([[97, 4]]);
    expect(server.methods().slice(-2)).toEqual(['private/unsubscribe', 'private/subscribe']);
    const late: VenueBook[] = [];
    venue.watchBook('BTC-PERPETUAL', (each) => late.push(each))();
    expect(late).toEqual([books[2]]);
    server.onSubscribe = () => undefined;
    server.breakOff();
    await until(() => books.length === 4);
    expect(books[3]?.stale).toBe(true);
    unwatch();
  });

  test('many watches of one turn are few frames, none too long', async () => {
    const venue = venueOf();
    await venue.connect();
    const unwatch = Array.from({ length: 2_000 }, (_, i) =>
      venue.watchTicker(`BTC-27DEC26-${i}-C`, () => undefined),
    );
    const frames = () => server.received.filter((each) => each.method === 'private/subscribe');
    const told = (): number =>
      frames().reduce((sum, each) => sum + (each.params.channels as string[]).length, 0);
    await until(() => told() === 2_000);
    expect(frames().length).toBeLessThan(4);
    for (const { params } of frames()) {
      expect(JSON.stringify(params).length).toBeLessThan(31_000);
    }
    unwatch[7]?.();
    await until(() => server.methods().includes('private/unsubscribe'));
    expect(server.received.at(-1)?.params.channels).toEqual(['ticker.BTC-27DEC26-7-C.100ms']);
  });

  test('tickers, marks, listings and instruments read as on Deribit', async () => {
    const venue = venueOf();
    const tickers: VenueTicker[] = [];
    const marks: VenueMark[] = [];
    const listing: string[] = [];
    venue.watchTicker('BTC-27DEC26-100000-C', (each) => tickers.push(each));
    venue.watchOptionMarks('btc_usd', (each) => marks.push(...each));
    venue.watchListing((name, change) => listing.push(`${name} ${change}`));
    await venue.connect();
    await until(() => server.methods().includes('private/subscribe'));
    server.notify('ticker.BTC-27DEC26-100000-C.100ms', {
      timestamp: 5,
      state: 'open',
      instrument_name: 'BTC-27DEC26-100000-C',
      best_bid_price: 0.05,
      best_bid_amount: 2,
      best_ask_price: 0,
      best_ask_amount: 0,
      mark_price: 0.0525,
      index_price: 100_000,
      min_price: 0.01,
      max_price: 0.1,
    });
    server.notify('markprice.options.btc_usd', [
      { instrument_name: 'BTC-27DEC26-100000-C', mark_price: 0.0525, iv: 0.6127, timestamp: 5 },
    ]);
    for (const state of ['created', 'started', 'closed']) {
      server.notify('instrument.state.any.any', { instrument_name: 'X', state, timestamp: 5 });
    }
    await until(() => listing.length === 2);
    expect(tickers[0]).toMatchObject({ bid: 0.05, ask: null, bandMax: 0.1, open: true });
    expect(marks).toEqual([
      { instrumentName: 'BTC-27DEC26-100000-C', price: 0.0525, iv: 0.6127, timestampMs: 5 },
    ]);
    expect(listing).toEqual(['X listed', 'X ended']);
    server.answers.set('public/get_instruments', () => ({ result: instruments }));
    const [once, twice] = await Promise.all([venue.instruments(), venue.instruments()]);
    expect(once).toBe(twice);
    expect(once.map((each) => [each.name, each.kind, each.expiryMs])).toEqual([
      ['BTC-27DEC26-100000-C', 'option', 1_798_358_400_000],
      ['BTC-PERPETUAL', 'perpetual', null],
    ]);
  });
});

const instruments = [
  {
    instrument_name: 'BTC-27DEC26-100000-C',
    kind: 'option',
    instrument_type: 'reversed',
    base_currency: 'BTC',
    settlement_currency: 'BTC',
    settlement_period: 'month',
    price_index: 'btc_usd',
    expiration_timestamp: 1_798_358_400_000,
    strike: 100_000,
    option_type: 'call',
    tick_size: 0.0001,
    tick_size_steps: [{ above_price: 0.005, tick_size: 0.0005 }],
    min_trade_amount: 0.1,
    contract_size: 1,
  },
  {
    instrument_name: 'BTC-PERPETUAL',
    kind: 'future',
    instrument_type: 'reversed',
    base_currency: 'BTC',
    settlement_currency: 'BTC',
    settlement_period: 'perpetual',
    price_index: 'btc_usd',
    expiration_timestamp: 32_503_708_800_000,
    tick_size: 0.5,
    min_trade_amount: 10,
    contract_size: 10,
  },
  { instrument_name: 'BTC_USDC', kind: 'spot', settlement_period: '', price_index: 'btc_usdc' },
];
