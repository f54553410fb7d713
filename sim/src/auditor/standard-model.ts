// Standard model: Deribit's standard margin of what an account holds in one currency, leg by leg,
// and per expiry no more than what the options can lose at all: dollars, or where they settle in
// coin and the table says so, coins, with what is lost below a floor counted at the floor. So too
// with the expiry's future, where the table says that it covers options.
// Initial margin with open orders at their worst. Source: Deribit, standard margin; Derive,
// standard manager; risk reference 1.1, 1.11 and 1.16.
import {
  type CoinLossParameters,
  type ContractFamily,
  type DatedFutureMarginParameters,
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
      const { indexName, expiryUs } = leg.instrument;
      if (this.#offsets(leg.instrument)) {
        const key = `${indexName}:${expiryUs}`;
        sets.set(key, [...(sets.get(key) ?? []), leg]);
      } else {
        this.#add(leg, sum);
      }
    }
    for (const set of sets.values()) this.#addSet(set, sum, cross);
    return sum;
  }

  #terms({ family, termsKey }: Instrument): unknown {
    const terms = (this.#facts.family({ family } as Instrument) as ContractFamily)[termsKey];
    return terms?.margin;
  }

  /** Whether it is margined with what else is of its expiry. */
  #offsets(instrument: Instrument): boolean {
    const { kind, payoff } = instrument;
    if (kind !== 'option') {
      return (this.#terms(instrument) as DatedFutureMarginParameters).coversOptions ?? false;
    }
    return payoff === 'linear' || this.#coinLoss(instrument) !== undefined;
  }

  #add(leg: Leg, sum: Sum): void {
    if (leg.instrument.kind === 'option') this.#addOption(leg, sum);
    else this.#addFuture(leg, sum);
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

  /**
   * What is of one expiry: leg by leg, the options no more than they can lose among themselves, and
   * all together no more than all can lose.
   */
  #addSet(legs: readonly Leg[], sum: Sum, cross: boolean): void {
    const options = legs.filter(({ instrument }) => instrument.kind === 'option');
    const apart = this.#lesser(options, this.#sumOf(options), cross);
    const futures = this.#sumOf(legs.filter((leg) => !options.includes(leg)));
    const least = this.#lesser(legs, plus(apart, futures), cross);
    Object.assign(sum, plus(sum, least));
  }

  #sumOf(legs: readonly Leg[]): Sum {
    const sum: Sum = { initialAlone: 0, initial: 0, maintenance: 0 };
    for (const leg of legs) this.#add(leg, sum);
    return sum;
  }

  /** A charge, or all that legs of one expiry can lose where that is less. */
  #lesser(legs: readonly Leg[], charge: Sum, cross: boolean): Sum {
    const [first] = legs;
    if (first === undefined) return charge;
    const { underlying, settlementCurrency, payoff } = first.instrument;
    const tables = this.#facts.tables.get(underlying)?.margin ?? recommendedMargin(underlying);
    const forward = this.#forward(first);
    const unit = minorOf[settlementCurrency];
    const { options } = this.#facts.family(first.instrument) as ContractFamily;
    const haircuts = cross ? undefined : options?.margin.coinLoss;
    const { initialHaircut = 0, maintenanceHaircut = 0 } = haircuts ?? {};
    const most = (fills: Fills, unpaired: number, haircut: number): number => {
      const payers = this.#payers(legs, fills);
      return (
        unit *
        (payoff === 'linear'
          ? largestLoss(payers, forward * unpaired)
          : largestCoinLoss(payers, forward * (1 - haircut)))
      );
    };
    const { unpairedInitial, unpairedMaintenance } = tables;
    const opened = (fills: Fills): number => most(fills, unpairedInitial, initialHaircut);
    return {
      initialAlone: Math.min(charge.initialAlone, opened('none')),
      initial: Math.min(charge.initial, Math.max(opened('bought'), opened('sold'))),
      maintenance: Math.min(
        charge.maintenance,
        most('none', unpairedMaintenance, maintenanceHaircut),
      ),
    };
  }

  #forward({ instrument }: Leg): number {
    const { price, underlying } = this.#market.marks.get(instrument.id) as Mark;
    return instrument.kind === 'option' ? underlying : price;
  }

  #payers(legs: readonly Leg[], fills: Fills): readonly Payer[] {
    return legs.map((leg) => {
      const { instrument, lots, buyLots, sellLots } = leg;
      const { kind, optionType, payoff } = instrument;
      const sold = fills === 'none' ? 0 : sellLots;
      if (kind === 'option') {
        const inside = optionType === 'call' ? 1 : -1;
        const strike = instrument.strike ?? 0;
        return { inside, strike, coins: coinsOf(instrument, lots - sold) };
      }
      const mark = this.#forward(leg);
      const amount = coinsOf(instrument, fills === 'bought' ? lots + buyLots : lots - sold);
      return { inside: 0, strike: mark, coins: payoff === 'inverse' ? amount / mark : amount };
    });
  }
}

const plus = (a: Sum, b: Sum): Sum => ({
  initialAlone: a.initialAlone + b.initialAlone,
  initial: a.initial + b.initial,
  maintenance: a.maintenance + b.maintenance,
});

/** Which orders of futures are filled; options sold by orders are wherever any are. */
type Fills = 'none' | 'bought' | 'sold';

interface Payer {
  /** Where it pays: above its strike (1), below (-1), or both, one way and the other (0). */
  readonly inside: number;
  readonly strike: number;
  readonly coins: number;
}

const paidBy = ({ inside, strike }: Payer, price: number): number =>
  inside === 0 ? price - strike : Math.max(0, inside * (price - strike));

const payoffOf = (payers: readonly Payer[], price: number): number =>
  payers.reduce((sum, payer) => sum + payer.coins * paidBy(payer, price), 0);

/** Where the payoff bends; a future's never does. */
const strikesOf = (payers: readonly Payer[]): readonly number[] =>
  payers.filter(({ inside }) => inside !== 0).map(({ strike }) => strike);

/** Coins that pay more and more as the price rises. */
const risingOf = (payers: readonly Payer[]): number =>
  payers.reduce((sum, { inside, coins }) => sum + (inside < 0 ? 0 : coins), 0);

/** Dollars lost at the worst delivery price, with so much for each coin sold beyond those held. */
const largestLoss = (payers: readonly Payer[], unpaired: number): number => {
  const prices = [0, ...strikesOf(payers)];
  const loss = Math.max(0, ...prices.map((price) => -payoffOf(payers, price)));
  return loss + unpaired * Math.max(0, -risingOf(payers));
};

/** Coins lost at the worst delivery price; below the floor a dollar is what it is at the floor. */
const largestCoinLoss = (payers: readonly Payer[], floor: number): number => {
  const prices = [0, floor, ...strikesOf(payers)];
  const lost = prices.map((price) => -payoffOf(payers, price) / Math.max(price, floor));
  return Math.max(0, -risingOf(payers), ...lost);
};
