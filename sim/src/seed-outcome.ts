// Seed outcome: what is left of a run once it is over, as plain data that threads can hand on.
import type { CoverageCounts } from './coverage.ts';
import { reportLines, summaryLine } from './report.ts';
import { drawOptions } from './sim-options.ts';
import { simulate } from './simulation.ts';

export interface SeedTask {
  readonly seed: number;
  /** Virtual minutes of the phase with faults. */
  readonly minutes: number;
}

export interface SeedOutcome {
  readonly seed: number;
  readonly held: boolean;
  readonly events: number;
  readonly stateHash: string;
  /** The whole report, or one line. */
  readonly lines: readonly string[];
  readonly counts: CoverageCounts;
}

/** Runs a seed. Its report is whole where it was asked for, or where the run failed. */
export const runSeed = async (
  { seed, minutes }: SeedTask,
  whole: boolean,
): Promise<SeedOutcome> => {
  const startedMs = performance.now();
  const report = await simulate(drawOptions(seed, minutes));
  const tookMs = performance.now() - startedMs;
  const { failure, events, stateHash, coverage } = report;
  const told = whole || failure !== null;
  return {
    seed,
    held: failure === null,
    events,
    stateHash,
    lines: told ? reportLines(report, tookMs) : [summaryLine(report, tookMs)],
    counts: coverage.counts(),
  };
};
