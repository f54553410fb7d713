// Backup and restore: a journal is copied up to one durable place, and the copy is read back and
// proved against the chain of hashes before the copy counts. Restoring is the same copy the other
// way, into an empty folder.
import { OperationalError, type Seq } from '@openstrike/domain';
import { hexOf } from '@openstrike/std';
import { FileStorage } from './file-storage.ts';
import { compareBytes } from './frame.ts';
import { JournalReader } from './journal-reader.ts';
import type { JournalStorage } from './journal-storage.ts';
import { type JournalPosition, listSegments, segmentsUntil } from './segment.ts';
import { listSnapshots, readSnapshotBody } from './snapshot-file.ts';

const pieceBytes = 4 * 1024 * 1024;

export interface BackupReport {
  readonly lastSeq: Seq;
  /** Chain hash at `lastSeq`, hex: names the backup's content. */
  readonly chain: string;
  readonly files: number;
  readonly bytes: number;
}

/** Copies the journal of `from` up to `until` into the empty storage `to`, and proves the copy. */
export async function copyJournal(
  from: JournalStorage,
  to: JournalStorage,
  until: JournalPosition,
): Promise<BackupReport> {
  const segments = segmentsUntil(await listSegments(from), until);
  const { snapshots } = await listSnapshots(from);
  const files = [...snapshots.filter((s) => s.position.seq <= until.seq), ...segments];
  let bytes = 0;
  for (const file of files) {
    await copyFile(from, to, file.name, file.bytes);
    bytes += file.bytes;
  }
  const reached = await readToEnd(to);
  if (reached.seq !== until.seq || compareBytes(reached.chain, until.chain) !== 0) {
    throw new OperationalError(
      'backup-failed',
      `The copy ends with command ${reached.seq} where ${until.seq} was due: ` +
        'remove it and try again.',
    );
  }
  for (const snapshot of (await listSnapshots(to)).snapshots) {
    await readSnapshotBody(to, snapshot);
  }
  return { lastSeq: until.seq, chain: hexOf(until.chain), files: files.length, bytes };
}

/**
 * Copies a backup into an empty or new folder, proved; the venue starts from there.
 * Throws: OperationalError where the backup is damaged or the folder is not empty; a folder half
 * filled is emptied.
 */
export async function restoreBackup(backup: string, folder: string): Promise<BackupReport> {
  const from = await FileStorage.openShared(backup);
  const end = await readToEnd(from);
  return intoEmptyFolder(folder, (to) => copyJournal(from, to, end));
}

/** Runs `fill` on a new journal folder; removes what it wrote when it fails. */
export async function intoEmptyFolder(
  folder: string,
  fill: (to: JournalStorage) => Promise<BackupReport>,
): Promise<BackupReport> {
  const to = await FileStorage.open(folder);
  try {
    await refuseUsed(to, folder);
    try {
      return await fill(to);
    } catch (error) {
      for (const { name } of await journalFiles(to)) {
        await to.remove(name);
      }
      throw error;
    }
  } finally {
    await to.close();
  }
}

/** The last durable place of a journal that nobody is writing. */
export async function readToEnd(storage: JournalStorage): Promise<JournalPosition> {
  const reader = await JournalReader.open(storage, await listSegments(storage), null);
  while (await reader.fill()) {
    while (reader.take() !== null) {
      // The reader proves each frame as it takes it.
    }
  }
  return reader.position;
}

async function refuseUsed(storage: JournalStorage, folder: string): Promise<void> {
  if ((await journalFiles(storage)).length > 0) {
    throw new OperationalError(
      'folder-not-empty',
      `${folder} already holds a journal: name an empty folder; nothing was changed.`,
    );
  }
}

async function journalFiles(storage: JournalStorage): Promise<readonly { name: string }[]> {
  return (await storage.list()).filter(({ name }) => /^(journal|snapshot)-/.test(name));
}

/** `bytes` of the file, however much longer it has become meanwhile. */
async function copyFile(
  from: JournalStorage,
  to: JournalStorage,
  name: string,
  bytes: number,
): Promise<void> {
  const file = await to.open(name);
  try {
    const piece = new Uint8Array(Math.min(pieceBytes, bytes));
    for (let offset = 0; offset < bytes; ) {
      const part = piece.subarray(0, Math.min(piece.length, bytes - offset));
      const read = await from.read(name, offset, part);
      if (read < part.length) {
        throw new OperationalError(
          'backup-failed',
          `${from.describe(name)} became shorter while it was copied: check the disk.`,
        );
      }
      await file.write(part, offset);
      offset += read;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
