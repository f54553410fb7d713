// Auditor: follows every published command with slow, obvious models and a second state machine,
// and stops the run at the first event that cannot be right. It is the one reader of a run that
// never loses its place: after each recovery it is handed what it has not seen yet.
// Invariant: what it has checked is durable; what is acknowledged it has checked before.
import type {
  AccountId,
  AccountSummary,
  Applied,
  Command,
  Currency,
  Event,
  InstrumentId,
  OrderId,
  Seq,
  StateMachine,
  TsUs,
} from '@openstrike/domain';
import { currencies } from '@openstrike/domain';
import type { Coverage } from '../coverage.ts';
import { HashedMachine } from '../hashed-machine.ts';
import { checkAuctionList, type RunningAuction } from './auction-list.ts';
import { BookModel } from './book-model.ts';
import { checkUncrossing } from './call-auction-model.ts';
import { CashModel } from './cash-model.ts';
import {
  type ContractFacts,
  ContractFactsTable,
  coinsAt,
  feeBase,
  feeIsRight,
  valueAt,
} from './contract-facts.ts';
import { ExposureModel } from './exposure-model.ts';
import { FixingModel } from './fixing-model.ts';
import { FundModel } from './fund-model.ts';
import { KeyModel } from './key-model.ts';
import { KillModel } from './kill-model.ts';
import { LiquidationModel } from './liquidation-model.ts';
import { ListingModel } from './listing-model.ts';
import { MakerModel } from './maker-model.ts';
import { MarketFacts } from './market-facts.ts';
import { OrderModel } from './order-model.ts';
import { checkPlaced } from './placed-orders.ts';
import { PositionModel } from './position-model.ts';
import { ProofModel } from './proof-model.ts';
import { sameValue } from './same-value.ts';
import { SolvencyModel } from './solvency-model.ts';
import { hold, show } from './violation.ts';
import { WatchModel } from './watch-model.ts';
import { WaterfallModel } from './waterfall-model.ts';

/** Published commands that a report of a failure shows. */
const traceMax = 12;

export class Auditor {
  readonly cash = new CashModel();
  readonly orders = new OrderModel();
  readonly books = new BookModel();
  readonly positions = new PositionModel();
  readonly facts = new ContractFactsTable();
  readonly #fixings = new FixingModel();
  readonly #market = new MarketFacts(this.#fixings);
  readonly solvency = new SolvencyModel({
    facts: this.facts,
    market: this.#market,
    cash: this.cash,
    positions: this.positions,
    orders: this.orders,
  });
  readonly #liquidations: LiquidationModel;
  readonly #watch: WatchModel;
  readonly #waterfall = new WaterfallModel({
    facts: this.facts,
    market: this.#market,
    orders: this.orders,
    positions: this.positions,
  });
  readonly #funds: FundModel;
  readonly #listings: ListingModel;
  /** Changes of marks in the present command, by currency. */
  readonly #marksChanged = new Map<Currency, number>();
  readonly #halted = new Set<string>();
  readonly #frozen = new Set<string>();
  /** Of auctions that end in this command: their price, and lots still to trade. */
  readonly #uncrossing = new Map<InstrumentId, { readonly priceTicks: number; lots: number }>();
  readonly #keys = new KeyModel();
  readonly #kills = new KillModel();
  readonly #makers: MakerModel;
  readonly #proofs = new ProofModel(this.cash);
  readonly #exposures = new ExposureModel(this.positions);
  readonly #coverage: Coverage;
  /** Follows the published commands beside the models; answers what only a machine can. */
  readonly #shadow: HashedMachine;
  /** Every published command by seq, to know acknowledgements and the final journal by. */
  readonly commands: Command[] = [];
  readonly stamps: TsUs[] = [];
  readonly trace: Applied[] = [];
  /** State hashes that the venue's own machine reached, by seq, until the shadow gets there. */
  readonly #hashes = new Map<number, string>();
  readonly #deliveryPrices = new Map<string, number>();
  readonly #indexPrices = new Map<string, number>();
  readonly #toQuery = new Map<string, readonly [AccountId, Currency]>();
  lastSeq = 0;
  lastTsUs = 0;
  events = 0;
  #auditedEvents = 0;
  readonly #auditEvery: number;

  constructor(shadow: StateMachine, coverage: Coverage, auditEvery = 1_000) {
    this.#shadow = new HashedMachine(shadow);
    this.#coverage = coverage;
    this.#makers = new MakerModel(coverage);
    this.#listings = new ListingModel(this.facts, coverage);
    this.#auditEvery = auditEvery;
    const { cash, positions, solvency } = this;
    const holds = (accountId: AccountId, currency: Currency): boolean =>
      this.#holds(accountId, currency);
    const parts = { facts: this.facts, market: this.#market, cash, positions, solvency };
    const liquidations = new LiquidationModel(parts, coverage);
    this.#liquidations = liquidations;
    this.#funds = new FundModel({
      ...parts,
      stressOf: (currency) => this.#waterfall.parameters(currency).fundStress,
    });
    this.#watch = new WatchModel(
      shadow,
      holds,
      (currency) => this.#isQuiet(currency),
      (accountId, currency) => liquidations.isHandled(accountId, currency),
      (currency) => this.#waterfall.watchRounds(currency),
    );
  }

  /** Liquidation auctions that may be answered now. */
  auctions(): ReturnType<LiquidationModel['auctions']> {
    return this.#liquidations.auctions();
  }

  /** Takes a published command in and checks all of it. Throws: a Violation. */
  take(applied: Applied): void {
    const { command, seq, tsUs, events } = applied;
    hold(
      seq === this.lastSeq + 1,
      'commands are published in order, once',
      () => `${seq} after ${this.lastSeq}`,
    );
    hold(tsUs >= this.lastTsUs, 'time never goes back', () => `${tsUs} after ${this.lastTsUs}`);
    const beforeUs = this.lastTsUs;
    this.lastSeq = seq;
    this.lastTsUs = tsUs;
    this.commands[seq] = command;
    this.stamps[seq] = tsUs;
    this.trace.push(applied);
    if (this.trace.length > traceMax) this.trace.shift();
    this.#coverage.countApplied(applied);
    if (command.type === 'set-index') {
      const refused = events.some(({ type }) => type === 'command-rejected');
      if (!refused) this.#fixings.print(command, tsUs);
    }
    this.#liquidations.begin();
    for (const event of events) {
      this.#check(event, applied);
      this.#market.take(event, applied);
      this.solvency.take(event, applied);
      this.#liquidations.take(event);
      this.#waterfall.take(event, applied, beforeUs);
      this.#noteState(event);
    }
    this.#close(applied);
    this.#follow(applied);
    this.events += events.length;
    if (this.events >= this.#auditedEvents + this.#auditEvery) {
      this.#auditedEvents = this.events;
      this.audit();
    }
  }

  /** Holds that what a client was told is what was published, and published before it was told. */
  acknowledged({ seq, command }: Applied): void {
    hold(seq <= this.lastSeq, 'only durable commands are acknowledged', () => `${seq}`);
    hold(
      this.commands[seq] === command,
      'an acknowledgement is of what was published',
      () => `${seq}: ${show(command)}`,
    );
  }

  /** Notes the hash that the venue's machine had after a command, which may never be published. */
  noteHash(seq: number, hash: string): void {
    this.#hashes.set(seq, hash);
  }

  /** Holds that a recovered machine is where the published commands lead, neither less nor more. */
  recovered(lastSeq: Seq, stateHash: string): void {
    hold(
      lastSeq === this.lastSeq,
      'recovery keeps what was acknowledged',
      () => `recovered to ${lastSeq}, published to ${this.lastSeq}`,
    );
    const same = stateHash === this.#shadow.stateHash();
    hold(same, 'recovery restores the state', () => `${lastSeq}`);
    this.#hashes.clear();
  }

  stateHash(): string {
    return this.#shadow.stateHash();
  }

  /** Checks everything that is not checked at each event. */
  audit(): void {
    this.#coverage.count('audit', 'full');
    this.#auditMoney();
    this.#auditOrders();
    this.#auditPositions();
    this.#funds.check(this.#shadow.query('insurance', {}), this.lastTsUs);
    this.#checkAuctions();
    for (const { instrument } of this.facts.all()) {
      this.books.checkAgainst(instrument.id, this.orders.ofInstrument(instrument.id));
    }
  }

  #checkAuction(event: Event): void {
    if (event.type === 'call-auction-started') this.#coverage.count('halt', 'call auction');
    if (event.type !== 'call-auction-uncrossed') return;
    const { instrumentId, priceTicks, sizeLots } = event;
    const { state } = this.facts.get(instrumentId);
    hold(state === 'auction', 'auctions end what they began', () => show(event));
    checkUncrossing(event, this.orders.ofInstrument(instrumentId));
    this.#uncrossing.set(instrumentId, { priceTicks, lots: sizeLots });
    this.#coverage.count('halt', 'uncrossed');
  }

  #check(event: Event, applied: Applied): void {
    switch (event.type) {
      case 'trade':
        return this.#checkTrade(event);
      case 'order-changed': {
        const { instrument } = this.facts.get(event.order.instrumentId);
        this.#ask(event.order.accountId, instrument.settlementCurrency);
        if (event.cause === 'placed') {
          this.#makers.placed(event.order);
          this.#exposures.placed(event.order);
          this.#kills.placed(event.order);
        }
        if (event.cause === 'cancelled') this.#kills.cancelled(event.order);
        return this.orders.change(event);
      }
      case 'book-level-changed':
        return this.books.change(event);
      case 'cash-changed':
        this.#ask(event.accountId, event.currency);
        if (event.instrumentId !== null && event.tradeId === null) this.positions.paid(event);
        return this.cash.change(event, applied);
      case 'position-changed':
        return this.positions.changed(event);
      case 'option-exercised':
        return this.positions.exercised(event);
      case 'position-settled': {
        const facts = this.facts.get(event.instrumentId);
        const { indexName, expiryUs } = facts.instrument;
        const price = this.#deliveryPrices.get(`${indexName}:${expiryUs}`) ?? null;
        return this.positions.settled(event, facts, event.kind === 'delivery' ? price : null);
      }
      case 'funding-changed':
        return this.positions.funding(event);
      case 'expiry-fixed': {
        const key = `${event.indexName}:${event.expiryUs}`;
        hold(!this.#deliveryPrices.has(key), 'an expiry is delivered once', () => show(event));
        this.#deliveryPrices.set(key, event.price);
        this.#makers.expired(event.indexName, event.expiryUs);
        return this.#fixings.check(event, applied.tsUs);
      }
      case 'instrument-listed':
        this.#listings.listed(event.instrument);
        return this.facts.list(event.instrument);
      case 'instrument-state-changed':
        return this.#checkState(event);
      case 'index-changed':
        this.#indexPrices.set(event.indexName, event.price);
        this.#makers.index(event.indexName, event.price);
        return;
      case 'insurance-changed': {
        const before = this.cash.insurance.get(event.currency) ?? 0;
        hold(before + event.change === event.balance, 'the fund is the sum of its changes', () =>
          show(event),
        );
        this.cash.insurance.set(event.currency, event.balance);
        return;
      }
      case 'mmp-triggered':
        return this.#makers.triggered(event);
      case 'settlement-closed':
        return this.#proofs.settled(event);
      case 'liabilities-published':
        return this.#proofs.published(event);
      case 'marks-changed':
        this.#makers.marks(event);
        return this.#checkMarks(event);
      default:
        return this.#checkRule(event, applied);
    }
  }

  /** Events that change what is allowed, or by which terms. */
  #checkRule(event: Event, applied: Applied): void {
    switch (event.type) {
      case 'venue-configured':
        this.#watch.restart();
        return this.facts.configured(event, applied);
      case 'tables-announced':
        return this.#announced(event, applied);
      case 'account-changed':
        return this.#kills.account(event);
      case 'kill-switch-changed':
        return this.#kills.switched(event);
      default:
        return this.#checkAuction(event);
    }
  }

  /** An announcement is the command's own, unless there is none to be. */
  #announced(event: Extract<Event, { type: 'tables-announced' }>, applied: Applied): void {
    const { command, events } = applied;
    const last = events.findLast(({ type }) => type === 'tables-announced');
    const refused = events.some(({ type }) => type === 'command-rejected');
    if (command.type !== 'announce-tables' || refused || event !== last) {
      this.facts.dropped(event, applied);
      return;
    }
    const same = command.effectiveUs === event.effectiveUs;
    hold(same && command.tables.length === event.tables.length, 'announcements are as asked', () =>
      show(event),
    );
    this.facts.announce(command);
  }

  #noteState(event: Event): void {
    if (event.type === 'trading-state-changed') {
      if (event.state === 'halted') this.#halted.add(event.scope);
      else this.#halted.delete(event.scope);
    } else if (event.type === 'index-changed') {
      if (event.status === 'frozen') this.#frozen.add(event.indexName);
      else this.#frozen.delete(event.indexName);
    } else if (event.type === 'marks-changed') {
      const { instrument } = this.facts.get(event.instrumentIds[0] as never);
      const { settlementCurrency: currency } = instrument;
      this.#marksChanged.set(currency, (this.#marksChanged.get(currency) ?? 0) + 1);
    }
  }

  #holds(accountId: AccountId, currency: Currency): boolean {
    for (const { instrumentId, lots } of this.positions.ofAccount(accountId)) {
      const { settlementCurrency } = this.facts.get(instrumentId).instrument;
      if (lots !== 0 && settlementCurrency === currency) return true;
    }
    return false;
  }

  /** Whether nobody can be liquidated in a currency now. */
  #isQuiet(currency: Currency): boolean {
    if (this.#kills.venue || this.#halted.has('all') || this.#halted.has(currency)) return true;
    for (const { instrument, state } of this.facts.all()) {
      if (instrument.settlementCurrency !== currency || state === 'delivered') continue;
      if (state === 'settling' || this.#frozen.has(instrument.indexName)) return true;
    }
    return false;
  }

  #checkTrade(trade: Extract<Event, { type: 'trade' }>): void {
    const facts = this.facts.get(trade.instrumentId);
    const { instrument, fees } = facts;
    const called = facts.state === 'auction' && trade.liquidation === null;
    const price = this.#uncrossing.get(trade.instrumentId) ?? null;
    const outside = trade.liquidation !== null && trade.maker.orderType === 'market';
    hold(
      facts.state === 'open' || outside || (called && price !== null),
      'only open instruments trade',
      () => show(trade),
    );
    hold(!called || trade.priceTicks === price?.priceTicks, 'an auction has one price', () =>
      show(trade),
    );
    if (called && price !== null) price.lots -= trade.sizeLots;
    this.#makers.trade(trade, facts, (id) => this.orders.open.get(id as OrderId));
    this.#exposures.trade(trade);
    this.orders.trade(trade, called);
    this.positions.trade(trade, facts);
    this.positions.checkLots(trade);
    const { sizeLots, priceTicks, tradeId } = trade;
    const index = this.#indexPrices.get(instrument.indexName) ?? 0;
    const base = feeBase(instrument, sizeLots, priceTicks, index);
    const value = valueAt(instrument, sizeLots, priceTicks);
    const cap = instrument.kind === 'option' ? fees.premiumCapRate : null;
    for (const party of [trade.taker, trade.maker]) {
      const full = party === trade.taker ? fees.takerRate : fees.makerRate;
      const rate = outside ? 0 : full;
      hold(
        feeIsRight(party.fee, base, rate, cap, value),
        'fees are within their cap',
        () => `${show(party)} of ${show(trade)} on ${coinsAt(instrument, sizeLots, index).num}`,
      );
      const premium = instrument.kind === 'option' ? Number(value.num / value.den) : 0;
      this.cash.owe(party, tradeId, party.side === 'buy' ? 0 - premium : premium);
    }
  }

  #checkState(event: Extract<Event, { type: 'instrument-state-changed' }>): void {
    const facts = this.facts.get(event.instrumentId);
    hold(facts.state !== 'delivered', 'a delivered contract stays delivered', () => show(event));
    facts.state = event.state;
    if (event.state !== 'delivered') return;
    this.facts.delivered += 1;
    const { id, indexName, expiryUs, name } = facts.instrument;
    const price = this.#deliveryPrices.get(`${indexName}:${expiryUs}`);
    hold(event.deliveryPrice === price, 'all series of an expiry have one price', () => name);
    for (const order of this.orders.ofInstrument(id)) {
      hold(false, 'no order outlives its contract', () => show(order));
    }
    this.positions.delivered(facts);
    this.#coverage.count('expiry', 'instrument delivered');
  }

  #checkMarks(event: Extract<Event, { type: 'marks-changed' }>): void {
    const { instrumentIds, markPrice, bandMinTicks, bandMaxTicks } = event;
    for (let i = 0; i < instrumentIds.length; i++) {
      const mark = markPrice[i] as number;
      const right = Number.isNaN(mark) || (mark >= 0 && Number.isFinite(mark));
      hold(right, 'marks are prices', () => `${instrumentIds[i]}: ${mark}`);
      const ordered = (bandMinTicks[i] as number) <= (bandMaxTicks[i] as number);
      hold(ordered, 'bands are ordered', () => `${instrumentIds[i]}`);
    }
  }

  #close(applied: Applied): void {
    const { command } = applied;
    if (command.type === 'place-order') checkPlaced(command, applied.events);
    if (command.type === 'place-order' && command.clientKey !== null) {
      this.#keys.arrived(command, command.clientKey, applied);
    }
    this.facts.close(applied);
    this.#listings.close(applied);
    this.#kills.close(command, this.orders.open);
    this.#makers.command(applied, this.facts);
    const factsOf = (id: InstrumentId): ContractFacts => this.facts.get(id);
    this.#makers.close(applied, (id) => this.orders.ofAccount(id), factsOf);
    this.#exposures.close(applied, (id) => this.orders.ofInstrument(id), factsOf);
    this.orders.close();
    this.positions.close();
    this.cash.close(applied);
    this.solvency.close();
    this.#liquidations.close(applied);
    this.#uncrossing.clear();
    this.books.close(
      (instrumentId) => this.orders.ofInstrument(instrumentId),
      (instrumentId) => this.facts.get(instrumentId).state === 'auction',
    );
  }

  /** Applies the command to the shadow, compares, and asks it about the accounts concerned. */
  #follow(applied: Applied): void {
    const { command, seq, tsUs, events } = applied;
    const again = this.#shadow.apply(command, seq, tsUs);
    hold(
      sameValue(events, again),
      'a replica states the same events',
      () => `${show(command)}\n  published ${show(events)}\n  replica   ${show(again)}`,
    );
    const hash = this.#hashes.get(seq);
    if (hash !== undefined) {
      hold(hash === this.#shadow.stateHash(), 'a replica has the same state', () => `${seq}`);
      this.#hashes.delete(seq);
      this.#coverage.count('audit', 'state hash');
    }
    this.#watch.close(applied, this.#marksChanged);
    this.#marksChanged.clear();
    for (const [accountId, currency] of this.#toQuery.values()) this.#margin(accountId, currency);
    this.#toQuery.clear();
    const took = command.type === 'withdraw' || command.type === 'transfer';
    if (took && !events.some(({ type }) => type === 'command-rejected')) {
      const payer = command.type === 'withdraw' ? command.accountId : command.fromId;
      const { availableFunds } = this.#margin(payer, command.currency);
      hold(
        availableFunds >= 0,
        'only free funds leave',
        () => `${show(command)} ${availableFunds}`,
      );
    }
  }

  /** What providers are told of the auctions that run now. */
  #checkAuctions(): void {
    checkAuctionList(this.#shadow.query('auctions', {}), {
      nowUs: this.lastTsUs,
      running: this.#waterfall.auctions(),
      parameters: (currency) => this.#waterfall.parameters(currency),
      fund: (currency) => this.cash.insurance.get(currency) ?? 0,
      holdings: (auction) => this.#auctioned(auction),
    });
  }

  #auctioned({ accountId, currency }: RunningAuction): ReadonlyMap<number, number> {
    const cross = this.solvency.model(accountId).startsWith('cross');
    const held = [...this.positions.ofAccount(accountId)].filter(({ instrumentId, lots }) => {
      const { settlementCurrency } = this.facts.get(instrumentId).instrument;
      return lots !== 0 && (cross || settlementCurrency === currency);
    });
    return new Map(held.map(({ instrumentId, lots }) => [instrumentId, lots]));
  }

  #ask(accountId: AccountId, currency: Currency): void {
    this.#toQuery.set(`${accountId}:${currency}`, [accountId, currency]);
  }

  #margin(accountId: AccountId, currency: Currency): AccountSummary {
    const summary = this.#shadow.query('account-summary', { accountId, currency });
    hold(typeof summary !== 'string', 'accounts have summaries', () => show(summary));
    const { initialMargin, maintenanceMargin, openOrdersMargin, balance } = summary;
    hold(
      Number.isSafeInteger(initialMargin) &&
        initialMargin >= maintenanceMargin &&
        maintenanceMargin >= 0 &&
        openOrdersMargin >= 0,
      'initial margin is at least maintenance margin',
      () => show(summary),
    );
    hold(
      balance === this.cash.balance(accountId, currency),
      'cash is the sum of its changes',
      () => `${show(summary)}, expected ${this.cash.balance(accountId, currency)}`,
    );
    this.solvency.checkSummary(summary);
    return summary;
  }

  #auditMoney(): void {
    const totals = this.#shadow.query('ledger-totals', {});
    for (const { currency, debitsLessCredits, insurance } of totals) {
      hold(
        debitsLessCredits === 0n,
        'debits equal credits',
        () => `${currency} ${debitsLessCredits}`,
      );
      const fund = this.cash.insurance.get(currency) ?? 0;
      hold(
        insurance === fund,
        'the fund is the sum of its changes',
        () => `${currency} ${insurance}`,
      );
    }
    for (const currency of currencies) this.cash.residue(currency);
    for (const { accountId } of this.#shadow.query('accounts', {})) {
      for (const currency of currencies) this.#margin(accountId, currency);
    }
  }

  #auditOrders(): void {
    const open = this.#shadow.query('open-orders', { accountId: null });
    hold(
      open.length === this.orders.open.size,
      'open orders are those stated',
      () => `${open.length} open, ${this.orders.open.size} stated`,
    );
    for (const order of open) {
      const stated = this.orders.open.get(order.orderId);
      hold(
        sameValue(order, stated),
        'open orders are those stated',
        () => `${show(order)}, stated ${show(stated)}`,
      );
    }
  }

  #auditPositions(): void {
    this.positions.checkHolders();
    for (const { instrument, openInterestLots } of this.#shadow.query('instruments', {})) {
      const { id } = instrument;
      this.positions.checkSum(id);
      const stated = this.positions.openInterest(id);
      hold(
        openInterestLots === stated,
        'open interest is the sum of longs',
        () => `${instrument.name}: ${openInterestLots}, expected ${stated}`,
      );
    }
    let held = 0;
    for (const { accountId } of this.#shadow.query('accounts', {})) {
      for (const position of this.#shadow.query('positions', { accountId })) {
        const lots = this.positions.lots(accountId, position.instrumentId);
        hold(position.sizeLots === lots, 'a position is the sum of its fills', () =>
          show(position),
        );
        if (lots !== 0) held += 1;
      }
    }
    const stated = [...this.positions.held()].length;
    hold(held === stated, 'no position is forgotten', () => `${held} held, ${stated} stated`);
  }
}
