// How many events a second a simulation gets through: whole runs, from set-up to the replay from
// zero, with every check of the auditor. First one seed after another on one thread: those that
// find the code not compiled yet (cold), those that run while most of it is compiled (warm-up), and
// those after them (steady); by the clock, by the processor time of that thread, which is the clock
// of a machine with nothing else to do, and by that of the process, which counts the threads that
// compile and collect beside it. Then the same seeds side by side, from the start of the threads,
// as `npm run sim -- --runs` has them: by the clock, and the states must be the same.
// Run: npm run bench -- sim
import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { runSideBySide, threadsFor } from './side-by-side.ts';
import { drawOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';

export interface BenchSize {
  /** Virtual minutes of faults of each seed. */
  readonly minutes: number;
  /** Seeds of each stretch; they are counted on from 1. */
  readonly cold: number;
  readonly warmUp: number;
  readonly steady: number;
}

const usual: BenchSize = { minutes: 0.3, cold: 5, warmUp: 30, steady: 60 };

const clocks = ['by the clock', 'of the thread', 'of the process'] as const;

interface Measured {
  readonly seed: number;
  readonly events: number;
  /** Microseconds, in the order of `clocks`. */
  readonly tookUs: readonly number[];
}

const perSecond = (events: number, us: number): number => (events / us) * 1e6;

const rate = (value: number): string => `${Math.round(value)}`.padStart(6);

const sumOf = ({ user, system }: NodeJS.CpuUsage): number => user + system;

const measure = async (
  seed: number,
  minutes: number,
  states: ReturnType<typeof createHash>,
): Promise<Measured> => {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const threadBefore = process.threadCpuUsage();
  const report = await simulate(drawOptions(seed, minutes));
  const threadUs = sumOf(process.threadCpuUsage(threadBefore));
  const processUs = sumOf(process.cpuUsage(before));
  const clockUs = (performance.now() - startedMs) * 1e3;
  if (report.failure !== null) throw report.failure;
  states.update(report.stateHash);
  const { events } = report;
  return { seed, events, tookUs: [clockUs, threadUs, processUs] };
};

/** One line of what some seeds came to together. */
const tell = (name: string, all: readonly Measured[]): void => {
  const events = all.reduce((sum, one) => sum + one.events, 0);
  const usOf = (i: number): number =>
    all.reduce((sum, { tookUs }) => sum + (tookUs[i] as number), 0);
  const seconds = (usOf(0) / 1e6).toFixed(1);
  const rates = clocks.map((clock, i) => `${rate(perSecond(events, usOf(i)))} ${clock}`);
  console.log(
    `${name}: ${String(all.length).padStart(3)} seeds, ${String(events).padStart(7)} events ` +
      `in ${seconds.padStart(4)} s; a second ${rates.join(', ')}`,
  );
};

/** How the rates of single seeds are spread. */
const tellSpread = (all: readonly Measured[]): void => {
  for (const [i, clock] of clocks.entries()) {
    const rateOf = ({ events, tookUs }: Measured): number => perSecond(events, tookUs[i] as number);
    const sorted = all.toSorted((a, b) => rateOf(a) - rateOf(b));
    const [slowest, median, fastest] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map(
      (at) => sorted[at] as Measured,
    ) as [Measured, Measured, Measured];
    console.log(
      `  of a seed ${clock.padEnd(14)}: median ${rate(rateOf(median))}, ` +
        `slowest ${rate(rateOf(slowest))} (seed ${slowest.seed}), ` +
        `fastest ${rate(rateOf(fastest))} (seed ${fastest.seed})`,
    );
  }
};

/** Runs the seeds one after another, then side by side; throws where one does not hold. */
export const run = async (size: BenchSize = usual): Promise<void> => {
  const { minutes } = size;
  console.log(
    `simulation: ${minutes} virtual minutes of faults a seed, every check of every event`,
  );
  console.log(`node ${process.version}, ${cpus()[0]?.model ?? 'unknown'}`);
  const states = createHash('sha256');
  let seed = 0;
  const stretch = async (count: number): Promise<Measured[]> => {
    const all: Measured[] = [];
    for (const last = seed + count; seed < last; ) {
      seed += 1;
      all.push(await measure(seed, minutes, states));
    }
    return all;
  };
  tell('cold   ', await stretch(size.cold));
  tell('warm-up', await stretch(size.warmUp));
  const steady = await stretch(size.steady);
  tell('steady ', steady);
  tellSpread(steady);
  const alone = states.digest('hex').slice(0, 16);
  console.log(`states ${alone}`);
  const beside = await runBeside(seed, minutes);
  if (beside !== alone) throw new Error(`side by side the states are ${beside}`);
};

/** The seeds from 1 on a thread for each processor, which have run nothing before. */
const runBeside = async (seeds: number, minutes: number): Promise<string> => {
  const threads = threadsFor(seeds);
  const tasks = Array.from({ length: seeds }, (_, i) => ({ seed: i + 1, minutes }));
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
    `side by side on ${threads} threads, cold to steady: ${seeds} seeds, ${events} events ` +
      `in ${(tookUs / 1e6).toFixed(1)} s; a second ${rate(perSecond(events, tookUs))} by the clock`,
  );
  return states.digest('hex').slice(0, 16);
};

if (import.meta.main) await run();
