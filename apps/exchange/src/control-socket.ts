// Control socket: how the operator's commands reach a running exchange: one JSON request and one
// JSON answer a line over a Unix socket in the data folder. Only the folder's owner can open it
// (mode 0600).

import { createHash } from 'node:crypto';
import { chmodSync, existsSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OperationalError } from '@openstrike/domain';

/** A request's line is never longer than this. */
const lineBytesMax = 64 * 1024;
/**
 * Unix socket paths end at about 104 bytes; longer folders get a short name in the temporary
 * folder.
 */
const pathBytesMax = 100;

export interface ControlRequest {
  readonly command: string;
  readonly args: Readonly<Record<string, string | undefined>>;
}

export type ControlHandler = (request: ControlRequest) => Promise<unknown>;

export const controlPath = (dataFolder: string): string => {
  const inside = join(resolve(dataFolder), 'control.sock');
  if (Buffer.byteLength(inside) <= pathBytesMax) return inside;
  const name = createHash('sha256').update(inside).digest('hex').slice(0, 16);
  return join(tmpdir(), `openstrike-${name}.sock`);
};

const answerLine = async (line: string, handle: ControlHandler): Promise<string> => {
  try {
    const request = JSON.parse(line) as ControlRequest;
    return JSON.stringify({ ok: true, result: (await handle(request)) ?? null });
  } catch (error) {
    return JSON.stringify({
      ok: false,
      error: error instanceof Error ? error.message : String(error),
    });
  }
};

const serve = (socket: Socket, handle: ControlHandler): void => {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    pending += chunk;
    const end = pending.indexOf('\n');
    if (end < 0) {
      if (pending.length > lineBytesMax) socket.destroy();
      return;
    }
    const line = pending.slice(0, end);
    pending = pending.slice(end + 1);
    void answerLine(line, handle).then((answer) => socket.end(`${answer}\n`));
  });
};

/**
 * Opens the socket; a leftover of a process that is gone is replaced (the folder's lock is held by
 * now).
 */
export const openControlSocket = async (
  dataFolder: string,
  handle: ControlHandler,
): Promise<Server> => {
  const path = controlPath(dataFolder);
  if (existsSync(path)) rmSync(path);
  const server = createServer((socket) => serve(socket, handle));
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(path, () => done());
  });
  chmodSync(path, 0o600);
  return server;
};

/**
 * Asks the running exchange; throws OperationalError when none runs on this folder, when it refuses
 * and when it ends without an answer.
 */
export const askControl = async (dataFolder: string, request: ControlRequest): Promise<unknown> => {
  const line = await new Promise<string>((done, fail) => {
    const socket = connect(controlPath(dataFolder));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => done(answer));
    socket.on('error', (cause) => {
      const sentence = `No exchange runs on ${dataFolder}; start it with npm start.`;
      fail(new OperationalError('not-running', sentence, { cause }));
    });
  });
  if (line === '') {
    const sentence = `The exchange on ${dataFolder} ended before it answered; see its log.`;
    throw new OperationalError('no-answer', sentence);
  }
  const answer = JSON.parse(line) as { ok: boolean; result?: unknown; error?: string };
  if (!answer.ok) throw new OperationalError('refused', answer.error ?? 'The exchange refused.');
  return answer.result;
};
