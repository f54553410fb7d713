// Level side: one side of a public book as two parallel arrays, the best level last, because most
// changes are near the best. Asks are kept by their negated ticks, so that one code serves both
// sides. Invariant: keys strictly ascend; every size is positive.
import type { PriceTicks, SizeLots } from '@openstrike/domain';
import type { BookLevel } from './feeds.ts';

export class LevelSide {
  readonly #sign: 1 | -1;
  readonly #keys: number[] = [];
  readonly #lots: number[] = [];

  constructor(side: 'bid' | 'ask') {
    this.#sign = side === 'bid' ? 1 : -1;
  }

  /** Best price in ticks; only where `bestLots` is not 0. */
  get bestTicks(): PriceTicks {
    return (this.#sign * (this.#keys[this.#keys.length - 1] as number)) as PriceTicks;
  }

  /** Size at the best price, 0 when the side is empty. */
  get bestLots(): SizeLots {
    const count = this.#lots.length;
    return (count === 0 ? 0 : this.#lots[count - 1]) as SizeLots;
  }

  /**
   * Sets a level's size (0 removes it) and returns the size it had. Cost: the levels better than
   * it.
   */
  set(priceTicks: PriceTicks, sizeLots: SizeLots): SizeLots {
    const keys = this.#keys;
    const lots = this.#lots;
    const key = this.#sign * priceTicks;
    const after = this.#after(key);
    if (after > 0 && keys[after - 1] === key) {
      const before = lots[after - 1] as SizeLots;
      if (sizeLots > 0) {
        lots[after - 1] = sizeLots;
      } else {
        this.#remove(after - 1);
      }
      return before;
    }
    if (sizeLots > 0) {
      this.#insert(after, key, sizeLots);
    }
    return 0 as SizeLots;
  }

  /**
   * The position after the last key at or below this one: a few steps from the best, then by
   * halves.
   */
  #after(key: number): number {
    const keys = this.#keys;
    let high = keys.length;
    const near = Math.max(0, high - 8);
    while (high > near) {
      if ((keys[high - 1] as number) <= key) {
        return high;
      }
      high--;
    }
    let low = 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] as number) <= key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #insert(at: number, key: number, sizeLots: SizeLots): void {
    const keys = this.#keys;
    const lots = this.#lots;
    keys.push(key);
    lots.push(sizeLots);
    for (let i = keys.length - 1; i > at; i--) {
      keys[i] = keys[i - 1] as number;
      lots[i] = lots[i - 1] as number;
    }
    keys[at] = key;
    lots[at] = sizeLots;
  }

  #remove(at: number): void {
    const keys = this.#keys;
    const lots = this.#lots;
    const last = keys.length - 1;
    for (let i = at; i < last; i++) {
      keys[i] = keys[i + 1] as number;
      lots[i] = lots[i + 1] as number;
    }
    keys.pop();
    lots.pop();
  }

  /** All levels, best first, as fresh objects. */
  levels(): BookLevel[] {
    const levels: BookLevel[] = [];
    for (let i = this.#keys.length - 1; i >= 0; i--) {
      levels.push({
        priceTicks: (this.#sign * (this.#keys[i] as number)) as PriceTicks,
        sizeLots: this.#lots[i] as SizeLots,
      });
    }
    return levels;
  }
}
