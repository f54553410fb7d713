// What other clients of Deribit's protocol insist on, each by a small client that reads as they do:
// nautilus_trader's required members, cryptofeed's and tardis-dev's socket manners and sequences,
// and plain HTTP in all its styles.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type ExchangeProcess,
  eventually,
  killStarted,
  startExchange,
} from './testing/exchange-process.ts';
import { expectWithin } from './testing/expect-within.ts';

type Json = Record<string, unknown>;

let exchange: ExchangeProcess;
let id = '';
let secret = '';

beforeAll(async () => {
  exchange = await startExchange({ args: ['--seed', 'others', '--rate-limits', 'off'] });
  id = exchange.run.demoAccounts[0]?.clientId ?? '';
  secret = exchange.run.demoAccounts[0]?.clientSecret ?? '';
  // The makers give way: on a busy machine the door may open before they have quoted.
  await eventually('quotes', async () => {
    const { body } = await get('public/get_order_book?instrument_name=BTC-PERPETUAL');
    const { bids, asks } = body.result as { readonly bids: Json[]; readonly asks: Json[] };
    return bids.length > 0 && asks.length > 0;
  });
});

afterAll(async () => {
  await exchange?.stop();
  await killStarted();
});

const basic = (): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

const get = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${exchange.run.http}/api/v2/${path}`, { headers });
  return { status: answer.status, body: (await answer.json()) as Json };
};

const post = async (body: unknown, path = '', headers: Record<string, string> = {}) => {
  const answer = await fetch(`${exchange.run.http}/api/v2${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Json };
};

const resultOf = async <Result = Json>(method: string, params: Json): Promise<Result> => {
  const { body } = await post({ jsonrpc: '2.0', id: 1, method, params }, '', basic());
  expect(body.error).toBeUndefined();
  return body.result as Result;
};

/** A socket that keeps every frame in order. */
const openSocket = async () => {
  const socket = new WebSocket(exchange.run.ws);
  const frames: Json[] = [];
  socket.onmessage = ({ data }) => frames.push(JSON.parse(String(data)) as Json);
  await new Promise<void>((done, fail) => {
    socket.onopen = () => done();
    socket.onerror = () => fail(new Error('the socket did not open'));
  });
  const send = (frameId: unknown, method: string, params: Json): void =>
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: frameId, method, params }));
  const answer = (frameId: unknown): Promise<Json> =>
    eventually(`the answer to ${String(frameId)}`, () =>
      frames.find((frame) => frame.id === frameId),
    );
  const told = (channel: string): Json[] =>
    frames.flatMap((frame) => {
      const params = frame.params as Json | undefined;
      return frame.method === 'subscription' && params?.channel === channel ? [params] : [];
    });
  return { socket, frames, send, answer, told };
};

const expectMembers = (row: Json | undefined, members: string): void => {
  for (const member of members.split(' ')) {
    expect(row, `${member} of ${JSON.stringify(row)}`).toHaveProperty(member);
    expect(row?.[member], member).not.toBeNull();
  }
};

describe('plain HTTP', () => {
  test('three styles, ids echoed with their type, microseconds told', async () => {
    const askedMs = Date.now();
    const { status, body } = await get('public/get_time?unknown=1');
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('id');
    expect(body.jsonrpc).toBe('2.0');
    expect(Number(body.usOut) - Number(body.usIn)).toBe(body.usDiff);
    expectWithin(Number(body.result), askedMs);
    expectWithin(Number(body.usIn) / 1_000, askedMs);
    for (const each of [7, 'seven']) {
      const request = { jsonrpc: '2.0', id: each, method: 'public/get_time', params: {} };
      expect((await post(request)).body).toMatchObject({ id: each });
      expect((await post(request, '/public/get_time')).body).toMatchObject({ id: each });
    }
  });

  test('errors are 400 with a code, a message and the parameter at fault', async () => {
    const cases: [Promise<{ status: number; body: Json }>, Json][] = [
      [get('public/nothing'), { code: -32601 }],
      [get('public/ticker'), { code: -32602, data: { param: 'instrument_name' } }],
      [get('public/ticker?instrument_name=NO'), { code: -32602 }],
      [get('private/get_positions'), { code: 10000 }],
      [get('public/subscribe?channels=[]'), { code: 10030 }],
      [post('{"id":'), { code: -32700 }],
      [get('private/get_positions', { authorization: 'bearer nonsense' }), { code: 13009 }],
    ];
    for (const [asked, error] of cases) {
      const { status, body } = await asked;
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ message: expect.any(String), ...error });
      expect(body).toHaveProperty('usIn');
    }
  });

  test('arrays and numbers in a query', async () => {
    const array = await get(`private/get_order_margin_by_ids?ids=${'["1","2"]'}`, basic());
    expect(array.body.result).toEqual([]);
    const book = await get('public/get_order_book?instrument_name=BTC-PERPETUAL&depth=5e0');
    expect((book.body.result as Json).instrument_name).toBe('BTC-PERPETUAL');
  });

  test('the signed header, once per nonce, over GET and POST', async () => {
    const header = (method: string, uri: string, body: string, nonce: string): string => {
      const ts = Date.now();
      const text = `${ts}\n${nonce}\n${method}\n${uri}\n${body}\n`;
      const sig = createHmac('sha256', secret).update(text).digest('hex');
      return `deri-hmac-sha256 id=${id},ts=${ts},nonce=${nonce},sig=${sig}`;
    };
    const path = 'private/get_account_summary?currency=BTC&extended=true';
    const authorization = header('GET', `/api/v2/${path}`, '', 'once');
    expect((await get(path, { authorization })).status).toBe(200);
    expect((await get(path, { authorization })).status).toBe(400);
    const request = { jsonrpc: '2.0', id: 5, method: 'private/get_positions', params: {} };
    const text = JSON.stringify(request);
    const signed = header('POST', '/api/v2', text, 'twice');
    expect((await post(text, '', { authorization: signed })).status).toBe(200);
  });
});

describe('nautilus_trader', () => {
  test('instruments', async () => {
    const rows = await resultOf<Json[]>('public/get_instruments', { currency: 'any' });
    for (const row of rows) {
      expectMembers(
        row,
        'instrument_id instrument_name kind is_active base_currency quote_currency ' +
          'contract_size min_trade_amount tick_size maker_commission taker_commission ' +
          'creation_timestamp expiration_timestamp',
      );
      expect(Array.isArray(row.tick_size_steps)).toBe(true);
    }
  });

  test('orders, trades, positions and the summary', async () => {
    const placed = await resultOf<{ order: Json; trades: Json[] }>('private/buy', {
      instrument_name: 'BTC-PERPETUAL',
      amount: 10,
      type: 'market',
    });
    expectMembers(
      placed.order,
      'order_id instrument_name direction order_type order_state amount creation_timestamp ' +
        'last_update_timestamp time_in_force',
    );
    expectMembers(
      placed.trades[0],
      'fee fee_currency liquidity order_type index_price mark_price tick_direction state ' +
        'trade_seq timestamp trade_id order_id',
    );
    expect(typeof placed.trades[0]?.trade_id).toBe('string');
    const [position] = await resultOf<Json[]>('private/get_positions', { currency: 'BTC' });
    expectMembers(
      position,
      'average_price mark_price initial_margin maintenance_margin floating_profit_loss ' +
        'realized_profit_loss total_profit_loss size direction kind',
    );
    const summary = await resultOf('private/get_account_summary', { currency: 'BTC' });
    expect(typeof summary.margin_balance).toBe('number');
  });

  test('its session, its wildcard channels and its public trades', async () => {
    const { send, answer, told, socket } = await openSocket();
    send(1, 'public/auth', {
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
      scope: 'session:nautilus-1',
    });
    const { result } = (await answer(1)) as { result: Json };
    expectMembers(result, 'access_token refresh_token expires_in scope token_type');
    send(2, 'public/set_heartbeat', { interval: 10 });
    const channels = ['user.orders.any.any.raw', 'user.trades.any.any.raw', 'user.portfolio.any'];
    send(3, 'private/subscribe', { channels, access_token: result.access_token });
    expect((await answer(3)).result).toEqual(channels);
    send(4, 'public/subscribe', { channels: ['trades.BTC-PERPETUAL.raw', 'quote.BTC-PERPETUAL'] });
    send(5, 'private/sell', { instrument_name: 'BTC-PERPETUAL', amount: 10, type: 'market' });
    await answer(5);
    const order = await eventually('the order', () => told('user.orders.any.any.raw')[0]);
    expect(order.data).toMatchObject({ order_state: 'filled', filled_amount: 10 });
    const trade = await eventually('the trade', () => told('user.trades.any.any.raw')[0]);
    expectMembers((trade.data as Json[])[0], 'fee fee_currency liquidity trade_seq state');
    const portfolio = await eventually('the portfolio', () => told('user.portfolio.any')[0]);
    expectMembers(
      portfolio.data as Json,
      'currency equity balance available_funds margin_balance initial_margin maintenance_margin',
    );
    const tape = await eventually('the tape', () => told('trades.BTC-PERPETUAL.raw')[0]);
    expectMembers((tape.data as Json[])[0], 'index_price mark_price tick_direction trade_seq');
    const quote = await eventually('the quote', () => told('quote.BTC-PERPETUAL')[0]);
    for (const key of ['best_bid_price', 'best_ask_price']) {
      expect(typeof (quote.data as Json)[key]).toBe('number');
    }
    socket.close();
  });
});

describe('cryptofeed', () => {
  test('instruments of currencies that are not listed, ids that are strings', async () => {
    const { body } = await get('public/get_instruments?currency=SOL&expired=false');
    expect(body.result).toEqual([]);
    const { send, answer, told, frames, socket } = await openSocket();
    send('auth_1', 'public/auth', {
      grant_type: 'client_credentials',
      client_id: id,
      client_secret: secret,
      scope: 'session:one',
    });
    // It does not wait for the answer.
    send('101', 'private/subscribe', { scope: 'session:one', channels: ['user.portfolio.BTC'] });
    expect((await answer('101')).result).toEqual(['user.portfolio.BTC']);
    expect(frames.findIndex((frame) => frame.id === 'auth_1')).toBeLessThan(
      frames.findIndex((frame) => frame.id === '101'),
    );
    send('102', 'public/subscribe', { channels: ['book.ETH-PERPETUAL.raw', 'nothing.at.all'] });
    expect((await answer('102')).result).toEqual(['book.ETH-PERPETUAL.raw']);
    const chain = await eventually('a chain of changes', () => {
      const found = told('book.ETH-PERPETUAL.raw');
      return found.length >= 5 ? found.map(({ data }) => data as Json) : null;
    });
    expect(chain[0]).toMatchObject({ type: 'snapshot' });
    expect(chain[0]).not.toHaveProperty('prev_change_id');
    for (const [i, change] of chain.slice(1).entries()) {
      expect(change).toMatchObject({ type: 'change', prev_change_id: chain[i]?.change_id });
    }
    socket.close();
  });
});

describe('tardis-dev', () => {
  test('keyed raw channels, option greeks, and plain ones without a key', async () => {
    const rows = await resultOf<Json[]>('public/get_instruments', {
      currency: 'BTC',
      kind: 'option',
    });
    const name = String(rows[0]?.instrument_name);
    const { send, answer, told, socket } = await openSocket();
    send(1, 'public/subscribe', { channels: [`ticker.${name}.raw`] });
    expect(((await answer(1)).error as Json).code).toBe(13778);
    send(2, 'public/subscribe', { channels: [`ticker.${name}.100ms`, 'book.BTC-PERPETUAL.100ms'] });
    const ticker = await eventually('a ticker', () => told(`ticker.${name}.100ms`)[0]);
    expectMembers((ticker.data as Json).greeks as Json, 'delta gamma theta vega rho');
    expectMembers(ticker.data as Json, 'mark_iv bid_iv ask_iv underlying_price open_interest');
    const grant = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    send(3, 'public/auth', grant);
    await answer(3);
    send(4, 'public/set_heartbeat', { interval: 10 });
    expect((await answer(4)).result).toBe('ok');
    const channels = [
      'book.BTC-PERPETUAL.raw',
      'perpetual.BTC-PERPETUAL.raw',
      'trades.any.BTC.raw',
    ];
    send(5, 'public/subscribe', { channels });
    const accepted = (await answer(5)).result as string[];
    expect(accepted).toEqual(expect.arrayContaining(channels.slice(0, 2)));
    await eventually('a raw book', () => told('book.BTC-PERPETUAL.raw')[0]);
    socket.close();
  });
});
