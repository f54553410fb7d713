// Mark drift: how far the marks of a currency have moved, summed over all their changes, as a share
// of what positions are worth. It tells of an account that was far from its margin that it is far
// still, without computing it anew. Invariant: between two instants the equity and any margin of
// holdings change together by no more than their weight times the drift between, but for the
// roundings. No part of the state's bytes: where it does not suffice the rules are asked.
import { type Currency, currencies, minorPerUnit, type PerpetualTerms } from '@openstrike/domain';
import type { IndexPlan } from '../marking/index-plan.ts';
import type { EngineState, Holding, InstrumentRecord } from '../state.ts';
import { marginParametersOf } from '../tables-in-force.ts';
import { offsets } from './holdings.ts';

/** What a holding's roundings may add to a change, in minor units: four figures, at both ends. */
const roundingsPerHolding = 8;
/** Beside the exact bound, for the noise of doubles in long sums. */
const noise = 1e-9;
/** Further than this a future's margin rate may have grown beyond what its weight counts. */
const shareMax = 0.5;

/** Margins of one coin sold, in coins (inverse) or USD. */
export interface ShortMargin {
  initial: number;
  maintenance: number;
}

/** Of all currencies, by number; of instruments by id. */
export class MarkDrift {
  readonly #totals: number[];
  /** Totals below which nothing can be said. */
  readonly #since: number[];
  readonly #weights: number[] = [];
  /** Value of one lot at the last mark, in minor units, unrounded. */
  readonly #values: number[] = [];
  /** What a mark is multiplied with for that, of inverse futures divided into. */
  readonly #factors: number[] = [];
  /** The largest share of the marks now being taken. */
  #largest = 0;

  constructor(names: readonly Currency[]) {
    this.#totals = names.map(() => 0);
    this.#since = names.map(() => 0);
  }

  /**
   * Minor units that a holding with its open orders counts for; NaN before its instrument has been
   * marked.
   */
  weightOf(state: EngineState, holding: Holding): number {
    const { instrument } = holding;
    const lots = Math.abs(holding.sizeLots) + holding.openBuyLots + holding.openSellLots;
    if (lots === 0) return 0;
    const weight = lots * (this.#weights[instrument.id] ?? Number.NaN);
    return instrument.kind === 'option'
      ? weight
      : weight * futureShare(state, instrument, lots, weight);
  }

  total(currencyNo: number): number {
    return this.#totals[currencyNo] as number;
  }

  /** Forgets what was known: terms have changed, or an instrument has no mark any more. */
  renew(currencyNo: number): void {
    const total = this.total(currencyNo) + 1;
    this.#totals[currencyNo] = total;
    this.#since[currencyNo] = total;
  }

  /**
   * The most that holdings of a weight may have lost since the total was `since`, in minor units;
   * NaN where that is not known.
   */
  lossOf(currencyNo: number, weight: number, since: number, holdings: number): number {
    if (!(since >= (this.#since[currencyNo] as number))) return Number.NaN;
    const share = this.total(currencyNo) - since + noise;
    if (share > shareMax) return Number.NaN;
    return weight * share + roundingsPerHolding * (holdings + 1);
  }

  /** Takes note of a future's new figures before they take the place of the old. */
  note(instrument: InstrumentRecord, mark: number, underlying: number): void {
    const moved = this.#move(instrument, mark, underlying);
    if (moved >= 0) this.#count(instrument.id, moved);
  }

  /** As `note`, of the option at a place of a plan. */
  noteOption(
    { instruments, marks }: EngineState,
    plan: IndexPlan,
    at: number,
    mark: number,
    underlying: number,
    short: ShortMargin,
  ): void {
    const id = plan.instrumentIds[at] as number;
    const before = this.#values[id] ?? Number.NaN;
    const value = mark * (this.#factors[id] ?? Number.NaN);
    if (before !== before || value !== value) {
      this.#move(instruments[id] as InstrumentRecord, mark, underlying);
      return;
    }
    this.#values[id] = value;
    const initial = Math.abs(short.initial - (marks.shortInitial[id] as number));
    const maintenance = Math.abs(short.maintenance - (marks.shortMaintenance[id] as number));
    const loss = lossMoved(plan, at, marks.underlyingPrice[id] as number, underlying);
    const margin = Math.max(initial, maintenance, loss) * (plan.coinMinorPerLot[at] as number);
    this.#count(id, Math.abs(value - before) + margin);
  }

  /** Brings the funding that marks count up to what has accrued. */
  noteFunding(instrument: InstrumentRecord): void {
    const accrued = instrument.funding?.accruedPerLot ?? 0;
    this.#count(instrument.id, Math.abs(accrued - instrument.fundingMarked));
    instrument.fundingMarked = accrued;
    this.close(instrument.currencyNo);
  }

  /** Adds the largest share noted since the last call to the total. */
  close(currencyNo: number): void {
    this.#totals[currencyNo] = this.total(currencyNo) + this.#largest;
    this.#largest = 0;
  }

  /** How far the value of a lot has moved; NaN where that is not known. */
  #move(instrument: InstrumentRecord, mark: number, underlying: number): number {
    const { id, currencyNo } = instrument;
    const before = this.#values[id] ?? Number.NaN;
    if (Number.isNaN(before)) this.#begin(instrument, mark, underlying);
    const value = this.#valueOf(instrument, mark);
    this.#values[id] = value;
    // Until its first mark nothing is known of an instrument; one that loses its mark keeps its
    // last figures, so that its next mark is a step of unknown size.
    if (Number.isNaN(before)) return Number.NaN;
    if (Number.isNaN(mark)) this.renew(currencyNo);
    return Math.abs(value - before);
  }

  #count(id: number, change: number): void {
    const share = change / (this.#weights[id] ?? Number.NaN);
    if (share > this.#largest) this.#largest = share;
  }

  #valueOf({ id, inverseValuePerLot }: InstrumentRecord, mark: number): number {
    const factor = this.#factors[id] as number;
    return inverseValuePerLot === 0 ? mark * factor : factor / mark;
  }

  /** At the first mark known here; any weight would do that stays, and notional value does well. */
  #begin(instrument: InstrumentRecord, mark: number, underlying: number): void {
    const { contract, fees, id, inverseValuePerLot } = instrument;
    const { tick, cashPerTickLot } = contract;
    while (this.#factors.length <= id) {
      this.#factors.push(Number.NaN);
      this.#values.push(Number.NaN);
      this.#weights.push(Number.NaN);
    }
    this.#factors[id] =
      inverseValuePerLot === 0
        ? (cashPerTickLot * tick.den) / tick.num
        : -(inverseValuePerLot * tick.num) / tick.den;
    if (Number.isNaN(mark)) return;
    if ((this.#weights[id] as number) > 0) return this.renew(instrument.currencyNo);
    this.#weights[id] =
      instrument.kind === 'option'
        ? fees.coinMinorPerLot * (contract.payoff === 'linear' ? underlying : 1)
        : Math.abs(this.#valueOf(instrument, mark));
  }
}

/**
 * By how much a coin of an option moves the largest loss of its set when the forward moves. Linear:
 * calls sold beyond those held are charged at most so much of it. Inverse: dollars that count at
 * the floor do so at another; an option pays at most its strike there, a call at most the floor.
 */
const lossMoved = (plan: IndexPlan, at: number, before: number, now: number): number => {
  const moved = Math.abs(now - before);
  if (plan.inverse[at] === 0) return (plan.unpairedRates[at] as number) * moved;
  const coinLoss = plan.margins[at]?.coinLoss;
  if (coinLoss === undefined) return 0;
  const share = moved / Math.max(before, now);
  if (plan.callSigns[at] === 1) return share;
  const floor = Math.min(before, now) * (1 - coinLoss.initialHaircut);
  return (share * (plan.strikes[at] as number)) / floor;
};

/**
 * What value and margin of a future move together when its value moves by one: the margin is the
 * notional value times a rate that grows with the coins, which themselves move with the mark; or
 * what the future adds to the largest loss of its set.
 */
const futureShare = (
  state: EngineState,
  instrument: InstrumentRecord,
  lots: number,
  weight: number,
): number => {
  const { id, contract, terms, currencyNo } = instrument;
  const { initialRate, maintenanceRate, ratePerCoin } = (terms as PerpetualTerms).margin;
  const amount = (lots * contract.lot.num) / contract.lot.den;
  const inverse = contract.payoff === 'inverse';
  const coins = inverse ? amount / (state.marks.markPrice[id] as number) : amount;
  const weightCoins = inverse ? weight / minorPerUnit[currencies[currencyNo] as Currency] : 0;
  const alone = Math.max(initialRate, maintenanceRate) + 2 * ratePerCoin * (coins + weightCoins);
  return 1 + Math.max(alone, offsets(instrument) ? coverShare(state, instrument) : 0);
};

/**
 * By how much a future moves the largest loss of its set when its value moves by one. Linear: by
 * that, and by the charge on what is sold beyond what is held. Inverse: by that above the floor;
 * below, where dollars count at the floor, by at most as much more as the floor is lower.
 */
const coverShare = (state: EngineState, { contract, family }: InstrumentRecord): number => {
  if (contract.payoff === 'linear') {
    const { unpairedInitial, unpairedMaintenance } = marginParametersOf(state, contract.underlying);
    return 1 + Math.max(unpairedInitial, unpairedMaintenance);
  }
  return 1 / (1 - (family.options?.margin.coinLoss?.initialHaircut ?? 0));
};

/**
 * Voids what is known of margins, of every currency at once: a cross account's margin in one is
 * looked at with those in all.
 */
export const voidMargins = (state: EngineState): void => {
  state.marksVersion.forEach((version, currencyNo) => {
    state.marksVersion[currencyNo] = version + 1;
    state.drift.renew(currencyNo);
  });
};
