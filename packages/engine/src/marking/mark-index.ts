// Mark an index: from its price, forwards and surface to the mark of every instrument, the bands,
// the margin per lot sold and the funding rates. Invariant: marks change here only, and with every
// change the version that cached margins carry; all of it is a function of the state, so that
// replay gives the same bits.
import {
  type OptionMarginParameters,
  type PerpetualTerms,
  usdMicrosPerUsd,
} from '@openstrike/domain';
import {
  advanceBasis,
  type CurveInputs,
  createMarkColumns,
  fairPrice,
  impactTicks,
  markAll,
  type PerpetualBasis,
  type MarkColumns as PlanColumns,
  prepareCurve,
} from '@openstrike/marks';
import { shortOptionInitial, shortOptionMaintenance } from '@openstrike/risk';
import type { ShortMargin } from '../account/mark-drift.ts';
import { fixedPart } from '../fixing/fixing.ts';
import { fundingChanged, setFundingRate } from '../funding/funding.ts';
import { impactUsd } from '../limits.ts';
import type { EngineState, IndexRecord, InstrumentRecord } from '../state.ts';
import { type IndexPlan, makeIndexPlan } from './index-plan.ts';

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

/** Rebuilds the curves of an index as they were at its last marking. */
export const restoreCurves = (state: EngineState, index: IndexRecord): void => {
  const plan = makeIndexPlan(state, index);
  index.plan = plan;
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
  basis: PerpetualBasis | null,
): number => {
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

/** Scratch of `takeMargins`. */
const short: ShortMargin = { initial: 0, maintenance: 0 };

/** Takes the margins of what may be sold, and notes how far all figures have moved. */
const takeMargins = (
  state: EngineState,
  plan: IndexPlan,
  columns: PlanColumns,
  index: IndexRecord,
): void => {
  const { marks, drift } = state;
  const indexUsd = index.price / usdMicrosPerUsd;
  for (let at = 0; at < plan.size; at++) {
    const id = plan.instrumentIds[at] as number;
    const mark = columns.markPrice[at] as number;
    const underlying = columns.underlyingPrice[at] as number;
    const margin = plan.margins[at] as OptionMarginParameters | null;
    short.initial = Number.NaN;
    short.maintenance = Number.NaN;
    if (margin === null) {
      drift.note(state.instruments[id] as InstrumentRecord, mark, underlying);
    } else {
      const payoff = plan.inverse[at] === 1 ? 'inverse' : 'linear';
      const type = plan.callSigns[at] === 1 ? 'call' : 'put';
      const strike = plan.strikes[at] as number;
      const price = payoff === 'inverse' ? underlying : indexUsd;
      short.initial = shortOptionInitial(margin, payoff, type, strike, price, mark);
      short.maintenance = shortOptionMaintenance(margin, payoff, type, price, mark);
      drift.noteOption(state, plan, at, mark, underlying, short);
    }
    marks.shortInitial[id] = short.initial;
    marks.shortMaintenance[id] = short.maintenance;
  }
};

/** Brings a column of a plan to the state's, which are by instrument id. */
const takeColumn = (
  ids: Int32Array,
  from: Float64Array | Int32Array,
  to: Float64Array | Int32Array,
): void => {
  for (let at = 0; at < ids.length; at++) {
    to[ids[at] as number] = from[at] as number;
  }
};

const takeOver = (
  state: EngineState,
  plan: IndexPlan,
  columns: PlanColumns,
  index: IndexRecord,
): void => {
  const { marks } = state;
  const ids = plan.instrumentIds;
  takeMargins(state, plan, columns, index);
  takeColumn(ids, columns.markPrice, marks.markPrice);
  takeColumn(ids, columns.underlyingPrice, marks.underlyingPrice);
  takeColumn(ids, columns.markIv, marks.markIv);
  takeColumn(ids, columns.delta, marks.delta);
  takeColumn(ids, columns.gamma, marks.gamma);
  takeColumn(ids, columns.vega, marks.vega);
  takeColumn(ids, columns.theta, marks.theta);
  takeColumn(ids, columns.rho, marks.rho);
  takeColumn(ids, columns.bandMinTicks, marks.bandMinTicks);
  takeColumn(ids, columns.bandMaxTicks, marks.bandMaxTicks);
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

/** The marks of an index as of now; each perpetual's basis goes on to now as `basisOf` has it. */
const columnsOf = (
  state: EngineState,
  index: IndexRecord,
  plan: IndexPlan,
  basisOf: (perpetual: InstrumentRecord) => PerpetualBasis | null,
): PlanColumns => {
  const perpetualMarks = new Float64Array(plan.size);
  for (const instrument of index.perpetuals) {
    const mark = markPerpetual(state, index, instrument, basisOf(instrument));
    perpetualMarks[instrument.planAt] = mark;
  }
  const columns = createMarkColumns(plan.size);
  markAll(plan, curveInputsOf(index, state.nowUs), perpetualMarks, columns);
  return columns;
};

/** Marks every instrument of an index and states it. Cost: below a microsecond an instrument. */
export const markIndex = (state: EngineState, index: IndexRecord): void => {
  const plan = index.plan ?? makeIndexPlan(state, index);
  index.plan = plan;
  if (plan.size === 0) {
    return;
  }
  const columns = columnsOf(state, index, plan, ({ basis }) => basis);
  index.markedUs = state.nowUs;
  index.marksVersion += 1;
  takeOver(state, plan, columns, index);
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

/**
 * As `markIndex`, of an index that is only supposed: the state's marks, too, are copies, and what
 * perpetuals remember of their basis and funding stays as it is.
 */
export const supposeMarks = (state: EngineState, index: IndexRecord): void => {
  const plan = makeIndexPlan(state, index);
  index.plan = plan;
  if (plan.size === 0) return;
  const copyBasis = ({ basis }: InstrumentRecord) => (basis === null ? null : { ...basis });
  const columns = columnsOf(state, index, plan, copyBasis);
  index.markedUs = state.nowUs;
  index.marksVersion += 1;
  takeOver(state, plan, columns, index);
  bumpVersions(state, index);
};
