// Random commands: a seeded stream that a busy and careless crowd would send, refusals included.
// Prices stay near the mark so that orders meet; time passes so that timers run. The same seed
// gives the same stream for engines that answer alike.

import {
  type AccountId,
  anyOrder,
  type Command,
  type ContractTable,
  type EditOrder,
  type ForwardPrice,
  goodIndex,
  type IndexName,
  type InstrumentView,
  type MarginModel,
  marginModels,
  type OrderId,
  type OrderType,
  type PlaceOrder,
  type PriceTicks,
  plainOrder,
  type SizeLots,
  type TimeInForce,
  type Trigger,
  type TsUs,
  type UsdMicros,
} from '@openstrike/domain';
import { createRandom, type Random } from '@openstrike/std';
import type { TestEngine } from './test-engine.ts';
import { testTables } from './test-tables.ts';

const accountsMax = 6;

/** How a stream differs from the usual. */
export interface StreamOptions {
  /** Microseconds that pass between two commands, at most. */
  readonly stepUs: number;
  /** Share of commands that move the market. */
  readonly marketShare: number;
}

export class RandomCommands {
  readonly #random: Random;
  readonly #options: StreamOptions;
  #views: readonly InstrumentView[] = [];
  #price = 100_000;
  #count = 0;

  constructor(seed: number, options: Partial<StreamOptions> = {}) {
    this.#random = createRandom(seed);
    this.#options = { stepUs: 2_000_000, marketShare: 0.1, ...options };
  }

  /** Tables, marks, accounts and money. */
  prepare(test: TestEngine, tables: readonly ContractTable[] = testTables): void {
    test.open(tables);
    for (let i = 1; i <= accountsMax; i++) {
      const parent = i > 4 ? (1 as AccountId) : null;
      const id = test.account(`account ${i}`, parent);
      test.deposit(id, this.#int(1, 20) * 1e8, 'BTC');
      // The last has no USDC, and no ledger account for it.
      if (i < accountsMax) test.deposit(id, this.#int(10, 2000) * 1e9, 'USDC');
      const model = marginModels[i % marginModels.length] as MarginModel;
      test.apply({ type: 'change-margin-model', accountId: id, model });
    }
  }

  /** The next command, with the time it comes at put into the engine. */
  next(test: TestEngine): Command {
    if (this.#count % 16 === 0) {
      this.#views = test.engine.query('instruments', {}).filter(({ state }) => state === 'open');
    }
    this.#count += 1;
    test.nowUs += this.#int(0, this.#options.stepUs + 1);
    return this.#chance(this.#options.marketShare) ? this.#market(test) : this.#trade(test);
  }

  #trade(test: TestEngine): Command {
    const drawn = this.#int(0, 100);
    if (drawn < 62) return this.#order();
    if (drawn < 76) return this.#edit(test);
    if (drawn < 86) return this.#cancel(test);
    if (drawn < 90) return this.#cancelMany();
    if (drawn < 93) return this.#close();
    return this.#money(test);
  }

  #int(low: number, high: number): number {
    return this.#random.nextInt(low, high);
  }

  #chance(share: number): boolean {
    return this.#random.nextFloat() < share;
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#int(0, items.length)] as T;
  }

  #account(): AccountId {
    return this.#int(1, accountsMax + 1) as AccountId;
  }

  /** Half of all orders go to a few instruments, so that books fill. */
  #view(): InstrumentView {
    const busy = this.#chance(0.6) ? this.#views.slice(0, 5) : this.#views;
    return this.#pick(busy);
  }

  #ticks(view: InstrumentView): number {
    const { mark, instrument } = view;
    const { tick, tickSteps } = instrument;
    const price = mark === null ? 1 : mark.markPrice;
    const spread = instrument.kind === 'option' ? 0.1 : 0.002;
    const near = price * (1 + spread * (this.#random.nextFloat() - 0.5));
    let ticks = Math.max(1, Math.round((near * tick.den) / tick.num));
    for (const { aboveTicks, multiple } of tickSteps) {
      if (ticks > aboveTicks && this.#chance(0.97)) ticks -= ticks % multiple;
    }
    return ticks;
  }

  #lots(view: InstrumentView): number {
    const { instrument } = view;
    if (this.#chance(0.02)) return this.#pick([0, instrument.sizeLotsMax + 1, 1.5]);
    if (this.#chance(0.1)) return this.#int(100, 400);
    return instrument.kind === 'option' ? this.#int(1, 30) : this.#int(1, 4000);
  }

  #trigger(view: InstrumentView, type: OrderType): Trigger | null {
    const plain = type === 'limit' || type === 'market' || type === 'market-limit';
    if (plain) return this.#chance(0.01) ? { source: 'index', price: 1, offset: null } : null;
    const source = this.#pick(['index', 'mark', 'last'] as const);
    const base = source === 'index' ? this.#price : (view.mark?.markPrice ?? 1);
    if (type === 'trailing-stop') return { source, price: null, offset: base * 0.002 };
    return { source, price: base * (0.99 + 0.02 * this.#random.nextFloat()), offset: null };
  }

  #type(): OrderType {
    if (this.#chance(0.7)) return 'limit';
    return this.#pick([
      'market',
      'market-limit',
      'stop-limit',
      'stop-market',
      'take-limit',
      'take-market',
      'trailing-stop',
    ] as const);
  }

  #order(): PlaceOrder {
    const view = this.#view();
    const orderType = this.#type();
    const pegged = orderType === 'limit' && this.#chance(0.1);
    const sizeLots = this.#lots(view);
    const price = view.mark?.markPrice ?? 1;
    const mode = pegged ? this.#pick(['usd', 'iv'] as const) : 'price';
    return {
      ...plainOrder,
      accountId: this.#account(),
      instrumentId: view.instrument.id,
      side: this.#pick(['buy', 'sell'] as const),
      orderType,
      timeInForce: this.#chance(0.75) ? 'gtc' : (this.#pick(['day', 'ioc', 'fok']) as TimeInForce),
      priceTicks: this.#ticks(view) as PriceTicks,
      sizeLots: sizeLots as SizeLots,
      displayLots: (this.#chance(0.1) ? Math.min(100, sizeLots) : 0) as SizeLots,
      postOnly: this.#chance(0.8) ? 'off' : this.#pick(['slide', 'reject'] as const),
      reduceOnly: this.#chance(0.15),
      priceMode: mode,
      priceModeValue:
        mode === 'iv' ? 0.3 + 0.4 * this.#random.nextFloat() : pegged ? price * this.#price : 0,
      trigger: this.#trigger(view, orderType),
      label: this.#chance(0.2) ? 'labelled' : '',
      clientKey: this.#chance(0.1) ? `key ${this.#int(0, 40)}` : null,
      connectionId: this.#int(0, 3),
    };
  }

  #lastOrder(test: TestEngine): OrderId {
    const open = test.engine.query('open-orders', { accountId: null });
    if (open.length === 0 || this.#chance(0.05)) return this.#int(1, 5000) as OrderId;
    return this.#pick(open).orderId;
  }

  #owner(test: TestEngine, orderId: OrderId): AccountId {
    const order = test.engine.query('order', { orderId });
    return order === null || this.#chance(0.03) ? this.#account() : order.accountId;
  }

  #edit(test: TestEngine): EditOrder {
    const orderId = this.#lastOrder(test);
    const order = test.engine.query('order', { orderId });
    const view = this.#views.find(({ instrument }) => instrument.id === order?.instrumentId);
    const near = view === undefined ? 10 : this.#ticks(view);
    const size = order === null ? 5 : Math.max(1, order.sizeLots + this.#int(-5, 6));
    return {
      type: 'edit-order',
      accountId: this.#owner(test, orderId),
      orderId,
      priceTicks: this.#chance(0.5) ? (near as PriceTicks) : null,
      sizeLots: this.#chance(0.6) ? (size as SizeLots) : null,
      displayLots: null,
      postOnly: this.#chance(0.1) ? this.#pick(['off', 'slide', 'reject'] as const) : null,
      reduceOnly: this.#chance(0.1) ? this.#chance(0.5) : null,
      priceMode: this.#chance(0.05) ? this.#pick(['price', 'iv'] as const) : null,
      priceModeValue: this.#chance(0.1) ? 0.5 : null,
      triggerPrice: this.#chance(0.2) ? this.#price * 1.01 : null,
      triggerOffset: null,
      validUntilUs: 0,
    };
  }

  #cancel(test: TestEngine): Command {
    const orderId = this.#lastOrder(test);
    return { type: 'cancel-order', accountId: this.#owner(test, orderId), orderId };
  }

  #cancelMany(): Command {
    const filter = this.#pick([
      anyOrder,
      { ...anyOrder, instrumentId: this.#view().instrument.id },
      { ...anyOrder, currency: 'USDC' as const },
      { ...anyOrder, kind: 'option' as const },
      { ...anyOrder, orders: 'trigger' as const },
      { ...anyOrder, label: 'labelled' },
      { ...anyOrder, connectionId: 1 },
    ]);
    const accountId = this.#account();
    return { type: 'cancel-orders', accountId, filter, reason: 'user-request' };
  }

  #close(): Command {
    const view = this.#view();
    const orderType = this.#pick(['limit', 'market'] as const);
    return {
      type: 'close-position',
      accountId: this.#account(),
      instrumentId: view.instrument.id,
      orderType,
      priceTicks: this.#ticks(view) as PriceTicks,
      connectionId: 0,
    };
  }

  #money(test: TestEngine): Command {
    const amount = this.#int(1, 3e8) as never;
    const currency = this.#pick(['BTC', 'USDC'] as const);
    const accountId = this.#account();
    const reference = `reference ${test.seq - this.#int(0, 3)}`;
    const drawn = this.#int(0, 9);
    if (drawn < 2) return { type: 'withdraw', accountId, currency, amount, reference };
    if (drawn < 4) return { type: 'deposit', accountId, currency, amount, reference };
    if (drawn < 6)
      return { type: 'transfer', fromId: accountId, toId: this.#account(), currency, amount };
    if (drawn < 7)
      return { type: 'change-margin-model', accountId, model: this.#pick(marginModels) };
    if (drawn < 8)
      return {
        type: 'configure-account',
        accountId,
        selfTradeMode: this.#pick(['reject-taker', 'cancel-maker'] as const),
        selfTradeAcrossSubaccounts: this.#chance(0.5),
        access: this.#chance(0.9) ? 'normal' : 'cancel-only',
      };
    return { type: 'pass-time' };
  }

  #market(test: TestEngine): Command {
    const indexName = this.#pick(['btc_usd', 'btc_usdc'] as const);
    if (this.#chance(0.4)) {
      return { type: 'set-forwards', indexName, forwards: this.#forwards(test, indexName) };
    }
    this.#price *= 1 + 0.004 * (this.#random.nextFloat() - 0.5);
    const price = Math.round(this.#price * 1e6) as UsdMicros;
    const forwards = this.#chance(0.5) ? this.#forwards(test, indexName) : undefined;
    return { ...goodIndex(indexName, price, forwards), confidence: this.#chance(0.8) ? 1 : 0.5 };
  }

  #forwards(test: TestEngine, indexName: IndexName): ForwardPrice[] {
    const price = Math.round(this.#price * 1.001 * 1e6) as UsdMicros;
    return test.expiries(indexName).map((expiryUs) => ({ expiryUs: expiryUs as TsUs, price }));
  }
}
