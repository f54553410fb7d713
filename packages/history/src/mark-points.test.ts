import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Event,
  type InstrumentId,
  type MarksChanged,
  type TsUs,
  usPerDay,
  usPerMinute,
} from '@openstrike/domain';
import { sampleApplied, sampleInstrument, sampleStartUs } from '@openstrike/feeds/testing';
import { expect, test } from 'vitest';
import { createHistory } from './create-history.ts';

const option = (id: number, days: number, strike: number, optionType: 'call' | 'put' = 'call') =>
  sampleInstrument(id, {
    name: `BTC-${days}-${strike}-${optionType}`,
    expiryUs: (sampleStartUs + days * usPerDay) as TsUs,
    strike,
    optionType,
  });

const marksOf = (ivs: readonly number[], forward = 100_000): MarksChanged => {
  const column = (value: number): Float64Array => new Float64Array(ivs.length).fill(value);
  return {
    type: 'marks-changed',
    indexName: 'btc_usd',
    instrumentIds: Int32Array.from(ivs, (_, i) => i + 1),
    markPrice: Float64Array.from(ivs, (iv) => iv / 10),
    underlyingPrice: column(forward),
    markIv: Float64Array.from(ivs),
    delta: column(0),
    gamma: column(0),
    vega: column(0),
    theta: column(0),
    rho: column(0),
    bandMinTicks: new Int32Array(ivs.length),
    bandMaxTicks: new Int32Array(ivs.length),
  };
};

test('history keeps one mark and one volatility a minute', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-marks-'));
  const history = await createHistory({ folder, inProcess: true });
  const start = Math.ceil(sampleStartUs / usPerMinute) * usPerMinute;
  const listed = [option(1, 20, 100_000), option(2, 40, 100_000)].map(
    (instrument): Event => ({ type: 'instrument-listed', instrument }),
  );
  history.absorb([sampleApplied(1, start, listed)]);
  for (let i = 0; i < 10; i++) {
    const at = start + (i * usPerMinute) / 4;
    history.absorb([sampleApplied(i + 2, at, [marksOf([0.4 + i / 100, 0.4 + i / 100])])]);
  }
  const all = { fromUs: null, toUs: null };
  expect(await history.markPoints(2 as InstrumentId, all)).toEqual([
    { tsUs: start, value: 0.04 },
    { tsUs: start + usPerMinute, value: 0.044 },
    { tsUs: start + 2 * usPerMinute, value: 0.048 },
  ]);
  const points = await history.volatilityPoints('btc_usd', all);
  expect(points.map((point) => point.tsUs)).toEqual([0, 1, 2].map((i) => start + i * usPerMinute));
  expect(points[2]?.value).toBeCloseTo(0.48, 4);
  await history.close();
  rmSync(folder, { recursive: true });
});
