// Journal writer: appends one sealed frame at a time and makes it durable before the next.
// `position` is the durable end. A frame that found the disk full is written again over the same
// bytes; after any other failure the writer must not be used again, because a page cache that
// failed a sync can no longer be trusted.
import type { FrameBuilder } from './frame.ts';
import type { JournalFile, JournalStorage } from './journal-storage.ts';
import { createSegment, type JournalPosition, segmentHeaderBytes, segmentName } from './segment.ts';

export interface JournalWriterOptions {
  readonly rulesVersion: number;
  /** A segment that has reached this size is followed by a new one. */
  readonly segmentBytesMax: number;
}

export class JournalWriter {
  readonly #storage: JournalStorage;
  readonly #options: JournalWriterOptions;
  #file: JournalFile;
  #position: JournalPosition;

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
  }

  /** Opens the segment of `position` to go on from there. */
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
    const offset = this.#position.offset;
    await this.#file.write(bytes, offset);
    await this.#file.sync();
    this.#position = {
      segment: this.#position.segment,
      offset: offset + bytes.length,
      seq: frame.lastSeq,
      tsUs: frame.lastTsUs,
      chain,
    };
  }

  /** Goes on in a new segment, unless this one is still empty. */
  async startSegment(): Promise<void> {
    if (this.#position.offset === segmentHeaderBytes) {
      return;
    }
    const position = await createSegment(this.#storage, this.#position, this.#options.rulesVersion);
    const file = await this.#storage.open(segmentName(position.segment));
    await this.#file.close();
    this.#file = file;
    this.#position = position;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
