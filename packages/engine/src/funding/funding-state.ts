// Funding state: what a perpetual remembers about its funding. Plain numbers, so that a snapshot can carry it.
// Invariant: `saveFundingState` and `restoreFundingState` are inverse to each other.

export interface FundingState {
  /** Minor units that one long lot has paid since listing; grows while longs pay, need not be whole. */
  accruedPerLot: number;
}

/** The state of a perpetual at its listing. */
export const createFundingState = (): FundingState => ({ accruedPerLot: 0 });

/** The state as plain numbers, always the same in number and order for equal states. */
export const saveFundingState = (state: FundingState): readonly number[] => [state.accruedPerLot];

/** The state that `saveFundingState` took down. */
export const restoreFundingState = (saved: readonly number[]): FundingState => ({
  accruedPerLot: saved[0] as number,
});
