// Byte reader: reads what a byte writer wrote, in the same order. Throws an assertion where the
// bytes end early or are not what was asked for; a snapshot is checked by its keeper before it gets
// here.
import { AssertionError, assert } from '@openstrike/std';

/** Bytes of a text taken at once. */
const piece = 4_096;

export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where the next byte is. */
  get at(): number {
    return this.#at;
  }

  /** A copy of what has been read since a place. */
  bytesFrom(place: number): Uint8Array {
    return this.#bytes.slice(place, this.#at);
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) {
      throw new AssertionError(`the snapshot ends at byte ${this.#at}`);
    }
    this.#at += 1;
    return value;
  }

  flag(): boolean {
    return this.byte() === 1;
  }

  int(): number {
    const first = this.byte();
    let value = (first & 127) >> 1;
    let scale = 64;
    let more = first >= 128;
    while (more) {
      const next = this.byte();
      value += (next & 127) * scale;
      scale *= 128;
      more = next >= 128;
    }
    const signed = (first & 1) === 1 ? -value - 1 : value;
    assert(Number.isSafeInteger(signed), 'the snapshot has a safe integer here');
    return signed;
  }

  real(): number {
    assert(this.#at + 8 <= this.#bytes.length, 'the snapshot goes on');
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  reals(): number[] {
    const values: number[] = [];
    for (let count = this.int(); count > 0; count--) {
      values.push(this.real());
    }
    return values;
  }

  text(): string {
    const points = this.int();
    const usual = this.#ascii(points);
    if (usual !== null) {
      return usual;
    }
    const parts: string[] = [];
    for (let count = points; count > 0; count--) {
      parts.push(String.fromCodePoint(this.#codePoint()));
    }
    return parts.join('');
  }

  /** Goes on behind a text. */
  skipText(): void {
    const points = this.int();
    if (this.#isAscii(points)) {
      this.#at += points;
      return;
    }
    for (let count = points; count > 0; count--) {
      this.#codePoint();
    }
  }

  /** Whether so many code points are a byte each. */
  #isAscii(points: number): boolean {
    const bytes = this.#bytes;
    const end = this.#at + points;
    for (let at = this.#at; at < end; at++) {
      // Also past the end, where there is no byte.
      if (!((bytes[at] as number) < 0x80)) {
        return false;
      }
    }
    return true;
  }

  /** So many code points where each is a byte; null, and nothing read, for others. */
  #ascii(points: number): string | null {
    if (!this.#isAscii(points)) {
      return null;
    }
    const from = this.#at;
    const end = from + points;
    const bytes = this.#bytes;
    let text = '';
    for (let at = from; at < end; at += piece) {
      // Applied rather than spread, which would go through an iterator.
      const part = bytes.subarray(at, Math.min(at + piece, end)) as unknown as number[];
      text += String.fromCharCode.apply(null, part);
    }
    this.#at = end;
    return text;
  }

  /** Whether every byte has been read. */
  atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  #codePoint(): number {
    const first = this.byte();
    if (first < 0x80) {
      return first;
    }
    if (first < 0xe0) {
      return ((first & 31) << 6) | this.#tail();
    }
    if (first < 0xf0) {
      return ((first & 15) << 12) | (this.#tail() << 6) | this.#tail();
    }
    return ((first & 7) << 18) | (this.#tail() << 12) | (this.#tail() << 6) | this.#tail();
  }

  #tail(): number {
    return this.byte() & 63;
  }
}
