// Market driver: carries the simulated source's word into the exchange, second by second of venue
// time, and holds the clock to it. Invariant: every index second is sent exactly once, in order,
// whatever the speed; only seconds that the venue refuses (a full disk) are missing, as from any
// oracle, and the fixing's rule for missing prints covers them.
import type { Command, CommandPort, TsUs } from '@openstrike/domain';
import { usPerSecond } from '@openstrike/domain';
import type { PacedClock } from './paced-clock.ts';

export interface MarketDriverOptions {
  readonly commandsAt: (atUs: TsUs) => readonly Command[];
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
  const { clock, commands } = options;
  const undurable = new Set<Promise<unknown>>();
  let atUs = 0 as TsUs;
  let timer: NodeJS.Timeout | null = null;
  let immediate: NodeJS.Immediate | null = null;
  let pauseUntilMs = 0;
  let stopped = false;

  const send = (): Promise<unknown> => {
    clock.advance(atUs, (atUs + usPerSecond) as TsUs);
    const sent = Promise.all(options.commandsAt(atUs).map((each) => commands.submit(each)));
    atUs = nextSecond(atUs);
    return sent;
  };

  const turn = (): void => {
    const sent: Promise<unknown> = send()
      .catch((error: unknown) => {
        pauseUntilMs = performance.now() + refusedPauseMs;
        options.onError(error);
      })
      .finally(() => {
        const waited = undurable.size >= undurableSecondsMax;
        undurable.delete(sent);
        if (waited) schedule();
      });
    undurable.add(sent);
    if (undurable.size < undurableSecondsMax) schedule();
  };

  const schedule = (): void => {
    if (stopped) return;
    const waitMs = Math.max(clock.wallMsUntil(atUs), pauseUntilMs - performance.now());
    // setImmediate lets sockets and timers have their turn between two seconds at full speed.
    if (waitMs < 1) immediate = setImmediate(turn);
    else timer = setTimeout(turn, waitMs);
  };

  return {
    first: async () => {
      atUs = nextSecond(clock.nowUs());
      await send();
    },
    start: schedule,
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      if (immediate !== null) clearImmediate(immediate);
      await Promise.all(undurable);
    },
  };
};
