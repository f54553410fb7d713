// Order answer: what buy, sell, edit and cancel answer, made from the events of their own command.
// Invariant: the answer shows the order as the command left it, whatever happened since.
import type { Applied, Event, Instrument, OrderId, OrderState, Trade } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { type ApiOrder, type ApiUserTrade, renderOrder, renderUserTrade } from '@openstrike/wire';

export interface OrderAnswer {
  readonly order: ApiOrder;
  readonly trades: readonly ApiUserTrade[];
}

/**
 * The order that a command placed: the last placed that no trigger brought. What came due before
 * the command may have placed a liquidation's orders.
 */
const placedId = (events: readonly Event[]): OrderId | null => {
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i];
    if (
      event?.type === 'order-changed' &&
      event.cause === 'placed' &&
      event.order.triggerOrderId === null
    ) {
      return event.order.orderId;
    }
  }
  return null;
};

/** The last state that the events tell of an order. */
export const lastStateOf = (events: readonly Event[], orderId: OrderId): OrderState | null => {
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i];
    if (event?.type === 'order-changed' && event.order.orderId === orderId) {
      return event.order;
    }
  }
  return null;
};

const tradesOf = (
  trades: readonly Trade[],
  orderId: OrderId,
  instrument: Instrument,
): ApiUserTrade[] => {
  const rendered: ApiUserTrade[] = [];
  for (const trade of trades) {
    if (trade.taker.orderId === orderId) rendered.push(renderUserTrade(trade, 'taker', instrument));
    if (trade.maker.orderId === orderId) rendered.push(renderUserTrade(trade, 'maker', instrument));
  }
  return rendered;
};

/** The answer about one order that a command changed. */
export const answerOf = (
  applied: Applied,
  orderId: OrderId,
  instrument: Instrument,
): OrderAnswer => {
  const order = lastStateOf(applied.events, orderId);
  assert(order !== null, 'a command that took effect tells the state of its order');
  const trades = applied.events.filter((event) => event.type === 'trade');
  return { order: renderOrder(order, instrument), trades: tradesOf(trades, orderId, instrument) };
};

/** The answer to a command that places an order, or that repeats one by its client key. */
export const placedAnswer = (applied: Applied, instrument: Instrument): OrderAnswer => {
  for (const event of applied.events) {
    if (event.type === 'command-repeated') {
      return {
        order: renderOrder(event.order, instrument),
        trades: tradesOf(event.trades, event.order.orderId, instrument),
      };
    }
  }
  const orderId = placedId(applied.events);
  assert(orderId !== null, 'a command that took effect placed its order');
  return answerOf(applied, orderId, instrument);
};
