// The plan is what happens: of random accounts under every margin model, beside random books, after
// random moves, while prices and books stay as they are and nobody answers the auction. Funding is
// off, since its accrual is a change of its own.
import type { AccountId, LiquidationPlan, MarginModel } from '@openstrike/domain';
import { marginModels } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiquidationVenue } from '../testing/liquidation-venue.ts';
import { testTables } from '../testing/test-tables.ts';

const coin = 1e8;
const dollar = 1e6;

/** Nothing is paid between longs and shorts, and perpetuals stand at their index. */
const tables = testTables.map((table) => ({
  ...table,
  families: table.families.map((family) =>
    family.perpetual === null
      ? family
      : {
          ...family,
          perpetual: { ...family.perpetual, fundingRateMax: 0, basisMax: 0 },
        },
  ),
}));

interface Story {
  readonly model: MarginModel;
  readonly long: boolean;
  /** Of the most that the model lets the account hold. */
  readonly coinsShare: number;
  readonly linearShare: number;
  readonly optionLots: number;
  readonly call: boolean;
  readonly move: number;
  readonly fundShare: number;
  /** Bids and offers: how far from the mark, and how many coins. */
  readonly levels: readonly (readonly [away: number, coins: number])[];
}

const stories: fc.Arbitrary<Story> = fc.record({
  model: fc.constantFrom(...marginModels),
  long: fc.boolean(),
  coinsShare: fc.double({ min: 0.3, max: 1, noNaN: true }),
  linearShare: fc.constantFrom(0, 0, 0.3, 0.9),
  optionLots: fc.integer({ min: -5, max: 5 }),
  call: fc.boolean(),
  move: fc.double({ min: 0.1, max: 1, noNaN: true }),
  fundShare: fc.constantFrom(0, 0.01, 1),
  levels: fc.array(
    fc.tuple(fc.double({ min: 0, max: 0.02, noNaN: true }), fc.integer({ min: 1, max: 40 })),
    { maxLength: 6 },
  ),
});

const isPortfolio = (model: MarginModel): boolean => model.endsWith('portfolio');

/** Buys (or sells) so many coins of a contract from somebody rich, if the model allows it. */
const trade = (
  venue: LiquidationVenue,
  own: AccountId,
  rich: AccountId,
  name: string,
  coins: number,
  price: number,
): void => {
  const { id, lot, tick, payoff, kind } = venue.instrument(name);
  const amount =
    payoff === 'inverse' && kind !== 'option' ? Math.abs(coins) * price : Math.abs(coins);
  const lots = Math.floor((amount * lot.den) / lot.num);
  const view = venue.engine.query('instruments', {}).find((one) => one.instrument.id === id);
  const mark = view?.mark?.markPrice ?? 0;
  const step = kind === 'option' ? 5 : 1;
  const ticks = Math.max(step, Math.round((mark * tick.den) / tick.num / step) * step);
  if (lots === 0) return;
  venue.place(rich, id, coins > 0 ? 'sell' : 'buy', lots, ticks);
  venue.place(own, id, coins > 0 ? 'buy' : 'sell', lots, ticks, { timeInForce: 'ioc' });
  venue.cancelAll(rich);
};

const setUp = (story: Story): { venue: LiquidationVenue; own: AccountId } => {
  const { model, long, coinsShare, linearShare, optionLots, call, move, levels } = story;
  const venue = new LiquidationVenue();
  venue.open(tables);
  const [own, rich, maker] = ['own', 'rich', 'maker'].map((name) => {
    const id = venue.account(name);
    venue.deposit(id, name === 'own' ? coin : 10_000 * coin);
    if (name !== 'own') venue.deposit(id, 1e9 * dollar, 'USDC');
    return id;
  }) as [AccountId, AccountId, AccountId];
  if (model !== 'segregated-standard') {
    venue.apply({ type: 'change-margin-model', accountId: own, model });
  }
  for (const [currency, unit] of [
    ['BTC', coin],
    ['USDC', 100_000 * dollar],
  ] as const) {
    const amount = Math.round(story.fundShare * unit);
    if (amount > 0) venue.apply({ type: 'seed-insurance', currency, amount: amount as never });
  }
  const side = long ? 1 : -1;
  const most = isPortfolio(model) ? 1.8 : 30;
  trade(venue, own, rich, 'BTC-PERPETUAL', side * most * coinsShare * (1 - linearShare), 100_000);
  trade(venue, own, rich, 'BTC_USDC-PERPETUAL', side * most * coinsShare * linearShare, 100_000);
  const option = [...venue.instruments.values()].find(
    ({ family, optionType }) => family === 'BTC' && optionType === (call ? 'call' : 'put'),
  );
  if (option !== undefined) trade(venue, own, rich, option.name, optionLots / 10, 100_000);
  const price = 100_000 * (1 - side * move * (isPortfolio(model) ? 0.5 : 0.06));
  for (const name of ['BTC-PERPETUAL', 'BTC_USDC-PERPETUAL']) {
    const { id, lot, tick, payoff } = venue.instrument(name);
    for (const [away, coins] of levels) {
      const amount = payoff === 'inverse' ? coins * price : coins;
      const lots = Math.floor((amount * lot.den) / lot.num);
      const ticks = Math.floor((price * (1 - side * away) * tick.den) / tick.num);
      venue.place(maker, id, long ? 'buy' : 'sell', lots, ticks);
    }
  }
  for (const name of ['btc_usd', 'btc_usdc'] as const) {
    venue.index(name, price);
    venue.curve(name, price, 0.5);
  }
  return { venue, own };
};

/** What happened, second by second, in the words of the plan. */
const happens = (
  venue: LiquidationVenue,
  seconds: number,
): Pick<LiquidationPlan, 'steps' | 'outcome'> => {
  const steps: LiquidationPlan['steps'][number][] = [];
  for (let second = 1; second <= seconds; second++) {
    venue.told.length = 0;
    venue.seconds(1);
    const conversions = venue
      .of('collateral-converted')
      .map(({ from, fromAmount, to, toAmount }) => ({ from, fromAmount, to, toAmount }));
    const [first, ...others] = venue.of('liquidation-stepped');
    if (first !== undefined) {
      const { kind, before, after, legs, fee } = first;
      const paid = (one: typeof first) => ({
        fromFund: one.fromFund,
        fromOthers: (one.fromDeleveraging + one.fromSocialised) as typeof fee,
      });
      steps.push({
        kind,
        afterSeconds: second,
        before,
        after,
        legs,
        fee,
        conversions,
        ...paid(first),
        elsewhere: others
          .map((one) => ({ currency: one.currency, ...paid(one) }))
          .filter((one) => one.fromFund + one.fromOthers > 0),
      });
    }
    const [ended] = venue.of('liquidation-ended');
    if (ended !== undefined) return { steps, outcome: ended.outcome };
  }
  return { steps, outcome: null };
};

test('on unchanged inputs the plan is what happens, to the unit and the second', () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(stories, (story) => {
      const { venue, own } = setUp(story);
      const started = venue.of('liquidation-started').find(({ accountId }) => accountId === own);
      const currency = started?.currency ?? 'BTC';
      const plan = venue.engine.query('liquidation-plan', { accountId: own, currency });
      if (typeof plan === 'string') throw new Error(plan);
      expect(plan.phase === null).toBe(started === undefined);
      if (started === undefined) {
        expect(plan.steps).toEqual([]);
        return;
      }
      const { steps, outcome } = happens(venue, 1_000);
      expect({ steps, outcome }).toEqual({ steps: plan.steps, outcome: plan.outcome });
      outcomes.add(`${story.model} ${outcome} ${steps.map(({ kind }) => kind).at(-1)}`);
    }),
  );
  // The stories meet every way that a liquidation can go.
  expect([...outcomes].some((one) => one.includes('restored hedge'))).toBe(true);
  expect([...outcomes].some((one) => one.includes('closed deleveraging'))).toBe(true);
  expect(new Set([...outcomes].map((one) => one.split(' ')[0]))).toEqual(new Set(marginModels));
});
