// Engine: the deterministic state machine. `apply` runs what is due by time, then the command's
// handler, then the triggers that moved prices fire. Invariant: the same commands with the same
// stamps give the same events and the same bytes; a refused command changes nothing. It is the only
// door into the state.
import { createMatcher } from '@openstrike/book';
import type {
  Command,
  Event,
  PlaceOrder,
  Queries,
  QueryName,
  RejectCode,
  Seq,
  StateMachine,
  TsUs,
} from '@openstrike/domain';
import { assert, assertNever } from '@openstrike/std';
import { configureAccount, createAccount } from './account/accounts.ts';
import { deposit, seedInsurance, transfer, withdraw } from './account/transfers.ts';
import { announceTables } from './announce-tables.ts';
import { configure } from './configure.ts';
import { setKillSwitch } from './control/kill-switch.ts';
import { createState, type MatcherFactory } from './create-state.ts';
import { Foresight } from './foresee.ts';
import { setCallAuctions } from './halts/call-auctions.ts';
import { answerLiquidation, setProvider } from './liquidation/answer-liquidation.ts';
import { listOptions } from './listing/list-options.ts';
import { cancelQuotes, massQuote } from './market-maker/mass-quote.ts';
import { resetMmp, setMmp } from './market-maker/mmp.ts';
import { setForwards, setIndex, setSurface } from './marking/set-marks.ts';
import { changeMarginModel } from './portfolio/change-margin-model.ts';
import { answer } from './query/answer.ts';
import { runTimers } from './run-timers.ts';
import { setTrading } from './set-trading.ts';
import { publishLiabilities } from './settlement/close-settlement.ts';
import { hashState } from './snapshot/hash-state.ts';
import { loadState } from './snapshot/load-state.ts';
import { saveState } from './snapshot/save-state.ts';
import type { EngineState } from './state.ts';
import { cancelOrder, cancelOrders } from './trading/cancel-orders.ts';
import { recallKey, rememberKey, repeatResult } from './trading/client-keys.ts';
import { closePosition } from './trading/close-position.ts';
import { editOrder } from './trading/edit-order.ts';
import { fireLastPrices } from './trading/fire-triggers.ts';
import { placeOrder } from './trading/place-order.ts';

/** What an engine may be made with. */
export interface EngineOptions {
  readonly createMatcher?: MatcherFactory;
}

const run = (state: EngineState, command: Command): RejectCode | null => {
  switch (command.type) {
    case 'pass-time':
      return null;
    case 'configure':
      return configure(state, command);
    case 'announce-tables':
      return announceTables(state, command);
    case 'list-options':
      return listOptions(state, command);
    case 'create-account':
      return createAccount(state, command);
    case 'configure-account':
      return configureAccount(state, command);
    case 'change-margin-model':
      return changeMarginModel(state, command);
    case 'deposit':
      return deposit(state, command);
    case 'withdraw':
      return withdraw(state, command);
    case 'transfer':
      return transfer(state, command);
    case 'seed-insurance':
      return seedInsurance(state, command);
    case 'place-order':
      return placeOrder(state, command);
    case 'edit-order':
      return editOrder(state, command);
    case 'cancel-order':
      return cancelOrder(state, command);
    case 'cancel-orders':
      return cancelOrders(state, command);
    case 'close-position':
      return closePosition(state, command);
    case 'set-index':
      return setIndex(state, command);
    case 'set-forwards':
      return setForwards(state, command);
    case 'set-surface':
      return setSurface(state, command);
    case 'set-trading':
      return setTrading(state, command);
    case 'set-kill-switch':
      return setKillSwitch(state, command);
    case 'set-mmp':
      return setMmp(state, command);
    case 'reset-mmp':
      return resetMmp(state, command);
    case 'mass-quote':
      return massQuote(state, command);
    case 'cancel-quotes':
      return cancelQuotes(state, command);
    case 'publish-liabilities':
      return publishLiabilities(state, command);
    case 'set-provider':
      return setProvider(state, command);
    case 'answer-liquidation':
      return answerLiquidation(state, command);
    case 'set-call-auctions':
      return setCallAuctions(state, command);
    default:
      return assertNever(command);
  }
};

/** So many events at most are held on to until others take their places. */
const EVENTS_KEPT = 64;

class Engine implements StateMachine {
  readonly #createMatcher: MatcherFactory;
  #state: EngineState;
  /** The present command's events, and behind them what is left of longer ones. */
  #events: Event[] = [];
  #told = 0;
  readonly #foresight = new Foresight();

  readonly #emit = (event: Event): void => {
    this.#events[this.#told] = event;
    this.#told += 1;
  };

  constructor(createMatcherOf: MatcherFactory) {
    this.#createMatcher = createMatcherOf;
    this.#state = this.#adopt(createState(createMatcherOf));
  }

  apply(command: Command, seq: Seq, tsUs: TsUs): readonly Event[] {
    this.#setQuiet(false);
    this.#apply(command, seq, tsUs);
    return this.#copyEvents();
  }

  replay(command: Command, seq: Seq, tsUs: TsUs): void {
    // A client key remembers its order's events.
    this.#setQuiet(command.type !== 'place-order' || command.clientKey === null);
    this.#apply(command, seq, tsUs);
  }

  foresee(commands: readonly Command[]): void {
    this.#foresight.foresee(this.#state, commands);
  }

  query<Name extends QueryName>(name: Name, parameters: Queries[Name]['in']): Queries[Name]['out'] {
    return answer(this.#state, name, parameters);
  }

  snapshot(): Uint8Array {
    return saveState(this.#state);
  }

  restore(snapshot: Uint8Array): void {
    this.#state = this.#adopt(loadState(snapshot, this.#createMatcher));
  }

  stateHash(): string {
    return hashState(this.#state);
  }

  #apply(command: Command, seq: Seq, tsUs: TsUs): void {
    const state = this.#state;
    assert(seq === state.seq + 1, 'commands come in the order of their numbers');
    assert(tsUs >= state.nowUs, 'time never goes back');
    if (this.#told > EVENTS_KEPT) this.#events = [];
    this.#told = 0;
    state.seq = seq;
    runTimers(state, tsUs);
    state.nowUs = tsUs;
    if (command.type === 'place-order' && command.clientKey !== null) {
      this.#placeOnce(command, command.clientKey);
    } else {
      this.#finish(command, this.#run(command));
    }
    fireLastPrices(state);
  }

  /** A copy of what the command has told: a list that grows by itself takes room for many more. */
  #copyEvents(): readonly Event[] {
    return this.#events.slice(0, this.#told);
  }

  #setQuiet(quiet: boolean): void {
    this.#state.quiet = quiet;
    this.#state.tape.quiet = quiet;
  }

  #adopt(state: EngineState): EngineState {
    state.emit = this.#emit;
    state.tape.emit = this.#emit;
    return state;
  }

  #run(command: Command): RejectCode | null {
    const state = this.#state;
    state.rejectLimit = null;
    if (state.families.size === 0 && command.type !== 'configure' && command.type !== 'pass-time') {
      return 'not-configured';
    }
    return run(state, command);
  }

  #finish(command: Command, code: RejectCode | null): void {
    if (code === null) {
      return;
    }
    this.#emit({
      type: 'command-rejected',
      code,
      accountId: 'accountId' in command ? command.accountId : null,
      orderId: 'orderId' in command ? command.orderId : null,
      limit: this.#state.rejectLimit,
    });
  }

  /** Places an order with a client key; a known key only tells its first result again. */
  #placeOnce(command: PlaceOrder, clientKey: string): void {
    const state = this.#state;
    const account = state.accounts[command.accountId];
    const known = account === undefined ? null : recallKey(state, account, clientKey);
    if (account !== undefined && known !== null) {
      repeatResult(state, account, known);
      return;
    }
    const orderId = state.lastOrderId + 1;
    const code = this.#run(command);
    this.#finish(command, code);
    if (account !== undefined) {
      rememberKey(state, account, command, clientKey, orderId, code, this.#copyEvents());
    }
  }
}

/** An engine that has applied nothing yet. */
export const createEngine = (options: EngineOptions = {}): StateMachine =>
  new Engine(options.createMatcher ?? createMatcher);
