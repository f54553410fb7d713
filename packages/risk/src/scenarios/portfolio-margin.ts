// Portfolio margin: the scan (worst scenario or skew) of a book and the charges beside it, as
// initial and maintenance margin. Invariants: 0 <= maintenance <= initial; a flat book is zero;
// without the two liquidity charges, which grow faster than the book, margins of two books add up
// to at least that of both. Oracle confidence and the stablecoin's peg only touch the initial
// margin: a wobble may stop new risk, it never liquidates. Source: risk reference 1.16.
import type { ChargeParameters } from '@openstrike/domain';
import { type BookSum, type WorstResult, worstWith } from './book-sum.ts';
import { SKEWS } from './risk-arrays.ts';
import { OPTION } from './risk-instruments.ts';

/** What the charges need to know of the market. */
export interface MarginMarket {
  /** Dollars per coin. */
  index: number;
  /** Dollars per unit of the settlement stablecoin. */
  stablePrice: number;
  /** Of the scan and all charges, at least 1: see `stressFactor`. */
  stress: number;
}

/** A margin with its parts, in dollars; written over by each call that takes it. */
export interface PortfolioMargin {
  initial: number;
  maintenance: number;
  scan: number;
  roll: number;
  deltaLiquidity: number;
  vegaLiquidity: number;
  /** Coins sold beyond those held. */
  nakedCoins: number;
  closingCost: number;
  confidence: number;
  /** Place of the scenario; `scenarioCount` for the linear, one more for the absolute skew; -1. */
  binding: number;
}

export const createPortfolioMargin = (): PortfolioMargin => ({
  initial: 0,
  maintenance: 0,
  scan: 0,
  roll: 0,
  deltaLiquidity: 0,
  vegaLiquidity: 0,
  nakedCoins: 0,
  closingCost: 0,
  confidence: 0,
  binding: -1,
});

/** Makes a margin what another is. */
export const copyMargin = (from: PortfolioMargin, to: PortfolioMargin): void => {
  to.initial = from.initial;
  to.maintenance = from.maintenance;
  to.scan = from.scan;
  to.roll = from.roll;
  to.deltaLiquidity = from.deltaLiquidity;
  to.vegaLiquidity = from.vegaLiquidity;
  to.nakedCoins = from.nakedCoins;
  to.closingCost = from.closingCost;
  to.confidence = from.confidence;
  to.binding = from.binding;
};

const worst: WorstResult = { value: 0, place: -1 };

/** The margin of a book as it stands. */
export const marginOf = (
  book: BookSum,
  charges: ChargeParameters,
  market: MarginMarket,
  out: PortfolioMargin,
): PortfolioMargin => marginAfter(book, charges, market, 0, 0, 0, out);

/**
 * The margin that a book would have after one holding went from `before` to `after` signed lots:
 * the pre-trade check.
 *
 * Cost: one pass over scenarios and one over expiries; allocates nothing.
 */
export const marginAfter = (
  book: BookSum,
  charges: ChargeParameters,
  market: MarginMarket,
  place: number,
  before: number,
  after: number,
  out: PortfolioMargin,
): PortfolioMargin => {
  const { arrays } = book;
  const lots = after - before;
  worstWith(book, place, lots, worst);
  out.scan = -worst.value + 0;
  out.binding = worst.place;
  addSkews(book, place, lots, out);
  addExpiryCharges(book, charges, market, place, before, after, out);
  const grown = Math.abs(after) - Math.abs(before);
  const closing = book.closingCost + grown * (arrays.closing[place] as number);
  out.closingCost = Math.max(0, closing);
  return composeMargin(charges, market, out);
};

/** Makes a margin of its parts. */
export const composeMargin = (
  charges: ChargeParameters,
  market: MarginMarket,
  out: PortfolioMargin,
): PortfolioMargin => {
  const { stress, index } = market;
  const risk = out.scan + out.roll + out.deltaLiquidity + out.vegaLiquidity;
  const naked = out.nakedCoins * index;
  const peg = charges.pegFactor * Math.max(0, charges.pegMin - market.stablePrice);
  out.maintenance =
    stress * (charges.maintenanceShare * risk + charges.nakedMaintenance * naked + out.closingCost);
  out.initial =
    stress * ((1 + peg) * risk + charges.nakedInitial * naked + out.closingCost + out.confidence);
  return out;
};

/** Takes a skew as the scan where it loses more: per expiry the worse sign, never a gain. */
const addSkews = (book: BookSum, place: number, lots: number, out: PortfolioMargin): void => {
  const { arrays, skew } = book;
  const { instruments, expiries } = arrays;
  const changed = instruments.expiry[place] as number;
  const at = place * SKEWS;
  let linear = 0;
  let absolute = 0;
  for (let e = 0; e < expiries.count; e++) {
    const own = e === changed ? lots : 0;
    const row = e * SKEWS;
    const a = (skew[row] as number) + own * (arrays.skew[at] as number);
    const b = (skew[row + 1] as number) + own * (arrays.skew[at + 1] as number);
    const c = (skew[row + 2] as number) + own * (arrays.skew[at + 2] as number);
    const d = (skew[row + 3] as number) + own * (arrays.skew[at + 3] as number);
    linear += Math.min(0, a, b);
    absolute += Math.min(0, c, d);
  }
  if (-linear > out.scan) {
    out.scan = -linear;
    out.binding = arrays.scenarioCount;
  }
  if (-absolute > out.scan) {
    out.scan = -absolute;
    out.binding = arrays.scenarioCount + 1;
  }
};

const addExpiryCharges = (
  book: BookSum,
  charges: ChargeParameters,
  market: MarginMarket,
  place: number,
  before: number,
  after: number,
  out: PortfolioMargin,
): void => {
  const { arrays } = book;
  const { instruments, expiries } = arrays;
  const { index } = market;
  const changed = instruments.expiry[place] as number;
  const lots = after - before;
  const coins = arrays.coins[place] as number;
  const grossChange = (Math.abs(after) - Math.abs(before)) * coins;
  const netChange = instruments.kind[place] === OPTION ? lots * coins : 0;
  const ofCalls = (instruments.sign[place] as number) > 0;
  let roll = 0;
  let net = 0;
  let vegaLiquidity = 0;
  let naked = 0;
  let confidence = 0;
  for (let e = 0; e < expiries.count; e++) {
    let delta = book.delta[e] as number;
    let vega = book.vega[e] as number;
    let gross = book.gross[e] as number;
    let calls = book.net[2 * e] as number;
    let puts = book.net[2 * e + 1] as number;
    if (e === changed) {
      delta += lots * (arrays.delta[place] as number);
      vega += lots * (arrays.vega[place] as number);
      gross += grossChange;
      if (ofCalls) calls += netChange;
      else puts += netChange;
    }
    net += delta;
    const years = expiries.years[e] as number;
    roll += Math.abs(delta) * index * Math.max(charges.rollMin, charges.rollAnnual * years);
    vegaLiquidity += charges.vegaRate * Math.max(0, Math.abs(vega) - charges.vegaThresholdUsd);
    naked += Math.max(0, -calls) + Math.max(0, -puts);
    const sure = expiries.confidence[e] as number;
    if (sure < charges.confidenceMin) {
      confidence += (1 - sure) * gross * index;
    }
  }
  out.roll = roll;
  out.deltaLiquidity = deltaLiquidity(charges, net, index);
  out.vegaLiquidity = vegaLiquidity;
  out.nakedCoins = naked;
  out.confidence = confidence;
};

/**
 * The charge on a net delta that takes long to trade out of.
 *
 * Units: coins and dollars. Source: Deribit, delta shock as inferred; risk reference 1.2.
 */
export const deltaLiquidity = (
  charges: Pick<ChargeParameters, 'deltaPerCoin' | 'deltaRateMax' | 'deltaThresholdUsd'>,
  delta: number,
  index: number,
): number => {
  const size = Math.abs(delta);
  const beyond = Math.max(0, size - charges.deltaThresholdUsd / index);
  return size * index * Math.min(charges.deltaRateMax, charges.deltaPerCoin * beyond);
};
