// Token store: the access and refresh tokens that are alive. They live in memory only: after a
// restart clients authenticate anew. Invariant: a refresh token is good once, and using it ends
// its access token at once; a key holds at most `sessionsMax` named sessions and `unnamedMax`
// others, the oldest giving way.
import { createHash, randomBytes } from 'node:crypto';
import type { Grant } from '../session.ts';

/** Named sessions of one API key. Source: Deribit. */
export const sessionsMax = 16;
const unnamedMax = 256;
/** How long a refresh token waits to be used. */
export const refreshLifetimeMs: number = 7 * 86_400_000;

export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
}

/** What a pair of tokens stands for. */
export interface TokenRecord {
  readonly grant: Grant;
  /** Addresses the token is good for; empty for all. */
  readonly addresses: readonly string[];
  /** The socket it was made on, for tokens that end with it; 0 for the others. */
  readonly connectionId: number;
  readonly lifetimeMs: number;
}

interface Entry extends TokenRecord {
  readonly accessHash: string;
  readonly refreshHash: string;
  readonly accessUntilMs: number;
  readonly refreshUntilMs: number;
}

export interface TokenStore {
  issue(record: TokenRecord, nowMs: number): TokenPair;
  byAccessToken(token: string, nowMs: number): TokenRecord | null;
  byRefreshToken(token: string, nowMs: number): TokenRecord | null;
  /** Uses a refresh token up and ends the access token that came with it. */
  consume(refreshToken: string): void;
  endAccess(accessToken: string): void;
  /** Ends the tokens that live with a socket. */
  endConnection(connectionId: number): void;
  endSession(clientId: string, sessionName: string): void;
  /** Forgets what has expired. */
  sweep(nowMs: number): void;
  readonly size: number;
}

/** Its end is written before the random part, as clients of the original know it. */
const tokenUntil = (untilMs: number): string =>
  `${untilMs}.${randomBytes(8).toString('base64url')}.${randomBytes(48).toString('base64url')}`;

// The hash is the look-up key, so that how long a look-up takes says nothing about a token.
const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64');

class MemoryTokenStore implements TokenStore {
  readonly #byAccess = new Map<string, Entry>();
  readonly #byRefresh = new Map<string, Entry>();
  /** Oldest first. */
  readonly #byClient = new Map<string, Set<Entry>>();
  readonly #byConnection = new Map<number, Set<Entry>>();

  issue(record: TokenRecord, nowMs: number): TokenPair {
    const { clientId, sessionName } = record.grant;
    if (sessionName !== null) this.endSession(clientId, sessionName);
    const accessUntilMs = nowMs + record.lifetimeMs;
    const accessToken = tokenUntil(accessUntilMs);
    const refreshToken = tokenUntil(nowMs + refreshLifetimeMs);
    const entry: Entry = {
      ...record,
      accessHash: hashOf(accessToken),
      refreshHash: hashOf(refreshToken),
      accessUntilMs,
      refreshUntilMs: nowMs + refreshLifetimeMs,
    };
    this.#byAccess.set(entry.accessHash, entry);
    this.#byRefresh.set(entry.refreshHash, entry);
    keep(this.#byClient, clientId, entry);
    if (entry.connectionId !== 0) keep(this.#byConnection, entry.connectionId, entry);
    this.#limit(clientId, sessionName !== null);
    return { accessToken, refreshToken };
  }

  byAccessToken(token: string, nowMs: number): TokenRecord | null {
    const entry = this.#byAccess.get(hashOf(token));
    return entry !== undefined && entry.accessUntilMs > nowMs ? entry : null;
  }

  byRefreshToken(token: string, nowMs: number): TokenRecord | null {
    const entry = this.#byRefresh.get(hashOf(token));
    return entry !== undefined && entry.refreshUntilMs > nowMs ? entry : null;
  }

  consume(refreshToken: string): void {
    const entry = this.#byRefresh.get(hashOf(refreshToken));
    if (entry !== undefined) this.#end(entry);
  }

  endAccess(accessToken: string): void {
    const entry = this.#byAccess.get(hashOf(accessToken));
    if (entry !== undefined) this.#end(entry);
  }

  endConnection(connectionId: number): void {
    for (const entry of this.#byConnection.get(connectionId) ?? []) this.#end(entry);
  }

  endSession(clientId: string, sessionName: string): void {
    for (const entry of this.#byClient.get(clientId) ?? []) {
      if (entry.grant.sessionName === sessionName) this.#end(entry);
    }
  }

  sweep(nowMs: number): void {
    for (const entry of this.#byRefresh.values()) {
      if (entry.refreshUntilMs <= nowMs) this.#end(entry);
      else if (entry.accessUntilMs <= nowMs) this.#byAccess.delete(entry.accessHash);
    }
  }

  get size(): number {
    return this.#byRefresh.size;
  }

  #limit(clientId: string, named: boolean): void {
    const peers = [...(this.#byClient.get(clientId) ?? [])].filter(
      (entry) => (entry.grant.sessionName !== null) === named,
    );
    const surplus = peers.length - (named ? sessionsMax : unnamedMax);
    for (const entry of peers.slice(0, Math.max(0, surplus))) this.#end(entry);
  }

  #end(entry: Entry): void {
    this.#byAccess.delete(entry.accessHash);
    this.#byRefresh.delete(entry.refreshHash);
    forget(this.#byClient, entry.grant.clientId, entry);
    forget(this.#byConnection, entry.connectionId, entry);
  }
}

const keep = <Key>(map: Map<Key, Set<Entry>>, key: Key, entry: Entry): void => {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([entry]));
  else set.add(entry);
};

const forget = <Key>(map: Map<Key, Set<Entry>>, key: Key, entry: Entry): void => {
  const set = map.get(key);
  set?.delete(entry);
  if (set?.size === 0) map.delete(key);
};

export const createTokenStore = (): TokenStore => new MemoryTokenStore();
