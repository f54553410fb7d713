// Disk: the memory storage of the sequencer's package behind delays of virtual time. Each start of
// the venue has a disk of its own over the same platters; once it is cut off (the process has died)
// no operation of it comes back, and none has any effect.
import type { JournalFile, JournalStorage, MemoryStorage, StoredFile } from '@openstrike/sequencer';
import type { Random } from '@openstrike/std';
import type { Schedule } from './schedule.ts';

export interface DiskTimes {
  readonly writeUs: number;
  readonly syncUs: number;
}

const never = <T>(): Promise<T> => new Promise(() => {});

export class Disk implements JournalStorage {
  readonly #platters: MemoryStorage;
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #times: DiskTimes;
  #cut = false;

  constructor(platters: MemoryStorage, schedule: Schedule, random: Random, times: DiskTimes) {
    this.#platters = platters;
    this.#schedule = schedule;
    this.#random = random;
    this.#times = times;
  }

  /** The process that used it is dead. */
  cutOff(): void {
    this.#cut = true;
  }

  describe(name: string): string {
    return this.#platters.describe(name);
  }

  list(): Promise<readonly StoredFile[]> {
    return this.#cut ? never() : this.#platters.list();
  }

  read(name: string, offset: number, into: Uint8Array): Promise<number> {
    return this.#cut ? never() : this.#platters.read(name, offset, into);
  }

  async open(name: string): Promise<JournalFile> {
    if (this.#cut) return never();
    const file = await this.#platters.open(name);
    const { writeUs, syncUs } = this.#times;
    return {
      write: (bytes, offset) => this.#delayed(writeUs, () => file.write(bytes, offset)),
      sync: () => this.#delayed(syncUs, () => file.sync()),
      truncate: (bytes) => this.#delayed(0, () => file.truncate(bytes)),
      close: () => this.#delayed(0, () => file.close()),
    };
  }

  rename(from: string, to: string): Promise<void> {
    return this.#delayed(this.#times.syncUs, () => this.#platters.rename(from, to));
  }

  remove(name: string): Promise<void> {
    return this.#delayed(0, () => this.#platters.remove(name));
  }

  async close(): Promise<void> {}

  /** The operation takes effect early or late in its time; a death may come in between. */
  async #delayed(meanUs: number, operation: () => Promise<void>): Promise<void> {
    if (this.#cut) return never();
    const beforeUs = Math.round(this.#random.nextExponential() * meanUs);
    if (beforeUs > 0 && this.#random.nextInt(0, 2) === 0) {
      await this.#schedule.pause(beforeUs);
      if (this.#cut) return never();
      return operation();
    }
    await operation();
    if (beforeUs > 0) await this.#schedule.pause(beforeUs);
    return this.#cut ? never() : undefined;
  }
}
