// Call auction model: an auction's one price against a search over every limit there is. Invariant:
// no other price would have traded more lots.
import type { CallAuctionUncrossed, OrderState } from '@openstrike/domain';
import { hold, show } from './violation.ts';

const leftOf = ({ sizeLots, filledLots }: OrderState): number => sizeLots - filledLots;

const volumeAt = (orders: readonly OrderState[], ticks: number): number => {
  let wanted = 0;
  let offered = 0;
  for (const order of orders) {
    if (order.side === 'buy' && order.priceTicks >= ticks) wanted += leftOf(order);
    if (order.side === 'sell' && order.priceTicks <= ticks) offered += leftOf(order);
  }
  return Math.min(wanted, offered);
};

/** Holds an auction's price against the orders that stood in it. */
export const checkUncrossing = (event: CallAuctionUncrossed, all: Iterable<OrderState>): void => {
  const orders = [...all].filter(({ status, priceTicks }) => status === 'open' && priceTicks > 0);
  const told = volumeAt(orders, event.priceTicks);
  hold(told === event.sizeLots, 'an auction trades what it says', () => `${told} ${show(event)}`);
  for (const { priceTicks } of orders) {
    const other = volumeAt(orders, priceTicks);
    hold(
      other <= told,
      "an auction's price trades most",
      () => `${other} at ${priceTicks}, ${show(event)}`,
    );
  }
};
