// A worker that gives way, seen by the system.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

/** Priorities of all threads of this process, by the system's numbers. */
const priorities = (): Map<number, number> =>
  new Map(readdirSync('/proc/self/task').map((id) => [Number(id), getPriority(Number(id))]));

test.runIf(process.platform === 'linux')(
  'a worker that gives way leaves every other thread as it is',
  async () => {
    const before = priorities();
    const worker = new Worker(new URL('./testing/polite-worker.ts', import.meta.url));
    const [gaveWay] = (await once(worker, 'message')) as [boolean];
    expect(gaveWay).toBe(true);
    const after = priorities();
    for (const [id, priority] of before) expect(after.get(id) ?? priority).toBe(priority);
    const lowered = [...after.keys()].filter((id) => !before.has(id) && after.get(id) === 10);
    expect(lowered).toHaveLength(1);
    await worker.terminate();
  },
);

test.skipIf(process.platform === 'linux')('elsewhere nothing is changed', async () => {
  const before = getPriority();
  const worker = new Worker(new URL('./testing/polite-worker.ts', import.meta.url));
  const [gaveWay] = (await once(worker, 'message')) as [boolean];
  expect(gaveWay).toBe(false);
  expect(getPriority()).toBe(before);
  await worker.terminate();
});
