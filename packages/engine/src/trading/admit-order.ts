// Admit an order: the last checks before the point of no return, those that look at the book, the
// position and the account's funds. Used by new orders, edits, triggers that fire and orders that
// are repriced. Invariant: it changes nothing but the draft, so that a refusal leaves no trace.
import { NO_LIMIT } from '@openstrike/book';
import type { RejectCode } from '@openstrike/domain';
import { canCarry, mayUncover } from '../account/carry-order.ts';
import { checkExposure, checkRestingBand } from '../control/exposure-limits.ts';
import { priceOf } from '../instruments.ts';
import { openOrdersMax, positionOrdersMax } from '../limits.ts';
import type { EngineState, Holding, OrderDraft, OrderRecord, SideCode } from '../state.ts';
import { ownerRefOf, selfTradeOf } from './execute-order.ts';
import { orderInSlot } from './order-records.ts';
import type { OrderTerms } from './order-snapshot.ts';
import { reducibleLots } from './reduce-only.ts';
import { gridAbove, gridBelow } from './tick-grid.ts';

/** An empty draft. */
export const createDraft = (): OrderDraft => ({
  priceTicks: 0,
  limitTicks: 0,
  lots: 0,
  rest: false,
  killed: false,
});

const oppositeBest = (state: EngineState, holding: Holding, side: SideCode): number =>
  state.book.bestTicks(holding.instrument.id, side === 0 ? 1 : 0);

const takes = (side: SideCode, limitTicks: number, bestTicks: number): boolean =>
  bestTicks !== 0 && (side === 0 ? bestTicks <= limitTicks : bestTicks >= limitTicks);

const resolvePrice = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  terms: OrderTerms,
  priceTicks: number,
): void => {
  const { draft, marks } = state;
  const { id } = holding.instrument;
  draft.priceTicks = priceTicks;
  draft.limitTicks = priceTicks;
  draft.rest = terms.timeInForce === 'gtc' || terms.timeInForce === 'day';
  if (terms.orderType === 'market') {
    const band = side === 0 ? marks.bandMaxTicks[id] : marks.bandMinTicks[id];
    draft.priceTicks = 0;
    draft.limitTicks = Math.max(band as number, 1);
    draft.rest = false;
  } else if (terms.orderType === 'market-limit') {
    draft.priceTicks = oppositeBest(state, holding, side);
    draft.limitTicks = draft.priceTicks;
  }
};

const checkBand = (state: EngineState, holding: Holding, side: SideCode): RejectCode | null => {
  const { limitTicks } = state.draft;
  const { instrument } = holding;
  if (limitTicks === NO_LIMIT) return null;
  const bandMax = state.marks.bandMaxTicks[instrument.id] as number;
  const bandMin = state.marks.bandMinTicks[instrument.id] as number;
  if (side === 0 && limitTicks > bandMax) {
    state.rejectLimit = priceOf(instrument, bandMax);
    return 'price-too-high';
  }
  if (side === 1 && limitTicks < bandMin) {
    state.rejectLimit = priceOf(instrument, bandMin);
    return 'price-too-low';
  }
  return null;
};

const checkReduceOnly = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
): RejectCode | null => {
  const { draft } = state;
  draft.lots = Math.min(draft.lots, reducibleLots(holding, side));
  return draft.lots === 0 ? 'reduce-only' : null;
};

/** Refuses a crossing post-only order, or moves it one tick behind the opposite best. */
const checkPostOnly = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  terms: OrderTerms,
): RejectCode | null => {
  const { draft } = state;
  const best = oppositeBest(state, holding, side);
  if (!takes(side, draft.limitTicks, best)) return null;
  if (terms.postOnly === 'reject') return 'post-only-cross';
  const { contract } = holding.instrument;
  const behind = side === 0 ? gridBelow(contract, best) : gridAbove(contract, best);
  if (behind === 0) return 'post-only-cross';
  draft.priceTicks = behind;
  draft.limitTicks = behind;
  return null;
};

/** Whether an order of an account that refuses to trade with itself would reach one of its own. */
const meetsOwn = (state: EngineState, holding: Holding, side: SideCode): boolean => {
  const { account, instrument } = holding;
  if (account.selfTradeMode !== 'reject-taker') return false;
  if (holding.orderCount === 0 && !account.selfTradeAcrossSubaccounts) return false;
  const { limitTicks, lots } = state.draft;
  const { book } = state;
  const owner = ownerRefOf(account);
  const before = book.fillableLots(instrument.id, side, limitTicks, lots, owner, 2);
  return before < lots && before < book.fillableLots(instrument.id, side, limitTicks, lots, 0, 0);
};

/** Lots that would fill at once; while reduce-only orders rest, those that are sure to. */
const fillableNow = (state: EngineState, holding: Holding, side: SideCode): number => {
  const { account, instrument } = holding;
  const { limitTicks, lots } = state.draft;
  const { book } = state;
  const owner = ownerRefOf(account);
  const mode = selfTradeOf(account);
  const fillable = book.fillableLots(instrument.id, side, limitTicks, lots, owner, mode);
  return instrument.reduceOnlyCount === 0 || fillable < lots
    ? fillable
    : sureLots(state, holding, side);
};

/**
 * Lots on the other side that no trimming can take away: a reduce-only order counts only if all
 * that its account has open on that side fits into its position.
 */
const sureLots = (state: EngineState, holding: Holding, side: SideCode): number => {
  const { book, draft } = state;
  const owner = ownerRefOf(holding.account);
  let sum = 0;
  let handle = book.firstOrder(holding.instrument.id, side === 0 ? 1 : 0);
  while (handle !== 0 && takes(side, draft.limitTicks, book.orderTicks(handle))) {
    const maker = orderInSlot(state, book.orderUserRef(handle));
    if (book.orderOwnerRef(handle) !== owner && !(maker.reduceOnly && mayBeTrimmed(maker))) {
      sum += book.orderLots(handle);
    }
    handle = book.nextOrder(handle);
  }
  return Math.min(sum, draft.lots);
};

const mayBeTrimmed = (maker: OrderRecord): boolean => {
  const { holding } = maker;
  let open = 0;
  for (let order = holding.firstOrder; order !== null; order = order.next) {
    if (order.side === maker.side && order.bookHandle !== 0) {
      open += order.sizeLots - order.filledLots;
    }
  }
  return open > reducibleLots(holding, maker.side);
};

const exceedsPosition = (state: EngineState, holding: Holding, side: SideCode): boolean => {
  const { lots } = state.draft;
  const max = holding.instrument.contract.sizeLotsMax * positionOrdersMax;
  return side === 0
    ? holding.sizeLots + holding.openBuyLots + lots > max
    : holding.openSellLots + lots - holding.sizeLots > max;
};

/**
 * The dearest price at which the draft can trade: its limit, or the worst it would touch and go no
 * further.
 */
const dearestTicks = (state: EngineState, holding: Holding, side: SideCode): number => {
  const { draft, book } = state;
  if (draft.rest) return draft.limitTicks;
  const { instrument, account } = holding;
  const owner = ownerRefOf(account);
  const mode = selfTradeOf(account);
  book.fillableLots(instrument.id, side, draft.limitTicks, draft.lots, owner, mode);
  return book.fillableWorstTicks();
};

/**
 * Checks an order of `lots` at `priceTicks` against band, position, book and funds, in the order of
 * precedence, and resolves it into the state's draft.
 *
 * Holds: its own form is valid. `fresh` counts it against the number of open orders; `lent` lots of
 * it still rest in the book and are not to count beside it.
 */
export const admitOrder = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  terms: OrderTerms,
  priceTicks: number,
  lots: number,
  fresh: boolean,
  lent = 0,
): RejectCode | null => {
  const { draft } = state;
  resolvePrice(state, holding, side, terms, priceTicks);
  draft.lots = lots;
  draft.killed = false;
  const outside =
    checkBand(state, holding, side) ??
    (draft.rest ? checkRestingBand(state, holding, side, draft.limitTicks) : null);
  if (outside !== null) return outside;
  if (terms.reduceOnly && checkReduceOnly(state, holding, side) !== null) return 'reduce-only';
  if (terms.postOnly !== 'off' && checkPostOnly(state, holding, side, terms) !== null)
    return 'post-only-cross';
  const best = oppositeBest(state, holding, side);
  const crosses = takes(side, draft.limitTicks, best);
  if (crosses && meetsOwn(state, holding, side)) return 'self-trade';
  if (!crosses && (terms.orderType === 'market' || terms.orderType === 'market-limit'))
    return 'no-liquidity';
  if (fresh && holding.account.openOrderCount >= openOrdersMax) return 'too-many-orders';
  if (!terms.reduceOnly) {
    if (exceedsPosition(state, holding, side)) return 'position-limit';
    const exposed = checkExposure(state, holding, side, draft.lots, fresh, lent);
    if (exposed !== null) return exposed;
  }
  draft.killed = terms.timeInForce === 'fok' && fillableNow(state, holding, side) < draft.lots;
  if (draft.killed || (terms.reduceOnly && !mayUncover(holding, side))) return null;
  const dearest = dearestTicks(state, holding, side);
  return dearest === 0 || canCarry(state, holding, side, draft.lots, dearest)
    ? null
    : 'insufficient-funds';
};
