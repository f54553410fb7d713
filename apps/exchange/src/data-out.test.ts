// Data out, as clients meet it: the public channels of the running exchange over real sockets:
// what each tells, books that are built from changes, and clients that miss something or stop
// reading while a market goes on around them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askControl } from './control-socket.ts';
import { ChannelWatch } from './testing/channel-watch.ts';
import { DataClient } from './testing/data-client.ts';
import {
  type ExchangeProcess,
  eventually,
  killStarted,
  startExchange,
} from './testing/exchange-process.ts';
import { type BookMessage, BookWatch, LocalBook } from './testing/local-book.ts';
import { OrderFlow, type Tradable } from './testing/order-flow.ts';

interface Listed extends Tradable {
  readonly kind: string;
  readonly settlement_currency: string;
  readonly strike?: number;
  readonly option_type?: string;
  readonly expiration_timestamp: number;
  readonly contract_size: number;
  readonly tick_size: number;
}

interface PublicTrade {
  readonly trade_seq: number;
  readonly instrument_name: string;
  readonly amount: number;
  readonly contracts: number;
  readonly price: number;
  readonly index_price: number;
}

type Row = Record<string, unknown>;

const perpetual = 'BTC-PERPETUAL';
const linear = 'BTC_USDC-PERPETUAL';
const common = ['--rate-limits', 'off', '--log-level', 'warn'];

/** A lively market at the pace of the world, at an hour when nothing expires. */
let market: ExchangeProcess;
let flow: OrderFlow;
let listed: readonly Listed[] = [];
/** Perpetuals, a future and options near the money. */
let watched: readonly string[] = [];

const nearTheMoney = (options: readonly Listed[], index: number, count: number) =>
  [...options]
    .sort(
      (a, b) =>
        Math.abs((a.strike ?? 0) - index) - Math.abs((b.strike ?? 0) - index) ||
        a.expiration_timestamp - b.expiration_timestamp,
    )
    .slice(0, count);

const chooseInstruments = async (client: DataClient): Promise<void> => {
  listed = await client.call('public/get_instruments', { currency: 'any' });
  const { index_price: index } = await client.call<{ index_price: number }>(
    'public/get_index_price',
    { index_name: 'btc_usd' },
  );
  const options = (currency: string) =>
    listed.filter((one) => one.kind === 'option' && one.settlement_currency === currency);
  const future = listed.find((one) => one.kind === 'future' && !/PERP/.test(one.instrument_name));
  watched = [
    perpetual,
    linear,
    future?.instrument_name ?? '',
    ...nearTheMoney(options('BTC'), index, 4).map((one) => one.instrument_name),
    ...nearTheMoney(options('USDC'), index, 2).map((one) => one.instrument_name),
  ];
};

const find = (name: string): Listed => {
  const found = listed.find((one) => one.instrument_name === name);
  if (found === undefined) throw new Error(`${name} is not listed`);
  return found;
};

/** Whether each of them has a best bid and a best ask. */
const isQuoted = async (client: DataClient, instruments: readonly string[]): Promise<boolean> => {
  const tickers = await Promise.all(
    instruments.map((instrument_name) => client.call<Row>('public/ticker', { instrument_name })),
  );
  return tickers.every((row) => Number(row.best_bid_price) > 0 && Number(row.best_ask_price) > 0);
};

beforeAll(async () => {
  const lively = ['--families', 'BTC,BTC_USDC', '--takers-per-minute', '60000'];
  const noon = ['--start', '2026-12-02T12:00:00Z'];
  market = await startExchange({ args: [...common, '--seed', 'data-out', ...lively, ...noon] });
  const trader = await DataClient.loggedIn(market, 1);
  await chooseInstruments(trader);
  // The makers give way: on a busy machine the door may open before they have quoted.
  await eventually('quotes', () => isQuoted(trader, watched));
  flow = new OrderFlow(trader);
  for (const name of watched) flow.quote(find(name));
  for (const name of [perpetual, linear, watched[3] ?? '']) flow.trade(find(name));
});

afterAll(async () => {
  await flow?.stop();
  await market?.stop();
  await killStarted();
});

/** An incremental ticker, put together, is at each of its changes the ticker last told. */
class MergedTicker {
  changes = 0;
  readonly differences: unknown[] = [];
  readonly #merged: Row = {};

  constructor(watch: ChannelWatch, instrument: string) {
    watch.client.on<Row>(`incremental_ticker.${instrument}`, ({ type, ...change }) => {
      Object.assign(this.#merged, change);
      if (type === 'change') this.changes += 1;
      const { timestamp, ...ticker } = watch.last(`ticker.${instrument}.raw`);
      for (const [member, value] of Object.entries(ticker)) {
        const ours = this.#merged[member];
        if (JSON.stringify(ours) === JSON.stringify(value)) continue;
        this.differences.push({ timestamp, member, ours, value });
      }
    });
  }
}

/** A series of `/metrics` by its name. */
type Reading = (name: string) => number;

const metrics = async (): Promise<Reading> => {
  const text = await (await fetch(`${market.run.http}/metrics`)).text();
  const lines = text.split('\n').map((line) => line.split(' '));
  const values = new Map(lines.map(([name, value]) => [name, Number(value)]));
  return (name) => values.get(name) ?? Number.NaN;
};

/** The last minutes before a settlement, each of them a second long. */
const startSettling = (): Promise<ExchangeProcess> => {
  const fast = ['--families', 'BTC', '--makers', '0', '--speed', '60'];
  const start = ['--start', '2026-12-25T07:52:00Z'];
  return startExchange({ args: [...common, '--seed', 'settling', ...fast, ...start] });
};

test.concurrent('a settlement is told, and what goes with it', async () => {
  const settling = await startSettling();
  const client = await DataClient.loggedIn(settling);
  const watch = new ChannelWatch(client);
  const [estimate, states] = ['estimated_expiration_price.btc_usd', 'instrument.state.any.any'];
  const candles = `chart.trades.${perpetual}.1`;
  const rest = ['instrument.state.option.BTC', 'platform_state', 'announcements'];
  await watch.watch([estimate, states, candles, ...rest, `ticker.${perpetual}.raw`]);
  const other = await DataClient.loggedIn(settling, 1);
  const order = { instrument_name: perpetual, amount: 100, price: 0 };
  const { mark_price: mark } = watch.last<{ mark_price: number }>(`ticker.${perpetual}.raw`);
  order.price = Math.round(mark);
  await other.call('private/buy', order);
  await client.call('private/sell', order);
  const expiring = await client.call<Listed[]>('public/get_instruments', { currency: 'BTC' });
  const eight = Date.parse('2026-12-25T08:00:00Z');
  const dying = expiring.filter((one) => one.expiration_timestamp === eight);
  const tickers = dying.map((one) => `ticker.${one.instrument_name}.raw`);
  await watch.watch(tickers);
  // A contract that is listed while one looks on is there with its first message.
  const fresh: string[] = [];
  client.on<{ instrument_name: string; state: string }>(states, ({ instrument_name, state }) => {
    if (state !== 'created' || fresh.length >= 3) return;
    fresh.push(`ticker.${instrument_name}.raw`);
    void watch.watch([`ticker.${instrument_name}.raw`, `book.${instrument_name}.raw`]);
  });
  for (const command of ['halt', 'resume']) {
    await askControl(settling.folder, { command, args: { currency: 'BTC' } });
  }
  await watch.hear(['platform_state', 'announcements'], 2);
  expect(watch.told('platform_state').map(({ locked }) => locked)).toEqual([true, false]);
  expect(watch.told('announcements')[0]).toMatchObject({ title: 'Trading halted' });

  const fixing = () => watch.told(estimate).filter(({ is_estimated }) => is_estimated === true);
  const isOver = () =>
    watch.told(estimate).length > 0 && watch.last(estimate).is_estimated === false;
  await client.until('the fixing', () => fixing().length > 0);
  await client.until('the settlement', isOver);
  const told = (state: string) => watch.told(states).filter((row) => row.state === state);
  // What expires closes first; the others open again, settled, with the listings of the new day.
  await client.until('the closings', () => told('closed').length >= dying.length);
  await client.until('the reopening', () => told('settled').length > 0);
  await client.until('listings', () => fresh.length > 0);
  expect(dying.length).toBeGreaterThan(10);
  const closed = new Set(told('closed').map((row) => row.instrument_name));
  expect(dying.filter((one) => !closed.has(one.instrument_name))).toEqual([]);
  await watch.hear(fresh, 1);
  for (const ticker of tickers) {
    expect(watch.last(ticker)).toMatchObject({
      state: 'delivered',
      delivery_price: expect.any(Number),
    });
  }
  const left = fixing().map((row) => Number(row.left_ticks));
  expect(left).toEqual([...left].sort((a, b) => b - a));
  // Minutes without a trade are told as they begin, none left out.
  const minutes = watch.told<{ tick: number; volume: number }>(candles);
  const ticks = [...new Set(minutes.map(({ tick }) => tick))];
  expect(ticks.length).toBeGreaterThan(4);
  expect(minutes[0]?.volume).toBeGreaterThan(0);
  expect(minutes.at(-1)?.volume).toBe(0);
  ticks.forEach((tick, at) => expect(tick).toBe(Number(ticks[0]) + at * 60_000));
  expect(watch.faults).toEqual([]);
  client.close();
  other.close();
  await settling.stop();
});

test.concurrent('every public channel tells what the reference says, in its units', async () => {
  const client = await DataClient.loggedIn(market);
  const watch = new ChannelWatch(client);
  const ofInstrument = (name: string): string[] => [
    ...['raw', '100ms', 'agg2'].map((interval) => `book.${name}.${interval}`),
    ...['raw', '100ms', 'agg2'].map((interval) => `ticker.${name}.${interval}`),
    `book.${name}.none.20.100ms`,
    `book.${name}.5.10.agg2`,
    `quote.${name}`,
    `incremental_ticker.${name}`,
  ];
  const ofIndex = (name: string): string[] => [
    `deribit_price_index.${name}`,
    `deribit_price_ranking.${name}`,
    `deribit_price_statistics.${name}`,
    `deribit_volatility_index.${name}`,
    `realised_volatility.${name}`,
    `estimated_expiration_price.${name}`,
    `markprice.options.${name}`,
  ];
  const option = watched[3] ?? '';
  const lively = [
    ...[perpetual, linear, watched[2] ?? '', option, watched.at(-1) ?? ''].flatMap(ofInstrument),
    ...['btc_usd', 'btc_usdc'].flatMap(ofIndex),
    ...[perpetual, option].flatMap((name) =>
      ['raw', '100ms', 'agg2'].map((each) => `trades.${name}.${each}`),
    ),
    ...['any.any', 'future.BTC', 'option.BTC', 'any.USDC', 'future.any'].map(
      (of) => `trades.${of}.raw`,
    ),
    ...['1', '60', '1D'].map((resolution) => `chart.trades.${perpetual}.${resolution}`),
    `chart.trades.${option}.1`,
    ...['raw', '100ms', 'agg2'].map((interval) => `perpetual.${perpetual}.${interval}`),
  ];
  const merged = [perpetual, linear, option].map((name) => new MergedTicker(watch, name));
  const once = ['platform_state.public_methods_state'];
  const silent = ['block_rfq.trades.any', 'block_rfq.trades.BTC'];
  await watch.watch([...lively, ...once, ...silent]);
  await watch.hear(once, 1);
  await watch.hear(lively, 3);
  expect(watch.faults).toEqual([]);
  expect(silent.flatMap((channel) => watch.told(channel))).toEqual([]);

  // Units, by what must be the same in two places.
  const price = Number(watch.last('deribit_price_index.btc_usd').price);
  const near = (value: unknown, of: number, share: number): void =>
    expect(Math.abs(Number(value) / of - 1)).toBeLessThan(share);
  for (const told of watch.told<Row[]>('deribit_price_ranking.btc_usd')) {
    expect(told.reduce((sum, { weight }) => sum + Number(weight), 0)).toBeCloseTo(100, 1);
    for (const row of told) if (row.enabled === true) near(row.price, price, 0.02);
  }
  const marks = watch.last<Row[]>('markprice.options.btc_usd');
  const mark = marks.find((row) => row.instrument_name === option);
  const ticker = watch.last(`ticker.${option}.raw`);
  near(Number(mark?.iv) * 100, Number(ticker.mark_iv), 0.1);
  near(mark?.mark_price, Number(ticker.mark_price), 0.3);
  near(watch.last(`perpetual.${perpetual}.raw`).index_price, price, 0.01);
  expect(watch.last('deribit_volatility_index.btc_usd').volatility).toBeGreaterThan(10);
  for (const trade of watch.told<PublicTrade[]>('trades.any.any.raw').flat()) {
    const { contract_size: size, tick_size: tick } = find(trade.instrument_name);
    expect(trade.amount / size).toBeCloseTo(trade.contracts, 6);
    expect(Math.abs(trade.price / tick - Math.round(trade.price / tick))).toBeLessThan(1e-6);
    near(trade.index_price, price, 0.02);
  }
  for (const candle of watch.told<Record<string, number>>(`chart.trades.${perpetual}.1`)) {
    const { open = 0, high = 0, low = 0, close = 0, volume = 0, cost = 0, tick = 1 } = candle;
    expect(tick % 60_000).toBe(0);
    expect(Math.min(open, close, high)).toBeGreaterThanOrEqual(low);
    expect(Math.max(open, close)).toBeLessThanOrEqual(high);
    if (volume > 0) near(cost / volume, price, 0.02);
  }
  for (const { changes, differences } of merged) {
    expect(changes).toBeGreaterThan(1);
    expect(differences).toEqual([]);
  }
  client.close();
});

describe.concurrent('books', () => {
  test('snapshot and changes give the book of the venue at each change', async () => {
    const client = await DataClient.loggedIn(market);
    const books = new BookWatch(client);
    await books.watch(watched, ['raw', '100ms']);
    const total = () => [...books.agreements.values()].reduce((sum, count) => sum + count, 0);
    await client.until('agreements', () => total() >= 1_000 && books.fewest >= 10);
    expect(books.disagreements).toEqual([]);
    expect(books.sum(({ gaps }) => gaps)).toBe(0);
    expect(books.sum(({ snapshots }) => snapshots)).toBe(books.books.size);
    expect(books.sum(({ changes }) => changes)).toBeGreaterThan(500);
    client.close();
  });

  test('a message that is lost is noticed, and asking again mends it', async () => {
    const client = await DataClient.loggedIn(market);
    const channel = `book.${perpetual}.100ms`;
    const book = new LocalBook();
    let left = 0;
    client.on<BookMessage>(channel, (message) => {
      if (left === 0 || book.changes < left) book.apply(message);
      else left = 0;
    });
    const lose = async (): Promise<void> => {
      const { gaps, changes } = book;
      left = changes + 2;
      await client.until('the gap', () => book.gaps === gaps + 1);
      expect(book.changeId).toBeNull();
    };
    await client.subscribe(channel);
    await lose();
    await client.subscribe(channel);
    await client.until('a snapshot', () => book.changeId !== null);
    await lose();
    await client.call('public/unsubscribe', { channels: [channel] });
    await client.subscribe(channel);
    await client.until('changes', () => book.changeId !== null && book.changes > left + 3);
    expect(book).toMatchObject({ gaps: 2, snapshots: 3 });
    client.close();
  });
});

const tradesOf = (rows: readonly PublicTrade[]): number[] =>
  rows.filter((row) => row.instrument_name === perpetual).map((row) => row.trade_seq);

const inRow = (numbers: readonly number[]): boolean =>
  numbers.every((number, at) => at === 0 || number === Number(numbers[at - 1]) + 1);

describe('a consumer that stops reading', () => {
  test('costs nobody but itself, hears of what it missed, and recovers', async () => {
    const [healthy, slow, stuck] = await Promise.all([
      DataClient.loggedIn(market),
      DataClient.loggedIn(market),
      DataClient.loggedIn(market),
    ]);
    const steady = new BookWatch(healthy);
    await steady.watch(watched, ['raw', '100ms']);
    const trades: number[] = [];
    healthy.on<PublicTrade[]>('trades.any.any.raw', (rows) => trades.push(...tradesOf(rows)));
    await healthy.subscribe('trades.any.any.raw');

    // One asks for much that newer news replaces, the other for facts, over and over.
    const held = new BookWatch(slow);
    held.compares = false;
    await held.watch(watched, ['raw', '100ms']);
    const tickers = listed.map(({ instrument_name: name }) => `ticker.${name}.raw`);
    for (let at = 0; at < tickers.length; at += 400) {
      await slow.subscribe(...tickers.slice(at, at + 400));
    }
    const spellings = ['any', 'anY', 'aNy', 'aNY', 'Any', 'AnY', 'ANy', 'ANY'];
    const everything = ['raw', '100ms', 'agg2'].flatMap((interval) =>
      ['any', 'future'].flatMap((kind) =>
        [...spellings, 'BTC', 'btc', 'Btc', 'bTc', 'btC', 'BTc', 'bTC', 'BtC'].map(
          (word) => `trades.${kind}.${word}.${interval}`,
        ),
      ),
    );
    const seen: number[] = [];
    stuck.on<PublicTrade[]>('trades.any.any.raw', (rows) => seen.push(...tradesOf(rows)));
    await stuck.subscribe(...everything);
    await stuck.until('a trade', () => seen.length > 0);

    const before = await metrics();
    const answered = flow.answered;
    const agreed = steady.sum(({ changes }) => changes);
    slow.stopReading();
    stuck.stopReading();
    let backlogMax = 0;
    const measured = (what: string, holds: (now: Reading) => boolean): Promise<Reading> =>
      eventually(
        what,
        async () => {
          const now = await metrics();
          backlogMax = Math.max(backlogMax, now('openstrike_socket_backlog_bytes'));
          return holds(now) ? now : null;
        },
        45_000,
      );

    // The stuck one is told why it is closed; trades are numbered, and history has the rest.
    const closed = 'openstrike_gateway_slow_consumers_closed_total';
    await measured('a closed consumer', (now) => now(closed) === before(closed) + 1);
    stuck.goOnReading();
    expect(await stuck.ended).toMatchObject({
      code: 1008,
      reason: expect.stringContaining('slow consumer'),
    });
    const again = await DataClient.loggedIn(market);
    const later: number[] = [];
    again.on<PublicTrade[]>('trades.any.any.raw', (rows) => later.push(...tradesOf(rows)));
    await again.subscribe('trades.any.any.raw');
    await again.until('a trade', () => later.length > 0);
    const [from, to] = [Number(seen.at(-1)) + 1, Number(later[0]) - 1];
    expect(to).toBeGreaterThan(from);
    const gap = { instrument_name: perpetual, start_seq: from, end_seq: to, count: 1_000 };
    const missed = await again.call<{ trades: PublicTrade[] }>(
      'public/get_last_trades_by_instrument',
      { ...gap, sorting: 'asc' },
    );
    expect(inRow([...seen, ...tradesOf(missed.trades), ...later])).toBe(true);

    // Nobody else has felt anything, and the venue holds no more than the rule allows.
    const conflated = 'openstrike_gateway_conflated_total';
    const during = await measured(
      'a conflated consumer',
      (now) => now('openstrike_sockets_behind') === 1 && now(conflated) > before(conflated) + 1_500,
    );
    expect(during('openstrike_socket_backlog_bytes_max')).toBeLessThan(512 * 1024);
    expect(backlogMax).toBeLessThan(9 * 2 ** 20);
    const grown = (name: string) => (during(name) - before(name)) / 2 ** 20;
    expect(grown('nodejs_external_memory_bytes')).toBeLessThan(32);
    expect(grown('process_resident_memory_bytes')).toBeLessThan(256);
    expect(flow.answered - answered).toBeGreaterThan(100);
    expect(flow.refusals.length).toBeLessThan(flow.answered / 20);
    expect(steady.sum(({ changes }) => changes) - agreed).toBeGreaterThan(100);
    expect(steady.sum(({ gaps }) => gaps)).toBe(0);
    expect(steady.disagreements).toEqual([]);
    expect(inRow(trades)).toBe(true);

    // The slow one reads on: snapshots where something was left out, and books that are right.
    slow.goOnReading();
    await slow.until('snapshots', () => held.sum(({ snapshots }) => snapshots) > held.books.size);
    held.compares = true;
    await slow.until('agreements', () => held.fewest >= 2);
    expect(held.sum(({ gaps }) => gaps)).toBe(0);
    expect(held.disagreements).toEqual([]);
    for (const client of [healthy, slow, again]) client.close();
  });
});
