// Byte writer: little-endian numbers and text into one growing buffer. The caller reserves room
// once per record; the writes themselves do not check, and running past the room throws a
// RangeError. Doubles keep their exact bits; text is exact for every string, lone surrogates
// included.
import { OperationalError } from '@openstrike/domain';

/** Longest text a record can carry, in UTF-16 code units. */
export const textUnitsMax = 0x7fff;

/** Room that `text` takes at most. */
export const textBytesMax = (text: string): number => 2 + 2 * text.length;

export class ByteWriter {
  bytes: Uint8Array;
  view: DataView;
  /** Bytes written so far; set it back to drop what was written since. */
  length = 0;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) {
      return;
    }
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }

  u8(value: number): void {
    this.view.setUint8(this.length, value);
    this.length += 1;
  }

  u16(value: number): void {
    this.view.setUint16(this.length, value, true);
    this.length += 2;
  }

  u32(value: number): void {
    this.view.setUint32(this.length, value, true);
    this.length += 4;
  }

  f64(value: number): void {
    this.view.setFloat64(this.length, value, true);
    this.length += 8;
  }

  /**
   * One byte a unit where every unit is below 256, else two; the lowest bit of the length says
   * which.
   */
  text(text: string): void {
    const units = text.length;
    if (units > textUnitsMax) {
      throw new OperationalError(
        'record-too-large',
        `A text of ${units} characters cannot be journaled: the limit is ${textUnitsMax}.`,
      );
    }
    let widest = 0;
    for (let i = 0; i < units; i++) {
      widest |= text.charCodeAt(i);
    }
    const wide = widest > 255;
    this.u16(units * 2 + (wide ? 1 : 0));
    for (let i = 0; i < units; i++) {
      if (wide) {
        this.u16(text.charCodeAt(i));
      } else {
        this.u8(text.charCodeAt(i));
      }
    }
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}
