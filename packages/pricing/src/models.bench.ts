/**
 * American, Heston, barrier and simulated prices beside QuantLib over the same options; sums of
 * the prices stand beside the times, so that both can be seen to have done the same work. No npm
 * package that we know of prices these in closed form or by collocation.
 */
import { createRandom } from '@openstrike/std';
import { compare, printConditions } from '@openstrike/std/bench';
import { printQuantlib, runQuantlibModels } from '../bench/quantlib-models.ts';
import {
  americanPrice,
  type BarrierType,
  barrierPrice,
  calibrateHeston,
  type MonteCarloJob,
  monteCarlo,
  stochasticPrice,
  stochasticStrip,
} from './index.ts';

const SEED = 'models bench';
const BARRIER_TYPES: readonly BarrierType[] = ['down-in', 'down-out', 'up-in', 'up-out'];

const HESTON = {
  kind: 'heston',
  variance: 0.0175,
  longRunVariance: 0.0398,
  reversion: 1.5768,
  volOfVariance: 0.5751,
  correlation: -0.5711,
} as const;

/** Rows of spot, strike, days, rate, yield and three numbers of the kind. */
function makeRows(count: number, kind: 'american' | 'heston' | 'barrier'): Float64Array {
  const random = createRandom(`${SEED} ${kind}`);
  const between = (low: number, high: number): number => low + (high - low) * random.nextFloat();
  const rows = new Float64Array(8 * count);
  for (let i = 0; i < count; i++) {
    const days = kind === 'heston' ? [1, 30, 365, 3650][i % 4] : Math.round(between(7, 1100));
    const rate = kind === 'heston' ? 0.02 : between(0.01, 0.1);
    const yieldRate = kind === 'heston' ? 0.01 : between(0.01, 0.1);
    const spot = kind === 'heston' ? 100 : between(80, 120);
    rows.set([spot, between(80, 120), days as number, rate, yieldRate], 8 * i);
    if (kind === 'american') {
      rows.set([between(0.1, 0.6), random.nextInt(0, 2) === 0 ? -1 : 1], 8 * i + 5);
    } else if (kind === 'heston') {
      rows.set([HESTON.variance, HESTON.longRunVariance, HESTON.correlation], 8 * i + 5);
    } else {
      const down = i % 4 < 2;
      rows.set(
        [between(0.1, 0.6), spot * (down ? between(0.7, 0.99) : between(1.01, 1.3)), 2],
        8 * i + 5,
      );
    }
  }
  return rows;
}

const cell = (rows: Float64Array, i: number, k: number): number => rows[8 * i + k] as number;

const termsOf = (rows: Float64Array, i: number) => ({
  spot: cell(rows, i, 0),
  strike: cell(rows, i, 1),
  timeYears: cell(rows, i, 2) / 365,
  rate: cell(rows, i, 3),
  yieldRate: cell(rows, i, 4),
});

function sumOf(count: number, price: (i: number) => { ok: boolean; value?: number }): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += price(i).value ?? Number.NaN;
  }
  return sum;
}

function runAmerican(smoke: boolean): void {
  const count = smoke ? 4 : 200;
  const rows = makeRows(count, 'american');
  const inputs = Array.from({ length: count }, (_, i) => ({
    ...termsOf(rows, i),
    volatility: cell(rows, i, 5),
    optionType: cell(rows, i, 6) > 0 ? ('call' as const) : ('put' as const),
  }));
  const priceAll = (mode: 'fast' | 'precise') => () =>
    sumOf(count, (i) => americanPrice(inputs[i] as (typeof inputs)[number], mode));
  const [fast] = compare(
    [
      { name: 'American, fast', count, body: priceAll('fast') },
      { name: 'American, precise', count, body: priceAll('precise') },
    ],
    smoke,
  );
  const sums = `${priceAll('fast')().toPrecision(12)}, ${priceAll('precise')().toPrecision(12)}`;
  console.log(`  sums of the prices, fast and precise: ${sums}`);
  if (!smoke) {
    printQuantlib(runQuantlibModels('american', rows, 3), fast?.cpuNsMedian ?? 1);
  }
}

function runHeston(smoke: boolean): void {
  const count = smoke ? 4 : 200;
  const rows = makeRows(count, 'heston');
  const priceAll = (): number =>
    sumOf(count, (i) => stochasticPrice(HESTON, { ...termsOf(rows, i), optionType: 'call' }));
  const jumps = { jumpIntensity: 0.8, jumpMean: -0.1, jumpDeviation: 0.15 };
  const bates = { ...HESTON, ...jumps, kind: 'bates' } as const;
  const strikes = Array.from({ length: 40 }, (_, i) => 60 + 2 * i);
  const out = new Float64Array(40);
  const strip = (): number => {
    const terms = { spot: 100, timeYears: 0.25, rate: 0.02, yieldRate: 0.01 };
    stochasticStrip(bates, terms, strikes, 'call', out);
    return out.reduce((a, b) => a + b, 0);
  };
  const slices = [0.1, 0.25, 0.5, 1, 2, 3].map((timeYears) => ({
    forward: 100,
    timeYears,
    strikes: [80, 90, 100, 110, 120],
    volatilities: [0.24, 0.21, 0.19, 0.18, 0.185].map((v) => v + 0.01 * timeYears),
  }));
  const [price] = compare(
    [
      { name: 'Heston price, a day to ten years', count, body: priceAll },
      {
        name: 'Bates price, a day to ten years',
        count,
        body: () =>
          sumOf(count, (i) => stochasticPrice(bates, { ...termsOf(rows, i), optionType: 'call' })),
      },
      { name: 'Bates strip of 40 strikes', count: 1, body: strip },
      {
        name: 'Heston calibration, 30 quotes',
        count: 1,
        body: () => {
          const fit = calibrateHeston(slices);
          return fit.ok ? fit.value.volatilityError : -1;
        },
      },
    ],
    smoke,
  );
  console.log(`  sum of the Heston prices: ${priceAll().toPrecision(12)}`);
  if (!smoke) {
    printQuantlib(runQuantlibModels('heston', rows, 3), price?.cpuNsMedian ?? 1);
  }
}

function runBarrier(smoke: boolean): void {
  const count = smoke ? 8 : 10_000;
  const rows = makeRows(count, 'barrier');
  const inputs = Array.from({ length: count }, (_, i) => ({
    ...termsOf(rows, i),
    volatility: cell(rows, i, 5),
    barrier: cell(rows, i, 6),
    rebate: cell(rows, i, 7),
    barrierType: BARRIER_TYPES[i % 4] as BarrierType,
    optionType: (i >> 2) % 2 === 0 ? ('call' as const) : ('put' as const),
  }));
  const priceAll = (): number =>
    sumOf(count, (i) => barrierPrice(inputs[i] as (typeof inputs)[number]));
  const [price] = compare(
    [{ name: 'barrier with rebate, all kinds', count, body: priceAll }],
    smoke,
  );
  console.log(`  sum of the prices: ${priceAll().toPrecision(12)}`);
  if (!smoke) {
    printQuantlib(runQuantlibModels('barrier', rows, 3), price?.cpuNsMedian ?? 1);
  }
}

function runSimulation(smoke: boolean): void {
  const job: MonteCarloJob = {
    model: { kind: 'lognormal', volatility: 0.25 },
    payoff: { kind: 'asian', average: 'arithmetic', strike: 100, optionType: 'call' },
    spot: 100,
    timeYears: 1,
    rate: 0.03,
    yieldRate: 0,
    steps: 52,
    blocks: smoke ? 2 : 16,
    pathsPerBlock: smoke ? 8 : 256,
    seed: SEED,
  };
  const estimate = (given: MonteCarloJob) => () => {
    const done = monteCarlo(given);
    return done.ok ? done.value.price : -1;
  };
  const steps = 2 * job.steps * job.pathsPerBlock * (job.blocks ?? 1);
  const [first] = compare(
    [
      { name: 'simulated step, Asian, Sobol, controls', count: steps, body: estimate(job) },
      {
        name: 'simulated step, Asian, Heston',
        count: steps,
        body: estimate({ ...job, model: HESTON }),
      },
    ],
    smoke,
  );
  const done = monteCarlo(job);
  if (done.ok && first !== undefined) {
    const { price, standardError, paths } = done.value;
    const plain = { ...job, sampling: 'random', antithetic: false, controls: false } as const;
    const crude = monteCarlo(plain);
    const gain = crude.ok ? (crude.value.standardError / standardError) ** 2 / 2 : 0;
    const error = standardError.toExponential(1);
    console.log(`  ${price.toFixed(6)} +- ${error} from ${paths} paths; without any reduction`);
    console.log(`  as many paths give an error whose square is ${gain.toFixed(0)} times as large`);
  }
}

export function run(options: { readonly smoke: boolean }): void {
  const { smoke } = options;
  printConditions('Models: American, stochastic volatility, barriers, simulation', SEED);
  runAmerican(smoke);
  runHeston(smoke);
  runBarrier(smoke);
  runSimulation(smoke);
}

if (import.meta.main) {
  run({ smoke: process.argv.includes('--smoke') });
}
