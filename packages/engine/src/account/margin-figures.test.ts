import { createMatcher } from '@openstrike/book';
import type { AccountId, Instrument } from '@openstrike/domain';
import { describe, expect, it } from 'vitest';
import { loadState } from '../snapshot/load-state.ts';
import type { AccountRecord, EngineState } from '../state.ts';
import { TestEngine } from '../testing/test-engine.ts';
import { marginFiguresAfter, marginFiguresOf } from './margin-figures.ts';

const stateOf = (test: TestEngine): EngineState => loadState(test.engine.snapshot(), createMatcher);

const accountOf = (state: EngineState, id: AccountId): AccountRecord =>
  state.accounts[id] as AccountRecord;

/** Two accounts with a bitcoin each, and one who sold the other an option. */
const start = (): { test: TestEngine; own: AccountId; other: AccountId; put: Instrument } => {
  const test = new TestEngine();
  test.open();
  const own = test.account('own');
  const other = test.account('other');
  for (const id of [own, other]) {
    test.deposit(id, 100_000_000);
    test.deposit(id, 1_000_000_000_000, 'USDC');
  }
  const put = [...test.instruments.values()].find(
    ({ optionType, strike, payoff }) =>
      optionType === 'put' && strike === 100_000 && payoff === 'inverse',
  );
  if (put === undefined) throw new Error('no put at the money');
  test.place(other, put.id, 'buy', 5, 200);
  test.place(own, put.id, 'sell', 5, 200);
  return { test, own, other, put };
};

describe('margin figures', () => {
  it('are those of the account summary', () => {
    const { test, own } = start();
    const state = stateOf(test);
    const figures = marginFiguresOf(state, accountOf(state, own), 0);
    const summary = test.engine.query('account-summary', { accountId: own, currency: 'BTC' });
    if (typeof summary === 'string') throw new Error(summary);
    expect(figures.maintenanceMargin).toBeGreaterThan(0);
    expect(figures.equity).toBe(summary.marginBalance);
    expect(figures.initialMargin).toBe(summary.initialMargin);
    expect(figures.maintenanceMargin).toBe(summary.maintenanceMargin);
  });

  it('after a trade are what they become by it', () => {
    for (const name of ['put', 'BTC-PERPETUAL', 'linear']) {
      const { test, own, other, put } = start();
      const linear = [...test.instruments.values()].find(
        ({ optionType, payoff }) => optionType === 'call' && payoff === 'linear',
      );
      const instrument = name === 'put' ? put : name === 'linear' ? linear : test.instrument(name);
      if (instrument === undefined) throw new Error(`no ${name}`);
      const no = instrument.settlementCurrency === 'USDC' ? 2 : 0;
      const before = stateOf(test);
      const mark = before.marks.markPrice[instrument.id] as number;
      const ticks = Math.round((mark * instrument.tick.den) / instrument.tick.num / 10) * 10;
      test.place(other, instrument.id, 'buy', 20, ticks);
      const balance = (state: EngineState): number =>
        marginFiguresOf(state, accountOf(state, own), no).equity;
      const was = balance(stateOf(test));
      const events = test.place(own, instrument.id, 'sell', 20, ticks);
      expect(events.some(({ type }) => type === 'trade')).toBe(true);
      const after = stateOf(test);
      const predicted = marginFiguresAfter(before, accountOf(before, own), no, [
        { instrumentId: instrument.id, lots: -20, cash: balance(after) - was },
      ]);
      expect(predicted).toEqual(marginFiguresOf(after, accountOf(after, own), no));
    }
  });

  it('leave the account as it was', () => {
    const { test, own, put } = start();
    const state = stateOf(test);
    const account = accountOf(state, own);
    const before = marginFiguresOf(state, account, 0);
    const changes = [{ instrumentId: put.id, lots: -10, cash: 5 }];
    expect(marginFiguresAfter(state, account, 0, changes).maintenanceMargin).toBeGreaterThan(
      before.maintenanceMargin,
    );
    expect(marginFiguresOf(state, account, 0)).toEqual(before);
  });
});

it('what was closed leaves nothing behind, so that a restart changes no margin', () => {
  const { test, own, other } = start();
  const linear = (type: 'call' | 'put', strike: number): Instrument =>
    [...test.instruments.values()].find(
      (each) => each.payoff === 'linear' && each.optionType === type && each.strike === strike,
    ) as Instrument;
  const trade = (buyer: AccountId, seller: AccountId, contract: Instrument, lots: number): void => {
    const { id, tick } = contract;
    const view = test.engine
      .query('instruments', {})
      .find(({ instrument }) => instrument.id === id);
    const ticks = Math.round(((view?.mark?.markPrice ?? 0) * tick.den) / tick.num / 100) * 100;
    test.place(buyer, id, 'buy', lots, ticks);
    test.place(seller, id, 'sell', lots, ticks);
  };
  trade(own, other, linear('put', 100_000), 30);
  trade(other, own, linear('put', 95_000), 30);
  trade(other, own, linear('call', 95_000), 1);
  trade(own, other, linear('call', 105_000), 1);
  trade(other, own, linear('call', 105_000), 1);
  const positions = test.engine.query('positions', { accountId: own });
  const held = positions.filter(({ sizeLots }) => sizeLots !== 0);
  expect(held.length).toBe(4);
  const parameters = { accountId: own, currency: 'USDC' } as const;
  const live = test.engine.query('account-summary', parameters);
  expect(test.copy().engine.query('account-summary', parameters)).toEqual(live);
});
