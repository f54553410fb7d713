/**
 * Monte Carlo prices with a standard error: a job is plain data, cut into independent blocks, each
 * a scrambled Sobol set (or random numbers) of its own seed. A block's sums depend on the job and
 * its number alone and are added in order, so any number of threads gives the same bits.
 * Source: Glasserman (2003), Monte Carlo Methods in Financial Engineering, sections 4.1 (control
 * variates), 4.2 (antithetic paths) and 5.4 (randomised quasi-Monte Carlo).
 */
import {
  createRandom,
  err,
  exp,
  normCdfInverse,
  ok,
  type Random,
  type Result,
} from '@openstrike/std';
import { blackScholes } from '../black76-greeks.ts';
import { validTerms } from '../exotic/exotic-terms.ts';
import { geometricAsianDiscrete } from '../exotic/geometric-asian.ts';
import { solveCholesky } from '../numeric/levenberg-marquardt.ts';
import { validModel } from '../stochastic/stochastic-models.ts';
import { stochasticPrice } from '../stochastic/stochastic-price.ts';
import { type BrownianBridge, bridgeNormals, brownianBridge } from './brownian-bridge.ts';
import { type PathModel, type PathWalk, pathWalk } from './path-models.ts';
import {
  type PathPayoff,
  type PayoffFunction,
  payoffFunction,
  validPayoff,
} from './path-payoffs.ts';
import { SOBOL_DIMENSIONS_MAX, SobolSequence } from './sobol.ts';

/** What to simulate. */
export type MonteCarloJob = {
  readonly model: PathModel;
  readonly payoff: PathPayoff;
  readonly spot: number;
  readonly timeYears: number;
  readonly rate: number;
  readonly yieldRate: number;
  /** Equal steps of each path; what watches the path watches their ends. */
  readonly steps: number;
  /** Independent blocks: the standard error is that of their mean. 32 where absent. */
  readonly blocks?: number;
  /** Paths of a block, antithetic pairs counting as one; a power of two is evenest. */
  readonly pathsPerBlock: number;
  readonly seed: string;
  /** Even points or random numbers; 'sobol' where absent. */
  readonly sampling?: 'sobol' | 'random';
  /** Whether each path comes with its mirror image; true where absent. */
  readonly antithetic?: boolean;
  /** Whether known means correct the result; true where absent. */
  readonly controls?: boolean;
};

/** A simulated price. */
export type MonteCarloEstimate = {
  readonly price: number;
  /** One standard deviation of the price, from the spread of the blocks. */
  readonly standardError: number;
  /** Paths walked, mirror images included. */
  readonly paths: number;
};

/** A job with an argument outside its domain. */
export type MonteCarloRefusal = 'invalid-input';

/** Sums of one block: of the payoff y, of each control c, and of the products y c and c c. */
export type BlockSums = {
  readonly count: number;
  readonly y: number;
  readonly c: readonly number[];
  readonly yc: readonly number[];
  readonly cc: readonly number[];
};

/** A quantity of the same path whose mean is known. */
type Control = { readonly of: PayoffFunction; readonly mean: number };

/** How many blocks the job has. */
export function blockCount(job: MonteCarloJob): number {
  return job.blocks ?? 32;
}

/** Whether a job is within its domain. */
export function validJob(job: MonteCarloJob): boolean {
  const { model, payoff, steps, pathsPerBlock, sampling = 'sobol' } = job;
  const volatility = model.kind === 'lognormal' || model.kind === 'merton' ? model.volatility : 0;
  const whole = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  return (
    validTerms({ ...job, volatility }) &&
    (model.kind === 'lognormal' || validModel(model)) &&
    validPayoff(payoff, steps) &&
    (sampling === 'sobol' || sampling === 'random') &&
    whole(steps) &&
    whole(pathsPerBlock) &&
    whole(blockCount(job)) &&
    blockCount(job) >= 2
  );
}

/**
 * Simulates the job on this thread.
 * Units: of the spot, discounted. Domain: paths are watched at the ends of steps only. Refuses:
 * invalid-input. Cost: 0.1 to 0.5 microseconds a step. Source: Glasserman (2003), sections 4.1, 4.2
 * and 5.4.
 */
export function monteCarlo(job: MonteCarloJob): Result<MonteCarloEstimate, MonteCarloRefusal> {
  if (!validJob(job)) {
    return err('invalid-input');
  }
  const sums = Array.from({ length: blockCount(job) }, (_, block) => simulateBlock(job, block));
  return ok(combineBlocks(job, sums));
}

/** The sums of one block. Depends on the job and the block's number alone. */
export function simulateBlock(job: MonteCarloJob, block: number): BlockSums {
  const { steps, pathsPerBlock, antithetic = true } = job;
  const walker = pathWalk(job.model, job.timeYears, steps, job.rate - job.yieldRate);
  const payoff = payoffFunction(job.payoff, job, steps);
  const controls = controlsOf(job);
  const source = normalSource(job, walker, block);
  const logs = new Float64Array(steps + 1);
  const variances = new Float64Array(steps + 1);
  const size = controls.length;
  const values = new Float64Array(size);
  const c = new Float64Array(size);
  const yc = new Float64Array(size);
  const cc = new Float64Array(size * size);
  let y = 0;
  for (let path = 0; path < pathsPerBlock; path++) {
    const normals = source();
    walker.walk(normals, logs, variances);
    let value = payoff(logs, variances);
    for (let i = 0; i < size; i++) {
      values[i] = (controls[i] as Control).of(logs, variances);
    }
    if (antithetic) {
      for (let i = 0; i < normals.length; i++) {
        normals[i] = -(normals[i] as number);
      }
      walker.walk(normals, logs, variances);
      value = 0.5 * (value + payoff(logs, variances));
      for (let i = 0; i < size; i++) {
        const mirrored = (controls[i] as Control).of(logs, variances);
        values[i] = 0.5 * ((values[i] as number) + mirrored);
      }
    }
    y += value;
    for (let i = 0; i < size; i++) {
      const at = values[i] as number;
      c[i] = (c[i] as number) + at;
      yc[i] = (yc[i] as number) + value * at;
      for (let j = 0; j < size; j++) {
        cc[i * size + j] = (cc[i * size + j] as number) + at * (values[j] as number);
      }
    }
  }
  return { count: pathsPerBlock, y, c: [...c], yc: [...yc], cc: [...cc] };
}

/** Walks one path of a block after another, without its mirror images. */
export function pathSource(
  job: MonteCarloJob,
  block: number,
): () => { readonly logs: Float64Array; readonly variances: Float64Array } {
  const { steps } = job;
  const walker = pathWalk(job.model, job.timeYears, steps, job.rate - job.yieldRate);
  const source = normalSource(job, walker, block);
  const walked = { logs: new Float64Array(steps + 1), variances: new Float64Array(steps + 1) };
  return () => {
    walker.walk(source(), walked.logs, walked.variances);
    return walked;
  };
}

/** The estimate of all blocks' sums, in the order of the blocks. */
export function combineBlocks(job: MonteCarloJob, sums: readonly BlockSums[]): MonteCarloEstimate {
  const controls = controlsOf(job);
  const size = controls.length;
  const weights = controlWeights(sums, size);
  const means = sums.map((block) => {
    let mean = block.y / block.count;
    for (let i = 0; i < size; i++) {
      const excess = (block.c[i] as number) / block.count - (controls[i] as Control).mean;
      mean -= (weights[i] as number) * excess;
    }
    return mean;
  });
  const price = means.reduce((sum, mean) => sum + mean, 0) / means.length;
  const spread = means.reduce((sum, mean) => sum + (mean - price) * (mean - price), 0);
  const count = sums.reduce((sum, block) => sum + block.count, 0);
  return {
    price,
    standardError: Math.sqrt(spread / (means.length * (means.length - 1))),
    paths: job.antithetic === false ? count : 2 * count,
  };
}

/** Regression of the payoff on the controls, over all blocks. */
function controlWeights(sums: readonly BlockSums[], size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const count = sums.reduce((sum, block) => sum + block.count, 0);
  const total = (of: (block: BlockSums) => number): number =>
    sums.reduce((sum, block) => sum + of(block), 0) / count;
  const y = total((block) => block.y);
  const c = Array.from({ length: size }, (_, i) => total((block) => block.c[i] as number));
  for (let i = 0; i < size; i++) {
    right[i] = total((block) => block.yc[i] as number) - y * (c[i] as number);
    for (let j = 0; j < size; j++) {
      const product = total((block) => block.cc[i * size + j] as number);
      matrix[i * size + j] = product - (c[i] as number) * (c[j] as number);
    }
    matrix[i * size + i] = (matrix[i * size + i] as number) * (1 + 1e-9);
  }
  return solveCholesky(matrix, right, size) ? right : new Float64Array(size);
}

/** The discounted asset, and what has a closed form and resembles the payoff. */
function controlsOf(job: MonteCarloJob): Control[] {
  const { model, payoff, spot, timeYears, rate, yieldRate, steps } = job;
  if (job.controls === false) {
    return [];
  }
  const discount = exp(-rate * timeYears);
  const controls: Control[] = [
    {
      of: (logs) => discount * spot * exp(logs[steps] as number),
      mean: spot * exp(-yieldRate * timeYears),
    },
  ];
  const { optionType } = payoff;
  const strike = payoff.strike === 'floating' ? spot : payoff.strike;
  if (model.kind === 'lognormal' && payoff.kind === 'asian' && payoff.average === 'arithmetic') {
    const fixingTimes = Array.from({ length: steps }, (_, i) => (timeYears * (i + 1)) / steps);
    const { volatility } = model;
    const geometric = geometricAsianDiscrete({
      ...job,
      volatility,
      strike,
      optionType,
      fixingTimes,
    });
    if (geometric.ok) {
      const of = payoffFunction({ ...payoff, average: 'geometric' }, job, steps);
      controls.push({ of, mean: geometric.value });
    }
  } else if (payoff.kind !== 'european') {
    const mean = europeanMean(job, strike);
    if (mean !== undefined) {
      controls.push({
        of: payoffFunction({ kind: 'european', strike, optionType }, job, steps),
        mean,
      });
    }
  }
  return controls;
}

/** The European price, where the paths are exact and its mean is known without bias. */
function europeanMean(job: MonteCarloJob, strike: number): number | undefined {
  const { model, payoff, spot, timeYears, rate, yieldRate } = job;
  const { optionType } = payoff;
  if (model.kind === 'lognormal') {
    const sign = optionType === 'call' ? 1 : -1;
    return blackScholes(spot, strike, timeYears, model.volatility, rate, yieldRate, sign);
  }
  if (model.kind !== 'merton') {
    return undefined;
  }
  const price = stochasticPrice(model, { ...job, strike, optionType });
  return price.ok ? price.value : undefined;
}

/** Draws the normals of one path after another, those of a driver together. */
function normalSource(job: MonteCarloJob, walker: PathWalk, block: number): () => Float64Array {
  const { steps, sampling = 'sobol' } = job;
  const dimensions = walker.drivers * steps;
  const random = createRandom(job.seed).fork(`block ${block}`);
  const out = new Float64Array(dimensions);
  if (sampling === 'random') {
    return () => {
      for (let i = 0; i < dimensions; i++) {
        out[i] = random.nextNormal();
      }
      return out;
    };
  }
  return bridgedSource(random, brownianBridge(steps), walker.drivers, out);
}

/** Even points through the bridge; dimensions beyond the directions are random. */
function bridgedSource(
  random: Random,
  bridge: BrownianBridge,
  drivers: number,
  out: Float64Array,
): () => Float64Array {
  const { steps } = bridge;
  const dimensions = drivers * steps;
  const even = Math.min(dimensions, SOBOL_DIMENSIONS_MAX);
  const sequence = new SobolSequence(even, random.fork('scrambling'));
  const padding = random.fork('padding');
  const point = new Float64Array(dimensions);
  const path = new Float64Array(steps + 1);
  const increments = new Float64Array(steps);
  return () => {
    sequence.next(point);
    for (let i = 0; i < even; i++) {
      point[i] = normCdfInverse(point[i] as number);
    }
    for (let i = even; i < dimensions; i++) {
      point[i] = padding.nextNormal();
    }
    for (let driver = 0; driver < drivers; driver++) {
      // The first coordinates of a point serve the bridge's first normals of every driver.
      bridgeNormals(bridge, point, driver, drivers, path, increments);
      out.set(increments, driver * steps);
    }
    return out;
  };
}
