// Wormhole message: a body that guardians have signed, called VAA there. Invariant: a body comes
// back only with enough distinct guardians of the trusted set behind it, each at its own place.
// Source: wormhole.com, docs, VAA format; Pyth's contracts use the same form.
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ByteCursor } from './byte-cursor.ts';
import { ReportError } from './report-error.ts';
import { SignerCount, signerOf, type TrustedSigners } from './trusted-signers.ts';

const version = 1;
/** Timestamp, nonce, emitter chain and address, sequence, consistency level. */
const bodyHeadBytes = 4 + 4 + 2 + 32 + 8 + 1;

export interface WormholeMessage {
  readonly payload: Uint8Array;
  readonly signers: number;
}

/** Reads and verifies a message. Throws ReportError. */
export const verifyWormholeMessage = (
  bytes: Uint8Array,
  trusted: TrustedSigners,
): WormholeMessage => {
  const cursor = new ByteCursor(bytes);
  if (cursor.count(1) !== version) throw new ReportError('malformed', 'no message of version 1');
  // The number of the guardian set; which addresses it stands for is the configuration's to say.
  cursor.take(4);
  const signatures = Array.from({ length: cursor.count(1) }, () => ({
    place: cursor.count(1),
    signature: cursor.take(64),
    recovery: cursor.count(1),
  }));
  const body = cursor.rest();
  const hash = keccak_256(keccak_256(body));
  const count = new SignerCount(trusted);
  for (const { place, signature, recovery } of signatures) {
    const signer = signerOf(hash, signature, recovery);
    if (trusted.addresses[place]?.toLowerCase() !== signer) {
      throw new ReportError(
        'unknown-signer',
        `${signer} is not guardian ${place} of those trusted`,
      );
    }
    count.add(signer);
  }
  const payload = new ByteCursor(body);
  payload.take(bodyHeadBytes);
  return { payload: payload.rest(), signers: count.enough() };
};
