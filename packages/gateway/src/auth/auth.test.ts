import { createHmac } from 'node:crypto';
import type { AccountId } from '@openstrike/domain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestVenue } from '../testing/test-venue.ts';
import { fullScope } from './scope.ts';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly scope: string;
  readonly sid?: string;
  readonly state?: string;
  readonly token_type: string;
}

const hmac = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');

describe('authentication', () => {
  let venue: TestVenue;
  const lines: string[] = [];
  beforeAll(async () => {
    venue = await TestVenue.open({
      log: (line) => lines.push(line),
      gateway: { idleTimeoutMs: 100_000_000 },
    });
  });
  afterAll(() => venue.close());

  const codeOf = async (response: Response): Promise<number | undefined> =>
    ((await response.json()) as { error?: { code: number } }).error?.code;

  /** A request signed as section 2 of the reference says, independently of the code under test. */
  const signed = (
    over: {
      path?: string;
      ts?: number;
      nonce?: string;
      secret?: string;
      order?: readonly string[];
    } = {},
  ): Promise<Response> => {
    const key = venue.key(1);
    const path = over.path ?? '/api/v2/private/get_open_orders?kind=future';
    const ts = String(over.ts ?? venue.wallMs());
    const nonce = over.nonce ?? Math.random().toString(36).slice(2);
    const sig = hmac(over.secret ?? key.clientSecret, `${ts}\n${nonce}\nGET\n${path}\n\n`);
    const values: Record<string, string> = { id: key.clientId, ts, nonce, sig };
    const parts = (over.order ?? ['id', 'ts', 'sig', 'nonce']).map(
      (name) => `${name}=${values[name]}`,
    );
    return venue.get(path, { authorization: `deri-hmac-sha256 ${parts.join(',')}` });
  };

  test('signed headers: any order of keys, the query as sent, one minute, once', async () => {
    expect((await signed()).status).toBe(200);
    expect((await signed({ order: ['nonce', 'sig', 'id', 'ts'] })).status).toBe(200);
    const odd = '/api/v2/private/get_open_orders?type=all&kind=%66uture';
    expect((await signed({ path: odd })).status).toBe(200);
    expect(await codeOf(await signed({ ts: venue.wallMs() - 61_000 }))).toBe(13004);
    expect(await codeOf(await signed({ ts: venue.wallMs() + 61_000 }))).toBe(13004);
    expect(await codeOf(await signed({ secret: 'wrong' }))).toBe(13004);
    const ts = venue.wallMs();
    expect((await signed({ ts, nonce: 'once' })).status).toBe(200);
    expect(await codeOf(await signed({ ts, nonce: 'once' }))).toBe(13004);
    expect(await codeOf(await signed({ ts: ts + 1, nonce: 'once' }))).toBe(13004);
  });

  test('one nonce may sign two requests of the same millisecond, as some clients do', async () => {
    const ts = venue.wallMs();
    const nonce = String(ts);
    expect((await signed({ ts, nonce })).status).toBe(200);
    const path = '/api/v2/private/get_open_orders?kind=option';
    expect((await signed({ ts, nonce, path })).status).toBe(200);
  });

  test('a signed POST covers its body', async () => {
    const key = venue.key(2);
    const body = '{"id":1,"method":"private/get_open_orders","params":{}}';
    const send = (text: string): Promise<Response> => {
      const ts = String(venue.wallMs());
      const sig = hmac(key.clientSecret, `${ts}\nn${ts}${text.length}\nPOST\n/api/v2\n${text}\n`);
      const nonce = `n${ts}${text.length}`;
      const words = `id=${key.clientId},ts=${ts},nonce=${nonce},sig=${sig}`;
      const authorization = `deri-hmac-sha256 ${words}`;
      return fetch(`${venue.address.httpUrl}/api/v2`, {
        method: 'POST',
        body,
        headers: { authorization },
      });
    };
    expect((await send(body)).status).toBe(200);
    expect(await codeOf(await send(`${body} `))).toBe(13004);
  });

  test('basic and bearer headers', async () => {
    const key = venue.key(1);
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
    const path = '/api/v2/private/get_open_orders';
    const good = basic(`${key.clientId}:${key.clientSecret}`);
    expect((await venue.get(path, { authorization: good })).status).toBe(200);
    const wrong = basic(`${key.clientId}:x`);
    expect(await codeOf(await venue.get(path, { authorization: wrong }))).toBe(13004);
    const query = new URLSearchParams(venue.credentials(1));
    const response = await venue.get(`/api/v2/public/auth?${query}`);
    const { result } = (await response.json()) as { result: Tokens };
    const bearer = `bearer ${result.access_token}`;
    expect((await venue.get(path, { authorization: bearer })).status).toBe(200);
    expect(await codeOf(await venue.get(path, { authorization: 'bearer no' }))).toBe(13009);
    expect(await codeOf(await venue.get(path, { authorization: 'other x' }))).toBe(13009);
    expect((await venue.get('/api/v2/public/get_time', { authorization: wrong })).status).toBe(200);
  });

  test('client_signature, with the nonce and data that the client chose', async () => {
    const key = venue.key(1);
    const socket = await venue.socket();
    for (const [nonce, data] of [
      ['abc', ''],
      [String(venue.wallMs()), 'more'],
    ] as const) {
      const timestamp = venue.wallMs();
      const signature = hmac(key.clientSecret, `${timestamp}\n${nonce}\n${data}`);
      const answer = await socket.result<Tokens>('public/auth', {
        grant_type: 'client_signature',
        client_id: key.clientId,
        timestamp,
        nonce,
        data,
        signature,
        state: 'mine',
      });
      expect(answer).toMatchObject({ token_type: 'bearer', expires_in: 900, state: 'mine' });
      const replay = await socket.call('public/auth', {
        grant_type: 'client_signature',
        client_id: key.clientId,
        timestamp,
        nonce,
        data,
        signature,
      });
      expect(replay.error?.code).toBe(13004);
    }
  });

  test('missing proofs are named, wrong ones are not explained', async () => {
    const socket = await venue.socket();
    const call = async (params: object) => (await socket.call('public/auth', params)).error;
    expect(await call({})).toMatchObject({ code: -32602, data: { param: 'grant_type' } });
    expect(await call({ grant_type: 'client_credentials' })).toMatchObject({
      code: -32602,
      data: { param: 'client_id' },
    });
    expect(await call({ ...venue.credentials(1), client_secret: 'x' })).toEqual({
      code: 13004,
      message: 'invalid_credentials',
    });
    expect(await call({ ...venue.credentials(1), client_id: 'nobody' })).toEqual({
      code: 13004,
      message: 'invalid_credentials',
    });
  });

  test('a refresh token is good once, and ends the access token at once', async () => {
    const socket = await venue.socket();
    const first = await socket.result<Tokens>('public/auth', venue.credentials(1));
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
    const second = await socket.result<Tokens>('public/auth', refresh);
    expect((await socket.call('public/auth', refresh)).error?.code).toBe(13009);
    const other = await venue.socket();
    const ask = async (access_token: string) =>
      (await other.call('private/get_open_orders', { access_token })).error;
    expect(await ask(first.access_token)).toMatchObject({
      code: 13009,
      data: { reason: 'invalid_token' },
    });
    expect(await ask(second.access_token)).toBeUndefined();
  });

  test('tokens run out; the identity of a socket does not', async () => {
    const socket = await venue.socket();
    const { access_token } = await socket.result<Tokens>('public/auth', venue.credentials(1));
    const short = await venue.loggedIn(1, 'expires:60 session:short');
    venue.wallShiftMs += 901_000;
    const other = await venue.socket();
    const { error } = await other.call('private/get_open_orders', { access_token });
    expect(error?.code).toBe(13009);
    expect((await socket.call('private/get_open_orders')).error).toBeUndefined();
    expect((await short.call('private/get_open_orders')).error?.code).toBeGreaterThan(9_999);
  });

  test('scopes are narrowed to the key and told in the answer', async () => {
    const maxScope = ['trade:read', 'account:read_write'];
    const key = venue.identity.createKey(2 as AccountId, { maxScope });
    const socket = await venue.socket();
    const answer = await socket.result<Tokens>('public/auth', {
      grant_type: 'client_credentials',
      client_id: key?.clientId,
      client_secret: key?.clientSecret,
      scope: 'trade:read_write account:read wallet:read session:bot',
    });
    expect(answer.scope).toBe('account:read mainaccount session:bot trade:read');
    expect(answer.sid).toBe('bot');
    const buy = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 1 };
    expect((await socket.call('private/buy', buy)).error?.code).toBe(13021);
    expect((await socket.call('private/get_open_orders')).error).toBeUndefined();
    const odd = await socket.call('public/auth', { ...venue.credentials(1), scope: 'trade:all' });
    expect(odd.error).toMatchObject({ code: -32602, data: { param: 'scope' } });
  });

  test('a token switches to a subaccount and back, and to no other account', async () => {
    const socket = await venue.socket();
    const main = await socket.result<Tokens>('public/auth', venue.credentials(1));
    const exchange = (refresh_token: string, subject_id: number) =>
      socket.call('public/exchange_token', { refresh_token, subject_id });
    expect((await exchange(main.refresh_token, 2)).error?.code).toBe(13021);
    const sub = (await exchange(main.refresh_token, 3)).result as Tokens;
    expect(sub.scope).not.toContain('mainaccount');
    expect(
      (await socket.call('private/change_subaccount_name', { sid: 3, name: 'x' })).error,
    ).toMatchObject({ code: 13012 });
    const back = (await exchange(sub.refresh_token, 1)).result as Tokens;
    expect(back.scope).toContain('mainaccount');
    const own = await venue.socket();
    const subs = await own.result<Tokens>('public/auth', venue.credentials(3));
    const up = await own.call('public/exchange_token', {
      refresh_token: subs.refresh_token,
      subject_id: 1,
    });
    expect(up.error?.code).toBe(13021);
  });

  test('a session forks; a connection does not; the 17th session ends the first', async () => {
    const socket = await venue.socket();
    const plain = await socket.result<Tokens>('public/auth', venue.credentials(1));
    const fork = (refresh_token: string) =>
      socket.call('public/fork_token', { refresh_token, session_name: 'forked' });
    expect((await fork(plain.refresh_token)).error?.code).toBe(13021);
    const named = await socket.result<Tokens>('public/auth', {
      ...venue.credentials(1),
      scope: 'session:first',
    });
    expect(((await fork(named.refresh_token)).result as Tokens).sid).toBe('forked');
    for (let index = 0; index < 16; index++) {
      await socket.result('public/auth', { ...venue.credentials(1), scope: `session:s${index}` });
    }
    const { error } = await socket.call('private/get_open_orders', {
      access_token: named.access_token,
    });
    expect(error?.code).toBe(13009);
  });

  test('a key that is disabled, reset or removed ends what it had opened', async () => {
    for (const how of ['disable', 'reset', 'remove'] as const) {
      const key = venue.identity.createKey(3 as AccountId, { maxScope: fullScope });
      if (key === null) throw new Error('no key');
      const socket = await venue.socket();
      await socket.result('public/auth', {
        grant_type: 'client_credentials',
        client_id: key.clientId,
        client_secret: key.clientSecret,
      });
      await socket.result('private/subscribe', { channels: ['user.portfolio.btc'] });
      const owner = await venue.loggedIn(3);
      await owner.result(`private/${how}_api_key`, { id: key.id });
      expect((await socket.call('private/get_open_orders')).error?.code).toBeGreaterThan(9_999);
      if (how !== 'remove') await owner.result('private/remove_api_key', { id: key.id });
    }
  });

  test('a whitelist of addresses keeps others out', async () => {
    const key = venue.identity.createKey(3 as AccountId, {
      maxScope: fullScope,
      ipWhitelist: ['10.1.2.3'],
    });
    const socket = await venue.socket();
    const answer = await socket.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: key?.clientId,
      client_secret: key?.clientSecret,
    });
    expect(answer.error?.code).toBe(13009);
  });

  test('logout closes the socket without an answer', async () => {
    const socket = await venue.loggedIn(2);
    const id = socket.send('private/logout', { invalidate_token: true });
    expect((await socket.closed).code).toBe(1000);
    expect(socket.messages.some((message) => message.id === id)).toBe(false);
  });

  test('logins and failures are in the access log, newest first', async () => {
    const socket = await venue.loggedIn(2);
    await (await venue.socket()).call('public/auth', {
      ...venue.credentials(2),
      client_secret: 'wrong',
    });
    const log = await socket.result<{ log: string }[]>('private/get_access_log', { count: 2 });
    expect(log.map((entry) => entry.log)).toEqual(['failure', 'success']);
  });

  test('guessing is cut off, for this address and key only', async () => {
    const other = await TestVenue.open({ gateway: { failuresPerKey: 3 } });
    const socket = await other.socket();
    const guess = async (account: number, right = false) =>
      (
        await socket.call('public/auth', {
          ...other.credentials(account),
          ...(right ? {} : { client_secret: 'x' }),
        })
      ).error?.code;
    expect([await guess(1), await guess(1), await guess(1)]).toEqual([13004, 13004, 13004]);
    expect(await guess(1, true)).toBe(12003);
    expect(await guess(2, true)).toBeUndefined();
    other.wallShiftMs += 60_001;
    expect(await guess(1, true)).toBeUndefined();
    await other.close();
  });

  test('no secret, signature or token has reached the log', () => {
    const text = lines.join('');
    for (const key of venue.keys) expect(text.includes(key.clientSecret)).toBe(false);
    expect(/sig=|access_token|client_secret/.test(text)).toBe(false);
  });
});
