// Journal reader: walks the frames of a journal from a place on, proving each against the chain of
// hashes, and is the one judge of what a journal's end means.
// The last segment may have zeros behind its last frame, where the next ones go.
// Torn: an append that a crash cut short. Only the one frame being written can be: the last thing
// in the last segment but for zeros, where either the file ends before the frame does, or there are
// only zeros from within the first wrong part of the frame on, or that part lies in a disk sector
// that nothing of it reached. It was never acknowledged: cut off.
// Damaged: anything else that is wrong. It was durable once: refused with its place, never dropped.
import type { OperationalError, Seq } from '@openstrike/domain';
import {
  compareBytes,
  type Frame,
  type FrameAt,
  frameBytesMax,
  laterFrameFollows,
  readFrameAt,
} from './frame.ts';
import type { JournalStorage } from './journal-storage.ts';
import {
  damaged,
  type JournalPosition,
  readSegmentHeader,
  type Segment,
  type SegmentHeader,
} from './segment.ts';

const windowBytes = 4 * 1024 * 1024;
/** The smallest unit that a disk writes or does not. */
const sectorBytes = 512;

export class JournalReader {
  /** Bytes after the last whole frame that a crash left; known once `fill` returned false. */
  tornBytes = 0;
  /** Bytes after the last whole frame, zeros included; known once `fill` returned false. */
  restBytes = 0;
  /** Bytes that hold the frames `take` returns. */
  window: Uint8Array = new Uint8Array(0);
  readonly #storage: JournalStorage;
  readonly #segments: readonly Segment[];
  #index: number;
  /** Of the segment that is being read. */
  #bytes: number;
  #header: SegmentHeader;
  #position: JournalPosition;
  #buffer = new Uint8Array(0);
  /** File offset of the window, and the next frame's offset in it. */
  #windowOffset = 0;
  #at = 0;
  /** What `fill` found there, so that its hash is not computed twice. */
  #found: Frame | null = null;

  private constructor(
    storage: JournalStorage,
    segments: readonly Segment[],
    index: number,
    header: SegmentHeader,
    from: JournalPosition,
  ) {
    this.#storage = storage;
    this.#segments = segments;
    this.#index = index;
    this.#bytes = this.#segment().bytes;
    this.#header = header;
    this.#position = from;
  }

  /**
   * Starts at `from`, or at the oldest segment's first frame. Throws where the place does not
   * exist.
   */
  static async open(
    storage: JournalStorage,
    segments: readonly Segment[],
    from: JournalPosition | null,
  ): Promise<JournalReader> {
    const index = from === null ? 0 : segments.findIndex((s) => s.firstSeq === from.segment);
    const segment = segments[index];
    if (segment === undefined || (from !== null && from.offset > segment.bytes)) {
      const last = segments.at(-1);
      const where = storage.describe(last?.name ?? 'the journal');
      throw damaged(where, last?.bytes ?? 0, from?.seq ?? 1, 'what a snapshot rests on is missing');
    }
    const header = await readSegmentHeader(storage, segment);
    return new JournalReader(storage, segments, index, header, from ?? header.start);
  }

  /** Just after the last frame taken. */
  get position(): JournalPosition {
    return this.#position;
  }

  /** Version of the rules by which the frame last taken was applied. */
  get rulesVersion(): number {
    return this.#header.rulesVersion;
  }

  get formatVersion(): number {
    return this.#header.formatVersion;
  }

  /** The next whole frame in the window, or null when `fill` must be called. */
  take(): Frame | null {
    const found = this.#found ?? this.#look();
    this.#found = null;
    if (found.kind !== 'frame') {
      return null;
    }
    this.#at = found.end;
    this.#position = {
      segment: this.#position.segment,
      offset: this.#windowOffset + found.end,
      seq: (found.firstSeq + found.count - 1) as Seq,
      tsUs: found.lastTsUs,
      chain: found.chain,
    };
    return found;
  }

  /** Brings more of the journal into the window; false at its end. Frames taken before are gone. */
  async fill(): Promise<boolean> {
    for (;;) {
      if (this.#rest === 0) {
        if (!(await this.#nextSegment())) {
          return false;
        }
      } else if (await this.#findFrame()) {
        return true;
      } else if (this.#rest > 0) {
        this.restBytes = this.#rest;
        this.tornBytes = lengthWithoutZeros(this.window);
        return false;
      }
    }
  }

  /** Bytes of the segment behind the last frame taken. */
  get #rest(): number {
    return this.#bytes - this.#position.offset;
  }

  /** Loads the next frame; false where all that is left of the segment is torn or zeros. */
  async #findFrame(): Promise<boolean> {
    let needed = windowBytes;
    for (let again = false; ; ) {
      await this.#load(Math.min(needed, this.#rest));
      const found = this.#look();
      if (found.kind === 'frame') {
        this.#found = found;
        return true;
      }
      const whole = Math.min(this.#rest, frameBytesMax);
      if (this.window.length < whole) {
        needed = found.kind === 'short' ? Math.min(whole, found.end) : whole;
        continue;
      }
      const damage = this.#damageIn(found);
      if (damage === null) {
        return false;
      }
      // Frames written while the rest was read may be there without those before them, once.
      if (again) {
        throw this.#damage(found, damage);
      }
      again = true;
    }
  }

  #segment(): Segment {
    return this.#segments[this.#index] as Segment;
  }

  #look(): FrameAt {
    return readFrameAt(this.window, this.#at, this.#position.chain, this.#position.seq + 1);
  }

  async #load(count: number): Promise<void> {
    if (this.#buffer.length < count) {
      this.#buffer = new Uint8Array(count);
    }
    const into = this.#buffer.subarray(0, count);
    const { offset, seq } = this.#position;
    const read = await this.#storage.read(this.#segment().name, offset, into);
    if (read < count) {
      if (!this.#isLast) {
        const where = this.#storage.describe(this.#segment().name);
        throw damaged(where, offset + read, seq + 1, 'the file became shorter while it was read');
      }
      // Whoever writes the journal went on in a new segment and cut off this one's zeros.
      this.#bytes = offset + read;
    }
    this.window = into.subarray(0, read);
    this.#windowOffset = offset;
    this.#at = 0;
  }

  get #isLast(): boolean {
    return this.#index + 1 === this.#segments.length;
  }

  /** Goes on to the next segment, which must continue the chain exactly. */
  async #nextSegment(): Promise<boolean> {
    const next = this.#segments[this.#index + 1];
    if (next === undefined) {
      return false;
    }
    const header = await readSegmentHeader(this.#storage, next);
    const { seq, chain } = this.#position;
    if (header.start.seq !== seq || compareBytes(header.start.chain, chain) !== 0) {
      throw damaged(
        this.#storage.describe(next.name),
        0,
        seq + 1,
        `it does not continue ${this.#segment().name}, which ends with command ${seq}`,
      );
    }
    this.#index += 1;
    this.#bytes = next.bytes;
    this.#header = header;
    this.#position = header.start;
    this.window = this.window.subarray(0, 0);
    this.#at = 0;
    return true;
  }

  /** Why what is left of the segment, all of it in the window, is not torn; null where it is. */
  #damageIn(found: Exclude<FrameAt, Frame>): string | null {
    const written = lengthWithoutZeros(this.window);
    if (!this.#isLast) {
      return 'the file ends within a batch and another file follows';
    }
    if (found.kind === 'short') {
      return null;
    }
    const followed =
      this.#rest > this.window.length ||
      (found.frameEnd !== null && found.frameEnd < written) ||
      laterFrameFollows(this.window, 1, this.#position.seq + 1);
    const torn = written < found.to || this.#unwritten(found.from, found.to);
    return followed || !torn ? found.reason : null;
  }

  /**
   * True when a sector that touches the range holds nothing but zeros from the frame's start on.
   */
  #unwritten(from: number, to: number): boolean {
    const sectorOf = (at: number) => Math.floor((this.#windowOffset + at) / sectorBytes);
    for (let sector = sectorOf(from); sector <= sectorOf(to - 1); sector++) {
      const start = Math.max(0, sector * sectorBytes - this.#windowOffset);
      const end = (sector + 1) * sectorBytes - this.#windowOffset;
      if (this.window.subarray(start, end).every((byte) => byte === 0)) {
        return true;
      }
    }
    return false;
  }

  #damage(found: Exclude<FrameAt, Frame>, why: string): OperationalError {
    const [at, seq] =
      found.kind === 'broken' ? [found.from, found.seq] : [0, this.#position.seq + 1];
    const where = this.#storage.describe(this.#segment().name);
    return damaged(where, this.#windowOffset + at, seq, why);
  }
}

/** How many bytes there are without the zeros at their end. */
function lengthWithoutZeros(bytes: Uint8Array): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) {
    length -= 1;
  }
  return length;
}
