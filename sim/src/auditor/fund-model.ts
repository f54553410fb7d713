// Fund model: what an insurance fund has to aim at: the sum of the largest shortfalls that accounts
// would have in the worst of the moves that the table states, each revalued in full from the marks.
// Source of the rule: docs/decisions/liquidation.md.
import {
  type AccountId,
  type Currency,
  currencies,
  type FundStressParameters,
  type Instrument,
  type InsuranceView,
  minorPerUnit,
  usPerYear,
} from '@openstrike/domain';
import { putValue } from './black76-model.ts';
import type { CashModel } from './cash-model.ts';
import { type ContractFactsTable, valueAtPrice } from './contract-facts.ts';
import type { Mark, MarketFacts } from './market-facts.ts';
import type { PositionModel } from './position-model.ts';
import type { SolvencyModel } from './solvency-model.ts';
import { hold, show } from './violation.ts';

export interface FundParts {
  readonly facts: ContractFactsTable;
  readonly market: MarketFacts;
  readonly cash: CashModel;
  readonly positions: PositionModel;
  readonly solvency: SolvencyModel;
  readonly stressOf: (currency: Currency) => FundStressParameters;
}

/** An amount, and how far off it may be. */
interface Worked {
  readonly amount: number;
  readonly slack: number;
}

/** Of what positions are worth: the noise of two ways to price an option. */
const noise = 1e-9;

export class FundModel {
  readonly #parts: FundParts;

  constructor(parts: FundParts) {
    this.#parts = parts;
  }

  /** Holds what is published of the funds; `nowUs` is the time of the last command. */
  check(views: readonly InsuranceView[], nowUs: number): void {
    for (const { currency, balance, target } of views) {
      hold(balance === (this.#parts.cash.insurance.get(currency) ?? 0), 'funds are told', () =>
        show(views),
      );
      const worked = this.#target(currency, nowUs);
      if (worked === null) continue;
      hold(
        Math.abs(target - worked.amount) <= worked.slack,
        'a fund aims at the largest stressed shortfalls',
        () => `${currency}: told ${target}, worked out ${show(worked)}`,
      );
    }
  }

  /** Null where something that is held has no mark. */
  #target(currency: Currency, nowUs: number): Worked | null {
    const { cash } = this.#parts;
    const stress = this.#parts.stressOf(currency);
    const shortfalls: Worked[] = [];
    for (const [accountId] of cash.balancesIn(currency)) {
      const shortfall = this.#shortfall(accountId, currency, stress, nowUs);
      if (shortfall === null) return null;
      shortfalls.push(shortfall);
    }
    shortfalls.sort((a, b) => b.amount - a.amount);
    const largest = shortfalls.slice(0, stress.accounts);
    // Which accounts are the largest is within the slack, too.
    const slack = stress.accounts * Math.max(0, ...shortfalls.map((each) => each.slack));
    return { amount: largest.reduce((sum, { amount }) => sum + amount, 0), slack: 2 + slack };
  }

  #shortfall(
    accountId: AccountId,
    currency: Currency,
    { moves, volatilityUp }: FundStressParameters,
    nowUs: number,
  ): Worked | null {
    const { solvency } = this.#parts;
    const worked = solvency.work(accountId, currency);
    if (worked === null) return null;
    const cross = solvency.model(accountId).startsWith('cross');
    let amount = 0;
    let slack = 0;
    for (const move of moves) {
      let inIt = worked.net;
      let altogether = worked.whole;
      let gross = Math.abs(inIt) + Math.abs(altogether);
      for (const each of cross ? currencies : [currency]) {
        const change = this.#change(accountId, each, move, volatilityUp, nowUs);
        if (each === currency) inIt += change.amount;
        altogether += this.#in(each, currency, change.amount);
        gross += this.#in(each, currency, change.slack);
      }
      amount = Math.max(amount, -Math.max(inIt, altogether));
      slack = Math.max(slack, noise * gross);
    }
    return { amount, slack: worked.slack + slack };
  }

  /** What an account's positions in a currency gain, and what they are worth by their size. */
  #change(
    accountId: AccountId,
    currency: Currency,
    move: number,
    volatilityUp: number,
    nowUs: number,
  ): Worked {
    const { facts, market, positions } = this.#parts;
    let amount = 0;
    let slack = 0;
    for (const { instrumentId, lots } of positions.ofAccount(accountId)) {
      const { instrument } = facts.get(instrumentId);
      const mark = market.marks.get(instrumentId);
      if (lots === 0 || instrument.settlementCurrency !== currency || mark === undefined) continue;
      const stressed = stressedPrice(instrument, mark, move, volatilityUp, nowUs);
      const before = worthOf(instrument, lots, mark.price);
      const after = worthOf(instrument, lots, stressed);
      amount += after - before;
      slack += Math.abs(before) + Math.abs(after);
    }
    return { amount, slack };
  }

  /** Minor units of one currency in those of another at the dollar indexes; 0 where it has none. */
  #in(from: Currency, to: Currency, amount: number): number {
    if (from === to || amount === 0) return amount;
    const { solvency } = this.#parts;
    const usd = solvency.converted(to, 1).usd;
    return usd === 0 ? 0 : (amount * solvency.converted(from, 1).usd) / usd;
  }
}

/** Price of an instrument, in its unit, after a move of what it stands on. */
const stressedPrice = (
  { kind, strike, optionType, expiryUs, payoff }: Instrument,
  { price, underlying, iv }: Mark,
  move: number,
  volatilityUp: number,
  nowUs: number,
): number => {
  if (kind !== 'option') return price * (1 + move);
  const forward = underlying * (1 + move);
  const years = Math.max(0, (expiryUs ?? 0) - nowUs) / usPerYear;
  const put = putValue(forward, strike ?? 0, years, iv * (1 + volatilityUp));
  const usd = optionType === 'call' ? put + forward - (strike ?? 0) : put;
  return payoff === 'inverse' ? usd / forward : usd;
};

const worthOf = (instrument: Instrument, lots: number, price: number): number => {
  const { kind, lot, settlementCurrency } = instrument;
  return kind === 'option'
    ? (lots * lot.num * minorPerUnit[settlementCurrency] * price) / lot.den
    : valueAtPrice(instrument, lots, price);
};
