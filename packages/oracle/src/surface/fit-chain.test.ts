// Fits of whole chains: inside the quotes, free of arbitrage, and never without a sound surface
// where there was one.
import { tsUs, usPerHour } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { syntheticChain, syntheticNowUs } from '../testing/synthetic-chain.ts';
import type { ExpiryQuotes, OptionQuote } from './chain-quotes.ts';
import { type ChainFit, certifySlices, fitChain } from './fit-chain.ts';

const nowUs = syntheticNowUs;
const sum = (fit: ChainFit, of: 'quoted' | 'inside' | 'withinTick'): number =>
  fit.expiries.reduce((total, expiry) => total + expiry[of], 0);

test.each(['BTC', 'ETH'] as const)('a chain of %s is fitted inside its quotes', (underlying) => {
  const fit = fitChain({ nowUs, expiries: syntheticChain(underlying) });
  expect(fit.expiries.map(({ outcome }) => outcome)).toEqual(Array(12).fill('fitted'));
  expect(fit.certificate).toMatchObject({ free: true, violations: [] });
  expect(sum(fit, 'quoted')).toBeGreaterThan(600);
  expect(sum(fit, 'inside') / sum(fit, 'quoted')).toBeGreaterThan(0.95);
  expect(sum(fit, 'withinTick') / sum(fit, 'quoted')).toBeGreaterThan(0.99);
});

test('the order of expiries and quotes does not matter', () => {
  const chain = syntheticChain('BTC', 12);
  const shuffled = chain
    .map((expiry): ExpiryQuotes => ({ ...expiry, quotes: [...expiry.quotes].reverse() }))
    .reverse();
  expect(fitChain({ nowUs, expiries: shuffled })).toEqual(fitChain({ nowUs, expiries: chain }));
});

test('an expiry that nobody quotes keeps its slice, decayed, or has none', () => {
  const chain = syntheticChain('BTC', 12);
  const { slices } = fitChain({ nowUs, expiries: chain });
  const silent = chain.map((expiry, i) => (i === 4 ? { ...expiry, quotes: [] } : expiry));
  const later = nowUs + usPerHour;
  const kept = fitChain({ nowUs: later, expiries: silent, previous: slices });
  expect(kept.expiries[4]).toMatchObject({ outcome: 'kept', refusal: 'too-few-quotes' });
  expect(kept.slices).toHaveLength(12);
  expect(kept.certificate.free).toBe(true);
  const fresh = fitChain({ nowUs, expiries: silent });
  expect(fresh.expiries[4]).toMatchObject({ outcome: 'none', slice: null });
  expect(fresh.slices).toHaveLength(11);
  expect(fitChain({ nowUs, expiries: [] })).toMatchObject({ slices: [], expiries: [] });
});

test('quotes that contradict every surface still give one without arbitrage', () => {
  const chain = syntheticChain('BTC', 14);
  // The second week is quoted at half the variance of the first, and one strike is nonsense.
  const spoil = (quote: OptionQuote, factor: number): OptionQuote => ({
    ...quote,
    bid: quote.bid === null ? null : quote.bid * factor,
    ask: quote.ask === null ? null : quote.ask * factor,
  });
  const crossed = chain.map((expiry, i) =>
    i === 6
      ? { ...expiry, quotes: expiry.quotes.map((quote) => spoil(quote, 0.45)) }
      : i === 8
        ? { ...expiry, quotes: expiry.quotes.map((q, at) => (at === 9 ? spoil(q, 7) : q)) }
        : expiry,
  );
  const fit = fitChain({ nowUs, expiries: crossed });
  expect(certifySlices(fit.slices).free).toBe(true);
  expect(fit.expiries[8]?.inside).toBeGreaterThan(0.8 * (fit.expiries[8]?.quoted ?? 0));
});

test('a quote that counts less pulls less', () => {
  const [expiry] = syntheticChain('BTC', 16).slice(6) as [ExpiryQuotes];
  const outside = (weight: number): ExpiryQuotes => ({
    ...expiry,
    quotes: [
      ...expiry.quotes,
      ...expiry.quotes.map((quote) => ({
        ...quote,
        bid: quote.bid === null ? null : quote.bid * 1.2,
        ask: quote.ask === null ? null : quote.ask * 1.2,
        weight,
      })),
    ],
  });
  const levelOf = (weight: number): number => {
    const [slice] = fitChain({ nowUs, expiries: [outside(weight)] }).slices;
    const { a, b, rho, m, sigma } = slice ?? { a: 0, b: 0, rho: 0, m: 0, sigma: 0 };
    return a + b * (-rho * m + Math.sqrt(m * m + sigma * sigma));
  };
  expect(levelOf(0.2)).toBeLessThan(levelOf(0.9));
  expect(levelOf(0.2)).toBeGreaterThan(levelOf(1e-6));
});

test('what has expired is left out', () => {
  const [first] = syntheticChain('BTC', 12) as [ExpiryQuotes];
  const after = tsUs(first.expiryUs);
  expect(fitChain({ nowUs: after, expiries: [first] }).expiries).toEqual([]);
});
