// Place an order: the ordered checks of its form, then those of `admitOrder`, then the point of no
// return, then the effects. Invariant: a refused order leaves no trace but its refusal (and, if it
// has one, its client key). The order of the checks is the precedence of domain's table of reject
// codes.
import { MAX_TICKS } from '@openstrike/book';
import type { PlaceOrder, QuoteTag, RejectCode } from '@openstrike/domain';
import { holdingOf } from '../account/holdings.ts';
import { checkKilled } from '../control/kill-switch.ts';
import { waitsInAuction } from '../halts/waits-in-auction.ts';
import { displayMinimumFactor, hiddenPerDisplayMax } from '../limits.ts';
import { checkMmp, checkMmpOpen } from '../market-maker/mmp.ts';
import type {
  AccountRecord,
  EngineState,
  Holding,
  IndexRecord,
  InstrumentRecord,
  OrderRecord,
  SideCode,
  TradingState,
} from '../state.ts';
import { admitOrder } from './admit-order.ts';
import { closeRemainder, executeOrder } from './execute-order.ts';
import { emitOrder, openOrder, sideCodeOf } from './order-records.ts';
import type { OrderTerms } from './order-snapshot.ts';
import { pegTicks } from './peg-price.ts';
import { isOnGrid } from './tick-grid.ts';
import { checkTrigger, waitForTrigger } from './trigger-orders.ts';

export const isTriggerType = (type: PlaceOrder['orderType']): boolean =>
  type !== 'limit' && type !== 'market' && type !== 'market-limit';

export const hasLimit = (type: PlaceOrder['orderType']): boolean =>
  type === 'limit' || type === 'stop-limit' || type === 'take-limit';

/** Whether the account may place and change orders. */
export const checkAccess = (account: AccountRecord): RejectCode | null => {
  if (account.access === 'locked') return 'account-locked';
  if (account.access === 'cancel-only') return 'account-cancel-only';
  return null;
};

/** Whether the instrument takes orders now. */
const checkTradable = (state: EngineState, instrument: InstrumentRecord): RejectCode | null => {
  const { expiryUs } = instrument;
  if (expiryUs !== null && state.nowUs >= expiryUs) return 'instrument-expired';
  if (instrument.state === 'settling') return 'settlement-in-progress';
  if (instrument.state === 'auction') return 'call-auction';
  if (instrument.state !== 'open') return 'trading-halted';
  return checkHalts(state, instrument);
};

/** Whether nothing is halted or frozen, and the instrument has a mark. */
const checkHalts = (state: EngineState, instrument: InstrumentRecord): RejectCode | null => {
  if ((state.trading[0] as TradingState).halted) return 'trading-halted';
  if ((state.trading[1 + instrument.currencyNo] as TradingState).halted) return 'trading-halted';
  if (Number.isNaN(state.marks.markPrice[instrument.id])) return 'no-mark-price';
  const index = state.indexes[instrument.indexNo] as IndexRecord;
  if (index.status === 'frozen') return 'index-frozen';
  return null;
};

/** Whether a size is one that the instrument takes. */
export const checkSize = (instrument: InstrumentRecord, lots: number): RejectCode | null => {
  const { sizeLotsMin, sizeLotsMax } = instrument.contract;
  if (!(lots > 0)) return 'invalid-amount';
  if (lots < sizeLotsMin) return 'amount-too-small';
  if (lots > sizeLotsMax) return 'amount-too-large';
  return Number.isSafeInteger(lots) ? null : 'invalid-amount';
};

/** Whether a limit price is one that the instrument takes. */
export const checkPrice = (
  instrument: InstrumentRecord,
  terms: Pick<PlaceOrder, 'orderType' | 'priceMode' | 'priceModeValue'>,
  priceTicks: number,
): RejectCode | null => {
  if (!hasLimit(terms.orderType)) return null;
  if (terms.priceMode !== 'price') {
    const value = terms.priceModeValue;
    return Number.isFinite(value) && value > 0 ? null : 'invalid-price';
  }
  if (!Number.isSafeInteger(priceTicks) || priceTicks < 1) return 'invalid-price';
  if (priceTicks > MAX_TICKS) return 'invalid-price';
  return isOnGrid(instrument.contract, priceTicks) ? null : 'price-wrong-tick';
};

/** Whether an iceberg shows enough, and hides not too much. */
export const checkDisplay = (
  instrument: InstrumentRecord,
  lots: number,
  displayLots: number,
): RejectCode | null => {
  if (displayLots === 0 || displayLots === lots) return null;
  const least = instrument.contract.sizeLotsMin * displayMinimumFactor;
  const fits =
    Number.isSafeInteger(displayLots) &&
    displayLots >= least &&
    displayLots < lots &&
    lots - displayLots < hiddenPerDisplayMax * displayLots;
  return fits ? null : 'invalid-display-amount';
};

/** Whether type, time in force, post-only, display and price mode go together. */
export const checkCombination = (
  instrument: InstrumentRecord,
  terms: OrderTerms,
  lots: number,
  displayLots: number,
): RejectCode | null => {
  const { orderType, timeInForce, priceMode } = terms;
  const rests = timeInForce === 'gtc' || timeInForce === 'day';
  const iceberg = displayLots !== 0 && displayLots !== lots;
  const pegged = priceMode !== 'price';
  if (!rests && orderType === 'market-limit') return 'unsupported-combination';
  if (terms.postOnly !== 'off' && !(rests && hasLimit(orderType))) return 'unsupported-combination';
  if (iceberg && !(rests && hasLimit(orderType))) return 'unsupported-combination';
  if (pegged && (!rests || orderType !== 'limit')) return 'unsupported-combination';
  const { kind, payoff } = instrument.contract;
  if (priceMode === 'usd' && kind === 'option' && payoff === 'linear')
    return 'unsupported-combination';
  if (pegged && kind !== 'option') return 'advanced-not-option';
  if (pegged && terms.postOnly !== 'off') return 'advanced-post-only';
  return null;
};

/** An order marked for protection is a plain limit order under a protection that is open. */
const checkProtected = (
  state: EngineState,
  command: PlaceOrder & { readonly quote?: QuoteTag | null },
  account: AccountRecord,
  instrument: InstrumentRecord,
): RejectCode | null => {
  if (command.orderType !== 'limit') return 'unsupported-combination';
  const group = command.quote?.group ?? '';
  const side = sideCodeOf(command.side);
  return (
    checkMmp(state, account, instrument, group) ??
    checkMmpOpen(state, account, instrument, side, group, command.sizeLots, null)
  );
};

/** Whether the instrument takes an order or an edit now; in a call auction what can wait. */
export const checkPhase = (
  state: EngineState,
  instrument: InstrumentRecord,
  waits: boolean,
): RejectCode | null =>
  instrument.state === 'auction' && waits
    ? checkHalts(state, instrument)
    : checkTradable(state, instrument);

const checkForm = (
  state: EngineState,
  command: PlaceOrder,
  account: AccountRecord,
  instrument: InstrumentRecord,
): RejectCode | null => {
  const { sizeLots, displayLots } = command;
  return (
    checkPhase(state, instrument, waitsInAuction(command)) ??
    (command.mmp ? checkProtected(state, command, account, instrument) : null) ??
    checkSize(instrument, sizeLots) ??
    checkPrice(instrument, command, command.priceTicks) ??
    checkDisplay(instrument, sizeLots, displayLots) ??
    checkCombination(instrument, command, sizeLots, displayLots) ??
    checkTrigger(state, instrument, sideCodeOf(command.side), command.orderType, command.trigger)
  );
};

/** Places an order; the refusal, if any, is returned and nothing has changed. */
export const placeOrder = (state: EngineState, command: PlaceOrder): RejectCode | null => {
  const account = state.accounts[command.accountId];
  if (account === undefined) return 'unknown-account';
  const denied = checkKilled(state, account, command.clientId ?? '') ?? checkAccess(account);
  if (denied !== null) return denied;
  const instrument = state.instruments[command.instrumentId];
  if (instrument === undefined) return 'unknown-instrument';
  if (command.validUntilUs !== 0 && state.nowUs > command.validUntilUs) return 'timed-out';
  const malformed = checkForm(state, command, account, instrument);
  if (malformed !== null) return malformed;
  const side = sideCodeOf(command.side);
  const holding = holdingOf(account, instrument);
  if (isTriggerType(command.orderType)) return waitForTrigger(state, holding, side, command);
  const limitTicks = limitTicksOf(state, instrument, side, command);
  if (limitTicks === 0 && hasLimit(command.orderType)) return 'invalid-price';
  const lots = command.sizeLots;
  const refused = admitOrder(state, holding, side, command, limitTicks, lots, true);
  if (refused !== null) return refused;

  // Point of no return.
  startOrder(state, holding, side, command, command.displayLots, null);
  return null;
};

/**
 * The limit of an order in ticks: as given, or from its USD price or volatility; 0 when it has
 * none.
 */
export const limitTicksOf = (
  state: EngineState,
  instrument: InstrumentRecord,
  side: SideCode,
  terms: Pick<PlaceOrder, 'priceMode' | 'priceModeValue' | 'priceTicks'>,
): number =>
  terms.priceMode === 'price'
    ? terms.priceTicks
    : pegTicks(state, instrument, side, terms.priceMode, terms.priceModeValue);

/** Opens the order that the state's draft describes, and meets it with the book. */
export const startOrder = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  terms: OrderTerms,
  displayLots: number,
  triggerOrderId: OrderRecord['triggerOrderId'],
): OrderRecord => {
  const { draft } = state;
  const { limitTicks, rest, killed } = draft;
  const order = openOrder(
    state,
    holding,
    side,
    terms,
    draft.priceTicks,
    draft.lots,
    displayLots >= draft.lots ? 0 : displayLots,
    triggerOrderId,
  );
  emitOrder(state, order, 'placed', null);
  if (killed) {
    closeRemainder(state, order, 'fill-or-kill');
  } else {
    executeOrder(state, order, limitTicks, rest);
  }
  return order;
};
