export { futureInitialRate, futureMaintenanceRate } from './future-margin.ts';
export {
  type ExpiryOffset,
  type FutureLeg,
  type LegExposure,
  MarginSheet,
  type OptionLeg,
  standardUnpairedRates,
  type UnpairedRates,
} from './margin-sheet.ts';
export { type ExpiryLegs, maxLossInverse, maxLossLinear } from './max-loss.ts';
export { shortOptionInitial, shortOptionMaintenance } from './option-margin.ts';
