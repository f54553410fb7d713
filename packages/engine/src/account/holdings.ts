// Holdings: positions kept as exact integer cost, and how a fill changes one. Invariant: for every
// fill, the change of cost less the profit realised equals the fill's value, and the values of both
// sides sum to zero; so profits of all accounts sum to zero but for named roundings at a mark.
import type { Cash, DatedFutureTerms, OptionTerms, SizeLots } from '@openstrike/domain';
import { mulDivHalfEven, mulSafe } from '@openstrike/std';
import type {
  AccountRecord,
  CurrencyRecord,
  EngineState,
  Holding,
  InstrumentRecord,
  MarginSet,
} from '../state.ts';
import { currencyRecordOf } from './cash.ts';

/** Place of an instrument in holdings that ascend by it, or where it would be. */
const placeOf = (holdings: readonly Holding[], instrumentId: number): number => {
  let low = 0;
  let high = holdings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((holdings[middle] as Holding).instrument.id < instrumentId) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
};

const byInstrument = (a: Holding, b: Holding): number => a.instrument.id - b.instrument.id;

/**
 * The holdings of a record, ascending by instrument id: for all that must not depend on when each
 * was opened.
 */
export const holdingsInOrder = (record: CurrencyRecord): readonly Holding[] => {
  if (!record.inOrder) {
    record.holdings.sort(byInstrument);
    record.inOrder = true;
  }
  return record.holdings;
};

/** What the account has in the instrument, opened empty at first use. */
export const holdingOf = (account: AccountRecord, instrument: InstrumentRecord): Holding =>
  findHolding(account, instrument) ?? openHolding(account, instrument);

/** What the account has in the instrument; null where it has had nothing. */
export const findHolding = (account: AccountRecord, instrument: InstrumentRecord): Holding | null =>
  account.store.table.find(account.id, instrument.id);

const openHolding = (account: AccountRecord, instrument: InstrumentRecord): Holding => {
  const record = currencyRecordOf(account, instrument.currencyNo);
  const { store } = account;
  const set = marginSetOf(record, instrument);
  const holding = store.pool.take(account, instrument, record, store.rows);
  if (set !== null) holding.marginSet = set;
  // Only then: the last numbers of a new row are in a cache line that few holdings ever need.
  if (instrument.funding !== null) holding.fundingMark = instrument.funding.accruedPerLot;
  store.table.add(holding);
  record.holdings.push(holding);
  record.inOrder = false;
  if (set !== null) {
    set.holdings.splice(placeOf(set.holdings, instrument.id), 0, holding);
  }
  return holding;
};

/** Whether an instrument's margin is netted with that of others of its expiry. */
export const offsets = ({ contract, terms }: InstrumentRecord): boolean => {
  if (contract.kind === 'perpetual') return false;
  if (contract.kind === 'future') {
    return (terms as DatedFutureTerms).margin.coversOptions === true;
  }
  return contract.payoff === 'linear' || (terms as OptionTerms).margin.coinLoss !== undefined;
};

/** Puts holdings into sets anew, because terms say otherwise now which offset each other. */
export const regroup = (record: CurrencyRecord): void => {
  record.marginSets = [];
  for (const holding of holdingsInOrder(record)) {
    holding.marginSet = marginSetOf(record, holding.instrument);
    holding.marginSet?.holdings.push(holding);
    // In a set these stay 0; alone they are made with the next computation.
    holding.initialMargin = 0;
    holding.maintenanceMargin = 0;
    holding.ordersMargin = 0;
  }
  record.marginVersion = -1;
};

/**
 * The set that the instrument's margin is netted in, made at first use; null where legs stand
 * alone.
 */
const marginSetOf = (record: CurrencyRecord, instrument: InstrumentRecord): MarginSet | null => {
  const { indexNo } = instrument;
  const { expiryUs } = instrument.contract;
  if (expiryUs === null || !offsets(instrument)) {
    return null;
  }
  for (const set of record.marginSets) {
    if (set.expiryUs === expiryUs && set.indexNo === indexNo) {
      return set;
    }
  }
  const set: MarginSet = {
    expiryUs,
    indexNo,
    holdings: [],
    initialMargin: 0,
    maintenanceMargin: 0,
    ordersMargin: 0,
    stale: true,
  };
  record.marginSets = [...record.marginSets, set];
  return set;
};

/** Takes a holding out of the store; whoever held it must let it go. */
export const releaseHolding = (holding: Holding): void => {
  const { store, pools } = holding.account;
  const { underlying } = holding.instrument.contract;
  for (const pool of pools) {
    pool?.changed.delete(holding);
    for (const book of pool?.books ?? []) {
      if (book.market.underlying === underlying) book.stamp = -1;
    }
  }
  store.table.remove(holding);
  store.rows.give(holding.chunk, holding.at);
};

/**
 * Forgets a holding that has neither lots nor orders. Its session profit must have been settled.
 */
export const dropHolding = (holding: Holding): void => {
  const { instrument, record, marginSet } = holding;
  record.holdings.splice(placeOf(holdingsInOrder(record), instrument.id), 1);
  record.marginVersion = -1;
  if (marginSet !== null) {
    marginSet.holdings.splice(placeOf(marginSet.holdings, instrument.id), 1);
    if (marginSet.holdings.length === 0) {
      record.marginSets = record.marginSets.filter((set) => set !== marginSet);
    }
  }
  releaseHolding(holding);
};

/**
 * The value of signed lots at a price in ticks, rounded half-even where it is not whole.
 *
 * Units: minor units of the settlement currency; a long has positive value, of inverse futures
 * negative.
 */
export const valueAtTicks = (
  instrument: InstrumentRecord,
  lots: number,
  priceTicks: number,
): number => {
  const perLot = instrument.inverseValuePerLot;
  return perLot === 0
    ? mulSafe(lots, priceTicks * instrument.cashPerTickLot)
    : mulDivHalfEven(-lots, perLot, priceTicks);
};

/**
 * The value of signed lots at a price that need not lie on the tick grid, such as a mark.
 *
 * Units: `price` in the instrument's price unit; the value in minor units, rounded half-even.
 */
export const valueAtPrice = (instrument: InstrumentRecord, lots: number, price: number): number => {
  const { tick, cashPerTickLot } = instrument.contract;
  const ticks = (price * tick.den) / tick.num;
  const perLot = instrument.inverseValuePerLot;
  return roundHalfEven(perLot === 0 ? lots * ticks * cashPerTickLot : -(lots * perLot) / ticks);
};

/** The nearest integer, ties to even. */
export const roundHalfEven = (value: number): number => {
  const floor = Math.floor(value);
  const rest = value - floor;
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0);
  return (up ? floor + 1 : floor) + 0;
};

/** The unrounded value at entry once a fill is counted; what is closed takes its share along. */
const entryValueAfter = (holding: Holding, lots: number, priceTicks: number): number => {
  const { sizeLots: before, entryValue } = holding;
  const perLot = holding.instrument.inverseValuePerLot;
  if (perLot === 0) return 0;
  const after = before + lots;
  if (before === 0 || before > 0 === lots > 0) return entryValue - (lots * perLot) / priceTicks;
  if (after === 0) return 0;
  return after > 0 === before > 0 ? (entryValue * after) / before : -(after * perLot) / priceTicks;
};

/**
 * Applies a fill of signed lots at a price to a holding's lots, costs and realised profit.
 *
 * Returns the profit realised against the session cost, in minor units. It moves no cash and emits
 * nothing.
 */
export const applyFill = (holding: Holding, lots: number, priceTicks: number): number => {
  const value = valueAtTicks(holding.instrument, lots, priceTicks);
  const before = holding.sizeLots;
  holding.entryValue = entryValueAfter(holding, lots, priceTicks);
  holding.sizeLots = before + lots;
  if (before === 0 || before > 0 === lots > 0) {
    holding.openCost += value;
    holding.sessionCost += value;
    return 0;
  }
  const closing = Math.abs(lots) <= Math.abs(before) ? lots : -before;
  const closingValue =
    closing === lots ? value : valueAtTicks(holding.instrument, closing, priceTicks);
  const openShare = mulDivHalfEven(holding.openCost, -closing, before);
  const sessionShare = mulDivHalfEven(holding.sessionCost, -closing, before);
  const openingValue = value - closingValue;
  const profit = 0 - closingValue - sessionShare;
  holding.openCost += openingValue - openShare;
  holding.sessionCost += openingValue - sessionShare;
  holding.realised += 0 - closingValue - openShare;
  holding.sessionRealised += profit;
  return profit;
};

/** Average entry price in the instrument's price unit; 0 when flat. */
export const averagePriceOf = (holding: Holding): number => {
  const { sizeLots, openCost, entryValue, instrument } = holding;
  if (sizeLots === 0) {
    return 0;
  }
  const { tick, cashPerTickLot } = instrument.contract;
  const perLot = instrument.inverseValuePerLot;
  const ticks =
    perLot === 0 ? openCost / (sizeLots * cashPerTickLot) : -(sizeLots * perLot) / entryValue;
  return (ticks * tick.num) / tick.den;
};

/** States a holding's position as it is now. */
export const emitPosition = (state: EngineState, holding: Holding): void => {
  if (state.quiet) return;
  state.emit({
    type: 'position-changed',
    accountId: holding.account.id,
    instrumentId: holding.instrument.id,
    sizeLots: holding.sizeLots as SizeLots,
    openCost: holding.openCost as Cash,
    averagePrice: averagePriceOf(holding),
    sessionRealised: (holding.instrument.kind === 'option' ? 0 : holding.sessionRealised) as Cash,
    sessionFunding: holding.sessionFunding as Cash,
    realised: holding.realised as Cash,
    settlementPrice: holding.instrument.settlementPrice,
  });
};
