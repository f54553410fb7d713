// Future margin: a share of the notional that grows with the size, for dated futures and perpetuals
// alike.
// Invariant: the margin is convex in the size, so over all ways in which open orders may fill the
// worst is one of the two ends. Source: Deribit, futures margin since January 2022; risk reference
// 1.1.
import type { FutureMarginParameters } from '@openstrike/domain';

/** The initial margin rate of a position of so many coins, as a fraction of its notional. */
export const futureInitialRate = (parameters: FutureMarginParameters, coins: number): number =>
  parameters.initialRate + parameters.ratePerCoin * Math.abs(coins);

/** The maintenance margin rate of a position of so many coins, as a fraction of its notional. */
export const futureMaintenanceRate = (parameters: FutureMarginParameters, coins: number): number =>
  parameters.maintenanceRate + parameters.ratePerCoin * Math.abs(coins);
