// Seed worker: a thread that runs one seed after another, as it is told.
import { parentPort } from 'node:worker_threads';
import { runSeed, type SeedTask } from './seed-outcome.ts';

const run = async (task: SeedTask): Promise<void> => {
  parentPort?.postMessage(await runSeed(task, false));
};

// What goes wrong here ends the thread, and whoever started it is told.
parentPort?.on('message', (task: SeedTask) => void run(task));
