// Plain order: what an order and an edit say where nothing special is wanted, to be spread and
// completed by whoever makes commands: simulations, benchmarks, tests and the venue itself.
import type { EditOrder, PlaceOrder } from './command.ts';
import type { PriceTicks, SizeLots } from './units.ts';

/** A good-till-cancelled limit order; its price is still to be named. */
export const plainOrder: Omit<PlaceOrder, 'accountId' | 'instrumentId' | 'side' | 'sizeLots'> = {
  type: 'place-order',
  orderType: 'limit',
  timeInForce: 'gtc',
  priceTicks: 0 as PriceTicks,
  displayLots: 0 as SizeLots,
  postOnly: 'off',
  reduceOnly: false,
  priceMode: 'price',
  priceModeValue: 0,
  trigger: null,
  label: '',
  clientKey: null,
  validUntilUs: 0,
  connectionId: 0,
  mmp: false,
};

/** An edit that leaves all as it is. */
export const plainEdit: Omit<EditOrder, 'accountId' | 'orderId'> = {
  type: 'edit-order',
  priceTicks: null,
  sizeLots: null,
  displayLots: null,
  postOnly: null,
  reduceOnly: null,
  priceMode: null,
  priceModeValue: null,
  triggerPrice: null,
  triggerOffset: null,
  validUntilUs: 0,
};
