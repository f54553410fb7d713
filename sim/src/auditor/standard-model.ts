// Standard model: Deribit's standard margin of what an account holds in one currency, leg by leg,
// and per expiry no more than what the options can lose at all: dollars, or where they settle in
// coin and the table says so, coins, with what is lost below a floor counted at the floor.
// Initial margin with open orders at their worst. Source: Deribit, standard margin; Derive,
// standard manager; risk reference 1.1, 1.11 and 1.16.
import {
  type CoinLossParameters,
  type ContractFamily,
  type FutureMarginParameters,
  type Instrument,
  type OptionMarginParameters,
  recommendedMargin,
} from '@openstrike/domain';
import type { ContractFactsTable } from './contract-facts.ts';
import type { Mark, MarketFacts } from './market-facts.ts';
import type { Leg } from './portfolio-model.ts';

const minorOf = { BTC: 1e8, ETH: 1e8, USDC: 1e6 } as const;

/** Minor units; each rounded up once per leg or expiry by the engine, here not at all. */
export interface StandardFigures {
  readonly initialAlone: number;
  /** Open orders included, but for premiums of open buys. */
  readonly initial: number;
  readonly maintenance: number;
}

interface Sum {
  initialAlone: number;
  initial: number;
  maintenance: number;
}

const coinsOf = ({ lot }: Instrument, lots: number): number => (lots * lot.num) / lot.den;

export class StandardModel {
  readonly #facts: ContractFactsTable;
  readonly #market: MarketFacts;

  constructor(facts: ContractFactsTable, market: MarketFacts) {
    this.#facts = facts;
    this.#market = market;
  }

  /** The margins of all legs, which settle in one currency and have marks. */
  margins(legs: readonly Leg[], cross: boolean): StandardFigures {
    const sum: Sum = { initialAlone: 0, initial: 0, maintenance: 0 };
    const sets = new Map<string, Leg[]>();
    for (const leg of legs) {
      const { kind, payoff, indexName, expiryUs } = leg.instrument;
      if (kind === 'option' && (payoff === 'linear' || this.#coinLoss(leg.instrument))) {
        const key = `${indexName}:${expiryUs}`;
        sets.set(key, [...(sets.get(key) ?? []), leg]);
      } else if (kind === 'option') {
        this.#addOption(leg, sum);
      } else {
        this.#addFuture(leg, sum);
      }
    }
    for (const set of sets.values()) this.#addSet(set, sum, cross);
    return sum;
  }

  #terms({ family, termsKey }: Instrument): unknown {
    const terms = (this.#facts.family({ family } as Instrument) as ContractFamily)[termsKey];
    return terms?.margin;
  }

  #coinLoss(instrument: Instrument): CoinLossParameters | undefined {
    return (this.#terms(instrument) as OptionMarginParameters).coinLoss;
  }

  #addOption(leg: Leg, sum: Sum): void {
    const { instrument, lots, sellLots } = leg;
    const { initial, maintenance } = this.#short(instrument);
    const unit = minorOf[instrument.settlementCurrency];
    const sold = (size: number): number => Math.max(0, -coinsOf(instrument, size)) * unit;
    sum.initialAlone += sold(lots) * initial;
    sum.initial += sold(lots - sellLots) * initial;
    sum.maintenance += sold(lots) * maintenance;
  }

  /** Of one coin sold: in coins, or in dollars where that is what it settles in. */
  #short(instrument: Instrument): { readonly initial: number; readonly maintenance: number } {
    const { id, payoff, optionType, strike, indexName } = instrument;
    const parameters = this.#terms(instrument) as OptionMarginParameters;
    const { price, underlying } = this.#market.marks.get(id) as Mark;
    const inverse = payoff === 'inverse';
    const spot = inverse ? underlying : (this.#market.indexes.get(indexName)?.usd ?? 0);
    const unit = inverse ? 1 : spot;
    const call = optionType === 'call';
    const out = Math.max(0, call ? (strike ?? 0) - spot : spot - (strike ?? 0)) / spot;
    const rate = Math.max(parameters.initialRate - out, parameters.initialRateMin);
    const kept = parameters.maintenanceRate * (call ? unit : Math.max(unit, price)) + price;
    const initial = rate * unit + price;
    return { initial: call ? initial : Math.max(initial, kept), maintenance: kept };
  }

  #addFuture({ instrument, lots, buyLots, sellLots }: Leg, sum: Sum): void {
    const { initialRate, maintenanceRate, ratePerCoin } = this.#terms(
      instrument,
    ) as FutureMarginParameters;
    const { price } = this.#market.marks.get(instrument.id) as Mark;
    const inverse = instrument.payoff === 'inverse';
    const unit = minorOf[instrument.settlementCurrency];
    const margin = (size: number, rate: number): number => {
      const amount = Math.abs(coinsOf(instrument, size));
      const coins = inverse ? amount / price : amount;
      return (rate + ratePerCoin * coins) * (inverse ? coins : amount * price) * unit;
    };
    sum.initialAlone += margin(lots, initialRate);
    sum.initial += Math.max(
      margin(lots + buyLots, initialRate),
      margin(lots - sellLots, initialRate),
    );
    sum.maintenance += margin(lots, maintenanceRate);
  }

  /** Options of one expiry: the sum over legs, or all that they can lose where that is less. */
  #addSet(legs: readonly Leg[], sum: Sum, cross: boolean): void {
    const [first] = legs as [Leg];
    const { underlying, settlementCurrency, id, payoff } = first.instrument;
    const own: Sum = { initialAlone: 0, initial: 0, maintenance: 0 };
    for (const leg of legs) this.#addOption(leg, own);
    const tables = this.#facts.tables.get(underlying)?.margin ?? recommendedMargin(underlying);
    const forward = (this.#market.marks.get(id) as Mark).underlying;
    const unit = minorOf[settlementCurrency];
    const { initialHaircut = 0, maintenanceHaircut = 0 } = cross
      ? {}
      : (this.#coinLoss(first.instrument) ?? {});
    const most = (withOrders: boolean, unpaired: number, haircut: number): number =>
      unit *
      (payoff === 'linear'
        ? largestLoss(legs, withOrders, forward * unpaired)
        : largestCoinLoss(legs, withOrders, forward * (1 - haircut)));
    const { unpairedInitial, unpairedMaintenance } = tables;
    const alone = most(false, unpairedInitial, initialHaircut);
    sum.initialAlone += Math.min(own.initialAlone, alone);
    sum.initial += Math.min(own.initial, most(true, unpairedInitial, initialHaircut));
    const kept = most(false, unpairedMaintenance, maintenanceHaircut);
    sum.maintenance += Math.min(own.maintenance, kept);
  }
}

interface Payer {
  readonly call: boolean;
  readonly strike: number;
  readonly coins: number;
}

const payersOf = (legs: readonly Leg[], withOrders: boolean): readonly Payer[] =>
  legs.map(({ instrument, lots, sellLots }) => ({
    call: instrument.optionType === 'call',
    strike: instrument.strike ?? 0,
    coins: coinsOf(instrument, lots - (withOrders ? sellLots : 0)),
  }));

const payoffOf = (payers: readonly Payer[], price: number): number =>
  payers.reduce((sum, { call, strike, coins }) => {
    const inside = Math.max(0, call ? price - strike : strike - price);
    return sum + coins * inside;
  }, 0);

const netCallsOf = (payers: readonly Payer[]): number =>
  payers.reduce((sum, { call, coins }) => sum + (call ? coins : 0), 0);

/** Dollars lost at the worst delivery price, with so much for each call sold beyond those held. */
const largestLoss = (legs: readonly Leg[], withOrders: boolean, unpaired: number): number => {
  const payers = payersOf(legs, withOrders);
  const prices = [0, ...payers.map(({ strike }) => strike)];
  const loss = Math.max(0, ...prices.map((price) => -payoffOf(payers, price)));
  return loss + unpaired * Math.max(0, -netCallsOf(payers));
};

/** Coins lost at the worst delivery price; below the floor a dollar is what it is at the floor. */
const largestCoinLoss = (legs: readonly Leg[], withOrders: boolean, floor: number): number => {
  const payers = payersOf(legs, withOrders);
  const prices = [0, floor, ...payers.map(({ strike }) => strike)];
  const lost = prices.map((price) => -payoffOf(payers, price) / Math.max(price, floor));
  return Math.max(0, -netCallsOf(payers), ...lost);
};
