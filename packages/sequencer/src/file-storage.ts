// File storage: a journal folder on a disk. `format.json` says what the folder is and by which
// format version; it is written first and checked before anything is touched. Folder entries are
// made durable by syncing the folder itself.
import * as fs from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { OperationalError } from '@openstrike/domain';
import { DiskFile } from './disk-file.ts';
import { call, storageError } from './file-call.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';
import {
  type JournalFile,
  type JournalStorage,
  type StoredFile,
  writeWholeFile,
} from './journal-storage.ts';
import { makeFolders } from './make-folders.ts';
import { formatVersion, refuseNewer } from './segment.ts';
import { SyncPace } from './sync-pace.ts';

const formatName = 'format.json';
const formatKind = 'openstrike-journal';

export class FileStorage implements JournalStorage {
  readonly #folder: string;
  readonly #lock: FolderLock | null;
  /** One for all files, since they are on one disk. */
  readonly #pace = new SyncPace();

  private constructor(folder: string, lock: FolderLock | null) {
    this.#folder = folder;
    this.#lock = lock;
  }

  /**
   * Takes the folder for this process, making it where there is none.
   * Throws: OperationalError when another process holds it, or it is of a newer format or not a
   * journal folder.
   */
  static async open(folder: string): Promise<FileStorage> {
    const existing = await readFormat(folder);
    await makeFolder(folder);
    const storage = new FileStorage(folder, await lockFolder(folder));
    if (existing !== formatVersion) {
      const text = `${JSON.stringify({ kind: formatKind, version: formatVersion })}\n`;
      await writeWholeFile(storage, formatName, [new TextEncoder().encode(text)]);
    }
    return storage;
  }

  /** Opens a folder that another process may hold, to read it (and to add whole snapshots). */
  static async openShared(folder: string): Promise<FileStorage> {
    if ((await readFormat(folder)) === null) {
      throw new OperationalError('no-journal', `${folder} holds no journal: name another folder.`);
    }
    return new FileStorage(folder, null);
  }

  describe(name: string): string {
    return join(this.#folder, name);
  }

  async list(): Promise<readonly StoredFile[]> {
    const files: StoredFile[] = [];
    for (const name of (await attempt(this.#folder, readdir(this.#folder))).sort()) {
      // A file may go between the two calls.
      const found = await stat(join(this.#folder, name)).catch(() => null);
      if (found?.isFile() === true) {
        files.push({ name, bytes: found.size });
      }
    }
    return files;
  }

  async read(name: string, offset: number, into: Uint8Array): Promise<number> {
    const path = this.describe(name);
    const fd = await call<number>(path, (done) => fs.open(path, 'r', done));
    try {
      let read = 0;
      while (read < into.length) {
        const left = into.length - read;
        const at = read;
        const count = await call<number>(path, (done) =>
          fs.read(fd, into, at, left, offset + at, done),
        );
        if (count === 0) {
          break;
        }
        read += count;
      }
      return read;
    } finally {
      fs.closeSync(fd);
    }
  }

  async open(name: string): Promise<JournalFile> {
    const path = this.describe(name);
    const flags = fs.constants.O_RDWR | fs.constants.O_CREAT;
    const fd = await call<number>(path, (done) => fs.open(path, flags, 0o644, done));
    return new DiskFile(path, fd, this.#pace);
  }

  async rename(from: string, to: string): Promise<void> {
    const path = this.describe(to);
    await call<void>(path, (done) => fs.rename(this.describe(from), path, done));
    await syncFolder(this.#folder);
  }

  async remove(name: string): Promise<void> {
    const path = this.describe(name);
    await call<void>(path, (done) => fs.unlink(path, done));
    await syncFolder(this.#folder);
  }

  async close(): Promise<void> {
    this.#lock?.release();
  }
}

/** Makes the folder and those above it that are missing, durably. */
async function makeFolder(folder: string): Promise<void> {
  const made = await attempt(
    folder,
    new Promise<readonly string[]>((done) => done(makeFolders(folder))),
  );
  for (const path of made) {
    await syncFolder(dirname(path));
  }
}

async function syncFolder(folder: string): Promise<void> {
  const fd = await call<number>(folder, (done) => fs.open(folder, 'r', done));
  try {
    await call<void>(folder, (done) => fs.fsync(fd, done), 'sync');
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * The format version of a folder, null when it is new; throws when this program must not touch it.
 */
async function readFormat(folder: string): Promise<number | null> {
  const path = join(folder, formatName);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') {
      return null;
    }
    throw storageError(path, error, 'read');
  });
  if (text === null) {
    const names = await readdir(folder).catch(() => []);
    if (names.some((name) => /^(journal|snapshot)-\d+\.bin$/.test(name))) {
      throw new OperationalError(
        'journal-damaged',
        `${folder} holds a journal but no ${formatName}: restore a backup; nothing was changed.`,
      );
    }
    return null;
  }
  const version = parseFormat(text);
  if (version === null) {
    throw new OperationalError(
      'no-journal',
      `${path} does not describe a journal folder: name another folder; nothing was changed.`,
    );
  }
  refuseNewer(folder, version);
  return version;
}

function parseFormat(text: string): number | null {
  try {
    const parsed = JSON.parse(text) as { readonly kind?: unknown; readonly version?: unknown };
    return parsed.kind === formatKind && Number.isInteger(parsed.version)
      ? (parsed.version as number)
      : null;
  } catch {
    return null;
  }
}

async function attempt<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storageError(path, error as NodeJS.ErrnoException, 'access');
  }
}
