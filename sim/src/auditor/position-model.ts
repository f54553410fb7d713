// Position model: lots, entry values and settled cash of every position, from trades and settlement
// events. Invariant: positions of an instrument sum to zero after each command; a settlement pays
// exactly the change of value since the last, and creates nothing but roundings of at most half a
// unit a position.
import type {
  AccountId,
  CashChanged,
  FundingChanged,
  InstrumentId,
  OptionExercised,
  PositionChanged,
  PositionSettled,
  Trade,
  TradeParty,
} from '@openstrike/domain';
import {
  type ContractFacts,
  coinsAt,
  feeIsRight,
  nearest,
  payoffAt,
  valueAtPrice,
  wholeValueAt,
} from './contract-facts.ts';
import { sameValue } from './same-value.ts';
import { hold, show } from './violation.ts';

export interface Position {
  readonly accountId: AccountId;
  readonly instrumentId: InstrumentId;
  lots: number;
  /** Value of the lots at entry or at the last settlement, less what is realised: futures. */
  base: number;
}

/** What must still be posted for a position that was settled. */
interface Due {
  payment: number;
  funding: number;
  fee: number;
}

/** Options of an account that were exercised into futures of its expiry, and the future it held. */
interface Netting {
  /** Minor units at the delivery price, positive for long. */
  exercised: number;
  future: {
    readonly event: PositionSettled;
    readonly value: number;
    readonly lots: number;
    readonly rate: number;
  } | null;
}

const byAccount = (a: readonly [AccountId, number], b: readonly [AccountId, number]): number =>
  a[0] - b[0];

export class PositionModel {
  readonly #positions = new Map<InstrumentId, Map<AccountId, Position>>();
  readonly #byAccount = new Map<AccountId, Map<InstrumentId, Position>>();
  /** How many open positions an account has; of those that have any. */
  readonly #openOf = new Map<AccountId, number>();
  readonly #touched = new Set<InstrumentId>();
  readonly #due = new Map<string, Due>();
  readonly #nettings = new Map<string, Netting>();
  readonly #exercised = new Set<string>();
  /** Of perpetuals: charges since the last settlement, and what this command has paid. */
  readonly #charges = new Map<InstrumentId, number>();
  readonly #fundingPaid = new Map<InstrumentId, number>();
  readonly #funding = new Map<InstrumentId, FundingChanged>();

  lots(accountId: AccountId, instrumentId: InstrumentId): number {
    return this.#positions.get(instrumentId)?.get(accountId)?.lots ?? 0;
  }

  /** Positions that are not flat. */
  *held(): Iterable<readonly [InstrumentId, Position]> {
    for (const [instrumentId, positions] of this.#positions) {
      for (const position of positions.values()) {
        if (position.lots !== 0) yield [instrumentId, position];
      }
    }
  }

  /** All that an account has, flat positions with something unpaid included. */
  ofAccount(accountId: AccountId): Iterable<Readonly<Position>> {
    return this.#byAccount.get(accountId)?.values() ?? [];
  }

  /** Accounts with an open position. */
  holders(): Set<AccountId> {
    return new Set(this.#openOf.keys());
  }

  /** Gives a position other lots, and counts it where it opens or closes. */
  #setLots(position: Position, lots: number): void {
    const { accountId } = position;
    const change = (lots === 0 ? 0 : 1) - (position.lots === 0 ? 0 : 1);
    position.lots = lots;
    if (change === 0) return;
    const open = (this.#openOf.get(accountId) ?? 0) + change;
    if (open === 0) this.#openOf.delete(accountId);
    else this.#openOf.set(accountId, open);
  }

  /** Holds that what was counted as positions opened and closed is what there is. */
  checkHolders(): void {
    const open = new Map<AccountId, number>();
    for (const [, { accountId }] of this.held()) {
      open.set(accountId, (open.get(accountId) ?? 0) + 1);
    }
    hold(
      sameValue([...open].sort(byAccount), [...this.#openOf].sort(byAccount)),
      'open positions are counted',
      () => `${show([...open])}, counted ${show([...this.#openOf])}`,
    );
  }

  trade(trade: Trade, facts: ContractFacts): void {
    this.#fill(trade, trade.taker, facts);
    this.#fill(trade, trade.maker, facts);
    this.#touched.add(trade.instrumentId);
  }

  #fill(
    { instrumentId, priceTicks, sizeLots }: Trade,
    party: TradeParty,
    facts: ContractFacts,
  ): void {
    const position = this.#position(party.accountId, instrumentId);
    const lots = party.side === 'buy' ? sizeLots : -sizeLots;
    const before = position.lots;
    this.#setLots(position, before + lots);
    position.base += wholeValueAt(facts.instrument, lots, priceTicks);
    if (party.reduceOnly) {
      const shrinks = Math.abs(position.lots) < Math.abs(before) && position.lots * before >= 0;
      hold(shrinks, 'reduce-only orders reduce', () => `${before} became ${position.lots}`);
    }
    this.#charge(instrumentId);
  }

  /** Called at each trade, after both sides; the engine says the same lots. */
  checkLots({ instrumentId, taker, maker }: Trade): void {
    // Of one account on both sides the taker's lots were told before the maker's fill.
    for (const party of taker.accountId === maker.accountId ? [maker] : [taker, maker]) {
      const lots = this.lots(party.accountId, instrumentId);
      hold(
        party.positionLots === lots,
        'trades tell the position',
        () => `${show(party)}, expected ${lots}`,
      );
    }
  }

  changed({ accountId, instrumentId, sizeLots }: PositionChanged): void {
    const lots = this.lots(accountId, instrumentId);
    hold(
      sizeLots === lots,
      'a position is the sum of its fills',
      () => `account ${accountId} in ${instrumentId}: ${sizeLots}, expected ${lots}`,
    );
  }

  funding(event: FundingChanged): void {
    const before = this.#funding.get(event.instrumentId);
    hold(
      Number.isFinite(event.accrued) && Number.isFinite(event.currentFunding),
      'funding is finite',
      () => `${show(before)} ${show(event)}`,
    );
    this.#funding.set(event.instrumentId, event);
  }

  settled(event: PositionSettled, facts: ContractFacts, deliveryPrice: number | null): void {
    const { accountId, instrumentId, kind } = event;
    const position = this.#position(accountId, instrumentId);
    hold(event.sizeLots === position.lots, 'settled positions are those held', () => show(event));
    const { instrument } = facts;
    this.#touched.add(instrumentId);
    const due: Due = { payment: 0, funding: event.funding, fee: event.fee };
    if (kind === 'delivery') {
      hold(deliveryPrice !== null, 'a delivery has a fixing', () => show(event));
      this.#deliver(event, facts, deliveryPrice, position, due);
    } else {
      const value = this.#valueNear(
        facts,
        position.lots,
        event.markPrice,
        event.sessionProfit - event.funding + position.base,
      );
      due.payment = value - position.base;
      position.base = value;
      this.#charge(instrumentId);
    }
    hold(instrument.kind !== 'option' || kind === 'delivery', 'options are not settled daily', () =>
      show(event),
    );
    this.#due.set(`${accountId}:${instrumentId}`, due);
  }

  #deliver(
    event: PositionSettled,
    facts: ContractFacts,
    price: number,
    position: Position,
    due: Due,
  ): void {
    const { instrument, fees } = facts;
    const { lots } = position;
    const free = fees.deliveryFreeTenors.some((tenor) => tenor === instrument.tenor);
    const rate = free ? 0 : fees.deliveryRate;
    if (instrument.kind === 'option') {
      const exact = payoffAt(instrument, lots, price);
      due.payment = nearest(exact);
      hold(
        event.payoff === due.payment,
        'payoffs are those of the contract',
        () => `${show(event)}, expected ${due.payment} at ${price}`,
      );
      const paid = BigInt(Math.abs(due.payment));
      const right = feeIsRight(
        event.fee,
        coinsAt(instrument, lots, price),
        rate,
        fees.premiumCapRate,
        {
          num: paid,
          den: 1n,
        },
      );
      hold(right, 'delivery fees are within their cap', () => show(event));
      const exercised = due.payment !== 0 && facts.exercise === 'future';
      hold(
        exercised === this.#exercised.delete(`${event.accountId}:${event.instrumentId}`),
        'what is in the money is exercised, where it is into futures',
        () => show(event),
      );
      if (exercised) {
        const strike = (instrument.strike ?? 0) * 1e6;
        const coins = coinsAt(instrument, lots, price);
        const size = Number(coins.num) / Number(coins.den);
        const worth = instrument.payoff === 'inverse' ? (size * strike) / price : size;
        const long = (instrument.optionType === 'call') === lots > 0;
        this.#netting(event, facts).exercised += long ? worth : -worth;
      }
    } else {
      const value = this.#valueNear(facts, lots, price / 1e6, event.sessionProfit + position.base);
      due.payment = value - position.base;
      this.#netting(event, facts).future = { event, value: Math.abs(value), lots, rate };
    }
    this.#setLots(position, 0);
    position.base = 0;
  }

  /** An option became a future; its delivery follows. */
  exercised({ accountId, instrumentId, sizeLots }: OptionExercised): void {
    const { lots } = this.#position(accountId, instrumentId);
    hold(sizeLots === lots, 'what is exercised is what is held', () => `${instrumentId}: ${lots}`);
    this.#exercised.add(`${accountId}:${instrumentId}`);
  }

  /** What is gathered of one account, family and expiry while it is delivered. */
  #netting({ accountId }: PositionSettled, { instrument }: ContractFacts): Netting {
    const key = `${accountId}:${instrument.family}:${instrument.expiryUs}`;
    let netting = this.#nettings.get(key);
    if (netting === undefined) {
      netting = { exercised: 0, future: null };
      this.#nettings.set(key, netting);
    }
    return netting;
  }

  /** A future pays its fee on what exercised options have not closed of it. */
  #checkNettings(): void {
    for (const { exercised, future } of this.#nettings.values()) {
      if (future === null) continue;
      const { event, value, lots, rate } = future;
      const opposed = exercised > 0 !== lots > 0;
      const left = opposed ? Math.max(value - Math.abs(exercised), 0) : value;
      const base = { num: BigInt(Math.round(left)), den: 1n };
      hold(
        feeIsRight(event.fee, base, rate, null, base),
        'delivery fees of futures are on what is left of them',
        () => `${show(event)}: ${left} left of ${value} after ${exercised}`,
      );
    }
    this.#nettings.clear();
  }

  /** A value at a price between ticks: the engine's, if that is the right one to a unit. */
  #valueNear({ instrument }: ContractFacts, lots: number, price: number, told: number): number {
    const exact = lots === 0 ? 0 : valueAtPrice(instrument, lots, price);
    const near = Math.abs(told - exact) <= 1 + Math.abs(exact) * 1e-12;
    hold(
      near,
      'a settlement pays the change of value',
      () => `${instrument.name}: ${lots} lots at ${price} are worth ${exact}, told ${told}`,
    );
    return told;
  }

  /** A contract has ended: nobody holds it, and of a future nothing is left to pay. */
  delivered({ instrument }: ContractFacts): void {
    for (const { accountId, lots, base } of this.#positions.get(instrument.id)?.values() ?? []) {
      hold(
        lots === 0 && (base === 0 || instrument.kind === 'option'),
        'deliveries are whole',
        () => `${instrument.name}: account ${accountId} has ${lots} lots, ${base} unpaid`,
      );
    }
    this.#positions.delete(instrument.id);
    for (const own of this.#byAccount.values()) own.delete(instrument.id);
  }

  /** A settlement's posting. */
  paid({ accountId, instrumentId, reason, change }: CashChanged): void {
    const due = this.#due.get(`${accountId}:${instrumentId}`);
    hold(
      due !== undefined && instrumentId !== null,
      'settlements are told before they are paid',
      () => `${reason} ${change} of account ${accountId}`,
    );
    if (reason === 'funding') {
      due.funding -= change;
      this.#fundingPaid.set(instrumentId, (this.#fundingPaid.get(instrumentId) ?? 0) + change);
    } else if (reason === 'delivery-fee') {
      due.fee += change;
    } else {
      due.payment -= change;
    }
  }

  /** Holds what must hold between two commands, of the instruments that changed. */
  close(): void {
    this.#checkNettings();
    for (const instrumentId of this.#touched) this.checkSum(instrumentId);
    this.#touched.clear();
    for (const [key, { payment, funding, fee }] of this.#due) {
      hold(
        payment === 0 && funding === 0 && fee === 0,
        'settlements are paid in full',
        () => `${key} is still due ${payment} and ${funding} less ${fee}`,
      );
    }
    this.#due.clear();
    for (const [instrumentId, paid] of this.#fundingPaid) {
      const charges = this.#charges.get(instrumentId) ?? 0;
      hold(
        Math.abs(paid) <= charges,
        'funding goes from one side to the other',
        () => `instrument ${instrumentId} made ${paid} in ${charges} charges`,
      );
      this.#charges.set(instrumentId, 0);
    }
    this.#fundingPaid.clear();
  }

  /** Holds that the lots, and but for roundings the money, of an instrument sum to zero. */
  checkSum(instrumentId: InstrumentId): void {
    let lots = 0;
    let base = 0;
    let count = 0;
    for (const position of this.#positions.get(instrumentId)?.values() ?? []) {
      lots += position.lots;
      base += position.base;
      count += 1;
    }
    hold(lots === 0, 'positions sum to zero', () => `instrument ${instrumentId}: ${lots}`);
    hold(
      Math.abs(base) <= count,
      'settlement creates no cash',
      () => `instrument ${instrumentId}: ${base} over ${count} accounts`,
    );
  }

  /** Open interest: the sum of the long positions. */
  openInterest(instrumentId: InstrumentId): number {
    let lots = 0;
    for (const position of this.#positions.get(instrumentId)?.values() ?? []) {
      lots += Math.max(position.lots, 0);
    }
    return lots;
  }

  #charge(instrumentId: InstrumentId): void {
    this.#charges.set(instrumentId, (this.#charges.get(instrumentId) ?? 0) + 1);
  }

  #position(accountId: AccountId, instrumentId: InstrumentId): Position {
    let positions = this.#positions.get(instrumentId);
    if (positions === undefined) {
      positions = new Map();
      this.#positions.set(instrumentId, positions);
    }
    let position = positions.get(accountId);
    if (position === undefined) {
      position = { accountId, instrumentId, lots: 0, base: 0 };
      positions.set(accountId, position);
      const own = this.#byAccount.get(accountId) ?? new Map<InstrumentId, Position>();
      this.#byAccount.set(accountId, own.set(instrumentId, position));
    }
    return position;
  }
}
