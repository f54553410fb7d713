// Funding state: what a perpetual remembers about its funding. Plain numbers, so that a snapshot
// can carry it.
// Invariant: `saveFundingState` and `restoreFundingState` are inverse to each other.
import { assert } from '@openstrike/std';

export interface FundingState {
  /**
   * Minor units that one long lot has paid since listing; grows while longs pay, need not be whole.
   */
  accruedPerLot: number;
  /** Up to when it has accrued; 0 before the first mark, when nothing accrues. */
  accruedUs: number;
  /** The 8-hour rate in force since then, as a fraction. */
  rate: number;
  /** Minor units of one lot's notional in force since then. */
  notionalPerLot: number;
  /** Sum of rate times time over the hour so far, as a fraction of notional. */
  hourInterest: number;
  /** The same of the last eight full hours, the oldest first. */
  hours: number[];
  /** Index in micro-dollars at the last full hour; 0 before the first. */
  hourIndexPrice: number;
}

/** Hours in a funding period: the rate is quoted for so many. */
export const hoursPerPeriod = 8;

/** Of a perpetual that has no mark yet. */
export const createFundingState = (): FundingState => ({
  accruedPerLot: 0,
  accruedUs: 0,
  rate: 0,
  notionalPerLot: 0,
  hourInterest: 0,
  hours: [0, 0, 0, 0, 0, 0, 0, 0],
  hourIndexPrice: 0,
});

/** The state as numbers in a fixed order. */
export const saveFundingState = (state: FundingState): readonly number[] => [
  state.accruedPerLot,
  state.accruedUs,
  state.rate,
  state.notionalPerLot,
  state.hourInterest,
  state.hourIndexPrice,
  ...state.hours,
];

/** What `saveFundingState` took down. */
export const restoreFundingState = (saved: readonly number[]): FundingState => {
  assert(
    saved.length === 6 + hoursPerPeriod && saved.every(Number.isFinite),
    'a funding state is fourteen numbers',
  );
  const [accruedPerLot, accruedUs, rate, notionalPerLot, hourInterest, hourIndexPrice] =
    saved as number[];
  return {
    accruedPerLot: accruedPerLot as number,
    accruedUs: accruedUs as number,
    rate: rate as number,
    notionalPerLot: notionalPerLot as number,
    hourInterest: hourInterest as number,
    hours: saved.slice(6),
    hourIndexPrice: hourIndexPrice as number,
  };
};
