// Market driver: carries the simulated source's word into the exchange, second by second of venue
// time, and holds the clock to it. Invariant: every index second between start and stop is sent
// exactly once, in order, whatever the speed; the driver never runs further ahead than one durable
// second.
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
  /** Resolves when the second under way is done. */
  stop(): Promise<void>;
}

const nextSecond = (atUs: number): TsUs =>
  ((Math.floor(atUs / usPerSecond) + 1) * usPerSecond) as TsUs;

export const createMarketDriver = (options: MarketDriverOptions): MarketDriver => {
  const { clock, commands } = options;
  let atUs = 0 as TsUs;
  let timer: NodeJS.Timeout | null = null;
  let immediate: NodeJS.Immediate | null = null;
  let turn: Promise<void> = Promise.resolve();
  let stopped = false;

  const second = async (): Promise<void> => {
    clock.advance(atUs, (atUs + usPerSecond) as TsUs);
    await Promise.all(options.commandsAt(atUs).map((command) => commands.submit(command)));
    atUs = nextSecond(atUs);
  };

  const schedule = (): void => {
    if (stopped) return;
    const waitMs = clock.wallMsUntil(atUs);
    const go = (): void => {
      turn = second().then(schedule, (error: unknown) => {
        // A venue that takes no commands (full disk) may recover: the same second is tried again.
        options.onError(error);
        timer = setTimeout(schedule, 1000);
      });
    };
    // setImmediate lets sockets and timers have their turn between two seconds at full speed.
    if (waitMs < 1) immediate = setImmediate(go);
    else timer = setTimeout(go, waitMs);
  };

  return {
    first: () => {
      atUs = nextSecond(clock.nowUs());
      return second();
    },
    start: schedule,
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      if (immediate !== null) clearImmediate(immediate);
      await turn;
    },
  };
};
