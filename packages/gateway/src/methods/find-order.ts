// Find order: an order by the id that a client sends, whether it is open, just placed, or long
// closed. Invariant: another account's order is never found, and neither is one whose id names
// another currency.
import type { OrderId, OrderState, RejectCode } from '@openstrike/domain';
import { type ParsedId, parseOrderId } from '@openstrike/wire';
import { ApiError, type Call } from '../method.ts';
import { accountOf } from './caller.ts';
import { instrumentOf } from './lookups.ts';

const notFound = (): ApiError =>
  new ApiError('order_not_found', { reason: 'there is no such order', param: 'order_id' });

/** The number in an order id. Throws: ApiError 10004 when the text is none. */
export const orderIdOf = (text: string): ParsedId<OrderId> => {
  const parsed = parseOrderId(text);
  if (parsed === null) {
    throw notFound();
  }
  return parsed;
};

const isCallers = (order: OrderState, id: ParsedId<OrderId>, call: Call): boolean => {
  if (order.accountId !== accountOf(call)) {
    return false;
  }
  const instrument = instrumentOf(call, order.instrumentId);
  return instrument === null || instrument.settlementCurrency === id.currency;
};

/** The caller's open order; null when it is not known to be open. Never waits. */
export const openOrderOf = (call: Call, text: string): OrderState | null => {
  const id = orderIdOf(text);
  const order = call.context.feeds.openOrder(id.id);
  return order !== null && isCallers(order, id, call) ? order : null;
};

/** The caller's order in its last state. Throws: ApiError 10004 when there is none. */
export const findOrder = async (call: Call, text: string): Promise<OrderState> => {
  const id = orderIdOf(text);
  const open = call.context.feeds.openOrder(id.id);
  const order =
    open ??
    (await call.context.queries.query('order', { orderId: id.id })) ??
    (await call.context.history.order(id.id));
  if (order === null || !isCallers(order, id, call)) {
    throw notFound();
  }
  return order;
};

/** Whether the engine says that an order is not among the open ones; history knows why. */
export const isGone = (code: RejectCode): boolean =>
  code === 'unknown-order' || code === 'order-closed';

/**
 * Refuses what the engine did not find among the open orders: closed if it was the caller's once,
 * else unknown.
 *
 * Throws: ApiError 11044 or 10004, always.
 */
export const refuseUnknown = async (call: Call, id: ParsedId<OrderId>): Promise<never> => {
  const order = await call.context.history.order(id.id);
  if (order !== null && isCallers(order, id, call)) {
    throw new ApiError('not_open_order', {
      reason: `the order is ${order.status}`,
      param: 'order_id',
    });
  }
  throw notFound();
};
