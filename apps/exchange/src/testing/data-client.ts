// Data client: a WebSocket client on a bare socket, so that a test can stop reading it as a client
// that hangs does: nothing is taken from the kernel until it goes on. Frames of the server are
// whole texts, as this venue sends them.
import { request } from 'node:http';
import type { Socket } from 'node:net';
import type { ExchangeProcess } from './exchange-process.ts';

export interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
  readonly params?: { readonly channel: string; readonly data: unknown };
}

const opcodes = { text: 1, close: 8 } as const;

/** A client's frames are masked; a mask of zeros changes nothing. */
const maskedFrame = (opcode: number, payload: Buffer): Buffer => {
  if (payload.length > 0xffff) throw new Error('a request is never that long');
  const long = payload.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (long ? 126 : payload.length);
  if (long) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
};

interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Where the next one begins. */
  readonly end: number;
}

/** The frame at a place of what was read; null while it is not all there. */
const frameAt = (data: Buffer, start: number): Frame | null => {
  if (data.length < start + 2) return null;
  const short = data.readUInt8(start + 1) & 0x7f;
  const from = start + 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  if (data.length < from) return null;
  const length =
    short === 126
      ? data.readUInt16BE(start + 2)
      : short === 127
        ? Number(data.readBigUInt64BE(start + 2))
        : short;
  if (data.length < from + length) return null;
  const payload = data.subarray(from, from + length);
  return { opcode: data.readUInt8(start) & 0xf, payload, end: from + length };
};

export interface Ending {
  /** Of the close frame; null when the connection was cut without one. */
  readonly code: number | null;
  readonly reason: string;
}

type Listener = (data: unknown) => void;

export class DataClient {
  /** Resolves when the connection has ended, with what the venue said of it. */
  readonly ended: Promise<Ending>;
  /** Notifications read so far. */
  heard = 0;
  readonly #socket: Socket;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #calls = new Map<number, (answer: Answer) => void>();
  #unread: Buffer = Buffer.alloc(0);
  #ending: Ending = { code: null, reason: '' };
  #lastId = 0;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket, head: Buffer) {
    this.#socket = socket;
    this.ended = new Promise((resolve) => {
      socket.on('close', () => resolve(this.#ending));
    });
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => this.#read(chunk));
    if (head.length > 0) this.#read(head);
  }

  static async open({ run }: ExchangeProcess): Promise<DataClient> {
    const headers = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.from('openstrike-client').subarray(0, 16).toString('base64'),
    };
    return new Promise((resolve, reject) => {
      const asked = request(run.ws.replace('ws://', 'http://'), { headers });
      asked.on('upgrade', (_, socket, head) => resolve(new DataClient(socket as Socket, head)));
      asked.on('response', ({ statusCode }) => reject(new Error(`refused with ${statusCode}`)));
      asked.on('error', reject);
      asked.end();
    });
  }

  /** A client that is logged in as a demo account. */
  static async loggedIn(exchange: ExchangeProcess, account = 0): Promise<DataClient> {
    const client = await DataClient.open(exchange);
    const keys = exchange.run.demoAccounts[account];
    await client.call('public/auth', {
      grant_type: 'client_credentials',
      client_id: keys?.clientId,
      client_secret: keys?.clientSecret,
    });
    return client;
  }

  /** Sends a request and waits for its answer, whatever that says. */
  ask(method: string, params: object = {}): Promise<Answer> {
    const id = ++this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#calls.set(id, resolve));
    const text = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    this.#socket.write(maskedFrame(opcodes.text, Buffer.from(text)));
    return answered;
  }

  /** Sends a request; rejects when it is refused. */
  async call<Result = unknown>(method: string, params: object = {}): Promise<Result> {
    const { result, error } = await this.ask(method, params);
    if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`);
    return result as Result;
  }

  /** Subscribes; throws when the venue leaves any of them out. */
  async subscribe(...channels: string[]): Promise<void> {
    const accepted = await this.call<string[]>('public/subscribe', { channels });
    if (accepted.length !== channels.length) {
      throw new Error(
        `left out: ${channels.filter((name) => !accepted.includes(name)).join(', ')}`,
      );
    }
  }

  /** Hears each notification of a channel; answers the function that ends it. */
  on<Data>(channel: string, listener: (data: Data) => void): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set<Listener>();
    this.#listeners.set(channel, listeners.add(listener as Listener));
    return () => listeners.delete(listener as Listener);
  }

  /** Waits until something holds, looking again after each notification. */
  async until(what: string, holds: () => boolean, waitMs = 60_000): Promise<void> {
    const endMs = Date.now() + waitMs;
    while (!holds()) {
      const leftMs = endMs - Date.now();
      if (leftMs <= 0) throw new Error(`waited ${waitMs} ms in vain for ${what}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** The next notification of a channel that fits. */
  next<Data>(channel: string, fits: (data: Data) => boolean = () => true): Promise<Data> {
    return new Promise((resolve) => {
      const end = this.on<Data>(channel, (data) => {
        if (!fits(data)) return;
        end();
        resolve(data);
      });
    });
  }

  /** Takes nothing more from the kernel. */
  stopReading(): void {
    this.#socket.pause();
  }

  goOnReading(): void {
    this.#socket.resume();
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const data = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    let start = 0;
    for (let frame = frameAt(data, 0); frame !== null; frame = frameAt(data, start)) {
      start = frame.end;
      this.#unread = data.subarray(start);
      this.#take(frame);
    }
    if (start === 0) this.#unread = data;
  }

  #take({ opcode, payload }: Frame): void {
    if (opcode === opcodes.close) {
      this.#ending = { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
      this.#socket.end(maskedFrame(opcodes.close, payload.subarray(0, 2)));
    }
    if (opcode !== opcodes.text) return;
    const { id, params, ...rest } = JSON.parse(payload.toString('utf8')) as Answer;
    if (id !== undefined) {
      this.#calls.get(id)?.(rest);
      this.#calls.delete(id);
    } else if (params !== undefined) {
      this.heard += 1;
      for (const listener of this.#listeners.get(params.channel) ?? []) listener(params.data);
      const waiting = [...this.#waiting];
      this.#waiting.clear();
      for (const wake of waiting) wake();
    }
  }
}
