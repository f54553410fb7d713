// Test engine: an engine with its stamps, and short ways to say what tests say most. Every command
// is checked for conservation: debits equal credits, and no money is made.

import type {
  AccountId,
  Command,
  ContractTable,
  Currency,
  Event,
  IndexName,
  Instrument,
  InstrumentId,
  PlaceOrder,
  PriceTicks,
  Seq,
  SizeLots,
  StateMachine,
  SviSlice,
  TsUs,
  UsdMicros,
} from '@openstrike/domain';
import { anyOrder, goodIndex, plainOrder, usPerYear } from '@openstrike/domain';
import type { MatcherFactory } from '../create-state.ts';
import { createEngine } from '../engine.ts';
import { testTables } from './test-tables.ts';

/** Monday 21 September 2026, 10:00 UTC. */
export const startUs = 1_789_984_800_000_000;

/** A flat slice of a volatility at an expiry. */
export const flatSlice = (expiryUs: number, nowUs: number, volatility: number): SviSlice => {
  const tauYears = (expiryUs - nowUs) / usPerYear;
  return {
    expiryUs: expiryUs as TsUs,
    tauYears,
    a: volatility * volatility * tauYears,
    b: 0,
    rho: 0,
    m: 0,
    sigma: 0.1,
  };
};

export class TestEngine {
  engine: StateMachine;
  nowUs: number;
  seq = 0;
  readonly instruments = new Map<string, Instrument>();

  constructor(nowUs: number = startUs, createMatcher?: MatcherFactory) {
    this.engine = createMatcher === undefined ? createEngine() : createEngine({ createMatcher });
    this.nowUs = nowUs;
  }

  apply(command: Command): readonly Event[] {
    this.seq += 1;
    const events = this.engine.apply(command, this.seq as Seq, this.nowUs as TsUs);
    for (const event of events) {
      if (event.type === 'instrument-listed') {
        this.instruments.set(event.instrument.name, event.instrument);
      }
    }
    return events;
  }

  /** Tables in force, an index, flat forwards and a flat surface. */
  open(tables: readonly ContractTable[] = testTables, price = 100_000, volatility = 0.5): void {
    this.apply({ type: 'configure', tables });
    const names = new Set<IndexName>();
    for (const table of tables) {
      for (const { indexName } of table.families) names.add(indexName);
    }
    for (const indexName of names) {
      this.index(indexName, price);
      this.curve(indexName, price, volatility);
    }
  }

  index(indexName: IndexName, price: number): readonly Event[] {
    const micros = Math.round(price * 1e6) as UsdMicros;
    return this.apply(goodIndex(indexName, micros));
  }

  /** Expiries of an index that are listed now. */
  expiries(indexName: IndexName): number[] {
    const found = new Set<number>();
    for (const { indexName: name, expiryUs } of this.instruments.values()) {
      if (name === indexName && expiryUs !== null && expiryUs > this.nowUs) found.add(expiryUs);
    }
    return [...found].sort((a, b) => a - b);
  }

  /** One forward for all expiries, and one volatility for all strikes. */
  curve(indexName: IndexName, forward: number, volatility: number): readonly Event[] {
    const price = Math.round(forward * 1e6) as UsdMicros;
    const expiries = this.expiries(indexName);
    const first = this.apply({
      type: 'set-forwards',
      indexName,
      forwards: expiries.map((expiryUs) => ({ expiryUs: expiryUs as TsUs, price })),
    });
    const slices = expiries.map((expiryUs) => flatSlice(expiryUs, this.nowUs, volatility));
    return [...first, ...this.apply({ type: 'set-surface', indexName, version: this.seq, slices })];
  }

  account(name: string, parentId: AccountId | null = null): AccountId {
    const [event] = this.apply({ type: 'create-account', parentId, name });
    if (event?.type !== 'account-changed') throw new Error(`no account ${name}`);
    return event.accountId;
  }

  deposit(accountId: AccountId, amount: number, currency: Currency = 'BTC'): void {
    const reference = `deposit ${this.seq}`;
    this.apply({ type: 'deposit', accountId, currency, amount: amount as never, reference });
  }

  instrument(name: string): Instrument {
    const found = this.instruments.get(name);
    if (found === undefined) {
      throw new Error(`${name} is not listed: ${[...this.instruments.keys()].join(' ')}`);
    }
    return found;
  }

  place(
    accountId: AccountId,
    instrumentId: InstrumentId,
    side: 'buy' | 'sell',
    sizeLots: number,
    priceTicks: number,
    more: Partial<PlaceOrder> = {},
  ): readonly Event[] {
    return this.apply({
      ...plainOrder,
      accountId,
      instrumentId,
      side,
      sizeLots: sizeLots as SizeLots,
      priceTicks: priceTicks as PriceTicks,
      ...more,
    });
  }

  cancelAll(accountId: AccountId): readonly Event[] {
    return this.apply({
      type: 'cancel-orders',
      accountId,
      filter: anyOrder,
      reason: 'user-request',
    });
  }

  /** A second engine at the same place, by way of a snapshot. */
  copy(createMatcher?: MatcherFactory): TestEngine {
    const copy = new TestEngine(this.nowUs, createMatcher);
    copy.engine.restore(this.engine.snapshot());
    copy.seq = this.seq;
    for (const [name, instrument] of this.instruments) copy.instruments.set(name, instrument);
    return copy;
  }
}
