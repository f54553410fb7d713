// Execute an order: meets an arriving order with the book, carries out the fills and lets the rest
// stay or go. Invariant: after it the order either rests with all its open lots or is closed; the
// tape is empty. In an order's life it stands after the point of no return; it cannot refuse.
import {
  NO_LIMIT,
  SELF_TRADE_CANCEL_MAKER,
  SELF_TRADE_REJECT_TAKER,
  type SelfTrade,
} from '@openstrike/book';
import type { CancelReason } from '@openstrike/domain';
import { marginChanged } from '../account/margin.ts';
import { enforceMmp } from '../market-maker/mmp.ts';
import type { AccountRecord, EngineState, OrderRecord } from '../state.ts';
import { endOrder } from './cancel-orders.ts';
import { fillOrders } from './fill-orders.ts';
import { FILL, LEVEL, levelEvent } from './match-tape.ts';
import {
  countReduceOnly,
  countResting,
  delistOrder,
  emitOrder,
  orderInSlot,
} from './order-records.ts';
import { pegOrder } from './pegged-list.ts';
import { trimReduceOnly } from './reduce-only.ts';

/**
 * Whose orders count as the account's own: its own, or all of its main account's if both sides say
 * so.
 */
export const ownerRefOf = (account: AccountRecord): number =>
  account.selfTradeAcrossSubaccounts ? (account.parentId ?? account.id) : account.id;

export const selfTradeOf = (account: AccountRecord): SelfTrade =>
  account.selfTradeMode === 'cancel-maker' ? SELF_TRADE_CANCEL_MAKER : SELF_TRADE_REJECT_TAKER;

const endSelfTraded = (state: EngineState, order: OrderRecord, lots: number): void => {
  order.bookHandle = 0;
  countResting(order, -lots);
  countReduceOnly(order, -1);
  marginChanged(state, order.holding);
  order.status = 'cancelled';
  order.updatedUs = state.nowUs;
  delistOrder(state, order);
  emitOrder(state, order, 'cancelled', 'self-trade');
};

/**
 * Reads the tape of one match off into fills, cancels and level events, in the order they happened.
 */
const readTape = (state: EngineState, taker: OrderRecord): void => {
  const { tape } = state;
  const { kinds, a, b, c, d, size } = tape;
  tape.matching = false;
  tape.size = 0;
  for (let i = 0; i < size; i++) {
    const kind = kinds[i] as number;
    const first = a[i] as number;
    const second = b[i] as number;
    if (kind === FILL) {
      fillOrders(state, taker, orderInSlot(state, first), second, c[i] as number);
    } else if (kind === LEVEL) {
      state.emit(levelEvent(first, second, c[i] as number, d[i] as number));
    } else {
      endSelfTraded(state, orderInSlot(state, first), second);
    }
  }
};

const submitLots = (
  state: EngineState,
  order: OrderRecord,
  limitTicks: number,
  lots: number,
  rest: boolean,
): number => {
  const { account, instrument } = order.holding;
  state.tape.matching = true;
  const handle = state.book.submit(
    instrument.id,
    order.side,
    limitTicks,
    lots,
    rest && order.displayLots < lots ? order.displayLots : 0,
    ownerRefOf(account),
    order.slot,
    rest,
    selfTradeOf(account),
  );
  if (handle !== 0) {
    order.bookHandle = handle;
  }
  return handle;
};

const crosses = (state: EngineState, order: OrderRecord, limitTicks: number): boolean => {
  const best = state.book.bestTicks(order.holding.instrument.id, order.side === 0 ? 1 : 0);
  if (best === 0) {
    return false;
  }
  return limitTicks === NO_LIMIT || (order.side === 0 ? best <= limitTicks : best >= limitTicks);
};

/**
 * Takes the first order in line, one visible slice at a time, trimming reduce-only orders between.
 * An own order that gives way is cancelled by itself: its lots are nobody's slice. Returns whether
 * self-trade prevention stopped it.
 */
const matchSliceBySlice = (state: EngineState, order: OrderRecord, limitTicks: number): boolean => {
  const { book } = state;
  const { instrument, account } = order.holding;
  const owner = ownerRefOf(account);
  const givesWay = selfTradeOf(account) === SELF_TRADE_CANCEL_MAKER;
  while (order.filledLots < order.sizeLots && crosses(state, order, limitTicks)) {
    const first = book.firstOrder(instrument.id, order.side === 0 ? 1 : 0);
    const maker = orderInSlot(state, book.orderUserRef(first));
    if (givesWay && book.orderOwnerRef(first) === owner) {
      endOrder(state, maker, 'self-trade');
      continue;
    }
    const lots = Math.min(order.sizeLots - order.filledLots, book.orderVisibleLots(first));
    submitLots(state, order, limitTicks, lots, false);
    const stopped = book.selfTradeStopped();
    readTape(state, order);
    if (stopped) {
      return true;
    }
    trimReduceOnly(state, maker.holding);
    trimReduceOnly(state, order.holding);
  }
  return false;
};

/** Closes an order whose rest may not stay. */
export const closeRemainder = (
  state: EngineState,
  order: OrderRecord,
  reason: CancelReason,
): void => {
  order.status = 'cancelled';
  order.updatedUs = state.nowUs;
  delistOrder(state, order);
  emitOrder(state, order, 'cancelled', reason);
};

const settleIn = (state: EngineState, order: OrderRecord): void => {
  const { holding } = order;
  countResting(order, order.sizeLots - order.filledLots);
  countReduceOnly(order, 1);
  pegOrder(order);
  marginChanged(state, holding);
  trimReduceOnly(state, holding);
};

/** In a call auction an order rests beside those it crosses. */
const restInAuction = (state: EngineState, order: OrderRecord, limitTicks: number): void => {
  const { account, instrument } = order.holding;
  const { id } = instrument;
  const { side } = order;
  const lots = order.sizeLots - order.filledLots;
  const shown = order.displayLots < lots ? order.displayLots : 0;
  const visible = shown === 0 ? lots : shown;
  const owner = ownerRefOf(account);
  const { book } = state;
  order.bookHandle = book.insertResting(
    id,
    side,
    limitTicks,
    lots,
    visible,
    shown,
    owner,
    order.slot,
    true,
  );
  state.emit(levelEvent(id, side, limitTicks, book.levelLots(id, side, limitTicks)));
  settleIn(state, order);
};

/**
 * Matches an open order up to a limit; the rest stays in the book if it may, else is cancelled.
 *
 * Units: `limitTicks` may be `NO_LIMIT` for an order that does not rest.
 */
export const executeOrder = (
  state: EngineState,
  order: OrderRecord,
  limitTicks: number,
  rest: boolean,
): void => {
  const { instrument } = order.holding;
  if (instrument.state === 'auction') return restInAuction(state, order, limitTicks);
  let stopped = false;
  if (instrument.reduceOnlyCount > 0) {
    stopped = matchSliceBySlice(state, order, limitTicks);
  }
  const lots = order.sizeLots - order.filledLots;
  if (lots > 0 && !stopped) {
    submitLots(state, order, limitTicks, lots, rest);
    stopped = state.book.selfTradeStopped();
    readTape(state, order);
  }
  if (order.bookHandle !== 0) {
    settleIn(state, order);
  } else if (order.filledLots < order.sizeLots) {
    closeRemainder(state, order, stopped ? 'self-trade' : 'remainder');
  } else {
    delistOrder(state, order);
  }
  if (state.mmpTripped.length > 0) enforceMmp(state);
};
