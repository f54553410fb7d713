// Order terms: the parameters of buy, sell and edit turned into commands of integers. Invariant: a
// price or amount off its grid never gets past here, and what the venue does not do is refused
// rather than left out. The second step of an order's life, after the schema check.
import {
  type EditOrder,
  type Instrument,
  type OrderState,
  type OrderType,
  type PlaceOrder,
  type PostOnly,
  type PriceMode,
  type PriceTicks,
  type Side,
  type SizeLots,
  type Trigger,
  type TsUs,
} from '@openstrike/domain';
import {
  type editShape,
  isMarketType,
  isTriggerType,
  lotsOf,
  lotsOfContracts,
  parseOrderType,
  parseTimeInForce,
  parseTriggerSource,
  type placeOrderShape,
  ticksOf,
} from '@openstrike/wire';
import type { Static } from 'typebox';
import { ApiError, type Call } from '../method.ts';
import { accountOf, connectionOf, grantOf } from './caller.ts';
import { instrumentNamed, usOfMs } from './lookups.ts';
import { notImplemented } from './submit.ts';

export type PlaceParams = Static<typeof placeOrderShape.params>;
export type EditParams = Omit<Static<typeof editShape.params>, 'order_id'>;

const invalid = (param: string, reason: string): ApiError =>
  new ApiError('invalid_params', { reason, param });

/** The ticks of a price. Throws: ApiError -32602 when it is off the grid. */
export const priceTicksOf = (price: number, instrument: Instrument): PriceTicks => {
  const ticks = ticksOf(price, instrument);
  if (ticks === null) {
    throw invalid('price', 'must conform to tick size');
  }
  return ticks;
};

const onGrid = (lots: SizeLots | null, param: string): SizeLots => {
  if (lots === null) {
    throw invalid(param, 'must be a multiple of the minimum order size');
  }
  return lots;
};

interface AmountParams {
  readonly amount?: number;
  readonly contracts?: number;
}

/** The lots of an amount or of a number of contracts; null when neither is given. */
const sizeLotsOf = (params: AmountParams, instrument: Instrument): SizeLots | null => {
  const { amount, contracts } = params;
  const byAmount = amount === undefined ? null : onGrid(lotsOf(amount, instrument), 'amount');
  const byContracts =
    contracts === undefined ? null : onGrid(lotsOfContracts(contracts, instrument), 'contracts');
  if (byAmount !== null && byContracts !== null && byAmount !== byContracts) {
    throw invalid('contracts', 'must agree with amount');
  }
  return byAmount ?? byContracts;
};

/** The lots of an amount. Throws: ApiError -32602 when it is no multiple of the lot. */
export const amountLotsOf = (amount: number, instrument: Instrument): SizeLots =>
  onGrid(lotsOf(amount, instrument), 'amount');

const displayLotsOf = (display: number | undefined, instrument: Instrument): SizeLots | null =>
  display === undefined ? null : onGrid(lotsOf(display, instrument), 'display_amount');

export const postOnlyOf = (post: boolean | undefined, reject: boolean | undefined): PostOnly =>
  post !== true ? 'off' : reject === true ? 'reject' : 'slide';

export const validUntilOf = (ms: number | undefined): TsUs | 0 =>
  ms === undefined || ms <= 0 ? 0 : usOfMs(ms);

const priceModeOf = (advanced: 'usd' | 'implv' | undefined): PriceMode =>
  advanced === undefined ? 'price' : advanced === 'implv' ? 'iv' : 'usd';

/** A volatility arrives in percent and lives as a fraction. */
const priceModeValueOf = (mode: PriceMode, price: number): number =>
  mode === 'iv' ? price / 100 : mode === 'usd' ? price : 0;

const refuseUnsupported = (params: PlaceParams): void => {
  if (params.linked_order_type !== undefined || params.otoco_config !== undefined) {
    throw notImplemented('linked_order_type');
  }
  if ((params.display_amount ?? params.max_show) === 0) {
    throw notImplemented('a hidden order');
  }
};

/** Marks and trades lie on the instrument's grid, indexes do not. */
const checkTriggerTick = (
  price: number,
  source: Trigger['source'],
  instrument: Instrument,
): void => {
  if (source !== 'index' && price > 0 && ticksOf(price, instrument) === null) {
    throw new ApiError('trigger_price_wrong_tick', {
      reason: 'must conform to tick size',
      param: 'trigger_price',
    });
  }
};

const triggerOf = (
  params: PlaceParams,
  type: OrderType,
  instrument: Instrument,
): Trigger | null => {
  const { trigger, trigger_price: price, trigger_offset: offset } = params;
  if (!isTriggerType(type)) {
    if (price !== undefined || offset !== undefined) {
      throw new ApiError('invalid_trigger_price', {
        reason: `an order of type ${params.type ?? 'limit'} has no trigger`,
        param: price === undefined ? 'trigger_offset' : 'trigger_price',
      });
    }
    return null;
  }
  const source = trigger === undefined ? null : parseTriggerSource(trigger);
  if (source === null) {
    throw invalid('trigger', 'value required');
  }
  if (type === 'trailing-stop') {
    if (offset === undefined) {
      throw invalid('trigger_offset', 'value required');
    }
    return { source, price: null, offset };
  }
  if (price === undefined) {
    throw invalid('trigger_price', 'value required');
  }
  checkTriggerTick(price, source, instrument);
  return { source, price, offset: null };
};

interface LimitPrice {
  readonly priceTicks: PriceTicks;
  readonly priceMode: PriceMode;
  readonly priceModeValue: number;
}

const limitPriceOf = (params: PlaceParams, type: OrderType, instrument: Instrument): LimitPrice => {
  const priceMode = priceModeOf(params.advanced);
  const none = 0 as PriceTicks;
  if (isMarketType(type)) {
    return { priceTicks: none, priceMode, priceModeValue: 0 };
  }
  if (params.price === undefined) {
    throw invalid('price', 'value required');
  }
  if (priceMode !== 'price') {
    return {
      priceTicks: none,
      priceMode,
      priceModeValue: priceModeValueOf(priceMode, params.price),
    };
  }
  return { priceTicks: priceTicksOf(params.price, instrument), priceMode, priceModeValue: 0 };
};

/** The command of a buy or sell. Throws: ApiError naming the parameter at fault. */
export const placeOrderOf = (params: PlaceParams, side: Side, call: Call): PlaceOrder => {
  const instrument = instrumentNamed(call, params.instrument_name);
  refuseUnsupported(params);
  const sizeLots = sizeLotsOf(params, instrument);
  if (sizeLots === null) {
    throw invalid('amount', 'value required');
  }
  const orderType = parseOrderType(params.type ?? 'limit') ?? 'limit';
  const price = limitPriceOf(params, orderType, instrument);
  return {
    type: 'place-order',
    accountId: accountOf(call),
    instrumentId: instrument.id,
    side,
    orderType,
    timeInForce: parseTimeInForce(params.time_in_force ?? 'good_til_cancelled') ?? 'gtc',
    ...price,
    sizeLots,
    displayLots:
      displayLotsOf(params.display_amount ?? params.max_show, instrument) ?? (0 as SizeLots),
    postOnly: postOnlyOf(params.post_only, params.reject_post_only),
    reduceOnly: params.reduce_only === true,
    trigger: triggerOf(params, orderType, instrument),
    label: params.label ?? '',
    clientKey: params.client_key ?? null,
    validUntilUs: validUntilOf(params.valid_until),
    connectionId: connectionOf(call),
    mmp: params.mmp === true,
    clientId: grantOf(call).clientId,
  };
};

const editedPrice = (
  params: EditParams,
  order: OrderState,
  instrument: Instrument,
): Pick<EditOrder, 'priceTicks' | 'priceMode' | 'priceModeValue'> => {
  const { price, advanced } = params;
  // A new price is in the order's own terms only when they are named again; see Deribit's `edit`.
  const kept = advanced === undefined && price === undefined;
  const priceMode = kept ? order.priceMode : priceModeOf(advanced);
  const changedMode = priceMode === order.priceMode ? null : priceMode;
  if (price === undefined || isMarketType(order.type)) {
    return { priceTicks: null, priceMode: changedMode, priceModeValue: null };
  }
  return priceMode === 'price'
    ? { priceTicks: priceTicksOf(price, instrument), priceMode: changedMode, priceModeValue: null }
    : {
        priceTicks: null,
        priceMode: changedMode,
        priceModeValue: priceModeValueOf(priceMode, price),
      };
};

/**
 * The command of an edit: what is not given stays. Throws: ApiError naming the parameter at fault.
 */
export const editOrderOf = (
  params: EditParams,
  order: OrderState,
  instrument: Instrument,
  call: Call,
): EditOrder => {
  if (params.mmp !== undefined && params.mmp !== order.mmp) {
    throw invalid('mmp', 'an order keeps the protection that it was placed with');
  }
  const { trigger_price: triggerPrice } = params;
  if (triggerPrice !== undefined && order.trigger !== null) {
    checkTriggerTick(triggerPrice, order.trigger.source, instrument);
  }
  const postOnly =
    params.post_only === undefined ? null : postOnlyOf(params.post_only, params.reject_post_only);
  return {
    type: 'edit-order',
    accountId: accountOf(call),
    orderId: order.orderId,
    ...editedPrice(params, order, instrument),
    sizeLots: sizeLotsOf(params, instrument),
    displayLots: displayLotsOf(params.display_amount, instrument),
    postOnly,
    reduceOnly: params.reduce_only ?? null,
    triggerPrice: triggerPrice ?? null,
    triggerOffset: params.trigger_offset ?? null,
    validUntilUs: validUntilOf(params.valid_until),
    clientId: grantOf(call).clientId,
  };
};
