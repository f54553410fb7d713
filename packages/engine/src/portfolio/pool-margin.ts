// Pool margin: what a pool must have, in dollars, from its running sums: each underlying's
// portfolio margin with its open orders at their worst fill, and what gains of one underlying may
// count against losses of another. Invariants: maintenance never exceeds initial margin; asking
// about one order more is one pass over the scenarios and leaves the pool as it was.
import { type Currency, currencies, minorPerUnit } from '@openstrike/domain';
import {
  copyMargin,
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
  for (let no = 0; no < currencies.length; no++) {
    let loss = 0;
    for (const { lossAtOnce } of pool.books) loss += lossAtOnce[no] as number;
    if (loss === 0) continue;
    sum += (loss / minorPerUnit[currencies[no] as Currency]) * currencyPriceOf(state, no);
  }
  return sum;
};

const sumOf = (
  margins: readonly PortfolioMargin[],
  figure: 'initial' | 'maintenance' | 'scan',
): number => {
  let sum = 0;
  for (const margin of margins) sum += margin[figure];
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
  const apart = sumOf(margins, 'scan');
  if (apart === 0) return 0;
  let share = Number.POSITIVE_INFINITY;
  let offsetMaxUsd = Number.POSITIVE_INFINITY;
  for (const underlying of underlyings) {
    const { crossOffset, crossOffsetMaxUsd } = marginParametersOf(state, underlying);
    share = Math.min(share, crossOffset);
    offsetMaxUsd = Math.min(offsetMaxUsd, crossOffsetMaxUsd);
  }
  if (share === 0 || even[0]?.length !== even[1]?.length) return 0;
  const scans = margins.map(({ scan }) => scan);
  const together = crossCurrencyScan(even, scans, { offset: () => share, offsetMaxUsd });
  let stress = Number.POSITIVE_INFINITY;
  for (const { market } of pool.books) stress = Math.min(stress, market.market.stress);
  return stress * Math.max(0, apart - together);
};

const nothing = createPortfolioMargin();

/** Works out the margins of one book; false, and no margin, where there is nothing in it. */
const bookMargin = (own: PoolBook, no: number, order: ExtraOrder, isAsked: boolean): boolean => {
  const bare = alone[no] as PortfolioMargin;
  const full = withOrders[no] as PortfolioMargin;
  if (own.counted.size === 0 && !isAsked) {
    copyMargin(nothing, bare);
    copyMargin(nothing, full);
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
    copyMargin(bare, full);
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
  let share = Number.POSITIVE_INFINITY;
  for (const { market } of pool.books) {
    share = Math.min(share, market.parameters.charges.maintenanceShare);
  }
  out.initialAlone = sumOf(alone, 'initial') - offAlone;
  const initial = sumOf(withOrders, 'initial') - off;
  out.initial = Math.max(out.initialAlone, initial) + lossAtOnceUsd(state, pool);
  out.maintenance = sumOf(alone, 'maintenance') - share * offAlone;
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
