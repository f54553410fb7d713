// Liquidation model: follows every liquidation from its start to its end by the events alone.
// Invariants: nobody is liquidated whose equity covers maintenance margin; phases come in order and
// each kind of step in its own; each step improves the account, a cross account over all its
// currencies; its collateral is converted at the index less the haircut, and only where it has
// nothing left; the fund pays no more than the whole account lacks, and before anybody is
// charged, those closed out before all others, who pay only what is left; what was paid, charged
// and shared is told to the unit and makes the account whole; nobody without an open position is
// charged, and nobody more than they gained.
import type {
  AccountId,
  Applied,
  CashChanged,
  CollateralConverted,
  Currency,
  Deleveraged,
  Event,
  LiquidationEnded,
  LiquidationPhase,
  LiquidationStepped,
  LossSocialised,
  MarginState,
} from '@openstrike/domain';
import { currencies } from '@openstrike/domain';
import type { Coverage } from '../coverage.ts';
import type { CashModel } from './cash-model.ts';
import { PayerModel, type PayerParts } from './payer-model.ts';
import type { PositionModel } from './position-model.ts';
import type { SolvencyModel } from './solvency-model.ts';
import { hold, show } from './violation.ts';

const order: readonly LiquidationPhase[] = [
  'hedge',
  'auction',
  'insolvent-auction',
  'deleveraging',
];

const phasesOf: Readonly<Record<LiquidationStepped['kind'], readonly LiquidationPhase[]>> = {
  hedge: ['hedge'],
  slice: ['auction', 'insolvent-auction'],
  deleveraging: ['deleveraging'],
};

interface Open {
  readonly id: number;
  readonly accountId: AccountId;
  readonly currency: Currency;
  phase: LiquidationPhase;
}

/** What moved in one currency since the last step there was told: cash by reason, and the fund. */
interface Since {
  readonly cash: Map<string, number>;
  readonly receipts: Deleveraged[];
  readonly shares: LossSocialised[];
  fund: number;
}

const fresh = (): Since => ({ cash: new Map(), receipts: [], shares: [], fund: 0 });

const settled = ['liquidation', 'deleveraging', 'socialised-loss'];
const reasons = [...settled, 'insurance', 'liquidation-fee', 'conversion'];

interface LiquidationParts extends Pick<PayerParts, 'facts' | 'market'> {
  readonly cash: CashModel;
  readonly positions: PositionModel;
  readonly solvency: SolvencyModel;
}

export class LiquidationModel {
  readonly #open = new Map<number, Open>();
  readonly #debts = new Map<string, number>();
  readonly #cash: CashModel;
  readonly #positions: PositionModel;
  readonly #solvency: SolvencyModel;
  readonly #coverage: Coverage;
  readonly #payers: PayerModel;
  readonly #answers = new Map<string, { readonly price: number; readonly shareMax: number }>();
  #lastId = 0;
  #since = new Map<Currency, Since>();
  /** Liquidations whose closing is told in the present command. */
  readonly #closedNow = new Set<number>();
  /** Conversions since the last step was told. */
  #conversions: CollateralConverted[] = [];
  /** Who held something when the present command began; made when first asked for. */
  #holders: Set<AccountId> | null = null;

  constructor({ cash, positions, solvency, ...seen }: LiquidationParts, coverage: Coverage) {
    this.#cash = cash;
    this.#positions = positions;
    this.#solvency = solvency;
    this.#coverage = coverage;
    this.#payers = new PayerModel({
      ...seen,
      own: (accountId, currency) => solvency.own(accountId, currency),
      cash: (accountId, currency) => cash.balance(accountId, currency),
      isBusy: (accountId, currency) =>
        [...this.#open.values()].some(
          (one) =>
            one.accountId === accountId && (one.currency === currency || this.#isCross(accountId)),
        ),
    });
  }

  /** Whether an account is being liquidated in a currency, or owes what nobody can bear. */
  isHandled(accountId: AccountId, currency: Currency): boolean {
    return this.#of(accountId, currency) !== null || this.#debts.has(`${accountId}:${currency}`);
  }

  /** Auctions that may be answered now. */
  auctions(): readonly { readonly id: number; readonly insolvent: boolean }[] {
    return [...this.#open.values()]
      .filter(({ phase }) => phase === 'auction' || phase === 'insolvent-auction')
      .map(({ id, phase }) => ({ id, insolvent: phase === 'insolvent-auction' }));
  }

  busy(): boolean {
    return this.#open.size > 0;
  }

  take(event: Event): void {
    switch (event.type) {
      case 'liquidation-started': {
        const { liquidationId, accountId, currency, state } = event;
        const other = currencies.find(
          (each) =>
            (each === currency || this.#isCross(accountId)) && this.#of(accountId, each) !== null,
        );
        hold(other === undefined, 'an account has one liquidation', () => show(event));
        hold(liquidationId === this.#lastId + 1, 'liquidations are counted', () => show(event));
        this.#lastId = liquidationId;
        this.#holders ??= this.#positions.holders();
        this.#lacks(state, event);
        this.#check(accountId, currency, state);
        this.#open.set(liquidationId, { id: liquidationId, accountId, currency, phase: 'hedge' });
        return;
      }
      case 'liquidation-phase-changed': {
        const one = this.#openOf(event);
        const forward = order.indexOf(event.phase) > order.indexOf(one.phase);
        hold(forward, 'the waterfall goes forward', () => `${one.phase} ${show(event)}`);
        one.phase = event.phase;
        this.#coverage.count('liquidation', event.phase);
        return this.#lacks(event.state, event);
      }
      case 'liquidation-stepped':
        return this.#step(event);
      case 'liquidation-answered': {
        const { liquidationId, accountId, price, shareMax } = event;
        this.#answers.set(`${liquidationId}:${accountId}`, { price, shareMax });
        return;
      }
      case 'collateral-converted':
        return this.#converted(event);
      case 'deleveraged':
        this.#in(event.currency).receipts.push(event);
        return this.#charged(event.accountId, event.charge, Number.POSITIVE_INFINITY, event);
      case 'loss-socialised':
        this.#in(event.currency).shares.push(event);
        return this.#charged(event.accountId, event.charge, event.gain, event);
      case 'insurance-changed':
        hold(event.balance >= 0, 'the fund is never negative', () => show(event));
        this.#in(event.currency).fund += event.change;
        return;
      case 'cash-changed':
        return this.#move(event);
      case 'trade':
        return this.#payers.trade(event);
      case 'settlement-closed':
        return this.#payers.settled(event.liabilities.settledUs);
      case 'instrument-state-changed':
        return event.state === 'delivered' ? this.#payers.delivered(event.instrumentId) : undefined;
      case 'liquidation-ended':
        return this.#end(event);
      default:
        return;
    }
  }

  /** Remembers who holds positions before a command that may liquidate. */
  begin(): void {
    this.#closedNow.clear();
    this.#holders = this.busy() ? this.#positions.holders() : null;
  }

  /** Holds what must hold between two commands. */
  close({ command, events }: Applied): void {
    this.#checkAnswer(command, events);
    hold(this.#conversions.length === 0, 'conversions are of a step', () =>
      show(this.#conversions),
    );
    for (const [currency, { cash, receipts, shares, fund }] of this.#since) {
      hold(receipts.length + shares.length === 0, 'receipts are of a step', () => show(receipts));
      const seeds = command.type === 'seed-insurance' && command.currency === currency;
      hold(fund === 0 || seeds, 'the fund changes by steps', () => `${fund} by ${show(command)}`);
      for (const reason of reasons) {
        const moved = cash.get(reason) ?? 0;
        hold(moved === 0, 'liquidations conserve cash', () => `${reason} ${moved} ${currency}`);
      }
    }
    this.#since.clear();
    this.#payers.close();
  }

  /** An answer is taken as it was given. */
  #checkAnswer(command: Applied['command'], events: readonly Event[]): void {
    if (command.type !== 'answer-liquidation') return;
    const refused = events.some(({ type }) => type === 'command-rejected');
    const told = this.#answers.get(`${command.liquidationId}:${command.accountId}`);
    const { price, shareMax } = command;
    hold(
      refused || (told?.price === price && told.shareMax === shareMax),
      'answers are taken as given',
      () => `${show(command)} ${show(told)}`,
    );
  }

  #of(accountId: AccountId, currency: Currency): Open | null {
    for (const one of this.#open.values()) {
      if (one.accountId === accountId && one.currency === currency) return one;
    }
    return null;
  }

  /** The liquidation of an event; a cross account's may be told in any of its currencies. */
  #openOf({
    liquidationId,
    accountId,
    currency,
  }: Pick<LiquidationEnded, 'liquidationId' | 'accountId' | 'currency'>): Open {
    const one = this.#open.get(liquidationId);
    const its = one?.accountId === accountId;
    hold(
      one !== undefined && its && (one.currency === currency || this.#isCross(accountId)),
      'steps are of a liquidation',
      () => `${liquidationId} of ${accountId} in ${currency}`,
    );
    return one;
  }

  #in(currency: Currency): Since {
    const known = this.#since.get(currency);
    if (known !== undefined) return known;
    const since = fresh();
    this.#since.set(currency, since);
    return since;
  }

  /** Both sides are told to the unit, at the index less the haircut and not a unit better. */
  #converted(event: CollateralConverted): void {
    const { accountId, from, fromAmount, to, toAmount } = event;
    hold(this.#isCross(accountId) && from !== to, 'cross accounts convert', () => show(event));
    for (const [currency, change] of [
      [from, -fromAmount],
      [to, toAmount],
    ] as const) {
      const since = this.#in(currency);
      const moved = since.cash.get('conversion') ?? 0;
      const told = moved === change && since.fund === -change;
      hold(told, 'the fund pays and takes as told', () => `${moved} ${since.fund} ${show(event)}`);
      since.cash.delete('conversion');
      since.fund = 0;
    }
    const taken = this.#solvency.converted(from, fromAmount);
    const given = this.#solvency.converted(to, toAmount).usd;
    const exact = taken.usd * (1 - taken.haircut);
    const unit =
      this.#solvency.converted(from, 1).usd + this.#solvency.converted(to, 1).usd + exact * 1e-9;
    const near = Math.abs(given - exact) <= unit;
    hold(near, 'collateral goes for what it counts', () => `${given} ${exact} ${show(event)}`);
    this.#conversions.push(event);
    this.#coverage.count('liquidation', 'collateral converted');
  }

  #isCross(accountId: AccountId): boolean {
    return this.#solvency.model(accountId).startsWith('cross');
  }

  #lacks(state: MarginState, event: Event): void {
    hold(
      state.marginEquity < state.maintenance,
      'nobody is liquidated whose equity covers maintenance margin',
      () => show(event),
    );
  }

  #check(accountId: AccountId, currency: Currency, state: MarginState): void {
    this.#solvency.check(accountId, currency, state);
  }

  #charged(accountId: AccountId, charge: number, gain: number, event: Event): void {
    hold(charge >= 0 && charge <= gain, 'nobody is charged beyond their gain', () => show(event));
    const held = this.#holders?.has(accountId) === true;
    hold(held, 'flat accounts are untouched', () => show(event));
  }

  #move({ reason, change, currency }: CashChanged): void {
    if (!reasons.includes(reason)) return;
    const { cash } = this.#in(currency);
    cash.set(reason, (cash.get(reason) ?? 0) + change);
  }

  #step(event: LiquidationStepped): void {
    const one = this.#openOf(event);
    const { kind, before, after, accountId, currency } = event;
    if (kind === 'deleveraging') this.#closedNow.add(one.id);
    hold(phasesOf[kind].includes(one.phase), 'steps come in their phase', () => show(event));
    this.#lacks(before, event);
    hold(improves(before, after), 'each step improves the account', () => show(event));
    this.#check(accountId, currency, after);
    this.#paid(event);
    if (event.providerId !== null) {
      const answer = this.#answers.get(`${one.id}:${event.providerId}`);
      const kept = answer?.price === event.price && event.share <= (answer?.shareMax ?? 0);
      hold(kept, 'providers get what they answered', () => `${show(answer)} ${show(event)}`);
    }
    if (event.providerId !== null) this.#holders?.add(event.providerId);
    this.#coverage.count('liquidation', `${kind} step`);
    if (event.fromFund > 0) this.#coverage.count('liquidation', 'paid by the fund');
    if (event.fromDeleveraging > 0) this.#coverage.count('liquidation', 'charged to closed out');
    if (event.fromSocialised > 0) this.#coverage.count('liquidation', 'loss socialised');
  }

  /** Who paid what in a step, and in which order. */
  #paid(event: LiquidationStepped): void {
    const { cash, receipts, shares, fund } = this.#in(event.currency);
    const {
      kind,
      before,
      accountId,
      fromFund,
      fromDeleveraging,
      fromSocialised,
      fee,
      after,
      currency,
    } = event;
    const toFund = kind === 'slice' ? fee : 0;
    hold(
      fund === toFund - fromFund,
      'the fund pays and takes as told',
      () => `${fund} ${show(event)}`,
    );
    const viaFund = (cash.get('insurance') ?? 0) + (cash.get('liquidation-fee') ?? 0);
    hold(viaFund === 0 - fund, 'what the fund pays somebody gets', () => `${viaFund} ${fund}`);
    const charges = receipts.reduce((sum, { charge }) => sum + charge, 0);
    hold(charges === fromDeleveraging, 'receipts add up', () => `${charges} ${show(event)}`);
    const shared = shares.reduce((sum, { charge }) => sum + charge, 0);
    hold(shared === fromSocialised, 'shared losses add up', () => `${shared} ${show(event)}`);
    const left = this.#cash.insurance.get(currency) ?? 0;
    hold(
      fromDeleveraging + fromSocialised === 0 || left === 0,
      'the fund pays before others do',
      () => `${left} ${show(event)}`,
    );
    const cross = this.#isCross(accountId);
    if (fromFund + charges + shared > 0) {
      const lacks = before.netEquity <= 0;
      hold(lacks, 'others pay only where the whole account lacks', () => show(event));
      const whole = after.netEquity <= (cross ? this.#solvency.unitsIn(currency) : 0);
      hold(whole || kind !== 'deleveraging', 'nobody is made more than whole', () => show(event));
    }
    const converted = this.#conversions.every((each) => each.liquidationId === event.liquidationId);
    hold(converted, 'conversions are of a step', () => show(this.#conversions));
    const may = this.#conversions.length === 0 || before.netEquity < 0;
    hold(may, 'collateral is converted where nothing is left', () => show(event));
    this.#conversions = [];
    this.#sharedFairly(shares);
    const owing = kind === 'deleveraging' && !cross && after.netEquity < 0;
    this.#payers.check({
      liquidatedId: accountId,
      currency,
      fromSocialised,
      receipts,
      shares,
      owing,
    });
    this.#coverage.count('liquidation', 'deleveraged', receipts.length);
    cash.delete('insurance');
    cash.delete('liquidation-fee');
    for (const reason of settled) {
      hold((cash.get(reason) ?? 0) === 0, 'liquidations conserve cash', () => show(event));
    }
    this.#since.delete(event.currency);
  }

  /** In proportion to gains, but for the unit that rounding gives or takes. */
  #sharedFairly(shares: readonly LossSocialised[]): void {
    const gains = shares.reduce((sum, { gain }) => sum + gain, 0);
    const loss = shares.reduce((sum, { charge }) => sum + charge, 0);
    for (const share of shares) {
      const exact = (share.gain / gains) * loss;
      const near = Math.abs(share.charge - exact) <= 1 + shares.length + exact * 1e-9;
      hold(near, 'a loss is shared in proportion', () => `${show(share)} of ${loss} in ${gains}`);
    }
  }

  #end(event: LiquidationEnded): void {
    this.#openOf(event);
    const { liquidationId, accountId, currency, outcome, state } = event;
    this.#open.delete(liquidationId);
    for (const each of this.#isCross(accountId) ? currencies : [currency]) {
      this.#debts.delete(`${accountId}:${each}`);
    }
    this.#coverage.count('liquidation', `ended ${outcome}`);
    this.#check(accountId, currency, state);
    const { marginEquity, maintenance, netEquity } = state;
    if (outcome === 'restored') {
      const covered = marginEquity >= maintenance;
      hold(covered, 'restored accounts cover their margin', () => show(event));
    } else {
      // Where nobody can pay, closing alone shrinks no shortfall: a debt may keep its positions.
      const kept = outcome === 'debt' && maintenance > 0;
      const whole = (kept || maintenance === 0) && (outcome === 'debt') === netEquity < 0;
      hold(whole, 'a loss is borne to the unit', () => show(event));
      hold(!kept || !this.#closedNow.has(liquidationId), 'what is closed is closed whole', () =>
        show(event),
      );
      const fund = this.#cash.insurance.get(currency) ?? 0;
      hold(outcome === 'closed' || fund === 0, 'no debt stands beside a fund', () => show(event));
      if (kept) this.#coverage.count('liquidation', 'debt with positions');
      const unpaid = outcome === 'debt' && !this.#closedNow.has(liquidationId);
      if (unpaid && !this.#isCross(accountId)) this.#payers.checkUnpaid(accountId, currency);
      // With positions it is to begin anew, as for anybody who lacks margin.
      if (outcome === 'debt' && !kept) this.#debts.set(`${accountId}:${currency}`, netEquity);
    }
  }
}

/** In exact integers: the ratio rises, or the shortfall shrinks, or nothing is needed any more. */
const improves = (before: MarginState, after: MarginState): boolean => {
  if (after.maintenance === 0 && after.netEquity >= 0) return true;
  if (before.netEquity > 0 && before.marginEquity > 0) {
    const kept = BigInt(before.marginEquity) * BigInt(after.maintenance);
    return BigInt(after.marginEquity) * BigInt(before.maintenance) > kept;
  }
  const grew =
    before.netEquity > 0
      ? after.marginEquity > before.marginEquity
      : after.netEquity > before.netEquity;
  return grew && after.maintenance <= before.maintenance;
};
