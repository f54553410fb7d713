import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  type AccountId,
  type Currency,
  type InstrumentId,
  OperationalError,
  type OrderId,
  type Trade,
  type TsUs,
  usPerDay,
  usPerMinute,
  usPerSecond,
} from '@openstrike/domain';
import { candleResolutions, tradeValue } from '@openstrike/feeds';
import { sampleApplied, sampleStartUs } from '@openstrike/feeds/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHistory } from './create-history.ts';
import type { CashQuery, History, OrderQuery, SettlementQuery, TradeQuery } from './history.ts';
import { HistoryServer } from './history-server.ts';
import { historyVersion } from './schema.ts';
import { type Story, storyInstruments, tellStory } from './testing/venue-story.ts';

const folders: string[] = [];
const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-history-'));
  folders.push(folder);
  return folder;
};
afterAll(() => {
  for (const folder of folders) {
    rmSync(folder, { recursive: true, force: true });
  }
});

const store = async (story: Story, folder = freshFolder(), inProcess = true): Promise<History> => {
  const history = await createHistory({ folder, inProcess });
  for (const batch of story.batches) {
    history.absorb(batch);
  }
  return history;
};

const anyTrade: TradeQuery = {
  accountId: null,
  orderId: null,
  instrumentIds: [],
  currency: null,
  kind: null,
  fromTradeId: null,
  toTradeId: null,
  fromTradeSeq: null,
  toTradeSeq: null,
  fromUs: null,
  toUs: null,
  limit: 1000,
  order: 'ascending',
};
const anyOrder: OrderQuery = {
  accountId: 1 as AccountId,
  instrumentId: null,
  currency: null,
  kind: null,
  includeUnfilled: true,
  limit: 1000,
  offset: 0,
  beforeId: null,
};
const anyCash: CashQuery = {
  accountId: 1 as AccountId,
  currency: null,
  reasons: [],
  beforeId: null,
  fromUs: null,
  toUs: null,
  limit: 1000,
  offset: 0,
};
const anySettlement: SettlementQuery = {
  accountId: null,
  instrumentId: null,
  currency: null,
  kind: null,
  fromUs: null,
  beforeId: null,
  limit: 1000,
};

const story = tellStory(1, 1500);
let history: History;
beforeAll(async () => {
  history = await store(story);
});
afterAll(async () => {
  await history.close();
});

const contractOf = (id: InstrumentId) =>
  storyInstruments.find((each) => each.id === id) as (typeof storyInstruments)[number];

const matches = (
  id: InstrumentId,
  currency: Currency | null,
  kind: 'option' | 'future' | null,
): boolean => {
  const contract = contractOf(id);
  return (
    (currency === null || contract.settlementCurrency === currency) &&
    (kind === null || (kind === 'option') === (contract.kind === 'option'))
  );
};

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { nil: null });
const currency = orNull(fc.constantFrom<Currency>('BTC', 'ETH', 'USDC'));
const kind = orNull(fc.constantFrom('option' as const, 'future' as const));
const time = orNull(
  fc.integer({ min: 0, max: 5000 }).map((s) => (sampleStartUs + s * usPerSecond) as TsUs),
);
const account = fc.constantFrom(1, 2, 3) as fc.Arbitrary<AccountId>;
const instrument = fc.constantFrom(1, 2, 3, 4) as fc.Arbitrary<InstrumentId>;

describe('every query answers what a plain search of the events answers', () => {
  test('trades', async () => {
    const query = fc.record({
      accountId: orNull(account),
      orderId: orNull(fc.constantFrom(...story.trades.slice(0, 20).map((t) => t.taker.orderId))),
      instrumentIds: fc.uniqueArray(instrument, { maxLength: 2 }),
      currency,
      kind,
      fromTradeId: orNull(fc.nat(600)),
      toTradeId: orNull(fc.nat(600)),
      fromTradeSeq: orNull(fc.nat(150)),
      toTradeSeq: orNull(fc.nat(150)),
      fromUs: time,
      toUs: time,
      limit: fc.integer({ min: 1, max: 300 }),
      order: fc.constantFrom('ascending', 'descending'),
    }) as unknown as fc.Arbitrary<TradeQuery>;
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const byInstrument = asked.instrumentIds.length > 0 && asked.orderId === null;
        // A count of trades has a meaning only within an instrument; those lists ignore the class.
        const wanted = story.trades.filter(
          (trade) =>
            hasParty(trade, asked.accountId, asked.orderId) &&
            (asked.orderId !== null ||
              (byInstrument
                ? asked.instrumentIds.includes(trade.instrumentId) &&
                  trade.tradeSeq >= (asked.fromTradeSeq ?? 0) &&
                  trade.tradeSeq <= (asked.toTradeSeq ?? 1e9)
                : matches(trade.instrumentId, asked.currency, asked.kind))) &&
            trade.tradeId >= (asked.fromTradeId ?? 0) &&
            trade.tradeId <= (asked.toTradeId ?? 1e9) &&
            trade.tsUs >= (asked.fromUs ?? 0) &&
            trade.tsUs <= (asked.toUs ?? 1e18),
        );
        const ordered = asked.order === 'ascending' ? wanted : wanted.toReversed();
        expect(await history.trades(asked)).toEqual(ordered.slice(0, asked.limit));
      }),
      { numRuns: 300 },
    );
  });

  test('orders, closed or of one id', async () => {
    const query = fc.record({
      accountId: account,
      instrumentId: orNull(instrument),
      currency,
      kind,
      includeUnfilled: fc.boolean(),
      limit: fc.integer({ min: 1, max: 100 }),
      offset: fc.nat(20),
      beforeId: orNull(fc.nat(1500)),
    }) as unknown as fc.Arbitrary<OrderQuery>;
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const wanted = [...story.orders.values()]
          .filter(
            (order) =>
              order.accountId === asked.accountId &&
              order.status !== 'open' &&
              order.status !== 'untriggered' &&
              (asked.includeUnfilled || order.filledLots > 0) &&
              (asked.instrumentId === null
                ? matches(order.instrumentId, asked.currency, asked.kind)
                : order.instrumentId === asked.instrumentId) &&
              order.orderId < (asked.beforeId ?? 1e9),
          )
          .sort((a, b) => b.orderId - a.orderId);
        expect(await history.orders(asked)).toEqual(
          wanted.slice(asked.offset, asked.offset + asked.limit),
        );
      }),
      { numRuns: 200 },
    );
    for (const order of story.orders.values()) {
      expect(await history.order(order.orderId)).toEqual(order);
    }
    expect(await history.order(99_999 as OrderId)).toBeNull();
  });

  test('trigger orders in every state', async () => {
    const wanted = story.triggerStates
      .filter((order) => order.accountId === 1)
      .toReversed()
      .sort((a, b) => b.orderId - a.orderId);
    expect(wanted.length).toBeGreaterThan(10);
    expect(await history.triggerOrders(anyOrder)).toEqual(wanted);
    const beforeId = (wanted[7]?.orderId ?? 0) as OrderId;
    expect(await history.triggerOrders({ ...anyOrder, beforeId, limit: 3, offset: 1 })).toEqual(
      wanted.filter((order) => order.orderId < beforeId).slice(1, 4),
    );
    const instrumentId = 3 as InstrumentId;
    expect(await history.triggerOrders({ ...anyOrder, instrumentId })).toEqual(
      wanted.filter((order) => order.instrumentId === instrumentId),
    );
  });

  test('cash with its trades, and its count', async () => {
    const query = fc.record({
      accountId: account,
      currency,
      reasons: fc.uniqueArray(fc.constantFrom('deposit', 'fee', 'premium', 'transfer')),
      beforeId: orNull(fc.nat(900)),
      fromUs: time,
      toUs: time,
      limit: fc.integer({ min: 1, max: 100 }),
      offset: fc.nat(20),
    }) as unknown as fc.Arbitrary<CashQuery>;
    const rows = story.cash.map((row, i) => ({
      ...row,
      id: i + 1,
      trade: story.trades.find((trade) => trade.tradeId === row.tradeId) ?? null,
    }));
    await fc.assert(
      fc.asyncProperty(query, async (asked) => {
        const wanted = rows
          .filter(
            (row) =>
              row.accountId === asked.accountId &&
              (asked.currency === null || row.currency === asked.currency) &&
              (asked.reasons.length === 0 || asked.reasons.includes(row.reason)) &&
              row.id < (asked.beforeId ?? 1e9) &&
              row.tsUs >= (asked.fromUs ?? 0) &&
              row.tsUs <= (asked.toUs ?? 1e18),
          )
          .toReversed();
        expect(await history.cash(asked)).toEqual(
          wanted.slice(asked.offset, asked.offset + asked.limit),
        );
        expect(await history.cashCount(asked)).toBe(wanted.length);
      }),
      { numRuns: 200 },
    );
  });

  test('settlements of an account, and of everybody', async () => {
    const rows = story.settlements.map((row, i) => ({ ...row, id: i + 1 })).toReversed();
    const accountId = 2 as AccountId;
    expect(await history.settlements({ ...anySettlement, accountId })).toEqual(
      rows.filter((row) => row.accountId === 2),
    );
    const asked = { ...anySettlement, accountId, kind: 'delivery', currency: 'USDC' } as const;
    const usdc = rows.filter(
      (row) => row.accountId === 2 && row.kind === 'delivery' && row.instrumentId === 4,
    );
    expect(await history.settlements(asked)).toEqual(usdc);
    const until = usdc[1]?.tsUs as TsUs;
    expect(await history.settlements({ ...asked, fromUs: until, limit: 2 })).toEqual(
      usdc.slice(1, 3),
    );
    const everybody = await history.settlements({
      ...anySettlement,
      instrumentId: 1 as InstrumentId,
    });
    const long = rows.filter((row) => row.instrumentId === 1 && row.sizeLots > 0);
    expect(everybody.map((row) => [row.accountId, row.sizeLots, row.tsUs])).toEqual(
      long.map((row) => [0, row.sizeLots, row.tsUs]),
    );
  });

  test('candles of every resolution equal sums over the trades', async () => {
    for (const { id } of storyInstruments) {
      for (const resolution of candleResolutions) {
        const size = resolution * usPerMinute;
        const wanted = new Map<number, Trade[]>();
        for (const trade of story.trades.filter((each) => each.instrumentId === id)) {
          const start = Math.floor(trade.tsUs / size) * size;
          wanted.set(start, [...(wanted.get(start) ?? []), trade]);
        }
        const candles = await history.candles(id, resolution, { fromUs: null, toUs: null });
        expect(candles.map((candle) => candle.startUs)).toEqual([...wanted.keys()]);
        for (const candle of candles) {
          const trades = wanted.get(candle.startUs) as Trade[];
          const prices = trades.map((trade) => trade.priceTicks);
          const usd = trades.map(
            (trade) =>
              tradeValue(contractOf(id), trade.priceTicks, trade.sizeLots, trade.indexPrice).usd,
          );
          expect(candle).toMatchObject({
            openTicks: prices[0],
            highTicks: Math.max(...prices),
            lowTicks: Math.min(...prices),
            closeTicks: prices.at(-1),
            volumeLots: trades.reduce((sum, trade) => sum + trade.sizeLots, 0),
          });
          expect(candle.costUsd).toBeCloseTo(
            usd.reduce((sum, each) => sum + each, 0),
            4,
          );
        }
      }
    }
  });

  test('index values, one a second, thinned evenly when asked for fewer', async () => {
    const seconds = new Map<number, { tsUs: number; price: number }>();
    for (const print of story.prints) {
      const second = Math.floor(print.tsUs / usPerSecond);
      if (!seconds.has(second)) {
        seconds.set(second, print);
      }
    }
    const all = await history.indexPoints('btc_usd', { fromUs: null, toUs: null }, 1e6);
    expect(all).toEqual(
      [...seconds.values()].map(({ tsUs, price }) => ({ tsUs, value: price / 1e6 })),
    );
    const few = await history.indexPoints('btc_usd', { fromUs: null, toUs: null }, 11);
    expect(few.length).toBeGreaterThan(8);
    expect(few.length).toBeLessThanOrEqual(12);
    expect(few[0]).toEqual(all[0]);
    const steps = few.slice(1).map((point, i) => point.tsUs - (few[i]?.tsUs ?? 0));
    expect(Math.max(...steps) / Math.min(...steps)).toBeLessThan(2);
  });

  test('volumes, recent trades, instruments', async () => {
    const volumes = await history.volumes(0 as TsUs);
    const coins = (id: number): number =>
      story.trades
        .filter((trade) => trade.instrumentId === id)
        .reduce((sum, trade) => {
          const { priceTicks, sizeLots, indexPrice } = trade;
          return (
            sum + tradeValue(contractOf(trade.instrumentId), priceTicks, sizeLots, indexPrice).coins
          );
        }, 0);
    expect(volumes.map((row) => [row.currency, row.kind])).toEqual([
      ['BTC', 'call'],
      ['BTC', 'put'],
      ['BTC', 'future'],
      ['USDC', 'call'],
    ]);
    [1, 2, 3, 4].forEach((id, i) => {
      expect(volumes[i]?.volumeCoins).toBeCloseTo(coins(id), 6);
    });
    const since = story.trades[300]?.tsUs as TsUs;
    expect(await history.recentTrades(since)).toEqual(
      story.trades.filter((trade) => trade.tsUs >= since),
    );
    expect(await history.instrumentByName('BTC-PERPETUAL')).toEqual(storyInstruments[2]);
    expect(await history.instruments([4, 77] as InstrumentId[])).toEqual([storyInstruments[3]]);
    const later = (sampleStartUs + 8 * usPerDay) as TsUs;
    expect((await history.formerInstruments(later, 2)).map((each) => each.id)).toEqual([2, 4]);
  });
});

const hasParty = (trade: Trade, accountId: AccountId | null, orderId: OrderId | null): boolean =>
  [trade.taker, trade.maker].some(
    (party) =>
      (accountId === null || party.accountId === accountId) &&
      (orderId === null || party.orderId === orderId),
  );

test('no query scans a table', async () => {
  const folder = freshFolder();
  await (await store(tellStory(2, 50), folder)).close();
  const server = new HistoryServer(folder, () => undefined);
  const { queries } = server;
  for (const order of ['ascending', 'descending'] as const) {
    for (const accountId of [null, 1 as AccountId]) {
      const trade = { ...anyTrade, order, accountId, fromUs: 1 as TsUs, toUs: 2e15 as TsUs };
      queries.trades(trade);
      queries.trades({ ...trade, currency: 'BTC', kind: 'option' });
      queries.trades({ ...trade, orderId: 1 as OrderId });
      queries.trades({
        ...trade,
        instrumentIds: [1 as InstrumentId],
        fromTradeSeq: 1,
        toTradeSeq: 9,
      });
      const settlement = { ...anySettlement, accountId, fromUs: 2e15 as TsUs };
      queries.settlements(settlement);
      queries.settlements({ ...settlement, instrumentId: 1 as InstrumentId, kind: 'delivery' });
    }
  }
  for (const instrumentId of [null, 1 as InstrumentId]) {
    queries.orders({ ...anyOrder, instrumentId });
    queries.orders({ ...anyOrder, instrumentId, includeUnfilled: false });
    queries.triggerOrders({ ...anyOrder, instrumentId });
  }
  queries.order(1 as OrderId);
  for (const reasons of [[], ['deposit' as const]]) {
    queries.cash({ ...anyCash, reasons, fromUs: 1 as TsUs, toUs: 2e15 as TsUs });
    queries.cashCount({ ...anyCash, reasons });
  }
  const range = { fromUs: 0 as TsUs, toUs: null };
  queries.funding(1 as InstrumentId, range);
  queries.deliveryPrices('btc_usd', 0, 10);
  queries.candles(1 as InstrumentId, 5, range);
  queries.indexPoints('btc_usd', range, 10);
  queries.markPoints(1 as InstrumentId, range);
  queries.volatilityPoints('btc_usd', range);
  queries.volumes(0 as TsUs);
  queries.recentTrades(0 as TsUs);
  queries.recentIndexes(0 as TsUs);
  queries.instruments([1 as InstrumentId]);
  queries.instrumentByName('x');
  queries.formerInstruments(2e15 as TsUs, 10);
  queries.accounts();
  server.handle({ type: 'retain', id: 1, sinceUs: 2e15 as TsUs });
  const reading = server.statements().filter((sql) => /^(SELECT|DELETE)/.test(sql));
  expect(reading.length).toBeGreaterThan(30);
  const database = new DatabaseSync(join(folder, 'history.db'));
  for (const sql of reading) {
    const plan = database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map((row) => String(row.detail));
    expect([sql, plan.filter((line) => /SCAN|TEMP B-TREE FOR ORDER/.test(line))]).toEqual([
      sql,
      [],
    ]);
  }
  database.close();
  server.abandon();
});

describe('catching up', () => {
  const told = tellStory(3, 400);

  test('what was stored is passed over, and a reopened history goes on', async () => {
    const folder = freshFolder();
    const half = told.batches.length >> 1;
    const first = await store({ ...told, batches: told.batches.slice(0, half) }, folder);
    await first.close();
    const second = await store(told, folder);
    await second.flush();
    expect(second.lastSeq()).toBe(401);
    expect(second.pendingRows()).toBe(0);
    expect(await second.trades(anyTrade)).toEqual(told.trades.slice(0, 1000));
    expect(await second.cashCount(anyCash)).toBe(
      told.cash.filter((row) => row.accountId === 1).length,
    );
    await second.close();
  });

  test('a gap is a failure that names both ends', async () => {
    const folder = freshFolder();
    const failures: string[] = [];
    const history = await createHistory({
      folder,
      inProcess: true,
      onState: (state, cause) => failures.push(`${state}: ${cause?.code}`),
    });
    history.absorb([sampleApplied(5, sampleStartUs, []), sampleApplied(7, sampleStartUs, [])]);
    expect(failures).toEqual(['failed: history-gap']);
    await expect(history.flush()).rejects.toThrow('through command 5 and was given command 7');
    await history.close();
  });

  test('the worker thread stores and answers alike', async () => {
    const worker = await store(told, freshFolder(), false);
    expect(await worker.trades(anyTrade)).toEqual(told.trades.slice(0, 1000));
    await worker.flush();
    expect(worker.lastSeq()).toBe(401);
    await worker.close();
    await expect(worker.flush()).rejects.toThrow('closed');
  });

  test('who absorbs faster than rows are stored is held back, and loses nothing', async () => {
    const worker = await createHistory({ folder: freshFolder(), pendingRowsMax: 20_000 });
    const deposit = {
      ...(told.cash[0] as (typeof told.cash)[number]),
      type: 'cash-changed',
    } as const;
    const events = Array.from({ length: 4_000 }, () => deposit);
    let most = 0;
    for (let seq = 1; seq <= 40; seq++) {
      worker.absorb([sampleApplied(seq, sampleStartUs, events)]);
      most = Math.max(most, worker.pendingRows());
    }
    expect(most).toBeLessThanOrEqual(20_000);
    expect(await worker.cashCount({ ...anyCash, accountId: deposit.accountId })).toBe(160_000);
    await worker.flush();
    expect(worker.pendingRows()).toBe(0);
    await worker.close();
  });

  test('killed at any moment, it holds a prefix and catches up to the whole', async () => {
    const script = join(import.meta.dirname, 'testing', 'store-until-killed.ts');
    const long = tellStory(4, 6000);
    for (const afterMs of [60, 150, 300]) {
      const folder = freshFolder();
      const child = spawn(process.execPath, [script, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const history = await createHistory({ folder, inProcess: true });
      const lastSeq = history.lastSeq();
      const known = long.cash.filter((row) => row.seq <= lastSeq);
      const count = async (id: number): Promise<number> =>
        await history.cashCount({ ...anyCash, accountId: id as AccountId });
      expect((await count(1)) + (await count(2)) + (await count(3))).toBe(known.length);
      for (const batch of long.batches) {
        history.absorb(batch);
      }
      await history.flush();
      expect(history.lastSeq()).toBe(6001);
      expect((await count(1)) + (await count(2)) + (await count(3))).toBe(long.cash.length);
      await history.close();
    }
  });
});

describe('failures of the world', () => {
  test('a newer format and a foreign database are refused and left alone', async () => {
    const folder = freshFolder();
    await (await createHistory({ folder, inProcess: true })).close();
    const path = join(folder, 'history.db');
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${historyVersion + 1}`);
    database.close();
    for (const inProcess of [true, false]) {
      const refused = createHistory({ folder, inProcess });
      await expect(refused).rejects.toThrow(OperationalError);
      await expect(refused).rejects.toMatchObject({ code: 'history-newer' });
    }
    const other = freshFolder();
    const foreign = new DatabaseSync(join(other, 'history.db'));
    foreign.exec('CREATE TABLE theirs (x)');
    foreign.close();
    const refused = createHistory({ folder: other, inProcess: true });
    await expect(refused).rejects.toMatchObject({ code: 'history-foreign' });
    await expect(createHistory({ folder: '/dev/null/x' })).rejects.toMatchObject({
      code: 'history-open',
    });
  });

  test('a failed write stops storing, keeps the prefix and says so everywhere', async () => {
    const folder = freshFolder();
    const told = tellStory(5, 200);
    const failures: string[] = [];
    const history = await createHistory({
      folder,
      inProcess: true,
      onState: (state, cause) => failures.push(`${state}: ${cause?.code}`),
    });
    history.absorb(told.batches[0] ?? []);
    await history.flush();
    const lastSeq = history.lastSeq();
    const saboteur = new DatabaseSync(join(folder, 'history.db'));
    saboteur.exec('DROP TABLE cash');
    saboteur.close();
    for (const batch of told.batches) {
      history.absorb(batch);
    }
    await expect(history.flush()).rejects.toMatchObject({ code: 'history-failed' });
    await expect(history.trades(anyTrade)).rejects.toThrow('catches up');
    expect(failures).toEqual(['failed: history-failed']);
    expect(history.failure()?.code).toBe('history-failed');
    expect(history.lastSeq()).toBe(lastSeq);
    await history.close();
  });
});

test('retention deletes what is old and keeps what it promises', async () => {
  const told = tellStory(6, 800);
  const history = await store(told);
  const since = told.trades[200]?.tsUs as TsUs;
  const daily = await history.candles(1 as InstrumentId, 1440, { fromUs: null, toUs: null });
  await history.retain(since);
  expect(await history.trades(anyTrade)).toEqual(told.trades.filter((each) => each.tsUs >= since));
  const mine = await history.trades({ ...anyTrade, accountId: 1 as AccountId });
  expect(mine.every((each) => each.tsUs >= since)).toBe(true);
  const points = await history.indexPoints('btc_usd', { fromUs: null, toUs: null }, 1e6);
  expect(points[0]?.tsUs).toBeGreaterThanOrEqual(since);
  expect(await history.candles(1 as InstrumentId, 1440, { fromUs: null, toUs: null })).toEqual(
    daily,
  );
  const filled = await history.orders({ ...anyOrder, includeUnfilled: false });
  expect(filled.some((order) => order.updatedUs < since)).toBe(true);
  const all = await history.orders(anyOrder);
  expect(
    all.some(
      (order) =>
        order.filledLots === 0 &&
        order.updatedUs < since &&
        order.status === 'cancelled' &&
        order.trigger === null,
    ),
  ).toBe(false);
  expect((await history.cash(anyCash)).length).toBeGreaterThan(0);
  await history.close();
});
