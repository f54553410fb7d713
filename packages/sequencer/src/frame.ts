// Frame: one group commit as bytes. A header, records of consecutive commands, an end mark:
//   u32 mark | u32 payload bytes | u32 commands | u32 0 | f64 first seq | f64 last tsUs | chain
//   (32) | u32 header CRC
//   records: u32 bytes after the CRC | u32 CRC of them | f64 seq | f64 tsUs | command
//   u32 end mark
// Invariant: chain = SHA-256(previous chain, first 32 bytes of the header, payload, end mark), so a
// frame proves everything before it. A frame starts and ends with bytes that are not zero, which
// tells unwritten from written.
import { hash } from 'node:crypto';
import type { Command, Seq, TsUs } from '@openstrike/domain';
import { OperationalError } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { decodeCommand, encodeCommand } from './command-codec.ts';
import { crc32 } from './crc32.ts';

export const frameHeaderBytes = 68;
export const frameTrailerBytes = 4;
const recordHeaderBytes = 8;
const stampBytes = 16;
const chainAt = 32;
const headerCrcAt = 64;
/** "OSF1" and "1FSO" as little-endian words. */
const frameMark = 0x3146534f;
const endMark = 0x4f534631;

/** Largest record: seq, time and command. */
export const recordBytesMax: number = 1024 * 1024;
/** No frame is longer; a header that claims more is broken. */
export const frameBytesMax: number = 64 * 1024 * 1024;

/** The chain before the first frame of a journal. */
export const genesisChain: Uint8Array = new Uint8Array(32);

/** Gathers stamped commands and seals them into one frame; `clear` makes it ready for the next. */
export class FrameBuilder {
  readonly #to = new ByteWriter(64 * 1024);
  #count = 0;
  #firstSeq = 0;
  #lastTsUs = 0;

  constructor() {
    this.clear();
  }

  get count(): number {
    return this.#count;
  }

  /** Bytes of the frame once sealed. */
  get bytes(): number {
    return this.#to.length + frameTrailerBytes;
  }

  get lastSeq(): Seq {
    return (this.#firstSeq + this.#count - 1) as Seq;
  }

  get lastTsUs(): TsUs {
    return this.#lastTsUs as TsUs;
  }

  clear(): void {
    this.#count = 0;
    this.#to.length = frameHeaderBytes;
  }

  /** Adds one command, or throws and stays as it was. */
  append(seq: Seq, tsUs: TsUs, command: Command): void {
    const to = this.#to;
    const start = to.length;
    try {
      to.reserve(recordHeaderBytes + stampBytes);
      to.length = start + recordHeaderBytes;
      to.f64(seq);
      to.f64(tsUs);
      encodeCommand(to, command);
      if (to.length - start > recordBytesMax) {
        throw new OperationalError(
          'record-too-large',
          `A ${command.type} command of ${to.length - start} bytes cannot be journaled: ` +
            `the limit is ${recordBytesMax}; split it.`,
        );
      }
    } catch (error) {
      to.length = start;
      throw error;
    }
    to.view.setUint32(start, to.length - start - recordHeaderBytes, true);
    to.view.setUint32(start + 4, crc32(to.bytes, start + recordHeaderBytes, to.length), true);
    if (this.#count === 0) {
      this.#firstSeq = seq;
    }
    assert(seq === this.#firstSeq + this.#count, 'the commands of a frame are consecutive');
    this.#count += 1;
    this.#lastTsUs = tsUs;
  }

  /** Takes back all but the first commands. */
  keepFirst(count: number): void {
    assert(count <= this.#count, 'no more is kept than there is');
    const { view } = this.#to;
    let end = frameHeaderBytes;
    for (let i = 0; i < count; i++) {
      this.#lastTsUs = view.getFloat64(end + recordHeaderBytes + 8, true);
      end += recordHeaderBytes + view.getUint32(end, true);
    }
    this.#to.length = end;
    this.#count = count;
  }

  /**
   * The frame's bytes and its chain hash, continuing `previousChain`. The bytes stay valid until
   * `clear`; sealing again gives the same.
   */
  seal(previousChain: Uint8Array): { readonly bytes: Uint8Array; readonly chain: Uint8Array } {
    assert(this.#count > 0, 'a frame holds at least one command');
    this.#to.reserve(frameTrailerBytes);
    const { view, bytes, length: end } = this.#to;
    view.setUint32(0, frameMark, true);
    view.setUint32(4, end - frameHeaderBytes, true);
    view.setUint32(8, this.#count, true);
    view.setUint32(12, 0, true);
    view.setFloat64(16, this.#firstSeq, true);
    view.setFloat64(24, this.#lastTsUs, true);
    view.setUint32(end, endMark, true);
    const sealed = bytes.subarray(0, end + frameTrailerBytes);
    const chain = chainOf(previousChain, sealed, 0, sealed.length);
    sealed.set(chain, chainAt);
    view.setUint32(headerCrcAt, crc32(sealed, 0, headerCrcAt), true);
    return { bytes: sealed, chain };
  }
}

/** A whole frame found in a buffer, proved by its chain hash. */
export interface Frame {
  readonly kind: 'frame';
  /** Range in the buffer. */
  readonly start: number;
  readonly end: number;
  readonly firstSeq: Seq;
  readonly count: number;
  readonly lastTsUs: TsUs;
  readonly chain: Uint8Array;
}

/** What stands where a frame should. */
export type FrameAt =
  | Frame
  /** The bytes end before the frame does; it would end at `end` (at least). */
  | { readonly kind: 'short'; readonly end: number }
  /**
   * The first range that is not what was written; `end` is the frame's end where its header is
   * whole, else null.
   */
  | {
      readonly kind: 'broken';
      readonly from: number;
      readonly to: number;
      readonly seq: number;
      readonly frameEnd: number | null;
      readonly reason: string;
    };

/**
 * Reads the frame at `start` of `bytes` that must continue `previousChain` with the command
 * `nextSeq`.
 */
export function readFrameAt(
  bytes: Uint8Array,
  start: number,
  previousChain: Uint8Array,
  nextSeq: number,
): FrameAt {
  if (bytes.length - start < frameHeaderBytes) {
    return { kind: 'short', end: start + frameHeaderBytes };
  }
  const header = {
    from: start,
    to: start + frameHeaderBytes,
    seq: nextSeq,
    kind: 'broken',
  } as const;
  if (!headerIsWhole(bytes, start)) {
    return { ...header, frameEnd: null, reason: 'a batch header does not match its checksum' };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, frameHeaderBytes);
  const end = start + frameHeaderBytes + view.getUint32(4, true) + frameTrailerBytes;
  const firstSeq = view.getFloat64(16, true);
  if (firstSeq !== nextSeq) {
    const reason = `a batch starts with seq ${firstSeq} where ${nextSeq} must follow`;
    return { ...header, frameEnd: end, reason };
  }
  if (end - start > frameBytesMax) {
    return { ...header, frameEnd: end, reason: 'a batch header claims more than a batch can hold' };
  }
  if (end > bytes.length) {
    return { kind: 'short', end };
  }
  const chain = bytes.slice(start + chainAt, start + headerCrcAt);
  if (compareBytes(chain, chainOf(previousChain, bytes, start, end)) !== 0) {
    return { kind: 'broken', frameEnd: end, ...firstBrokenRange(bytes, start, end, nextSeq) };
  }
  return {
    kind: 'frame',
    start,
    end,
    firstSeq: firstSeq as Seq,
    count: view.getUint32(8, true),
    lastTsUs: view.getFloat64(24, true) as TsUs,
    chain,
  };
}

/** Calls `visit` for each command of a whole frame, in order. */
export function visitCommands(
  bytes: Uint8Array,
  frame: Frame,
  visit: (command: Command, seq: Seq, tsUs: TsUs) => void,
): void {
  const from = new ByteReader(bytes, frame.start + frameHeaderBytes);
  for (let i = 0; i < frame.count; i++) {
    const recordEnd = from.at + recordHeaderBytes + from.u32();
    from.at += 4;
    const seq = from.f64();
    assert(seq === frame.firstSeq + i, 'a sealed batch holds consecutive commands');
    const tsUs = from.f64();
    visit(decodeCommand(from, recordEnd), seq as Seq, tsUs as TsUs);
  }
  assert(from.at === frame.end - frameTrailerBytes, 'a sealed batch ends with its last command');
}

/**
 * True when a whole header of a later frame (first seq above `afterSeq`) stands anywhere from
 * `start` on.
 */
export function laterFrameFollows(bytes: Uint8Array, start: number, afterSeq: number): boolean {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(frameMark);
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = haystack.indexOf(mark, start); at >= 0; at = haystack.indexOf(mark, at + 1)) {
    if (
      at + frameHeaderBytes <= bytes.length &&
      headerIsWhole(bytes, at) &&
      haystack.readDoubleLE(at + 16) > afterSeq
    ) {
      return true;
    }
  }
  return false;
}

/** Zero where two byte strings are equal. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

function headerIsWhole(bytes: Uint8Array, start: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, frameHeaderBytes);
  return (
    view.getUint32(0, true) === frameMark &&
    view.getUint32(headerCrcAt, true) === crc32(bytes, start, start + headerCrcAt)
  );
}

/** Room for what a chain is the hash of; grows to the longest frame met. */
let chained = new Uint8Array(64 * 1024);

/** One hash of one piece costs half of what piecewise hashing does for a frame of one command. */
function chainOf(previous: Uint8Array, bytes: Uint8Array, start: number, end: number): Uint8Array {
  const length = previous.length + chainAt + end - start - frameHeaderBytes;
  if (length > chained.length) chained = new Uint8Array(2 * length);
  chained.set(previous);
  chained.set(bytes.subarray(start, start + chainAt), previous.length);
  chained.set(bytes.subarray(start + frameHeaderBytes, end), previous.length + chainAt);
  return hash('sha256', chained.subarray(0, length), 'buffer');
}

/**
 * Walks the records of a frame whose chain hash is wrong to the first that its checksum gives away.
 */
function firstBrokenRange(
  bytes: Uint8Array,
  start: number,
  end: number,
  firstSeq: number,
): { from: number; to: number; seq: number; reason: string } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const trailerAt = end - frameTrailerBytes;
  let at = start + frameHeaderBytes;
  let seq = firstSeq;
  for (; at < trailerAt; seq++) {
    const body = at + recordHeaderBytes;
    const next = body <= trailerAt ? body + view.getUint32(at, true) : end;
    if (next > trailerAt || next - body < stampBytes) {
      return { from: at, to: trailerAt, seq, reason: 'a record has a wrong length' };
    }
    if (view.getUint32(at + 4, true) !== crc32(bytes, body, next)) {
      return { from: at, to: next, seq, reason: 'a record does not match its checksum' };
    }
    at = next;
  }
  if (view.getUint32(trailerAt, true) !== endMark) {
    return { from: trailerAt, to: end, seq: seq - 1, reason: 'a batch has no end mark' };
  }
  const reason = 'a batch does not continue the chain of hashes before it';
  return { from: start, to: start + frameHeaderBytes, seq: firstSeq, reason };
}
