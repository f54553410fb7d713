// Venue session: one WebSocket connection kept up: it connects, hands frames to the venue's
// protocol, watches for silence, skew and overdue snapshots, and comes back with back-off after any
// end. Invariant: whatever arrives, it never throws out of an event handler and never holds more
// than its bounds; after `stop` nothing more is told.
import { OperationalError } from '@openstrike/domain';
import { backOffMs } from '@openstrike/std';
import WebSocket from 'ws';
import type { ConnectorListener } from '../connector.ts';
import type { MarketEvent, SourceName, SourceState } from '../market-event.ts';
import { ClockSkew } from './clock-skew.ts';
import type { ConnectorCounts } from './connector-counts.ts';
import { FrameError } from './fields.ts';
import type { Link, VenueProtocol } from './link.ts';
import type { Market } from './market.ts';
import { RestClient } from './rest-client.ts';
import type { SessionSettings } from './session-settings.ts';
import { SymbolBoard } from './symbol-board.ts';
import { TokenBucket } from './token-bucket.ts';

/** What went wrong without ending anything: for the log. */
export interface ConnectorProblem {
  readonly source: SourceName;
  readonly code: 'frame' | 'request' | 'overflow';
  readonly sentence: string;
}

/** One way in which a source is kept up. */
export interface SourceSession {
  /** Starts. Market events and the states of symbols go to the listener, its own to `onState`. */
  start(listener: ConnectorListener, onState: (state: SourceState, reason: string) => void): void;
  stop(): Promise<void>;
  state(): SourceState;
  markets(): Market[];
  skewUs(): number | null;
}

export interface VenueSessionOptions {
  readonly source: SourceName;
  /** WebSocket address, or how to make it at each connection (symbols in it, fresh signatures). */
  readonly address: string | ((markets: readonly Market[]) => string);
  readonly headers?: (address: string) => Readonly<Record<string, string>>;
  /** HTTP address of the same venue; null where none is used. */
  readonly restAddress: string | null;
  readonly restHeaders?: Readonly<Record<string, string>>;
  readonly createProtocol: (link: Link) => VenueProtocol;
  /** Markets that are followed from the start. */
  readonly markets: readonly Market[];
  /** Gets the markets that are listed, where the venue is asked for them. */
  readonly listMarkets: ((rest: RestClient) => Promise<readonly Market[]>) | null;
  readonly settings: SessionSettings;
  readonly counts: ConnectorCounts;
  readonly onProblem: (problem: ConnectorProblem) => void;
}

const problemsPerSecondMax = 20;

export class VenueSession implements SourceSession {
  readonly #options: VenueSessionOptions;
  readonly #settings: SessionSettings;
  readonly #rest: RestClient | null;
  readonly #bucket: TokenBucket;
  readonly #skew: ClockSkew;
  readonly #problemBucket: TokenBucket;
  #board: SymbolBoard;
  #onState: (state: SourceState, reason: string) => void = () => undefined;
  #socket: WebSocket | null = null;
  #protocol: VenueProtocol | null = null;
  #connection = { over: true };
  #outbox: string[] = [];
  #state: SourceState = 'down';
  #attempt = 0;
  #openedMs = 0;
  /** When anything was heard, pongs included, and when a message was. */
  #heardMs = 0;
  #messageMs = 0;
  #pingedMs = 0;
  #listedMs = Number.NEGATIVE_INFINITY;
  #listing: Promise<void> = Promise.resolve();
  #ticker: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #stopped = true;

  constructor(options: VenueSessionOptions) {
    this.#options = options;
    const { settings } = options;
    this.#settings = settings;
    this.#bucket = new TokenBucket(settings.sendRate, settings.nowMs());
    this.#problemBucket = new TokenBucket(
      { burst: problemsPerSecondMax, perSecond: problemsPerSecondMax },
      settings.nowMs(),
    );
    this.#skew = new ClockSkew(settings.skewWindowMs);
    this.#board = this.#createBoard(() => undefined);
    this.#rest =
      options.restAddress === null
        ? null
        : new RestClient({
            address: options.restAddress,
            rateLimit: settings.restRate,
            timeoutMs: settings.requestTimeoutMs,
            bodyBytesMax: settings.bodyBytesMax,
            waitingMax: settings.waitingMax,
            ...(options.restHeaders && { headers: options.restHeaders }),
          });
  }

  state(): SourceState {
    return this.#state;
  }

  markets(): Market[] {
    return this.#board.markets();
  }

  skewUs(): number | null {
    return this.#skew.estimateUs();
  }

  /** Starts. Market events and the states of symbols go to the listener, its own to `onState`. */
  start(listener: ConnectorListener, onState: (state: SourceState, reason: string) => void): void {
    this.#stopped = false;
    this.#onState = onState;
    this.#board = this.#createBoard(listener);
    for (const market of this.#options.markets) {
      this.#board.add(market);
    }
    this.#ticker = setInterval(() => this.#tick(), this.#settings.tickMs);
    this.#connect();
  }

  async stop(): Promise<void> {
    if (this.#stopped) {
      return;
    }
    this.#end('stopped');
    this.#stopped = true;
    clearInterval(this.#ticker ?? undefined);
    clearTimeout(this.#retry ?? undefined);
    this.#rest?.stop();
    await this.#listing;
  }

  #createBoard(listener: ConnectorListener): SymbolBoard {
    const { nowMs, nowUs } = this.#settings;
    return new SymbolBoard({ source: this.#options.source, listener, nowMs, nowUs });
  }

  #connect(): void {
    this.#setState('connecting', 'connecting');
    if (this.#options.listMarkets === null || this.#listedMs > Number.NEGATIVE_INFINITY) {
      this.#openSocket();
      return;
    }
    this.#listing = this.#listAndOpen();
  }

  async #listAndOpen(): Promise<void> {
    const failure = await this.#list();
    if (this.#stopped) {
      return;
    }
    if (failure === null) {
      this.#openSocket();
    } else {
      this.#listedMs = Number.NEGATIVE_INFINITY;
      this.#retryLater(`no list of markets: ${failure}`);
    }
  }

  /** Asks which markets are listed and takes them. Resolves with the reason of a failure. */
  async #list(): Promise<string | null> {
    const { listMarkets, counts } = this.#options;
    if (listMarkets === null || this.#rest === null) {
      return null;
    }
    this.#listedMs = this.#settings.nowMs();
    try {
      const markets = await listMarkets(this.#rest);
      if (!this.#stopped) {
        this.#takeMarkets(markets);
      }
      return null;
    } catch (error) {
      if (!(error instanceof FrameError) && !(error instanceof OperationalError)) {
        throw error;
      }
      counts.failedRequests++;
      this.#problem('request', error.message);
      return error.message;
    }
  }

  #takeMarkets(listed: readonly Market[]): void {
    const names = new Set(listed.map(({ venueSymbol }) => venueSymbol));
    const fixed = new Set(this.#options.markets.map(({ venueSymbol }) => venueSymbol));
    const added = listed
      .filter(({ venueSymbol }) => this.#board.market(venueSymbol) === undefined)
      .slice(0, Math.max(0, this.#settings.symbolsMax - this.#board.size));
    const removed = this.#board
      .markets()
      .filter(({ venueSymbol }) => !names.has(venueSymbol) && !fixed.has(venueSymbol));
    for (const market of added) {
      this.#board.add(market);
      if (this.#protocol !== null) {
        this.#board.set(market.venueSymbol, 'connecting', 'newly listed');
      }
    }
    if (this.#protocol !== null && added.length + removed.length > 0) {
      this.#protocol.change(added, removed);
    }
    for (const { venueSymbol } of removed) {
      this.#board.remove(venueSymbol, 'no longer listed');
    }
  }

  #openSocket(): void {
    const { address, headers } = this.#options;
    const url = typeof address === 'string' ? address : address(this.#board.markets());
    const socket = new WebSocket(url, {
      maxPayload: this.#settings.frameBytesMax,
      handshakeTimeout: this.#settings.requestTimeoutMs,
      perMessageDeflate: false,
      ...(headers && { headers: headers(url) }),
    });
    this.#socket = socket;
    socket.on('open', () => this.#opened());
    socket.on('message', (data) => this.#hear(data as Buffer));
    socket.on('ping', () => this.#heardPong());
    socket.on('pong', () => this.#heardPong());
    socket.on('error', (error) => this.#lost(socket, error.message));
    socket.on('close', (code) => this.#lost(socket, `closed with code ${code}`));
  }

  #opened(): void {
    const nowMs = this.#settings.nowMs();
    this.#options.counts.connections++;
    this.#openedMs = nowMs;
    this.#heardMs = nowMs;
    this.#messageMs = nowMs;
    this.#pingedMs = nowMs;
    this.#board.connecting('connected, waiting for the first snapshot');
    const connection = { over: false };
    this.#connection = connection;
    this.#protocol = this.#options.createProtocol(this.#link(connection));
    this.#protocol.open(this.#board.markets());
    this.#drain();
  }

  /** What a protocol holds of its connection: what comes after its end changes nothing. */
  #link(connection: { readonly over: boolean }): Link {
    const { counts } = this.#options;
    const unlessOver =
      <Arguments extends unknown[]>(act: (...given: Arguments) => void) =>
      (...given: Arguments): void => {
        if (!connection.over) {
          act(...given);
        }
      };
    return {
      bookDepth: this.#settings.bookDepth,
      send: unlessOver((frame) => this.#send(frame)),
      sendNow: unlessOver((frame) => this.#write(frame)),
      tell: unlessOver((event) => this.#tell(event)),
      live: unlessOver((venueSymbol) => this.#board.inSequence(venueSymbol)),
      lose: unlessOver((venueSymbol, reason, cause) => this.#lose(venueSymbol, reason, cause)),
      refuse: unlessOver((venueSymbol, reason) => this.#board.refuse(venueSymbol, reason)),
      count: (what) => counts[what]++,
      unparsed: (sentence) => this.#unparsed(sentence),
      reconnect: unlessOver((reason) => this.#end(reason)),
      get: (path) => this.#get(path),
    };
  }

  async #get(path: string): Promise<unknown> {
    if (this.#rest === null) {
      throw new FrameError('no HTTP address is set');
    }
    const { counts } = this.#options;
    try {
      const answer = await this.#rest.get(path);
      counts.answers++;
      return answer;
    } catch (error) {
      counts.failedRequests++;
      this.#problem('request', error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  #hear(data: Buffer): void {
    if (this.#stopped || this.#protocol === null) {
      return;
    }
    const { counts } = this.#options;
    counts.frames++;
    counts.bytes += data.length;
    this.#heard();
    try {
      this.#protocol.hear(data.toString(), this.#settings.nowUs());
    } catch (error) {
      if (!(error instanceof FrameError)) {
        throw error;
      }
      this.#unparsed(error.message);
    }
  }

  #unparsed(sentence: string): void {
    this.#options.counts.unparsed++;
    this.#problem('frame', sentence);
  }

  #heardPong(): void {
    this.#heardMs = this.#settings.nowMs();
  }

  #heard(): void {
    this.#heardMs = this.#settings.nowMs();
    this.#messageMs = this.#heardMs;
    if (this.#state === 'stale') {
      this.#board.revive('connection', 'the venue is heard again');
      this.#sumUp();
    }
  }

  #tell(event: MarketEvent): void {
    if (this.#stopped) {
      return;
    }
    if (event.sourceUs !== null) {
      this.#skew.observe(event.sourceUs, event.receivedUs);
    }
    if (this.#board.tell(event)) {
      this.#options.counts.events++;
      if (this.#state !== 'live') {
        this.#sumUp();
      }
    } else {
      this.#options.counts.withheld++;
    }
  }

  #lose(venueSymbol: string, reason: string, cause: keyof ConnectorCounts): void {
    this.#options.counts[cause]++;
    const market = this.#board.market(venueSymbol);
    if (market !== undefined) {
      this.#board.set(venueSymbol, 'resyncing', reason);
      this.#board.asked(venueSymbol);
      this.#protocol?.ask(market);
    }
  }

  #send(frame: string): void {
    if (this.#outbox.length >= this.#settings.waitingMax) {
      this.#options.counts.overflows++;
      this.#problem('overflow', `${this.#outbox.length} frames wait to be sent: reconnecting.`);
      this.#end('too many frames wait to be sent');
      return;
    }
    this.#outbox.push(frame);
    this.#drain();
  }

  #drain(): void {
    while (this.#outbox.length > 0 && this.#bucket.take(this.#settings.nowMs())) {
      this.#write(this.#outbox.shift() as string);
    }
  }

  #write(frame: string): void {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(frame);
    }
  }

  #tick(): void {
    if (this.#protocol === null) {
      return;
    }
    const { settings } = this.#options;
    const nowMs = settings.nowMs();
    const silentMs = nowMs - this.#messageMs;
    if (nowMs - this.#heardMs > settings.deadAfterMs) {
      this.#end(`nothing heard for ${settings.deadAfterMs} ms`);
      return;
    }
    if (silentMs > settings.frozenAfterMs) {
      this.#end(`no message for ${settings.frozenAfterMs} ms`);
      return;
    }
    this.#drain();
    this.#protocol.tick?.(nowMs);
    if (nowMs - this.#pingedMs >= settings.pingEveryMs) {
      this.#pingedMs = nowMs;
      this.#ping();
    }
    if (silentMs > settings.staleAfterMs) {
      this.#board.age('connection', `nothing heard for ${settings.staleAfterMs} ms`);
    }
    if (settings.symbolSilenceMaxMs !== null) {
      const reason = `silent for ${settings.symbolSilenceMaxMs} ms`;
      this.#board.age('symbol', reason, settings.symbolSilenceMaxMs);
    }
    this.#watchSkew();
    this.#watchSnapshots(nowMs);
    if (this.#options.listMarkets !== null && nowMs - this.#listedMs >= settings.listEveryMs) {
      this.#listing = this.#list().then(() => undefined);
    }
    this.#sumUp();
  }

  #ping(): void {
    const frame = this.#protocol?.ping() ?? null;
    if (frame === null) {
      this.#socket?.ping();
    } else {
      this.#write(frame);
    }
  }

  #watchSkew(): void {
    const skewUs = this.#skew.estimateUs();
    if (skewUs !== null && Math.abs(skewUs) > this.#settings.skewMaxMs * 1_000) {
      const side = skewUs < 0 ? 'ahead of' : 'behind';
      const seconds = (Math.abs(skewUs) / 1e6).toFixed(1);
      this.#board.age('skew', `its clock is ${seconds} s ${side} ours, or its data late`);
    } else {
      this.#board.revive('skew', 'its clock agrees with ours again');
    }
  }

  #watchSnapshots(nowMs: number): void {
    const { snapshotTimeoutMs, steadyMs } = this.#settings;
    const alive = this.#board.count('live') + this.#board.count('stale');
    const openMs = nowMs - this.#openedMs;
    if (alive === 0 && this.#board.size > 0 && openMs > 3 * snapshotTimeoutMs) {
      this.#end('no snapshot came');
      return;
    }
    for (const market of this.#board.overdue(snapshotTimeoutMs)) {
      this.#protocol?.ask(market);
    }
    if (alive > 0 && openMs > steadyMs) {
      this.#attempt = 0;
    }
  }

  /** The connection's own state, from those of its symbols. */
  #sumUp(): void {
    if (this.#protocol === null) {
      return;
    }
    const live = this.#board.count('live');
    if (live > 0) {
      this.#setState('live', `${live} of ${this.#board.size} symbols are live`);
    } else if (this.#board.count('stale') > 0) {
      this.#setState('stale', 'no symbol is fresh');
    } else if (this.#board.count('resyncing') > 0) {
      this.#setState('resyncing', 'no symbol is in sequence');
    }
  }

  #setState(state: SourceState, reason: string): void {
    if (this.#state !== state) {
      this.#state = state;
      this.#onState(state, reason);
    }
  }

  #lost(socket: WebSocket, reason: string): void {
    if (socket === this.#socket) {
      this.#end(reason);
    }
  }

  /** Ends the connection, tells it, and tries again later. */
  #end(reason: string): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#protocol = null;
    this.#connection.over = true;
    this.#outbox = [];
    if (socket !== null) {
      socket.removeAllListeners();
      // An error that comes after the end has nobody to tell.
      socket.on('error', () => undefined);
      socket.terminate();
    }
    if (!this.#stopped) {
      this.#board.down(reason);
      this.#retryLater(reason);
    }
  }

  #retryLater(reason: string): void {
    this.#setState('down', reason);
    clearTimeout(this.#retry ?? undefined);
    const { backOff, random } = this.#settings;
    const delayMs = backOffMs(this.#attempt++, backOff, random());
    this.#retry = setTimeout(() => this.#connect(), delayMs);
  }

  #problem(code: ConnectorProblem['code'], sentence: string): void {
    if (this.#problemBucket.take(this.#settings.nowMs())) {
      this.#options.onProblem({ source: this.#options.source, code, sentence });
    }
  }
}
