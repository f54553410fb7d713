// Sync pace: decides whether the next small write and its sync are made on the calling thread or
// handed to the thread pool. The hand-over and back costs more than a quick disk's sync itself and
// waits for a free core twice; a slow disk's sync would hold up everything else on the thread.
// One slow sync among quick ones is no slow disk: the next is made in place still. After two in a
// row so many go to the pool, twice as many when the next in place is slow again.

/** A sync that took longer was slow. */
export const slowMs = 2;
const slowInRowMin = 2;
const pooledMin = 64;
const pooledMax = 4_096;

export class SyncPace {
  #pooledLeft = 0;
  #pooledNext = pooledMin;
  #slowInRow = 0;

  /** Whether the next one is made on the calling thread. */
  get inPlace(): boolean {
    return this.#pooledLeft === 0;
  }

  /** One was made in the pool. */
  pooled(): void {
    this.#pooledLeft = Math.max(0, this.#pooledLeft - 1);
  }

  /** What one that was made in place took. */
  took(ms: number): void {
    if (ms <= slowMs) {
      this.#slowInRow = 0;
      this.#pooledNext = Math.max(pooledMin, this.#pooledNext / 2);
      return;
    }
    this.#slowInRow += 1;
    if (this.#slowInRow < slowInRowMin) return;
    this.#pooledLeft = this.#pooledNext;
    this.#pooledNext = Math.min(pooledMax, this.#pooledNext * 2);
  }
}
