// Taker: a simulated participant that trades against the quotes: mostly short-dated options near
// the money and the perpetuals, in sizes that follow a heavy tail, sometimes a resting order
// inside the spread. Its choices come from a seed; what it meets depends on the market.
import type { Random } from '@openstrike/std';
import type { Venue, VenueInstrument } from '@openstrike/venues';
import type { ParticipantLog } from './participant.ts';
import { snapAmount, snapDown } from './quote-model.ts';

export interface TakerOptions {
  readonly venue: Venue;
  readonly random: Random;
  readonly ordersPerMinute: number;
  readonly log: ParticipantLog;
  /**
   * Calls back after milliseconds of wall time; returns how to stop it. Injected, so that tests
   * own time.
   */
  readonly after: (delayMs: number, run: () => void) => () => void;
}

export interface Taker {
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly sent: () => number;
}

/** Resting orders it leaves behind at most; the oldest is cancelled first. */
const restingMax = 20;

/** Weight of an instrument in the taker's choice: near in time and near the money trades most. */
export const tradingWeight = (
  instrument: VenueInstrument,
  indexPrice: number,
  nowMs: number,
): number => {
  if (instrument.kind === 'perpetual') return 400;
  if (instrument.kind === 'future') return 4;
  const days = Math.max(0.2, ((instrument.expiryMs ?? nowMs) - nowMs) / 86_400_000);
  const distance = Math.abs((instrument.strike ?? indexPrice) / indexPrice - 1) / Math.sqrt(days);
  // A strike three daily standard deviations away (about 6 % a root day) hardly trades.
  return (distance > 0.08 ? 0.02 : 1 - distance / 0.09) / Math.sqrt(days);
};

export const createTaker = (options: TakerOptions): Taker => {
  const taker = new SimulatedTaker(options);
  return {
    start: () => taker.start(),
    stop: () => taker.stop(),
    sent: () => taker.sent,
  };
};

class SimulatedTaker {
  readonly #options: TakerOptions;
  readonly #resting: string[] = [];
  readonly #indexPrices = new Map<string, number>();
  #instruments: readonly VenueInstrument[] = [];
  #cancelTimer: (() => void) | null = null;
  #stopped = false;
  #venueMs = 0;
  #listedMs = 0;
  sent = 0;

  constructor(options: TakerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    await this.#options.venue.connect();
    await this.#options.venue.cancelAll();
    await this.#relist();
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#options.venue.close();
  }

  #schedule(): void {
    const { random, ordersPerMinute, after, venue, log } = this.#options;
    if (this.#stopped || ordersPerMinute <= 0) return;
    const delayMs = (random.nextExponential() * 60_000) / ordersPerMinute;
    this.#cancelTimer = after(Math.min(delayMs, 60_000), () => {
      const turn =
        venue.status() === 'live' ? this.#relist().then(() => this.#trade()) : Promise.resolve();
      void turn
        .catch((error: unknown) => log.debug({ error }, 'an order of the taker was refused'))
        .finally(() => this.#schedule());
    });
  }

  /** Reads the listing anew once a venue minute. */
  async #relist(): Promise<void> {
    if (this.#venueMs - this.#listedMs < 60_000 && this.#instruments.length > 0) return;
    const { venue } = this.#options;
    this.#listedMs = this.#venueMs;
    this.#instruments = await venue.instruments();
    for (const { indexName } of this.#instruments) {
      if (this.#indexPrices.has(indexName)) continue;
      this.#indexPrices.set(indexName, Number.NaN);
      venue.watchIndex(indexName, (price, timestampMs) => {
        this.#indexPrices.set(indexName, price);
        this.#venueMs = Math.max(this.#venueMs, timestampMs);
      });
    }
  }

  #choose(): VenueInstrument | null {
    const weights = this.#instruments.map((instrument) => {
      const indexPrice = this.#indexPrices.get(instrument.indexName) as number;
      const weight = tradingWeight(instrument, indexPrice, this.#venueMs);
      return Number.isFinite(weight) ? Math.max(0, weight) : 0;
    });
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let left = this.#options.random.nextFloat() * total;
    for (const [position, instrument] of this.#instruments.entries()) {
      left -= weights[position] as number;
      if (left < 0) return instrument;
    }
    return null;
  }

  /** Pareto sizes: most trades are small, a few are not. */
  #amount(instrument: VenueInstrument, indexPrice: number): number {
    const steps = Math.min(200, (1 - this.#options.random.nextFloat()) ** (-1 / 1.3));
    const inDollars = instrument.kind !== 'option' && instrument.payoff === 'inverse';
    const cent = indexPrice * 0.01;
    const unit = inDollars ? Math.max(instrument.amountMin, cent) : instrument.amountMin;
    return snapAmount(instrument, unit * steps);
  }

  async #trade(): Promise<void> {
    const { venue, random } = this.#options;
    const instrument = this.#choose();
    if (instrument === null) return;
    const side = random.nextFloat() < 0.5 ? 'buy' : 'sell';
    const amount = this.#amount(instrument, this.#indexPrices.get(instrument.indexName) as number);
    const { open, bid, ask } = await venue.ticker(instrument.name);
    const touch = side === 'buy' ? ask : bid;
    if (touch === null || !open) return;
    const request = { instrumentName: instrument.name, side, type: 'limit', amount } as const;
    if (bid === null || ask === null || random.nextFloat() < 0.75) {
      await venue.place({ ...request, price: touch, timeInForce: 'ioc' });
    } else {
      const price = snapDown(instrument, (bid + ask) / 2);
      if (price === null) return;
      const order = await venue.place({ ...request, price, postOnly: true });
      if (order.status === 'open') this.#resting.push(order.orderId);
    }
    this.sent += 1;
    if (this.#resting.length > restingMax) await venue.cancel(this.#resting.shift() as string);
  }
}
