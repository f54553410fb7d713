/**
 * The models with stochastic volatility and jumps, as plain data: Heston, Bates (Heston with
 * lognormal jumps) and Merton (constant volatility with lognormal jumps). Prices, strips,
 * calibrations and simulated paths all take one of these.
 * Source: Heston (1993), A Closed-Form Solution for Options with Stochastic Volatility; Bates
 * (1996), Jumps and Stochastic Volatility; Merton (1976), Option Pricing when Underlying Stock
 * Returns are Discontinuous.
 */

/** The variance v: dv = reversion (longRunVariance - v) dt + volOfVariance sqrt(v) dW. */
export type HestonParameters = {
  /** Variance now, a year: 0.04 is a volatility of 20 %. Domain: at least 0. */
  readonly variance: number;
  /** Where the variance tends. Domain: at least 0. */
  readonly longRunVariance: number;
  /** How fast, per year. Domain: at least 0. */
  readonly reversion: number;
  /** Domain: at least 0; the condition of Feller need not hold. */
  readonly volOfVariance: number;
  /** Of the returns with the variance. Domain: -1 to 1. */
  readonly correlation: number;
};

/** Jumps of the logarithm of the price, normally distributed, that come as a Poisson process. */
export type JumpParameters = {
  /** Jumps a year. Domain: at least 0. */
  readonly jumpIntensity: number;
  /** Mean of a jump's logarithm. */
  readonly jumpMean: number;
  /** Standard deviation of a jump's logarithm. Domain: at least 0. */
  readonly jumpDeviation: number;
};

export type HestonModel = { readonly kind: 'heston' } & HestonParameters;
export type BatesModel = { readonly kind: 'bates' } & HestonParameters & JumpParameters;
export type MertonModel = {
  readonly kind: 'merton';
  /** Of the diffusion between jumps, annualised. Domain: at least 0. */
  readonly volatility: number;
} & JumpParameters;

/** A model of the underlying under the pricing measure. */
export type StochasticModel = HestonModel | BatesModel | MertonModel;

/** The model as a Bates model: what the characteristic function is written for. */
export function batesOf(model: StochasticModel): BatesModel {
  if (model.kind === 'bates') {
    return model;
  }
  if (model.kind === 'heston') {
    return { ...model, kind: 'bates', jumpIntensity: 0, jumpMean: 0, jumpDeviation: 0 };
  }
  const variance = model.volatility * model.volatility;
  return {
    kind: 'bates',
    variance,
    longRunVariance: variance,
    reversion: 0,
    volOfVariance: 0,
    correlation: 0,
    jumpIntensity: model.jumpIntensity,
    jumpMean: model.jumpMean,
    jumpDeviation: model.jumpDeviation,
  };
}

/** Whether every parameter is within its domain. */
export function validModel(model: StochasticModel): boolean {
  if (model.kind !== 'heston' && model.kind !== 'bates' && model.kind !== 'merton') {
    return false;
  }
  const bates = batesOf(model);
  const { variance, longRunVariance, reversion, volOfVariance, correlation } = bates;
  const { jumpIntensity, jumpMean, jumpDeviation } = bates;
  return (
    Number.isFinite(variance) &&
    Number.isFinite(longRunVariance) &&
    Number.isFinite(reversion) &&
    Number.isFinite(volOfVariance) &&
    Number.isFinite(jumpIntensity) &&
    Number.isFinite(jumpMean) &&
    Number.isFinite(jumpDeviation) &&
    Number.isFinite(correlation) &&
    (model.kind !== 'merton' || (Number.isFinite(model.volatility) && model.volatility >= 0)) &&
    variance >= 0 &&
    longRunVariance >= 0 &&
    reversion >= 0 &&
    volOfVariance >= 0 &&
    correlation >= -1 &&
    correlation <= 1 &&
    jumpIntensity >= 0 &&
    jumpDeviation >= 0
  );
}
