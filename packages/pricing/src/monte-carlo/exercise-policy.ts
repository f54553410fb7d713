/**
 * Early exercise by regression: on paths of their own, the value of holding is regressed on powers
 * of the state from the end backwards; the rule found is a payoff that other paths are priced
 * with, so its price is a lower bound free of foresight.
 * Source: Longstaff and Schwartz (2001), Valuing American Options by Simulation: A Simple
 * Least-Squares Approach; Glasserman (2003), section 8.6.
 */
import { err, exp, type OptionType, ok, type Result } from '@openstrike/std';
import { solveCholesky } from '../numeric/levenberg-marquardt.ts';
import { type MonteCarloJob, type MonteCarloRefusal, pathSource, validJob } from './monte-carlo.ts';
import {
  BASIS_PRICE,
  BASIS_PRICE_AND_VARIANCE,
  type ExercisePolicy,
  fillBasis,
} from './path-payoffs.ts';

/** What to fit a rule on: a job without its payoff. */
export type ExerciseJob = Omit<MonteCarloJob, 'payoff' | 'blocks' | 'antithetic' | 'controls'> & {
  readonly strike: number;
  readonly optionType: OptionType;
};

/**
 * Fits a rule of exercise at the ends of the steps on pathsPerBlock paths; price it with a job of
 * the same steps and another seed.
 * Units: of spot and strike. Domain: as monteCarlo. Refuses: invalid-input. Cost: keeps all its
 * paths, 16 bytes a step each. Source: Longstaff and Schwartz (2001), section 2; Glasserman (2003),
 * section 8.6.
 */
export function fitExercisePolicy(job: ExerciseJob): Result<ExercisePolicy, MonteCarloRefusal> {
  const { strike, optionType, steps, pathsPerBlock: paths } = job;
  const payoff = { kind: 'european', strike, optionType } as const;
  if (!validJob({ ...job, payoff })) {
    return err('invalid-input');
  }
  const still = job.model.kind === 'lognormal' || job.model.kind === 'merton';
  const basisSize = still ? BASIS_PRICE : BASIS_PRICE_AND_VARIANCE;
  const sign = optionType === 'call' ? 1 : -1;
  // Rows per step, so that the regression of a step reads in order.
  const prices = new Float64Array(paths * (steps + 1));
  const variances = new Float64Array(paths * (steps + 1));
  const next = pathSource({ ...job, payoff }, 0);
  for (let path = 0; path < paths; path++) {
    const walked = next();
    for (let i = 0; i <= steps; i++) {
      prices[i * paths + path] = job.spot * exp(walked.logs[i] as number);
      variances[i * paths + path] = walked.variances[i] as number;
    }
  }
  const perStep = exp((-job.rate * job.timeYears) / steps);
  const values = new Float64Array(paths);
  for (let path = 0; path < paths; path++) {
    values[path] = Math.max(0, sign * ((prices[steps * paths + path] as number) - strike));
  }
  const coefficients = new Float64Array(Math.max(0, steps - 1) * basisSize).fill(Number.NaN);
  const basis = new Float64Array(basisSize);
  for (let i = steps - 1; i >= 1; i--) {
    for (let path = 0; path < paths; path++) {
      values[path] = (values[path] as number) * perStep;
    }
    const from = i * paths;
    const row = coefficients.subarray((i - 1) * basisSize, i * basisSize);
    const state = { strike, sign, from, paths, prices, variances };
    if (!regress(state, values, basis, row)) {
      row.fill(Number.NaN);
      continue;
    }
    for (let path = 0; path < paths; path++) {
      const price = prices[from + path] as number;
      const exercised = sign * (price - strike);
      if (exercised > 0) {
        fillBasis(price / strike, variances[from + path] as number, basis);
        if (exercised >= product(row, basis)) {
          values[path] = exercised;
        }
      }
    }
  }
  return ok({ kind: 'early-exercise', strike, optionType, coefficients, basisSize });
}

type State = {
  readonly strike: number;
  readonly sign: number;
  readonly from: number;
  readonly paths: number;
  readonly prices: Float64Array;
  readonly variances: Float64Array;
};

/** Least squares of the values over the paths in the money; false where there are too few. */
function regress(
  state: State,
  values: Float64Array,
  basis: Float64Array,
  row: Float64Array,
): boolean {
  const { strike, sign, from, paths, prices, variances } = state;
  const size = basis.length;
  const matrix = new Float64Array(size * size);
  row.fill(0);
  let inside = 0;
  for (let path = 0; path < paths; path++) {
    const price = prices[from + path] as number;
    if (sign * (price - strike) > 0) {
      inside++;
      fillBasis(price / strike, variances[from + path] as number, basis);
      for (let k = 0; k < size; k++) {
        const at = basis[k] as number;
        row[k] = (row[k] as number) + at * (values[path] as number);
        for (let l = 0; l <= k; l++) {
          matrix[k * size + l] = (matrix[k * size + l] as number) + at * (basis[l] as number);
        }
      }
    }
  }
  if (inside < 4 * size) {
    return false;
  }
  for (let k = 0; k < size; k++) {
    matrix[k * size + k] = (matrix[k * size + k] as number) * (1 + 1e-10);
    for (let l = 0; l < k; l++) {
      matrix[l * size + k] = matrix[k * size + l] as number;
    }
  }
  return solveCholesky(matrix, row, size);
}

function product(row: Float64Array, basis: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < basis.length; k++) {
    sum += (row[k] as number) * (basis[k] as number);
  }
  return sum;
}
