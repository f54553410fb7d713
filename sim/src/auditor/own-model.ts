// Own model: what an account has in a currency at the marks: its cash, its positions with the
// funding they have not been paid yet, and its open orders with what they lose as they fill; worked
// out from the other models each time it is asked for, in one pass over positions and orders.
import type {
  AccountId,
  Applied,
  Currency,
  Event,
  Instrument,
  InstrumentId,
  OrderState,
} from '@openstrike/domain';
import type { CashModel } from './cash-model.ts';
import { type ContractFactsTable, valueAtPrice, wholeValueAt } from './contract-facts.ts';
import type { MarketFacts } from './market-facts.ts';
import type { OrderModel } from './order-model.ts';
import type { Leg } from './portfolio-model.ts';
import type { Position, PositionModel } from './position-model.ts';

const minorOf = { BTC: 1e8, ETH: 1e8, USDC: 1e6 } as const;

/** Of the notional of a perpetual: the most that funding may have moved equity by unseen. */
export const fundingMax = 0.03;
/** Dollars a lot that the published step may move a margin by. */
const stepPerLot = 2e-6;

/** What an account has in one currency, in minor units. */
export interface Own {
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

interface Charged {
  readonly sessionFunding: number;
  /** Of a lot, up to its last change; null where that is not known. */
  readonly paidPerLot: number | null;
}

/** The same while it is added up. */
interface Draft {
  readonly legs: Map<InstrumentId, MutableLeg>;
  balance: number;
  options: number;
  premium: number;
  lossAtOnce: number;
  slack: number;
  /** Whether something held or ordered has no mark. */
  unmarked: boolean;
}

type MutableLeg = { -readonly [Name in keyof Leg]: Leg[Name] };

export interface OwnParts {
  readonly facts: ContractFactsTable;
  readonly market: MarketFacts;
  readonly cash: CashModel;
  readonly positions: PositionModel;
  readonly orders: OrderModel;
}

export class OwnModel {
  readonly #parts: OwnParts;
  readonly #charged = new Map<string, Charged>();
  /** In the present command: when an instrument last traded, and what was settled. */
  readonly #tradedUs = new Map<InstrumentId, number>();
  readonly #settled = new Set<string>();

  constructor(parts: OwnParts) {
    this.#parts = parts;
  }

  take(event: Event, applied: Applied): void {
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

  /** What an account has in some currencies; null for one in which something has no mark. */
  of(accountId: AccountId, wanted: readonly Currency[]): readonly (Own | null)[] {
    const { facts, cash, positions, orders } = this.#parts;
    const drafts = wanted.map((currency) => draftOf(cash.balance(accountId, currency)));
    for (const position of positions.ofAccount(accountId)) {
      const { instrument } = facts.get(position.instrumentId);
      const draft = drafts[wanted.indexOf(instrument.settlementCurrency)];
      if (draft !== undefined) this.#addPosition(draft, instrument, position);
    }
    for (const order of orders.ofAccount(accountId)) {
      if (order.status !== 'open' || order.priceTicks === 0 || order.reduceOnly) continue;
      const { instrument } = facts.get(order.instrumentId);
      const draft = drafts[wanted.indexOf(instrument.settlementCurrency)];
      if (draft !== undefined) this.#addOrder(draft, instrument, order);
    }
    return drafts.map((draft) => (draft.unmarked ? null : this.#finish(draft)));
  }

  #addPosition(
    draft: Draft,
    instrument: Instrument,
    { accountId, lots, base }: Readonly<Position>,
  ): void {
    const { market } = this.#parts;
    if (lots !== 0) draft.legs.set(instrument.id, { instrument, lots, buyLots: 0, sellLots: 0 });
    const price = market.marks.get(instrument.id)?.price ?? Number.NaN;
    draft.unmarked ||= lots !== 0 && Number.isNaN(price);
    draft.slack += 3;
    const value = lots === 0 ? 0 : worthOf(instrument, lots, price);
    if (instrument.kind === 'option') draft.options += value;
    else draft.balance += value - base;
    if (instrument.kind !== 'perpetual') return;
    const charged = this.#charged.get(`${accountId}:${instrument.id}`);
    draft.balance += charged?.sessionFunding ?? 0;
    const since = market.paidPerLot(instrument) - (charged?.paidPerLot ?? 0);
    const known = charged !== undefined && charged.paidPerLot !== null;
    if (known) draft.balance -= lots * since;
    else draft.slack += fundingMax * Math.abs(value);
  }

  #addOrder(
    draft: Draft,
    instrument: Instrument,
    { side, sizeLots, filledLots, priceTicks }: OrderState,
  ): void {
    const lots = sizeLots - filledLots;
    let leg = draft.legs.get(instrument.id);
    if (leg === undefined) {
      leg = { instrument, lots: 0, buyLots: 0, sellLots: 0 };
      draft.legs.set(instrument.id, leg);
    }
    if (side === 'buy') leg.buyLots += lots;
    else leg.sellLots += lots;
    const price = this.#parts.market.marks.get(instrument.id)?.price ?? Number.NaN;
    draft.unmarked ||= Number.isNaN(price);
    draft.slack += 1;
    const signed = side === 'buy' ? lots : -lots;
    const cost = wholeValueAt(instrument, signed, priceTicks);
    draft.lossAtOnce += Math.max(0, cost - worthOf(instrument, signed, price));
    if (instrument.kind === 'option' && side === 'buy') draft.premium += cost;
  }

  #finish({ legs, balance, options, premium, lossAtOnce, slack }: Draft): Own {
    let stepUsd = 0;
    let grossUsd = 0;
    for (const { instrument, lots, buyLots, sellLots } of legs.values()) {
      const { lot, kind, payoff, underlying } = instrument;
      const size = Math.abs(lots) + buyLots + sellLots;
      const inDollars = kind !== 'option' && payoff === 'inverse';
      const dollars = inDollars ? 1 : this.#parts.market.coinPrice(underlying);
      stepUsd += stepPerLot * size;
      grossUsd += (size * lot.num * dollars) / lot.den;
    }
    return {
      legs: [...legs.values()],
      balance,
      options,
      premium,
      lossAtOnce,
      slack: slack + 3 * legs.size,
      stepUsd,
      grossUsd,
    };
  }
}

const draftOf = (balance: number): Draft => ({
  legs: new Map(),
  balance,
  options: 0,
  premium: 0,
  lossAtOnce: 0,
  slack: 3,
  unmarked: false,
});

/** Minor units that signed lots are worth at a mark. */
export const worthOf = (instrument: Instrument, lots: number, price: number): number => {
  const { kind, lot, settlementCurrency } = instrument;
  return kind === 'option'
    ? (lots * lot.num * minorOf[settlementCurrency] * price) / lot.den
    : valueAtPrice(instrument, lots, price);
};
