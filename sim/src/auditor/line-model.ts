// Line model: when each open order last came to the end of its line, by the events alone: as it was
// placed, repriced, or edited to another price, more lots or another display. Invariant: it never
// takes an order for earlier or later than it was; where the events do not tell, it says so.
import type { OrderChanged, OrderId, OrderState } from '@openstrike/domain';

const shown = ({ displayLots, sizeLots }: OrderState): number =>
  displayLots < sizeLots ? displayLots : 0;

const goesBack = (before: OrderState, order: OrderState): boolean =>
  before.priceTicks !== order.priceTicks ||
  before.sizeLots < order.sizeLots ||
  shown(before) !== shown(order);

/** An edit may have been trimmed, or slid, to what the order was before. */
const mayHideIt = ({ postOnly, reduceOnly }: OrderState): boolean =>
  reduceOnly || postOnly === 'slide';

export class LineModel {
  /** Orders in the order in which they came; NaN where that is not known. */
  readonly #arrivals = new Map<OrderId, number>();
  #turn = 0;

  /** Takes an order's new state in, with the one before. */
  change({ cause, order }: OrderChanged, before: OrderState | undefined): void {
    const { orderId, status } = order;
    if (status !== 'open') {
      this.#arrivals.delete(orderId);
      return;
    }
    this.#turn += 1;
    const edited = cause === 'edited' && before !== undefined;
    if (edited && !goesBack(before, order)) {
      if (mayHideIt(order)) this.#arrivals.set(orderId, Number.NaN);
    } else if (edited || cause === 'placed' || cause === 'repriced') {
      this.#arrivals.set(orderId, this.#turn);
    }
  }

  /** Whether an order surely came before another. */
  isBefore(order: OrderState, other: OrderState): boolean {
    const first = this.#arrivals.get(order.orderId) ?? Number.NaN;
    return first < (this.#arrivals.get(other.orderId) ?? Number.NaN);
  }

  /** Whether an order surely stands before another of its side: at a better price, or earlier. */
  standsBefore(order: OrderState, other: OrderState): boolean {
    if (order.priceTicks !== other.priceTicks) {
      return order.side === 'buy'
        ? order.priceTicks > other.priceTicks
        : order.priceTicks < other.priceTicks;
    }
    // A slice of an iceberg goes to the end of the line without a word.
    const whole = shown(order) === 0 && shown(other) === 0;
    return whole && this.isBefore(order, other);
  }
}
