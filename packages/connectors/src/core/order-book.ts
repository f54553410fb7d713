// Order book: one symbol's price levels as its venue tells them. Invariant: each side is strictly
// ordered and holds no level without size. Levels are kept worst first, because a venue changes the
// best ones most and the end of an array is cheap to change.

export interface PriceLevel {
  readonly price: number;
  /** In the venue's unit; zero removes the level. */
  readonly size: number;
  /** Both as the venue wrote them, where its checksum is made of that text. */
  readonly text?: string;
}

export class BookSide {
  /** 1 where the best price is the highest (bids), -1 where it is the lowest (asks). */
  readonly #direction: 1 | -1;
  readonly #levels: PriceLevel[] = [];

  constructor(direction: 1 | -1) {
    this.#direction = direction;
  }

  get length(): number {
    return this.#levels.length;
  }

  clear(): void {
    this.#levels.length = 0;
  }

  /** The level at a rank: 0 is the best. */
  at(rank: number): PriceLevel | undefined {
    return this.#levels[this.#levels.length - 1 - rank];
  }

  /** Sets or removes one level. */
  set(level: PriceLevel): void {
    const levels = this.#levels;
    const key = level.price * this.#direction;
    let low = 0;
    let high = levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((levels[middle] as PriceLevel).price * this.#direction < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const found = levels[low]?.price === level.price;
    if (level.size === 0) {
      if (found) {
        levels.splice(low, 1);
      }
    } else if (found) {
      levels[low] = level;
    } else {
      levels.splice(low, 0, level);
    }
  }

  /** Drops all but the best levels. */
  keepBest(count: number): void {
    if (this.#levels.length > count) {
      this.#levels.splice(0, this.#levels.length - count);
    }
  }

  /** Takes all levels at once: a snapshot of thousands need not be inserted one by one. */
  load(levels: readonly PriceLevel[]): void {
    const direction = this.#direction;
    // The sort is stable: of two levels at one price the later one counts.
    const sorted = [...levels].sort((a, b) => (a.price - b.price) * direction);
    this.#levels.length = 0;
    sorted.forEach((level, index) => {
      if (level.size !== 0 && sorted[index + 1]?.price !== level.price) {
        this.#levels.push(level);
      }
    });
  }
}

export class OrderBook {
  readonly bids: BookSide = new BookSide(1);
  readonly asks: BookSide = new BookSide(-1);

  clear(): void {
    this.bids.clear();
    this.asks.clear();
  }

  /** Whether the best bid is not below the best ask: then some update is missing or wrong. */
  crossed(): boolean {
    const bid = this.bids.at(0);
    const ask = this.asks.at(0);
    return bid !== undefined && ask !== undefined && bid.price >= ask.price;
  }
}
