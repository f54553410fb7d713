// Venue: the sequencer with its engine and feeds as one process that can die and start again. A
// start gets a disk of its own over the same platters, recovers from what is on them, and hands the
// auditor what it has not seen. Invariant: after every start the machine is where the published
// commands lead, and nothing acknowledged is missing.
import {
  type Applied,
  type Command,
  type LiabilityStatement,
  OperationalError,
  type Seq,
  type StateMachine,
  type TsUs,
} from '@openstrike/domain';
import { createFeeds, type Feeds } from '@openstrike/feeds';
import {
  createSequencer,
  type MemoryStorage,
  type Sequencer,
  type SequencerOptions,
} from '@openstrike/sequencer';
import type { Random } from '@openstrike/std';
import type { Auditor } from './auditor/auditor.ts';
import { hold, Violation } from './auditor/violation.ts';
import type { Coverage } from './coverage.ts';
import { Disk } from './disk.ts';
import type { Plant } from './plant.ts';
import { Reader } from './reader.ts';
import { RecallingMachine, type Recollection } from './recalling-machine.ts';
import type { Schedule } from './schedule.ts';
import type { SimOptions } from './sim-options.ts';

/** State hashes are compared so many events apart. */
const hashEvery = 1_000;

/** The venue's machine, with its state hash noted now and then. */
class NotedMachine extends RecallingMachine {
  readonly #auditor: Auditor;
  #events = 0;

  constructor(inner: StateMachine, auditor: Auditor, recollection: Recollection) {
    super(inner, auditor, recollection);
    this.#auditor = auditor;
  }

  override apply(command: Command, seq: Seq, tsUs: TsUs): Applied['events'] {
    const events = super.apply(command, seq, tsUs);
    this.#events += events.length;
    // What has been published already is not compared again.
    if (this.#events >= hashEvery && seq > this.#auditor.lastSeq) {
      this.#events = 0;
      this.#auditor.noteHash(seq, this.stateHash());
    }
    return events;
  }
}

/** One run of the process, from a start to its death. */
interface Life {
  readonly disk: Disk;
  readonly sequencer: Sequencer;
  readonly reader: Reader;
}

export interface VenueParts {
  readonly schedule: Schedule;
  readonly random: Random;
  readonly options: SimOptions;
  readonly plant: Plant;
  readonly auditor: Auditor;
  readonly coverage: Coverage;
  /** Told what must stop the run. */
  readonly fail: (error: Error) => void;
}

export class Venue {
  /** What is on the disk, whoever runs. */
  platters: MemoryStorage;
  /** Follows every published command without a gap, over all lives. */
  readonly feeds: Feeds = createFeeds();
  /** Added to the schedule's time: jumps of the venue's clock. */
  skewUs = 0;
  /** Where the last start got to: the next one recalls it. */
  readonly recollection: Recollection = { seq: 0 as Seq, snapshot: new Uint8Array(0) };
  readonly #parts: VenueParts;
  #life: Life | null = null;
  #starting = false;
  /** Called at each death: connections break. */
  onDeath: () => void = () => {};
  /** Called with what the venue owes after each settlement. */
  onSettled: (statement: LiabilityStatement) => void = () => {};

  constructor(parts: VenueParts) {
    this.#parts = parts;
    this.platters = parts.plant.createPlatters();
  }

  nowUs(): TsUs {
    return Math.floor(this.#parts.schedule.nowUs + this.skewUs) as TsUs;
  }

  /** Whether commands may be taken. */
  isUp(): boolean {
    return this.#life !== null && !this.#starting && this.#life.sequencer.state() === 'running';
  }

  /** Whether only a restart helps. */
  needsRestart(): boolean {
    if (this.#starting) return false;
    const state = this.#life?.sequencer.state();
    return state === undefined || state === 'stopped' || state === 'storage-failed';
  }

  /** Submits a command; rejects when the venue is down or takes none. */
  submit(command: Command): Promise<Applied> {
    const life = this.#life;
    if (life === null || this.#starting) {
      return Promise.reject(new OperationalError('not-running', 'The venue is down: try again.'));
    }
    this.#parts.schedule.stir();
    return life.sequencer.submit(command).catch((error: Error) => {
      // What the journal cannot hold is refused with an assertion and changes nothing; a machine
      // that broke an invariant stops the sequencer.
      if (life.sequencer.state() === 'stopped' && !(error instanceof OperationalError)) {
        this.#parts.fail(error);
      }
      throw error;
    });
  }

  /** Starts the process on what is on the disk; resolves when it runs, or could not. */
  async start(): Promise<void> {
    const { coverage, auditor, fail } = this.#parts;
    this.kill();
    this.#starting = true;
    const machines: StateMachine[] = [];
    const life = await this.#createLife(machines);
    this.#life = life;
    coverage.count('venue', 'start');
    try {
      const report = await life.sequencer.recover({ publishAfterSeq: auditor.lastSeq as Seq });
      if (this.#life !== life) return;
      const machine = machines.at(-1) as StateMachine;
      auditor.recovered(report.lastSeq, machine.stateHash());
      this.recollection.seq = report.lastSeq;
      this.recollection.snapshot = machine.snapshot();
      if (report.tornBytes > 0) coverage.count('venue', 'torn tail cut');
      if (report.snapshotSeq > 0) coverage.count('venue', 'started from a snapshot');
      await life.reader.seed(life.sequencer, report.lastSeq, report.lastTsUs);
      if (this.#life === life) this.#starting = false;
    } catch (error) {
      if (this.#life !== life) return;
      this.#starting = false;
      this.#life = null;
      const own = error instanceof OperationalError && error.code === 'storage-failed';
      const full = error instanceof OperationalError && error.code === 'disk-full';
      if (!own && !full) fail(error as Error);
      coverage.count('venue', 'start failed');
    }
  }

  async #createLife(machines: StateMachine[]): Promise<Life> {
    const { plant, auditor, options, random, schedule } = this.#parts;
    const disk = new Disk(this.platters, schedule, random.fork(`${schedule.nowUs}`), options.disk);
    const sequencerOptions: SequencerOptions = {
      storage: disk,
      clock: { nowUs: () => this.nowUs() },
      createStateMachine: () => {
        const machine = new NotedMachine(plant.createMachine(), auditor, this.recollection);
        machines.push(machine);
        return machine;
      },
      segmentBytesMax: options.venue.segmentBytesMax,
      snapshotEvery: options.venue.snapshotEvery,
      queueCommandsMax: options.venue.queueCommandsMax,
      retryMs: 100,
      waits: {
        endOfTurn: () => schedule.pause(1),
        sleep: async (ms, signal) => {
          await schedule.pause(ms * 1_000);
          signal.throwIfAborted();
        },
      },
      warn: () => this.#parts.coverage.count('venue', 'snapshot failed'),
    };
    const sequencer = await createSequencer(sequencerOptions);
    const reader = new Reader();
    sequencer.subscribe((batch) => this.#publish(batch, reader));
    return { disk, sequencer, reader };
  }

  #publish(batch: readonly Applied[], reader: Reader): void {
    const { auditor, fail } = this.#parts;
    try {
      for (const applied of batch) auditor.take(applied);
      this.feeds.absorb(batch);
      reader.absorb(batch);
      for (const { events } of batch) {
        for (const event of events) {
          if (event.type === 'settlement-closed') this.onSettled(event.liabilities);
        }
      }
    } catch (error) {
      fail(error as Error);
    }
  }

  /** The process dies where it stands; what it wrote stays in the page cache. */
  kill(): void {
    const life = this.#life;
    this.#life = null;
    this.#starting = false;
    if (life !== null) {
      life.disk.cutOff();
      this.onDeath();
    }
  }

  /** The machine loses power: unsynced sectors are there or not. */
  losePower(): void {
    this.kill();
    this.platters = this.platters.crash(this.#parts.random);
  }

  /** Stops as an operator does, with a snapshot; resolves when the process has ended. */
  async stop(): Promise<void> {
    const life = this.#life;
    if (life === null || this.#starting) return;
    await life.sequencer.stop();
    if (this.#life === life) this.kill();
  }

  /** Compares what every reader of events says with the auditor's models. */
  checkReaders(): void {
    const { auditor, coverage } = this.#parts;
    const life = this.#life;
    checkFeeds(this.feeds, auditor, 'the reader of all events');
    if (life !== null && !this.#starting && life.reader.isSeeded()) {
      checkFeeds(life.reader.feeds, auditor, 'a reader without history');
      coverage.count('audit', 'reader without history');
    }
  }
}

const checkFeeds = (feeds: Feeds, auditor: Auditor, who: string): void => {
  for (const { instrument, state } of auditor.facts.all()) {
    if (state === 'delivered') continue;
    const book = feeds.book(instrument.id);
    const { bids, asks } = auditor.books.view(instrument.id);
    const flat = (levels: readonly { priceTicks: number; sizeLots: number }[]): string =>
      levels.map(({ priceTicks, sizeLots }) => `${priceTicks},${sizeLots}`).join(' ');
    const right =
      flat(book?.bids ?? []) === bids.join(' ') && flat(book?.asks ?? []) === asks.join(' ');
    hold(right, 'readers see the books', () => `${who}: ${instrument.name}`);
    hold(
      feeds.instrumentState(instrument.id) === state,
      'readers see the states',
      () => `${who}: ${instrument.name}`,
    );
  }
  let open = 0;
  for (const { accountId } of feeds.accounts()) {
    for (const order of feeds.openOrders(accountId)) {
      open += 1;
      const stated = auditor.orders.open.get(order.orderId);
      hold(
        stated !== undefined && stated.filledLots === order.filledLots,
        'readers see the orders',
        () => `${who}: order ${order.orderId}`,
      );
    }
    for (const position of feeds.positions(accountId)) {
      const lots = auditor.positions.lots(accountId, position.instrumentId);
      hold(
        position.sizeLots === lots,
        'readers see the positions',
        () =>
          `${who}: account ${accountId}, instrument ${position.instrumentId}: ` +
          `${position.sizeLots}, not ${lots}`,
      );
    }
  }
  hold(open === auditor.orders.open.size, 'readers see the orders', () => `${who}: ${open}`);
};

/** Whether an error is the auditor's. */
export const isViolation = (error: Error): error is Violation => error instanceof Violation;
