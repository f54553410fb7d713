// Feeds and history over what the real engine says: days of a careless crowd's commands, with
// settlements and expiries, compared with the engine's own answers.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Applied,
  type OrderId,
  type OrderState,
  type Seq,
  type Trade,
  type TsUs,
  usPerDay,
} from '@openstrike/domain';
import { createFeeds, type FeedSeed, type Feeds, minutesPerDay } from '@openstrike/feeds';
import { expect, test } from 'vitest';
import { RandomCommands } from '../../engine/src/testing/random-commands.ts';
import { TestEngine } from '../../engine/src/testing/test-engine.ts';
import { createHistory } from './create-history.ts';
import type { History } from './history.ts';

/** The engine with a record of all it said. */
class ToldEngine extends TestEngine {
  readonly told: Applied[] = [];

  override apply(command: Parameters<TestEngine['apply']>[0]): ReturnType<TestEngine['apply']> {
    const events = super.apply(command);
    this.told.push({ seq: this.seq as Seq, tsUs: this.nowUs as TsUs, command, events });
    return events;
  }
}

const seedOf = async ({ engine, seq, nowUs }: ToldEngine, history: History): Promise<FeedSeed> => {
  const instruments = engine.query('instruments', {});
  const accounts = engine.query('accounts', {});
  const since = (nowUs - usPerDay) as TsUs;
  return {
    seq: seq as Seq,
    tsUs: nowUs as TsUs,
    instruments,
    books: instruments
      .map(({ instrument }) => engine.query('book', { instrumentId: instrument.id }))
      .filter((book) => book !== null),
    openOrders: engine.query('open-orders', { accountId: null }),
    positions: accounts.flatMap(({ accountId }) => engine.query('positions', { accountId })),
    accounts,
    indexes: engine.query('indexes', {}),
    tradingState: engine.query('trading-state', {}),
    recentTrades: await history.recentTrades(since),
    recentIndexes: await history.recentIndexes(since),
    formerInstruments: await history.formerInstruments(since, 20_000),
  };
};

/** Feeds against the engine's own answers. */
const compareWithEngine = (feeds: Feeds, { engine, nowUs }: ToldEngine): void => {
  for (const view of engine.query('instruments', {})) {
    const { id, name, expiryUs } = view.instrument;
    if (expiryUs !== null && nowUs - expiryUs > usPerDay) {
      // The engine lets go of it at the next listing, feeds within the minute.
      expect(feeds.instrument(id)).toEqual(view.instrument);
      continue;
    }
    const ticker = feeds.ticker(id);
    expect(ticker?.state).toBe(view.state);
    expect([name, ticker?.openInterestLots]).toEqual([name, view.openInterestLots]);
    expect(ticker?.lastTicks).toBe(view.lastTradeTicks);
    expect([name, ticker?.settlementPrice]).toEqual([name, view.settlementPrice]);
    expect(ticker?.deliveryPrice).toBe(view.deliveryPrice);
    if (view.state !== 'delivered') {
      expect([name, feeds.mark(id)]).toEqual([name, view.mark]);
    }
    const own = engine.query('book', { instrumentId: id });
    const book = feeds.book(id);
    const levels = (side: 'bids' | 'asks') =>
      book?.[side].map((level) => [level.priceTicks, level.sizeLots]);
    expect(levels('bids')).toEqual(own?.bids ?? []);
    expect(levels('asks')).toEqual(own?.asks ?? []);
  }
  for (const account of engine.query('accounts', {})) {
    const { accountId } = account;
    expect(feeds.account(accountId)).toEqual(account);
    expect(feeds.openOrders(accountId)).toEqual(
      [...engine.query('open-orders', { accountId })].sort((a, b) => a.orderId - b.orderId),
    );
    const held = engine
      .query('positions', { accountId })
      .filter((position) => position.sizeLots !== 0)
      .map((position) => [position.instrumentId, position.sizeLots, position.averagePrice])
      .sort((a, b) => (a[0] as number) - (b[0] as number));
    const kept = feeds
      .positions(accountId)
      .filter((position) => position.sizeLots !== 0)
      .map((position) => [position.instrumentId, position.sizeLots, position.averagePrice]);
    expect(kept).toEqual(held);
  }
  for (const index of engine.query('indexes', {})) {
    expect(feeds.index(index.indexName)).toMatchObject(index);
  }
  expect(feeds.tradingState()).toEqual(engine.query('trading-state', {}));
};

const readable = (feeds: Feeds, { engine }: ToldEngine): unknown =>
  engine.query('instruments', {}).map(({ instrument }) => ({
    name: instrument.name,
    stats: feeds.ticker(instrument.id)?.stats,
    funding: instrument.expiryUs === null ? null : feeds.ticker(instrument.id)?.markIv,
    trades: feeds.recentTrades(instrument.id).map((trade) => trade.tradeId),
    candles: [1, 15, 60, 1440].map((resolution) => feeds.candle(instrument.id, resolution as 1)),
  }));

const compareHistory = async (history: History, told: readonly Applied[]): Promise<void> => {
  const trades: Trade[] = [];
  const orders = new Map<OrderId, OrderState>();
  let cash = 0;
  for (const event of told.flatMap((applied) => applied.events)) {
    if (event.type === 'trade') trades.push(event);
    if (event.type === 'order-changed') orders.set(event.order.orderId, event.order);
    if (event.type === 'cash-changed') cash++;
  }
  expect(trades.length).toBeGreaterThan(50);
  expect(await history.recentTrades(0 as TsUs)).toEqual(trades);
  for (const order of orders.values()) {
    if (order.status !== 'open' || order.filledLots > 0) {
      expect(await history.order(order.orderId)).toEqual(JSON.parse(JSON.stringify(order)));
    }
  }
  let counted = 0;
  for (const { accountId } of await history.accounts()) {
    const all = { accountId, currency: null, reasons: [], beforeId: null } as const;
    counted += await history.cashCount({ ...all, fromUs: null, toUs: null, limit: 1, offset: 0 });
  }
  expect(counted).toBe(cash);
};

test.each([1, 2, 3])(
  'feeds and history follow the engine through days, crowd %i',
  async (crowd) => {
    const folder = mkdtempSync(join(tmpdir(), 'openstrike-engine-'));
    const history = await createHistory({ folder, inProcess: true });
    const engine = new ToldEngine();
    const stream = new RandomCommands(crowd, { stepUs: 300_000_000 });
    stream.prepare(engine);
    const [whole, seeded] = [createFeeds(), createFeeds()];
    const words = new Set<string>();
    let told = 0;
    const publish = (...all: Feeds[]): void => {
      const batch = engine.told.slice(told);
      told = engine.told.length;
      history.absorb(batch);
      for (const feeds of all) {
        for (const { state } of feeds.absorb(batch).instrumentStates) words.add(state);
      }
    };
    const live = (commands: number, ...all: Feeds[]): void => {
      for (let i = 0; i < commands; i++) {
        engine.apply(stream.next(engine));
        if (i % 7 === 0) publish(...all);
      }
      publish(...all);
    };
    live(900, whole);
    compareWithEngine(whole, engine);
    seeded.seed(await seedOf(engine, history));
    compareWithEngine(seeded, engine);
    live(900, whole, seeded);
    compareWithEngine(whole, engine);
    compareWithEngine(seeded, engine);
    expect(readable(seeded, engine)).toEqual(readable(whole, engine));
    expect([...words].sort()).toEqual(['closed', 'created', 'settled', 'started', 'terminated']);
    expect(engine.nowUs - (engine.told[0]?.tsUs ?? 0)).toBeGreaterThan(2 * minutesPerDay * 60e6);
    await compareHistory(history, engine.told);
    await history.close();
    rmSync(folder, { recursive: true });
  },
);
