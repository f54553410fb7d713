// Account types: the named shapes of private answers. Invariant: as for the market types, the
// renderers are typed by these schemas.
import Type, { type Static } from 'typebox';
import {
  advancedWord,
  kindParam,
  marginModelWord,
  nullable,
  optional,
  roleWord,
  sideWord,
  timeInForceWord,
  triggerWord,
} from './common.ts';
import { liquidationWord } from './market-types.ts';

export const orderStateWord = Type.Enum([
  'open',
  'filled',
  'rejected',
  'cancelled',
  'untriggered',
  'triggered',
]);

export const orderSchema = Type.Object(
  {
    order_id: Type.String(),
    order_state: orderStateWord,
    order_type: Type.Enum([
      'limit',
      'market',
      'stop_limit',
      'stop_market',
      'take_limit',
      'take_market',
      'trailing_stop',
    ]),
    original_order_type: optional(Type.Enum(['market', 'market_limit'])),
    instrument_name: Type.String(),
    direction: sideWord,
    price: Type.Union([Type.Number(), Type.Literal('market_price')]),
    amount: Type.Number(),
    contracts: Type.Number(),
    filled_amount: Type.Number(),
    average_price: Type.Number({ description: '0 before the first fill' }),
    commission: Type.Number(),
    time_in_force: timeInForceWord,
    label: Type.String(),
    post_only: Type.Boolean(),
    reject_post_only: Type.Boolean(),
    reduce_only: Type.Boolean(),
    max_show: Type.Number(),
    display_amount: optional(Type.Number()),
    refresh_amount: optional(Type.Number()),
    advanced: optional(advancedWord),
    usd: optional(Type.Number()),
    implv: optional(Type.Number({ description: 'percent' })),
    trigger: optional(triggerWord),
    trigger_price: optional(Type.Number()),
    stop_price: optional(Type.Number({ description: '`trigger_price` by its former name' })),
    trigger_offset: optional(Type.Number()),
    trigger_reference_price: optional(Type.Number()),
    triggered: optional(Type.Boolean()),
    trigger_order_id: optional(Type.String()),
    creation_timestamp: Type.Integer(),
    last_update_timestamp: Type.Integer(),
    replaced: Type.Boolean(),
    cancel_reason: optional(Type.String()),
    is_liquidation: Type.Boolean(),
    is_rebalance: Type.Boolean(),
    mmp: Type.Boolean(),
    risk_reducing: Type.Boolean(),
    api: Type.Boolean(),
    web: Type.Boolean(),
    user_id: Type.Integer(),
    client_key: optional(Type.String({ description: 'as given when the order was placed' })),
    quote: optional(Type.Literal(true)),
    quote_id: optional(Type.String()),
    quote_set_id: optional(Type.String()),
    mmp_group: optional(Type.String()),
    mmp_cancelled: optional(Type.Literal(true)),
  },
  { title: 'order' },
);
export type ApiOrder = Static<typeof orderSchema>;

export const userTradeSchema = Type.Object(
  {
    trade_id: Type.String(),
    trade_seq: Type.Integer(),
    instrument_name: Type.String(),
    timestamp: Type.Integer(),
    order_id: Type.String(),
    order_type: Type.Enum(['limit', 'market', 'liquidation']),
    matching_id: Type.Null(),
    direction: sideWord,
    tick_direction: Type.Integer({ minimum: 0, maximum: 3 }),
    price: Type.Number(),
    amount: Type.Number(),
    contracts: Type.Number(),
    index_price: Type.Number(),
    mark_price: Type.Number(),
    underlying_price: optional(Type.Number()),
    iv: optional(Type.Number()),
    liquidity: Type.Enum(['M', 'T']),
    liquidation: optional(liquidationWord),
    fee: Type.Number(),
    fee_currency: Type.String(),
    profit_loss: Type.Number(),
    state: Type.Enum([
      'open',
      'filled',
      'rejected',
      'cancelled',
      'untriggered',
      'triggered',
      'archive',
    ]),
    label: optional(Type.String()),
    advanced: optional(advancedWord),
    reduce_only: Type.Boolean(),
    post_only: Type.Boolean(),
    mmp: Type.Boolean(),
    risk_reducing: Type.Boolean(),
    self_trade: Type.Boolean(),
    api: Type.Boolean(),
    user_id: Type.Integer(),
  },
  { title: 'user_trade' },
);
export type ApiUserTrade = Static<typeof userTradeSchema>;

export const orderResult = Type.Object({
  order: orderSchema,
  trades: Type.Array(userTradeSchema),
});

export const userTradesResult = Type.Object({
  trades: Type.Array(userTradeSchema),
  has_more: Type.Boolean(),
});

export const positionSchema = Type.Object(
  {
    instrument_name: Type.String(),
    kind: kindParam,
    direction: Type.Enum(['buy', 'sell', 'zero']),
    size: Type.Number({ description: 'negative when short' }),
    size_currency: optional(Type.Number({ description: 'futures: the size in coins' })),
    average_price: Type.Number(),
    average_price_usd: optional(Type.Number()),
    mark_price: Type.Number(),
    index_price: Type.Number(),
    settlement_price: Type.Number(),
    delta: Type.Number(),
    gamma: optional(Type.Number()),
    vega: optional(Type.Number()),
    theta: optional(Type.Number()),
    initial_margin: Type.Number(),
    maintenance_margin: Type.Number(),
    open_orders_margin: Type.Number(),
    estimated_liquidation_price: nullable(Type.Number()),
    leverage: Type.Integer(),
    floating_profit_loss: Type.Number(),
    floating_profit_loss_usd: optional(Type.Number()),
    realized_profit_loss: Type.Number(),
    realized_funding: optional(Type.Number()),
    interest_value: optional(Type.Number()),
    total_profit_loss: Type.Number(),
  },
  { title: 'position' },
);
export type ApiPosition = Static<typeof positionSchema>;

const numberMap = Type.Record(Type.String(), Type.Number());

const rateSchema = Type.Object({ rate: Type.Number(), burst: Type.Number() });
export const limitsSchema = Type.Object(
  {
    limits_per_currency: Type.Boolean(),
    non_matching_engine: rateSchema,
    matching_engine: Type.Object({
      trading: Type.Object({ total: rateSchema }),
      cancel_all: rateSchema,
    }),
  },
  { title: 'limits' },
);

export const portfolioProperties = {
  currency: Type.String(),
  balance: Type.Number(),
  equity: Type.Number(),
  margin_balance: Type.Number(),
  initial_margin: Type.Number(),
  maintenance_margin: Type.Number(),
  projected_initial_margin: Type.Number(),
  projected_maintenance_margin: Type.Number(),
  available_funds: Type.Number(),
  available_withdrawal_funds: Type.Number(),
  available_subaccount_transfer_funds: Type.Number(),
  additional_reserve: Type.Number(),
  spot_reserve: Type.Number(),
  fee_balance: Type.Number(),
  locked_balance: Type.Number(),
  total_pl: Type.Number(),
  session_rpl: Type.Number(),
  session_upl: Type.Number(),
  futures_pl: Type.Number(),
  futures_session_rpl: Type.Number(),
  futures_session_upl: Type.Number(),
  options_pl: Type.Number(),
  options_session_rpl: Type.Number(),
  options_session_upl: Type.Number(),
  options_value: Type.Number(),
  options_delta: Type.Number(),
  options_gamma: Type.Number(),
  options_vega: Type.Number(),
  options_theta: Type.Number(),
  options_gamma_map: numberMap,
  options_vega_map: numberMap,
  options_theta_map: numberMap,
  delta_total: Type.Number(),
  delta_total_map: numberMap,
  projected_delta_total: Type.Number(),
  margin_model: marginModelWord,
  portfolio_margining_enabled: Type.Boolean(),
  cross_collateral_enabled: Type.Boolean(),
};

export const portfolioSchema = Type.Object(portfolioProperties, { title: 'portfolio' });
export type ApiPortfolio = Static<typeof portfolioSchema>;

export const identityProperties = {
  id: Type.Integer(),
  username: Type.String(),
  system_name: Type.String(),
  email: Type.String(),
  type: Type.Enum(['main', 'subaccount']),
  creation_timestamp: Type.Integer(),
  login_enabled: Type.Boolean(),
  security_keys_enabled: Type.Boolean(),
  mmp_enabled: Type.Boolean(),
  interuser_transfers_enabled: Type.Boolean(),
  referrer_id: nullable(Type.String()),
  self_trading_reject_mode: Type.Enum(['reject_taker', 'cancel_maker']),
  self_trading_extended_to_subaccounts: Type.Boolean(),
  block_rfq_self_match_prevention: Type.Boolean(),
  receive_notifications: Type.Boolean(),
};

const summaryExtras = {
  fee_group: Type.String(),
  has_non_block_chain_equity: Type.Boolean(),
  estimated_liquidation_ratio: Type.Number(),
  estimated_liquidation_ratio_map: numberMap,
  deposit_address: optional(Type.String()),
  limits: optional(limitsSchema),
};

export const currencySummarySchema = Type.Object(
  { ...portfolioProperties, ...summaryExtras },
  { title: 'currency_summary' },
);
export const accountSummarySchema = Type.Object(
  { ...identityProperties, ...portfolioProperties, ...summaryExtras },
  { title: 'account_summary' },
);
export const accountSummariesSchema = Type.Object({
  ...identityProperties,
  summaries: Type.Array(currencySummarySchema),
});

export const triggerOrderRecordSchema = Type.Object(
  {
    timestamp: Type.Integer(),
    trigger: triggerWord,
    trigger_price: nullable(Type.Number()),
    trigger_offset: nullable(Type.Number()),
    trigger_order_id: Type.String(),
    order_id: Type.String(),
    order_state: orderStateWord,
    instrument_name: Type.String(),
    request: Type.Enum(['trigger:order', 'trigger:cancel']),
    direction: sideWord,
    price: nullable(Type.Number()),
    amount: Type.Number(),
    last_update_timestamp: Type.Integer(),
    reduce_only: Type.Boolean(),
    post_only: Type.Boolean(),
    order_type: Type.Enum(['limit', 'market']),
    label: Type.String(),
    source: Type.String(),
    is_secondary_oto: Type.Boolean(),
  },
  { title: 'trigger_order_history_record' },
);
export type ApiTriggerOrderRecord = Static<typeof triggerOrderRecordSchema>;

export const transactionLogSchema = Type.Object(
  {
    id: Type.Integer(),
    user_seq: Type.Integer(),
    user_id: Type.Integer(),
    username: Type.String(),
    currency: Type.String(),
    timestamp: Type.Integer(),
    type: Type.String(),
    change: Type.Number(),
    cashflow: Type.Number(),
    commission: Type.Number(),
    balance: Type.Number(),
    info: optional(Type.Unknown()),
    instrument_name: optional(Type.String()),
    side: optional(Type.String()),
    amount: optional(Type.Number()),
    contracts: optional(Type.Number()),
    position: optional(Type.Number()),
    price: optional(Type.Number()),
    price_currency: optional(Type.String()),
    mark_price: optional(Type.Number()),
    index_price: optional(Type.Number()),
    trade_id: optional(Type.String()),
    order_id: optional(Type.String()),
    user_role: optional(roleWord),
    fee_role: optional(roleWord),
    profit_as_cashflow: optional(Type.Boolean()),
    interest_pl: optional(Type.Number()),
    session_rpl: optional(Type.Number()),
    session_upl: optional(Type.Number()),
  },
  { title: 'transaction_log' },
);
export type ApiTransactionLog = Static<typeof transactionLogSchema>;
