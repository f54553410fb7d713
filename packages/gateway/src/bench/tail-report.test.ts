import { expect, test } from 'vitest';
import type { ClientTimes } from './load-client.ts';
import { type StageTimes, venueStages } from './stage-clock.ts';
import { legsOf, type Noted, outsideStalls, quantile, tailReport } from './tail-report.ts';

const count = 200;
/** A request every 10 ms, heard 2 ms later; the one at this place only after 52 ms. */
const slowAt = 150;
const due = Array.from({ length: count }, (_, number) => 1000 + 10 * number);
const latencyMs = (number: number): number => (number === slowAt ? 52 : 2);
const noPauses = { collections: [], waits: [] };

const client: ClientTimes = {
  first: 100,
  due,
  sent: due,
  heard: due.map((dueMs, number) => dueMs + latencyMs(number)),
  pauses: noPauses,
};

/** All of a request's time passes until it is durable. */
const stages = Object.fromEntries(
  venueStages.map((stage, place) => {
    const durable = place >= venueStages.indexOf('durable');
    return [
      stage,
      Float64Array.from(due, (dueMs, number) => dueMs + (durable ? latencyMs(number) : 0)),
    ];
  }),
) as StageTimes;

const slowDueMs = due[slowAt] as number;
const stall = { fromMs: slowDueMs + 1, toMs: slowDueMs + 14, ms: 13 };

test('a quantile is a value that so many do not exceed', () => {
  const sorted = Float64Array.of(1, 2, 3, 4);
  expect([0.5, 0.51, 1].map((share) => quantile(sorted, share))).toEqual([2, 3, 4]);
  expect(quantile(new Float64Array(0), 0.99)).toBe(0);
});

test('what was under way while a core stood still is left out, and counted', () => {
  expect(outsideStalls(client, [])).toEqual({ requests: 100, left: 100, p99Ms: 2 });
  const before = { fromMs: 0, toMs: due[100] as number, ms: 5 };
  expect(outsideStalls(client, [before])).toMatchObject({ left: 100 });
  // The slow request, and the one that came due 10 ms after it.
  expect(outsideStalls(client, [stall])).toEqual({ requests: 100, left: 98, p99Ms: 2 });
});

test('the stages of a request add up to its latency', () => {
  const legs = legsOf({ client, stages, server: noPauses, stalls: null }, [slowAt]);
  expect(legs.map(({ name }) => name)).toEqual(['sent', ...venueStages, 'heard']);
  expect(legs.reduce((sum, { ms }) => sum + (ms[0] as number), 0)).toBe(52);
});

test('the slowest are traced to their stage, and to what stood still in their time', () => {
  const collection = { fromMs: slowDueMs + 40, toMs: slowDueMs + 60, ms: 20 };
  const noted: Noted = {
    client,
    stages,
    server: {
      collections: [collection, { fromMs: 0, toMs: 500, ms: 500 }],
      waits: [{ fromMs: slowDueMs, toMs: slowDueMs + 52, ms: 26 }],
    },
    stalls: [stall],
  };
  const lines = tailReport(noted);
  const line = (word: string): string => lines.find((one) => one.includes(word)) ?? '';
  expect(line('to durable')).toMatch(/2\.00 +2\.00 +52\.00 +52\.00 +100\.0 % +1$/);
  expect(line('to read')).toMatch(/0\.00 +0\.00 +0\.00 +0\.00 +0\.0 % +0$/);
  expect(line('1 slowest')).toContain('52.00 ms and more');
  expect(line('host held')).toContain(': 25.0 %, a millisecond or more of 1 of them');
  // The 12 ms of it that the request waited; the collection before the run does not count.
  expect(line('venue collected')).toContain(': 23.1 %');
  expect(line('venue collected')).toContain('in the whole run 1 times, 20 ms, longest 20.0 ms');
  expect(line('venue waited')).toContain(': 50.0 %');
  expect(line('client waited')).toContain(': 0.0 %');
  expect(tailReport({ ...noted, stalls: null }).join('\n')).toContain('the system does not tell');
});
