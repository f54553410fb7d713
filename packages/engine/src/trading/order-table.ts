// Order table: the open orders by id. Ids only grow and most orders are young, so the low bits of
// an id are its hash: neighbours in time are neighbours in memory. Linear probing; a removal closes
// its gap, so the table never needs cleaning up, and only its doublings take longer than a look-up.
import { assert } from '@openstrike/std';
import type { OrderRecord } from '../state.ts';

const FIRST_CAPACITY = 1 << 10;

export class OrderTable {
  #capacity = FIRST_CAPACITY;
  /** 0 where the place is free. */
  #ids = new Float64Array(FIRST_CAPACITY);
  #orders: (OrderRecord | null)[] = new Array(FIRST_CAPACITY).fill(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The open order of an id. */
  get(id: number): OrderRecord | undefined {
    return this.#orders[this.#placeOf(id)] ?? undefined;
  }

  /** Takes in an order. Holds: its id is not here. */
  add(order: OrderRecord): void {
    if (2 * this.#size >= this.#capacity) {
      this.#grow();
    }
    const at = this.#placeOf(order.id);
    assert(this.#ids[at] === 0, 'the order is open already');
    this.#ids[at] = order.id;
    this.#orders[at] = order;
    this.#size += 1;
  }

  /** Takes an order out. Holds: it is here. */
  remove(id: number): void {
    let gap = this.#placeOf(id);
    assert(this.#ids[gap] === id, 'the order is not open');
    const mask = this.#capacity - 1;
    for (let at = (gap + 1) & mask; this.#ids[at] !== 0; at = (at + 1) & mask) {
      const home = this.#homeOf(this.#ids[at] as number);
      // An entry may move back to the gap unless its home lies after it on the way here.
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        this.#ids[gap] = this.#ids[at] as number;
        this.#orders[gap] = this.#orders[at] as OrderRecord;
        gap = at;
      }
    }
    this.#ids[gap] = 0;
    this.#orders[gap] = null;
    this.#size -= 1;
  }

  /** All open orders, by id. Cost: as many, sorted. */
  sorted(): OrderRecord[] {
    const found: OrderRecord[] = [];
    for (const order of this.#orders) {
      if (order !== null) found.push(order);
    }
    return found.sort((a, b) => a.id - b.id);
  }

  #homeOf(id: number): number {
    return (id % 4_294_967_296) & (this.#capacity - 1);
  }

  /** Where an id is, or would be. */
  #placeOf(id: number): number {
    const mask = this.#capacity - 1;
    let at = this.#homeOf(id);
    for (let found = this.#ids[at]; found !== id && found !== 0; found = this.#ids[at]) {
      at = (at + 1) & mask;
    }
    return at;
  }

  #grow(): void {
    const ids = this.#ids;
    const orders = this.#orders;
    this.#capacity *= 2;
    this.#ids = new Float64Array(this.#capacity);
    this.#orders = new Array(this.#capacity).fill(null);
    for (let at = 0; at < ids.length; at++) {
      const id = ids[at] as number;
      if (id !== 0) {
        const to = this.#placeOf(id);
        this.#ids[to] = id;
        this.#orders[to] = orders[at] as OrderRecord;
      }
    }
  }
}
