// Margin pool: the holdings that are margined together by risk arrays, of one currency or of all,
// with the running sums of their results over the scenarios. Invariant: the sums are those of the
// holdings and open orders as they stand, to the last bit, however they came to stand so; at new
// marks they are filled afresh when they are next asked for.
import { BookSum, OrderSum } from '@openstrike/risk';
import { holdingsInOrder, valueAtPrice, valueAtTicks } from '../account/holdings.ts';
import type { AccountRecord, CurrencyRecord, EngineState, Holding } from '../state.ts';
import { RiskMarket, type Underlying, underlyings } from './risk-market.ts';

/** What of a holding is in the sums. */
interface Counted {
  place: number;
  lots: number;
  buyLots: number;
  sellLots: number;
  lossAtOnce: number;
}

/** One underlying's part of a pool. */
export class PoolBook {
  readonly market: RiskMarket;
  readonly counted = new Map<number, Counted>();
  book: BookSum;
  orders: OrderSum;
  stamp = -1;
  /** Of a scenario's results of the even grid; see `marginWithOrders`. */
  even = new Float64Array(0);

  constructor(market: RiskMarket) {
    this.market = market;
    this.book = new BookSum(market.arrays);
    this.orders = new OrderSum(market.arrays);
  }

  /** Makes room for sums over the arrays as they are now, with nothing in them. */
  empty(): void {
    const { arrays, stamp, evenCount } = this.market;
    if (this.book.arrays === arrays) {
      this.book.reset();
      this.orders.reset();
    } else {
      this.book = new BookSum(arrays);
      this.orders = new OrderSum(arrays);
    }
    if (this.even.length !== evenCount) this.even = new Float64Array(evenCount);
    this.counted.clear();
    this.stamp = stamp;
  }
}

export interface MarginPool {
  readonly account: AccountRecord;
  /** Null for all currencies. */
  readonly currencyNo: number | null;
  /** In the order of `underlyings`. */
  readonly books: readonly PoolBook[];
  /** Holdings that changed since their sums were last brought up. */
  readonly changed: Set<Holding>;
  /**
   * What open orders lose against the marks as they fill, by currency, in minor units: buys above
   * and sells below, since only those that lose may fill.
   */
  readonly lossAtOnce: number[];
}

/** The markets that pools share, by underlying: in dollars and in coins. */
export interface RiskMarkets {
  /** Null until the first account needs them. */
  usd: readonly RiskMarket[] | null;
  coin: readonly RiskMarket[] | null;
}

const marketsIn = (markets: RiskMarkets, numeraire: 'usd' | 'coin'): readonly RiskMarket[] => {
  const made =
    markets[numeraire] ?? underlyings.map((underlying) => new RiskMarket(underlying, numeraire));
  markets[numeraire] = made;
  return made;
};

/** A pool with nothing in it. */
export const createPool = (
  markets: RiskMarkets,
  account: AccountRecord,
  currencyNo: number | null,
): MarginPool => {
  // What settles in coin is solvent in coin: its results count in coins of the moved price.
  const inCoin = currencyNo !== null && currencyNo < underlyings.length;
  return {
    account,
    currencyNo,
    books: marketsIn(markets, inCoin ? 'coin' : 'usd').map((market) => new PoolBook(market)),
    changed: new Set(),
    lossAtOnce: [0, 0, 0],
  };
};

/** The currency records that a pool covers. */
export const poolRecords = ({ account, currencyNo }: MarginPool): CurrencyRecord[] =>
  account.currencies.filter(
    (record): record is CurrencyRecord =>
      record !== null && (currencyNo === null || record.currencyNo === currencyNo),
  );

/** What the open orders of a holding lose against the mark as they fill, in minor units. */
const lossAtOnceOf = (holding: Holding, mark: number): number => {
  const { instrument } = holding;
  let loss = 0;
  for (let order = holding.firstOrder; order !== null; order = order.next) {
    if (order.bookHandle === 0 || order.reduceOnly) continue;
    const open = order.sizeLots - order.filledLots;
    const lots = order.side === 0 ? open : -open;
    const cost = valueAtTicks(instrument, lots, order.priceTicks);
    loss += Math.max(0, cost - valueAtPrice(instrument, lots, mark));
  }
  return loss;
};

/** Place of an underlying in `underlyings`. */
export const underlyingNoOf = (underlying: Underlying): number => (underlying === 'BTC' ? 0 : 1);

const countHolding = (state: EngineState, pool: MarginPool, holding: Holding): void => {
  const { instrument } = holding;
  const { id, contract } = instrument;
  const mark = state.marks.markPrice[id] as number;
  const own = pool.books[underlyingNoOf(contract.underlying)] as PoolBook;
  let known = own.counted.get(id);
  if (Number.isNaN(mark) || (known === undefined && isIdle(holding))) {
    return;
  }
  if (known === undefined) {
    const place = own.market.placeOf(state, instrument);
    known = { place, lots: 0, buyLots: 0, sellLots: 0, lossAtOnce: 0 };
    own.counted.set(id, known);
  }
  if (own.stamp !== own.market.stamp) {
    return;
  }
  const { sizeLots, openBuyLots, openSellLots } = holding;
  if (sizeLots !== known.lots) own.book.change(known.place, known.lots, sizeLots);
  if (openBuyLots !== known.buyLots || openSellLots !== known.sellLots) {
    own.orders.change(known.place, openBuyLots - known.buyLots, openSellLots - known.sellLots);
  }
  const loss = holding.orderCount === 0 ? 0 : lossAtOnceOf(holding, mark);
  const no = holding.record.currencyNo;
  pool.lossAtOnce[no] = (pool.lossAtOnce[no] as number) + loss - known.lossAtOnce;
  known.lots = sizeLots;
  known.buyLots = openBuyLots;
  known.sellLots = openSellLots;
  known.lossAtOnce = loss;
};

const isIdle = ({ sizeLots, orderCount, openBuyLots, openSellLots }: Holding): boolean =>
  sizeLots === 0 && orderCount === 0 && openBuyLots === 0 && openSellLots === 0;

const isFresh = (pool: MarginPool): boolean =>
  pool.books.every(({ stamp, market }) => stamp === market.stamp);

const refill = (state: EngineState, pool: MarginPool): void => {
  for (const book of pool.books) book.empty();
  pool.lossAtOnce.fill(0);
  for (const record of poolRecords(pool)) {
    for (const holding of holdingsInOrder(record)) countHolding(state, pool, holding);
  }
};

/**
 * Brings a pool's sums up to the present marks, positions and open orders.
 *
 * Cost: what changed since, or all holdings when marks moved.
 */
export const refreshPool = (state: EngineState, pool: MarginPool): void => {
  for (const { market } of pool.books) market.renew(state);
  if (isFresh(pool)) {
    for (const holding of pool.changed) countHolding(state, pool, holding);
  }
  pool.changed.clear();
  // Room for a new row may void the sums: once it is there, filling needs no more.
  while (!isFresh(pool)) {
    refill(state, pool);
  }
};
