// A cross account that owes dollars against bitcoin loses both: the auditor holds how its debt is
// covered, and finds each way of covering it wrongly.
import { expect, test } from 'vitest';
import type { Coverage } from '../coverage.ts';
import { type Plant, soundPlant } from '../plant.ts';
import { AuditedStage } from '../testing/audited-stage.ts';
import { crossBugs } from '../testing/planted-bugs.ts';
import { Violation } from './violation.ts';

/** One coin against ten bought on the stablecoin, and a fall that takes more than the coin. */
const play = (plant: Plant): Coverage => {
  const stage = new AuditedStage(plant);
  const currency = 'USDC' as const;
  stage.apply({ type: 'seed-insurance', currency, amount: 200_000e6 as never });
  const owner = stage.account('owner', { BTC: 1e8 });
  const other = stage.account('other', { USDC: 5_000_000e6 });
  stage.apply({ type: 'change-margin-model', accountId: owner, model: 'cross-standard' });
  stage.trade(owner, other, 'BTC_USDC-PERPETUAL', 10, 100_000);
  stage.say(90_500);
  stage.seconds(320);
  return stage.coverage;
};

test('collateral is converted before the fund pays what the whole account lacks', () => {
  const coverage = play(soundPlant);
  expect(coverage.of('liquidation', 'collateral converted')).toBe(1);
  expect(coverage.of('liquidation', 'paid by the fund')).toBe(1);
  expect(coverage.of('liquidation', 'ended closed')).toBe(1);
});

test.each(Object.entries(crossBugs))('%s', (_, plant) => {
  expect(() => play(plant)).toThrow(Violation);
});
