// Disk file: one open file of a journal folder. Writes, and the syncs of small ones, are made on
// the calling thread while the disk is quick (see `SyncPace`), all else in the thread pool.
import * as fs from 'node:fs';
import { call, storageError } from './file-call.ts';
import type { JournalFile } from './journal-storage.ts';
import { SyncPace } from './sync-pace.ts';

/** More than this between two syncs, such as a snapshot, is written in the pool. */
const writtenInPlaceMax = 512 * 1024;
/** More than this is synced in the pool: the disk is at it for long enough to work on meanwhile. */
const syncedInPlaceMax = 64 * 1024;

export class DiskFile implements JournalFile {
  readonly #path: string;
  readonly #fd: number;
  readonly #pace: SyncPace;
  #unsyncedBytes = 0;

  constructor(path: string, fd: number, pace: SyncPace) {
    this.#path = path;
    this.#fd = fd;
    this.#pace = pace;
  }

  async write(bytes: Uint8Array, offset: number): Promise<void> {
    this.#unsyncedBytes += bytes.length;
    const inPlace = this.#unsyncedBytes <= writtenInPlaceMax && this.#pace.inPlace;
    let written = 0;
    while (written < bytes.length) {
      const left = bytes.length - written;
      const at = written;
      const to = offset + at;
      written += inPlace
        ? this.#attempt('access', () => fs.writeSync(this.#fd, bytes, at, left, to))
        : await call<number>(this.#path, (done) => fs.write(this.#fd, bytes, at, left, to, done));
    }
  }

  async sync(): Promise<void> {
    const small = this.#unsyncedBytes <= syncedInPlaceMax;
    this.#unsyncedBytes = 0;
    if (small && this.#pace.inPlace) {
      const started = performance.now();
      this.#attempt('sync', () => fs.fdatasyncSync(this.#fd));
      this.#pace.took(performance.now() - started);
    } else {
      await call<void>(this.#path, (done) => fs.fdatasync(this.#fd, done), 'sync');
      this.#pace.pooled();
    }
  }

  truncate(bytes: number): Promise<void> {
    return call<void>(this.#path, (done) => fs.ftruncate(this.#fd, bytes, done));
  }

  close(): Promise<void> {
    return call<void>(this.#path, (done) => fs.close(this.#fd, done));
  }

  #attempt<T>(step: string, run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw storageError(this.#path, error as NodeJS.ErrnoException, step);
    }
  }
}
