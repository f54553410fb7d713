// Core watch: tells when a core of the machine stood still, however busy its system was: one small
// process on each core, before all others of the system there, sleeps a millisecond again and
// again and notes when it woke late. What keeps it from waking is outside of the system: the host
// of a virtual machine that has given the core to somebody else.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { machineMs } from './machine-time.ts';
import type { Pause } from './pause-log.ts';

export interface CoreWatch {
  /** Ends the watch; null where the system does not let it be. */
  readonly stop: () => Promise<readonly Pause[] | null>;
}

const sleepMs = 1;
/** A core that came back so late stood still. */
const stallMinMs = 1;

/** Watches one core, in its process, until the standard input ends. */
const watchCore = async (): Promise<void> => {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  const stalls: Pause[] = [];
  let ended = false;
  process.stdin.resume().once('end', () => {
    ended = true;
  });
  process.stdout.write('ready\n');
  while (!ended) {
    // Input is looked for now and then only: a turn of the event loop costs more than a sleep.
    for (let i = 0; i < 100; i++) {
      const fromMs = machineMs();
      Atomics.wait(nobody, 0, 0, sleepMs);
      const ms = machineMs() - fromMs - sleepMs;
      if (ms > stallMinMs) stalls.push({ fromMs, toMs: fromMs + sleepMs + ms, ms });
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.stdout.write(`${JSON.stringify(stalls)}\n`);
};

const ownPath = fileURLToPath(import.meta.url);

/** One core's watcher: its stalls once it is told to end; null when it could not be. */
const startWatcher = async (core: number): Promise<() => Promise<readonly Pause[] | null>> => {
  const command = ['-f', '50', 'taskset', '-c', String(core), process.execPath, ownPath, 'watch'];
  const child = spawn('chrt', command, { stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
  await Promise.race([once(child.stdout, 'data').catch(() => undefined), ended]);
  return async () => {
    child.stdin.end();
    const watched = await ended;
    return watched ? (JSON.parse(text.trim().split('\n').at(-1) ?? '[]') as Pause[]) : null;
  };
};

/** Watches all cores. */
export const watchCores = async (): Promise<CoreWatch> => {
  const watchers = await Promise.all(cpus().map((_, core) => startWatcher(core)));
  return {
    async stop() {
      const each = await Promise.all(watchers.map((stop) => stop()));
      return each.some((stalls) => stalls === null) ? null : each.flatMap((stalls) => stalls ?? []);
    },
  };
};

if (process.argv[1] === ownPath && process.argv[2] === 'watch') await watchCore();
