// Order rendering: an order's state as clients read it. Invariant: decimals come from integer
// ticks and lots in one division each, so what is shown reads back as what is held. The last step
// of an order's answer.
import {
  type Currency,
  type Instrument,
  minorPerUnit,
  type OrderState,
  type OrderType,
  type TsUs,
  usPerMs,
} from '@openstrike/domain';
import { amountOf, contractsOf, priceOf, roundTo } from '../decimal-steps.ts';
import { renderOrderId, renderTriggerOrderId } from '../ids.ts';
import type { ApiOrder, ApiTriggerOrderRecord } from '../schemas/account-types.ts';
import {
  isMarketType,
  isTriggerType,
  renderCancelReason,
  renderOrderType,
  renderTimeInForce,
  renderTriggerSource,
} from '../words.ts';

type Mutable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

export const msOf = (tsUs: TsUs): number => Math.floor(tsUs / usPerMs);

/** `market_limit` shows as the limit order that it becomes. */
const shownType = (type: OrderType): ApiOrder['order_type'] =>
  type === 'market-limit' ? 'limit' : renderOrderType(type);

const averagePriceOf = (order: OrderState, instrument: Instrument): number => {
  if (order.filledLots === 0) {
    return 0;
  }
  const { num, den } = instrument.tick;
  const ticks = order.filledTickLots / order.filledLots;
  return Number.isInteger(ticks) ? (ticks * num) / den : roundTo((ticks * num) / den, 8);
};

/** The order as clients read it, in answers and in `user.orders` notifications. */
export const renderOrder = (order: OrderState, instrument: Instrument): ApiOrder => {
  const { settlementCurrency } = instrument;
  const unlimited = order.priceTicks === 0 && isMarketType(order.type);
  const shown = amountOf(order.displayLots === 0 ? order.sizeLots : order.displayLots, instrument);
  const rendered: Mutable<ApiOrder> = {
    order_id: renderOrderId(order, settlementCurrency),
    order_state: order.status,
    order_type: shownType(order.type),
    instrument_name: instrument.name,
    direction: order.side,
    price: unlimited ? 'market_price' : priceOf(order.priceTicks, instrument),
    amount: amountOf(order.sizeLots, instrument),
    contracts: contractsOf(order.sizeLots, instrument),
    filled_amount: amountOf(order.filledLots, instrument),
    average_price: averagePriceOf(order, instrument),
    commission: order.fee / minorPerUnit[settlementCurrency],
    time_in_force: renderTimeInForce(order.timeInForce),
    label: order.label,
    post_only: order.postOnly !== 'off',
    reject_post_only: order.postOnly === 'reject',
    reduce_only: order.reduceOnly,
    max_show: shown,
    creation_timestamp: msOf(order.createdUs),
    last_update_timestamp: msOf(order.updatedUs),
    replaced: order.replaced,
    is_liquidation: order.cancelReason === 'liquidation',
    is_rebalance: false,
    mmp: order.mmp,
    risk_reducing: false,
    api: true,
    web: false,
    user_id: order.accountId,
  };
  if (order.displayLots !== 0 && order.displayLots < order.sizeLots) {
    rendered.display_amount = shown;
    rendered.refresh_amount = shown;
  }
  addRareMembers(rendered, order, settlementCurrency);
  return rendered;
};

/** Members that most orders do not have. */
const addRareMembers = (
  rendered: Mutable<ApiOrder>,
  order: OrderState,
  settlementCurrency: Currency,
): void => {
  if (order.originalType === 'market-limit' || order.type === 'market-limit') {
    rendered.original_order_type = 'market_limit';
  } else if (order.originalType === 'market') {
    rendered.original_order_type = 'market';
  }
  if (order.priceMode === 'usd') {
    rendered.advanced = 'usd';
    rendered.usd = order.priceModeValue;
  } else if (order.priceMode === 'iv') {
    rendered.advanced = 'implv';
    rendered.implv = roundTo(order.priceModeValue * 100, 6);
  }
  if (order.trigger !== null) {
    addTrigger(rendered, order);
  }
  if (order.triggerOrderId !== null) {
    rendered.triggered = true;
    rendered.trigger_order_id = renderTriggerOrderId(
      order.triggerOrderId,
      order.side,
      settlementCurrency,
    );
  }
  if (order.status === 'cancelled' && order.cancelReason !== null) {
    const reason = renderCancelReason(order.cancelReason);
    if (reason !== null) rendered.cancel_reason = reason;
  }
  if (order.cancelReason === 'mmp') {
    rendered.mmp_cancelled = true;
  }
  if (order.quote !== undefined) {
    const { group, quoteId, setId } = order.quote;
    rendered.quote = true;
    rendered.quote_id = quoteId;
    rendered.quote_set_id = setId;
    rendered.mmp_group = group;
  }
  if (order.clientKey !== null) {
    rendered.client_key = order.clientKey;
  }
};

const addTrigger = (rendered: Mutable<ApiOrder>, order: OrderState): void => {
  const { trigger } = order;
  if (trigger === null) {
    return;
  }
  rendered.trigger = renderTriggerSource(trigger.source);
  if (trigger.price !== null) {
    rendered.trigger_price = trigger.price;
    rendered.stop_price = trigger.price;
  }
  if (trigger.offset !== null) {
    rendered.trigger_offset = trigger.offset;
  }
  if (order.triggerReference !== null) {
    rendered.trigger_reference_price = order.triggerReference;
  }
  if (isTriggerType(order.type)) {
    rendered.triggered = order.status === 'triggered';
  }
};

/** One state of a trigger order for the trigger order history. */
export const renderTriggerOrderRecord = (
  order: OrderState,
  instrument: Instrument,
): ApiTriggerOrderRecord => {
  const id = renderOrderId(order, instrument.settlementCurrency);
  return {
    timestamp: msOf(order.updatedUs),
    trigger: renderTriggerSource(order.trigger?.source ?? 'last'),
    trigger_price: order.trigger?.price ?? null,
    trigger_offset: order.trigger?.offset ?? null,
    trigger_order_id: id,
    order_id: id,
    order_state: order.status,
    instrument_name: instrument.name,
    request: order.status === 'cancelled' ? 'trigger:cancel' : 'trigger:order',
    direction: order.side,
    price: isMarketType(order.type) ? null : priceOf(order.priceTicks, instrument),
    amount: amountOf(order.sizeLots, instrument),
    last_update_timestamp: msOf(order.updatedUs),
    reduce_only: order.reduceOnly,
    post_only: order.postOnly !== 'off',
    order_type: isMarketType(order.type) ? 'market' : 'limit',
    label: order.label,
    source: 'api',
    is_secondary_oto: false,
  };
};
