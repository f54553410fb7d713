// Routes: which channels want to hear of which part of a batch. Invariant: telling a batch costs
// a look-up per change and nothing per channel that the change does not concern.
import type {
  AccountId,
  Currency,
  IndexName,
  InstrumentId,
  MmpTriggered,
  OrderState,
  PositionChanged,
  Trade,
  TsUs,
} from '@openstrike/domain';
import type { BookDelta, FeedChanges, LiquidationNews } from '@openstrike/feeds';

/** Listeners by key. */
export class RouteTable<Key, News> {
  readonly #listeners = new Map<Key, Set<(news: News) => void>>();

  /** Answers the function that ends it. */
  add(key: Key, listener: (news: News) => void): () => void {
    let set = this.#listeners.get(key);
    if (set === undefined) this.#listeners.set(key, (set = new Set()));
    set.add(listener);
    return () => {
      set.delete(listener);
      if (set.size === 0 && this.#listeners.get(key) === set) this.#listeners.delete(key);
    };
  }

  tell(key: Key, news: News): void {
    const set = this.#listeners.get(key);
    if (set !== undefined) for (const listener of set) listener(news);
  }

  get size(): number {
    return this.#listeners.size;
  }
}

export interface UserTrade {
  readonly trade: Trade;
  readonly role: 'taker' | 'maker';
}

const everything = 'everything';
type Everything = typeof everything;

export class Routes {
  readonly books = new RouteTable<InstrumentId, BookDelta>();
  readonly quotes = new RouteTable<InstrumentId, null>();
  readonly tickers = new RouteTable<InstrumentId, null>();
  readonly candles = new RouteTable<InstrumentId, null>();
  readonly funding = new RouteTable<InstrumentId, null>();
  readonly trades = new RouteTable<InstrumentId | Everything, Trade>();
  readonly indexes = new RouteTable<IndexName, null>();
  readonly marks = new RouteTable<IndexName, null>();
  readonly orders = new RouteTable<AccountId, OrderState>();
  readonly userTrades = new RouteTable<AccountId, UserTrade>();
  readonly positions = new RouteTable<AccountId, PositionChanged>();
  readonly portfolios = new RouteTable<AccountId, ReadonlySet<Currency>>();
  readonly accounts = new RouteTable<AccountId, null>();
  readonly mmpTriggers = new RouteTable<AccountId, MmpTriggered>();
  readonly states = new RouteTable<Everything, FeedChanges['instrumentStates'][number]>();
  readonly trading = new RouteTable<Everything, null>();
  readonly liquidations = new RouteTable<Everything, LiquidationNews>();
  readonly time = new RouteTable<Everything, TsUs>();

  /** Tells everybody concerned; channels only gather here, and send afterwards. */
  tell(changes: FeedChanges): void {
    if (this.books.size > 0)
      for (const one of changes.books) this.books.tell(one.instrumentId, one);
    if (this.quotes.size > 0) for (const id of changes.quotes) this.quotes.tell(id, null);
    if (this.tickers.size > 0) for (const id of changes.tickers) this.tickers.tell(id, null);
    if (this.trades.size > 0) {
      for (const trade of changes.trades) {
        this.trades.tell(trade.instrumentId, trade);
        this.trades.tell(everything, trade);
      }
    }
    if (this.candles.size > 0) for (const id of changes.candles) this.candles.tell(id, null);
    for (const id of changes.funding) this.funding.tell(id, null);
    for (const name of changes.indexes) this.indexes.tell(name, null);
    for (const name of changes.marks) this.marks.tell(name, null);
    for (const one of changes.instrumentStates) this.states.tell(everything, one);
    if (changes.tradingStateChanged) this.trading.tell(everything, null);
    for (const one of changes.liquidations) this.liquidations.tell(everything, one);
    this.#tellAccounts(changes);
    this.time.tell(everything, changes.tsUs);
  }

  #tellAccounts(changes: FeedChanges): void {
    if (this.orders.size > 0) {
      for (const order of changes.orders) this.orders.tell(order.accountId, order);
    }
    if (this.userTrades.size > 0) {
      for (const trade of changes.trades) {
        this.userTrades.tell(trade.taker.accountId, { trade, role: 'taker' });
        this.userTrades.tell(trade.maker.accountId, { trade, role: 'maker' });
      }
    }
    if (this.positions.size > 0) {
      for (const position of changes.positions) this.positions.tell(position.accountId, position);
    }
    if (this.portfolios.size > 0) {
      for (const [id, currencies] of changes.portfolios) this.portfolios.tell(id, currencies);
    }
    for (const trigger of changes.mmpTriggers) {
      this.mmpTriggers.tell(trigger.accountId, trigger);
    }
    for (const account of changes.accounts) this.accounts.tell(account.accountId, null);
  }

  /** For what is told without a key. */
  readonly everything: Everything = everything;
}
