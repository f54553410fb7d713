// How many events a second a simulation gets through: whole runs, from set-up to the replay from
// zero, with every check of the auditor. First one after another on one thread: by the clock; by
// the processor time of that thread, which is the clock of a machine with nothing else to do; and
// by that of the process, which counts the threads that compile and collect beside it. Then side by
// side, as `npm run sim -- --runs` has them, where the states must be the same: by the clock.
// Run: npm run bench -- sim
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { runSideBySide, threadsFor } from './side-by-side.ts';
import { drawOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';

export interface BenchSize {
  /** Each with that many virtual minutes of faults. */
  readonly seeds: readonly number[];
  readonly minutes: number;
}

const usual: BenchSize = { seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], minutes: 2 };

const perSecond = (events: number, us: number): string =>
  `${Math.round((events / us) * 1e6)}`.padStart(7);

const sumOf = ({ user, system }: NodeJS.CpuUsage): number => user + system;

/** Runs the seeds one after another; throws where one does not hold. */
export const run = async ({ seeds, minutes }: BenchSize = usual): Promise<void> => {
  console.log(`simulation: seeds ${seeds.join(' ')}, ${minutes} virtual minutes of faults each`);
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown'}`);
  // The first run compiles the code.
  await simulate(drawOptions(0, Math.min(minutes, 0.3)));
  const states = createHash('sha256');
  const rates: number[] = [];
  let events = 0;
  let wallUs = 0;
  let threadUs = 0;
  let cpuUs = 0;
  for (const seed of seeds) {
    const startedMs = performance.now();
    const before = process.cpuUsage();
    const threadBefore = process.threadCpuUsage();
    const report = await simulate(drawOptions(seed, minutes));
    const ownUs = sumOf(process.threadCpuUsage(threadBefore));
    const allUs = sumOf(process.cpuUsage(before));
    if (report.failure !== null) throw report.failure;
    const tookUs = (performance.now() - startedMs) * 1e3;
    states.update(report.stateHash);
    rates.push(report.events / ownUs);
    events += report.events;
    wallUs += tookUs;
    threadUs += ownUs;
    cpuUs += allUs;
    console.log(
      `seed ${String(seed).padStart(4)}: ${String(report.events).padStart(7)} events, ` +
        `${perSecond(report.events, tookUs)} a second by the clock, ` +
        `${perSecond(report.events, ownUs)} of the thread, ` +
        `${perSecond(report.events, allUs)} of the process`,
    );
  }
  rates.sort((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)] as number;
  console.log(
    `all: ${events} events, ${perSecond(events, wallUs)} a second by the clock, ` +
      `${perSecond(events, threadUs)} of the thread, ${perSecond(events, cpuUs)} of the process; ` +
      `median of the seeds by the thread ${perSecond(median, 1)}, ` +
      `best ${perSecond(rates.at(-1) as number, 1)}`,
  );
  const alone = states.digest('hex').slice(0, 16);
  console.log(`states ${alone}`);
  const together = await runTogether(seeds, minutes);
  if (together !== alone) throw new Error(`side by side the states are ${together}`);
};

/** The seeds on a thread for each processor, which have run nothing before. */
const runTogether = async (seeds: readonly number[], minutes: number): Promise<string> => {
  const threads = threadsFor(seeds.length);
  const tasks = seeds.map((seed) => ({ seed, minutes }));
  const states = createHash('sha256');
  const startedMs = performance.now();
  let events = 0;
  for await (const outcome of runSideBySide(tasks, threads)) {
    if (!outcome.held) throw new Error(outcome.lines.join('\n'));
    states.update(outcome.stateHash);
    events += outcome.events;
  }
  const tookUs = (performance.now() - startedMs) * 1e3;
  console.log(
    `side by side on ${threads} threads, from their start: ` +
      `${perSecond(events, tookUs)} a second by the clock`,
  );
  return states.digest('hex').slice(0, 16);
};

if (import.meta.main) await run();
