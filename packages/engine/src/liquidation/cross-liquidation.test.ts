// Cross accounts in liquidation: one liquidation over all currencies, each step judged by the whole
// account, and a fund that pays only what the whole account lacks.
import type { AccountId, Cash, Currency, Event, EventType } from '@openstrike/domain';
import { currencies } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { LiquidationVenue } from '../testing/liquidation-venue.ts';

type Of<Type extends EventType> = Extract<Event, { type: Type }>;

class Venue extends LiquidationVenue {
  /** Both indexes of bitcoin. */
  say(price: number): void {
    this.index('btc_usd', price);
    this.index('btc_usdc', price);
  }

  seed(currency: Currency, amount: number): void {
    this.apply({ type: 'seed-insurance', currency, amount: amount as Cash });
  }

  /** A trade in coins. */
  trade(buyer: AccountId, seller: AccountId, name: string, coins: number, price: number): void {
    const { id, lot, tick, payoff } = this.instrument(name);
    const amount = payoff === 'inverse' ? coins * price : coins;
    const lots = Math.round((amount * lot.den) / lot.num);
    const ticks = Math.round((price * tick.den) / tick.num);
    this.place(seller, id, 'sell', lots, ticks);
    this.place(buyer, id, 'buy', lots, ticks);
  }

  fund(currency: Currency): number {
    const funds = this.engine.query('insurance', {});
    return funds.find((one) => one.currency === currency)?.balance ?? 0;
  }
}

const coin = 1e8;
const dollar = 1e6;
const linear = 'BTC_USDC-PERPETUAL';

const open = (coins: number, dollars = 0): { venue: Venue; owner: AccountId; rich: AccountId } => {
  const venue = new Venue();
  venue.open();
  const owner = venue.account('owner');
  const rich = venue.account('rich');
  venue.deposit(owner, coins * coin);
  if (dollars > 0) venue.deposit(owner, dollars * dollar, 'USDC');
  venue.deposit(rich, 1000 * coin);
  venue.deposit(rich, 50_000_000 * dollar, 'USDC');
  venue.apply({ type: 'change-margin-model', accountId: owner, model: 'cross-standard' });
  return { venue, owner, rich };
};

/** The ratio of equity to maintenance margin rises, or nothing is needed any more. */
const helps = ({ before, after }: Of<'liquidation-stepped'>): boolean =>
  (after.maintenance === 0 && after.netEquity >= 0) ||
  (before.netEquity > 0
    ? after.marginEquity * before.maintenance > before.marginEquity * after.maintenance
    : after.netEquity > before.netEquity && after.maintenance <= before.maintenance);

test('an account is liquidated once over all its currencies', () => {
  const { venue, owner, rich } = open(1, 1_000);
  venue.trade(owner, rich, linear, 10, 100_000);
  venue.trade(owner, rich, 'BTC-PERPETUAL', 5, 100_000);
  venue.say(97_000);
  venue.say(94_700);
  const started = venue.of('liquidation-started').filter(({ accountId }) => accountId === owner);
  expect(started).toHaveLength(1);
  // Where it owes the most.
  expect(started[0]?.currency).toBe('USDC');
  venue.seconds(620);
  const instruments = venue.of('deleveraged').map(({ instrumentId }) => instrumentId);
  expect(new Set(instruments).size).toBe(2);
  expect(venue.of('liquidation-stepped').every(helps)).toBe(true);
  expect(venue.of('liquidation-ended')).toMatchObject([{ outcome: 'closed' }]);
});

test('the fund pays nothing for a debt that other currencies cover', () => {
  const { venue, owner, rich } = open(2);
  venue.seed('USDC', 100_000 * dollar);
  venue.trade(owner, rich, linear, 13, 100_000);
  venue.say(88_000);
  expect(venue.equity(owner, 'USDC')).toBeLessThan(-150_000 * dollar);
  venue.seconds(620);
  const ended = venue.of('liquidation-ended');
  expect(ended).toMatchObject([{ outcome: 'closed' }]);
  expect(ended[0]?.state.netEquity).toBeGreaterThan(0);
  expect(venue.of('collateral-converted')).toEqual([]);
  expect(venue.fund('USDC')).toBe(100_000 * dollar);
  expect(venue.equity(owner, 'USDC')).toBeLessThan(-150_000 * dollar);
  expect(venue.equity(owner, 'BTC')).toBe(2 * coin);
});

test('collateral is converted at the index less its haircut before the fund pays the rest', () => {
  const { venue, owner, rich } = open(1);
  venue.seed('USDC', 200_000 * dollar);
  venue.trade(owner, rich, linear, 10, 100_000);
  venue.say(90_000);
  const owed = 0 - venue.equity(owner, 'USDC');
  venue.seconds(320);
  const [conversion] = venue.of('collateral-converted');
  const worth = 90_000 * dollar * 0.93;
  expect(conversion).toMatchObject({ from: 'BTC', fromAmount: coin, to: 'USDC' });
  expect(conversion?.toAmount).toBeCloseTo(worth, -1);
  const step = venue.of('liquidation-stepped').find(({ fromFund }) => fromFund > 0);
  // Funding accrues meanwhile.
  expect(Math.abs((step?.fromFund ?? 0) - (owed - worth))).toBeLessThan(10 * dollar);
  expect(step?.fromDeleveraging).toBe(0);
  for (const currency of currencies) {
    expect(Math.abs(venue.equity(owner, currency))).toBe(0);
  }
  expect(venue.fund('BTC')).toBe(coin);
  const paid = (conversion?.toAmount ?? 0) + (step?.fromFund ?? 0);
  expect(venue.fund('USDC')).toBe(200_000 * dollar - paid);
});

test('a fund too small for conversions to help pays the debt, and none stands beside it', () => {
  const { venue, owner, rich } = open(1);
  venue.seed('USDC', 1_000 * dollar);
  const late = venue.account('late');
  venue.deposit(late, 50_000_000 * dollar, 'USDC');
  venue.trade(owner, rich, linear, 10, 100_000);
  venue.say(90_000);
  // Who gained is gone, and who holds the other side now has gained nothing that could be charged.
  venue.trade(rich, late, linear, 10, 90_000);
  venue.seconds(620);
  expect(venue.of('collateral-converted')).toEqual([]);
  const step = venue.of('liquidation-stepped').find(({ fromFund }) => fromFund > 0);
  expect(step).toMatchObject({ kind: 'deleveraging', fromFund: 1_000 * dollar });
  expect(helps(step as Of<'liquidation-stepped'>)).toBe(true);
  expect(venue.of('liquidation-ended')).toMatchObject([{ outcome: 'debt' }]);
  expect(venue.fund('USDC')).toBe(0);
});

test('coins that the fund took stay its own, and pay debts in coins', () => {
  const { venue, owner, rich } = open(1);
  venue.seed('USDC', 200_000 * dollar);
  venue.trade(owner, rich, linear, 10, 100_000);
  venue.say(90_000);
  venue.seconds(320);
  const [conversion] = venue.of('collateral-converted');
  const given = (conversion?.toAmount ?? 0) / dollar;
  expect((90_000 * venue.fund('BTC')) / coin - given).toBeCloseTo(0.07 * 90_000, 0);

  // Nothing of it is sold: it is there for whoever owes coins, as a seeded fund would be.
  const other = venue.account('other');
  venue.deposit(other, coin);
  venue.trade(other, rich, 'BTC-PERPETUAL', 40, 90_000);
  venue.told.length = 0;
  venue.say(87_000);
  const owed = 0 - venue.equity(other);
  expect(owed).toBeGreaterThan(0.3 * coin);
  venue.seconds(320);
  const step = venue.of('liquidation-stepped').find(({ fromFund }) => fromFund > 0);
  expect(step).toMatchObject({ accountId: other, currency: 'BTC', fromDeleveraging: 0 });
  expect(Math.abs((step?.fromFund ?? 0) - owed)).toBeLessThan(0.001 * coin);
  expect(venue.fund('BTC')).toBe(coin - (step?.fromFund ?? 0));
  const [ended] = venue.of('liquidation-ended');
  expect(ended).toMatchObject({ accountId: other, outcome: 'closed' });
});

test('collateral goes at the index less its haircut before the fund pays the rest', () => {
  const { venue, owner, rich } = open(1);
  venue.trade(owner, rich, linear, 10, 100_000);
  venue.say(90_000);
  const owed = 0 - venue.equity(owner, 'USDC');
  venue.seconds(320);
  const charged = venue.of('deleveraged').reduce((sum, { charge }) => sum + charge, 0);
  const lacking = owed - 90_000 * dollar * 0.93;
  expect(Math.abs(charged - lacking)).toBeLessThan(10 * dollar);
  // The rest of the debt stands against the coin that is left.
  expect(venue.equity(owner, 'BTC')).toBe(coin);
  expect(venue.equity(owner, 'USDC')).toBeCloseTo(charged - owed, -8);
  const [ended] = venue.of('liquidation-ended');
  expect(ended?.outcome).toBe('closed');
  expect(Math.abs(ended?.state.netEquity ?? 1)).toBeLessThanOrEqual(1_000);
});

test('a slice is of every currency, and its provider keeps its margin in each', () => {
  const { venue, owner, rich } = open(1, 1_000);
  venue.trade(owner, rich, linear, 10, 100_000);
  venue.trade(owner, rich, 'BTC-PERPETUAL', 5, 100_000);
  const provider = venue.account('provider');
  venue.deposit(provider, 100 * coin);
  venue.apply({ type: 'set-provider', accountId: provider, provider: true });
  venue.say(94_700);
  venue.seconds(2);
  const [{ liquidationId }] = venue.of('liquidation-started') as [Of<'liquidation-started'>];
  const answer = { accountId: provider, liquidationId, price: 0.99, shareMax: 1 };
  venue.apply({ type: 'answer-liquidation', ...answer });
  venue.seconds(5);
  // It has no dollars to carry the linear leg with.
  expect(venue.of('liquidation-stepped')).toEqual([]);
  venue.deposit(provider, 1_000_000 * dollar, 'USDC');
  venue.seconds(1);
  const [step] = venue.of('liquidation-stepped');
  expect(step).toMatchObject({ kind: 'slice', providerId: provider });
  expect(step?.legs).toHaveLength(2);
  expect(helps(step as Of<'liquidation-stepped'>)).toBe(true);
  expect(venue.of('liquidation-ended')).toMatchObject([{ outcome: 'restored' }]);
});

test('the plan of a cross account is what happens, whatever currency it is asked in', () => {
  const { venue, owner, rich } = open(1);
  venue.seed('USDC', 90_000 * dollar);
  venue.trade(owner, rich, linear, 10, 100_000);
  venue.trade(owner, rich, 'BTC-PERPETUAL', 1, 100_000);
  venue.say(90_000);
  const plan = venue.plan(owner, 'BTC');
  expect(plan).toEqual(venue.plan(owner, 'USDC'));
  venue.told.length = 0;
  venue.seconds(320);
  const steps = venue.of('liquidation-stepped').filter(({ legs }) => legs.length > 0);
  expect(steps.map(({ kind, legs }) => ({ kind, legs }))).toEqual(
    plan.steps.map(({ kind, legs }) => ({ kind, legs })),
  );
  const told = venue.of('collateral-converted').map(({ from, to }) => [from, to]);
  const planned = plan.steps.flatMap(({ conversions }) => conversions);
  expect(told).toEqual(planned.map(({ from, to }) => [from, to]));
  expect(venue.of('liquidation-ended')[0]?.outcome).toBe(plan.outcome);
});
