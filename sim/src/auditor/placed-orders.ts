// Placed orders: what a place-order command made. Invariant: it is refused, or told again, or makes
// exactly one order, and that order is the one that was asked for.
import type { Event, OrderState, PlaceOrder } from '@openstrike/domain';
import { hold, show } from './violation.ts';

/** Orders that the command itself placed, not those of triggers that fired meanwhile. */
export const placedOf = (command: PlaceOrder, events: readonly Event[]): OrderState[] => {
  const placed: OrderState[] = [];
  for (const event of events) {
    if (event.type !== 'order-changed' || event.cause !== 'placed') continue;
    const { accountId, clientKey, triggerOrderId } = event.order;
    const own = accountId === command.accountId && clientKey === command.clientKey;
    // Timers that ran before it may have placed a liquidation's orders.
    const forced = event.order.label === 'liquidation';
    if (own && triggerOrderId === null && !forced) placed.push(event.order);
  }
  return placed;
};

/** Holds the order that a command made against the command. */
export const checkPlaced = (command: PlaceOrder, events: readonly Event[]): void => {
  const [order, ...more] = placedOf(command, events);
  const answered = events.some(
    ({ type }) => type === 'command-rejected' || type === 'command-repeated',
  );
  hold(
    more.length === 0 && (order === undefined) === answered,
    'an order is placed once',
    () => `${show(command)} ${show(events)}`,
  );
  if (order === undefined) return;
  hold(
    order.side === command.side &&
      order.instrumentId === command.instrumentId &&
      (order.originalType ?? order.type) === command.orderType &&
      order.timeInForce === command.timeInForce &&
      order.sizeLots <= command.sizeLots &&
      (command.reduceOnly || order.sizeLots === command.sizeLots) &&
      order.postOnly === command.postOnly &&
      order.reduceOnly === command.reduceOnly &&
      order.priceMode === command.priceMode &&
      order.label === command.label &&
      order.connectionId === command.connectionId &&
      order.filledLots === 0,
    'an order is what was asked for',
    () => `${show(command)} made ${show(order)}`,
  );
};
