// Account record: one account's open orders, labels and positions as its owner may read them.
// Invariant: `labels` holds exactly the open orders with a label.
import type {
  AccountChanged,
  AccountId,
  InstrumentId,
  OrderId,
  OrderState,
  PositionChanged,
} from '@openstrike/domain';

export class AccountRecord {
  readonly accountId: AccountId;
  account: AccountChanged | null = null;
  readonly subaccounts: AccountId[] = [];
  readonly #orders = new Map<OrderId, OrderState>();
  readonly #labels = new Map<string, Set<OrderId>>();
  readonly #positions = new Map<InstrumentId, PositionChanged>();
  /** Bits of the currencies that the batch at hand touched; kept by the change set. */
  touchedCurrencies = 0;

  constructor(accountId: AccountId) {
    this.accountId = accountId;
  }

  /** Keeps the newest state of an open order. */
  keepOrder(order: OrderState): void {
    const count = this.#orders.size;
    this.#orders.set(order.orderId, order);
    if (order.label !== '' && this.#orders.size !== count) {
      const ids = this.#labels.get(order.label);
      if (ids === undefined) {
        this.#labels.set(order.label, new Set([order.orderId]));
      } else {
        ids.add(order.orderId);
      }
    }
  }

  /** Forgets an order that closed. */
  dropOrder(order: OrderState): void {
    if (!this.#orders.delete(order.orderId) || order.label === '') {
      return;
    }
    const ids = this.#labels.get(order.label);
    ids?.delete(order.orderId);
    if (ids?.size === 0) {
      this.#labels.delete(order.label);
    }
  }

  /** Open orders, ascending by id. */
  openOrders(): OrderState[] {
    return [...this.#orders.values()].sort(byOrderId);
  }

  /** Open orders of a label, ascending by id. */
  openOrdersByLabel(label: string): OrderState[] {
    const orders: OrderState[] = [];
    for (const orderId of this.#labels.get(label) ?? []) {
      orders.push(this.#orders.get(orderId) as OrderState);
    }
    return orders.sort(byOrderId);
  }

  /** Takes a position's new state; returns the signed lots it had. */
  changePosition(position: PositionChanged): number {
    const before = this.#positions.get(position.instrumentId)?.sizeLots ?? 0;
    if (
      position.sizeLots === 0 &&
      position.sessionRealised === 0 &&
      position.sessionFunding === 0
    ) {
      this.#positions.delete(position.instrumentId);
    } else {
      this.#positions.set(position.instrumentId, position);
    }
    return before;
  }

  /** Forgets the position of an instrument that left the venue. */
  dropPosition(instrumentId: InstrumentId): void {
    this.#positions.delete(instrumentId);
  }

  position(instrumentId: InstrumentId): PositionChanged | null {
    return this.#positions.get(instrumentId) ?? null;
  }

  /** All positions, ascending by instrument id. */
  positions(): PositionChanged[] {
    return [...this.#positions.values()].sort((a, b) => a.instrumentId - b.instrumentId);
  }
}

const byOrderId = (a: OrderState, b: OrderState): number => a.orderId - b.orderId;
