// Subscription hub: which socket listens to which channel, and the notifications that each
// durable batch makes. Invariant: a channel's text is built once per batch whoever listens, and a
// slow listener never delays another. In an order's life this is the last step: feeds tell what
// changed, the hub tells the clients.
import type { AccountId, Currency } from '@openstrike/domain';
import type { FeedChanges } from '@openstrike/feeds';
import type { AccessLogEntry, Announcement } from '../identity/identity-store.ts';
import type { Session } from '../session.ts';

export interface SubscriptionHub {
  /**
   * Adds channels to a socket. Answers those accepted, as they were written; unknown ones and
   * private ones that the session may not see are left out.
   *
   * Throws: ApiError 13778 when a `raw` channel is asked for without authentication.
   */
  subscribe(session: Session, channels: readonly string[], label: string | null): readonly string[];
  /** Answers the channels that were subscribed and no longer are. */
  unsubscribe(session: Session, channels: readonly string[]): readonly string[];
  /** Ends all public or all private channels of a socket. */
  unsubscribeAll(session: Session, which: 'public' | 'private'): void;
  /** A socket has caught up: gives it the newest state of what was left out meanwhile. */
  resume(session: Session): void;
  /** Forgets a socket that has closed. */
  drop(session: Session): void;

  /** Tells what a durable batch changed. */
  publish(changes: FeedChanges): void;
  publishAccessLog(entry: AccessLogEntry): void;
  publishAnnouncement(announcement: Announcement, action: 'new' | 'remove'): void;
  publishUserLock(accountId: AccountId, currency: Currency, locked: boolean): void;
  /** Channels with at least one listener, and listeners of all channels together. */
  counts(): { readonly channels: number; readonly subscriptions: number };
  close(): void;
}
