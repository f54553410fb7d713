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

/**
 * Minimises the sum of squared residuals within bounds, from the start, with a forward-difference
 * Jacobian. Cost: per iteration one Jacobian (one call per parameter) and a few trial calls.
 */
export function levenbergMarquardt(problem: LeastSquaresProblem): LeastSquaresResult {
  const n = problem.start.length;
  const rows = problem.residualCount;
  const { residuals, lower, upper } = problem;
  const tolerance = problem.tolerance ?? 1e-12;
  const iterationsMax = problem.iterationsMax ?? 60;
  const parameters = Float64Array.from(problem.start, (value, i) => clamp(value, i));
  const trial = new Float64Array(n);
  const current = new Float64Array(rows);
  const moved = new Float64Array(rows);
  const jacobian = new Float64Array(rows * n);
  const normal = new Float64Array(n * n);
  const damped = new Float64Array(n * n);
  const gradient = new Float64Array(n);
  const step = new Float64Array(n);
  residuals(parameters, current);
  let sum = sumOfSquares(current);
  let damping = 1e-3;
  let iterations = 0;
  let converged = false;
  while (iterations < iterationsMax && !converged) {
    iterations++;
    fillJacobian();
    fillNormal(jacobian, current, rows, n, normal, gradient);
    freezeBound();
    let improved = false;
    for (let tries = 0; tries < 12 && !improved; tries++) {
      damped.set(normal);
      for (let i = 0; i < n; i++) {
        const diagonal = normal[i * n + i] as number;
        damped[i * n + i] = diagonal + damping * (diagonal > 0 ? diagonal : 1);
        step[i] = -(gradient[i] as number);
      }
      if (solveCholesky(damped, step, n)) {
        for (let i = 0; i < n; i++) {
          trial[i] = clamp((parameters[i] as number) + (step[i] as number), i);
        }
        residuals(trial, moved);
        const next = sumOfSquares(moved);
        if (next < sum) {
          converged = sum - next <= tolerance * sum;
          sum = next;
          parameters.set(trial);
          current.set(moved);
          damping = damping > 1e-12 ? damping * 0.2 : damping;
          improved = true;
          continue;
        }
      }
      damping *= 5;
    }
    converged ||= !improved;
  }
  return { parameters, sumOfSquares: sum, iterations, converged };

  function clamp(value: number, i: number): number {
    return Math.min(Math.max(value, lower[i] as number), upper[i] as number);
  }

  function fillJacobian(): void {
    trial.set(parameters);
    for (let j = 0; j < n; j++) {
      const at = parameters[j] as number;
      const size = 1e-7 * Math.max(Math.abs(at), 1e-3);
      const forward = at + size <= (upper[j] as number) ? at + size : at - size;
      trial[j] = forward;
      residuals(trial, moved);
      trial[j] = at;
      const scale = 1 / (forward - at);
      for (let i = 0; i < rows; i++) {
        jacobian[i * n + j] = ((moved[i] as number) - (current[i] as number)) * scale;
      }
    }
  }

  /** A parameter held at its bound by the gradient leaves the problem for this iteration. */
  function freezeBound(): void {
    for (let j = 0; j < n; j++) {
      const at = parameters[j] as number;
      const slope = gradient[j] as number;
      if ((at <= (lower[j] as number) && slope > 0) || (at >= (upper[j] as number) && slope < 0)) {
        gradient[j] = 0;
        for (let i = 0; i < n; i++) {
          normal[i * n + j] = 0;
          normal[j * n + i] = 0;
        }
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

/** Solves a symmetric positive definite system in place; false when it is not positive definite. */
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
