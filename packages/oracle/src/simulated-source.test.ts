import { type Command, type TsUs, usPerDay, usPerSecond, usPerYear } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimulatedSource } from './simulated-source.ts';
import { startingStates } from './starting-state.ts';
import { pointAt, shockedPoints, sviSliceOf } from './term-structure.ts';

const startUs = 1_790_000_000_000_000 as TsUs;
const expiriesOf = (): TsUs[] =>
  [1, 2, 7, 30, 90, 300].map((days) => (startUs + days * usPerDay) as TsUs);

const run = (seed: string, seconds: number): Command[] => {
  const source = createSimulatedSource({ seed, startUs, expiriesOf });
  const commands: Command[] = [];
  for (let second = 0; second < seconds; second += 1) {
    commands.push(...source.commandsAt((startUs + second * usPerSecond) as TsUs));
  }
  return commands;
};

test('the same seed gives the same market, another seed another', () => {
  expect(run('a', 20)).toEqual(run('a', 20));
  expect(run('a', 20)).not.toEqual(run('b', 20));
});

test('it sets out from the real day', () => {
  const [first] = run('a', 1);
  const price = startingStates.BTC.spotUsd * 1e6;
  expect(first).toMatchObject({ indexName: 'btc_usd', price, status: 'good', confidence: 1 });
});

test('an hour a step, the realised volatility of a year is near the long-run one', () => {
  const source = createSimulatedSource({ seed: 'year', startUs, expiriesOf: () => [] });
  let sum = 0;
  let previous = source.spot('BTC');
  const hours = 24 * 365;
  for (let hour = 1; hour <= hours; hour += 1) {
    source.commandsAt((startUs + hour * 3600 * usPerSecond) as TsUs);
    const spot = source.spot('BTC');
    sum += Math.log(spot / previous) ** 2;
    previous = spot;
  }
  const realised = Math.sqrt(sum);
  expect(realised).toBeGreaterThan(0.25);
  expect(realised).toBeLessThan(0.75);
});

/** Gatheral and Jacquier's g(k) by central differences of w, independent of the parametrisation. */
const densityFactor = (w: (k: number) => number, k: number): number => {
  const h = 1e-4;
  const first = (w(k + h) - w(k - h)) / (2 * h);
  const second = (w(k + h) - 2 * w(k) + w(k - h)) / (h * h);
  const left = 1 - (k * first) / (2 * w(k));
  return left * left - ((first * first) / 4) * (1 / w(k) + 1 / 4) + second / 2;
};

test('surfaces have no arbitrage under any shock', () => {
  const property = fc.property(
    fc.constantFrom<'BTC' | 'ETH'>('BTC', 'ETH'),
    fc.double({ min: -1.2, max: 1.5, noNaN: true }),
    fc.double({ min: 0.02, max: 500, noNaN: true }),
    fc.double({ min: 1.0001, max: 3, noNaN: true }),
    (underlying, shock, days, factor) => {
      const { nodes } = startingStates[underlying];
      const points = shockedPoints(nodes, shock, 6);
      const total = (atDays: number) => {
        const slice = sviSliceOf(pointAt(nodes, points, atDays), startUs, atDays / 365);
        return (k: number): number => {
          const x = k - slice.m;
          return slice.a + slice.b * (slice.rho * x + Math.sqrt(x * x + slice.sigma * slice.sigma));
        };
      };
      const near = total(days);
      const far = total(days * factor);
      const width = 4 * Math.sqrt(near(0));
      for (let step = -20; step <= 20; step += 1) {
        const k = (width * step) / 20;
        expect(far(k)).toBeGreaterThanOrEqual(near(k) * (1 - 1e-9));
        // Differences lose digits where the curvature is strongest, hence the tolerance.
        expect(densityFactor(near, k)).toBeGreaterThan(-1e-3);
      }
    },
  );
  fc.assert(property, { numRuns: 200 });
});

test('forwards carry the basis of the day', () => {
  const index = run('a', 1).find((command) => command.type === 'set-index');
  const last = index?.type === 'set-index' ? index.forwards?.at(-1) : undefined;
  if (last === undefined) throw new Error('no forward');
  const years = (last.expiryUs - startUs) / usPerYear;
  const rate = Math.log(last.price / 1e6 / startingStates.BTC.spotUsd) / years;
  expect(rate).toBeGreaterThan(0.045);
  expect(rate).toBeLessThan(0.048);
});

test('its venues differ, their index follows the spot, and says who made it', () => {
  const source = createSimulatedSource({ seed: 'venues', startUs, expiriesOf: () => [] });
  const prices = new Set<number>();
  for (let second = 1; second <= 300; second += 1) {
    const commands = source.commandsAt((startUs + second * usPerSecond) as TsUs);
    const index = commands.find(
      (command) => command.type === 'set-index' && command.indexName === 'btc_usd',
    );
    if (index?.type !== 'set-index') throw new Error('no index');
    expect(Math.abs(index.price / 1e6 / source.spot('BTC') - 1)).toBeLessThan(0.0003);
    expect(index.constituents).toHaveLength(8);
    for (const { price } of index.constituents) prices.add(price);
    expect(index.status).toBe('good');
  }
  expect(prices.size).toBeGreaterThan(2_000);
});

test('a clock that was set back leaves its venues with prices', () => {
  const source = createSimulatedSource({ seed: 'back', startUs, expiriesOf: () => [] });
  for (const second of [10, 11, 4, 5, 12]) {
    for (const command of source.commandsAt((startUs + second * usPerSecond) as TsUs)) {
      if (command.type === 'set-index') expect(command.status).not.toBe('frozen');
    }
  }
});
