// Liquidation methods: an account's liquidation plan, the auctions that providers answer, and the
// insurance funds. Extensions of Deribit's API. Amounts are in units of the currency.

import { marketMoveBounds } from '@openstrike/domain';
import Type, { type Static } from 'typebox';
import { currencyParam, emptyParams, nullable, optional } from './common.ts';

const amount = Type.Number({ title: 'amount', description: 'in units of the currency' });
const phase = Type.Enum(['hedge', 'auction', 'insolvent-auction', 'deleveraging'], {
  title: 'liquidation phase',
});

const marginState = Type.Object(
  { margin_equity: amount, maintenance_margin: amount, net_equity: amount },
  { title: 'margin state' },
);

const leg = Type.Object(
  {
    instrument_name: Type.String(),
    amount: Type.Number({ description: 'signed: bought is positive' }),
  },
  { title: 'liquidation leg' },
);

const conversion = Type.Object(
  {
    from_currency: Type.String(),
    from_amount: amount,
    to_currency: Type.String(),
    to_amount: amount,
  },
  { title: 'conversion' },
);

const paidElsewhere = Type.Object(
  { currency: Type.String(), from_fund: amount, from_others: amount },
  { title: 'paid elsewhere' },
);

const plannedAuction = Type.Object(
  {
    phase: Type.Enum(['auction', 'insolvent-auction']),
    after_seconds: Type.Integer(),
    state: marginState,
    positions: Type.Array(leg),
  },
  { title: 'planned auction' },
);

const liquidationPlan = Type.Object(
  {
    currency: Type.String(),
    state: marginState,
    warning_level: Type.Integer(),
    phase: nullable(phase),
    liquidation_id: nullable(Type.Integer()),
    cancelled_order_ids: Type.Array(Type.String()),
    steps: Type.Array(
      Type.Object({
        kind: Type.Enum(['hedge', 'slice', 'deleveraging']),
        after_seconds: Type.Integer(),
        before: marginState,
        after: marginState,
        legs: Type.Array(leg),
        from_fund: amount,
        from_others: amount,
        conversions: Type.Array(conversion, {
          description: 'of a cross account without equity: before anybody pays for it',
        }),
        elsewhere: Type.Array(paidElsewhere, {
          description: 'of a cross account: what is paid in other currencies',
        }),
      }),
    ),
    auctions: Type.Array(plannedAuction, {
      description: 'that begin by the plan; nobody answers them',
    }),
    outcome: nullable(Type.Enum(['restored', 'closed', 'debt'])),
  },
  { title: 'liquidation plan' },
);

export const liquidationPlanShape = {
  params: Type.Object({ currency: currencyParam }),
  result: liquidationPlan,
};

const movePercent = Type.Number({
  minimum: 100 * marketMoveBounds.min,
  maximum: 100 * marketMoveBounds.max,
  description: 'percent: -10 is down by a tenth',
});

export const simulateLiquidationShape = {
  params: Type.Object({
    currency: currencyParam,
    index_moves: optional(
      Type.Object(
        { BTC: optional(movePercent), ETH: optional(movePercent) },
        {
          additionalProperties: false,
          description: 'by how much the indexes and forwards of each underlying move',
        },
      ),
    ),
    volatility_move: optional(
      Type.Number({
        minimum: 100 * marketMoveBounds.min,
        maximum: 100 * marketMoveBounds.max,
        default: 0,
        description: 'by how many percent of itself every implied volatility moves',
      }),
    ),
  }),
  result: liquidationPlan,
};

const auction = Type.Object(
  {
    liquidation_id: Type.Integer(),
    currency: Type.String(),
    phase,
    seconds: Type.Integer({ description: 'that the clock has run' }),
    price: Type.Number({ description: 'what the clock asks now, from 1 down to -1' }),
    share: Type.Number({ description: 'the largest share on offer at that price' }),
    state: marginState,
    positions: Type.Array(leg),
  },
  { title: 'liquidation auction' },
);

/** All auctions, as the channel tells them and the method lists them. */
export const auctionsSchema = Type.Array(auction);

export const liquidationAuctionsShape = { params: emptyParams, result: auctionsSchema };

/** What came of an auction: a slice that was sold, or the end of the liquidation. */
export const liquidationResultSchema = Type.Object(
  {
    result: Type.Enum(['sold', 'restored', 'closed', 'debt']),
    liquidation_id: Type.Integer(),
    currency: Type.String(),
    price: Type.Optional(Type.Number({ description: 'on the scale of answers' })),
    share: Type.Optional(Type.Number({ description: 'of the account' })),
    positions: Type.Optional(Type.Array(leg, { description: 'what the taker got' })),
    discount: Type.Optional(Type.Number({ description: 'what the taker gained at the marks' })),
    from_fund: Type.Optional(amount),
  },
  { title: 'liquidation result' },
);
export type ApiLiquidationResult = Static<typeof liquidationResultSchema>;

export const answerLiquidationShape = {
  params: Type.Object({
    liquidation_id: Type.Integer({ minimum: 1 }),
    price: Type.Number({
      minimum: -1,
      maximum: 1,
      description:
        "above 0 the share of the slice's equity to pay; else minus the share of its maintenance " +
        'margin that the insurance fund shall pay',
    }),
    share: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'the largest share to take over; 0 takes the answer back',
    }),
  }),
  result: Type.Object({
    liquidation_id: Type.Integer(),
    price: Type.Number(),
    share: Type.Number(),
  }),
};

export const insuranceShape = {
  params: emptyParams,
  result: Type.Array(
    Type.Object({
      currency: Type.String(),
      balance: amount,
      target: Type.Number({ description: 'the two largest shortfalls under the stated stress' }),
      shortfall: Type.Number({ description: 'what accounts owe beyond all they have, now' }),
      withdrawals_paused: Type.Boolean(),
    }),
  ),
};
