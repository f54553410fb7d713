import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { black76, sviVolatility } from '@openstrike/pricing';
import { expect, test } from 'vitest';
import { surfacePicture } from './surface-picture.ts';
import { surfaceText } from './surface-text.ts';
import { findSnapshot, viewSurface } from './surface-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'openstrike-surface-'));
const start = Date.parse('2026-02-06T04:30:00Z');
const head = 'ts,instrument,currency,expiry,strike,type,underlying,index,bid,ask,mark,mark_iv';
const smile = { a: 0.001, b: 0.03, rho: -0.3, m: 0.01, sigma: 0.12 };

/** A chain whose mids lie on one smile, quoted two per cent of the price wide. */
const chainRows = (atMs: number, days: readonly number[]): readonly string[] =>
  days.flatMap((each) => {
    const expiryMs = Date.parse('2026-02-06T08:00:00Z') + each * 86_400_000;
    const years = (expiryMs - atMs) / (365 * 86_400_000);
    const slice = { ...smile, a: smile.a * each, b: (smile.b * each) / 20 };
    return Array.from({ length: 21 }, (_, i) => {
      const strike = 45_000 + 2_000 * i;
      const type = strike < 65_000 ? 'P' : 'C';
      const iv = sviVolatility(Math.log(strike / 65_000), years, slice);
      const coins = black76(65_000, strike, years, iv, type === 'C' ? 1 : -1) / 65_000;
      const at = new Date(atMs).toISOString();
      const expiry = new Date(expiryMs).toISOString();
      const prices = [coins * 0.99, coins * 1.01, coins].map((price) => price.toFixed(8));
      const name = `BTC-${each}-${strike}-${type}`;
      return [at, name, 'BTC', expiry, strike, type, 65_000, 65_000, ...prices, iv].join(',');
    });
  });

const path = join(folder, 'chains.csv');
const later = chainRows(start + 6 * 3_600_000, [7, 14, 30]);
writeFileSync(path, [head, ...chainRows(start, [7, 30]), ...later].join('\n'));

test('the last chain is fitted, reported and drawn', async () => {
  const view = viewSurface(await findSnapshot([path], 'BTC', Number.POSITIVE_INFINITY));
  expect(view.expiries.map(({ name }) => name)).toEqual(['13FEB26', '20FEB26', '8MAR26']);
  expect(Math.max(...view.markGaps)).toBeLessThan(0.01);
  const text = surfaceText(view);
  expect(text).toContain('BTC at 2026-02-06T10:30:00.000Z, index 65000.00 USD, 3 expiries');
  const all = '63, inside bid and ask 100.0 %, within a tick 100.0 %';
  expect(text).toContain(`fit: ${all}`);
  expect(text).toContain(`marks, pinned where the fit passes by: ${all}`);
  expect(text).toContain('Arbitrage: free');
  expect(text).toContain('Smile of 8MAR26');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const picture = surfacePicture(view);
  expect(picture.startsWith('<svg ')).toBe(true);
  expect(picture.match(/<polyline /g)).toHaveLength(4);
  expect(picture).not.toContain('NaN');
});

test('an earlier chain is found by its time; a file without one says so', async () => {
  const view = viewSurface(await findSnapshot([path], 'BTC', (start + 3_600_000) * 1000));
  expect(view.expiries).toHaveLength(2);
  await expect(findSnapshot([path], 'ETH', Number.POSITIVE_INFINITY)).rejects.toThrow(
    /No ETH chain/,
  );
  await expect(findSnapshot([path], 'BTC', 0)).rejects.toThrow(/at or before that time/);
});
