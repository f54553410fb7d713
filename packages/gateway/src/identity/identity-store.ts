// Identity store: who may knock: account profiles, their API keys, the access log, announcements,
// and which connections cancel on disconnect. Accounts themselves live in the engine; rows here
// belong to account ids that exist there. Synchronous and small: all of it is held in memory and
// written through, so that authentication never waits. Invariant: a client id is unique in the
// venue, and an account has at most `apiKeysMax` keys.
import type { AccountId } from '@openstrike/domain';

/** Keys one account may have. Source: Deribit. */
export const apiKeysMax = 8;

/** What Deribit calls the account's identity fields. */
export interface AccountProfile {
  readonly accountId: AccountId;
  /** Itself for a main account. */
  readonly mainAccountId: AccountId;
  readonly type: 'main' | 'subaccount';
  readonly username: string;
  readonly email: string;
  readonly systemName: string;
  readonly loginEnabled: boolean;
  readonly receiveNotifications: boolean;
  readonly emailLanguage: string;
  /** Name of the rate tier; unknown names fall back to the default tier. */
  readonly tierName: string;
  /** New sockets start with cancel-on-disconnect. */
  readonly cancelOnDisconnect: boolean;
  readonly affiliateProgram: boolean;
  readonly disabledTradingProducts: readonly string[];
  /** Wall time. */
  readonly createdMs: number;
}

/** The rest of a profile has defaults: see `createSqliteIdentityStore`. */
export type NewProfile = Pick<AccountProfile, 'accountId' | 'mainAccountId' | 'username'> &
  Partial<AccountProfile>;

export type ProfileChanges = Partial<Omit<AccountProfile, 'accountId' | 'mainAccountId' | 'type'>>;

export interface ApiKey {
  /** Counts the keys of one account from 1. */
  readonly id: number;
  readonly accountId: AccountId;
  readonly clientId: string;
  /** Kept in clear, because signatures need it; never logged. */
  readonly clientSecret: string;
  readonly name: string;
  /** Scope words such as `trade:read_write`. */
  readonly maxScope: readonly string[];
  readonly enabled: boolean;
  readonly isDefault: boolean;
  readonly enabledFeatures: readonly string[];
  /** Empty allows every address. */
  readonly ipWhitelist: readonly string[];
  readonly createdMs: number;
}

export interface NewApiKey {
  readonly maxScope: readonly string[];
  readonly name?: string;
  readonly enabledFeatures?: readonly string[];
  readonly ipWhitelist?: readonly string[];
  /** Given for demo accounts and tests; otherwise random. */
  readonly clientId?: string;
  readonly clientSecret?: string;
}

export type ApiKeyChanges = Partial<
  Pick<ApiKey, 'name' | 'maxScope' | 'enabled' | 'enabledFeatures' | 'ipWhitelist'>
>;

export interface AccessLogEntry {
  readonly id: number;
  readonly accountId: AccountId;
  /** Wall time. */
  readonly timestampMs: number;
  readonly ip: string;
  /** What happened, such as `success` or `failure`. */
  readonly log: string;
  readonly data: string;
}

export interface Announcement {
  readonly id: number;
  readonly publishedMs: number;
  readonly title: string;
  readonly body: string;
  readonly important: boolean;
  readonly confirmation: boolean;
}

export interface IdentityStore {
  profile(accountId: AccountId): AccountProfile | null;
  profileByUsername(username: string): AccountProfile | null;
  /** Ascending by account id. */
  profiles(): readonly AccountProfile[];
  subaccountProfiles(mainAccountId: AccountId): readonly AccountProfile[];
  /**
   * Stores a profile; an existing one of the same account is replaced. Throws on a taken
   * username.
   */
  putProfile(profile: NewProfile): AccountProfile;
  /** Null when there is no such profile. Throws on a taken username. */
  changeProfile(accountId: AccountId, changes: ProfileChanges): AccountProfile | null;
  /** Takes its keys along. */
  removeProfile(accountId: AccountId): boolean;

  keyByClientId(clientId: string): ApiKey | null;
  key(accountId: AccountId, id: number): ApiKey | null;
  /** Ascending by id. */
  keys(accountId: AccountId): readonly ApiKey[];
  /** Null when the account has `apiKeysMax` keys. The first key of an account is its default. */
  createKey(accountId: AccountId, key: NewApiKey): ApiKey | null;
  changeKey(accountId: AccountId, id: number, changes: ApiKeyChanges): ApiKey | null;
  /** Gives the key a new secret. */
  resetKey(accountId: AccountId, id: number): ApiKey | null;
  removeKey(accountId: AccountId, id: number): boolean;

  logAccess(entry: Omit<AccessLogEntry, 'id'>): AccessLogEntry;
  /** Newest first. */
  accessLog(accountId: AccountId, offset: number, count: number): readonly AccessLogEntry[];

  announce(announcement: Omit<Announcement, 'id'>): Announcement;
  /** Newest first, published at or before the time. */
  announcements(beforeMs: number, count: number): readonly Announcement[];
  /** Announcements this account has not marked as read, newest first. */
  unreadAnnouncements(accountId: AccountId): readonly Announcement[];
  /** False when there is no such announcement. */
  markAnnouncementRead(accountId: AccountId, announcementId: number): boolean;

  /**
   * Remembers, or forgets, that a connection's orders end with it: a process that dies has no time
   * to cancel them, so the next one does.
   */
  armConnection(connectionId: number, armed: boolean): void;
  armedConnections(): readonly number[];

  close(): void;
}
