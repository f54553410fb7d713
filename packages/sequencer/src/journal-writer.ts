// Journal writer: appends one sealed frame at a time and makes it durable before the next.
// `position` is the durable end. A frame that found the disk full is written again over the same
// bytes; after any other failure the writer must not be used again, because a page cache that
// failed a sync can no longer be trusted.
// The file grows ahead of its frames, by zeros: a frame written over zeros changes neither the
// file's length nor where its bytes lie, so its sync writes nothing else. A segment that is
// followed by another, or was closed, has no zeros behind its last frame.
import { OperationalError } from '@openstrike/domain';
import type { FrameBuilder } from './frame.ts';
import type { JournalFile, JournalStorage } from './journal-storage.ts';
import { createSegment, type JournalPosition, segmentHeaderBytes, segmentName } from './segment.ts';

export interface JournalWriterOptions {
  readonly rulesVersion: number;
  /** A segment that has reached this size is followed by a new one. */
  readonly segmentBytesMax: number;
}

/** What a file grows by at once: several hundred batches of a few orders. */
const growthBytes = 256 * 1024;
const zeros = new Uint8Array(growthBytes);

export class JournalWriter {
  readonly #storage: JournalStorage;
  readonly #options: JournalWriterOptions;
  #file: JournalFile;
  #position: JournalPosition;
  /** Bytes of the file: frames, then zeros. */
  #grownTo: number;
  /** Whether a frame is on its way to the disk, or failed to get there. */
  #unsettled = false;

  private constructor(
    storage: JournalStorage,
    options: JournalWriterOptions,
    file: JournalFile,
    position: JournalPosition,
  ) {
    this.#storage = storage;
    this.#options = options;
    this.#file = file;
    this.#position = position;
    this.#grownTo = position.offset;
  }

  /** Opens the segment of `position`, where its file ends, to go on from there. */
  static async open(
    storage: JournalStorage,
    position: JournalPosition,
    options: JournalWriterOptions,
  ): Promise<JournalWriter> {
    const file = await storage.open(segmentName(position.segment));
    return new JournalWriter(storage, options, file, position);
  }

  /** The durable end of the journal. */
  get position(): JournalPosition {
    return this.#position;
  }

  /** Seals and writes the frame; it is durable when this resolves. */
  async append(frame: FrameBuilder): Promise<void> {
    if (this.#position.offset >= this.#options.segmentBytesMax) {
      await this.startSegment();
    }
    const { bytes, chain } = frame.seal(this.#position.chain);
    const offset = this.#position.offset + bytes.length;
    this.#unsettled = true;
    await this.#file.write(bytes, this.#position.offset);
    if (offset > this.#grownTo) await this.#grow(offset);
    await this.#file.sync();
    this.#unsettled = false;
    const { segment } = this.#position;
    this.#position = { segment, offset, seq: frame.lastSeq, tsUs: frame.lastTsUs, chain };
  }

  /** Goes on in a new segment, unless this one is still empty. */
  async startSegment(): Promise<void> {
    if (this.#position.offset === segmentHeaderBytes) {
      return;
    }
    await this.#trim();
    const position = await createSegment(this.#storage, this.#position, this.#options.rulesVersion);
    const file = await this.#storage.open(segmentName(position.segment));
    await this.#file.close();
    this.#file = file;
    this.#position = position;
    this.#grownTo = position.offset;
  }

  async close(): Promise<void> {
    // A frame that may or may not be on the disk is for the next start to judge.
    if (!this.#unsettled) await this.#trim();
    await this.#file.close();
  }

  /** Writes zeros behind `end`. A full disk is no failure here: there is room for the frame. */
  async #grow(end: number): Promise<void> {
    const ahead = Math.min(growthBytes, this.#options.segmentBytesMax - end);
    this.#grownTo = end + Math.max(0, ahead);
    if (ahead <= 0) return;
    try {
      await this.#file.write(zeros.subarray(0, ahead), end);
    } catch (error) {
      if (!(error instanceof OperationalError && error.code === 'disk-full')) throw error;
    }
  }

  /** Cuts the zeros off, durably. */
  async #trim(): Promise<void> {
    const { offset } = this.#position;
    if (this.#grownTo === offset) return;
    await this.#file.truncate(offset);
    await this.#file.sync();
    this.#grownTo = offset;
  }
}
