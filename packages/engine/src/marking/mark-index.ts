// Mark an index: from its price, forwards and surface to the mark of every instrument, the bands,
// the margin per lot sold and the funding rates. Invariant: marks change here only, and with every
// change the version that cached margins carry; all of it is a function of the state, so that
// replay gives the same bits.
import { type PerpetualTerms, usdMicrosPerUsd } from '@openstrike/domain';
import {
  advanceBasis,
  type CurveInputs,
  createMarkColumns,
  createMarkPlan,
  fairPrice,
  impactTicks,
  type MarkPlan,
  markAll,
  type MarkColumns as PlanColumns,
  prepareCurve,
} from '@openstrike/marks';
import { shortOptionInitial, shortOptionMaintenance } from '@openstrike/risk';
import type { OptionType } from '@openstrike/std';
import type { ShortMargin } from '../account/mark-drift.ts';
import { fixedPart } from '../fixing/fixing.ts';
import { fundingChanged, setFundingRate } from '../funding/funding.ts';
import { impactUsd } from '../limits.ts';
import type { EngineState, IndexRecord, InstrumentRecord } from '../state.ts';

const LEVELS = 64;
const levelTicks = new Int32Array(LEVELS);
const levelLots = new Float64Array(LEVELS);

/** What the marks package wants to know of an index, as of its last marking or now. */
const curveInputsOf = (index: IndexRecord, nowUs: number): CurveInputs => ({
  nowUs,
  index: index.price / usdMicrosPerUsd,
  expiries: index.expiries.map(({ expiryUs, forward, slice }) => ({
    expiryUs,
    forward: forward / usdMicrosPerUsd,
    slice,
  })),
  fixingEndUs: index.fixing.windowEndUs,
  fixingSeconds: fixedPart(index.fixing, nowUs).seconds,
  fixingSum: fixedPart(index.fixing, nowUs).sumUsd,
});

const makePlan = (index: IndexRecord): MarkPlan => {
  const plan = createMarkPlan(index.instruments);
  index.instruments.forEach((instrument, at) => {
    instrument.planAt = at;
  });
  index.plan = plan;
  return plan;
};

/** Rebuilds the curves of an index as they were at its last marking. */
export const restoreCurves = (index: IndexRecord): void => {
  const plan = makePlan(index);
  const inputs = curveInputsOf(index, index.markedUs);
  plan.curves.forEach((curve, at) => {
    prepareCurve(curve, inputs, plan.expiriesUs[at] as number);
  });
};

/**
 * Average price in USD at which the impact size would trade on one side of a book; 0 when it is
 * empty.
 */
const impactPrice = (
  state: EngineState,
  instrument: InstrumentRecord,
  side: 0 | 1,
  index: number,
): number => {
  const { tick, lot, payoff } = instrument.contract;
  const count = state.book.depth(instrument.id, side, LEVELS, levelTicks, levelLots);
  const lotUsd = (payoff === 'inverse' ? lot.num : lot.num * index) / lot.den;
  const lots = impactUsd / lotUsd;
  const ticks = impactTicks(levelTicks, levelLots, count, lots, side === 0 ? 'bid' : 'ask');
  return (ticks * tick.num) / tick.den;
};

const markPerpetual = (
  state: EngineState,
  index: IndexRecord,
  instrument: InstrumentRecord,
): number => {
  const { basis } = instrument;
  if (basis === null || index.price === 0) {
    return Number.NaN;
  }
  const usd = index.price / usdMicrosPerUsd;
  // A book in a call auction is crossed and says nothing yet.
  const quiet = instrument.state === 'auction';
  const bid = quiet ? 0 : impactPrice(state, instrument, 0, usd);
  const ask = quiet ? 0 : impactPrice(state, instrument, 1, usd);
  const { basisMax } = instrument.terms as PerpetualTerms;
  return advanceBasis(basis, fairPrice(bid, ask, usd), usd, basisMax, state.nowUs);
};

/** Scratch of `takeOver`. */
const short: ShortMargin = { initial: 0, maintenance: 0 };

const takeOver = (
  state: EngineState,
  instrument: InstrumentRecord,
  columns: PlanColumns,
  index: IndexRecord,
): void => {
  const { marks } = state;
  const { id, planAt, contract } = instrument;
  const mark = columns.markPrice[planAt] as number;
  const underlying = columns.underlyingPrice[planAt] as number;
  short.initial = Number.NaN;
  short.maintenance = Number.NaN;
  if (contract.kind === 'option' && 'initialRateMin' in instrument.terms.margin) {
    const { margin } = instrument.terms;
    const { payoff } = contract;
    const type = contract.optionType as OptionType;
    const strike = contract.strike as number;
    const price = payoff === 'inverse' ? underlying : index.price / usdMicrosPerUsd;
    short.initial = shortOptionInitial(margin, payoff, type, strike, price, mark);
    short.maintenance = shortOptionMaintenance(margin, payoff, type, price, mark);
  }
  state.drift.note(state, instrument, mark, underlying, short);
  marks.shortInitial[id] = short.initial;
  marks.shortMaintenance[id] = short.maintenance;
  marks.markPrice[id] = mark;
  marks.underlyingPrice[id] = underlying;
  marks.markIv[id] = columns.markIv[planAt] as number;
  marks.delta[id] = columns.delta[planAt] as number;
  marks.gamma[id] = columns.gamma[planAt] as number;
  marks.vega[id] = columns.vega[planAt] as number;
  marks.theta[id] = columns.theta[planAt] as number;
  marks.rho[id] = columns.rho[planAt] as number;
  marks.bandMinTicks[id] = columns.bandMinTicks[planAt] as number;
  marks.bandMaxTicks[id] = columns.bandMaxTicks[planAt] as number;
};

const rateFunding = (
  state: EngineState,
  index: IndexRecord,
  instrument: InstrumentRecord,
): void => {
  const { funding, contract } = instrument;
  const mark = state.marks.markPrice[instrument.id] as number;
  if (funding === null || Number.isNaN(mark)) {
    return;
  }
  const terms = instrument.terms as PerpetualTerms;
  setFundingRate(funding, contract, terms, mark, index.price / usdMicrosPerUsd, state.nowUs);
  state.drift.noteFunding(instrument);
  state.emit(fundingChanged(funding, contract, state.nowUs));
};

const bumpVersions = (state: EngineState, index: IndexRecord): void => {
  let bumped = -1;
  for (const { currencyNo } of index.instruments) {
    // An index settles in one currency, but nothing here depends on that.
    if (currencyNo !== bumped) {
      state.marksVersion[currencyNo] = (state.marksVersion[currencyNo] as number) + 1;
      state.drift.close(currencyNo);
      bumped = currencyNo;
    }
  }
};

/** Marks every instrument of an index and states it. Cost: below a microsecond an instrument. */
export const markIndex = (state: EngineState, index: IndexRecord): void => {
  const plan = index.plan ?? makePlan(index);
  if (plan.size === 0) {
    return;
  }
  const perpetualMarks = new Float64Array(plan.size);
  for (const instrument of index.perpetuals) {
    perpetualMarks[instrument.planAt] = markPerpetual(state, index, instrument);
  }
  const columns = createMarkColumns(plan.size);
  markAll(plan, curveInputsOf(index, state.nowUs), perpetualMarks, columns);
  index.markedUs = state.nowUs;
  index.marksVersion += 1;
  for (const instrument of index.instruments) {
    takeOver(state, instrument, columns, index);
  }
  bumpVersions(state, index);
  state.emit({
    type: 'marks-changed',
    indexName: index.name,
    instrumentIds: plan.instrumentIds.slice(),
    markPrice: columns.markPrice,
    underlyingPrice: columns.underlyingPrice,
    markIv: columns.markIv,
    delta: columns.delta,
    gamma: columns.gamma,
    vega: columns.vega,
    theta: columns.theta,
    rho: columns.rho,
    bandMinTicks: columns.bandMinTicks,
    bandMaxTicks: columns.bandMaxTicks,
  });
  for (const instrument of index.perpetuals) {
    rateFunding(state, index, instrument);
  }
};
