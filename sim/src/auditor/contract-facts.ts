// Contract facts: what the auditor knows of each instrument, from the events that list it and the
// tables that the operator configured. All amounts are worked out here anew, in exact rationals,
// and share no code with the engine.
import type {
  AnnounceTables,
  Applied,
  ContractFamily,
  ContractTable,
  ExposureLimits,
  FeeSchedule,
  IndexName,
  Instrument,
  InstrumentId,
  InstrumentState,
  TablesAnnounced,
  VenueConfigured,
} from '@openstrike/domain';
import { hold, show, Violation } from './violation.ts';

const minorOf = { BTC: 100_000_000n, ETH: 100_000_000n, USDC: 1_000_000n } as const;

export interface ContractFacts {
  readonly instrument: Instrument;
  state: InstrumentState;
  fees: FeeSchedule;
  limits: ExposureLimits | undefined;
  /** What an option in the money becomes at expiry. */
  exercise: 'cash' | 'future';
}

/** A rational number with a positive denominator. */
export interface Ratio {
  readonly num: bigint;
  readonly den: bigint;
}

/** The nearest integer, ties to even. */
export const nearest = ({ num, den }: Ratio): number => {
  const sign = num < 0n ? -1n : 1n;
  const size = num * sign;
  let whole = size / den;
  const twice = 2n * (size % den);
  if (twice > den || (twice === den && whole % 2n === 1n)) whole += 1n;
  return Number(sign * whole);
};

/** A fraction as billionths. */
export const billionths = (rate: number): bigint => BigInt(Math.round(rate * 1e9));

export class ContractFactsTable {
  readonly #facts = new Map<InstrumentId, ContractFacts>();
  #families = new Map<string, ContractFamily>();

  /** How many contracts have ended. */
  delivered = 0;
  /** Of an underlying; what the table does not have is not in force. */
  readonly tables = new Map<string, ContractTable>();
  #announced: AnnounceTables | null = null;

  /** Tables that wait for their time, or were withdrawn. */
  announce(command: AnnounceTables): void {
    this.#announced = command.tables.length === 0 ? null : command;
  }

  /** Tables came into force: those announced for now, which come first, or the command's own. */
  configured({ versions }: VenueConfigured, { command, tsUs }: Applied): void {
    const due = this.#announced !== null && this.#announced.effectiveUs <= tsUs;
    const own = command.type === 'configure' ? command : null;
    const from = due ? this.#announced : own;
    if (due) this.#announced = null;
    hold(from !== null, 'tables come into force when they were announced for', () =>
      show(versions),
    );
    const right = from.tables.every(({ version }, i) => versions[i]?.version === version);
    hold(right && versions.length === from.tables.length, 'tables are those given', () =>
      show(versions),
    );
    this.#configure(from.tables);
  }

  /** What was announced for now could not come into force. */
  dropped({ effectiveUs }: TablesAnnounced, { tsUs }: Applied): void {
    if (this.#announced === null || this.#announced.effectiveUs > tsUs) return;
    hold(effectiveUs === this.#announced.effectiveUs, 'what is dropped was announced', () =>
      show(effectiveUs),
    );
    this.#announced = null;
  }

  /** Holds that no announcement is late. */
  close({ tsUs }: Applied): void {
    const late = this.#announced !== null && this.#announced.effectiveUs <= tsUs;
    hold(!late, 'what is announced comes into force', () => show(this.#announced?.effectiveUs));
  }

  #configure(tables: readonly ContractTable[]): void {
    this.tables.clear();
    for (const table of tables) this.tables.set(table.underlying, table);
    for (const { families } of tables) {
      for (const family of families) this.#families.set(family.name, family);
    }
    for (const facts of this.#facts.values()) {
      if (facts.state !== 'delivered') Object.assign(facts, this.#termsOf(facts.instrument));
    }
  }

  list(instrument: Instrument): void {
    hold(!this.#facts.has(instrument.id), 'an instrument is listed once', () => instrument.name);
    this.#facts.set(instrument.id, { instrument, state: 'open', ...this.#termsOf(instrument) });
  }

  get(id: InstrumentId): ContractFacts {
    return this.#facts.get(id) ?? this.#unlisted(id);
  }

  #unlisted(id: InstrumentId): never {
    throw new Violation('events speak of listed instruments', `instrument ${id}`);
  }

  family({ family }: Instrument): ContractFamily | undefined {
    return this.#families.get(family);
  }

  all(): Iterable<ContractFacts> {
    return this.#facts.values();
  }

  /** Whether contracts of an index expire then, that have not been delivered. */
  isLive(indexName: IndexName, expiryUs: number): boolean {
    return [...this.#facts.values()].some(({ instrument, state }) => {
      const same = instrument.indexName === indexName && instrument.expiryUs === expiryUs;
      return same && state !== 'delivered';
    });
  }

  #termsOf(instrument: Instrument): Pick<ContractFacts, 'fees' | 'limits' | 'exercise'> {
    const family = this.#families.get(instrument.family);
    const terms = family?.[instrument.termsKey] ?? null;
    hold(terms !== null, 'an instrument has terms in force', () => instrument.name);
    const { fees, limits } = terms;
    return { fees, limits, exercise: family?.options?.exercise ?? 'cash' };
  }
}

/** Minor units of settlement currency that signed lots are worth at a price in ticks. */
export const valueAt = (instrument: Instrument, lots: number, ticks: number): Ratio => {
  const { tick, lot, payoff, kind, settlementCurrency } = instrument;
  const minor = minorOf[settlementCurrency];
  const amount = BigInt(lots) * BigInt(lot.num) * minor;
  const price = { num: BigInt(ticks) * BigInt(tick.num), den: BigInt(tick.den) };
  return payoff === 'inverse' && kind !== 'option'
    ? { num: -amount * price.den, den: BigInt(lot.den) * price.num }
    : { num: amount * price.num, den: BigInt(lot.den) * price.den };
};

/** The same as the nearest integer, ties to even; in numbers where they are exact. */
export const wholeValueAt = (instrument: Instrument, lots: number, ticks: number): number => {
  const { tick, lot, payoff, kind, settlementCurrency } = instrument;
  const amount = lots * lot.num * Number(minorOf[settlementCurrency]);
  const inverse = payoff === 'inverse' && kind !== 'option';
  const num = inverse ? -amount * tick.den : amount * ticks * tick.num;
  const den = inverse ? lot.den * ticks * tick.num : lot.den * tick.den;
  // Products of integers that end within the safe ones have not left them on the way.
  if (!Number.isSafeInteger(num) || !Number.isSafeInteger(den)) {
    return nearest(valueAt(instrument, lots, ticks));
  }
  const size = Math.abs(num);
  const rest = size % den;
  let whole = (size - rest) / den;
  // Twice the rest may be beyond the safe integers; what is left of the divisor is not.
  const left = den - rest;
  if (rest > left || (rest === left && whole % 2 === 1)) whole += 1;
  return whole === 0 ? 0 : Math.sign(num) * whole;
};

/** The same at a price that need not lie on the grid, as a double. */
export const valueAtPrice = (instrument: Instrument, lots: number, price: number): number => {
  const { lot, payoff, settlementCurrency } = instrument;
  const amount = (lots * lot.num * Number(minorOf[settlementCurrency])) / lot.den;
  return payoff === 'inverse' ? -amount / price : amount * price;
};

/** What signed lots of an option are paid at a delivery price in micro-dollars. */
export const payoffAt = (instrument: Instrument, lots: number, priceMicros: number): Ratio => {
  const { lot, payoff, settlementCurrency, optionType } = instrument;
  const strike = BigInt(Math.round((instrument.strike ?? 0) * 1e6));
  const price = BigInt(priceMicros);
  const inside = optionType === 'call' ? price - strike : strike - price;
  if (inside <= 0n) return { num: 0n, den: 1n };
  const amount = BigInt(lots) * BigInt(lot.num) * minorOf[settlementCurrency] * inside;
  const divisor = payoff === 'inverse' ? price : 1_000_000n;
  return { num: amount, den: BigInt(lot.den) * divisor };
};

/** The amount that fee rates are a share of, in minor units. */
export const feeBase = (
  instrument: Instrument,
  lots: number,
  ticks: number,
  indexMicros: number,
): Ratio => {
  if (instrument.kind !== 'option') {
    const { num, den } = valueAt(instrument, lots, ticks);
    return { num: num < 0n ? -num : num, den };
  }
  return coinsAt(instrument, lots, indexMicros);
};

/** Coins of an option's lots (inverse), or their value at a price (linear), in minor units. */
export const coinsAt = (instrument: Instrument, lots: number, priceMicros: number): Ratio => {
  const { lot, payoff, settlementCurrency } = instrument;
  const coins = BigInt(Math.abs(lots)) * BigInt(lot.num) * minorOf[settlementCurrency];
  return payoff === 'inverse'
    ? { num: coins, den: BigInt(lot.den) }
    : { num: coins * BigInt(priceMicros), den: BigInt(lot.den) * 1_000_000n };
};

/** Whether a fee is its rate of the base, but for a unit of rounding, and within its cap. */
export const feeIsRight = (
  fee: number,
  base: Ratio,
  rate: number,
  cap: number | null,
  capped: Ratio,
): boolean => {
  const billion = 1_000_000_000n;
  const charged = BigInt(fee);
  const scale = base.den * billion;
  const exact = base.num * billionths(rate);
  const near = charged * scale >= exact - scale && charged * scale <= exact + 2n * scale;
  if (cap === null) return near;
  const limit = capped.num * billionths(cap);
  const capScale = capped.den * billion;
  const within = charged * capScale <= limit;
  const atCap = (charged + 1n) * capScale > limit;
  return within && (near || (atCap && charged * scale <= exact + 2n * scale));
};
