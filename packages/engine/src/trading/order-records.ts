// Order records: an order's life inside the engine, from its first placing to its end, and the
// events that tell of it. Invariant: an open order is in the map and in its holding's list, and the
// holding's sums of open lots count exactly its orders that rest in the book and may add to the
// position.
import type { CancelReason, OrderCause, OrderId, PlaceOrder } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import type { EngineState, Holding, OrderRecord, SideCode } from '../state.ts';
import { OrderSnapshot, type OrderTerms } from './order-snapshot.ts';
import { unpegOrder } from './pegged-list.ts';

export const sideCodeOf = (side: PlaceOrder['side']): SideCode => (side === 'buy' ? 0 : 1);

/** A new order, open from now on and not yet in the book. */
export const openOrder = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  terms: OrderTerms,
  priceTicks: number,
  sizeLots: number,
  displayLots: number,
  triggerOrderId: OrderId | null,
): OrderRecord => {
  state.lastOrderId += 1;
  const id = state.lastOrderId as OrderId;
  const order = state.orderPool.take(id, holding, side, terms, triggerOrderId);
  order.createdUs = state.nowUs;
  order.priceTicks = priceTicks;
  order.sizeLots = sizeLots;
  order.displayLots = displayLots;
  order.updatedUs = state.nowUs;
  enlistOrder(state, order);
  return order;
};

/**
 * Puts an order into the map and its holding's list. Holds: its id is above all of that
 * list.
 */
export const enlistOrder = (state: EngineState, order: OrderRecord): void => {
  const { holding } = order;
  state.orders.add(order);
  order.previous = holding.lastOrder;
  if (holding.lastOrder === null) {
    holding.firstOrder = order;
  } else {
    holding.lastOrder.next = order;
  }
  holding.lastOrder = order;
  holding.orderCount += 1;
  holding.account.openOrderCount += 1;
};

/** Takes an order that has ended out of the state. Holds: it no longer rests in the book. */
export const delistOrder = (state: EngineState, order: OrderRecord): void => {
  const { holding, previous, next } = order;
  unpegOrder(order);
  state.orders.remove(order.id);
  if (previous === null) {
    holding.firstOrder = next;
  } else {
    previous.next = next;
  }
  if (next === null) {
    holding.lastOrder = previous;
  } else {
    next.previous = previous;
  }
  order.previous = null;
  order.next = null;
  state.orderPool.give(order);
  holding.orderCount -= 1;
  holding.account.openOrderCount -= 1;
};

/** The order of a book's slot. */
export const orderInSlot = (state: EngineState, slot: number): OrderRecord => {
  const order = state.orderPool.at(slot);
  assert(order.bookHandle !== 0, 'the book knows an order that does not rest in it');
  return order;
};

/** Counts lots that begin (positive) or cease (negative) to rest in the book for an order. */
export const countResting = (order: OrderRecord, lots: number): void => {
  if (order.reduceOnly) {
    return;
  }
  const { holding } = order;
  if (order.side === 0) {
    holding.openBuyLots += lots;
    holding.openBuyTickLots += lots * order.priceTicks;
  } else {
    holding.openSellLots += lots;
  }
};

/** Counts a reduce-only order in (1) or out (-1) of the book. */
export const countReduceOnly = (order: OrderRecord, change: 1 | -1): void => {
  if (order.reduceOnly) {
    order.holding.reduceOnlyCount += change;
    order.holding.instrument.reduceOnlyCount += change;
  }
};

/** States that an order came to be or changed. */
export const emitOrder = (
  state: EngineState,
  order: OrderRecord,
  cause: OrderCause,
  cancelReason: CancelReason | null,
): void => {
  if (state.quiet) return;
  state.emit({ type: 'order-changed', cause, order: new OrderSnapshot(order, cancelReason) });
};
