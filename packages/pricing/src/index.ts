export {
  type AmericanGreeks,
  type AmericanMode,
  americanExerciseBoundary,
  americanExerciseInterval,
  americanGreeks,
  americanPrice,
  type ExerciseInterval,
} from './american/american.ts';
export {
  type ApproximationRefusal,
  baroneAdesiWhaley,
  bjerksundStensland1993,
  bjerksundStensland2002,
  type SecondBoundary,
} from './american/american-approximations.ts';
export type { AmericanInputs, AmericanRefusal } from './american/american-inputs.ts';
export { type BinomialTreeOptions, binomialPrice } from './american/binomial-tree.ts';
export {
  type Black76Inputs,
  black76,
  black76Price,
  outOfTheMoney,
  signOf,
} from './black76.ts';
export { black76Batch, black76GreeksBatch } from './black76-batch.ts';
export type { Black76Batch, Black76BatchGreeks } from './black76-batch-types.ts';
export {
  black76Greeks,
  blackScholes,
  blackScholesGreeks,
  GREEK,
  GREEK_COUNT,
  inverseGreeks,
} from './black76-greeks.ts';
export {
  asianLowerBound,
  asianLowerBoundDiscrete,
  turnbullWakeman,
  turnbullWakemanDiscrete,
} from './exotic/arithmetic-asian.ts';
export {
  type BarrierInputs,
  type BarrierType,
  barrierPrice,
  discreteBarrier,
} from './exotic/barrier.ts';
export {
  assetOrNothing,
  cashOrNothing,
  type DigitalInputs,
  gapOption,
} from './exotic/digital.ts';
export {
  type DoubleBarrierInputs,
  type DoubleTouchInputs,
  doubleBarrierPrice,
  doubleNoTouchPrice,
  doubleTouchPrice,
} from './exotic/double-barrier.ts';
export type { ExoticRefusal, ExoticTerms } from './exotic/exotic-terms.ts';
export {
  type ContinuousAsianInputs,
  type DiscreteAsianInputs,
  geometricAsian,
  geometricAsianDiscrete,
} from './exotic/geometric-asian.ts';
export {
  type FixedLookbackInputs,
  type FloatingLookbackInputs,
  fixedLookback,
  floatingLookback,
} from './exotic/lookback.ts';
export {
  type BinaryBarrierInputs,
  binaryBarrierPrice,
  noTouchPrice,
  type TouchInputs,
  touchPrice,
} from './exotic/touch.ts';
export { forwardFromParity, type ParityForward, type ParityQuote } from './forward.ts';
export { impliedBlack76Batch } from './implied-batch.ts';
export {
  IMPLIED_REFUSED,
  type ImpliedVolatilityRefusal,
  impliedBlack76,
  impliedBlackScholes,
  impliedTotalVolatility,
  impliedVolatility,
  refusalOf,
} from './implied-volatility.ts';
export { type ExerciseJob, fitExercisePolicy } from './monte-carlo/exercise-policy.ts';
export {
  type MonteCarloEstimate,
  type MonteCarloJob,
  type MonteCarloRefusal,
  monteCarlo,
} from './monte-carlo/monte-carlo.ts';
export type { LognormalModel, PathModel } from './monte-carlo/path-models.ts';
export type { ExercisePolicy, PathPayoff } from './monte-carlo/path-payoffs.ts';
export { SOBOL_DIMENSIONS_MAX, SobolSequence } from './monte-carlo/sobol.ts';
export {
  type LeastSquaresProblem,
  type LeastSquaresResult,
  levenbergMarquardt,
  solveCholesky,
} from './numeric/levenberg-marquardt.ts';
export { findMinimum, findRoot } from './numeric/scalar-search.ts';
export {
  type Bar,
  bipower,
  closeToClose,
  garmanKlass,
  parkinson,
  periodsPerYear,
  rogersSatchell,
  twoScale,
  yangZhang,
} from './realised-volatility.ts';
export { fitSabr, type SabrParameters, sabrVolatility } from './sabr.ts';
export { allocateBatch, type BatchArrays, hasVectorKernels } from './simd/kernel-space.ts';
export type { SmileQuote } from './smile-quote.ts';
export {
  essviAt,
  fitEssvi,
  hestonLikePhi,
  logMoneyness,
  powerLawPhi,
  rawOfSsvi,
  type SsviNode,
  type SsviSlice,
  ssviButterflyFree,
  ssviCalendarFree,
  ssviTotalVariance,
} from './ssvi.ts';
export {
  type Calibration,
  type CalibrationRefusal,
  type CalibrationSlice,
  calibrateBates,
  calibrateHeston,
  type ParameterBounds,
} from './stochastic/calibrate.ts';
export { mertonSeries } from './stochastic/merton-series.ts';
export type {
  BatesModel,
  HestonModel,
  HestonParameters,
  JumpParameters,
  MertonModel,
  StochasticModel,
} from './stochastic/stochastic-models.ts';
export {
  type StochasticGreeks,
  type StochasticInputs,
  type StochasticRefusal,
  type StripTerms,
  stochasticGreeks,
  stochasticPrice,
  stochasticStrip,
} from './stochastic/stochastic-price.ts';
export {
  breakEvens,
  type Leg,
  type OptionLeg,
  type PayoffStyle,
  payoffAt,
  portfolioGreeks,
  probabilityOfProfit,
  profitBounds,
  STRATEGIES,
  type UnderlyingLeg,
  valueAt,
} from './strategies.ts';
export { surfaceTotalVariance, surfaceVolatility } from './surface.ts';
export {
  densityFactor,
  type SviParameters,
  sviCurvature,
  sviDensityFactor,
  sviMinimum,
  sviSlope,
  sviTotalVariance,
  sviVolatility,
  sviWingSlopes,
} from './svi.ts';
export {
  butterflyMargin,
  calendarMargin,
  certifySurface,
  type Margin,
  type SurfaceCertificate,
  type SurfaceViolation,
  type SviSlice,
} from './svi-arbitrage.ts';
export {
  fitSvi,
  fitSviSurface,
  repairSvi,
  type SviFit,
  type SviFitInputs,
  type SviFitRefusal,
} from './svi-fit.ts';
export {
  type JumpWingsSvi,
  jumpWingsOfRaw,
  type NaturalSvi,
  naturalOfRaw,
  rawOfJumpWings,
  rawOfNatural,
} from './svi-forms.ts';
export {
  type CboeTerm,
  type ChainQuote,
  cboeIndex,
  cboeTerm,
  type ModelFreeVariance,
  modelFreeVariance,
} from './volatility-index.ts';
