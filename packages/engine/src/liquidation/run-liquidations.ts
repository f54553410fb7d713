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
import { type Conversion, inCurrency, toldConversion } from './cover-debts.ts';
import {
  type Bearing,
  type Deleveraging,
  decideDeleveraging,
  isStep,
  type Match,
  outcomeOf,
} from './decide-deleveraging.ts';
import { decideHedge, type Hedge } from './decide-hedge.ts';
import { decideSlice, type Slice } from './decide-slice.ts';
import { payFromFund } from './insurance-fund.ts';
import type { LiquidationRecord } from './liquidation-state.ts';
import {
  canLiquidate,
  heldWith,
  holdPositions,
  legOf,
  marginedWith,
  marginStateOf,
  positionsOf,
} from './margin-states.ts';
import { type Figures, figuresOf, sketchOf } from './sketch.ts';
import { isStepSecond } from './step-times.ts';
import { liquidationTerms, transferLots } from './transfer-lots.ts';

const currencyOf = ({ currencyNo }: CurrencyRecord): Currency => currencies[currencyNo] as Currency;

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
  for (const each of marginedWith(record)) debts[each.currencyNo]?.delete(record.account.id);
  if (outcome === 'debt') debts[record.currencyNo]?.add(record.account.id);
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
  id: number,
  record: CurrencyRecord,
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
  for (const { instrument } of heldWith(record)) {
    if (instrument.funding !== null) accrueFunding(instrument.funding, state.nowUs);
  }
};

const carryOutHedge = (state: EngineState, one: LiquidationRecord, hedge: Hedge): void => {
  const { id, record } = one;
  const before = figuresOf(state, record);
  const { instrument, side, lots, limitTicks } = hedge;
  const { currencyNo } = instrument;
  const holding = holdingOf(record.account, instrument);
  const { fees } = state.venue[currencyNo] as VenueAccounts;
  const feesBefore = state.ledger.balance(fees);
  const order = openOrder(state, holding, side, liquidationTerms, 0, lots, 0, null);
  emitOrder(state, order, 'placed', null);
  const lotsBefore = holding.sizeLots;
  state.liquidation.hedging = true;
  executeOrder(state, order, limitTicks, false);
  state.liquidation.hedging = false;
  trimReduceOnly(state, holding);
  const traded = holding.sizeLots - lotsBefore;
  const fee = state.ledger.balance(fees) - feesBefore;
  tell(state, id, record, 'hedge', before, [legOf(instrument.id, traded)], {
    fee: Math.round(inCurrency(state, currencyNo, record.currencyNo, fee)) as Cash,
  });
};

/** The fund takes cash of one currency and gives of another. */
const carryOutConversions = (
  state: EngineState,
  { id, record }: LiquidationRecord,
  conversions: readonly Conversion[],
): void => {
  const { account } = record;
  for (const { fromNo, fromAmount, toNo, toAmount } of conversions) {
    payFromFund(state, currencyRecordOf(account, fromNo), 0 - fromAmount, 'conversion');
    payFromFund(state, currencyRecordOf(account, toNo), toAmount, 'conversion');
    state.emit({
      type: 'collateral-converted',
      liquidationId: id,
      accountId: account.id,
      ...toldConversion({ fromNo, fromAmount, toNo, toAmount }),
    });
  }
};

/** What a slice's two sides pay each other, currency by currency. */
const settleSlice = (
  state: EngineState,
  record: CurrencyRecord,
  provider: AccountRecord,
  slice: Slice,
): void => {
  for (const [no, difference] of slice.differences.entries()) {
    const discount = no === record.currencyNo && slice.fromFund === 0 ? slice.discount : 0;
    const paid = difference - discount;
    if (paid === 0) continue;
    const own = currencyRecordOf(record.account, no);
    const theirs = currencyRecordOf(provider, no);
    const { clearing } = state.venue[no] as VenueAccounts;
    const [to, from] = [String(provider.id), String(record.account.id)];
    moveCash(state, own, clearing, paid, 'liquidation', null, null, null, to);
    moveCash(state, theirs, clearing, -paid, 'liquidation', null, null, null, from);
  }
};

const carryOutSlice = (state: EngineState, one: LiquidationRecord, slice: Slice): void => {
  const { record } = one;
  const before = figuresOf(state, record);
  const provider = state.accounts[slice.providerId] as AccountRecord;
  for (const { instrument, lots } of slice.legs) {
    transferLots(state, record.account, provider, instrument, lots);
  }
  settleSlice(state, record, provider, slice);
  payFromFund(state, record, 0 - slice.fee, 'liquidation-fee');
  carryOutConversions(state, one, slice.conversions);
  if (slice.fromFund !== 0) {
    const theirs = currencyRecordOf(provider, record.currencyNo);
    payFromFund(state, record, slice.fromFund - slice.discount, 'insurance');
    payFromFund(state, theirs, slice.discount, 'insurance');
  }
  const legs = slice.legs.map(({ instrument, lots }) => legOf(instrument.id, 0 - lots));
  one.answers = one.answers.filter(({ accountId }) => accountId !== slice.providerId);
  tell(state, one.id, record, 'slice', before, legs, {
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
    currency: currencies[instrument.currencyNo] as Currency,
    instrumentId: instrument.id,
    sizeLots: lots as never,
    markPrice: state.marks.markPrice[instrument.id] as number,
    charge: charge as Cash,
    rank,
    unhedged,
  });
};

/** Closes every match and settles its charge and its tick's difference; returns the differences. */
const settleMatches = (
  state: EngineState,
  one: LiquidationRecord,
  matches: readonly Match[],
  bearings: readonly Bearing[],
): readonly number[] => {
  const differences = state.venue.map(() => 0);
  const reference = String(one.record.account.id);
  matches.forEach((match, i) => {
    const { currencyNo } = match.instrument;
    const bearing = bearings.find((each) => each.currencyNo === currencyNo);
    const charge = bearing?.charges[i] ?? 0;
    closeMatch(state, one, match, charge);
    const theirs = currencyRecordOf(match.account, currencyNo);
    differences[currencyNo] = (differences[currencyNo] as number) + match.difference;
    const { clearing } = state.venue[currencyNo] as VenueAccounts;
    const cash = match.difference - charge;
    moveCash(state, theirs, clearing, cash, 'deleveraging', null, null, null, reference);
  });
  return differences;
};

/** What one currency's fund and winners pay, and the differences of its ticks; as a step tells. */
const settleBearing = (
  state: EngineState,
  { id, record: { account } }: LiquidationRecord,
  { currencyNo, fromFund, charges, socialised }: Bearing,
  difference: number,
): StepFacts => {
  const record = currencyRecordOf(account, currencyNo);
  const { clearing } = state.venue[currencyNo] as VenueAccounts;
  const reference = String(account.id);
  payFromFund(state, record, fromFund, 'insurance');
  let charged = 0;
  for (const charge of charges) charged += charge;
  let shared = 0;
  for (const { record: theirs, gain, charge } of socialised) {
    moveCash(state, theirs, clearing, -charge, 'socialised-loss', null, null, null, reference);
    shared += charge;
    state.emit({
      type: 'loss-socialised',
      liquidationId: id,
      accountId: theirs.account.id,
      currency: currencyOf(record),
      gain: gain as Cash,
      charge: charge as Cash,
    });
  }
  moveCash(state, record, clearing, charged - difference, 'deleveraging', null, null, null, null);
  moveCash(state, record, clearing, shared, 'socialised-loss', null, null, null, null);
  return {
    fromFund: fromFund as Cash,
    fromDeleveraging: charged as Cash,
    fromSocialised: shared as Cash,
  };
};

/** Nothing is lacking in a currency. */
const nobody = (currencyNo: number): Bearing => ({
  currencyNo,
  fromFund: 0,
  charges: [],
  socialised: [],
  debt: 0,
});

/** Told in the liquidation's currency, then in each other one that it closes or is paid in. */
const carryOutDeleveraging = (
  state: EngineState,
  one: LiquidationRecord,
  { matches, conversions, bearings }: Deleveraging,
): void => {
  const { id, record } = one;
  const legs = positionsOf(record).map((leg) => legOf(leg.instrumentId, 0 - leg.sizeLots));
  const concerned = new Set([
    record.currencyNo,
    ...matches.map(({ instrument }) => instrument.currencyNo),
    ...bearings.map(({ currencyNo }) => currencyNo),
  ]);
  const told = marginedWith(record)
    .filter(({ currencyNo }) => concerned.has(currencyNo))
    .sort((a, b) => Number(b === record) - Number(a === record))
    .map((each) => ({ each, before: figuresOf(state, each) }));
  const differences = settleMatches(state, one, matches, bearings);
  carryOutConversions(state, one, conversions);
  const facts = new Map<CurrencyRecord, StepFacts>();
  for (const each of marginedWith(record)) {
    const { currencyNo } = each;
    const bearing = bearings.find((its) => its.currencyNo === currencyNo) ?? nobody(currencyNo);
    facts.set(each, settleBearing(state, one, bearing, differences[currencyNo] as number));
  }
  for (const { each, before } of told) {
    const own = each === record ? legs : [];
    tell(state, id, each, 'deleveraging', before, own, facts.get(each) ?? {});
  }
};

const deleverage = (state: EngineState, one: LiquidationRecord): void => {
  const plan = decideDeleveraging(state, sketchOf(one.record));
  const outcome = outcomeOf(plan, holdPositions(one.record));
  if (isStep(plan)) carryOutDeleveraging(state, one, plan);
  if (outcome !== null) end(state, one, outcome);
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
    const slice = decideSlice(state, record, answers, parameters);
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
  const stage = stageOf(one, figures, parameters, holdPositions(record));
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
