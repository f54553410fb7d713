// Run liquidations: each second of venue time every open liquidation takes at most one step of the
// waterfall, in the order of their ids, where its table lets steps be taken in that second.
// Invariants: an account whose equity covers its maintenance margin takes no step but its end; a
// step that trades was tried on a sketch before and improves the account; the clock stands while
// the account cannot be liquidated.
import {
  type AccountId,
  type Cash,
  type Currency,
  currencies,
  type LiquidationEnded,
  type LiquidationLeg,
  type LiquidationParameters,
  type LiquidationStepped,
  type TsUs,
  usPerSecond,
} from '@openstrike/domain';
import { type LiquidationStage, lacksMargin, stageOf, takenAnswers } from '@openstrike/risk';
import { currencyRecordOf, moveCash } from '../account/cash.ts';
import { holdingOf } from '../account/holdings.ts';
import { accrueFunding } from '../funding/funding.ts';
import type { AccountRecord, CurrencyRecord, EngineState, VenueAccounts } from '../state.ts';
import { liquidationParametersOf } from '../tables-in-force.ts';
import { schedule } from '../timers.ts';
import { executeOrder } from '../trading/execute-order.ts';
import { emitOrder, openOrder } from '../trading/order-records.ts';
import { trimReduceOnly } from '../trading/reduce-only.ts';
import { decideDeleveraging, isStep, type Match } from './decide-deleveraging.ts';
import { decideHedge, type Hedge } from './decide-hedge.ts';
import { decideSlice, type Slice } from './decide-slice.ts';
import { fundOf, payFromFund } from './insurance-fund.ts';
import type { LiquidationRecord } from './liquidation-state.ts';
import {
  canLiquidate,
  holdsPositions,
  legOf,
  marginStateOf,
  positionsOf,
} from './margin-states.ts';
import { type Figures, figuresOf, sketchOf } from './sketch.ts';
import { isStepSecond } from './step-times.ts';
import { liquidationTerms, transferLots } from './transfer-lots.ts';

const currencyOf = ({ currencyNo }: CurrencyRecord): Currency => currencies[currencyNo] as Currency;

const clearingOf = (state: EngineState, { currencyNo }: CurrencyRecord) =>
  (state.venue[currencyNo] as VenueAccounts).clearing;

const enter = (state: EngineState, one: LiquidationRecord, stage: LiquidationStage): void => {
  one.stage = stage;
  one.seconds = 0;
  one.answers = [];
  const { id, record } = one;
  state.emit({
    type: 'liquidation-phase-changed',
    liquidationId: id,
    accountId: record.account.id,
    currency: currencyOf(record),
    phase: stage,
    state: marginStateOf(figuresOf(state, record)),
    positions: positionsOf(record),
  });
};

const end = (
  state: EngineState,
  one: LiquidationRecord,
  outcome: LiquidationEnded['outcome'],
): void => {
  const { open, debts } = state.liquidation;
  const { id, record } = one;
  open.splice(open.indexOf(one), 1);
  if (outcome === 'debt') debts[record.currencyNo]?.add(record.account.id);
  else debts[record.currencyNo]?.delete(record.account.id);
  state.emit({
    type: 'liquidation-ended',
    liquidationId: id,
    accountId: record.account.id,
    currency: currencyOf(record),
    outcome,
    state: marginStateOf(figuresOf(state, record)),
  });
};

/** What a step tells beyond the account before and after it. */
type StepFacts = Partial<Omit<LiquidationStepped, 'type' | 'kind' | 'before' | 'after' | 'legs'>>;

const tell = (
  state: EngineState,
  { id, record }: LiquidationRecord,
  kind: LiquidationStepped['kind'],
  before: Figures,
  legs: readonly LiquidationLeg[],
  facts: StepFacts,
): void => {
  const none = 0 as Cash;
  state.emit({
    type: 'liquidation-stepped',
    liquidationId: id,
    accountId: record.account.id,
    currency: currencyOf(record),
    kind,
    before: marginStateOf(before),
    after: marginStateOf(figuresOf(state, record)),
    legs,
    share: 1,
    price: null,
    providerId: null,
    discount: none,
    fee: none,
    fromFund: none,
    fromDeleveraging: none,
    fromSocialised: none,
    ...facts,
  });
};

/** Brings the funding of an account's perpetuals up to now: a trade charges it to its lots. */
const accrueAll = (state: EngineState, record: CurrencyRecord): void => {
  for (const { instrument, sizeLots } of record.holdings) {
    if (instrument.funding !== null && sizeLots !== 0) {
      accrueFunding(instrument.funding, state.nowUs);
    }
  }
};

const carryOutHedge = (state: EngineState, one: LiquidationRecord, hedge: Hedge): void => {
  const before = figuresOf(state, one.record);
  const { instrument, side, lots, limitTicks } = hedge;
  const holding = holdingOf(one.record.account, instrument);
  const feeBefore = state.ledger.balance(
    (state.venue[one.record.currencyNo] as VenueAccounts).fees,
  );
  const order = openOrder(state, holding, side, liquidationTerms, 0, lots, 0, null);
  emitOrder(state, order, 'placed', null);
  const lotsBefore = holding.sizeLots;
  state.liquidation.hedging = true;
  executeOrder(state, order, limitTicks, false);
  state.liquidation.hedging = false;
  trimReduceOnly(state, holding);
  const traded = holding.sizeLots - lotsBefore;
  const fees = state.ledger.balance((state.venue[one.record.currencyNo] as VenueAccounts).fees);
  tell(state, one, 'hedge', before, [legOf(instrument.id, traded)], {
    fee: (fees - feeBefore) as Cash,
  });
};

const carryOutSlice = (state: EngineState, one: LiquidationRecord, slice: Slice): void => {
  const { record } = one;
  const before = figuresOf(state, record);
  const provider = state.accounts[slice.providerId] as AccountRecord;
  for (const { instrument, lots } of slice.legs) {
    transferLots(state, record.account, provider, instrument, lots);
  }
  const theirs = currencyRecordOf(provider, record.currencyNo);
  const solvent = slice.fromFund === 0;
  const paid = slice.difference - (solvent ? slice.discount : 0);
  const clearing = clearingOf(state, record);
  moveCash(state, record, clearing, paid, 'liquidation', null, null, null, String(provider.id));
  moveCash(
    state,
    theirs,
    clearing,
    -paid,
    'liquidation',
    null,
    null,
    null,
    String(record.account.id),
  );
  payFromFund(state, record, 0 - slice.fee, 'liquidation-fee');
  if (!solvent) {
    payFromFund(state, record, slice.fromFund - slice.discount, 'insurance');
    payFromFund(state, theirs, slice.discount, 'insurance');
  }
  const legs = slice.legs.map(({ instrument, lots }) => legOf(instrument.id, 0 - lots));
  one.answers = one.answers.filter(({ accountId }) => accountId !== slice.providerId);
  tell(state, one, 'slice', before, legs, {
    share: slice.share,
    price: slice.price,
    providerId: slice.providerId as AccountId,
    discount: slice.discount as Cash,
    fee: slice.fee as Cash,
    fromFund: slice.fromFund as Cash,
  });
};

const closeMatch = (
  state: EngineState,
  { id, record }: LiquidationRecord,
  match: Match,
  charge: number,
): void => {
  const { account, instrument, lots, rank, unhedged } = match;
  transferLots(state, record.account, account, instrument, lots);
  state.emit({
    type: 'deleveraged',
    liquidationId: id,
    accountId: account.id,
    currency: currencyOf(record),
    instrumentId: instrument.id,
    sizeLots: lots as never,
    markPrice: state.marks.markPrice[instrument.id] as number,
    charge: charge as Cash,
    rank,
    unhedged,
  });
};

const deleverage = (state: EngineState, one: LiquidationRecord): void => {
  const { record } = one;
  const before = figuresOf(state, record);
  const legs = positionsOf(record).map((leg) => legOf(leg.instrumentId, 0 - leg.sizeLots));
  const fund = fundOf(state, record.currencyNo);
  const plan = decideDeleveraging(state, sketchOf(record), fund);
  if (!isStep(plan)) return end(state, one, plan.debt > 0 ? 'debt' : 'closed');
  const clearing = clearingOf(state, record);
  const reference = String(record.account.id);
  const differences = settleMatches(state, one, plan.matches, plan.charges);
  payFromFund(state, record, plan.fromFund, 'insurance');
  let charged = 0;
  for (const charge of plan.charges) charged += charge;
  let shared = 0;
  for (const { record: theirs, gain, charge } of plan.socialised) {
    moveCash(state, theirs, clearing, -charge, 'socialised-loss', null, null, null, reference);
    shared += charge;
    state.emit({
      type: 'loss-socialised',
      liquidationId: one.id,
      accountId: theirs.account.id,
      currency: currencyOf(record),
      gain: gain as Cash,
      charge: charge as Cash,
    });
  }
  moveCash(state, record, clearing, charged - differences, 'deleveraging', null, null, null, null);
  moveCash(state, record, clearing, shared, 'socialised-loss', null, null, null, null);
  tell(state, one, 'deleveraging', before, legs, {
    fromFund: plan.fromFund as Cash,
    fromDeleveraging: charged as Cash,
    fromSocialised: shared as Cash,
  });
  end(state, one, plan.debt > 0 ? 'debt' : 'closed');
};

/** Closes every match and settles its charge and its tick's difference; returns the differences. */
const settleMatches = (
  state: EngineState,
  one: LiquidationRecord,
  matches: readonly Match[],
  charges: readonly number[],
): number => {
  const { record } = one;
  const clearing = clearingOf(state, record);
  let differences = 0;
  matches.forEach((match, i) => {
    const charge = charges[i] as number;
    closeMatch(state, one, match, charge);
    const theirs = currencyRecordOf(match.account, record.currencyNo);
    differences += match.difference;
    const cash = match.difference - charge;
    const reference = String(record.account.id);
    moveCash(state, theirs, clearing, cash, 'deleveraging', null, null, null, reference);
  });
  return differences;
};

/** Goes through hedges; true when one was carried out. */
const tryHedge = (
  state: EngineState,
  one: LiquidationRecord,
  parameters: LiquidationParameters,
): boolean => {
  if (one.hedgeSteps >= parameters.hedgeStepsMax) return false;
  const hedge = decideHedge(state, sketchOf(one.record), new Map(), parameters);
  if (hedge === null) return false;
  carryOutHedge(state, one, hedge);
  one.hedgeSteps += 1;
  return true;
};

const trySlice = (
  state: EngineState,
  one: LiquidationRecord,
  parameters: LiquidationParameters,
): void => {
  const { record } = one;
  const answers = takenAnswers(one.answers, one, parameters);
  if (answers.length > 0) {
    const fund = fundOf(state, record.currencyNo);
    const slice = decideSlice(state, record, answers, fund, parameters);
    if (slice !== null) carryOutSlice(state, one, slice);
  }
};

/** An auction's clock runs in every second that its account can be liquidated in. */
const passSecond = (one: LiquidationRecord): void => {
  if (one.stage === 'auction' || one.stage === 'insolvent-auction') one.seconds += 1;
};

const step = (state: EngineState, one: LiquidationRecord): void => {
  const { record } = one;
  if (!canLiquidate(state, record)) return;
  const parameters = liquidationParametersOf(state, record.currencyNo);
  if (!isStepSecond(state.nowUs, parameters)) return passSecond(one);
  accrueAll(state, record);
  const figures = figuresOf(state, record);
  if (!lacksMargin(figures)) return end(state, one, 'restored');
  const stage = stageOf(one, figures, parameters, holdsPositions(record));
  if (stage !== one.stage) enter(state, one, stage);
  if (one.stage === 'hedge') {
    if (!tryHedge(state, one, parameters)) enter(state, one, 'auction');
  } else if (one.stage === 'deleveraging') {
    return deleverage(state, one);
  } else {
    trySlice(state, one, parameters);
    passSecond(one);
  }
  if (!lacksMargin(figuresOf(state, record))) end(state, one, 'restored');
};

/** Takes one step of every open liquidation; goes on in a second while any is open. */
export const runLiquidations = (state: EngineState): void => {
  const { open } = state.liquidation;
  for (const one of open.slice()) step(state, one);
  if (open.length > 0) {
    const nextUs = (state.nowUs + usPerSecond) as TsUs;
    schedule(state, 'liquidation', nextUs, nextUs);
  }
};
