// Tail report: where the time of requests went, by stage of their way, and what stood still
// meanwhile: pure functions over what both processes and the watchers of the cores noted, all in
// machine time.
import type { ClientTimes } from './load-client.ts';
import type { Pause, ProcessPauses } from './pause-log.ts';
import { type StageTimes, venueStages } from './stage-clock.ts';

export interface Noted {
  readonly client: ClientTimes;
  readonly stages: StageTimes;
  readonly server: ProcessPauses;
  /** Of the machine's cores; null where the system does not tell. */
  readonly stalls: readonly Pause[] | null;
}

/** The share of requests that a tail report is about. */
const slowShare = 0.01;

interface Leg {
  readonly name: string;
  /** Milliseconds by request, in the order of `requests`. */
  readonly ms: Float64Array;
}

/** A value that this share of the others does not exceed; zero of nothing. */
export const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;

const measured = ({ first, heard }: ClientTimes): number[] =>
  heard.flatMap((ms, number) => (number >= first && ms > 0 ? [number] : []));

/** How much of `pause` was lost within a window, at most. */
const lostWithin = (pause: Pause, fromMs: number, toMs: number): number =>
  Math.max(0, Math.min(pause.ms, Math.min(pause.toMs, toMs) - Math.max(pause.fromMs, fromMs)));

const lost = (pauses: readonly Pause[], fromMs: number, toMs: number): number =>
  pauses.reduce((sum, pause) => sum + lostWithin(pause, fromMs, toMs), 0);

export interface OutsideStalls {
  readonly requests: number;
  readonly left: number;
  readonly p99Ms: number;
}

/** The latencies of the requests that waited in no stall of a core. */
export const outsideStalls = (client: ClientTimes, stalls: readonly Pause[]): OutsideStalls => {
  const requests = measured(client);
  const ms = requests.flatMap((number) => {
    const dueMs = client.due[number] as number;
    const heardMs = client.heard[number] as number;
    const stood = stalls.some(({ fromMs, toMs }) => fromMs < heardMs && toMs > dueMs);
    return stood ? [] : [heardMs - dueMs];
  });
  const p99Ms = quantile(Float64Array.from(ms).sort(), 0.99);
  return { requests: requests.length, left: ms.length, p99Ms };
};

/** What each stage took of each request. */
export const legsOf = (noted: Noted, requests: readonly number[]): readonly Leg[] => {
  const { client, stages } = noted;
  const points: readonly [string, ArrayLike<number>][] = [
    ['due', client.due],
    ['sent', client.sent],
    ...venueStages.map((stage): [string, Float64Array] => [stage, stages[stage]]),
    ['heard', client.heard],
  ];
  return points.slice(1).map(([name, to], index) => {
    const from = (points[index] as [string, ArrayLike<number>])[1];
    const ms = requests.map((number) => (to[number] as number) - (from[number] as number));
    return { name, ms: Float64Array.from(ms) };
  });
};

const fixed = (ms: number): string => ms.toFixed(2).padStart(8);

const sumAt = (ms: ArrayLike<number>, places: readonly number[]): number =>
  places.reduce((sum, place) => sum + (ms[place] as number), 0);

/** The requests of a run that passed all stages, and the places of the slowest among them. */
interface Run {
  readonly requests: readonly number[];
  readonly latencyMs: readonly number[];
  readonly slow: readonly number[];
  readonly slowMs: number;
}

const runOf = ({ client, stages }: Noted): Run => {
  const requests = measured(client).filter((number) => (stages.written[number] ?? 0) > 0);
  const latencyMs = requests.map(
    (number) => (client.heard[number] as number) - (client.due[number] as number),
  );
  const slowest = latencyMs
    .map((_, place) => place)
    .sort((a, b) => (latencyMs[b] as number) - (latencyMs[a] as number));
  const slow = slowest.slice(0, Math.ceil(slowShare * slowest.length));
  return { requests, latencyMs, slow, slowMs: sumAt(latencyMs, slow) };
};

const stageLines = (noted: Noted, { requests, slow, slowMs }: Run): string[] => {
  const legs = legsOf(noted, requests);
  const longest = slow.map((place) =>
    legs.reduce((most, leg) => {
      return (leg.ms[place] as number) > (most.ms[place] as number) ? leg : most;
    }),
  );
  return legs.map((leg) => {
    const sorted = leg.ms.slice().sort();
    const spread = [0.5, 0.99, 0.999, 1].map((share) => fixed(quantile(sorted, share))).join('');
    const share = ((100 * sumAt(leg.ms, slow)) / slowMs).toFixed(1).padStart(6);
    const holds = String(longest.filter((one) => one === leg).length).padStart(6);
    return `  to ${leg.name.padEnd(11)}${spread}${share} %${holds}`;
  });
};

/** A cause's part in the time of the slowest, and all of it in the run. */
const causeLine = (
  name: string,
  all: readonly Pause[] | null,
  { client }: Noted,
  { requests, slow, slowMs }: Run,
): string => {
  if (all === null) return `  ${name}: the system does not tell`;
  const dueMs = (place: number): number => client.due[requests[place] as number] as number;
  const heardMs = (place: number): number => client.heard[requests[place] as number] as number;
  const endMs = requests.reduce((last, _, place) => Math.max(last, heardMs(place)), 0);
  const pauses = all.filter(({ fromMs, toMs }) => toMs > dueMs(0) && fromMs < endMs);
  const lostMs = slow.map((place) => lost(pauses, dueMs(place), heardMs(place)));
  const share = (100 * lostMs.reduce((sum, ms) => sum + ms, 0)) / slowMs;
  const wholeMs = pauses.reduce((sum, { ms }) => sum + ms, 0);
  const mostMs = pauses.reduce((most, { ms }) => Math.max(most, ms), 0);
  return (
    `  ${name}: ${share.toFixed(1)} %, a millisecond or more of ` +
    `${lostMs.filter((ms) => ms >= 1).length} of them; in the whole run ${pauses.length} times, ` +
    `${wholeMs.toFixed(0)} ms, longest ${mostMs.toFixed(1)} ms`
  );
};

/** Lines that say where the time went: each stage, the slowest of all, and what stood still. */
export const tailReport = (noted: Noted): string[] => {
  const run = runOf(noted);
  const { client, server, stalls } = noted;
  const causes: readonly (readonly [string, readonly Pause[] | null])[] = [
    ['the host held a core back', stalls],
    ['the venue collected garbage', server.collections],
    ['the venue waited for a core', server.waits],
    ['the client collected garbage', client.pauses.collections],
    ['the client waited for a core', client.pauses.waits],
  ];
  const fromMs = run.latencyMs[run.slow.at(-1) ?? 0] ?? 0;
  return [
    '  ms                p50     p99   p99.9     max   of the slowest 1 %: time, times the longest',
    ...stageLines(noted, run),
    `  of the time of the ${run.slow.length} slowest, ${fromMs.toFixed(2)} ms and more ` +
      '(what stood still at once counts twice):',
    ...causes.map(([name, pauses]) => causeLine(name, pauses, noted, run)),
  ];
};
