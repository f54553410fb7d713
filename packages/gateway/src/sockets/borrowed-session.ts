// Borrowed session: a socket as one call sees it that brought an access token of its own.
// Invariant: the call acts under the token's grant, and the socket's own identity is left as it
// is.
import { scopeAllows } from '../auth/scope.ts';
import type { Grant, Session } from '../session.ts';

class BorrowedSession implements Session {
  readonly #session: Session;
  grant: Grant | null;

  constructor(session: Session, grant: Grant) {
    this.#session = session;
    this.grant = grant;
  }

  get connectionId(): number {
    return this.#session.connectionId;
  }
  get kind(): 'http' | 'websocket' {
    return this.#session.kind;
  }
  get remoteAddress(): string {
    return this.#session.remoteAddress;
  }
  get clientName(): string | null {
    return this.#session.clientName;
  }
  set clientName(name: string | null) {
    this.#session.clientName = name;
  }
  get cancelOnDisconnect(): boolean {
    return this.#session.cancelOnDisconnect;
  }
  set cancelOnDisconnect(on: boolean) {
    this.#session.cancelOnDisconnect = on;
  }
  get heartbeatIntervalS(): number {
    return this.#session.heartbeatIntervalS;
  }
  set heartbeatIntervalS(intervalS: number) {
    this.#session.heartbeatIntervalS = intervalS;
  }

  allows(scope: string): boolean {
    return this.grant !== null && scopeAllows(this.grant.scope, scope);
  }
  send(text: string): void {
    this.#session.send(text);
  }
  close(reason: string): void {
    this.#session.close(reason);
  }
}

/** The session with another grant. */
export const createBorrowedSession = (session: Session, grant: Grant): Session =>
  new BorrowedSession(session, grant);
