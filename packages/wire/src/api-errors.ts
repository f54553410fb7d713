// API errors: Deribit's error table, by the words of its messages: the one place where codes are
// written down. Invariant: a name has one code. `ApiErrorName` is what the door refuses with;
// clients of other venues that speak this protocol read the same table backwards.

/** Codes by message. Source: Deribit's API documentation, "RPC error codes". */
export const apiErrorCodes = {
  authorization_required: 10000,
  error: 10001,
  qty_too_low: 10002,
  order_overlap: 10003,
  order_not_found: 10004,
  price_too_low: 10005,
  price_too_low4idx: 10006,
  price_too_high: 10007,
  not_enough_funds: 10009,
  already_closed: 10010,
  price_not_allowed: 10011,
  book_closed: 10012,
  pme_max_total_open_orders: 10013,
  pme_max_future_open_orders: 10014,
  pme_max_option_open_orders: 10015,
  pme_max_future_open_orders_size: 10016,
  pme_max_option_open_orders_size: 10017,
  non_pme_max_future_position_size: 10018,
  locked_by_admin: 10019,
  invalid_or_unsupported_instrument: 10020,
  invalid_amount: 10021,
  invalid_quantity: 10022,
  invalid_price: 10023,
  invalid_max_show: 10024,
  invalid_order_id: 10025,
  price_precision_exceeded: 10026,
  non_integer_contract_amount: 10027,
  too_many_requests: 10028,
  not_owner_of_order: 10029,
  must_be_websocket_request: 10030,
  invalid_args_for_instrument: 10031,
  whole_cost_too_low: 10032,
  not_implemented: 10033,
  trigger_price_too_high: 10034,
  trigger_price_too_low: 10035,
  invalid_max_show_amount: 10036,
  non_pme_total_short_options_positions_size: 10037,
  pme_max_risk_reducing_orders: 10038,
  not_enough_funds_in_currency: 10039,
  retry: 10040,
  settlement_in_progress: 10041,
  price_wrong_tick: 10043,
  trigger_price_wrong_tick: 10044,
  can_not_cancel_liquidation_order: 10045,
  can_not_edit_liquidation_order: 10046,
  matching_engine_queue_full: 10047,
  not_on_this_server: 10048,
  cancel_on_disconnect_failed: 10049,
  too_many_concurrent_requests: 10066,
  disabled_while_position_lock: 10072,
  already_filled: 11008,
  max_spot_open_orders: 11013,
  post_only_price_modification_not_possible: 11021,
  max_spot_order_quantity: 11022,
  invalid_arguments: 11029,
  other_reject: 11030,
  other_error: 11031,
  no_more_triggers: 11035,
  invalid_trigger_price: 11036,
  outdated_instrument_for_IV_order: 11037,
  no_adv_for_futures: 11038,
  no_adv_postonly: 11039,
  not_adv_order: 11041,
  permission_denied: 11042,
  bad_argument: 11043,
  not_open_order: 11044,
  invalid_event: 11045,
  outdated_instrument: 11046,
  unsupported_arg_combination: 11047,
  wrong_max_show_for_option: 11048,
  bad_arguments: 11049,
  bad_request: 11050,
  system_maintenance: 11051,
  subscribe_error_unsubscribed: 11052,
  transfer_not_found: 11053,
  post_only_reject: 11054,
  post_only_not_allowed: 11055,
  unauthenticated_public_requests_temporarily_disabled: 11056,
  invalid_addr: 11090,
  invalid_transfer_address: 11091,
  address_already_exist: 11092,
  max_addr_count_exceeded: 11093,
  internal_server_error: 11094,
  disabled_deposit_address_creation: 11095,
  address_belongs_to_user: 11096,
  no_deposit_address: 11097,
  account_locked: 11098,
  too_many_subaccounts: 12001,
  wrong_subaccount_name: 12002,
  login_over_limit: 12003,
  registration_over_limit: 12004,
  country_is_banned: 12005,
  transfer_not_allowed: 12100,
  security_key_authorization_over_limit: 12998,
  invalid_credentials: 13004,
  pwd_match_error: 13005,
  security_error: 13006,
  user_not_found: 13007,
  request_failed: 13008,
  unauthorized: 13009,
  value_required: 13010,
  value_too_short: 13011,
  unavailable_in_subaccount: 13012,
  invalid_phone_number: 13013,
  cannot_send_sms: 13014,
  invalid_sms_code: 13015,
  invalid_input: 13016,
  invalid_content_type: 13018,
  orderbook_closed: 13019,
  not_found: 13020,
  forbidden: 13021,
  method_switched_off_by_admin: 13025,
  temporarily_unavailable: 13028,
  mmp_trigger: 13030,
  verification_required: 13031,
  non_unique_order_label: 13032,
  no_more_security_keys_allowed: 13034,
  active_combo_limit_reached: 13035,
  unavailable_for_combo_books: 13036,
  incomplete_KYC_data: 13037,
  mmp_required: 13040,
  cod_not_enabled: 13042,
  quotes_frozen: 13043,
  scope_exceeded: 13403,
  unavailable: 13503,
  request_cancelled_by_user: 13666,
  replaced: 13777,
  raw_subscriptions_not_available_for_unauthorized: 13778,
  move_positions_over_limit: 13780,
  coupon_already_used: 13781,
  KYC_transfer_already_initiated: 13791,
  KYC_data_inaccessible: 13793,
  timed_out: 13888,
  no_more_oto_orders: 13901,
  mass_quotes_disabled: 13902,
  too_many_quotes: 13903,
  security_key_setup_required: 13904,
  too_many_quotes_per_block_rfq: 13905,
  too_many_quotes_per_block_rfq_side: 13906,
  not_fully_filled: 13907,
  too_many_open_block_rfqs: 13907,
  quote_crossed: 13910,
  max_broker_client_count: 13911,
  broker_cannot_be_client: 13912,
  broker_already_linked: 13913,
  user_is_a_broker_client: 13914,
  user_is_not_a_broker: 13915,
  app_registered_to_broker: 13916,
  account_quote_limit_crossed: 13917,
  inverse_future_cross_trading: 13918,
  client_of_main_account: 13919,
  invalid_params: -32602,
  request_entity_too_large: -32600,
  method_not_found: -32601,
  parse_error: -32700,
  missing_params: -32000,
} as const;

export type ApiErrorName = keyof typeof apiErrorCodes;

/** Messages of JSON-RPC itself, which are sentences and not words. */
const sentences: Partial<Record<ApiErrorName, string>> = {
  invalid_params: 'Invalid params',
  request_entity_too_large: 'request entity too large',
  method_not_found: 'Method not found',
  parse_error: 'Parse error',
  missing_params: 'Missing params',
};

/** An `error` member of an answer. */
export interface ApiErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: { readonly reason?: string; readonly param?: string };
}

/** The message that goes with a name where none more exact is known. */
export const apiErrorMessage = (name: ApiErrorName): string => sentences[name] ?? name;

/** The `error` member of an answer; `data` is left out when there is nothing to say. */
export const renderApiError = (
  name: ApiErrorName,
  reason: string | null = null,
  param: string | null = null,
  message: string | null = null,
): ApiErrorBody => {
  const head = { code: apiErrorCodes[name], message: message ?? apiErrorMessage(name) };
  if (reason === null && param === null) {
    return head;
  }
  const data: { reason?: string; param?: string } = {};
  if (reason !== null) data.reason = reason;
  if (param !== null) data.param = param;
  return { ...head, data };
};

const namesByCode = new Map<number, ApiErrorName>(
  Object.entries(apiErrorCodes).map(([name, code]) => [code, name as ApiErrorName]),
);

/** The name of a code that another venue answered with; null for one that is not in the table. */
export const apiErrorNameOf = (code: number): ApiErrorName | null => namesByCode.get(code) ?? null;
