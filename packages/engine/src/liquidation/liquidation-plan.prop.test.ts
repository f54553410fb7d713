// The plan is what happens: of random accounts under every margin model, beside random books, after
// random moves, while prices and books stay as they are and nobody answers the auction; and what a
// plan says of a move before it is what happens after it. Funding is off, since its accrual is a
// change of its own.
import type { AccountId, LiquidationPlan, MarginModel, MarketMove } from '@openstrike/domain';
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

const indexes = ['btc_usd', 'btc_usdc'] as const;

const sideOf = ({ long }: Story): number => (long ? 1 : -1);

/** How far prices go, against the account. */
const moveOf = (story: Story): number =>
  0 - sideOf(story) * story.move * (isPortfolio(story.model) ? 0.5 : 0.06);

/** Sends all prices somewhere. */
const setPrices = (venue: LiquidationVenue, price: number, volatility: number): void => {
  for (const name of indexes) {
    venue.index(name, price);
    venue.curve(name, price, volatility);
  }
};

/** Everything that leads to a story's move. */
const setUp = (story: Story): { venue: LiquidationVenue; own: AccountId; price: number } => {
  const { model, long, coinsShare, linearShare, optionLots, call, levels } = story;
  const price = Math.round(100_000 * (1 + moveOf(story)));
  const venue = new LiquidationVenue();
  venue.open(tables);
  // What is listed on the way is there before, since listed strikes refine the margins' grids.
  setPrices(venue, price, 0.5);
  setPrices(venue, 100_000, 0.5);
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
  const side = sideOf(story);
  const most = isPortfolio(model) ? 1.8 : 30;
  trade(venue, own, rich, 'BTC-PERPETUAL', side * most * coinsShare * (1 - linearShare), 100_000);
  trade(venue, own, rich, 'BTC_USDC-PERPETUAL', side * most * coinsShare * linearShare, 100_000);
  const option = [...venue.instruments.values()].find(
    ({ family, optionType }) => family === 'BTC' && optionType === (call ? 'call' : 'put'),
  );
  if (option !== undefined) trade(venue, own, rich, option.name, optionLots / 10, 100_000);
  for (const name of ['BTC-PERPETUAL', 'BTC_USDC-PERPETUAL']) {
    const { id, lot, tick, payoff } = venue.instrument(name);
    for (const [away, coins] of levels) {
      const amount = payoff === 'inverse' ? coins * price : coins;
      const lots = Math.floor((amount * lot.den) / lot.num);
      const ticks = Math.floor((price * (1 - side * away) * tick.den) / tick.num);
      venue.place(maker, id, long ? 'buy' : 'sell', lots, ticks);
    }
  }
  // An order that may add risk, where the account can carry it.
  const { id } = venue.instrument('BTC-PERPETUAL');
  venue.place(own, id, long ? 'buy' : 'sell', 1, long ? 199_000 : 201_000);
  return { venue, own, price };
};

/** What a plan says will happen. */
type Happening = Pick<LiquidationPlan, 'steps' | 'auctions' | 'outcome'>;

/** What happened, second by second, in the words of the plan. */
const happens = (venue: LiquidationVenue, seconds: number): Happening => {
  const auctions: LiquidationPlan['auctions'][number][] = [];
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
    for (const { phase, state, positions } of venue.of('liquidation-phase-changed')) {
      if (phase !== 'auction' && phase !== 'insolvent-auction') continue;
      auctions.push({ phase, afterSeconds: second, state, positions });
    }
    const [ended] = venue.of('liquidation-ended');
    if (ended !== undefined) return { steps, auctions, outcome: ended.outcome };
  }
  return { steps, auctions, outcome: null };
};

const happeningOf = ({ steps, auctions, outcome }: Happening): Happening => ({
  steps,
  auctions,
  outcome,
});

test('on unchanged inputs the plan is what happens, to the unit and the second', () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(stories, (story) => {
      const { venue, own, price } = setUp(story);
      setPrices(venue, price, 0.5);
      const started = venue.of('liquidation-started').find(({ accountId }) => accountId === own);
      const currency = started?.currency ?? 'BTC';
      const plan = venue.plan(own, currency);
      expect(plan.phase === null).toBe(started === undefined);
      if (started === undefined) {
        expect(plan.steps).toEqual([]);
        return;
      }
      const happened = happens(venue, 1_000);
      expect(happened).toEqual(happeningOf(plan));
      const { steps, outcome } = happened;
      outcomes.add(`${story.model} ${outcome} ${steps.map(({ kind }) => kind).at(-1)}`);
    }),
  );
  // The stories meet every way that a liquidation can go.
  expect([...outcomes].some((one) => one.includes('restored hedge'))).toBe(true);
  expect([...outcomes].some((one) => one.includes('closed deleveraging'))).toBe(true);
  expect(new Set([...outcomes].map((one) => one.split(' ')[0]))).toEqual(new Set(marginModels));
});

/** The move of a story, as it is asked about. */
const marketMoveOf = (price: number, volatilityMove: number): MarketMove => ({
  indexMoves: { BTC: price / 100_000 - 1, ETH: 0 },
  volatilityMove,
});

/** Moves all prices before anybody is looked at: nothing is liquidated while all is halted. */
const moveAtOnce = (venue: LiquidationVenue, price: number, volatility: number): void => {
  const halt = { type: 'set-trading', scope: 'all', reason: 'test' } as const;
  venue.apply({ ...halt, state: 'halted' });
  setPrices(venue, price, volatility);
  venue.apply({ ...halt, state: 'open' });
  venue.told.length = 0;
  venue.index('btc_usd', price);
};

test('what a plan says of a move is what happens after it, and asking changes nothing', () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(stories, fc.constantFrom(0, -0.2, 0.5), (story, volatilityMove) => {
      const { venue, own, price } = setUp(story);
      const before = venue.engine.stateHash();
      const summary = venue.equity(own);
      const move = marketMoveOf(price, volatilityMove);
      const currency = venue.plan(own, 'BTC', move).currency;
      const plan = venue.plan(own, currency, move);
      expect(venue.engine.stateHash()).toBe(before);
      expect(venue.equity(own)).toBe(summary);

      moveAtOnce(venue, price, 0.5 * (1 + volatilityMove));
      const started = venue.of('liquidation-started').find(({ accountId }) => accountId === own);
      const cancelled = venue
        .of('order-changed')
        .filter(({ order }) => order.cancelReason === 'liquidation')
        .map(({ order }) => order.orderId);
      expect(cancelled).toEqual(plan.cancelledOrders);
      expect(started?.currency ?? null).toBe(plan.phase === null ? null : currency);
      if (started === undefined) {
        expect(happeningOf(plan)).toEqual({ steps: [], auctions: [], outcome: null });
        return;
      }
      expect(started.state).toEqual(plan.state);
      const happened = happens(venue, 1_000);
      expect(happened).toEqual(happeningOf(plan));
      const phases = plan.auctions.map(({ phase }) => phase).join(' ');
      outcomes.add(`${story.model} ${plan.outcome} ${phases} ${cancelled.length} cancelled`);
    }),
  );
  expect(new Set([...outcomes].map((one) => one.split(' ')[0]))).toEqual(new Set(marginModels));
  for (const met of ['restored', 'closed', ' auction', 'insolvent-auction', '1 cancelled']) {
    expect(
      [...outcomes].some((one) => one.includes(met)),
      met,
    ).toBe(true);
  }
});
