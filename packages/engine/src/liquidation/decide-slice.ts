// Decide a slice: the share of an account that an answer to its auction takes, at which price, and
// whether both sides can carry it. Invariants: the slice leaves the account better off by its own
// margin rule; the provider keeps its initial margin; the fund never pays more than it has; it
// changes nothing.
import type { LiquidationParameters } from '@openstrike/domain';
import { legFee, shareFor, sliceFee, sliceLots } from '@openstrike/risk';
import { valueAtTicks } from '../account/holdings.ts';
import { isCross } from '../account/margin-models.ts';
import { recordOrEmpty } from '../query/account-summary.ts';
import type { CurrencyRecord, EngineState, IndexRecord, InstrumentRecord } from '../state.ts';
import { type Conversion, convert, fundsAfter, inCurrency, paymentFor } from './cover-debts.ts';
import { improves } from './decide-hedge.ts';
import { fundsOf } from './insurance-fund.ts';
import type { AnswerRecord } from './liquidation-state.ts';
import { heldWith } from './margin-states.ts';
import { markTicksOf, tickDifference } from './mark-transfer.ts';
import {
  type Figures,
  figuresOf,
  pay,
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
  /** Before the fund pays. */
  readonly conversions: readonly Conversion[];
  /** Cash to the account for prices off the tick grid, by number of the currency. */
  readonly differences: readonly number[];
}

/** Whom a slice is of, and what it has after the conversions that come before any payment. */
interface Seller {
  readonly sketch: Sketch;
  readonly figures: Figures;
  readonly conversions: readonly Conversion[];
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

/** Of every position something, but where the share is next to nothing. */
const legsOf = (record: CurrencyRecord, share: number): SliceLeg[] =>
  heldWith(record)
    .map(({ instrument, sizeLots }) => ({ instrument, lots: sliceLots(sizeLots, share) }))
    .filter(({ lots }) => lots !== 0);

/** Fees of legs, in minor units of one currency. */
const feesOf = (
  state: EngineState,
  legs: readonly SliceLeg[],
  currencyNo: number,
  p: LiquidationParameters,
): number => {
  let sum = 0;
  for (const leg of legs) {
    const option = leg.instrument.kind === 'option';
    const ticks = markTicksOf(state, leg.instrument);
    const premium = option ? Math.abs(valueAtTicks(leg.instrument, leg.lots, ticks)) : null;
    const fee = legFee(p.fee, notionalOf(state, leg), premium);
    sum += inCurrency(state, leg.instrument.currencyNo, currencyNo, fee);
  }
  return sum;
};

const sliceOf = (
  state: EngineState,
  { sketch, figures, conversions }: Seller,
  answer: AnswerRecord,
  share: number,
  parameters: LiquidationParameters,
): Slice => {
  const { netEquity, maintenance } = figures;
  const { accountId, price } = answer;
  const { record } = sketch;
  const legs = legsOf(record, share);
  const solvent = netEquity > 0;
  const discount = Math.floor(
    solvent ? (1 - price) * share * netEquity : -price * share * maintenance,
  );
  const fees = solvent ? feesOf(state, legs, record.currencyNo, parameters) : 0;
  const fee = Math.floor(sliceFee(parameters.fee, fees, share, netEquity, discount));
  const fromFund = solvent ? 0 : paymentFor(state, sketch, share * -netEquity) + discount;
  const differences = state.venue.map(() => 0);
  for (const { instrument, lots } of legs) {
    const own = differences[instrument.currencyNo] as number;
    differences[instrument.currencyNo] = own + tickDifference(state, instrument, -lots);
  }
  return {
    providerId: accountId,
    price,
    share,
    legs,
    discount,
    fee,
    fromFund,
    conversions,
    differences,
  };
};

/** Trades a slice on the account's sketch, on which its conversions are made already. */
export const sliceOn = (state: EngineState, sketch: Sketch, slice: Slice): void => {
  const { currencyNo } = sketch.record;
  for (const { instrument, lots } of slice.legs) {
    tradeOn(sketch, instrument, -lots, markTicksOf(state, instrument));
  }
  for (const [no, difference] of slice.differences.entries()) pay(sketch, no, difference);
  pay(sketch, currencyNo, 0 - slice.fee);
  pay(sketch, currencyNo, slice.fromFund === 0 ? -slice.discount : slice.fromFund - slice.discount);
};

/** Whether a provider keeps its initial margin in a currency with the legs that concern it. */
const canTakeIn = (
  state: EngineState,
  slice: Slice,
  record: CurrencyRecord,
  paidIn: number,
): boolean => {
  const trial = sketchOf(record);
  const cross = isCross(record.account.marginModel);
  for (const { instrument, lots } of slice.legs) {
    if (!cross && instrument.currencyNo !== record.currencyNo) continue;
    tradeOn(trial, instrument, lots, markTicksOf(state, instrument));
  }
  for (const [no, difference] of slice.differences.entries()) pay(trial, no, 0 - difference);
  pay(trial, paidIn, slice.discount);
  const { marginEquity, initial } = sketchFigures(state, trial);
  return marginEquity >= initial;
};

/** Whether the provider keeps its initial margin with the slice. */
const canTake = (state: EngineState, slice: Slice, paidIn: number): boolean => {
  const account = state.accounts[slice.providerId];
  if (account === undefined || account.access !== 'normal') return false;
  const concerned = new Set([paidIn]);
  if (!isCross(account.marginModel)) {
    for (const { instrument } of slice.legs) concerned.add(instrument.currencyNo);
  }
  return [...concerned].every((no) => canTakeIn(state, slice, recordOrEmpty(account, no), paidIn));
};

const sliced = (state: EngineState, { sketch }: Seller, slice: Slice): Figures => {
  const trial = sketchOf(sketch.record, sketch.cash);
  sliceOn(state, trial, slice);
  return sketchFigures(state, trial);
};

const hasBuffer = ({ marginEquity, maintenance }: Figures, p: LiquidationParameters): boolean =>
  marginEquity >= (1 + p.buffer) * maintenance;

/** Halvings of the share that is looked for: an edge is found to a thousandth of the offer. */
const halvings = 10;

/**
 * The share that an answer takes. Of a solvent account one that brings it to its buffer while a
 * thousandth of the offer less does not, or all that is offered where that does not either: what is
 * required of the rest is tried, since offsets and whole lots keep it from shrinking evenly. Where
 * equity is gone, as much as the fund can pay for.
 */
const shareOf = (
  state: EngineState,
  seller: Seller,
  answer: AnswerRecord,
  fund: number,
  parameters: LiquidationParameters,
): number => {
  const { figures } = seller;
  const offered = Math.min(1, answer.shareMax);
  if (figures.netEquity <= 0) {
    return Math.min(offered, shareFor(figures, answer.price, fund, parameters));
  }
  if (hasBuffer(figures, parameters)) return 0;
  const suffices = (share: number): boolean => {
    const slice = sliceOf(state, seller, answer, share, parameters);
    return hasBuffer(sliced(state, seller, slice), parameters);
  };
  if (!suffices(offered)) return offered;
  let low = 0;
  let high = offered;
  for (let round = 0; round < halvings; round++) {
    const middle = (low + high) / 2;
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
};

const sellerOf = (state: EngineState, record: CurrencyRecord, funds: readonly number[]): Seller => {
  const sketch = sketchOf(record);
  const conversions = convert(state, sketch, funds);
  return { sketch, figures: sketchFigures(state, sketch), conversions };
};

/** The first of the answers that can be carried out; null where none can. */
export const decideSlice = (
  state: EngineState,
  record: CurrencyRecord,
  answers: readonly AnswerRecord[],
  parameters: LiquidationParameters,
): Slice | null => {
  const before = figuresOf(state, record);
  const funds = fundsOf(state);
  const seller = sellerOf(state, record, funds);
  const { figures, conversions } = seller;
  const fund = fundsAfter(funds, conversions)[record.currencyNo] as number;
  // What conversions have made solvent needs no payment; it waits for its own auction.
  if (before.netEquity <= 0 && figures.netEquity > 0) return null;
  for (const answer of answers) {
    const share = shareOf(state, seller, answer, fund, parameters);
    if (share <= 0 || answer.accountId === record.account.id) continue;
    const slice = sliceOf(state, seller, answer, share, parameters);
    if (slice.legs.length === 0) continue;
    if (slice.fromFund > fund || !canTake(state, slice, record.currencyNo)) continue;
    if (improves(before, sliced(state, seller, slice))) return slice;
  }
  return null;
};
