// Margin models in the running engine: what each counts, when it may be changed, and that the
// pre-trade check holds what a position will need.
import type { AccountId, AccountSummary, Currency, MarginModel } from '@openstrike/domain';
import { usPerDay, usPerHour, usPerSecond } from '@openstrike/domain';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine.ts';
import { TestEngine } from '../testing/test-engine.ts';

const start = (): { test: TestEngine; own: AccountId; other: AccountId } => {
  const test = new TestEngine();
  test.open();
  const own = test.account('own');
  const other = test.account('other');
  for (const id of [own, other]) {
    test.deposit(id, 1_000_000_000);
    test.deposit(id, 1_000_000_000_000, 'USDC');
  }
  return { test, own, other };
};

const change = (test: TestEngine, accountId: AccountId, model: MarginModel): string => {
  const [event] = test.apply({ type: 'change-margin-model', accountId, model });
  return event?.type === 'command-rejected' ? event.code : (event?.type ?? 'nothing');
};

const summary = (test: TestEngine, accountId: AccountId, currency: Currency): AccountSummary => {
  const answer = test.engine.query('account-summary', { accountId, currency });
  if (typeof answer === 'string') throw new Error(answer);
  return answer;
};

const trade = (
  test: TestEngine,
  buyer: AccountId,
  seller: AccountId,
  name: string,
  lots: number,
  ticks: number,
): boolean => {
  const { id } = test.instrument(name);
  test.place(buyer, id, 'buy', lots, ticks);
  return test.place(seller, id, 'sell', lots, ticks).some(({ type }) => type === 'trade');
};

const option = (test: TestEngine, kind: 'C' | 'P', strike: number, linear = false): string => {
  const prefix = linear ? 'BTC_USDC-' : 'BTC-';
  const names = [...test.instruments.keys()].filter(
    (name) => name.startsWith(prefix) && name.endsWith(`-${strike}-${kind}`),
  );
  return names.at(-1) ?? 'none';
};

const ticksAtMark = (test: TestEngine, name: string): number => {
  const { id, tick, tickSteps } = test.instrument(name);
  const view = test.engine.query('instruments', {}).find(({ instrument }) => instrument.id === id);
  const ticks = Math.round(((view?.mark?.markPrice ?? 0) * tick.den) / tick.num);
  const step = tickSteps.filter(({ aboveTicks }) => ticks > aboveTicks).at(-1)?.multiple ?? 1;
  return Math.round(ticks / step) * step;
};

describe('margin models', () => {
  it('net a spread that standard margin of coin-settled options adds up', () => {
    const { test, own, other } = start();
    for (const kind of ['C', 'P'] as const) {
      const name = option(test, kind, 100_000);
      expect(trade(test, other, own, name, 20, ticksAtMark(test, name))).toBe(true);
    }
    const perpetual = 'BTC-PERPETUAL';
    expect(trade(test, other, own, perpetual, 1000, 200_000)).toBe(true);
    const standard = summary(test, own, 'BTC');
    expect(change(test, own, 'segregated-portfolio')).toBe('account-changed');
    const portfolio = summary(test, own, 'BTC');
    expect(portfolio.marginModel).toBe('segregated-portfolio');
    expect(portfolio.maintenanceMargin).toBeGreaterThan(0);
    expect(portfolio.initialMargin).toBeGreaterThan(portfolio.maintenanceMargin);
    expect(portfolio.initialMargin).not.toBe(standard.initialMargin);
    expect(portfolio.marginBalance).toBe(portfolio.equity);
  });

  it('under cross count every currency after haircuts, in whatever currency is asked', () => {
    const { test, own } = start();
    expect(change(test, own, 'cross-standard')).toBe('account-changed');
    // 10 BTC at 100,000 less 7 %, and a million USDC.
    const usd = 10 * 100_000 * 0.93 + 1_000_000;
    expect(summary(test, own, 'USDC').marginBalance).toBe(usd * 1e6);
    expect(summary(test, own, 'BTC').marginBalance).toBe((usd / 100_000) * 1e8);
    // The initial margin takes half the haircut more.
    expect(summary(test, own, 'USDC').initialMargin).toBe(10 * 100_000 * 0.035 * 1e6);
    expect(summary(test, own, 'ETH').marginBalance).toBe(0);
  });

  it('under cross let one currency carry what another has not', () => {
    const { test, own, other } = start();
    test.apply({
      type: 'withdraw',
      accountId: own,
      currency: 'BTC',
      amount: 1_000_000_000 as never,
      reference: 'all',
    });
    const name = option(test, 'C', 100_000);
    const ticks = ticksAtMark(test, name);
    expect(trade(test, own, other, name, 5, ticks)).toBe(false);
    expect(change(test, own, 'cross-portfolio')).toBe('account-changed');
    // The other side's order still rests.
    const bought = test.place(own, test.instrument(name).id, 'buy', 5, ticks);
    expect(bought.some(({ type }) => type === 'trade')).toBe(true);
    expect(summary(test, own, 'BTC').balance).toBeLessThan(0);
    // Alone, bitcoin would be in debt: the way back is closed.
    expect(change(test, own, 'segregated-standard')).toBe('insufficient-funds');
  });

  it('are refused where they are in force, or would lack margin', () => {
    const { test, own, other } = start();
    expect(change(test, own, 'segregated-standard')).toBe('nothing-to-change');
    expect(change(test, 99 as AccountId, 'cross-standard')).toBe('unknown-account');
    const before = test.engine.query('margin-model', {
      accountId: other,
      model: 'cross-portfolio',
    });
    expect(before).toHaveLength(2);
    expect(summary(test, other, 'BTC').marginModel).toBe('segregated-standard');
  });

  it('hold open orders at their worst fill, and give all back when they are gone', () => {
    const { test, own } = start();
    change(test, own, 'segregated-portfolio');
    const name = option(test, 'C', 100_000);
    const { id } = test.instrument(name);
    const ticks = ticksAtMark(test, name);
    test.place(own, id, 'sell', 10, ticks + 20);
    const held = summary(test, own, 'BTC');
    expect(held.openOrdersMargin).toBeGreaterThan(0);
    expect(held.initialMargin).toBe(held.openOrdersMargin);
    const estimate = test.engine.query('order-margin', {
      accountId: own,
      instrumentId: id,
      sizeLots: 10 as never,
      priceTicks: (ticks + 20) as never,
    });
    test.place(own, id, 'sell', 10, ticks + 20);
    if (typeof estimate === 'string') throw new Error(estimate);
    const both = summary(test, own, 'BTC').initialMargin;
    expect(Math.abs(both - held.initialMargin - estimate.sell)).toBeLessThanOrEqual(1);
    test.cancelAll(own);
    expect(summary(test, own, 'BTC').initialMargin).toBe(0);
  });

  it('refuse what the available funds do not carry, and let risk be reduced', () => {
    const { test, own, other } = start();
    change(test, own, 'segregated-portfolio');
    const name = option(test, 'C', 100_000);
    const { id } = test.instrument(name);
    const ticks = ticksAtMark(test, name);
    test.place(other, id, 'buy', 3000, ticks);
    const refused = test.place(own, id, 'sell', 3000, ticks);
    expect(refused).toMatchObject([{ type: 'command-rejected', code: 'insufficient-funds' }]);
    expect(test.place(own, id, 'sell', 300, ticks).some(({ type }) => type === 'trade')).toBe(true);
    test.index('btc_usd', 140_000);
    test.curve('btc_usd', 140_000, 0.5);
    expect(summary(test, own, 'BTC').availableFunds).toBeLessThan(0);
    const now = ticksAtMark(test, name);
    const closing = test.place(own, id, 'buy', 100, now);
    expect(closing[0]?.type).toBe('order-changed');
  });

  it('charge an uncertain oracle and a broken peg to the initial margin alone', () => {
    const { test, own, other } = start();
    change(test, own, 'segregated-portfolio');
    const name = option(test, 'C', 100_000, true);
    expect(trade(test, other, own, name, 100, ticksAtMark(test, name))).toBe(true);
    const sure = summary(test, own, 'USDC');
    const price = 100_000_000_000 as never;
    test.apply({
      type: 'set-index',
      indexName: 'btc_usdc',
      price,
      status: 'flagged',
      confidence: 0.5,
      constituents: [],
    });
    const unsure = summary(test, own, 'USDC');
    expect(unsure.initialMargin).toBeGreaterThan(sure.initialMargin);
    expect(unsure.maintenanceMargin).toBe(sure.maintenanceMargin);
    test.index('btc_usdc', 100_000);
    expect(summary(test, own, 'USDC').initialMargin).toBe(sure.initialMargin);
    // A dollar index of 97,000 beside it: the stablecoin is worth 97 cents.
    test.index('btc_usd', 97_000);
    const broken = summary(test, own, 'USDC');
    expect(broken.initialMargin).toBeGreaterThan(sure.initialMargin);
  });

  it('stand between a delivery and the next marks of its index, and after a restart', () => {
    const { test, own, other } = start();
    change(test, own, 'cross-portfolio');
    const name = option(test, 'C', 100_000);
    expect(trade(test, other, own, name, 20, ticksAtMark(test, name))).toBe(true);
    const eightUs = Math.ceil((test.nowUs - 8 * usPerHour) / usPerDay) * usPerDay + 8 * usPerHour;
    test.nowUs = eightUs - usPerSecond;
    for (const indexName of ['btc_usd', 'btc_usdc'] as const) test.index(indexName, 100_000);
    const before = summary(test, own, 'BTC').maintenanceMargin;
    test.nowUs = eightUs + usPerSecond / 5;
    // Delivers the day's options of the other index, which waits for its own value to be marked.
    const delivered = test
      .index('btc_usdc', 100_000)
      .filter((event) => event.type === 'instrument-state-changed' && event.state === 'delivered');
    expect(delivered.length).toBeGreaterThan(4);
    const after = summary(test, own, 'BTC');
    expect(after.maintenanceMargin / before).toBeCloseTo(1, 3);
    const again = createEngine();
    again.restore(test.engine.snapshot());
    const parameters = { accountId: own, currency: 'BTC' } as const;
    expect(again.query('account-summary', parameters)).toEqual(after);
  });
});
