// Account methods: params and results of account, portfolio, announcement and subaccount methods.
import Type, { type Static } from 'typebox';
import {
  accountSummariesSchema,
  accountSummarySchema,
  orderSchema,
  portfolioProperties,
  portfolioSchema,
  positionSchema,
  transactionLogSchema,
} from './account-types.ts';
import {
  currencyParam,
  emptyParams,
  instrumentNameParam,
  kindParam,
  marginModelWord,
  nullable,
  okResult,
  optional,
  timestampMs,
} from './common.ts';

export const announcementSchema = Type.Object(
  {
    id: Type.Integer(),
    title: Type.String(),
    body: Type.String(),
    publication_timestamp: Type.Integer(),
    important: Type.Boolean(),
    confirmation: Type.Boolean(),
  },
  { title: 'announcement' },
);

export const announcementsShape = {
  params: Type.Object({
    start_timestamp: optional(timestampMs),
    count: optional(Type.Integer({ minimum: 1, maximum: 50, default: 5 })),
  }),
  result: Type.Array(announcementSchema),
};

export const newAnnouncementsShape = {
  params: emptyParams,
  result: Type.Array(announcementSchema),
};

export const announcementReadShape = {
  params: Type.Object({ announcement_id: Type.Integer() }),
  result: okResult,
};

export const accountSummaryShape = {
  params: Type.Object({
    currency: currencyParam,
    subaccount_id: optional(Type.Integer()),
    extended: optional(Type.Boolean()),
  }),
  result: accountSummarySchema,
};

export const accountSummariesShape = {
  params: Type.Object({
    subaccount_id: optional(Type.Integer()),
    extended: optional(Type.Boolean()),
  }),
  result: accountSummariesSchema,
};

export const positionShape = {
  params: Type.Object({ instrument_name: instrumentNameParam }),
  result: positionSchema,
};

export const positionsShape = {
  params: Type.Object({
    currency: optional(currencyParam),
    kind: optional(kindParam),
    subaccount_id: optional(Type.Integer()),
  }),
  result: Type.Array(positionSchema),
};

const subaccountSchema = Type.Object(
  {
    id: Type.Integer(),
    username: Type.String(),
    system_name: Type.String(),
    type: Type.Enum(['main', 'subaccount']),
    email: Type.String(),
    is_password: Type.Boolean(),
    login_enabled: Type.Boolean(),
    margin_model: marginModelWord,
    receive_notifications: Type.Boolean(),
    security_keys_enabled: Type.Boolean(),
    security_keys_assignments: Type.Array(Type.String()),
    disabled_trading_products: Type.Array(Type.String()),
    referrals_count: Type.Integer(),
    portfolio: optional(Type.Record(Type.String(), portfolioSchema)),
  },
  { title: 'subaccount' },
);

export const subaccountsShape = {
  params: Type.Object({ with_portfolio: optional(Type.Boolean({ default: false })) }),
  result: Type.Array(subaccountSchema),
};

export const createSubaccountShape = { params: emptyParams, result: subaccountSchema };

export const removeSubaccountShape = {
  params: Type.Object({ subaccount_id: Type.Integer() }),
  result: okResult,
};

export const custodyAccountsShape = {
  params: Type.Object({ currency: currencyParam }),
  result: Type.Array(Type.Unknown(), { maxItems: 0, description: 'always empty' }),
};

export const subaccountsDetailsShape = {
  params: Type.Object({
    currency: currencyParam,
    with_open_orders: optional(Type.Boolean({ default: false })),
  }),
  result: Type.Array(
    Type.Object({
      uid: Type.Integer(),
      positions: Type.Array(positionSchema),
      open_orders: optional(Type.Array(orderSchema)),
    }),
  ),
};

export const transactionLogShape = {
  params: Type.Object({
    currency: currencyParam,
    start_timestamp: timestampMs,
    end_timestamp: timestampMs,
    query: optional(
      Type.String({ description: 'words that a row must have, such as `trade`, `fee`, `deposit`' }),
    ),
    count: optional(Type.Integer({ minimum: 1, maximum: 250, default: 100 })),
    subaccount_id: optional(Type.Integer()),
    continuation: optional(Type.Integer()),
  }),
  result: Type.Object({
    continuation: nullable(Type.Integer()),
    logs: Type.Array(transactionLogSchema),
  }),
};

export const userLocksShape = {
  params: emptyParams,
  result: Type.Array(
    Type.Object({
      currency: Type.String(),
      enabled: Type.Boolean({ description: 'true when the account is locked in the currency' }),
      message: optional(Type.String()),
    }),
  ),
};

const marginStateSchema = Type.Object({
  maintenance_margin_rate: Type.Number(),
  initial_margin_rate: Type.Number(),
  available_balance: Type.Number(),
});

export const changeMarginModelShape = {
  params: Type.Object({
    margin_model: marginModelWord,
    user_id: optional(Type.Integer()),
    dry_run: optional(Type.Boolean({ default: false })),
  }),
  result: Type.Array(
    Type.Object({
      currency: Type.String(),
      old_state: marginStateSchema,
      new_state: marginStateSchema,
    }),
  ),
};

export const simulatePortfolioShape = {
  params: Type.Object({
    currency: currencyParam,
    add_positions: optional(Type.Boolean({ default: true })),
    simulated_positions: optional(
      Type.Record(Type.String(), Type.Number(), {
        description: 'instrument name to signed amount',
      }),
    ),
  }),
  result: Type.Object(portfolioProperties, { title: 'portfolio' }),
};

const vectors = Type.Object(
  {
    standard: Type.Array(Type.Number(), {
      description: 'nine prices from the lowest, each with volatility up, unmoved and down',
    }),
    extended: Type.Array(Type.Number(), { description: 'the tails, as they are weighted' }),
  },
  { title: 'risk vectors' },
);

const bucket = Type.Object({
  bucket: Type.Number({ description: 'the move of the price, 0.16 is 16 % up' }),
  side: Type.String({ description: 'of the volatility: up, none, down, twist, twist-reverse' }),
  source: Type.Enum(['none', 'standard', 'extended', 'linear_skew', 'absolute_skew']),
  index: Type.String(),
});

const matrixDetails = Type.Object(
  {
    worst_case: Type.Number({ description: 'dollars' }),
    worst_case_bucket: bucket,
    delta_shock: Type.Number({ description: 'dollars, for the liquidity of the net delta' }),
    roll_shock: Type.Number({ description: 'dollars' }),
    vega_shock: Type.Number({ description: 'dollars, for the liquidity of the vega' }),
    naked_coins: Type.Number({ description: 'sold beyond those held' }),
    closing_cost: Type.Number({ description: 'dollars' }),
    correlation_contingency: Type.Number({
      description: 'always 0: gains of one underlying count against another in the whole margin',
    }),
  },
  { title: 'risk matrix details' },
);

export const pmeSimulateShape = {
  params: Type.Object({
    currency: Type.String({ description: 'a currency, or CROSS for all of them together' }),
    add_positions: optional(Type.Boolean({ default: true })),
    simulated_positions: optional(
      Type.Record(Type.String(), Type.Number(), {
        description: 'instrument name to signed amount',
      }),
    ),
  }),
  result: Type.Object({
    model_params: Type.Record(
      Type.String(),
      Type.Object({
        currency_pair: Type.String(),
        currency: Type.String(),
        general: Type.Record(Type.String(), Type.Number()),
      }),
    ),
    aggregated_risk_vectors: Type.Record(Type.String(), vectors),
    initial_risk_vectors: Type.Record(Type.String(), vectors),
    margins: Type.Record(
      Type.String(),
      Type.Object({
        initial_margin: Type.Number(),
        maintenance_margin: Type.Number(),
        initial_margin_details: Type.Object({
          risk_matrix_margin: Type.Number(),
          risk_matrix_margin_details: Type.Record(Type.String(), matrixDetails),
          spot_margin: Type.Number(),
          mmp_margin: Type.Number(),
          open_orders_margin: Type.Number(),
        }),
      }),
    ),
    portfolio: Type.Record(Type.String(), Type.Number(), { description: 'amounts by instrument' }),
    index_price: Type.Record(Type.String(), Type.Number()),
    ticker: Type.Record(Type.String(), Type.Number(), { description: 'marks by instrument' }),
  }),
};
export type ApiSimulatedMargin = Static<typeof pmeSimulateShape.result>;

export const selfTradingConfigShape = {
  params: Type.Object({
    mode: Type.Enum(['reject_taker', 'cancel_maker']),
    extended_to_subaccounts: Type.Boolean(),
    block_rfq_self_match_prevention: optional(Type.Boolean()),
  }),
  result: okResult,
};

export const affiliateProgramInfoShape = {
  params: emptyParams,
  result: Type.Object({
    is_enabled: Type.Boolean(),
    number_of_affiliates: Type.Integer(),
    link: Type.String(),
    received: Type.Record(Type.String(), Type.Number()),
  }),
};

export const okShape = { params: emptyParams, result: okResult };

export const emailLanguageShape = { params: emptyParams, result: Type.String() };

export const setEmailLanguageShape = {
  params: Type.Object({ language: Type.String({ minLength: 2, maxLength: 8 }) }),
  result: okResult,
};

export const tradingProductWord = Type.Enum([
  'perpetual',
  'futures',
  'options',
  'future_combos',
  'option_combos',
  'spots',
]);

export const disabledProductsShape = {
  params: Type.Object({
    user_id: Type.Integer(),
    trading_products: Type.Array(tradingProductWord),
  }),
  result: okResult,
};
