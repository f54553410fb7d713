// Account summary: what the account summaries show beside the engine's own numbers: who the
// account is, its limits, and the prices at which its futures would be liquidated. Invariant:
// margin numbers are the engine's, untouched.
import type { AccountId, AccountSummary, Cash, Currency, PositionView } from '@openstrike/domain';
import {
  type ApiPortfolio,
  moneyOf,
  renderPortfolio,
  renderSelfTradeMode,
  roundTo,
} from '@openstrike/wire';
import { rateAndBurst } from '../limits/rate-tier.ts';
import type { Call, GatewayContext } from '../method.ts';

/** Who an account is, as its summaries say it. */
export const renderIdentity = (context: GatewayContext, accountId: AccountId) => {
  const profile = context.identity.profile(accountId);
  const account = context.feeds.account(accountId);
  const name = profile?.username ?? account?.name ?? String(accountId);
  const isSubaccount = (account?.parentId ?? null) !== null || profile?.type === 'subaccount';
  return {
    id: accountId,
    username: name,
    system_name: profile?.systemName ?? name,
    email: profile?.email ?? '',
    type: isSubaccount ? ('subaccount' as const) : ('main' as const),
    creation_timestamp: profile?.createdMs ?? Math.floor((account?.createdUs ?? 0) / 1000),
    login_enabled: profile?.loginEnabled ?? true,
    security_keys_enabled: false,
    mmp_enabled: false,
    interuser_transfers_enabled: false,
    referrer_id: null,
    self_trading_reject_mode: renderSelfTradeMode(account?.selfTradeMode ?? 'cancel-maker'),
    self_trading_extended_to_subaccounts: account?.selfTradeAcrossSubaccounts ?? false,
    block_rfq_self_match_prevention: false,
    receive_notifications: profile?.receiveNotifications ?? false,
  };
};

const renderLimits = (context: GatewayContext, accountId: AccountId) => {
  const tier = context.rateTierOf(accountId);
  return {
    limits_per_currency: false,
    non_matching_engine: rateAndBurst(tier.plain),
    matching_engine: {
      trading: { total: rateAndBurst(tier.matching) },
      cancel_all: rateAndBurst(tier['cancel-all']),
    },
  };
};

/** Liquidation price over mark, by index, of the account's futures that have one. */
const liquidationRatios = (
  call: Call,
  positions: readonly PositionView[],
  currency: Currency,
): Record<string, number> => {
  const ratios: Record<string, number> = {};
  for (const position of positions) {
    const instrument = call.context.feeds.instrument(position.instrumentId);
    const price = position.estimatedLiquidationPrice;
    if (
      instrument !== null &&
      instrument.settlementCurrency === currency &&
      instrument.kind !== 'option' &&
      price !== null &&
      position.markPrice > 0
    ) {
      ratios[instrument.indexName] = roundTo(price / position.markPrice, 8);
    }
  }
  return ratios;
};

/**
 * Profit of the account's options in the currency over the life of their positions, in minor
 * units.
 */
const optionsProfit = (
  call: Call,
  positions: readonly PositionView[],
  currency: Currency,
): number => {
  let sum = 0;
  for (const position of positions) {
    const instrument = call.context.feeds.instrument(position.instrumentId);
    if (instrument?.kind === 'option' && instrument.settlementCurrency === currency) {
      sum += position.totalProfit;
    }
  }
  return sum;
};

/** One currency of an account with everything but its identity. */
export const renderCurrencySummary = (
  call: Call,
  summary: AccountSummary,
  positions: readonly PositionView[],
): ApiPortfolio & Record<string, unknown> => {
  const { accountId, currency } = summary;
  const { context } = call;
  const ratios = liquidationRatios(call, positions, currency);
  const ofOptions = optionsProfit(call, positions, currency);
  const address = context.wallet.depositAddress(accountId, currency);
  return {
    ...renderPortfolio(summary),
    options_pl: moneyOf(ofOptions as Cash, currency),
    futures_pl: moneyOf((summary.totalProfit - ofOptions) as Cash, currency),
    fee_group: 'default',
    has_non_block_chain_equity: true,
    estimated_liquidation_ratio: Object.values(ratios)[0] ?? 0,
    estimated_liquidation_ratio_map: ratios,
    limits: renderLimits(context, accountId),
    ...(address === null ? {} : { deposit_address: address.address }),
  };
};
