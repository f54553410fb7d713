/** Bytes to text and back, without a platform's Buffer. */
import { assert } from './assert.ts';

const HEX_OF_BYTE: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/** The bytes in lower-case hexadecimal, two digits each, without a prefix. */
export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    text += HEX_OF_BYTE[bytes[i] as number];
  }
  return text;
}

/** The bytes of a hexadecimal text of even length without a prefix; the inverse of hexOf. */
export function bytesOfHex(hex: string): Uint8Array {
  assert(/^(?:[0-9a-fA-F]{2})*$/.test(hex), 'hexadecimal text needs an even count of hex digits');
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}
