// Pause log: when this process stood still, and why, as far as it can tell itself: its garbage
// collections, and the time that its main thread stood ready while others had the cores.
import { closeSync, openSync, readSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { machineMs } from './machine-time.ts';

/** A window in machine time, of which `ms` were lost. */
export interface Pause {
  readonly fromMs: number;
  readonly toMs: number;
  readonly ms: number;
}

export interface ProcessPauses {
  readonly collections: readonly Pause[];
  /** Of the main thread for a core. */
  readonly waits: readonly Pause[];
}

/** Shorter waits for a core are left out. */
const waitMinMs = 0.2;

export class PauseLog {
  readonly #collections: Pause[] = [];
  readonly #waits: Pause[] = [];
  readonly #observer = new PerformanceObserver((list) => this.#take(list.getEntries()));
  readonly #shiftMs = machineMs() - performance.now();
  readonly #schedule = openSchedule();
  readonly #text = Buffer.alloc(128);
  #waitedMs = 0;
  #lookedMs = 0;

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] });
    this.#waitedMs = this.#readWaitedMs();
    this.#lookedMs = machineMs();
  }

  /** Looks how long this thread has waited for a core since the last look. */
  look(): void {
    const waitedMs = this.#readWaitedMs();
    const nowMs = machineMs();
    const ms = waitedMs - this.#waitedMs;
    if (ms > waitMinMs) this.#waits.push({ fromMs: this.#lookedMs, toMs: nowMs, ms });
    this.#waitedMs = waitedMs;
    this.#lookedMs = nowMs;
  }

  stop(): ProcessPauses {
    this.#take(this.#observer.takeRecords());
    this.#observer.disconnect();
    if (this.#schedule !== null) closeSync(this.#schedule);
    return { collections: this.#collections, waits: this.#waits };
  }

  #take(entries: readonly { readonly startTime: number; readonly duration: number }[]): void {
    for (const { startTime, duration } of entries) {
      const fromMs = startTime + this.#shiftMs;
      this.#collections.push({ fromMs, toMs: fromMs + duration, ms: duration });
    }
  }

  /** Zero where the system does not tell. */
  #readWaitedMs(): number {
    if (this.#schedule === null) return 0;
    const length = readSync(this.#schedule, this.#text, 0, this.#text.length, 0);
    return Number(this.#text.toString('latin1', 0, length).split(' ')[1]) / 1e6;
  }
}

/** The main thread's account of its time with the scheduler; Linux alone keeps one. */
const openSchedule = (): number | null => {
  try {
    return openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
  } catch {
    return null;
  }
};
