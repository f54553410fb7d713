// Journal storage: the little that the sequencer asks of a disk, so that a test can stand in for
// one that fails.
// Contract: what was written is durable once `sync` resolves and not before; `rename` and `remove`
// are durable when they resolve. Names are plain file names in one flat folder.

export interface StoredFile {
  readonly name: string;
  readonly bytes: number;
}

export interface JournalFile {
  /**
   * Writes all of `bytes` at `offset`, or throws: code `disk-full` when there was no room (the
   * range may then hold anything and may be written again), any other code when the file cannot be
   * trusted any more.
   */
  write(bytes: Uint8Array, offset: number): Promise<void>;
  /** Makes what was written durable. After a throw nothing may be assumed about it. */
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}

export interface JournalStorage {
  /** How messages name a file of this storage. */
  describe(name: string): string;
  list(): Promise<readonly StoredFile[]>;
  /**
   * Fills `into` from `offset`; resolves to the count of bytes read, short only at the end of the
   * file.
   */
  read(name: string, offset: number, into: Uint8Array): Promise<number>;
  /** Opens for writing; makes an empty file where there is none. */
  open(name: string): Promise<JournalFile>;
  /** Replaces `to`, atomically. */
  rename(from: string, to: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** Gives up the hold on the folder. */
  close(): Promise<void>;
}

/** Ending of files that are being written; recovery removes what a crash left of them. */
export const unfinishedEnding = '.unfinished';

/** Writes a whole file so that it is there complete and durable, or not at all. */
export async function writeWholeFile(
  storage: JournalStorage,
  name: string,
  parts: readonly Uint8Array[],
): Promise<void> {
  const unfinished = name + unfinishedEnding;
  try {
    const file = await storage.open(unfinished);
    try {
      await file.truncate(0);
      let offset = 0;
      for (const part of parts) {
        await file.write(part, offset);
        offset += part.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await storage.rename(unfinished, name);
  } catch (error) {
    // What a full disk left of it would keep the room that the journal needs.
    await storage.remove(unfinished).catch(() => {});
    throw error;
  }
}

/** Reads `count` bytes at `offset`, or as many as the file has. */
export async function readBytes(
  storage: JournalStorage,
  name: string,
  offset: number,
  count: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  const read = await storage.read(name, offset, bytes);
  return read === count ? bytes : bytes.slice(0, read);
}
