/**
 * The vector kernels against the TypeScript stages: the same bits over millions of random options
 * and over edges, in place and copied, with and without WebAssembly, here and in a worker thread.
 */
import { Worker } from 'node:worker_threads';
import { createRandom } from '@openstrike/std';
import { afterEach, expect, test, vi } from 'vitest';
import { greeksBlock, priceBlock, SCALAR_BLOCK } from '../black76-scalar.ts';
import {
  allocateBatch,
  type BatchArrays,
  black76Batch,
  black76GreeksBatch,
  hasVectorKernels,
} from '../index.ts';
import { assembleKernels } from './black76-kernels.ts';

const FIGURES = ['price', 'delta', 'gamma', 'vega', 'theta', 'rho'] as const;

function plainBatch(length: number): BatchArrays {
  const array = (): Float64Array => new Float64Array(length);
  const inputs = { forward: array(), strike: array(), timeYears: array(), volatility: array() };
  const first = { price: array(), delta: array(), gamma: array(), vega: array() };
  const rest = { theta: array(), rho: array(), implied: array(), sign: new Int8Array(length) };
  return { ...inputs, ...first, ...rest };
}

function copyInputs(from: BatchArrays, to: BatchArrays): void {
  for (const key of ['forward', 'strike', 'timeYears', 'volatility', 'sign'] as const) {
    to[key].set(from[key]);
  }
}

/** A hash of every bit; which bits stand for NaN is the engine's affair. */
function hashOf(arrays: readonly Float64Array[]): string {
  let hash = 0x811c9dc5;
  for (const array of arrays) {
    const words = new Uint32Array(array.buffer, array.byteOffset, 2 * array.length);
    for (let i = 0; i < array.length; i++) {
      const isNumber = array[i] === array[i];
      hash = Math.imul(hash ^ (isNumber ? (words[2 * i] as number) : 1), 0x01000193);
      hash = Math.imul(hash ^ (isNumber ? (words[2 * i + 1] as number) : 2), 0x01000193);
    }
  }
  return (hash >>> 0).toString(16);
}

/** Both ways over one batch, in place and copied; returns the hash that all have. */
function compareAll(input: BatchArrays, placed: BatchArrays): string {
  const count = input.sign.length;
  const scalar = plainBatch(count);
  const alone = new Float64Array(count);
  copyInputs(input, scalar);
  copyInputs(input, placed);
  for (let start = 0; start < count; start += SCALAR_BLOCK) {
    const size = Math.min(SCALAR_BLOCK, count - start);
    priceBlock(scalar, alone, start, size);
    greeksBlock(scalar, scalar, start, size);
  }
  const hash = hashOf(FIGURES.map((figure) => scalar[figure]));
  for (const batch of [input, placed]) {
    black76Batch(batch, batch.price, count);
    expect(hashOf([batch.price])).toBe(hashOf([alone]));
    black76GreeksBatch(batch, batch, count);
    const same = hashOf(FIGURES.map((figure) => batch[figure])) === hash;
    for (let i = 0; !same && i < count; i++) {
      const { forward, strike, timeYears, volatility, sign } = batch;
      const option = [forward[i], strike[i], timeYears[i], volatility[i], sign[i]].join(' ');
      for (const figure of FIGURES) {
        expect(batch[figure][i], `${figure} of ${option}`).toBe(scalar[figure][i]);
      }
    }
    expect(same).toBe(true);
  }
  return hash;
}

/** Random options: from ordinary ones to those far beyond. */
function fillRandom(batch: BatchArrays, seed: string, spread: number): void {
  const random = createRandom(seed);
  for (let i = 0; i < batch.sign.length; i++) {
    const wide = random.nextFloat() < 0.1 ? 40 * spread : spread;
    batch.forward[i] = 100 * Math.exp(wide * random.nextNormal());
    const volatility = Math.exp(-1 + spread * 3 * random.nextNormal());
    const years = Math.exp(-2 + spread * 5 * random.nextNormal());
    const far = 4 * random.nextNormal() * volatility * Math.sqrt(years);
    batch.strike[i] = (batch.forward[i] as number) * Math.exp(Math.max(-600, Math.min(600, far)));
    batch.timeYears[i] = years;
    batch.volatility[i] = volatility;
    batch.sign[i] = random.nextFloat() < 0.5 ? 1 : -1;
  }
}

test('vectors are in use here', () => {
  expect(hasVectorKernels()).toBe(true);
});

test('the module is the same bytes each time, small enough for any page', () => {
  const { bytes } = assembleKernels();
  expect(bytes.length).toBeLessThan(4096);
  expect(assembleKernels().bytes).toEqual(bytes);
  const padded = new Float64Array(512);
  new Uint8Array(padded.buffer).set(bytes);
  expect(hashOf([padded])).toBe('bea008b0');
});

test('the same bits over two million random options', () => {
  const count = 200_000;
  const input = plainBatch(count);
  const placed = allocateBatch(count);
  const hashes = new Set<string>();
  for (let round = 0; round < 10; round++) {
    fillRandom(input, `vectors ${round}`, 0.05 * (1 + round));
    hashes.add(compareAll(input, placed));
  }
  expect(hashes.size).toBe(10);
});

test('the same bits at every edge', () => {
  const edges = [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, 1e-300];
  const prices = [...edges, 1e-140, 1.000001e-140, 1, 1 + 2 ** -52, 100, 9.99e139, 1e140, 1.7e308];
  const times = [...edges, 1e-12, 1e-6, 0.0624, 0.0625, 1, 144, 1e12];
  const options: number[][] = [];
  for (const forward of prices) {
    for (const strike of prices) {
      for (const timeYears of times) {
        for (const volatility of times) {
          options.push([forward, strike, timeYears, volatility, options.length % 2 === 0 ? 1 : -1]);
        }
      }
    }
  }
  const input = plainBatch(options.length);
  options.forEach(([forward, strike, timeYears, volatility, sign], i) => {
    input.forward[i] = forward as number;
    input.strike[i] = strike as number;
    input.timeYears[i] = timeYears as number;
    input.volatility[i] = volatility as number;
    input.sign[i] = sign as number;
  });
  compareAll(input, allocateBatch(options.length));
});

test('nothing is written beyond the count, whatever it is', () => {
  const input = plainBatch(800);
  fillRandom(input, 'counts', 0.2);
  const whole = new Float64Array(800);
  black76Batch(input, whole, 800);
  const placed = allocateBatch(800);
  copyInputs(input, placed);
  for (const count of [0, 1, 2, 15, 16, 17, 255, 256, 257, 511, 513, 799]) {
    for (const batch of [input, placed]) {
      batch.price.fill(7);
      black76Batch(batch, batch.price, count);
      expect(batch.price.subarray(0, count)).toEqual(whole.subarray(0, count));
      expect(batch.price.subarray(count).every((price) => price === 7)).toBe(true);
    }
  }
});

test('parts of placed arrays are read and written in place', () => {
  const placed = allocateBatch(300);
  fillRandom(placed, 'parts', 0.2);
  const part = {
    forward: placed.forward.subarray(33),
    strike: placed.strike.subarray(33),
    timeYears: placed.timeYears.subarray(33),
    volatility: placed.volatility.subarray(33),
    sign: placed.sign.subarray(33),
  };
  black76Batch(placed, placed.price, 300);
  black76Batch(part, placed.implied.subarray(33), 267);
  expect(placed.implied.subarray(33)).toEqual(placed.price.subarray(33));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test.each([
  ['is missing', undefined],
  [
    'has no vectors',
    {
      Module: class {
        constructor() {
          throw new Error('no vectors');
        }
      },
    },
  ],
])('the same bits where WebAssembly %s', async (_, host) => {
  const input = plainBatch(5000);
  fillRandom(input, 'without', 0.2);
  black76GreeksBatch(input, input, 5000);
  vi.resetModules();
  vi.stubGlobal('WebAssembly', host);
  const other = await import('../index.ts');
  expect(other.hasVectorKernels()).toBe(false);
  const arrays = other.allocateBatch(5000);
  copyInputs(input, arrays);
  other.black76GreeksBatch(arrays, arrays, 5000);
  expect(hashOf(FIGURES.map((figure) => arrays[figure]))).toBe(
    hashOf(FIGURES.map((figure) => input[figure])),
  );
});

test('the same bits in a worker thread', async () => {
  const { priceChain } = await import('../testing/price-chain.ts');
  const at = new URL('../testing/price-chain.ts', import.meta.url).href;
  const program = `
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(at)}).then(({ priceChain }) => parentPort.postMessage(priceChain()));`;
  const worker = new Worker(program, { eval: true });
  const hash = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(hash).toBe(priceChain());
});
