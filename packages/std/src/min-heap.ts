/**
 * A binary min-heap: the earliest of many timers, expiries or streams. Equal items leave in no
 * promised order, so a deterministic user gives it a comparator without ties.
 */

/** A binary min-heap under a comparator. Cost: push and pop O(log n), peek O(1). */
export class MinHeap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  /** How many items are inside. */
  get size(): number {
    return this.#items.length;
  }

  /** The least item, or undefined when empty. */
  peek(): T | undefined {
    return this.#items[0];
  }

  /** Adds an item. */
  push(item: T): void {
    const items = this.#items;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#compare(items[parent] as T, item) <= 0) {
        break;
      }
      items[at] = items[parent] as T;
      at = parent;
    }
    items[at] = item;
  }

  /** Removes and returns the least item, or undefined when empty. */
  pop(): T | undefined {
    const items = this.#items;
    const least = items[0];
    const last = items.pop();
    if (items.length > 0) {
      this.#sink(last as T);
    }
    return least;
  }

  #sink(item: T): void {
    const items = this.#items;
    const size = items.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && this.#compare(items[child + 1] as T, items[child] as T) < 0) {
        child++;
      }
      if (this.#compare(items[child] as T, item) >= 0) {
        break;
      }
      items[at] = items[child] as T;
      at = child;
    }
    items[at] = item;
  }
}
