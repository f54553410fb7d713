import Type from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApiError, defineMethod } from '../method.ts';
import type { Message } from '../testing/test-socket.ts';
import { TestVenue } from '../testing/test-venue.ts';

const echo = defineMethod({
  name: 'public/echo',
  summary: 'Answers its parameters.',
  scope: null,
  transport: 'any',
  rateClass: 'plain',
  params: Type.Object({
    text: Type.Optional(Type.String()),
    number: Type.Optional(Type.Number()),
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
    flag: Type.Optional(Type.Boolean()),
    word: Type.Optional(Type.Enum(['one', 'two'])),
    depth: Type.Optional(Type.Enum([1, 5])),
    mixed: Type.Optional(Type.Union([Type.Integer(), Type.Literal('1D')])),
    list: Type.Optional(Type.Array(Type.Object({ price: Type.Number() }))),
    names: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
    bag: Type.Optional(Type.Record(Type.String(), Type.Number())),
  }),
  result: Type.Unknown(),
  handle: (params) => params,
});
const must = defineMethod({
  ...echo,
  name: 'public/must',
  params: Type.Object({ needed: Type.String() }),
});
const fail = defineMethod({
  ...echo,
  name: 'public/fail',
  params: Type.Object({ how: Type.String() }),
  handle: ({ how }) => {
    if (how === 'refuse') throw new ApiError('price_too_high', { message: 'price_too_high 5' });
    if (how === 'later') return Promise.reject(new Error('secret detail'));
    throw new TypeError('secret detail');
  },
});
const holder = defineMethod({
  ...echo,
  name: 'private/holder',
  scope: 'trade:read',
  params: Type.Object({}),
  handle: (_, { session }) => session.grant?.accountId,
});

describe('JSON-RPC', () => {
  let venue: TestVenue;
  beforeAll(async () => {
    venue = await TestVenue.open({ methods: [echo, must, fail, holder] });
  });
  afterAll(() => venue.close());

  const post = async (path: string, body: string): Promise<[number, Message]> => {
    const response = await fetch(venue.address.httpUrl + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    return [response.status, (await response.json()) as Message];
  };
  const get = async (path: string): Promise<[number, Message]> => {
    const response = await venue.get(path);
    return [response.status, (await response.json()) as Message];
  };

  test('an answer has its envelope: id as it was sent, times, kind of venue', async () => {
    for (const id of [7, 'seven', 0, '', 1.5]) {
      const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'public/echo', params: {} });
      const [status, message] = await post('/api/v2', body);
      expect(status).toBe(200);
      expect(message).toMatchObject({ jsonrpc: '2.0', id, result: {}, testnet: true });
      const { usIn = 0, usOut = 0, usDiff } = message;
      expect(Number.isInteger(usIn) && Number.isInteger(usOut)).toBe(true);
      expect(usDiff).toBe(usOut - usIn);
      expect(Math.abs(usIn / 1000 - Date.now())).toBeLessThan(5_000);
    }
  });

  test('a GET has no id in its answer', async () => {
    const [status, message] = await get('/api/v2/public/echo?text=hello%20there');
    expect(status).toBe(200);
    expect(message.result).toEqual({ text: 'hello there' });
    expect('id' in message).toBe(false);
  });

  test('a POST may name the method in its path', async () => {
    const [, message] = await post('/api/v2/public/echo', '{"id":1,"params":{"text":"a"}}');
    expect(message.result).toEqual({ text: 'a' });
  });

  test('texts of a query become what the schema asks for', async () => {
    const query = new URLSearchParams({
      text: '10',
      number: '5e-4',
      count: '3',
      flag: 'true',
      word: 'two',
      depth: '5',
      mixed: '1D',
      list: '[{"price":1.5}]',
      names: 'BTC',
      bag: '{"BTC-PERPETUAL":-2}',
      unknown: 'stays',
    });
    const [, message] = await get(`/api/v2/public/echo?${query}`);
    expect(message.result).toEqual({
      text: '10',
      number: 0.0005,
      count: 3,
      flag: true,
      word: 'two',
      depth: 5,
      mixed: '1D',
      list: [{ price: 1.5 }],
      names: 'BTC',
      bag: { 'BTC-PERPETUAL': -2 },
      unknown: 'stays',
    });
    const [, other] = await get('/api/v2/public/echo?mixed=60&names=["a","b"]&__proto__=x');
    expect(other.result).toMatchObject({ mixed: 60, names: ['a', 'b'] });
  });

  test('a parameter at fault is named', async () => {
    const cases: readonly (readonly [string, string, string | undefined])[] = [
      ['public/must', '{}', 'needed'],
      ['public/must', '{"needed":5}', 'needed'],
      ['public/echo', '{"count":9}', 'count'],
      ['public/echo', '{"word":"three"}', 'word'],
      ['public/echo', '{"list":[{"price":"x"}]}', 'list.0.price'],
      ['public/echo', '[1]', 'params'],
    ];
    for (const [method, params, param] of cases) {
      const [status, message] = await post(`/api/v2/${method}`, `{"id":1,"params":${params}}`);
      expect(status).toBe(400);
      expect(message).toMatchObject({ id: 1, error: { code: -32602, data: { param } } });
    }
  });

  test('a null counts as absent', async () => {
    const [, message] = await post('/api/v2/public/echo', '{"id":1,"params":{"number":null}}');
    expect(message.result).toEqual({});
  });

  test('what is no request is refused with its own code', async () => {
    const cases: readonly (readonly [string, number])[] = [
      ['{"id":900,"method":"public/nothing"}', -32601],
      ['{"id":900,"method":"public/__proto__"}', -32601],
      ['{nonsense', -32700],
      ['', -32700],
      ['[{"id":900,"method":"public/echo"}]', -32600],
      ['5', -32600],
      ['{"id":900,"method":5}', -32600],
      ['{"id":900}', -32600],
      [`{"id":900,"method":"public/echo","params":{"text":"${'x'.repeat(33_000)}"}}`, -32600],
    ];
    const socket = await venue.socket();
    for (const [body, code] of cases) {
      const [status, message] = await post('/api/v2', body);
      expect([status, message.error?.code]).toEqual([400, code]);
      const heard = socket.messages.length;
      socket.raw.send(body);
      const answer = await socket.until(() => socket.messages[heard]);
      expect(answer.error?.code).toBe(code);
    }
    expect((await socket.call('public/echo')).result).toEqual({});
  });

  test('refusals carry their message, failures carry nothing of their inside', async () => {
    const lines: string[] = [];
    const other = await TestVenue.open({ methods: [fail], log: (line) => lines.push(line) });
    const socket = await other.socket();
    expect((await socket.call('public/fail', { how: 'refuse' })).error).toEqual({
      code: 10007,
      message: 'price_too_high 5',
    });
    for (const how of ['later', 'now']) {
      const { error } = await socket.call('public/fail', { how });
      expect(error).toEqual({ code: 11094, message: 'internal_server_error' });
    }
    expect(lines.filter((line) => line.includes('a handler failed'))).toHaveLength(2);
    await other.close();
  });

  test('who is nobody, who may not, and where it may not be asked', async () => {
    const [, nobody] = await get('/api/v2/private/holder');
    expect(nobody.error?.code).toBe(10000);
    const [, wrong] = await get('/api/v2/private/holder?access_token=none');
    expect(wrong.error).toMatchObject({ code: 13009, data: { reason: 'invalid_token' } });
    const narrow = await venue.loggedIn(1, 'trade:none');
    expect((await narrow.call('private/holder')).error?.code).toBe(13021);
    const [, here] = await get('/api/v2/public/hello?client_name=a&client_version=1');
    expect(here.error?.code).toBe(10030);
  });

  test('an access token in the parameters speaks for its call only', async () => {
    const bob = await venue.socket();
    const { access_token } = await (await venue.loggedIn(2)).result<{ access_token: string }>(
      'public/auth',
      { ...venue.credentials(2), scope: 'session:lasting' },
    );
    expect(await bob.result('private/holder', { access_token })).toBe(2);
    expect((await bob.call('private/holder')).error?.code).toBe(10000);
  });
});
