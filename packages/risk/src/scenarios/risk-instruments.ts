// Risk instruments: what revaluation needs to know of each instrument of one underlying, side by
// side in arrays, and of each expiry. Invariant: every instrument names an expiry that exists; a
// perpetual and the coin itself have one of their own, with no time left. Filled from the marks
// whenever those move enough.

import type { ListedMove } from './scenario-grid.ts';

/** How an instrument's value depends on the price. */
export const riskKinds = ['option', 'linear', 'inverse'] as const;
export type RiskKind = (typeof riskKinds)[number];
/** Places in `riskKinds`, as `RiskInstruments.kind` holds them. */
export const OPTION = 0;
export const LINEAR = 1;
export const INVERSE = 2;

export interface RiskInstruments {
  count: number;
  readonly kind: Uint8Array;
  readonly expiry: Uint16Array;
  /** Of options: 1 for a call, -1 for a put. */
  readonly sign: Int8Array;
  readonly strike: Float64Array;
  /** Of options, at the mark. */
  readonly volatility: Float64Array;
  /** Coins that a lot stands for; of an inverse future, dollars. */
  readonly perLot: Float64Array;
  /** Of lots: what closing one costs in dollars, taker fee and half the spread as quoted. */
  readonly closingCost: Float64Array;
}

export interface RiskExpiries {
  count: number;
  readonly years: Float64Array;
  readonly forward: Float64Array;
  /** The part of the forward already averaged into the delivery price: no shock moves it. */
  readonly fixed: Float64Array;
  /** Oracle confidence of the inputs, 0 to 1. */
  readonly confidence: Float64Array;
}

/** Room for so many instruments; `count` starts at zero. */
export const createRiskInstruments = (capacity: number): RiskInstruments => ({
  count: 0,
  kind: new Uint8Array(capacity),
  expiry: new Uint16Array(capacity),
  sign: new Int8Array(capacity),
  strike: new Float64Array(capacity),
  volatility: new Float64Array(capacity),
  perLot: new Float64Array(capacity),
  closingCost: new Float64Array(capacity),
});

/** Room for so many expiries; `count` starts at zero, confidence at 1. */
export const createRiskExpiries = (capacity: number): RiskExpiries => ({
  count: 0,
  years: new Float64Array(capacity),
  forward: new Float64Array(capacity),
  fixed: new Float64Array(capacity),
  confidence: new Float64Array(capacity).fill(1),
});

/** One instrument by name. */
export interface RiskInstrument {
  readonly kind: RiskKind;
  readonly expiry: number;
  readonly sign: 1 | -1 | 0;
  readonly strike: number;
  readonly volatility: number;
  readonly perLot: number;
  readonly closingCost: number;
}

/** Appends an instrument and returns its place. Throws nothing: there must be room. */
export const addRiskInstrument = (to: RiskInstruments, given: RiskInstrument): number => {
  const at = to.count;
  to.kind[at] = riskKinds.indexOf(given.kind);
  to.expiry[at] = given.expiry;
  to.sign[at] = given.sign;
  to.strike[at] = given.strike;
  to.volatility[at] = given.volatility;
  to.perLot[at] = given.perLot;
  to.closingCost[at] = given.closingCost;
  to.count = at + 1;
  return at;
};

/** One expiry by name. */
export interface RiskExpiry {
  readonly years: number;
  readonly forward: number;
  readonly fixed: number;
  readonly confidence: number;
}

/** Appends an expiry and returns its place. Throws nothing: there must be room. */
export const addRiskExpiry = (to: RiskExpiries, given: RiskExpiry): number => {
  const at = to.count;
  to.years[at] = given.years;
  to.forward[at] = given.forward;
  to.fixed[at] = given.fixed;
  to.confidence[at] = given.confidence;
  to.count = at + 1;
  return at;
};

/** The moves that lead to a listed strike, those of the nearest expiries first. */
export function* listedMoves(
  instruments: RiskInstruments,
  expiries: RiskExpiries,
): Generator<ListedMove> {
  const order = Array.from({ length: expiries.count }, (_, i) => i).sort(
    (a, b) => (expiries.years[a] as number) - (expiries.years[b] as number) || a - b,
  );
  for (const expiry of order) {
    const fixed = expiries.fixed[expiry] as number;
    const variable = (expiries.forward[expiry] as number) - fixed;
    for (let i = 0; i < instruments.count; i++) {
      if (instruments.kind[i] === OPTION && instruments.expiry[i] === expiry && variable > 0) {
        const years = expiries.years[expiry] as number;
        yield {
          move: ((instruments.strike[i] as number) - fixed) / variable - 1,
          deviation: (instruments.volatility[i] as number) * Math.sqrt(years),
        };
      }
    }
  }
}
