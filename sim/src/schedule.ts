// Schedule: virtual time and what happens in it. One heap of actions; between two actions every
// promise that the first one settled has run to its next wait. Invariant: the order of actions
// depends on their times and on the order in which they were put in, and on nothing else.
import { MinHeap } from '@openstrike/std';

interface Action {
  readonly atUs: number;
  readonly order: number;
  readonly run: () => void;
}

const byTime = (a: Action, b: Action): number => a.atUs - b.atUs || a.order - b.order;

/** Resolves when no promise job is left: that is when the next tick comes. */
const jobsDone = (): Promise<void> =>
  new Promise((resolve) => {
    process.nextTick(resolve);
  });

/** The same, and lets the event loop come round: signals, and the collector's own tasks. */
const loopDone = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** So many times promise jobs are waited for before the event loop comes round. */
const loopEvery = 256;

export class Schedule {
  nowUs: number;
  readonly #actions = new MinHeap<Action>(byTime);
  #count = 0;
  #waits = 0;
  #stirred = true;

  constructor(startUs: number) {
    this.nowUs = startUs;
  }

  /** Runs the action at a time, or now if that is past. */
  at(atUs: number, run: () => void): void {
    this.#count += 1;
    this.#actions.push({ atUs, order: this.#count, run });
  }

  after(delayUs: number, run: () => void): void {
    this.at(this.nowUs + delayUs, run);
  }

  /** Resolves after so long. */
  pause(delayUs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayUs, () => {
        this.stir();
        resolve();
      });
    });
  }

  /** Says that a promise has been settled, or an asynchronous call begun. */
  stir(): void {
    this.#stirred = true;
  }

  /** Runs the next action; resolves after the promise jobs that it led to, null where none. */
  step(): Promise<void> | null {
    const action = this.#actions.pop();
    if (action !== undefined) {
      this.nowUs = Math.max(this.nowUs, action.atUs);
      action.run();
    }
    if (!this.#stirred && action !== undefined) return null;
    this.#stirred = false;
    this.#waits += 1;
    return this.#waits % loopEvery === 0 ? loopDone() : jobsDone();
  }
}
