// A slice is sized by what it leaves: where offsets and whole lots keep a requirement from falling
// with the account, a share that would do for one that falls evenly does not.
import type { AccountId, Cash, LiquidationStepped } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { LiquidationVenue, providerOf } from '../testing/liquidation-venue.ts';
import { linearCall, markTicks } from '../testing/ratio-spread.ts';

const micros = 1e6;
const buffer = 0.15;

/**
 * Calls of 30 lots sold against 29 held at a higher strike, near the end of its margin. Of any
 * slice whole lots are taken of both, so that one lot stays unpaired and its whole charge with it.
 */
const spread = (): { venue: LiquidationVenue; provider: AccountId } => {
  const venue = new LiquidationVenue();
  venue.open();
  const own = venue.account('own');
  const other = venue.account('other');
  const provider = providerOf(venue);
  venue.deposit(own, 3_000 * micros, 'USDC');
  venue.deposit(other, 1e12, 'USDC');
  venue.deposit(provider, 1e12, 'USDC');
  const low = linearCall(venue, 100_000);
  const high = linearCall(venue, 105_000);
  venue.place(other, high.id, 'sell', 29, markTicks(venue, high));
  venue.place(own, high.id, 'buy', 29, markTicks(venue, high));
  venue.place(other, low.id, 'buy', 30, markTicks(venue, low));
  venue.place(own, low.id, 'sell', 30, markTicks(venue, low));
  const free = venue.engine.query('account-summary', { accountId: own, currency: 'USDC' });
  if (typeof free === 'string') throw new Error(free);
  const amount = Math.floor(free.availableFunds) as Cash;
  venue.apply({ type: 'withdraw', accountId: own, currency: 'USDC', amount, reference: 'all' });
  return { venue, provider };
};

/** The first slice that an answer takes; null where it takes none. */
const sliceFor = (shareMax: number): LiquidationStepped | null => {
  const { venue, provider } = spread();
  venue.index('btc_usdc', 109_500);
  venue.curve('btc_usdc', 109_500, 0.5);
  venue.seconds(1);
  const liquidationId = venue.of('liquidation-started')[0]?.liquidationId as number;
  const answer = { type: 'answer-liquidation', liquidationId, accountId: provider } as const;
  venue.apply({ ...answer, price: 0.98, shareMax });
  venue.seconds(5);
  return venue.of('liquidation-stepped')[0] ?? null;
};

const hasBuffer = (step: LiquidationStepped | null): boolean =>
  step !== null && step.after.marginEquity >= (1 + buffer) * step.after.maintenance;

test('a slice is as large as it must be for what is left to have its buffer', () => {
  const whole = sliceFor(1);
  if (whole === null) throw new Error('no slice');
  const { before, after, share } = whole;
  expect(hasBuffer(whole)).toBe(true);
  expect(share).toBeLessThan(1);
  // A thousandth less does not do: the search ends at an edge.
  expect(hasBuffer(sliceFor(share - 0.001))).toBe(false);

  // What would do, did maintenance margin fall with the share as equity does.
  const lost = (before.marginEquity - after.marginEquity) / share;
  const needed = (1 + buffer) * before.maintenance;
  const evenly = (needed - before.marginEquity) / (needed - lost);
  expect(evenly).toBeGreaterThan(0.1);
  expect(evenly).toBeLessThan(share);
  expect(hasBuffer(sliceFor(evenly))).toBe(false);
});
