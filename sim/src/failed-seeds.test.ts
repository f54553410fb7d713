// Runs that once failed, each by the name of what was wrong. What a seed draws changes with the
// options, so the fault itself has a test beside its own source; the run stays as a watch.
import { expect, test } from 'vitest';
import { reportLines } from './report.ts';
import { drawOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';

const failed = [
  { name: 'no orders held a margin of minus one unit', seed: 3028, minutes: 0.2 },
  {
    name: 'a sweep past an own order filled a reduce-only order beyond its position',
    seed: 105,
    minutes: 0.2,
  },
  {
    name: 'a restored client key told null for a number that is not finite',
    seed: 2,
    minutes: 0.2,
  },
  {
    name: "a liquidation's order was taken for the one that the command placed",
    seed: 13,
    minutes: 0.5,
  },
  {
    name: 'a stale forward seconds before an expiry listed strikes of billions for the next',
    seed: 234,
    minutes: 0.25,
  },
  { name: 'a call auction lost volume to self-trades and stayed crossed', seed: 5, minutes: 0.4 },
  { name: 'each second of an auction rounded funding once more', seed: 15, minutes: 0.5 },
  { name: 'a call auction did not trigger the protection it reached', seed: 1073, minutes: 0.3 },
  { name: 'a mean of fewer prints weighed them a little over one', seed: 1184, minutes: 0.3 },
  { name: 'a clock set back made every simulated venue quote no price', seed: 300, minutes: 0.5 },
  {
    name: 'a portfolio margin lost the expiries of an index after a delivery',
    seed: 7,
    minutes: 0.3,
  },
  {
    name: 'after a delivery a portfolio margin took other forwards than the marks had',
    seed: 3017,
    minutes: 0.3,
  },
  {
    name: 'who was warned depended on who had asked for figures',
    seed: 4107,
    minutes: 0.3,
  },
  {
    name: 'a slice counted cash of a cross account in full, though it is collateral less a haircut',
    seed: 10050,
    minutes: 0.3,
  },
  {
    name: 'options held no more enlarged the largest loss of their expiry',
    seed: 20087,
    minutes: 0.3,
  },
  {
    name: 'a debt that nobody could bear was told as a step that changed nothing',
    seed: 40045,
    minutes: 0.3,
  },
  {
    name: 'exercised options closed no future whose family was listed anew in between',
    seed: 50762,
    minutes: 0.3,
  },
  {
    name: 'an option without a mark kept the value it had when somebody last asked',
    seed: 90_049,
    minutes: 0.3,
  },
  {
    name: 'a slice sized as if margins shrank evenly stopped short of the buffer',
    seed: 8,
    minutes: 2,
  },
  {
    name: 'with new tables, what a cross account kept of another currency was of the old ones',
    seed: 100_084,
    minutes: 0.3,
  },
  {
    name: 'conversions that helped nobody kept a small fund from paying a debt',
    seed: 7009,
    minutes: 0.2,
  },
  {
    name: 'options that waited for their delivery price over a settlement were judged from it on',
    seed: 50,
    minutes: 4,
  },
  {
    name: 'lots closed out were judged with the funding of the time since the last mark',
    seed: 143,
    minutes: 5,
  },
];

test.each(failed)('seed $seed: $name', async ({ seed, minutes }) => {
  const report = await simulate(drawOptions(seed, minutes));
  expect(report.failure, reportLines(report, 1).join('\n')).toBeNull();
});
