// Authenticator: turns proofs (credentials, signatures, tokens) into grants. Invariant: a grant
// is honoured only while its key stands as it was when the grant was made: disabling, resetting,
// narrowing or removing a key ends all its grants at their next use. No secret, token or
// signature is ever logged.
import type { AccountId } from '@openstrike/domain';
import type { AccountProfile, ApiKey, IdentityStore } from '../identity/identity-store.ts';
import { ApiError } from '../method.ts';
import type { Grant, Session } from '../session.ts';
import { createFailureLimit } from './failure-limit.ts';
import { createNonceMemory } from './nonce-memory.ts';
import { narrowScope, parseScope, type ScopeRequest } from './scope.ts';
import {
  clientSignatureText,
  equalSecrets,
  hmacHex,
  isTimely,
  parseSignedHeader,
  requestText,
} from './signature.ts';
import { createTokenStore, type TokenPair, type TokenRecord } from './token-store.ts';

export interface AuthenticatorOptions {
  readonly identity: IdentityStore;
  readonly wallNowMs: () => number;
  readonly tokenLifetimeS: number;
  /** Failed proofs in a minute from one address, for one client id and in all. */
  readonly failuresPerKey: number;
  readonly failuresPerAddress: number;
  /** Told of every login and of every failed proof of a known key. */
  readonly onAccess: (access: AccessNote) => void;
}

export interface AccessNote {
  readonly accountId: AccountId;
  readonly address: string;
  readonly log: 'success' | 'failure';
  readonly data: string;
}

/** The parameters of public/auth, as its schema lets them through. */
export interface AuthRequest {
  readonly grant_type: 'client_credentials' | 'client_signature' | 'refresh_token';
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly refresh_token?: string;
  readonly timestamp?: number | string;
  readonly signature?: string;
  readonly nonce?: string;
  readonly data?: string;
  readonly state?: string;
  readonly scope?: string;
}

export interface AuthAnswer {
  readonly access_token: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly scope: string;
  readonly token_type: 'bearer';
  readonly enabled_features: readonly string[];
  readonly sid?: string;
  readonly state?: string;
}

/** What a signed or basic header is checked against. */
export interface HttpRequestFacts {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly uri: string;
  readonly body: string;
  readonly address: string;
}

const everything: ScopeRequest = {
  levels: new Map(),
  sessionName: null,
  expiresS: null,
  addresses: [],
};

const unauthorized = (reason: string): ApiError => new ApiError('unauthorized', { reason });
const needed = (param: string): ApiError =>
  new ApiError('invalid_params', { reason: 'value required', param });

export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #tokens = createTokenStore();
  readonly #nonces = createNonceMemory();
  readonly #failures: ReturnType<typeof createFailureLimit>;
  /** The key as it stood when the grant was made. */
  readonly #keyOfGrant = new WeakMap<Grant, ApiKey>();

  constructor(options: AuthenticatorOptions) {
    this.#options = options;
    this.#failures = createFailureLimit({
      perKey: options.failuresPerKey,
      perAddress: options.failuresPerAddress,
    });
  }

  /** Serves public/auth; binds the identity to a socket. */
  authenticate(request: AuthRequest, session: Session): AuthAnswer {
    const scope = this.#readScope(request.scope);
    if (request.grant_type === 'refresh_token') return this.#refresh(request, scope, session);
    const key = this.#proveKey(request, session.remoteAddress);
    const asked = scope ?? everything;
    const record = this.#record(key, key.accountId, asked, session);
    this.#note(key, session.remoteAddress, 'success', request.grant_type);
    return this.#answer(record, session, request.state);
  }

  /** Serves public/exchange_token: the same rights in another account of the same owner. */
  exchange(
    request: {
      readonly refresh_token: string;
      readonly subject_id: number;
      readonly scope?: string;
    },
    session: Session,
  ): AuthAnswer {
    const held = this.#liveRefresh(request.refresh_token, session.remoteAddress);
    const key = this.#keyOf(held.grant);
    const subject = this.#options.identity.profile(request.subject_id as AccountId);
    const owner = this.#ownerOf(key.accountId);
    const own = request.subject_id === key.accountId;
    if (!own && (subject?.mainAccountId !== owner || key.accountId !== owner)) {
      throw new ApiError('forbidden', { reason: 'unknown subject', param: 'subject_id' });
    }
    const scope = this.#readScope(request.scope) ?? this.#scopeOf(held);
    const narrowed = { ...key, maxScope: held.grant.scope };
    const record = this.#record(narrowed, request.subject_id as AccountId, scope, session, key);
    return this.#answer(record, session, undefined);
  }

  /** Serves public/fork_token: another named session with the rights of this one. */
  fork(
    request: { readonly refresh_token: string; readonly session_name: string },
    session: Session,
  ): AuthAnswer {
    const held = this.#liveRefresh(request.refresh_token, session.remoteAddress);
    if (held.grant.sessionName === null) {
      const reason = 'only a token with session scope can be forked';
      throw new ApiError('forbidden', { reason, param: 'refresh_token' });
    }
    const key = this.#keyOf(held.grant);
    const scope = { ...this.#scopeOf(held), sessionName: request.session_name };
    const narrowed = { ...key, maxScope: held.grant.scope };
    const record = this.#record(narrowed, held.grant.accountId, scope, session, key);
    return this.#answer(record, session, undefined);
  }

  /** The grant of an Authorization header; the request's own proof, good for this request only. */
  grantOfHeader(header: string, request: HttpRequestFacts): Grant {
    const kind = header.slice(0, header.indexOf(' ')).toLowerCase();
    if (kind === 'bearer') return this.grantOfToken(header.slice(7).trim(), request.address);
    if (kind === 'basic') return this.#grantOfBasic(header.slice(6).trim(), request.address);
    const signed = parseSignedHeader(header);
    if (signed === null) throw unauthorized('malformed authorization header');
    const key = this.#findKey(signed.clientId, request.address);
    const text = requestText(signed, request.method, request.uri, request.body);
    this.#checkSignature(key, signed, text, request.address);
    return this.#grantOfKey(key);
  }

  /** The grant of an access token. */
  grantOfToken(token: string, address: string): Grant {
    const record = this.#tokens.byAccessToken(token, this.#options.wallNowMs());
    // Tokens are too long to be guessed, so a wrong one is an old one and counts against nobody.
    const good = record !== null && isAllowed(record.addresses, address);
    if (!good || !this.isLive(record.grant)) throw unauthorized('invalid_token');
    return record.grant;
  }

  /** Whether the key behind a grant still stands as it did, and the grant has not run out. */
  isLive(grant: Grant): boolean {
    const key = this.#options.identity.keyByClientId(grant.clientId);
    const known = this.#keyOfGrant.get(grant);
    if (key === null || known === undefined) return false;
    if (grant.expiresAtMs !== null && grant.expiresAtMs <= this.#options.wallNowMs()) return false;
    if (key === known) return true;
    const same =
      key.enabled &&
      key.clientSecret === known.clientSecret &&
      key.maxScope.join() === known.maxScope.join() &&
      key.ipWhitelist.join() === known.ipWhitelist.join();
    if (same) this.#keyOfGrant.set(grant, key);
    return same;
  }

  /** Ends the tokens behind a socket's identity; for private/logout. */
  logout(session: Session, accessToken: string | null, invalidate: boolean): void {
    if (!invalidate) return;
    if (accessToken !== null) this.#tokens.endAccess(accessToken);
    const sessionName = session.grant?.sessionName ?? null;
    const clientId = session.grant?.clientId ?? '';
    if (sessionName !== null) this.#tokens.endSession(clientId, sessionName);
    this.#tokens.endConnection(session.connectionId);
  }

  /** Ends the tokens that live with a socket. */
  endConnection(connectionId: number): void {
    this.#tokens.endConnection(connectionId);
  }

  sweep(): void {
    this.#tokens.sweep(this.#options.wallNowMs());
  }

  #refresh(request: AuthRequest, scope: ScopeRequest | null, session: Session): AuthAnswer {
    if (request.refresh_token === undefined) throw needed('refresh_token');
    const held = this.#liveRefresh(request.refresh_token, session.remoteAddress);
    this.#tokens.consume(request.refresh_token);
    const key = this.#keyOf(held.grant);
    const narrowed = { ...key, maxScope: held.grant.scope };
    const asked = scope ?? this.#scopeOf(held);
    const record = this.#record(narrowed, held.grant.accountId, asked, session, key);
    return this.#answer(record, session, request.state);
  }

  #readScope(text: string | undefined): ScopeRequest | null {
    if (text === undefined || text === '') return null;
    const scope = parseScope(text);
    if (scope === null) {
      throw new ApiError('invalid_params', { reason: 'unknown scope', param: 'scope' });
    }
    return scope;
  }

  /** The scope a token was made with, to make another like it. */
  #scopeOf(held: TokenRecord): ScopeRequest {
    const { sessionName } = held.grant;
    return { levels: new Map(), sessionName, expiresS: null, addresses: held.addresses };
  }

  #proveKey(request: AuthRequest, address: string): ApiKey {
    if (request.client_id === undefined) throw needed('client_id');
    const key = this.#findKey(request.client_id, address);
    if (request.grant_type === 'client_credentials') {
      if (request.client_secret === undefined) throw needed('client_secret');
      if (!equalSecrets(request.client_secret, key.clientSecret)) this.#refuse(key, address);
      this.#checkAddress(key, address);
      return key;
    }
    if (request.timestamp === undefined) throw needed('timestamp');
    if (request.signature === undefined) throw needed('signature');
    const nonce = request.nonce ?? '';
    const timestamp = String(request.timestamp);
    const text = clientSignatureText(timestamp, nonce, request.data ?? '');
    this.#checkSignature(key, { timestamp, nonce, signature: request.signature }, text, address);
    return key;
  }

  #checkSignature(
    key: ApiKey,
    signed: { readonly timestamp: string; readonly nonce: string; readonly signature: string },
    text: string,
    address: string,
  ): void {
    const nowMs = this.#options.wallNowMs();
    if (!equalSecrets(signed.signature.toLowerCase(), hmacHex(key.clientSecret, text))) {
      this.#refuse(key, address);
    }
    if (!isTimely(signed.timestamp, nowMs)) {
      throw new ApiError('invalid_credentials', {
        reason: 'the timestamp is more than 60 seconds from the server time',
        param: 'timestamp',
      });
    }
    const nonce = signed.nonce === '' ? `\n${signed.timestamp}` : signed.nonce;
    if (!this.#nonces.accept(key.clientId, nonce, signed.timestamp, text, nowMs)) {
      throw new ApiError('invalid_credentials', {
        reason: 'nonce was used before',
        param: 'nonce',
      });
    }
    this.#checkAddress(key, address);
  }

  #grantOfBasic(encoded: string, address: string): Grant {
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon < 0) throw unauthorized('malformed authorization header');
    const key = this.#findKey(text.slice(0, colon), address);
    if (!equalSecrets(text.slice(colon + 1), key.clientSecret)) this.#refuse(key, address);
    this.#checkAddress(key, address);
    return this.#grantOfKey(key);
  }

  #findKey(clientId: string, address: string): ApiKey {
    const nowMs = this.#options.wallNowMs();
    if (this.#failures.blocked(address, clientId, nowMs)) {
      throw new ApiError('login_over_limit', { reason: 'too many failed attempts' });
    }
    const key = this.#options.identity.keyByClientId(clientId);
    if (key === null) {
      this.#failures.failed(address, clientId, nowMs);
      throw new ApiError('invalid_credentials');
    }
    if (!key.enabled) throw new ApiError('invalid_credentials', { reason: 'the key is disabled' });
    return key;
  }

  #refuse(key: ApiKey, address: string): never {
    this.#failures.failed(address, key.clientId, this.#options.wallNowMs());
    this.#note(key, address, 'failure', 'invalid credentials');
    throw new ApiError('invalid_credentials');
  }

  #checkAddress(key: ApiKey, address: string): void {
    if (isAllowed(key.ipWhitelist, address)) return;
    this.#note(key, address, 'failure', 'address not in whitelist');
    throw unauthorized('ip_not_in_whitelist');
  }

  #note(key: ApiKey, address: string, log: 'success' | 'failure', data: string): void {
    this.#options.onAccess({ accountId: key.accountId, address, log, data });
  }

  #grantOfKey(key: ApiKey): Grant {
    return this.#grant(key, key, key.accountId, everything, null);
  }

  #keyOf(grant: Grant): ApiKey {
    const key = this.#options.identity.keyByClientId(grant.clientId);
    if (key === null) throw unauthorized('invalid_token');
    return key;
  }

  #ownerOf(accountId: AccountId): AccountId {
    return this.#options.identity.profile(accountId)?.mainAccountId ?? accountId;
  }

  #liveRefresh(token: string, address: string): TokenRecord {
    const record = this.#tokens.byRefreshToken(token, this.#options.wallNowMs());
    // The access token's own end does not end the refresh token.
    const grant = record === null ? null : { ...record.grant, expiresAtMs: null };
    if (record === null || grant === null || !isAllowed(record.addresses, address)) {
      throw unauthorized('invalid_token');
    }
    const key = this.#keyOfGrant.get(record.grant);
    if (key !== undefined) this.#keyOfGrant.set(grant, key);
    if (!this.isLive(grant)) throw unauthorized('invalid_token');
    return { ...record, grant };
  }

  #grant(
    narrowed: Pick<ApiKey, 'maxScope'>,
    key: ApiKey,
    accountId: AccountId,
    scope: ScopeRequest,
    expiresAtMs: number | null,
  ): Grant {
    const profile: AccountProfile | null = this.#options.identity.profile(accountId);
    const words = narrowScope(narrowed.maxScope, scope);
    words.push(scope.sessionName === null ? 'connection' : `session:${scope.sessionName}`);
    if (profile?.type === 'main') words.push('mainaccount');
    const grant: Grant = {
      accountId,
      mainAccountId: this.#ownerOf(accountId),
      clientId: key.clientId,
      scope: words.sort(),
      sessionName: scope.sessionName,
      tierName: profile?.tierName ?? 'default',
      expiresAtMs,
    };
    this.#keyOfGrant.set(grant, key);
    return grant;
  }

  #record(
    narrowed: ApiKey,
    accountId: AccountId,
    scope: ScopeRequest,
    session: Session,
    key: ApiKey = narrowed,
  ): TokenRecord {
    const lifetimeMs = 1000 * (scope.expiresS ?? this.#options.tokenLifetimeS);
    const expiresAtMs = this.#options.wallNowMs() + lifetimeMs;
    const lasting = session.kind === 'http' || scope.sessionName !== null;
    return {
      grant: this.#grant(narrowed, key, accountId, scope, expiresAtMs),
      addresses: scope.addresses.includes('*') ? [] : scope.addresses,
      connectionId: lasting ? 0 : session.connectionId,
      lifetimeMs,
    };
  }

  /** Issues the tokens and, on a socket, binds the identity to it. */
  #answer(record: TokenRecord, session: Session, state: string | undefined): AuthAnswer {
    if (!isAllowed(record.addresses, session.remoteAddress)) {
      throw new ApiError('invalid_params', { reason: 'not this address', param: 'scope' });
    }
    const pair: TokenPair = this.#tokens.issue(record, this.#options.wallNowMs());
    const { grant } = record;
    if (session.kind === 'websocket') session.grant = this.#socketGrant(record);
    const key = this.#keyOf(grant);
    return {
      access_token: pair.accessToken,
      expires_in: Math.round(record.lifetimeMs / 1000),
      refresh_token: pair.refreshToken,
      scope: grant.scope.join(' '),
      token_type: 'bearer',
      enabled_features: key.enabledFeatures,
      ...(grant.sessionName === null ? {} : { sid: grant.sessionName }),
      ...(state === undefined ? {} : { state }),
    };
  }

  /** A socket stays who it is until it closes, unless a shorter life was asked for. */
  #socketGrant(record: TokenRecord): Grant {
    const asked = record.lifetimeMs !== 1000 * this.#options.tokenLifetimeS;
    const grant: Grant = asked ? record.grant : { ...record.grant, expiresAtMs: null };
    const key = this.#keyOfGrant.get(record.grant);
    if (key !== undefined) this.#keyOfGrant.set(grant, key);
    return grant;
  }
}

const isAllowed = (addresses: readonly string[], address: string): boolean =>
  addresses.length === 0 || addresses.includes(address);
