// Liquidation methods: what would become of an account, what is on offer to providers, and what
// stands behind it all. Invariant: an auction never says whose positions it sells, and an answer is
// told to nobody but the account that gave it.
import type { CurrencyConversion, MarketMove } from '@openstrike/domain';
import {
  answerLiquidationShape,
  insuranceShape,
  liquidationAuctionsShape,
  liquidationPlanShape,
  simulateLiquidationShape,
} from '@openstrike/wire';
import { type Call, defineMethod, type Method } from '../method.ts';
import { renderAuction, renderLegs, renderState, units } from '../render/liquidation.ts';
import { accountOf, grantOf } from './caller.ts';
import { currencyNamed } from './lookups.ts';
import { answered, submit } from './submit.ts';

const read = { scope: 'account:read', transport: 'any', rateClass: 'plain' } as const;
const write = { scope: 'trade:read_write', transport: 'any', rateClass: 'plain' } as const;

const renderConversion = ({ from, fromAmount, to, toAmount }: CurrencyConversion) => ({
  from_currency: from,
  from_amount: units(fromAmount, from),
  to_currency: to,
  to_amount: units(toAmount, to),
});

/** The plan of the caller's account, as prices are or as they would be after a move. */
const planOf = async (call: Call, currencyName: string, move: MarketMove | null) => {
  const asked = { accountId: accountOf(call), currency: currencyNamed(currencyName), move };
  const plan = answered(await call.context.queries.query('liquidation-plan', asked));
  const { currency } = plan;
  const { feeds } = call.context;
  return {
    currency,
    state: renderState(plan.state, currency),
    warning_level: plan.warningLevel,
    phase: plan.phase,
    liquidation_id: plan.liquidationId,
    cancelled_order_ids: plan.cancelledOrders.map(String),
    steps: plan.steps.map((step) => ({
      kind: step.kind,
      after_seconds: step.afterSeconds,
      before: renderState(step.before, currency),
      after: renderState(step.after, currency),
      legs: renderLegs(step.legs, feeds),
      from_fund: units(step.fromFund, currency),
      from_others: units(step.fromOthers, currency),
      conversions: step.conversions.map(renderConversion),
      elsewhere: step.elsewhere.map((paid) => ({
        currency: paid.currency,
        from_fund: units(paid.fromFund, paid.currency),
        from_others: units(paid.fromOthers, paid.currency),
      })),
    })),
    auctions: plan.auctions.map((auction) => ({
      phase: auction.phase,
      after_seconds: auction.afterSeconds,
      state: renderState(auction.state, currency),
      positions: renderLegs(auction.positions, feeds),
    })),
    outcome: plan.outcome,
  };
};

const fractionOf = (percent: number | undefined): number => (percent ?? 0) / 100;

export const liquidationMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_liquidation_plan',
    summary:
      'What would become of the account in a currency, step by step, if prices and books stayed ' +
      'as they are and nobody answered its auction.',
    ...read,
    ...liquidationPlanShape,
    handle: (params, call) => planOf(call, params.currency, null),
  }),
  defineMethod({
    name: 'private/simulate_liquidation_plan',
    summary:
      'What would become of the account in a currency, step by step, if prices moved so far at ' +
      'once and then stayed, with the books, and nobody answered its auction.',
    ...read,
    rateClass: 'simulate',
    ...simulateLiquidationShape,
    handle: (params, call) =>
      planOf(call, params.currency, {
        indexMoves: {
          BTC: fractionOf(params.index_moves?.BTC),
          ETH: fractionOf(params.index_moves?.ETH),
        },
        volatilityMove: fractionOf(params.volatility_move),
      }),
  }),
  defineMethod({
    name: 'private/get_liquidation_auctions',
    summary: 'Lists the auctions that liquidity providers may answer now.',
    ...read,
    ...liquidationAuctionsShape,
    handle: async (_params, call) => {
      accountOf(call);
      const auctions = await call.context.queries.query('auctions', {});
      return auctions.map((auction) => renderAuction(auction, call.context.feeds));
    },
  }),
  defineMethod({
    name: 'private/answer_liquidation',
    summary: 'Answers a liquidation auction; a later answer replaces the one before.',
    ...write,
    ...answerLiquidationShape,
    handle: async (params, call) => {
      const { liquidation_id: liquidationId, price, share } = params;
      await submit(call, {
        type: 'answer-liquidation',
        accountId: accountOf(call),
        liquidationId,
        price: price + 0,
        shareMax: share,
        clientId: grantOf(call).clientId,
      });
      return { liquidation_id: liquidationId, price, share };
    },
  }),
  defineMethod({
    name: 'public/get_insurance',
    summary: 'The insurance fund of each currency, against what it may have to bear.',
    scope: null,
    transport: 'any',
    rateClass: 'plain',
    ...insuranceShape,
    handle: async (_params, call) => {
      const funds = await call.context.queries.query('insurance', {});
      return funds.map(({ currency, balance, target, shortfall, withdrawalsPaused }) => ({
        currency,
        balance: units(balance, currency),
        target: units(target, currency),
        shortfall: units(shortfall, currency),
        withdrawals_paused: withdrawalsPaused,
      }));
    },
  }),
];
