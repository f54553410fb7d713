// Clock skew: how far our clock is ahead of a venue's, from the instants that the venue states and
// the instants at which they arrived. Invariant: the estimate is the smallest difference of the
// last one to two windows, so one late frame does not move it and a lasting change does.

export class ClockSkew {
  readonly #windowUs: number;
  #startUs = 0;
  #current: number | null = null;
  #previous: number | null = null;

  constructor(windowMs: number) {
    this.#windowUs = windowMs * 1_000;
  }

  /** Takes one pair of instants. */
  observe(sourceUs: number, receivedUs: number): void {
    const difference = receivedUs - sourceUs;
    if (this.#current === null || receivedUs - this.#startUs >= this.#windowUs) {
      this.#previous = this.#current;
      this.#current = difference;
      this.#startUs = receivedUs;
    } else if (difference < this.#current) {
      this.#current = difference;
    }
  }

  /**
   * Microseconds that frames arrive after the venue's own time, at best: our clock's lead plus the
   * shortest way. Negative when the venue's clock is ahead. Null before the first.
   */
  estimateUs(): number | null {
    if (this.#current === null || this.#previous === null) {
      return this.#current;
    }
    return Math.min(this.#current, this.#previous);
  }
}
