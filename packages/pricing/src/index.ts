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
export {
  IMPLIED_REFUSED,
  type ImpliedVolatilityRefusal,
  impliedBlack76,
  impliedBlack76Batch,
  impliedTotalVolatility,
  impliedVolatility,
  refusalOf,
} from './implied-volatility.ts';
export {
  type SviParameters,
  sviCurvature,
  sviSlope,
  sviTotalVariance,
  sviVolatility,
} from './svi.ts';
