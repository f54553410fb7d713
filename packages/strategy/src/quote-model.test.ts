import type { VenueInstrument } from '@openstrike/venues';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isStale,
  levelOf,
  levelsOf,
  quoteOf,
  snapAmount,
  snapDown,
  snapUp,
  tickAt,
} from './quote-model.ts';
import {
  nowMs,
  call as option,
  quoteParameters as parameters,
  perpetual,
} from './testing/samples.ts';

const onGrid = (instrument: VenueInstrument, price: number): boolean => {
  const steps = price / tickAt(instrument, price);
  return Math.abs(steps - Math.round(steps)) < 1e-6;
};

test('snapping goes outward and stays on the grid', () => {
  const property = fc.property(
    fc.constantFrom(option, perpetual),
    fc.double({ min: 0.00001, max: 3, noNaN: true }),
    (instrument, share) => {
      const price = instrument === perpetual ? share * 50_000 : share;
      const down = snapDown(instrument, price);
      const up = snapUp(instrument, price);
      expect(onGrid(instrument, up)).toBe(true);
      expect(up).toBeGreaterThanOrEqual(price * (1 - 1e-9));
      if (down === null) return;
      expect(onGrid(instrument, down)).toBe(true);
      expect(down).toBeLessThanOrEqual(price * (1 + 1e-9));
    },
  );
  fc.assert(property);
});

test('a quote holds the fair value between its sides, on the grid, in whole steps', () => {
  const property = fc.property(
    fc.constantFrom(option, perpetual),
    fc.double({ min: 0, max: 0.9, noNaN: true }),
    fc.double({ min: 0.05, max: 3, noNaN: true }),
    (instrument, share, iv) => {
      const isOption = instrument === option;
      const price = isOption ? share : 70_000 + share;
      const fair = { price, iv: isOption ? iv : null, indexPrice: 77_000 };
      const { bid, ask, amount } = quoteOf(instrument, fair, 0, nowMs, parameters);
      const steps = amount / instrument.amountMin;
      expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
      expect(steps).toBeGreaterThanOrEqual(1 - 1e-9);
      for (const side of [bid, ask]) if (side !== null) expect(onGrid(instrument, side)).toBe(true);
      if (bid !== null) expect(bid).toBeLessThanOrEqual(price);
      if (ask !== null) expect(ask).toBeGreaterThanOrEqual(price);
      if (bid !== null && ask !== null) expect(bid).toBeLessThan(ask);
    },
  );
  fc.assert(property);
});

test('a long inventory lowers both sides, a worthless option has no bid', () => {
  const fair = { price: 0.05, iv: 0.4, indexPrice: 77_000 };
  const flat = quoteOf(option, fair, 0, nowMs, parameters);
  const long = quoteOf(option, fair, 1, nowMs, parameters);
  expect(Number(long.bid)).toBeLessThan(Number(flat.bid));
  expect(Number(long.ask)).toBeLessThan(Number(flat.ask));
  const worthless = { price: 0.000001, iv: 0.4, indexPrice: 77_000 };
  expect(quoteOf(option, worthless, 0, nowMs, parameters).bid).toBeNull();
});

test('quotes move when fair value did, not for every breath', () => {
  expect(isStale(0.05, 0.0502, 0.002)).toBe(false);
  expect(isStale(0.05, 0.0505, 0.002)).toBe(true);
  expect(isStale(null, 0.05, 0.002)).toBe(true);
  expect(isStale(0.05, null, 0.002)).toBe(true);
  expect(isStale(null, null, 0)).toBe(false);
});

test('amounts are whole steps, at least one', () => {
  expect(snapAmount(option, 0.01)).toBe(0.1);
  expect(snapAmount(option, 0.37)).toBe(0.4);
  expect(snapAmount(perpetual, 123)).toBe(120);
});

test('a ladder of a perpetual goes outward and grows; an option has one level', () => {
  const fair = { price: 80_000, iv: null, indexPrice: 80_000 };
  const touch = quoteOf(perpetual, fair, 0, nowMs, parameters);
  const ladder = Array.from({ length: 5 }, (_, level) => levelOf(perpetual, touch, level));
  expect(ladder[0]).toEqual(touch);
  for (const [level, { bid, ask, amount }] of ladder.entries()) {
    const inside = ladder[level - 1];
    if (inside === undefined) continue;
    expect(bid).toBeLessThan(inside.bid as number);
    expect(ask).toBeGreaterThan(inside.ask as number);
    expect(amount).toBeGreaterThan(inside.amount);
    expect(onGrid(perpetual, bid as number) && onGrid(perpetual, ask as number)).toBe(true);
  }
  expect([levelsOf(perpetual, parameters), levelsOf(option, parameters)]).toEqual([5, 1]);
  expect(levelOf(option, { bid: null, ask: 0.0001, amount: 1 }, 1).ask).toBeNull();
});
