// Chainlink report: a report of Data Streams, schema 3 (crypto), as its servers give it out: three
// words of context, the report, and the signatures of the oracle network. Invariant: a price comes
// back only with enough distinct trusted signers behind this report in this context.
// Source: smartcontractkit/data-streams-sdk, report v3; the verifier contract signs
// keccak-256(keccak-256(report), context).
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ByteCursor, hexOf } from './byte-cursor.ts';
import { ReportError } from './report-error.ts';
import { type SignedPrice, scaled } from './signed-price.ts';
import { SignerCount, signerOf, type TrustedSigners } from './trusted-signers.ts';

const wordBytes = 32;
const contextWords = 3;
const schema = 3;
const signaturesMax = 31;
/** Prices of crypto streams have 18 decimals. */
const decimals = 18;

export interface ChainlinkReport extends SignedPrice {
  /** After it the report no longer counts, in microseconds. */
  readonly expiresUs: number;
}

/** Dynamic parts begin at the offset that their word in the head names. */
const wordsAt = (bytes: Uint8Array, offset: number): readonly Uint8Array[] => {
  const cursor = new ByteCursor(bytes);
  cursor.seek(offset);
  const count = cursor.count(wordBytes);
  if (count > signaturesMax) throw new ReportError('malformed', `${count} signatures`);
  return Array.from({ length: count }, () => cursor.take(wordBytes));
};

const bytesAt = (bytes: Uint8Array, offset: number): Uint8Array => {
  const cursor = new ByteCursor(bytes);
  cursor.seek(offset);
  return cursor.take(cursor.count(wordBytes));
};

const reportOf = (report: Uint8Array, signers: number): ChainlinkReport => {
  const cursor = new ByteCursor(report);
  const feed = cursor.take(wordBytes);
  if (((feed[0] as number) << 8) + (feed[1] as number) !== schema) {
    throw new ReportError('wrong-feed', `0x${hexOf(feed)} is no stream of schema ${schema}`);
  }
  cursor.take(wordBytes);
  const observedSeconds = cursor.count(wordBytes);
  // Fees in the chain's own coin and in LINK.
  cursor.take(2 * wordBytes);
  const expiresSeconds = cursor.count(wordBytes);
  const [price, bid, ask] = [0, 1, 2].map(() => cursor.signed(wordBytes)) as [
    bigint,
    bigint,
    bigint,
  ];
  if (cursor.rest().length > 0) throw new ReportError('malformed', 'bytes after the ask');
  if (price <= 0n || bid <= 0n || bid > ask) {
    throw new ReportError('malformed', `price ${price}, bid ${bid}, ask ${ask}`);
  }
  return {
    feed: `0x${hexOf(feed)}`,
    price: scaled(price, -decimals),
    confidence: scaled(5n * (ask - bid), -decimals - 1),
    observedUs: observedSeconds * 1_000_000,
    signers,
    expiresUs: expiresSeconds * 1_000_000,
  };
};

/** Reads and verifies a full report. Throws ReportError. */
export const verifyChainlinkReport = (
  bytes: Uint8Array,
  trusted: TrustedSigners,
): ChainlinkReport => {
  const cursor = new ByteCursor(bytes);
  const context = cursor.take(contextWords * wordBytes);
  const report = bytesAt(bytes, cursor.count(wordBytes));
  const rs = wordsAt(bytes, cursor.count(wordBytes));
  const ss = wordsAt(bytes, cursor.count(wordBytes));
  const recoveries = cursor.take(wordBytes);
  if (rs.length !== ss.length) throw new ReportError('malformed-signature', 'halves of signatures');
  const hash = keccak_256(Uint8Array.from(Buffer.concat([keccak_256(report), context])));
  const count = new SignerCount(trusted);
  rs.forEach((r, i) => {
    const signature = Uint8Array.from(Buffer.concat([r, ss[i] as Uint8Array]));
    count.add(signerOf(hash, signature, recoveries[i] as number));
  });
  return reportOf(report, count.enough());
};
