// Account rendering: positions and summaries from the engine's own views. Invariant: nothing is
// computed here but units: money leaves in whole coins, greeks as totals, and futures' parts are
// the whole less the options'.
import {
  type AccountSummary,
  type Cash,
  type Instrument,
  type PositionView,
  usdMicrosPerUsd,
} from '@openstrike/domain';
import { amountOf, moneyOf, roundTo, usdOf } from '../decimal-steps.ts';
import type { ApiPortfolio, ApiPosition } from '../schemas/account-types.ts';
import { renderKind, renderMarginModel } from '../words.ts';
import { markDecimals } from './render-ticker.ts';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

const directionOf = (sizeLots: number): 'buy' | 'sell' | 'zero' =>
  sizeLots > 0 ? 'buy' : sizeLots < 0 ? 'sell' : 'zero';

/** The position as its holder reads it; sizes are negative when short. */
export const renderPosition = (view: PositionView, instrument: Instrument): ApiPosition => {
  const currency = instrument.settlementCurrency;
  const money = (minor: Cash): number => moneyOf(minor, currency);
  const decimals = markDecimals(instrument);
  const rendered: Mutable<ApiPosition> = {
    instrument_name: instrument.name,
    kind: renderKind(instrument),
    direction: directionOf(view.sizeLots),
    size: amountOf(view.sizeLots, instrument),
    average_price: roundTo(view.averagePrice, 8),
    mark_price: roundTo(view.markPrice, decimals),
    index_price: usdOf(view.indexPrice),
    settlement_price: roundTo(view.settlementPrice, decimals),
    delta: roundTo(view.delta, 8),
    initial_margin: money(view.initialMargin),
    maintenance_margin: money(view.maintenanceMargin),
    open_orders_margin: money(view.openOrdersMargin),
    estimated_liquidation_price:
      view.estimatedLiquidationPrice === null ? null : roundTo(view.estimatedLiquidationPrice, 2),
    leverage: Math.round(view.leverage),
    floating_profit_loss: money(view.floatingProfit),
    realized_profit_loss: money(view.realised),
    total_profit_loss: money(view.totalProfit),
  };
  if (instrument.kind === 'option') {
    const usd = instrument.payoff === 'linear' ? 1 : view.indexPrice / usdMicrosPerUsd;
    rendered.gamma = roundTo(view.gamma, 8);
    rendered.vega = roundTo(view.vega, 5);
    rendered.theta = roundTo(view.theta, 5);
    rendered.average_price_usd = roundTo(view.averagePrice * usd, 4);
    rendered.floating_profit_loss_usd = roundTo(money(view.floatingProfit) * usd, 4);
  } else {
    rendered.size_currency = roundTo(view.sizeCoins, 8);
    if (instrument.kind === 'perpetual') {
      rendered.realized_funding = money(view.sessionFunding);
      rendered.interest_value = 0;
    }
  }
  return rendered;
};

/** A position in an instrument that the account does not hold. */
export const renderFlatPosition = (
  instrument: Instrument,
  markPrice: number,
  indexPrice: number,
): ApiPosition => {
  const flat: Mutable<ApiPosition> = {
    instrument_name: instrument.name,
    kind: renderKind(instrument),
    direction: 'zero',
    size: 0,
    average_price: 0,
    mark_price: roundTo(markPrice, markDecimals(instrument)),
    index_price: indexPrice,
    settlement_price: 0,
    delta: 0,
    initial_margin: 0,
    maintenance_margin: 0,
    open_orders_margin: 0,
    estimated_liquidation_price: null,
    leverage: 0,
    floating_profit_loss: 0,
    realized_profit_loss: 0,
    total_profit_loss: 0,
  };
  if (instrument.kind !== 'option') flat.size_currency = 0;
  return flat;
};

/**
 * One currency of an account, as summaries and `user.portfolio` show it. Session profit is that of
 * futures, which equity counts beside the balance; options' profit is in their value and in the
 * cash they paid.
 */
export const renderPortfolio = (summary: AccountSummary): ApiPortfolio => {
  const money = (minor: number): number => moneyOf(minor as Cash, summary.currency);
  const model = renderMarginModel(summary.marginModel);
  const optionsProfit = summary.optionsSessionRealised + summary.optionsSessionUnrealised;
  const byIndex = (value: (row: AccountSummary['byIndex'][number]) => number, decimals: number) =>
    Object.fromEntries(
      summary.byIndex.map((row) => [row.indexName, roundTo(value(row), decimals)]),
    );
  return {
    currency: summary.currency,
    balance: money(summary.balance),
    equity: money(summary.equity),
    margin_balance: money(summary.marginBalance),
    initial_margin: money(summary.initialMargin),
    maintenance_margin: money(summary.maintenanceMargin),
    projected_initial_margin: money(summary.initialMargin - summary.openOrdersMargin),
    projected_maintenance_margin: money(summary.maintenanceMargin),
    available_funds: money(summary.availableFunds),
    available_withdrawal_funds: money(summary.availableWithdrawalFunds),
    available_subaccount_transfer_funds: money(summary.availableWithdrawalFunds),
    additional_reserve: 0,
    spot_reserve: 0,
    fee_balance: 0,
    locked_balance: 0,
    total_pl: money(summary.totalProfit),
    session_rpl: money(summary.sessionRealised + summary.sessionFunding),
    session_upl: money(summary.sessionUnrealised),
    futures_pl: money(summary.totalProfit - optionsProfit),
    futures_session_rpl: money(summary.sessionRealised + summary.sessionFunding),
    futures_session_upl: money(summary.sessionUnrealised),
    options_pl: money(optionsProfit),
    options_session_rpl: money(summary.optionsSessionRealised),
    options_session_upl: money(summary.optionsSessionUnrealised),
    options_value: money(summary.optionsValue),
    options_delta: roundTo(summary.optionsDelta, 8),
    options_gamma: roundTo(summary.optionsGamma, 8),
    options_vega: roundTo(summary.optionsVega, 5),
    options_theta: roundTo(summary.optionsTheta, 5),
    options_gamma_map: byIndex((row) => row.optionsGamma, 8),
    options_vega_map: byIndex((row) => row.optionsVega, 5),
    options_theta_map: byIndex((row) => row.optionsTheta, 5),
    delta_total: roundTo(summary.deltaTotal, 8),
    delta_total_map: byIndex((row) => row.deltaTotal, 8),
    projected_delta_total: roundTo(summary.deltaTotal, 8),
    margin_model: model,
    portfolio_margining_enabled: model === 'segregated_pm' || model === 'cross_pm',
    cross_collateral_enabled: model === 'cross_sm' || model === 'cross_pm',
  };
};
