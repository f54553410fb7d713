// Edit an order: same checks as a new order, on what the order would become. Invariant: a refused
// edit leaves the order as it was. A resting order keeps its place when its price stays and it only
// shrinks; a new price, more size or another display goes to the end of the line, and may trade. A
// reject-post-only edit that would trade cancels the order. In a call auction the same holds of
// what the auction takes, and nothing trades before its end.
import type { EditOrder, RejectCode, Trigger } from '@openstrike/domain';
import { canCarry } from '../account/carry-order.ts';
import { marginChanged } from '../account/margin.ts';
import { checkKilled } from '../control/kill-switch.ts';
import { noteReentry } from '../halts/arrivals.ts';
import { waitsInAuction } from '../halts/waits-in-auction.ts';
import { checkMmp, checkMmpOpen } from '../market-maker/mmp.ts';
import type { EngineState, OrderRecord } from '../state.ts';
import { admitOrder } from './admit-order.ts';
import { endOrder, findOwnOrder } from './cancel-orders.ts';
import { executeOrder } from './execute-order.ts';
import { countReduceOnly, countResting, emitOrder } from './order-records.ts';
import type { OrderTerms } from './order-snapshot.ts';
import { pegTicks } from './peg-price.ts';
import { pegOrder, unpegOrder } from './pegged-list.ts';
import {
  checkAccess,
  checkCombination,
  checkDisplay,
  checkPhase,
  checkPrice,
  checkSize,
  hasLimit,
} from './place-order.ts';
import { reducibleLots, shrinkResting } from './reduce-only.ts';
import { checkTrigger, sourcePrice } from './trigger-orders.ts';
import { unwatchOrder, watchOrder } from './trigger-watch.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The order as it would be after the edit. */
interface Wanted {
  readonly terms: Writable<OrderTerms>;
  priceTicks: number;
  sizeLots: number;
  displayLots: number;
}

/** Filled in for each edit: nearly a third of all commands would leave one to collect. */
const scratch: Wanted = {
  terms: {
    orderType: 'limit',
    timeInForce: 'gtc',
    postOnly: 'off',
    reduceOnly: false,
    priceMode: 'price',
    priceModeValue: 0,
    trigger: null,
    label: '',
    clientKey: null,
    connectionId: 0,
    mmp: false,
    quote: null,
    clientId: '',
  },
  priceTicks: 0,
  sizeLots: 0,
  displayLots: 0,
};

const wantedTrigger = (order: OrderRecord, command: EditOrder): Trigger | null => {
  const { trigger } = order;
  if (trigger === null) {
    return null;
  }
  return {
    source: trigger.source,
    price: trigger.price === null ? null : (command.triggerPrice ?? trigger.price),
    offset: trigger.offset === null ? null : (command.triggerOffset ?? trigger.offset),
  };
};

/** Holds until the next call. */
const wantedOf = (order: OrderRecord, command: EditOrder): Wanted => {
  const { terms } = scratch;
  const sizeLots = command.sizeLots ?? order.sizeLots;
  const displayLots = command.displayLots ?? order.displayLots;
  terms.orderType = order.type;
  terms.timeInForce = order.timeInForce;
  terms.postOnly = command.postOnly ?? order.postOnly;
  terms.reduceOnly = command.reduceOnly ?? order.reduceOnly;
  terms.priceMode = command.priceMode ?? order.priceMode;
  // In ticks there is no other value, whatever the command names.
  terms.priceModeValue =
    terms.priceMode === 'price' ? 0 : (command.priceModeValue ?? order.priceModeValue);
  terms.trigger = wantedTrigger(order, command);
  terms.label = order.label;
  terms.clientKey = order.clientKey;
  terms.connectionId = order.connectionId;
  terms.mmp = order.mmp;
  terms.quote = order.quote;
  terms.clientId = order.clientId;
  scratch.priceTicks = command.priceTicks ?? order.priceTicks;
  scratch.sizeLots = sizeLots;
  scratch.displayLots = displayLots >= sizeLots ? 0 : displayLots;
  return scratch;
};

/**
 * Whether an edit of a resting order takes lots off it and changes nothing else: it cancels them,
 * which a call auction takes of any order.
 */
const onlyShrinks = (order: OrderRecord, { terms, ...wanted }: Wanted): boolean =>
  order.bookHandle !== 0 &&
  terms.priceMode === 'price' &&
  order.priceMode === 'price' &&
  wanted.priceTicks === order.priceTicks &&
  wanted.sizeLots <= order.sizeLots &&
  wanted.displayLots === order.displayLots &&
  terms.postOnly === order.postOnly &&
  terms.reduceOnly === order.reduceOnly;

const checkForm = (state: EngineState, order: OrderRecord, wanted: Wanted): RejectCode | null => {
  const { instrument } = order.holding;
  const { terms, sizeLots, displayLots } = wanted;
  const triggerMoved =
    order.status === 'untriggered' &&
    (terms.trigger?.price !== order.trigger?.price ||
      terms.trigger?.offset !== order.trigger?.offset);
  return (
    checkPhase(state, instrument, waitsInAuction(terms) || onlyShrinks(order, wanted)) ??
    checkSize(instrument, sizeLots) ??
    (sizeLots <= order.filledLots ? 'invalid-amount' : null) ??
    checkPrice(instrument, terms, wanted.priceTicks) ??
    checkDisplay(instrument, sizeLots, displayLots) ??
    checkCombination(instrument, terms, sizeLots, displayLots) ??
    (triggerMoved ? checkTrigger(state, instrument, order.side, order.type, terms.trigger) : null)
  );
};

const takeOver = (state: EngineState, order: OrderRecord, wanted: Wanted): void => {
  const { terms } = wanted;
  state.orderPool.restate(order, terms);
  order.replaced = true;
  order.updatedUs = state.nowUs;
  if (order.priceMode === 'price') {
    unpegOrder(order);
  }
};

const editWaiting = (state: EngineState, order: OrderRecord, wanted: Wanted): RejectCode | null => {
  if (isUnchanged(order, wanted, wanted.priceTicks)) return 'nothing-to-change';

  // Point of no return.
  unwatchOrder(state, order);
  takeOver(state, order, wanted);
  order.priceTicks = hasLimit(order.type) ? wanted.priceTicks : 0;
  order.sizeLots = wanted.sizeLots;
  order.displayLots = wanted.displayLots;
  if (order.type === 'trailing-stop' && order.triggerReference === 0) {
    const price = sourcePrice(state, order.holding.instrument, order.trigger?.source ?? 'index');
    order.triggerReference = Number.isNaN(price) ? 0 : price;
  }
  watchOrder(state, order);
  emitOrder(state, order, 'edited', null);
  return null;
};

const isUnchanged = (order: OrderRecord, wanted: Wanted, priceTicks: number): boolean => {
  const { terms } = wanted;
  return (
    priceTicks === order.priceTicks &&
    wanted.sizeLots === order.sizeLots &&
    wanted.displayLots === order.displayLots &&
    terms.postOnly === order.postOnly &&
    terms.reduceOnly === order.reduceOnly &&
    terms.priceMode === order.priceMode &&
    terms.priceModeValue === order.priceModeValue &&
    terms.trigger?.price === order.trigger?.price &&
    terms.trigger?.offset === order.trigger?.offset
  );
};

/** Shrinks or re-marks a resting order where it stands. */
const editInPlace = (state: EngineState, order: OrderRecord, wanted: Wanted): RejectCode | null => {
  const { holding, side } = order;
  let openLots = wanted.sizeLots - order.filledLots;
  if (wanted.terms.reduceOnly) {
    openLots = Math.min(openLots, reducibleLots(holding, side));
    if (openLots === 0) return 'reduce-only';
  } else if (order.reduceOnly && !canCarry(state, holding, side, openLots, order.priceTicks)) {
    return 'insufficient-funds';
  }
  if (isUnchanged(order, wanted, order.priceTicks)) return 'nothing-to-change';

  // Point of no return.
  const before = order.sizeLots - order.filledLots;
  countResting(order, -before);
  countReduceOnly(order, -1);
  if (openLots < before) {
    shrinkResting(state, order, openLots);
  }
  takeOver(state, order, wanted);
  countResting(order, openLots);
  countReduceOnly(order, 1);
  pegOrder(order);
  marginChanged(state, holding);
  emitOrder(state, order, 'edited', null);
  return null;
};

/** Takes a resting order out and puts it in again as it is wanted, at the end of the line. */
const editAnew = (
  state: EngineState,
  order: OrderRecord,
  wanted: Wanted,
  priceTicks: number,
): RejectCode | null => {
  const { holding, side, bookHandle } = order;
  const { terms } = wanted;
  const before = order.sizeLots - order.filledLots;
  const lots = wanted.sizeLots - order.filledLots;
  // The order itself must not stand in the way of what it becomes: its lots are lent out for the
  // check.
  if (bookHandle !== 0) countResting(order, -before);
  marginChanged(state, holding);
  const lent = bookHandle === 0 ? 0 : before;
  const refused = admitOrder(state, holding, side, terms, priceTicks, lots, false, lent);
  if (refused !== null) {
    if (bookHandle !== 0) countResting(order, before);
    marginChanged(state, holding);
    if (refused !== 'post-only-cross') return refused;
    endOrder(state, order, 'post-only-edit');
    return null;
  }

  // Point of no return.
  const { draft } = state;
  const limitTicks = draft.limitTicks;
  const newSize = order.filledLots + draft.lots;
  if (bookHandle !== 0) {
    state.book.cancel(bookHandle);
    order.bookHandle = 0;
    countReduceOnly(order, -1);
  }
  takeOver(state, order, wanted);
  order.priceTicks = limitTicks;
  order.sizeLots = newSize;
  order.displayLots = wanted.displayLots >= newSize ? 0 : wanted.displayLots;
  emitOrder(state, order, 'edited', null);
  if (holding.instrument.state === 'auction') noteReentry(state, order);
  executeOrder(state, order, limitTicks, true);
  return null;
};

const editResting = (state: EngineState, order: OrderRecord, wanted: Wanted): RejectCode | null => {
  const { instrument } = order.holding;
  const { priceMode, priceModeValue } = wanted.terms;
  const priceTicks =
    priceMode === 'price'
      ? wanted.priceTicks
      : pegTicks(state, instrument, order.side, priceMode, priceModeValue);
  if (priceTicks === 0) return 'invalid-price';
  const stays =
    priceTicks === order.priceTicks &&
    wanted.sizeLots <= order.sizeLots &&
    wanted.displayLots === order.displayLots &&
    order.bookHandle !== 0;
  return stays ? editInPlace(state, order, wanted) : editAnew(state, order, wanted, priceTicks);
};

/** Changes an open order; the refusal, if any, is returned and the order is as it was. */
export const editOrder = (state: EngineState, command: EditOrder): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const denied = checkAccess(account);
  if (denied !== null) return denied;
  const order = findOwnOrder(state, account, command.orderId);
  if (typeof order === 'string') return order;
  const killed =
    checkKilled(state, account, command.clientId ?? '') ??
    checkKilled(state, account, order.clientId);
  if (killed !== null) return killed;
  if (command.validUntilUs !== 0 && state.nowUs > command.validUntilUs) return 'timed-out';
  if (order.mmp) {
    const { instrument } = order.holding;
    const group = order.quote?.group ?? '';
    const lots = (command.sizeLots ?? order.sizeLots) - order.filledLots;
    const refused =
      checkMmp(state, account, instrument, group) ??
      checkMmpOpen(state, account, instrument, order.side, group, lots, order);
    if (refused !== null) return refused;
  }
  const wanted = wantedOf(order, command);
  const malformed = checkForm(state, order, wanted);
  if (malformed !== null) return malformed;
  return order.status === 'untriggered'
    ? editWaiting(state, order, wanted)
    : editResting(state, order, wanted);
};
