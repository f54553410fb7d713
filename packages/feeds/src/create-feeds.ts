// Create feeds: takes events one by one to the records they concern. It runs between the
// sequencer's publication and everybody outside, so its work per event is a few look-ups; nothing
// here knows who listens.
import {
  type AccountChanged,
  type AccountId,
  type Applied,
  type BookLevelChanged,
  type Currency,
  currencies,
  type Event,
  type IndexName,
  type Instrument,
  type InstrumentId,
  type InstrumentState,
  type InstrumentStateChanged,
  type MarksChanged,
  type MarkView,
  type OrderId,
  type OrderState,
  type PositionChanged,
  type Seq,
  type Trade,
  type TsUs,
} from '@openstrike/domain';
import { assert } from '@openstrike/std';
import { AccountRecord } from './account-record.ts';
import { ChangeSet } from './change-set.ts';
import type {
  BestQuote,
  Candle,
  CandleResolution,
  FeedChanges,
  FeedSeed,
  Feeds,
  IndexState,
  InstrumentFilter,
  PublicBook,
  RealisedVolatility,
  Ticker,
} from './feeds.ts';
import { IndexRecord } from './index-record.ts';
import { InstrumentRecord } from './instrument-record.ts';
import { minuteOf } from './minute-window.ts';
import { OpenOrders } from './open-orders.ts';
import { seededPosition } from './seeded-position.ts';

/** Delivered instruments whose names still resolve; older ones are history's. */
const formerInstrumentsMax = 20_000;

/** Feeds of a venue that has no past; `seed` gives them one. */
export const createFeeds = (): Feeds => new FeedState();

class FeedState implements Feeds {
  #seq = 0 as Seq;
  #tsUs = 0 as TsUs;
  #minute = 0;
  #records = new Map<InstrumentId, InstrumentRecord>();
  #recordsByName = new Map<string, InstrumentRecord>();
  /** Delivered and not yet former. */
  #delivered: InstrumentRecord[] = [];
  #former = new Map<InstrumentId, Instrument>();
  #formerByName = new Map<string, Instrument>();
  #indexes = new Map<IndexName, IndexRecord>();
  #accounts = new Map<AccountId, AccountRecord>();
  readonly #openOrders = new OpenOrders();
  /** Open until told otherwise. */
  #tradingState = new Map<Currency | 'all', FeedSeed['tradingState'][number]>(
    (['all', ...currencies] as const).map((scope) => [scope, { scope, state: 'open', reason: '' }]),
  );
  /** Whether a daily settlement has begun and not ended. */
  #settling = false;
  /** Books that the command at hand has changed. */
  #changedBooks: InstrumentRecord[] = [];

  seed(seed: FeedSeed): void {
    assert(this.#seq === 0, 'feeds are seeded before anything else');
    this.#seq = seed.seq;
    this.#tsUs = seed.tsUs;
    this.#minute = minuteOf(seed.tsUs);
    for (const former of seed.formerInstruments ?? []) {
      this.#keepFormer(former);
    }
    for (const { indexName, price, tsUs } of seed.recentIndexes) {
      this.#index(indexName).remember(price, tsUs);
    }
    for (const index of seed.indexes) {
      this.#index(index.indexName).load(index, seed.tsUs);
    }
    for (const view of seed.instruments) {
      const record = this.#list(view.instrument);
      record.load(view, seed.tsUs);
      record.book.open(seed.seq, seed.tsUs);
      this.#settling ||= view.state === 'settling';
      if (view.state === 'delivered') {
        this.#delivered.push(record);
      }
    }
    for (const book of seed.books) {
      this.#records.get(book.instrumentId)?.loadBook(book, seed.seq, seed.tsUs);
    }
    for (const trade of seed.recentTrades) {
      this.#records.get(trade.instrumentId)?.trade(trade);
    }
    for (const account of seed.accounts) {
      this.#changeAccount(account);
    }
    for (const order of seed.openOrders) {
      this.#changeOrder(order);
    }
    for (const view of seed.positions) {
      const instrument = this.instrument(view.instrumentId);
      if (instrument !== null) {
        this.#account(view.accountId).changePosition(seededPosition(view, instrument));
      }
    }
    for (const row of seed.tradingState) {
      this.#tradingState.set(row.scope, row);
    }
  }

  absorb(batch: readonly Applied[]): FeedChanges {
    const start = batch.findIndex((applied) => applied.seq > this.#seq);
    const fresh = start === 0 ? batch : start < 0 ? [] : batch.slice(start);
    const changes = new ChangeSet(fresh, this.#seq, this.#tsUs);
    for (const { seq, tsUs, events } of fresh) {
      this.#seq = seq;
      this.#tsUs = tsUs;
      for (const event of events) {
        this.#absorbEvent(event, tsUs, changes);
      }
      if (this.#changedBooks.length > 0) {
        this.#closeBooks(changes);
      }
    }
    const minute = minuteOf(this.#tsUs);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#retire(changes);
    }
    changes.lastSeq = this.#seq;
    changes.tsUs = this.#tsUs;
    return changes.close();
  }

  #absorbEvent(event: Event, tsUs: TsUs, changes: ChangeSet): void {
    switch (event.type) {
      case 'order-changed':
        changes.orders.push(event.order);
        this.#touch(this.#changeOrder(event.order), event.order.instrumentId, changes);
        break;
      case 'book-level-changed':
        this.#changeLevel(event);
        break;
      case 'trade':
        this.#trade(event, changes);
        break;
      case 'position-changed':
        this.#changePosition(event, changes);
        break;
      case 'cash-changed':
        changes.cash.push(event);
        changes.touchPortfolio(this.#account(event.accountId), event.currency);
        break;
      case 'marks-changed':
        this.#mark(event, tsUs, changes);
        break;
      case 'index-changed':
        this.#index(event.indexName).change(event, tsUs);
        changes.addIndex(event.indexName);
        break;
      default:
        this.#absorbRareEvent(event, tsUs, changes);
    }
  }

  #absorbRareEvent(event: Event, tsUs: TsUs, changes: ChangeSet): void {
    switch (event.type) {
      case 'funding-changed': {
        const record = this.#records.get(event.instrumentId);
        if (record !== undefined) {
          record.currentFunding = event.currentFunding;
          record.funding8h = event.funding8h;
          changes.addFunding(event.instrumentId);
          changes.addTicker(event.instrumentId);
        }
        break;
      }
      case 'position-settled': {
        const record = this.#records.get(event.instrumentId);
        if (record !== undefined && event.kind === 'settlement') {
          record.settlementPrice = event.markPrice;
          changes.addTicker(event.instrumentId);
        }
        this.#touch(this.#account(event.accountId), event.instrumentId, changes);
        break;
      }
      case 'instrument-listed':
        this.#list(event.instrument).book.open(this.#seq, tsUs);
        changes.addState(event.instrument.id, 'created', tsUs);
        changes.addState(event.instrument.id, 'started', tsUs);
        changes.addTicker(event.instrument.id);
        break;
      case 'instrument-state-changed':
        this.#changeState(event, tsUs, changes);
        break;
      case 'surface-changed':
        this.#index(event.indexName).keep(event.kept, tsUs);
        break;
      case 'account-changed':
        this.#changeAccount(event);
        changes.accounts.push(event);
        break;
      case 'mmp-triggered':
        changes.mmpTriggers.push(event);
        break;
      case 'liquidation-phase-changed':
      case 'liquidation-stepped':
      case 'liquidation-ended':
        changes.liquidations.push(event);
        break;
      case 'trading-state-changed':
        this.#tradingState.set(event.scope, {
          scope: event.scope,
          state: event.state,
          reason: event.reason,
        });
        changes.tradingStateChanged = true;
        break;
      default:
        break;
    }
  }

  #changeOrder(order: OrderState): AccountRecord {
    const account = this.#account(order.accountId);
    this.#openOrders.change(order, account.orders);
    return account;
  }

  #changeLevel(event: BookLevelChanged): void {
    const record = this.#records.get(event.instrumentId);
    if (record !== undefined && record.book.change(event)) {
      this.#changedBooks.push(record);
    }
  }

  #closeBooks(changes: ChangeSet): void {
    for (const record of this.#changedBooks) {
      const moved = record.book.bestMoved();
      const delta = record.book.close(this.#seq, this.#tsUs);
      if (delta !== null) {
        changes.books.push(delta);
      }
      if (moved) {
        changes.addQuote(record.instrument.id);
        changes.addTicker(record.instrument.id);
      }
    }
    this.#changedBooks.length = 0;
  }

  #trade(trade: Trade, changes: ChangeSet): void {
    changes.trades.push(trade);
    const record = this.#records.get(trade.instrumentId);
    if (record === undefined) {
      return;
    }
    record.trade(trade);
    changes.addTicker(trade.instrumentId);
    changes.addCandle(trade.instrumentId);
    const currency = record.instrument.settlementCurrency;
    changes.touchPortfolio(this.#account(trade.taker.accountId), currency);
    changes.touchPortfolio(this.#account(trade.maker.accountId), currency);
  }

  #changePosition(position: PositionChanged, changes: ChangeSet): void {
    changes.positions.push(position);
    const account = this.#account(position.accountId);
    const before = account.changePosition(position);
    const record = this.#records.get(position.instrumentId);
    if (record !== undefined) {
      const opened = Math.max(position.sizeLots, 0) - Math.max(before, 0);
      if (opened !== 0) {
        record.openInterestLots += opened;
        changes.addTicker(position.instrumentId);
      }
      changes.touchPortfolio(account, record.instrument.settlementCurrency);
    }
  }

  #mark(event: MarksChanged, tsUs: TsUs, changes: ChangeSet): void {
    const ids = event.instrumentIds;
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row] as InstrumentId;
      const record = this.#records.get(id);
      if (record !== undefined) {
        record.mark(event, row, tsUs);
        changes.addTicker(id);
      }
    }
    changes.addMarks(event.indexName);
  }

  #changeState(event: InstrumentStateChanged, tsUs: TsUs, changes: ChangeSet): void {
    const record = this.#records.get(event.instrumentId);
    if (record === undefined || record.state === event.state) {
      return;
    }
    const word = stateWord(record.state, event.state);
    if (event.state === 'settling') {
      this.#settling = true;
    } else if (word === 'settled' && this.#settling) {
      this.#settling = false;
      this.#fixSettlementPrices(changes);
    }
    record.state = event.state;
    record.deliveryPrice = event.deliveryPrice;
    if (word !== null) {
      changes.addState(event.instrumentId, word, tsUs);
    }
    if (event.state === 'delivered') {
      this.#delivered.push(record);
    }
    changes.addTicker(event.instrumentId);
  }

  /** Whatever reopens first after the daily settlement tells that all contracts were settled. */
  #fixSettlementPrices(changes: ChangeSet): void {
    for (const record of this.#records.values()) {
      if (record.state !== 'delivered' && !Number.isNaN(record.markPrice)) {
        record.settlementPrice = record.markPrice;
        changes.addTicker(record.instrument.id);
      }
    }
  }

  #changeAccount(account: AccountChanged): void {
    const record = this.#account(account.accountId);
    if (record.account === null && account.parentId !== null) {
      this.#account(account.parentId).subaccounts.push(account.accountId);
    }
    record.account = account;
  }

  #touch(account: AccountRecord, instrumentId: InstrumentId, changes: ChangeSet): void {
    const record = this.#records.get(instrumentId);
    if (record !== undefined) {
      changes.touchPortfolio(account, record.instrument.settlementCurrency);
    }
  }

  #list(instrument: Instrument): InstrumentRecord {
    const record = new InstrumentRecord(instrument, this.#index(instrument.indexName));
    this.#records.set(instrument.id, record);
    this.#recordsByName.set(instrument.name, record);
    return record;
  }

  /** Lets go of what was delivered more than a day ago, all but the instrument itself. */
  #retire(changes: ChangeSet): void {
    if (!this.#delivered.some((record) => record.isFormer(this.#tsUs))) {
      return;
    }
    for (const record of this.#delivered.filter((each) => each.isFormer(this.#tsUs))) {
      const { id, name } = record.instrument;
      this.#records.delete(id);
      this.#recordsByName.delete(name);
      this.#keepFormer(record.instrument);
      for (const account of this.#accounts.values()) {
        account.dropPosition(id);
      }
      changes.addState(id, 'terminated', this.#tsUs);
    }
    this.#delivered = this.#delivered.filter((record) => !record.isFormer(this.#tsUs));
  }

  #keepFormer(instrument: Instrument): void {
    this.#former.set(instrument.id, instrument);
    this.#formerByName.set(instrument.name, instrument);
    if (this.#former.size > formerInstrumentsMax) {
      const [oldest] = this.#former.values();
      this.#former.delete((oldest as Instrument).id);
      this.#formerByName.delete((oldest as Instrument).name);
    }
  }

  #account(accountId: AccountId): AccountRecord {
    let record = this.#accounts.get(accountId);
    if (record === undefined) {
      record = new AccountRecord(accountId);
      this.#accounts.set(accountId, record);
    }
    return record;
  }

  #index(indexName: IndexName): IndexRecord {
    let record = this.#indexes.get(indexName);
    if (record === undefined) {
      record = new IndexRecord(indexName);
      this.#indexes.set(indexName, record);
    }
    return record;
  }

  instrumentByName(name: string): Instrument | null {
    return this.#recordsByName.get(name)?.instrument ?? this.#formerByName.get(name) ?? null;
  }

  instrument(instrumentId: InstrumentId): Instrument | null {
    return this.#records.get(instrumentId)?.instrument ?? this.#former.get(instrumentId) ?? null;
  }

  instrumentState(instrumentId: InstrumentId): InstrumentState | null {
    if (this.#former.has(instrumentId)) {
      return 'delivered';
    }
    return this.#records.get(instrumentId)?.state ?? null;
  }

  instruments(filter: InstrumentFilter): readonly Instrument[] {
    const found: Instrument[] = [];
    for (const { instrument, state } of this.#records.values()) {
      if (
        (state === 'delivered') === filter.expired &&
        (filter.currency === null || filter.currency === instrument.settlementCurrency) &&
        (filter.kind === null || (filter.kind === 'option') === (instrument.kind === 'option'))
      ) {
        found.push(instrument);
      }
    }
    return found.sort((a, b) => a.id - b.id);
  }

  book(instrumentId: InstrumentId): PublicBook | null {
    return this.#records.get(instrumentId)?.book.view() ?? null;
  }

  ticker(instrumentId: InstrumentId): Ticker | null {
    return this.#records.get(instrumentId)?.ticker(this.#tsUs) ?? null;
  }

  bestQuote(instrumentId: InstrumentId): BestQuote | null {
    return this.#records.get(instrumentId)?.bestQuote() ?? null;
  }

  mark(instrumentId: InstrumentId): MarkView | null {
    return this.#records.get(instrumentId)?.markView() ?? null;
  }

  index(indexName: IndexName): IndexState | null {
    const record = this.#indexes.get(indexName);
    return record === undefined || record.price === 0 ? null : record.view(this.#tsUs);
  }

  realisedVolatility(indexName: IndexName): RealisedVolatility | null {
    const record = this.#indexes.get(indexName);
    return record === undefined || record.price === 0 ? null : record.realised();
  }

  recentTrades(instrumentId: InstrumentId): readonly Trade[] {
    return this.#records.get(instrumentId)?.recentTrades(this.#tsUs) ?? [];
  }

  candle(
    instrumentId: InstrumentId,
    resolution: CandleResolution,
    atUs: TsUs = this.#tsUs,
  ): Candle | null {
    return this.#records.get(instrumentId)?.candle(resolution, atUs) ?? null;
  }

  tradingState(): FeedSeed['tradingState'] {
    return [...this.#tradingState.values()];
  }

  account(accountId: AccountId): AccountChanged | null {
    return this.#accounts.get(accountId)?.account ?? null;
  }

  accounts(): readonly AccountChanged[] {
    const accounts: AccountChanged[] = [];
    for (const { account } of this.#accounts.values()) {
      if (account !== null) {
        accounts.push(account);
      }
    }
    return accounts.sort((a, b) => a.accountId - b.accountId);
  }

  subaccounts(parentId: AccountId): readonly AccountChanged[] {
    const ids = this.#accounts.get(parentId)?.subaccounts ?? [];
    return ids.map((id) => this.account(id) as AccountChanged);
  }

  openOrders(accountId: AccountId): readonly OrderState[] {
    return this.#accounts.get(accountId)?.orders.all() ?? [];
  }

  openOrder(orderId: OrderId): OrderState | null {
    return this.#openOrders.get(orderId);
  }

  openOrdersByLabel(accountId: AccountId, label: string): readonly OrderState[] {
    return this.#accounts.get(accountId)?.orders.ofLabel(label) ?? [];
  }

  position(accountId: AccountId, instrumentId: InstrumentId): PositionChanged | null {
    return this.#accounts.get(accountId)?.position(instrumentId) ?? null;
  }

  positions(accountId: AccountId): readonly PositionChanged[] {
    return this.#accounts.get(accountId)?.positions() ?? [];
  }

  lastSeq(): Seq {
    return this.#seq;
  }
}

type StateWord = FeedChanges['instrumentStates'][number]['state'];

/** Deribit's word for a change of state; null where it has none. */
const stateWord = (from: InstrumentState, to: InstrumentState): StateWord | null => {
  if (to === 'delivered') {
    return 'closed';
  }
  if (to === 'open') {
    return from === 'settling' ? 'settled' : 'started';
  }
  return null;
};
