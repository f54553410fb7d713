// Create subscription hub: opens channels as they are asked for, closes them with their last
// listener, and paces what they send. Invariant: a private channel is fed from the account that
// asked for it, and from no other.
import type { AccountId, Currency, QueryPort } from '@openstrike/domain';
import type { FeedChanges, Feeds } from '@openstrike/feeds';
import type { Logger } from 'pino';
import type { AccessLogEntry, Announcement } from '../identity/identity-store.ts';
import { ApiError } from '../method.ts';
import type { GatewayMetrics } from '../metrics.ts';
import type { Session } from '../session.ts';
import type { SocketSession } from '../sockets/socket-session.ts';
import { BookChannel, GroupedBookChannel } from './book-channel.ts';
import {
  type Channel,
  type ChannelBase,
  type Pace,
  SilentChannel,
  type Subscription,
} from './channel.ts';
import {
  type ChannelName,
  type Interval,
  isPrivateChannel,
  parseChannelName,
  scopeOfChannel,
} from './channel-name.ts';
import { LiquidationAuctionsChannel, LiquidationResultsChannel } from './liquidation-channels.ts';
import {
  CandleChannel,
  createPerpetualChannel,
  createQuoteChannel,
  createTickerChannel,
  IncrementalTickerChannel,
  TradesChannel,
} from './market-channels.ts';
import { Routes } from './routes.ts';
import type { SubscriptionHub } from './subscription-hub.ts';
import {
  UserChangesChannel,
  type UserChannelParts,
  UserLockChannel,
  UserOrdersChannel,
  UserPortfolioChannel,
  UserTradesChannel,
} from './user-channels.ts';
import { UserMmpChannel } from './user-mmp-channel.ts';
import {
  createIndexChannel,
  InstrumentStateChannel,
  PlatformStateChannel,
  PostedChannel,
  PublicMethodsStateChannel,
} from './venue-channels.ts';

export interface SubscriptionHubOptions {
  readonly feeds: Feeds;
  readonly queries: QueryPort;
  /** Open sockets by connection id. */
  readonly sessions: ReadonlyMap<number, SocketSession>;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
  /** Channels of one socket; more are left out. */
  readonly channelsMax: number;
}

const paces: Readonly<Record<Interval, Pace>> = { raw: 'batch', '100ms': 100, agg2: 2000 };

const paceOf = (name: ChannelName): Pace => {
  switch (name.type) {
    case 'incremental-ticker':
    case 'index-statistics':
    case 'option-marks':
    case 'index-volatility':
    case 'realised-volatility':
    case 'liquidation-auctions':
      return 1000;
    case 'user-portfolio':
      return 100;
    default:
      return 'interval' in name ? paces[name.interval] : 'batch';
  }
};

/**
 * States that one socket is told in one turn of the event loop, so that nobody's order waits while
 * a client that has asked for thousands, or has fallen behind on them, is given all.
 */
export const statesPerTurn = 64;

const isRaw = (name: ChannelName): boolean => 'interval' in name && name.interval === 'raw';

class ChannelHub implements SubscriptionHub {
  readonly #options: SubscriptionHubOptions;
  readonly #routes = new Routes();
  /** By name; private ones by name and account. */
  readonly #channels = new Map<string, Channel>();
  #batch: Channel[] = [];
  readonly #timed = new Map<number, Channel[]>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #publishing = false;
  #subscriptions = 0;
  #turn = 0;

  constructor(options: SubscriptionHubOptions) {
    this.#options = options;
  }

  subscribe(session: Session, names: readonly string[], label: string | null): readonly string[] {
    const socket = this.#options.sessions.get(session.connectionId);
    if (socket === undefined) return [];
    const wanted = [...new Set(names)].flatMap((name) => {
      const read = this.#read(session, name);
      return read === null ? [] : [{ name, read }];
    });
    const anonymous = session.grant === null;
    if (anonymous && wanted.some(({ read }) => isRaw(read))) {
      throw new ApiError('raw_subscriptions_not_available_for_unauthorized');
    }
    const accepted: string[] = [];
    for (const { name, read } of wanted) {
      const held = socket.subscriptions.get(name);
      if (held?.label === label) {
        this.#restart(held);
      } else {
        // What gathered for its last listener would go with the channel.
        if (held?.channel.size === 1) held.channel.flush();
        this.#end(socket, name);
        if (socket.subscriptions.size >= this.#options.channelsMax) continue;
        this.#begin(socket, { name, read, label, accountId: session.grant?.accountId ?? null });
      }
      accepted.push(name);
    }
    return accepted;
  }

  unsubscribe(session: Session, names: readonly string[]): readonly string[] {
    const socket = this.#options.sessions.get(session.connectionId);
    return socket === undefined ? [] : names.filter((name) => this.#end(socket, name));
  }

  unsubscribeAll(session: Session, which: 'public' | 'private'): void {
    const socket = this.#options.sessions.get(session.connectionId);
    for (const name of socket?.subscriptions.keys() ?? []) {
      if (socket !== undefined && isPrivateChannel(name) === (which === 'private')) {
        this.#end(socket, name);
      }
    }
  }

  resume(session: Session): void {
    const socket = this.#options.sessions.get(session.connectionId);
    if (socket === undefined || socket.resuming) return;
    let left = statesPerTurn;
    for (const subscription of socket.behind) {
      // Once the kernel takes more, the socket drains and this goes on.
      if (socket.congested) return;
      if (left === 0) {
        this.#resumeSoon(socket, setImmediate);
        return;
      }
      left -= 1;
      this.#guard(() => subscription.channel.refresh(subscription));
      socket.behind.delete(subscription);
    }
  }

  drop(session: Session): void {
    const socket = session as SocketSession;
    for (const name of socket.subscriptions.keys()) this.#end(socket, name);
  }

  publish(changes: FeedChanges): void {
    if (this.#subscriptions === 0) return;
    this.#publishing = true;
    this.#guard(() => this.#routes.tell(changes));
    this.#publishing = false;
    this.#flushBatch();
  }

  publishAccessLog(entry: AccessLogEntry): void {
    const channel = this.#channels.get(privateKey('user.access_log', entry.accountId));
    if (!(channel instanceof PostedChannel)) return;
    channel.post({
      id: entry.id,
      timestamp: entry.timestampMs,
      ip: entry.ip,
      country: '',
      city: '',
      log: entry.log,
      data: entry.data,
    });
  }

  publishAnnouncement(announcement: Announcement, action: 'new' | 'remove'): void {
    const channel = this.#channels.get('announcements');
    if (!(channel instanceof PostedChannel)) return;
    channel.post({
      action,
      id: announcement.id,
      title: announcement.title,
      body: announcement.body,
      publication_timestamp: announcement.publishedMs,
      important: announcement.important,
      confirmation: announcement.confirmation,
      unread: 1,
    });
  }

  publishUserLock(accountId: AccountId, currency: Currency, locked: boolean): void {
    const channel = this.#channels.get(privateKey('user.lock', accountId));
    if (channel instanceof UserLockChannel) channel.set(currency, locked);
  }

  counts(): { readonly channels: number; readonly subscriptions: number } {
    return { channels: this.#channels.size, subscriptions: this.#subscriptions };
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  /** The channel a session may listen to; null when there is none such for it. */
  #read(session: Session, name: string): ChannelName | null {
    const read = parseChannelName(name, (text) => this.#options.feeds.instrumentByName(text));
    if (read === null || !isPrivateChannel(name)) return read;
    return session.allows(scopeOfChannel(name)) ? read : null;
  }

  #begin(
    socket: SocketSession,
    of: {
      readonly name: string;
      readonly read: ChannelName;
      readonly label: string | null;
      readonly accountId: AccountId | null;
    },
  ): void {
    const owner = isPrivateChannel(of.name) ? of.accountId : null;
    const key = owner === null ? of.name : privateKey(of.name, owner);
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      channel = this.#open(of.name, of.read, owner);
      this.#channels.set(key, channel);
    }
    const subscription: Subscription = {
      channel,
      key,
      session: socket,
      label: of.label,
      ended: false,
    };
    channel.add(subscription);
    socket.subscriptions.set(of.name, subscription);
    this.#subscriptions += 1;
    this.#tellState(subscription);
  }

  /** Whoever asks again, as after a gap, has the newest state again; facts are never told twice. */
  #restart(subscription: Subscription): void {
    if (subscription.channel.replaces) this.#tellState(subscription);
  }

  /** The answer to the request leaves first, then the state that the channel starts with. */
  #tellState(subscription: Subscription): void {
    subscription.session.behind.add(subscription);
    this.#resumeSoon(subscription.session, queueMicrotask);
  }

  #resumeSoon(socket: SocketSession, when: (run: () => void) => void): void {
    if (socket.resuming) return;
    socket.resuming = true;
    when(() => {
      socket.resuming = false;
      this.resume(socket);
    });
  }

  #end(socket: SocketSession, name: string): boolean {
    const subscription = socket.subscriptions.get(name);
    if (subscription === undefined) return false;
    const { channel, key } = subscription;
    subscription.ended = true;
    socket.subscriptions.delete(name);
    socket.behind.delete(subscription);
    channel.remove(subscription);
    this.#subscriptions -= 1;
    if (channel.size === 0) {
      channel.close();
      this.#channels.delete(key);
    }
    return true;
  }

  #open(name: string, read: ChannelName, owner: AccountId | null): Channel {
    const { feeds, queries, metrics, log } = this.#options;
    const base: ChannelBase = {
      name,
      pace: paceOf(read),
      metrics,
      schedule: (channel, pace) => this.#schedule(channel, pace),
    };
    if (owner === null) return openPublic(base, feeds, this.#routes, read);
    const parts = { feeds, routes: this.#routes, queries, log, accountId: owner };
    return openPrivate(base, parts, read);
  }

  #schedule(channel: Channel, pace: Pace): void {
    if (pace === 'batch') {
      if (this.#batch.length === 0 && !this.#publishing) queueMicrotask(() => this.#flushBatch());
      this.#batch.push(channel);
      return;
    }
    const waiting = this.#timed.get(pace);
    if (waiting !== undefined) {
      waiting.push(channel);
      return;
    }
    this.#timed.set(pace, [channel]);
    const timer = setTimeout(() => {
      const due = this.#timed.get(pace) ?? [];
      this.#timed.delete(pace);
      this.#flushInTurn(due);
    }, pace);
    this.#timers.set(pace, timer);
  }

  /**
   * Each time another channel goes first: clients that wait for any of several (ccxt.pro does) take
   * the first frame of a burst and would never see those that always come later.
   */
  #flushInTurn(due: readonly Channel[]): void {
    const start = due.length < 2 ? 0 : this.#turn++ % due.length;
    for (const one of due.slice(start)) this.#guard(() => one.flush());
    for (const one of due.slice(0, start)) this.#guard(() => one.flush());
  }

  #flushBatch(): void {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    for (const channel of batch) this.#guard(() => channel.flush());
  }

  /** A notification that cannot be made must not end the venue that it tells of. */
  #guard(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.#options.metrics.internalErrors += 1;
      this.#options.log.error({ err: error }, 'a notification could not be made');
    }
  }
}

const privateKey = (name: string, accountId: AccountId): string => `${name}#${accountId}`;

const openPublic = (
  base: ChannelBase,
  feeds: Feeds,
  routes: Routes,
  read: ChannelName,
): Channel => {
  switch (read.type) {
    case 'book':
      return new BookChannel(base, feeds, routes, read.instrument);
    case 'grouped-book':
      return new GroupedBookChannel(base, feeds, routes, read);
    case 'ticker':
      return createTickerChannel(base, feeds, routes, read.instrument);
    case 'incremental-ticker':
      return new IncrementalTickerChannel(base, feeds, routes, read.instrument);
    case 'quote':
      return createQuoteChannel(base, feeds, routes, read.instrument);
    case 'perpetual':
      return createPerpetualChannel(base, feeds, routes, read.instrument);
    case 'candle':
      return new CandleChannel(base, feeds, routes, read);
    case 'trades':
      return new TradesChannel(base, feeds, routes, read.match);
    case 'index-price':
    case 'index-ranking':
    case 'index-statistics':
    case 'index-volatility':
    case 'realised-volatility':
    case 'estimated-delivery':
    case 'option-marks':
      return createIndexChannel(base, feeds, routes, read);
    case 'instrument-state':
      return new InstrumentStateChannel(base, feeds, routes, read.match);
    case 'platform-state':
      return new PlatformStateChannel(base, feeds, routes);
    case 'public-methods-state':
      return new PublicMethodsStateChannel(base);
    case 'announcements':
      return new PostedChannel(base);
    default:
      return new SilentChannel(base);
  }
};

const openPrivate = (base: ChannelBase, parts: UserChannelParts, read: ChannelName): Channel => {
  switch (read.type) {
    case 'user-orders':
      return new UserOrdersChannel(base, parts, read.match);
    case 'user-trades':
      return new UserTradesChannel(base, parts, read.match);
    case 'user-changes':
      return new UserChangesChannel(base, parts, read.match);
    case 'user-portfolio':
      return new UserPortfolioChannel(base, parts, read.currency);
    case 'user-mmp':
      return new UserMmpChannel(base, parts, read.indexName);
    case 'user-lock':
      return new UserLockChannel(base, parts);
    case 'liquidation-auctions':
      return new LiquidationAuctionsChannel(base, parts);
    case 'liquidation-results':
      return new LiquidationResultsChannel(base, parts);
    case 'user-access-log':
      return new PostedChannel(base);
    default:
      return new SilentChannel(base);
  }
};

export const createSubscriptionHub = (options: SubscriptionHubOptions): SubscriptionHub =>
  new ChannelHub(options);
