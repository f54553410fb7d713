/**
 * A map from positive whole numbers that mostly grow, such as ids of orders, for what comes and
 * goes all day. A `Map` grows a new table every few hundred removals, and V8 leaves each outgrown
 * table leading to the next: once the first is in the old part of the heap, all that stood in any
 * of them since stays until the next full collection, and the short collections copy it. Here a
 * removal closes its gap and the table stays.
 */
import { assert } from './assert.ts';

const FIRST_CAPACITY = 1 << 8;

/** A map by id. Cost: get, set and delete O(1) on average; a doubling now and then. */
export class IdMap<T> {
  /** The low bits of an id are its hash; 0 where a place is free. */
  #ids = new Float64Array(FIRST_CAPACITY);
  #values: (T | undefined)[] = new Array(FIRST_CAPACITY).fill(undefined);
  #mask = FIRST_CAPACITY - 1;
  #size = 0;

  /** How many are inside. */
  get size(): number {
    return this.#size;
  }

  /** The value of an id, or undefined. */
  get(id: number): T | undefined {
    return this.#values[this.#placeOf(id)];
  }

  /** Gives an id its value. Throws: AssertionError unless it is a positive safe integer. */
  set(id: number, value: T): void {
    assert(Number.isSafeInteger(id) && id > 0, 'an id is a positive whole number');
    if (2 * this.#size > this.#mask) {
      this.#grow();
    }
    const at = this.#placeOf(id);
    if (this.#ids[at] === 0) {
      this.#ids[at] = id;
      this.#size += 1;
    }
    this.#values[at] = value;
  }

  /** Takes an id out; whether it was there. */
  delete(id: number): boolean {
    const ids = this.#ids;
    const mask = this.#mask;
    let gap = this.#placeOf(id);
    if (ids[gap] === 0) {
      return false;
    }
    for (let at = (gap + 1) & mask; ids[at] !== 0; at = (at + 1) & mask) {
      const home = (ids[at] as number) & mask;
      // An entry may move back to the gap unless its home lies after it on the way here.
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        ids[gap] = ids[at] as number;
        this.#values[gap] = this.#values[at];
        gap = at;
      }
    }
    ids[gap] = 0;
    this.#values[gap] = undefined;
    this.#size -= 1;
    return true;
  }

  /** Where an id is, or would be. */
  #placeOf(id: number): number {
    const ids = this.#ids;
    let at = id & this.#mask;
    for (let found = ids[at]; found !== id && found !== 0; found = ids[at]) {
      at = (at + 1) & this.#mask;
    }
    return at;
  }

  #grow(): void {
    const ids = this.#ids;
    const values = this.#values;
    this.#mask = 2 * ids.length - 1;
    this.#ids = new Float64Array(2 * ids.length);
    this.#values = new Array(2 * ids.length).fill(undefined);
    for (const [from, id] of ids.entries()) {
      if (id !== 0) {
        const to = this.#placeOf(id);
        this.#ids[to] = id;
        this.#values[to] = values[from];
      }
    }
  }
}
