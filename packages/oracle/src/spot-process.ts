// Spot process: one underlying's price with stochastic volatility and jumps, stepped in venue time
// from a seed. Log-volatility is an Ornstein-Uhlenbeck process correlated with returns; jumps are
// compound Poisson with normal sizes. The drift is compensated, so the spot has no trend. Same
// seed and steps, same path.
import { exp, log, type Random } from '@openstrike/std';

export interface SpotParameters {
  /** Long-run annualised volatility. */
  readonly volatility: number;
  /** Speed of return of log-volatility to its mean, per year. */
  readonly meanReversion: number;
  /** Annualised volatility of log-volatility. */
  readonly volatilityOfVolatility: number;
  /** Correlation of returns and log-volatility. */
  readonly correlation: number;
  readonly jumpsPerYear: number;
  readonly jumpMean: number;
  readonly jumpDeviation: number;
}

export interface SpotState {
  logSpot: number;
  /** ln of instantaneous volatility over its long-run mean. */
  logVolatilityShock: number;
}

/** Shocks of one step that may be shared between underlyings. */
export interface Shocks {
  readonly spot: number;
  readonly volatility: number;
}

/**
 * Advances the state by `years` in place. `shocks` are independent standard normals; jumps draw
 * from `random`.
 */
export const stepSpot = (
  state: SpotState,
  parameters: SpotParameters,
  years: number,
  shocks: Shocks,
  random: Random,
): void => {
  const { correlation, meanReversion, volatilityOfVolatility } = parameters;
  const volatility = parameters.volatility * exp(state.logVolatilityShock);
  const root = Math.sqrt(years);
  const jump = drawJump(parameters, years, random);
  // Expected growth of the jumps is taken back out, so that forwards stay what the basis says.
  const meanJump = exp(
    parameters.jumpMean + (parameters.jumpDeviation * parameters.jumpDeviation) / 2,
  );
  const drift = -volatility * volatility * 0.5 - parameters.jumpsPerYear * (meanJump - 1);
  state.logSpot += drift * years + volatility * root * shocks.spot + jump;
  const volatilityShock =
    correlation * shocks.spot + Math.sqrt(1 - correlation * correlation) * shocks.volatility;
  const decay = exp(-meanReversion * years);
  // Exact transition of the Ornstein-Uhlenbeck process; a jump lifts volatility with it.
  const deviation = volatilityOfVolatility * Math.sqrt((1 - decay * decay) / (2 * meanReversion));
  state.logVolatilityShock =
    state.logVolatilityShock * decay + deviation * volatilityShock + Math.abs(jump) * 2;
};

/** Sum of the jumps that fall into the step. */
const drawJump = (parameters: SpotParameters, years: number, random: Random): number => {
  const mean = parameters.jumpsPerYear * years;
  let sum = 0;
  let left = -log(1 - random.nextFloat());
  while (left < mean) {
    sum += parameters.jumpMean + parameters.jumpDeviation * random.nextNormal();
    left -= log(1 - random.nextFloat());
  }
  return sum;
};
