// Whole runs: short ones over many seeds hold; a seed gives the same run twice; between them they
// exercise what the venue can do.
import { checkContractTable } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { contractTables } from './contracts.ts';
import { Coverage } from './coverage.ts';
import { reportLines } from './report.ts';
import { drawOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
const minutes = 0.1;

test('short runs hold, and exercise what the venue can do', async () => {
  const coverage = new Coverage();
  for (const seed of seeds) {
    const report = await simulate(drawOptions(seed, minutes));
    expect(report.failure, reportLines(report, 1).join('\n')).toBeNull();
    coverage.add(report.coverage);
  }
  expect(coverage.names('command').length).toBeGreaterThanOrEqual(17);
  expect(coverage.of('event', 'liquidation-started')).toBeGreaterThan(0);
  expect(coverage.names('event').length).toBeGreaterThanOrEqual(19);
  expect(coverage.names('reject').length).toBeGreaterThan(25);
  expect(coverage.of('venue', 'start')).toBeGreaterThan(seeds.length);
  expect(coverage.of('event', 'expiry-fixed')).toBeGreaterThan(seeds.length);
  expect(coverage.names('fault').length).toBeGreaterThan(6);
});

test('a seed gives the same run to the last bit', async () => {
  const [first, again] = [
    await simulate(drawOptions(7, minutes)),
    await simulate(drawOptions(7, minutes)),
  ];
  expect(again.stateHash).toBe(first.stateHash);
  expect(again.coverage.lines()).toEqual(first.coverage.lines());
});

test('the tables of every run are ones that an operator could use', () => {
  for (const seed of seeds) {
    for (const table of contractTables(drawOptions(seed, 1), (seed % 3) + 1)) {
      expect(checkContractTable(table).ok).toBe(true);
    }
  }
});
