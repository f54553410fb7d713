// Venue views: instruments, books, indexes, trading states and ledger totals as they stand.
import {
  type BookView,
  type Cash,
  currencies,
  type InstrumentView,
  type MarkView,
  type OrderState,
  type PriceTicks,
  type Queries,
  type SizeLots,
  type UsdMicros,
} from '@openstrike/domain';
import { estimatedDeliveryPrice, fixingSeconds } from '../fixing/fixing.ts';
import type {
  EngineState,
  InstrumentRecord,
  OrderRecord,
  TradingState,
  VenueAccounts,
} from '../state.ts';
import { OrderSnapshot } from '../trading/order-snapshot.ts';

const markViewOf = (state: EngineState, instrument: InstrumentRecord): MarkView | null => {
  const { marks } = state;
  const { id } = instrument;
  const markPrice = marks.markPrice[id] as number;
  if (Number.isNaN(markPrice)) {
    return null;
  }
  return {
    instrumentId: id,
    markPrice,
    underlyingPrice: marks.underlyingPrice[id] as number,
    markIv: marks.markIv[id] as number,
    delta: marks.delta[id] as number,
    gamma: marks.gamma[id] as number,
    vega: marks.vega[id] as number,
    theta: marks.theta[id] as number,
    rho: marks.rho[id] as number,
    bandMinTicks: marks.bandMinTicks[id] as PriceTicks,
    bandMaxTicks: marks.bandMaxTicks[id] as PriceTicks,
  };
};

/** Instruments that trade, and those delivered within the last day, by id. */
export const instrumentViews = (state: EngineState): readonly InstrumentView[] => {
  const views: InstrumentView[] = [];
  for (const instrument of state.instruments) {
    if (instrument !== undefined) {
      const { lastTradeTicks, deliveryPrice } = instrument;
      views.push({
        instrument: instrument.contract,
        state: instrument.state,
        openInterestLots: instrument.openInterestLots as SizeLots,
        mark: markViewOf(state, instrument),
        lastTradeTicks: lastTradeTicks === 0 ? null : (lastTradeTicks as PriceTicks),
        tradeSeq: instrument.tradeSeq,
        deliveryPrice: deliveryPrice === 0 ? null : (deliveryPrice as UsdMicros),
        settlementPrice: instrument.settlementPrice,
      });
    }
  }
  return views;
};

const levelsOf = (
  state: EngineState,
  instrument: InstrumentRecord,
  side: 0 | 1,
): (readonly [PriceTicks, SizeLots])[] => {
  const { book } = state;
  const levels: (readonly [PriceTicks, SizeLots])[] = [];
  for (let max = 64; ; max *= 4) {
    const ticks = new Int32Array(max);
    const lots = new Float64Array(max);
    const count = book.depth(instrument.id, side, max, ticks, lots);
    if (count < max) {
      for (let i = 0; i < count; i++) {
        levels.push([ticks[i] as PriceTicks, lots[i] as SizeLots]);
      }
      return levels;
    }
  }
};

/** Visible levels of a book, best first; null for an instrument that has none. */
export const bookView = (
  state: EngineState,
  instrumentId: InstrumentRecord['id'],
): BookView | null => {
  const instrument = state.instruments[instrumentId];
  if (instrument === undefined) {
    return null;
  }
  const open = instrument.state !== 'delivered';
  return {
    instrumentId,
    bids: open ? levelsOf(state, instrument, 0) : [],
    asks: open ? levelsOf(state, instrument, 1) : [],
  };
};

/** Indexes that have a price. */
export const indexViews = (state: EngineState): Queries['indexes']['out'] =>
  state.indexes
    .filter((index) => index.price !== 0)
    .map((index) => ({
      indexName: index.name,
      price: index.price as UsdMicros,
      estimatedDeliveryPrice: estimatedDeliveryPrice(index.fixing, state.nowUs) as UsdMicros,
      fixingPrints: fixingSeconds(index.fixing, state.nowUs),
      status: index.status,
      confidence: index.confidence,
    }));

/** Trading states: the venue's, then each currency's. */
export const tradingViews = (state: EngineState): Queries['trading-state']['out'] =>
  (['all', ...currencies] as const).map((scope, at) => {
    const { halted, reason } = state.trading[at] as TradingState;
    return { scope, state: halted ? 'halted' : 'open', reason };
  });

/** Totals of the ledger by currency. */
export const ledgerTotals = (state: EngineState): Queries['ledger-totals']['out'] =>
  state.ledger.totals().map(({ currency, total }, no) => ({
    currency,
    debitsLessCredits: total,
    insurance: state.ledger.balance((state.venue[no] as VenueAccounts).insurance) as Cash,
  }));

/** Open orders of one account, or of all, by id. */
export const openOrders = (state: EngineState, accountId: number | null): readonly OrderState[] => {
  const found: OrderRecord[] = [];
  if (accountId === null) {
    for (const order of state.orders.sorted()) found.push(order);
  } else {
    for (const record of state.accounts[accountId]?.currencies ?? []) {
      for (const holding of record?.holdings ?? []) {
        for (let order = holding.firstOrder; order !== null; order = order.next) {
          found.push(order);
        }
      }
    }
    found.sort((a, b) => a.id - b.id);
  }
  return found.map((order) => new OrderSnapshot(order, null));
};
