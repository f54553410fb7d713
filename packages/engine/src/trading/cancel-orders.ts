// Cancel orders: by id, by filter, and the venue's own cancels. Invariant: a cancelled order has
// left its book, its watch list and its holding before the next event. Cancels are taken in every
// trading state.
import type {
  CancelOrder,
  CancelOrders,
  CancelReason,
  OrderFilter,
  RejectCode,
} from '@openstrike/domain';
import { findHolding } from '../account/holdings.ts';
import { marginChanged } from '../account/margin.ts';
import type { AccountRecord, EngineState, Holding, OrderRecord } from '../state.ts';
import { countReduceOnly, countResting, delistOrder, emitOrder } from './order-records.ts';
import { unwatchOrder } from './trigger-watch.ts';

/** Takes an open order out of wherever it waits, without ending it. */
export const withdrawOrder = (state: EngineState, order: OrderRecord): void => {
  if (order.bookHandle !== 0) {
    const lots = state.book.cancel(order.bookHandle);
    order.bookHandle = 0;
    countResting(order, -lots);
    countReduceOnly(order, -1);
    marginChanged(state, order.holding);
  } else if (order.status === 'untriggered') {
    unwatchOrder(state, order);
  }
};

/** Ends an open order for a reason and says so. */
export const endOrder = (state: EngineState, order: OrderRecord, reason: CancelReason): void => {
  withdrawOrder(state, order);
  order.status = 'cancelled';
  order.updatedUs = state.nowUs;
  delistOrder(state, order);
  emitOrder(state, order, 'cancelled', reason);
};

/** The account's open order of that id, or why there is none. */
export const findOwnOrder = (
  state: EngineState,
  account: AccountRecord,
  orderId: number,
): OrderRecord | RejectCode => {
  const order = state.orders.get(orderId);
  if (order === undefined) {
    return orderId >= 1 && orderId <= state.lastOrderId ? 'order-closed' : 'unknown-order';
  }
  return order.holding.account === account ? order : 'not-your-order';
};

/** Cancels one order of an account. */
export const cancelOrder = (state: EngineState, command: CancelOrder): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const order = findOwnOrder(state, account, command.orderId);
  if (typeof order === 'string') return order;

  // Point of no return.
  endOrder(state, order, 'user-request');
  return null;
};

const matchesKind = (order: OrderRecord, wanted: OrderFilter['orders']): boolean => {
  switch (wanted) {
    case 'all':
      return true;
    case 'resting':
      return order.status !== 'untriggered';
    case 'trigger':
      return order.status === 'untriggered';
    case 'stop':
      return order.type === 'stop-limit' || order.type === 'stop-market';
    case 'take':
      return order.type === 'take-limit' || order.type === 'take-market';
    case 'trailing-stop':
      return order.type === 'trailing-stop';
  }
};

const matchesInstrument = (holding: Holding, filter: OrderFilter): boolean => {
  const { contract } = holding.instrument;
  const kind = contract.kind === 'option' ? 'option' : 'future';
  return (
    (filter.instrumentId === null || contract.id === filter.instrumentId) &&
    (filter.currency === null || contract.settlementCurrency === filter.currency) &&
    (filter.indexName === null || contract.indexName === filter.indexName) &&
    (filter.kind === null || kind === filter.kind)
  );
};

const matchesOrder = (order: OrderRecord, filter: OrderFilter): boolean =>
  matchesKind(order, filter.orders) &&
  (filter.label === null || order.label === filter.label) &&
  (filter.connectionId === null || order.connectionId === filter.connectionId);

const byId = (a: OrderRecord, b: OrderRecord): number => a.id - b.id;

const collectOrders = (holding: Holding, filter: OrderFilter, into: OrderRecord[]): void => {
  if (holding.orderCount === 0 || !matchesInstrument(holding, filter)) {
    return;
  }
  for (let order = holding.firstOrder; order !== null; order = order.next) {
    if (matchesOrder(order, filter)) {
      into.push(order);
    }
  }
};

/** Open orders of an account that a filter takes, by id. */
export const ordersMatching = (
  state: EngineState,
  account: AccountRecord,
  filter: OrderFilter,
): readonly OrderRecord[] => {
  const found: OrderRecord[] = [];
  if (filter.instrumentId !== null) {
    const instrument = state.instruments[filter.instrumentId];
    const holding = instrument === undefined ? null : findHolding(account, instrument);
    if (holding !== null) {
      collectOrders(holding, filter, found);
    }
    return found;
  }
  for (const record of account.currencies) {
    for (const holding of record?.holdings ?? []) {
      collectOrders(holding, filter, found);
    }
  }
  return found.sort(byId);
};

/** Cancels every open order of an account that the filter takes, in the order of their ids. */
export const cancelOrders = (state: EngineState, command: CancelOrders): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';

  // Point of no return.
  for (const order of ordersMatching(state, account, command.filter)) {
    endOrder(state, order, command.reason);
  }
  return null;
};
