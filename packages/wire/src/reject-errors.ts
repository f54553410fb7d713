// Reject errors: how the engine's refusals read in Deribit's words. Invariant: every reject code
// has a row here (the type says so), so that no refusal ever reaches a client as a bare "error".
// In an order's life: after the engine has refused, before the answer is written.
import { type RejectCode, rejectCodeRow } from '@openstrike/domain';
import { type ApiErrorName, apiErrorMessage } from './api-errors.ts';

interface ErrorOfReject {
  readonly name: ApiErrorName;
  /** In place of the code's sentence. */
  readonly reason?: string;
  /** The parameter at fault. */
  readonly param?: string;
}

const errorsByReject: Readonly<Record<RejectCode, ErrorOfReject>> = {
  'not-configured': { name: 'temporarily_unavailable' },
  'unknown-account': { name: 'not_found' },
  // Whoever engaged it, trading is locked until an operator releases it, and the reason says so;
  // `account_locked` would say that the account cannot be used at all.
  'kill-switch': { name: 'locked_by_admin' },
  'account-locked': { name: 'account_locked' },
  'account-cancel-only': { name: 'locked_by_admin' },
  'account-name-taken': { name: 'wrong_subaccount_name' },
  'too-many-subaccounts': { name: 'too_many_subaccounts' },
  'duplicate-reference': { name: 'bad_request' },
  'not-your-account': { name: 'transfer_not_allowed' },
  'same-account': { name: 'transfer_not_allowed' },
  'unknown-instrument': {
    name: 'invalid_params',
    reason: 'instrument not found',
    param: 'instrument_name',
  },
  'unknown-expiry': {
    name: 'invalid_params',
    reason: 'expiry not found',
    param: 'expiration_timestamp',
  },
  'unknown-order': { name: 'order_not_found' },
  'not-a-provider': { name: 'forbidden' },
  'unknown-liquidation': { name: 'not_found' },
  'not-your-order': { name: 'not_owner_of_order' },
  'order-closed': { name: 'not_open_order' },
  'timed-out': { name: 'timed_out', param: 'valid_until' },
  'instrument-expired': { name: 'book_closed', param: 'instrument_name' },
  'settlement-in-progress': { name: 'settlement_in_progress' },
  'trading-halted': { name: 'system_maintenance' },
  'mmp-required': { name: 'mmp_required' },
  'mmp-frozen': { name: 'mmp_trigger' },
  'mmp-limits': { name: 'invalid_arguments' },
  'mmp-open-limit': { name: 'account_quote_limit_crossed' },
  'quotes-frozen': { name: 'quotes_frozen' },
  'too-many-quotes': { name: 'too_many_quotes' },
  'index-frozen': { name: 'temporarily_unavailable' },
  'call-auction': { name: 'temporarily_unavailable' },
  'no-mark-price': { name: 'temporarily_unavailable' },
  'invalid-amount': { name: 'invalid_amount', param: 'amount' },
  'amount-too-small': { name: 'qty_too_low', param: 'amount' },
  'amount-too-large': { name: 'invalid_quantity', param: 'amount' },
  'invalid-price': { name: 'invalid_price', param: 'price' },
  'price-wrong-tick': {
    name: 'invalid_params',
    reason: 'must conform to tick size',
    param: 'price',
  },
  'invalid-display-amount': { name: 'invalid_max_show_amount', param: 'display_amount' },
  'unsupported-combination': { name: 'unsupported_arg_combination' },
  'advanced-not-option': { name: 'no_adv_for_futures', param: 'advanced' },
  'advanced-post-only': { name: 'no_adv_postonly', param: 'post_only' },
  'invalid-trigger': { name: 'invalid_trigger_price', param: 'trigger_price' },
  'trigger-price-too-high': { name: 'trigger_price_too_high', param: 'trigger_price' },
  'trigger-price-too-low': { name: 'trigger_price_too_low', param: 'trigger_price' },
  'price-too-high': { name: 'price_too_high', param: 'price' },
  'price-too-low': { name: 'price_too_low', param: 'price' },
  'reduce-only': { name: 'other_reject', reason: 'invalid_reduce_only_order' },
  'no-position': { name: 'already_closed' },
  'post-only-cross': { name: 'post_only_reject' },
  'self-trade': { name: 'other_reject', reason: 'self_trading' },
  'no-liquidity': { name: 'other_reject', reason: 'no_liquidity' },
  'too-many-orders': { name: 'pme_max_total_open_orders' },
  'position-limit': { name: 'non_pme_max_future_position_size' },
  'withdrawals-paused': { name: 'temporarily_unavailable' },
  'open-interest-limit': { name: 'non_pme_max_future_position_size' },
  'insufficient-funds': { name: 'not_enough_funds' },
  'not-announced-ahead': { name: 'invalid_arguments' },
  'nothing-to-change': { name: 'invalid_arguments' },
  'unknown-settlement': { name: 'bad_request' },
  'insurance-funded': { name: 'bad_request' },
};

/** Names whose message carries the bound that was crossed, or the reason. */
const namesWithLimit: ReadonlySet<ApiErrorName> = new Set<ApiErrorName>([
  'price_too_high',
  'price_too_low',
  'pme_max_total_open_orders',
  'non_pme_max_future_position_size',
]);

export interface RenderedReject {
  readonly name: ApiErrorName;
  readonly message: string;
  readonly reason: string;
  readonly param: string | null;
}

/**
 * A refusal of the engine in Deribit's words; `limit` is the bound that was crossed, in API units.
 */
export const renderReject = (code: RejectCode, limit: number | null): RenderedReject => {
  const { name, reason, param } = errorsByReject[code];
  const word = apiErrorMessage(name);
  const detail = name === 'other_reject' ? reason : namesWithLimit.has(name) ? limit : null;
  return {
    name,
    message: detail === null || detail === undefined ? word : `${word} ${detail}`,
    reason: reason ?? rejectCodeRow(code).sentence,
    param: param ?? null,
  };
};
