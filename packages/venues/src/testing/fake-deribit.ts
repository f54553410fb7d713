// Fake Deribit: a WebSocket server on a free port of this machine that answers with frames as they
// were seen on Deribit, and does what a test tells it to: be silent, refuse, break off, skip a
// change.
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

export interface Received {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

type Answer = { readonly result: unknown } | { readonly error: object } | 'silence';

export class FakeDeribit {
  readonly #server: WebSocketServer;
  #sockets: WebSocket[] = [];
  /** Every request, of all connections. */
  readonly received: Received[] = [];
  /** Answers by method, before the built-in ones. */
  readonly answers = new Map<string, (params: Record<string, unknown>) => Answer>();
  connections = 0;
  /** Called for every accepted subscription. */
  onSubscribe: (channel: string) => void = () => undefined;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.connections++;
      this.#sockets.push(socket);
      socket.on('message', (data) =>
        this.#hear(socket, JSON.parse((data as Buffer).toString()) as Received),
      );
    });
  }

  static async open(port = 0): Promise<FakeDeribit> {
    const server = new WebSocketServer({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve) => server.once('listening', () => resolve()));
    return new FakeDeribit(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/ws/api/v2`;
  }

  methods(): string[] {
    return this.received.map((request) => request.method);
  }

  /** Sends a notification to everybody. */
  notify(channel: string, data: unknown): void {
    this.send({ jsonrpc: '2.0', method: 'subscription', params: { channel, data } });
  }

  send(frame: object): void {
    for (const socket of this.#sockets) {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(JSON.stringify(frame));
      }
    }
  }

  /** Breaks all connections. */
  breakOff(): void {
    for (const socket of this.#sockets) {
      socket.terminate();
    }
    this.#sockets = [];
  }

  async close(): Promise<void> {
    this.breakOff();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #hear(socket: WebSocket, request: Received): void {
    this.received.push(request);
    const answer = this.answers.get(request.method)?.(request.params) ?? builtIn(request);
    if (answer === 'silence') {
      return;
    }
    const envelope = { jsonrpc: '2.0', id: request.id, ...answer };
    const times = { usIn: 1795161600000001, usOut: 1795161600000301, usDiff: 300, testnet: true };
    socket.send(JSON.stringify({ ...envelope, ...times }));
    if (request.method.endsWith('/subscribe')) {
      for (const channel of request.params.channels as string[]) {
        this.onSubscribe(channel);
      }
    }
  }
}

const builtIn = ({ method, params }: Received): Answer => {
  if (method === 'public/auth') {
    const token = {
      access_token: 'a',
      refresh_token: 'r',
      token_type: 'bearer',
      scope: 'connection',
    };
    return { result: { ...token, expires_in: 900 } };
  }
  if (method.endsWith('subscribe')) {
    return { result: params.channels };
  }
  return { result: 'ok' };
};

/** An order as Deribit sends it. */
export const orderFrame = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  web: false,
  time_in_force: 'good_til_cancelled',
  replaced: false,
  reduce_only: false,
  price: 0.0525,
  post_only: false,
  order_type: 'limit',
  order_state: 'open',
  order_id: '4008965646',
  max_show: 5.0,
  last_update_timestamp: 1795161600000,
  label: 'quote',
  is_liquidation: false,
  instrument_name: 'BTC-27DEC26-100000-C',
  filled_amount: 0.0,
  direction: 'buy',
  creation_timestamp: 1795161600000,
  average_price: 0.0,
  api: true,
  amount: 5.0,
  ...over,
});
