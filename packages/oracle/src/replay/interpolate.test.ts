// Interpolate where pricing refuses its certificate, which slices of real chains do not provoke.
import type { TsUs } from '@openstrike/domain';
import { expect, test, vi } from 'vitest';
import type { FittedSnapshot } from './fit-snapshot.ts';
import { surfaceAt } from './interpolate.ts';

const certificate = vi.hoisted(() => ({ free: true }));
vi.mock(import('@openstrike/pricing'), async (original) => {
  const pricing = await original();
  return {
    ...pricing,
    certifySurface: (slices) => {
      const found = pricing.certifySurface(slices);
      return { ...found, free: found.free && certificate.free };
    },
  };
});

const day = 86_400e6;
const slice = { a: 0.01, b: 0.02, rho: -0.2, m: 0, sigma: 0.1 };
const expiries = [10 * day, 20 * day].map((us) => ({
  expiryUs: us as TsUs,
  timeYears: us / (365 * day),
  forward: 80_000,
  outcome: 'fitted' as const,
  refusal: null,
  slice: { ...slice, expiryUs: us as TsUs, tauYears: us / (365 * day), a: (slice.a * us) / day },
  quoted: 0,
  inside: 0,
  withinTick: 0,
  rmsIv: 0,
  basisRate: 0,
}));
const before = { atUs: 0, expiries } as unknown as FittedSnapshot;

test('a surface with room for arbitrage is not given, and all its expiries are named', () => {
  const pair = { before, after: null };
  expect(surfaceAt(pair, day)).toMatchObject({ unfitted: [], slices: [{}, {}] });
  certificate.free = false;
  const unfitted = expiries.map(({ expiryUs }) => expiryUs);
  expect(surfaceAt(pair, day)).toEqual({ slices: null, unfitted, repaired: 0 });
});
