// Margin with orders: the portfolio margin of a book together with its open orders and perhaps one
// order more, each at its worst fill. Invariants: never below the book's own margin; without orders
// equal to it, to the last bit. It is the pre-trade check: one pass over scenarios and one over
// expiries, allocating nothing. Source: risk reference 1.16; worst fill scenario by scenario is
// ours.
import type { ChargeParameters } from '@openstrike/domain';
import type { BookSum } from './book-sum.ts';
import type { OrderSum } from './order-sum.ts';
import {
  composeMargin,
  deltaLiquidity,
  type MarginMarket,
  type PortfolioMargin,
} from './portfolio-margin.ts';
import { SKEWS } from './risk-arrays.ts';
import { OPTION } from './risk-instruments.ts';

/** One order more; both sides 0 asks about the orders there are. */
export interface ExtraOrder {
  place: number;
  buyLots: number;
  sellLots: number;
}

/**
 * The margin of a book with its open orders and one order more.
 *
 * Shape: `even`, if given, takes the results of its length's first scenarios.
 */
export const marginWithOrders = (
  book: BookSum,
  orders: OrderSum,
  charges: ChargeParameters,
  market: MarginMarket,
  extra: ExtraOrder,
  out: PortfolioMargin,
  even: Float64Array | null = null,
): PortfolioMargin => {
  scanWithOrders(book, orders, extra, out, even);
  addSkews(book, orders, extra, out);
  addExpiryCharges(book, orders, charges, market, extra, out);
  const lots = extra.buyLots + extra.sellLots;
  const closing = lots * (book.arrays.closing[extra.place] as number);
  out.closingCost = Math.max(0, book.closingCost + orders.closingCost + closing);
  return composeMargin(charges, market, out);
};

const scanWithOrders = (
  book: BookSum,
  orders: OrderSum,
  extra: ExtraOrder,
  out: PortfolioMargin,
  even: Float64Array | null,
): void => {
  const { values } = book;
  const { values: fills } = orders;
  const { profit, scenarioCount, dampers, damped } = book.arrays;
  const { place, buyLots, sellLots } = extra;
  const evenCount = even === null ? 0 : even.length;
  const row = place * scenarioCount;
  let worst = 0;
  let at = -1;
  for (let s = 0; s < scenarioCount; s++) {
    const result = profit[row + s] as number;
    let value =
      (values[s] as number) +
      (fills[s] as number) +
      (result < 0 ? buyLots * result : -sellLots * result);
    if (damped && value < 0) {
      value += dampers[s] as number;
    }
    if (s < evenCount) {
      (even as Float64Array)[s] = value;
    }
    if (value < worst) {
      worst = value;
      at = s;
    }
  }
  out.scan = -worst + 0;
  out.binding = at;
};

/** Takes a skew as the scan where it loses more: per expiry the worse sign, never a gain. */
const addSkews = (
  book: BookSum,
  orders: OrderSum,
  extra: ExtraOrder,
  out: PortfolioMargin,
): void => {
  const { arrays } = book;
  const { instruments, expiries, scenarioCount } = arrays;
  const changed = instruments.expiry[extra.place] as number;
  for (let first = 0; first < SKEWS; first += 2) {
    let loss = 0;
    for (let e = 0; e < expiries.count; e++) {
      let worse = 0;
      for (let j = first; j < first + 2; j++) {
        const at = e * SKEWS + j;
        let value = (book.skew[at] as number) + (orders.skew[at] as number);
        if (e === changed) {
          const result = arrays.skew[extra.place * SKEWS + j] as number;
          value += result < 0 ? extra.buyLots * result : -extra.sellLots * result;
        }
        worse = Math.min(worse, value);
      }
      loss -= worse;
    }
    if (loss > out.scan) {
      out.scan = loss;
      out.binding = scenarioCount + first / 2;
    }
  }
};

/** The larger size of a sum that may go up and down from where it is. */
const furthest = (value: number, up: number, down: number): number =>
  Math.max(Math.abs(value + up), Math.abs(value + down));

const addExpiryCharges = (
  book: BookSum,
  orders: OrderSum,
  charges: ChargeParameters,
  market: MarginMarket,
  extra: ExtraOrder,
  out: PortfolioMargin,
): void => {
  const { arrays } = book;
  const { instruments, expiries } = arrays;
  const { index } = market;
  const { place, buyLots, sellLots } = extra;
  const changed = instruments.expiry[place] as number;
  const delta = arrays.delta[place] as number;
  const vega = arrays.vega[place] as number;
  const coins = arrays.coins[place] as number;
  const option = instruments.kind[place] === OPTION;
  const ofCalls = (instruments.sign[place] as number) > 0;
  let net = 0;
  let netUp = 0;
  let netDown = 0;
  out.roll = 0;
  out.vegaLiquidity = 0;
  out.nakedCoins = 0;
  out.confidence = 0;
  for (let e = 0; e < expiries.count; e++) {
    const own = e === changed ? 1 : 0;
    const up = (orders.deltaUp[e] as number) + own * Math.max(buyLots * delta, -sellLots * delta);
    const down =
      (orders.deltaDown[e] as number) + own * Math.min(buyLots * delta, -sellLots * delta);
    const vegaUp = (orders.vegaUp[e] as number) + own * buyLots * vega;
    const vegaDown = (orders.vegaDown[e] as number) - own * sellLots * vega;
    const gross =
      (book.gross[e] as number) + (orders.gross[e] as number) + own * (buyLots + sellLots) * coins;
    const soldNow = option ? own * sellLots * coins : 0;
    const calls =
      (book.net[2 * e] as number) - (orders.sold[2 * e] as number) - (ofCalls ? soldNow : 0);
    const puts =
      (book.net[2 * e + 1] as number) -
      (orders.sold[2 * e + 1] as number) -
      (ofCalls ? 0 : soldNow);
    net += book.delta[e] as number;
    netUp += up;
    netDown += down;
    const years = expiries.years[e] as number;
    const rollRate = Math.max(charges.rollMin, charges.rollAnnual * years);
    out.roll += furthest(book.delta[e] as number, up, down) * index * rollRate;
    const size = furthest(book.vega[e] as number, vegaUp, vegaDown);
    out.vegaLiquidity += charges.vegaRate * Math.max(0, size - charges.vegaThresholdUsd);
    out.nakedCoins += Math.max(0, -calls) + Math.max(0, -puts);
    const sure = expiries.confidence[e] as number;
    if (sure < charges.confidenceMin) {
      out.confidence += (1 - sure) * gross * index;
    }
  }
  out.deltaLiquidity = deltaLiquidity(charges, furthest(net, netUp, netDown), index);
};
