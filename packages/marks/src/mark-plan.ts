// Mark plan: all instruments of one index laid out for marking, made when something is listed or
// delivered, used at each index, forward and surface command. Invariant: position i of every column
// is the plan's i-th instrument, and marking allocates nothing per instrument.
import type {
  DatedFutureTerms,
  Instrument,
  OptionTerms,
  PerpetualTerms,
  SviSlice,
} from '@openstrike/domain';
import { log } from '@openstrike/std';
import {
  type CurveInputs,
  createExpiryCurve,
  type ExpiryCurve,
  prepareCurve,
} from './expiry-curve.ts';
import { type MarkColumns, writeOptionMark } from './option-mark.ts';
import { bandMaxOf, bandMinOf, type TickGrid, tickGridOf } from './price-band.ts';

/** An instrument with the terms in force. */
export interface MarkedInstrument {
  readonly contract: Instrument;
  readonly terms: OptionTerms | DatedFutureTerms | PerpetualTerms;
}

export interface MarkPlan {
  readonly size: number;
  readonly instrumentIds: Int32Array;
  /** One for each expiry of the plan's instruments, ascending. */
  readonly expiriesUs: readonly number[];
  readonly curves: readonly ExpiryCurve[];
  readonly logForwards: Float64Array;
  /** Place of each instrument's expiry in `curves`; -1 for a perpetual. */
  readonly expiryAt: Int32Array;
  /** 1 call, -1 put, 0 not an option. */
  readonly callSigns: Int8Array;
  /** 1 where the price is in coins. */
  readonly inverse: Uint8Array;
  readonly strikes: Float64Array;
  readonly logStrikes: Float64Array;
  readonly grids: readonly TickGrid[];
  /** Options: `bandMin` and `bandPerDelta`; futures: `bandRate` and 0. */
  readonly bandBase: Float64Array;
  readonly bandPerDelta: Float64Array;
  /** What is added to the volatility of each option, by the pins of its expiry's slice. */
  readonly pinShifts: Float64Array;
  /** The slice of each expiry whose pins are in `pinShifts`; null where none are. */
  readonly pinnedBy: (SviSlice | null)[];
}

/** The grids of instruments; those alike share one, so that marking finds few of them in memory. */
const gridsOf = (instruments: readonly MarkedInstrument[]): TickGrid[] => {
  const known = new Map<string, TickGrid>();
  return instruments.map(({ contract }) => {
    const grid = tickGridOf(contract);
    const key = JSON.stringify(grid);
    const same = known.get(key) ?? grid;
    known.set(key, same);
    return same;
  });
};

/** Lays out instruments for marking, in the given order. */
export const createMarkPlan = (instruments: readonly MarkedInstrument[]): MarkPlan => {
  const size = instruments.length;
  const expiries = new Set<number>();
  for (const { contract } of instruments) {
    if (contract.expiryUs !== null) {
      expiries.add(contract.expiryUs);
    }
  }
  const expiriesUs = [...expiries].sort((a, b) => a - b);
  const plan: MarkPlan = {
    size,
    instrumentIds: new Int32Array(size),
    expiriesUs,
    curves: expiriesUs.map(createExpiryCurve),
    logForwards: new Float64Array(expiriesUs.length),
    expiryAt: new Int32Array(size),
    callSigns: new Int8Array(size),
    inverse: new Uint8Array(size),
    strikes: new Float64Array(size),
    logStrikes: new Float64Array(size),
    grids: gridsOf(instruments),
    bandBase: new Float64Array(size),
    bandPerDelta: new Float64Array(size),
    pinShifts: new Float64Array(size),
    pinnedBy: expiriesUs.map(() => null),
  };
  instruments.forEach(({ contract, terms }, i) => {
    plan.instrumentIds[i] = contract.id;
    plan.expiryAt[i] = contract.expiryUs === null ? -1 : expiriesUs.indexOf(contract.expiryUs);
    plan.inverse[i] = contract.payoff === 'inverse' ? 1 : 0;
    if (contract.strike !== null && 'bandMin' in terms) {
      plan.callSigns[i] = contract.optionType === 'call' ? 1 : -1;
      plan.strikes[i] = contract.strike;
      plan.logStrikes[i] = log(contract.strike);
      plan.bandBase[i] = terms.bandMin;
      plan.bandPerDelta[i] = terms.bandPerDelta;
    } else if ('bandRate' in terms) {
      plan.bandBase[i] = terms.bandRate;
    }
  });
  return plan;
};

/** Fresh columns for `size` marks, as an event takes them. */
export const createMarkColumns = (size: number): MarkColumns => ({
  markPrice: new Float64Array(size),
  underlyingPrice: new Float64Array(size),
  markIv: new Float64Array(size),
  delta: new Float64Array(size),
  gamma: new Float64Array(size),
  vega: new Float64Array(size),
  theta: new Float64Array(size),
  rho: new Float64Array(size),
  bandMinTicks: new Int32Array(size),
  bandMaxTicks: new Int32Array(size),
});

/**
 * Marks every instrument of a plan.
 *
 * Shape: `perpetualMarks` by the plan's positions, in USD; only those of perpetuals are read.
 * Columns of at least the plan's size; an instrument that cannot be marked gets NaN and a band of
 * one tick.
 * Holds: the inputs are of the plan's index. Cost: below a microsecond an option.
 */
export const markAll = (
  plan: MarkPlan,
  inputs: CurveInputs,
  perpetualMarks: Float64Array,
  columns: MarkColumns,
): void => {
  for (let i = 0; i < plan.curves.length; i++) {
    const curve = plan.curves[i] as ExpiryCurve;
    prepareCurve(curve, inputs, plan.expiriesUs[i] as number);
    plan.logForwards[i] = curve.forward > 0 ? log(curve.forward) : Number.NaN;
  }
  placePins(plan);
  for (let i = 0; i < plan.size; i++) {
    const expiryAt = plan.expiryAt[i] as number;
    if (plan.callSigns[i] !== 0) {
      const curve = plan.curves[expiryAt] as ExpiryCurve;
      writeOptionMark(
        columns,
        i,
        curve,
        plan.strikes[i] as number,
        plan.logStrikes[i] as number,
        plan.logForwards[expiryAt] as number,
        plan.callSigns[i] as number,
        plan.inverse[i] === 1,
        plan.pinShifts[i] as number,
      );
    } else if (expiryAt >= 0) {
      writeFutureMark(columns, i, (plan.curves[expiryAt] as ExpiryCurve).forward);
      columns.underlyingPrice[i] = columns.markPrice[i] as number;
    } else {
      writeFutureMark(columns, i, perpetualMarks[i] as number);
      columns.underlyingPrice[i] = inputs.index === 0 ? Number.NaN : inputs.index;
    }
    writeBand(plan, columns, i, inputs.index);
  }
};

/** Brings the pins of new slices to their instruments; a slice lent by a neighbour pins nothing. */
const placePins = (plan: MarkPlan): void => {
  let changed: Map<number, Map<number, number>> | null = null;
  for (let i = 0; i < plan.curves.length; i++) {
    const { sliceA, sliceB } = plan.curves[i] as ExpiryCurve;
    const own = sliceB === null && sliceA?.expiryUs === plan.expiriesUs[i];
    const slice = own && sliceA?.pins !== undefined ? sliceA : null;
    if (slice !== plan.pinnedBy[i]) {
      plan.pinnedBy[i] = slice;
      const pins = slice?.pins ?? [];
      changed ??= new Map();
      changed.set(i, new Map(pins.map(({ strike, shift }) => [strike, shift])));
    }
  }
  for (let i = 0; changed !== null && i < plan.size; i++) {
    const pins = changed.get(plan.expiryAt[i] as number);
    if (pins !== undefined && plan.callSigns[i] !== 0) {
      plan.pinShifts[i] = pins.get(plan.strikes[i] as number) ?? 0;
    }
  }
};

const writeFutureMark = (columns: MarkColumns, at: number, mark: number): void => {
  columns.markPrice[at] = mark > 0 ? mark : Number.NaN;
  columns.markIv[at] = Number.NaN;
  columns.delta[at] = Number.NaN;
  columns.gamma[at] = Number.NaN;
  columns.vega[at] = Number.NaN;
  columns.theta[at] = Number.NaN;
  columns.rho[at] = Number.NaN;
};

const writeBand = (plan: MarkPlan, columns: MarkColumns, at: number, index: number): void => {
  const mark = columns.markPrice[at] as number;
  const grid = plan.grids[at] as TickGrid;
  const base = plan.bandBase[at] as number;
  let half = base * mark;
  if (plan.callSigns[at] !== 0) {
    const share = Math.max(
      base,
      (plan.bandPerDelta[at] as number) * Math.abs(columns.delta[at] as number),
    );
    half = plan.inverse[at] === 1 ? share : share * index;
  }
  if (half !== half) {
    columns.bandMinTicks[at] = 1;
    columns.bandMaxTicks[at] = 1;
    return;
  }
  columns.bandMinTicks[at] = bandMinOf(grid, mark - half);
  columns.bandMaxTicks[at] = bandMaxOf(grid, mark + half);
};
