// JSON-RPC socket: one WebSocket connection that speaks JSON-RPC, from its opening to its end; it
// never comes back to life. Requests beyond `outstandingMax` wait their turn in order. Invariant:
// every request settles: with its answer, or with an OperationalError when the connection ends or
// the answer takes too long.
import { OperationalError } from '@openstrike/domain';
import WebSocket from 'ws';
import { VenueRefusal } from './venue.ts';

export interface JsonRpcSocketOptions {
  readonly url: string;
  readonly trustAnyCertificate: boolean;
  /** Requests under way at once. */
  readonly outstandingMax: number;
  /** Requests that may wait behind them. */
  readonly waitingMax: number;
  readonly requestTimeoutMs: number;
  /** The connection ends when nothing was heard for so long. */
  readonly silenceMaxMs: number;
  readonly onOpen: () => void;
  readonly onNotification: (channel: string, data: unknown) => void;
  /** Called once, after all requests were settled. */
  readonly onEnd: (reason: string) => void;
}

interface Request {
  readonly id: number;
  readonly frame: string;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  deadlineMs: number;
}

interface Frame {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly channel?: string; readonly data?: unknown; readonly type?: string };
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Codes after which the same request may succeed a little later. */
const retryableCodes = new Set([
  10028, 10040, 10041, 10047, 10066, 11051, 11094, 13028, 13503, 13888,
]);

export class JsonRpcSocket {
  readonly #options: JsonRpcSocketOptions;
  readonly #socket: WebSocket;
  readonly #sent = new Map<number, Request>();
  #waiting: Request[] = [];
  #waitingHead = 0;
  #nextId = 1;
  #heardMs = performance.now();
  #ended = false;
  readonly #watchdog: NodeJS.Timeout;

  constructor(options: JsonRpcSocketOptions) {
    this.#options = options;
    this.#socket = new WebSocket(options.url, {
      rejectUnauthorized: !options.trustAnyCertificate,
      perMessageDeflate: false,
      maxPayload: 64 * 2 ** 20,
      handshakeTimeout: options.requestTimeoutMs,
    });
    this.#socket.on('open', () => {
      this.#heardMs = performance.now();
      options.onOpen();
    });
    this.#socket.on('message', (data) => this.#hear((data as Buffer).toString()));
    this.#socket.on('ping', () => {
      this.#heardMs = performance.now();
    });
    this.#socket.on('error', (error) => this.end(error.message));
    this.#socket.on('close', (code) => this.end(`closed with code ${code}`));
    const period = Math.max(10, Math.min(options.silenceMaxMs, options.requestTimeoutMs) / 4);
    this.#watchdog = setInterval(() => this.#watch(), period);
  }

  /** Wall milliseconds since anything was heard. */
  silentForMs(): number {
    return performance.now() - this.#heardMs;
  }

  outstanding(): number {
    return this.#sent.size + this.#waiting.length - this.#waitingHead;
  }

  /** Sends a request at once if there is room, else in its turn. */
  request<Result>(method: string, params: object): Promise<Result> {
    if (this.#ended) {
      return Promise.reject(unreachable(this.#options.url, 'the connection has ended'));
    }
    const waiting = this.#waiting.length - this.#waitingHead;
    if (waiting >= this.#options.waitingMax) {
      return Promise.reject(
        new OperationalError(
          'venue-overloaded',
          `${waiting} requests wait for ${this.#options.url}: send fewer at a time.`,
        ),
      );
    }
    return new Promise<Result>((resolve, reject) => {
      const id = this.#nextId++;
      const frame = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      this.#waiting.push({ id, frame, resolve, reject, deadlineMs: 0 });
      this.#sendNext();
    });
  }

  /** Ends the connection and settles what was under way. */
  end(reason: string): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    clearInterval(this.#watchdog);
    this.#socket.removeAllListeners('message');
    this.#socket.terminate();
    const lost = [...this.#sent.values()];
    const unsent = this.#waiting.slice(this.#waitingHead);
    this.#sent.clear();
    this.#waiting = [];
    this.#waitingHead = 0;
    for (const { reject } of lost) {
      reject(
        new OperationalError(
          'venue-answer-lost',
          `the connection to ${this.#options.url} ended (${reason}) before an answer ` +
            'came: read the open orders to see what became of the request.',
        ),
      );
    }
    for (const { reject } of unsent) {
      reject(unreachable(this.#options.url, reason));
    }
    this.#options.onEnd(reason);
  }

  #sendNext(): void {
    const { outstandingMax, requestTimeoutMs } = this.#options;
    while (this.#waitingHead < this.#waiting.length && this.#sent.size < outstandingMax) {
      const request = this.#waiting[this.#waitingHead++] as Request;
      request.deadlineMs = performance.now() + requestTimeoutMs;
      this.#sent.set(request.id, request);
      this.#socket.send(request.frame);
    }
    if (this.#waitingHead === this.#waiting.length) {
      this.#waiting = [];
      this.#waitingHead = 0;
    } else if (this.#waitingHead > 1_024) {
      this.#waiting = this.#waiting.slice(this.#waitingHead);
      this.#waitingHead = 0;
    }
  }

  #hear(text: string): void {
    this.#heardMs = performance.now();
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      this.end('the venue sent a frame that is not JSON');
      return;
    }
    if (frame.method === 'subscription') {
      this.#options.onNotification(frame.params?.channel ?? '', frame.params?.data);
    } else if (frame.method === 'heartbeat') {
      if (frame.params?.type === 'test_request') {
        // Answered past the queue: the venue closes the connection of whoever is late.
        this.#socket.send('{"jsonrpc":"2.0","id":0,"method":"public/test","params":{}}');
      }
    } else if (frame.id !== undefined) {
      this.#settle(frame, frame.id);
    }
  }

  #settle(frame: Frame, id: number): void {
    const request = this.#sent.get(id);
    if (request === undefined) {
      return;
    }
    this.#sent.delete(id);
    this.#sendNext();
    if (frame.error === undefined) {
      request.resolve(frame.result as never);
    } else {
      request.reject(refusalOf(frame.error));
    }
  }

  /** Answers come in any order, but the oldest request was sent first. */
  #watch(): void {
    const [oldest] = this.#sent.values();
    if (oldest !== undefined && performance.now() > oldest.deadlineMs) {
      this.end(`no answer within ${this.#options.requestTimeoutMs} ms`);
    } else if (this.silentForMs() > this.#options.silenceMaxMs) {
      this.end(`nothing heard for ${this.#options.silenceMaxMs} ms`);
    }
  }
}

const refusalOf = (error: NonNullable<Frame['error']>): VenueRefusal => {
  const data = error.data as { reason?: string; param?: string } | undefined;
  const details = [data?.reason, data?.param].filter((part) => part !== undefined).join(', ');
  const sentence = details === '' ? error.message : `${error.message} (${details})`;
  return new VenueRefusal(error.code, sentence, retryableCodes.has(error.code));
};

/** What a request meets that could not be sent. */
export const unreachable = (url: string, reason: string): OperationalError =>
  new OperationalError(
    'venue-unreachable',
    `${url} cannot be reached (${reason}): check the address and that the venue runs; ` +
      'the client keeps trying.',
  );
