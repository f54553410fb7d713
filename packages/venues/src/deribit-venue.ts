// Deribit venue: a `Venue` over Deribit's JSON-RPC WebSocket, ours or Deribit's own. It owns one
// connection at a time and comes back by itself: authenticates, sets heartbeats, subscribes to what
// is watched, and only then says `live`. Invariant: frames are handled in the order they came;
// requests go out in call order.
import { OperationalError } from '@openstrike/domain';
import { backOffMs } from '@openstrike/std';
import type { BookMessage } from './book-copy.ts';
import { BookWatch } from './book-watch.ts';
import { ChannelTable } from './channel-table.ts';
import {
  type DeribitAuction,
  type DeribitInstrument,
  type DeribitMark,
  type DeribitOrder,
  type DeribitPosition,
  type DeribitSummary,
  type DeribitTicker,
  type DeribitTrade,
  readAuction,
  readBalance,
  readInstrument,
  readMark,
  readOrder,
  readPosition,
  readPublicTrade,
  readTicker,
  readTrade,
} from './deribit-messages.ts';
import { JsonRpcSocket, unreachable } from './json-rpc-socket.ts';
import {
  type Unwatch,
  type Venue,
  type VenueAuction,
  type VenueBalance,
  type VenueBook,
  type VenueInstrument,
  type VenueMark,
  type VenueOrder,
  type VenueOrderRequest,
  type VenuePosition,
  type VenuePublicTrade,
  VenueRefusal,
  type VenueStatus,
  type VenueTicker,
  type VenueTrade,
} from './venue.ts';

export interface DeribitVenueOptions {
  /** Shown in messages. */
  readonly name: string;
  /** `ws://` or `wss://`, with the path `/ws/api/v2`. */
  readonly url: string;
  /** Without keys only public methods and channels answer. */
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** Takes any TLS certificate: for a venue of one's own on this machine only. */
  readonly trustAnyCertificate?: boolean;
  /** Asks the venue to cancel this connection's orders when it breaks; null leaves its setting. */
  readonly cancelOnDisconnect?: boolean | null;
  /** Requests under way at once; more wait in order. */
  readonly outstandingMax?: number;
  readonly waitingMax?: number;
  readonly requestTimeoutMs?: number;
  /** How long `connect` tries. */
  readonly connectTimeoutMs?: number;
  /** Seconds between heartbeats; the connection is given up after two and a half without a sign. */
  readonly heartbeatS?: number;
  readonly reconnectFirstMs?: number;
  readonly reconnectMostMs?: number;
  /** Chance in [0, 1) for the back-off. */
  readonly chance?: () => number;
}

/** A venue that speaks Deribit's API; nothing happens before `connect`. */
export const createDeribitVenue = (options: DeribitVenueOptions): Venue =>
  new DeribitVenue(options);

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const defaults = {
  trustAnyCertificate: false,
  cancelOnDisconnect: null,
  outstandingMax: 256,
  waitingMax: 10_000,
  requestTimeoutMs: 10_000,
  connectTimeoutMs: 15_000,
  heartbeatS: 30,
  reconnectFirstMs: 250,
  reconnectMostMs: 15_000,
  chance: Math.random,
} as const;

class DeribitVenue implements Venue {
  readonly name: string;
  readonly #options: DeribitVenueOptions &
    Required<Omit<DeribitVenueOptions, 'clientId' | 'clientSecret'>>;
  readonly #channels: ChannelTable;
  readonly #books = new Map<string, BookWatch>();
  readonly #statusListeners = new Set<(status: VenueStatus) => void>();
  readonly #waiters = new Set<Waiter>();
  #status: VenueStatus = 'closed';
  #socket: JsonRpcSocket | null = null;
  /** Why there is no connection, for messages. */
  #lastReason = 'it was never connected';
  #attempt = 0;
  #reconnectTimer: NodeJS.Timeout | null = null;
  #renewTimer: NodeJS.Timeout | null = null;
  #channelsDirty = false;
  #instruments: Promise<readonly VenueInstrument[]> | null = null;

  constructor(options: DeribitVenueOptions) {
    this.name = options.name;
    this.#options = { ...defaults, ...options };
    this.#channels = new ChannelTable(() => this.#tellChannelsSoon());
  }

  async connect(): Promise<void> {
    if (this.#status === 'live') {
      return;
    }
    const { url, connectTimeoutMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const live = new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { resolve, reject };
      this.#waiters.add(waiter);
      timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(unreachable(url, `not within ${connectTimeoutMs} ms`));
      }, connectTimeoutMs);
    });
    if (this.#status === 'closed') {
      this.#setStatus('connecting');
      this.#open();
    }
    try {
      await live;
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.#shut(new OperationalError('venue-closed', `${this.name} was closed by its owner.`));
  }

  status(): VenueStatus {
    return this.#status;
  }

  onStatus(listener: (status: VenueStatus) => void): Unwatch {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  }

  silentForMs(): number {
    return this.#status === 'live' && this.#socket !== null
      ? this.#socket.silentForMs()
      : Number.POSITIVE_INFINITY;
  }

  outstanding(): number {
    return this.#socket?.outstanding() ?? 0;
  }

  #open(): void {
    const { url, trustAnyCertificate, outstandingMax, waitingMax, requestTimeoutMs, heartbeatS } =
      this.#options;
    const socket = new JsonRpcSocket({
      url,
      trustAnyCertificate,
      outstandingMax,
      waitingMax,
      requestTimeoutMs,
      silenceMaxMs: heartbeatS * 2_500,
      onOpen: () => {
        this.#greet(socket).catch((error: unknown) => this.#greetingFailed(socket, error));
      },
      onNotification: (channel, data) => this.#channels.tell(channel, data),
      onEnd: (reason) => this.#ended(socket, reason),
    });
    this.#socket = socket;
  }

  /**
   * Keys are proved first; what follows is sent without waiting, since the venue answers in order.
   */
  async #greet(socket: JsonRpcSocket): Promise<void> {
    await this.#authenticate(socket);
    if (this.#socket !== socket) {
      return;
    }
    const { heartbeatS, cancelOnDisconnect } = this.#options;
    const sent = [socket.request('public/set_heartbeat', { interval: heartbeatS })];
    if (this.#isKeyed && cancelOnDisconnect !== null) {
      const verb = cancelOnDisconnect ? 'enable' : 'disable';
      sent.push(socket.request(`private/${verb}_cancel_on_disconnect`, { scope: 'connection' }));
    }
    for (const channels of this.#channels.takeAll()) {
      sent.push(socket.request(`${this.#door}/subscribe`, { channels }));
    }
    this.#attempt = 0;
    this.#setStatus('live');
    for (const waiter of this.#waiters) {
      waiter.resolve();
    }
    this.#waiters.clear();
    await Promise.all(sent);
  }

  async #authenticate(socket: JsonRpcSocket): Promise<void> {
    const { clientId, clientSecret } = this.#options;
    if (clientId === undefined || clientSecret === undefined) {
      return;
    }
    const grant = await socket.request<{ readonly expires_in: number }>('public/auth', {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    // A token is renewed well before it runs out; timers take at most 2^31 ms.
    const renewMs = Math.min(grant.expires_in * 800, 2 ** 31 - 1);
    this.#renewTimer = setTimeout(() => {
      this.#authenticate(socket).catch((error: unknown) => this.#greetingFailed(socket, error));
    }, renewMs);
    this.#renewTimer.unref();
  }

  /** Refused keys will be refused again; everything else is tried anew. */
  #greetingFailed(socket: JsonRpcSocket, error: unknown): void {
    if (this.#socket !== socket) {
      return;
    }
    if (error instanceof VenueRefusal && !error.retryable && this.#status === 'connecting') {
      this.#shut(error);
    } else {
      socket.end(error instanceof Error ? error.message : String(error));
    }
  }

  #ended(socket: JsonRpcSocket, reason: string): void {
    if (this.#socket !== socket) {
      return;
    }
    this.#socket = null;
    this.#clearTimers();
    this.#lastReason = reason;
    this.#setStatus('connecting');
    for (const watch of this.#books.values()) {
      watch.lose();
    }
    const { reconnectFirstMs: firstMs, reconnectMostMs: mostMs, chance } = this.#options;
    const delayMs = backOffMs(this.#attempt++, { firstMs, mostMs }, chance());
    this.#reconnectTimer = setTimeout(() => this.#open(), delayMs);
  }

  #shut(error: Error): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#clearTimers();
    socket?.end('closed by its owner');
    this.#lastReason = error.message;
    this.#setStatus('closed');
    for (const waiter of this.#waiters) {
      waiter.reject(error);
    }
    this.#waiters.clear();
  }

  #clearTimers(): void {
    if (this.#reconnectTimer !== null) {
      clearTimeout(this.#reconnectTimer);
      this.#reconnectTimer = null;
    }
    if (this.#renewTimer !== null) {
      clearTimeout(this.#renewTimer);
      this.#renewTimer = null;
    }
  }

  #setStatus(status: VenueStatus): void {
    if (status !== this.#status) {
      this.#status = status;
      for (const listener of this.#statusListeners) {
        listener(status);
      }
    }
  }

  get #isKeyed(): boolean {
    return this.#options.clientId !== undefined;
  }

  /** Subscriptions of a keyed connection may be private ones. */
  get #door(): 'private' | 'public' {
    return this.#isKeyed ? 'private' : 'public';
  }

  #tellChannelsSoon(): void {
    if (this.#status !== 'live' || this.#channelsDirty) {
      return;
    }
    this.#channelsDirty = true;
    setImmediate(() => {
      this.#channelsDirty = false;
      this.#tellChannels();
    });
  }

  #tellChannels(): void {
    const socket = this.#socket;
    if (this.#status !== 'live' || socket === null) {
      return;
    }
    const { gone, wanted } = this.#channels.takeChanges();
    const sent = [
      ...gone.map((channels) => socket.request(`${this.#door}/unsubscribe`, { channels })),
      ...wanted.map((channels) => socket.request(`${this.#door}/subscribe`, { channels })),
    ];
    // A channel that is not had would be watched in vain: better a new connection.
    Promise.all(sent).catch((error: unknown) => this.#greetingFailed(socket, error));
  }

  #request<Result>(method: string, params: object): Promise<Result> {
    if (this.#status !== 'live' || this.#socket === null) {
      return Promise.reject(unreachable(this.#options.url, this.#lastReason));
    }
    return this.#socket.request<Result>(method, params);
  }

  /**
   * Calls at the same time share one answer: it is long, and venues limit how often they give it.
   */
  instruments(): Promise<readonly VenueInstrument[]> {
    this.#instruments ??= this.#request<readonly DeribitInstrument[]>('public/get_instruments', {
      currency: 'any',
      expired: false,
    })
      .then((rows) => rows.map(readInstrument).filter((instrument) => instrument !== null))
      .finally(() => {
        this.#instruments = null;
      });
    return this.#instruments;
  }

  watchListing(listener: (name: string, change: 'listed' | 'ended') => void): Unwatch {
    return this.#channels.add('instrument.state.any.any', (data) => {
      const { instrument_name: name, state } = data as { instrument_name: string; state: string };
      if (state === 'started') {
        listener(name, 'listed');
      } else if (state === 'closed' || state === 'terminated') {
        listener(name, 'ended');
      }
    });
  }

  watchIndex(indexName: string, listener: (price: number, timestampMs: number) => void): Unwatch {
    return this.#channels.add(`deribit_price_index.${indexName}`, (data) => {
      const { price, timestamp } = data as { price: number; timestamp: number };
      listener(price, timestamp);
    });
  }

  watchOptionMarks(indexName: string, listener: (marks: readonly VenueMark[]) => void): Unwatch {
    return this.#channels.add(`markprice.options.${indexName}`, (data) =>
      listener((data as readonly DeribitMark[]).map(readMark)),
    );
  }

  watchTicker(instrumentName: string, listener: (ticker: VenueTicker) => void): Unwatch {
    return this.#channels.add(`ticker.${instrumentName}.100ms`, (data) =>
      listener(readTicker(data as DeribitTicker)),
    );
  }

  watchBook(instrumentName: string, listener: (book: VenueBook) => void): Unwatch {
    const channel = `book.${instrumentName}.100ms`;
    let watch = this.#books.get(channel);
    if (watch === undefined) {
      const made = new BookWatch(instrumentName);
      made.unwatch = this.#channels.add(channel, (data) => {
        if (made.hear(data as BookMessage) === 'gap') {
          this.#channels.renew(channel);
        }
      });
      this.#books.set(channel, made);
      watch = made;
    }
    const own = watch;
    const stop = own.add(listener);
    return () => {
      stop();
      if (own.listeners.size === 0 && this.#books.get(channel) === own) {
        own.unwatch();
        this.#books.delete(channel);
      }
    };
  }

  watchTrades(instrumentName: string, listener: (trade: VenuePublicTrade) => void): Unwatch {
    return this.#channels.add(`trades.${instrumentName}.100ms`, (data) => {
      for (const row of data as readonly DeribitTrade[]) {
        listener(readPublicTrade(row));
      }
    });
  }

  watchOwnOrders(listener: (order: VenueOrder) => void): Unwatch {
    return this.#channels.add('user.orders.any.any.raw', (data) =>
      listener(readOrder(data as DeribitOrder)),
    );
  }

  watchOwnTrades(listener: (trade: VenueTrade) => void): Unwatch {
    return this.#channels.add('user.trades.any.any.raw', (data) => {
      for (const row of data as readonly DeribitTrade[]) {
        listener(readTrade(row));
      }
    });
  }

  watchAuctions(listener: (auctions: readonly VenueAuction[]) => void): Unwatch {
    return this.#channels.add('liquidation.auctions', (data) =>
      listener((data as readonly DeribitAuction[]).map(readAuction)),
    );
  }

  async answerAuction(auctionId: number, price: number, shareMax: number): Promise<void> {
    const params = { liquidation_id: auctionId, price, share: shareMax };
    await this.#request<object>('private/answer_liquidation', params);
  }

  async place(request: VenueOrderRequest): Promise<VenueOrder> {
    const { instrumentName, side, type, amount, price, timeInForce, ...rest } = request;
    const answer = await this.#request<{ readonly order: DeribitOrder }>(`private/${side}`, {
      instrument_name: instrumentName,
      type,
      amount,
      ...(price === undefined ? {} : { price }),
      ...(timeInForce === undefined ? {} : { time_in_force: timeInForceWords[timeInForce] }),
      ...(rest.postOnly === true ? { post_only: true, reject_post_only: false } : {}),
      ...(rest.reduceOnly === true ? { reduce_only: true } : {}),
      ...(rest.label === undefined ? {} : { label: rest.label }),
      ...(rest.clientKey === undefined ? {} : { client_key: rest.clientKey }),
    });
    return readOrder(answer.order);
  }

  async edit(orderId: string, amount: number, price: number): Promise<VenueOrder> {
    const params = { order_id: orderId, amount, price };
    const answer = await this.#request<{ readonly order: DeribitOrder }>('private/edit', params);
    return readOrder(answer.order);
  }

  async cancel(orderId: string): Promise<VenueOrder> {
    return readOrder(await this.#request<DeribitOrder>('private/cancel', { order_id: orderId }));
  }

  cancelAll(): Promise<number> {
    return this.#request<number>('private/cancel_all', {});
  }

  async openOrders(): Promise<readonly VenueOrder[]> {
    const rows = await this.#request<readonly DeribitOrder[]>('private/get_open_orders', {});
    return rows.map(readOrder);
  }

  async positions(): Promise<readonly VenuePosition[]> {
    const params = { currency: 'any' };
    const rows = await this.#request<readonly DeribitPosition[]>('private/get_positions', params);
    return rows.map(readPosition).filter((position) => position.amount !== 0);
  }

  async balance(currency: string): Promise<VenueBalance> {
    const params = { currency };
    return readBalance(await this.#request<DeribitSummary>('private/get_account_summary', params));
  }

  async ticker(instrumentName: string): Promise<VenueTicker> {
    const params = { instrument_name: instrumentName };
    return readTicker(await this.#request<DeribitTicker>('public/ticker', params));
  }
}

const timeInForceWords = {
  gtc: 'good_til_cancelled',
  ioc: 'immediate_or_cancel',
  fok: 'fill_or_kill',
} as const;
