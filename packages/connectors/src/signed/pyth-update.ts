// Pyth update: prices of Pyth in the accumulator form that its Hermes servers give out: one signed
// Merkle root and, for each price, its message with its path. Invariant: a price comes back only if
// its message leads to the root that enough guardians signed.
// Source: pyth-network/pyth-crosschain, accumulator update data; Merkle nodes are the first 20
// bytes of keccak-256, leaves begin with 0, inner nodes with 1 and the smaller child.
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ByteCursor, hexOf } from './byte-cursor.ts';
import { ReportError } from './report-error.ts';
import { type SignedPrice, scaled } from './signed-price.ts';
import type { TrustedSigners } from './trusted-signers.ts';
import { verifyWormholeMessage } from './wormhole-message.ts';

/** `PNAU` and `AUWV` as 32-bit numbers. */
const updateMagic = 0x504e_4155;
const rootMagic = 0x4155_5756;
const merkleUpdate = 0;
const merkleRoot = 0;
const priceMessage = 0;
const nodeBytes = 20;
const exponentMost = 40;
/** Prices that one update may bring. */
const pricesMax = 255;

const nodeOf = (...parts: readonly Uint8Array[]): Uint8Array =>
  keccak_256(Uint8Array.from(Buffer.concat(parts))).subarray(0, nodeBytes);

const leafMark = Uint8Array.of(0);
const innerMark = Uint8Array.of(1);

const rootOf = (message: Uint8Array, path: readonly Uint8Array[]): Uint8Array => {
  let node = nodeOf(leafMark, message);
  for (const sibling of path) {
    const ordered = Buffer.compare(node, sibling) <= 0 ? [node, sibling] : [sibling, node];
    node = nodeOf(innerMark, ...ordered);
  }
  return node;
};

const signedRootOf = (payload: Uint8Array): Uint8Array => {
  const cursor = new ByteCursor(payload);
  if (cursor.count(4) !== rootMagic || cursor.count(1) !== merkleRoot) {
    throw new ReportError('malformed', 'the signed message is no Merkle root');
  }
  // Slot and ring size.
  cursor.take(8 + 4);
  return cursor.take(nodeBytes);
};

const priceOf = (message: Uint8Array, signers: number): SignedPrice | null => {
  const cursor = new ByteCursor(message);
  // Other kinds, such as averages, are signed along with the prices.
  if (cursor.count(1) !== priceMessage) return null;
  const feed = hexOf(cursor.take(32));
  const price = cursor.signed(8);
  const confidence = cursor.unsigned(8);
  const exponent = Number(cursor.signed(4));
  const publishedSeconds = cursor.count(8);
  if (price <= 0n || Math.abs(exponent) > exponentMost) {
    throw new ReportError('malformed', `${price} times ten to the ${exponent} is no price`);
  }
  return {
    feed,
    price: scaled(price, exponent),
    confidence: scaled(confidence, exponent),
    observedUs: publishedSeconds * 1_000_000,
    signers,
  };
};

/** Reads and verifies an update: all its prices, or a ReportError. */
export const verifyPythUpdate = (
  bytes: Uint8Array,
  trusted: TrustedSigners,
): readonly SignedPrice[] => {
  const cursor = new ByteCursor(bytes);
  if (cursor.count(4) !== updateMagic) throw new ReportError('malformed', 'no update of Pyth');
  if (cursor.count(1) !== 1) throw new ReportError('malformed', 'an update of another version');
  cursor.take(1);
  cursor.take(cursor.count(1));
  if (cursor.count(1) !== merkleUpdate) throw new ReportError('malformed', 'no Merkle update');
  const { payload, signers } = verifyWormholeMessage(cursor.take(cursor.count(2)), trusted);
  const root = signedRootOf(payload);
  const prices: SignedPrice[] = [];
  const count = cursor.count(1);
  if (count > pricesMax) throw new ReportError('malformed', `${count} prices in one update`);
  for (let i = 0; i < count; i++) {
    const message = cursor.take(cursor.count(2));
    const path = Array.from({ length: cursor.count(1) }, () => cursor.take(nodeBytes));
    if (Buffer.compare(rootOf(message, path), root) !== 0) {
      throw new ReportError('wrong-proof', `price ${i} does not lead to the signed root`);
    }
    const price = priceOf(message, signers);
    if (price !== null) prices.push(price);
  }
  if (cursor.rest().length > 0) throw new ReportError('malformed', 'bytes after the last price');
  return prices;
};
