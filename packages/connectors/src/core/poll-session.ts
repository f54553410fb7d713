// Poll session: one source that is asked over HTTP again and again. Invariant: one request is under
// way at a time; whatever comes back, it never throws out of its timer; after `stop` nothing more
// is told. It stands like a connection: down while requests fail, stale while nothing new comes.
import { OperationalError } from '@openstrike/domain';
import { backOffMs } from '@openstrike/std';
import type { ConnectorListener } from '../connector.ts';
import type { MarketEvent, SourceName, SourceState } from '../market-event.ts';
import { ClockSkew } from './clock-skew.ts';
import type { ConnectorCounts } from './connector-counts.ts';
import { FrameError } from './fields.ts';
import type { Market } from './market.ts';
import { RestClient } from './rest-client.ts';
import type { SessionSettings } from './session-settings.ts';
import { SymbolBoard } from './symbol-board.ts';
import { TokenBucket } from './token-bucket.ts';
import type { PollPlan } from './venue-definition.ts';
import type { ConnectorProblem, SourceSession } from './venue-session.ts';

export interface PollSessionOptions {
  readonly source: SourceName;
  readonly plan: PollPlan;
  readonly settings: SessionSettings;
  readonly counts: ConnectorCounts;
  readonly onProblem: (problem: ConnectorProblem) => void;
}

const problemsPerSecondMax = 20;

export class PollSession implements SourceSession {
  readonly #options: PollSessionOptions;
  readonly #rest: RestClient;
  readonly #skew: ClockSkew;
  readonly #problemBucket: TokenBucket;
  #board: SymbolBoard;
  #onState: (state: SourceState, reason: string) => void = () => undefined;
  #state: SourceState = 'down';
  #failures = 0;
  #newsMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #asking: Promise<void> = Promise.resolve();
  #stopped = true;

  constructor(options: PollSessionOptions) {
    this.#options = options;
    const { settings, plan } = options;
    this.#skew = new ClockSkew(settings.skewWindowMs);
    this.#problemBucket = new TokenBucket(
      { burst: problemsPerSecondMax, perSecond: problemsPerSecondMax },
      settings.nowMs(),
    );
    this.#board = this.#createBoard(() => undefined);
    this.#rest = new RestClient({
      address: plan.address,
      rateLimit: settings.restRate,
      timeoutMs: settings.requestTimeoutMs,
      bodyBytesMax: settings.bodyBytesMax,
      waitingMax: 1,
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

  start(listener: ConnectorListener, onState: (state: SourceState, reason: string) => void): void {
    this.#stopped = false;
    this.#onState = onState;
    this.#board = this.#createBoard(listener);
    for (const market of this.#options.plan.markets) this.#board.add(market);
    this.#setState('connecting', 'asking for the first time');
    this.#board.connecting('asking for the first time');
    this.#asking = this.#ask();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#timer ?? undefined);
    this.#rest.stop();
    await this.#asking;
    this.#state = 'down';
  }

  #createBoard(listener: ConnectorListener): SymbolBoard {
    const { nowMs, nowUs } = this.#options.settings;
    return new SymbolBoard({ source: this.#options.source, listener, nowMs, nowUs });
  }

  async #ask(): Promise<void> {
    const { plan, settings, counts } = this.#options;
    try {
      const value = await this.#rest.get(plan.path);
      if (this.#stopped) return;
      counts.frames++;
      counts.answers++;
      this.#failures = 0;
      plan.read(value, settings.nowUs(), {
        tell: (event) => this.#tell(event),
        refused: (sentence) => {
          counts.refusedReports++;
          this.#problem('frame', sentence);
        },
      });
    } catch (error) {
      if (!(error instanceof FrameError) && !(error instanceof OperationalError)) throw error;
      if (this.#stopped) return;
      this.#failed(error);
    }
    this.#lookBack();
    const { backOff, random } = settings;
    const waitMs =
      this.#failures === 0 ? plan.everyMs : backOffMs(this.#failures - 1, backOff, random());
    this.#timer = setTimeout(() => {
      this.#asking = this.#ask();
    }, waitMs);
  }

  #failed(error: Error): void {
    const { counts } = this.#options;
    this.#failures++;
    if (error instanceof FrameError) counts.unparsed++;
    else counts.failedRequests++;
    this.#problem(error instanceof FrameError ? 'frame' : 'request', error.message);
    this.#board.down(error.message);
    this.#setState('down', error.message);
  }

  #tell(event: MarketEvent): void {
    const { counts, settings } = this.#options;
    if (event.sourceUs !== null) this.#skew.observe(event.sourceUs, event.receivedUs);
    this.#newsMs = settings.nowMs();
    const state = this.#board.stateOf(event.venueSymbol);
    if (state !== undefined && state !== 'live') {
      this.#board.set(event.venueSymbol, 'live', 'a new report came');
    }
    if (this.#board.tell(event)) counts.events++;
    else counts.withheld++;
    this.#setState('live', `${this.#board.count('live')} of ${this.#board.size} symbols are live`);
  }

  /** Symbols without news for long are stale; without any live one the source is. */
  #lookBack(): void {
    const { settings } = this.#options;
    const silenceMs = settings.symbolSilenceMaxMs ?? settings.staleAfterMs;
    this.#board.age('symbol', `nothing new for ${silenceMs} ms`, silenceMs);
    const silent = settings.nowMs() - this.#newsMs > settings.staleAfterMs;
    if (this.#state === 'live' && silent && this.#board.count('live') === 0) {
      this.#setState('stale', 'no symbol is fresh');
    }
  }

  #setState(state: SourceState, reason: string): void {
    if (this.#state !== state) {
      this.#state = state;
      this.#onState(state, reason);
    }
  }

  #problem(code: ConnectorProblem['code'], sentence: string): void {
    if (this.#problemBucket.take(this.#options.settings.nowMs())) {
      this.#options.onProblem({ source: this.#options.source, code, sentence });
    }
  }
}
