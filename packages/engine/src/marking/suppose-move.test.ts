// Supposed moves: a slice moved by a share has every volatility moved by that share, pins included.
import type { SviSlice, TsUs } from '@openstrike/domain';
import { usPerYear } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';
import { moveSlice } from './suppose-move.ts';

const volatilities = (venue: TestEngine): number[] =>
  venue.engine
    .query('instruments', {})
    .filter(({ instrument }) => instrument.family === 'BTC' && instrument.strike !== null)
    .map(({ mark }) => mark?.markIv ?? Number.NaN);

test('a moved slice moves every volatility by the same share of itself', () => {
  const venue = new TestEngine();
  venue.open();
  const slices = venue.expiries('btc_usd').map((expiryUs, i): SviSlice => {
    const tauYears = (expiryUs - venue.nowUs) / usPerYear;
    return {
      expiryUs: expiryUs as TsUs,
      tauYears,
      a: 0.2 * tauYears,
      b: 0.1 * tauYears,
      rho: -0.3,
      m: 0.02,
      sigma: 0.1,
      pins: i === 0 ? [{ strike: 100_000, shift: 0.03 }] : [],
    };
  });
  const set = { type: 'set-surface', indexName: 'btc_usd' } as const;
  venue.apply({ ...set, version: 1, slices });
  const before = volatilities(venue);
  expect(new Set(before.map((iv) => iv.toFixed(9))).size).toBeGreaterThan(3);
  for (const move of [-0.5, 0.25, 2]) {
    venue.apply({ ...set, version: 2, slices: slices.map((slice) => moveSlice(slice, move)) });
    volatilities(venue).forEach((iv, i) => {
      expect(iv / (before[i] as number)).toBeCloseTo(1 + move, 12);
    });
  }
});
