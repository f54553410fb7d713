// Run the uncross of one contract: every order that can trade at the auction's price does, best
// price and then earliest first. Invariant: after it the book is not crossed; the later order of a
// pair is its taker; of one owner's orders that cross each other the later is cancelled before the
// price is made, so that nobody trades with itself.
import { uncrossingOf } from '@openstrike/book';
import type { PriceTicks, SizeLots } from '@openstrike/domain';
import { enforceMmp } from '../market-maker/mmp.ts';
import type { EngineState, InstrumentRecord, OrderRecord } from '../state.ts';
import { endOrder } from '../trading/cancel-orders.ts';
import { fillOrders } from '../trading/fill-orders.ts';
import {
  countReduceOnly,
  countResting,
  delistOrder,
  orderInSlot,
} from '../trading/order-records.ts';
import { trimReduceOnly } from '../trading/reduce-only.ts';
import type { IsLater } from './arrivals.ts';

/** Resting orders of a side, first in line first. */
const ordersOf = (state: EngineState, instrumentId: number, side: 0 | 1): OrderRecord[] => {
  const { book } = state;
  const found: OrderRecord[] = [];
  for (let at = book.firstOrder(instrumentId, side); at !== 0; at = book.nextOrder(at)) {
    found.push(orderInSlot(state, book.orderUserRef(at)));
  }
  return found;
};

const leftOf = (order: OrderRecord): number => order.sizeLots - order.filledLots;

const ticksOf = (orders: readonly OrderRecord[]): number[] => orders.map((one) => one.priceTicks);

/** Takes lots of a resting order out of the book, ahead of the fill that tells of them. */
const takeOut = (state: EngineState, order: OrderRecord, lots: number): void => {
  const left = leftOf(order) - lots;
  if (left === 0) {
    state.book.cancel(order.bookHandle);
    order.bookHandle = 0;
  } else {
    state.book.reduce(order.bookHandle, left);
  }
};

const fillPair = (
  state: EngineState,
  bid: OrderRecord,
  ask: OrderRecord,
  priceTicks: number,
  lots: number,
  isLater: IsLater,
): void => {
  const taker = isLater(bid, ask) ? bid : ask;
  const maker = taker === bid ? ask : bid;
  takeOut(state, taker, lots);
  takeOut(state, maker, lots);
  countResting(taker, -lots);
  fillOrders(state, taker, maker, priceTicks, lots);
  if (taker.status === 'filled') {
    countReduceOnly(taker, -1);
    delistOrder(state, taker);
  }
  trimReduceOnly(state, taker.holding);
  trimReduceOnly(state, maker.holding);
};

const isOpen = (state: EngineState, order: OrderRecord): boolean =>
  order.bookHandle !== 0 && state.orders.get(order.id) === order;

const nextOpen = (
  state: EngineState,
  orders: readonly OrderRecord[],
  from: number,
  trades: (order: OrderRecord) => boolean,
): number => {
  let at = from;
  while (at < orders.length) {
    const order = orders[at] as OrderRecord;
    if (isOpen(state, order)) return trades(order) ? at : orders.length;
    at += 1;
  }
  return at;
};

/** Cancels the later of any two crossing orders of one owner. */
const preventSelfTrades = (state: EngineState, instrumentId: number, isLater: IsLater): void => {
  const { book } = state;
  const bidsOf = new Map<number, OrderRecord[]>();
  for (const bid of ordersOf(state, instrumentId, 0)) {
    const owner = book.orderOwnerRef(bid.bookHandle);
    if (owner !== 0) bidsOf.set(owner, [...(bidsOf.get(owner) ?? []), bid]);
  }
  for (const ask of ordersOf(state, instrumentId, 1)) {
    const bids = bidsOf.get(book.orderOwnerRef(ask.bookHandle)) ?? [];
    let first = bids[0];
    while (first !== undefined && first.priceTicks >= ask.priceTicks) {
      const later = isLater(first, ask) ? first : ask;
      endOrder(state, later, 'self-trade');
      if (later === ask) break;
      bids.shift();
      first = bids[0];
    }
  }
};

/** Trades all that crosses in a book at one price. */
export const uncross = (
  state: EngineState,
  instrument: InstrumentRecord,
  isLater: IsLater,
): void => {
  preventSelfTrades(state, instrument.id, isLater);
  const bids = ordersOf(state, instrument.id, 0);
  const asks = ordersOf(state, instrument.id, 1);
  const { tick } = instrument.contract;
  const mark = ((state.marks.markPrice[instrument.id] as number) * tick.den) / tick.num;
  const { priceTicks, lots } = uncrossingOf(
    ticksOf(bids),
    bids.map(leftOf),
    ticksOf(asks),
    asks.map(leftOf),
    Number.isNaN(mark) ? 0 : mark,
  );
  if (lots === 0) return;
  state.emit({
    type: 'call-auction-uncrossed',
    instrumentId: instrument.id,
    priceTicks: priceTicks as PriceTicks,
    sizeLots: lots as SizeLots,
  });
  let b = 0;
  let a = 0;
  for (;;) {
    b = nextOpen(state, bids, b, (order) => order.priceTicks >= priceTicks);
    a = nextOpen(state, asks, a, (order) => order.priceTicks <= priceTicks);
    const bid = bids[b];
    const ask = asks[a];
    if (bid === undefined || ask === undefined) break;
    fillPair(state, bid, ask, priceTicks, Math.min(leftOf(bid), leftOf(ask)), isLater);
  }
  // All trade at one price, so a protection takes out what is left after it, not in its middle.
  if (state.mmpTripped.length > 0) enforceMmp(state);
};

/** Cancels the later of two orders that cross until none do: where nothing may trade. */
export const cancelCrossing = (
  state: EngineState,
  { id }: InstrumentRecord,
  isLater: IsLater,
): void => {
  const { book } = state;
  for (;;) {
    const bid = book.firstOrder(id, 0);
    const ask = book.firstOrder(id, 1);
    if (bid === 0 || ask === 0 || book.orderTicks(bid) < book.orderTicks(ask)) return;
    const buyer = orderInSlot(state, book.orderUserRef(bid));
    const seller = orderInSlot(state, book.orderUserRef(ask));
    endOrder(state, isLater(buyer, seller) ? buyer : seller, 'operator');
  }
};
