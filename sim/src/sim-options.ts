// Options of a run: everything that may differ from run to run, drawn from the seed alone. A run is
// named by its seed and its length.
import { usPerDay, usPerHour, usPerMinute } from '@openstrike/domain';
import { createRandom, type Random } from '@openstrike/std';

/** How often a kind of fault comes, on average; null for never. */
export type EverySeconds = number | null;

/** Prices go to a multiple of what they would be, and stay there. */
export interface Crash {
  /** From the beginning of the run. */
  readonly afterSeconds: number;
  /** How long the move takes. */
  readonly seconds: number;
  readonly factor: number;
}

export interface SimOptions {
  readonly seed: number;
  /** Virtual minutes of the safety phase. */
  readonly minutes: number;
  readonly startUs: number;
  readonly market: {
    readonly linear: boolean;
    readonly ether: boolean;
    /** Dated futures of the inverse families; and of the linear one. */
    readonly futures: boolean;
    readonly linearFutures: boolean;
    readonly days: number;
    readonly strikeStepShare: number;
    /** Whether inverse options become futures at expiry. */
    readonly exercised: boolean;
    /** Whether strikes between those of the grid are listed, and an expiry beyond the calendar. */
    readonly between: boolean;
  };
  readonly clients: {
    readonly makers: number;
    readonly traders: number;
    readonly advanced: number;
    readonly hostile: number;
    readonly stormers: number;
    readonly treasurers: number;
    /** Thin accounts that take all the risk they can. */
    readonly gamblers: number;
    /** Gamblers in the stablecoin whose only collateral is coins, all margined together. */
    readonly borrowers: number;
    /** Who answers liquidation auctions. */
    readonly providers: number;
    /** Market makers with mass quotes under protection. */
    readonly quoters: number;
    /** Whether accounts have any margin model, or all the first. */
    readonly marginModels: 'all' | 'standard';
    /** Commands of all clients together in a second. */
    readonly commandsPerSecond: number;
    /** Share of orders that carry a client key. */
    readonly keyShare: number;
    readonly timeoutMs: number;
  };
  readonly network: {
    readonly delayMs: number;
    readonly dropShare: number;
    readonly duplicateShare: number;
    readonly disconnectEverySeconds: EverySeconds;
    readonly cancelOnDisconnect: boolean;
  };
  readonly disk: {
    readonly writeUs: number;
    readonly syncUs: number;
    readonly syncFailedEverySeconds: EverySeconds;
    readonly writeFailedEverySeconds: EverySeconds;
    readonly fullEverySeconds: EverySeconds;
    readonly lyingEverySeconds: EverySeconds;
  };
  readonly venue: {
    readonly killEverySeconds: EverySeconds;
    readonly powerLossEverySeconds: EverySeconds;
    readonly restartEverySeconds: EverySeconds;
    readonly segmentBytesMax: number;
    readonly snapshotEvery: number;
    readonly queueCommandsMax: number;
  };
  readonly operator: { readonly actEverySeconds: EverySeconds };
  readonly oracle: {
    readonly surfaceEverySeconds: number;
    readonly forwardsEverySeconds: number;
    readonly faultEverySeconds: EverySeconds;
    /** Says nothing around 08:00. */
    readonly silentOverExpiry: boolean;
  };
  /** Moves of all prices at once, one after the other. */
  readonly crashes: readonly Crash[];
  /** Seconds of a call auction on a fast move; null for none. */
  readonly callAuctionSeconds: number | null;
  /** What the insurance funds begin with, in minor units. */
  readonly insurance: number;
  readonly clock: { readonly jumpEverySeconds: EverySeconds };
}

/** Monday 21 September 2026, 08:00 UTC. */
const monday0800Us = 1_789_977_600_000_000;

const one = <T>(random: Random, items: readonly T[]): T =>
  items[random.nextInt(0, items.length)] as T;

/** A fault that many runs lack altogether, so that each is also met without the others. */
const sometimes = (random: Random, seconds: number): EverySeconds =>
  random.nextInt(0, 3) === 0 ? null : seconds * (0.5 + random.nextFloat());

/** Draws the options of a run. */
export const drawOptions = (seed: number, minutes: number): SimOptions => {
  const random = createRandom(seed).fork('options');
  const lengthUs = minutes * usPerMinute;
  const day = random.nextInt(0, 8);
  const intoRun = 0.2 + 0.6 * random.nextFloat();
  // Most runs live through 08:00; some begin elsewhere in the day.
  const lateUs = random.nextInt(0, 5) === 0 ? random.nextInt(1, 20) * usPerHour : 0;
  const startUs = Math.floor(monday0800Us + day * usPerDay - intoRun * lengthUs + lateUs);
  return {
    seed,
    minutes,
    startUs,
    market: {
      linear: random.nextInt(0, 4) > 0,
      ether: random.nextInt(0, 4) === 0,
      futures: random.nextInt(0, 3) > 0,
      linearFutures: seed % 5 === 1,
      days: random.nextInt(1, 3),
      strikeStepShare: one(random, [0.03, 0.05, 0.08]),
      exercised: seed % 2 === 0,
      between: seed % 7 === 5,
    },
    clients: {
      ...drawClients(random),
      ...drawQuoters(createRandom(seed).fork('quoters')),
      borrowers: createRandom(seed).fork('borrowers').nextInt(0, 5),
      marginModels: createRandom(seed).fork('margin').nextInt(0, 4) > 0 ? 'all' : 'standard',
    },
    network: {
      delayMs: one(random, [0.2, 2, 20, 100]),
      dropShare: one(random, [0, 0.01, 0.05]),
      duplicateShare: one(random, [0, 0.01, 0.05]),
      disconnectEverySeconds: sometimes(random, 20),
      cancelOnDisconnect: random.nextInt(0, 2) === 0,
    },
    disk: {
      writeUs: one(random, [5, 50, 500]),
      syncUs: one(random, [100, 1_000, 10_000]),
      syncFailedEverySeconds: sometimes(random, 60),
      writeFailedEverySeconds: sometimes(random, 60),
      fullEverySeconds: sometimes(random, 60),
      lyingEverySeconds: sometimes(random, 60),
    },
    venue: {
      killEverySeconds: sometimes(random, 30),
      powerLossEverySeconds: sometimes(random, 30),
      restartEverySeconds: sometimes(random, 90),
      segmentBytesMax: one(random, [2_000, 20_000, 100_000]),
      snapshotEvery: one(random, [0, 1_000, 3_000, 10_000]),
      queueCommandsMax: one(random, [20, 1_000, 100_000]),
    },
    operator: { actEverySeconds: sometimes(random, 2) },
    oracle: {
      surfaceEverySeconds: one(random, [3, 10, 30]),
      forwardsEverySeconds: one(random, [2, 5, 20]),
      faultEverySeconds: sometimes(random, 20),
      silentOverExpiry: random.nextInt(0, 4) === 0,
    },
    clock: { jumpEverySeconds: sometimes(random, 60) },
    ...drawDistress(createRandom(seed).fork('distress'), minutes),
  };
};

/** Most runs have a crash, and a fund that may or may not do. */
const drawDistress = (
  random: Random,
  minutes: number,
): Pick<SimOptions, 'crashes' | 'insurance' | 'callAuctionSeconds'> => {
  const crashes = Array.from({ length: random.nextInt(0, 4) }, () => ({
    afterSeconds: Math.round(60 * minutes * (0.2 + 0.7 * random.nextFloat())),
    seconds: one(random, [1, 5, 20, 60]),
    factor: one(random, [0.6, 0.8, 0.9, 0.95, 0.98, 1.02, 1.05, 1.1, 1.3, 1.6]),
  }));
  const insurance = one(random, [1, 1e5, 1e7, 1e10]);
  return { crashes, insurance, callAuctionSeconds: one(random, [null, null, 3, 10]) };
};

const drawQuoters = (random: Random): Pick<SimOptions['clients'], 'quoters'> => ({
  quoters: random.nextInt(0, 3),
});

const drawClients = (
  random: Random,
): Omit<SimOptions['clients'], 'quoters' | 'borrowers' | 'marginModels'> => ({
  makers: random.nextInt(1, 4),
  traders: random.nextInt(3, 12),
  advanced: random.nextInt(1, 4),
  hostile: random.nextInt(1, 3),
  stormers: random.nextInt(0, 3),
  treasurers: random.nextInt(1, 3),
  gamblers: random.nextInt(0, 8),
  providers: random.nextInt(0, 3),
  commandsPerSecond: one(random, [20, 50, 120]),
  keyShare: one(random, [0.02, 0.05, 0.15]),
  timeoutMs: one(random, [200, 1_000, 5_000]),
});

/** The options as one line a group. */
export const describeOptions = (options: SimOptions): readonly string[] =>
  Object.entries(options)
    .filter(([, value]) => value !== null && typeof value === 'object' && !Array.isArray(value))
    .map(([group, values]) => {
      const rounded = Object.entries(values as Record<string, unknown>).map(
        ([name, value]) =>
          `${name} ${typeof value === 'number' ? Number(value.toFixed(3)) : String(value)}`,
      );
      return `${group}: ${rounded.join(', ')}`;
    });
