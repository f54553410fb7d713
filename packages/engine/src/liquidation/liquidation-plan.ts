// Liquidation plan: what would become of an account, step by step, if prices and books stayed as
// they are, or prices moved so far at once and then stayed, and nobody answered its auction. The
// decisions are those that carry a liquidation out, taken on a sketch; so on unchanged inputs the
// plan is what happens. Invariant: asking changes nothing.
import {
  type Cash,
  type Currency,
  currencies,
  type LiquidationLeg,
  type LiquidationParameters,
  type LiquidationPlan,
  type PlannedAuction,
  type PlannedStep,
  type Queries,
  type RejectCode,
  usPerSecond,
} from '@openstrike/domain';
import { type LiquidationStage, lacksMargin, stageOf, warningLevel } from '@openstrike/risk';
import { copyAccount } from '../account/scratch-record.ts';
import { supposeMove } from '../marking/suppose-move.ts';
import { recordOrEmpty } from '../query/account-summary.ts';
import { type CurrencyRecord, currencyNoOf, type EngineState } from '../state.ts';
import { liquidationParametersOf } from '../tables-in-force.ts';
import { inCurrency, leadOf, toldConversion } from './cover-debts.ts';
import {
  type Bearing,
  decideDeleveraging,
  deleverageOn,
  isStep,
  outcomeOf,
  paidIn,
} from './decide-deleveraging.ts';
import { decideHedge, hedgeFee, hedgeOn, type TakenLots, takeOut } from './decide-hedge.ts';
import type { LiquidationRecord } from './liquidation-state.ts';
import {
  holdPositions,
  legOf,
  liquidationOf,
  marginStateOf,
  positionsOf,
} from './margin-states.ts';
import { type Figures, type Sketch, sketchFigures, sketchOf } from './sketch.ts';
import { isStepSecond } from './step-times.ts';
import { risksOf } from './watch-margins.ts';

class Planner {
  readonly steps: PlannedStep[] = [];
  readonly auctions: PlannedAuction[] = [];
  outcome: LiquidationPlan['outcome'] = null;
  readonly #state: EngineState;
  readonly #sketch: Sketch;
  readonly #taken: TakenLots = new Map();
  #stage: LiquidationStage;
  #clock: number;
  #hedges: number;
  readonly #parameters: LiquidationParameters;
  /** When liquidations go on next, and whole seconds from now until then. */
  readonly #firstUs: number;
  readonly #firstAfter: number;
  /** Seconds from now until the step that is planned next. */
  #after: number;

  constructor(
    state: EngineState,
    record: CurrencyRecord,
    one: LiquidationRecord | undefined,
    parameters: LiquidationParameters,
  ) {
    this.#state = state;
    this.#parameters = parameters;
    this.#sketch = sketchOf(record);
    this.#stage = one?.stage ?? 'hedge';
    this.#clock = one?.seconds ?? 0;
    this.#hedges = one?.hedgeSteps ?? 0;
    const timer = state.timers.find(({ kind }) => kind === 'liquidation');
    this.#firstUs = timer?.atUs ?? state.nowUs + usPerSecond;
    this.#firstAfter = Math.ceil((this.#firstUs - state.nowUs) / usPerSecond);
    this.#after = this.#firstAfter;
  }

  plan(): void {
    while (this.outcome === null) {
      this.#awaitStep();
      const figures = this.#figures();
      if (!lacksMargin(figures)) {
        this.outcome = 'restored';
        return;
      }
      const { record } = this.#sketch;
      const progress = { stage: this.#stage, seconds: this.#clock };
      const stage = stageOf(progress, figures, this.#parameters, holdPositions(record));
      if (stage !== this.#stage) this.#enter(stage);
      if (stage === 'hedge') this.#hedge(figures);
      else if (stage === 'deleveraging') this.#deleverage(figures);
      else this.#wait(stage);
    }
  }

  /** Goes on to the next second in which steps are taken; an auction's clock runs on meanwhile. */
  #awaitStep(): void {
    const atUs = (): number => this.#firstUs + (this.#after - this.#firstAfter) * usPerSecond;
    while (!isStepSecond(atUs(), this.#parameters)) {
      this.#after += 1;
      if (this.#stage === 'auction' || this.#stage === 'insolvent-auction') this.#clock += 1;
    }
  }

  #enter(stage: LiquidationStage): void {
    this.#stage = stage;
    this.#clock = 0;
    if (stage !== 'auction' && stage !== 'insolvent-auction') return;
    this.auctions.push({
      phase: stage,
      afterSeconds: this.#after,
      state: marginStateOf(this.#figures()),
      positions: positionsOf(this.#sketch.record),
    });
  }

  #figures(): Figures {
    return sketchFigures(this.#state, this.#sketch);
  }

  #hedge(before: Figures): void {
    const parameters = this.#parameters;
    const open = this.#hedges < parameters.hedgeStepsMax;
    const hedge = open ? decideHedge(this.#state, this.#sketch, this.#taken, parameters) : null;
    if (hedge === null) {
      this.#enter('auction');
      this.#after += 1;
      return;
    }
    hedgeOn(this.#state, this.#sketch, hedge);
    takeOut(this.#taken, hedge);
    this.#hedges += 1;
    let lots = 0;
    for (const fill of hedge.fills) lots += fill.lots;
    const leg = legOf(hedge.instrument.id, hedge.side === 0 ? lots : -lots);
    const { currencyNo } = hedge.instrument;
    const fee = hedgeFee(this.#state, hedge);
    const told = inCurrency(this.#state, currencyNo, this.#sketch.record.currencyNo, fee);
    this.#note('hedge', before, [leg], { fee: Math.round(told) as Cash });
    this.#after += 1;
  }

  /** Nobody answers: the clock runs out. */
  #wait(stage: LiquidationStage): void {
    const { clock, insolventSeconds } = this.#parameters;
    const length =
      stage === 'auction' ? clock.firstSeconds + clock.secondSeconds : insolventSeconds;
    this.#after += length - this.#clock;
    this.#clock = length;
  }

  #deleverage(before: Figures): void {
    const { record } = this.#sketch;
    const legs = positionsOf(record).map((leg) => legOf(leg.instrumentId, 0 - leg.sizeLots));
    const plan = decideDeleveraging(this.#state, this.#sketch);
    // Waiting, too, ends a plan: nothing changes as long as prices do not.
    this.outcome = outcomeOf(plan, holdPositions(record)) ?? 'debt';
    if (!isStep(plan)) return;
    deleverageOn(this.#state, this.#sketch, plan);
    const { currencyNo } = record;
    const own = plan.bearings.find((each) => each.currencyNo === currencyNo);
    this.#note('deleveraging', before, legs, {
      ...paidOf(own),
      conversions: plan.conversions.map(toldConversion),
      elsewhere: plan.bearings
        .filter((each) => each !== own)
        .map((each) => ({
          currency: currencies[each.currencyNo] as Currency,
          ...paidOf(each),
        })),
    });
  }

  #note(
    kind: PlannedStep['kind'],
    before: Figures,
    legs: readonly LiquidationLeg[],
    facts: Partial<PlannedStep>,
  ): void {
    const none = 0 as Cash;
    this.steps.push({
      kind,
      afterSeconds: this.#after,
      before: marginStateOf(before),
      after: marginStateOf(this.#figures()),
      legs,
      conversions: [],
      fee: none,
      fromFund: none,
      fromOthers: none,
      elsewhere: [],
      ...facts,
    });
  }
}

const paidOf = (bearing: Bearing | undefined): Pick<PlannedStep, 'fromFund' | 'fromOthers'> => {
  const fromFund = bearing?.fromFund ?? 0;
  const all = bearing === undefined ? 0 : paidIn(bearing);
  return { fromFund: fromFund as Cash, fromOthers: (all - fromFund) as Cash };
};

const planOf = (
  state: EngineState,
  record: CurrencyRecord,
  one: LiquidationRecord | undefined,
): LiquidationPlan => {
  const accountId = record.account.id;
  const figures = sketchFigures(state, sketchOf(record));
  const levels = state.liquidation.levels[record.currencyNo] as Map<number, number>;
  const parameters = liquidationParametersOf(state, record.currencyNo);
  const lacking = lacksMargin(figures);
  const planner = new Planner(state, record, one, parameters);
  if (lacking) planner.plan();
  return {
    accountId,
    currency: currencies[record.currencyNo] as Currency,
    state: marginStateOf(figures),
    warningLevel: warningLevel(figures, levels.get(accountId) ?? 0, parameters),
    phase: lacking ? (one?.stage ?? 'hedge') : null,
    liquidationId: one?.id ?? null,
    cancelledOrders: lacking ? risksOf(record).map(({ id }) => id) : [],
    steps: planner.steps,
    auctions: planner.auctions,
    outcome: planner.outcome,
  };
};

/** The plan of an account in a currency, as prices are or as they would be after a move. */
export const liquidationPlan = (
  state: EngineState,
  { accountId, currency, move }: Queries['liquidation-plan']['in'],
): LiquidationPlan | RejectCode => {
  const account = state.accounts[accountId];
  if (account === undefined) return 'unknown-account';
  const currencyNo = currencyNoOf(currency);
  const one = liquidationOf(state, recordOrEmpty(account, currencyNo));
  const supposed = supposeMove(state, move);
  const own = supposed.supposed ? copyAccount(account) : account;
  const asked = recordOrEmpty(own, one?.record.currencyNo ?? currencyNo);
  const record = one === undefined ? leadOf(supposed, asked) : asked;
  return planOf(supposed, record, one);
};
