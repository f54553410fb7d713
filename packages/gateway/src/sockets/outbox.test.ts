import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { createFlushQueue, Outbox } from './outbox.ts';

const opened = (nowMs: () => number): { outbox: Outbox; seen: string[] } => {
  const seen: string[] = [];
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      seen.push(chunk.toString());
      done();
    },
  });
  const queue = createFlushQueue({ notificationIntervalMs: 2, nowMs });
  return { outbox: new Outbox({ stream, queue, onFlush: () => undefined }), seen };
};

test('answers of one event leave in one write, before anything else happens', async () => {
  const { outbox, seen } = opened(() => 0);
  await new Promise<void>((resolve) => {
    setImmediate(() => {
      // Such as the sync of the next batch of orders, which was set up first.
      setImmediate(() => {
        seen.push('next');
        resolve();
      });
      void Promise.resolve()
        .then(() => outbox.push(Buffer.from('one '), true))
        .then(() => outbox.push(Buffer.from('two '), true))
        .then(() => outbox.push(Buffer.from('three'), true));
    });
  });
  expect(seen).toEqual(['one two three', 'next']);
});

test('notifications alone wait for company, and leave with the next answer', async () => {
  let nowMs = 0;
  const { outbox, seen } = opened(() => nowMs);
  outbox.push(Buffer.from('answer'), true);
  await new Promise((resolve) => setImmediate(resolve));
  nowMs = 1;
  outbox.push(Buffer.from('news '), false);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(['answer']);
  outbox.push(Buffer.from('second answer'), true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(['answer', 'news second answer']);
});
