import {
  type AccountId,
  fromSteps,
  type Instrument,
  type InstrumentId,
  type TsUs,
  usPerMinute,
} from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFeeds } from './create-feeds.ts';
import { candleResolutions, type FeedChanges, type Feeds } from './feeds.ts';
import {
  NaiveVenue,
  stepArbitrary,
  streamAccounts,
  streamInstruments,
} from './testing/event-stream.ts';

const steps = fc.array(stepArbitrary, { minLength: 1, maxLength: 120 });

const minute = (tsUs: number): number => Math.floor(tsUs / usPerMinute);

/** Trades of the last 1,440 venue minutes, the running one included. */
const dayOf = (venue: NaiveVenue, id: number) =>
  venue.trades.filter(
    (trade) => trade.instrumentId === id && minute(trade.tsUs) > minute(venue.tsUs) - 1440,
  );

const usdOf = (trade: NaiveVenue['trades'][number], instrument: Instrument): number => {
  const price = fromSteps(trade.priceTicks, instrument.tick);
  const amount = fromSteps(trade.sizeLots, instrument.lot);
  const inverseFuture = instrument.kind === 'perpetual';
  const coinPrice = instrument.payoff === 'inverse' ? trade.indexPrice / 1e6 : 1;
  return inverseFuture ? amount : price * amount * coinPrice;
};

const compareInstrument = (feeds: Feeds, venue: NaiveVenue, instrument: Instrument): void => {
  const { id } = instrument;
  const book = feeds.book(id);
  expect(book?.bids.map((level) => [level.priceTicks, level.sizeLots])).toEqual(
    venue.side(id, 'buy'),
  );
  expect(book?.asks.map((level) => [level.priceTicks, level.sizeLots])).toEqual(
    venue.side(id, 'sell'),
  );
  const day = dayOf(venue, id);
  const ticker = feeds.ticker(id);
  const stats = ticker?.stats;
  const prices = day.map((trade) => trade.priceTicks);
  expect(stats?.volumeLots).toBe(day.reduce((sum, trade) => sum + trade.sizeLots, 0));
  expect(stats?.volumeUsd).toBeCloseTo(
    day.reduce((sum, trade) => sum + usdOf(trade, instrument), 0),
    6,
  );
  expect(stats?.highTicks).toBe(day.length === 0 ? null : Math.max(...prices));
  expect(stats?.lowTicks).toBe(day.length === 0 ? null : Math.min(...prices));
  const [first, last] = [day[0]?.priceTicks, day.at(-1)?.priceTicks];
  const change = first === undefined ? null : (((last as number) - first) / first) * 100;
  expect(stats?.priceChange).toBe(change);
  expect(feeds.recentTrades(id)).toEqual(day);
  expect(ticker?.openInterestLots).toBe(venue.openInterest(id));
  expect(ticker?.bestBidTicks ?? null).toBe(venue.side(id, 'buy')[0]?.[0] ?? null);
  expect(ticker?.bestAskLots).toBe(venue.side(id, 'sell')[0]?.[1] ?? 0);
  for (const resolution of candleResolutions) {
    const start = Math.floor(minute(venue.tsUs) / resolution) * resolution;
    const inside = day.filter((trade) => minute(trade.tsUs) >= start);
    const candle = feeds.candle(id, resolution);
    expect(candle?.volumeLots ?? 0).toBe(inside.reduce((sum, trade) => sum + trade.sizeLots, 0));
    if (inside.length > 0) {
      expect(candle?.startUs).toBe(start * usPerMinute);
      expect(candle?.openTicks).toBe(inside[0]?.priceTicks);
      expect(candle?.closeTicks).toBe(inside.at(-1)?.priceTicks);
      expect(candle?.highTicks).toBe(Math.max(...inside.map((trade) => trade.priceTicks)));
      expect(candle?.lowTicks).toBe(Math.min(...inside.map((trade) => trade.priceTicks)));
    }
  }
};

const compareAccounts = (feeds: Feeds, venue: NaiveVenue): void => {
  for (const { accountId } of streamAccounts) {
    const orders = [...venue.orders.values()]
      .filter((order) => order.accountId === accountId)
      .sort((x, y) => x.orderId - y.orderId);
    expect(feeds.openOrders(accountId)).toEqual(orders);
    expect(feeds.openOrdersByLabel(accountId, 'quote')).toEqual(
      orders.filter((order) => order.label === 'quote'),
    );
    for (const order of orders) {
      expect(feeds.openOrder(order.orderId)).toBe(order);
    }
  }
};

const feed = (feeds: Feeds, steps: Parameters<NaiveVenue['step']>[0][]): NaiveVenue => {
  const venue = new NaiveVenue();
  for (const step of steps) {
    venue.step(step);
  }
  venue.endBatch();
  for (const batch of venue.batches) {
    feeds.absorb(batch);
  }
  return venue;
};

test('books, statistics, candles, trades, orders and open interest equal a naive model', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const feeds = createFeeds();
      const venue = feed(feeds, steps);
      for (const instrument of streamInstruments) {
        compareInstrument(feeds, venue, instrument);
      }
      compareAccounts(feeds, venue);
      expect(feeds.lastSeq()).toBe(venue.seq);
    }),
    { numRuns: 150 },
  );
});

/** Everything readable, without what a seed does not carry (change ids, times, open cost). */
const readable = (feeds: Feeds): unknown => ({
  books: streamInstruments.map(({ id }) => {
    const book = feeds.book(id);
    return { bids: book?.bids, asks: book?.asks };
  }),
  tickers: streamInstruments.map(({ id }) => feeds.ticker(id)),
  candles: streamInstruments.map(({ id }) =>
    candleResolutions.map((each) => feeds.candle(id, each)),
  ),
  trades: streamInstruments.map(({ id }) => feeds.recentTrades(id)),
  indexes: (['btc_usd', 'btc_usdc'] as const).map((name) => ({ ...feeds.index(name), tsUs: 0 })),
  orders: streamAccounts.map(({ accountId }) => [
    feeds.openOrders(accountId),
    feeds.openOrdersByLabel(accountId, 'quote'),
    feeds.subaccounts(accountId),
  ]),
  positions: streamAccounts.map(({ accountId }) =>
    feeds.positions(accountId).map((position) => ({ ...position, openCost: 0 })),
  ),
  accounts: feeds.accounts(),
  instruments: feeds.instruments({ currency: null, kind: null, expired: false }),
  seq: feeds.lastSeq(),
});

test('seeding and then absorbing equals having absorbed everything', () => {
  fc.assert(
    fc.property(steps, steps, (before, after) => {
      const venue = new NaiveVenue();
      for (const step of before) {
        venue.step(step);
      }
      venue.endBatch();
      const seeded = createFeeds();
      seeded.seed(venue.seed());
      const since = { changeId: venue.seq, tsUs: venue.seed().tsUs };
      for (const { id } of streamInstruments) expect(seeded.book(id)).toMatchObject(since);
      for (const step of after) {
        venue.step(step);
      }
      venue.endBatch();
      const whole = createFeeds();
      for (const batch of venue.batches) {
        whole.absorb(batch);
        seeded.absorb(batch);
      }
      expect(readable(seeded)).toEqual(readable(whole));
    }),
    { numRuns: 150 },
  );
});

test('a copy kept from the book deltas is the book, and change ids form a chain', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const venue = new NaiveVenue();
      for (const step of steps) {
        venue.step(step);
      }
      venue.endBatch();
      const feeds = createFeeds();
      const copies = new Map<string, number>();
      const changeIds = new Map<InstrumentId, number>();
      for (const batch of venue.batches) {
        // The first change of a book names the command that listed it.
        for (const { seq, events } of batch) {
          for (const event of events) {
            if (event.type === 'instrument-listed') changeIds.set(event.instrument.id, seq);
          }
        }
        const changes: FeedChanges = feeds.absorb(batch);
        for (const delta of changes.books) {
          expect(delta.previousChangeId).toBe(changeIds.get(delta.instrumentId));
          changeIds.set(delta.instrumentId, delta.changeId);
          for (const level of delta.levels) {
            const key = `${delta.instrumentId} ${level.side} ${level.priceTicks}`;
            expect(copies.has(key)).toBe(!level.fresh);
            if (level.sizeLots === 0) {
              copies.delete(key);
            } else {
              copies.set(key, level.sizeLots);
            }
          }
        }
      }
      for (const { id } of streamInstruments) {
        const book = feeds.book(id);
        expect(book?.changeId).toBe(changeIds.get(id));
        for (const side of ['bid', 'ask'] as const) {
          const levels = side === 'bid' ? book?.bids : book?.asks;
          const mine = [...copies].filter(([key]) => key.startsWith(`${id} ${side} `));
          expect(mine.length).toBe(levels?.length);
          for (const level of levels ?? []) {
            expect(copies.get(`${id} ${side} ${level.priceTicks}`)).toBe(level.sizeLots);
          }
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('the cut of the stream into batches does not matter', () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const venue = new NaiveVenue();
      for (const step of steps) {
        venue.step(step);
      }
      venue.endBatch();
      const coarse = createFeeds();
      const fine = createFeeds();
      coarse.absorb(venue.batches.flat());
      for (const applied of venue.batches.flat()) {
        fine.absorb([applied]);
        fine.absorb([applied]);
      }
      expect(readable(fine)).toEqual(readable(coarse));
      const account = 1 as AccountId;
      expect(fine.positions(account)).toEqual(coarse.positions(account));
      expect(fine.candle(1 as InstrumentId, 60, venue.tsUs as TsUs)).toEqual(
        coarse.candle(1 as InstrumentId, 60),
      );
    }),
    { numRuns: 100 },
  );
});
