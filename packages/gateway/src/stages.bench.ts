// Bench: where the time of an order goes. The same orders as in the gateway's benchmark at 5,000 a
// second, each timed at every stage of its way by a clock that stands around the venue, beside
// what stood still meanwhile: cores that the host took, garbage collections, waits for a core.
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileStorage } from '@openstrike/sequencer';
import {
  type BenchRow,
  benchGateway,
  orderJob,
  report,
  say,
  startClient,
  timed,
  warmUp,
} from './bench/load-run.ts';
import { PauseLog } from './bench/pause-log.ts';
import { StageClock, type StageTimes } from './bench/stage-clock.ts';
import { tailReport } from './bench/tail-report.ts';
import { methods } from './methods/index.ts';
import { TestVenue } from './testing/test-venue.ts';

export interface StagesRow extends BenchRow {
  readonly stages: StageTimes;
}

const runTraced = async (
  venue: TestVenue,
  clock: StageClock,
  job: { readonly ratePerS: number; readonly seconds: number },
): Promise<StagesRow> => {
  const pauses = new PauseLog();
  const stop = clock.start(() => pauses.look());
  pauses.start();
  const load = { ...orderJob(venue, job.ratePerS, job.seconds), tellsTimes: true, traced: true };
  const [result, cost] = await timed(() => startClient(load).result);
  const stages = stop();
  const server = pauses.stop();
  const row = report(`orders at ${job.ratePerS}/s, timed at each stage`, result, cost);
  if (result.seen === null) throw new Error('the client tells when each request was due and heard');
  for (const line of tailReport({ client: result.seen, stages, server, stalls: cost.stalls }))
    say(line);
  await venue.cancelAll();
  return { ...row, stages };
};

/** Runs everything; `smoke` only shows that it works. */
export const run = async ({
  smoke,
}: {
  readonly smoke: boolean;
}): Promise<readonly StagesRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'openstrike-bench-'));
  say(`${cpus()[0]?.model}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`);
  say(`Node ${process.version}, flags ${process.execArgv.join(' ') || 'none'}, seed none`);
  const job = smoke ? { ratePerS: 500, seconds: 0.4 } : { ratePerS: 5_000, seconds: 5 };
  const clock = new StageClock(4 * job.ratePerS * job.seconds);
  const venue = await TestVenue.open({
    storage: clock.aroundStorage(await FileStorage.open(folder)),
    aroundMachine: (machine) => clock.aroundMachine(machine),
    aroundCommands: (commands) => clock.aroundCommands(commands),
    methods: methods.map((method) => clock.around(method)),
    gateway: benchGateway,
  });
  venue.sequencer.subscribe((batch) => clock.published(batch));
  try {
    await warmUp(venue, smoke);
    const rows: StagesRow[] = [];
    for (let round = 0; round < (smoke ? 1 : 3); round++)
      rows.push(await runTraced(venue, clock, job));
    return rows;
  } finally {
    await venue.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await run({ smoke: process.argv.includes('--smoke') });
}
