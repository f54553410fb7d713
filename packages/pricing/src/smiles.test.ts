/** SSVI, eSSVI, SABR, the surface between slices, and the forward from parity. */
import { readFileSync } from 'node:fs';
import { createRandom } from '@openstrike/std';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  black76,
  butterflyMargin,
  certifySurface,
  essviAt,
  fitEssvi,
  fitSabr,
  forwardFromParity,
  hestonLikePhi,
  logMoneyness,
  powerLawPhi,
  rawOfSsvi,
  type SabrParameters,
  type SsviNode,
  sabrVolatility,
  ssviButterflyFree,
  ssviCalendarFree,
  ssviTotalVariance,
  surfaceTotalVariance,
  surfaceVolatility,
  sviTotalVariance,
} from './index.ts';

test('interpolated eSSVI volatilities as Premia publishes them', () => {
  const path = new URL('../../../testdata/pricing/published-ssvi.json', import.meta.url);
  const table = JSON.parse(readFileSync(path, 'utf8')) as {
    tolerances: number[];
    nodes: [number, number, number, number][];
    rows: [number, number, number, number][];
  };
  const nodes = table.nodes.map(([timeYears, theta, psi, rho]) => ({ timeYears, theta, psi, rho }));
  for (const [i, [spot, strike, years, volatility]] of table.rows.entries()) {
    const { theta, rho, psi } = essviAt(nodes, years);
    const got = Math.sqrt(ssviTotalVariance(logMoneyness(strike, spot), theta, rho, psi) / years);
    expect(Math.abs(got - volatility)).toBeLessThan(table.tolerances[i] as number);
  }
});

const ssvi = fc.record({
  theta: fc.double({ min: 1e-3, max: 2, noNaN: true }),
  rho: fc.double({ min: -0.95, max: 0.95, noNaN: true }),
  psi: fc.double({ min: 1e-2, max: 3, noNaN: true }),
});

test('an SSVI slice is the raw slice of the same curve', () => {
  fc.assert(
    fc.property(ssvi, fc.double({ min: -3, max: 3, noNaN: true }), (slice, k) => {
      const { a, b, rho, m, sigma } = rawOfSsvi(slice);
      const w = ssviTotalVariance(k, slice.theta, slice.rho, slice.psi);
      expect(sviTotalVariance(k, a, b, rho, m, sigma)).toBeCloseTo(w, 11);
    }),
  );
});

test('what the theorems call free, the certificate finds free', () => {
  fc.assert(
    fc.property(ssvi, ssvi, (first, second) => {
      fc.pre(ssviButterflyFree(first) && ssviButterflyFree(second));
      expect(butterflyMargin(rawOfSsvi(first)).value).toBeGreaterThanOrEqual(-1e-9);
      fc.pre(ssviCalendarFree(first, second));
      const certificate = certifySurface([
        { timeYears: 1, slice: rawOfSsvi(first) },
        { timeYears: 2, slice: rawOfSsvi(second) },
      ]);
      expect(certificate.violations.filter(({ kind }) => kind === 'calendar')).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('the shapes of phi', () => {
  expect(powerLawPhi(0.04, 1, 0.5)).toBeCloseTo(1 / Math.sqrt(0.04 * 1.04), 14);
  expect(hestonLikePhi(0.5, 2)).toBeCloseTo(1 - (1 - Math.exp(-1)), 14);
  expect(hestonLikePhi(1e-9, 1)).toBeCloseTo(0.5, 9);
  expect(hestonLikePhi(1.0001e-4, 1)).toBeCloseTo(hestonLikePhi(0.9999e-4, 1), 8);
});

test('an eSSVI fit is free of arbitrage whatever the quotes', () => {
  const random = createRandom('essvi');
  for (let round = 0; round < 4; round++) {
    const expiries = [0.02, 0.1, 0.5].map((timeYears) => ({
      timeYears,
      quotes: Array.from({ length: 12 }, (_, i) => {
        const z = (i - 6) / 3;
        const iv = 0.6 - 0.05 * z + 0.03 * z * z + 0.02 * random.nextNormal();
        return { k: z * 0.6 * Math.sqrt(timeYears), bidIv: iv - 0.01, askIv: iv + 0.01 };
      }),
    }));
    const fit = fitEssvi(expiries);
    expect(fit.ok).toBe(true);
    const nodes = fit.ok ? fit.value : [];
    for (const [i, node] of nodes.entries()) {
      expect(ssviButterflyFree(node)).toBe(true);
      expect(i === 0 || ssviCalendarFree(nodes[i - 1] as SsviNode, node)).toBe(true);
    }
    const slices = nodes.map((node) => ({ timeYears: node.timeYears, slice: rawOfSsvi(node) }));
    expect(certifySurface(slices).violations.filter(({ value }) => value < -1e-9)).toEqual([]);
  }
  expect(fitEssvi([{ timeYears: 1, quotes: [] }])).toEqual({ ok: false, error: 'too-few-quotes' });
});

test('SABR: limits, continuity at the money, and a fit that finds its parameters', () => {
  const flat: SabrParameters = { alpha: 0.3, beta: 1, rho: 0, nu: 1e-9 };
  expect(sabrVolatility(100, 130, 2, flat)).toBeCloseTo(0.3, 9);
  const smile: SabrParameters = { alpha: 2.5, beta: 0.5, rho: -0.4, nu: 0.8 };
  const middle = sabrVolatility(100, 100, 1, smile);
  expect(sabrVolatility(100, 100.0001, 1, smile)).toBeCloseTo(middle, 6);
  expect(sabrVolatility(100, 99.99, 1, smile)).toBeCloseTo(middle, 4);
  // At the money: Hagan et al. (2002), eq. 2.18.
  const growth =
    0.25 ** 1 * 0 + (0.25 * 2.5 ** 2) / (24 * 100) + (0.25 * -0.4 * 0.5 * 0.8 * 2.5) / 10;
  const expected = 0.25 * (1 + growth + ((2 - 3 * 0.16) / 24) * 0.64);
  expect(middle).toBeCloseTo(expected, 12);
  const quotes = [70, 80, 90, 95, 100, 105, 110, 120, 140].map((strike) => ({
    strike,
    iv: sabrVolatility(100, strike, 1, smile),
  }));
  const fit = fitSabr({ forward: 100, timeYears: 1, beta: 0.5, quotes });
  expect(fit.ok && fit.value.rmsIv).toBeLessThan(1e-8);
  expect(fit.ok && fit.value.rho).toBeCloseTo(-0.4, 5);
  expect(fit.ok && fit.value.nu).toBeCloseTo(0.8, 5);
});

test('a surface is linear in total variance between slices and proportional outside', () => {
  const flat = (a: number) => ({ a, b: 0, rho: 0, m: 0, sigma: 1 });
  const slices = [
    { timeYears: 0.5, slice: flat(0.1) },
    { timeYears: 1, slice: flat(0.3) },
  ];
  expect(surfaceTotalVariance(slices, 0.1, 0.5)).toBeCloseTo(0.1, 15);
  expect(surfaceTotalVariance(slices, 0.1, 0.75)).toBeCloseTo(0.2, 15);
  expect(surfaceTotalVariance(slices, 0.1, 0.25)).toBeCloseTo(0.05, 15);
  expect(surfaceTotalVariance(slices, 0.1, 2)).toBeCloseTo(0.6, 15);
  expect(surfaceVolatility(slices, 120, 100, 1)).toBeCloseTo(Math.sqrt(0.3), 15);
});

test('the forward and the discount come back from quotes, one of them wrong', () => {
  const quotes = [80, 90, 100, 110, 120, 130].map((strike, i) => {
    const call = 0.98 * black76(105, strike, 0.5, 0.4, 1) + (i === 3 ? 4 : 0);
    const put = 0.98 * black76(105, strike, 0.5, 0.4, -1);
    return {
      strike,
      callBid: call - 0.1,
      callAsk: call + 0.1,
      putBid: put - 0.1,
      putAsk: put + 0.1,
    };
  });
  const fitted = forwardFromParity(quotes, 'fit');
  expect(fitted.ok && fitted.value.forward).toBeCloseTo(105, 2);
  expect(fitted.ok && fitted.value.discount).toBeCloseTo(0.98, 3);
  expect(fitted.ok && fitted.value.agreeing).toBe(5);
  const fixed = forwardFromParity(quotes, 0.98);
  expect(fixed.ok && fixed.value.forward).toBeCloseTo(105, 2);
  expect(forwardFromParity([], 1)).toEqual({ ok: false, error: 'too-few-quotes' });
});
