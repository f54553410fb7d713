// Control socket: an answer, a refusal, an exchange that ends in the middle of a question, and one
// that does not run.
import { createServer } from 'node:net';
import { OperationalError } from '@openstrike/domain';
import { afterEach, expect, test } from 'vitest';
import {
  askControl,
  type ControlHandler,
  controlPath,
  openControlSocket,
} from './control-socket.ts';
import { temporaryFolder } from './testing/exchange-process.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

const serve = async (handle: ControlHandler): Promise<string> => {
  const folder = temporaryFolder();
  const server = await openControlSocket(folder, handle);
  closing.push(() => server.close());
  return folder;
};

const ask = (folder: string): Promise<unknown> =>
  askControl(folder, { command: 'status', args: {} }).catch((error: unknown) => error);

test('a question is answered or refused', async () => {
  expect(await ask(await serve(async ({ command }) => `${command} is well`))).toBe(
    'status is well',
  );
  const refused = await ask(
    await serve(() => Promise.reject(new OperationalError('no', 'Not today.'))),
  );
  expect(refused).toMatchObject({ code: 'refused', message: 'Not today.' });
});

test('an exchange that ends before its answer is told from one that does not run', async () => {
  const folder = temporaryFolder();
  const server = createServer((socket) => socket.once('data', () => socket.end()));
  await new Promise<void>((done) => server.listen(controlPath(folder), done));
  closing.push(() => server.close());
  expect(await ask(folder)).toMatchObject({ code: 'no-answer' });
  expect(await ask(temporaryFolder())).toMatchObject({ code: 'not-running' });
});
