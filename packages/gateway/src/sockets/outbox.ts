// Outbox: what a socket is owed, written in one piece as soon as whatever put frames in has ended
// with all that it resolves: the answers of a batch of orders leave together, before another frame
// is read or another batch is synced. Invariant: frames leave whole and in the order they were put
// in; a socket that does not read grows only its own backlog.
import type { Duplex } from 'node:stream';

/** Collects the outboxes that have something to write, and writes them together. */
export interface FlushQueue {
  add(outbox: Outbox): void;
}

export interface FlushQueueOptions {
  /**
   * A socket that was written to less than so long ago and is owed notifications only waits for
   * the rest of it, so that many small notifications share a write. Answers never wait.
   */
  readonly notificationIntervalMs: number;
  readonly nowMs: () => number;
}

class TickFlushQueue implements FlushQueue {
  readonly #options: FlushQueueOptions;
  #outboxes: Outbox[] = [];
  #late: Outbox[] = [];
  readonly #flush = (): void => {
    const outboxes = this.#outboxes;
    this.#outboxes = [];
    const nowMs = this.#options.nowMs();
    const sinceMs = nowMs - this.#options.notificationIntervalMs;
    for (const outbox of outboxes) {
      if (outbox.urgent || outbox.flushedMs <= sinceMs) outbox.flush(nowMs);
      else this.#wait(outbox);
    }
  };
  readonly #flushLate = (): void => {
    const outboxes = this.#late;
    this.#late = [];
    const nowMs = this.#options.nowMs();
    for (const outbox of outboxes) outbox.flush(nowMs);
  };

  constructor(options: FlushQueueOptions) {
    this.#options = options;
  }

  add(outbox: Outbox): void {
    if (this.#outboxes.length === 0) process.nextTick(this.#flush);
    this.#outboxes.push(outbox);
  }

  #wait(outbox: Outbox): void {
    if (this.#late.length === 0) {
      setTimeout(this.#flushLate, this.#options.notificationIntervalMs);
    }
    this.#late.push(outbox);
  }
}

export const createFlushQueue = (options: FlushQueueOptions): FlushQueue =>
  new TickFlushQueue(options);

/** So much is written at once, so that the backlog counts only what the other end does not take. */
const writeBytes = 64 * 1024;

export interface OutboxOptions {
  readonly stream: Duplex;
  readonly queue: FlushQueue;
  /** Told how much left, when it leaves. */
  readonly onFlush: (frames: number, bytes: number) => void;
}

export class Outbox {
  readonly #options: OutboxOptions;
  #frames: Buffer[] = [];
  #bytes = 0;
  #queued = false;
  #closed = false;
  /** Something waits that must not wait. */
  urgent = false;
  flushedMs: number = Number.NEGATIVE_INFINITY;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that the other end has not taken yet, as far as this process can see. */
  get backlogBytes(): number {
    return this.#bytes + this.#options.stream.writableLength;
  }

  /** Whether a write found the kernel's buffers full; the stream says `drain` when that is over. */
  get blocked(): boolean {
    return this.#options.stream.writableNeedDrain;
  }

  /** Adds a whole frame; after `close` it is dropped. */
  push(frame: Buffer, urgent: boolean): void {
    if (this.#closed) return;
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#bytes >= writeBytes) {
      this.flush(performance.now());
      return;
    }
    const hurry = urgent && !this.urgent;
    this.urgent ||= urgent;
    if (!this.#queued || hurry) {
      this.#queued = true;
      this.#options.queue.add(this);
    }
  }

  /** Writes all that waits. */
  flush(nowMs: number): void {
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    const bytes = this.#bytes;
    this.#frames = [];
    this.#bytes = 0;
    this.#queued = false;
    this.urgent = false;
    this.flushedMs = nowMs;
    if (this.#options.stream.destroyed) return;
    const [first] = frames;
    const whole = frames.length === 1 && first ? first : Buffer.concat(frames, bytes);
    this.#options.stream.write(whole);
    this.#options.onFlush(frames.length, bytes);
  }

  /** Writes all that waits and takes nothing more. */
  close(nowMs: number): void {
    this.flush(nowMs);
    this.#closed = true;
  }
}
