/** The deterministic state machine of the venue. */
export { createEngine, type EngineOptions } from './engine.ts';
/** Rules of settlement and funding, pure functions of explicit terms, for whoever checks them. */
export {
  estimatedDeliveryPrice,
  type Fixing,
  fixingEndAtOrAfter,
  fixingOf,
  fixingWindowUs,
  printsPerFixing,
  recordPrint,
} from './fixing/fixing.ts';
export { createFixingState, type FixingState } from './fixing/fixing-state.ts';
export { fundingRate, fundingSince, notionalPerLot } from './funding/funding.ts';
export { futureDeliveryFee, optionDeliveryFee, optionPayoff } from './settlement/delivery.ts';
