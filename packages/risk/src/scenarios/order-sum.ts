// Order sum: what one account's open orders of one underlying can do to its book at their worst,
// kept as they come and go. Every scenario has its own worst fill: an order fills in those where it
// loses. Invariant: the worst result of book and orders together is the worst over all scenarios
// and all ways in which the orders may fill; filled in afresh the sums are the same to the last
// bit, since results per lot are whole multiples of a step. Asked in the pre-trade check.
import { type RiskArrays, SKEWS } from './risk-arrays.ts';
import { OPTION } from './risk-instruments.ts';

export class OrderSum {
  readonly arrays: RiskArrays;
  /** Weighted loss per scenario, at most 0. */
  readonly values: Float64Array;
  /** Per expiry and skew, at most 0. */
  readonly skew: Float64Array;
  /** Per expiry: what the delta and the vega may grow and shrink by; the second at most 0. */
  readonly deltaUp: Float64Array;
  readonly deltaDown: Float64Array;
  readonly vegaUp: Float64Array;
  readonly vegaDown: Float64Array;
  /** Per expiry: coins of all orders. */
  readonly gross: Float64Array;
  /** Coins of calls sold at 2 * expiry, of puts after it. */
  readonly sold: Float64Array;
  closingCost = 0;

  constructor(arrays: RiskArrays) {
    const expiries = arrays.expiries.years.length;
    this.arrays = arrays;
    this.values = new Float64Array(arrays.scenarioCount);
    this.skew = new Float64Array(expiries * SKEWS);
    this.deltaUp = new Float64Array(expiries);
    this.deltaDown = new Float64Array(expiries);
    this.vegaUp = new Float64Array(expiries);
    this.vegaDown = new Float64Array(expiries);
    this.gross = new Float64Array(expiries);
    this.sold = new Float64Array(2 * expiries);
  }

  /** Empties the sum. */
  reset(): void {
    this.values.fill(0);
    this.skew.fill(0);
    this.deltaUp.fill(0);
    this.deltaDown.fill(0);
    this.vegaUp.fill(0);
    this.vegaDown.fill(0);
    this.gross.fill(0);
    this.sold.fill(0);
    this.closingCost = 0;
  }

  /** Adds open lots to buy and to sell of an instrument; takes them out where negative. */
  change(place: number, buyLots: number, sellLots: number): void {
    const { values, arrays } = this;
    const { profit, scenarioCount, instruments } = arrays;
    const row = place * scenarioCount;
    for (let s = 0; s < scenarioCount; s++) {
      const result = profit[row + s] as number;
      values[s] = (values[s] as number) + (result < 0 ? buyLots * result : -sellLots * result);
    }
    const expiry = instruments.expiry[place] as number;
    const lots = buyLots + sellLots;
    const delta = arrays.delta[place] as number;
    const vega = arrays.vega[place] as number;
    const [up, down] = delta > 0 ? [buyLots, sellLots] : [-sellLots, -buyLots];
    this.deltaUp[expiry] = (this.deltaUp[expiry] as number) + up * delta;
    this.deltaDown[expiry] = (this.deltaDown[expiry] as number) - down * delta;
    this.vegaUp[expiry] = (this.vegaUp[expiry] as number) + buyLots * vega;
    this.vegaDown[expiry] = (this.vegaDown[expiry] as number) - sellLots * vega;
    const coins = arrays.coins[place] as number;
    this.gross[expiry] = (this.gross[expiry] as number) + lots * coins;
    this.closingCost += lots * (arrays.closing[place] as number);
    if (instruments.kind[place] !== OPTION) {
      return;
    }
    const side = 2 * expiry + ((instruments.sign[place] as number) > 0 ? 0 : 1);
    this.sold[side] = (this.sold[side] as number) + sellLots * coins;
    for (let j = 0; j < SKEWS; j++) {
      const at = expiry * SKEWS + j;
      const result = arrays.skew[place * SKEWS + j] as number;
      const worst = result < 0 ? buyLots * result : -sellLots * result;
      this.skew[at] = (this.skew[at] as number) + worst;
    }
  }
}
