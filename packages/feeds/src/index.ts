export { createFeeds } from './create-feeds.ts';
export * from './feeds.ts';
export {
  type LiabilityProof,
  type LiabilityTree,
  LiabilityTreeBuilder,
  type ProofStep,
} from './liability-tree.ts';
export { minutesPerDay } from './minute-window.ts';
export { annualisedVolatility } from './realised-volatility.ts';
export { recentTradesMax } from './trade-ring.ts';
export { type TradeValue, tradeValue } from './trade-value.ts';
export {
  indexOfTerms,
  type MarkedOption,
  type StripTerm,
  type TermsIndex,
  type VolatilityIndexValue,
  volatilityIndex,
} from './volatility-index.ts';
