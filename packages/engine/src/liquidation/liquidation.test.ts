// The waterfall on one small venue: who is noticed, in which order what happens, who pays, and that
// what was planned is what happened.
import type { AccountId, Event } from '@openstrike/domain';
import { expect, test } from 'vitest';
import {
  coin,
  LiquidationVenue,
  leveraged,
  perpetual,
  providerOf,
} from '../testing/liquidation-venue.ts';

test('warns at stated ratios before anything else', () => {
  const { venue, long } = leveraged(4_000_000);
  // 40 coins at 1.2 % of maintenance margin are 0.48; a fall of 1 % costs 0.404.
  venue.index('btc_usd', 99_000);
  venue.index('btc_usd', 98_850);
  const warned = venue.of('margin-warned').filter(({ accountId }) => accountId === long);
  expect(warned.map(({ level }) => level)).toEqual([1, 2]);
  expect(venue.of('liquidation-started')).toEqual([]);
});

test('an account below maintenance margin loses its risky orders at once, and no other', () => {
  const { venue, long, short } = leveraged(4_000_000);
  const { id } = venue.instrument(perpetual);
  venue.place(long, id, 'buy', 1, 197_000);
  venue.place(long, id, 'sell', 100, 203_000);
  venue.place(short, id, 'sell', 1, 204_000);
  venue.index('btc_usd', 98_000);
  expect(venue.of('liquidation-started')).toMatchObject([{ accountId: long }]);
  const cancelled = venue.of('order-changed').filter(({ cause }) => cause === 'cancelled');
  expect(cancelled).toMatchObject([
    { order: { accountId: long, side: 'buy', cancelReason: 'liquidation' } },
  ]);
});

test('hedges in the book while that helps, in small steps, flagged as liquidation', () => {
  const { venue, long, short } = leveraged(4_000_000);
  const { id } = venue.instrument(perpetual);
  venue.index('btc_usd', 98_500);
  venue.place(short, id, 'buy', 300_000, 196_990);
  venue.told.length = 0;
  venue.seconds(1);
  const [trade] = venue.of('trade');
  expect(trade).toMatchObject({ liquidation: 'taker', taker: { accountId: long, side: 'sell' } });
  // A tenth of what is bid near the mark.
  expect(trade?.sizeLots).toBe(30_000);
  const [step] = venue.of('liquidation-stepped');
  expect(step).toMatchObject({ kind: 'hedge', legs: [{ sizeLots: -30_000 }] });
});

test('sells a slice to the best sealed answer, up to the buffer', () => {
  const { venue, long } = leveraged(4_000_000);
  const low = providerOf(venue, 'low');
  const high = providerOf(venue, 'high');
  venue.index('btc_usd', 98_500);
  venue.seconds(1);
  const [phase] = venue.of('liquidation-phase-changed');
  expect(phase).toMatchObject({ phase: 'auction', accountId: long });
  const liquidationId = phase?.liquidationId as number;
  const answer = { type: 'answer-liquidation', liquidationId, shareMax: 1 } as const;
  venue.apply({ ...answer, accountId: low, price: 0.975 });
  venue.apply({ ...answer, accountId: high, price: 0.985 });
  const before = venue.equity(high);
  venue.seconds(2);
  expect(venue.of('liquidation-stepped')).toEqual([]);
  venue.seconds(1);
  const [step] = venue.of('liquidation-stepped');
  expect(step).toMatchObject({ kind: 'slice', providerId: high, price: 0.985 });
  expect(venue.equity(high) - before).toBeCloseTo(step?.discount ?? 0, -1);
  expect(venue.of('liquidation-ended')).toMatchObject([{ outcome: 'restored' }]);
  const after = step?.after;
  const ratio = (after?.marginEquity ?? 0) / (after?.maintenance ?? 1);
  // The buffer of 15 %, fee and discount paid.
  expect(ratio).toBeCloseTo(1.15, 2);
});

test('without answers a solvent account is closed at the marks, against the other side', () => {
  const { venue, long, short } = leveraged(4_000_000);
  venue.index('btc_usd', 98_500);
  const equity = venue.equity(long);
  venue.seconds(610);
  const [receipt] = venue.of('deleveraged');
  expect(receipt).toMatchObject({ accountId: short, charge: 0, sizeLots: 400_000 });
  expect(venue.of('liquidation-ended')).toMatchObject([{ outcome: 'closed' }]);
  expect(Math.abs(venue.balance(long) + 0 - equity)).toBeLessThan(coin);
  expect(Math.abs(venue.equity(long) - equity)).toBeLessThan(2_000);
});

test('a shortfall is paid by the fund, then by who gained most, then by all who gained', () => {
  const { venue, long, short } = leveraged(4_000_000);
  venue.apply({ type: 'seed-insurance', currency: 'BTC', amount: (coin / 10) as never });
  venue.index('btc_usd', 97_000);
  const owed = -venue.equity(long);
  expect(owed).toBeGreaterThan(coin / 10);
  venue.seconds(310);
  const [step] = venue.of('liquidation-stepped');
  expect(step).toMatchObject({ kind: 'deleveraging', fromFund: coin / 10 });
  expect(step?.after).toEqual({ marginEquity: 0, maintenance: 0, netEquity: 0 });
  const [receipt] = venue.of('deleveraged');
  expect(receipt?.accountId).toBe(short);
  expect(receipt?.charge).toBe(step?.fromDeleveraging);
  expect(venue.totals()).toEqual([0n, 0n, 0n]);
  expect(venue.engine.query('insurance', {})[0]).toMatchObject({ balance: 0, shortfall: 0 });
});

test('withdrawals wait while more is owing than the fund could pay', () => {
  const { venue, short } = leveraged(4_000_000);
  venue.index('btc_usd', 97_000);
  const withdrawal = { type: 'withdraw', accountId: short, currency: 'BTC', amount: 1 } as const;
  const asked = venue.apply({ ...withdrawal, reference: 'a' } as never);
  expect(asked).toMatchObject([{ type: 'command-rejected', code: 'withdrawals-paused' }]);
  venue.seconds(310);
  expect(venue.apply({ ...withdrawal, reference: 'b' } as never)).toMatchObject([
    { type: 'cash-changed', reason: 'withdrawal' },
  ]);
});

test('nobody is liquidated on a frozen index or a halted venue', () => {
  const { venue } = leveraged(4_000_000);
  venue.apply({ type: 'set-trading', scope: 'BTC', state: 'halted', reason: 'test' });
  venue.index('btc_usd', 97_000);
  venue.seconds(20);
  expect(venue.of('liquidation-started')).toEqual([]);
  venue.apply({ type: 'set-trading', scope: 'BTC', state: 'open', reason: 'test' });
  venue.index('btc_usd', 97_000);
  expect(venue.of('liquidation-started')).toHaveLength(1);
});

test('a hedge leg is deleveraged only when nobody else is left', () => {
  const venue = new LiquidationVenue();
  venue.open();
  const names = ['writer', 'hedged', 'outright', 'maker'];
  const [writer, hedged, outright, maker] = names.map((name) => {
    const id = venue.account(name);
    venue.deposit(id, name === 'writer' ? 12e9 : 1e12, 'USDC');
    return id;
  }) as [AccountId, AccountId, AccountId, AccountId];
  const calls = [...venue.instruments.values()]
    .filter(({ family, optionType }) => family === 'BTC_USDC' && optionType === 'call')
    .sort((a, b) => (a.strike as number) - (b.strike as number));
  const [low, high] = [calls[0], calls.at(-1)] as [(typeof calls)[0], (typeof calls)[0]];
  const markOf = (id: number): number => {
    const view = venue.engine.query('instruments', {}).find((one) => one.instrument.id === id);
    return Math.ceil((view?.mark?.markPrice ?? 0) / 10) * 10;
  };
  const trade = (buyer: AccountId, seller: AccountId, contract: typeof low, lots: number): void => {
    const ticks = markOf(contract.id);
    venue.place(seller, contract.id, 'sell', lots, ticks);
    venue.place(buyer, contract.id, 'buy', lots, ticks);
  };
  // The hedged account is long the low call against a short high one.
  trade(hedged, writer, low, 30);
  trade(outright, writer, low, 30);
  trade(maker, hedged, high, 30);
  venue.told.length = 0;
  for (let price = 100_000; price < 114_000; price += 500) venue.index('btc_usdc', price);
  const expiries = venue.expiries('btc_usdc').length;
  expect(expiries).toBeGreaterThan(0);
  venue.curve('btc_usdc', 114_000, 0.5);
  venue.seconds(1000);
  const receipts = venue.of('deleveraged');
  expect(new Set(receipts.map(({ accountId }) => accountId))).toEqual(new Set([hedged, outright]));
  expect(receipts.find(({ accountId }) => accountId === outright)?.unhedged).toBe(false);
  expect(receipts.find(({ accountId }) => accountId === hedged)?.unhedged).toBe(true);
});

test('on unchanged inputs the plan is what happens', () => {
  for (const price of [98_500, 98_000, 97_000]) {
    const { venue, long, short } = leveraged(4_000_000);
    venue.apply({ type: 'seed-insurance', currency: 'BTC', amount: 1e6 as never });
    venue.index('btc_usd', price);
    const { id } = venue.instrument(perpetual);
    venue.place(short, id, 'buy', 40_000, price * 2 - 10);
    venue.place(short, id, 'buy', 60_000, price * 2 - 100);
    const plan = venue.plan(long);
    venue.told.length = 0;
    venue.seconds(1_000);
    const steps = venue.of('liquidation-stepped');
    expect(steps.map(({ kind }) => kind)).toEqual(plan.steps.map(({ kind }) => kind));
    steps.forEach((step, i) => {
      expect(step.legs).toEqual(plan.steps[i]?.legs);
      // Funding goes on accruing, which no plan knows.
      const planned = plan.steps[i]?.after.netEquity ?? 0;
      expect(Math.abs(step.after.netEquity - planned)).toBeLessThan(2_000);
      expect(step.after.maintenance).toBe(plan.steps[i]?.after.maintenance);
    });
    expect(venue.of('liquidation-ended')[0]?.outcome).toBe(plan.outcome);
  }
});

test('a venue restored in the middle of a liquidation goes on as the other', () => {
  const { venue } = leveraged(4_000_000);
  providerOf(venue);
  venue.index('btc_usd', 98_500);
  venue.seconds(5);
  const copy = venue.copy();
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
  for (let i = 0; i < 620; i++) {
    venue.nowUs += 1_000_000;
    copy.nowUs += 1_000_000;
    expect(copy.apply({ type: 'pass-time' })).toEqual(venue.apply({ type: 'pass-time' }));
  }
  expect(copy.engine.stateHash()).toBe(venue.engine.stateHash());
});

test('who is warned does not depend on who has asked for figures', () => {
  const run = (marksBefore: number, curious: boolean): readonly Event[] => {
    const venue = new LiquidationVenue();
    venue.open();
    const [own, other] = [venue.account('own'), venue.account('other')];
    for (let i = 0; i < 20; i++) venue.account(`somebody ${i}`);
    for (const id of [own, other]) venue.deposit(id, 100_000_000);
    venue.deposit(own, 4_000_000_000, 'USDC');
    venue.deposit(other, 1_000_000_000_000, 'USDC');
    venue.apply({ type: 'change-margin-model', accountId: own, model: 'cross-standard' });
    const held = venue.instrument('BTC_USDC-PERPETUAL');
    const lots = (10 * held.lot.den) / held.lot.num;
    const ticks = (100_000 * held.tick.den) / held.tick.num;
    venue.place(other, held.id, 'sell', lots, ticks);
    venue.place(own, held.id, 'buy', lots, ticks);
    for (let i = 0; i < marksBefore; i++) venue.index('btc_usd', 100_000);
    // Bought and sold at once: nothing is held in bitcoin any more.
    const flat = venue.instrument(perpetual).id;
    venue.place(other, flat, 'sell', 10, 200_000);
    venue.place(own, flat, 'buy', 10, 200_000);
    venue.place(other, flat, 'buy', 10, 200_000);
    venue.place(own, flat, 'sell', 10, 200_000);
    for (let price = 99_000; price >= 91_000; price -= 1_000) venue.index('btc_usdc', price);
    expect(venue.of('margin-warned').map(({ accountId }) => accountId)).toContain(own);
    for (let i = 0; i < 4; i++) {
      venue.index('btc_usd', 100_000);
      if (curious) venue.equity(own);
    }
    return venue.told;
  };
  for (let before = 0; before < 4; before++) expect(run(before, true)).toEqual(run(before, false));
});

test('a kill switch takes the answers of a provider back, and lets it give no new one', () => {
  const { venue } = leveraged(4_000_000);
  const killed = providerOf(venue, 'killed');
  const other = providerOf(venue, 'other');
  venue.index('btc_usd', 98_500);
  venue.seconds(1);
  const liquidationId = venue.of('liquidation-started')[0]?.liquidationId as number;
  const answer = { type: 'answer-liquidation', liquidationId, shareMax: 0.01 } as const;
  for (const accountId of [killed, other]) venue.apply({ ...answer, accountId, price: 0.99 });
  const kill = { type: 'set-kill-switch', clientId: null, reason: 'test' } as const;
  const [, ...taken] = venue.apply({ ...kill, accountId: killed, engaged: true });
  expect(taken).toMatchObject([{ type: 'liquidation-answered', accountId: killed, shareMax: 0 }]);
  const again = venue.apply({ ...answer, accountId: killed, price: 1 });
  expect(again).toMatchObject([{ type: 'command-rejected', code: 'kill-switch' }]);
  venue.seconds(3);
  expect(venue.of('liquidation-stepped')).toMatchObject([{ providerId: other }]);
});

test('the clock of a liquidation stands while the whole venue is killed', () => {
  const { venue } = leveraged(4_000_000);
  const provider = providerOf(venue);
  venue.index('btc_usd', 98_500);
  venue.seconds(1);
  const liquidationId = venue.of('liquidation-started')[0]?.liquidationId as number;
  const kill = { type: 'set-kill-switch', accountId: null, clientId: null } as const;
  venue.apply({ ...kill, engaged: true, reason: 'test' });
  venue.seconds(700);
  expect(venue.of('deleveraged')).toEqual([]);
  venue.apply({ ...kill, engaged: false, reason: 'test' });
  const answer = { accountId: provider, liquidationId, price: 0.985, shareMax: 1 };
  venue.apply({ type: 'answer-liquidation', ...answer });
  venue.seconds(4);
  expect(venue.of('liquidation-stepped')).toMatchObject([{ kind: 'slice', providerId: provider }]);
});

test('a payment into the fund is booked once for each reference, whatever the fund has', () => {
  const { venue } = leveraged(4_000_000);
  const seed = { type: 'seed-insurance', currency: 'BTC', amount: coin as never } as const;
  const coded = (reference?: string): string | undefined => {
    const [event] = venue.apply(reference === undefined ? seed : { ...seed, reference });
    return event?.type === 'command-rejected' ? event.code : event?.type;
  };
  expect(coded()).toBe('insurance-changed');
  expect(coded()).toBe('insurance-funded');
  expect([coded('a'), coded('a'), coded('b')]).toEqual([
    'insurance-changed',
    'duplicate-reference',
    'insurance-changed',
  ]);
  expect(venue.engine.query('insurance', {})[0]).toMatchObject({ balance: 3 * coin });
  expect(venue.totals()).toEqual([0n, 0n, 0n]);
});
