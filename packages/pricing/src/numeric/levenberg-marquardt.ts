/**
 * Levenberg-Marquardt for small bounded least-squares problems: smile fits and calibrations. Plain
 * dense algebra in the caller's order of parameters, so that a fit gives the same bits everywhere.
 * Source: Marquardt (1963), An Algorithm for Least-Squares Estimation of Nonlinear Parameters.
 */

/** A problem of least squares. */
export type LeastSquaresProblem = {
  /** Writes the residuals at the parameters. */
  readonly residuals: (parameters: Float64Array, out: Float64Array) => void;
  readonly residualCount: number;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly start: readonly number[];
  readonly iterationsMax?: number;
  /** Stop when a step lowers the sum of squares by less than this share. */
  readonly tolerance?: number;
};

/** Where the search ended. */
export type LeastSquaresResult = {
  readonly parameters: Float64Array;
  readonly sumOfSquares: number;
  readonly iterations: number;
  readonly converged: boolean;
};

/** The arrays of one search, made once. */
type Workspace = {
  readonly parameters: Float64Array;
  readonly trial: Float64Array;
  readonly current: Float64Array;
  readonly moved: Float64Array;
  readonly jacobian: Float64Array;
  readonly normal: Float64Array;
  readonly damped: Float64Array;
  readonly gradient: Float64Array;
  readonly step: Float64Array;
};

const TRIES_MAX = 12;

/**
 * Minimises the sum of squared residuals within bounds, from the start, with a forward-difference
 * Jacobian.
 * Units: the caller's. Domain: a start within the bounds, bounds in order, residuals that are
 * numbers there. Cost: per iteration one Jacobian (one call per parameter) and a few trial calls.
 * Source: Marquardt (1963); Nocedal and Wright (2006), Numerical Optimization, section 10.3.
 */
export function levenbergMarquardt(problem: LeastSquaresProblem): LeastSquaresResult {
  const n = problem.start.length;
  const rows = problem.residualCount;
  const tolerance = problem.tolerance ?? 1e-12;
  const iterationsMax = problem.iterationsMax ?? 60;
  const work = workspaceOf(problem, n, rows);
  problem.residuals(work.parameters, work.current);
  let sum = sumOfSquares(work.current);
  let damping = 1e-3;
  let iterations = 0;
  let converged = false;
  while (iterations < iterationsMax && !converged) {
    iterations++;
    fillJacobian(problem, work);
    fillNormal(work.jacobian, work.current, rows, n, work.normal, work.gradient);
    freezeBound(problem, work);
    let improved = false;
    for (let tries = 0; tries < TRIES_MAX && !improved; tries++) {
      const next = tryStep(problem, work, damping);
      if (next < sum) {
        converged = sum - next <= tolerance * sum;
        sum = next;
        work.parameters.set(work.trial);
        work.current.set(work.moved);
        damping = damping > 1e-12 ? damping * 0.2 : damping;
        improved = true;
      } else {
        damping *= 5;
      }
    }
    converged ||= !improved;
  }
  return { parameters: work.parameters, sumOfSquares: sum, iterations, converged };
}

function workspaceOf(problem: LeastSquaresProblem, n: number, rows: number): Workspace {
  return {
    parameters: Float64Array.from(problem.start, (value, i) => clamp(problem, value, i)),
    trial: new Float64Array(n),
    current: new Float64Array(rows),
    moved: new Float64Array(rows),
    jacobian: new Float64Array(rows * n),
    normal: new Float64Array(n * n),
    damped: new Float64Array(n * n),
    gradient: new Float64Array(n),
    step: new Float64Array(n),
  };
}

function clamp({ lower, upper }: LeastSquaresProblem, value: number, i: number): number {
  return Math.min(Math.max(value, lower[i] as number), upper[i] as number);
}

/** Tries the damped step; returns the sum of squares there, Infinity when there is no step. */
function tryStep(problem: LeastSquaresProblem, work: Workspace, damping: number): number {
  const { parameters, trial, moved, normal, damped, gradient, step } = work;
  const n = parameters.length;
  damped.set(normal);
  for (let i = 0; i < n; i++) {
    const diagonal = normal[i * n + i] as number;
    damped[i * n + i] = diagonal + damping * (diagonal > 0 ? diagonal : 1);
    step[i] = -(gradient[i] as number);
  }
  if (!solveCholesky(damped, step, n)) {
    return Number.POSITIVE_INFINITY;
  }
  for (let i = 0; i < n; i++) {
    trial[i] = clamp(problem, (parameters[i] as number) + (step[i] as number), i);
  }
  problem.residuals(trial, moved);
  return sumOfSquares(moved);
}

function fillJacobian(problem: LeastSquaresProblem, work: Workspace): void {
  const { parameters, trial, current, moved, jacobian } = work;
  const n = parameters.length;
  trial.set(parameters);
  for (let j = 0; j < n; j++) {
    const at = parameters[j] as number;
    const size = 1e-7 * Math.max(Math.abs(at), 1e-3);
    const forward = at + size <= (problem.upper[j] as number) ? at + size : at - size;
    trial[j] = forward;
    problem.residuals(trial, moved);
    trial[j] = at;
    const scale = 1 / (forward - at);
    for (let i = 0; i < current.length; i++) {
      jacobian[i * n + j] = ((moved[i] as number) - (current[i] as number)) * scale;
    }
  }
}

/** A parameter held at its bound by the gradient leaves the problem for this iteration. */
function freezeBound(problem: LeastSquaresProblem, work: Workspace): void {
  const { parameters, gradient, normal } = work;
  const n = parameters.length;
  for (let j = 0; j < n; j++) {
    const at = parameters[j] as number;
    const slope = gradient[j] as number;
    const atLower = at <= (problem.lower[j] as number) && slope > 0;
    const atUpper = at >= (problem.upper[j] as number) && slope < 0;
    if (atLower || atUpper) {
      gradient[j] = 0;
      for (let i = 0; i < n; i++) {
        normal[i * n + j] = 0;
        normal[j * n + i] = 0;
      }
    }
  }
}

function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += (values[i] as number) * (values[i] as number);
  }
  return sum === sum ? sum : Number.POSITIVE_INFINITY;
}

function fillNormal(
  jacobian: Float64Array,
  current: Float64Array,
  rows: number,
  n: number,
  normal: Float64Array,
  gradient: Float64Array,
): void {
  for (let j = 0; j < n; j++) {
    let slope = 0;
    for (let i = 0; i < rows; i++) {
      slope += (jacobian[i * n + j] as number) * (current[i] as number);
    }
    gradient[j] = slope;
    for (let l = 0; l <= j; l++) {
      let product = 0;
      for (let i = 0; i < rows; i++) {
        product += (jacobian[i * n + j] as number) * (jacobian[i * n + l] as number);
      }
      normal[j * n + l] = product;
      normal[l * n + j] = product;
    }
  }
}

/**
 * Solves a symmetric positive definite system in place; false when it is not positive definite.
 * Units: the caller's. Domain: matrix of n * n by rows, right of n. Source: Golub and Van Loan
 * (2013), Matrix Computations, section 4.2.
 */
export function solveCholesky(matrix: Float64Array, right: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = matrix[i * n + j] as number;
      for (let l = 0; l < j; l++) {
        sum -= (matrix[i * n + l] as number) * (matrix[j * n + l] as number);
      }
      if (i === j) {
        if (!(sum > 0)) {
          return false;
        }
        matrix[j * n + j] = Math.sqrt(sum);
      } else {
        matrix[i * n + j] = sum / (matrix[j * n + j] as number);
      }
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = right[i] as number;
    for (let l = 0; l < i; l++) {
      sum -= (matrix[i * n + l] as number) * (right[l] as number);
    }
    right[i] = sum / (matrix[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i] as number;
    for (let l = i + 1; l < n; l++) {
      sum -= (matrix[l * n + i] as number) * (right[l] as number);
    }
    right[i] = sum / (matrix[i * n + i] as number);
  }
  return true;
}
