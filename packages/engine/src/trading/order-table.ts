// Order table: the open orders by id. Ids only grow and most orders are young, so the low bits of
// an id are its hash: neighbours in time are neighbours in memory. An entry is an id and the slot
// of its order in the pool, side by side, so that a look-up touches one line of the table. Linear
// probing; a removal closes its gap, so the table never needs cleaning up, and only its doublings
// take longer than a look-up.
import { assert } from '@openstrike/std';
import type { OrderRecord } from '../state.ts';
import type { OrderPool } from './order-row.ts';

const FIRST_CAPACITY = 1 << 10;

export class OrderTable {
  readonly #pool: OrderPool;
  /** Pairs of id and slot; the id is 0 where the place is free. */
  #entries = new Float64Array(2 * FIRST_CAPACITY);
  #mask = FIRST_CAPACITY - 1;
  #size = 0;

  constructor(pool: OrderPool) {
    this.#pool = pool;
  }

  get size(): number {
    return this.#size;
  }

  /** The open order of an id. */
  get(id: number): OrderRecord | undefined {
    const slot = this.slotOf(id);
    return slot === 0 ? undefined : this.#pool.at(slot);
  }

  /** The slot of the open order of an id; 0 for none. */
  slotOf(id: number): number {
    const at = this.#placeOf(id);
    return this.#entries[at] === 0 ? 0 : (this.#entries[at + 1] as number);
  }

  /** Reads the place where a look-up of an id would begin. */
  peek(id: number): number {
    return this.#entries[2 * this.#homeOf(id)] as number;
  }

  /** Takes in an order. Holds: its id is not here. */
  add(order: OrderRecord): void {
    if (2 * this.#size > this.#mask) {
      this.#grow();
    }
    const at = this.#placeOf(order.id);
    assert(this.#entries[at] === 0, 'the order is open already');
    this.#entries[at] = order.id;
    this.#entries[at + 1] = order.slot;
    this.#size += 1;
  }

  /** Takes an order out. Holds: it is here. */
  remove(id: number): void {
    const entries = this.#entries;
    const mask = this.#mask;
    let gap = this.#placeOf(id) >> 1;
    assert(entries[2 * gap] === id, 'the order is not open');
    for (let at = (gap + 1) & mask; entries[2 * at] !== 0; at = (at + 1) & mask) {
      const home = this.#homeOf(entries[2 * at] as number);
      // An entry may move back to the gap unless its home lies after it on the way here.
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        entries[2 * gap] = entries[2 * at] as number;
        entries[2 * gap + 1] = entries[2 * at + 1] as number;
        gap = at;
      }
    }
    entries[2 * gap] = 0;
    this.#size -= 1;
  }

  /** All open orders, by id. Cost: as many, sorted. */
  sorted(): OrderRecord[] {
    const found: OrderRecord[] = [];
    for (let at = 0; at < this.#entries.length; at += 2) {
      if (this.#entries[at] !== 0) found.push(this.#pool.at(this.#entries[at + 1] as number));
    }
    return found.sort((a, b) => a.id - b.id);
  }

  /** The low bits, of ids beyond 32 bits too. */
  #homeOf(id: number): number {
    return id & this.#mask;
  }

  /** Where the pair of an id is, or would be. */
  #placeOf(id: number): number {
    const entries = this.#entries;
    let at = this.#homeOf(id);
    for (let found = entries[2 * at]; found !== id && found !== 0; found = entries[2 * at]) {
      at = (at + 1) & this.#mask;
    }
    return 2 * at;
  }

  #grow(): void {
    const entries = this.#entries;
    this.#entries = new Float64Array(2 * entries.length);
    this.#mask = entries.length - 1;
    for (let at = 0; at < entries.length; at += 2) {
      const id = entries[at] as number;
      if (id !== 0) {
        const to = this.#placeOf(id);
        this.#entries[to] = id;
        this.#entries[to + 1] = entries[at + 1] as number;
      }
    }
  }
}
