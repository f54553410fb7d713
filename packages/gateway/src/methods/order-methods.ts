// Order methods: reading orders, open and closed, and what they hold as margin. Invariant: open
// orders come from the feeds, so they never show what is not durable; closed ones from history.
import type { Instrument, OrderId, OrderState, OrderType } from '@openstrike/domain';
import {
  type ApiOrder,
  isTriggerType,
  marginsShape,
  moneyOf,
  openOrdersByCurrencyShape,
  openOrdersByInstrumentShape,
  openOrdersShape,
  orderHistoryByCurrencyShape,
  orderHistoryByInstrumentShape,
  orderMarginsShape,
  orderStateShape,
  ordersByLabelShape,
  priceOf,
  renderOrder,
  renderOrderId,
  renderTriggerOrderRecord,
  triggerHistoryShape,
} from '@openstrike/wire';
import { type Call, defineMethod, type Method } from '../method.ts';
import { accountOf } from './caller.ts';
import { findOrder, orderIdOf } from './find-order.ts';
import {
  continuationOf,
  instrumentNamed,
  instrumentOf,
  matches,
  type Selection,
  selectionOf,
} from './lookups.ts';
import { amountLotsOf, priceTicksOf } from './order-terms.ts';
import { answered } from './submit.ts';

const read = { scope: 'trade:read', transport: 'any', rateClass: 'plain' } as const;

const stopTypes: readonly OrderType[] = ['stop-limit', 'stop-market'];
const takeTypes: readonly OrderType[] = ['take-limit', 'take-market'];

/** Which orders each word of the `type` filter takes. */
const typeFilters: Readonly<Record<string, (type: OrderType) => boolean>> = {
  all: () => true,
  limit: (type) => !isTriggerType(type),
  trigger_all: isTriggerType,
  stop_all: (type) => stopTypes.includes(type),
  stop_limit: (type) => type === 'stop-limit',
  stop_market: (type) => type === 'stop-market',
  take_all: (type) => takeTypes.includes(type),
  take_limit: (type) => type === 'take-limit',
  take_market: (type) => type === 'take-market',
  trailing_all: (type) => type === 'trailing-stop',
  trailing_stop: (type) => type === 'trailing-stop',
};

/** Renders orders; those of instruments that the venue has forgotten are left out. */
export const renderOrders = (
  orders: readonly OrderState[],
  call: Call,
  keep: (order: OrderState, instrument: Instrument) => boolean = () => true,
): ApiOrder[] => {
  const rendered: ApiOrder[] = [];
  for (const order of orders) {
    const instrument = instrumentOf(call, order.instrumentId);
    if (instrument !== null && keep(order, instrument)) {
      rendered.push(renderOrder(order, instrument));
    }
  }
  return rendered;
};

const openOrders = (
  call: Call,
  selection: Selection | null,
  type: string | undefined,
  orders: readonly OrderState[] = call.context.feeds.openOrders(accountOf(call)),
): ApiOrder[] => {
  const ofType = typeFilters[type ?? 'all'] ?? (() => true);
  return selection === null
    ? []
    : renderOrders(
        orders,
        call,
        (order, instrument) => matches(instrument, selection) && ofType(order.type),
      );
};

const orderState = defineMethod({
  name: 'private/get_order_state',
  summary: 'Reads an order by its id, open or closed.',
  ...read,
  ...orderStateShape,
  handle: async (params, call) => {
    const order = await findOrder(call, params.order_id);
    const [rendered] = renderOrders([order], call);
    return rendered;
  },
});

const openOrderMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_open_orders',
    summary: 'Lists open and waiting orders.',
    ...read,
    ...openOrdersShape,
    handle: (params, call) => openOrders(call, selectionOf(undefined, params.kind), params.type),
  }),
  defineMethod({
    name: 'private/get_open_orders_by_currency',
    summary: 'Lists open and waiting orders that settle in a currency.',
    ...read,
    ...openOrdersByCurrencyShape,
    handle: (params, call) =>
      openOrders(call, selectionOf(params.currency, params.kind), params.type),
  }),
  defineMethod({
    name: 'private/get_open_orders_by_instrument',
    summary: 'Lists open and waiting orders in an instrument.',
    ...read,
    ...openOrdersByInstrumentShape,
    handle: (params, call) => {
      const { id } = instrumentNamed(call, params.instrument_name);
      const orders = call.context.feeds.openOrders(accountOf(call));
      return openOrders(
        call,
        { currency: null, kind: null },
        params.type,
        orders.filter((order) => order.instrumentId === id),
      );
    },
  }),
  defineMethod({
    name: 'private/get_open_orders_by_label',
    summary: 'Lists open and waiting orders with a label.',
    ...read,
    ...ordersByLabelShape,
    handle: (params, call) => {
      const { feeds } = call.context;
      const orders =
        params.label === undefined
          ? feeds.openOrders(accountOf(call))
          : feeds.openOrdersByLabel(accountOf(call), params.label);
      return openOrders(call, selectionOf(params.currency, undefined), undefined, orders);
    },
  }),
];

const closedByLabelMax = 1000;

const orderStateByLabel = defineMethod({
  name: 'private/get_order_state_by_label',
  summary: 'Reads the recent orders with a label, open or closed.',
  ...read,
  ...ordersByLabelShape,
  handle: async (params, call) => {
    const selection = selectionOf(params.currency, undefined);
    if (selection === null) {
      return [];
    }
    const label = params.label ?? '';
    const accountId = accountOf(call);
    const open = call.context.feeds.openOrdersByLabel(accountId, label);
    const known = new Set(open.map((order) => order.orderId));
    const closed = await call.context.history.orders({
      accountId,
      instrumentId: null,
      ...selection,
      includeUnfilled: true,
      limit: closedByLabelMax,
      offset: 0,
      beforeId: null,
    });
    const others = closed.filter((order) => order.label === label && !known.has(order.orderId));
    return openOrders(call, selection, undefined, [...open, ...others]);
  },
});

interface HistoryPage {
  readonly count?: number;
  readonly offset?: number;
  readonly include_unfilled?: boolean;
  readonly with_continuation?: boolean;
  readonly continuation?: string;
}

const historyDefault = 20;

const orderHistory = async (
  call: Call,
  selection: Selection | null,
  instrument: Instrument | null,
  page: HistoryPage,
): Promise<unknown> => {
  const limit = page.count ?? historyDefault;
  const before = continuationOf(page.continuation);
  const orders =
    selection === null
      ? []
      : await call.context.history.orders({
          accountId: accountOf(call),
          instrumentId: instrument?.id ?? null,
          ...selection,
          includeUnfilled: page.include_unfilled === true,
          limit,
          offset: page.offset ?? 0,
          beforeId: before as OrderId | null,
        });
  const rendered = renderOrders(orders, call);
  if (page.with_continuation !== true) {
    return rendered;
  }
  const last = orders.at(-1);
  const continuation = last === undefined || orders.length < limit ? null : String(last.orderId);
  return { orders: rendered, continuation };
};

const historyMethods: readonly Method[] = [
  defineMethod({
    name: 'private/get_order_history_by_currency',
    summary: 'Lists closed orders that settle in a currency, the newest first.',
    ...read,
    ...orderHistoryByCurrencyShape,
    handle: (params, call) =>
      orderHistory(call, selectionOf(params.currency, params.kind), null, params),
  }),
  defineMethod({
    name: 'private/get_order_history_by_instrument',
    summary: 'Lists closed orders in an instrument, the newest first.',
    ...read,
    ...orderHistoryByInstrumentShape,
    handle: (params, call) =>
      orderHistory(
        call,
        { currency: null, kind: null },
        instrumentNamed(call, params.instrument_name),
        params,
      ),
  }),
];

const triggerHistory = defineMethod({
  name: 'private/get_trigger_order_history',
  summary: 'Lists what became of trigger orders, the newest first.',
  ...read,
  ...triggerHistoryShape,
  handle: async (params, call) => {
    const selection = selectionOf(params.currency, undefined);
    const limit = params.count ?? historyDefault;
    const before = continuationOf(params.continuation);
    if (selection === null) {
      return { entries: [], continuation: null };
    }
    const named = params.instrument_name;
    const states = await call.context.history.triggerOrders({
      accountId: accountOf(call),
      instrumentId: named === undefined ? null : instrumentNamed(call, named).id,
      ...selection,
      includeUnfilled: true,
      limit,
      offset: 0,
      beforeId: before as OrderId | null,
    });
    const entries = states.flatMap((state) => {
      const instrument = instrumentOf(call, state.instrumentId);
      return instrument === null ? [] : [renderTriggerOrderRecord(state, instrument)];
    });
    const last = states.at(-1);
    const more = last !== undefined && states.length >= limit;
    return { entries, continuation: more ? String(last.orderId) : null };
  },
});

const margins = defineMethod({
  name: 'private/get_margins',
  summary: 'Tells the initial margin that an order would hold, and the price band.',
  ...read,
  ...marginsShape,
  handle: async (params, call) => {
    const instrument = instrumentNamed(call, params.instrument_name);
    const answer = await call.context.queries.query('order-margin', {
      accountId: accountOf(call),
      instrumentId: instrument.id,
      sizeLots: amountLotsOf(params.amount, instrument),
      priceTicks: priceTicksOf(params.price, instrument),
    });
    const estimate = answered(answer);
    const currency = instrument.settlementCurrency;
    return {
      buy: moneyOf(estimate.buy, currency),
      sell: moneyOf(estimate.sell, currency),
      min_price: priceOf(estimate.bandMinTicks, instrument),
      max_price: priceOf(estimate.bandMaxTicks, instrument),
    };
  },
});

const orderMargins = defineMethod({
  name: 'private/get_order_margin_by_ids',
  summary: 'Tells the initial margin that open orders hold.',
  ...read,
  ...orderMarginsShape,
  handle: async (params, call) => {
    const accountId = accountOf(call);
    const orderIds = params.ids.map((text) => orderIdOf(text).id);
    const rows = await call.context.queries.query('order-margins', { accountId, orderIds });
    return rows.map((row) => {
      const order = call.context.feeds.openOrder(row.orderId);
      return {
        order_id: order === null ? String(row.orderId) : renderOrderId(order, row.currency),
        initial_margin: moneyOf(row.initialMargin, row.currency),
        initial_margin_currency: row.currency,
      };
    });
  },
});

/** Methods that read orders. */
export const orderMethods: readonly Method[] = [
  margins,
  orderMargins,
  ...openOrderMethods,
  orderState,
  orderStateByLabel,
  ...historyMethods,
  triggerHistory,
];
