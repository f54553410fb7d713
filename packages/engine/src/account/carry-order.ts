// Carry an order: whether an account can have one order more, by the margin model in force: its
// margin at the worst fill, its fee and what it loses against the mark are within the available
// funds. Invariant: an order that can only shrink the risk always passes. In an order's life: the
// last check before the point of no return.
import {
  accountMarginOf,
  availableFundsOf,
  owingCost,
  poolOf,
} from '../portfolio/account-margin.ts';
import { fillReduces } from '../portfolio/pool-margin.ts';
import type { CurrencyRecord, EngineState, Holding, InstrumentRecord, SideCode } from '../state.ts';
import { feeOf } from '../trading/fees.ts';
import { valueAtPrice, valueAtTicks } from './holdings.ts';
import {
  extraOrderMargin,
  marginBalanceOf,
  openPremiumsOf,
  orderPremiumOf,
  refreshMargin,
  staleLossOf,
} from './margin.ts';
import { isCross, isPortfolio } from './margin-models.ts';

/** What an order bought above or sold below the mark loses at once. */
const lossAtOnce = (
  state: EngineState,
  instrument: InstrumentRecord,
  signedLots: number,
  priceTicks: number,
): number => {
  const mark = state.marks.markPrice[instrument.id] as number;
  const cost = valueAtTicks(instrument, signedLots, priceTicks);
  return Math.max(cost - valueAtPrice(instrument, signedLots, mark), 0);
};

/**
 * The price at which an order could trade now: a limit far from the market counts as the band's
 * edge.
 */
const tradableTicks = (
  state: EngineState,
  instrument: InstrumentRecord,
  priceTicks: number,
): number => {
  const { bandMinTicks, bandMaxTicks } = state.marks;
  const most = Math.min(priceTicks, bandMaxTicks[instrument.id] as number);
  return instrument.kind === 'option'
    ? most
    : Math.max(most, bandMinTicks[instrument.id] as number);
};

/** Whether an order and all that rests with it on its side can only shrink the position. */
const onlyReduces = (holding: Holding, side: SideCode, lots: number): boolean =>
  side === 0
    ? holding.openBuyLots + lots <= -holding.sizeLots
    : holding.openSellLots + lots <= holding.sizeLots;

/**
 * Whether shrinking a position may raise the margin, since it covers others: in a portfolio any,
 * under standard margin an option held or a future beside those of its expiry.
 */
export const mayUncover = ({ account, marginSet, instrument }: Holding, side: SideCode): boolean =>
  isPortfolio(account.marginModel) ||
  (marginSet !== null && (side === 1 || instrument.kind === 'future'));

/** What the debt costs that a payment beyond those of open orders would leave; see `owingCost`. */
const extraOwing = (state: EngineState, record: CurrencyRecord, paid: number): number => {
  if (!isCross(record.account.marginModel)) return 0;
  const before = isPortfolio(record.account.marginModel) ? 0 : openPremiumsOf(record);
  const owing = owingCost(state, record, before + paid) - owingCost(state, record, before);
  return Math.ceil(owing);
};

const canCarryPortfolio = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  lots: number,
  priceTicks: number,
): boolean => {
  const { record, instrument } = holding;
  const signedLots = side === 0 ? lots : -lots;
  const reduces =
    onlyReduces(holding, side, lots) &&
    fillReduces(state, poolOf(state, record), instrument, holding.sizeLots, signedLots);
  if (reduces) {
    return true;
  }
  const worstTicks = tradableTicks(state, instrument, priceTicks);
  const cost =
    lossAtOnce(state, instrument, signedLots, worstTicks) +
    feeOf(state, instrument, lots, worstTicks, instrument.fees.taker);
  const margin = accountMarginOf(state, record, undefined, { instrument, side, lots });
  return margin.initialMargin + cost + extraOwing(state, record, cost) <= margin.equity;
};

/** Whether the account can carry an order of so many lots up to a price. */
export const canCarry = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  lots: number,
  priceTicks: number,
): boolean => {
  const { record } = holding;
  const reduces = onlyReduces(holding, side, lots);
  if (reduces && !mayUncover(holding, side)) {
    return true;
  }
  // Most accounts can carry most orders whatever marks have done since they were last computed.
  const staleLoss = staleLossOf(state, record);
  if (staleLoss >= 0) {
    const held = record.initialMargin + record.ordersMargin;
    const free = marginBalanceOf(state, record) - held - staleLoss;
    if (isWithin(state, holding, side, lots, priceTicks, reduces && staleLoss === 0, free)) {
      return true;
    }
    if (staleLoss === 0) return false;
  }
  refreshMargin(state, record, holding);
  if (isPortfolio(record.account.marginModel)) {
    return canCarryPortfolio(state, holding, side, lots, priceTicks);
  }
  const free = availableFundsOf(state, record);
  return isWithin(state, holding, side, lots, priceTicks, reduces, free);
};

/** Whether what an order asks for is within free funds; one that `reduces` may ask for nothing. */
const isWithin = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  lots: number,
  priceTicks: number,
  reduces: boolean,
  free: number,
): boolean => {
  const { instrument, record } = holding;
  const margin = extraOrderMargin(state, holding, side, lots, priceTicks);
  if (reduces && margin <= 0) {
    return true;
  }
  const signedLots = side === 0 ? lots : -lots;
  const worstTicks = tradableTicks(state, instrument, priceTicks);
  const loss =
    instrument.kind === 'option' ? 0 : lossAtOnce(state, instrument, signedLots, worstTicks);
  const fee = feeOf(state, instrument, lots, worstTicks, instrument.fees.taker);
  const paid = orderPremiumOf(instrument, side, lots, priceTicks) + loss + fee;
  return margin + loss + fee + extraOwing(state, record, paid) <= free;
};

/** Initial margin that one order more would hold beyond what is held now. */
export const orderMarginOf = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  lots: number,
  priceTicks: number,
): number => {
  const { record, instrument } = holding;
  if (!isPortfolio(record.account.marginModel)) {
    const premium = orderPremiumOf(instrument, side, lots, priceTicks);
    const margin = extraOrderMargin(state, holding, side, lots, priceTicks);
    return margin + extraOwing(state, record, premium);
  }
  const now = accountMarginOf(state, record).initialMargin;
  const signedLots = side === 0 ? lots : -lots;
  const loss = lossAtOnce(state, instrument, signedLots, priceTicks);
  return (
    accountMarginOf(state, record, undefined, { instrument, side, lots }).initialMargin - now + loss
  );
};
