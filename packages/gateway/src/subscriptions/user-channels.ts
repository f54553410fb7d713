// User channels: what one account's own doings tell it: orders, trades, changes, portfolio,
// locks. Invariant: a channel belongs to one account for its whole life, whatever its listeners
// become.
import {
  type AccountId,
  type Currency,
  currencies,
  type InstrumentId,
  indexNames,
  type OrderId,
  type OrderState,
  type QueryPort,
} from '@openstrike/domain';
import type { Feeds } from '@openstrike/feeds';
import { renderOrder, renderPortfolio, renderPosition, renderUserTrade } from '@openstrike/wire';
import type { Logger } from 'pino';
import { Channel, type ChannelBase, type Subscription } from './channel.ts';
import { type InstrumentMatch, matchesInstrument } from './channel-name.ts';
import type { Routes } from './routes.ts';

export interface UserChannelParts {
  readonly feeds: Feeds;
  readonly routes: Routes;
  readonly queries: QueryPort;
  readonly log: Logger;
  readonly accountId: AccountId;
}

/** Each state of an order by itself (raw), or the last states of the interval as a list. */
export class UserOrdersChannel extends Channel {
  readonly replaces = false;
  override readonly urgent = true;
  readonly #each: boolean;
  readonly #feeds: Feeds;
  #orders: OrderState[] = [];

  constructor(base: ChannelBase, parts: UserChannelParts, match: InstrumentMatch) {
    super(base);
    this.#feeds = parts.feeds;
    this.#each = base.pace === 'batch';
    this.ends.push(
      parts.routes.orders.add(parts.accountId, (order) => {
        const instrument = parts.feeds.instrument(order.instrumentId);
        if (instrument === null || !matchesInstrument(match, instrument)) return;
        this.#keep(order);
        this.touch();
      }),
    );
  }

  /** Of the states that one command leads an order through, only the last is told. */
  #keep(order: OrderState): void {
    const last = this.#orders.at(-1);
    const same = last?.orderId === order.orderId && last.updatedUs === order.updatedUs;
    if (same) this.#orders.pop();
    this.#orders.push(order);
  }

  protected override emit(): void {
    const orders = this.#orders;
    this.#orders = [];
    if (this.#each) {
      for (const order of orders) for (const data of this.#render([order])) this.send(data);
      return;
    }
    const last = new Map<OrderId, OrderState>();
    for (const order of orders) last.set(order.orderId, order);
    this.send(this.#render([...last.values()]));
  }

  #render(orders: readonly OrderState[]): readonly unknown[] {
    return orders.flatMap((order) => {
      const instrument = this.#feeds.instrument(order.instrumentId);
      return instrument === null ? [] : [renderOrder(order, instrument)];
    });
  }
}

export class UserTradesChannel extends Channel {
  readonly replaces = false;
  override readonly urgent = true;
  #trades: unknown[] = [];

  constructor(base: ChannelBase, parts: UserChannelParts, match: InstrumentMatch) {
    super(base);
    this.ends.push(
      parts.routes.userTrades.add(parts.accountId, ({ trade, role }) => {
        const instrument = parts.feeds.instrument(trade.instrumentId);
        if (instrument === null || !matchesInstrument(match, instrument)) return;
        this.#trades.push(renderUserTrade(trade, role, instrument));
        this.touch();
      }),
    );
  }

  protected override emit(): void {
    const trades = this.#trades;
    this.#trades = [];
    this.send(trades);
  }
}

interface GatheredChanges {
  readonly orders: Map<OrderId, unknown>;
  readonly trades: unknown[];
  positionChanged: boolean;
}

/** Orders, trades and positions of one instrument in one notification. */
export class UserChangesChannel extends Channel {
  readonly replaces = false;
  override readonly urgent = true;
  readonly #parts: UserChannelParts;
  readonly #match: InstrumentMatch;
  #gathered = new Map<InstrumentId, GatheredChanges>();
  /** Notifications wait for the one before, so that they keep their order. */
  #tail: Promise<void> = Promise.resolve();

  constructor(base: ChannelBase, parts: UserChannelParts, match: InstrumentMatch) {
    super(base);
    this.#parts = parts;
    this.#match = match;
    const { routes, feeds, accountId } = parts;
    this.ends.push(
      routes.orders.add(accountId, (order) => {
        const instrument = feeds.instrument(order.instrumentId);
        if (instrument === null) return;
        this.#of(order.instrumentId)?.orders.set(order.orderId, renderOrder(order, instrument));
      }),
      routes.userTrades.add(accountId, ({ trade, role }) => {
        const instrument = feeds.instrument(trade.instrumentId);
        if (instrument === null) return;
        this.#of(trade.instrumentId)?.trades.push(renderUserTrade(trade, role, instrument));
      }),
      routes.positions.add(accountId, (position) => {
        const gathered = this.#of(position.instrumentId);
        if (gathered !== null) gathered.positionChanged = true;
      }),
    );
  }

  protected override emit(): void {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    this.#tail = this.#tail
      .then(() => this.#tell(gathered))
      .catch((error: unknown) => {
        this.#parts.log.warn({ err: error }, 'positions for user.changes could not be read');
      });
  }

  #of(instrumentId: InstrumentId): GatheredChanges | null {
    const instrument = this.#parts.feeds.instrument(instrumentId);
    if (instrument === null || !matchesInstrument(this.#match, instrument)) return null;
    let gathered = this.#gathered.get(instrumentId);
    if (gathered === undefined) {
      gathered = { orders: new Map(), trades: [], positionChanged: false };
      this.#gathered.set(instrumentId, gathered);
    }
    this.touch();
    return gathered;
  }

  async #tell(gathered: ReadonlyMap<InstrumentId, GatheredChanges>): Promise<void> {
    const { queries, accountId, feeds } = this.#parts;
    const moved = [...gathered.values()].some((one) => one.positionChanged);
    const positions = moved ? await queries.query('positions', { accountId }) : [];
    for (const [instrumentId, { orders, trades, positionChanged }] of gathered) {
      const instrument = feeds.instrument(instrumentId);
      if (instrument === null) continue;
      const views = positionChanged
        ? positions.filter((view) => view.instrumentId === instrumentId)
        : [];
      this.send({
        instrument_name: instrument.name,
        orders: [...orders.values()],
        trades,
        positions: views.map((view) => renderPosition(view, instrument)),
      });
    }
  }
}

/** Pause between portfolios that only the marks have changed. */
const marksPaceMs = 1_000;

/**
 * A portfolio that has not changed is told again after so long: a client that takes the first of
 * several messages and then waits for "the next" (ccxt.pro's `watchBalance` does) would wait for
 * ever where nothing changes.
 */
export const portfolioReminderMs = 5_000;

/** One currency's summary, or one notification per currency, told when it differs from the last. */
export class UserPortfolioChannel extends Channel {
  readonly replaces = true;
  readonly #parts: UserChannelParts;
  readonly #currencies: readonly Currency[];
  readonly #dirty = new Set<Currency>();
  readonly #told = new Map<Currency, string>();
  /** Those told since the last reminder. */
  readonly #fresh = new Set<Currency>();
  #tail: Promise<void> = Promise.resolve();

  constructor(base: ChannelBase, parts: UserChannelParts, currency: Currency | null) {
    super(base);
    this.#parts = parts;
    this.#currencies = currency === null ? currencies : [currency];
    const { routes, accountId } = parts;
    const reminder = setInterval(() => this.#remind(), portfolioReminderMs);
    reminder.unref();
    this.ends.push(
      () => clearInterval(reminder),
      routes.portfolios.add(accountId, (changed) => {
        const concerned = this.#currencies.filter((one) => changed.has(one));
        for (const one of concerned) this.#dirty.add(one);
        if (concerned.length > 0) this.touch();
      }),
      ...indexNames.map((indexName) =>
        routes.marks.add(indexName, () => {
          for (const one of this.#currencies) this.#dirty.add(one);
          this.touch(marksPaceMs);
        }),
      ),
    );
  }

  override refresh(subscription: Subscription): void {
    this.#read(this.#currencies, (_, data) => this.sendTo(subscription, data));
  }

  protected override emit(): void {
    const dirty = [...this.#dirty];
    this.#dirty.clear();
    this.#read(dirty, (currency, data) => {
      const text = JSON.stringify(data);
      if (this.#told.get(currency) === text) return;
      this.#told.set(currency, text);
      this.#fresh.add(currency);
      this.send(data);
    });
  }

  #remind(): void {
    for (const currency of this.#currencies) {
      if (this.#fresh.has(currency)) continue;
      this.#told.delete(currency);
      this.#dirty.add(currency);
    }
    this.#fresh.clear();
    this.touch(100);
  }

  #read(wanted: readonly Currency[], tell: (currency: Currency, data: unknown) => void): void {
    const { queries, accountId, log } = this.#parts;
    this.#tail = this.#tail
      .then(async () => {
        for (const currency of wanted) {
          const summary = await queries.query('account-summary', { accountId, currency });
          if (typeof summary !== 'string') tell(currency, renderPortfolio(summary));
        }
      })
      .catch((error: unknown) => {
        log.warn({ err: error }, 'a portfolio could not be read');
      });
  }
}

/** Tells when the operator locks or frees the account. */
export class UserLockChannel extends Channel {
  readonly replaces = false;
  override readonly urgent = true;
  readonly #parts: UserChannelParts;
  readonly #locked = new Map<Currency, boolean>();
  #rows: unknown[] = [];

  constructor(base: ChannelBase, parts: UserChannelParts) {
    super(base);
    this.#parts = parts;
    for (const currency of currencies) this.#locked.set(currency, this.#isLocked());
    this.ends.push(
      parts.routes.accounts.add(parts.accountId, () => {
        for (const currency of currencies) this.set(currency, this.#isLocked());
      }),
    );
  }

  set(currency: Currency, locked: boolean): void {
    if (this.#locked.get(currency) === locked) return;
    this.#locked.set(currency, locked);
    this.#rows.push({ currency, locked });
    this.touch();
  }

  #isLocked(): boolean {
    return this.#parts.feeds.account(this.#parts.accountId)?.access === 'locked';
  }

  protected override emit(): void {
    const rows = this.#rows;
    this.#rows = [];
    for (const row of rows) this.send(row);
  }
}
