// Socket server: accepts WebSocket connections, reads their frames in order of arrival, and ends
// those that are idle, silent or too slow. Invariant: however a connection ends, its orders are
// cancelled if it asked for that, and nothing of it is kept. An order's life begins here.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AccountId, CommandPort } from '@openstrike/domain';
import { anyOrder } from '@openstrike/domain';
import type { Logger } from 'pino';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Authenticator } from '../auth/authenticator.ts';
import type { IdentityStore } from '../identity/identity-store.ts';
import type { Dispatcher, Reply } from '../json-rpc/dispatcher.ts';
import { idOf, invalidRequest, readRequest } from '../json-rpc/envelope.ts';
import { ApiError } from '../method.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { SubscriptionHub } from '../subscriptions/subscription-hub.ts';
import { createFlushQueue, type FlushQueue, Outbox } from './outbox.ts';
import { type EndReason, SocketSession } from './socket-session.ts';

export interface SocketServerOptions {
  readonly commands: CommandPort;
  readonly identity: IdentityStore;
  readonly authenticator: Authenticator;
  readonly dispatcher: Dispatcher;
  readonly subscriptions: SubscriptionHub;
  /** Shared with the subscription hub. */
  readonly sessions: Map<number, SocketSession>;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
  readonly wallNowMs: () => number;
  readonly wallNowUs: () => number;
  readonly limits: SocketLimits;
}

export interface SocketLimits {
  readonly frameBytesMax: number;
  readonly connectionsPerAddress: number;
  readonly connectionsMax: number;
  readonly idleTimeoutMs: number;
  /** Calls of one socket begun and not yet answered, above which it is not read from. */
  readonly inFlightMax: number;
  readonly conflateBytes: number;
  readonly closeBytes: number;
  readonly notificationIntervalMs: number;
  readonly closeOnRateLimit: boolean;
}

/** Frames above the limit are still read up to this, so that they can be refused with an answer. */
const readableBytesMax = 1 << 20;

const bytesOf = (data: RawData): Buffer =>
  Buffer.isBuffer(data) ? data : Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);

export class SocketServer {
  readonly #options: SocketServerOptions;
  readonly #server: WebSocketServer;
  readonly #queue: FlushQueue;
  readonly #perAddress = new Map<string, number>();
  readonly #leaving = new Set<Promise<unknown>>();
  #nextConnectionId = 1;
  #closing = false;

  constructor(options: SocketServerOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: readableBytesMax,
      clientTracking: false,
    });
    this.#queue = createFlushQueue({
      notificationIntervalMs: options.limits.notificationIntervalMs,
      nowMs: () => performance.now(),
    });
  }

  /**
   * Ids above every id that an open order carries, so that no order is taken for another
   * socket's.
   */
  startAt(connectionId: number): void {
    this.#nextConnectionId = connectionId;
  }

  /** Takes over an upgrade request. */
  accept(request: IncomingMessage, stream: Duplex, head: Buffer, address: string): void {
    const { limits, metrics, sessions } = this.#options;
    if (this.#closing) {
      stream.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n');
      return;
    }
    const held = this.#perAddress.get(address) ?? 0;
    if (held >= limits.connectionsPerAddress || sessions.size >= limits.connectionsMax) {
      metrics.socketsRefused += 1;
      stream.end(
        'HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      );
      return;
    }
    stream.on('error', () => stream.destroy());
    this.#server.handleUpgrade(request, stream, head, (webSocket) => {
      this.#open(webSocket, stream, address);
    });
  }

  /** Looks after all sockets once: heartbeats, idle ones, identities that have ended. */
  sweep(): void {
    const { sessions, metrics, limits, authenticator, subscriptions } = this.#options;
    const nowMs = this.#options.wallNowMs();
    for (const session of sessions.values()) {
      if (!session.beat(nowMs)) {
        metrics.heartbeatsMissed += 1;
        session.end('heartbeat', 'the test request was not answered');
        this.#forget(session, 'heartbeat');
      } else if (nowMs - session.lastTrafficMs > limits.idleTimeoutMs) {
        metrics.idleClosed += 1;
        session.end('idle', 'no traffic');
        this.#forget(session, 'idle');
      } else if (session.grant !== null && !authenticator.isLive(session.grant)) {
        session.grant = null;
        subscriptions.unsubscribeAll(session, 'private');
      }
    }
  }

  /** Ends all connections; resolves when what follows from it is done. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const session of this.#options.sessions.values()) {
      session.end('shutdown', 'the server is stopping');
      this.#forget(session, 'shutdown');
    }
    await Promise.allSettled(this.#leaving);
    this.#server.close();
  }

  #open(webSocket: WebSocket, stream: Duplex, address: string): void {
    const { sessions, metrics, limits, wallNowMs } = this.#options;
    const connectionId = this.#nextConnectionId;
    this.#nextConnectionId += 1;
    const outbox = new Outbox({
      stream,
      queue: this.#queue,
      onFlush: (frames, bytes) => {
        metrics.framesOut += frames;
        metrics.bytesOut += bytes;
        session.lastTrafficMs = wallNowMs();
      },
    });
    const session = new SocketSession({
      connectionId,
      remoteAddress: address,
      webSocket,
      outbox,
      wallNowMs,
      conflateBytes: limits.conflateBytes,
      closeBytes: limits.closeBytes,
      onSlow: () => {
        metrics.slowConsumersClosed += 1;
        this.#options.log.warn({ connectionId, address }, 'a slow consumer was disconnected');
        // Later, because it may be one of many that are being told something right now.
        queueMicrotask(() => this.#forget(session, 'slow'));
      },
    });
    sessions.set(connectionId, session);
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1);
    metrics.socketsOpen += 1;
    metrics.socketsOpened += 1;
    this.#options.log.debug({ connectionId, address }, 'a socket opened');
    webSocket.on('message', (data) => this.#read(session, bytesOf(data)));
    const touch = (): void => {
      session.lastTrafficMs = wallNowMs();
    };
    webSocket.on('ping', touch);
    webSocket.on('pong', touch);
    webSocket.on('error', (error) => {
      this.#options.log.debug({ connectionId, err: error }, 'a socket failed');
    });
    webSocket.on('close', () => this.#forget(session, session.endReason ?? 'disconnect'));
    stream.on('drain', () => this.#options.subscriptions.resume(session));
  }

  #read(session: SocketSession, data: Buffer): void {
    const { dispatcher, metrics, limits, wallNowUs } = this.#options;
    if (session.endReason !== null || session.leaving) return;
    const usIn = wallNowUs();
    metrics.framesIn += 1;
    metrics.bytesIn += data.length;
    session.lastTrafficMs = this.#options.wallNowMs();
    session.inFlight += 1;
    if (session.inFlight > limits.inFlightMax) session.pauseReading();
    const reply: Reply = (text, outcome) => this.#reply(session, text, outcome);
    let value: unknown;
    try {
      if (data.length > limits.frameBytesMax) throw new ApiError('request_entity_too_large');
      value = parse(data);
      const { id, method, params } = readRequest(value);
      if (method === null) throw invalidRequest('method is missing');
      dispatcher.dispatch({ id, method, params, usIn, proof: null }, session, reply);
    } catch (error) {
      dispatcher.refuse(idOf(value), this.#refusalOf(error), usIn, reply);
    }
  }

  #refusalOf(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    this.#options.metrics.internalErrors += 1;
    this.#options.log.error({ err: error }, 'a frame could not be read');
    return new ApiError('internal_server_error');
  }

  #reply(session: SocketSession, text: string | null, outcome: 'result' | ApiError): void {
    session.inFlight -= 1;
    if (session.inFlight < this.#options.limits.inFlightMax / 2) session.resumeReading();
    if (text !== null) session.send(text);
    const limited = outcome !== 'result' && outcome.errorName === 'too_many_requests';
    if (limited && this.#options.limits.closeOnRateLimit) session.leaving = true;
    if (session.leaving && session.inFlight === 0) session.end('disconnect', 'too many requests');
  }

  #forget(session: SocketSession, why: EndReason): void {
    const { sessions, metrics, subscriptions, authenticator } = this.#options;
    if (!sessions.delete(session.connectionId)) return;
    session.endReason ??= why;
    const { connectionId, clientName } = session;
    this.#options.log.debug({ connectionId, clientName, why }, 'a socket closed');
    metrics.socketsOpen -= 1;
    const held = (this.#perAddress.get(session.remoteAddress) ?? 1) - 1;
    if (held <= 0) this.#perAddress.delete(session.remoteAddress);
    else this.#perAddress.set(session.remoteAddress, held);
    subscriptions.drop(session);
    authenticator.endConnection(session.connectionId);
    if (!session.cancelOnDisconnect) return;
    const accounts = why === 'logout' ? [] : [...session.tradingAccounts];
    const leaving: Promise<void> = this.cancelAll(connectionId, accounts)
      .catch((error: unknown) => {
        this.#options.log.error({ connectionId, err: error }, 'a connection stays armed');
      })
      .finally(() => this.#leaving.delete(leaving));
    this.#leaving.add(leaving);
  }

  /** A connection whose orders could not all be cancelled stays armed: the next start does it. */
  async cancelAll(connectionId: number, accounts: readonly AccountId[]): Promise<void> {
    const done = await Promise.all(accounts.map((each) => this.#cancelOrders(connectionId, each)));
    if (done.every(Boolean)) this.#options.identity.armConnection(connectionId, false);
  }

  /** Cancels what a connection left behind; false when the venue takes no commands. */
  async #cancelOrders(connectionId: number, accountId: AccountId): Promise<boolean> {
    const { commands, metrics, log } = this.#options;
    metrics.cancelsOnDisconnect += 1;
    try {
      await commands.submit({
        type: 'cancel-orders',
        accountId,
        filter: { ...anyOrder, connectionId },
        reason: 'cancel-on-disconnect',
      });
      return true;
    } catch (error) {
      log.error({ accountId, connectionId, err: error }, 'cancel on disconnect failed');
      return false;
    }
  }
}

const parse = (data: Buffer): unknown => {
  try {
    return JSON.parse(data.toString('utf8')) as unknown;
  } catch {
    throw new ApiError('parse_error');
  }
};
