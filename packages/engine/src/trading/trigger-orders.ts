// Trigger orders: stops, takes and trailing stops, from their placing to their firing. Invariant:
// an order fires at most once; firing makes a new plain order that carries the trigger order's id,
// in the order of ids. They hold no margin while they wait; what fires and cannot be carried is
// stated as rejected.
import type { CancelReason, OrderType, PlaceOrder, RejectCode, Trigger } from '@openstrike/domain';
import { isTrading, priceOf } from '../instruments.ts';
import { openOrdersMax } from '../limits.ts';
import type {
  EngineState,
  Holding,
  IndexRecord,
  InstrumentRecord,
  OrderRecord,
  SideCode,
  TriggerWatch,
} from '../state.ts';
import { delistOrder, emitOrder, openOrder } from './order-records.ts';
import { firesRising, firingPrice, unwatchOrder, watchOrder } from './trigger-watch.ts';

/** The price that a trigger source shows now; NaN while there is none. */
export const sourcePrice = (
  state: EngineState,
  instrument: InstrumentRecord,
  source: Trigger['source'],
): number => {
  if (source === 'mark') {
    return state.marks.markPrice[instrument.id] as number;
  }
  if (source === 'last') {
    const ticks = instrument.lastTradeTicks;
    return ticks === 0 ? Number.NaN : priceOf(instrument, ticks);
  }
  const index = state.indexes[instrument.indexNo] as IndexRecord;
  return index.price === 0 ? Number.NaN : index.price / 1e6;
};

const isPositive = (value: number | null): boolean =>
  value !== null && Number.isFinite(value) && value > 0;

/** Whether the trigger belongs to the type, is complete, and is not already met. */
export const checkTrigger = (
  state: EngineState,
  instrument: InstrumentRecord,
  side: SideCode,
  type: OrderType,
  trigger: Trigger | null,
): RejectCode | null => {
  const plain = type === 'limit' || type === 'market' || type === 'market-limit';
  if (plain) return trigger === null ? null : 'invalid-trigger';
  if (trigger === null) return 'invalid-trigger';
  if (type === 'trailing-stop') return isPositive(trigger.offset) ? null : 'invalid-trigger';
  if (!isPositive(trigger.price)) return 'invalid-trigger';
  const price = sourcePrice(state, instrument, trigger.source);
  const stop = type === 'stop-limit' || type === 'stop-market';
  const rising = stop === (side === 0);
  if (rising && price >= (trigger.price as number)) return 'trigger-price-too-low';
  if (!rising && price <= (trigger.price as number)) return 'trigger-price-too-high';
  return null;
};

/** Takes in a trigger order, which waits from now on. */
export const waitForTrigger = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  command: PlaceOrder,
): RejectCode | null => {
  if (holding.account.openOrderCount >= openOrdersMax) return 'too-many-orders';

  // Point of no return.
  const { priceTicks, sizeLots, displayLots, orderType } = command;
  const limit = orderType === 'stop-limit' || orderType === 'take-limit' ? priceTicks : 0;
  const shown = displayLots === sizeLots ? 0 : displayLots;
  const order = openOrder(state, holding, side, command, limit, sizeLots, shown, null);
  order.status = 'untriggered';
  if (order.type === 'trailing-stop') {
    const source = command.trigger?.source ?? 'index';
    const price = sourcePrice(state, holding.instrument, source);
    order.triggerReference = Number.isNaN(price) ? 0 : price;
  }
  watchOrder(state, order);
  emitOrder(state, order, 'placed', null);
  return null;
};

const trail = (state: EngineState, order: OrderRecord, price: number): void => {
  const reference = order.triggerReference;
  const better = order.side === 0 ? price < reference : price > reference;
  if (reference === 0 || better) {
    order.triggerReference = price;
    order.updatedUs = state.nowUs;
    emitOrder(state, order, 'trailed', null);
  }
};

/** A trigger waits while its instrument is halted or its account may not place orders. */
const mayFire = (state: EngineState, order: OrderRecord): boolean =>
  order.holding.account.access === 'normal' && isTrading(state, order.holding.instrument);

/** Waiting orders that a price fires, by id; trailing references follow first. */
export const firedBy = (
  state: EngineState,
  watch: TriggerWatch,
  price: number,
): readonly OrderRecord[] => {
  const fired: OrderRecord[] = [];
  for (const order of watch.trailing) {
    trail(state, order, price);
    const rising = firesRising(order);
    const at = firingPrice(order);
    if (mayFire(state, order) && (rising ? price >= at : price <= at)) {
      fired.push(order);
    }
  }
  for (const order of watch.rising) {
    if (firingPrice(order) > price) break;
    if (mayFire(state, order)) fired.push(order);
  }
  for (const order of watch.falling) {
    if (firingPrice(order) < price) break;
    if (mayFire(state, order)) fired.push(order);
  }
  return fired.sort((a, b) => a.id - b.id);
};

/** Ends a waiting order as triggered. */
export const markTriggered = (state: EngineState, order: OrderRecord): void => {
  unwatchOrder(state, order);
  order.status = 'triggered';
  order.updatedUs = state.nowUs;
  delistOrder(state, order);
  emitOrder(state, order, 'triggered', null);
};

/** The plain type that a trigger type becomes. */
export const firedType = (type: OrderType): OrderType =>
  type === 'stop-limit' || type === 'take-limit' ? 'limit' : 'market';

/** What an order that the venue itself brought, by a trigger or a new price, was refused for. */
export const reasonOf = (code: RejectCode): CancelReason => {
  switch (code) {
    case 'price-too-high':
    case 'price-too-low':
      return 'price-band';
    case 'reduce-only':
      return 'reduce-only';
    case 'self-trade':
      return 'self-trade';
    case 'post-only-cross':
      return 'post-only-edit';
    case 'no-liquidity':
      return 'remainder';
    default:
      return 'insufficient-funds';
  }
};
