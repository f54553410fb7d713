import type {
  AccountId,
  Cash,
  Event,
  InstrumentId,
  MarksChanged,
  OrderId,
  PriceTicks,
  Seq,
  SizeLots,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';
import { black76Price } from '@openstrike/pricing';
import { describe, expect, test } from 'vitest';
import { createFeeds } from './create-feeds.ts';
import type { FeedSeed, Feeds } from './feeds.ts';
import {
  sampleApplied,
  sampleInstrument,
  sampleOrder,
  samplePerpetual,
  sampleStartUs,
  sampleTrade,
} from './testing/samples.ts';

const option = sampleInstrument(1);
const perpetual = samplePerpetual(2);
const minute = 60_000_000;
const hour = 60 * minute;

let seq = 0;
const apply = (feeds: Feeds, atUs: number, ...events: Event[]) => {
  seq = feeds.lastSeq() + 1;
  return feeds.absorb([sampleApplied(seq, sampleStartUs + atUs, events)]);
};

const listed = (): Feeds => {
  const feeds = createFeeds();
  apply(
    feeds,
    0,
    { type: 'instrument-listed', instrument: option },
    { type: 'instrument-listed', instrument: perpetual },
  );
  return feeds;
};

const level = (side: 'buy' | 'sell', ticks: number, lots: number, id = 1): Event => ({
  type: 'book-level-changed',
  instrumentId: id as InstrumentId,
  side,
  priceTicks: ticks as PriceTicks,
  sizeLots: lots as SizeLots,
});

const marks = (ids: number[], over: Partial<MarksChanged> = {}): MarksChanged => {
  const column = (value: number): Float64Array => new Float64Array(ids.length).fill(value);
  return {
    type: 'marks-changed',
    indexName: 'btc_usd',
    instrumentIds: Int32Array.from(ids),
    markPrice: column(0.05),
    underlyingPrice: column(100_000),
    markIv: column(0.6),
    delta: column(0.5),
    gamma: column(0.00001),
    vega: column(50),
    theta: column(-80),
    rho: column(10),
    bandMinTicks: new Int32Array(ids.length).fill(100),
    bandMaxTicks: new Int32Array(ids.length).fill(900),
    ...over,
  };
};

const state = (id: number, to: 'open' | 'settling' | 'halted' | 'delivered'): Event => ({
  type: 'instrument-state-changed',
  instrumentId: id as InstrumentId,
  state: to,
  deliveryPrice: to === 'delivered' ? (101_000_000_000 as UsdMicros) : null,
});

describe('book deltas of one command', () => {
  test('each level stands once, with its last size', () => {
    const feeds = listed();
    apply(feeds, 1, level('buy', 500, 5));
    const { books, quotes } = apply(
      feeds,
      2,
      level('buy', 500, 3),
      level('buy', 500, 0),
      level('sell', 510, 4),
    );
    expect(books).toEqual([
      {
        instrumentId: 1,
        changeId: 3,
        previousChangeId: 2,
        tsUs: sampleStartUs + 2,
        levels: [
          { side: 'bid', priceTicks: 500, sizeLots: 0, fresh: false },
          { side: 'ask', priceTicks: 510, sizeLots: 4, fresh: true },
        ],
      },
    ]);
    expect([...quotes]).toEqual([1]);
  });

  test('what came and went leaves no trace', () => {
    const feeds = listed();
    apply(feeds, 1, level('buy', 500, 5));
    const changes = apply(
      feeds,
      2,
      level('buy', 500, 2),
      level('buy', 501, 1),
      level('buy', 501, 0),
      level('buy', 500, 5),
    );
    expect(changes.books).toEqual([]);
    expect(changes.quotes.size).toBe(0);
    expect(feeds.book(1 as InstrumentId)?.changeId).toBe(2);
  });

  test('a book that nothing has changed yet is of the moment of its listing', () => {
    const book = listed().book(1 as InstrumentId);
    expect(book).toMatchObject({ changeId: 1, tsUs: sampleStartUs, bids: [], asks: [] });
  });

  test('a change behind the best moves no quote; many levels are found again', () => {
    const feeds = listed();
    apply(feeds, 1, level('buy', 500, 5));
    const deep = Array.from({ length: 40 }, (_, i) => level('buy', 400 - i, 7));
    const again = Array.from({ length: 40 }, (_, i) => level('buy', 400 - i, i === 3 ? 0 : 9));
    const changes = apply(feeds, 2, ...deep, ...again);
    expect(changes.books[0]?.levels.length).toBe(39);
    expect(changes.quotes.size).toBe(0);
    expect(feeds.book(1 as InstrumentId)?.bids.length).toBe(40);
  });
});

describe('tickers', () => {
  test('marks, funding and settlement prices are shown', () => {
    const feeds = listed();
    expect(feeds.ticker(1 as InstrumentId)?.markPrice).toBeNaN();
    const changes = apply(
      feeds,
      1,
      {
        type: 'index-changed',
        indexName: 'btc_usd',
        price: 100_000_000_000 as UsdMicros,
        estimatedDeliveryPrice: 100_000_000_000 as UsdMicros,
        fixingPrints: 0,
        status: 'good',
        confidence: 1,
        constituents: [],
      },
      marks([1, 2]),
      {
        type: 'funding-changed',
        instrumentId: 2 as InstrumentId,
        currentFunding: 0.0001,
        funding8h: 0.0002,
        accrued: 0,
      },
    );
    expect([...changes.tickers]).toEqual([1, 2]);
    expect([...changes.marks]).toEqual(['btc_usd']);
    expect([...changes.indexes]).toEqual(['btc_usd']);
    expect([...changes.funding]).toEqual([2]);
    const ticker = feeds.ticker(2 as InstrumentId);
    expect(ticker?.currentFunding).toBe(0.0001);
    expect(ticker?.indexPrice).toBe(100_000_000_000);
    expect(ticker?.bandMaxTicks).toBe(900);
    apply(feeds, 2, state(2, 'settling'));
    const settled = apply(feeds, 1_000_002, state(2, 'open'));
    expect(settled.instrumentStates.map((row) => row.state)).toEqual(['settled']);
    expect(feeds.ticker(2 as InstrumentId)?.settlementPrice).toBe(0.05);
  });

  test('a Black-76 price implies its volatility, a price below intrinsic none', () => {
    const feeds = listed();
    const iv = 0.6;
    const years = 7 / 365;
    const [forward, strike] = [100_000, option.strike as number];
    const usd = black76Price({
      forward,
      strike,
      timeYears: years,
      volatility: iv,
      optionType: 'call',
    });
    const ticks = Math.round((usd / forward) * 10_000);
    apply(feeds, 0, marks([1]), level('buy', ticks, 1), level('sell', 1, 1));
    const ticker = feeds.ticker(1 as InstrumentId);
    expect(ticker?.bidIv).toBeCloseTo(iv, 2);
    apply(feeds, 1, level('sell', 1, 0));
    expect(feeds.ticker(1 as InstrumentId)?.askIv).toBeNaN();
    apply(feeds, 2, marks([1], { underlyingPrice: new Float64Array([200_000]) }));
    expect(feeds.ticker(1 as InstrumentId)?.bidIv).toBeNaN();
  });

  test('an option tells since when its slice is the one of before', () => {
    const feeds = listed();
    const id = 1 as InstrumentId;
    const expiryUs = feeds.instrument(id)?.expiryUs as TsUs;
    const surface = (atUs: number, kept: readonly TsUs[]) =>
      apply(feeds, atUs, { type: 'surface-changed', indexName: 'btc_usd', version: 1, kept });
    expect(feeds.ticker(id)?.sliceKeptUs).toBeNull();
    surface(minute, [expiryUs]);
    surface(2 * minute, [expiryUs]);
    expect(feeds.ticker(id)?.sliceKeptUs).toBe(sampleStartUs + minute);
    surface(3 * minute, [(expiryUs + 7 * 24 * hour) as TsUs]);
    expect(feeds.ticker(id)?.sliceKeptUs).toBeNull();
    surface(4 * minute, [expiryUs]);
    expect(feeds.ticker(id)?.sliceKeptUs).toBe(sampleStartUs + 4 * minute);
  });

  test('a day later the statistics are empty and the last price stays', () => {
    const feeds = listed();
    apply(feeds, 0, sampleTrade(1));
    apply(feeds, 23 * hour + 59 * minute, {
      type: 'surface-changed',
      indexName: 'btc_usd',
      version: 1,
      kept: [],
    });
    expect(feeds.ticker(1 as InstrumentId)?.stats.volumeLots).toBe(10);
    expect(feeds.ticker(1 as InstrumentId)?.stats.volumeCoins).toBe(1);
    expect(feeds.ticker(1 as InstrumentId)?.stats.volumeUsd).toBeCloseTo(5000, 9);
    apply(feeds, 24 * hour, {
      type: 'surface-changed',
      indexName: 'btc_usd',
      version: 2,
      kept: [],
    });
    const ticker = feeds.ticker(1 as InstrumentId);
    expect(ticker?.stats.volumeLots).toBe(0);
    expect(ticker?.stats.highTicks).toBeNull();
    expect(ticker?.stats.priceChange).toBeNull();
    expect(ticker?.lastTicks).toBe(500);
    expect(feeds.recentTrades(1 as InstrumentId)).toEqual([]);
  });
});

test('an empty period has a flat candle at the last price, an untraded instrument none', () => {
  const feeds = listed();
  expect(feeds.candle(1 as InstrumentId, 1)).toBeNull();
  apply(feeds, 30 * 1_000_000, sampleTrade(1, { tsUs: (sampleStartUs + 30_000_000) as TsUs }));
  const later = 5 * minute;
  apply(
    feeds,
    later,
    sampleTrade(2, { tsUs: (sampleStartUs + later) as TsUs, priceTicks: 520 as PriceTicks }),
  );
  const between = (sampleStartUs + 2 * minute) as TsUs;
  expect(feeds.candle(1 as InstrumentId, 1, between)).toMatchObject({
    startUs: between,
    openTicks: 500,
    closeTicks: 500,
    volumeLots: 0,
  });
  expect(feeds.candle(1 as InstrumentId, 3, between)?.volumeLots).toBe(10);
  expect(feeds.candle(1 as InstrumentId, 1)?.openTicks).toBe(520);
});

test('recent trades are the newest thousand', () => {
  const feeds = listed();
  for (let id = 1; id <= 2_345; id++) {
    apply(feeds, id, sampleTrade(id, { tsUs: (sampleStartUs + id) as TsUs }));
  }
  const trades = feeds.recentTrades(1 as InstrumentId);
  expect(trades.map((trade) => trade.tradeId)).toEqual(
    Array.from({ length: 1000 }, (_, i) => 1346 + i),
  );
});

test('a delivered instrument is expired for a day, then only its name resolves', () => {
  const feeds = listed();
  const expiry = 7 * 24 * hour;
  const closed = apply(feeds, expiry, state(1, 'delivered'));
  expect(closed.instrumentStates.map((row) => row.state)).toEqual(['closed']);
  const options = { currency: null, kind: 'option', expired: true } as const;
  expect(feeds.instruments(options)).toEqual([option]);
  expect(feeds.instruments({ ...options, expired: false })).toEqual([]);
  const gone = apply(feeds, expiry + 24 * hour + minute, state(2, 'halted'));
  expect(gone.instrumentStates.map((row) => row.state)).toEqual(['terminated']);
  expect(feeds.instruments(options)).toEqual([]);
  expect(feeds.ticker(1 as InstrumentId)).toBeNull();
  expect(feeds.instrumentByName(option.name)).toBe(option);
  expect(feeds.instrument(1 as InstrumentId)).toBe(option);
  expect(feeds.instrumentState(1 as InstrumentId)).toBe('delivered');
});

test('portfolios name the currencies of those who acted, and only of this batch', () => {
  const feeds = listed();
  const first = apply(
    feeds,
    1,
    { type: 'order-changed', cause: 'placed', order: sampleOrder(1) },
    {
      type: 'cash-changed',
      accountId: 1 as AccountId,
      currency: 'USDC',
      reason: 'deposit',
      change: 5 as Cash,
      balance: 5 as Cash,
      instrumentId: null,
      orderId: null,
      tradeId: null,
      reference: 'a',
    },
    sampleTrade(1),
  );
  expect([...(first.portfolios.get(1 as AccountId) ?? [])]).toEqual(['BTC', 'USDC']);
  expect([...(first.portfolios.get(2 as AccountId) ?? [])]).toEqual(['BTC']);
  const second = apply(feeds, 2, level('buy', 1, 1));
  expect(second.portfolios.size).toBe(0);
});

test('an untriggered order is open, a triggered one is not', () => {
  const feeds = listed();
  const order = sampleOrder(9, { status: 'untriggered', label: 'stop' });
  apply(feeds, 1, { type: 'order-changed', cause: 'placed', order });
  expect(feeds.openOrdersByLabel(1 as AccountId, 'stop')).toEqual([order]);
  const fired = { ...order, status: 'triggered' } as const;
  const changes = apply(feeds, 2, { type: 'order-changed', cause: 'triggered', order: fired });
  expect(changes.orders).toEqual([fired]);
  expect(feeds.openOrder(9 as OrderId)).toBeNull();
  expect(feeds.openOrdersByLabel(1 as AccountId, 'stop')).toEqual([]);
});

test('commands that were seeded are passed over', () => {
  const feeds = createFeeds();
  const seed: FeedSeed = {
    seq: 10 as Seq,
    tsUs: sampleStartUs,
    instruments: [],
    books: [],
    openOrders: [],
    positions: [],
    accounts: [],
    indexes: [],
    tradingState: [{ scope: 'all', state: 'halted', reason: 'test' }],
    recentTrades: [],
    recentIndexes: [],
    formerInstruments: [option],
  };
  feeds.seed(seed);
  expect(feeds.instrumentByName(option.name)).toBe(option);
  expect(feeds.tradingState().map((row) => row.state)).toEqual(['halted', 'open', 'open', 'open']);
  const order: Event = { type: 'order-changed', cause: 'placed', order: sampleOrder(1) };
  const changes = feeds.absorb([sampleApplied(10, 0, [order]), sampleApplied(11, 0, [])]);
  expect(changes.batch.map((applied) => applied.seq)).toEqual([11]);
  expect(changes.orders).toEqual([]);
  expect(() => feeds.seed(seed)).toThrow('before anything else');
});
