// Load run: starts the client of a benchmark as a process of its own and tells what came of it,
// with what this process, the server, spent meanwhile.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Instrument } from '@openstrike/domain';
import { defaultGatewayOptions } from '../gateway-options.ts';
import type { TestVenue } from '../testing/test-venue.ts';
import { watchCores } from './core-watch.ts';
import type { ClientTimes, FanOutJob, LoadResult, OrderJob } from './load-client.ts';
import type { Pause } from './pause-log.ts';
import { outsideStalls, quantile } from './tail-report.ts';

const clientPath = fileURLToPath(new URL('./load-client.ts', import.meta.url));

interface Child {
  /** Tells a client that waits a line: when it begins, in machine time, and that it may end. */
  readonly tell: (line: number | 'end') => void;
  /** Resolves when it has said how far it is; rejects when it ends instead. */
  readonly said: (word: 'ready' | 'set') => Promise<unknown>;
  readonly result: Promise<LoadResult>;
}

export const startClient = (job: OrderJob | FanOutJob): Child => {
  const child = spawn(process.execPath, [clientPath, JSON.stringify(job)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const result = new Promise<LoadResult>((resolve, reject) => {
    child.on('close', (code) => {
      const line = text.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve(JSON.parse(line) as LoadResult);
      else reject(new Error(`the load client ended with ${code}`));
    });
  });
  const hear = async (word: string): Promise<void> => {
    while (!text.includes(word)) await once(child.stdout, 'data');
  };
  return {
    tell: (line) => child.stdin.write(`${line}\n`),
    said: (word) => Promise.race([hear(word), result]),
    result,
  };
};

export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const us = (value: number): string => `${(value / 1000).toFixed(2)} ms`;

export interface BenchRow extends LoadResult {
  readonly name: string;
  readonly cost: Cost;
}

/** What was spent while something ran. */
export interface Cost {
  /** This process, the server. */
  readonly cpuMs: number;
  /** How long its main thread stood ready without a core; null where the system does not tell. */
  readonly waitedMs: number | null;
  /** When a core of the machine stood still; null where the system does not tell. */
  readonly stalls: readonly Pause[] | null;
}

const whole = (ms: number | null): string => (ms === null ? 'unknown' : `${Math.round(ms)} ms`);

/** Latencies run from due to heard. */
export const report = (name: string, result: LoadResult, cost: Cost): BenchRow => {
  say(
    `${name}: ${result.perS}/s, ${result.answered} answered, ${result.refused} refused; ` +
      `p50 ${us(result.p50)}, p99 ${us(result.p99)}, p99.9 ${us(result.p999)}, ` +
      `max ${us(result.max)}; server: CPU ${whole(cost.cpuMs)}, waited for a core ` +
      `${whole(cost.waitedMs)}; client: CPU ${whole(result.cpuMs)}`,
  );
  if (result.refusal !== '') say(`first refusal: ${result.refusal}`);
  if (result.seen !== null) sayOutsideStalls(result.seen, cost.stalls);
  return { ...result, name, cost };
};

const sayOutsideStalls = (seen: ClientTimes, stalls: readonly Pause[] | null): void => {
  if (stalls === null) {
    say('  stalls of the host: unknown, as this system lets nobody watch its cores');
    return;
  }
  const { requests, left, p99Ms } = outsideStalls(seen, stalls);
  const stoodMs = stalls.reduce((sum, { ms }) => sum + ms, 0);
  const late = Float64Array.from(seen.due.slice(seen.first), (dueMs, place) => {
    return (seen.sent[seen.first + place] as number) - dueMs;
  }).sort();
  say(
    `  the client sent late: p50 ${quantile(late, 0.5).toFixed(2)} ms, p99 ` +
      `${quantile(late, 0.99).toFixed(2)} ms; the host held a core back ${stalls.length} times, ` +
      `${stoodMs.toFixed(0)} ms; without the ${requests - left} of ${requests} requests under ` +
      `way meanwhile p99 ${p99Ms.toFixed(2)} ms`,
  );
};

const waitedMs = (): number | null => {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return null;
  }
};

const since = (before: number | null, after: number | null): number | null =>
  before === null || after === null ? null : after - before;

export const timed = async <Value>(run: () => Promise<Value>): Promise<[Value, Cost]> => {
  const watch = await watchCores();
  const cpuBefore = process.cpuUsage();
  const waitedBefore = waitedMs();
  const value = await run();
  const { user, system } = process.cpuUsage(cpuBefore);
  const waited = since(waitedBefore, waitedMs());
  const stalls = await watch.stop();
  const cost = { cpuMs: (user + system) / 1000, waitedMs: waited, stalls };
  return [value, cost];
};

/** A door as an operator has it, but for one address that all the sockets come from. */
export const benchGateway = { ...defaultGatewayOptions, port: 0, connectionsPerAddress: 1_000 };

export const logins = (venue: TestVenue): string[] =>
  [1, 2, 3].map((account) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'public/auth',
      params: venue.credentials(account),
    }),
  );

export const btcOptions = (venue: TestVenue): readonly Instrument[] =>
  venue.feeds.instruments({ currency: 'BTC', kind: 'option', expired: false });

export const optionNames = (venue: TestVenue): string[] =>
  btcOptions(venue).map((instrument) => instrument.name);

export const orderJob = (venue: TestVenue, ratePerS: number, seconds: number): OrderJob => ({
  kind: 'orders',
  url: venue.address.webSocketUrl,
  sockets: 8,
  ratePerS,
  warmUpS: seconds / 2,
  seconds,
  logins: logins(venue),
  instruments: optionNames(venue),
  tellsTimes: false,
  traced: false,
});

/** The same orders, unmeasured. */
const runUnmeasured = async (
  venue: TestVenue,
  ratePerS: number,
  seconds: number,
): Promise<void> => {
  await startClient(orderJob(venue, ratePerS, seconds)).result;
  await venue.cancelAll();
  say(`warmed up by ${seconds} s of orders at ${ratePerS}/s`);
};

/**
 * What a venue has long behind it: its code compiled, its tables grown. Many orders a second come
 * in large batches, so that what is done once a batch is compiled by fewer orders a second only.
 */
export const warmUp = async (venue: TestVenue, smoke: boolean): Promise<void> => {
  if (smoke) return runUnmeasured(venue, 500, 0.4);
  await runUnmeasured(venue, 25_000, 8);
  await runUnmeasured(venue, 5_000, 5);
};
