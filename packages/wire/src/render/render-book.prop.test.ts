// Books: a subscriber who applies what is rendered holds the public book; groups never look better
// than they are; charts have no holes.
import { type PriceTicks, type SizeLots, type TsUs, usPerMinute } from '@openstrike/domain';
import type { BookDelta, BookLevel, Candle, PublicBook } from '@openstrike/feeds';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiBookMessage } from '../schemas/channel-types.ts';
import { btcOption, btcPerpetual, sampleStartUs } from '../testing/samples.ts';
import { renderBookDelta, renderBookSnapshot, renderGroupedBook } from './render-book.ts';
import { renderChart } from './render-candle.ts';

const anyLevels = fc
  .uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 40 })
  .chain((prices) =>
    fc.tuple(
      fc.constant([...prices].sort((a, b) => b - a)),
      fc.array(fc.integer({ min: 1, max: 1000 }), {
        minLength: prices.length,
        maxLength: prices.length,
      }),
    ),
  )
  .map(([prices, sizes]): BookLevel[] =>
    prices.map((price, i) => ({
      priceTicks: price as PriceTicks,
      sizeLots: (sizes[i] ?? 1) as SizeLots,
    })),
  );

const bookOf = (bids: readonly BookLevel[], changeId = 1): PublicBook => ({
  instrumentId: btcPerpetual.id,
  changeId,
  tsUs: sampleStartUs,
  bids,
  asks: [],
});

const applied = (levels: Map<number, number>, message: ApiBookMessage): Map<number, number> => {
  for (const [action, price, amount] of message.bids) {
    if (action === 'delete') {
      expect(amount).toBe(0);
      expect(levels.delete(price)).toBe(true);
    } else {
      expect(levels.has(price)).toBe(action === 'change');
      levels.set(price, amount);
    }
  }
  return levels;
};

const deltaOf = (before: readonly BookLevel[], after: readonly BookLevel[]): BookDelta => {
  const old = new Map(before.map((level) => [level.priceTicks, level.sizeLots]));
  const fresh = new Map(after.map((level) => [level.priceTicks, level.sizeLots]));
  const prices = [...new Set([...old.keys(), ...fresh.keys()])];
  const levels = prices
    .filter((price) => old.get(price) !== fresh.get(price))
    .map((price) => ({
      side: 'bid' as const,
      priceTicks: price,
      sizeLots: fresh.get(price) ?? (0 as SizeLots),
      fresh: !old.has(price),
    }));
  return {
    instrumentId: btcPerpetual.id,
    changeId: 2,
    previousChangeId: 1,
    tsUs: sampleStartUs,
    levels,
  };
};

test('a snapshot and a change give the next book', () => {
  fc.assert(
    fc.property(anyLevels, anyLevels, (before, after) => {
      const snapshot = renderBookSnapshot(bookOf(before), btcPerpetual);
      expect('prev_change_id' in snapshot).toBe(false);
      const change = renderBookDelta(deltaOf(before, after), btcPerpetual);
      expect(change.prev_change_id).toBe(snapshot.change_id);
      const held = applied(applied(new Map(), snapshot), change);
      const whole = applied(new Map(), renderBookSnapshot(bookOf(after), btcPerpetual));
      const sorted = (levels: Map<number, number>) => [...levels].sort((a, b) => a[0] - b[0]);
      expect(sorted(held)).toEqual(sorted(whole));
    }),
  );
});

test('a grouped book keeps the total and rounds bids down', () => {
  fc.assert(
    fc.property(
      anyLevels,
      fc.constantFrom('none' as const, '5' as const, '25' as const),
      (bids, group) => {
        const book = renderGroupedBook(bookOf(bids), btcPerpetual, group, 10_000);
        const total = bids.reduce((sum, level) => sum + level.sizeLots * 10, 0);
        expect(book.bids.reduce((sum, [, amount]) => sum + amount, 0)).toBe(total);
        const prices = book.bids.map(([price]) => price);
        expect(prices).toEqual([...new Set(prices)].sort((a, b) => b - a));
        expect(prices[0] ?? 0).toBeLessThanOrEqual((bids[0]?.priceTicks ?? 0) / 2);
        if (group !== 'none')
          expect(prices.every((price) => price % Number(group) === 0)).toBe(true);
        const top = renderGroupedBook(bookOf(bids), btcPerpetual, group, 3);
        expect(top.bids).toEqual(book.bids.slice(0, 3));
      },
    ),
  );
});

const candle = (minute: number, ticks: number): Candle => ({
  instrumentId: btcOption.id,
  resolution: 1,
  startUs: (sampleStartUs + minute * usPerMinute) as TsUs,
  openTicks: ticks as PriceTicks,
  highTicks: (ticks + 5) as PriceTicks,
  lowTicks: (ticks - 5) as PriceTicks,
  closeTicks: ticks as PriceTicks,
  volumeLots: 10,
  volumeCoins: 1,
  costUsd: 100,
});

test('a chart is evenly spaced and flat where nothing traded', () => {
  const range = {
    resolution: 1,
    fromUs: sampleStartUs,
    toUs: (sampleStartUs + 5 * usPerMinute - 1) as TsUs,
  } as const;
  const chart = renderChart([candle(1, 500), candle(3, 600)], btcOption, range, 400 as PriceTicks);
  expect(chart).toEqual({
    status: 'ok',
    ticks: [0, 1, 2, 3, 4].map((minute) => sampleStartUs / 1000 + minute * 60_000),
    open: [0.04, 0.05, 0.05, 0.06, 0.06],
    high: [0.04, 0.0505, 0.05, 0.0605, 0.06],
    low: [0.04, 0.0495, 0.05, 0.0595, 0.06],
    close: [0.04, 0.05, 0.05, 0.06, 0.06],
    volume: [0, 1, 0, 1, 0],
    cost: [0, 100, 0, 100, 0],
  });
  expect(renderChart([candle(3, 600)], btcOption, range, null).ticks).toHaveLength(2);
  expect(renderChart([], btcOption, range, null)).toMatchObject({ status: 'no_data', ticks: [] });
});
