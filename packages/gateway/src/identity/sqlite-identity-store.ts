// SQLite identity store: profiles and keys held in memory and written through to `identity.db`,
// the access log and announcements read from it. Invariant: what a call answered is on disk; the
// access log alone may lose its last entries in a power cut.
import { randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type AccountId, OperationalError } from '@openstrike/domain';
import { openDatabase } from '../open-database.ts';
import {
  type AccessLogEntry,
  type AccountProfile,
  type Announcement,
  type ApiKey,
  type ApiKeyChanges,
  apiKeysMax,
  type IdentityStore,
  type NewApiKey,
  type NewProfile,
  type ProfileChanges,
} from './identity-store.ts';

const schema = `
  CREATE TABLE profiles (account_id INTEGER PRIMARY KEY, document TEXT NOT NULL) STRICT;
  CREATE TABLE api_keys (
    account_id INTEGER NOT NULL, id INTEGER NOT NULL, client_id TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL, PRIMARY KEY (account_id, id)) STRICT;
  CREATE TABLE access_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL,
    timestamp_ms INTEGER NOT NULL, ip TEXT NOT NULL, log TEXT NOT NULL, data TEXT NOT NULL) STRICT;
  CREATE INDEX access_log_by_account ON access_log (account_id, id);
  CREATE TABLE announcements (
    id INTEGER PRIMARY KEY AUTOINCREMENT, published_ms INTEGER NOT NULL, title TEXT NOT NULL,
    body TEXT NOT NULL, important INTEGER NOT NULL, confirmation INTEGER NOT NULL) STRICT;
  CREATE TABLE announcement_reads (
    account_id INTEGER NOT NULL, announcement_id INTEGER NOT NULL,
    PRIMARY KEY (account_id, announcement_id)) STRICT`;

/** Came after the first version; a file without it gets it. */
const laterSchema =
  'CREATE TABLE IF NOT EXISTS armed_connections (connection_id INTEGER PRIMARY KEY) STRICT';

/** Rows of the access log kept in the venue. */
const accessLogMax = 200_000;

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random text over letters and digits; bytes that would favour some letters are drawn again. */
const randomText = (length: number): string => {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
    }
  }
  return text;
};

export interface SqliteIdentityStoreOptions {
  /** `:memory:` for tests. */
  readonly path: string;
  readonly wallNowMs: () => number;
}

class SqliteIdentityStore implements IdentityStore {
  readonly #database: DatabaseSync;
  /** A connection of its own, so that logging an access need not wait for the disk. */
  readonly #logDatabase: DatabaseSync;
  readonly #wallNowMs: () => number;
  readonly #profiles = new Map<AccountId, AccountProfile>();
  readonly #accountByUsername = new Map<string, AccountId>();
  readonly #keysByAccount = new Map<AccountId, ApiKey[]>();
  readonly #keyByClientId = new Map<string, ApiKey>();

  constructor(options: SqliteIdentityStoreOptions) {
    this.#wallNowMs = options.wallNowMs;
    const common = { path: options.path, version: 1, schema };
    this.#database = openDatabase({ ...common, durability: 'full' });
    this.#database.exec(laterSchema);
    this.#logDatabase = openDatabase({ ...common, durability: 'normal' });
    for (const row of this.#database.prepare('SELECT document FROM profiles').all()) {
      this.#keepProfile(JSON.parse(String(row.document)) as AccountProfile);
    }
    const keys = this.#database.prepare('SELECT document FROM api_keys ORDER BY account_id, id');
    for (const row of keys.all()) this.#keepKey(JSON.parse(String(row.document)) as ApiKey);
    this.#logDatabase
      .prepare('DELETE FROM access_log WHERE id <= (SELECT max(id) FROM access_log) - ?')
      .run(accessLogMax);
  }

  profile(accountId: AccountId): AccountProfile | null {
    return this.#profiles.get(accountId) ?? null;
  }

  profileByUsername(username: string): AccountProfile | null {
    const accountId = this.#accountByUsername.get(username);
    return accountId === undefined ? null : this.profile(accountId);
  }

  profiles(): readonly AccountProfile[] {
    return [...this.#profiles.values()].sort((a, b) => a.accountId - b.accountId);
  }

  subaccountProfiles(mainAccountId: AccountId): readonly AccountProfile[] {
    return this.profiles().filter(
      (profile) => profile.mainAccountId === mainAccountId && profile.type === 'subaccount',
    );
  }

  putProfile(profile: NewProfile): AccountProfile {
    const whole: AccountProfile = {
      type: profile.accountId === profile.mainAccountId ? 'main' : 'subaccount',
      email: `${profile.username}@localhost`,
      systemName: profile.username,
      loginEnabled: true,
      receiveNotifications: false,
      emailLanguage: 'en',
      tierName: 'default',
      cancelOnDisconnect: false,
      affiliateProgram: false,
      disabledTradingProducts: [],
      createdMs: this.#wallNowMs(),
      ...profile,
    };
    this.#storeProfile(whole);
    return whole;
  }

  changeProfile(accountId: AccountId, changes: ProfileChanges): AccountProfile | null {
    const profile = this.profile(accountId);
    if (profile === null) return null;
    const changed: AccountProfile = { ...profile, ...changes };
    this.#storeProfile(changed);
    return changed;
  }

  removeProfile(accountId: AccountId): boolean {
    const profile = this.profile(accountId);
    if (profile === null) return false;
    this.#database.exec('BEGIN IMMEDIATE');
    this.#run('DELETE FROM api_keys WHERE account_id = ?', accountId);
    this.#run('DELETE FROM profiles WHERE account_id = ?', accountId);
    this.#database.exec('COMMIT');
    for (const key of this.keys(accountId)) this.#keyByClientId.delete(key.clientId);
    this.#keysByAccount.delete(accountId);
    this.#accountByUsername.delete(profile.username);
    this.#profiles.delete(accountId);
    return true;
  }

  keyByClientId(clientId: string): ApiKey | null {
    return this.#keyByClientId.get(clientId) ?? null;
  }

  key(accountId: AccountId, id: number): ApiKey | null {
    return this.keys(accountId).find((key) => key.id === id) ?? null;
  }

  keys(accountId: AccountId): readonly ApiKey[] {
    return this.#keysByAccount.get(accountId) ?? [];
  }

  createKey(accountId: AccountId, key: NewApiKey): ApiKey | null {
    const keys = this.keys(accountId);
    if (keys.length >= apiKeysMax) return null;
    let clientId = key.clientId ?? randomText(8);
    while (key.clientId === undefined && this.#keyByClientId.has(clientId)) {
      clientId = randomText(8);
    }
    if (this.#keyByClientId.has(clientId)) {
      throw new OperationalError(
        'client-id-taken',
        `The client id ${clientId} is taken: choose another.`,
      );
    }
    const created: ApiKey = {
      id: (keys.at(-1)?.id ?? 0) + 1,
      accountId,
      clientId,
      clientSecret: key.clientSecret ?? randomText(43),
      name: key.name ?? '',
      maxScope: [...key.maxScope],
      enabled: true,
      isDefault: keys.length === 0,
      enabledFeatures: [...(key.enabledFeatures ?? [])],
      ipWhitelist: [...(key.ipWhitelist ?? [])],
      createdMs: this.#wallNowMs(),
    };
    this.#run(
      'INSERT INTO api_keys (account_id, id, client_id, document) VALUES (?, ?, ?, ?)',
      accountId,
      created.id,
      clientId,
      JSON.stringify(created),
    );
    this.#keepKey(created);
    return created;
  }

  changeKey(accountId: AccountId, id: number, changes: ApiKeyChanges): ApiKey | null {
    return this.#replaceKey(accountId, id, changes);
  }

  resetKey(accountId: AccountId, id: number): ApiKey | null {
    return this.#replaceKey(accountId, id, { clientSecret: randomText(43) });
  }

  removeKey(accountId: AccountId, id: number): boolean {
    const key = this.key(accountId, id);
    if (key === null) return false;
    this.#run('DELETE FROM api_keys WHERE account_id = ? AND id = ?', accountId, id);
    this.#keyByClientId.delete(key.clientId);
    this.#keysByAccount.set(
      accountId,
      this.keys(accountId).filter((other) => other.id !== id),
    );
    return true;
  }

  logAccess(entry: Omit<AccessLogEntry, 'id'>): AccessLogEntry {
    const result = this.#logDatabase
      .prepare(
        'INSERT INTO access_log (account_id, timestamp_ms, ip, log, data) VALUES (?, ?, ?, ?, ?)',
      )
      .run(entry.accountId, entry.timestampMs, entry.ip, entry.log, entry.data);
    return { ...entry, id: Number(result.lastInsertRowid) };
  }

  accessLog(accountId: AccountId, offset: number, count: number): readonly AccessLogEntry[] {
    return this.#logDatabase
      .prepare('SELECT * FROM access_log WHERE account_id = ? ORDER BY id DESC LIMIT ? OFFSET ?')
      .all(accountId, count, offset)
      .map((row) => ({
        id: Number(row.id),
        accountId,
        timestampMs: Number(row.timestamp_ms),
        ip: String(row.ip),
        log: String(row.log),
        data: String(row.data),
      }));
  }

  announce(announcement: Omit<Announcement, 'id'>): Announcement {
    const result = this.#database
      .prepare(
        `INSERT INTO announcements (published_ms, title, body, important, confirmation)
         VALUES (?, ?, ?, ?, ?)`,
      )
      .run(
        announcement.publishedMs,
        announcement.title,
        announcement.body,
        Number(announcement.important),
        Number(announcement.confirmation),
      );
    return { ...announcement, id: Number(result.lastInsertRowid) };
  }

  announcements(beforeMs: number, count: number): readonly Announcement[] {
    return this.#announcements('published_ms <= ? ORDER BY id DESC LIMIT ?', beforeMs, count);
  }

  unreadAnnouncements(accountId: AccountId): readonly Announcement[] {
    return this.#announcements(
      `id NOT IN (SELECT announcement_id FROM announcement_reads WHERE account_id = ?)
       ORDER BY id DESC LIMIT 50`,
      accountId,
    );
  }

  markAnnouncementRead(accountId: AccountId, announcementId: number): boolean {
    if (this.#announcements('id = ?', announcementId).length === 0) return false;
    this.#run('INSERT OR IGNORE INTO announcement_reads VALUES (?, ?)', accountId, announcementId);
    return true;
  }

  armConnection(connectionId: number, armed: boolean): void {
    const sql = armed
      ? 'INSERT OR IGNORE INTO armed_connections VALUES (?)'
      : 'DELETE FROM armed_connections WHERE connection_id = ?';
    this.#run(sql, connectionId);
  }

  armedConnections(): readonly number[] {
    const rows = this.#database.prepare('SELECT connection_id FROM armed_connections').all();
    return rows.map((row) => Number(row['connection_id']));
  }

  close(): void {
    this.#logDatabase.close();
    this.#database.close();
  }

  #run(sql: string, ...values: SQLInputValue[]): void {
    this.#database.prepare(sql).run(...values);
  }

  #announcements(condition: string, ...values: SQLInputValue[]): readonly Announcement[] {
    return this.#database
      .prepare(`SELECT * FROM announcements WHERE ${condition}`)
      .all(...values)
      .map((row) => ({
        id: Number(row.id),
        publishedMs: Number(row.published_ms),
        title: String(row.title),
        body: String(row.body),
        important: row.important === 1,
        confirmation: row.confirmation === 1,
      }));
  }

  #storeProfile(profile: AccountProfile): void {
    const holder = this.#accountByUsername.get(profile.username);
    if (holder !== undefined && holder !== profile.accountId) {
      throw new OperationalError(
        'username-taken',
        `The user name ${profile.username} is taken: choose another.`,
      );
    }
    this.#run(
      'INSERT OR REPLACE INTO profiles (account_id, document) VALUES (?, ?)',
      profile.accountId,
      JSON.stringify(profile),
    );
    this.#keepProfile(profile);
  }

  #keepProfile(profile: AccountProfile): void {
    const before = this.#profiles.get(profile.accountId);
    if (before !== undefined) this.#accountByUsername.delete(before.username);
    this.#profiles.set(profile.accountId, profile);
    this.#accountByUsername.set(profile.username, profile.accountId);
  }

  #keepKey(key: ApiKey): void {
    const others = this.keys(key.accountId).filter((other) => other.id !== key.id);
    this.#keysByAccount.set(
      key.accountId,
      [...others, key].sort((a, b) => a.id - b.id),
    );
    this.#keyByClientId.set(key.clientId, key);
  }

  #replaceKey(accountId: AccountId, id: number, changes: Partial<ApiKey>): ApiKey | null {
    const key = this.key(accountId, id);
    if (key === null) return null;
    const changed: ApiKey = { ...key, ...changes };
    this.#run(
      'UPDATE api_keys SET document = ? WHERE account_id = ? AND id = ?',
      JSON.stringify(changed),
      accountId,
      id,
    );
    this.#keepKey(changed);
    return changed;
  }
}

/**
 * Opens the identity store of a data folder.
 *
 * Throws: OperationalError when the file is unusable.
 */
export const createSqliteIdentityStore = (options: SqliteIdentityStoreOptions): IdentityStore =>
  new SqliteIdentityStore(options);
