// From one surface to the next: limits, pins, and what stays when nothing can be fitted.
import type { SviSlice } from '@openstrike/domain';
import { black76, sviVolatility } from '@openstrike/pricing';
import { log } from '@openstrike/std';
import { expect, test } from 'vitest';
import { syntheticChain, syntheticNowUs } from '../testing/synthetic-chain.ts';
import type { ExpiryQuotes, OptionQuote } from './chain-quotes.ts';
import { certifySlices } from './fit-chain.ts';
import { createSurfaceMachine, stepSurface, usualSurfaceRules } from './surface-machine.ts';

const second = 1_000_000;
const nowUs = syntheticNowUs;
const index = 77_000;
const chain = syntheticChain('BTC', 16);

/** Every price made new from its volatility. */
const requoted = (
  expiries: readonly ExpiryQuotes[],
  ivOf: (iv: number, quote: OptionQuote, at: number) => number,
): ExpiryQuotes[] =>
  expiries.map((expiry, at) => ({
    ...expiry,
    quotes: expiry.quotes.map((quote) => {
      const years = (expiry.expiryUs - nowUs) / (365 * 86_400 * second);
      const sign = quote.optionType === 'call' ? 1 : -1;
      const iv = ivOf(0.5, quote, at);
      const price = black76(expiry.forward, quote.strike, years, iv, sign);
      const half = 0.005 * price + 0.0001 * expiry.forward;
      return { ...quote, bid: price > half ? price - half : null, ask: price + half };
    }),
  }));

const flatChain = (iv: number): ExpiryQuotes[] => requoted(chain.slice(4, 8), () => iv);
const levelOf = (slice: SviSlice): number => sviVolatility(0, slice.tauYears, slice);

test('the first surface is taken whole, the next moves by five points a second', () => {
  const machine = createSurfaceMachine(7);
  const first = stepSurface(machine, { nowUs, index, expiries: flatChain(0.5) });
  expect(first).toMatchObject({ outcome: 'published', version: 8, share: 1, reason: null });
  let last = first;
  let seconds = 0;
  while (last.outcome !== 'published' || seconds === 0) {
    seconds += 1;
    const before = machine.slices.map(levelOf);
    last = stepSurface(machine, { nowUs: nowUs + seconds * second, index, expiries: flatChain(1) });
    const moves = machine.slices.map((slice, i) => levelOf(slice) - (before[i] ?? 0));
    expect(Math.max(...moves)).toBeGreaterThan(0);
    for (const [i, slice] of machine.slices.entries()) {
      const price = (iv: number) => black76(index, index, slice.tauYears, iv, 1);
      const usd = price(levelOf(slice)) - price(before[i] ?? 0);
      const within = (moves[i] ?? 0) <= 0.0501 || usd <= 0.00501 * index;
      expect(within).toBe(true);
    }
    expect(certifySlices(machine.slices).free).toBe(true);
    if (seconds > 60) throw new Error('it never arrives');
  }
  expect(seconds).toBeGreaterThan(5);
  for (const slice of machine.slices) expect(levelOf(slice)).toBeCloseTo(1, 2);
});

test('when nothing can be fitted the surface stays, and the step says so', () => {
  const machine = createSurfaceMachine();
  stepSurface(machine, { nowUs, index, expiries: flatChain(0.5) });
  const before = machine.slices;
  const silent = flatChain(0.5).map((expiry) => ({ ...expiry, quotes: [] }));
  const step = stepSurface(machine, { nowUs: nowUs + second, index, expiries: silent });
  expect(step).toMatchObject({ outcome: 'kept', slices: null, version: 1 });
  expect(step.reason).toContain('too-few-quotes');
  expect(machine.slices).toBe(before);
  const none = createSurfaceMachine();
  const nothing = stepSurface(none, { nowUs, index, expiries: silent });
  expect(nothing).toMatchObject({ outcome: 'kept', slices: null, reason: expect.any(String) });
});

test('one silent expiry keeps its slice while the others go on', () => {
  const machine = createSurfaceMachine();
  stepSurface(machine, { nowUs, index, expiries: flatChain(0.5) });
  const partly = flatChain(0.51).map((each, i) => (i === 2 ? { ...each, quotes: [] } : each));
  const step = stepSurface(machine, { nowUs: nowUs + second, index, expiries: partly });
  expect(step.outcome).toBe('published');
  expect(step.reason).toContain('kept its slice');
});

/** One strike of one expiry quoted `points` above the others, by a book of our own or outside. */
const bumped = (points: number, weight: number): ExpiryQuotes[] => {
  const [strike] = (chain[6] as ExpiryQuotes).quotes.slice(16) as [OptionQuote];
  return requoted(chain.slice(5, 8), (iv, quote, at) =>
    at === 1 && quote.strike === strike.strike ? iv + points : iv,
  ).map((expiry) => ({
    ...expiry,
    quotes: expiry.quotes.map((quote) => ({ ...quote, weight })),
  }));
};
const pinsAfter = (seconds: number, points: number, weight = 1) => {
  const machine = createSurfaceMachine();
  let step = stepSurface(machine, { nowUs, index, expiries: bumped(0, weight) });
  for (let i = 1; i <= seconds; i += 1) {
    const at = nowUs + i * second;
    step = stepSurface(machine, { nowUs: at, index, expiries: bumped(points, weight) });
  }
  return (step.slices ?? []).flatMap(({ expiryUs, pins }) =>
    (pins ?? []).map((pin) => ({ ...pin, expiryUs })),
  );
};

test('a strike that the surface misses is pinned to its books, over five seconds', () => {
  expect(pinsAfter(1, 0)).toEqual([]);
  const [soon, others] = [pinsAfter(1, 0.004), pinsAfter(1, 0.004).slice(1)];
  const late = pinsAfter(30, 0.004);
  expect(others).toEqual([]);
  expect(late).toHaveLength(1);
  expect(late[0]?.expiryUs).toBe(chain[6]?.expiryUs);
  expect(late[0]?.shift).toBeGreaterThan(0.0005);
  expect(late[0]?.shift).toBeLessThan(0.004);
  expect(soon[0]?.shift ?? 0).toBeLessThan(0.4 * (late[0]?.shift ?? 0));
});

test('outside books pin nothing', () => {
  expect(pinsAfter(30, 0.004, 0.5)).toEqual([]);
});

test('a pin goes no further than convexity and its bound allow', () => {
  const pins = pinsAfter(30, 0.2);
  const expiry = chain[6] as ExpiryQuotes;
  const machine = createSurfaceMachine();
  stepSurface(machine, { nowUs, index, expiries: bumped(0, 1) });
  const slice = machine.slices[1] as SviSlice;
  const strikes = [...new Set(expiry.quotes.map(({ strike }) => strike))].sort((a, b) => a - b);
  const price = (strike: number): number => {
    const shift = pins.find((pin) => pin.strike === strike)?.shift ?? 0;
    const iv = sviVolatility(log(strike / expiry.forward), slice.tauYears, slice);
    return black76(expiry.forward, strike, slice.tauYears, iv + shift, 1);
  };
  for (let i = 1; i + 1 < strikes.length; i += 1) {
    const [l, m, r] = strikes.slice(i - 1, i + 2) as [number, number, number];
    const share = (m - l) / (r - l);
    const chord = price(l) * (1 - share) + price(r) * share;
    expect(price(m)).toBeLessThan(chord + 1e-4 * expiry.forward);
  }
  for (const { shift } of pins) {
    expect(Math.abs(shift)).toBeLessThanOrEqual(usualSurfaceRules.shiftMax);
  }
});
