// Decide a slice: the share of an account that an answer to its auction takes, at which price, and
// whether both sides can carry it. Invariants: the slice leaves the account better off by its own
// margin rule; the provider keeps its initial margin; the fund never pays more than it has; it
// changes nothing.
import type { LiquidationParameters } from '@openstrike/domain';
import { legFee, shareFor, sliceFee, sliceLots } from '@openstrike/risk';
import { holdingsInOrder, valueAtTicks } from '../account/holdings.ts';
import { recordOrEmpty } from '../query/account-summary.ts';
import type { CurrencyRecord, EngineState, IndexRecord, InstrumentRecord } from '../state.ts';
import { improves } from './decide-hedge.ts';
import type { AnswerRecord } from './liquidation-state.ts';
import { markTicksOf, tickDifference } from './mark-transfer.ts';
import {
  type Figures,
  figuresOf,
  type Sketch,
  sketchFigures,
  sketchOf,
  tradeOn,
} from './sketch.ts';

export interface SliceLeg {
  readonly instrument: InstrumentRecord;
  /** Signed lots that leave the account. */
  readonly lots: number;
}

export interface Slice {
  readonly providerId: number;
  readonly price: number;
  readonly share: number;
  readonly legs: readonly SliceLeg[];
  /** What the provider gains at the marks. */
  readonly discount: number;
  readonly fee: number;
  /** Paid by the fund: to the account for its shortfall, the discount to the provider. */
  readonly fromFund: number;
  /** Cash to the account for prices off the tick grid. */
  readonly difference: number;
}

/** The amount that the fee of a leg is a share of, in minor units. */
const notionalOf = (state: EngineState, { instrument, lots }: SliceLeg): number => {
  const { contract, fees } = instrument;
  const size = Math.abs(lots);
  if (contract.kind !== 'option') {
    return Math.abs(valueAtTicks(instrument, size, markTicksOf(state, instrument)));
  }
  const coins = size * fees.coinMinorPerLot;
  const index = state.indexes[instrument.indexNo] as IndexRecord;
  return contract.payoff === 'inverse' ? coins : (coins * index.price) / 1e6;
};

const legsOf = (record: CurrencyRecord, share: number): SliceLeg[] => {
  const legs: SliceLeg[] = [];
  for (const { instrument, sizeLots } of holdingsInOrder(record)) {
    if (sizeLots !== 0) legs.push({ instrument, lots: sliceLots(sizeLots, share) });
  }
  return legs;
};

const feesOf = (
  state: EngineState,
  legs: readonly SliceLeg[],
  p: LiquidationParameters,
): number => {
  let sum = 0;
  for (const leg of legs) {
    const option = leg.instrument.kind === 'option';
    const ticks = markTicksOf(state, leg.instrument);
    const premium = option ? Math.abs(valueAtTicks(leg.instrument, leg.lots, ticks)) : null;
    sum += legFee(p.fee, notionalOf(state, leg), premium);
  }
  return sum;
};

const sliceOf = (
  state: EngineState,
  record: CurrencyRecord,
  figures: Figures,
  answer: AnswerRecord,
  share: number,
  parameters: LiquidationParameters,
): Slice => {
  const { netEquity, maintenance } = figures;
  const { accountId, price } = answer;
  const legs = legsOf(record, share);
  const solvent = netEquity > 0;
  const discount = Math.floor(
    solvent ? (1 - price) * share * netEquity : -price * share * maintenance,
  );
  const fees = solvent ? feesOf(state, legs, parameters) : 0;
  const fee = Math.floor(sliceFee(parameters.fee, fees, share, netEquity, discount));
  const fromFund = solvent ? 0 : Math.ceil(share * -netEquity) + discount;
  let difference = 0;
  for (const { instrument, lots } of legs) difference += tickDifference(state, instrument, -lots);
  return { providerId: accountId, price, share, legs, discount, fee, fromFund, difference };
};

/** Trades a slice on the account's sketch. */
export const sliceOn = (state: EngineState, sketch: Sketch, slice: Slice): void => {
  for (const { instrument, lots } of slice.legs) {
    tradeOn(sketch, instrument, -lots, markTicksOf(state, instrument));
  }
  sketch.cash += slice.difference - slice.fee;
  sketch.cash += slice.fromFund === 0 ? -slice.discount : slice.fromFund - slice.discount;
};

/** Whether the provider keeps its initial margin with the slice. */
const canTake = (state: EngineState, slice: Slice, currencyNo: number): boolean => {
  const account = state.accounts[slice.providerId];
  if (account === undefined || account.access !== 'normal') return false;
  const trial = sketchOf(recordOrEmpty(account, currencyNo));
  for (const { instrument, lots } of slice.legs) {
    tradeOn(trial, instrument, lots, markTicksOf(state, instrument));
  }
  trial.cash += slice.discount - slice.difference;
  const { marginEquity, initial } = sketchFigures(state, trial);
  return marginEquity >= initial;
};

/** The share of a slice's equity that the account keeps: the price less what the fee takes. */
const priceAfterFee = (
  state: EngineState,
  record: CurrencyRecord,
  { netEquity }: Figures,
  price: number,
  parameters: LiquidationParameters,
): number => {
  if (netEquity <= 0) return price;
  const fees = feesOf(state, legsOf(record, 1), parameters);
  return price - sliceFee(parameters.fee, fees, 1, netEquity, (1 - price) * netEquity) / netEquity;
};

const sliced = (state: EngineState, record: CurrencyRecord, slice: Slice): Figures => {
  const trial = sketchOf(record);
  sliceOn(state, trial, slice);
  return sketchFigures(state, trial);
};

/**
 * The least share, within a thousandth of the most, that brings a solvent account to its buffer;
 * the most where none does. A requirement that grows faster than size needs less than the most.
 */
const leastShare = (
  state: EngineState,
  record: CurrencyRecord,
  figures: Figures,
  answer: AnswerRecord,
  most: number,
  parameters: LiquidationParameters,
): number => {
  if (figures.netEquity <= 0) return most;
  const suffices = (share: number): boolean => {
    const slice = sliceOf(state, record, figures, answer, share, parameters);
    const { marginEquity, maintenance } = sliced(state, record, slice);
    return marginEquity >= (1 + parameters.buffer) * maintenance;
  };
  if (!suffices(most)) return most;
  let low = 0;
  let high = most;
  for (let round = 0; round < 10; round++) {
    const middle = (low + high) / 2;
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
};

/** The first of the answers that can be carried out; null where none can. */
export const decideSlice = (
  state: EngineState,
  record: CurrencyRecord,
  answers: readonly AnswerRecord[],
  fund: number,
  parameters: LiquidationParameters,
): Slice | null => {
  const before = figuresOf(state, record);
  for (const answer of answers) {
    const price = priceAfterFee(state, record, before, answer.price, parameters);
    const most = Math.min(answer.shareMax, shareFor(before, price, fund, parameters));
    const share = leastShare(state, record, before, answer, most, parameters);
    if (share <= 0 || answer.accountId === record.account.id) continue;
    const slice = sliceOf(state, record, before, answer, share, parameters);
    if (slice.fromFund > fund || !canTake(state, slice, record.currencyNo)) continue;
    if (improves(before, sliced(state, record, slice))) return slice;
  }
  return null;
};
