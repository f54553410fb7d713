// Test socket: a WebSocket client that keeps all it hears, answers and notifications apart.
import { WebSocket } from 'ws';

export interface Message {
  readonly id?: number | string;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: { readonly reason?: string; readonly param?: string };
  };
  readonly method?: string;
  readonly params?: {
    readonly channel?: string;
    readonly data?: unknown;
    readonly label?: string;
    readonly type?: string;
  };
  readonly usIn?: number;
  readonly usOut?: number;
  readonly usDiff?: number;
  readonly testnet?: boolean;
}

export class TestSocket {
  readonly messages: Message[] = [];
  readonly notifications: Message[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly raw: WebSocket;
  #nextId = 1;
  #wake: (() => void)[] = [];

  private constructor(raw: WebSocket) {
    this.raw = raw;
    raw.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      (message.method === undefined ? this.messages : this.notifications).push(message);
      const waiting = this.#wake;
      this.#wake = [];
      for (const wake of waiting) wake();
    });
    raw.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      raw.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  static async open(url: string): Promise<TestSocket> {
    const raw = new WebSocket(url, { perMessageDeflate: false });
    const socket = new TestSocket(raw);
    await new Promise<void>((resolve, reject) => {
      raw.once('open', resolve);
      raw.once('error', reject);
    });
    return socket;
  }

  /** Sends a request without waiting; answers its id. */
  send(method: string, params: object = {}): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.raw.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return id;
  }

  async answer(id: number | string): Promise<Message> {
    return this.until(() => this.messages.find((message) => message.id === id));
  }

  async call(method: string, params: object = {}): Promise<Message> {
    return this.answer(this.send(method, params));
  }

  async result<Result = unknown>(method: string, params: object = {}): Promise<Result> {
    const message = await this.call(method, params);
    if (message.error !== undefined) {
      throw new Error(`${method}: ${JSON.stringify(message.error)}`);
    }
    return message.result as Result;
  }

  /** Waits until something is found among what was heard. */
  async until<Found>(find: () => Found | undefined, timeoutMs = 20_000): Promise<Found> {
    const endMs = Date.now() + timeoutMs;
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (Date.now() > endMs) throw new Error('nothing of the kind was heard');
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        setTimeout(resolve, 50);
      });
    }
  }

  /** Data of a channel's notifications, in order. */
  heard<Data = Record<string, unknown>>(channel: string): Data[] {
    return this.notifications
      .filter((message) => message.params?.channel === channel)
      .map((message) => message.params?.data as Data);
  }

  /** Waits for the n-th notification of a channel, counted from 1. */
  async hear<Data = Record<string, unknown>>(channel: string, count = 1): Promise<Data> {
    return this.until(() => this.heard<Data>(channel)[count - 1]);
  }

  terminate(): void {
    this.raw.terminate();
  }
}
