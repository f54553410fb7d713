import { request } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { testCertificate } from '../testing/test-certificate.ts';
import { TestVenue } from '../testing/test-venue.ts';

describe('HTTP server', () => {
  const venues: TestVenue[] = [];
  const open = async (options: Parameters<typeof TestVenue.open>[0]): Promise<TestVenue> => {
    const venue = await TestVenue.open(options);
    venues.push(venue);
    return venue;
  };
  afterEach(async () => {
    for (const venue of venues.splice(0)) await venue.close();
  });

  test('with a certificate both doors are encrypted', async () => {
    const venue = await open({ gateway: { tls: testCertificate } });
    const { httpUrl, webSocketUrl } = venue.address;
    expect([httpUrl.slice(0, 6), webSocketUrl.slice(0, 4)]).toEqual(['https:', 'wss:']);
    const ca = testCertificate.certificate;
    const text = await new Promise<string>((resolve, reject) => {
      const asked = request(`${httpUrl}/api/v2/public/test`, { ca }, (response) => {
        response.on('data', (data: Buffer) => resolve(data.toString()));
      });
      asked.on('error', reject);
      asked.end();
    });
    expect(JSON.parse(text)).toMatchObject({ result: { version: '1.0.0-test' } });
    const socket = new WebSocket(webSocketUrl, { ca });
    await new Promise((resolve) => socket.once('open', resolve));
    const answer = new Promise<string>((resolve) =>
      socket.once('message', (data: Buffer) => resolve(data.toString())),
    );
    socket.send('{"id":"a","method":"public/test"}');
    expect(JSON.parse(await answer)).toMatchObject({ id: 'a', result: { version: '1.0.0-test' } });
    socket.terminate();
  });

  test('pages of the application stand beside the API', async () => {
    const venue = await open({
      routes: [
        {
          path: '/health',
          handle: () => ({ status: 503, contentType: 'text/plain', body: 'not well' }),
        },
      ],
    });
    const response = await venue.get('/health');
    expect([response.status, await response.text()]).toEqual([503, 'not well']);
    expect((await venue.get('/nothing')).status).toBe(404);
  });

  test('pages of any origin may call, with an authorization header too', async () => {
    const venue = await open({});
    const url = `${venue.address.httpUrl}/api/v2/private/get_positions`;
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://elsewhere.test',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    for (const path of ['/api/v2/public/test', '/api/v2/private/get_positions']) {
      const response = await venue.get(path);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
  });

  test('a port in use is told in one sentence', async () => {
    const venue = await open({});
    const { port } = venue.address;
    await expect(TestVenue.open({ gateway: { port } })).rejects.toThrow(
      `Port ${port} of 127.0.0.1 is in use: stop what holds it, or choose another port.`,
    );
  });

  test('behind a proxy the address is the last that the proxy names, and only then', async () => {
    for (const trustProxy of [true, false]) {
      const venue = await open({ gateway: { trustProxy } });
      const query = new URLSearchParams(venue.credentials(1));
      const headers = { 'x-forwarded-for': '6.6.6.6, 10.0.0.9' };
      await venue.get(`/api/v2/public/auth?${query}`, headers);
      const [entry] = venue.identity.accessLog(venue.key(1).accountId, 0, 1);
      expect(entry?.ip).toBe(trustProxy ? '10.0.0.9' : '127.0.0.1');
    }
  });
});
