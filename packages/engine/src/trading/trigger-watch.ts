// Trigger watch: orders that wait for a price, sorted so that a price tick looks only at those it
// fires. Invariant: an untriggered order stands in exactly one list of the watch of its source.
import { insertSorted } from '@openstrike/std';
import { createTriggerWatch, noTriggers } from '../instruments.ts';
import type { EngineState, IndexRecord, OrderRecord, TriggerWatch } from '../state.ts';

/** Price at which an order fires; for a trailing stop it moves with its reference. */
export const firingPrice = (order: OrderRecord): number => {
  const { trigger } = order;
  if (trigger === null) {
    return Number.NaN;
  }
  if (trigger.offset !== null && order.type === 'trailing-stop') {
    const { offset } = trigger;
    return order.side === 0 ? order.triggerReference + offset : order.triggerReference - offset;
  }
  return trigger.price as number;
};

/** Whether the order fires at prices at or above its own: buying stops and selling takes. */
export const firesRising = (order: OrderRecord): boolean => {
  const stop =
    order.type === 'stop-limit' || order.type === 'stop-market' || order.type === 'trailing-stop';
  return stop === (order.side === 0);
};

/** The watch of an order's source. */
export const watchOf = (state: EngineState, order: OrderRecord): TriggerWatch => {
  const { instrument } = order.holding;
  switch (order.trigger?.source) {
    case 'mark':
      return instrument.markTriggers;
    case 'last':
      return instrument.lastTriggers;
    default:
      return (state.indexes[instrument.indexNo] as IndexRecord).triggers;
  }
};

const ascending = (a: OrderRecord, b: OrderRecord): number =>
  firingPrice(a) - firingPrice(b) || a.id - b.id;
const descending = (a: OrderRecord, b: OrderRecord): number =>
  firingPrice(b) - firingPrice(a) || a.id - b.id;
const byId = (a: OrderRecord, b: OrderRecord): number => a.id - b.id;

/** Lets an untriggered order wait. */
export const watchOrder = (state: EngineState, order: OrderRecord): void => {
  const { instrument } = order.holding;
  const byMark = order.trigger?.source === 'mark';
  if (byMark && instrument.markTriggers === noTriggers) {
    instrument.markTriggers = createTriggerWatch();
  }
  const watch = watchOf(state, order);
  if (order.type === 'trailing-stop') {
    insertSorted(watch.trailing, order, byId);
  } else if (firesRising(order)) {
    insertSorted(watch.rising, order, ascending);
  } else {
    insertSorted(watch.falling, order, descending);
  }
};

/** Takes an untriggered order out of its list. */
export const unwatchOrder = (state: EngineState, order: OrderRecord): void => {
  const watch = watchOf(state, order);
  const list =
    order.type === 'trailing-stop'
      ? watch.trailing
      : firesRising(order)
        ? watch.rising
        : watch.falling;
  list.splice(list.indexOf(order), 1);
};
