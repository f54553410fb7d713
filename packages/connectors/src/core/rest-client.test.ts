// Requests of a client that is stopped settle with an error that its callers know: one that is on
// its way, one that waits its turn, and one that comes later.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OperationalError } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { LocalVenue } from '../testing/local-venue.ts';
import { RestClient } from './rest-client.ts';

const clientOf = (address: string): RestClient =>
  new RestClient({
    address,
    rateLimit: { burst: 1, perSecond: 0.001 },
    timeoutMs: 10_000,
    bodyBytesMax: 1_000,
    waitingMax: 8,
  });

const outcome = (answer: Promise<unknown>): Promise<unknown> =>
  answer.catch((error: unknown) => error);

test('a client that stops rejects every request with an operational error', async () => {
  const venue = await LocalVenue.open({ hear: () => undefined, get: () => ({ ok: true }) });
  const client = clientOf(venue.restAddress);
  try {
    expect(await client.get('/first')).toEqual({ ok: true });
    const waiting = [outcome(client.get('/second')), outcome(client.get('/third'))];
    client.stop();
    for (const error of [...(await Promise.all(waiting)), await outcome(client.get('/later'))]) {
      expect(error).toBeInstanceOf(OperationalError);
      expect((error as OperationalError).code).toBe('connector-stopped');
    }
    expect(venue.asked).toEqual(['/first']);
  } finally {
    await venue.close();
  }
});

test('a request on its way when its client stops rejects with an operational error', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const client = clientOf(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  try {
    const sent = outcome(client.get('/never'));
    await once(silent, 'request');
    client.stop();
    const error = await sent;
    expect(error).toBeInstanceOf(OperationalError);
    expect((error as OperationalError).code).toBe('venue-unreachable');
  } finally {
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  }
});
