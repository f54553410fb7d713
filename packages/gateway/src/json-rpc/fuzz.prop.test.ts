import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Message } from '../testing/test-socket.ts';
import { TestVenue } from '../testing/test-venue.ts';

const methodNames = [
  'public/auth',
  'public/subscribe',
  'public/get_instruments',
  'public/ticker',
  'private/buy',
  'private/subscribe',
  'private/cancel',
  'private/get_open_orders',
  'public/set_heartbeat',
  'public/exchange_token',
  'private/edit_api_key',
];

/** Requests that look like requests, with anything inside. */
const oddRequest = fc.record(
  {
    jsonrpc: fc.constantFrom('2.0', 1, null),
    id: fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.object({ maxDepth: 1 })),
    method: fc.oneof(fc.constantFrom(...methodNames), fc.string()),
    params: fc.oneof(
      fc.object({ maxDepth: 2 }),
      fc.dictionary(
        fc.constantFrom(
          'instrument_name',
          'amount',
          'price',
          'channels',
          'grant_type',
          'access_token',
          'refresh_token',
          '__proto__',
          'constructor',
          'label',
        ),
        fc.anything({ maxDepth: 2 }),
      ),
      fc.array(fc.integer()),
      fc.string(),
    ),
  },
  { requiredKeys: [] },
);

const safeJson = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'bigint' ? String(inner) : inner,
    );
  } catch {
    return '{}';
  }
};

describe('whatever arrives', () => {
  let venue: TestVenue;
  beforeAll(async () => {
    venue = await TestVenue.open();
  });
  afterAll(() => venue.close());

  /** Every frame gets an answer, or the socket is closed. */
  const answeredOrClosed = async (frames: readonly (string | Buffer)[]): Promise<boolean> => {
    const raw = new WebSocket(venue.address.webSocketUrl);
    await new Promise((resolve) => raw.once('open', resolve));
    let answers = 0;
    const done = new Promise<boolean>((resolve) => {
      raw.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Message;
        if (message.method === undefined) answers += 1;
        if (answers === frames.length) resolve(true);
      });
      raw.on('close', () => resolve(true));
      raw.on('error', () => undefined);
      setTimeout(() => resolve(false), 20_000).unref();
    });
    for (const frame of frames) raw.send(frame, { binary: typeof frame !== 'string' });
    const outcome = frames.length === 0 || (await done);
    raw.terminate();
    return outcome;
  };

  test('frames of any bytes are answered or end the socket', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.string(), fc.uint8Array().map(Buffer.from)), { maxLength: 8 }),
        async (frames) => {
          expect(await answeredOrClosed(frames)).toBe(true);
        },
      ),
      { numRuns: 60, verbose: 1 },
    );
  });

  test('requests with anything inside are answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(oddRequest, { minLength: 1, maxLength: 8 }), async (requests) => {
        const frames = requests.map((request) => safeJson(request) ?? 'null');
        expect(await answeredOrClosed(frames)).toBe(true);
      }),
      { numRuns: 100, verbose: 1 },
    );
    expect(venue.gateway.metrics.internalErrors).toBe(0);
    expect(venue.gateway.metrics.inFlight).toBe(0);
  });

  test('queries and bodies of anything get a JSON answer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methodNames),
        fc.dictionary(fc.string({ minLength: 1 }), fc.string()),
        fc.string(),
        async (method, query, body) => {
          const get = await venue.get(`/api/v2/${method}?${new URLSearchParams(query)}`);
          expect([200, 400]).toContain(get.status);
          expect(await get.json()).toHaveProperty('jsonrpc', '2.0');
          const post = await fetch(`${venue.address.httpUrl}/api/v2/${method}`, {
            method: 'POST',
            body,
          });
          expect([200, 400]).toContain(post.status);
          expect(await post.json()).toHaveProperty('jsonrpc', '2.0');
        },
      ),
      { numRuns: 60, verbose: 1 },
    );
  });

  test('bytes that are no HTTP leave the door standing', async () => {
    for (const bytes of ['\0\0\0', 'GET /ws/api/v2 HTTP/1.1\r\nUpgrade: websocket\r\n\r\n', 'x']) {
      const socket = connect(venue.address.port, '127.0.0.1');
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.resume();
      socket.end(bytes);
      await new Promise((resolve) => socket.once('close', resolve));
    }
    expect((await venue.get('/api/v2/public/test')).status).toBe(200);
  });
});
