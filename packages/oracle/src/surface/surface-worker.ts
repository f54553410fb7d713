// Surface worker: the thread in which surfaces are fitted; see surface-thread.ts.
import { parentPort } from 'node:worker_threads';
import { giveWay } from '@openstrike/threads';
import { stepSurface } from './surface-machine.ts';
import type { SteppedSurface, SurfaceQuestion } from './surface-thread.ts';

giveWay();
parentPort?.on('message', ({ machine, inputs }: SurfaceQuestion) => {
  const step = stepSurface(machine, inputs);
  parentPort?.postMessage({ machine, step } satisfies SteppedSurface);
});
