// Pegged list: the open orders of an instrument whose price is given in USD or as an implied
// volatility, by id. Such an order stays here to its end, also while it has no price on the grid
// and so does not rest.
import { noPegged } from '../instruments.ts';
import type { OrderRecord } from '../state.ts';

const placeOf = (list: readonly OrderRecord[], id: number): number => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as OrderRecord).id < id) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
};

/** Puts a pegged order into its instrument's list, if it is not there yet. */
export const pegOrder = (order: OrderRecord): void => {
  if (order.priceMode === 'price') {
    return;
  }
  const { instrument } = order.holding;
  if (instrument.peggedOrders === noPegged) instrument.peggedOrders = [];
  const list = instrument.peggedOrders;
  const at = placeOf(list, order.id);
  if (list[at] !== order) {
    list.splice(at, 0, order);
  }
};

/** Takes an order out of its instrument's list, if it is there. */
export const unpegOrder = (order: OrderRecord): void => {
  const list = order.holding.instrument.peggedOrders;
  const at = placeOf(list, order.id);
  if (list[at] === order) {
    list.splice(at, 1);
  }
};
