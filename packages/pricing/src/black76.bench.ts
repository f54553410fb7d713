/**
 * European prices, greeks and implied volatilities beside the best npm packages and QuantLib, over
 * the same options in one run. Run it with node; QuantLib joins where it is installed.
 */
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRandom } from '@openstrike/std';
import { type Contender, compare, hashOf, printConditions } from '@openstrike/std/bench';
import { runQuantlib, type Took } from '../bench/quantlib.ts';
import { priceBlock, SCALAR_BLOCK } from './black76-scalar.ts';
import {
  allocateBatch,
  type BatchArrays,
  black76,
  black76Batch,
  black76Greeks,
  black76GreeksBatch,
  GREEK_COUNT,
  hasVectorKernels,
  impliedBlack76,
  impliedBlack76Batch,
} from './index.ts';

const SEED = 'black76 bench';
const FORWARD = 100;

type Side = 'call' | 'put';
type BlackScholesPackage = {
  blackScholes: (s: number, k: number, t: number, v: number, r: number, type: Side) => number;
};
type GreekOf = (s: number, k: number, t: number, v: number, r: number, type: Side) => number;
type GreeksPackage = Record<'getDelta' | 'getGamma' | 'getVega' | 'getTheta' | 'getRho', GreekOf>;
type ImpliedPackage = {
  getImpliedVolatility: (
    price: number,
    s: number,
    k: number,
    t: number,
    r: number,
    type: Side,
  ) => number;
};
type UqeeInputs = Record<'rate' | 'strike' | 'time' | 'underlying', number> & { type: Side };
type UqeePackage = {
  BlackScholes: new (options?: {
    priceToSigmaMethod?: string;
  }) => {
    option: (inputs: UqeeInputs & { sigma: number }) => { price: number; delta: number };
    sigma: (inputs: UqeeInputs & { price: number }) => number;
  };
};

/** Calls and puts of random strikes, times and volatilities, and where their results go. */
function makeOptions(count: number): BatchArrays {
  const random = createRandom(SEED);
  const batch = allocateBatch(count);
  batch.forward.fill(FORWARD);
  for (let i = 0; i < count; i++) {
    batch.strike[i] = FORWARD * Math.exp(0.3 * random.nextNormal());
    batch.timeYears[i] = 0.02 + 2 * random.nextFloat();
    batch.volatility[i] = 0.2 + random.nextFloat();
    batch.sign[i] = i % 2 === 0 ? 1 : -1;
  }
  black76Batch(batch, batch.price, count);
  return batch;
}

type Options = BatchArrays;

/** The same options in arrays of their own, which batches copy through the kernels' memory. */
function copyOf(input: Options): Options {
  const entries = Object.entries(input).map(([key, array]) => [key, array.slice()] as const);
  return Object.fromEntries(entries) as unknown as Options;
}

function scalarBatch(batch: Options, count: number): void {
  for (let start = 0; start < count; start += SCALAR_BLOCK) {
    priceBlock(batch, batch.price, start, Math.min(SCALAR_BLOCK, count - start));
  }
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i] as number;
  }
  return sum;
}

/** A contender that computes one number per option, for at most `limit` of them. */
function each(
  name: string,
  options: Options,
  limit: number,
  compute: (k: number, t: number, v: number, sign: number, price: number) => number,
): Contender {
  const count = Math.min(limit, options.strike.length);
  const body = (): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += compute(
        options.strike[i] as number,
        options.timeYears[i] as number,
        options.volatility[i] as number,
        options.sign[i] as number,
        options.price[i] as number,
      );
    }
    return sum;
  };
  return { name, count, body };
}

const sideOf = (sign: number): Side => (sign > 0 ? 'call' : 'put');

export function run(options: { readonly smoke: boolean }): void {
  const { smoke } = options;
  printConditions('European options: price, greeks, implied volatility', SEED);
  const count = smoke ? 64 : 65_536;
  const few = smoke ? 16 : 8192;
  const input = makeOptions(count);
  const require = createRequire(import.meta.url);
  const classic = require('black-scholes') as BlackScholesPackage;
  const greeks = require('greeks') as GreeksPackage;
  const implied = require('implied-volatility') as ImpliedPackage;
  const uqee = new (require('@uqee/black-scholes') as UqeePackage).BlackScholes();
  const own = copyOf(input);
  const one = new Float64Array(GREEK_COUNT);
  console.log(` vectors: ${hasVectorKernels() ? 'WebAssembly, two doubles' : 'none'}`);
  const uqeeInputs = (k: number, t: number, sign: number): UqeeInputs => ({
    rate: 0,
    strike: k,
    time: t,
    underlying: FORWARD,
    type: sideOf(sign),
  });
  console.log(' price');
  const prices = compare(
    [
      {
        name: 'openstrike batch, arrays placed',
        count,
        body: () => (black76Batch(input, input.price, count), 0),
        checksum: () => sumOf(input.price),
      },
      {
        name: 'openstrike batch, own arrays',
        count,
        body: () => (black76Batch(own, own.price, count), 0),
        checksum: () => sumOf(own.price),
      },
      {
        name: 'openstrike batch, no vectors',
        count,
        body: () => (scalarBatch(own, count), 0),
        checksum: () => sumOf(own.price),
      },
      each('openstrike one by one', input, count, (k, t, v, s) => black76(FORWARD, k, t, v, s)),
      each('npm black-scholes', input, few, (k, t, v, s) =>
        classic.blackScholes(FORWARD, k, t, v, 0, sideOf(s)),
      ),
      each(
        'npm @uqee/black-scholes (with greeks)',
        input,
        few,
        (k, t, v, s) => uqee.option({ ...uqeeInputs(k, t, s), sigma: v }).price,
      ),
    ],
    smoke,
  );
  revalueGrid(smoke);
  console.log(' price and five greeks');
  const withGreeks = compare(
    [
      {
        name: 'openstrike batch, arrays placed',
        count,
        body: () => (black76GreeksBatch(input, input, count), 0),
        checksum: () => sumOf(input.price) + sumOf(input.vega),
      },
      {
        name: 'openstrike batch, own arrays',
        count,
        body: () => (black76GreeksBatch(own, own, count), 0),
        checksum: () => sumOf(own.price) + sumOf(own.vega),
      },
      each('openstrike one by one (eleven greeks)', input, count, (k, t, v, s) => {
        black76Greeks(FORWARD, k, t, v, s, one);
        return (one[0] as number) + (one[3] as number);
      }),
      each('npm black-scholes and greeks', input, few, (k, t, v, s) => {
        const type = sideOf(s);
        return (
          classic.blackScholes(FORWARD, k, t, v, 0, type) +
          greeks.getDelta(FORWARD, k, t, v, 0, type) +
          greeks.getGamma(FORWARD, k, t, v, 0, type) +
          greeks.getVega(FORWARD, k, t, v, 0, type) +
          greeks.getTheta(FORWARD, k, t, v, 0, type) +
          greeks.getRho(FORWARD, k, t, v, 0, type)
        );
      }),
    ],
    smoke,
  );
  console.log(' implied volatility');
  const volatilities = compare(
    [
      {
        name: 'openstrike batch (last digit)',
        count,
        body: () => (impliedBlack76Batch(own, own.implied, count), 0),
        checksum: () => sumOf(own.implied),
      },
      each('openstrike one by one', input, count, (k, t, _, s, price) =>
        impliedBlack76(price, FORWARD, k, t, s),
      ),
      each('npm implied-volatility (two digits)', input, Math.min(few, 256), (k, t, _, s, price) =>
        implied.getImpliedVolatility(price, FORWARD, k, t, 0, sideOf(s)),
      ),
      each('npm @uqee/black-scholes (three digits)', input, few, (k, t, _, s, price) =>
        uqee.sigma({ ...uqeeInputs(k, t, s), price }),
      ),
    ],
    smoke,
  );
  printAllocation(own, smoke);
  if (smoke) {
    console.log(' QuantLib is left out of smoke runs');
    return;
  }
  printQuantlib(
    input,
    [prices[0], withGreeks[0], volatilities[0], prices[1], withGreeks[1]].map(
      (row) => [row?.cpuNsBest ?? 0, row?.cpuNsMedian ?? 0] as const,
    ),
  );
}

/**
 * What batches leave on the heap once they are compiled: its growth over many of them between two
 * collections, beside that of the measurement itself.
 */
function printAllocation(own: Options, smoke: boolean): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const count = own.strike.length;
  const rounds = smoke ? 1 : 100;
  const grown = (body: () => void): number => {
    for (let round = 0; round < rounds; round++) {
      body();
    }
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let round = 0; round < rounds; round++) {
      body();
    }
    return (process.memoryUsage().heapUsed - before) / rounds;
  };
  console.log(` heap growth, ${rounds} batches of ${count} options`);
  for (const [name, body] of [
    ['price', () => black76Batch(own, own.price, count)],
    ['price and greeks', () => black76GreeksBatch(own, own, count)],
    ['implied volatility', () => impliedBlack76Batch(own, own.implied, count)],
    ['nothing: the measurement alone', () => undefined],
  ] as const) {
    const bytes = grown(body);
    const each = (bytes / count).toFixed(4);
    console.log(`  ${name.padEnd(44)} ${bytes.toFixed(0).padStart(10)} B/batch  ${each} B/op`);
  }
}

/** A venue's instruments under every scenario of price and volatility, as margins need them. */
function revalueGrid(smoke: boolean): void {
  const instruments = smoke ? 10 : 1000;
  const scenarios = smoke ? 4 : 400;
  const base = makeOptions(instruments);
  const moved = makeOptions(instruments);
  const body = (): number => {
    let sum = 0;
    for (let scenario = 0; scenario < scenarios; scenario++) {
      const forward = FORWARD * (0.7 + (0.6 * (scenario % 20)) / 19);
      const shift = 0.8 + (0.4 * Math.floor(scenario / 20)) / 19;
      for (let i = 0; i < instruments; i++) {
        moved.forward[i] = forward;
        moved.volatility[i] = (base.volatility[i] as number) * shift;
      }
      black76Batch(moved, moved.price, instruments);
      sum += sumOf(moved.price);
    }
    return sum;
  };
  console.log(` ${instruments} instruments in ${scenarios} scenarios`);
  compare([{ name: 'whole grid', count: 1, body }], smoke);
}

function printQuantlib(input: Options, own: readonly Took[]): void {
  const count = input.strike.length;
  const rows = new Float64Array(5 * count);
  for (let i = 0; i < count; i++) {
    const total = (input.volatility[i] as number) * Math.sqrt(input.timeYears[i] as number);
    const price = input.price[i] as number;
    rows.set([input.sign[i] as number, input.strike[i] as number, FORWARD, total, price], 5 * i);
  }
  const figures = runQuantlib(rows, 15);
  if (typeof figures === 'string') {
    console.log(` QuantLib: absent, ${figures}`);
    return;
  }
  const none: Took = [0, 0];
  const [price = none, greeks = none, implied = none, priceOwn = none, greeksOwn = none] = own;
  const { sums } = figures;
  const row = (name: string, ns: Took, ours: Took, sum: number | undefined): void => {
    const [best, median] = [ns[0] / ours[0], ns[1] / ours[1]].map((ratio) => ratio.toFixed(2));
    const took = `${ns[1].toFixed(1).padStart(10)} ns (best ${ns[0].toFixed(1)})`;
    const ratios = `ours is ${median} times as fast, ${best} at best`;
    console.log(`  ${name.padEnd(44)} ${took}; ${ratios}  #${hashOf(sum ?? 0)}`);
  };
  console.log(` QuantLib ${figures.version}, C++, g++ -O3; medians of 15 rounds, processor time`);
  row('blackFormula', figures.price, price, sums[0]);
  row('the same against our batch of own arrays', figures.price, priceOwn, sums[0]);
  row('BlackCalculator, value and five greeks', figures.greeks, greeks, sums[1]);
  row('the same against our batch of own arrays', figures.greeks, greeksOwn, sums[1]);
  row('blackFormulaImpliedStdDev', figures.implied, implied, sums[2]);
  row('blackFormulaImpliedStdDevLiRS', figures.impliedLiRS, implied, sums[3]);
}

if (import.meta.main) {
  run({ smoke: false });
}
