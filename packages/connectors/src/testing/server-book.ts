// Server book: the truth that a local venue tells a connector: one symbol's book, changed at random
// from a seed, with every state that it was ever in. Prices are whole cents and sizes have the
// venue's digits, so that texts and numbers agree.
import type { Random } from '@openstrike/std';

export interface ServerChange {
  readonly first: number;
  readonly sequence: number;
  readonly previous: number;
  readonly bids: readonly (readonly [price: number, size: number])[];
  readonly asks: readonly (readonly [price: number, size: number])[];
}

export class ServerBook {
  readonly symbol: string;
  readonly #random: Random;
  readonly #levels: number;
  readonly #bids = new Map<number, number>();
  readonly #asks = new Map<number, number>();
  /** What each state looks like at its best levels, in order. */
  readonly history: string[] = [];
  sequence = 1_000;

  constructor(symbol: string, random: Random, levels = 10) {
    this.symbol = symbol;
    this.#random = random;
    this.#levels = levels;
    for (let rank = 1; rank <= levels; rank++) {
      this.#bids.set(6_400_000 - rank * 50, this.#size());
      this.#asks.set(6_400_000 + rank * 50, this.#size());
    }
    this.#note();
  }

  /** Best first. */
  bids(depth = this.#levels): [number, number][] {
    const sorted = [...this.#bids].sort((a, b) => b[0] - a[0]);
    return sorted.slice(0, depth).map(([cents, size]) => [cents / 100, size]);
  }

  asks(depth = this.#levels): [number, number][] {
    const sorted = [...this.#asks].sort((a, b) => a[0] - b[0]);
    return sorted.slice(0, depth).map(([cents, size]) => [cents / 100, size]);
  }

  /** Changes one to three levels at random and says how. The book stays uncrossed and full. */
  change(): ServerChange {
    const first = this.sequence + 1;
    const previous = this.sequence;
    const bids = new Map<number, number>();
    const asks = new Map<number, number>();
    const rounds = this.#random.nextInt(1, 4);
    for (let round = 0; round < rounds; round++) {
      if (this.#random.nextInt(0, 2) === 0) {
        this.#changeSide(this.#bids, bids, Math.min(...this.#asks.keys()), -1);
      } else {
        this.#changeSide(this.#asks, asks, Math.max(...this.#bids.keys()), 1);
      }
      this.sequence++;
    }
    this.#note();
    return { first, sequence: this.sequence, previous, bids: centsOff(bids), asks: centsOff(asks) };
  }

  #changeSide(
    side: Map<number, number>,
    told: Map<number, number>,
    otherBest: number,
    outward: 1 | -1,
  ): void {
    const prices = [...side.keys()].sort((a, b) => (a - b) * outward);
    const removes = this.#random.nextInt(0, 3) === 0 && side.size > 3;
    if (removes) {
      const price = prices[this.#random.nextInt(0, Math.min(3, prices.length))] as number;
      side.delete(price);
      told.set(price, 0);
      return;
    }
    const price = otherBest + outward * this.#random.nextInt(1, 400);
    const size = this.#size();
    side.set(price, size);
    told.set(price, size);
    if (side.size > this.#levels) {
      const worst = [...side.keys()].sort((a, b) => (b - a) * outward)[0] as number;
      side.delete(worst);
      told.set(worst, 0);
    }
  }

  /** Eight digits behind the point, never zero. */
  #size(): number {
    return this.#random.nextInt(1, 500_000_000) / 1e8;
  }

  #note(): void {
    this.history.push(bookText(this.bids(), this.asks()));
  }
}

const centsOff = (changes: ReadonlyMap<number, number>): [number, number][] =>
  [...changes].map(([cents, size]) => [cents / 100, size]);

type Levels = readonly (readonly [price: number, size: number])[];

/** A book as one text, to compare and to look up. */
export const bookText = (bids: Levels, asks: Levels): string => {
  const side = (levels: Levels): string =>
    levels.map(([price, size]) => `${price.toFixed(2)}:${size.toFixed(8)}`).join(' ');
  return `${side(bids)} | ${side(asks)}`;
};
