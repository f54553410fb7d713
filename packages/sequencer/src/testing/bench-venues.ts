// Bench venues: the two venues that the benchmark of the sequencer runs, and its long runs: one
// that makes commands durable and one that replays the journal of the first. Each is meant for a
// process of its own, so that what is cold at its beginning is as cold as after a start.
import { createHash } from 'node:crypto';
import type { Command, Event, Seq, StateMachine, TsUs, VenueClock } from '@openstrike/domain';
import { createEngine } from '@openstrike/engine';
import {
  type Figure,
  Stretches,
  type StretchSizes,
} from '../../../engine/src/testing/stretches.ts';
import { createSequencer, type Sequencer } from '../sequencer.ts';
import { PackedCommands } from './packed-commands.ts';

/**
 * How commands are handed in where throughput is measured: so many at most at each turn of the
 * event loop, as sockets bring them, while fewer than `inFlight` are on their way to the disk.
 * Senders that each wait for their last command and then all send the next in one turn would have
 * the engine and the disk wait for each other.
 */
export interface Flow {
  readonly aTurn: number;
  readonly inFlight: number;
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

/** `own share` has a machine that does next to nothing: what is left is the sequencer's. */
const machines = {
  'own share': () => new MixingMachine(),
  'whole engine': createEngine,
};

export type VenueName = keyof typeof machines;

/** One long run of the benchmark. */
export interface LongRun {
  readonly venue: VenueName;
  readonly folder: string;
  /** Files of packed commands: those that set the venue up, and those that are measured. */
  readonly setup: string;
  readonly load: string;
  readonly startUs: number;
  readonly stepUs: number;
  readonly flow: Flow;
  readonly stretches: StretchSizes;
}

export interface LongRunReport {
  readonly stateHash: string;
  readonly commands: number;
  readonly figures: readonly Figure[];
}

const steadyClock = (startUs: number, stepUs: number): VenueClock => {
  let now = startUs;
  return { nowUs: () => (now += stepUs) as TsUs };
};

type VenueStart = Pick<LongRun, 'venue' | 'folder' | 'startUs' | 'stepUs'>;

/** A sequencer that is yet to recover, and the state hash of its machine. */
async function open({ venue, folder, startUs, stepUs }: VenueStart) {
  const made: StateMachine[] = [];
  const sequencer = await createSequencer({
    storage: folder,
    clock: steadyClock(startUs, stepUs),
    createStateMachine: () => {
      made.push(machines[venue]());
      return made.at(-1) as StateMachine;
    },
  });
  return { sequencer, stateHash: () => (made.at(-1) as StateMachine).stateHash() };
}

/** A running sequencer of the first venue in an empty folder. */
export async function startOwnShare(folder: string): Promise<Sequencer> {
  const start: VenueStart = {
    venue: 'own share',
    folder,
    startUs: 1_700_000_000_000_000,
    stepUs: 1,
  };
  const { sequencer } = await open(start);
  await sequencer.recover();
  return sequencer;
}

/** Makes all the commands durable; tells the count of those that are. */
export async function saturate(
  sequencer: Sequencer,
  commands: { next(): Command | null },
  { aTurn, inFlight }: Flow,
  durable: (count: number) => void,
): Promise<void> {
  const failures: Error[] = [];
  const failed = (error: Error) => failures.push(error);
  let sent = 0;
  let done = 0;
  const acknowledged = () => {
    done += 1;
    durable(done);
  };
  for (let ended = false; !ended || done < sent; ) {
    for (let some = 0; !ended && some < aTurn && sent - done < inFlight; some++) {
      const command = commands.next();
      if (command === null) {
        ended = true;
      } else {
        sent += 1;
        sequencer.submit(command).then(acknowledged, failed);
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (failures[0] !== undefined) throw failures[0];
  }
}

/** Makes the run's commands durable in its empty folder; those that set up are not measured. */
export async function durableRun(run: LongRun): Promise<LongRunReport> {
  const { sequencer, stateHash } = await open(run);
  await sequencer.recover();
  await saturate(sequencer, new PackedCommands(run.setup), run.flow, () => {});
  const before = { ...sequencer.metrics };
  const stretches = new Stretches(run.stretches);
  await saturate(sequencer, new PackedCommands(run.load), run.flow, (count) =>
    stretches.reached(count, false),
  );
  const { metrics } = sequencer;
  const commands = metrics.commandsDurable - before.commandsDurable;
  stretches.reached(commands, true);
  const batches = metrics.batches - before.batches;
  const report: LongRunReport = {
    stateHash: stateHash(),
    commands,
    figures: [
      ...stretches.figures('durable'),
      ['commands a batch', commands / batches, ''],
      ['write and sync', (metrics.commitMsTotal - before.commitMsTotal) / batches, 'ms a batch'],
      ['journal', (metrics.bytes - before.bytes) / commands, 'bytes a command'],
    ],
  };
  await sequencer.stop({ snapshot: false });
  return report;
}

/** Recovers from the journal in the run's folder, which has no snapshot. */
export async function replayRun(run: LongRun): Promise<LongRunReport> {
  const { sequencer, stateHash } = await open(run);
  const stretches = new Stretches(run.stretches);
  const { commandsReplayed } = await sequencer.recover({
    progress: ({ commands }) => stretches.reached(commands, false),
  });
  stretches.reached(commandsReplayed, true);
  const report: LongRunReport = {
    stateHash: stateHash(),
    commands: commandsReplayed,
    figures: stretches.figures('replay'),
  };
  await sequencer.stop({ snapshot: false });
  return report;
}
