// Margin pool: the holdings that are margined together by risk arrays, of one currency or of all,
// with the running sums of their results over the scenarios. Invariant: the sums are those of the
// holdings and open orders as they stand, to the last bit, however they came to stand so; at new
// marks they are filled afresh when they are next asked for.
import { currencies } from '@openstrike/domain';
import { BookSum, OrderSum } from '@openstrike/risk';
import { holdingsInOrder, valueAtPrice, valueAtTicks } from '../account/holdings.ts';
import type { AccountRecord, CurrencyRecord, EngineState, Holding } from '../state.ts';
import { RiskMarket } from './risk-market.ts';
import { RiskOutline, type Underlying, underlyings } from './risk-outline.ts';

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
  /** Made when there is something to sum: most pools hold one underlying alone. */
  #book: BookSum | null = null;
  #orders: OrderSum | null = null;
  stamp = -1;
  /** Of all open orders that are counted. */
  openLots = 0;
  /**
   * What open orders lose against the marks as they fill, by currency, in minor units: buys above
   * and sells below, since only those that lose may fill.
   */
  readonly lossAtOnce = currencies.map(() => 0);
  /** Of a scenario's results of the even grid; see `marginWithOrders`. */
  even = new Float64Array(0);

  constructor(market: RiskMarket) {
    this.market = market;
  }

  get book(): BookSum {
    this.#book ??= new BookSum(this.market.arrays);
    return this.#book;
  }

  get orders(): OrderSum {
    this.#orders ??= new OrderSum(this.market.arrays);
    return this.#orders;
  }

  /** Makes sums over the arrays as they are now, with nothing in them. */
  empty(): void {
    const { arrays, stamp, outline } = this.market;
    if (this.#book?.arrays === arrays) this.#book.reset();
    else this.#book = null;
    if (this.#orders?.arrays === arrays) this.#orders.reset();
    else this.#orders = null;
    const { evenCount } = outline;
    if (this.even.length === evenCount) this.even.fill(0);
    else this.even = new Float64Array(evenCount);
    this.openLots = 0;
    this.lossAtOnce.fill(0);
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
}

/** The markets that pools share, by underlying: in dollars and in coins. */
export interface RiskMarkets {
  /** Null until the first account needs them. */
  outlines: readonly RiskOutline[] | null;
  usd: readonly RiskMarket[] | null;
  coin: readonly RiskMarket[] | null;
}

const marketsIn = (state: EngineState, numeraire: 'usd' | 'coin'): readonly RiskMarket[] => {
  const { riskMarkets: known } = state;
  known.outlines ??= underlyings.map((underlying) => new RiskOutline(underlying));
  known[numeraire] ??= known.outlines.map((outline) => new RiskMarket(state, outline, numeraire));
  return known[numeraire];
};

/** A pool with nothing in it. */
export const createPool = (
  state: EngineState,
  account: AccountRecord,
  currencyNo: number | null,
): MarginPool => {
  // What settles in coin is solvent in coin: its results count in coins of the moved price.
  const inCoin = currencyNo !== null && currencyNo < underlyings.length;
  return {
    account,
    currencyNo,
    books: marketsIn(state, inCoin ? 'coin' : 'usd').map((market) => new PoolBook(market)),
    changed: new Set(),
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

const countHolding = (state: EngineState, own: PoolBook, holding: Holding): void => {
  const { instrument } = holding;
  const { id } = instrument;
  const mark = state.marks.markPrice[id] as number;
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
  own.lossAtOnce[no] = (own.lossAtOnce[no] as number) + loss - known.lossAtOnce;
  own.openLots += openBuyLots + openSellLots - known.buyLots - known.sellLots;
  known.lots = sizeLots;
  known.buyLots = openBuyLots;
  known.sellLots = openSellLots;
  known.lossAtOnce = loss;
};

const isIdle = ({ sizeLots, orderCount, openBuyLots, openSellLots }: Holding): boolean =>
  sizeLots === 0 && orderCount === 0 && openBuyLots === 0 && openSellLots === 0;

const isFresh = ({ stamp, market }: PoolBook): boolean => stamp === market.stamp;

/** The book that a holding's results are in. */
const bookOf = (pool: MarginPool, { instrument }: Holding): PoolBook =>
  pool.books[underlyingNoOf(instrument.contract.underlying)] as PoolBook;

const refill = (state: EngineState, pool: MarginPool, own: PoolBook): void => {
  own.empty();
  for (const record of poolRecords(pool)) {
    for (const holding of holdingsInOrder(record)) {
      if (bookOf(pool, holding) === own) countHolding(state, own, holding);
    }
  }
};

/**
 * Brings a pool's sums up to the present marks, positions and open orders.
 *
 * Cost: what changed since, or all holdings of an underlying whose marks moved.
 */
export const refreshPool = (state: EngineState, pool: MarginPool): void => {
  for (const { market } of pool.books) market.renew(state);
  for (const holding of pool.changed) {
    const own = bookOf(pool, holding);
    if (isFresh(own)) countHolding(state, own, holding);
  }
  pool.changed.clear();
  for (const own of pool.books) {
    // Room for a new row may void the sums: once it is there, filling needs no more.
    while (!isFresh(own)) refill(state, pool, own);
  }
};
