// Local venue: a WebSocket and HTTP server on a free port of this machine that speaks one venue's
// protocol through a script, and does to its frames what a test tells it to: drop, repeat, swap,
// garble, cut, delay, break off, fall silent.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';

export type WireFault =
  | 'pass'
  | 'drop'
  | 'duplicate'
  /** Held back until after the next frame. */
  | 'swap'
  | 'garbage'
  | 'cut'
  | 'disconnect'
  /** One digit of a number is another. */
  | 'wrong-digit';

export interface Script {
  /** Called for each connection. */
  readonly connected?: (client: LocalClient) => void;
  readonly hear: (client: LocalClient, text: string) => void;
  /** Answers HTTP; undefined for 404. */
  readonly get?: (path: string) => unknown;
}

/** One connection of the connector under test, as the server holds it. */
export class LocalClient {
  readonly #socket: WebSocket;
  readonly #venue: LocalVenue;
  #held: string | null = null;
  /** What was asked for when it connected. */
  readonly path: string;
  /** Whatever the script wants to remember of this connection. */
  readonly notes = new Map<string, unknown>();

  constructor(socket: WebSocket, venue: LocalVenue, path: string) {
    this.path = path;
    this.#socket = socket;
    this.#venue = venue;
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** Sends a frame through the faults. */
  send(frame: unknown): void {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    const fault = this.#venue.nextFault();
    if (!this.open || this.#venue.silent || fault === 'drop') {
      return;
    }
    if (fault === 'disconnect') {
      this.#socket.terminate();
      return;
    }
    if (fault === 'swap' && this.#held === null) {
      this.#held = text;
      return;
    }
    this.#socket.send(garbled(text, fault));
    if (fault === 'duplicate') {
      this.#socket.send(text);
    }
    if (this.#held !== null) {
      this.#socket.send(this.#held);
      this.#held = null;
    }
  }

  /** Sends a frame as it is. */
  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  breakOff(): void {
    this.#socket.terminate();
  }
}

const garbled = (text: string, fault: WireFault): string => {
  switch (fault) {
    case 'garbage':
      return '\u0000<html>502 Bad Gateway</html>';
    case 'cut':
      return text.slice(0, Math.floor(text.length / 2));
    case 'wrong-digit':
      return text.replace(/(\.\d{6})\d/, (all, head: string) =>
        all.endsWith('7') ? `${head}1` : `${head}7`,
      );
    default:
      return text;
  }
};

export class LocalVenue {
  readonly #http: Server;
  readonly #server: WebSocketServer;
  readonly clients: LocalClient[] = [];
  /** Every frame that came in, of all connections. */
  readonly heard: string[] = [];
  /** Every HTTP path that was asked for. */
  readonly asked: string[] = [];
  /** What happens to the next frames that go out, one each. */
  faults: WireFault[] = [];
  silent = false;
  /** Answers HTTP with this status when set. */
  httpStatus: number | null = null;
  connections = 0;

  private constructor(http: Server, server: WebSocketServer, script: Script) {
    this.#http = http;
    this.#server = server;
    http.on('request', (request, response) => {
      const path = request.url ?? '/';
      this.asked.push(path);
      const answer = this.httpStatus === null ? script.get?.(path) : undefined;
      response.statusCode = this.httpStatus ?? (answer === undefined ? 404 : 200);
      response.setHeader('retry-after', '1');
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer ?? {}));
    });
    server.on('connection', (socket, request) => {
      const client = new LocalClient(socket, this, request.url ?? '/');
      this.connections++;
      this.clients.push(client);
      socket.on('error', () => undefined);
      socket.on('message', (data) => {
        const text = (data as Buffer).toString();
        this.heard.push(text);
        if (!this.silent) {
          script.hear(client, text);
        }
      });
      script.connected?.(client);
    });
  }

  static async open(script: Script): Promise<LocalVenue> {
    const http = createServer();
    const server = new WebSocketServer({ server: http });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
    return new LocalVenue(http, server, script);
  }

  get socketAddress(): string {
    return `ws://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  get restAddress(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  nextFault(): WireFault {
    return this.faults.shift() ?? 'pass';
  }

  /** The connections that stand. */
  open(): LocalClient[] {
    return this.clients.filter((client) => client.open);
  }

  breakOff(): void {
    for (const client of this.clients) {
      client.breakOff();
    }
  }

  async close(): Promise<void> {
    this.breakOff();
    this.#http.closeAllConnections();
    this.#server.close();
    await new Promise<void>((resolve) => this.#http.close(() => resolve()));
  }
}
