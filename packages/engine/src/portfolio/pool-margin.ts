// Pool margin: what a pool must have, in dollars, from its running sums: each underlying's
// portfolio margin with its open orders at their worst fill, and what gains of one underlying may
// count against losses of another. Invariants: maintenance never exceeds initial margin; asking
// about one order more is one pass over the scenarios and leaves the pool as it was.
import { currencies, minorPerUnit } from '@openstrike/domain';
import {
  createPortfolioMargin,
  crossCurrencyScan,
  type ExtraOrder,
  marginAfter,
  marginOf,
  marginWithOrders,
  type PortfolioMargin,
} from '@openstrike/risk';
import type { EngineState, InstrumentRecord, SideCode } from '../state.ts';
import { marginParametersOf } from '../tables-in-force.ts';
import { type MarginPool, type PoolBook, refreshPool, underlyingNoOf } from './margin-pool.ts';
import { currencyPriceOf, underlyings } from './risk-outline.ts';

/** Dollars. */
export interface PoolMargin {
  /** Open orders included, and one order more where it was asked about. */
  initial: number;
  /** Of the positions alone. */
  initialAlone: number;
  maintenance: number;
}

const extra: ExtraOrder = { place: 0, buyLots: 0, sellLots: 0 };
const none: ExtraOrder = { place: 0, buyLots: 0, sellLots: 0 };
const withOrders = [createPortfolioMargin(), createPortfolioMargin()];
const alone = [createPortfolioMargin(), createPortfolioMargin()];
const evenAlone = [new Float64Array(0), new Float64Array(0)];

/** What all open orders of a pool lose against the marks as they fill, in dollars. */
export const lossAtOnceUsd = (state: EngineState, pool: MarginPool): number => {
  let sum = 0;
  for (const [no, currency] of currencies.entries()) {
    let loss = 0;
    for (const { lossAtOnce } of pool.books) loss += lossAtOnce[no] as number;
    if (loss !== 0) sum += (loss / minorPerUnit[currency]) * currencyPriceOf(state, no);
  }
  return sum;
};

/**
 * What counting gains against losses takes off, in dollars of the scan, times the least stress
 * factor: the gain of a quiet underlying pays for no more than it would have needed itself.
 */
const setOff = (
  state: EngineState,
  pool: MarginPool,
  margins: readonly PortfolioMargin[],
  even: readonly Float64Array[],
): number => {
  if (pool.currencyNo !== null && pool.currencyNo < underlyings.length) {
    return 0;
  }
  if (margins.every(({ scan }) => scan === 0)) return 0;
  const sections = underlyings.map((underlying) => marginParametersOf(state, underlying));
  const share = Math.min(...sections.map(({ crossOffset }) => crossOffset));
  const offsetMaxUsd = Math.min(...sections.map(({ crossOffsetMaxUsd }) => crossOffsetMaxUsd));
  if (share === 0 || even[0]?.length !== even[1]?.length) return 0;
  const scans = margins.map(({ scan }) => scan);
  const apart = scans.reduce((sum, scan) => sum + scan, 0);
  const together = crossCurrencyScan(even, scans, { offset: () => share, offsetMaxUsd });
  const stress = Math.min(...pool.books.map(({ market }) => market.market.stress));
  return stress * Math.max(0, apart - together);
};

const sumOf = (
  margins: readonly PortfolioMargin[],
  pick: (of: PortfolioMargin) => number,
): number => margins.reduce((sum, margin) => sum + pick(margin), 0);

const nothing = createPortfolioMargin();

/** Works out the margins of one book; false, and no margin, where there is nothing in it. */
const bookMargin = (own: PoolBook, no: number, order: ExtraOrder, isAsked: boolean): boolean => {
  const bare = alone[no] as PortfolioMargin;
  const full = withOrders[no] as PortfolioMargin;
  if (own.counted.size === 0 && !isAsked) {
    Object.assign(bare, nothing);
    Object.assign(full, nothing);
    return false;
  }
  const { market, parameters } = own.market;
  const { even, book } = own;
  if ((evenAlone[no] as Float64Array).length !== even.length) {
    evenAlone[no] = new Float64Array(even.length);
  }
  marginOf(book, parameters.charges, market, bare);
  (evenAlone[no] as Float64Array).set(book.values.subarray(0, even.length));
  if (own.openLots === 0 && !isAsked) {
    even.set(evenAlone[no] as Float64Array);
    Object.assign(full, bare);
  } else {
    marginWithOrders(book, own.orders, parameters.charges, market, order, full, even);
  }
  return true;
};

/** The margins of a pool, with an order of so many lots more where one is named. */
export const poolMargin = (
  state: EngineState,
  pool: MarginPool,
  more: {
    readonly instrument: InstrumentRecord;
    readonly side: SideCode;
    readonly lots: number;
  } | null,
  out: PoolMargin,
): PoolMargin => {
  refreshPool(state, pool);
  const asked = more === null ? -1 : underlyingNoOf(more.instrument.contract.underlying);
  if (more !== null) {
    const { market } = pool.books[asked] as PoolBook;
    extra.place = market.placeOf(state, more.instrument);
    extra.buyLots = more.side === 0 ? more.lots : 0;
    extra.sellLots = more.lots - extra.buyLots;
    // Room for the new row may have voided the sums.
    refreshPool(state, pool);
    extra.place = market.placeOf(state, more.instrument);
  }
  let filled = 0;
  for (let no = 0; no < pool.books.length; no++) {
    const isAsked = no === asked;
    if (bookMargin(pool.books[no] as PoolBook, no, isAsked ? extra : none, isAsked)) filled += 1;
  }
  const several = filled > 1;
  const off = several
    ? setOff(
        state,
        pool,
        withOrders,
        pool.books.map(({ even }) => even),
      )
    : 0;
  const offAlone = several ? setOff(state, pool, alone, evenAlone) : 0;
  const share = Math.min(
    ...pool.books.map(({ market }) => market.parameters.charges.maintenanceShare),
  );
  out.initialAlone = sumOf(alone, ({ initial }) => initial) - offAlone;
  const initial = sumOf(withOrders, (margin) => margin.initial) - off;
  out.initial = Math.max(out.initialAlone, initial) + lossAtOnceUsd(state, pool);
  out.maintenance = sumOf(alone, ({ maintenance }) => maintenance) - share * offAlone;
  return out;
};

const filled = createPortfolioMargin();

/** Whether a fill of so many signed lots leaves the positions with no more initial margin. */
export const fillReduces = (
  state: EngineState,
  pool: MarginPool,
  instrument: InstrumentRecord,
  lots: number,
  signedLots: number,
): boolean => {
  refreshPool(state, pool);
  const no = underlyingNoOf(instrument.contract.underlying);
  const { book, market: own } = pool.books[no] as PoolBook;
  const place = own.placeOf(state, instrument);
  if (book.arrays !== own.arrays) return fillReduces(state, pool, instrument, lots, signedLots);
  const { market, parameters } = own;
  const { charges } = parameters;
  const now = marginOf(book, charges, market, alone[no] as PortfolioMargin).initial;
  marginAfter(book, charges, market, place, lots, lots + signedLots, filled);
  return filled.initial <= now;
};
