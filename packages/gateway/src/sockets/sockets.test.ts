import type { AccountId, PriceTicks } from '@openstrike/domain';
import Type from 'typebox';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { defineMethod } from '../method.ts';
import { methods } from '../methods/index.ts';
import { statesPerTurn } from '../subscriptions/create-subscription-hub.ts';
import { TestVenue, type TestVenueOptions } from '../testing/test-venue.ts';

const blob = defineMethod({
  name: 'public/blob',
  summary: 'Answers much.',
  scope: null,
  transport: 'any',
  rateClass: 'plain',
  params: Type.Object({}),
  result: Type.String(),
  handle: () => 'x'.repeat(100_000),
});

const order = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 99_000 };

describe('sockets', () => {
  const venues: TestVenue[] = [];
  const open = async (options?: TestVenueOptions): Promise<TestVenue> => {
    const venue = await TestVenue.open(options);
    venues.push(venue);
    return venue;
  };
  afterEach(async () => {
    for (const venue of venues.splice(0)) await venue.close();
  });
  const waitFor = async (what: () => boolean): Promise<void> => {
    const endMs = Date.now() + 20_000;
    while (!what()) {
      if (Date.now() > endMs) throw new Error('it did not come to pass');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };

  test('frames are taken in order of arrival: login, subscription, order in one go', async () => {
    const venue = await open();
    const socket = await venue.socket();
    const ids = [
      socket.send('public/auth', { ...venue.credentials(1), scope: 'session:a-b-c' }),
      socket.send('private/subscribe', { channels: ['user.orders.any.any.raw'] }),
      socket.send('private/buy', order),
    ];
    for (const id of ids) expect((await socket.answer(id)).error).toBeUndefined();
    expect(await socket.hear('user.orders.any.any.raw')).toMatchObject({ order_state: 'open' });
  });

  test('orders sent without waiting keep their order', async () => {
    const venue = await open();
    const socket = await venue.loggedIn(1);
    const ids = Array.from({ length: 1_500 }, () => socket.send('private/buy', order));
    const answers = await Promise.all(ids.map((id) => socket.answer(id)));
    const numbers = answers.map(({ result }) =>
      Number((result as { order: { order_id: string } }).order.order_id),
    );
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(new Set(numbers).size).toBe(1_500);
  });

  test('heartbeats: a test request each interval, and an end when it is not answered', async () => {
    const venue = await open();
    const socket = await venue.socket();
    expect((await socket.call('public/set_heartbeat', { interval: 9 })).error?.code).toBe(-32602);
    expect(await socket.result('public/set_heartbeat', { interval: 10 })).toBe('ok');
    const types = () => socket.notifications.map((message) => message.params?.type);
    for (let beat = 1; beat <= 3; beat++) {
      venue.wallShiftMs += 10_001;
      await socket.until(() => (types().length === 2 * beat ? true : undefined));
      expect(types().slice(-2)).toEqual(['heartbeat', 'test_request']);
      if (beat < 3) expect(await socket.result('public/test')).toHaveProperty('version');
    }
    venue.wallShiftMs += 10_001;
    expect(await socket.closed).toMatchObject({ code: 1008 });
    expect(venue.gateway.metrics.heartbeatsMissed).toBe(1);
  });

  test('a venue that stood still reads what was answered meanwhile before it judges', async () => {
    const venue = await open();
    const socket = await venue.socket();
    await socket.result('public/set_heartbeat', { interval: 10 });
    venue.wallShiftMs += 10_001;
    await socket.until(() => socket.notifications[1]);
    const answered = socket.send('public/test');
    venue.wallShiftMs += 10_001;
    const untilMs = performance.now() + 50;
    while (performance.now() < untilMs);
    expect((await socket.answer(answered)).result).toHaveProperty('version');
    expect(venue.gateway.metrics.heartbeatsMissed).toBe(0);
  });

  test('a socket without traffic is closed after ten minutes, a lively one is not', async () => {
    const venue = await open();
    const [idle, lively] = [await venue.socket(), await venue.socket()];
    venue.wallShiftMs += 590_000;
    await lively.result('public/test');
    venue.wallShiftMs += 11_000;
    expect(await idle.closed).toMatchObject({ code: 1000, reason: 'no traffic' });
    expect(await lively.result('public/test')).toHaveProperty('version');
  });

  test('protocol pings are answered', async () => {
    const socket = await (await open()).socket();
    const pong = new Promise((resolve) => socket.raw.once('pong', resolve));
    socket.raw.ping('are you there');
    expect(String(await pong)).toBe('are you there');
  });

  test('one address has so many connections and no more', async () => {
    const venue = await open({ gateway: { connectionsPerAddress: 2 } });
    const first = await venue.socket();
    await venue.socket();
    const status = await new Promise((resolve) => {
      const third = new WebSocket(venue.address.webSocketUrl);
      third.on('unexpected-response', (_, response) => resolve(response.statusCode));
      third.on('error', () => undefined);
    });
    expect(status).toBe(429);
    first.terminate();
    await waitFor(() => venue.gateway.metrics.socketsOpen === 1);
    await venue.socket();
  });

  describe('cancel on disconnect', () => {
    const openOrders = (venue: TestVenue) =>
      venue.feeds.openOrders(1 as AccountId).map((one) => one.label);

    test('takes the orders of the connection and no others', async () => {
      const venue = await open();
      const [socket, other] = [await venue.loggedIn(1), await venue.loggedIn(1)];
      await socket.result('private/enable_cancel_on_disconnect');
      expect(await socket.result('private/get_cancel_on_disconnect')).toEqual({
        scope: 'connection',
        enabled: true,
      });
      await socket.result('private/buy', { ...order, label: 'mine' });
      await other.result('private/buy', { ...order, label: 'other' });
      await venue.get(
        `/api/v2/private/buy?instrument_name=BTC-PERPETUAL&amount=10&price=99000&label=http`,
        {
          authorization: `Basic ${btoa(`${venue.key(1).clientId}:${venue.key(1).clientSecret}`)}`,
        },
      );
      expect(openOrders(venue)).toEqual(['mine', 'other', 'http']);
      socket.terminate();
      await waitFor(() => openOrders(venue).length === 2);
      expect(openOrders(venue)).toEqual(['other', 'http']);
      other.terminate();
      await waitFor(() => venue.gateway.metrics.socketsOpen === 0);
      expect(openOrders(venue)).toEqual(['other', 'http']);
    });

    test('of the account holds for every new socket; a logout does not fire it', async () => {
      const venue = await open();
      const first = await venue.loggedIn(1);
      await first.result('private/enable_cancel_on_disconnect', { scope: 'account' });
      const socket = await venue.loggedIn(1);
      expect(await socket.result('private/get_cancel_on_disconnect')).toMatchObject({
        enabled: true,
      });
      await socket.result('private/buy', { ...order, label: 'stays' });
      socket.send('private/logout');
      await socket.closed;
      await waitFor(() => venue.gateway.metrics.socketsOpen === 1);
      expect(openOrders(venue)).toEqual(['stays']);
      const last = await venue.loggedIn(1);
      await last.result('private/buy', { ...order, label: 'goes' });
      await last.result('public/set_heartbeat', { interval: 10 });
      venue.wallShiftMs += 10_001;
      await last.until(() => last.notifications[0]);
      venue.wallShiftMs += 10_001;
      await last.closed;
      await waitFor(() => openOrders(venue).length === 1);
      expect(openOrders(venue)).toEqual(['stays']);
    });

    test('fires when the door closes', async () => {
      const venue = await open();
      const socket = await venue.loggedIn(1);
      await socket.result('private/enable_cancel_on_disconnect');
      await socket.result('private/buy', order);
      await venue.gateway.close();
      expect(openOrders(venue)).toEqual([]);
      expect(await socket.closed).toMatchObject({ code: 1001 });
    });

    test('stays armed when its store fails, which ends nothing else', async () => {
      const lines: string[] = [];
      const venue = await open({ log: (line) => lines.push(line) });
      const socket = await venue.loggedIn(1);
      await socket.result('private/enable_cancel_on_disconnect');
      await socket.result('private/buy', order);
      vi.spyOn(venue.identity, 'armConnection').mockImplementation(() => {
        throw new Error('the disk is full');
      });
      socket.terminate();
      await waitFor(() => lines.some((line) => line.includes('a connection stays armed')));
      expect(openOrders(venue)).toEqual([]);
    });

    test('an old order is never taken for one of a new connection', async () => {
      const venue = await open();
      const socket = await venue.loggedIn(1);
      await socket.result('private/buy', order);
      const [old] = venue.feeds.openOrders(1 as AccountId);
      await venue.gateway.close();
      venue.address = await venue.reopen();
      const next = await venue.loggedIn(1);
      await next.result('private/enable_cancel_on_disconnect');
      await next.result('private/buy', { ...order, label: 'new' });
      const held = venue.feeds.openOrders(1 as AccountId);
      expect(held[1]?.connectionId).toBeGreaterThan(old?.connectionId ?? 0);
    });
  });

  describe('a slow consumer', () => {
    test('gets the newest book when it has caught up, and delays nobody', async () => {
      const venue = await open({
        methods: [...methods, blob],
        gateway: { conflateBytes: 100_000, closeBytes: 1 << 30 },
      });
      const [slow, quick] = [await venue.loggedIn(1), await venue.loggedIn(2)];
      const book = 'book.BTC-PERPETUAL.raw';
      for (const socket of [slow, quick]) {
        await socket.result('private/subscribe', { channels: [book] });
        await socket.hear(book);
      }
      slow.raw.pause();
      for (let index = 0; index < 300; index++) slow.send('public/blob');
      await waitFor(() => venue.gateway.metrics.framesIn >= 304);
      for (let index = 0; index < 20; index++) {
        await venue.place(2, { priceTicks: (198_000 + index) as PriceTicks });
      }
      await quick.hear(book, 21);
      expect(venue.gateway.metrics.conflated).toBeGreaterThan(0);
      const { bytes, bytesMax, socketsBehind } = venue.gateway.backlog();
      expect(socketsBehind).toBe(1);
      expect(bytesMax).toBeGreaterThan(100_000);
      expect(bytes).toBe(bytesMax);
      // Asking again and again gives a slow reader no more to read.
      for (let index = 0; index < 20; index++) slow.send('public/subscribe', { channels: [book] });
      await waitFor(() => venue.gateway.metrics.framesIn >= 324);
      slow.raw.resume();
      const last = await slow.until(() =>
        slow.heard<{ type: string; bids: unknown[] }>(book).find((data) => data.bids.length === 20),
      );
      expect(last.type).toBe('snapshot');
      expect(slow.heard<{ type: string }>(book).map(({ type }) => type)).toEqual([
        'snapshot',
        'snapshot',
      ]);
      expect('prev_change_id' in last).toBe(false);
      const next = slow.heard(book).length + 1;
      await venue.place(2, { priceTicks: 198_100 as PriceTicks });
      const change = await slow.hear<{ prev_change_id: number }>(book, next);
      expect(change.prev_change_id).toBe((last as unknown as { change_id: number }).change_id);
    });

    test('is not one who is told much at once and reads it', async () => {
      const venue = await open({ gateway: { conflateBytes: 20_000, closeBytes: 2_000_000 } });
      const socket = await venue.loggedIn(1);
      const channels = venue.feeds
        .instruments({ currency: 'BTC', kind: 'option', expired: false })
        .map((instrument) => `ticker.${instrument.name}.raw`);
      await socket.result('private/subscribe', { channels });
      const last = channels.at(-1) ?? '';
      for (let round = 1; round <= 20; round++) {
        await venue.setIndex(100_000 + round);
        await socket.hear(last, round + 1);
      }
      expect(venue.gateway.metrics.conflated).toBe(0);
      const counts = new Set(channels.map((channel) => socket.heard(channel).length));
      expect(counts).toEqual(new Set([21]));
    });

    test('like one who asks for much, is told a little each turn', async () => {
      const venue = await open();
      const socket = await venue.loggedIn(1);
      const books = venue.feeds
        .instruments({ currency: null, kind: null, expired: false })
        .flatMap(({ name }) =>
          ['1', '10', '20'].flatMap((depth) =>
            ['none', '1', '2', '5', '10', '25', '100', '250'].map(
              (group) => `book.${name}.${group}.${depth}.100ms`,
            ),
          ),
        );
      const channels = books.slice(0, 600);
      expect(channels.length).toBeGreaterThan(4 * statesPerTurn);
      // The door is in this process: its turns are seen from beside it.
      const { metrics } = venue.gateway;
      const before = metrics.notifications;
      const told: number[] = [];
      const asked = socket.result('private/subscribe', { channels });
      while (metrics.notifications - before < channels.length) {
        const start = metrics.notifications;
        await new Promise((resolve) => setImmediate(resolve));
        told.push(metrics.notifications - start);
      }
      expect(await asked).toEqual(channels);
      expect(Math.max(...told)).toBeLessThanOrEqual(2 * statesPerTurn);
      await socket.hear(channels.at(-1) ?? '');
      for (const channel of channels) expect(socket.heard(channel)).toHaveLength(1);
      expect(metrics.conflated).toBe(0);
    });

    test('is closed with a reason when even that does not help', async () => {
      const venue = await open({
        methods: [blob],
        gateway: { conflateBytes: 100_000, closeBytes: 1_000_000 },
      });
      const [slow, quick] = [await venue.socket(), await venue.socket()];
      slow.raw.pause();
      for (let index = 0; index < 300; index++) slow.send('public/blob');
      await waitFor(() => venue.gateway.metrics.slowConsumersClosed === 1);
      expect(await quick.result('public/test')).toHaveProperty('version');
      slow.raw.resume();
      const { code, reason } = await slow.closed;
      expect(code).toBe(1008);
      expect(reason).toContain('slow consumer');
    });
  });

  test('over the rate limit calls are refused; the socket stays, or goes if so set', async () => {
    for (const closeOnRateLimit of [false, true]) {
      const venue = await open({ gateway: { closeOnRateLimit } });
      venue.stopWall();
      venue.identity.changeProfile(1 as AccountId, { tierName: 'deribit' });
      const socket = await venue.loggedIn(1);
      const ids = Array.from({ length: 25 }, () =>
        socket.send('private/cancel', { order_id: '1' }),
      );
      const codes = [];
      for (const id of ids.slice(0, 21)) codes.push((await socket.answer(id)).error?.code);
      expect(codes.slice(0, 20).includes(10028)).toBe(false);
      expect(codes[20]).toBe(10028);
      if (closeOnRateLimit) {
        await socket.closed;
        continue;
      }
      venue.wallShiftMs += 5_000;
      const later = await socket.call('private/cancel', { order_id: '1' });
      expect(later.error?.code).not.toBe(10028);
    }
  });
});
