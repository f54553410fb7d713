// Reprice orders: orders given in USD or as an implied volatility follow the index and the surface
// to expiry. An order loses its place only when its price on the grid changes; while it has no
// price it stays open outside the book. A new price passes the same checks as a new order; what
// fails them is cancelled.
import { isTrading, noPegged } from '../instruments.ts';
import type { EngineState, IndexRecord, InstrumentRecord, OrderRecord } from '../state.ts';
import { admitOrder } from './admit-order.ts';
import { endOrder, withdrawOrder } from './cancel-orders.ts';
import { executeOrder } from './execute-order.ts';
import { emitOrder } from './order-records.ts';
import type { OrderTerms } from './order-snapshot.ts';
import { pegTicks } from './peg-price.ts';
import { reasonOf } from './trigger-orders.ts';

const termsOf = (order: OrderRecord): OrderTerms => ({
  orderType: 'limit',
  timeInForce: order.timeInForce,
  postOnly: 'off',
  reduceOnly: order.reduceOnly,
  priceMode: order.priceMode,
  priceModeValue: order.priceModeValue,
  trigger: null,
  label: order.label,
  clientKey: null,
  connectionId: order.connectionId,
  mmp: order.mmp,
  quote: order.quote,
  clientId: order.clientId,
});

const setPrice = (state: EngineState, order: OrderRecord, priceTicks: number): void => {
  withdrawOrder(state, order);
  order.priceTicks = priceTicks;
  order.replaced = true;
  order.updatedUs = state.nowUs;
};

const repriceOrder = (state: EngineState, order: OrderRecord): void => {
  const { holding, side } = order;
  const { instrument } = holding;
  const ticks = pegTicks(state, instrument, side, order.priceMode, order.priceModeValue);
  if (ticks === order.priceTicks) {
    return;
  }
  setPrice(state, order, ticks);
  if (ticks === 0) {
    emitOrder(state, order, 'repriced', null);
    return;
  }
  const lots = order.sizeLots - order.filledLots;
  const refused = admitOrder(state, holding, side, termsOf(order), ticks, lots, false);
  if (refused !== null) {
    endOrder(state, order, reasonOf(refused));
    return;
  }
  order.sizeLots = order.filledLots + state.draft.lots;
  emitOrder(state, order, 'repriced', null);
  executeOrder(state, order, ticks, true);
};

const repriceInstrument = (state: EngineState, instrument: InstrumentRecord): void => {
  if (instrument.peggedOrders === noPegged || !isTrading(state, instrument)) {
    return;
  }
  for (const order of instrument.peggedOrders.slice()) {
    if (state.orders.get(order.id) === order) {
      repriceOrder(state, order);
    }
  }
};

/** Reprices the pegged orders of an index, by instrument and then by order id. */
export const repriceOrders = (state: EngineState, index: IndexRecord): void => {
  for (const instrument of index.instruments) {
    repriceInstrument(state, instrument);
  }
};
