// Event stream: turns small random choices into batches that a venue could have published, and
// remembers them in the most obvious form: an independent model that feeds are compared with, and
// that seeds them.
import {
  type AccountChanged,
  type AccountId,
  type Applied,
  type Cash,
  type Event,
  type IndexName,
  type Instrument,
  type InstrumentId,
  type OrderState,
  type PositionChanged,
  type PositionView,
  type PriceTicks,
  type Seq,
  type SizeLots,
  type Trade,
  type TsUs,
  type UsdMicros,
  usPerDay,
  usPerMinute,
} from '@openstrike/domain';
import fc from 'fast-check';
import type { FeedSeed } from '../feeds.ts';
import {
  sampleApplied,
  sampleInstrument,
  sampleOrder,
  sampleParty,
  samplePerpetual,
  sampleStartUs,
  sampleTrade,
} from './samples.ts';

export interface Step {
  readonly what: 'level' | 'trade' | 'order' | 'close' | 'position' | 'index' | 'wait';
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly dtMinutes: number;
  /** Whether the step starts a new command, and a new batch. */
  readonly cut: 'none' | 'command' | 'batch';
}

export const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(
    'level',
    'level',
    'level',
    'trade',
    'trade',
    'order',
    'close',
    'position',
    'index',
    'wait',
  ),
  a: fc.nat(3),
  b: fc.nat(25),
  c: fc.nat(5),
  dtMinutes: fc.oneof(
    { weight: 8, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 900, noNaN: true }) },
  ),
  cut: fc.constantFrom('none', 'command', 'command', 'batch'),
});

export const streamInstruments: readonly Instrument[] = [
  sampleInstrument(1),
  samplePerpetual(2),
  sampleInstrument(3, {
    name: 'BTC_USDC-27NOV26-100000-P',
    family: 'BTC_USDC',
    payoff: 'linear',
    settlementCurrency: 'USDC',
    indexName: 'btc_usdc',
    optionType: 'put',
    tick: { num: 5, den: 1 },
    lot: { num: 1, den: 100 },
  }),
];

export const streamAccounts: readonly AccountChanged[] = [1, 2, 3].map((id) => ({
  type: 'account-changed',
  accountId: id as AccountId,
  parentId: id === 3 ? (1 as AccountId) : null,
  name: `account-${id}`,
  selfTradeMode: 'cancel-maker',
  selfTradeAcrossSubaccounts: false,
  access: 'normal',
  marginModel: 'segregated-standard',
  createdUs: sampleStartUs,
}));

/** The naive model: whole lists, searched and added up anew at each question. */
export class NaiveVenue {
  seq = 0;
  tsUs: number = sampleStartUs;
  readonly levels = new Map<string, number>();
  readonly trades: Trade[] = [];
  readonly orders = new Map<number, OrderState>();
  readonly positions = new Map<string, PositionChanged>();
  readonly prints: { indexName: IndexName; price: UsdMicros; tsUs: TsUs }[] = [];
  #open: Event[] = [];
  #batch: Applied[] = [];
  readonly batches: Applied[][] = [];

  constructor() {
    this.#open = [
      ...streamInstruments.map((instrument): Event => ({ type: 'instrument-listed', instrument })),
      ...streamAccounts,
    ];
    for (const indexName of ['btc_usd', 'btc_usdc'] as const) {
      this.#index(indexName, 100_000_000_000);
    }
  }

  step(step: Step): void {
    if (step.cut !== 'none' || step.dtMinutes > 0) {
      this.endCommand();
    }
    if (step.cut === 'batch') {
      this.endBatch();
    }
    if (step.dtMinutes > 0) {
      this.tsUs += Math.round(step.dtMinutes * usPerMinute);
      this.#open.push({ type: 'surface-changed', indexName: 'btc_usd', version: 1, kept: [] });
    }
    const instrumentId = ((step.a % 3) + 1) as InstrumentId;
    const accountId = ((step.c % 3) + 1) as AccountId;
    if (step.what === 'level') {
      this.#level(instrumentId, step.c % 2 === 0 ? 'buy' : 'sell', step.b, step.c + step.a);
    } else if (step.what === 'trade') {
      this.#trade(instrumentId, 400 + step.b, step.c + 1);
    } else if (step.what === 'order') {
      const label = step.b % 3 === 0 ? 'quote' : '';
      const order = { accountId, instrumentId, label, sizeLots: (step.b + 1) as SizeLots };
      this.#order(sampleOrder(step.b + 100 * accountId + 1000 * instrumentId, order));
    } else if (step.what === 'close') {
      const first = [...this.orders.values()][step.b];
      if (first !== undefined) {
        this.#order({ ...first, status: step.c === 0 ? 'filled' : 'cancelled' });
      }
    } else if (step.what === 'position') {
      this.#position(accountId, instrumentId, step.b - 12);
    } else if (step.what === 'index') {
      this.#index(step.a % 2 === 0 ? 'btc_usd' : 'btc_usdc', 100_000_000_000 + step.b * 1_000_000);
    }
  }

  endCommand(): void {
    if (this.#open.length > 0) {
      this.seq++;
      this.#batch.push(sampleApplied(this.seq, this.tsUs, this.#open));
      this.#open = [];
    }
  }

  endBatch(): void {
    this.endCommand();
    if (this.#batch.length > 0) {
      this.batches.push(this.#batch);
      this.#batch = [];
    }
  }

  #level(instrumentId: InstrumentId, side: 'buy' | 'sell', step: number, size: number): void {
    const ticks = side === 'buy' ? 499 - step : 500 + step;
    const sizeLots = size <= 2 ? 0 : size;
    this.levels.set(`${instrumentId} ${side} ${ticks}`, sizeLots);
    this.#open.push({
      type: 'book-level-changed',
      instrumentId,
      side,
      priceTicks: ticks as PriceTicks,
      sizeLots: sizeLots as SizeLots,
    });
  }

  #trade(instrumentId: InstrumentId, ticks: number, lots: number): void {
    const trade = sampleTrade(this.trades.length + 1, {
      instrumentId,
      tradeSeq: this.trades.filter((each) => each.instrumentId === instrumentId).length + 1,
      tsUs: this.tsUs as TsUs,
      priceTicks: ticks as PriceTicks,
      sizeLots: lots as SizeLots,
      taker: sampleParty({ label: 'taken' }),
    });
    this.trades.push(trade);
    this.#open.push(trade);
  }

  #order(order: OrderState): void {
    const open = order.status === 'open';
    if (open) {
      this.orders.set(order.orderId, order);
    } else {
      this.orders.delete(order.orderId);
    }
    this.#open.push({ type: 'order-changed', cause: open ? 'placed' : 'cancelled', order });
  }

  #position(accountId: AccountId, instrumentId: InstrumentId, lots: number): void {
    const position: PositionChanged = {
      type: 'position-changed',
      accountId,
      instrumentId,
      sizeLots: lots as SizeLots,
      openCost: 0 as Cash,
      averagePrice: lots === 0 ? 0 : 0.05,
      sessionRealised: (lots % 5) as Cash,
      sessionFunding: 0 as Cash,
      realised: 7 as Cash,
      settlementPrice: 0.04,
    };
    this.positions.set(`${accountId} ${instrumentId}`, position);
    this.#open.push(position);
  }

  #index(indexName: IndexName, price: number): void {
    const minute = Math.floor(this.tsUs / usPerMinute);
    const known = this.prints.some(
      (print) => print.indexName === indexName && Math.floor(print.tsUs / usPerMinute) === minute,
    );
    if (known) {
      return;
    }
    const print = { indexName, price: price as UsdMicros, tsUs: this.tsUs as TsUs };
    this.prints.push(print);
    this.#open.push({
      type: 'index-changed',
      indexName,
      price: print.price,
      estimatedDeliveryPrice: print.price,
      fixingPrints: 0,
      status: 'good',
      confidence: 1,
      constituents: [],
    });
  }

  /** Levels of one side, best first. */
  side(instrumentId: number, side: 'buy' | 'sell'): [ticks: PriceTicks, lots: SizeLots][] {
    const found: [PriceTicks, SizeLots][] = [];
    for (const [key, lots] of this.levels) {
      const [id, of, ticks] = key.split(' ');
      if (Number(id) === instrumentId && of === side && lots > 0) {
        found.push([Number(ticks) as PriceTicks, lots as SizeLots]);
      }
    }
    return found.sort((x, y) => (side === 'buy' ? y[0] - x[0] : x[0] - y[0]));
  }

  openInterest(instrumentId: number): number {
    let long = 0;
    for (const position of this.positions.values()) {
      long += position.instrumentId === instrumentId ? Math.max(0, position.sizeLots) : 0;
    }
    return long;
  }

  lastPrint(indexName: IndexName): UsdMicros {
    return this.prints.findLast((print) => print.indexName === indexName)?.price as UsdMicros;
  }

  /** What the engine and history would answer now. */
  seed(): FeedSeed {
    const since = this.tsUs - usPerDay;
    const indexes = ['btc_usd', 'btc_usdc'] as const;
    return {
      seq: this.seq as Seq,
      tsUs: this.tsUs as TsUs,
      instruments: streamInstruments.map((instrument) => ({
        instrument,
        state: 'open',
        openInterestLots: this.openInterest(instrument.id) as SizeLots,
        mark: null,
        lastTradeTicks:
          this.trades.findLast((trade) => trade.instrumentId === instrument.id)?.priceTicks ?? null,
        tradeSeq: this.trades.filter((trade) => trade.instrumentId === instrument.id).length,
        deliveryPrice: null,
        settlementPrice: 0,
      })),
      books: streamInstruments.map(({ id }) => ({
        instrumentId: id,
        bids: this.side(id, 'buy'),
        asks: this.side(id, 'sell'),
      })),
      openOrders: [...this.orders.values()].sort((x, y) => x.orderId - y.orderId),
      positions: [...this.positions.values()].map(viewOf),
      accounts: streamAccounts,
      indexes: indexes.map((indexName) => ({
        indexName,
        price: this.lastPrint(indexName),
        estimatedDeliveryPrice: this.lastPrint(indexName),
        fixingPrints: 0,
        status: 'good' as const,
        confidence: 1,
      })),
      tradingState: [],
      recentTrades: this.trades.filter((trade) => trade.tsUs >= since),
      recentIndexes: this.prints.filter((print) => print.tsUs >= since),
    };
  }
}

const viewOf = (position: PositionChanged): PositionView => ({
  ...position,
  markPrice: 0.05,
  indexPrice: 0 as UsdMicros,
  sizeCoins: 0,
  delta: 0,
  gamma: 0,
  vega: 0,
  theta: 0,
  floatingProfit: 0 as Cash,
  totalProfit: 0 as Cash,
  initialMargin: 0 as Cash,
  maintenanceMargin: 0 as Cash,
  openOrdersMargin: 0 as Cash,
  estimatedLiquidationPrice: null,
  leverage: 1,
});
