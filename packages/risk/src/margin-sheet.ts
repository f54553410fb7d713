// Margin sheet: the standard margin of everything an account has in one settlement currency, added
// up leg by leg. Each leg counts with its open orders: the worse of all buys filled and all sells
// filled on top of the position. Invariants: 0 <= maintenance <= initial without orders <= initial;
// a sheet of flat legs without orders is zero; all results are whole minor units, rounded up once
// per instrument or expiry set. In an order's life it is asked just before the point of no return.
// One sheet is made once and used over and over: it allocates only while it grows.
import type { FutureMarginParameters, MarginParameters } from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { futureInitialRate, futureMaintenanceRate } from './future-margin.ts';
import { type ExpiryLegs, maxLossInverse, maxLossLinear } from './max-loss.ts';

/**
 * How options and futures of one expiry offset each other. `none`: the plain sum over legs.
 * `linear`, `inverse`: the largest loss at delivery where that is less than the sum.
 */
export type ExpiryOffset = 'none' | 'linear' | 'inverse';

/** Charge on linear calls sold beyond those held, as shares of the forward. */
export type UnpairedRates = Pick<MarginParameters, 'unpairedInitial' | 'unpairedMaintenance'>;

/** Prices in USD below which dollars lost count in coin at no less; 0 for none. */
export interface CoinFloors {
  initial: number;
  maintenance: number;
}

/** A position with its open orders. All lots but `sizeLots` are positive counts. */
export interface LegExposure {
  /** Signed. */
  sizeLots: number;
  openBuyLots: number;
  openSellLots: number;
  /**
   * Minor units that the open orders would pay when filled: premiums of buys, fees, losses against
   * the mark.
   */
  buyReserve: number;
  sellReserve: number;
}

/** What legs that offset each other have in common. */
export interface ExpirySet {
  offset: ExpiryOffset;
  /** Equal for legs that offset each other: the expiry, made unique over indexes by the caller. */
  setKey: number;
  /** The expiry's forward in USD, which is the mark of its future. */
  forward: number;
  /** Of inverse legs; none where left out. */
  floors?: CoinFloors;
  /** Those of the underlying. */
  unpaired: UnpairedRates;
}

/** One option as the sheet sees it; a caller may use one object over and over. */
export interface OptionLeg extends LegExposure, ExpirySet {
  /** USD per coin. */
  strike: number;
  callSign: 1 | -1;
  /** Minor units of settlement currency per lot and coin (inverse) or dollar (linear). */
  minorPerLot: number;
  /** Of one coin sold: coins (inverse) or USD (linear); see `shortOptionInitial`. */
  shortInitial: number;
  shortMaintenance: number;
}

/**
 * What a dated future has beside its margin alone, to offset options of its expiry: a lot makes the
 * delivery price times its slope less its worth, as dollars, of which each is so many minor units
 * (an inverse lot of N dollars marked at F: slope N / F, worth N).
 */
export interface FutureCover extends ExpirySet {
  slopePerLot: number;
  worthPerLot: number;
}

/** One future or perpetual as the sheet sees it. */
export interface FutureLeg extends LegExposure {
  parameters: FutureMarginParameters;
  /** Minor units that one lot is worth at the mark. */
  notionalPerLot: number;
  /** Coins that one lot stands for at the mark. */
  coinsPerLot: number;
  /** Of one that offsets options of its expiry; it stands alone where this is null or left out. */
  cover?: FutureCover | null;
}

/** The future of a set with its open orders; margins in minor units before rounding. */
interface SetFuture {
  lots: number;
  buyLots: number;
  sellLots: number;
  slopePerLot: number;
  worthPerLot: number;
  reserve: number;
  initial: number;
  initialWithOrders: number;
  maintenance: number;
}

interface OffsetSet {
  key: number;
  offset: ExpiryOffset;
  forward: number;
  /** Of its options, which have lots of one size; 1 while there are none. */
  minorPerLot: number;
  unpaired: UnpairedRates;
  floorInitial: number;
  floorMaintenance: number;
  /** Sizes in lots; strikes ascend. */
  legs: ExpiryLegs & { futureSlope: number; futureWorth: number };
  /** Lots sold by open orders, beside `legs.sizes`. */
  soldByOrders: Float64Array;
  /** Sums over its options. */
  initial: number;
  initialWithOrders: number;
  maintenance: number;
  reserve: number;
  /** There is one future to an expiry. */
  hasFuture: boolean;
  readonly future: SetFuture;
}

const LEGS_FIRST = 16;
/** Of a set before its first leg; a rate that nobody set makes its margin NaN. */
const unset: UnpairedRates = { unpairedInitial: Number.NaN, unpairedMaintenance: Number.NaN };
/** 2^-48. */
const NOISE = 3.552713678800501e-15;

/**
 * Up to a whole minor unit, but for the noise of doubles: what exceeds one by 2^-48 of itself is
 * noise.
 */
const roundUp = (value: number): number => Math.ceil(value * (1 - NOISE)) + 0;

const createSet = (): OffsetSet => ({
  key: 0,
  offset: 'none',
  forward: 0,
  minorPerLot: 0,
  unpaired: unset,
  floorInitial: Number.NaN,
  floorMaintenance: Number.NaN,
  legs: {
    count: 0,
    strikes: new Float64Array(LEGS_FIRST),
    callSigns: new Int8Array(LEGS_FIRST),
    sizes: new Float64Array(LEGS_FIRST),
    futureSlope: 0,
    futureWorth: 0,
  },
  soldByOrders: new Float64Array(LEGS_FIRST),
  initial: 0,
  initialWithOrders: 0,
  maintenance: 0,
  reserve: 0,
  hasFuture: false,
  future: {
    lots: 0,
    buyLots: 0,
    sellLots: 0,
    slopePerLot: 0,
    worthPerLot: 0,
    reserve: 0,
    initial: 0,
    initialWithOrders: 0,
    maintenance: 0,
  },
});

const growSet = (set: OffsetSet): void => {
  const capacity = 2 * set.legs.strikes.length;
  const strikes = new Float64Array(capacity);
  const callSigns = new Int8Array(capacity);
  const sizes = new Float64Array(capacity);
  const soldByOrders = new Float64Array(capacity);
  strikes.set(set.legs.strikes);
  callSigns.set(set.legs.callSigns);
  sizes.set(set.legs.sizes);
  soldByOrders.set(set.soldByOrders);
  set.legs = { ...set.legs, strikes, callSigns, sizes };
  set.soldByOrders = soldByOrders;
};

/** Puts a leg at the place of its strike; legs mostly come in that order. */
const insertLeg = (set: OffsetSet, leg: OptionLeg): void => {
  if (set.legs.count === set.legs.strikes.length) {
    growSet(set);
  }
  const { strikes, callSigns, sizes } = set.legs;
  let at = set.legs.count;
  for (; at > 0 && (strikes[at - 1] as number) > leg.strike; at--) {
    strikes[at] = strikes[at - 1] as number;
    callSigns[at] = callSigns[at - 1] as number;
    sizes[at] = sizes[at - 1] as number;
    set.soldByOrders[at] = set.soldByOrders[at - 1] as number;
  }
  strikes[at] = leg.strike;
  callSigns[at] = leg.callSign;
  sizes[at] = leg.sizeLots;
  set.soldByOrders[at] = leg.openSellLots;
  set.legs.count += 1;
};

/** Initial margin of an option without its orders, in minor units before rounding. */
const optionInitial = (leg: OptionLeg): number =>
  // Multiplied in the same order as with orders, so that without any both are one number.
  Math.max(0, -leg.sizeLots) * (leg.shortInitial * leg.minorPerLot);

const optionInitialWithOrders = (leg: OptionLeg): number => {
  const perLot = leg.shortInitial * leg.minorPerLot;
  const bought = Math.max(0, -(leg.sizeLots + leg.openBuyLots)) * perLot + leg.buyReserve;
  const sold = Math.max(0, -(leg.sizeLots - leg.openSellLots)) * perLot + leg.sellReserve;
  return Math.max(bought, sold);
};

const optionMaintenance = (leg: OptionLeg): number =>
  Math.max(0, -leg.sizeLots) * leg.shortMaintenance * leg.minorPerLot;

const futureInitialOf = (leg: FutureLeg, lots: number): number =>
  Math.abs(lots) * leg.notionalPerLot * futureInitialRate(leg.parameters, lots * leg.coinsPerLot);

const futureInitialWithOrders = (leg: FutureLeg): number =>
  Math.max(
    futureInitialOf(leg, leg.sizeLots + leg.openBuyLots) + leg.buyReserve,
    futureInitialOf(leg, leg.sizeLots - leg.openSellLots) + leg.sellReserve,
  );

const futureMaintenance = (leg: FutureLeg): number =>
  Math.abs(leg.sizeLots) *
  leg.notionalPerLot *
  futureMaintenanceRate(leg.parameters, leg.sizeLots * leg.coinsPerLot);

/** Adds up the margin of one account in one currency. */
export class MarginSheet {
  readonly #sets: OffsetSet[] = [];
  #setCount = 0;
  #initial = 0;
  #initialWithOrders = 0;
  #maintenance = 0;

  /** Empties the sheet. */
  reset(): void {
    this.#setCount = 0;
    this.#initial = 0;
    this.#initialWithOrders = 0;
    this.#maintenance = 0;
  }

  /** Adds an option. Refuses nothing: a leg without a mark must not come here. */
  addOption(leg: OptionLeg): void {
    if (leg.offset === 'none') {
      this.#initial += roundUp(optionInitial(leg));
      this.#initialWithOrders += roundUp(optionInitialWithOrders(leg));
      this.#maintenance += roundUp(optionMaintenance(leg));
      return;
    }
    const set = this.#setOf(leg);
    set.minorPerLot = leg.minorPerLot;
    insertLeg(set, leg);
    set.initial += optionInitial(leg);
    set.initialWithOrders += optionInitialWithOrders(leg);
    set.maintenance += optionMaintenance(leg);
    set.reserve += leg.buyReserve + leg.sellReserve;
  }

  /** Adds a future or perpetual; to a set no more than one. */
  addFuture(leg: FutureLeg): void {
    if (leg.cover) {
      this.#coverSet(leg, leg.cover);
      return;
    }
    this.#initial += roundUp(futureInitialOf(leg, leg.sizeLots));
    this.#maintenance += roundUp(futureMaintenance(leg));
    this.#initialWithOrders += roundUp(futureInitialWithOrders(leg));
  }

  /**
   * Closes the sheet: afterwards `initial`, `maintenance` and `openOrders` are those of all legs
   * added.
   *
   * Cost: per expiry set, its legs.
   */
  finish(): void {
    for (let i = 0; i < this.#setCount; i++) {
      this.#finishSet(this.#sets[i] as OffsetSet);
    }
    this.#setCount = 0;
  }

  /** Initial margin, open orders included, in minor units. */
  get initial(): number {
    return this.#initialWithOrders;
  }

  /** Maintenance margin of the positions alone. */
  get maintenance(): number {
    return this.#maintenance;
  }

  /** The part of the initial margin that open orders hold. */
  get openOrders(): number {
    return this.#initialWithOrders - this.#initial;
  }

  #coverSet(leg: FutureLeg, cover: FutureCover): void {
    const set = this.#setOf(cover);
    const { future } = set;
    assert(!set.hasFuture, 'an expiry has one future');
    set.hasFuture = true;
    future.lots = leg.sizeLots;
    future.buyLots = leg.openBuyLots;
    future.sellLots = leg.openSellLots;
    future.slopePerLot = cover.slopePerLot;
    future.worthPerLot = cover.worthPerLot;
    future.reserve = leg.buyReserve + leg.sellReserve;
    future.initial = futureInitialOf(leg, leg.sizeLots);
    future.initialWithOrders = futureInitialWithOrders(leg);
    future.maintenance = futureMaintenance(leg);
  }

  #setOf(leg: ExpirySet): OffsetSet {
    for (let i = 0; i < this.#setCount; i++) {
      const set = this.#sets[i] as OffsetSet;
      if (set.key === leg.setKey && set.offset === leg.offset) {
        return set;
      }
    }
    if (this.#setCount === this.#sets.length) {
      this.#sets.push(createSet());
    }
    const set = this.#sets[this.#setCount] as OffsetSet;
    this.#setCount += 1;
    set.key = leg.setKey;
    set.offset = leg.offset;
    set.forward = leg.forward;
    set.minorPerLot = 1;
    set.unpaired = leg.unpaired;
    set.floorInitial = leg.floors?.initial ?? 0;
    set.floorMaintenance = leg.floors?.maintenance ?? 0;
    set.legs.count = 0;
    set.initial = 0;
    set.initialWithOrders = 0;
    set.maintenance = 0;
    set.reserve = 0;
    set.hasFuture = false;
    holdFuture(set, 0);
    return set;
  }

  #finishSet(set: OffsetSet): void {
    const { future, hasFuture } = set;
    let initial = Math.min(set.initial, maxLossAtOpening(set));
    let maintenance = Math.min(set.maintenance, maxLossAtKeeping(set));
    if (hasFuture) {
      holdFuture(set, future.lots);
      initial = Math.min(initial + future.initial, maxLossAtOpening(set));
      maintenance = Math.min(maintenance + future.maintenance, maxLossAtKeeping(set));
      holdFuture(set, 0);
    }
    // More of an option never loses more, so over all ways in which the orders may fill the largest
    // loss has every sell filled and no buy, while the cash paid is at most that of all buys.
    for (let i = 0; i < set.legs.count; i++) {
      set.legs.sizes[i] = (set.legs.sizes[i] as number) - (set.soldByOrders[i] as number);
    }
    let worst = Math.min(set.initialWithOrders, maxLossAtOpening(set) + set.reserve);
    if (hasFuture) {
      const reserve = set.reserve + future.reserve;
      worst = Math.min(worst + future.initialWithOrders, maxLossAtEnds(set) + reserve);
    }
    const initialMargin = roundUp(initial);
    this.#initial += initialMargin;
    this.#maintenance += roundUp(maintenance);
    // Orders never ask for less; where they ask for the same, sums of doubles may differ a little.
    this.#initialWithOrders += Math.max(initialMargin, roundUp(worst));
  }
}

/** Lets the largest loss of a set count so many lots of its future. */
const holdFuture = ({ legs, future, minorPerLot }: OffsetSet, lots: number): void => {
  // Multiplied first: what is a whole number of option lots comes out as one.
  legs.futureSlope = (lots * future.slopePerLot) / minorPerLot;
  legs.futureWorth = (lots * future.worthPerLot) / minorPerLot;
};

/** The largest loss of a set, in minor units. */
const maxLossOf = (set: OffsetSet, unpairedRate: number, floor: number): number =>
  set.minorPerLot *
  (set.offset === 'linear'
    ? maxLossLinear(set.legs, set.forward, unpairedRate)
    : maxLossInverse(set.legs, floor));

const maxLossAtOpening = (set: OffsetSet): number =>
  maxLossOf(set, set.unpaired.unpairedInitial, set.floorInitial);

const maxLossAtKeeping = (set: OffsetSet): number =>
  maxLossOf(set, set.unpaired.unpairedMaintenance, set.floorMaintenance);

/**
 * The largest loss with the future's open orders: it is convex in the future's lots, so the worst
 * way in which they may fill is all buys or all sells.
 */
const maxLossAtEnds = (set: OffsetSet): number => {
  const { lots, buyLots, sellLots } = set.future;
  holdFuture(set, lots + buyLots);
  const bought = maxLossAtOpening(set);
  if (buyLots === 0 && sellLots === 0) return bought;
  holdFuture(set, lots - sellLots);
  return Math.max(bought, maxLossAtOpening(set));
};
