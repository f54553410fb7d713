// Waits in an auction: which orders a call auction takes, be they new or what an edit leaves.
// Whatever must trade at once, follows other prices or depends on the book has no place in one.
import type { PlaceOrder } from '@openstrike/domain';

type Waiting = Pick<
  PlaceOrder,
  'orderType' | 'timeInForce' | 'priceMode' | 'postOnly' | 'reduceOnly'
>;

/** Whether an order may come to rest in a call auction: a plain limit order that can wait. */
export const waitsInAuction = (order: Waiting): boolean =>
  order.orderType === 'limit' &&
  (order.timeInForce === 'gtc' || order.timeInForce === 'day') &&
  order.priceMode === 'price' &&
  order.postOnly === 'off' &&
  !order.reduceOnly;
