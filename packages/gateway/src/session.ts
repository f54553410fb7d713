// Session: who is at the other end of one connection (or of one HTTP request) and what they may do.
// Invariant: a handler trusts the grant and `allows`, and nothing in the parameters, for identity.
import type { AccountId } from '@openstrike/domain';

/** An authenticated key or token with what it grants. */
export interface Grant {
  readonly accountId: AccountId;
  readonly mainAccountId: AccountId;
  readonly clientId: string;
  /** Granted scope words, such as `trade:read_write`, `connection`. */
  readonly scope: readonly string[];
  readonly sessionName: string | null;
  readonly tierName: string;
  /** Wall time in ms; null for signed single requests. */
  readonly expiresAtMs: number | null;
}

export interface Session {
  /**
   * Unique among the sockets and the open orders, which carry it for cancel-on-disconnect; 0 for
   * HTTP.
   */
  readonly connectionId: number;
  readonly kind: 'http' | 'websocket';
  readonly remoteAddress: string;
  /** Set by public/auth on the socket, or by the header or token of one request. */
  grant: Grant | null;
  /** The client's name from public/hello. */
  clientName: string | null;
  cancelOnDisconnect: boolean;
  heartbeatIntervalS: number;
  /** Whether the grant carries this scope word (`read_write` includes `read`). */
  allows(scope: string): boolean;
  /** Sends one frame; websocket only. */
  send(text: string): void;
  /** Ends the connection after what was sent. */
  close(reason: string): void;
}
