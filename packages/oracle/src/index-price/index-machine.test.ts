// The index rules one by one: clamp, freshness, quorum, limiter, conversion, trust, freezing.
import { describe, expect, test } from 'vitest';
import {
  clampedMean,
  connectIndex,
  createIndexMachine,
  indexAt,
  quoteIndex,
  type RateOf,
} from './index-machine.ts';
import { type ConstituentRule, type IndexRules, usualIndexRules } from './index-rules.ts';

const second = 1_000_000;
const startUs = 1_800_000_000 * second;
const plain: RateOf = () => 1;

const rule = (source: string, weight = 1, quotedIn: ConstituentRule['quotedIn'] = 'USD') => ({
  source,
  weight,
  quotedIn,
});

/** An index whose sources are quoted tightly around their prices, second by second. */
class Index {
  readonly machine;
  nowUs = startUs;
  rateOf: RateOf = plain;

  constructor(constituents: readonly ConstituentRule[], rules: Partial<IndexRules> = {}) {
    this.machine = createIndexMachine({ ...usualIndexRules, ...rules, constituents });
  }

  say(prices: Readonly<Record<string, number>>, ageUs = 0): void {
    for (const [source, price] of Object.entries(prices)) {
      const sourceUs = this.nowUs - ageUs;
      const quote = { bidPrice: price - 0.01, askPrice: price + 0.01, sourceUs };
      quoteIndex(this.machine, source, { ...quote, receivedUs: this.nowUs });
    }
  }

  now() {
    return indexAt(this.machine, this.rateOf, this.nowUs);
  }

  tick(prices: Readonly<Record<string, number>>) {
    this.nowUs += second;
    this.say(prices);
    return this.now();
  }
}

const five = ['a', 'b', 'c', 'd', 'e'].map((source) => rule(source));
const all = (price: number) => ({ a: price, b: price, c: price, d: price, e: price });

test('the published example: 100, 101, 120 by quarters give 101', () => {
  // Deribit, index calculation: constituents clamped to 0.5 % around the median of 101.
  const index = new Index([rule('a', 25), rule('b', 50), rule('c', 25)]);
  const value = index.tick({ a: 100, b: 101, c: 120 });
  expect(value?.price).toBeCloseTo(101, 9);
  expect(value?.constituents.map(({ counted, weightBp, use }) => [counted, weightBp, use])).toEqual(
    [
      [100_495_000, 2_500, 'clamped'],
      [101_000_000, 5_000, 'whole'],
      [101_505_000, 2_500, 'clamped'],
    ],
  );
});

test('shares add up to the whole whatever the weights', () => {
  const index = new Index([rule('a', 1), rule('b', 1), rule('c', 1), rule('d', 4)]);
  const parts = index.tick(all(100))?.constituents ?? [];
  expect(parts.reduce((sum, { weightBp }) => sum + weightBp, 0)).toBe(10_000);
});

describe('who counts', () => {
  test('nobody before the quorum', () => {
    const index = new Index(five);
    expect(index.tick({ a: 100, b: 100 })).toBeNull();
    expect(index.tick({ c: 100 })).toMatchObject({ price: 100, status: 'good' });
  });

  test('a silent source grows stale after ten seconds, and confidence shrinks with it', () => {
    const index = new Index(five);
    index.tick(all(100));
    const others = { a: 100, b: 100, c: 100, d: 100 };
    for (let i = 0; i < 10; i += 1) expect(index.tick(others)?.confidence).toBe(1);
    const value = index.tick(others);
    expect(value?.confidence).toBeCloseTo(0.8, 12);
    expect(value?.constituents[4]).toMatchObject({ use: 'stale', counted: 0, weightBp: 0 });
  });

  test('a source that repeats old prices with its own old time is stale too', () => {
    const index = new Index(five);
    index.tick(all(100));
    index.nowUs += 11 * second;
    index.say({ a: 101, b: 101, c: 101, d: 101 });
    index.say({ e: 99 }, 11 * second);
    expect(index.now()?.constituents[4]).toMatchObject({ use: 'stale' });
  });

  test('what arrives out of order is passed over', () => {
    const index = new Index(five);
    index.tick(all(100));
    index.nowUs += second;
    index.say(all(100.1));
    index.say({ e: 95 }, second);
    expect(index.now()?.price).toBeCloseTo(100.1, 9);
  });

  test('crossed, one-sided, wide and senseless quotes keep a source out until a sound one', () => {
    const index = new Index(five);
    index.tick(all(100));
    for (const [bidPrice, askPrice] of [
      [101, 99],
      [null, 100],
      [100, null],
      [98, 102],
      [Number.NaN, 100],
      [-1, 1],
      [0, 0],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ] as const) {
      index.tick(all(100));
      const quote = { bidPrice, askPrice, sourceUs: null, receivedUs: index.nowUs };
      quoteIndex(index.machine, 'e', quote);
      const value = index.now();
      expect(value?.constituents[4]).toMatchObject({ use: 'erroneous', counted: 0 });
      expect(value?.price).toBe(100);
      expect(index.tick(all(100))?.constituents[4]).toMatchObject({ use: 'whole' });
    }
  });

  test('a broken connection counts out at once, and in again with its next quote', () => {
    const index = new Index(five);
    index.tick(all(100));
    connectIndex(index.machine, 'b', false);
    expect(index.now()?.constituents[1]).toMatchObject({ use: 'down' });
    expect(index.tick(all(100))?.constituents[1]).toMatchObject({ use: 'whole' });
  });

  test('a stablecoin venue counts at its rate, and not without one', () => {
    const index = new Index([rule('a'), rule('b'), rule('c'), rule('t', 1, 'USDT')]);
    index.rateOf = (money) => (money === 'USDT' ? 0.98 : 1);
    const prices = { a: 98, b: 98, c: 98, t: 100 };
    expect(index.tick(prices)?.price).toBeCloseTo(98, 9);
    index.rateOf = (money) => (money === 'USDT' ? null : 1);
    const value = index.tick(prices);
    expect(value?.constituents[3]).toMatchObject({ use: 'unconverted', price: 0, counted: 0 });
    expect(value?.confidence).toBeCloseTo(0.75, 12);
  });
});

describe('one that stands apart', () => {
  test('loses its say after a minute and regains it after another', () => {
    const index = new Index(five);
    const apart = { ...all(100), e: 110 };
    let value = index.tick(apart);
    expect(value?.constituents[4]).toMatchObject({ use: 'clamped', counted: 100_500_000 });
    for (let i = 0; i < 61; i += 1) value = index.tick(apart);
    expect(value?.constituents[4]).toMatchObject({ use: 'distrusted', price: 110_000_000 });
    expect(value?.price).toBeCloseTo(100, 9);
    for (let i = 0; i < 59; i += 1) value = index.tick(all(100));
    expect(value?.constituents[4]?.use).toBe('distrusted');
    for (let i = 0; i < 3; i += 1) value = index.tick(all(100));
    expect(value?.constituents[4]?.use).toBe('whole');
  });

  test('keeps it where the quorum needs it', () => {
    const index = new Index(five.slice(0, 3));
    let value = index.tick({ a: 100, b: 100, c: 110 });
    for (let i = 0; i < 100; i += 1) value = index.tick({ a: 100, b: 100, c: 110 });
    expect(value?.constituents[2]?.use).toBe('clamped');
  });
});

describe('far apart as a whole', () => {
  const scattered = { a: 99, b: 99.4, c: 100, d: 100.7, e: 101.2 };

  test('the clamp widens only after a while, and confidence is gone at once', () => {
    const index = new Index(five);
    for (let i = 0; i < 120; i += 1) index.tick(all(100));
    const first = index.tick(scattered);
    expect(first).toMatchObject({ stressed: false, status: 'flagged', confidence: 0 });
    let value = first;
    for (let i = 0; i < 200; i += 1) value = index.tick(scattered);
    expect(value?.stressed).toBe(true);
    expect(value?.constituents[0]?.counted).toBe(99_000_000);
    for (let i = 0; i < 30; i += 1) value = index.tick(all(100));
    expect(value).toMatchObject({ stressed: true, status: 'good' });
    for (let i = 0; i < 60; i += 1) value = index.tick(all(100));
    expect(value?.stressed).toBe(false);
  });

  test('one liar alone does not widen it', () => {
    const index = new Index(five);
    let value = index.tick({ ...all(100), e: 200 });
    for (let i = 0; i < 50; i += 1) value = index.tick({ ...all(100), e: 200 });
    expect(value).toMatchObject({ stressed: false, dispersion: 0, confidence: 1, status: 'good' });
  });
});

describe('moves', () => {
  test('are limited to two per cent a second, and flagged while they are', () => {
    const index = new Index(five);
    index.tick(all(100));
    const fall = index.tick(all(95));
    expect(fall).toMatchObject({ status: 'flagged', limitedFrom: 95 });
    expect(fall?.price).toBeCloseTo(98, 9);
    expect(index.tick(all(95))?.price).toBeCloseTo(96.04, 9);
    expect(index.tick(all(95))).toMatchObject({ price: 95, status: 'good', limitedFrom: null });
    // A pause of the oracle is no licence either.
    index.nowUs += 60 * second;
    expect(index.tick(all(110))?.price).toBeCloseTo(96.9, 9);
  });
});

describe('freezing', () => {
  test('below the quorum the last value stands; it thaws after five seconds', () => {
    const index = new Index(five);
    index.tick(all(100));
    for (let i = 0; i < 11; i += 1) index.tick({ a: 101, b: 101 });
    const frozen = index.tick({ a: 102, b: 102 });
    expect(frozen).toMatchObject({ price: 100.2, status: 'frozen', confidence: 0 });
    expect(frozen?.constituents.every(({ weightBp }) => weightBp === 0)).toBe(true);
    expect(frozen?.constituents.map(({ use }) => use)).toEqual([
      'whole',
      'whole',
      'stale',
      'stale',
      'stale',
    ]);
    for (let i = 0; i < 5; i += 1) {
      expect(index.tick({ a: 104, b: 104, c: 104 })).toMatchObject({
        price: 100.2,
        status: 'frozen',
      });
    }
    const thawed = index.tick({ a: 104, b: 104, c: 104 });
    expect(thawed).toMatchObject({ status: 'flagged', limitedFrom: 104 });
    expect(thawed?.price).toBeCloseTo(102.204, 9);
    expect(index.tick({ a: 104, b: 104, c: 104 })).toMatchObject({ price: 104, status: 'good' });
  });

  test('a quorum that comes and goes does not thaw it', () => {
    const index = new Index(five.slice(0, 3));
    index.tick(all(100));
    connectIndex(index.machine, 'a', false);
    expect(index.now()?.status).toBe('frozen');
    for (let i = 0; i < 20; i += 1) {
      expect(index.tick({ a: 100, b: 100, c: 100 })?.status).toBe('frozen');
      if (i % 4 === 3) {
        connectIndex(index.machine, 'a', false);
        expect(index.now()?.status).toBe('frozen');
      }
    }
  });
});

test('a published index: each price within half a percent of the median, by weight', () => {
  const prices = [100, 101, 120];
  const weights = [0.25, 0.5, 0.25];
  const priced = prices.map((price, i) => ({ price, weight: weights[i] as number }));
  expect(clampedMean(priced, 0.005)).toBeCloseTo(101, 12);
  const doubled = priced.map((each) => ({ ...each, weight: 2 * each.weight }));
  expect(clampedMean(doubled, 0.005)).toBeCloseTo(101, 12);
  expect(clampedMean(priced, 1)).toBeCloseTo(105.5, 12);
});
