// Exposure limits: how much one account may hold and have open in a contract and in a family, how
// many orders it may have there, and how much may be open in all. Invariant: an order that can only
// shrink the position is never refused here; every other is held to its worst fill. Limits that the
// table does not set cost nothing.
import type { ExposureLimits, RejectCode } from '@openstrike/domain';
import { priceOf } from '../instruments.ts';
import type { EngineState, Holding, IndexRecord, InstrumentRecord, SideCode } from '../state.ts';
import { orderInSlot } from '../trading/order-records.ts';

/** Coins of lots; of an inverse future at its mark. */
const coinsOf = (state: EngineState, instrument: InstrumentRecord, lots: number): number => {
  const { lot, payoff } = instrument.contract;
  const amount = (lots * lot.num) / lot.den;
  const dollars = payoff === 'inverse' && instrument.kind !== 'option';
  return dollars ? amount / (state.marks.markPrice[instrument.id] as number) : amount;
};

/** Lots on a side if all that is open there were filled. */
const worstLots = (holding: Holding, side: SideCode): number =>
  side === 0
    ? Math.max(holding.sizeLots, 0) + holding.openBuyLots
    : Math.max(-holding.sizeLots, 0) + holding.openSellLots;

const refuse = (state: EngineState, limit: number, code: RejectCode): RejectCode => {
  state.rejectLimit = limit;
  return code;
};

const sameKind = (a: InstrumentRecord, b: InstrumentRecord): boolean =>
  a.contract.family === b.contract.family && (a.kind === 'option') === (b.kind === 'option');

/** Cost: the account's holdings of the currency, where the family has such a limit. */
const checkFamily = (
  state: EngineState,
  limits: ExposureLimits,
  holding: Holding,
  side: SideCode,
  lots: number,
  fresh: boolean,
): RejectCode | null => {
  const { positionPerFamily, ordersPerFamily } = limits;
  if (positionPerFamily === null && ordersPerFamily === null) return null;
  let coins = coinsOf(state, holding.instrument, lots);
  let orders = fresh ? 1 : 0;
  for (const each of holding.record.holdings) {
    if (sameKind(each.instrument, holding.instrument)) {
      coins += coinsOf(state, each.instrument, worstLots(each, side));
      orders += each.orderCount;
    }
  }
  if (positionPerFamily !== null && coins > positionPerFamily)
    return refuse(state, positionPerFamily, 'position-limit');
  return ordersPerFamily !== null && orders > ordersPerFamily
    ? refuse(state, ordersPerFamily, 'too-many-orders')
    : null;
};

/** All that rests on a side of a contract. */
const restingLots = (state: EngineState, { id }: InstrumentRecord, side: SideCode): number => {
  let lots = 0;
  let handle = state.book.firstOrder(id, side);
  for (; handle !== 0; handle = state.book.nextOrder(handle)) {
    const { sizeLots, filledLots } = orderInSlot(state, state.book.orderUserRef(handle));
    lots += sizeLots - filledLots;
  }
  return lots;
};

/**
 * What an order might add. In a call auction nothing trades yet, and all that rests on its side may
 * in the end, but for the `lent` lots that the order itself has there.
 *
 * Cost: the instruments of the index, where the family has such a limit; in an auction the book.
 */
const checkOpenInterest = (
  state: EngineState,
  limits: ExposureLimits,
  instrument: InstrumentRecord,
  side: SideCode,
  more: number,
  lent: number,
): RejectCode | null => {
  const { openInterestPerInstrument, openInterestPerFamily } = limits;
  if (openInterestPerInstrument === null && openInterestPerFamily === null) return null;
  const called = instrument.state === 'auction';
  const lots = called ? more + restingLots(state, instrument, side) - lent : more;
  if (openInterestPerInstrument !== null) {
    const coins = coinsOf(state, instrument, instrument.openInterestLots + lots);
    if (coins > openInterestPerInstrument)
      return refuse(state, openInterestPerInstrument, 'open-interest-limit');
  }
  if (openInterestPerFamily === null) return null;
  let coins = coinsOf(state, instrument, lots);
  for (const each of (state.indexes[instrument.indexNo] as IndexRecord).instruments) {
    if (each.openInterestLots > 0 && sameKind(each, instrument)) {
      coins += coinsOf(state, each, each.openInterestLots);
    }
  }
  return coins > openInterestPerFamily
    ? refuse(state, openInterestPerFamily, 'open-interest-limit')
    : null;
};

/** Whether an order of so many lots more keeps within its table's limits. */
export const checkExposure = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  lots: number,
  fresh: boolean,
  lent: number,
): RejectCode | null => {
  const { instrument } = holding;
  const { limits } = instrument.terms;
  if (limits === undefined) return null;
  const { ordersPerInstrument, positionPerInstrument } = limits;
  const towards = side === 0 ? -holding.sizeLots : holding.sizeLots;
  const open = side === 0 ? holding.openBuyLots : holding.openSellLots;
  if (open + lots <= towards) return null;
  if (fresh && ordersPerInstrument !== null && holding.orderCount >= ordersPerInstrument)
    return refuse(state, ordersPerInstrument, 'too-many-orders');
  if (positionPerInstrument !== null) {
    const coins = coinsOf(state, instrument, worstLots(holding, side) + lots);
    if (coins > positionPerInstrument)
      return refuse(state, positionPerInstrument, 'position-limit');
  }
  return (
    checkFamily(state, limits, holding, side, lots, fresh) ??
    checkOpenInterest(state, limits, instrument, side, lots, lent)
  );
};

/** Whether a limit price that would rest lies outside the hard band that catches slips. */
export const checkRestingBand = (
  state: EngineState,
  holding: Holding,
  side: SideCode,
  limitTicks: number,
): RejectCode | null => {
  const { instrument } = holding;
  const factor = instrument.terms.limits?.restingBandFactor ?? null;
  if (factor === null || limitTicks <= 0) return null;
  const { bandMinTicks, bandMaxTicks } = state.marks;
  const low = bandMinTicks[instrument.id] as number;
  const high = bandMaxTicks[instrument.id] as number;
  const middle = (low + high) / 2;
  const half = ((high - low) / 2) * factor;
  // The own side's aggressive bound is the band's; the other way a price may rest much farther off.
  if (side === 0 && limitTicks < middle - half) {
    return refuse(
      state,
      priceOf(instrument, Math.max(1, Math.ceil(middle - half))),
      'price-too-low',
    );
  }
  return side === 1 && limitTicks > middle + half
    ? refuse(state, priceOf(instrument, Math.floor(middle + half)), 'price-too-high')
    : null;
};
