/**
 * Prices, deltas and volatilities that two options protocols publish in their own test suites, read
 * from the folder in OPENSTRIKE_VECTORS; skipped where there is none. Each adapter is the rule of
 * its protocol around functions of this package.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exp, normCdf } from '@openstrike/std';
import { describe, expect, test } from 'vitest';
import {
  black76,
  black76Greeks,
  blackScholes,
  blackScholesGreeks,
  essviAt,
  GREEK,
  GREEK_COUNT,
  logMoneyness,
  ssviTotalVariance,
  sviVolatility,
} from './index.ts';

const folder = process.env.OPENSTRIKE_VECTORS;
const read = <File>(name: string): File =>
  JSON.parse(readFileSync(join(folder as string, name), 'utf8')) as File;
const greeks = new Float64Array(GREEK_COUNT);

interface DeriveFile {
  readonly black76: readonly {
    readonly sec: number;
    readonly vol: number;
    readonly F: number;
    readonly K: number;
    readonly df: number;
    readonly call: number;
    readonly put: number;
    readonly call_fwd_delta_undiscounted?: number;
  }[];
  readonly svi_getVol: readonly {
    readonly tau: number;
    readonly a: number;
    readonly b: number;
    readonly rho: number;
    readonly m: number;
    readonly sigma: number;
    readonly fwd: number;
    readonly strikes: readonly number[];
    readonly vols: readonly number[];
    readonly abs_tol?: number;
  }[];
}

/** Relative to figures above 1, absolute below. */
const isNear = (found: number, published: number, tolerance: number): boolean =>
  Math.abs(found - published) <= tolerance * Math.max(1, Math.abs(published));

describe.skipIf(folder === undefined)("Derive's library", () => {
  const file = folder === undefined ? null : read<DeriveFile>('black76_svi_derive.json');

  test('Black-76 prices and deltas', () => {
    const rows = file?.black76 ?? [];
    expect(rows.length).toBeGreaterThan(6);
    for (const { sec, vol, F, K, df, call, put, call_fwd_delta_undiscounted: delta } of rows) {
      const years = sec / (365 * 86_400);
      const found = [1, -1].map((sign) => df * black76(F, K, years, vol, sign));
      expect([found, [call, put]]).toSatisfy(() => isNear(found[0] as number, call, 1e-8));
      expect([found, [call, put]]).toSatisfy(() => isNear(found[1] as number, put, 1e-8));
      if (delta === undefined) continue;
      black76Greeks(F, K, years, vol, 1, greeks);
      expect(greeks[GREEK.delta]).toBeCloseTo(delta, 8);
    }
  });

  test('SVI volatilities, no further out than four roots of the variance at the money', () => {
    const rows = file?.svi_getVol ?? [];
    expect(rows.length).toBeGreaterThan(4);
    for (const { tau, fwd, strikes, vols, abs_tol: tolerance = 1e-8, ...slice } of rows) {
      const most = 4 * Math.sqrt(slice.a + slice.b * slice.sigma);
      strikes.forEach((strike, i) => {
        const k = Math.max(-most, Math.min(most, logMoneyness(strike, fwd)));
        const found = sviVolatility(k, tau, slice);
        expect([strike, found, vols[i]]).toSatisfy(() =>
          isNear(found, vols[i] as number, tolerance),
        );
      });
    }
  });
});

type Pair = readonly [string, string];

interface PremiaPrices {
  readonly price_by_spot: Record<'strike' | 't_years' | 'sigma' | 'r', string> &
    Record<'call' | 'put', readonly Pair[]>;
  readonly price_by_vol: Record<'spot' | 'strike' | 't_years' | 'r', string> &
    Record<'call' | 'put', readonly Pair[]>;
  readonly d1d2: Record<'strike' | 't_years' | 'sigma' | 'r', string> & {
    readonly rows_spot_d1_d2: readonly (readonly [string, string, string])[];
  };
  readonly delta: Record<'strike' | 't_years' | 'sigma' | 'r', string> & {
    readonly call: readonly Pair[];
  };
  readonly normal_cdf_premia_approximation: { readonly rows: readonly Pair[] };
}

interface PremiaOracle {
  readonly params_scale: string;
  readonly tau: readonly number[];
  readonly theta: readonly number[];
  readonly psi: readonly number[];
  readonly rho: readonly number[];
  readonly tolerance_abs: string;
  readonly rows_spot_strike_t_iv: readonly (readonly [string, string, string, string])[];
}

/** The largest error of the normal distribution that its deltas are computed with. */
const approximation = 6.7e-7;

const signs = { call: 1, put: -1 } as const;

describe.skipIf(folder === undefined)("Premia's library", () => {
  const file = folder === undefined ? null : read<PremiaPrices>('premia_v3_blackscholes.json');
  const { price_by_spot: bySpot, price_by_vol: byVol, d1d2, delta } = file ?? ({} as PremiaPrices);

  test.each(['call', 'put'] as const)('Black-Scholes prices of a %s', (type) => {
    const sign = signs[type];
    const [strike, years, rate] = [bySpot.strike, bySpot.t_years, bySpot.r].map(Number) as [
      number,
      number,
      number,
    ];
    for (const [spot, price] of bySpot[type]) {
      const found = blackScholes(Number(spot), strike, years, Number(bySpot.sigma), rate, 0, sign);
      expect(found).toBeCloseTo(Number(price), 12);
    }
    for (const [volatility, price] of byVol[type]) {
      const of = [byVol.spot, byVol.strike, byVol.t_years, volatility].map(Number);
      const [spot, at, time, sigma] = of as [number, number, number, number];
      const found = blackScholes(spot, at, time, sigma, Number(byVol.r), 0, sign);
      expect(found).toBeCloseTo(Number(price), 12);
    }
  });

  test('deltas of calls, of puts by parity, and both terms of the formula', () => {
    const deltaOf = (of: typeof delta | typeof d1d2, spot: string, sign: number): number => {
      const [strike, years, sigma, rate] = [of.strike, of.t_years, of.sigma, of.r].map(Number) as [
        number,
        number,
        number,
        number,
      ];
      blackScholesGreeks(Number(spot), strike, years, sigma, rate, 0, sign, greeks);
      return greeks[GREEK.delta] as number;
    };
    for (const [spot, published] of delta.call) {
      const call = Number(published);
      expect(Math.abs(deltaOf(delta, spot, 1) - call)).toBeLessThan(approximation);
      expect(Math.abs(deltaOf(delta, spot, -1) - (call - 1))).toBeLessThan(approximation);
    }
    const [strike, years, sigma, rate] = [d1d2.strike, d1d2.t_years, d1d2.sigma, d1d2.r].map(
      Number,
    ) as [number, number, number, number];
    for (const [spot, d1, d2] of d1d2.rows_spot_d1_d2) {
      const [first, second] = [normCdf(Number(d1)), normCdf(Number(d2))];
      expect(deltaOf(d1d2, spot, 1)).toBeCloseTo(first, 13);
      const price = Number(spot) * first - strike * exp(-rate * years) * second;
      const found = blackScholes(Number(spot), strike, years, sigma, rate, 0, 1);
      expect(found).toBeCloseTo(price, 13);
    }
  });

  test('its approximation of the normal distribution is as near as it says', () => {
    const { rows } = file?.normal_cdf_premia_approximation ?? { rows: [] };
    expect(rows.length).toBeGreaterThan(20);
    for (const [x, approximate] of rows) {
      expect(Math.abs(normCdf(Number(x)) - Number(approximate))).toBeLessThan(approximation);
    }
  });

  test('volatilities of its oracle: SSVI before, between and beyond the expiries', () => {
    const oracle = read<PremiaOracle>('premia_v3_ssvi_oracle.json');
    const scale = Number(oracle.params_scale);
    const nodes = oracle.tau.map((tau, i) => ({
      timeYears: tau / scale,
      theta: (oracle.theta[i] as number) / scale,
      psi: (oracle.psi[i] as number) / scale,
      rho: (oracle.rho[i] as number) / scale,
    }));
    expect(oracle.rows_spot_strike_t_iv.length).toBeGreaterThan(3);
    for (const row of oracle.rows_spot_strike_t_iv) {
      const [spot, strike, years, published] = row.map(Number) as [number, number, number, number];
      const { theta, rho, psi } = essviAt(nodes, years);
      const found = Math.sqrt(
        ssviTotalVariance(logMoneyness(strike, spot), theta, rho, psi) / years,
      );
      expect(Math.abs(found - published)).toBeLessThan(Number(oracle.tolerance_abs));
    }
  });
});
