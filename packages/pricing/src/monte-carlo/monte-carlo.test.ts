/** Simulated prices against closed forms and each other, and the same bits for every thread. */
import { Worker } from 'node:worker_threads';
import { createRandom } from '@openstrike/std';
import { expect, test } from 'vitest';
import { americanPrice } from '../american/american.ts';
import { blackScholes } from '../black76-greeks.ts';
import { asianLowerBoundDiscrete } from '../exotic/arithmetic-asian.ts';
import { barrierPrice, discreteBarrier } from '../exotic/barrier.ts';
import { cashOrNothing } from '../exotic/digital.ts';
import { geometricAsianDiscrete } from '../exotic/geometric-asian.ts';
import { answerBlock, monteCarloOnThreads, type SimulationThread } from '../parallel.ts';
import { stochasticPrice } from '../stochastic/stochastic-price.ts';
import { expectNear, valueOf } from '../testing/published-tables.ts';
import { bridgeNormals, brownianBridge } from './brownian-bridge.ts';
import { fitExercisePolicy } from './exercise-policy.ts';
import { type MonteCarloJob, monteCarlo } from './monte-carlo.ts';
import { SOBOL_DIMENSIONS_MAX, SobolSequence } from './sobol.ts';

const market = { spot: 100, timeYears: 1, rate: 0.03, yieldRate: 0.01 };
const lognormal = { kind: 'lognormal', volatility: 0.25 } as const;
const heston = {
  kind: 'heston',
  variance: 0.04,
  longRunVariance: 0.06,
  reversion: 1.5,
  volOfVariance: 0.6,
  correlation: -0.6,
} as const;
const jumps = { jumpIntensity: 0.8, jumpMean: -0.1, jumpDeviation: 0.15 };
const call = { kind: 'european', strike: 105, optionType: 'call' } as const;
const job = { ...market, model: lognormal, payoff: call, steps: 16, pathsPerBlock: 512, seed: 'a' };

test('the plain sequence has the published first points and is even in every dimension', () => {
  const sequence = new SobolSequence(SOBOL_DIMENSIONS_MAX);
  const point = new Float64Array(SOBOL_DIMENSIONS_MAX);
  const first: number[][] = [];
  const sums = new Float64Array(SOBOL_DIMENSIONS_MAX);
  const low = new Float64Array(SOBOL_DIMENSIONS_MAX);
  for (let i = 0; i < 1024; i++) {
    sequence.next(point);
    if (i < 6) {
      first.push([...point.subarray(0, 4)].map((x) => Math.round(x * 1000) / 1000));
    }
    for (let d = 0; d < SOBOL_DIMENSIONS_MAX; d++) {
      sums[d] = (sums[d] as number) + (point[d] as number);
      low[d] = (low[d] as number) + ((point[d] as number) < 0.25 ? 1 : 0);
    }
  }
  expect(first).toEqual([
    [0, 0, 0, 0],
    [0.5, 0.5, 0.5, 0.5],
    [0.75, 0.25, 0.25, 0.25],
    [0.25, 0.75, 0.75, 0.75],
    [0.375, 0.375, 0.625, 0.875],
    [0.875, 0.875, 0.125, 0.375],
  ]);
  for (let d = 0; d < SOBOL_DIMENSIONS_MAX; d++) {
    expectNear(sums[d] as number, 512 - 0.5, 1e-3);
    expect(low[d]).toBe(256);
  }
});

test('scrambling keeps one point in each stratum', () => {
  const sequence = new SobolSequence(8, createRandom('scramble'));
  const point = new Float64Array(8);
  const seen = Array.from({ length: 8 }, () => new Set<number>());
  for (let i = 0; i < 256; i++) {
    sequence.next(point);
    seen.forEach((set, d) => set.add(Math.floor((point[d] as number) * 256)));
  }
  for (const set of seen) {
    expect(set.size).toBe(256);
  }
});

test('the bridge keeps the law of the steps', () => {
  for (const steps of [1, 2, 3, 7, 16]) {
    const bridge = brownianBridge(steps);
    const path = new Float64Array(steps + 1);
    const out = new Float64Array(steps);
    // The map is linear, so it keeps independent normals if its rows are orthonormal.
    const rows = Array.from({ length: steps }, (_, i) => {
      const unit = new Float64Array(steps);
      unit[i] = 1;
      bridgeNormals(bridge, unit, 0, 1, path, out);
      return [...out];
    });
    for (let a = 0; a < steps; a++) {
      for (let b = 0; b < steps; b++) {
        const product = rows.reduce((sum, row) => sum + (row[a] as number) * (row[b] as number), 0);
        expectNear(product, a === b ? 1 : 0, 1e-14);
      }
    }
  }
});

/** Within four and a half standard errors, and a standard error not absurdly large. */
function expectEstimate(given: MonteCarloJob, truth: number, errorMax: number, bias = 0): void {
  const { price, standardError } = valueOf(monteCarlo(given));
  expect(standardError).toBeLessThan(errorMax);
  expectNear(price, truth, 4.5 * standardError + bias, JSON.stringify(given.model));
}

test('every choice of sampling and of reduction finds the European price', () => {
  const truth = blackScholes(100, 105, 1, 0.25, 0.03, 0.01, 1);
  for (const sampling of ['sobol', 'random'] as const) {
    for (const antithetic of [true, false]) {
      for (const controls of [true, false]) {
        expectEstimate({ ...job, sampling, antithetic, controls }, truth, 0.2);
      }
    }
  }
  const even = valueOf(monteCarlo(job)).standardError;
  const plain = { ...job, sampling: 'random', antithetic: false, controls: false } as const;
  expect(even).toBeLessThan(valueOf(monteCarlo(plain)).standardError / 20);
});

test('Heston, Bates and Merton paths find the prices of the integral', () => {
  const merton = { kind: 'merton', volatility: 0.2, ...jumps } as const;
  for (const model of [heston, { ...heston, ...jumps, kind: 'bates' } as const, merton]) {
    const truth = valueOf(stochasticPrice(model, { ...market, strike: 105, optionType: 'call' }));
    expectEstimate({ ...job, model }, truth, 0.05, 0.01);
  }
  // Broadie and Kaya (2006), Exact Simulation of Stochastic Volatility, table 1: 6.8061.
  const published = {
    kind: 'heston',
    variance: 0.010201,
    longRunVariance: 0.019,
    reversion: 6.21,
    volOfVariance: 0.61,
    correlation: -0.7,
  } as const;
  const terms = { spot: 100, timeYears: 1, rate: 0.0319, yieldRate: 0 };
  const payoff = { ...call, strike: 100 };
  expectEstimate({ ...job, ...terms, model: published, payoff, steps: 32 }, 6.8061, 0.03, 0.01);
  const exact = stochasticPrice(published, { ...terms, strike: 100, optionType: 'call' });
  expectNear(valueOf(exact), 6.8061, 5e-5);
});

test('Asian, barrier, lookback and digital paths find their closed forms', () => {
  const fixingTimes = Array.from({ length: 16 }, (_, i) => (i + 1) / 16);
  const terms = { ...market, volatility: 0.25, strike: 105, optionType: 'call' as const };
  const geometric = valueOf(geometricAsianDiscrete({ ...terms, fixingTimes }));
  const asian = { ...call, kind: 'asian', average: 'geometric' } as const;
  expectEstimate({ ...job, payoff: asian }, geometric, 0.01);
  const bound = valueOf(asianLowerBoundDiscrete({ ...terms, fixingTimes }));
  const arithmetic = { ...asian, average: 'arithmetic' } as const;
  expectEstimate({ ...job, payoff: arithmetic }, bound, 1e-3, 2e-3);
  const digital = valueOf(cashOrNothing({ ...terms, cash: 1 }));
  expectEstimate({ ...job, payoff: { ...call, kind: 'digital' } }, digital, 2e-3);
  const shifted = discreteBarrier(85, 100, 0.25, 1 / 64);
  const out = valueOf(barrierPrice({ ...terms, barrier: shifted, barrierType: 'down-out' }));
  const barrier = {
    ...call,
    kind: 'barrier',
    barrier: 85,
    barrierType: 'down-out',
    rebate: 0,
  } as const;
  expectEstimate({ ...job, steps: 64, payoff: barrier }, out, 0.02, 0.01);
});

test('early exercise by regression is just below the American price', () => {
  const put = { strike: 105, optionType: 'put' } as const;
  const truth = valueOf(americanPrice({ ...market, ...put, volatility: 0.25 }, 'precise'));
  const fit = { ...job, ...put, steps: 32, pathsPerBlock: 8192, seed: 'fit' };
  const payoff = valueOf(fitExercisePolicy(fit));
  const { price, standardError } = valueOf(monteCarlo({ ...job, steps: 32, payoff }));
  expect(price).toBeLessThan(truth + 4 * standardError);
  expect(price).toBeGreaterThan(truth - 0.06);
  const european = blackScholes(100, 105, 1, 0.25, 0.03, 0.01, -1);
  expect(price).toBeGreaterThan(european + 0.1);
  const stochastic = valueOf(fitExercisePolicy({ ...fit, model: heston }));
  const found = valueOf(monteCarlo({ ...job, model: heston, steps: 32, payoff: stochastic }));
  const floor = valueOf(stochasticPrice(heston, { ...market, ...put }));
  expect(found.price).toBeGreaterThan(floor);
});

const inPlace = (): SimulationThread => {
  let answer: Parameters<SimulationThread['onAnswer']>[0] = () => {};
  return {
    post: (request) => queueMicrotask(() => answer(answerBlock(request))),
    onAnswer: (listener) => {
      answer = listener;
    },
  };
};

test('any number of threads gives the same bits', async () => {
  const alone = monteCarlo(job);
  for (const count of [1, 3, 8]) {
    const threads = Array.from({ length: count }, inPlace);
    const result = await new Promise((done) => monteCarloOnThreads(job, threads, done));
    expect(result).toEqual(alone);
  }
  const workers = [1, 2].map(
    () => new Worker(new URL('../testing/simulation-worker.ts', import.meta.url)),
  );
  const threads = workers.map(
    (worker): SimulationThread => ({
      post: (request) => worker.postMessage(request),
      onAnswer: (listener) => worker.on('message', listener),
    }),
  );
  const result = await new Promise((done) => monteCarloOnThreads(job, threads, done));
  expect(result).toEqual(alone);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

test('refusals', () => {
  const refused = { ok: false, error: 'invalid-input' };
  expect(monteCarlo({ ...job, steps: 0 })).toEqual(refused);
  expect(monteCarlo({ ...job, spot: -1 })).toEqual(refused);
  expect(monteCarlo({ ...job, blocks: 1 })).toEqual(refused);
  expect(fitExercisePolicy({ ...job, strike: 0, optionType: 'put' })).toEqual(refused);
  monteCarloOnThreads({ ...job, steps: 0 }, [inPlace()], (result) => {
    expect(result).toEqual(refused);
  });
});
