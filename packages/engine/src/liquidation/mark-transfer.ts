// Mark transfer: lots that change hands at the mark, outside the book. A trade's price is in ticks
// and a mark need not be, so the trade is at the nearest tick and cash makes up the difference.
// Invariant: both sides together neither gain nor lose by it, and each has afterwards what its lots
// are worth at the mark, to a unit.
import { valueAtPrice, valueAtTicks } from '../account/holdings.ts';
import type { EngineState, InstrumentRecord } from '../state.ts';

/** The mark in ticks, at least one. */
export const markTicksOf = (state: EngineState, { id, contract }: InstrumentRecord): number => {
  const mark = state.marks.markPrice[id] as number;
  return Math.max(1, Math.round((mark * contract.tick.den) / contract.tick.num));
};

/**
 * Cash that whoever trades signed lots at the mark's tick is to get beside it.
 *
 * Units: minor units of the settlement currency; positive is received.
 */
export const tickDifference = (
  state: EngineState,
  instrument: InstrumentRecord,
  lots: number,
): number => {
  const mark = state.marks.markPrice[instrument.id] as number;
  const atTicks = valueAtTicks(instrument, lots, markTicksOf(state, instrument));
  return atTicks - valueAtPrice(instrument, lots, mark);
};
