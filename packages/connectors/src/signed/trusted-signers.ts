// Trusted signers: whose signatures count for a source of signed reports, and how many of them a
// report needs. Invariant: no signer is counted twice, and the set is checked before it is used.
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { OperationalError } from '@openstrike/domain';
import { hexOf } from './byte-cursor.ts';
import { ReportError } from './report-error.ts';

export interface TrustedSigners {
  /**
   * Ethereum addresses, `0x` and 40 hexadecimal digits. Pyth's reports name a signer by its place
   * in this list.
   */
  readonly addresses: readonly string[];
  /** Distinct signers that a report needs. */
  readonly threshold: number;
}

const addressForm = /^0x[0-9a-fA-F]{40}$/;

/** Throws OperationalError when the set is none that a report could be trusted by. */
export const checkTrustedSigners = (source: string, trusted: TrustedSigners): void => {
  const { addresses, threshold } = trusted;
  const wrong = (sentence: string): OperationalError =>
    new OperationalError('bad-signers', `The signers of ${source} ${sentence}`);
  const odd = addresses.find((address) => !addressForm.test(address));
  if (odd !== undefined) {
    throw wrong(`include ${odd}: write each as 0x and 40 hexadecimal digits.`);
  }
  if (new Set(addresses.map((address) => address.toLowerCase())).size !== addresses.length) {
    throw wrong('name one address twice: name each once.');
  }
  if (!(Number.isInteger(threshold) && threshold >= 1 && threshold <= addresses.length)) {
    throw wrong(`cannot give ${threshold} signatures: the threshold is 1 to ${addresses.length}.`);
  }
};

/** Length of r and s, and of the recovery byte behind them. */
const compactBytes = 64;

/**
 * The address whose key made a signature of a 32-byte hash.
 *
 * Units: `signature` is r and s, 32 bytes each; `recovery` 0 or 1. Throws ReportError for a
 * signature that is none, and for the larger s of the two that would do, so that no report has two
 * valid forms.
 */
export const signerOf = (hash: Uint8Array, signature: Uint8Array, recovery: number): string => {
  if (signature.length !== compactBytes || (recovery !== 0 && recovery !== 1)) {
    throw new ReportError('malformed-signature', `no signature: recovery ${recovery}`);
  }
  let publicKey: Uint8Array;
  try {
    const parsed = secp256k1.Signature.fromBytes(signature, 'compact');
    if (parsed.hasHighS()) throw new Error('its s is the larger of the two');
    publicKey = parsed.addRecoveryBit(recovery).recoverPublicKey(hash).toBytes(false);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReportError('malformed-signature', `no signature: ${reason}`);
  }
  return `0x${hexOf(keccak_256(publicKey.subarray(1)).subarray(12))}`;
};

/** Counts the signers of one report. */
export class SignerCount {
  readonly #trusted: ReadonlySet<string>;
  readonly #threshold: number;
  readonly #seen = new Set<string>();

  constructor({ addresses, threshold }: TrustedSigners) {
    this.#trusted = new Set(addresses.map((address) => address.toLowerCase()));
    this.#threshold = threshold;
  }

  /** Takes a signer. Throws ReportError for one that is not trusted, or was counted already. */
  add(address: string): void {
    if (!this.#trusted.has(address)) {
      throw new ReportError('unknown-signer', `${address} is not trusted`);
    }
    if (this.#seen.has(address)) {
      throw new ReportError('duplicate-signer', `${address} signed twice`);
    }
    this.#seen.add(address);
  }

  /** How many signed. Throws ReportError when they are too few. */
  enough(): number {
    if (this.#seen.size < this.#threshold) {
      const sentence = `${this.#seen.size} trusted signatures, and ${this.#threshold} are needed`;
      throw new ReportError('too-few-signers', sentence);
    }
    return this.#seen.size;
  }
}
