// Byte writer: a growing buffer with the few primitives that a snapshot needs. Invariant: equal
// values give equal bytes on every machine: integers as zigzag varints, reals as little-endian
// doubles with one NaN and one zero, text as UTF-8 with its length in front.
import { AssertionError, assert } from '@openstrike/std';

const FIRST_CAPACITY = 1 << 16;

export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #size = 0;

  /** With room for about so many bytes; it grows where they are more. */
  constructor(capacity = FIRST_CAPACITY) {
    this.#bytes = new Uint8Array(Math.max(capacity, FIRST_CAPACITY));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** One byte, such as the number of an alternative. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#size] = value;
    this.#size += 1;
  }

  flag(value: boolean): void {
    this.byte(value ? 1 : 0);
  }

  /** A safe integer of either sign. */
  int(value: number): void {
    if (!Number.isSafeInteger(value)) {
      throw new AssertionError(`not a safe integer: ${value}`);
    }
    this.#reserve(9);
    if (value >= 0 && value < 0x20000000) {
      this.#smallInt(value * 2, value < 64);
      return;
    }
    // Sign in the lowest bit, by arithmetic: the value may be wider than 32 bits.
    let high = value < 0 ? -value - 1 : value;
    this.#bytes[this.#size] = (high % 64) * 2 + (value < 0 ? 1 : 0) + (high >= 64 ? 128 : 0);
    this.#size += 1;
    high = Math.floor(high / 64);
    while (high > 0) {
      this.#bytes[this.#size] = (high % 128) + (high >= 128 ? 128 : 0);
      this.#size += 1;
      high = Math.floor(high / 128);
    }
  }

  /** The same bytes for a value that fits 30 bits, its sign bit in place. */
  #smallInt(zigzag: number, single: boolean): void {
    if (single) {
      this.#put(zigzag);
      return;
    }
    this.#put((zigzag & 127) | 128);
    let rest = zigzag >>> 7;
    while (rest >= 128) {
      this.#put((rest & 127) | 128);
      rest >>>= 7;
    }
    this.#put(rest);
  }

  /** A double; every NaN is the same, and so are both zeros. */
  real(value: number): void {
    this.#reserve(8);
    if (Number.isNaN(value)) {
      this.#view.setUint32(this.#size, 0, true);
      this.#view.setUint32(this.#size + 4, 0x7ff80000, true);
    } else {
      this.#view.setFloat64(this.#size, value + 0, true);
    }
    this.#size += 8;
  }

  /** A count and so many doubles. */
  reals(values: readonly number[]): void {
    this.int(values.length);
    for (const value of values) {
      this.real(value);
    }
  }

  /** Bytes that a writer made before. */
  encoded(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#size);
    this.#size += bytes.length;
  }

  text(value: string): void {
    if (value === '') {
      this.int(0);
      return;
    }
    if (this.#ascii(value)) {
      return;
    }
    const from = this.#size;
    let points = 0;
    for (const _ of value) {
      points += 1;
    }
    this.int(points);
    this.#reserve(4 * points);
    for (const character of value) {
      this.#codePoint(character.codePointAt(0) as number);
    }
    assert(this.#size > from, 'a text has a length');
  }

  /** Text of ASCII alone, a byte a code point; false, and nothing written, for any other. */
  #ascii(value: string): boolean {
    const from = this.#size;
    this.int(value.length);
    this.#reserve(value.length);
    const bytes = this.#bytes;
    const start = this.#size;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit >= 0x80) {
        this.#size = from;
        return false;
      }
      bytes[start + i] = unit;
    }
    this.#size = start + value.length;
    return true;
  }

  /** Begins anew in the same room. */
  clear(): void {
    this.#size = 0;
  }

  /** The bytes so far, not copied. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  #codePoint(point: number): void {
    if (point < 0x80) {
      this.#put(point);
    } else if (point < 0x800) {
      this.#put(0xc0 | (point >> 6));
      this.#put(0x80 | (point & 63));
    } else if (point < 0x10000) {
      this.#put(0xe0 | (point >> 12));
      this.#put(0x80 | ((point >> 6) & 63));
      this.#put(0x80 | (point & 63));
    } else {
      this.#put(0xf0 | (point >> 18));
      this.#put(0x80 | ((point >> 12) & 63));
      this.#put(0x80 | ((point >> 6) & 63));
      this.#put(0x80 | (point & 63));
    }
  }

  #put(byte: number): void {
    this.#bytes[this.#size] = byte;
    this.#size += 1;
  }

  #reserve(count: number): void {
    if (this.#size + count <= this.#bytes.length) {
      return;
    }
    const wider = new Uint8Array(Math.max(2 * this.#bytes.length, this.#size + count));
    wider.set(this.#bytes);
    this.#bytes = wider;
    this.#view = new DataView(wider.buffer);
  }
}
