// RedStone package: one signer's value of one feed at one instant; a price is the median over the
// packages of enough trusted signers. Invariant: all packages of a price are of one instant, each
// signer counts once, and one wild signer of three or more cannot move it beyond the others.
// Source: docs.redstone.finance, data package: feed id in 32 bytes, value in 32, milliseconds in 6,
// value size in 4, count of values in 3, signed as keccak-256.
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ReportError } from './report-error.ts';
import { type SignedPrice, scaled } from './signed-price.ts';
import { SignerCount, signerOf, type TrustedSigners } from './trusted-signers.ts';

export const redstoneDecimals = 8;
const feedBytes = 32;
const valueBytes = 32;
const valuesPerPackage = 1;

export interface RedstonePackage {
  /** Such as BTC. */
  readonly feed: string;
  /** In units of 10^-8. */
  readonly value: bigint;
  readonly timestampMs: number;
  /** r, s and 27 or 28: 65 bytes. */
  readonly signature: Uint8Array;
}

/** What a signer of a package signs. */
export const redstoneMessage = ({ feed, value, timestampMs }: RedstonePackage): Uint8Array => {
  const bytes = Buffer.alloc(feedBytes + valueBytes + 6 + 4 + 3);
  const name = Buffer.from(feed, 'latin1');
  if (name.length === 0 || name.length > feedBytes) {
    throw new ReportError('wrong-feed', `'${feed}' is no name of a feed`);
  }
  name.copy(bytes, 0);
  if (value <= 0n || value >= 1n << 256n)
    throw new ReportError('malformed', `${value} is no value`);
  Buffer.from(value.toString(16).padStart(2 * valueBytes, '0'), 'hex').copy(bytes, feedBytes);
  bytes.writeUIntBE(timestampMs, feedBytes + valueBytes, 6);
  bytes.writeUInt32BE(valueBytes, feedBytes + valueBytes + 6);
  bytes.writeUIntBE(valuesPerPackage, feedBytes + valueBytes + 10, 3);
  return Uint8Array.from(bytes);
};

const signerOfPackage = (one: RedstonePackage): string => {
  const { signature } = one;
  if (signature.length !== 65) {
    throw new ReportError('malformed-signature', `a signature of ${signature.length} bytes`);
  }
  const recovery = (signature[64] as number) - 27;
  return signerOf(keccak_256(redstoneMessage(one)), signature.subarray(0, 64), recovery);
};

/** Twice the median. */
const doubleMedianOf = (values: readonly bigint[]): bigint => {
  const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const low = sorted[(sorted.length - 1) >> 1] as bigint;
  return low + (sorted[sorted.length >> 1] as bigint);
};

/** Half of a sum of two values, as a price. */
const halved = (double: bigint): number => scaled(5n * double, -redstoneDecimals - 1);

/** Verifies the packages of one feed and takes their median. Throws ReportError. */
export const verifyRedstonePackages = (
  feed: string,
  packages: readonly RedstonePackage[],
  trusted: TrustedSigners,
): SignedPrice => {
  const count = new SignerCount(trusted);
  const [first] = packages;
  for (const one of packages) {
    if (one.feed !== feed) throw new ReportError('wrong-feed', `${one.feed} among ${feed}`);
    if (one.timestampMs !== first?.timestampMs) {
      throw new ReportError('disagreement', 'packages of several instants');
    }
    count.add(signerOfPackage(one));
  }
  const signers = count.enough();
  const double = doubleMedianOf(packages.map(({ value }) => value));
  let spread = 0n;
  for (const { value } of packages) {
    const apart = 2n * value - double;
    if (apart > spread || -apart > spread) spread = apart < 0n ? -apart : apart;
  }
  return {
    feed,
    price: halved(double),
    // No signer was further from the median.
    confidence: halved(spread),
    observedUs: (first?.timestampMs ?? 0) * 1_000,
    signers,
  };
};
