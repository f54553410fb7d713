// Create gateway: puts the door together. Invariant: all parts share one set of open sockets and
// one identity of each; closing it cancels what was to be cancelled on disconnect before the
// venue behind it stops.
import type { AccountId } from '@openstrike/domain';
import type { FeedChanges } from '@openstrike/feeds';
import { Authenticator } from './auth/authenticator.ts';
import { defaultGatewayOptions, type GatewayOptions } from './gateway-options.ts';
import { type HttpRoute, HttpServer } from './http/http-server.ts';
import { createDispatcher, type Dispatcher } from './json-rpc/dispatcher.ts';
import { createRateLimiter } from './limits/rate-limiter.ts';
import { builtInRateTiers, type RateTier } from './limits/rate-tier.ts';
import type { GatewayContext, Method } from './method.ts';
import { methods as venueMethods } from './methods/index.ts';
import { createGatewayMetrics, type GatewayMetrics } from './metrics.ts';
import { createMicrosecondClock } from './microsecond-clock.ts';
import { createSessionMethods } from './session-methods/create-session-methods.ts';
import { SocketServer } from './sockets/socket-server.ts';
import type { SocketSession } from './sockets/socket-session.ts';
import { createSubscriptionHub } from './subscriptions/create-subscription-hub.ts';
import type { SubscriptionHub } from './subscriptions/subscription-hub.ts';

/** What the venue behind the door gives it. */
export interface GatewayParts extends Omit<GatewayContext, 'subscriptions' | 'rateTierOf'> {
  /** Instead of the venue's own methods; the door adds those of sessions and identity. */
  readonly methods?: readonly Method[];
}

export interface GatewayAddress {
  readonly host: string;
  readonly port: number;
  readonly httpUrl: string;
  readonly webSocketUrl: string;
}

export interface Gateway {
  readonly context: GatewayContext;
  readonly metrics: GatewayMetrics;
  readonly subscriptions: SubscriptionHub;
  /** All methods that the door serves. */
  readonly methods: readonly Method[];
  /** Before `listen`. */
  addRoute(route: HttpRoute): void;
  /** Opens the door. Throws: OperationalError when the address cannot be had. */
  listen(): Promise<GatewayAddress>;
  /**
   * Tells the subscribers what a durable batch changed; call it right after feeds have absorbed
   * it.
   */
  publish(changes: FeedChanges): void;
  /** What the sockets were sent and have not taken yet. */
  backlog(): Backlog;
  close(): Promise<void>;
}

export interface Backlog {
  readonly bytes: number;
  /** Of the socket that has the most. */
  readonly bytesMax: number;
  /** Sockets of which some channel waits until they have caught up. */
  readonly socketsBehind: number;
}

class JsonRpcGateway implements Gateway {
  readonly context: GatewayContext;
  readonly metrics: GatewayMetrics = createGatewayMetrics();
  readonly subscriptions: SubscriptionHub;
  readonly methods: readonly Method[];
  readonly #options: GatewayOptions;
  readonly #authenticator: Authenticator;
  readonly #limiter = createRateLimiter();
  readonly #sessions = new Map<number, SocketSession>();
  readonly #clock = createMicrosecondClock();
  readonly #sockets: SocketServer;
  readonly #http: HttpServer;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: GatewayOptions, parts: GatewayParts) {
    this.#options = options;
    this.subscriptions = createSubscriptionHub({
      feeds: parts.feeds,
      queries: parts.queries,
      sessions: this.#sessions,
      metrics: this.metrics,
      log: parts.log,
      channelsMax: options.channelsMax,
    });
    const { methods = venueMethods, ...shared } = parts;
    this.context = {
      ...shared,
      subscriptions: this.subscriptions,
      rateTierOf: (accountId) => this.#tierOf(accountId),
    };
    this.#authenticator = this.#createAuthenticator();
    const own = { authenticator: this.#authenticator, sessions: this.#sessions };
    this.methods = [...createSessionMethods(own), ...methods];
    const dispatcher = createDispatcher({
      methods: this.methods,
      context: this.context,
      authenticator: this.#authenticator,
      limiter: this.#limiter,
      tierOf: (accountId) => this.#tierOf(accountId),
      metrics: this.metrics,
      onTrading: (connectionId, accountId) =>
        this.#sessions.get(connectionId)?.tradingAccounts.add(accountId),
      wallNowUs: this.#clock.nowUs,
      testnet: options.testnet,
    });
    this.#sockets = this.#createSocketServer(dispatcher);
    this.#http = new HttpServer({
      authenticator: this.#authenticator,
      dispatcher,
      metrics: this.metrics,
      log: parts.log,
      wallNowUs: this.#clock.nowUs,
      tls: options.tls,
      bodyBytesMax: options.requestBytesMax,
      connectionsMax: 2 * options.connectionsMax,
      trustProxy: options.trustProxy,
      onUpgrade: (request, stream, head, address) =>
        this.#sockets.accept(request, stream, head, address),
    });
  }

  addRoute(route: HttpRoute): void {
    this.#http.addRoute(route);
  }

  async listen(): Promise<GatewayAddress> {
    const { host, tls } = this.#options;
    await this.#takeOverConnections();
    const port = await this.#http.listen(host, this.#options.port);
    // What has arrived is read first: where the venue stood still, its clients were not silent.
    const sweep = (): unknown => setImmediate(() => this.#sweep());
    this.#timer = setInterval(sweep, this.#options.sweepIntervalMs);
    this.#timer.unref();
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const secure = tls === null ? '' : 's';
    return {
      host,
      port,
      httpUrl: `http${secure}://${place}`,
      webSocketUrl: `ws${secure}://${place}/ws/api/v2`,
    };
  }

  /**
   * Cancels what connections left that died with an earlier process, if it was to end with them;
   * new connections get ids that no open order carries.
   */
  async #takeOverConnections(): Promise<void> {
    const { queries, identity } = this.context;
    const orders = await queries.query('open-orders', { accountId: null });
    const armed = new Set(identity.armedConnections());
    const accounts = new Map<number, Set<AccountId>>();
    let last = Math.max(0, ...armed);
    for (const { connectionId, accountId } of orders) {
      last = Math.max(last, connectionId);
      if (!armed.has(connectionId)) continue;
      const known = accounts.get(connectionId) ?? new Set();
      accounts.set(connectionId, known.add(accountId));
    }
    for (const connectionId of armed) {
      await this.#sockets.cancelAll(connectionId, [...(accounts.get(connectionId) ?? [])]);
    }
    this.#sockets.startAt(last + 1);
  }

  publish(changes: FeedChanges): void {
    this.subscriptions.publish(changes);
  }

  backlog(): Backlog {
    let bytes = 0;
    let bytesMax = 0;
    let socketsBehind = 0;
    for (const { backlogBytes, behind } of this.#sessions.values()) {
      bytes += backlogBytes;
      bytesMax = Math.max(bytesMax, backlogBytes);
      if (behind.size > 0) socketsBehind += 1;
    }
    return { bytes, bytesMax, socketsBehind };
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#sockets.close();
    this.subscriptions.close();
    await this.#http.close();
  }

  #createAuthenticator(): Authenticator {
    const { identity, wallNowMs } = this.context;
    const { tokenLifetimeS, failuresPerKey, failuresPerAddress } = this.#options;
    return new Authenticator({
      identity,
      wallNowMs,
      tokenLifetimeS,
      failuresPerKey,
      failuresPerAddress,
      onAccess: ({ accountId, address, log, data }) => {
        if (log === 'failure') this.context.log.warn({ accountId, address }, `login: ${data}`);
        const entry = { accountId, timestampMs: wallNowMs(), ip: address, log, data };
        this.subscriptions.publishAccessLog(identity.logAccess(entry));
      },
    });
  }

  #createSocketServer(dispatcher: Dispatcher): SocketServer {
    const { commands, identity, log, wallNowMs } = this.context;
    const options = this.#options;
    return new SocketServer({
      commands,
      identity,
      authenticator: this.#authenticator,
      dispatcher,
      subscriptions: this.subscriptions,
      sessions: this.#sessions,
      metrics: this.metrics,
      log,
      wallNowMs,
      wallNowUs: this.#clock.nowUs,
      limits: { ...options, frameBytesMax: options.requestBytesMax },
    });
  }

  #tierOf(accountId: AccountId | null): RateTier {
    const { rateTiers } = this.#options;
    const name =
      accountId === null
        ? 'public'
        : (this.context.identity.profile(accountId)?.tierName ?? 'default');
    const tier = Object.hasOwn(rateTiers, name) ? rateTiers[name] : undefined;
    return tier ?? rateTiers.default ?? (builtInRateTiers.default as RateTier);
  }

  #sweep(): void {
    this.#clock.adjust();
    this.#sockets.sweep();
    this.#limiter.sweep(this.context.wallNowMs());
    this.#authenticator.sweep();
  }
}

/** The door of a venue: closed until `listen`. Options left out have their defaults. */
export const createGateway = (options: Partial<GatewayOptions>, parts: GatewayParts): Gateway =>
  new JsonRpcGateway({ ...defaultGatewayOptions, ...options }, parts);
