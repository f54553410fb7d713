// Reduce-only orders: they never open or enlarge a position. Invariant: between matches every
// resting one is on the side that shrinks its account's position and no larger than that position;
// while any rests in an instrument, matching there goes fill by fill, so that one sweep cannot fill
// two of them beyond it.
import { marginChanged } from '../account/margin.ts';
import type { EngineState, Holding, OrderRecord } from '../state.ts';
import { endOrder } from './cancel-orders.ts';
import { emitOrder } from './order-records.ts';

/** How many lots an order of this side may still take off the position. */
export const reducibleLots = (holding: Holding, side: number): number =>
  Math.max(side === 0 ? -holding.sizeLots : holding.sizeLots, 0);

/** Shrinks a resting order to this many open lots, keeping its place. */
export const shrinkResting = (state: EngineState, order: OrderRecord, openLots: number): void => {
  state.book.reduce(order.bookHandle, openLots);
  order.sizeLots = order.filledLots + openLots;
  order.displayLots = order.displayLots >= order.sizeLots ? 0 : order.displayLots;
  order.updatedUs = state.nowUs;
};

/** Trims or cancels an account's resting reduce-only orders after its position has changed. */
export const trimReduceOnly = (state: EngineState, holding: Holding): void => {
  if (holding.reduceOnlyCount === 0) {
    return;
  }
  let order = holding.firstOrder;
  while (order !== null) {
    const { next } = order;
    if (order.reduceOnly && order.bookHandle !== 0) {
      const allowed = reducibleLots(holding, order.side);
      if (allowed === 0) {
        endOrder(state, order, 'reduce-only');
      } else if (order.sizeLots - order.filledLots > allowed) {
        shrinkResting(state, order, allowed);
        emitOrder(state, order, 'edited', null);
        marginChanged(state, holding);
      }
    }
    order = next;
  }
};
