// What the sequencer costs: durable commands a second with group commit, time from a paced submit
// to durable (open loop, from the intended time), replay commands a second, and the bare cost of
// its own work on the engine's thread. The state machine does next to nothing, so these are the
// sequencer's own figures. Run: node sequencer.bench.ts
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Event, Seq, StateMachine, TsUs, VenueClock } from '@openstrike/domain';
import { FrameBuilder } from './frame.ts';
import { createSequencer } from './sequencer.ts';
import { limitOrder } from './testing/test-commands.ts';

export interface BenchReport {
  readonly conditions: string;
  readonly workHash: string;
  /** Name, value, unit. */
  readonly figures: readonly (readonly [string, number, string])[];
}

/** Mixes stamps and prices into one word: enough to prove that the work was done. */
class MixingMachine implements StateMachine {
  #mixed = 0;

  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    const price = command.type === 'place-order' ? command.priceTicks : 0;
    this.#mixed = (Math.imul(this.#mixed, 31) + price + seq + (tsUs % 1_000)) | 0;
    return noEvents;
  }

  query(): never {
    return null as never;
  }

  snapshot(): Uint8Array {
    return new Uint8Array(new Int32Array([this.#mixed]).buffer);
  }

  restore(snapshot: Uint8Array): void {
    this.#mixed = new Int32Array(snapshot.slice().buffer)[0] as number;
  }

  stateHash(): string {
    return createHash('sha256').update(this.snapshot()).digest('hex');
  }
}

const noEvents: readonly Event[] = [];
const countingClock = (): VenueClock => {
  let now = 1_700_000_000_000_000;
  return { nowUs: () => (now += 1) as TsUs };
};

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'openstrike-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startOn(folder: string) {
  const machines: MixingMachine[] = [];
  const sequencer = await createSequencer({
    storage: folder,
    clock: countingClock(),
    createStateMachine: () => {
      machines.push(new MixingMachine());
      return machines.at(-1) as MixingMachine;
    },
  });
  const report = await sequencer.recover();
  return { sequencer, report, machine: machines.at(-1) as MixingMachine };
}

/** Nanoseconds to encode and checksum one order into a batch and seal it. */
function encodeNs(orders: readonly Command[], rounds: number): number {
  const frame = new FrameBuilder();
  let chain: Uint8Array = new Uint8Array(32);
  const started = performance.now();
  for (let round = 0; round < rounds; round++) {
    for (let n = 0; n < orders.length; n++) {
      frame.append((n + 1) as Seq, n as TsUs, orders[n] as Command);
    }
    chain = frame.seal(chain).chain;
    frame.clear();
  }
  return ((performance.now() - started) * 1e6) / (rounds * orders.length);
}

/** Keeps `window` commands in flight until `count` are durable. */
async function saturate(
  submit: (command: Command) => Promise<unknown>,
  orders: readonly Command[],
  count: number,
  window: number,
): Promise<void> {
  let sent = 0;
  const lane = async () => {
    while (sent < count) {
      sent += 1;
      await submit(orders[sent % orders.length] as Command);
    }
  };
  await Promise.all(Array.from({ length: window }, lane));
}

/** Milliseconds from each command's intended time to durable, at `rate` a second. */
async function paced(
  submit: (command: Command) => Promise<unknown>,
  orders: readonly Command[],
  count: number,
  rate: number,
): Promise<Float64Array> {
  const tookMs = new Float64Array(count);
  const started = performance.now() + 5;
  const waits: Promise<unknown>[] = [];
  for (let sent = 0; sent < count; ) {
    const due = Math.min(count, Math.floor(((performance.now() - started) * rate) / 1_000) + 1);
    for (; sent < due; sent++) {
      const n = sent;
      const intended = started + (n * 1_000) / rate;
      const order = orders[n % orders.length] as Command;
      waits.push(submit(order).then(() => (tookMs[n] = performance.now() - intended)));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(waits);
  return tookMs.sort();
}

/** Runs the benchmark; `smoke` is a few seconds' worth less of the same work. */
export async function run({ smoke }: { readonly smoke: boolean }): Promise<BenchReport> {
  const orders = Array.from({ length: 1_000 }, (_, n) => limitOrder(n));
  const figures: [string, number, string][] = [];
  const count = smoke ? 20_000 : 1_000_000;
  const hash = createHash('sha256');
  encodeNs(orders, smoke ? 5 : 300);
  figures.push(['encode, checksum, chain', encodeNs(orders, smoke ? 10 : 500), 'ns a command']);
  await withFolder(async (folder) => {
    const { sequencer, machine } = await startOn(folder);
    const submit = (command: Command) => sequencer.submit(command);
    const started = performance.now();
    const cpu = process.cpuUsage();
    await saturate(submit, orders, count, 4_096);
    const seconds = (performance.now() - started) / 1_000;
    const used = process.cpuUsage(cpu);
    figures.push(['durable, 4,096 in flight', count / seconds, 'commands a second']);
    figures.push(['processor time', (used.user + used.system) / (count / 1_000), 'ns a command']);
    const { batches, commitMsTotal, bytes } = sequencer.metrics;
    figures.push(['commands a batch', count / batches, '']);
    figures.push(['write and sync', commitMsTotal / batches, 'ms a batch']);
    figures.push(['journal', bytes / count, 'bytes a command']);
    hash.update(machine.stateHash());
    await sequencer.stop({ snapshot: false });
    const again = performance.now();
    const replayed = await startOn(folder);
    const replaySeconds = (performance.now() - again) / 1_000;
    hash.update(replayed.machine.stateHash());
    figures.push(['replay', replayed.report.commandsReplayed / replaySeconds, 'commands a second']);
    await replayed.sequencer.stop({ snapshot: false });
  });
  for (const rate of [5_000, 25_000, 100_000]) {
    await withFolder(async (folder) => {
      const { sequencer } = await startOn(folder);
      const submit = (command: Command) => sequencer.submit(command);
      await saturate(submit, orders, smoke ? 500 : 20_000, 256);
      const tookMs = await paced(submit, orders, Math.floor(rate * (smoke ? 0.1 : 4)), rate);
      for (const percentile of [50, 99, 99.9, 100]) {
        const at = Math.ceil((tookMs.length * percentile) / 100) - 1;
        figures.push([
          `submit to durable at ${rate} a second, p${percentile}`,
          tookMs[at] ?? 0,
          'ms',
        ]);
      }
      await sequencer.stop({ snapshot: false });
    });
  }
  const runtime = process.versions['bun']
    ? `Bun ${process.versions['bun']}`
    : `Node ${process.version}`;
  return {
    conditions:
      `${runtime}, ${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, one thread, ` +
      `journal with fdatasync in ${process.env['BENCH_FOLDER'] ?? tmpdir()}, ` +
      `${count} limit orders, ` +
      'state machine of a few instructions',
    workHash: hash.digest('hex').slice(0, 16),
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
