// Book sum: what one account's holdings of one underlying add up to over all scenarios, kept as it
// trades, so that a change is one pass over scenarios and the margin after it another. Invariant:
// the sums equal those of the holdings filled in afresh, but for the rounding of doubles; a book
// filled with zeros is exactly zero. Asked in the pre-trade check, just before the point of no
// return; made once per account and underlying, it never allocates.
import { type RiskArrays, SKEWS } from './risk-arrays.ts';
import { OPTION } from './risk-instruments.ts';

export class BookSum {
  readonly arrays: RiskArrays;
  /** Weighted profit or loss of the book per scenario. */
  readonly values: Float64Array;
  /** Of the book per expiry and skew: expiry * SKEWS + skew. */
  readonly skew: Float64Array;
  /** Per expiry: net delta in coins, net vega in dollars per 1 of volatility. */
  readonly delta: Float64Array;
  readonly vega: Float64Array;
  /** Per expiry: coins of all holdings, long and short alike. */
  readonly gross: Float64Array;
  /** Net coins of calls at 2 * expiry, of puts after it. */
  readonly net: Float64Array;
  /** Closing every holding, in dollars. */
  closingCost = 0;

  constructor(arrays: RiskArrays) {
    const expiries = arrays.expiries.years.length;
    this.arrays = arrays;
    this.values = new Float64Array(arrays.scenarioCount);
    this.skew = new Float64Array(expiries * SKEWS);
    this.delta = new Float64Array(expiries);
    this.vega = new Float64Array(expiries);
    this.gross = new Float64Array(expiries);
    this.net = new Float64Array(2 * expiries);
  }

  /** Empties the book. */
  reset(): void {
    this.values.fill(0);
    this.skew.fill(0);
    this.delta.fill(0);
    this.vega.fill(0);
    this.gross.fill(0);
    this.net.fill(0);
    this.closingCost = 0;
  }

  /**
   * Replaces the book by `count` holdings: instruments by place, signed lots beside them.
   *
   * Holds: no place occurs twice. Cost: holdings times scenarios.
   */
  fill(places: Uint32Array, lots: Float64Array, count: number): void {
    this.reset();
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      this.#addFour(places, lots, i);
    }
    for (; i < count; i++) {
      this.#addRow(places[i] as number, lots[i] as number);
    }
    for (i = 0; i < count; i++) {
      this.#addLinear(places[i] as number, 0, lots[i] as number);
    }
  }

  /** Moves one holding from `before` to `after` signed lots. */
  change(place: number, before: number, after: number): void {
    this.#addRow(place, after - before);
    this.#addLinear(place, before, after);
  }

  #addRow(place: number, lots: number): void {
    const { values } = this;
    const { profit, scenarioCount } = this.arrays;
    const row = place * scenarioCount;
    for (let s = 0; s < scenarioCount; s++) {
      values[s] = (values[s] as number) + lots * (profit[row + s] as number);
    }
  }

  /** Four rows in one pass: a load and a store of the sum for four products. */
  #addFour(places: Uint32Array, lots: Float64Array, at: number): void {
    const { values } = this;
    const { profit, scenarioCount: count } = this.arrays;
    const a = (places[at] as number) * count;
    const b = (places[at + 1] as number) * count;
    const c = (places[at + 2] as number) * count;
    const d = (places[at + 3] as number) * count;
    const p = lots[at] as number;
    const q = lots[at + 1] as number;
    const r = lots[at + 2] as number;
    const t = lots[at + 3] as number;
    for (let s = 0; s < count; s++) {
      values[s] =
        (values[s] as number) +
        (p * (profit[a + s] as number) + q * (profit[b + s] as number)) +
        (r * (profit[c + s] as number) + t * (profit[d + s] as number));
    }
  }

  #addLinear(place: number, before: number, after: number): void {
    const { instruments, delta, vega, skew } = this.arrays;
    const lots = after - before;
    const grown = Math.abs(after) - Math.abs(before);
    const expiry = instruments.expiry[place] as number;
    const coins = this.arrays.coins[place] as number;
    this.delta[expiry] = (this.delta[expiry] as number) + lots * (delta[place] as number);
    this.vega[expiry] = (this.vega[expiry] as number) + lots * (vega[place] as number);
    this.gross[expiry] = (this.gross[expiry] as number) + grown * coins;
    this.closingCost += grown * (this.arrays.closing[place] as number);
    if (instruments.kind[place] !== OPTION) {
      return;
    }
    const side = 2 * expiry + ((instruments.sign[place] as number) > 0 ? 0 : 1);
    this.net[side] = (this.net[side] as number) + lots * coins;
    for (let j = 0; j < SKEWS; j++) {
      const at = expiry * SKEWS + j;
      this.skew[at] = (this.skew[at] as number) + lots * (skew[place * SKEWS + j] as number);
    }
  }
}

/** The least of a book's results and its place; place -1 where no scenario loses. */
export interface WorstResult {
  value: number;
  place: number;
}

/**
 * The worst scenario of a book with `lots` more of an instrument, skews apart.
 *
 * Holds: `value` at most 0. Cost: one pass over scenarios.
 */
export const worstWith = (
  book: BookSum,
  place: number,
  lots: number,
  out: WorstResult,
): WorstResult => {
  const { values } = book;
  const { profit, scenarioCount, dampers, damped } = book.arrays;
  const row = place * scenarioCount;
  let worst = 0;
  let at = -1;
  for (let s = 0; s < scenarioCount; s++) {
    let value = (values[s] as number) + lots * (profit[row + s] as number);
    if (damped && value < 0) {
      value += dampers[s] as number;
    }
    if (value < worst) {
      worst = value;
      at = s;
    }
  }
  out.value = worst;
  out.place = at;
  return out;
};
