// Market driver: carries the simulated source's word into the exchange, second by second of venue
// time, and holds the clock to it. Invariant: every index second is sent exactly once, in order,
// whatever the speed; only seconds that the venue refuses (a full disk) are missing, as from any
// oracle, and the fixing's rule for missing prints covers them.
import type { Command, CommandPort, TsUs } from '@openstrike/domain';
import { usPerSecond } from '@openstrike/domain';
import type { PacedClock } from './paced-clock.ts';

export interface MarketDriverOptions {
  readonly commandsAt: (atUs: TsUs) => readonly Command[];
  /** Waited for before a second is asked for; null when there is nothing to wait for. */
  readonly ready?: (atUs: TsUs) => Promise<void> | null;
  /** The last second; none by default. */
  readonly endUs?: TsUs;
  /** Called once the last second is durable. */
  readonly onEnd?: () => void;
  readonly commands: CommandPort;
  readonly clock: PacedClock;
  readonly onError: (error: unknown) => void;
}

export interface MarketDriver {
  /**
   * Sends the first second; resolves once it is durable, so that prices are there when the door
   * opens.
   */
  first(): Promise<void>;
  /** Goes on from there. */
  start(): void;
  /** Resolves when what was sent is answered. */
  stop(): Promise<void>;
}

/**
 * At full speed so many seconds may wait for the disk; more would only fill the journal's queue.
 */
const undurableSecondsMax = 64;
/** Pause after a refusal. */
const refusedPauseMs = 1_000;

const nextSecond = (atUs: number): TsUs =>
  ((Math.floor(atUs / usPerSecond) + 1) * usPerSecond) as TsUs;

export const createMarketDriver = (options: MarketDriverOptions): MarketDriver => {
  const driver = new Driver(options);
  return {
    first: () => driver.first(),
    start: () => driver.schedule(),
    stop: () => driver.stop(),
  };
};

class Driver {
  readonly #options: MarketDriverOptions;
  readonly #undurable = new Set<Promise<unknown>>();
  #atUs = 0 as TsUs;
  #timer: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #pauseUntilMs = 0;
  #stopped = false;

  constructor(options: MarketDriverOptions) {
    this.#options = options;
  }

  async first(): Promise<void> {
    this.#atUs = nextSecond(this.#options.clock.nowUs());
    await this.#options.ready?.(this.#atUs);
    await this.#send();
  }

  schedule(): void {
    if (this.#stopped) return;
    const { clock, endUs = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#atUs > endUs) {
      this.#end();
      return;
    }
    const pauseMs = this.#pauseUntilMs - performance.now();
    const waitMs = Math.max(clock.wallMsUntil(this.#atUs), pauseMs);
    // setImmediate lets sockets and timers have their turn between two seconds at full speed.
    if (waitMs < 1) this.#immediate = setImmediate(() => this.#turnWhenReady());
    else this.#timer = setTimeout(() => this.#turnWhenReady(), waitMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    await Promise.all(this.#undurable);
  }

  #end(): void {
    this.#stopped = true;
    void Promise.all(this.#undurable).then(() => this.#options.onEnd?.());
  }

  #turnWhenReady(): void {
    const waiting = this.#options.ready?.(this.#atUs) ?? null;
    if (waiting === null) {
      this.#turn();
      return;
    }
    // A source that cannot be read on ends the market: time stands still, and the operator hears.
    waiting
      .then(() => {
        if (!this.#stopped) this.#turn();
      })
      .catch((error: unknown) => {
        this.#options.onError(error);
        this.#end();
      });
  }

  #send(): Promise<unknown> {
    const { clock, commandsAt, commands } = this.#options;
    clock.advance(this.#atUs, (this.#atUs + usPerSecond) as TsUs);
    const sent = Promise.all(commandsAt(this.#atUs).map((each) => commands.submit(each)));
    this.#atUs = nextSecond(this.#atUs);
    return sent;
  }

  #turn(): void {
    const sent: Promise<unknown> = this.#send()
      .catch((error: unknown) => {
        this.#pauseUntilMs = performance.now() + refusedPauseMs;
        this.#options.onError(error);
      })
      .finally(() => {
        const waited = this.#undurable.size >= undurableSecondsMax;
        this.#undurable.delete(sent);
        if (waited) this.schedule();
      });
    this.#undurable.add(sent);
    if (this.#undurable.size < undurableSecondsMax) this.schedule();
  }
}
