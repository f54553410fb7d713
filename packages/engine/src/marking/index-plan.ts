// Index plan: the instruments of an index laid out for marking, with what margins and the drift of
// marks want of each besides. Invariant: it follows from the instruments and the tables in force,
// and is dropped whenever either changes; position i of every column is the i-th instrument.
// Marking an index reads rows of numbers instead of a thousand records spread over memory, which
// between two seconds have left the caches.
import type { OptionMarginParameters } from '@openstrike/domain';
import { createMarkPlan, type MarkPlan } from '@openstrike/marks';
import type { EngineState, IndexRecord, InstrumentRecord } from '../state.ts';
import { marginParametersOf } from '../tables-in-force.ts';

export interface IndexPlan extends MarkPlan {
  /** Of options; null for all others. */
  readonly margins: readonly (OptionMarginParameters | null)[];
  readonly coinMinorPerLot: Float64Array;
  /** Calls sold beyond those held are charged at most so much of the forward. */
  readonly unpairedRates: Float64Array;
}

const unpairedRateOf = (state: EngineState, { contract }: InstrumentRecord): number => {
  if (contract.payoff !== 'linear') return 0;
  const { unpairedInitial, unpairedMaintenance } = marginParametersOf(state, contract.underlying);
  return Math.max(unpairedInitial, unpairedMaintenance);
};

const optionMarginOf = ({ kind, terms }: InstrumentRecord): OptionMarginParameters | null =>
  kind === 'option' && 'initialRateMin' in terms.margin ? terms.margin : null;

/** Lays out an index and tells its instruments their places. */
export const makeIndexPlan = (state: EngineState, { instruments }: IndexRecord): IndexPlan => {
  instruments.forEach((instrument, at) => {
    instrument.planAt = at;
  });
  return {
    ...createMarkPlan(instruments),
    margins: instruments.map(optionMarginOf),
    coinMinorPerLot: Float64Array.from(instruments, ({ fees }) => fees.coinMinorPerLot),
    unpairedRates: Float64Array.from(instruments, (each) => unpairedRateOf(state, each)),
  };
};
