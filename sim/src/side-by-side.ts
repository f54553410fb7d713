// Side by side: many seeds on several threads. Each run stays on one thread and is what it would be
// alone; outcomes come in the order of the seeds, whichever was done first.
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { SeedOutcome, SeedTask } from './seed-outcome.ts';

/** Threads that so many seeds are best run on. */
export const threadsFor = (seeds: number): number => Math.min(seeds, availableParallelism());

/** Runs the tasks; whoever takes no more outcomes ends the threads. */
export async function* runSideBySide(
  tasks: readonly SeedTask[],
  threads: number,
): AsyncGenerator<SeedOutcome> {
  const done = new Map<number, SeedOutcome>();
  let next = 0;
  let failure: Error | null = null;
  let wake: () => void = () => {};
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./seed-worker.ts', import.meta.url));
    const give = (): void => {
      const task = tasks[next];
      next += 1;
      if (task !== undefined) worker.postMessage(task);
    };
    worker.on('message', (outcome: SeedOutcome) => {
      done.set(outcome.seed, outcome);
      give();
      wake();
    });
    worker.on('error', (error: Error) => {
      failure = error;
      wake();
    });
    give();
    return worker;
  });
  try {
    for (const { seed } of tasks) {
      for (;;) {
        if (failure !== null) throw failure;
        const outcome = done.get(seed);
        if (outcome !== undefined) {
          done.delete(seed);
          yield outcome;
          break;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
