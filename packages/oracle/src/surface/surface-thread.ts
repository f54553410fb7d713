// Surface thread: fits surfaces in a worker thread of their own that gives way to others, so that
// no fit delays a tick, nor the engine where both want one core. All state travels with the
// question and comes back with the answer: a thread that died is started again and nothing is lost.
import { Worker } from 'node:worker_threads';
import { workerEntry } from '@openstrike/threads';
import {
  type SurfaceInputs,
  type SurfaceMachine,
  type SurfaceStep,
  stepSurface,
} from './surface-machine.ts';

/** What a step leaves behind. */
export interface SteppedSurface {
  readonly machine: SurfaceMachine;
  readonly step: SurfaceStep;
}

/** Where surfaces are stepped. A machine that was given away is not to be used any more. */
export interface SurfaceStepper {
  step(machine: SurfaceMachine, inputs: SurfaceInputs): Promise<SteppedSurface>;
  stop(): Promise<void>;
}

/** In the caller's own thread, before the call returns. */
export const stepHere: SurfaceStepper = {
  step: async (machine, inputs) => ({ machine, step: stepSurface(machine, inputs) }),
  stop: async () => undefined,
};

/** What is posted to the worker, and answered in the same order. */
export interface SurfaceQuestion {
  readonly machine: SurfaceMachine;
  readonly inputs: SurfaceInputs;
}

interface Waiting {
  readonly resolve: (stepped: SteppedSurface) => void;
  readonly reject: (error: Error) => void;
}

export class SurfaceThread implements SurfaceStepper {
  #worker: Worker | null = null;
  #waiting: Waiting[] = [];

  step(machine: SurfaceMachine, inputs: SurfaceInputs): Promise<SteppedSurface> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      worker.postMessage({ machine, inputs } satisfies SurfaceQuestion);
      this.#waiting.push({ resolve, reject });
    });
  }

  async stop(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerEntry(import.meta.url, 'surface-worker'));
    worker.on('message', (stepped: SteppedSurface) => this.#waiting.shift()?.resolve(stepped));
    worker.on('error', (error) => this.#end(worker, error));
    worker.on('exit', () => this.#end(worker, new Error('the surface thread ended')));
    return worker;
  }

  /** A worker that failed ends a moment later: by then another may be at work. */
  #end(worker: Worker, error: Error): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
