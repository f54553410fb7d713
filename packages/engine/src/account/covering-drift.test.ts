// What a future that covers options counts for in the drift of marks: the payoffs of the options
// stay when the mark moves, so the largest loss of a collar moves as far as the future's value
// does, and the future's own weight holds both, whatever the options beside it weigh.
import { expect, test, vi } from 'vitest';
import { tablesWithFutures } from '../testing/covering-tables.ts';
import { TestEngine } from '../testing/test-engine.ts';
import { MarkDrift } from './mark-drift.ts';

const cases = [
  { family: 'BTC', index: 'btc_usd', currency: 'BTC', future: 190_000, options: 200 },
  { family: 'BTC_USDC', index: 'btc_usdc', currency: 'USDC', future: 20_000, options: 2_000 },
] as const;

test.each(cases)('$family: a collar moves with its future', (one) => {
  const { family, index, currency, future, options } = one;
  const venue = new TestEngine();
  venue.open(tablesWithFutures(true));
  const [own, other] = ['own', 'other'].map((name) => venue.account(name)) as [never, never];
  for (const account of [own, other]) venue.deposit(account, 1e13, currency);
  const { id } = venue.instrument(`${family}-25SEP26`);
  const weightOf = vi.spyOn(MarkDrift.prototype, 'weightOf');
  for (const [name, lots] of [
    [`${family}-25SEP26`, future],
    [`${family}-25SEP26-95000-P`, options],
    [`${family}-25SEP26-105000-C`, -options],
  ] as const) {
    const { id: each, tick } = venue.instrument(name);
    const views = venue.engine.query('instruments', {});
    const mark = views.find(({ instrument }) => instrument.id === each)?.mark?.markPrice ?? 0;
    const ticks = Math.round((mark * tick.den) / tick.num / 10) * 10;
    venue.place(other, each, lots > 0 ? 'sell' : 'buy', Math.abs(lots), ticks);
    venue.place(own, each, lots > 0 ? 'buy' : 'sell', Math.abs(lots), ticks);
  }
  const figures = (): readonly [equity: number, margin: number] => {
    const summary = venue.engine.query('account-summary', { accountId: own, currency });
    if (typeof summary === 'string') throw new Error(summary);
    return [summary.marginBalance, summary.initialMargin];
  };
  const before = figures();
  const call = weightOf.mock.calls.findLastIndex(
    ([, { account, instrument }]) => account.id === own && instrument.id === id,
  );
  const weight = weightOf.mock.results[call]?.value as number;
  weightOf.mockRestore();
  venue.index(index, 98_000);
  venue.curve(index, 98_000, 0.5);
  const after = figures();
  const equity = Math.abs(after[0] - before[0]);
  const margin = Math.abs(after[1] - before[1]);
  // Beyond what the future's own rate would move.
  expect(margin).toBeGreaterThan(0.9 * equity);
  const value = (price: number): number => (family === 'BTC' ? 1 / price : price);
  const share = Math.abs(value(98_000) / value(100_000) - 1);
  expect(weight * share).toBeGreaterThanOrEqual(equity + margin - 8);
});
