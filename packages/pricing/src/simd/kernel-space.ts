/**
 * Memories of the vector kernels: one that batches over a caller's own arrays are copied through,
 * and one for each batch that allocateBatch places there. The kernels are compiled at the first
 * batch; where the engine has no WebAssembly or none of its vectors, there is no space, and batches
 * run in TypeScript.
 */
import type { Black76Batch, Black76BatchGreeks } from '../black76-batch-types.ts';
import {
  assembleKernels,
  KERNEL_BLOCK,
  type KernelFunctions,
  type KernelModule,
  ORDINARY,
  TABLES_END,
  writeTables,
} from './black76-kernels.ts';

/** The part of WebAssembly that is used here; the language's own types leave it out. */
type WebAssemblyHost = {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Memory: new (pages: {
    readonly initial: number;
    readonly maximum: number;
  }) => { readonly buffer: ArrayBuffer };
  readonly Instance: new (
    module: object,
    imports: { readonly host: { readonly memory: object } },
  ) => { readonly exports: unknown };
};

/** Arrays for options and all results of batches, of one length. */
export type BatchArrays = Black76Batch &
  Black76BatchGreeks & {
    /** Where implied volatilities may go. */
    readonly implied: Float64Array;
  };

/** A memory with the kernels' tables, and the kernels over it. */
export type KernelSpace = {
  readonly buffer: ArrayBuffer;
  readonly kernels: KernelFunctions;
  /** Two words for each option of a block: zero where the kernels left it to the caller. */
  readonly ordinary: Int32Array;
  /** A block for arrays from elsewhere. */
  readonly scratch: BatchArrays;
};

type Compiled = { readonly host: WebAssemblyHost; readonly kernels: KernelModule; module: object };

const PAGE = 65_536;
/** Eleven arrays of doubles and one of bytes, which kernels read eight at a time. */
const bytesFor = (length: number): number => 89 * length + 16;
const SCRATCH_END = TABLES_END + bytesFor(KERNEL_BLOCK);

const spaces = new WeakMap<ArrayBufferLike, KernelSpace>();
let compiled: Compiled | undefined;
let shared: KernelSpace | undefined;
let isTried = false;

/** The space in which an array is, else the one to copy through; none without vectors. */
export function kernelSpace(array: Float64Array): KernelSpace | undefined {
  if (!isTried) {
    tryToCompile();
  }
  return shared === undefined ? undefined : (spaces.get(array.buffer) ?? shared);
}

/**
 * Whether batches run on vector instructions here; their bits are the same either way.
 * Units: yes or no. Domain: any engine; the first call compiles the kernels. Source: of this
 * package.
 */
export function hasVectorKernels(): boolean {
  if (!isTried) {
    tryToCompile();
  }
  return shared !== undefined;
}

/**
 * Arrays for a batch of `length` options, placed where the vector kernels read and write them
 * without copying; plain arrays where there are no such kernels. All of it starts as zero.
 * Units: of options. Domain: a whole number of at least 0. Cost: a memory of its own, 160 KiB and
 * 89 bytes an option, of which engines also reserve some gigabytes of addresses: allocate few, keep
 * them and use their first elements for fewer options. Source: of this package.
 */
export function allocateBatch(length: number): BatchArrays {
  if (!isTried) {
    tryToCompile();
  }
  if (compiled === undefined) {
    return placeArrays(new ArrayBuffer(bytesFor(length)), 0, length);
  }
  const { buffer } = openSpace(compiled, SCRATCH_END + bytesFor(length));
  return placeArrays(buffer, SCRATCH_END, length);
}

/** Copies `size` options from `start` on into the scratch arrays. */
export function copyIn(space: KernelSpace, batch: Black76Batch, start: number, size: number): void {
  const { scratch } = space;
  copyRun(batch.forward, start, scratch.forward, 0, size);
  copyRun(batch.strike, start, scratch.strike, 0, size);
  copyRun(batch.timeYears, start, scratch.timeYears, 0, size);
  copyRun(batch.volatility, start, scratch.volatility, 0, size);
  const { sign } = scratch;
  const signs = batch.sign;
  for (let i = 0; i < size; i += 2) {
    sign[i] = signs[start + i] as number;
    sign[i + 1] = signs[start + i + 1] as number;
  }
}

/** Copies the first `size` prices to `start` and on. */
export function copyPrices(
  from: Float64Array,
  to: Float64Array,
  start: number,
  size: number,
): void {
  copyRun(from, 0, to, start, size);
}

/** Copies the first `size` prices and greeks to `start` and on. */
export function copyGreeks(
  from: Black76BatchGreeks,
  to: Black76BatchGreeks,
  start: number,
  size: number,
): void {
  copyRun(from.price, 0, to.price, start, size);
  copyRun(from.delta, 0, to.delta, start, size);
  copyRun(from.gamma, 0, to.gamma, start, size);
  copyRun(from.vega, 0, to.vega, start, size);
  copyRun(from.theta, 0, to.theta, start, size);
  copyRun(from.rho, 0, to.rho, start, size);
}

/**
 * Copies `size` numbers, eight at a time: the engine reads the arrays' places anew in every round
 * of a loop. The typed array's own set would take a view of each part, which is garbage.
 */
function copyRun(
  from: Float64Array,
  fromStart: number,
  to: Float64Array,
  toStart: number,
  size: number,
): void {
  const whole = size & ~7;
  let i = 0;
  for (; i < whole; i += 8) {
    const a = fromStart + i;
    const b = toStart + i;
    to[b] = from[a] as number;
    to[b + 1] = from[a + 1] as number;
    to[b + 2] = from[a + 2] as number;
    to[b + 3] = from[a + 3] as number;
    to[b + 4] = from[a + 4] as number;
    to[b + 5] = from[a + 5] as number;
    to[b + 6] = from[a + 6] as number;
    to[b + 7] = from[a + 7] as number;
  }
  for (; i < size; i++) {
    to[toStart + i] = from[fromStart + i] as number;
  }
}

function tryToCompile(): void {
  isTried = true;
  const host = (globalThis as unknown as { readonly WebAssembly?: WebAssemblyHost }).WebAssembly;
  if (host === undefined || new Uint8Array(Uint32Array.of(1).buffer)[0] !== 1) {
    return;
  }
  try {
    const kernels = assembleKernels();
    const made = { host, kernels, module: new host.Module(kernels.bytes) };
    shared = openSpace(made, SCRATCH_END);
    compiled = made;
  } catch {
    // An engine without vectors refuses the module, a page may forbid compiling: both are answers.
  }
}

function openSpace(from: Compiled, bytes: number): KernelSpace {
  const pages = Math.ceil(bytes / PAGE);
  const memory = new from.host.Memory({ initial: pages, maximum: pages });
  const { buffer } = memory;
  writeTables(from.kernels, buffer);
  const instance = new from.host.Instance(from.module, { host: { memory } });
  const space = {
    buffer,
    kernels: instance.exports as KernelFunctions,
    ordinary: new Int32Array(buffer, ORDINARY, 2 * KERNEL_BLOCK),
    scratch: placeArrays(buffer, TABLES_END, KERNEL_BLOCK),
  };
  spaces.set(buffer, space);
  return space;
}

function placeArrays(buffer: ArrayBuffer, start: number, length: number): BatchArrays {
  let place = start;
  const next = (): Float64Array => {
    const array = new Float64Array(buffer, place, length);
    place += 8 * length;
    return array;
  };
  return {
    forward: next(),
    strike: next(),
    timeYears: next(),
    volatility: next(),
    price: next(),
    delta: next(),
    gamma: next(),
    vega: next(),
    theta: next(),
    rho: next(),
    implied: next(),
    sign: new Int8Array(buffer, place, length),
  };
}
