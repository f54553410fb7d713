// HTTP session: one request without a socket. Invariant: it lasts as long as its request, and
// nothing can be sent to it but the answer.
import { scopeAllows } from '../auth/scope.ts';
import type { Grant, Session } from '../session.ts';

class HttpSession implements Session {
  readonly connectionId = 0;
  readonly kind = 'http';
  readonly remoteAddress: string;
  grant: Grant | null = null;
  clientName: string | null = null;
  cancelOnDisconnect = false;
  heartbeatIntervalS = 0;

  constructor(remoteAddress: string) {
    this.remoteAddress = remoteAddress;
  }

  allows(scope: string): boolean {
    return this.grant !== null && scopeAllows(this.grant.scope, scope);
  }
  send(): void {}
  close(): void {}
}

export const createHttpSession = (remoteAddress: string): Session => new HttpSession(remoteAddress);
