export {
  type Black76Inputs,
  black76,
  black76Price,
  outOfTheMoney,
  signOf,
} from './black76.ts';
export {
  type Black76Batch,
  type Black76BatchGreeks,
  black76Batch,
  black76GreeksBatch,
} from './black76-batch.ts';
export {
  black76Greeks,
  blackScholes,
  blackScholesGreeks,
  GREEK,
  GREEK_COUNT,
  inverseGreeks,
} from './black76-greeks.ts';
export { forwardFromParity, type ParityForward, type ParityQuote } from './forward.ts';
export {
  IMPLIED_REFUSED,
  type ImpliedVolatilityRefusal,
  impliedBlack76,
  impliedBlack76Batch,
  impliedBlackScholes,
  impliedTotalVolatility,
  impliedVolatility,
  refusalOf,
} from './implied-volatility.ts';
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
