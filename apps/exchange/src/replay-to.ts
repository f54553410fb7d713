// Replay to: the engine as it was after one command of a journal, computed by the rules of this
// release. It begins with the journal's first command, or where that is removed or was decided by
// other rules, with the last snapshot before that from which everything up to the command follows.
// Invariant: the engine it gives stands after exactly that command.
import {
  type Command,
  type Event,
  OperationalError,
  type Seq,
  type StateMachine,
  type TsUs,
} from '@openstrike/domain';
import { type VerifyReport, verifyJournal } from '@openstrike/sequencer';
import { notReplayed } from './require-replayed.ts';
import { createStateMachine, rulesVersion } from './state-machine.ts';

/** Ends a replay that has come far enough; the machine stands before this command. */
class Reached extends Error {
  readonly nextSeq: number;

  constructor(nextSeq: number) {
    super();
    this.nextSeq = nextSeq;
  }
}

class StoppedMachine implements StateMachine {
  readonly #inner: StateMachine = createStateMachine();
  readonly #until: number;
  /** The last command that it applied itself; null since a snapshot was taken over. */
  appliedSeq: number | null = null;

  constructor(until: number) {
    this.#until = until;
  }

  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    if (seq > this.#until) throw new Reached(seq);
    this.appliedSeq = seq;
    return this.#inner.apply(command, seq, tsUs);
  }

  restore(snapshot: Uint8Array): void {
    this.appliedSeq = null;
    this.#inner.restore(snapshot);
  }

  query: StateMachine['query'] = (name, parameters) => this.#inner.query(name, parameters);
  snapshot = (): Uint8Array => this.#inner.snapshot();
  stateHash = (): string => this.#inner.stateHash();
}

/** What a journal is, without computing any of it. */
const outlineOf = (journal: string): Promise<VerifyReport> =>
  verifyJournal(journal, { createStateMachine: null, rulesVersion });

/** The last command before which a replay stopped, or that the journal ends with. */
const walk = async (journal: string, machine: StoppedMachine): Promise<number> => {
  try {
    const report = await verifyJournal(journal, {
      createStateMachine: () => machine,
      rulesVersion,
    });
    const [problem] = report.problems;
    if (problem !== undefined) {
      throw new OperationalError('not-sound', `The journal is not sound: ${problem}`);
    }
    return report.lastSeq;
  } catch (error) {
    if (!(error instanceof Reached)) throw error;
    return error.nextSeq - 1;
  }
};

/**
 * The engine after a command; after the last one for null.
 *
 * Throws: OperationalError where the journal does not tell it. Cost: a replay up to the command.
 */
export const replayTo = async (journal: string, seq: number | null): Promise<StateMachine> => {
  const machine = new StoppedMachine(seq ?? Number.POSITIVE_INFINITY);
  const stoodAt = await walk(journal, machine);
  const wanted = seq ?? stoodAt;
  if (machine.appliedSeq === wanted) return machine;
  const outline = await outlineOf(journal);
  if (wanted > outline.lastSeq) {
    const sentence = `The journal ends with command ${outline.lastSeq}.`;
    throw new OperationalError('no-command', sentence);
  }
  // A snapshot of other rules has what those decided, and says nothing of what they charged.
  const restored = outline.snapshots.find((snapshot) => snapshot.seq === wanted);
  const ownRules = restored?.rulesVersion === rulesVersion;
  if (machine.appliedSeq === null && stoodAt === wanted && ownRules) return machine;
  throw notReplayed(outline);
};
