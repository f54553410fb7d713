// Fire triggers: looks at the watches whose price moved, and places the plain orders of those that
// fire. Orders that trade may move the last price and so fire others: they follow within the same
// command, first come first served.

import { priceOf } from '../instruments.ts';
import type { EngineState, OrderRecord, TriggerWatch } from '../state.ts';
import { admitOrder } from './admit-order.ts';
import { delistOrder, emitOrder, openOrder } from './order-records.ts';
import type { OrderTerms } from './order-snapshot.ts';
import { startOrder } from './place-order.ts';
import { firedBy, firedType, markTriggered, reasonOf } from './trigger-orders.ts';

const plainTerms = (order: OrderRecord): OrderTerms => ({
  orderType: firedType(order.type),
  timeInForce: order.timeInForce,
  postOnly: order.postOnly,
  reduceOnly: order.reduceOnly,
  priceMode: 'price',
  priceModeValue: 0,
  trigger: null,
  label: order.label,
  clientKey: null,
  connectionId: order.connectionId,
  mmp: order.mmp,
  clientId: order.clientId,
});

const fire = (state: EngineState, order: OrderRecord): void => {
  const { holding, side, priceTicks, sizeLots, displayLots } = order;
  markTriggered(state, order);
  const terms = plainTerms(order);
  const refused = admitOrder(state, holding, side, terms, priceTicks, sizeLots, false);
  if (refused === null) {
    startOrder(state, holding, side, terms, displayLots, order.id);
    return;
  }
  const stillborn = openOrder(state, holding, side, terms, priceTicks, sizeLots, 0, order.id);
  stillborn.status = 'rejected';
  delistOrder(state, stillborn);
  emitOrder(state, stillborn, 'rejected', reasonOf(refused));
};

/** Fires what waits for a price that is now this. */
export const firePrice = (state: EngineState, watch: TriggerWatch, price: number): void => {
  if (watch.rising.length + watch.falling.length + watch.trailing.length === 0) {
    return;
  }
  for (const order of firedBy(state, watch, price)) {
    fire(state, order);
  }
};

/**
 * Fires what waits for last prices that moved during the present command, until none moves any
 * more.
 */
export const fireLastPrices = (state: EngineState): void => {
  const moved = state.newLastPrices;
  if (moved.length === 0) {
    return;
  }
  for (let i = 0; i < moved.length; i++) {
    const instrument = moved[i];
    if (instrument !== undefined) {
      firePrice(state, instrument.lastTriggers, priceOf(instrument, instrument.lastTradeTicks));
    }
  }
  moved.length = 0;
};
