// Byte reader: the mirror of the byte writer. Reading past the end throws a RangeError.

/** From so many units on a call into the runtime costs less than joining them one by one. */
const longText = 10;

export class ByteReader {
  readonly bytes: Uint8Array;
  /** Offset of the next read. */
  at: number;
  readonly #view: DataView;
  #asBuffer: Buffer | null = null;

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
    const units = header >>> 1;
    if (units >= longText) return this.#longText(units, wide);
    let text = '';
    for (let left = units; left > 0; left--) {
      text += String.fromCharCode(wide ? this.u16() : this.u8());
    }
    return text;
  }

  /** One piece of memory, where units joined one by one would stay a chain of pieces. */
  #longText(units: number, wide: boolean): string {
    const start = this.at;
    const end = start + (wide ? 2 * units : units);
    this.#refusePast(end);
    this.at = end;
    const { buffer, byteOffset, length } = this.bytes;
    this.#asBuffer ??= Buffer.from(buffer, byteOffset, length);
    return this.#asBuffer.toString(wide ? 'utf16le' : 'latin1', start, end);
  }

  raw(count: number): Uint8Array {
    this.#refusePast(this.at + count);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  #refusePast(end: number): void {
    if (end > this.bytes.length) {
      throw new RangeError(`bytes from ${this.at} to ${end} run past the end`);
    }
  }
}
