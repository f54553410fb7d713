/**
 * Both matchers give the reports that every correct engine gives on the public benchmark's streams.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { NPM_BOOKS, runNpmBook } from '../bench/npm-books.ts';
import { createPublicAdapter, hashReports } from '../bench/public-adapter.ts';
import { publicStream, SCENARIOS, type Scenario, type Stream } from '../bench/public-stream.ts';
import { PUBLISHED_HASHES } from '../bench/published-hashes.ts';
import { thinStream } from '../bench/thin-stream.ts';
import { FACTORIES, FAST_FACTORIES } from '../test/factories.ts';
import { depthOf, type MatcherFactory } from '../test/recorded-book.ts';
import { run } from './matcher.bench.ts';
import { BUY, type FillSink, SELL } from './matcher.ts';
import { createNaiveMatcher } from './naive-matcher.ts';

const SILENT: FillSink = { fill() {}, selfTradeCancelled() {}, levelChanged() {} };
const reportHash = (make: MatcherFactory, stream: Stream): string =>
  hashReports(createPublicAdapter(make, stream), stream).reports;
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

test('the benchmark runs in smoke size', () => {
  const report = run({ smoke: true });
  expect(report.figures.every(([, value]) => Number.isFinite(value))).toBe(true);
  expect(report.workHash).toMatch(/^static [0-9a-f]{64}; normal /);
});

describe('over thin books', () => {
  const stream = thinStream(20_000, 50, 7);

  test('every matcher gives the same reports', () => {
    const hashes = FACTORIES.map(([, make]) => reportHash(make, stream));
    expect(new Set(hashes).size).toBe(1);
  });

  test.each(NPM_BOOKS)('%s is left with the same lots', (name) => {
    let matcher = createNaiveMatcher(SILENT);
    const adapter = createPublicAdapter((sink) => {
      matcher = createNaiveMatcher(sink);
      return matcher;
    }, stream);
    adapter.run(0, stream.count);
    let lots = 0;
    for (let book = 0; book < stream.books; book++) {
      for (const side of [BUY, SELL] as const) {
        for (const [, here] of depthOf(matcher, book, side)) lots += here;
      }
    }
    expect(runNpmBook(name, stream, stream.count).restingLots).toBe(lots);
  });
});
