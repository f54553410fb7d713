// What an expiry costs: one instant at which ten thousand series end with a hundred thousand
// positions in them, from the command that lets it run to its last event. The series come from a
// contract table of the bench's own, with strikes a few dollars apart. Rounds start from one
// snapshot; the conditions are printed. Run: npm run bench -- expiry
import { availableParallelism, cpus } from 'node:os';
import {
  type ContractTable,
  type Event,
  type InstrumentId,
  usPerDay,
  usPerSecond,
} from '@openstrike/domain';
import { startUs, TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

export interface BenchReport {
  readonly conditions: string;
  readonly workHash: string;
  /** Name, value, unit. */
  readonly figures: readonly (readonly [string, number, string])[];
}

const positionsPerAccount = 10;
const forward = 100_000;

/** One weekly expiry of linear options whose strikes lie so close that there are `series`. */
const denseTables = (series: number): readonly ContractTable[] =>
  testTables.map((table) => ({
    ...table,
    families: table.families.flatMap((family) => {
      if (family.payoff === 'linear' || family.options === null) return [];
      const strikes = series / 2;
      const options = {
        ...family.options,
        calendar: { days: 1, weeks: 0, months: 0, quarters: 0 },
        // The width of the ladder follows from delta; the neighbours set the least of it.
        strikeGrid: [{ daysMax: null, step: 1 }],
        deltaMin: 0.4999,
        atmNeighbours: strikes / 2,
        fees: { ...family.options.fees, deliveryFreeTenors: [] },
      };
      return [{ ...family, options, futures: null }];
    }),
  }));

/** A venue in the last second before 08:00, each account with ten positions. */
const prepare = (series: number, positions: number): TestEngine => {
  const venue = new TestEngine();
  venue.open(denseTables(series), forward, 0.5);
  const options = [...venue.instruments.values()].filter(({ kind }) => kind === 'option');
  const accounts = positions / positionsPerAccount;
  for (let n = 0; n < accounts; n++) venue.deposit(venue.account(`a${n}`), 1_000e8);
  for (let n = 0; n < positions / 2; n++) {
    const { id } = options[(31 * n + 7 * Math.floor(n / accounts)) % options.length] as {
      readonly id: InstrumentId;
    };
    const maker = 1 + (n % accounts);
    const taker = 1 + ((n + 1 + Math.floor(n / accounts)) % accounts);
    const price = 100 + 5 * (n % 20);
    venue.place(maker as never, id, 'sell', 1 + (n % 9), price);
    venue.place(taker as never, id, 'buy', 1 + (n % 9), price);
  }
  const expiryUs = options[0]?.expiryUs as number;
  venue.nowUs = expiryUs - 1;
  venue.index('btc_usd', forward + 10);
  venue.nowUs = expiryUs;
  venue.apply({ type: 'pass-time' });
  return venue;
};

const count = (events: readonly Event[], type: Event['type']): number =>
  events.reduce((sum, event) => sum + (event.type === type ? 1 : 0), 0);

/** Runs the benchmark; `smoke` is a hundredth of the same work. */
export async function run({ smoke }: { readonly smoke: boolean }): Promise<BenchReport> {
  const series = smoke ? 400 : 10_000;
  const positions = smoke ? 1_000 : 100_000;
  const venue = prepare(series, positions);
  const figures: [string, number, string][] = [];
  const times: number[] = [];
  let hash = '';
  for (let round = 0; round < (smoke ? 1 : 5); round++) {
    const copy = venue.copy();
    copy.nowUs += usPerSecond;
    (globalThis as { gc?: () => void }).gc?.();
    const used = process.cpuUsage();
    const started = performance.now();
    const events = copy.apply({ type: 'pass-time' });
    const tookMs = performance.now() - started;
    const { user, system } = process.cpuUsage(used);
    times.push(tookMs);
    figures.push([`expiry, round ${round + 1}`, tookMs, 'ms']);
    figures.push(['the same by processor time', (user + system) / 1_000, 'ms']);
    if (round === 0) {
      const ended = events.filter(
        (event) => event.type === 'instrument-state-changed' && event.state === 'delivered',
      ).length;
      figures.push(['series delivered', ended, '']);
      figures.push(['positions delivered', count(events, 'position-settled'), '']);
      figures.push(['events', events.length, '']);
    }
    hash = copy.engine.stateHash();
  }
  times.sort((a, b) => a - b);
  figures.push(['expiry, best', times[0] as number, 'ms']);
  figures.push(['expiry, median', times[times.length >> 1] as number, 'ms']);
  return {
    conditions:
      `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, ` +
      `${series} series, ${positions} positions of ${positions / positionsPerAccount} accounts, ` +
      `expiring ${new Date((startUs + usPerDay) / 1_000).toISOString().slice(0, 10)}, one thread`,
    workHash: hash.slice(0, 16),
    figures,
  };
}

if (import.meta.url === new URL(process.argv[1] ?? '', 'file:').href) {
  const report = await run({ smoke: process.argv.includes('--smoke') });
  const lines = report.figures.map(
    ([name, value, unit]) => `${name.padEnd(48)} ${value.toFixed(value < 100 ? 3 : 0)} ${unit}`,
  );
  process.stdout.write(`${[report.conditions, `work ${report.workHash}`, ...lines].join('\n')}\n`);
}
