import { isDeepStrictEqual } from 'node:util';
import type { AccountId, PriceTicks, SizeLots, UsdMicros } from '@openstrike/domain';
import { goodIndex, usPerDay, usPerHour, usPerMinute, usPerSecond } from '@openstrike/domain';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BookData, replayBook } from '../testing/replay-book.ts';
import type { TestSocket } from '../testing/test-socket.ts';
import { TestVenue } from '../testing/test-venue.ts';
import { portfolioReminderMs } from './user-channels.ts';

type Row = Record<string, unknown>;
const perpetual = 'BTC-PERPETUAL';
const usd = (price: number): UsdMicros => (price * 1e6) as UsdMicros;

describe('channels', () => {
  let venue: TestVenue;
  let alice: TestSocket;
  let nobody: TestSocket;
  beforeAll(async () => {
    venue = await TestVenue.open();
  });
  afterAll(() => venue.close());
  beforeEach(async () => {
    alice = await venue.loggedIn(1);
    nobody = await venue.socket();
  });
  afterEach(async () => {
    alice.terminate();
    nobody.terminate();
    await venue.cancelAll();
  });

  const subscribe = (socket: TestSocket, ...channels: string[]): Promise<string[]> =>
    socket.result('private/subscribe', { channels });
  const watch = (socket: TestSocket, ...channels: string[]): Promise<string[]> =>
    socket.result('public/subscribe', { channels });
  const optionName = (): string => {
    const [option] = venue.feeds.instruments({ currency: 'BTC', kind: 'option', expired: false });
    if (option === undefined) throw new Error('no option is listed');
    return option.name;
  };

  test('every channel of the reference is accepted, as it was written', async () => {
    const option = optionName();
    const channels = [
      `book.${perpetual}.raw`,
      `book.${perpetual}.100ms`,
      `book.${perpetual}.agg2`,
      `book.${perpetual}.none.20.100ms`,
      `book.${option}.5.1.agg2`,
      `quote.${option}`,
      `ticker.${option}.100ms`,
      `incremental_ticker.${perpetual}`,
      `trades.${perpetual}.raw`,
      'trades.option.BTC.100ms',
      'trades.any.any.agg2',
      'trades.future_combo.eth.100ms',
      `chart.trades.${perpetual}.1`,
      `chart.trades.${perpetual}.1D`,
      'deribit_price_index.btc_usd',
      'deribit_price_ranking.btc_usd',
      'deribit_price_statistics.eth_usd',
      'deribit_volatility_index.btc_usd',
      'deribit_volatility_index.btc_usdc',
      'realised_volatility.btc_usd',
      'estimated_expiration_price.btc_usdc',
      'markprice.options.btc_usd',
      `perpetual.${perpetual}.100ms`,
      'instrument.state.any.any',
      'instrument.state.option.BTC',
      'platform_state',
      'platform_state.public_methods_state',
      'announcements',
      'block_rfq.trades.any',
      'user.orders.any.any.raw',
      `user.orders.${perpetual}.100ms`,
      'user.trades.future.btc.raw',
      `user.trades.${option}.agg2`,
      'user.changes.any.any.100ms',
      `user.changes.${perpetual}.raw`,
      'user.portfolio.btc',
      'user.portfolio.BTC',
      'user.portfolio.any',
      'user.mmp_trigger.btc_usd',
      'user.lock',
      'user.access_log',
      'user.combo_trades.any.any.raw',
      'block_trade_confirmations',
      'block_rfq.maker.any',
      'block_rfq.taker.any',
    ];
    expect(await subscribe(alice, ...channels)).toEqual(channels);
    const bad = [
      'book.NOTHING.raw',
      `book.${perpetual}`,
      `book.${perpetual}.1s`,
      `book.${perpetual}.3.20.100ms`,
      `ticker.${perpetual}`,
      'user.portfolio.SOL',
      'user.orders.any.any',
      'chart.trades.BTC-PERPETUAL.7',
      'chart.trades.BTC-PERPETUAL.1440',
      'deribit_price_index.doge_usd',
      'perpetual.' + option + '.raw',
      'toString',
      'toString.btc_usd',
      'constructor.btc_usd',
      '__proto__.x',
      '',
      'trades.toString.any.raw',
    ];
    expect(await subscribe(alice, ...bad, 'user.lock')).toEqual(['user.lock']);
    expect(await alice.result('private/unsubscribe', { channels: ['user.lock', 'no'] })).toEqual([
      'user.lock',
    ]);
    await alice.result('public/unsubscribe_all');
    await alice.result('private/unsubscribe_all');
    expect(venue.gateway.subscriptions.counts()).toEqual({ channels: 0, subscriptions: 0 });
  });

  test('raw needs a login; private channels need one and their scope', async () => {
    const channels = [`trades.${perpetual}.raw`];
    const answer = await nobody.call('public/subscribe', { channels });
    expect(answer.error?.code).toBe(13778);
    expect(await watch(nobody, 'user.orders.any.any.raw', 'platform_state')).toEqual([
      'platform_state',
    ]);
    expect(await watch(alice, `book.${perpetual}.raw`)).toEqual([`book.${perpetual}.raw`]);
    const narrow = await venue.loggedIn(1, 'trade:none account:read');
    expect(await subscribe(narrow, 'user.orders.any.any.raw', 'user.portfolio.btc')).toEqual([
      'user.portfolio.btc',
    ]);
    narrow.terminate();
  });

  test('a book is a snapshot and a chain of changes, at any pace, for the late too', async () => {
    const channels = [`book.${perpetual}.raw`, `book.${perpetual}.100ms`];
    const late: TestSocket[] = [];
    await subscribe(alice, ...channels);
    for (let round = 0; round < 40; round++) {
      const priceTicks = (199_000 + ((round * 7) % 11)) as PriceTicks;
      await venue.place(2, { priceTicks, sizeLots: (1 + (round % 3)) as SizeLots });
      if (round % 4 === 3) {
        await venue.place(1, {
          side: 'sell',
          priceTicks,
          sizeLots: 2 as SizeLots,
          timeInForce: 'ioc',
        });
      }
      if (round % 10 === 5) {
        const socket = await venue.loggedIn(3);
        await subscribe(socket, ...channels);
        late.push(socket);
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
    const book = venue.feeds.book(venue.feeds.instrumentByName(perpetual)?.id ?? (0 as never));
    const expected = new Map(
      (book?.bids ?? []).map((level) => [`bids ${level.priceTicks / 2}`, level.sizeLots * 10]),
    );
    expect(expected.size).toBeGreaterThan(3);
    const bookOf = (socket: TestSocket, channel: string) =>
      replayBook(socket.heard<BookData>(channel));
    for (const socket of [alice, ...late]) {
      for (const channel of channels) {
        await socket.until(() => isDeepStrictEqual(bookOf(socket, channel), expected) || undefined);
      }
    }
    for (const socket of [alice, ...late]) {
      for (const channel of channels) {
        const messages = socket.heard<BookData>(channel);
        expect(messages[0]?.type).toBe('snapshot');
        expect('prev_change_id' in (messages[0] ?? {})).toBe(false);
        expect(messages.filter((message) => message.type === 'snapshot')).toHaveLength(1);
        expect(bookOf(socket, channel)).toEqual(expected);
      }
      socket.terminate();
    }
    expect(alice.heard(channels[1] ?? '').length).toBeLessThan(
      alice.heard(channels[0] ?? '').length,
    );
  });

  test('who asks again has the newest state again, and no fact twice or never', async () => {
    const [book, trades] = [`book.${perpetual}.100ms`, `trades.${perpetual}.100ms`];
    await subscribe(alice, book, trades);
    await alice.hear(book);
    for (const priceTicks of [199_700, 199_701, 199_702] as PriceTicks[]) {
      await venue.place(2, { priceTicks });
      await venue.place(1, { side: 'sell', priceTicks, timeInForce: 'ioc' });
      await venue.place(2, { priceTicks: (priceTicks - 1_000) as PriceTicks });
      expect(await subscribe(alice, book, trades)).toEqual([book, trades]);
    }
    const label = 'other';
    await alice.result('private/subscribe', { channels: [book, trades], label });
    await alice.until(() => (alice.heard<Row[]>(trades).flat().length === 3 ? true : undefined));
    await venue.place(2, {});
    const levels = () => alice.heard<BookData>(book).at(-1)?.bids.length;
    await alice.until(() => (levels() === 1 ? true : undefined));
    const told = alice.heard<BookData>(book);
    expect(told.filter(({ type }) => type === 'snapshot')).toHaveLength(5);
    expect(replayBook(told).size).toBe(4);
    expect(alice.heard<Row[]>(trades).flat()).toHaveLength(3);
  });

  test('the grouped book has the best levels of both sides', async () => {
    const channel = `book.${perpetual}.10.1.100ms`;
    await watch(nobody, channel);
    await venue.place(2, { priceTicks: 198_001 as PriceTicks });
    await venue.place(2, { priceTicks: 198_003 as PriceTicks });
    await venue.place(2, { side: 'sell', priceTicks: 201_999 as PriceTicks });
    const data = await nobody.until(() =>
      nobody
        .heard<{ bids: unknown[]; asks: unknown[] }>(channel)
        .find((one) => one.asks.length > 0),
    );
    expect(data).toMatchObject({ bids: [[99_000, 200]], asks: [[101_000, 100]] });
  });

  test('trades, tickers, quotes and candles tell of a trade', async () => {
    const channels = [
      `trades.${perpetual}.raw`,
      'trades.future.BTC.raw',
      'trades.option.BTC.raw',
      `ticker.${perpetual}.raw`,
      `quote.${perpetual}`,
      `chart.trades.${perpetual}.1`,
      `incremental_ticker.${perpetual}`,
    ];
    await subscribe(alice, ...channels);
    await venue.place(2, { priceTicks: 199_900 as PriceTicks });
    await venue.place(1, {
      side: 'sell',
      priceTicks: 199_900 as PriceTicks,
      sizeLots: 3 as SizeLots,
      timeInForce: 'ioc',
    });
    const [trade] = await alice.hear<Row[]>(`trades.${perpetual}.raw`);
    expect(trade).toMatchObject({
      instrument_name: perpetual,
      price: 99_950,
      amount: 30,
      direction: 'sell',
    });
    expect(await alice.hear('trades.future.BTC.raw')).toEqual([trade]);
    expect(alice.heard('trades.option.BTC.raw')).toEqual([]);
    const touch = { best_bid_price: 99_950, best_bid_amount: 70, best_ask_price: 0 };
    await alice.until(() =>
      alice.heard<Row>(`quote.${perpetual}`).find((data) => data.best_bid_amount === 70),
    );
    expect(alice.heard(`quote.${perpetual}`).at(-1)).toMatchObject(touch);
    const isLast = (of: string, member: string): Promise<true> =>
      alice.until(() => alice.heard<Row>(of).at(-1)?.[member] === 99_950 || undefined);
    await isLast(`ticker.${perpetual}.raw`, 'last_price');
    await isLast(`chart.trades.${perpetual}.1`, 'close');
    const tickers = alice.heard(`ticker.${perpetual}.raw`);
    expect(tickers[0]).toMatchObject({ instrument_name: perpetual, best_bid_price: 0 });
    expect(tickers.at(-1)).toMatchObject({ ...touch, last_price: 99_950 });
    expect(alice.heard(`chart.trades.${perpetual}.1`).at(-1)).toMatchObject({ close: 99_950 });
    const [whole, part] = [
      await alice.hear<Row>(`incremental_ticker.${perpetual}`),
      await alice.hear<Row>(`incremental_ticker.${perpetual}`, 2),
    ];
    expect(whole.type).toBe('snapshot');
    expect(part).toMatchObject({ type: 'change', best_bid_price: 99_950 });
    expect('min_price' in part).toBe(false);
    await venue.pass(usPerMinute);
    const flat = await alice.until(() =>
      alice.heard<Row>(`chart.trades.${perpetual}.1`).find((candle) => candle.volume === 0),
    );
    expect(flat).toMatchObject({ open: 99_950, high: 99_950, low: 99_950, close: 99_950, cost: 0 });
  });

  test('the next candle is told as its period begins, however late one asked', async () => {
    await venue.place(2, { priceTicks: 199_600 as PriceTicks });
    await venue.place(1, { side: 'sell', priceTicks: 199_600 as PriceTicks });
    const channel = `chart.trades.${perpetual}.1`;
    await watch(nobody, channel);
    const first = await nobody.hear<{ tick: number; close: number }>(channel);
    await venue.pass(usPerMinute);
    const { close } = first;
    const flat = { tick: first.tick + 60_000, open: close, high: close, low: close, close };
    expect(await nobody.hear(channel, 2)).toEqual({ ...flat, volume: 0, cost: 0 });
    // A trade in the batch that ends the period is not lost to those who follow the channel.
    await Promise.all([
      venue.place(2, { priceTicks: 199_500 as PriceTicks }),
      venue.place(1, { side: 'sell', priceTicks: 199_500 as PriceTicks }),
      venue.pass(usPerMinute),
    ]);
    const [ended, begun] = [await nobody.hear<Row>(channel, 3), await nobody.hear<Row>(channel, 4)];
    expect(ended).toMatchObject({ tick: flat.tick, open: 99_750, close: 99_750, cost: 100 });
    expect(begun).toMatchObject({ tick: flat.tick + 60_000, close: 99_750, volume: 0 });
  });

  test('indexes, marks and funding are told when they change', async () => {
    const channels = [
      'deribit_price_index.btc_usd',
      'deribit_price_ranking.btc_usd',
      'deribit_price_statistics.btc_usd',
      'deribit_volatility_index.btc_usd',
      'realised_volatility.btc_usd',
      'estimated_expiration_price.btc_usd',
      'markprice.options.btc_usd',
      `perpetual.${perpetual}.raw`,
    ];
    await subscribe(alice, ...channels);
    for (const channel of channels) expect(await alice.hear(channel)).toBeDefined();
    expect(alice.heard('deribit_price_index.btc_usd')[0]).toMatchObject({ price: 100_000 });
    const [volatility] = alice.heard<{ volatility: number }>('deribit_volatility_index.btc_usd');
    expect(volatility?.volatility).toBeGreaterThan(55);
    expect(volatility?.volatility).toBeLessThan(70);
    const realised = alice.heard('realised_volatility.btc_usd');
    expect(realised[0]).toMatchObject({ volatility_1h: null, volatility_24h: null });
    const [delivery] = alice.heard('estimated_expiration_price.btc_usd');
    expect(delivery).toMatchObject({ price: 100_000, is_estimated: false });
    const [marks] = alice.heard<{ iv: number }[]>('markprice.options.btc_usd');
    expect(marks?.[0]?.iv).toBeLessThan(2);
    const ranking = 'deribit_price_ranking.btc_usd';
    expect(alice.heard(ranking)[0]).toMatchObject([{ identifier: 'oracle', weight: 100 }]);
    await venue.submit({
      ...goodIndex('btc_usd', usd(100_100)),
      constituents: [
        { source: 'kraken', price: usd(99), counted: usd(100), weightBp: 6_250, use: 'clamped' },
        { source: 'gemini', price: usd(98), counted: 0, weightBp: 0, use: 'stale' },
        { source: 'okx', price: 0, counted: 0, weightBp: 0, use: 'down' },
      ],
    });
    expect(await alice.hear(ranking, 2)).toMatchObject([
      { identifier: 'kraken', enabled: true, original_price: 99, price: 100, weight: 62.5 },
      { identifier: 'gemini', enabled: false, original_price: 98, price: null, weight: 0 },
      { identifier: 'okx', enabled: false, original_price: null, price: null, timestamp: null },
    ]);
    expect(await alice.hear('deribit_price_index.btc_usd', 2)).toMatchObject({ price: 100_100 });
    expect(await alice.hear('markprice.options.btc_usd', 2)).toBeDefined();
    await venue.setIndex(100_000);
  });

  test('an account hears of its own orders, trades and positions only', async () => {
    const channels = [
      'user.orders.any.any.raw',
      'user.orders.future.BTC.100ms',
      `user.trades.${perpetual}.raw`,
      'user.changes.any.any.raw',
    ];
    const bob = await venue.loggedIn(2);
    await subscribe(alice, ...channels);
    await subscribe(bob, 'user.orders.any.any.raw');
    await venue.place(1, { priceTicks: 199_800 as PriceTicks, label: 'mine' });
    await venue.place(2, {
      side: 'sell',
      priceTicks: 199_800 as PriceTicks,
      sizeLots: 4 as SizeLots,
      timeInForce: 'ioc',
    });
    const [trade] = await alice.hear<Row[]>(`user.trades.${perpetual}.raw`);
    expect(trade).toMatchObject({ liquidity: 'M', amount: 40, label: 'mine', fee_currency: 'BTC' });
    const states = alice.heard<Row>('user.orders.any.any.raw');
    expect(states.map((state) => state.filled_amount)).toEqual([0, 40]);
    expect(states.every((state) => state.label === 'mine')).toBe(true);
    const listed = await alice.hear<Row[]>('user.orders.future.BTC.100ms');
    expect(listed).toHaveLength(1);
    const changes = await alice.hear<Record<string, Row[]>>('user.changes.any.any.raw', 2);
    expect(changes).toMatchObject({ instrument_name: perpetual });
    expect(changes.orders).toHaveLength(1);
    expect(changes.trades).toEqual([trade]);
    expect(changes.positions?.[0]).toMatchObject({ instrument_name: perpetual, kind: 'future' });
    await bob.hear('user.orders.any.any.raw');
    const labels = bob.heard<Row>('user.orders.any.any.raw').map((state) => state.label);
    expect(labels.includes('mine')).toBe(false);
    expect(labels.length).toBeGreaterThan(0);
    bob.terminate();
  });

  test('a maker hears that its protection was crossed', async () => {
    const channel = 'user.mmp_trigger.btc_usd';
    await subscribe(alice, channel);
    const protection = {
      index_name: 'btc_usd',
      interval: 1,
      frozen_time: 0,
      trade_count_limit: 1,
    };
    await alice.result('private/set_mmp_config', protection);
    const order = { instrument_name: perpetual, amount: 10, price: 99_950 };
    await alice.result('private/sell', { ...order, amount: 20, mmp: true });
    const bob = await venue.loggedIn(2);
    await bob.result('private/buy', order);
    bob.terminate();
    const told = { index_name: 'btc_usd', frozen_until: 0, trigger: 'trades' };
    expect(await alice.hear(channel)).toEqual(told);
  });

  test('a portfolio comes at once, and again when it has changed', async () => {
    await subscribe(alice, 'user.portfolio.btc', 'user.portfolio.any');
    const first = await alice.hear<{ equity: number }>('user.portfolio.btc');
    expect(first).toMatchObject({ currency: 'BTC' });
    await alice.hear('user.portfolio.any', 3);
    const told = alice.heard<Row>('user.portfolio.any').map((data) => data.currency);
    expect(told.slice(0, 3)).toEqual(['BTC', 'ETH', 'USDC']);
    await venue.submit({
      type: 'deposit',
      accountId: 1 as AccountId,
      currency: 'BTC',
      amount: 5e8 as never,
      reference: 'portfolio',
    });
    const second = await alice.hear<{ equity: number }>('user.portfolio.btc', 2);
    expect(second.equity - first.equity).toBeCloseTo(5, 6);
  });

  test('who joins has the newest state at once, and hurries nothing for the others', async () => {
    const channels = [`book.${perpetual}.100ms`, `ticker.${perpetual}.100ms`] as const;
    const [book, ticker] = channels;
    const bid = (priceTicks: number) =>
      venue.place(2, { side: 'buy', priceTicks: priceTicks as PriceTicks });
    await watch(nobody, ...channels);
    for (const channel of channels) await nobody.hear(channel);
    const startedMs = performance.now();
    await bid(159_000);
    await watch(alice, ...channels);
    expect((await alice.hear<BookData>(book)).bids).toHaveLength(1);
    await alice.hear(ticker);
    await bid(158_000);
    for (const channel of channels) await nobody.hear(channel, 2);
    // Timers are never early; a channel that was hurried is, by nearly all of its pace.
    expect(performance.now() - startedMs).toBeGreaterThan(99);
    await venue.cancelAll();
    for (const socket of [nobody, alice]) {
      await socket.until(() => replayBook(socket.heard<BookData>(book)).size === 0 || undefined);
    }
  });

  test('a portfolio that rests is told again now and then', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    try {
      await subscribe(alice, 'user.portfolio.btc');
      const first = await alice.hear('user.portfolio.btc');
      vi.advanceTimersByTime(portfolioReminderMs);
      expect(await alice.hear('user.portfolio.btc', 2)).toEqual(first);
    } finally {
      vi.useRealTimers();
    }
  });

  test('halts, locks, logins and announcements are told', async () => {
    const channels = ['platform_state', 'user.lock', 'user.access_log', 'announcements'];
    await subscribe(alice, ...channels, 'platform_state.public_methods_state');
    expect(await alice.hear('platform_state.public_methods_state')).toEqual({
      allow_unauthenticated_public_requests: true,
    });
    await venue.submit({ type: 'set-trading', scope: 'BTC', state: 'halted', reason: 'test' });
    expect(await alice.hear('platform_state')).toEqual({ price_index: 'btc_usd', locked: true });
    expect(await nobody.result('public/status')).toMatchObject({ locked: 'partial' });
    await venue.submit({ type: 'set-trading', scope: 'BTC', state: 'open', reason: 'test' });
    expect(await alice.hear('platform_state', 2)).toMatchObject({ locked: false });
    expect(await nobody.result('public/status')).toMatchObject({ locked: 'false' });
    // A halt of the whole venue is maintenance, also for who comes in the middle of it.
    const halt = (state: 'halted' | 'open') =>
      venue.submit({ type: 'set-trading', scope: 'all', state, reason: 'test' });
    await halt('halted');
    expect(await alice.hear('platform_state', 3)).toEqual({ maintenance: true });
    await watch(nobody, 'platform_state');
    expect(await nobody.hear('platform_state')).toEqual({ maintenance: true });
    const locked = alice.heard('platform_state').length;
    await halt('open');
    expect(await alice.hear('platform_state', locked + 1)).toEqual({ maintenance: false });
    const configure = (access: 'locked' | 'normal') =>
      venue.submit({
        type: 'configure-account',
        accountId: 1 as AccountId,
        selfTradeMode: 'reject-taker',
        selfTradeAcrossSubaccounts: false,
        access,
      });
    await configure('locked');
    expect(await alice.hear('user.lock')).toMatchObject({ currency: 'BTC', locked: true });
    await configure('normal');
    expect(await alice.hear('user.lock', 4)).toMatchObject({ locked: false });
    (await venue.loggedIn(1)).terminate();
    expect(await alice.hear('user.access_log')).toMatchObject({ log: 'success' });
    const announcement = venue.identity.announce({
      publishedMs: venue.wallMs(),
      title: 'Hear',
      body: 'ye',
      important: true,
      confirmation: false,
    });
    venue.gateway.subscriptions.publishAnnouncement(announcement, 'new');
    expect(await alice.hear('announcements')).toMatchObject({ action: 'new', title: 'Hear' });
  });

  test('a label comes back with each notification; a new login ends private channels', async () => {
    const channel = 'user.orders.any.any.raw';
    await alice.result('private/subscribe', { channels: [channel], label: 'ours' });
    await venue.place(1, {});
    await alice.hear(channel);
    const labels = alice.notifications.map((message) => message.params?.label);
    expect(labels).toEqual(['ours']);
    await alice.result('public/auth', venue.credentials(2));
    await venue.place(1, {});
    await venue.place(2, {});
    expect(await alice.result('public/test')).toBeDefined();
    expect(alice.heard(channel)).toHaveLength(1);
  });

  test('listings and expiries are told by instrument.state', async () => {
    await watch(nobody, 'instrument.state.option.BTC');
    await venue.pass(7 * usPerDay);
    const expected = ['created', 'started', 'closed', 'terminated', 'settled'];
    const told = await nobody.hear<Row>('instrument.state.option.BTC');
    expect(expected).toContain(told.state);
    expect(venue.feeds.instrumentByName(String(told.instrument_name))).not.toBeNull();
  });

  test('the estimate counts down to the settlement and ends there', async () => {
    const channel = 'estimated_expiration_price.btc_usd';
    const { tsUs } = await venue.submit({ type: 'pass-time' });
    const settlementUs = Math.ceil((tsUs - 8 * usPerHour) / usPerDay) * usPerDay + 8 * usPerHour;
    await watch(nobody, channel);
    // The index itself comes a microsecond later: the last of them on the hour.
    await venue.pass(settlementUs - 2 * usPerSecond - 1 - tsUs);
    for (let second = 0; second < 3; second++) {
      await venue.setIndex(100_000);
      await nobody.hear(channel, second + 2);
      if (second < 2) await venue.pass(usPerSecond - 1);
    }
    const told = nobody.heard(channel).slice(1);
    expect(told).toMatchObject([
      { seconds: 2, is_estimated: true, total_ticks: 1_800 },
      { seconds: 1, is_estimated: true, total_ticks: 1_800 },
      { seconds: 0, is_estimated: true, total_ticks: 1_800 },
    ]);
  });
});
