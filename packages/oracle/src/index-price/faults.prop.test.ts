// One bad source of eight: whatever it does, the index stays within the clamp of what it would be
// with that source sound, and goes on. The two named incidents are told by figures of published
// accounts.

import { createRandom, exp, type Random } from '@openstrike/std';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  connectIndex,
  createIndexMachine,
  type IndexMachine,
  type IndexValue,
  indexAt,
  quoteIndex,
  type RateOf,
} from './index-machine.ts';
import { usualIndexRules, usualRateRules } from './index-rules.ts';

const second = 1_000_000;
const startUs = 1_800_000_000 * second;
const rate: RateOf = () => 1;

const faults = [
  'lies',
  'freezes',
  'spikes',
  'is gone',
  'out of order',
  'crossed',
  'jumps',
] as const;
type Fault = (typeof faults)[number];

const sources = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const machineOf = (): IndexMachine =>
  createIndexMachine({
    ...usualIndexRules,
    constituents: sources.map((source) => ({ source, weight: 1, quotedIn: 'USD' })),
  });

const quote = (machine: IndexMachine, source: string, price: number, nowUs: number, lagUs = 0) => {
  const half = price * 0.0001;
  quoteIndex(machine, source, {
    bidPrice: price - half,
    askPrice: price + half,
    sourceUs: nowUs - lagUs,
    receivedUs: nowUs,
  });
};

/** What the faulty source does in a second in which it should say `price`. */
const misbehave = (
  machine: IndexMachine,
  fault: Fault,
  price: number,
  at: { readonly nowUs: number; readonly second: number; readonly random: Random },
): void => {
  const { nowUs, random } = at;
  switch (fault) {
    case 'lies':
      return quote(machine, 'h', price * 1.3, nowUs);
    case 'jumps':
      return quote(machine, 'h', price * (0.2 + 3 * random.nextFloat()), nowUs);
    case 'spikes':
      return quote(machine, 'h', at.second % 5 === 0 ? price * 0.01 : price, nowUs);
    case 'freezes':
      return quote(machine, 'h', 100_000, nowUs);
    case 'out of order':
      return quote(machine, 'h', price * 0.9, nowUs, random.nextInt(0, 8) * second);
    case 'crossed':
      return quoteIndex(machine, 'h', {
        bidPrice: price * 1.1,
        askPrice: price * 0.9,
        sourceUs: null,
        receivedUs: nowUs,
      });
    case 'is gone':
      if (at.second === 0) connectIndex(machine, 'h', false);
  }
};

/** Two venues in the same world: in one of them source h is sound, in the other it is not. */
const live = (fault: Fault, seed: number, volatility: number, told: (pair: Pair) => void): void => {
  const random = createRandom(`faults ${seed}`);
  const sound = machineOf();
  const faulty = machineOf();
  let log = 0;
  for (let i = 0; i < 150; i += 1) {
    const nowUs = startUs + i * second;
    log += volatility * random.nextNormal();
    const price = 100_000 * exp(log);
    for (const source of sources) {
      const own = price * (1 + 0.0002 * random.nextNormal());
      quote(sound, source, own, nowUs);
      if (source !== 'h' || i < 30) quote(faulty, source, own, nowUs);
      else misbehave(faulty, fault, own, { nowUs, second: i - 30, random });
    }
    const pair = { sound: indexAt(sound, rate, nowUs), faulty: indexAt(faulty, rate, nowUs) };
    if (pair.sound === null || pair.faulty === null) throw new Error('no value');
    told({ sound: pair.sound, faulty: pair.faulty });
  }
};

interface Pair {
  readonly sound: IndexValue;
  readonly faulty: IndexValue;
}

test.each(faults)('a source that %s moves the index by less than the clamp', (fault) => {
  const worlds = fc.record({ seed: fc.nat(), volatility: fc.constantFrom(0, 2e-4, 2e-3) });
  fc.assert(
    fc.property(worlds, ({ seed, volatility }) => {
      live(fault, seed, volatility, ({ sound, faulty }) => {
        const off = Math.abs(faulty.price / sound.price - 1);
        // An eighth of the weight within the clamp, and what the noise of eight sources allows.
        expect(off).toBeLessThan(usualIndexRules.clampShare / 8 + 0.0004);
        expect(faulty.status).toBe('good');
        expect(faulty.confidence).toBeGreaterThan(0.7);
      });
    }),
    { numRuns: 12, seed: 20261127 },
  );
});

/** Prices of seven constituents as of one moment, tightly quoted. */
const sayAll = (machine: IndexMachine, prices: Readonly<Record<string, number>>, nowUs: number) => {
  for (const [source, price] of Object.entries(prices)) quote(machine, source, price, nowUs);
};

test('October 2019 (one bad constituent)', () => {
  // 31 October 2019, 21:00 UTC: one of seven constituents of Deribit's BTC index told a wrong price
  // and was not excluded; the index and with it the contracts fell from about 9,150 to 7,720 within
  // minutes, and 150 BTC were paid back. Sources: Finance Magnates, 1 November 2019; Delta
  // Exchange, "Decoding Deribit's flash crash on Halloween", 5 November 2019.
  const names = ['bitfinex', 'bitstamp', 'bittrex', 'coinbase', 'gemini', 'itbit', 'kraken'];
  const machine = createIndexMachine({
    ...usualIndexRules,
    constituents: names.map((source) => ({ source, weight: 1, quotedIn: 'USD' })),
  });
  const sound = Object.fromEntries(names.map((name, i) => [name, 9_150 + (i - 3)]));
  let lowest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 300; i += 1) {
    // To pull a mean of seven from 9,150 to 7,720 it has to tell of 860 dropping to nothing.
    const wrong = i < 10 ? {} : { coinbase: Math.max(1, 9_150 - 60 * (i - 10)) };
    sayAll(machine, { ...sound, ...wrong }, startUs + i * second);
    const value = indexAt(machine, rate, startUs + i * second);
    expect(value?.status).toBe('good');
    lowest = Math.min(lowest, value?.price ?? 0);
    if (i > 80) {
      expect(value?.constituents[3]).toMatchObject({ use: 'distrusted', counted: 0 });
    }
  }
  // A seventh of half a per cent: six and a half dollars where 1,430 were lost.
  expect(lowest).toBeGreaterThan(9_150 - 9_150 * (0.005 / 7) - 1.1);
  const mean = (9_150 * 6 + 1) / 7;
  expect(mean).toBeLessThan(7_850);
});

test("October 2025 (one venue's own print)", () => {
  // 10 October 2025, 21:36 to 22:16 UTC: Binance marked collateral off its own book while the world
  // traded elsewhere: USDe at 0.65, wrapped ether at 430 where ether was above 3,800; about 283
  // million dollars were paid back. Sources: Binance's announcement of 12 October 2025 as reported
  // by CoinDesk and others. Here a stablecoin's rate and an index meet the same prints.
  const rateRules = {
    ...usualRateRules,
    constituents: (['binance', 'bitstamp', 'coinbase', 'kraken'] as const).map((source) => ({
      source,
      weight: 1,
      quotedIn: 'USD' as const,
    })),
  };
  const dollar = createIndexMachine(rateRules);
  const ether = createIndexMachine({
    ...usualIndexRules,
    constituents: [
      { source: 'binance', weight: 2, quotedIn: 'USDT' },
      { source: 'coinbase', weight: 1, quotedIn: 'USD' },
      { source: 'kraken', weight: 1, quotedIn: 'USD' },
      { source: 'bitstamp', weight: 1, quotedIn: 'USD' },
      { source: 'okx', weight: 1, quotedIn: 'USDT' },
    ],
  });
  for (let i = 0; i < 40 * 60; i += 1) {
    const nowUs = startUs + i * second;
    const printing = i >= 60;
    // The market itself falls by an eighth in ten minutes, as it did.
    const market = 4_300 * Math.max(0.88, 1 - 0.0002 * i);
    const peg = { bitstamp: 1.001, coinbase: 1.0005, kraken: 1.0008 };
    sayAll(dollar, { ...peg, binance: printing ? 0.65 : 1.0006 }, nowUs);
    const others = { coinbase: market, kraken: market, bitstamp: market, okx: market / 1.0006 };
    sayAll(ether, { ...others, binance: printing ? 430 : market / 1.0006 }, nowUs);
    const usdt = indexAt(dollar, rate, nowUs);
    expect(Math.abs((usdt?.price ?? 0) - 1.0007)).toBeLessThan(0.005);
    const value = indexAt(ether, (money) => (money === 'USDT' ? (usdt?.price ?? null) : 1), nowUs);
    expect(Math.abs((value?.price ?? 0) / market - 1)).toBeLessThan(usualIndexRules.clampShare);
    expect(value?.status).toBe('good');
  }
});
