/** Both matchers give the reports that every correct engine gives on the public benchmark's streams. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { reportHash } from '../bench/public-adapter.ts';
import { publicStream, SCENARIOS, type Scenario } from '../bench/public-stream.ts';
import { PUBLISHED_HASHES } from '../bench/published-hashes.ts';
import { thinStream } from '../bench/thin-stream.ts';
import { FACTORIES, FAST_FACTORIES } from '../test/factories.ts';
import { run } from './matcher.bench.ts';

const NAMES = Object.keys(SCENARIOS) as Scenario[];

test.each(NAMES)('the published hash of %s', (scenario) => {
  const [, make] = FAST_FACTORIES[0] ?? [];
  expect(make).toBeDefined();
  if (make) expect(reportHash(make, publicStream(scenario))).toBe(PUBLISHED_HASHES[scenario]);
});

test.each(NAMES)('%s, shorter: every matcher gives the same reports', (scenario) => {
  const stream = publicStream(scenario, 20_000, 7);
  const hashes = FACTORIES.map(([, make]) => reportHash(make, stream));
  expect(new Set(hashes).size).toBe(1);
  expect(hashes[0]).not.toBe(createHash('sha256').digest('hex'));
});

test('the benchmark runs in smoke size', async () => {
  const report = await run({ smoke: true });
  expect(report.figures.every(([, value]) => Number.isFinite(value))).toBe(true);
  expect(report.workHash).toMatch(/^static [0-9a-f]{64}; normal /);
});

test('over thin books every matcher gives the same reports, and npm books keep the same lots', () => {
  const stream = thinStream(20_000, 50, 7);
  const hashes = FACTORIES.map(([, make]) => reportHash(make, stream));
  expect(new Set(hashes).size).toBe(1);
});
