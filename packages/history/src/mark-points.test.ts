import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  type Event,
  type InstrumentId,
  type MarksChanged,
  type TsUs,
  usPerDay,
  usPerMinute,
} from '@openstrike/domain';
import { volatilityIndex } from '@openstrike/feeds';
import { sampleApplied, sampleInstrument, sampleStartUs } from '@openstrike/feeds/testing';
import { expect, test } from 'vitest';
import { createHistory } from './create-history.ts';
import { historyVersion } from './schema.ts';

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

/** A smile of nine strikes in two expiries around thirty days. */
const strikes = Array.from({ length: 9 }, (_, i) => 80_000 + 5_000 * i);
const chain = [20, 40].flatMap((days, e) =>
  strikes.map((strike, i) => option(1 + e * strikes.length + i, days, strike)),
);
const ivs = chain.map(({ strike }) => 0.5 + ((strike ?? 0) / 100_000 - 1) ** 2);

const storedErrors = async (spread: number | null) => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-errors-'));
  const quotedIvOf = (id: InstrumentId) => {
    const iv = ivs[id - 1] as number;
    return spread === null ? null : { bidIv: iv - spread, askIv: iv + spread };
  };
  const history = await createHistory({ folder, inProcess: true, quotedIvOf });
  const start = Math.ceil(sampleStartUs / usPerMinute) * usPerMinute;
  const listed = chain.map((instrument): Event => ({ type: 'instrument-listed', instrument }));
  history.absorb([sampleApplied(1, start, listed)]);
  history.absorb([sampleApplied(2, start, [marksOf(ivs)])]);
  const [row] = await history.volatilityPoints('btc_usd', { fromUs: null, toUs: null });
  await history.close();
  rmSync(folder, { recursive: true });
  const quoted = chain.map(({ id, expiryUs, strike }) => {
    const sides = quotedIvOf(id);
    const markIv = ivs[id - 1] as number;
    return {
      expiryUs: expiryUs as TsUs,
      strike: strike as number,
      forward: 100_000,
      markIv,
      ...sides,
    };
  });
  return { stored: row, live: volatilityIndex(quoted, start as TsUs) };
};

test('the error that is stored is the live one, and grows with the spreads', async () => {
  const errors: number[] = [];
  for (const spread of [null, 0.005, 0.02]) {
    const { stored, live } = await storedErrors(spread);
    expect(stored?.error).toBe(live?.error);
    expect(stored?.value).toBe(live?.volatility);
    errors.push(stored?.error ?? 0);
  }
  expect(errors[0]).toBeGreaterThan(0);
  expect([...errors].sort((a, b) => a - b)).toEqual(errors);
  expect(new Set(errors).size).toBe(3);
});

test('a file of the first format is upgraded: its values stay, without an error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-upgrade-'));
  await (await createHistory({ folder, inProcess: true })).close();
  const path = join(folder, 'history.db');
  const before = new DatabaseSync(path);
  before.exec('ALTER TABLE volatility_points DROP COLUMN error');
  before.exec('INSERT INTO volatility_points VALUES (0, 29000000, 0.55)');
  before.exec('PRAGMA user_version = 1');
  before.close();
  const history = await createHistory({ folder, inProcess: true });
  expect(await history.volatilityPoints('btc_usd', { fromUs: null, toUs: null })).toEqual([
    { tsUs: 29_000_000 * usPerMinute, value: 0.55, error: null },
  ]);
  await history.close();
  const after = new DatabaseSync(path);
  expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: historyVersion });
  after.close();
  rmSync(folder, { recursive: true });
});
