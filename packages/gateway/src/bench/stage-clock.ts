// Stage clock: notes when each request of a measured run passed each stage of the venue, from the
// outside: it stands around the methods, the commands, the machine and the journal's storage that a
// venue is given, so that a venue without it pays nothing. A request carries its number as a
// parameter, `trace`, that no schema knows and the door lets pass.
import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Applied, Command, CommandPort, StateMachine } from '@openstrike/domain';
import type { JournalFile, JournalStorage } from '@openstrike/sequencer';
import type { Method } from '../method.ts';
import { machineMs } from './machine-time.ts';

/** What the venue knows of a request's way, in order. */
export const venueStages = [
  'read',
  'parsed',
  'queued',
  'applied',
  'sealed',
  'durable',
  'published',
  'serialised',
  'written',
] as const;
export type VenueStage = (typeof venueStages)[number];

/** Machine time by stage and request number; zero where a request did not come by. */
export type StageTimes = Readonly<Record<VenueStage, Float64Array>>;

const emptyTimes = (requests: number): StageTimes =>
  Object.fromEntries(venueStages.map((stage) => [stage, new Float64Array(requests)])) as StageTimes;

const idMark = Buffer.from('"id":');

export class StageClock {
  readonly #requests: number;
  #times: StageTimes = emptyTimes(0);
  readonly #numbers = new Map<Command, number>();
  #onBatch = (): void => undefined;
  #number = -1;
  #readMs = 0;
  #sealedMs = 0;
  #durableMs = 0;
  readonly #onSocket = (message: unknown): void =>
    this.#watch((message as { socket: Socket }).socket);

  constructor(requests: number) {
    this.#requests = requests;
  }

  /**
   * Times the requests of the sockets that are opened from now on, and tells of each batch that was
   * published; returns the function that ends it and hands over the times.
   */
  start(onBatch: () => void): () => StageTimes {
    this.#times = emptyTimes(this.#requests);
    this.#onBatch = onBatch;
    diagnostics.subscribe('net.server.socket', this.#onSocket);
    return () => {
      diagnostics.unsubscribe('net.server.socket', this.#onSocket);
      this.#onBatch = () => undefined;
      return this.#times;
    };
  }

  around(method: Method): Method {
    return {
      ...method,
      handle: (params, call) => {
        const { trace } = params as { readonly trace?: unknown };
        if (typeof trace !== 'number') return method.handle(params, call);
        this.#number = trace;
        this.#times.read[trace] = this.#readMs;
        this.#times.parsed[trace] = machineMs();
        const result = method.handle(params, call);
        this.#times.queued[trace] = machineMs();
        this.#number = -1;
        return result;
      },
    };
  }

  aroundCommands(commands: CommandPort): CommandPort {
    return {
      submit: (command) => {
        if (this.#number >= 0) this.#numbers.set(command, this.#number);
        return commands.submit(command);
      },
    };
  }

  aroundMachine(machine: StateMachine): StateMachine {
    return {
      apply: (command, seq, tsUs) => {
        const events = machine.apply(command, seq, tsUs);
        const number = this.#numbers.get(command);
        if (number !== undefined) this.#times.applied[number] = machineMs();
        return events;
      },
      foresee: (commands) => machine.foresee?.(commands),
      query: (name, parameters) => machine.query(name, parameters),
      snapshot: () => machine.snapshot(),
      restore: (snapshot) => machine.restore(snapshot),
      stateHash: () => machine.stateHash(),
    };
  }

  aroundStorage(storage: JournalStorage): JournalStorage {
    return {
      describe: (name) => storage.describe(name),
      list: () => storage.list(),
      read: (name, offset, into) => storage.read(name, offset, into),
      open: async (name) => this.#aroundFile(await storage.open(name)),
      rename: (from, to) => storage.rename(from, to),
      remove: (name) => storage.remove(name),
      close: () => storage.close(),
    };
  }

  /** A batch was told to all subscribers. */
  published(batch: readonly Applied[]): void {
    const nowMs = machineMs();
    for (const { command } of batch) {
      const number = this.#numbers.get(command);
      if (number === undefined) continue;
      this.#numbers.delete(command);
      this.#times.sealed[number] = this.#sealedMs;
      this.#times.durable[number] = this.#durableMs;
      this.#times.published[number] = nowMs;
    }
    this.#onBatch();
  }

  #aroundFile(file: JournalFile): JournalFile {
    return {
      write: (bytes, offset) => {
        // Zeros ahead are written after the batch and belong to its sync.
        if (this.#sealedMs <= this.#durableMs) this.#sealedMs = machineMs();
        return file.write(bytes, offset);
      },
      sync: async () => {
        await file.sync();
        this.#durableMs = machineMs();
      },
      truncate: (bytes) => file.truncate(bytes),
      close: () => file.close(),
    };
  }

  /** Sees when bytes are taken from a socket, and when answers are handed to the system. */
  #watch(socket: Socket): void {
    const write = socket.write.bind(socket) as (...given: unknown[]) => boolean;
    let upgraded = false;
    socket.write = (...given: unknown[]): boolean => {
      const [data] = given;
      if (upgraded && Buffer.isBuffer(data)) {
        const beganMs = machineMs();
        const taken = write(...given);
        this.#note(data, beganMs, machineMs());
        return taken;
      }
      if (!upgraded && String(data).startsWith('HTTP/1.1 101')) {
        upgraded = true;
        socket.prependListener('data', () => {
          this.#readMs = machineMs();
        });
      }
      return write(...given);
    };
  }

  /** All answers of a write: they were serialised when it began. */
  #note(data: Buffer, serialisedMs: number, writtenMs: number): void {
    for (let at = data.indexOf(idMark); at >= 0; at = data.indexOf(idMark, at + 1)) {
      const number = Number.parseInt(data.toString('latin1', at + 5, at + 15), 10);
      if (this.#times.read[number] === 0 || Number.isNaN(number)) continue;
      this.#times.serialised[number] = serialisedMs;
      this.#times.written[number] = writtenMs;
    }
  }
}
