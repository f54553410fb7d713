// Packed commands: a long stream of commands as bytes in one file, so that the process that applies
// them holds no million objects that its collector would have to mark; they are decoded as they are
// asked for, and are young then, as those that a venue gets from its clients.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from '@openstrike/domain';
import { ByteReader } from '../byte-reader.ts';
import { ByteWriter } from '../byte-writer.ts';
import { decodeCommand, encodeCommand } from '../command-codec.ts';

/** Writes the commands to a file: u32 bytes, command; and so on. */
export function packCommands(path: string, commands: readonly Command[]): void {
  const to = new ByteWriter(64 * 1024);
  for (const command of commands) {
    const start = to.length;
    to.reserve(4);
    to.u32(0);
    encodeCommand(to, command);
    to.view.setUint32(start, to.length - start - 4, true);
  }
  writeFileSync(path, to.bytes.subarray(0, to.length));
}

/** Reads the commands of such a file, in order. */
export class PackedCommands {
  readonly #from: ByteReader;

  constructor(path: string) {
    this.#from = new ByteReader(readFileSync(path));
  }

  /** The next command, null after the last. */
  next(): Command | null {
    const from = this.#from;
    if (from.at === from.bytes.length) return null;
    const end = from.u32() + from.at;
    return decodeCommand(from, end);
  }
}
