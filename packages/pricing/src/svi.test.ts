/** SVI slices: published figures, forms, the arbitrage certificate, fits to quotes and repair. */
import { readFileSync } from 'node:fs';
import { createRandom } from '@openstrike/std';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  butterflyMargin,
  certifySurface,
  fitSvi,
  fitSviSurface,
  impliedBlack76,
  jumpWingsOfRaw,
  naturalOfRaw,
  rawOfJumpWings,
  rawOfNatural,
  repairSvi,
  type SmileQuote,
  type SviParameters,
  sviCurvature,
  sviDensityFactor,
  sviMinimum,
  sviSlope,
  sviTotalVariance,
  sviVolatility,
  sviWingSlopes,
} from './index.ts';

function load<T>(name: string): T {
  const path = new URL(`../../../testdata/pricing/${name}`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

/** The slice of Gatheral and Jacquier (2014), example 5.1 (after Axel Vogt), with arbitrage. */
const VOGT: SviParameters = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 };

const slices = fc.record({
  a: fc.double({ min: 0.001, max: 0.5, noNaN: true }),
  b: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
  rho: fc.double({ min: -0.9, max: 0.9, noNaN: true }),
  m: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
  sigma: fc.double({ min: 0.02, max: 1, noNaN: true }),
});

test('volatilities as Derive publishes them', () => {
  const table = load<{
    toleranceAbs: number;
    rows: (SviParameters & {
      timeYears: number;
      forward: number;
      strikes: number[];
      volatilities: number[];
    })[];
  }>('published-svi.json');
  for (const row of table.rows) {
    for (const [i, strike] of row.strikes.entries()) {
      const got = sviVolatility(Math.log(strike / row.forward), row.timeYears, row);
      expect(Math.abs(got - (row.volatilities[i] as number))).toBeLessThan(table.toleranceAbs);
    }
  }
});

test('slope and curvature are the differences of the total variance', () => {
  fc.assert(
    fc.property(slices, fc.double({ min: -2, max: 2, noNaN: true }), (slice, k) => {
      const { a, b, rho, m, sigma } = slice;
      const h = 1e-4 * sigma;
      const at = (x: number): number => sviTotalVariance(x, a, b, rho, m, sigma);
      const slope = (at(k + h) - at(k - h)) / (2 * h);
      const bend =
        (sviSlope(k + h, b, rho, m, sigma) - sviSlope(k - h, b, rho, m, sigma)) / (2 * h);
      expect(sviSlope(k, b, rho, m, sigma)).toBeCloseTo(slope, 5);
      expect(sviCurvature(k, b, m, sigma) / (bend + b / sigma)).toBeCloseTo(
        bend / (bend + b / sigma),
        5,
      );
      expect(at(k)).toBeGreaterThanOrEqual(sviMinimum(slice) * (1 - 1e-12));
    }),
  );
});

test('g(k) is the density of the prices it stands for', () => {
  const slice = { a: 0.04, b: 0.3, rho: -0.3, m: 0.05, sigma: 0.2 };
  const call = (k: number): number => {
    const w = sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
    const s = Math.sqrt(w);
    const cdf = (x: number): number => normal(x);
    return cdf(-k / s + s / 2) - Math.exp(k) * cdf(-k / s - s / 2);
  };
  for (const k of [-0.6, -0.2, 0, 0.1, 0.5]) {
    const strike = Math.exp(k);
    const h = 2e-4;
    const price = (x: number): number => call(Math.log(x));
    const density = (price(strike + h) - 2 * price(strike) + price(strike - h)) / (h * h);
    const w = sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
    const s = Math.sqrt(w);
    const d2 = -k / s - s / 2;
    const expected =
      (sviDensityFactor(k, slice) * Math.exp(-0.5 * d2 * d2)) / Math.sqrt(2 * Math.PI * w) / strike;
    expect(density / expected).toBeCloseTo(1, 4);
  }
});

function normal(x: number): number {
  // Simpson's rule on the density: slow and independent of the library.
  const steps = 4000;
  const h = (x + 12) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2;
    const y = -12 + i * h;
    sum += weight * Math.exp(-0.5 * y * y);
  }
  return (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

test('the three forms are one curve', () => {
  fc.assert(
    fc.property(slices, (slice) => {
      const wings = jumpWingsOfRaw(slice, 0.25);
      // Where the least variance is at the money the wings do not tell the smoothness.
      fc.pre(wings.v - wings.vMin > 1e-3);
      const back = rawOfJumpWings(wings, 0.25);
      const natural = rawOfNatural(naturalOfRaw(slice));
      for (const k of [-1, -0.3, 0, 0.4, 1.2]) {
        const w = sviTotalVariance(k, slice.a, slice.b, slice.rho, slice.m, slice.sigma);
        for (const other of [back as SviParameters, natural]) {
          const v = sviTotalVariance(k, other.a, other.b, other.rho, other.m, other.sigma);
          expect(v / w).toBeCloseTo(1, 6);
        }
      }
    }),
  );
  expect(rawOfJumpWings({ v: 0.1, psi: 5, p: 1, c: 1, vMin: 0.05 }, 1)).toBeUndefined();
});

test("Vogt's slice: the figures of the paper, caught and repaired", () => {
  const wings = jumpWingsOfRaw(VOGT, 1);
  expect(wings.v).toBeCloseTo(0.01742625, 7);
  expect(wings.psi).toBeCloseTo(-0.1752111, 6);
  expect(wings.p).toBeCloseTo(0.6997381, 6);
  expect(wings.c).toBeCloseTo(1.316798, 6);
  expect(wings.vMin).toBeCloseTo(0.0116249, 7);
  const margin = butterflyMargin(VOGT);
  expect(margin.value).toBeLessThan(-0.03);
  const certificate = certifySurface([{ timeYears: 1, slice: VOGT }]);
  expect(certificate.free).toBe(false);
  expect(certificate.violations.map(({ kind }) => kind)).toEqual(['butterfly']);
  // The paper's optimal repair in c and vMin is free.
  const paper = rawOfJumpWings({ ...wings, c: 0.8564763, vMin: 0.0116249 }, 1) as SviParameters;
  expect(butterflyMargin(paper).value).toBeGreaterThan(0);
  const repaired = repairSvi({ timeYears: 1, slice: VOGT }, undefined) as SviParameters;
  expect(certifySurface([{ timeYears: 1, slice: repaired }]).free).toBe(true);
  expect(jumpWingsOfRaw(repaired, 1).v).toBeCloseTo(wings.v, 9);
});

test('the certificate names each kind of violation', () => {
  const good: SviParameters = { a: 0.02, b: 0.2, rho: -0.2, m: 0, sigma: 0.3 };
  const kinds = (slices: readonly SviParameters[], times = [0.5, 1]): string[] =>
    certifySurface(
      slices.map((slice, i) => ({ slice, timeYears: times[i] as number })),
    ).violations.map(({ kind }) => kind);
  expect(kinds([good, { ...good, a: 0.03 }])).toEqual([]);
  expect(kinds([good, { ...good, a: 0.01 }])).toEqual(['calendar']);
  expect(kinds([good, { ...good, a: 0.1, b: 0.15 }])).toContain('calendar');
  expect(kinds([good, { ...good, a: 0.03 }], [1, 1])).toEqual(['order']);
  expect(kinds([{ ...good, b: 1.9 }])).toContain('wing');
  expect(kinds([{ ...good, a: -1 }])).toContain('variance');
  expect(kinds([{ ...good, rho: 1.2 }])).toEqual(['parameters']);
  expect(sviWingSlopes(good)).toEqual({ left: 0.2 * 1.2, right: 0.2 * 0.8 });
});

test('a fit finds the slice that made the quotes', () => {
  const truth: SviParameters = { a: 0.01, b: 0.12, rho: -0.35, m: 0.02, sigma: 0.15 };
  const quotes: SmileQuote[] = [];
  for (let i = -15; i <= 15; i++) {
    const iv = sviVolatility(i * 0.04, 0.25, truth);
    quotes.push({ k: i * 0.04, bidIv: iv - 0.002, askIv: iv + 0.002 });
  }
  const fit = fitSvi({ timeYears: 0.25, quotes });
  expect(fit.ok && fit.value.rmsIv < 2e-5 && !fit.value.repaired).toBe(true);
  expect(fit.ok && fit.value.inside).toBe(31);
});

test('an outlier and wide quotes hardly move a fit', () => {
  const truth: SviParameters = { a: 0.01, b: 0.12, rho: -0.35, m: 0.02, sigma: 0.15 };
  const random = createRandom('noisy quotes');
  const quotes: SmileQuote[] = [];
  for (let i = -15; i <= 15; i++) {
    const k = i * 0.04;
    const half = 0.002 + 0.02 * k * k;
    const mid = sviVolatility(k, 0.25, truth) + 0.3 * half * random.nextNormal();
    const off = i === 7 ? 0.2 : 0;
    quotes.push({ k, bidIv: mid + off - half, askIv: mid + off + half });
  }
  const fit = fitSvi({ timeYears: 0.25, quotes });
  expect(fit.ok).toBe(true);
  for (let i = -12; fit.ok && i <= 12; i++) {
    const got = sviVolatility(i * 0.04, 0.25, fit.value.slice);
    expect(Math.abs(got - sviVolatility(i * 0.04, 0.25, truth))).toBeLessThan(0.004);
  }
});

test('a real chain fits within its spreads, and the surface is certified', () => {
  const table = load<{
    expiries: {
      timeYears: number;
      forward: number;
      quotes: [number, 'call' | 'put', number, number][];
    }[];
  }>('deribit-smiles.json');
  const expiries = table.expiries.map(({ timeYears, forward, quotes }) => ({
    timeYears,
    quotes: quotes.map(([strike, type, bid, ask]) => {
      const sign = type === 'call' ? 1 : -1;
      return {
        k: Math.log(strike / forward),
        bidIv: impliedBlack76(bid * forward, forward, strike, timeYears, sign),
        askIv: impliedBlack76(ask * forward, forward, strike, timeYears, sign),
      };
    }),
  }));
  const fit = fitSviSurface(expiries);
  expect(fit.ok).toBe(true);
  if (fit.ok) {
    expect(certifySurface(fit.value).free).toBe(true);
    for (const [i, { inside, repaired, rmsIv }] of fit.value.entries()) {
      expect(repaired).toBe(false);
      expect(rmsIv).toBeLessThan(0.025);
      expect(inside / (expiries[i]?.quotes.length ?? 1)).toBeGreaterThan(0.5);
    }
  }
});

test('random surfaces of noisy quotes always come out certified', () => {
  const random = createRandom('noisy surfaces');
  for (let round = 0; round < 25; round++) {
    const level = 0.3 + random.nextFloat();
    const skew = random.nextNormal() * 0.3;
    const expiries = [0.01, 0.03, 0.1, 0.3, 1].map((timeYears) => ({
      timeYears,
      quotes: Array.from({ length: 20 }, (_, i) => {
        const k = (i - 10) * 0.3 * level * Math.sqrt(timeYears);
        const z = k / Math.sqrt(timeYears);
        const iv = level + skew * z * 0.3 + 0.4 * z * z + 0.05 * random.nextNormal();
        return { k, bidIv: Math.max(iv, 0.05) * 0.98, askIv: Math.max(iv, 0.05) * 1.02 };
      }),
    }));
    const fit = fitSviSurface(expiries);
    expect(fit.ok).toBe(true);
    expect(fit.ok && certifySurface(fit.value).violations).toEqual([]);
  }
});

test('too few quotes are refused', () => {
  const quotes = [{ k: 0, bidIv: 0.5, askIv: 0.6 }];
  expect(fitSvi({ timeYears: 1, quotes })).toEqual({ ok: false, error: 'too-few-quotes' });
  expect(fitSviSurface([{ timeYears: 1, quotes }])).toEqual({
    ok: false,
    error: { index: 0, why: 'too-few-quotes' },
  });
});
