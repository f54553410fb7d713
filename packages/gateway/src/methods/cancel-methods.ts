// Cancel methods: one order, or all that match. Invariant: a mass cancel is one command (one a
// currency where several are named), so no order slips in between; the answer counts what that
// command cancelled.
import type { Applied, OrderFilter, OrderState } from '@openstrike/domain';
import { anyOrder } from '@openstrike/domain';
import {
  type ApiOrder,
  cancelAllShape,
  cancelByCurrencyShape,
  cancelByInstrumentShape,
  cancelByKindOrTypeShape,
  cancelByLabelShape,
  cancelByPairShape,
  cancelShape,
  isTriggerType,
  renderOrder,
} from '@openstrike/wire';
import { ApiError, type Call, defineMethod, type Method } from '../method.ts';
import { lastStateOf } from '../render/order-answer.ts';
import { accountOf } from './caller.ts';
import { isGone, orderIdOf, refuseUnknown } from './find-order.ts';
import { indexNamed, instrumentNamed, instrumentOf, selectionOf } from './lookups.ts';
import { errorOfReject, refusalOf, submit } from './submit.ts';

const cancel = defineMethod({
  name: 'private/cancel',
  summary: 'Cancels an order.',
  scope: 'trade:read_write',
  transport: 'any',
  rateClass: 'matching',
  ...cancelShape,
  handle: async (params, call): Promise<ApiOrder> => {
    const parsed = orderIdOf(params.order_id);
    const { id, currency } = parsed;
    const open = call.context.feeds.openOrder(id);
    const known = open === null ? null : instrumentOf(call, open.instrumentId);
    if (known !== null && known.settlementCurrency !== currency) {
      throw new ApiError('order_not_found', { param: 'order_id' });
    }
    const applied = await call.context.commands.submit({
      type: 'cancel-order',
      accountId: accountOf(call),
      orderId: id,
    });
    const refusal = refusalOf(applied);
    if (refusal !== null && isGone(refusal.code)) {
      return refuseUnknown(call, parsed);
    }
    const order = lastStateOf(applied.events, id);
    const instrument = order === null ? null : instrumentOf(call, order.instrumentId);
    if (refusal !== null || order === null || instrument === null) {
      throw errorOfReject(refusal?.code ?? 'unknown-order', refusal?.limit ?? null);
    }
    return renderOrder(order, instrument);
  },
});

const ordersByType: Readonly<Record<string, OrderFilter['orders']>> = {
  all: 'all',
  limit: 'resting',
  trigger_all: 'trigger',
  stop: 'stop',
  take: 'take',
  trailing_stop: 'trailing-stop',
};

const cancelled = (applied: Applied, call: Call): OrderState[] => {
  const accountId = accountOf(call);
  const orders: OrderState[] = [];
  for (const event of applied.events) {
    if (
      event.type === 'order-changed' &&
      event.cause === 'cancelled' &&
      event.order.accountId === accountId &&
      event.order.cancelReason === 'user-request'
    ) {
      orders.push(event.order);
    }
  }
  return orders;
};

interface CancelReport {
  readonly currency: string;
  readonly type: 'trigger' | 'limit';
  readonly instrument_name: string;
  readonly result: ApiOrder[];
}

/** One report for each instrument and kind of order. */
const reportsOf = (orders: readonly OrderState[], call: Call): CancelReport[] => {
  const reports = new Map<string, CancelReport>();
  for (const order of orders) {
    const instrument = instrumentOf(call, order.instrumentId);
    if (instrument === null) continue;
    const type = isTriggerType(order.type) ? 'trigger' : 'limit';
    const key = `${type} ${instrument.name}`;
    const report = reports.get(key) ?? {
      currency: instrument.settlementCurrency,
      type,
      instrument_name: instrument.name,
      result: [],
    };
    report.result.push(renderOrder(order, instrument));
    reports.set(key, report);
  }
  return [...reports.values()];
};

/** Submits one mass cancel a filter, all at once, and counts or reports what they cancelled. */
const cancelMatching = async (
  filters: readonly OrderFilter[],
  detailed: boolean | undefined,
  call: Call,
): Promise<number | CancelReport[]> => {
  const accountId = accountOf(call);
  const submissions = filters.map((filter) =>
    submit(call, { type: 'cancel-orders', accountId, filter, reason: 'user-request' }),
  );
  const orders = (await Promise.all(submissions)).flatMap((applied) => cancelled(applied, call));
  return detailed === true ? reportsOf(orders, call) : orders.length;
};

const filtersOf = (
  currencies: readonly string[],
  kind: string | undefined,
  type: string | undefined,
): OrderFilter[] => {
  const orders = ordersByType[type ?? 'all'] ?? 'all';
  return currencies.flatMap((currency) => {
    const selection = selectionOf(currency, kind);
    return selection === null ? [] : [{ ...anyOrder, ...selection, orders }];
  });
};

const massCancel = {
  scope: 'trade:read_write',
  transport: 'any',
  rateClass: 'cancel-all',
} as const;

/** Methods that cancel orders. */
export const cancelMethods: readonly Method[] = [
  cancel,
  defineMethod({
    name: 'private/cancel_all',
    summary: 'Cancels all orders of the account.',
    ...massCancel,
    ...cancelAllShape,
    handle: (params, call) => cancelMatching([anyOrder], params.detailed, call),
  }),
  defineMethod({
    name: 'private/cancel_all_by_currency',
    summary: 'Cancels all orders that settle in a currency.',
    ...massCancel,
    ...cancelByCurrencyShape,
    handle: (params, call) =>
      cancelMatching(filtersOf([params.currency], params.kind, params.type), params.detailed, call),
  }),
  defineMethod({
    name: 'private/cancel_all_by_currency_pair',
    summary: 'Cancels all orders in contracts on an index.',
    ...massCancel,
    ...cancelByPairShape,
    handle: (params, call) => {
      const indexName = indexNamed(params.currency_pair, 'currency_pair');
      const filters = filtersOf(['any'], params.kind, params.type);
      return cancelMatching(
        filters.map((filter) => ({ ...filter, indexName })),
        params.detailed,
        call,
      );
    },
  }),
  defineMethod({
    name: 'private/cancel_all_by_instrument',
    summary: 'Cancels all orders in an instrument.',
    ...massCancel,
    ...cancelByInstrumentShape,
    handle: (params, call) => {
      const { id } = instrumentNamed(call, params.instrument_name);
      const filters = filtersOf(['any'], undefined, params.type);
      return cancelMatching(
        filters.map((filter) => ({ ...filter, instrumentId: id })),
        params.detailed,
        call,
      );
    },
  }),
  defineMethod({
    name: 'private/cancel_all_by_kind_or_type',
    summary: 'Cancels all orders of a kind or type in some currencies.',
    ...massCancel,
    ...cancelByKindOrTypeShape,
    handle: (params, call) => {
      const named = Array.isArray(params.currency) ? params.currency : [params.currency];
      const filters = filtersOf([...new Set(named)], params.kind, params.type);
      return cancelMatching(filters, params.detailed, call);
    },
  }),
  defineMethod({
    name: 'private/cancel_by_label',
    summary: 'Cancels all orders with a label.',
    ...massCancel,
    rateClass: 'matching',
    ...cancelByLabelShape,
    handle: (params, call) => {
      const filters = filtersOf([params.currency ?? 'any'], undefined, undefined);
      return cancelMatching(
        filters.map((filter) => ({ ...filter, label: params.label })),
        undefined,
        call,
      );
    },
  }),
];
