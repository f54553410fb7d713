// Signature: proofs of a secret that do not carry it: the signed header of one HTTP request and
// the client signature of public/auth. Invariant: comparisons take the same time whatever
// differs.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** How far a signed timestamp may be from now, either way. Source: Deribit. */
export const signatureWindowMs = 60_000;

export interface SignedHeader {
  readonly clientId: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
}

/** Lower-case hex HMAC-SHA256. */
export const hmacHex = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text, 'utf8').digest('hex');

/** Compares two texts in a time that depends on neither. */
export const equalSecrets = (left: string, right: string): boolean =>
  timingSafeEqual(
    createHash('sha256').update(left).digest(),
    createHash('sha256').update(right).digest(),
  );

/**
 * Reads `deri-hmac-sha256 id=..,ts=..,sig=..,nonce=..` with its keys in any order; null when
 * malformed.
 */
export const parseSignedHeader = (header: string): SignedHeader | null => {
  const space = header.indexOf(' ');
  if (space < 0 || header.slice(0, space).toLowerCase() !== 'deri-hmac-sha256') return null;
  const values = new Map<string, string>();
  for (const part of header.slice(space + 1).split(',')) {
    const equals = part.indexOf('=');
    if (equals > 0)
      values.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim());
  }
  const clientId = values.get('id');
  const timestamp = values.get('ts');
  const nonce = values.get('nonce');
  const signature = values.get('sig');
  if (!clientId || !timestamp || !nonce || !signature) return null;
  return { clientId, timestamp, nonce, signature };
};

/** What the signed header signs; `uri` is the path with the query exactly as sent. */
export const requestText = (
  header: Pick<SignedHeader, 'timestamp' | 'nonce'>,
  method: string,
  uri: string,
  body: string,
): string => `${header.timestamp}\n${header.nonce}\n${method.toUpperCase()}\n${uri}\n${body}\n`;

/** What the client signature of public/auth signs. */
export const clientSignatureText = (timestamp: string, nonce: string, data: string): string =>
  `${timestamp}\n${nonce}\n${data}`;

/** Whether a timestamp text in milliseconds is within the window around now. */
export const isTimely = (timestamp: string, nowMs: number): boolean =>
  /^\d{1,16}$/.test(timestamp) && Math.abs(Number(timestamp) - nowMs) <= signatureWindowMs;
