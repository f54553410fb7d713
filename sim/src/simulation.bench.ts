// How many events a second a simulation gets through: whole runs, from set-up to the replay from
// zero, with every check of the auditor, on one thread. By the clock; by the processor time of that
// thread, which is the clock of a machine with nothing else to do; and by that of the process,
// which counts the threads that compile and collect beside it.
// Run: npm run bench -- sim
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
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
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown'}, one thread`);
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
  console.log(`states ${states.digest('hex').slice(0, 16)}`);
};

if (import.meta.main) await run();
