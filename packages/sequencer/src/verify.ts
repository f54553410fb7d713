// Verify: recomputes a journal from its first command (or, where retention removed the start, from
// its oldest snapshot) and compares every snapshot's state hash on the way. Reads only; the folder
// may be in use.
import { OperationalError, type Seq, type StateMachine } from '@openstrike/domain';
import { hexOf } from '@openstrike/std';
import { FileStorage } from './file-storage.ts';
import { compareBytes, type Frame } from './frame.ts';
import { JournalReader } from './journal-reader.ts';
import type { JournalStorage } from './journal-storage.ts';
import { applyFrame, restoreFrom } from './recovery.ts';
import { type JournalPosition, listSegments } from './segment.ts';
import { listSnapshots, readSnapshotBody, type SnapshotHeader } from './snapshot-file.ts';

export interface VerifyOptions {
  /** Null checks bytes, checksums and the chain of hashes only. */
  readonly createStateMachine: (() => StateMachine) | null;
  readonly rulesVersion: number;
  readonly progress?: (done: { readonly seq: Seq; readonly bytes: number }) => void;
}

/**
 * What became of one snapshot. `unreached`: the journal kept does not lead to it, or other rules
 * applied it.
 */
export interface SnapshotVerdict {
  readonly name: string;
  readonly seq: Seq;
  readonly rulesVersion: number;
  readonly state: 'matched' | 'differs' | 'damaged' | 'restored' | 'unreached';
}

export interface VerifyReport {
  readonly sound: boolean;
  /** One sentence each; empty when sound. */
  readonly problems: readonly string[];
  readonly segments: number;
  readonly batches: number;
  readonly commands: number;
  readonly bytes: number;
  readonly firstSeq: Seq;
  readonly lastSeq: Seq;
  /** Chain hash at `lastSeq`, hex. */
  readonly chain: string;
  /**
   * Commands applied by the state machine, and the seq and state hash it ended with (null when it
   * applied none).
   */
  readonly commandsReplayed: number;
  readonly stateHash: string | null;
  readonly snapshots: readonly SnapshotVerdict[];
  /** Bytes of an append that a crash cut short, or that is being written now. */
  readonly tornBytes: number;
}

/** Verifies a journal folder (or storage). Throws only where it cannot be read at all. */
export async function verifyJournal(
  journal: string | JournalStorage,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const storage = typeof journal === 'string' ? await FileStorage.openShared(journal) : journal;
  return new Verification(storage, options).run();
}

class Verification {
  readonly #storage: JournalStorage;
  readonly #options: VerifyOptions;
  readonly #problems: string[] = [];
  readonly #verdicts = new Map<SnapshotHeader, SnapshotVerdict['state']>();
  #snapshotAt = new Map<Seq, SnapshotHeader>();
  #machine: StateMachine | null = null;
  #batches = 0;
  #commands = 0;
  #replayed = 0;

  constructor(storage: JournalStorage, options: VerifyOptions) {
    this.#storage = storage;
    this.#options = options;
  }

  async run(): Promise<VerifyReport> {
    // Snapshots first: one made between the two lists must not look as if it were ahead of its
    // journal.
    const { snapshots, broken } = await listSnapshots(this.#storage);
    const segments = await listSegments(this.#storage);
    this.#problems.push(...broken);
    await this.#checkBodies(snapshots);
    this.#snapshotAt = new Map([...this.#verdicts.keys()].map((s) => [s.position.seq, s]));
    const reader = await JournalReader.open(this.#storage, segments, null);
    const firstSeq = (reader.position.seq + 1) as Seq;
    if (firstSeq === 1 && reader.rulesVersion === this.#options.rulesVersion) {
      this.#machine = this.#options.createStateMachine?.() ?? null;
    }
    await this.#atPosition(reader.position);
    try {
      await this.#walk(reader);
    } catch (error) {
      if (!(error instanceof OperationalError)) {
        throw error;
      }
      this.#problems.push(error.message);
    }
    const { seq, chain } = reader.position;
    const ahead = snapshots.find((snapshot) => snapshot.position.seq > seq);
    if (ahead !== undefined) {
      this.#problems.push(`the journal ends with command ${seq} but ${ahead.name} is ahead of it`);
    }
    return {
      sound: this.#problems.length === 0,
      problems: this.#problems,
      segments: segments.length,
      batches: this.#batches,
      commands: this.#commands,
      bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
      firstSeq,
      lastSeq: seq,
      chain: hexOf(chain),
      commandsReplayed: this.#replayed,
      stateHash: this.#replayed > 0 ? (this.#machine?.stateHash() ?? null) : null,
      snapshots: snapshots.map((snapshot) => ({
        name: snapshot.name,
        seq: snapshot.position.seq,
        rulesVersion: snapshot.rulesVersion,
        state: this.#verdicts.get(snapshot) ?? 'damaged',
      })),
      tornBytes: reader.tornBytes,
    };
  }

  async #checkBodies(snapshots: readonly SnapshotHeader[]): Promise<void> {
    for (const snapshot of snapshots) {
      try {
        await readSnapshotBody(this.#storage, snapshot);
        this.#verdicts.set(snapshot, 'unreached');
      } catch (error) {
        this.#problems.push((error as Error).message);
      }
    }
  }

  async #walk(reader: JournalReader): Promise<void> {
    while (await reader.fill()) {
      const otherRules = reader.rulesVersion !== this.#options.rulesVersion;
      for (let frame = reader.take(); frame !== null; frame = reader.take()) {
        // A snapshot on the way may have started a machine, for what comes after these rules.
        if (otherRules) this.#machine = null;
        this.#frame(reader.window, frame);
        await this.#atPosition(reader.position);
      }
      this.#options.progress?.({ seq: reader.position.seq, bytes: reader.position.offset });
    }
  }

  #frame(window: Uint8Array, frame: Frame): void {
    this.#batches += 1;
    this.#commands += frame.count;
    if (this.#machine !== null) {
      applyFrame(window, frame, this.#machine, Number.POSITIVE_INFINITY);
      this.#replayed += frame.count;
    }
  }

  /** Where a snapshot was made: compares with it, or starts the state machine from it. */
  async #atPosition({ seq, chain }: JournalPosition): Promise<void> {
    const snapshot = this.#snapshotAt.get(seq);
    const { createStateMachine, rulesVersion } = this.#options;
    if (snapshot === undefined) {
      return;
    }
    if (compareBytes(snapshot.position.chain, chain) !== 0) {
      this.#problems.push(`${snapshot.name} was made from another journal`);
      return;
    }
    if (createStateMachine === null) {
      return;
    }
    if (this.#machine === null) {
      const machine = createStateMachine();
      if ((await restoreFrom(this.#storage, snapshot, machine, rulesVersion)) === null) {
        this.#machine = machine;
        this.#verdicts.set(snapshot, 'restored');
      }
      return;
    }
    if (snapshot.rulesVersion !== rulesVersion) {
      return;
    }
    const matches = this.#machine.stateHash() === snapshot.stateHash;
    this.#verdicts.set(snapshot, matches ? 'matched' : 'differs');
    if (!matches) {
      this.#problems.push(
        `replaying to command ${seq} gives another state than ${snapshot.name} recorded`,
      );
    }
  }
}
