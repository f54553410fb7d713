// Book model: each public book rebuilt from its level events. Invariant after each command: the
// best bid is below the best ask, and no level shows more than its orders have left.
import type { BookLevelChanged, BookView, InstrumentId, OrderState } from '@openstrike/domain';
import { hold, show } from './violation.ts';

interface Levels {
  readonly buy: Map<number, number>;
  readonly sell: Map<number, number>;
}

export class BookModel {
  readonly #books = new Map<InstrumentId, Levels>();
  readonly #touched = new Set<InstrumentId>();

  change({ instrumentId, side, priceTicks, sizeLots }: BookLevelChanged): void {
    const levels = this.#levels(instrumentId)[side];
    hold(
      sizeLots >= 0 && Number.isSafeInteger(sizeLots),
      'levels have whole sizes',
      () => `${instrumentId} ${side} ${priceTicks} ${sizeLots}`,
    );
    if (sizeLots === 0) levels.delete(priceTicks);
    else levels.set(priceTicks, sizeLots);
    this.#touched.add(instrumentId);
  }

  /** Holds what must hold between two commands, of the books that changed. */
  close(
    ordersOf: (instrumentId: InstrumentId) => Iterable<OrderState>,
    inAuction: (instrumentId: InstrumentId) => boolean,
  ): void {
    for (const instrumentId of this.#touched) {
      const { buy, sell } = this.#levels(instrumentId);
      const bid = Math.max(...buy.keys());
      const ask = Math.min(...sell.keys());
      const apart = bid < ask || inAuction(instrumentId);
      hold(apart, 'books are never crossed', () => `${instrumentId}: ${bid} >= ${ask}`);
      this.checkAgainst(instrumentId, ordersOf(instrumentId));
    }
    this.#touched.clear();
  }

  /** Holds a book against the orders that should stand in it. */
  checkAgainst(instrumentId: InstrumentId, orders: Iterable<OrderState>): void {
    const { buy, sell } = this.#levels(instrumentId);
    const left = { buy: new Map<number, number>(), sell: new Map<number, number>() };
    const icebergs = new Set<string>();
    for (const order of orders) {
      const { side, priceTicks, sizeLots, filledLots, displayLots, status } = order;
      // A pegged order that has no price now waits outside the book.
      if (status !== 'open' || priceTicks === 0) continue;
      const lots = sizeLots - filledLots;
      left[side].set(priceTicks, (left[side].get(priceTicks) ?? 0) + lots);
      if (displayLots < sizeLots) icebergs.add(`${side} ${priceTicks}`);
    }
    for (const side of ['buy', 'sell'] as const) {
      const levels = side === 'buy' ? buy : sell;
      hold(
        levels.size === left[side].size,
        'a book has the levels of its orders',
        () => `${instrumentId} ${side}: ${show([...levels])} for ${show([...left[side]])}`,
      );
      for (const [ticks, lots] of levels) {
        const all = left[side].get(ticks) ?? 0;
        const right = icebergs.has(`${side} ${ticks}`) ? lots <= all : lots === all;
        hold(
          right,
          'a level shows its orders',
          () => `${instrumentId} ${side} ${ticks}: ${lots} of ${all}`,
        );
      }
    }
  }

  /** The book as a reader would see it, best first. */
  view(instrumentId: InstrumentId): Pick<BookView, 'bids' | 'asks'> {
    const { buy, sell } = this.#levels(instrumentId);
    const bids = [...buy].sort((a, b) => b[0] - a[0]);
    const asks = [...sell].sort((a, b) => a[0] - b[0]);
    return { bids, asks } as unknown as BookView;
  }

  #levels(instrumentId: InstrumentId): Levels {
    let levels = this.#books.get(instrumentId);
    if (levels === undefined) {
      levels = { buy: new Map(), sell: new Map() };
      this.#books.set(instrumentId, levels);
    }
    return levels;
  }
}
