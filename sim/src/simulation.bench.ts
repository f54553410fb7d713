// How many events a second a simulation gets through: whole runs, from set-up to the replay from
// zero, with every check of the auditor, on one thread. By the clock, and by the processor time of
// the process, which a busy machine stretches less but which counts the collector's threads too.
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
  let cpuUs = 0;
  for (const seed of seeds) {
    const startedMs = performance.now();
    const before = process.cpuUsage();
    const report = await simulate(drawOptions(seed, minutes));
    const { user, system } = process.cpuUsage(before);
    if (report.failure !== null) throw report.failure;
    const tookUs = (performance.now() - startedMs) * 1e3;
    states.update(report.stateHash);
    rates.push(report.events / tookUs);
    events += report.events;
    wallUs += tookUs;
    cpuUs += user + system;
    console.log(
      `seed ${String(seed).padStart(4)}: ${String(report.events).padStart(7)} events, ` +
        `${perSecond(report.events, tookUs)} a second by the clock, ` +
        `${perSecond(report.events, user + system)} by processor time`,
    );
  }
  rates.sort((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)] as number;
  console.log(
    `all: ${events} events, ${perSecond(events, wallUs)} a second by the clock, ` +
      `${perSecond(events, cpuUs)} by processor time; median of the seeds ` +
      `${perSecond(median, 1)}, best ${perSecond(rates.at(-1) as number, 1)}`,
  );
  console.log(`states ${states.digest('hex').slice(0, 16)}`);
};

if (import.meta.main) await run();
