export {
  type CurveInputs,
  createExpiryCurve,
  type ExpiryCurve,
  type ExpiryInputs,
  prepareCurve,
} from './expiry-curve.ts';
export {
  createMarkColumns,
  createMarkPlan,
  type MarkedInstrument,
  type MarkPlan,
  markAll,
} from './mark-plan.ts';
export {
  curveVolatility,
  type MarkColumns,
  optionPriceAt,
  optionVolatilityAt,
  strikeVolatility,
  writeOptionMark,
} from './option-mark.ts';
export {
  advanceBasis,
  basisTimeUs,
  createPerpetualBasis,
  fairPrice,
  impactReach,
  impactTicks,
  type PerpetualBasis,
} from './perpetual-basis.ts';
export { bandMaxOf, bandMinOf, type TickGrid, tickGridOf } from './price-band.ts';
