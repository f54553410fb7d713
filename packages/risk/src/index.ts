export {
  type AccountCheck,
  checkAccountCertificate,
} from './account-certificate.ts';
export {
  type BookCoverage,
  type Coverage,
  type CoverageBreach,
  type CoverageOptions,
  coverageOf,
} from './backtest/coverage.ts';
export { type Bar, usualVolatility, type VolatilityModel } from './backtest/price-history.ts';
export { type BookLeg, type ReferenceBook, referenceBooks } from './backtest/reference-books.ts';
export { collateralValue } from './collateral.ts';
export {
  type FastMoveParameters,
  type MoveWindow,
  movedFast,
  type PriceSample,
  recommendedFastMove,
  sampled,
} from './fast-move.ts';
export {
  eightHourRate,
  fundingPayment,
  type HourlyFundingParameters,
  hourlyFundingRate,
} from './funding.ts';
export { futureInitialRate, futureMaintenanceRate } from './future-margin.ts';
export {
  afterSlice,
  auctionDiscount,
  bufferedNet,
  insolventPrice,
  type LiquidatedAccount,
  largestSlice,
  sliceBid,
  withdrawalsBlocked,
} from './liquidation/auction.ts';
export {
  deleveragingRank,
  fillablePrice,
  legFee,
  liquidationPrice,
  type Solvency,
  shareLoss,
  sliceFee,
  stepHelps,
} from './liquidation/slice.ts';
export {
  type AccountFigures,
  type AuctionAnswer,
  clockPrice,
  hedgeLots,
  type LiquidationProgress,
  type LiquidationStage,
  lacksMargin,
  liquidationStages,
  shareFor,
  shareWithin,
  sliceLots,
  stageOf,
  takenAnswers,
  warningLevel,
} from './liquidation/waterfall.ts';
export {
  type CoinFloors,
  type ExpiryOffset,
  type ExpirySet,
  type FutureCover,
  type FutureLeg,
  type LegExposure,
  MarginSheet,
  type OptionLeg,
  type UnpairedRates,
} from './margin-sheet.ts';
export { type ExpiryLegs, maxLossInverse, maxLossLinear } from './max-loss.ts';
export { shortOptionInitial, shortOptionMaintenance } from './option-margin.ts';
export { BookSum, type WorstResult, worstWith } from './scenarios/book-sum.ts';
export {
  type CertificateCheck,
  certifyMargin,
  checkCertificate,
  riskVectors,
} from './scenarios/certificate.ts';
export { type CrossCurrencyParameters, crossCurrencyScan } from './scenarios/cross-currency.ts';
export {
  freshStress,
  nextStress,
  rememberDay,
  type StressMemory,
  stressFactor,
} from './scenarios/margin-stress.ts';
export { type ExtraOrder, marginWithOrders } from './scenarios/order-margin.ts';
export { OrderSum } from './scenarios/order-sum.ts';
export {
  composeMargin,
  copyMargin,
  createPortfolioMargin,
  deltaLiquidity,
  type MarginMarket,
  marginAfter,
  marginOf,
  type PortfolioMargin,
} from './scenarios/portfolio-margin.ts';
export {
  canonicalText,
  hashOfValue,
  type PortfolioParameters,
  portfolioParametersOf,
  recommendedParameters,
} from './scenarios/portfolio-parameters.ts';
export {
  type RefineParameters,
  recommendedRefinement,
  refiningScenarios,
} from './scenarios/refine-scan.ts';
export { RiskArrays, SKEWS } from './scenarios/risk-arrays.ts';
export {
  addRiskExpiry,
  addRiskInstrument,
  createRiskExpiries,
  createRiskInstruments,
  listedMoves,
  type RiskExpiries,
  type RiskExpiry,
  type RiskInstrument,
  type RiskInstruments,
  type RiskKind,
  riskKinds,
} from './scenarios/risk-instruments.ts';
export {
  type Scenario,
  type VolatilityMove,
  volatilityMoves,
} from './scenarios/scenario.ts';
export {
  buildGrid,
  evenCountOf,
  type ListedMove,
  plain,
  refineMoves,
  type ScenarioGrid,
  scenarioCountOf,
  scenariosOf,
} from './scenarios/scenario-grid.ts';
export {
  downFactor,
  shockScale,
  skewShift,
  twistFactor,
  upFactor,
} from './scenarios/volatility-shock.ts';
export {
  type DeribitMatrixMargin,
  type DeribitPortfolioParameters,
  deribitBtcParameters,
  deribitEthParameters,
  deribitMatrixMargin,
  deribitRevaluation,
  deribitScenarios,
  extendedDamper,
  extendedWeight,
  rollShock,
} from './venue-rules/deribit-portfolio.ts';
export {
  type DeriveCollateral,
  type DeriveDiscount,
  type DeriveExpiry,
  type DeriveMargin,
  type DeriveOption,
  type DerivePortfolio,
  type DerivePortfolioParameters,
  type DeriveScenario,
  derivePortfolioMargin,
  nakedShorts,
} from './venue-rules/derive-portfolio.ts';
export {
  type DeriveStandardExpiry,
  type DeriveStandardMargin,
  type DeriveStandardMarket,
  type DeriveStandardOption,
  type DeriveStandardParameters,
  deriveStandardMargin,
  isolatedMargin,
} from './venue-rules/derive-standard.ts';
export {
  aevoScenarios,
  bybitScenarios,
  minimumDelta,
  okxExtremeScenarios,
  okxMaintenance,
  okxScenarios,
  type SpanCommodity,
  spanRequirement,
  spanScan,
  spanScenarios,
  timsMargin,
  timsScenarios,
} from './venue-rules/fixed-grids.ts';
export {
  aevoRule,
  bybitRule,
  okxRule,
  type ShortOptionRule,
  type StrategyRates,
  shortOptionByRule,
  strategyNaked,
  strategySpread,
  strategyStrangle,
} from './venue-rules/standard-rules.ts';
