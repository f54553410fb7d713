// What the sequencer costs: durable commands a second with group commit, replay commands a second
// and time from a paced submit to durable (open loop, from the intended time). First with a state
// machine that does next to nothing, which gives the sequencer's own share; then with the real
// engine on a recorded stream of a busy venue. Run: node sequencer.bench.ts
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command, Event, Seq, StateMachine, TsUs, VenueClock } from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import { assert } from '@openstrike/std';
import { recordLoad } from '../../engine/src/testing/load-stream.ts';
import { FrameBuilder } from './frame.ts';
import { createSequencer } from './sequencer.ts';
import { limitOrder } from './testing/test-commands.ts';

export interface BenchReport {
  readonly conditions: string;
  readonly workHash: string;
  /** Name, value, unit. */
  readonly figures: readonly (readonly [string, number, string])[];
}

type Figure = [string, number, string];

/** Commands submitted and not yet durable, where throughput is measured. */
const inFlight = 4_096;

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
const steadyClock = (startUs: number, stepUs: number): VenueClock => {
  let now = startUs;
  return { nowUs: () => (now += stepUs) as TsUs };
};

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(process.env['BENCH_FOLDER'] ?? tmpdir(), 'openstrike-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Venue {
  readonly createStateMachine: () => StateMachine;
  readonly createClock: () => VenueClock;
}

const ownShare: Venue = {
  createStateMachine: () => new MixingMachine(),
  createClock: () => steadyClock(1_700_000_000_000_000, 1),
};

interface Work {
  readonly setup: readonly Command[];
  readonly load: readonly Command[];
}

/** A recovered sequencer and the state hash of its machine, when asked for. */
async function startOn(folder: string, venue: Venue) {
  const machines: StateMachine[] = [];
  const sequencer = await createSequencer({
    storage: folder,
    clock: venue.createClock(),
    createStateMachine: () => {
      machines.push(venue.createStateMachine());
      return machines.at(-1) as StateMachine;
    },
  });
  const report = await sequencer.recover();
  const submit = (command: Command) => sequencer.submit(command);
  const stateHash = () => (machines.at(-1) as StateMachine).stateHash();
  return { sequencer, submit, report, stateHash };
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
      const next = orders[sent % orders.length] as Command;
      sent += 1;
      await submit(next);
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

interface Round {
  readonly durable: number;
  readonly replay: number;
  readonly figures: readonly Figure[];
  readonly hash: string;
}

/** Durable and replayed commands a second; the set-up is not timed going in, but is replayed. */
async function roundOf(venue: Venue, work: Work, count: number): Promise<Round> {
  return withFolder(async (folder) => {
    const { sequencer, submit, stateHash } = await startOn(folder, venue);
    await saturate(submit, work.setup, work.setup.length, inFlight);
    const before = { ...sequencer.metrics };
    const started = performance.now();
    const cpu = process.cpuUsage();
    await saturate(submit, work.load, count, inFlight);
    const seconds = (performance.now() - started) / 1_000;
    const used = process.cpuUsage(cpu);
    const { metrics } = sequencer;
    const batches = metrics.batches - before.batches;
    const hash = stateHash();
    await sequencer.stop({ snapshot: false });
    const again = performance.now();
    const replayed = await startOn(folder, venue);
    const replaySeconds = (performance.now() - again) / 1_000;
    assert(replayed.stateHash() === hash, 'a replay reaches the state of the run');
    await replayed.sequencer.stop({ snapshot: false });
    return {
      hash,
      durable: count / seconds,
      replay: replayed.report.commandsReplayed / replaySeconds,
      figures: [
        ['processor time', (used.user + used.system) / (count / 1_000), 'ns a command'],
        ['commands a batch', count / batches, ''],
        ['write and sync', (metrics.commitMsTotal - before.commitMsTotal) / batches, 'ms a batch'],
        ['journal', (metrics.bytes - before.bytes) / count, 'bytes a command'],
      ],
    };
  });
}

/**
 * Several rounds of the same work. The code is compiled in the first ones, which a venue goes
 * through once; the last one tells what it costs from then on.
 */
async function throughput(name: string, venue: Venue, work: Work, count: number, rounds: number) {
  const all: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    all.push(await roundOf(venue, work, count));
  }
  const [first, last] = [all[0] as Round, all.at(-1) as Round];
  const figures: Figure[] = [
    ['durable, code still cold', first.durable, 'commands a second'],
    [`durable, round ${rounds}`, last.durable, 'commands a second'],
    ...last.figures,
    ['replay, code still cold', first.replay, 'commands a second'],
    [`replay, round ${rounds}`, last.replay, 'commands a second'],
  ];
  return {
    hash: last.hash,
    figures: figures.map(([what, ...rest]): Figure => [`${name}: ${what}`, ...rest]),
  };
}

async function latencies(orders: readonly Command[], rate: number, smoke: boolean) {
  return withFolder(async (folder) => {
    const { sequencer, submit } = await startOn(folder, ownShare);
    await saturate(submit, orders, smoke ? 500 : 20_000, 256);
    const tookMs = await paced(submit, orders, Math.floor(rate * (smoke ? 0.1 : 4)), rate);
    await sequencer.stop({ snapshot: false });
    return [50, 99, 99.9, 100].map((percentile): Figure => {
      const at = Math.ceil((tookMs.length * percentile) / 100) - 1;
      const name = `submit to durable at ${rate} a second, p${percentile}`;
      return [name, tookMs[at] as number, 'ms'];
    });
  });
}

/** Runs the benchmark; `smoke` does a little of the same work. */
export async function run({ smoke }: { readonly smoke: boolean }): Promise<BenchReport> {
  const orders = Array.from({ length: 1_000 }, (_, n) => limitOrder(n));
  const count = smoke ? 20_000 : 1_000_000;
  const rounds = smoke ? 2 : 4;
  encodeNs(orders, smoke ? 5 : 300);
  const figures: Figure[] = [
    ['encode, checksum, chain', encodeNs(orders, smoke ? 10 : 500), 'ns a command'],
  ];
  const own = await throughput('own share', ownShare, { setup: [], load: orders }, count, rounds);
  figures.push(...own.figures);
  for (const rate of [5_000, 25_000, 100_000]) {
    figures.push(...(await latencies(orders, rate, smoke)));
  }
  const accounts = smoke ? 50 : 10_000;
  const stream = recordLoad({
    accounts,
    orders: smoke ? 1_000 : 300_000,
    commandsPerTick: smoke ? 500 : 5_000,
    strikeStep: smoke ? 20_000 : 1_650,
    seed: 7,
  });
  const engine: Venue = {
    createStateMachine: createEngine,
    createClock: () => steadyClock(stream.startUs, stream.stepUs),
  };
  const whole = await throughput('whole engine', engine, stream, stream.load.length, rounds);
  figures.push(...whole.figures);
  const runtime = process.versions['bun']
    ? `Bun ${process.versions['bun']}`
    : `Node ${process.version}`;
  return {
    conditions:
      `${runtime}, ${cpus()[0]?.model ?? 'unknown'} x ${availableParallelism()}, one thread; ` +
      `journal with fdatasync in ${process.env['BENCH_FOLDER'] ?? tmpdir()}; ${inFlight} in ` +
      `flight; own share: ${count} limit orders; whole engine: ${stream.load.length} commands, ` +
      `${stream.instruments} instruments, ${accounts} accounts; ` +
      `flags ${process.execArgv.join(' ')}`,
    workHash: createHash('sha256').update(own.hash).update(whole.hash).digest('hex').slice(0, 16),
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
