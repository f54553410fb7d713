// Funding state: what a perpetual remembers about its funding. Plain numbers, so that a snapshot can carry it.
// Invariant: `saveFundingState` and `restoreFundingState` are inverse to each other.

export interface FundingState {
  /** Minor units that one long lot has paid since listing; grows while longs pay, need not be whole. */
  accruedPerLot: number;
}
