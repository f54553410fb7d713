// Snapshot file: `snapshot-<seq>.bin`, the state machine's canonical bytes after command `seq` and
// the place in the journal from which a replay goes on. Written aside and renamed, so it is whole
// or it is damaged. The state hash in the header is a checkpoint: a replay that passes the same seq
// must reach the same state.
//   magic (8) | u32 format version | u32 rules version | f64 seq | f64 tsUs | f64 segment | f64
//   offset | chain (32)
//   | state hash (32) | f64 body bytes | SHA-256 of all that and the body (32) | u32 CRC of the
//   header; then the body
import { createHash } from 'node:crypto';
import { OperationalError, type Seq, type StateMachine, type TsUs } from '@openstrike/domain';
import { bytesOfHex, hexOf } from '@openstrike/std';
import { crc32 } from './crc32.ts';
import { compareBytes } from './frame.ts';
import { type JournalStorage, readBytes, writeWholeFile } from './journal-storage.ts';
import { formatVersion, type JournalPosition, paddedSeq, refuseNewer } from './segment.ts';

const magic = new TextEncoder().encode('OSSNAPSH');
const digestAt = 120;
const headerCrcAt = digestAt + 32;
const headerBytes = headerCrcAt + 4;

export interface SnapshotHeader {
  readonly name: string;
  /** Of the whole file. */
  readonly bytes: number;
  readonly rulesVersion: number;
  readonly position: JournalPosition;
  /** Hex SHA-256. */
  readonly stateHash: string;
  readonly digest: Uint8Array;
}

export interface SnapshotListing {
  /** Those with a whole header, newest first. */
  readonly snapshots: readonly SnapshotHeader[];
  /** One sentence for each file that is not a whole snapshot. */
  readonly broken: readonly string[];
}

export const snapshotName = (seq: Seq): string => `snapshot-${paddedSeq(seq)}.bin`;

/** Writes the machine's state as of `position`; durable when it resolves. */
export async function writeSnapshot(
  storage: JournalStorage,
  machine: StateMachine,
  position: JournalPosition,
  rulesVersion: number,
): Promise<SnapshotHeader> {
  const body = machine.snapshot();
  const stateHash = machine.stateHash();
  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  header.set(magic);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, rulesVersion, true);
  view.setFloat64(16, position.seq, true);
  view.setFloat64(24, position.tsUs, true);
  view.setFloat64(32, position.segment, true);
  view.setFloat64(40, position.offset, true);
  header.set(position.chain, 48);
  header.set(bytesOfHex(stateHash), 80);
  view.setFloat64(112, body.length, true);
  const digest = digestOf(header, body);
  header.set(digest, digestAt);
  view.setUint32(headerCrcAt, crc32(header, 0, headerCrcAt), true);
  const name = snapshotName(position.seq);
  await writeWholeFile(storage, name, [header, body]);
  return { name, bytes: headerBytes + body.length, rulesVersion, position, stateHash, digest };
}

/**
 * The snapshots of a storage by their headers; bodies are checked when read. Throws on a newer
 * format.
 */
export async function listSnapshots(storage: JournalStorage): Promise<SnapshotListing> {
  const snapshots: SnapshotHeader[] = [];
  const broken: string[] = [];
  for (const { name, bytes } of await storage.list()) {
    const match = /^snapshot-(\d{16})\.bin$/.exec(name);
    if (match === null) {
      continue;
    }
    const header = await readHeader(storage, name, bytes);
    if (header === null || header.position.seq !== Number(match[1])) {
      broken.push(`${storage.describe(name)} is not a whole snapshot`);
    } else {
      snapshots.push(header);
    }
  }
  snapshots.sort((a, b) => b.position.seq - a.position.seq);
  return { snapshots, broken };
}

/** The body of a snapshot; throws an OperationalError where it is not what was written. */
export async function readSnapshotBody(
  storage: JournalStorage,
  snapshot: SnapshotHeader,
): Promise<Uint8Array> {
  const header = await readBytes(storage, snapshot.name, 0, headerBytes);
  const body = await readBytes(storage, snapshot.name, headerBytes, snapshot.bytes - headerBytes);
  if (compareBytes(digestOf(header, body), snapshot.digest) !== 0) {
    throw new OperationalError(
      'snapshot-damaged',
      `${storage.describe(snapshot.name)} does not match its checksum: ` +
        'remove it or restore a backup.',
    );
  }
  return body;
}

async function readHeader(
  storage: JournalStorage,
  name: string,
  fileBytes: number,
): Promise<SnapshotHeader | null> {
  const bytes = await readBytes(storage, name, 0, headerBytes);
  if (bytes.length < headerBytes || magic.some((byte, i) => bytes[i] !== byte)) {
    return null;
  }
  const view = new DataView(bytes.buffer);
  if (
    view.getUint32(headerCrcAt, true) !== crc32(bytes, 0, headerCrcAt) ||
    view.getFloat64(112, true) !== fileBytes - headerBytes
  ) {
    return null;
  }
  refuseNewer(storage.describe(name), view.getUint32(8, true));
  return {
    name,
    bytes: fileBytes,
    rulesVersion: view.getUint32(12, true),
    position: {
      seq: view.getFloat64(16, true) as Seq,
      tsUs: view.getFloat64(24, true) as TsUs,
      segment: view.getFloat64(32, true),
      offset: view.getFloat64(40, true),
      chain: bytes.slice(48, 80),
    },
    stateHash: hexOf(bytes.subarray(80, 112)),
    digest: bytes.slice(digestAt, headerCrcAt),
  };
}

function digestOf(header: Uint8Array, body: Uint8Array): Uint8Array {
  return createHash('sha256').update(header.subarray(0, digestAt)).update(body).digest();
}
