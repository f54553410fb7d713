// REST client: gets JSON over HTTP from one venue, within its rate limit. Invariant: requests go
// out one after another in order; every one settles, with the JSON or with an OperationalError; a
// venue that says "too fast" is left alone for as long as it asks.
import { OperationalError } from '@openstrike/domain';
import { type RateLimit, TokenBucket } from './token-bucket.ts';

export interface RestClientOptions {
  /** Such as `https://api.binance.com`; paths are appended to it. */
  readonly address: string;
  readonly rateLimit: RateLimit;
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
  /** Requests that may wait for their turn. */
  readonly waitingMax: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export class RestClient {
  readonly #options: RestClientOptions;
  readonly #bucket: TokenBucket;
  readonly #stopping = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: RestClientOptions) {
    this.#options = options;
    this.#bucket = new TokenBucket(options.rateLimit, performance.now());
  }

  get(path: string): Promise<unknown> {
    if (this.#waiting >= this.#options.waitingMax) {
      const sentence = `${this.#waiting} requests wait for ${this.#options.address}: ask for less.`;
      return Promise.reject(new OperationalError('venue-overloaded', sentence));
    }
    this.#waiting++;
    const answer = this.#turn.then(() => this.#fetch(path)).finally(() => this.#waiting--);
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** Ends what is under way and what waits its turn; every request rejects from now on. */
  stop(): void {
    this.#stopping.abort();
  }

  async #fetch(path: string): Promise<unknown> {
    await this.#allowed();
    const { address, timeoutMs, headers } = this.#options;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await fetch(`${address}${path}`, { signal, ...(headers && { headers }) });
      if (response.status === 429 || response.status === 418) {
        const seconds = Number(response.headers.get('retry-after') ?? '30');
        const pauseMs = (Number.isFinite(seconds) ? Math.max(1, seconds) : 30) * 1_000;
        this.#bucket.pause(performance.now(), pauseMs);
      }
      if (!response.ok) {
        await response.body?.cancel();
        throw new Error(`it answers ${response.status}`);
      }
      return JSON.parse(await this.#body(response)) as unknown;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new OperationalError(
        'venue-unreachable',
        `${address}${path} gives no JSON (${reason}): check the address and that it is up.`,
        { cause: error },
      );
    }
  }

  async #body(response: Response): Promise<string> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > this.#options.bodyBytesMax) {
        throw new Error(`its answer is longer than ${this.#options.bodyBytesMax} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  async #allowed(): Promise<void> {
    for (;;) {
      if (this.#stopping.signal.aborted) {
        const sentence = `${this.#options.address} is not asked any more: its connector stopped.`;
        throw new OperationalError('connector-stopped', sentence);
      }
      if (this.#bucket.take(performance.now())) {
        return;
      }
      await pause(this.#bucket.waitMs(performance.now()), this.#stopping.signal);
    }
  }
}

/** Waits so long, or until it is told to stop. */
const pause = (forMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, forMs);
    signal.addEventListener('abort', done);
  });
