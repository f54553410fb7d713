// Stored gauge: how many rows the worker has stored, in memory that both threads see, so that a
// thread which makes rows too fast can wait for the worker without returning to its event loop.
import type { FromServer } from './history-server.ts';

/**
 * Slots of the shared array: rows stored so far (wrapping), and whether the worker stores nothing
 * for now or for good.
 */
const stored = 0;
const halted = 1;

export class StoredGauge {
  readonly buffer: SharedArrayBuffer;
  readonly #slots: Int32Array;
  #posted = 0;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.buffer = buffer;
    this.#slots = new Int32Array(buffer);
  }

  /** The worker's side: what it tells the caller, told here as well. */
  note(message: FromServer): void {
    switch (message.type) {
      case 'stored':
        Atomics.add(this.#slots, stored, message.rows);
        break;
      case 'waiting':
      case 'failed':
        Atomics.store(this.#slots, halted, 1);
        break;
      case 'resumed':
        Atomics.store(this.#slots, halted, 0);
        break;
      default:
        return;
    }
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
   * Blocks the calling thread until at most `rows` are under way; false when the worker stores
   * nothing now, or stored nothing for `stallMs`.
   */
  waitBelow(rows: number, stallMs: number): boolean {
    while (this.pending() > rows) {
      const seen = Atomics.load(this.#slots, stored);
      if (Atomics.load(this.#slots, halted) === 1) {
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
