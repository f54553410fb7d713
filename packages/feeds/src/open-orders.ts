// Open orders: all open and untriggered orders of the venue, found by id, by account and by label.
// One map leads to a node, and nodes are linked within their account and within their label,
// because a venue's orders come and go far more often than anybody lists them. Invariant: a node is
// in its account's list, and in its label's list if it has a label.
import type { OrderId, OrderState } from '@openstrike/domain';
import { IdMap } from '@openstrike/std';

interface Node {
  order: OrderState;
  readonly own: OrdersOfAccount;
  older: Node | null;
  newer: Node | null;
  olderOfLabel: Node | null;
  newerOfLabel: Node | null;
}

/** One account's end of the lists. */
export class OrdersOfAccount {
  newest: Node | null = null;
  readonly newestOfLabel = new Map<string, Node>();

  /** Ascending by id. */
  all(): OrderState[] {
    const orders: OrderState[] = [];
    for (let node = this.newest; node !== null; node = node.older) {
      orders.push(node.order);
    }
    return orders.reverse().sort(byOrderId);
  }

  /** Those of a label, ascending by id. */
  ofLabel(label: string): OrderState[] {
    const orders: OrderState[] = [];
    let node = this.newestOfLabel.get(label) ?? null;
    for (; node !== null; node = node.olderOfLabel) {
      orders.push(node.order);
    }
    return orders.reverse().sort(byOrderId);
  }
}

export class OpenOrders {
  readonly #nodes = new IdMap<Node>();

  get(orderId: OrderId): OrderState | null {
    return this.#nodes.get(orderId)?.order ?? null;
  }

  /** Takes the newest state of an order of this account. */
  change(order: OrderState, own: OrdersOfAccount): void {
    const node = this.#nodes.get(order.orderId);
    const open = order.status === 'open' || order.status === 'untriggered';
    if (node === undefined) {
      if (open) {
        this.#add(order, own);
      }
    } else if (open) {
      node.order = order;
    } else {
      this.#remove(node);
    }
  }

  #add(order: OrderState, own: OrdersOfAccount): void {
    const node: Node = {
      order,
      own,
      older: own.newest,
      newer: null,
      olderOfLabel: null,
      newerOfLabel: null,
    };
    this.#nodes.set(order.orderId, node);
    if (own.newest !== null) {
      own.newest.newer = node;
    }
    own.newest = node;
    if (order.label !== '') {
      const older = own.newestOfLabel.get(order.label) ?? null;
      node.olderOfLabel = older;
      if (older !== null) {
        older.newerOfLabel = node;
      }
      own.newestOfLabel.set(order.label, node);
    }
  }

  #remove(node: Node): void {
    const { order, own, older, newer } = node;
    this.#nodes.delete(order.orderId);
    if (older !== null) {
      older.newer = newer;
    }
    if (newer !== null) {
      newer.older = older;
    } else {
      own.newest = older;
    }
    if (order.label !== '') {
      this.#removeFromLabel(node);
    }
    letGo(node);
  }

  #removeFromLabel({ order, own, olderOfLabel: older, newerOfLabel: newer }: Node): void {
    if (older !== null) {
      older.newerOfLabel = newer;
    }
    if (newer !== null) {
      newer.olderOfLabel = older;
    } else if (older !== null) {
      own.newestOfLabel.set(order.label, older);
    } else {
      own.newestOfLabel.delete(order.label);
    }
  }
}

/**
 * A node that is gone but still led to its neighbours would keep alive, once it is in the old part
 * of the heap, every order that came after it until the next full collection.
 */
function letGo(node: Node): void {
  node.older = null;
  node.newer = null;
  node.olderOfLabel = null;
  node.newerOfLabel = null;
}

const byOrderId = (a: OrderState, b: OrderState): number => a.orderId - b.orderId;
