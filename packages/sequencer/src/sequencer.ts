// Sequencer: the one writer. The life of a command, top to bottom: `submit` stamps it and adds its
// bytes to the open batch; `#applyArrived` applies what has arrived, a group at a time, so that the
// machine can fetch what the whole group needs from memory at once; `#commitAll` makes one batch
// durable while the next gathers; `#settle` then publishes its events in order and resolves its
// submitters.
// Invariant: nothing is published, resolved or answered before all that it rests on is durable, and
// what the engine has applied either becomes durable in order or the process takes no more
// commands.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Applied,
  type Command,
  type CommandPort,
  type EventPort,
  OperationalError,
  type Queries,
  type QueryName,
  type QueryPort,
  type Seq,
  type StateMachine,
  type TsUs,
  type VenueClock,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { type BackupReport, copyJournal, intoEmptyFolder } from './backup.ts';
import { CommandGroup } from './command-group.ts';
import { FileStorage } from './file-storage.ts';
import { FrameBuilder, frameBytesMax, recordBytesMax } from './frame.ts';
import type { JournalStorage } from './journal-storage.ts';
import type { JournalWriter } from './journal-writer.ts';
import { emptyMetrics, type SequencerMetrics } from './metrics.ts';
import { type RecoveryProgress, type RecoveryReport, recover } from './recovery.ts';
import { applyRetention, type Retention } from './retention.ts';
import type { JournalPosition } from './segment.ts';
import { runShadowWorker, type StateMachineModule, writeShadowSnapshot } from './shadow.ts';
import { type SnapshotHeader, writeSnapshot } from './snapshot-file.ts';

export interface SequencerOptions {
  /** Path of a folder, or a storage of the caller's. */
  readonly storage: string | JournalStorage;
  readonly clock: VenueClock;
  readonly createStateMachine: () => StateMachine;
  /** Where a worker thread finds the same machine; without it snapshots are made on this thread. */
  readonly stateMachineModule?: StateMachineModule;
  /** Changes when the same commands would give other events or another state. */
  readonly rulesVersion?: number;
  readonly segmentBytesMax?: number;
  /** Bounds of what is applied and not yet durable; past them `submit` refuses. */
  readonly queueBytesMax?: number;
  readonly queueCommandsMax?: number;
  /** Make a snapshot each time so many commands have become durable; 0 makes none by itself. */
  readonly snapshotEvery?: number;
  readonly retention?: Retention;
  /** The last command the readers of events have stored; what they still need is kept. */
  readonly readersHaveSeq?: () => Seq;
  /** How long to wait before a batch that found the disk full is written again. */
  readonly retryMs?: number;
  /** Told of failures that stop nothing, such as a snapshot that could not be made. */
  readonly warn?: (error: Error) => void;
  /** How it waits; a simulation gives its own, so that nothing happens but by its clock. */
  readonly waits?: SequencerWaits;
}

/** The two waits of a sequencer that are not for the disk. */
export interface SequencerWaits {
  /** Resolves after the input that has already arrived was handled. */
  endOfTurn(): Promise<void>;
  /** Resolves after so long; rejects when aborted before. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface RecoverOptions {
  /**
   * The last command that the subscribers already have; the events of later ones are handed to
   * them.
   */
  readonly publishAfterSeq?: Seq;
  readonly progress?: (replayed: RecoveryProgress) => void | Promise<void>;
}

/**
 * `storage-failed` takes no commands; it ends by itself when a full disk has room again, else by a
 * restart.
 */
export type SequencerState = 'recovering' | 'running' | 'storage-failed' | 'stopped';
export type StateListener = (state: SequencerState, cause: Error | null) => void;

/** Commands taken and not yet durable, with those who wait for them. */
interface Batch {
  readonly frame: FrameBuilder;
  applied: Applied[];
  /** Those of its commands that are yet to be applied. */
  readonly arrived: CommandGroup;
  resolves: ((applied: Applied) => void)[];
  rejects: ((error: Error) => void)[];
  answers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[];
}

const emptyBatch = (frame: FrameBuilder): Batch => ({
  frame,
  applied: [],
  arrived: new CommandGroup(),
  resolves: [],
  rejects: [],
  answers: [],
});

/**
 * Takes the journal for this process; `recover` then starts it. Subscribe in between to see
 * replayed events.
 * Throws: OperationalError when another process holds the folder or its format is newer; nothing is
 * changed then.
 */
export async function createSequencer(options: SequencerOptions): Promise<Sequencer> {
  const { storage } = options;
  const opened = typeof storage === 'string' ? await FileStorage.open(storage) : storage;
  return new Sequencer(opened, options);
}

export class Sequencer implements CommandPort, EventPort, QueryPort {
  readonly metrics: SequencerMetrics = emptyMetrics();
  readonly #storage: JournalStorage;
  readonly #options: SequencerOptions;
  readonly #queueBytesMax: number;
  readonly #queueCommandsMax: number;
  readonly #rulesVersion: number;
  readonly #waits: SequencerWaits;
  readonly #listeners = new Set<(batch: readonly Applied[]) => void>();
  readonly #stateListeners = new Set<StateListener>();
  readonly #stop = new AbortController();
  #state: SequencerState = 'recovering';
  #accepting = false;
  /** Why the storage takes nothing now, and why the engine never will again. */
  #failure: OperationalError | null = null;
  #broken: Error | null = null;
  #machine: StateMachine | null = null;
  #writer: JournalWriter | null = null;
  #seq = 0;
  #tsUs = 0;
  #durableSeq = 0;
  #open: Batch = emptyBatch(new FrameBuilder());
  /** The batch on its way to the disk, while there is one. */
  #inFlight: Batch | null = null;
  #spareFrame = new FrameBuilder();
  #committing: Promise<void> | null = null;
  #housekeeping: Promise<unknown> = Promise.resolve();
  #snapshotSeq = 0;
  #snapshotDueSeq = 0;

  constructor(storage: JournalStorage, options: SequencerOptions) {
    this.#storage = storage;
    this.#options = options;
    this.#rulesVersion = options.rulesVersion ?? 1;
    this.#waits = options.waits ?? { endOfTurn, sleep: pause };
    this.#queueBytesMax = options.queueBytesMax ?? 16 * 1024 * 1024;
    this.#queueCommandsMax = options.queueCommandsMax ?? 131_072;
    assert(
      this.#queueBytesMax + recordBytesMax < frameBytesMax,
      'a full queue fits into one batch',
    );
  }

  /**
   * Brings the engine to the journal's end and opens the door.
   * Throws: OperationalError where the journal cannot be trusted; nothing is changed and the folder
   * is let go.
   */
  async recover(options: RecoverOptions = {}): Promise<RecoveryReport> {
    assert(this.#state === 'recovering' && this.#writer === null, 'a sequencer recovers once');
    const { machine, writer, report } = await recover(this.#storage, {
      createStateMachine: this.#options.createStateMachine,
      rulesVersion: this.#rulesVersion,
      segmentBytesMax: this.#options.segmentBytesMax ?? 128 * 1024 * 1024,
      publishAfterSeq: options.publishAfterSeq ?? null,
      publish: (batch) => this.#publish(batch),
      progress: options.progress ?? (() => {}),
    }).catch(async (error: Error) => {
      await this.stop();
      throw error;
    });
    this.#machine = machine;
    this.#writer = writer;
    this.#seq = report.lastSeq;
    this.#tsUs = report.lastTsUs;
    this.#durableSeq = report.lastSeq;
    this.#snapshotSeq = report.snapshotSeq;
    this.#snapshotDueSeq = report.snapshotSeq + (this.#options.snapshotEvery ?? 0);
    this.#accepting = true;
    this.#enter('running', null);
    return report;
  }

  submit(command: Command): Promise<Applied> {
    const refusal = this.#refusal();
    if (refusal !== null) {
      return Promise.reject(refusal);
    }
    const batch = this.#open;
    const seq = (this.#seq + 1) as Seq;
    const tsUs = Math.max(this.#options.clock.nowUs(), this.#tsUs) as TsUs;
    try {
      batch.frame.append(seq, tsUs, command);
    } catch (error) {
      return Promise.reject(error);
    }
    this.#seq = seq;
    this.#tsUs = tsUs;
    this.metrics.queueCommands += 1;
    batch.arrived.add(command, seq, tsUs);
    this.#committing ??= this.#commitAll();
    const durable = new Promise<Applied>((resolve, reject) => {
      batch.resolves.push(resolve);
      batch.rejects.push(reject);
    });
    if (batch.arrived.isFull) this.#applyArrived();
    return durable;
  }

  subscribe(listener: (batch: readonly Applied[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async query<Name extends QueryName>(
    name: Name,
    parameters: Queries[Name]['in'],
  ): Promise<Queries[Name]['out']> {
    this.#applyArrived();
    if (this.#state === 'recovering' || this.#state === 'stopped') {
      throw this.#notRunning();
    }
    const answer = (this.#machine as StateMachine).query(name, parameters);
    const restsOn = this.#open.frame.count > 0 ? this.#open : this.#inFlight;
    if (restsOn !== null) {
      if (this.#failure !== null) {
        throw this.#failure;
      }
      await new Promise<void>((resolve, reject) => restsOn.answers.push({ resolve, reject }));
    }
    return answer;
  }

  state(): SequencerState {
    return this.#state;
  }

  /** Calls the listener at each change of state; returns the function that ends it. */
  onState(listener: StateListener): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** The last command that is durable and published. */
  durableSeq(): Seq {
    return this.#durableSeq as Seq;
  }

  /**
   * Makes a snapshot of the durable state beside the engine, then lets retention remove what it
   * allows.
   */
  snapshot(): Promise<SnapshotHeader> {
    return this.#keepHouse(async () => {
      const until = this.#running().position;
      const { createStateMachine, stateMachineModule, storage } = this.#options;
      const snapshot =
        stateMachineModule !== undefined && typeof storage === 'string'
          ? await runShadowWorker({
              ...stateMachineModule,
              folder: storage,
              until,
              rulesVersion: this.#rulesVersion,
            })
          : await writeShadowSnapshot(this.#storage, createStateMachine, until, this.#rulesVersion);
      this.metrics.snapshots += 1;
      this.#snapshotSeq = until.seq;
      await this.#retain();
      return snapshot;
    });
  }

  /** Copies the journal as it is durable now to an empty folder or storage, and proves the copy. */
  backup(to: string | JournalStorage): Promise<BackupReport> {
    return this.#keepHouse(() => {
      const until = this.#running().position;
      const fill = (target: JournalStorage) => copyJournal(this.#storage, target, until);
      return typeof to === 'string' ? intoEmptyFolder(to, fill) : fill(to);
    });
  }

  /** Takes no more commands, makes those taken durable, leaves a snapshot, lets the folder go. */
  async stop(options: { readonly snapshot?: boolean } = {}): Promise<void> {
    this.#accepting = false;
    this.#stop.abort();
    await this.#committing;
    await this.#housekeeping.catch(() => {});
    const writer = this.#writer;
    this.#writer = null;
    if (writer !== null) {
      if (options.snapshot ?? true) {
        await this.#snapshotAtEnd(writer.position).catch((error) => this.#warnOfSnapshot(error));
      }
      await writer.close();
    }
    await this.#storage.close();
    this.#enter('stopped', null);
  }

  /** The engine's own state, where all of it is durable: the next start needs no replay. */
  async #snapshotAtEnd(position: JournalPosition): Promise<void> {
    const whole = this.#state === 'running' && position.seq === this.#seq;
    if (whole && position.seq > this.#snapshotSeq) {
      const machine = this.#machine as StateMachine;
      await writeSnapshot(this.#storage, machine, position, this.#rulesVersion);
      this.metrics.snapshots += 1;
      await this.#retain();
    }
  }

  #refusal(): OperationalError | null {
    if (!this.#accepting) {
      return this.#failure ?? this.#notRunning();
    }
    const { count, bytes } = this.#open.frame;
    const flying = this.#inFlight?.frame;
    if (
      count + (flying?.count ?? 0) >= this.#queueCommandsMax ||
      bytes + (flying?.bytes ?? 0) >= this.#queueBytesMax
    ) {
      this.metrics.commandsRefused += 1;
      return new OperationalError(
        'queue-full',
        `${this.metrics.queueCommands} commands wait for the disk, the most that may: ` +
          'send again later.',
      );
    }
    return null;
  }

  /**
   * Applies what has arrived since it was last called. A throw is a broken invariant of the engine:
   * its state is not to be trusted and nothing more is applied.
   */
  #applyArrived(): void {
    const { arrived, applied } = this.#open;
    if (arrived.isEmpty) return;
    const machine = this.#machine as StateMachine;
    try {
      arrived.apply(machine, (command, seq, tsUs) => {
        applied.push({ seq, tsUs, command, events: machine.apply(command, seq, tsUs) });
        this.metrics.commandsApplied += 1;
      });
    } catch (error) {
      this.#break(error as Error);
    }
  }

  /** Takes back what has arrived and was not applied. */
  #break(cause: Error): void {
    const { frame, applied, rejects, resolves } = this.#open;
    const kept = applied.length;
    this.metrics.queueCommands -= frame.count - kept;
    this.#seq -= frame.count - kept;
    frame.keepFirst(kept);
    this.#accepting = false;
    this.#broken = cause;
    this.#enter('stopped', cause);
    resolves.length = kept;
    for (const reject of rejects.splice(kept)) {
      reject(cause);
    }
  }

  /**
   * One batch on its way to the disk at a time; the next gathers to the end of the turn, or while
   * that lasts.
   */
  async #commitAll(): Promise<void> {
    await this.#waits.endOfTurn();
    for (;;) {
      this.#applyArrived();
      const batch = this.#open;
      if (batch.applied.length === 0) {
        break;
      }
      this.#inFlight = batch;
      this.#open = emptyBatch(this.#spareFrame);
      if (!(await this.#makeDurable(batch))) {
        break;
      }
      this.#settle(batch);
      this.#spareFrame = batch.frame;
      await this.#waits.endOfTurn();
    }
    this.#committing = null;
  }

  /** False when the batch cannot become durable in this process. */
  async #makeDurable(batch: Batch): Promise<boolean> {
    for (;;) {
      try {
        const started = performance.now();
        await (this.#writer as JournalWriter).append(batch.frame);
        const tookMs = performance.now() - started;
        this.metrics.commitMsTotal += tookMs;
        this.metrics.commitMsMax = Math.max(this.metrics.commitMsMax, tookMs);
        return true;
      } catch (error) {
        const full = error instanceof OperationalError && error.code === 'disk-full';
        this.#failStorage(error as Error, full);
        if (!full || !(await this.#waitForRoom())) {
          return false;
        }
      }
    }
  }

  /** False when the sequencer was stopped meanwhile. */
  async #waitForRoom(): Promise<boolean> {
    try {
      await this.#waits.sleep(this.#options.retryMs ?? 1_000, this.#stop.signal);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * The batch is durable: its events go out in order, then its submitters and queries are answered.
   */
  #settle(batch: Batch): void {
    const { applied, resolves, answers } = batch;
    this.#durableSeq = batch.frame.lastSeq;
    this.metrics.batches += 1;
    this.metrics.batchCommandsMax = Math.max(this.metrics.batchCommandsMax, applied.length);
    this.metrics.commandsDurable += applied.length;
    this.metrics.queueCommands -= applied.length;
    this.metrics.bytes += batch.frame.bytes;
    this.#inFlight = null;
    batch.frame.clear();
    if (this.#failure !== null) {
      this.#failure = null;
      this.#accepting = this.#broken === null && !this.#stop.signal.aborted;
      this.#enter(this.#broken === null ? 'running' : 'stopped', this.#broken);
    }
    this.#publish(applied);
    for (let i = 0; i < resolves.length; i++) {
      (resolves[i] as (value: Applied) => void)(applied[i] as Applied);
    }
    for (const { resolve } of answers) {
      resolve();
    }
    this.#snapshotWhenDue();
  }

  #publish(batch: readonly Applied[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(batch);
      } catch (error) {
        // A listener that throws is a fault of the program; the others still get their batch.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Nothing is accepted, and whoever waits is told that the outcome is not known. */
  #failStorage(cause: Error, resumes: boolean): void {
    this.#accepting = false;
    this.#failure = new OperationalError(
      resumes ? 'disk-full' : 'storage-failed',
      resumes
        ? 'The disk is full, so no commands are taken; those in flight take effect once there is ' +
            'room: free space.'
        : `The journal could not be written (${cause.message}), so no commands are taken; those ` +
            'in flight may or may not have taken effect: check the disk and restart.',
      { cause },
    );
    for (const batch of [this.#inFlight, this.#open]) {
      if (batch !== null) {
        const { rejects, answers } = batch;
        // Each place stays taken: what comes when there is room again has its own in the batch.
        batch.resolves = batch.resolves.map(() => ignore);
        batch.rejects = batch.rejects.map(() => ignore);
        batch.answers = [];
        for (const reject of rejects) {
          reject(this.#failure);
        }
        for (const { reject } of answers) {
          reject(this.#failure);
        }
      }
    }
    this.#enter('storage-failed', this.#failure);
  }

  /** A snapshot that failed is due again only after as many commands. */
  #snapshotWhenDue(): void {
    const every = this.#options.snapshotEvery ?? 0;
    if (every === 0 || this.#durableSeq < this.#snapshotDueSeq) {
      return;
    }
    this.#snapshotDueSeq = Number.POSITIVE_INFINITY;
    this.snapshot()
      .catch((error: Error) => this.#warnOfSnapshot(error))
      .finally(() => {
        this.#snapshotDueSeq = this.#durableSeq + every;
      });
  }

  #warnOfSnapshot(error: Error): void {
    this.metrics.snapshotsFailed += 1;
    this.#options.warn?.(error);
  }

  async #retain(): Promise<void> {
    const haveSeq = this.#options.readersHaveSeq?.() ?? (this.#durableSeq as Seq);
    await applyRetention(this.#storage, this.#options.retention ?? 'all', haveSeq);
  }

  /** Snapshots, backups and retention take turns, so that none removes what another reads. */
  #keepHouse<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#housekeeping.catch(() => {}).then(work);
    this.#housekeeping = done;
    return done;
  }

  #running(): JournalWriter {
    if (this.#writer === null) {
      throw this.#notRunning();
    }
    return this.#writer;
  }

  #notRunning(): OperationalError {
    return new OperationalError(
      'not-running',
      `The sequencer is ${this.#state} and takes no requests: try again when it is running.`,
    );
  }

  #enter(state: SequencerState, cause: Error | null): void {
    if (state === this.#state) {
      return;
    }
    this.#state = state;
    for (const listener of this.#stateListeners) {
      listener(state, cause);
    }
  }
}

/** Stands for somebody who was told already. */
const ignore = (): void => {};

/** Resolves after the input that has already arrived in this turn of the event loop was handled. */
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });
