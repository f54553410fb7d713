// Recovery: the only way a sequencer starts. Newest usable snapshot, replay of the frames after it,
// comparison with every later checkpoint; then, and only then, what is behind the last frame is cut
// off and that frame is made durable once more.
// Invariant: until the whole journal has been judged good nothing on the disk is changed, and no
// event is handed out before its command is durable.
import {
  type Applied,
  type Command,
  OperationalError,
  type Seq,
  type StateMachine,
  type TsUs,
} from '@openstrike/domain';
import { CommandGroup } from './command-group.ts';
import { type Frame, genesisChain, visitCommands } from './frame.ts';
import { JournalReader } from './journal-reader.ts';
import { type JournalStorage, readBytes, unfinishedEnding } from './journal-storage.ts';
import { JournalWriter, type JournalWriterOptions } from './journal-writer.ts';
import {
  createSegment,
  formatVersion,
  type JournalPosition,
  listSegments,
  type Segment,
  segmentName,
} from './segment.ts';
import { listSnapshots, readSnapshotBody, type SnapshotHeader } from './snapshot-file.ts';

export interface RecoveryOptions extends JournalWriterOptions {
  readonly createStateMachine: () => StateMachine;
  /**
   * The last command that the readers of events already have: recovery starts from a snapshot not
   * after it and hands out the events of every later command. Null hands out none.
   */
  readonly publishAfterSeq: Seq | null;
  readonly publish: (batch: readonly Applied[]) => void;
  /**
   * Called between pieces of the journal and waited for, so that a slow reader can hold the replay
   * back.
   */
  readonly progress: (replayed: RecoveryProgress) => void | Promise<void>;
}

export interface RecoveryProgress {
  readonly seq: Seq;
  readonly commands: number;
}

/** What a recovery did, for the log. */
export interface RecoveryReport {
  /** Seq of the snapshot it started from; 0 for none. */
  readonly snapshotSeq: Seq;
  readonly lastSeq: Seq;
  readonly lastTsUs: TsUs;
  readonly commandsReplayed: number;
  /** Bytes of an append that a crash had cut short. */
  readonly tornBytes: number;
  /** Seqs of the snapshots whose state hash the replay reached and matched. */
  readonly checkpointsMatched: readonly Seq[];
  /** Why newer snapshots were not used. */
  readonly warnings: readonly string[];
}

export interface Recovered {
  readonly machine: StateMachine;
  readonly writer: JournalWriter;
  readonly report: RecoveryReport;
}

/** A state machine and the place in the journal up to which it has applied. */
export interface Start {
  readonly machine: StateMachine;
  /** Null before the first frame of a journal that begins at its beginning. */
  readonly position: JournalPosition | null;
  readonly warnings: readonly string[];
}

/** Brings the state machine to the journal's end and opens the journal for more. */
export async function recover(
  storage: JournalStorage,
  options: RecoveryOptions,
): Promise<Recovered> {
  const segments = await listSegments(storage);
  const { snapshots, broken } = await listSnapshots(storage);
  if (segments.length === 0) {
    return startJournal(storage, options, [...snapshots.map((s) => s.name), ...broken]);
  }
  const publishAfterSeq = options.publishAfterSeq ?? Number.POSITIVE_INFINITY;
  const start = await chooseStart(storage, segments, snapshots, publishAfterSeq, options);
  const reader = await JournalReader.open(storage, segments, start.position);
  const replayed = await replay(reader, start, snapshots, options);
  refuseMissingEnd(storage, segments, reader.position.seq, snapshots, options.publishAfterSeq);
  await settleTail(storage, reader, replayed.lastFrame);
  const position = await continuedPosition(storage, reader, options.rulesVersion);
  if (replayed.held.length > 0) {
    options.publish(replayed.held);
  }
  return {
    machine: start.machine,
    writer: await JournalWriter.open(storage, position, options),
    report: {
      snapshotSeq: start.position?.seq ?? (0 as Seq),
      lastSeq: reader.position.seq,
      lastTsUs: reader.position.tsUs,
      commandsReplayed: replayed.commands,
      tornBytes: reader.tornBytes,
      checkpointsMatched: replayed.checkpointsMatched,
      warnings: [...broken, ...start.warnings],
    },
  };
}

/** The newest snapshot not after `seqMax` that can be restored, or the journal's beginning. */
export async function chooseStart(
  storage: JournalStorage,
  segments: readonly Segment[],
  snapshots: readonly SnapshotHeader[],
  seqMax: number,
  options: Pick<RecoveryOptions, 'createStateMachine' | 'rulesVersion'>,
): Promise<Start> {
  const warnings: string[] = [];
  for (const snapshot of snapshots) {
    if (snapshot.position.seq > seqMax) {
      continue;
    }
    const machine = options.createStateMachine();
    const problem = await restoreFrom(storage, snapshot, machine, options.rulesVersion);
    if (problem === null) {
      return { machine, position: snapshot.position, warnings };
    }
    warnings.push(problem);
  }
  const firstSeq = segments[0]?.firstSeq;
  if (firstSeq === 1) {
    return { machine: options.createStateMachine(), position: null, warnings };
  }
  const limit = Number.isFinite(seqMax) ? ` at or before command ${seqMax}` : '';
  throw new OperationalError(
    'no-start',
    `${storage.describe('')} has no usable snapshot${limit} and its journal starts with command ` +
      `${firstSeq}: restore a backup. ${warnings.join('. ')}`.trim(),
  );
}

/** Restores a snapshot into a fresh machine; answers with a sentence where that is not possible. */
export async function restoreFrom(
  storage: JournalStorage,
  snapshot: SnapshotHeader,
  machine: StateMachine,
  rulesVersion: number,
): Promise<string | null> {
  try {
    machine.restore(await readSnapshotBody(storage, snapshot));
  } catch (error) {
    return `${storage.describe(snapshot.name)} was not used: ${(error as Error).message}`;
  }
  if (snapshot.rulesVersion === rulesVersion && machine.stateHash() !== snapshot.stateHash) {
    return `${storage.describe(snapshot.name)} was not used: restored, it has another state hash`;
  }
  return null;
}

interface Replayed {
  readonly commands: number;
  readonly checkpointsMatched: readonly Seq[];
  /** The last frame's place in the last segment, if it was read from there. */
  readonly lastFrame: { readonly offset: number; readonly bytes: number } | null;
  /** The last frame's events: not to be handed out before it is durable. */
  readonly held: readonly Applied[];
}

async function replay(
  reader: JournalReader,
  start: Start,
  snapshots: readonly SnapshotHeader[],
  options: RecoveryOptions,
): Promise<Replayed> {
  const publishAfterSeq = options.publishAfterSeq ?? Number.POSITIVE_INFINITY;
  const checkpoints = new Map(snapshots.map((s) => [s.position.seq, s]));
  const checkpointsMatched: Seq[] = [];
  let commands = 0;
  let held: Applied[] = [];
  let lastFrame: (Replayed['lastFrame'] & { readonly segment: number }) | null = null;
  while (await reader.fill()) {
    refuseOtherRules(reader, options.rulesVersion);
    for (let frame = reader.take(); frame !== null; frame = reader.take()) {
      if (held.length > 0) {
        options.publish(held);
      }
      held = applyFrame(reader.window, frame, start.machine, publishAfterSeq);
      commands += frame.count;
      const { segment, offset, seq } = reader.position;
      const bytes = frame.end - frame.start;
      lastFrame = { segment, offset: offset - bytes, bytes };
      const checkpoint = checkpoints.get(seq);
      if (checkpoint !== undefined && checkpoint.rulesVersion === options.rulesVersion) {
        checkState(start.machine, checkpoint);
        checkpointsMatched.push(seq);
      }
    }
    await options.progress({ seq: reader.position.seq, commands });
  }
  const inLast = lastFrame !== null && lastFrame.segment === reader.position.segment;
  return { commands, checkpointsMatched, held, lastFrame: inLast ? lastFrame : null };
}

const lastSeqOf = (frame: Frame): number => frame.firstSeq + frame.count - 1;

/** Applies a frame's commands; the applied ones with a seq above `keepAfterSeq`. */
export function applyFrame(
  window: Uint8Array,
  frame: Frame,
  machine: StateMachine,
  keepAfterSeq: number,
): Applied[] {
  const kept: Applied[] = [];
  const apply = (command: Command, seq: Seq, tsUs: TsUs): void => {
    if (seq > keepAfterSeq) {
      kept.push({ seq, tsUs, command, events: machine.apply(command, seq, tsUs) });
    } else if (machine.replay === undefined) {
      machine.apply(command, seq, tsUs);
    } else {
      machine.replay(command, seq, tsUs);
    }
  };
  const group = new CommandGroup();
  visitCommands(window, frame, (command, seq, tsUs) => {
    group.add(command, seq, tsUs);
    if (group.isFull || seq === lastSeqOf(frame)) group.apply(machine, apply);
  });
  return kept;
}

/** Throws when the machine's state is not the one a snapshot recorded at the same seq. */
export function checkState(machine: StateMachine, checkpoint: SnapshotHeader): void {
  const reached = machine.stateHash();
  if (reached !== checkpoint.stateHash) {
    throw new OperationalError(
      'state-diverged',
      `Replaying the journal to command ${checkpoint.position.seq} gave state ${reached} where ` +
        `${checkpoint.name} recorded ${checkpoint.stateHash}: this program does not apply ` +
        'commands as the one that wrote it did; start that one.',
    );
  }
}

export function refuseOtherRules(reader: JournalReader, rulesVersion: number): void {
  if (reader.rulesVersion !== rulesVersion) {
    throw new OperationalError(
      'other-rules',
      `The journal after command ${reader.position.seq} was applied by rules version ` +
        `${reader.rulesVersion} and this program has ${rulesVersion}: start the program that ` +
        'wrote it and stop it cleanly, which leaves a snapshot to go on from.',
    );
  }
}

/** A journal that ends before what was known to be durable has lost commands: refused. */
function refuseMissingEnd(
  storage: JournalStorage,
  segments: readonly Segment[],
  lastSeq: Seq,
  snapshots: readonly SnapshotHeader[],
  publishAfterSeq: Seq | null,
): void {
  const known = Math.max(snapshots[0]?.position.seq ?? 0, publishAfterSeq ?? 0);
  if (known > lastSeq) {
    const { name } = segments.at(-1) as Segment;
    throw new OperationalError(
      'journal-behind',
      `${storage.describe(name)} ends with command ${lastSeq}, but command ${known} was durable: ` +
        'restore a backup; nothing was changed.',
    );
  }
}

/**
 * Cuts what is behind the last frame, torn or zeros, and writes that frame again. Again, because
 * the process may have died, or its sync may have failed, with that frame in the page cache only;
 * written anew and synced it is on the disk, or this throws.
 */
async function settleTail(
  storage: JournalStorage,
  reader: JournalReader,
  lastFrame: Replayed['lastFrame'],
): Promise<void> {
  for (const { name } of await storage.list()) {
    if (name.endsWith(unfinishedEnding)) {
      await storage.remove(name);
    }
  }
  if (lastFrame === null && reader.restBytes === 0) {
    return;
  }
  const name = segmentName(reader.position.segment);
  const again =
    lastFrame === null
      ? new Uint8Array(0)
      : await readBytes(storage, name, lastFrame.offset, lastFrame.bytes);
  const file = await storage.open(name);
  try {
    await file.truncate(reader.position.offset);
    await file.write(again, lastFrame?.offset ?? 0);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Where the next frame goes: a segment of an older format or of other rules is not continued. */
async function continuedPosition(
  storage: JournalStorage,
  reader: JournalReader,
  rulesVersion: number,
): Promise<JournalPosition> {
  return reader.rulesVersion === rulesVersion && reader.formatVersion === formatVersion
    ? reader.position
    : createSegment(storage, reader.position, rulesVersion);
}

async function startJournal(
  storage: JournalStorage,
  options: RecoveryOptions,
  orphans: readonly string[],
): Promise<Recovered> {
  if (orphans.length > 0 || (options.publishAfterSeq ?? 0) > 0) {
    throw new OperationalError(
      'journal-behind',
      `${storage.describe('')} has no journal, but ${orphans[0] ?? 'the history'} was made ` +
        'from one: restore a backup; nothing was changed.',
    );
  }
  const start = { segment: 1, offset: 0, seq: 0 as Seq, tsUs: 0 as TsUs, chain: genesisChain };
  const position = await createSegment(storage, start, options.rulesVersion);
  return {
    machine: options.createStateMachine(),
    writer: await JournalWriter.open(storage, position, options),
    report: {
      snapshotSeq: 0 as Seq,
      lastSeq: 0 as Seq,
      lastTsUs: 0 as TsUs,
      commandsReplayed: 0,
      tornBytes: 0,
      checkpointsMatched: [],
      warnings: [],
    },
  };
}
