// Trade ring: the newest thousand trades of one instrument, so that a snapshot of recent trades
// needs no history. Invariant: oldest first; grows by doubling, so quiet instruments cost little.
import type { Trade, TsUs } from '@openstrike/domain';

export const recentTradesMax = 1000;

export class TradeRing {
  #slots: Trade[] = [];
  /** Position of the oldest once the ring is full. */
  #oldest = 0;

  push(trade: Trade): void {
    if (this.#slots.length < recentTradesMax) {
      this.#slots.push(trade);
      return;
    }
    this.#slots[this.#oldest] = trade;
    this.#oldest = (this.#oldest + 1) % recentTradesMax;
  }

  /** The trades at or after an instant, oldest first. */
  since(fromUs: TsUs): Trade[] {
    const slots = this.#slots;
    const ordered =
      this.#oldest === 0 ? slots : [...slots.slice(this.#oldest), ...slots.slice(0, this.#oldest)];
    const first = ordered.findIndex((trade) => trade.tsUs >= fromUs);
    return first < 0 ? [] : ordered.slice(first);
  }
}
