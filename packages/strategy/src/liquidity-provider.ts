// Liquidity provider: the part of a market maker that answers liquidation auctions, priced from the
// quotes it shows. It hears all auctions about once a second, and says something only when its
// answer has changed, or was taken. Invariants: one round of answers at a time; what is promised in
// one auction leaves less room for the next.
import type { Unwatch, Venue, VenueAuction, VenueInstrument } from '@openstrike/venues';
import {
  addedNotional,
  notionalPerUnit,
  type Offer,
  type OfferedLeg,
  type OfferParameters,
  offerOf,
} from './liquidation-offer.ts';
import type { ParticipantLog } from './participant.ts';
import type { FairValue, Quote } from './quote-model.ts';

/** What the maker thinks of an instrument that it quotes. */
export interface PricedLine {
  readonly instrument: VenueInstrument;
  readonly fair: FairValue;
  readonly held: number;
}

export interface LiquidityProviderOptions {
  readonly venue: Venue;
  readonly parameters: OfferParameters;
  /** Those with a price. */
  readonly lines: () => readonly PricedLine[];
  /** Null while it is not known. */
  readonly indexPrice: (indexName: string) => number | null;
  readonly quote: (line: PricedLine, inventory: number) => Quote;
  readonly nowMs: () => number;
  readonly log: ParticipantLog;
}

export interface LiquidityProvider {
  start(): void;
  /** Takes back what it has offered. */
  stop(): Promise<void>;
}

/** The answer that stands in an auction, and what of the auction it was given to. */
interface Given {
  readonly offer: Offer;
  /** A sale changes the positions and takes the answer with it. */
  readonly auctioned: string;
}

export const createLiquidityProvider = (options: LiquidityProviderOptions): LiquidityProvider => {
  const provider = new Provider(options);
  return { start: () => provider.start(), stop: () => provider.stop() };
};

const auctionedOf = ({ insolvent, positions }: VenueAuction): string =>
  JSON.stringify([insolvent, positions]);

/** The volatility of the option nearest to the money, by index: of who has a future without one. */
const volatilities = (lines: readonly PricedLine[]): ReadonlyMap<string, number> => {
  const nearest = new Map<string, { distance: number; iv: number }>();
  for (const { instrument, fair } of lines) {
    if (instrument.strike === null || fair.iv === null) continue;
    const distance = Math.abs(instrument.strike - fair.indexPrice);
    if (distance >= (nearest.get(instrument.indexName)?.distance ?? Number.POSITIVE_INFINITY)) {
      continue;
    }
    nearest.set(instrument.indexName, { distance, iv: fair.iv });
  }
  return new Map([...nearest].map(([name, { iv }]) => [name, iv]));
};

class Provider {
  readonly #options: LiquidityProviderOptions;
  readonly #given = new Map<number, Given>();
  /** Heard while a round is under way; only the newest counts. */
  #heard: readonly VenueAuction[] | null = null;
  #round: Promise<void> | null = null;
  #unwatch: Unwatch = () => undefined;
  #stopped = false;

  constructor(options: LiquidityProviderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#unwatch = this.#options.venue.watchAuctions((auctions) => {
      this.#heard = auctions;
      this.#round ??= this.#rounds().finally(() => {
        this.#round = null;
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unwatch();
    await this.#round;
    for (const [auctionId, { offer }] of this.#given) {
      await this.#say(auctionId, { price: offer.price, share: 0 });
    }
  }

  async #rounds(): Promise<void> {
    while (this.#heard !== null && !this.#stopped) {
      const auctions = this.#heard;
      this.#heard = null;
      const open = new Set(auctions.map(({ auctionId }) => auctionId));
      for (const auctionId of this.#given.keys()) {
        if (!open.has(auctionId)) this.#given.delete(auctionId);
      }
      if (auctions.length === 0) continue;
      await this.#answerAll(auctions).catch((error: unknown) =>
        this.#options.log.warn({ error }, 'auctions could not be answered'),
      );
    }
  }

  async #answerAll(auctions: readonly VenueAuction[]): Promise<void> {
    const lines = this.#options.lines();
    const byName = new Map(lines.map((line) => [line.instrument.name, line]));
    const room = await this.#roomOf(lines);
    const ivs = volatilities(lines);
    for (const auction of auctions) {
      const legs = this.#legsOf(auction, byName, ivs);
      const usdPerUnit = this.#usdPerUnit(auction.currency);
      if (legs === null || usdPerUnit === null) continue;
      const { parameters, nowMs } = this.#options;
      const offer = offerOf(auction, usdPerUnit, legs, room, nowMs(), parameters);
      for (const [currency, usd] of addedNotional(legs)) {
        room.set(currency, (room.get(currency) ?? 0) - usd * (offer?.share ?? 0));
      }
      await this.#answer(auction, offer);
    }
  }

  /** Null where one of its positions is of an instrument without a price or volatility. */
  #legsOf(
    auction: VenueAuction,
    lines: ReadonlyMap<string, PricedLine>,
    ivs: ReadonlyMap<string, number>,
  ): readonly OfferedLeg[] | null {
    const legs: OfferedLeg[] = [];
    for (const { instrumentName, amount } of auction.positions) {
      const line = lines.get(instrumentName);
      const volatility = line?.fair.iv ?? ivs.get(line?.instrument.indexName ?? '');
      if (line === undefined || volatility === undefined) return null;
      const quote = (inventory: number): Quote => this.#options.quote(line, inventory);
      legs.push({ ...line, volatility, amount, quote });
    }
    return legs;
  }

  #usdPerUnit(currency: string): number | null {
    const { lines, indexPrice } = this.#options;
    const coin = lines().find(({ instrument }) => instrument.underlying === currency);
    return coin === undefined ? 1 : indexPrice(coin.instrument.indexName);
  }

  /** What its limit leaves of each currency, with what it holds. */
  async #roomOf(lines: readonly PricedLine[]): Promise<Map<string, number>> {
    const { venue, parameters } = this.#options;
    const held = new Map<string, number>();
    for (const { instrument, fair, held: amount } of lines) {
      const usd = Math.abs(amount) * notionalPerUnit(instrument, fair);
      const { settlementCurrency } = instrument;
      held.set(settlementCurrency, (held.get(settlementCurrency) ?? 0) + usd);
    }
    const room = new Map<string, number>();
    for (const [currency, usd] of held) {
      const { equity } = await venue.balance(currency);
      const funds = equity * (this.#usdPerUnit(currency) ?? 0) * parameters.notionalMax;
      room.set(currency, funds - usd);
    }
    return room;
  }

  async #answer(auction: VenueAuction, offer: Offer | null): Promise<void> {
    const { auctionId } = auction;
    const auctioned = auctionedOf(auction);
    const given = this.#given.get(auctionId);
    const stands = given?.auctioned === auctioned ? given.offer : null;
    if (stands?.price === offer?.price && stands?.share === offer?.share) return;
    if (offer !== null) {
      if (await this.#say(auctionId, offer)) this.#given.set(auctionId, { offer, auctioned });
      return;
    }
    this.#given.delete(auctionId);
    if (stands !== null) await this.#say(auctionId, { price: stands.price, share: 0 });
  }

  /** Whether it was taken: an auction may have ended meanwhile. */
  async #say(auctionId: number, { price, share }: Offer): Promise<boolean> {
    try {
      await this.#options.venue.answerAuction(auctionId, price, share);
      return true;
    } catch (error) {
      this.#options.log.debug({ auctionId, error }, 'an answer was refused');
      return false;
    }
  }
}
