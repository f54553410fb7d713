// Segment: one file of the journal, `journal-<first seq>.log`: a header, then frames. The header
// comes to be whole (written aside and renamed), so a segment without one is damaged, never torn.
//   magic (8) | u32 format version | u32 rules version | f64 first seq | f64 tsUs before it | chain
//   before it (32) | u32 CRC
import type { Seq, TsUs } from '@openstrike/domain';
import { OperationalError } from '@openstrike/domain';
import { crc32 } from './crc32.ts';
import { type JournalStorage, readBytes, writeWholeFile } from './journal-storage.ts';

/**
 * Version of everything the sequencer writes: folder, segments, records, snapshots. See
 * command-codec's upgrade rule.
 */
export const formatVersion = 1;

export const segmentHeaderBytes = 68;
const magic = new TextEncoder().encode('OSJOURNL');

/** A place between two frames of the journal, and what was true there. */
export interface JournalPosition {
  /** First seq of the segment, which names it. */
  readonly segment: number;
  /** Bytes of the segment before this place. */
  readonly offset: number;
  /** Of the last command before this place; 0 at the start. */
  readonly seq: Seq;
  readonly tsUs: TsUs;
  readonly chain: Uint8Array;
}

export interface Segment {
  readonly name: string;
  readonly firstSeq: number;
  readonly bytes: number;
}

export interface SegmentHeader {
  readonly formatVersion: number;
  readonly rulesVersion: number;
  /** The place of its first frame. */
  readonly start: JournalPosition;
}

export const paddedSeq = (seq: number): string => String(seq).padStart(16, '0');
export const segmentName = (firstSeq: number): string => `journal-${paddedSeq(firstSeq)}.bin`;

/** The journal's segments, oldest first. */
export async function listSegments(storage: JournalStorage): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const { name, bytes } of await storage.list()) {
    const match = /^journal-(\d{16})\.bin$/.exec(name);
    if (match !== null) {
      segments.push({ name, bytes, firstSeq: Number(match[1]) });
    }
  }
  return segments.sort((a, b) => a.firstSeq - b.firstSeq);
}

/** The segments as they were when the journal ended at `until`; what came later is left out. */
export function segmentsUntil(segments: readonly Segment[], until: JournalPosition): Segment[] {
  return segments
    .filter((segment) => segment.firstSeq <= until.segment)
    .map((segment) =>
      segment.firstSeq === until.segment ? { ...segment, bytes: until.offset } : segment,
    );
}

/**
 * Makes the segment that continues the journal at `before`; returns the place of its first frame.
 */
export async function createSegment(
  storage: JournalStorage,
  before: JournalPosition,
  rulesVersion: number,
): Promise<JournalPosition> {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = new DataView(bytes.buffer);
  const firstSeq = before.seq + 1;
  bytes.set(magic);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, rulesVersion, true);
  view.setFloat64(16, firstSeq, true);
  view.setFloat64(24, before.tsUs, true);
  bytes.set(before.chain, 32);
  view.setUint32(64, crc32(bytes, 0, 64), true);
  await writeWholeFile(storage, segmentName(firstSeq), [bytes]);
  return { ...before, segment: firstSeq, offset: segmentHeaderBytes };
}

/** The header of a segment; throws where it is damaged or of a newer format. */
export async function readSegmentHeader(
  storage: JournalStorage,
  segment: Segment,
): Promise<SegmentHeader> {
  const bytes = await readBytes(storage, segment.name, 0, segmentHeaderBytes);
  const where = storage.describe(segment.name);
  const view = new DataView(bytes.buffer);
  const broken =
    bytes.length < segmentHeaderBytes ||
    magic.some((byte, i) => bytes[i] !== byte) ||
    view.getUint32(64, true) !== crc32(bytes, 0, 64);
  if (broken || view.getFloat64(16, true) !== segment.firstSeq) {
    throw damaged(where, 0, segment.firstSeq, 'the header of the file is not whole');
  }
  const version = view.getUint32(8, true);
  refuseNewer(where, version);
  return {
    formatVersion: version,
    rulesVersion: view.getUint32(12, true),
    start: {
      segment: segment.firstSeq,
      offset: segmentHeaderBytes,
      seq: (segment.firstSeq - 1) as Seq,
      tsUs: view.getFloat64(24, true) as TsUs,
      chain: bytes.slice(32, 64),
    },
  };
}

/**
 * The refusal of a journal that is not what was written; nothing has been changed when it is
 * thrown.
 */
export function damaged(where: string, offset: number, seq: number, why: string): OperationalError {
  return new OperationalError(
    'journal-damaged',
    `${where} is damaged at byte ${offset} (command ${seq}): ${why}; ` +
      'nothing was changed: restore a backup.',
  );
}

/** Throws when a file was written by a newer program than this one. */
export function refuseNewer(where: string, version: number): void {
  if (version > formatVersion) {
    throw new OperationalError(
      'newer-format',
      `${where} has format version ${version} and this program reads up to ${formatVersion}: ` +
        'start the newer program; nothing was changed.',
    );
  }
}
