// Change set: what one batch changed, gathered while it is absorbed. Sets that stay empty are one
// shared object, so that a batch of one order costs no more than what it touches.
import type {
  AccountChanged,
  AccountId,
  Applied,
  CashChanged,
  Currency,
  IndexName,
  InstrumentId,
  MmpTriggered,
  OrderState,
  PositionChanged,
  Seq,
  Trade,
  TsUs,
} from '@openstrike/domain';
import type { AccountRecord } from './account-record.ts';
import type { BookDelta, FeedChanges, LiquidationNews } from './feeds.ts';

const nothing: ReadonlySet<never> = new Set<never>();
const noPortfolios: ReadonlyMap<AccountId, ReadonlySet<Currency>> = new Map();

/** The bit of each currency in a mask, and the set of each mask. */
const currencyBits: Readonly<Record<Currency, number>> = { BTC: 1, ETH: 2, USDC: 4 };
const currencySets: readonly ReadonlySet<Currency>[] = Array.from(
  { length: 8 },
  (_, mask) =>
    new Set((['BTC', 'ETH', 'USDC'] as const).filter((name) => (mask & currencyBits[name]) !== 0)),
);

export class ChangeSet implements FeedChanges {
  readonly batch: readonly Applied[];
  lastSeq: Seq;
  tsUs: TsUs;
  readonly books: BookDelta[] = [];
  readonly trades: Trade[] = [];
  readonly orders: OrderState[] = [];
  readonly positions: PositionChanged[] = [];
  readonly cash: CashChanged[] = [];
  readonly instrumentStates: FeedChanges['instrumentStates'][number][] = [];
  readonly accounts: AccountChanged[] = [];
  readonly mmpTriggers: MmpTriggered[] = [];
  readonly liquidations: LiquidationNews[] = [];
  quotes: ReadonlySet<InstrumentId> = nothing;
  tickers: ReadonlySet<InstrumentId> = nothing;
  candles: ReadonlySet<InstrumentId> = nothing;
  funding: ReadonlySet<InstrumentId> = nothing;
  indexes: ReadonlySet<IndexName> = nothing;
  marks: ReadonlySet<IndexName> = nothing;
  portfolios: ReadonlyMap<AccountId, ReadonlySet<Currency>> = noPortfolios;
  tradingStateChanged = false;
  readonly #touched: AccountRecord[] = [];

  constructor(batch: readonly Applied[], lastSeq: Seq, tsUs: TsUs) {
    this.batch = batch;
    this.lastSeq = lastSeq;
    this.tsUs = tsUs;
  }

  addQuote(id: InstrumentId): void {
    this.quotes = withItem(this.quotes, id);
  }

  addTicker(id: InstrumentId): void {
    this.tickers = withItem(this.tickers, id);
  }

  addCandle(id: InstrumentId): void {
    this.candles = withItem(this.candles, id);
  }

  addFunding(id: InstrumentId): void {
    this.funding = withItem(this.funding, id);
  }

  addIndex(name: IndexName): void {
    this.indexes = withItem(this.indexes, name);
  }

  addMarks(name: IndexName): void {
    this.marks = withItem(this.marks, name);
  }

  addState(instrumentId: InstrumentId, state: StateWord, tsUs: TsUs): void {
    this.instrumentStates.push({ instrumentId, state, tsUs });
  }

  touchPortfolio(account: AccountRecord, currency: Currency): void {
    if (account.touchedCurrencies === 0) {
      this.#touched.push(account);
    }
    account.touchedCurrencies |= currencyBits[currency];
  }

  /** Ends the gathering. */
  close(): this {
    if (this.#touched.length > 0) {
      const portfolios = new Map<AccountId, ReadonlySet<Currency>>();
      for (const account of this.#touched) {
        portfolios.set(
          account.accountId,
          currencySets[account.touchedCurrencies] as ReadonlySet<Currency>,
        );
        account.touchedCurrencies = 0;
      }
      this.portfolios = portfolios;
    }
    return this;
  }
}

type StateWord = FeedChanges['instrumentStates'][number]['state'];

const withItem = <T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> => {
  if (set === nothing) {
    return new Set([item]);
  }
  (set as Set<T>).add(item);
  return set;
};
