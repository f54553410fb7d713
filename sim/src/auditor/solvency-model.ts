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
  type MarginModel,
  type MarginState,
  recommendedMargin,
} from '@openstrike/domain';
import { type Own, OwnModel, type OwnParts } from './own-model.ts';
import { type Leg, type PortfolioFigures, PortfolioModel } from './portfolio-model.ts';
import { StandardModel } from './standard-model.ts';
import { StressModel } from './stress-model.ts';
import { hold, show } from './violation.ts';

const minorOf = { BTC: 1e8, ETH: 1e8, USDC: 1e6 } as const;
const underlyings = ['BTC', 'ETH'] as const;

/** Of all that is held: the noise of doubles. */
const noise = 1e-11;

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

/** All currencies of an account together, in dollars. */
interface Crossed {
  /** In the order of `currencies`. */
  readonly owns: readonly Own[];
  readonly equity: number;
  /** With the value of options, whatever the model. */
  readonly whole: number;
  readonly haircut: number;
  readonly initial: number;
  readonly alone: number;
  readonly maintenance: number;
  readonly slack: number;
  readonly exact: boolean;
}

export class SolvencyModel {
  readonly #parts: OwnParts;
  readonly #standard: StandardModel;
  readonly #portfolio: PortfolioModel;
  readonly #stress: StressModel;
  readonly #models = new Map<AccountId, MarginModel>();
  readonly #owns: OwnModel;
  /** What was worked out of all currencies of an account since the last event. */
  readonly #crossed = new Map<AccountId, Crossed | null>();

  constructor(parts: OwnParts) {
    this.#parts = parts;
    this.#owns = new OwnModel(parts);
    this.#standard = new StandardModel(parts.facts, parts.market);
    const stress = new StressModel(parts.facts, parts.market);
    this.#stress = stress;
    this.#portfolio = new PortfolioModel(parts.facts, parts.market, (name) => stress.factor(name));
  }

  model(accountId: AccountId): MarginModel {
    return this.#models.get(accountId) ?? 'segregated-standard';
  }

  take(event: Event, applied: Applied): void {
    this.#crossed.clear();
    if (event.type === 'account-changed') this.#models.set(event.accountId, event.marginModel);
    if (event.type === 'index-changed') this.#stress.begin();
    if (event.type === 'settlement-closed') this.#stress.settled();
    if (event.type === 'stress-changed') this.#stress.told(event);
    this.#owns.take(event, applied);
  }

  close(): void {
    this.#stress.close();
    this.#owns.close();
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
    if (model === 'cross-standard' || model === 'cross-portfolio') {
      return this.#cross(accountId, currency, model === 'cross-portfolio');
    }
    const [own] = this.#owns.of(accountId, [currency]);
    if (own === undefined || own === null) return null;
    return model === 'segregated-standard'
      ? this.#segregatedStandard(own)
      : this.#segregatedPortfolio(currency, own);
  }

  /** What an account has in one currency; null where a mark is missing. */
  own(accountId: AccountId, currency: Currency): Own | null {
    const [own] = this.#owns.of(accountId, [currency]);
    return own ?? null;
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
    const { initialAlone, initial, maintenance } = this.#standard.margins(own.legs, false);
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

  #cross(accountId: AccountId, currency: Currency, portfolio: boolean): WorkedMargin | null {
    let sum = this.#crossed.get(accountId);
    if (sum === undefined) {
      sum = this.#crossSum(accountId, portfolio);
      this.#crossed.set(accountId, sum);
    }
    if (sum === null) return null;
    const asked = sum.owns[currencies.indexOf(currency)] as Own;
    return {
      equity: this.#minor(currency, sum.equity),
      net: asked.balance + asked.options,
      whole: this.#minor(currency, sum.whole),
      initial: this.#minor(currency, sum.initial + sum.haircut),
      orders: this.#minor(currency, sum.initial - sum.alone),
      maintenance: this.#minor(currency, sum.maintenance),
      slack: asked.slack + 2 * this.#minor(currency, 2 * sum.slack),
      margins: sum.exact,
    };
  }

  #crossSum(accountId: AccountId, portfolio: boolean): Crossed | null {
    const owns = this.#owns.of(accountId, currencies);
    if (!owns.every((own) => own !== null)) return null;
    const sum = {
      equity: 0,
      whole: 0,
      haircut: 0,
      initial: 0,
      alone: 0,
      maintenance: 0,
      slack: 0,
    };
    let loss = 0;
    currencies.forEach((each, no) => {
      const own = owns[no] as Own;
      const worth = this.#usd(each, own.balance + (portfolio ? own.options : 0));
      const collateral = this.#collateral(each);
      const counted = counts(collateral, worth, 0);
      sum.equity += counted;
      sum.whole += counts(collateral, this.#usd(each, own.balance + own.options), 0);
      sum.haircut += counted - counts(collateral, worth, collateral.initialHaircut);
      sum.slack +=
        this.#usd(each, own.slack) + own.stepUsd + noise * (own.grossUsd + Math.abs(worth));
      loss += this.#usd(each, own.lossAtOnce);
      if (portfolio) return;
      const margins = this.#standard.margins(own.legs, true);
      // Premiums that cash cannot pay become a debt, which counts for more than it is.
      const debt = Math.max(0, own.premium - Math.max(0, own.balance)) * collateral.debtMarkup;
      sum.initial += this.#usd(each, margins.initial + own.premium + debt);
      sum.alone += this.#usd(each, margins.initialAlone);
      sum.maintenance += this.#usd(each, margins.maintenance);
    });
    if (!portfolio) return { owns, exact: true, ...sum };
    const legs = owns.flatMap((own) => own.legs);
    const { initial, initialAlone: alone, maintenance, exact } = this.#pool(legs, false, loss);
    return { owns, exact, ...sum, initial, alone, maintenance };
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
    const stress = Math.min(...underlyings.map((name) => this.#stress.factor(name)));
    return stress * Math.max(0, apart - Math.min(apart, together + beyond));
  }
}

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
