// Instruments: how a contract enters and leaves the engine's state. Invariant: a record is in the
// arrays of its index and expiry from listing until delivery, and in the dense array until it is
// forgotten a day later.
import {
  type ContractFamily,
  type Currency,
  fromSteps,
  type Instrument,
  indexNames,
  minorPerUnit,
  type Step,
  type TsUs,
} from '@openstrike/domain';
import { createPerpetualBasis } from '@openstrike/marks';
import { AssertionError, assert } from '@openstrike/std';
import { createFundingState } from './funding/funding-state.ts';
import {
  currencyNoOf,
  type EngineState,
  type ExpiryRecord,
  type FeeRates,
  type IndexRecord,
  type InstrumentRecord,
  type MarkColumns,
  type OrderRecord,
  type TradingState,
  type TriggerWatch,
} from './state.ts';

const RATE_UNIT = 1_000_000_000;

export const createTriggerWatch = (): TriggerWatch => ({ rising: [], falling: [], trailing: [] });

/**
 * What nearly all instruments have; shared, so that looking for more at every mark costs no cache
 * miss. Never written to.
 */
export const noTriggers: TriggerWatch = createTriggerWatch();
export const noPegged: OrderRecord[] = [];

/** The terms of a contract in its family. */
export const termsOf = (
  contract: Instrument,
  family: ContractFamily,
): InstrumentRecord['terms'] => {
  const terms = family[contract.termsKey];
  assert(terms !== null, `family ${family.name} has no ${contract.termsKey}`);
  return terms;
};

/** A fraction as an exact count of billionths. */
export const billionths = (rate: number): number => Math.round(rate * RATE_UNIT);

const wholePerLot = (minor: number, lot: Step, what: string): number => {
  const value = (minor * lot.num) / lot.den;
  if (!Number.isSafeInteger(value)) {
    throw new AssertionError(`${what} is not a whole number of minor units: ${value}`);
  }
  return value;
};

/** The fee rates of a contract in billionths, with what they are a share of. */
export const feeRatesOf = (contract: Instrument, family: ContractFamily): FeeRates => {
  const { fees } = termsOf(contract, family);
  const coinLots = contract.payoff === 'linear' || contract.kind === 'option';
  const minor = minorPerUnit[contract.settlementCurrency as Currency];
  return {
    maker: billionths(fees.makerRate),
    taker: billionths(fees.takerRate),
    delivery: billionths(fees.deliveryRate),
    premiumCap: fees.premiumCapRate === null ? -1 : billionths(fees.premiumCapRate),
    coinMinorPerLot: coinLots ? wholePerLot(minor, contract.lot, 'a lot') : 0,
  };
};

const inverseValuePerLotOf = (contract: Instrument): number => {
  if (contract.payoff === 'linear' || contract.kind === 'option') {
    return 0;
  }
  const perDollarTick = wholePerLot(
    minorPerUnit[contract.settlementCurrency] * contract.tick.den,
    { num: 1, den: contract.tick.num },
    'a dollar over a tick',
  );
  return wholePerLot(perDollarTick, contract.lot, 'the value of a lot');
};

/** A record of a contract as at its listing, not yet in the state. */
export const createInstrumentRecord = (
  contract: Instrument,
  family: ContractFamily,
): InstrumentRecord => ({
  id: contract.id,
  contract,
  kind: contract.kind,
  cashPerTickLot: contract.cashPerTickLot,
  expiryUs: contract.expiryUs,
  terms: termsOf(contract, family),
  family,
  fees: feeRatesOf(contract, family),
  state: 'open',
  openInterestLots: 0,
  tradeSeq: 0,
  lastTradeTicks: 0,
  lastTickDirection: 0,
  deliveryPrice: 0,
  deliveredUs: 0,
  settlementPrice: 0,
  funding: contract.kind === 'perpetual' ? createFundingState() : null,
  basis: contract.kind === 'perpetual' ? createPerpetualBasis() : null,
  planAt: 0,
  fundingMarked: 0,
  indexNo: indexNames.indexOf(contract.indexName),
  currencyNo: currencyNoOf(contract.settlementCurrency),
  inverseValuePerLot: inverseValuePerLotOf(contract),
  reduceOnlyCount: 0,
  markTriggers: noTriggers,
  lastTriggers: createTriggerWatch(),
  peggedOrders: noPegged,
});

/**
 * Takes a newly listed contract into the state, opens its book and states its listing.
 *
 * Holds: its id is the next one (`state.instruments.length`) and its name is new.
 */
export const addInstrument = (
  state: EngineState,
  contract: Instrument,
  family: ContractFamily,
): InstrumentRecord => {
  const record = createInstrumentRecord(contract, family);
  placeInstrument(state, record);
  state.book.openBook(contract.id);
  state.emit({ type: 'instrument-listed', instrument: contract });
  return record;
};

/** Puts a record into every array that must know it. */
export const placeInstrument = (state: EngineState, record: InstrumentRecord): void => {
  const { contract } = record;
  assert(contract.id === state.instruments.length, 'instrument ids are dense');
  assert(!state.instrumentByName.has(contract.name), `${contract.name} is listed already`);
  state.instruments.push(record);
  state.instrumentByName.set(contract.name, record);
  growMarks(state.marks, contract.id + 1);
  if (record.state === 'delivered') {
    return;
  }
  const index = state.indexes[record.indexNo] as IndexRecord;
  index.instruments.push(record);
  index.plan = null;
  if (contract.expiryUs === null) {
    index.perpetuals.push(record);
  } else {
    expiryRecordOf(index, contract.expiryUs).instruments.push(record);
  }
};

/** The record of an expiry, made at first use, the list kept ascending. */
export const expiryRecordOf = (index: IndexRecord, expiryUs: TsUs): ExpiryRecord => {
  let at = 0;
  while (at < index.expiries.length && (index.expiries[at] as ExpiryRecord).expiryUs < expiryUs) {
    at += 1;
  }
  const found = index.expiries[at];
  if (found !== undefined && found.expiryUs === expiryUs) {
    return found;
  }
  const made: ExpiryRecord = { expiryUs, forward: 0, slice: null, instruments: [] };
  index.expiries.splice(at, 0, made);
  return made;
};

/**
 * Takes delivered contracts of an expiry out of the arrays of the living; their books are closed.
 */
export const retireExpiry = (
  state: EngineState,
  index: IndexRecord,
  expiry: ExpiryRecord,
): void => {
  for (const record of expiry.instruments) {
    assert(record.state === 'delivered', `${record.contract.name} is not delivered`);
    state.book.closeBook(record.id);
  }
  // In place and in one pass: ten thousand contracts may end at once.
  let kept = 0;
  for (const record of index.instruments) {
    if (record.expiryUs !== expiry.expiryUs) {
      index.instruments[kept] = record;
      kept += 1;
    }
  }
  index.instruments.length = kept;
  index.plan = null;
  index.expiries.splice(index.expiries.indexOf(expiry), 1);
};

/** Forgets instruments delivered more than `ageUs` ago. */
export const forgetDelivered = (state: EngineState, ageUs: number): void => {
  for (let id = 1; id < state.instruments.length; id++) {
    const record = state.instruments[id];
    if (record?.state === 'delivered' && record.deliveredUs + ageUs < state.nowUs) {
      state.instruments[id] = undefined;
      state.instrumentByName.delete(record.contract.name);
    }
  }
};

const grownFloats = (old: Float64Array, capacity: number): Float64Array => {
  const grown = new Float64Array(capacity).fill(Number.NaN);
  grown.set(old);
  return grown;
};

const grownInts = (old: Int32Array, capacity: number): Int32Array => {
  const grown = new Int32Array(capacity);
  grown.set(old);
  return grown;
};

/** Columns of marks with nothing in them. */
export const createMarks = (): MarkColumns => ({
  capacity: 0,
  markPrice: new Float64Array(0),
  underlyingPrice: new Float64Array(0),
  markIv: new Float64Array(0),
  delta: new Float64Array(0),
  gamma: new Float64Array(0),
  vega: new Float64Array(0),
  theta: new Float64Array(0),
  rho: new Float64Array(0),
  shortInitial: new Float64Array(0),
  shortMaintenance: new Float64Array(0),
  bandMinTicks: new Int32Array(0),
  bandMaxTicks: new Int32Array(0),
});

const growMarks = (marks: MarkColumns, size: number): void => {
  if (size <= marks.capacity) {
    return;
  }
  const capacity = Math.max(256, marks.capacity * 2, size);
  marks.capacity = capacity;
  marks.markPrice = grownFloats(marks.markPrice, capacity);
  marks.underlyingPrice = grownFloats(marks.underlyingPrice, capacity);
  marks.markIv = grownFloats(marks.markIv, capacity);
  marks.delta = grownFloats(marks.delta, capacity);
  marks.gamma = grownFloats(marks.gamma, capacity);
  marks.vega = grownFloats(marks.vega, capacity);
  marks.theta = grownFloats(marks.theta, capacity);
  marks.rho = grownFloats(marks.rho, capacity);
  marks.shortInitial = grownFloats(marks.shortInitial, capacity);
  marks.shortMaintenance = grownFloats(marks.shortMaintenance, capacity);
  marks.bandMinTicks = grownInts(marks.bandMinTicks, capacity);
  marks.bandMaxTicks = grownInts(marks.bandMaxTicks, capacity);
};

/** Whether orders of the instrument may meet now. */
export const isTrading = (state: EngineState, record: InstrumentRecord): boolean =>
  record.state === 'open' &&
  (state.indexes[record.indexNo] as IndexRecord).status !== 'frozen' &&
  !(state.trading[0] as TradingState).halted &&
  !(state.trading[1 + record.currencyNo] as TradingState).halted;

/** The price of ticks in the instrument's price unit. */
export const priceOf = (record: InstrumentRecord, priceTicks: number): number =>
  fromSteps(priceTicks, record.contract.tick);
