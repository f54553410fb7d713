// Byte cursor: reads big-endian fields of a binary report one after another. Invariant: it never
// reads past the end; what is missing is refused as truncated.
import { ReportError } from './report-error.ts';

export class ByteCursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Where the next field begins. */
  get at(): number {
    return this.#at;
  }

  /** Goes to a place; offsets come from outside, too. */
  seek(at: number): void {
    if (!(at >= 0 && at <= this.#bytes.length)) {
      throw new ReportError('truncated', `byte ${at} is outside its ${this.#bytes.length} bytes`);
    }
    this.#at = at;
  }

  take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) {
      const missing = end - this.#bytes.length;
      throw new ReportError('truncated', `the report ends ${missing} bytes early`);
    }
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** An unsigned integer of so many bytes. */
  unsigned(bytes: number): bigint {
    let value = 0n;
    for (const byte of this.take(bytes)) value = (value << 8n) | BigInt(byte);
    return value;
  }

  /** A two's complement integer of so many bytes. */
  signed(bytes: number): bigint {
    return BigInt.asIntN(8 * bytes, this.unsigned(bytes));
  }

  /** An unsigned integer that a double holds exactly. */
  count(bytes: number): number {
    const value = this.unsigned(bytes);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new ReportError('malformed', `${value} is no count`);
    }
    return Number(value);
  }

  /** What is left. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }
}

const hexForm = /^(0x)?([0-9a-f]{2})*$/i;

/** Bytes of a hexadecimal text, with or without 0x. */
export const bytesOfHex = (text: string): Uint8Array => {
  if (!hexForm.test(text)) throw new ReportError('malformed', 'not hexadecimal');
  return Uint8Array.from(Buffer.from(text.replace(/^0x/i, ''), 'hex'));
};

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Bytes of a base64 text. */
export const bytesOfBase64 = (text: string): Uint8Array => {
  if (!base64Form.test(text)) throw new ReportError('malformed', 'not base64');
  return Uint8Array.from(Buffer.from(text, 'base64'));
};
