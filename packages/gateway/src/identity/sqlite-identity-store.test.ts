import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { AccountId } from '@openstrike/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { IdentityStore } from './identity-store.ts';
import { createSqliteIdentityStore } from './sqlite-identity-store.ts';

const alice = 1 as AccountId;
const bob = 2 as AccountId;

describe('identity store', () => {
  let folder = '';
  let store: IdentityStore;
  const path = (): string => join(folder, 'identity.db');
  const open = (): IdentityStore =>
    createSqliteIdentityStore({ path: path(), wallNowMs: () => 1_000 });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'identity-'));
    store = open();
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });
  const reopen = (): void => {
    store.close();
    store = open();
  };

  test('all of it is there after a restart, and nobody else may read the file', () => {
    store.putProfile({ accountId: alice, mainAccountId: alice, username: 'alice' });
    store.putProfile({ accountId: bob, mainAccountId: alice, username: 'bob', tierName: 'vip' });
    const key = store.createKey(bob, { maxScope: ['trade:read'], name: 'bot' });
    store.changeProfile(bob, { email: 'bob@example.org' });
    store.logAccess({ accountId: bob, timestampMs: 5, ip: '::1', log: 'success', data: 'x' });
    const [profiles, keys] = [store.profiles(), store.keys(bob)];
    reopen();
    expect(store.profiles()).toEqual(profiles);
    expect(store.profile(bob)).toMatchObject({ type: 'subaccount', email: 'bob@example.org' });
    expect(store.keys(bob)).toEqual(keys);
    expect(store.keyByClientId(key?.clientId ?? '')).toEqual(key);
    expect(store.subaccountProfiles(alice).map((one) => one.username)).toEqual(['bob']);
    expect(store.accessLog(bob, 0, 10)).toMatchObject([{ log: 'success', ip: '::1' }]);
    expect(statSync(path()).mode & 0o077).toBe(0);
  });

  test('an account has eight keys at most, with ids that count and secrets that differ', () => {
    store.putProfile({ accountId: alice, mainAccountId: alice, username: 'alice' });
    const keys = Array.from({ length: 8 }, () => store.createKey(alice, { maxScope: [] }));
    expect(keys.map((key) => key?.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(keys.map((key) => key?.isDefault)).toEqual([true, ...Array(7).fill(false)]);
    expect(new Set(keys.map((key) => key?.clientSecret)).size).toBe(8);
    expect(keys.every((key) => /^[A-Za-z0-9]{43}$/.test(key?.clientSecret ?? ''))).toBe(true);
    expect(store.createKey(alice, { maxScope: [] })).toBeNull();
    expect(store.removeKey(alice, 3)).toBe(true);
    expect(store.keyByClientId(keys[2]?.clientId ?? '')).toBeNull();
    expect(store.createKey(alice, { maxScope: [] })?.id).toBe(9);
    const reset = store.resetKey(alice, 1);
    expect(reset?.clientId).toBe(keys[0]?.clientId);
    expect(reset?.clientSecret).not.toBe(keys[0]?.clientSecret);
    expect(store.keyByClientId(reset?.clientId ?? '')).toEqual(reset);
    expect(store.changeKey(alice, 99, { name: 'none' })).toBeNull();
    expect(store.changeKey(bob, 1, { name: 'not his' })).toBeNull();
  });

  test('names are taken once; a removed account leaves nothing behind', () => {
    store.putProfile({ accountId: alice, mainAccountId: alice, username: 'alice' });
    store.putProfile({ accountId: bob, mainAccountId: bob, username: 'bob' });
    const taken = /The user name alice is taken/;
    expect(() => store.changeProfile(bob, { username: 'alice' })).toThrow(taken);
    store.changeProfile(alice, { username: 'alicia' });
    store.changeProfile(bob, { username: 'alice' });
    expect(store.profileByUsername('alice')?.accountId).toBe(bob);
    const key = store.createKey(bob, { maxScope: [], clientId: 'demo', clientSecret: 's' });
    expect(() => store.createKey(alice, { maxScope: [], clientId: 'demo' })).toThrow(
      /demo is taken/,
    );
    expect(store.removeProfile(bob)).toBe(true);
    reopen();
    expect([store.profile(bob), store.keyByClientId(key?.clientId ?? '')]).toEqual([null, null]);
    expect(store.removeProfile(bob)).toBe(false);
  });

  test('announcements are read by each account for itself', () => {
    const rows = [10, 20, 30].map((publishedMs) =>
      store.announce({ publishedMs, title: 't', body: '', important: false, confirmation: true }),
    );
    expect(store.announcements(25, 5).map((one) => one.publishedMs)).toEqual([20, 10]);
    expect(store.markAnnouncementRead(alice, rows[0]?.id ?? 0)).toBe(true);
    expect(store.markAnnouncementRead(alice, 99)).toBe(false);
    expect(store.unreadAnnouncements(alice).map((one) => one.publishedMs)).toEqual([30, 20]);
    expect(store.unreadAnnouncements(bob)).toHaveLength(3);
  });

  test('a file of another version, or of another kind, is refused', () => {
    store.close();
    const database = new DatabaseSync(path());
    database.exec('PRAGMA user_version = 7');
    database.close();
    expect(open).toThrow(/has version 7, this program needs 1/);
    const other = new DatabaseSync(path());
    other.exec('PRAGMA user_version = 1');
    other.close();
    store = open();
    expect(() => createSqliteIdentityStore({ path: folder, wallNowMs: () => 0 })).toThrow(
      /cannot be opened as a database/,
    );
  });
});
