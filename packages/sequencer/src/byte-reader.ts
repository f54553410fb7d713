// Byte reader: the mirror of the byte writer. Reading past the end throws a RangeError.

export class ByteReader {
  readonly bytes: Uint8Array;
  /** Offset of the next read. */
  at: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    this.at += 1;
    return this.#view.getUint8(this.at - 1);
  }

  u16(): number {
    this.at += 2;
    return this.#view.getUint16(this.at - 2, true);
  }

  u32(): number {
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  f64(): number {
    this.at += 8;
    return this.#view.getFloat64(this.at - 8, true);
  }

  text(): string {
    const header = this.u16();
    const wide = (header & 1) === 1;
    let text = '';
    for (let left = header >>> 1; left > 0; left--) {
      text += String.fromCharCode(wide ? this.u16() : this.u8());
    }
    return text;
  }

  raw(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) {
      throw new RangeError(`${count} bytes at ${this.at} run past the end`);
    }
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
}
