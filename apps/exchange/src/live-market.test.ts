// A live market as it runs: its worker, real connectors, real sockets, against local servers that
// speak three venues' protocols; then two of them go away.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BitstampSpeaker,
  CoinbaseSpeaker,
  KrakenSpeaker,
  LocalVenue,
} from '@openstrike/connectors/testing';
import type { Applied, Command, SetIndex, TsUs } from '@openstrike/domain';
import { createFeeds } from '@openstrike/feeds';
import { createRandom } from '@openstrike/std';
import pino from 'pino';
import { Registry } from 'prom-client';
import { afterAll, expect, test } from 'vitest';
import { loadContractTables } from './contract-tables.ts';
import { createLiveMarket } from './live-market.ts';
import type { MarketParts } from './market-parts.ts';
import { resolveOptions } from './options.ts';
import { oracleHealth, registerOracleMetrics } from './oracle-metrics.ts';

const folder = mkdtempSync(join(tmpdir(), 'live-market-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('three venues make an index; without two of them it freezes', async () => {
  const random = createRandom('live market');
  const speakers = [
    new CoinbaseSpeaker(random),
    new KrakenSpeaker(random),
    new BitstampSpeaker(random),
  ];
  const venues = await Promise.all(speakers.map((speaker) => LocalVenue.open(speaker)));
  const lines = speakers.map((speaker, i) => {
    const { symbols, addresses } = speaker.options(venues[i] as LocalVenue);
    return `${speaker.source}: ${JSON.stringify({ symbols, addresses })}`;
  });
  const sources = join(folder, 'sources.yaml');
  writeFileSync(sources, `${lines.join('\n')}\n`);
  const submitted: Command[] = [];
  const { options } = resolveOptions({ market: 'live', sources }, {});
  const market = createLiveMarket({
    options,
    tables: loadContractTables('', ['BTC']),
    commands: {
      submit: async (command: Command) => {
        submitted.push(command);
        return {} as Applied;
      },
    },
    feeds: createFeeds(),
    clock: { nowUs: () => (Date.now() * 1_000) as TsUs },
    log: pino({ level: 'silent' }),
  } as unknown as MarketParts);
  const last = (): SetIndex | undefined =>
    submitted.findLast((command): command is SetIndex => command.type === 'set-index');
  const until = async (holds: () => boolean): Promise<void> => {
    for (let i = 0; i < 1_200 && !holds(); i += 1) await sleep(25);
    expect(holds()).toBe(true);
  };
  try {
    await market.first();
    market.start();
    await until(() => last()?.status === 'good' && last()?.constituents.length === 3);
    expect(last()).toMatchObject({ indexName: 'btc_usd', status: 'good' });
    expect(Math.abs((last()?.price ?? 0) / 1e6 - 64_000)).toBeLessThan(2);
    expect(last()?.constituents.map(({ source }) => source)).toEqual([
      'coinbase',
      'kraken',
      'bitstamp',
    ]);
    // A thread that stands still for longer than the worker may be silent, just before its timers.
    const heard = submitted.length;
    await new Promise<void>((done) => {
      setImmediate(() => {
        const untilMs = performance.now() + 3_000;
        while (performance.now() < untilMs);
        done();
      });
    });
    await until(() => submitted.length > heard + 2);
    expect(submitted.slice(heard)).not.toContainEqual(
      expect.objectContaining({ status: 'frozen' }),
    );
    await Promise.all(venues.slice(0, 2).map((venue) => venue.close()));
    await until(() => last()?.status === 'frozen');
    expect(last()).toMatchObject({ confidence: 0 });
    await until(() => market.oracle?.()?.indexes[0]?.status === 'frozen');
    const report = market.oracle?.() ?? null;
    expect(oracleHealth(report, Date.now())).toMatchObject({
      sources: { coinbase: expect.not.stringMatching('live'), bitstamp: 'live' },
      indexes: { btc_usd: 'frozen' },
      indexAgeSeconds: { btc_usd: expect.any(Number) },
    });
    const registry = new Registry();
    registerOracleMetrics(registry, () => report, Date.now);
    const told = await registry.metrics();
    expect(await registry.getMetricsAsJSON()).toHaveLength(14);
    expect(told).toContain('openstrike_oracle_index_status{index="btc_usd"} 2');
    expect(told).toContain('openstrike_oracle_source_live{source="bitstamp"} 1');
    expect(told).toContain('openstrike_oracle_source_state{source="bitstamp"} 0');
    const valueOf = (name: string): number =>
      Number(
        told
          .split('\n')
          .find((line) => line.startsWith(`${name}{`))
          ?.split(' ')[1],
      );
    // Its last good value was before the two were lost, and time runs on.
    expect(valueOf('openstrike_oracle_index_frozen_seconds_total')).toBeGreaterThan(0);
    expect(valueOf('openstrike_oracle_index_age_seconds')).toBeGreaterThan(0.5);
    expect(valueOf('openstrike_oracle_index_age_seconds')).toBeLessThan(60);
    const updates = report?.sources.find(({ source }) => source === 'bitstamp')?.updates;
    const counted = `openstrike_oracle_source_updates_total{source="bitstamp"} ${updates}`;
    expect(told).toContain(counted);
    // Scraped again, a count is still what the oracle counted.
    expect(await registry.metrics()).toContain(counted);
    const before = submitted.length;
    await until(() => submitted.length > before);
  } finally {
    await market.stop();
    await Promise.all(venues.map((venue) => venue.close()));
  }
});
