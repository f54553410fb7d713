// Nonce memory: what was signed lately, so that nothing is accepted twice. Invariant: everything
// accepted within the window of signatures is still remembered. A nonce may not come again with
// another timestamp; with the same one it may sign different requests, because some clients take
// the millisecond for their nonce and send two requests in one.
import { signatureWindowMs } from './signature.ts';

interface Use {
  readonly timestamp: string;
  readonly signatures: string[];
}

export interface NonceMemory {
  /** True when this use is new, and remembers it. */
  accept(
    clientId: string,
    nonce: string,
    timestamp: string,
    signature: string,
    nowMs: number,
  ): boolean;
}

/** Two generations, each of two windows: nothing is forgotten sooner than that. */
export const createNonceMemory = (): NonceMemory => {
  let current = new Map<string, Use>();
  let previous = new Map<string, Use>();
  let turnMs = Number.NEGATIVE_INFINITY;
  return {
    accept(clientId, nonce, timestamp, signature, nowMs) {
      if (nowMs - turnMs > 2 * signatureWindowMs) {
        previous = nowMs - turnMs > 4 * signatureWindowMs ? new Map() : current;
        current = new Map();
        turnMs = nowMs;
      }
      const key = `${clientId}\n${nonce}`;
      const use = current.get(key) ?? previous.get(key);
      if (use === undefined) {
        current.set(key, { timestamp, signatures: [signature] });
        return true;
      }
      if (use.timestamp !== timestamp || use.signatures.includes(signature)) return false;
      use.signatures.push(signature);
      return true;
    },
  };
};
