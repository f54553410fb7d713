// Solvency model: what an account has and needs under each of the four margin models, worked out
// from its cash, positions, open orders, the marks and the tables, in the slow and obvious way.
// Segregated models count one currency; cross ones all of them after haircuts, said in the currency
// asked about. Invariant: what the engine says of an account is this but for its roundings, which
// are allowed for: a unit for each leg, and the step that results per lot are rounded to.
import {
  type AccountId,
  type AccountSummary,
  type Applied,
  type CollateralParameters,
  type Currency,
  currencies,
  type Event,
  type Instrument,
  type InstrumentId,
  type MarginModel,
  type MarginState,
  recommendedMargin,
} from '@openstrike/domain';
import type { CashModel } from './cash-model.ts';
import { type ContractFactsTable, valueAtPrice, wholeValueAt } from './contract-facts.ts';
import type { MarketFacts } from './market-facts.ts';
import type { OrderModel } from './order-model.ts';
import { type Leg, type PortfolioFigures, PortfolioModel } from './portfolio-model.ts';
import type { PositionModel } from './position-model.ts';
import { StandardModel } from './standard-model.ts';
import { hold, show } from './violation.ts';

const minorOf = { BTC: 1e8, ETH: 1e8, USDC: 1e6 } as const;
const underlyings = ['BTC', 'ETH'] as const;

/** Of the notional of a perpetual: the most that funding may have moved equity by unseen. */
const fundingMax = 0.03;
/** Dollars a lot that the published step may move a margin by. */
const stepPerLot = 2e-6;
/** Of all that is held: the noise of doubles. */
const noise = 1e-11;

/** What an account has in one currency, in minor units. */
interface Own {
  readonly legs: readonly Leg[];
  /** Cash and session profit, without the value of options. */
  readonly balance: number;
  readonly options: number;
  /** Premiums that open buys of options would pay. */
  readonly premium: number;
  /** What open orders lose against the marks as they fill. */
  readonly lossAtOnce: number;
  /** How far off that may be. */
  readonly slack: number;
  /** Dollars that the step may move a portfolio margin by. */
  readonly stepUsd: number;
  readonly grossUsd: number;
}

export interface WorkedMargin {
  readonly equity: number;
  /** Cash, session profit and options of the currency alone. */
  readonly net: number;
  /** What would be left of all that is margined together, everything at its mark. */
  readonly whole: number;
  /** Open orders included. */
  readonly initial: number;
  readonly orders: number;
  readonly maintenance: number;
  /** How far apart the figures may be. */
  readonly slack: number;
  /** Whether the margins are known, or only the equity. */
  readonly margins: boolean;
}

interface Charged {
  readonly sessionFunding: number;
  /** Of a lot, up to its last change; null where that is not known. */
  readonly paidPerLot: number | null;
}

export interface SolvencyParts {
  readonly facts: ContractFactsTable;
  readonly market: MarketFacts;
  readonly cash: CashModel;
  readonly positions: PositionModel;
  readonly orders: OrderModel;
}

export class SolvencyModel {
  readonly #parts: SolvencyParts;
  readonly #standard: StandardModel;
  readonly #portfolio: PortfolioModel;
  readonly #models = new Map<AccountId, MarginModel>();
  readonly #charged = new Map<string, Charged>();
  /** In the present command: when an instrument last traded, and what was settled. */
  readonly #tradedUs = new Map<InstrumentId, number>();
  readonly #settled = new Set<string>();

  constructor(parts: SolvencyParts) {
    this.#parts = parts;
    this.#standard = new StandardModel(parts.facts, parts.market);
    this.#portfolio = new PortfolioModel(parts.facts, parts.market);
  }

  model(accountId: AccountId): MarginModel {
    return this.#models.get(accountId) ?? 'segregated-standard';
  }

  take(event: Event, applied: Applied): void {
    if (event.type === 'account-changed') this.#models.set(event.accountId, event.marginModel);
    if (event.type === 'trade') this.#tradedUs.set(event.instrumentId, event.tsUs);
    if (event.type === 'position-settled') {
      this.#settled.add(`${event.accountId}:${event.instrumentId}`);
    }
    if (event.type !== 'position-changed') return;
    const { accountId, instrumentId, sessionFunding } = event;
    const { instrument } = this.#parts.facts.get(instrumentId);
    if (instrument.kind !== 'perpetual') return;
    const key = `${accountId}:${instrumentId}`;
    const atUs = this.#tradedUs.get(instrumentId) ?? applied.tsUs;
    const known = !this.#settled.has(key);
    const paidPerLot = known ? this.#parts.market.paidPerLotAt(instrument, atUs) : null;
    this.#charged.set(key, { sessionFunding, paidPerLot });
  }

  close(): void {
    this.#tradedUs.clear();
    this.#settled.clear();
  }

  /** Holds what a liquidation says of an account against what is worked out. */
  check(accountId: AccountId, currency: Currency, told: MarginState): void {
    const worked = this.work(accountId, currency);
    if (worked === null) return;
    const what = (): string =>
      `account ${accountId} ${currency} ${this.model(accountId)}: ` +
      `told ${show(told)}, worked out ${show(worked)}`;
    const near = (a: number, b: number): boolean => Math.abs(a - b) <= worked.slack;
    hold(
      near(told.netEquity, worked.whole) && near(told.marginEquity, worked.equity),
      'equity is cash and positions at their marks',
      what,
    );
    const right = !worked.margins || near(told.maintenance, worked.maintenance);
    hold(right, 'maintenance margin is that of the legs', what);
  }

  /** Holds a summary against what is worked out. */
  checkSummary(told: AccountSummary): void {
    const { accountId, currency } = told;
    const worked = this.work(accountId, currency);
    if (worked === null) return;
    const what = (): string =>
      `account ${accountId} ${currency} ${this.model(accountId)}: ` +
      `told ${show(told)}, worked out ${show(worked)}`;
    const near = (a: number, b: number): boolean => Math.abs(a - b) <= worked.slack;
    hold(told.marginModel === this.model(accountId), 'margin models are those told', what);
    hold(near(told.marginBalance, worked.equity), 'equity is what is held at its marks', what);
    hold(near(told.equity, worked.net), 'equity is cash and positions at their marks', what);
    if (!worked.margins) return;
    hold(
      near(told.maintenanceMargin, worked.maintenance),
      'maintenance margin is that of the model in force',
      what,
    );
    hold(
      near(told.initialMargin, worked.initial) && near(told.openOrdersMargin, worked.orders),
      'initial margin is that of the model in force',
      what,
    );
  }

  /** All figures; null where a mark is missing. */
  work(accountId: AccountId, currency: Currency): WorkedMargin | null {
    const model = this.model(accountId);
    const own = this.#own(accountId, currency);
    if (own === null) return null;
    switch (model) {
      case 'segregated-standard':
        return this.#segregatedStandard(own);
      case 'segregated-portfolio':
        return this.#segregatedPortfolio(currency, own);
      default:
        return this.#cross(accountId, currency, own, model === 'cross-portfolio');
    }
  }

  /** Dollars that an amount counts for at the index, and the haircut that its currency has. */
  converted(currency: Currency, minor: number): { readonly usd: number; readonly haircut: number } {
    return { usd: this.#usd(currency, minor), haircut: this.#collateral(currency).haircut };
  }

  /** A unit of each currency, in units of one: as near as payments can come. */
  unitsIn(currency: Currency): number {
    return currencies.reduce((sum, each) => sum + this.#minor(currency, 2 * this.#usd(each, 1)), 1);
  }

  #priceOf(currency: Currency): number {
    return currency === 'USDC' ? 1 : this.#parts.market.coinPrice(currency);
  }

  #usd(currency: Currency, minor: number): number {
    return (minor / minorOf[currency]) * this.#priceOf(currency);
  }

  /** Dollars in minor units; nothing where the currency has no price yet. */
  #minor(currency: Currency, usd: number): number {
    const price = this.#priceOf(currency);
    return price === 0 ? 0 : (usd / price) * minorOf[currency];
  }

  #segregatedStandard(own: Own): WorkedMargin {
    const { initialAlone, initial, maintenance } = this.#standard.margins(own.legs);
    return {
      equity: own.balance,
      net: own.balance + own.options,
      whole: own.balance + own.options,
      initial: initial + own.premium,
      orders: initial - initialAlone + own.premium,
      maintenance,
      slack: own.slack,
      margins: true,
    };
  }

  #segregatedPortfolio(currency: Currency, own: Own): WorkedMargin {
    const inCoin = currency !== 'USDC';
    const loss = this.#usd(currency, own.lossAtOnce);
    const { initial, initialAlone, maintenance, exact } = this.#pool(own.legs, inCoin, loss);
    const net = own.balance + own.options;
    const step = this.#minor(currency, own.stepUsd + noise * own.grossUsd);
    return {
      equity: net,
      net,
      whole: net,
      initial: this.#minor(currency, initial),
      orders: this.#minor(currency, initial - initialAlone),
      maintenance: this.#minor(currency, maintenance),
      slack: own.slack + 2 * step,
      margins: exact,
    };
  }

  #cross(
    accountId: AccountId,
    currency: Currency,
    asked: Own,
    portfolio: boolean,
  ): WorkedMargin | null {
    const sum = {
      equity: 0,
      whole: 0,
      haircut: 0,
      initial: 0,
      alone: 0,
      maintenance: 0,
      loss: 0,
      slack: 0,
    };
    const legs: Leg[] = [];
    for (const each of currencies) {
      const own = each === currency ? asked : this.#own(accountId, each);
      if (own === null) return null;
      const worth = this.#usd(each, own.balance + (portfolio ? own.options : 0));
      const collateral = this.#collateral(each);
      const counted = counts(collateral, worth, 0);
      sum.equity += counted;
      sum.whole += counts(collateral, this.#usd(each, own.balance + own.options), 0);
      sum.haircut += counted - counts(collateral, worth, collateral.initialHaircut);
      sum.slack +=
        this.#usd(each, own.slack) + own.stepUsd + noise * (own.grossUsd + Math.abs(worth));
      sum.loss += this.#usd(each, own.lossAtOnce);
      legs.push(...own.legs);
      if (portfolio) continue;
      const margins = this.#standard.margins(own.legs);
      sum.initial += this.#usd(each, margins.initial + own.premium);
      sum.alone += this.#usd(each, margins.initialAlone);
      sum.maintenance += this.#usd(each, margins.maintenance);
    }
    let exact = true;
    if (portfolio) {
      const pool = this.#pool(legs, false, sum.loss);
      sum.initial = pool.initial;
      sum.alone = pool.initialAlone;
      sum.maintenance = pool.maintenance;
      exact = pool.exact;
    }
    return {
      equity: this.#minor(currency, sum.equity),
      net: asked.balance + asked.options,
      whole: this.#minor(currency, sum.whole),
      initial: this.#minor(currency, sum.initial + sum.haircut),
      orders: this.#minor(currency, sum.initial - sum.alone),
      maintenance: this.#minor(currency, sum.maintenance),
      slack: asked.slack + 2 * this.#minor(currency, 2 * sum.slack),
      margins: exact,
    };
  }

  #collateral(currency: Currency): CollateralParameters {
    const { tables } = this.#parts.facts;
    if (currency !== 'USDC') {
      return (tables.get(currency)?.margin ?? recommendedMargin(currency)).collateral;
    }
    const [first] = tables.values();
    return (first?.margin ?? recommendedMargin('BTC')).stableCollateral;
  }

  /** The portfolio margin of legs over all underlyings, in dollars. */
  #pool(
    legs: readonly Leg[],
    inCoin: boolean,
    lossAtOnce: number,
  ): { initial: number; initialAlone: number; maintenance: number; exact: boolean } {
    const held = underlyings.filter((name) =>
      legs.some(({ instrument }) => instrument.underlying === name),
    );
    const exact = held.every((name) => this.#portfolio.isExact(name));
    if (!exact) return { initial: 0, initialAlone: 0, maintenance: 0, exact };
    const figures = held.map((name) =>
      this.#portfolio.margins(
        name,
        inCoin,
        legs.filter(({ instrument }) => instrument.underlying === name),
      ),
    );
    const alone = figures.map((each) => each.alone);
    const full = figures.map((each) => each.full);
    const offAlone = inCoin ? 0 : this.#setOff(alone);
    const off = inCoin ? 0 : this.#setOff(full);
    const share = Math.min(
      ...underlyings.map((name) => this.#portfolio.parameters(name).charges.maintenanceShare),
    );
    const sum = (all: readonly PortfolioFigures[], name: 'initial' | 'maintenance'): number =>
      all.reduce((total, one) => total + one[name], 0);
    const initialAlone = sum(alone, 'initial') - offAlone;
    return {
      initialAlone,
      initial: Math.max(initialAlone, sum(full, 'initial') - off) + lossAtOnce,
      maintenance: sum(alone, 'maintenance') - share * offAlone,
      exact,
    };
  }

  /** What gains of one underlying take off the losses of another, in the same scenario. */
  #setOff(figures: readonly PortfolioFigures[]): number {
    const [first, second] = figures;
    if (first === undefined || second === undefined) return 0;
    const sections = underlyings.map((name) => this.#portfolio.parameters(name));
    const share = Math.min(...sections.map(({ crossOffset }) => crossOffset));
    const most = Math.min(...sections.map(({ crossOffsetMaxUsd }) => crossOffsetMaxUsd));
    const apart = first.scan + second.scan;
    if (apart === 0 || first.even.length !== second.even.length) return 0;
    let together = 0;
    let worstFirst = 0;
    let worstSecond = 0;
    for (let s = 0; s < first.even.length; s++) {
      const one = first.even[s] as number;
      const other = second.even[s] as number;
      const losses = Math.max(0, -one) + Math.max(0, -other);
      const gains = Math.max(0, one) + Math.max(0, other);
      worstFirst = Math.max(worstFirst, -one);
      worstSecond = Math.max(worstSecond, -other);
      together = Math.max(together, losses - Math.min(share * gains, most, losses));
    }
    // What each lost beyond its own even grid is not set off.
    const beyond = Math.max(0, apart - worstFirst - worstSecond);
    return Math.max(0, apart - Math.min(apart, together + beyond));
  }

  /** What an account has in a currency; null where something held has no mark. */
  #own(accountId: AccountId, currency: Currency): Own | null {
    const { facts, market, cash, positions, orders } = this.#parts;
    const legs = new Map<InstrumentId, { lots: number; buyLots: number; sellLots: number }>();
    const own = {
      balance: cash.balance(accountId, currency),
      options: 0,
      premium: 0,
      lossAtOnce: 0,
      slack: 3,
      stepUsd: 0,
      grossUsd: 0,
    };
    for (const { instrumentId, lots, base } of positions.ofAccount(accountId)) {
      const { instrument } = facts.get(instrumentId);
      if (instrument.settlementCurrency !== currency) continue;
      if (lots !== 0) legs.set(instrumentId, { lots, buyLots: 0, sellLots: 0 });
      const price = market.marks.get(instrumentId)?.price ?? Number.NaN;
      if (lots !== 0 && Number.isNaN(price)) return null;
      own.slack += 3;
      const value = lots === 0 ? 0 : worthOf(instrument, lots, price);
      if (instrument.kind === 'option') own.options += value;
      else own.balance += value - base;
      if (instrument.kind !== 'perpetual') continue;
      const charged = this.#charged.get(`${accountId}:${instrumentId}`);
      own.balance += charged?.sessionFunding ?? 0;
      const since = market.paidPerLot(instrument) - (charged?.paidPerLot ?? 0);
      const known = charged !== undefined && charged.paidPerLot !== null;
      if (known) own.balance -= lots * since;
      else own.slack += fundingMax * Math.abs(value);
    }
    for (const order of orders.ofAccount(accountId)) {
      const { instrumentId, side, priceTicks, status, reduceOnly } = order;
      if (status !== 'open' || priceTicks === 0 || reduceOnly) continue;
      const { instrument } = facts.get(instrumentId);
      if (instrument.settlementCurrency !== currency) continue;
      const lots = order.sizeLots - order.filledLots;
      const leg = legs.get(instrumentId) ?? { lots: 0, buyLots: 0, sellLots: 0 };
      legs.set(instrumentId, leg);
      if (side === 'buy') leg.buyLots += lots;
      else leg.sellLots += lots;
      const price = market.marks.get(instrumentId)?.price ?? Number.NaN;
      if (Number.isNaN(price)) return null;
      own.slack += 1;
      const cost = wholeValueAt(instrument, side === 'buy' ? lots : -lots, priceTicks);
      const worth = worthOf(instrument, side === 'buy' ? lots : -lots, price);
      own.lossAtOnce += Math.max(0, cost - worth);
      if (instrument.kind === 'option' && side === 'buy') own.premium += cost;
    }
    const all = [...legs].map(([id, leg]) => ({ instrument: facts.get(id).instrument, ...leg }));
    for (const { instrument, lots, buyLots, sellLots } of all) {
      const { lot, kind, payoff, underlying } = instrument;
      const size = Math.abs(lots) + buyLots + sellLots;
      const dollars = kind !== 'option' && payoff === 'inverse' ? 1 : market.coinPrice(underlying);
      own.stepUsd += stepPerLot * size;
      own.grossUsd += (size * lot.num * dollars) / lot.den;
      own.slack += 3;
    }
    return { legs: all, ...own };
  }
}

/** Minor units that signed lots are worth at a mark. */
const worthOf = (instrument: Instrument, lots: number, price: number): number => {
  const { kind, lot, settlementCurrency } = instrument;
  return kind === 'option'
    ? (lots * lot.num * minorOf[settlementCurrency] * price) / lot.den
    : valueAtPrice(instrument, lots, price);
};

/**
 * What dollars of an asset count for: less a haircut, and ever less of what lies beyond the
 * concentration's beginning; a debt counts for more.
 */
const counts = (
  { haircut, concentrationFromUsd, concentrationScaleUsd, debtMarkup }: CollateralParameters,
  usd: number,
  extra: number,
): number => {
  if (usd <= 0) return usd * (1 + debtMarkup);
  const share = Math.max(0, 1 - haircut - extra);
  const beyond = Math.max(0, usd - concentrationFromUsd);
  const upTo = Math.min(beyond, share * concentrationScaleUsd);
  // The marginal share falls evenly to nothing over the scale.
  const lost = (upTo * upTo) / 2 / concentrationScaleUsd;
  return share * (Math.min(usd, concentrationFromUsd) + upTo) - lost;
};
