// Market maker: a simulated participant that quotes every listed instrument on both sides through
// a `Venue`, moves quotes when fair value has moved enough, and leans against its inventory. It
// keeps one order a side and level, one request in flight for each, so a slow venue slows it down
// and is never flooded; what then waits takes turns order by order, so that none is left behind at
// a price of long ago. Asked to, it also answers liquidation auctions from the same quotes.
import {
  type Unwatch,
  type Venue,
  type VenueInstrument,
  type VenueOrder,
  VenueRefusal,
  type VenueTrade,
} from '@openstrike/venues';
import type { OfferParameters } from './liquidation-offer.ts';
import {
  createLiquidityProvider,
  type LiquidityProvider,
  type PricedLine,
} from './liquidity-provider.ts';
import type { ParticipantLog } from './participant.ts';
import {
  type FairValue,
  isStale,
  levelOf,
  levelsOf,
  type Quote,
  type QuoteParameters,
  quoteOf,
} from './quote-model.ts';

/** Inventory from -1 (as short as allowed) to 1 (as long as allowed). */
export type QuoteModel = (
  instrument: VenueInstrument,
  fair: FairValue,
  inventory: number,
  nowMs: number,
) => Quote;

export interface MarketMakerOptions {
  readonly venue: Venue;
  readonly parameters: QuoteParameters;
  /** What it shows around a fair value; `quoteOf` by default. */
  readonly quote?: QuoteModel;
  /** Venue time in milliseconds as last heard from the venue. */
  readonly log: ParticipantLog;
  /** Requests in flight at once; the rest waits in line. */
  readonly inFlightMax?: number;
  /** Position, in multiples of the quoted amount, at which the lean is full. */
  readonly inventoryQuotes?: number;
  /** How it answers liquidation auctions, on a venue that has made it a provider; absent not. */
  readonly offers?: Omit<OfferParameters, 'inventoryQuotes'>;
}

/** One order of a ladder's side; the touch is level 0. */
interface LevelState {
  readonly line: Line;
  readonly side: 'buy' | 'sell';
  readonly level: number;
  orderId: string | null;
  price: number | null;
  /** Total amount of the order and how much of it is filled. */
  amount: number;
  filled: number;
  busy: boolean;
}

/** What a level should show; a null price shows nothing. */
interface Target {
  readonly price: number | null;
  readonly amount: number;
  /** Between the level's bid and ask: how far a price may be off is a share of it. */
  readonly spread: number;
}

interface Line {
  readonly instrument: VenueInstrument;
  fair: number;
  iv: number | null;
  /** What it has taken over from accounts in liquidation included. */
  held: number;
  /** What its quotes lean against. */
  position: number;
  /** By level, the touch first; both sides have as many. */
  readonly buy: LevelState[];
  readonly sell: LevelState[];
  /** Not quoted before this time after a refusal. */
  restUntilMs: number;
  unwatch: Unwatch | null;
}

export interface MarketMaker {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Instruments it follows, and sides on whose touch it has an order. */
  coverage(): { readonly instruments: number; readonly resting: number };
}

/** The quote of a line's touch, and how far its inventory leans it. */
interface Touch {
  readonly quote: Quote;
  readonly lean: number;
}

const emptyLevel = (line: Line, side: 'buy' | 'sell', level: number): LevelState => ({
  line,
  side,
  level,
  orderId: null,
  price: null,
  amount: 0,
  filled: 0,
  busy: false,
});

/** What a level should show; a side that would add to a full inventory shows nothing. */
const targetOf = ({ line, side, level }: LevelState, { quote, lean }: Touch): Target => {
  const { bid, ask, amount } = levelOf(line.instrument, quote, level);
  const spread = bid !== null && ask !== null ? ask - bid : 0;
  const full = side === 'buy' ? lean >= 1 : lean <= -1;
  return { price: full ? null : side === 'buy' ? bid : ask, amount, spread };
};

const isQuoted = ([touch]: readonly LevelState[]): boolean =>
  touch !== undefined && touch.orderId !== null;

const inventoryQuotesUsual = 10;

/** After a refusal an instrument rests this long, in venue milliseconds. */
const restMs = 5_000;

export const createMarketMaker = (options: MarketMakerOptions): MarketMaker => {
  const maker = new Maker(options);
  return {
    start: () => maker.start(),
    stop: () => maker.stop(),
    coverage: () => maker.coverage(),
  };
};

class Maker {
  readonly #options: MarketMakerOptions;
  readonly #lines = new Map<string, Line>();
  readonly #byOrder = new Map<string, LevelState>();
  readonly #indexPrices = new Map<string, number>();
  readonly #watchedIndexes = new Set<string>();
  readonly #unwatch: Unwatch[] = [];
  readonly #provider: LiquidityProvider | null;
  /** Orders that must move once a request in flight is answered, the longest waiting first. */
  readonly #waiting = new Set<LevelState>();
  #inFlight = 0;
  #nowMs = 0;
  #stopped = false;

  constructor(options: MarketMakerOptions) {
    this.#options = options;
    this.#provider = this.#providerOf(options);
  }

  async start(): Promise<void> {
    const { venue } = this.#options;
    await venue.connect();
    // Orders of an earlier life are unknown to this one.
    await venue.cancelAll();
    this.#unwatch.push(
      venue.watchOwnOrders((order) => this.#onOrder(order)),
      venue.watchOwnTrades((trade) => this.#onTrade(trade)),
      venue.watchListing((name, change) => {
        if (change === 'ended') this.#drop(name);
        else void this.#follow();
      }),
      venue.onStatus((status) => {
        if (status === 'live' && !this.#stopped) void this.#resume();
      }),
    );
    this.#provider?.start();
    await this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unwatch of this.#unwatch) unwatch();
    const { venue } = this.#options;
    await this.#provider?.stop();
    if (venue.status() === 'live') await venue.cancelAll();
    await venue.close();
  }

  coverage(): { readonly instruments: number; readonly resting: number } {
    let resting = 0;
    for (const line of this.#lines.values()) {
      resting += [line.buy, line.sell].filter(isQuoted).length;
    }
    return { instruments: this.#lines.size, resting };
  }

  #providerOf({ venue, offers, log, inventoryQuotes }: MarketMakerOptions) {
    if (offers === undefined) return null;
    return createLiquidityProvider({
      venue,
      log,
      parameters: { ...offers, inventoryQuotes: inventoryQuotes ?? inventoryQuotesUsual },
      lines: () => this.#priced(),
      indexPrice: (name) => this.#indexPrices.get(name) ?? null,
      quote: ({ instrument, fair }, inventory) => this.#quote(instrument, fair, inventory),
      nowMs: () => this.#nowMs,
    });
  }

  #priced(): readonly PricedLine[] {
    const priced: PricedLine[] = [];
    for (const { instrument, fair: price, iv, held } of this.#lines.values()) {
      const indexPrice = this.#indexPrices.get(instrument.indexName);
      if (indexPrice === undefined || !Number.isFinite(price)) continue;
      priced.push({ instrument, fair: { price, iv, indexPrice }, held });
    }
    return priced;
  }

  #quote(instrument: VenueInstrument, fair: FairValue, inventory: number): Quote {
    const { parameters, quote } = this.#options;
    if (quote !== undefined) return quote(instrument, fair, inventory, this.#nowMs);
    return quoteOf(instrument, fair, inventory, this.#nowMs, parameters);
  }

  /** Takes up what is listed now. */
  async #follow(): Promise<void> {
    const { venue, log } = this.#options;
    try {
      const positions = new Map(
        (await venue.positions()).map((position) => [position.instrumentName, position.amount]),
      );
      for (const instrument of await venue.instruments()) {
        if (this.#lines.has(instrument.name)) continue;
        this.#take(instrument, positions.get(instrument.name) ?? 0);
      }
    } catch (error) {
      log.warn({ error }, 'could not read the instruments');
    }
  }

  #take(instrument: VenueInstrument, position: number): void {
    const { venue, parameters } = this.#options;
    const levels = levelsOf(instrument, parameters);
    const line: Line = {
      instrument,
      fair: Number.NaN,
      iv: null,
      held: position,
      position,
      buy: [],
      sell: [],
      restUntilMs: 0,
      unwatch: null,
    };
    for (let level = 0; level < levels; level++) {
      line.buy.push(emptyLevel(line, 'buy', level));
      line.sell.push(emptyLevel(line, 'sell', level));
    }
    this.#lines.set(instrument.name, line);
    this.#watchIndex(instrument.indexName);
    if (instrument.kind !== 'option') {
      line.unwatch = venue.watchTicker(instrument.name, (ticker) => {
        this.#nowMs = Math.max(this.#nowMs, ticker.timestampMs);
        line.fair = ticker.markPrice;
        this.#requote(line);
      });
    }
  }

  #watchIndex(indexName: string): void {
    if (this.#watchedIndexes.has(indexName)) return;
    this.#watchedIndexes.add(indexName);
    const { venue } = this.#options;
    this.#unwatch.push(
      venue.watchIndex(indexName, (price) => this.#indexPrices.set(indexName, price)),
      venue.watchOptionMarks(indexName, (marks) => {
        for (const mark of marks) {
          this.#nowMs = Math.max(this.#nowMs, mark.timestampMs);
          const line = this.#lines.get(mark.instrumentName);
          if (line === undefined) continue;
          line.fair = mark.price;
          line.iv = mark.iv;
          this.#requote(line);
        }
      }),
    );
  }

  #drop(name: string): void {
    const line = this.#lines.get(name);
    if (line === undefined) return;
    line.unwatch?.();
    for (const state of [...line.buy, ...line.sell]) {
      this.#forget(state);
      this.#waiting.delete(state);
    }
    this.#lines.delete(name);
  }

  /** After a reconnect the venue may have cancelled everything: start from its own word. */
  async #resume(): Promise<void> {
    const { venue, log } = this.#options;
    try {
      await venue.cancelAll();
      for (const line of this.#lines.values()) {
        for (const level of [...line.buy, ...line.sell]) this.#forget(level);
      }
      await this.#follow();
    } catch (error) {
      log.warn({ error }, 'could not take up quoting again');
    }
  }

  #forget(state: LevelState): void {
    if (state.orderId !== null) this.#byOrder.delete(state.orderId);
    state.orderId = null;
    state.price = null;
    state.amount = 0;
    state.filled = 0;
  }

  #requote(line: Line): void {
    const touch = this.#touchOf(line);
    if (touch === null) return;
    for (const [level, bid] of line.buy.entries()) {
      this.#move(bid, touch);
      this.#move(line.sell[level] as LevelState, touch);
    }
  }

  /** Null where nothing can be quoted now. */
  #touchOf(line: Line): Touch | null {
    const indexPrice = this.#indexPrices.get(line.instrument.indexName);
    const closed = this.#stopped || this.#options.venue.status() !== 'live';
    if (closed || indexPrice === undefined || !Number.isFinite(line.fair)) return null;
    if (this.#nowMs < line.restUntilMs) return null;
    const { inventoryQuotes = inventoryQuotesUsual } = this.#options;
    const fair = { price: line.fair, iv: line.iv, indexPrice };
    const flat = this.#quote(line.instrument, fair, 0);
    const lean = Math.max(-1, Math.min(1, line.position / (flat.amount * inventoryQuotes)));
    return { quote: lean === 0 ? flat : this.#quote(line.instrument, fair, lean), lean };
  }

  #move(state: LevelState, touch: Touch): void {
    const target = targetOf(state, touch);
    const left = state.amount - state.filled;
    const thin = state.orderId !== null && left < target.amount / 2;
    if (state.busy || (!thin && !isStale(state.price, target.price, target.spread))) return;
    if (this.#inFlight >= (this.#options.inFlightMax ?? 64)) {
      this.#waiting.add(state);
      return;
    }
    this.#waiting.delete(state);
    state.busy = true;
    this.#inFlight += 1;
    void this.#send(state, target).finally(() => {
      state.busy = false;
      this.#inFlight -= 1;
      this.#moveWaiting();
    });
  }

  /** Gives the free places in flight to those that wait for one. */
  #moveWaiting(): void {
    for (const state of this.#waiting) {
      if (this.#inFlight >= (this.#options.inFlightMax ?? 64)) return;
      this.#waiting.delete(state);
      const touch = this.#touchOf(state.line);
      if (touch !== null) this.#move(state, touch);
    }
  }

  async #send(state: LevelState, target: Target): Promise<void> {
    const { venue, log } = this.#options;
    const { line, side } = state;
    const { price, amount } = target;
    const { name: instrument } = line.instrument;
    try {
      if (price === null) {
        if (state.orderId !== null) await venue.cancel(state.orderId);
        this.#forget(state);
      } else if (state.orderId === null) {
        const request = { instrumentName: instrument, side, type: 'limit', amount, price } as const;
        this.#keep(state, await venue.place({ ...request, postOnly: true }));
      } else {
        const total = Number((state.filled + amount).toPrecision(12));
        this.#keep(state, await venue.edit(state.orderId, total, price));
      }
    } catch (error) {
      // The order may be gone (filled, expired) or refused (band, margin): begin anew a little
      // later.
      log.debug({ instrument, error }, 'a quote was refused');
      line.restUntilMs = this.#nowMs + restMs;
      await this.#giveUp(state);
    }
  }

  /** Cancels what an order left, if anything; one that may still be there is not forgotten. */
  async #giveUp(state: LevelState): Promise<void> {
    const { venue, log } = this.#options;
    try {
      if (state.orderId !== null) await venue.cancel(state.orderId);
    } catch (error) {
      const { name: instrument } = state.line.instrument;
      log.debug({ instrument, error }, 'a refused quote could not be cancelled');
      if (!(error instanceof VenueRefusal)) return;
    }
    this.#forget(state);
  }

  #keep(state: LevelState, order: VenueOrder): void {
    if (order.status !== 'open') {
      this.#forget(state);
      return;
    }
    state.orderId = order.orderId;
    state.price = order.price;
    state.amount = order.amount;
    state.filled = order.filledAmount;
    this.#byOrder.set(order.orderId, state);
  }

  #onOrder(order: VenueOrder): void {
    const state = this.#byOrder.get(order.orderId);
    if (state === undefined) return;
    if (order.status === 'open') state.filled = Math.max(state.filled, order.filledAmount);
    else if (state.orderId === order.orderId) this.#forget(state);
  }

  #onTrade(trade: VenueTrade): void {
    const line = this.#lines.get(trade.instrumentName);
    if (line === undefined) return;
    const change = trade.side === 'buy' ? trade.amount : -trade.amount;
    line.held += change;
    const position = line.position + change;
    // One auction would fill the inventory and take a side of the market away: what comes from it
    // is held, and counts in what is offered for more, but the quotes do not lean against it.
    if (!trade.takeover || Math.abs(position) < Math.abs(line.position)) line.position = position;
  }
}
