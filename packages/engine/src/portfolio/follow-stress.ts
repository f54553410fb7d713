// Follow stress: at each daily settlement the day's move of every underlying goes into the factor
// on its portfolio margins. Invariant: a factor is in force a day after it was told, so nobody's
// margin grows without notice; it changes at settlements only, and with it all margins are void.
import type { Event, Queries } from '@openstrike/domain';
import { freshStress, nextStress, rememberDay, type StressMemory } from '@openstrike/risk';
import { voidMargins } from '../account/mark-drift.ts';
import { nextSettlementUs } from '../recurring-timers.ts';
import type { EngineState } from '../state.ts';
import { marginParametersOf } from '../tables-in-force.ts';
import { indexPriceOf, type Underlying, underlyings } from './risk-outline.ts';

/** The stress of an underlying as the engine keeps it. */
export interface StressRecord {
  /** At the last settlement, or the first ever; 0 before it. */
  price: number;
  memory: StressMemory | null;
  factor: number;
  nextFactor: number;
}

export const createStress = (): StressRecord[] =>
  underlyings.map(() => ({ price: 0, memory: null, factor: 1, nextFactor: 1 }));

const viewOf = (state: EngineState, no: number): Queries['tables']['out']['stress'][number] => {
  const { factor, nextFactor } = state.stress[no] as StressRecord;
  const effectiveUs = nextSettlementUs(state.nowUs);
  return { underlying: underlyings[no] as Underlying, factor, nextFactor, effectiveUs };
};

/** The factors of the underlyings that have tables. */
export const stressViews = (state: EngineState): Queries['tables']['out']['stress'] =>
  underlyings.flatMap((name, no) =>
    state.tables.some((table) => table.underlying === name) ? [viewOf(state, no)] : [],
  );

/** Takes in an underlying's day. */
const followDay = (state: EngineState, record: StressRecord, underlying: Underlying): void => {
  const { stress, charges } = marginParametersOf(state, underlying);
  const from = record.price;
  const to = indexPriceOf(state, underlying);
  if (to > 0) record.price = to;
  if (stress === undefined) {
    Object.assign(record, { memory: null, factor: 1, nextFactor: 1 });
    return;
  }
  const known = record.memory ?? freshStress(stress);
  record.memory = from > 0 && to > 0 ? rememberDay(known, stress, from, to) : known;
  record.factor = record.nextFactor;
  record.nextFactor = nextStress(record.memory, stress, charges.stressFloor, record.factor);
};

/** The first day of an underlying begins with the first value of one of its indexes. */
export const beginStress = (state: EngineState): void => {
  state.stress.forEach((record, no) => {
    if (record.price === 0) record.price = indexPriceOf(state, underlyings[no] as Underlying);
  });
};

/** Takes in the day that ends with a settlement, of every underlying. */
export const followStress = (state: EngineState): void => {
  let changed = false;
  const told: Event[] = [];
  underlyings.forEach((underlying, no) => {
    const record = state.stress[no] as StressRecord;
    const { factor, nextFactor } = record;
    followDay(state, record, underlying);
    if (record.factor !== factor) changed = true;
    if (record.factor === factor && record.nextFactor === nextFactor) return;
    told.push({ type: 'stress-changed', ...viewOf(state, no) });
  });
  for (const event of told) state.emit(event);
  if (changed) voidMargins(state);
};
