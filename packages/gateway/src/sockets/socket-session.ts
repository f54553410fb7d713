// Socket session: one WebSocket connection: its identity, its heartbeat, and its way out.
// Invariant: it ends once, with one reason; all timing is by the wall clock given, so that tests
// can turn it.
import type { AccountId } from '@openstrike/domain';
import type { WebSocket } from 'ws';
import { scopeAllows } from '../auth/scope.ts';
import type { Grant, Session } from '../session.ts';
import type { Subscription } from '../subscriptions/channel.ts';
import { encodeTextFrame } from './frame.ts';
import type { Outbox } from './outbox.ts';

/** Why a socket ended, for what follows from it. */
export type EndReason = 'disconnect' | 'idle' | 'heartbeat' | 'slow' | 'logout' | 'shutdown';

export interface SocketSessionOptions {
  readonly connectionId: number;
  readonly remoteAddress: string;
  readonly webSocket: WebSocket;
  readonly outbox: Outbox;
  readonly wallNowMs: () => number;
  /** A backlog above this leaves market data out until the client has caught up. */
  readonly conflateBytes: number;
  /** A backlog above this ends the connection. */
  readonly closeBytes: number;
  readonly onSlow: () => void;
}

const closeCodes: Readonly<Record<EndReason, number>> = {
  disconnect: 1000,
  idle: 1000,
  heartbeat: 1008,
  slow: 1008,
  logout: 1000,
  shutdown: 1001,
};

/** How long a client has to read its backlog and the close frame before the connection is cut. */
const closeGraceMs = 5_000;
const shutdownGraceMs = 500;

const heartbeatFrame = (type: 'heartbeat' | 'test_request'): Buffer =>
  encodeTextFrame(`{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"${type}"}}`);
const heartbeat = heartbeatFrame('heartbeat');
const testRequest = heartbeatFrame('test_request');

export class SocketSession implements Session {
  readonly kind = 'websocket';
  readonly connectionId: number;
  readonly remoteAddress: string;
  readonly #options: SocketSessionOptions;
  /** Accounts that sent orders here. */
  readonly tradingAccounts: Set<AccountId> = new Set();
  /** By channel name, as it was given. */
  readonly subscriptions: Map<string, Subscription> = new Map();
  /** Those that wait for the newest state: just subscribed, or until the client has caught up. */
  readonly behind: Set<Subscription> = new Set();
  /** Whether those are about to be told on. */
  resuming = false;
  grant: Grant | null = null;
  clientName: string | null = null;
  cancelOnDisconnect = false;
  endReason: EndReason | null = null;
  /** Takes no more calls, and ends when those begun are answered. */
  leaving = false;
  inFlight = 0;
  lastTrafficMs: number;
  #heartbeatIntervalS = 0;
  #nextHeartbeatMs = 0;
  #testAwaited = false;
  #paused = false;

  constructor(options: SocketSessionOptions) {
    this.#options = options;
    this.connectionId = options.connectionId;
    this.remoteAddress = options.remoteAddress;
    this.lastTrafficMs = options.wallNowMs();
  }

  get heartbeatIntervalS(): number {
    return this.#heartbeatIntervalS;
  }

  /** Starts the heartbeat anew; 0 ends it. */
  set heartbeatIntervalS(intervalS: number) {
    this.#heartbeatIntervalS = intervalS;
    this.#nextHeartbeatMs = this.#options.wallNowMs() + intervalS * 1000;
    this.#testAwaited = false;
  }

  /** The client has answered a test request. */
  answerTest(): void {
    this.#testAwaited = false;
  }

  allows(scope: string): boolean {
    return this.grant !== null && scopeAllows(this.grant.scope, scope);
  }

  /**
   * Whether notifications that newer ones replace should wait. Only where the kernel takes no more,
   * for then it will say when it does again.
   */
  get congested(): boolean {
    const { outbox, conflateBytes } = this.#options;
    return outbox.blocked && outbox.backlogBytes > conflateBytes;
  }

  get backlogBytes(): number {
    return this.#options.outbox.backlogBytes;
  }

  /**
   * Leaves what the client sends in its own buffers, so that nobody's batch grows without bound.
   */
  pauseReading(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#options.webSocket.pause();
  }

  resumeReading(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#options.webSocket.resume();
  }

  send(text: string): void {
    this.sendFrame(encodeTextFrame(text), true);
  }

  /** Sends a frame that others may share; urgent ones do not wait for company. */
  sendFrame(frame: Buffer, urgent: boolean): void {
    if (this.endReason !== null) return;
    this.#options.outbox.push(frame, urgent);
    if (this.#options.outbox.backlogBytes > this.#options.closeBytes) {
      this.#options.onSlow();
      this.end('slow', 'slow consumer: the backlog of unread data is too long');
    }
  }

  close(reason: string): void {
    this.end('logout', reason);
  }

  /** Ends the connection after what was sent; cuts it when the client does not follow. */
  end(why: EndReason, reason: string): void {
    if (this.endReason !== null) return;
    this.endReason = why;
    const { webSocket, outbox, wallNowMs } = this.#options;
    outbox.close(wallNowMs());
    webSocket.close(closeCodes[why], reason);
    const graceMs = why === 'shutdown' ? shutdownGraceMs : closeGraceMs;
    setTimeout(() => webSocket.terminate(), graceMs).unref();
  }

  /** Turns the heartbeat; answers whether the client still lives. */
  beat(nowMs: number): boolean {
    if (this.#heartbeatIntervalS === 0 || nowMs < this.#nextHeartbeatMs) return true;
    if (this.#testAwaited) return false;
    this.#testAwaited = true;
    this.#nextHeartbeatMs = nowMs + this.#heartbeatIntervalS * 1000;
    this.sendFrame(heartbeat, true);
    this.sendFrame(testRequest, true);
    return true;
  }
}
