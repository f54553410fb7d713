// Report: a run as text: its seed and options, how fast it was, what it exercised; and of a run
// that failed how to have it again, where it went wrong and what had come before.
import type { Applied } from '@openstrike/domain';
import { show } from './auditor/violation.ts';
import { describeOptions } from './sim-options.ts';
import type { SimReport } from './simulation.ts';

/** The command that repeats a run. */
export const commandOf = ({ options }: SimReport): string =>
  `npm run sim -- --seed ${options.seed} --minutes ${options.minutes}`;

const traceEventsMax = 6;

const describeApplied = ({ seq, tsUs, command, events }: Applied): readonly string[] => [
  `  ${seq} at ${new Date(tsUs / 1000).toISOString()} ${shorten(show(command))}`,
  ...events.slice(0, traceEventsMax).map((event) => `      ${shorten(show(event))}`),
  ...(events.length > traceEventsMax ? [`      and ${events.length - traceEventsMax} more`] : []),
];

const shorten = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)} ...` : text);

/** One line for a run that held. */
export const summaryLine = (report: SimReport, tookMs: number): string => {
  const { options, commands, events, virtualSeconds } = report;
  const perSecond = Math.round((events / tookMs) * 1_000);
  return [
    `seed ${options.seed}: ${report.failure === null ? 'held' : 'FAILED'}`,
    `${commands} commands`,
    `${events} events`,
    `${(virtualSeconds / 60).toFixed(1)} virtual minutes`,
    `${(tookMs / 1_000).toFixed(1)} s`,
    `${perSecond} events/s`,
    `state ${report.stateHash.slice(0, 16)}`,
  ].join(', ');
};

/** The whole report of a run. */
export const reportLines = (report: SimReport, tookMs: number): readonly string[] => {
  const { failure } = report;
  const lines = [
    `seed ${report.options.seed}, ${report.options.minutes} virtual minutes of faults`,
    ...describeOptions(report.options).map((line) => `  ${line}`),
    'exercised:',
    ...report.coverage.lines().map((line) => `  ${line}`),
    summaryLine(report, tookMs),
  ];
  if (failure !== null) {
    lines.push(
      'the last commands published:',
      ...report.trace.flatMap(describeApplied),
      `in the ${report.phase} phase: ${shorten(failure.message)}`,
      `${failure.stack ?? ''}`,
      `again: ${commandOf(report)}`,
    );
  }
  return lines;
};
