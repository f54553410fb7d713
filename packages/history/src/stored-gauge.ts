// Stored gauge: how many rows the worker has stored, in memory that both threads see, so that a
// thread which makes rows too fast can wait for the worker without returning to its event loop.

/**
 * Slots of the shared array: rows stored so far (wrapping), and whether the worker has given up.
 */
const stored = 0;
const ended = 1;

export class StoredGauge {
  readonly buffer: SharedArrayBuffer;
  readonly #slots: Int32Array;
  #posted = 0;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.buffer = buffer;
    this.#slots = new Int32Array(buffer);
  }

  /** The worker's side: so many rows more are stored. */
  addStored(rows: number): void {
    Atomics.add(this.#slots, stored, rows);
    Atomics.notify(this.#slots, stored);
  }

  /** The worker's side: nothing more will be stored. */
  end(): void {
    Atomics.store(this.#slots, ended, 1);
    Atomics.notify(this.#slots, stored);
  }

  /** The caller's side: so many rows more are under way. */
  addPosted(rows: number): void {
    this.#posted = (this.#posted + rows) | 0;
  }

  /** Rows under way. */
  pending(): number {
    return (this.#posted - Atomics.load(this.#slots, stored)) | 0;
  }

  /**
   * Blocks the calling thread until at most `rows` are under way; false when the worker gave up or
   * stored nothing for `stallMs`.
   */
  waitBelow(rows: number, stallMs: number): boolean {
    while (this.pending() > rows) {
      const seen = Atomics.load(this.#slots, stored);
      if (Atomics.load(this.#slots, ended) === 1) {
        return false;
      }
      if (
        this.pending() > rows &&
        Atomics.wait(this.#slots, stored, seen, stallMs) === 'timed-out'
      ) {
        return false;
      }
    }
    return true;
  }
}
