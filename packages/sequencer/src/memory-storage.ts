// Memory storage: a disk in memory that can fail as disks do, for tests and the simulator. Each
// file has what is durable and what is only in the page cache; `crash` keeps the durable part and
// any subset of the unsynced sectors. After a failed sync the cached bytes stay readable but no
// later sync writes them, as Linux does.
import { OperationalError } from '@openstrike/domain';
import { assert, type Random } from '@openstrike/std';
import type { JournalFile, JournalStorage, StoredFile } from './journal-storage.ts';

const sectorBytes = 512;

interface MemoryFile {
  /** What a reader sees. */
  cached: Uint8Array;
  /** What a crash keeps for sure. */
  durable: Uint8Array;
  /** Byte ranges written since they were last synced. */
  dirty: { from: number; to: number }[];
  /** Whether the bytes are also another file's, of this disk or of a copy: not to be changed. */
  shared: boolean;
}

export type StorageFault = 'disk-full' | 'write-failed' | 'sync-failed' | 'lost-sync';

export class MemoryStorage implements JournalStorage {
  readonly #files = new Map<string, MemoryFile>();
  readonly #faults: StorageFault[] = [];
  /** Bytes all files may hold together; writing past it fails half way with `disk-full`. */
  capacityBytes: number = Number.POSITIVE_INFINITY;
  /** Counts the syncs that were asked for. */
  syncs = 0;

  /** The next operation of the fault's kind fails (or lies, for `lost-sync`). */
  inject(fault: StorageFault): void {
    this.#faults.push(fault);
  }

  describe(name: string): string {
    return name;
  }

  async list(): Promise<readonly StoredFile[]> {
    const files = [...this.#files].map(([name, file]) => ({ name, bytes: file.cached.length }));
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async read(name: string, offset: number, into: Uint8Array): Promise<number> {
    const bytes = this.#file(name).cached.subarray(offset, offset + into.length);
    into.set(bytes);
    return bytes.length;
  }

  async open(name: string): Promise<JournalFile> {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = memoryFile(new Uint8Array(0), new Uint8Array(0));
      this.#files.set(name, file);
    }
    const opened = file;
    return {
      write: async (bytes, offset) => this.#write(opened, bytes, offset),
      sync: async () => this.#sync(opened),
      truncate: async (bytes) => {
        opened.cached = opened.cached.slice(0, bytes);
        opened.durable = opened.durable.slice(0, bytes);
      },
      close: async () => {},
    };
  }

  async rename(from: string, to: string): Promise<void> {
    const file = this.#file(from);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name);
  }

  async close(): Promise<void> {}

  /** A copy: what happens to the one does not happen to the other. Cost: none until it does. */
  clone(): MemoryStorage {
    const copy = new MemoryStorage();
    for (const [name, file] of this.#files) {
      file.shared = true;
      copy.#files.set(name, { ...file, dirty: [...file.dirty] });
    }
    return copy;
  }

  /** The file's bytes as a reader sees them; a test may change them in place. */
  bytesOf(name: string): Uint8Array {
    const file = this.#file(name);
    makeOwn(file);
    return file.cached;
  }

  /** Puts bytes there, durable. */
  put(name: string, bytes: Uint8Array): void {
    this.#files.set(name, memoryFile(bytes.slice(), bytes.slice()));
  }

  /**
   * The disk after the machine lost power: unsynced sectors are there or not as chance has it; a
   * file's new length may be there without its bytes, which then read as zeros.
   */
  crash(random: Random): MemoryStorage {
    const survivor = new MemoryStorage();
    for (const [name, file] of this.#files) {
      const lengths = [file.durable.length, file.cached.length];
      const [low, high] = [Math.min(...lengths), Math.max(...lengths)];
      const length = random.nextInt(0, 2) === 0 ? high : random.nextInt(low, high + 1);
      if (file.dirty.length === 0 && low === high) {
        file.shared = true;
        survivor.#files.set(name, { ...memoryFile(file.durable, file.durable), shared: true });
        continue;
      }
      const bytes = new Uint8Array(length);
      bytes.set(file.durable.subarray(0, length));
      for (const { from, to } of file.dirty) {
        const limit = Math.min(to, length);
        for (let at = from; at < limit; ) {
          const end = Math.min((Math.floor(at / sectorBytes) + 1) * sectorBytes, limit);
          if (random.nextInt(0, 3) > 0) {
            bytes.set(file.cached.subarray(at, end), at);
          }
          at = end;
        }
      }
      survivor.put(name, bytes);
    }
    return survivor;
  }

  #file(name: string): MemoryFile {
    const file = this.#files.get(name);
    assert(file !== undefined, `no file ${name}`);
    return file;
  }

  #takeFault(...kinds: StorageFault[]): StorageFault | null {
    if (this.#faults.length === 0) return null;
    const at = this.#faults.findIndex((fault) => kinds.includes(fault));
    return at < 0 ? null : (this.#faults.splice(at, 1)[0] as StorageFault);
  }

  #write(file: MemoryFile, bytes: Uint8Array, offset: number): void {
    const fault = this.#takeFault('disk-full', 'write-failed');
    const growth = Math.max(0, offset + bytes.length - file.cached.length);
    const room = this.#room();
    if (fault === null && growth <= room) {
      this.#put(file, bytes, offset);
      return;
    }
    const fits = Math.max(0, bytes.length - Math.max(0, growth - room));
    this.#put(file, bytes.subarray(0, Math.min(fits, Math.floor(bytes.length / 2))), offset);
    throw fault === 'write-failed'
      ? new OperationalError('storage-failed', 'A write failed: check the disk and restart.')
      : new OperationalError('disk-full', 'No room to write: free space on the disk.');
  }

  /** Bytes by which files may grow; negative where they hold more than they may. */
  #room(): number {
    if (this.capacityBytes === Number.POSITIVE_INFINITY) return this.capacityBytes;
    let used = 0;
    for (const { cached } of this.#files.values()) used += cached.length;
    return this.capacityBytes - used;
  }

  #put(file: MemoryFile, bytes: Uint8Array, offset: number): void {
    const end = offset + bytes.length;
    makeOwn(file);
    file.cached = grown(file.cached, end);
    file.cached.set(bytes, offset);
    file.dirty.push({ from: offset, to: end });
  }

  #sync(file: MemoryFile): void {
    this.syncs += 1;
    const fault = this.#takeFault('sync-failed', 'lost-sync');
    if (fault === 'lost-sync') {
      return;
    }
    if (fault === 'sync-failed') {
      file.dirty = [];
      throw new OperationalError('storage-failed', 'A sync failed: check the disk and restart.');
    }
    makeOwn(file);
    file.durable = grown(file.durable, file.cached.length);
    for (const { from, to } of file.dirty) {
      file.durable.set(file.cached.subarray(from, to), from);
    }
    file.dirty = [];
  }
}

const memoryFile = (cached: Uint8Array, durable: Uint8Array): MemoryFile => ({
  cached,
  durable,
  dirty: [],
  shared: false,
});

/** Gives a file bytes that are its own. */
const makeOwn = (file: MemoryFile): void => {
  if (!file.shared) return;
  file.cached = file.cached.slice();
  file.durable = file.durable.slice();
  file.shared = false;
};

/**
 * The bytes with at least so many, zeros behind. Cost: constant for most appends, as room is left.
 *
 * Holds: nobody else has bytes in the same buffer behind these.
 */
const grown = (bytes: Uint8Array, length: number): Uint8Array => {
  if (length <= bytes.length) {
    return bytes;
  }
  if (bytes.byteOffset + length <= bytes.buffer.byteLength) {
    return new Uint8Array(bytes.buffer, bytes.byteOffset, length);
  }
  const wider = new Uint8Array(Math.max(length, 2 * bytes.length));
  wider.set(bytes);
  return wider.subarray(0, length);
};
