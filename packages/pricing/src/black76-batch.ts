/**
 * Black-76 prices and greeks of many options over struct-of-arrays, without allocation: the surface
 * of a whole venue is revalued through here. Pairs of options go through WebAssembly's vector
 * instructions where the engine has them, else through black76-scalar.ts: the bits are the same.
 * Each result is within a few ulp of the one-option function, which also takes over every option
 * outside the ordinary range.
 */
import { assert } from '@openstrike/std';
import type { Black76Batch, Black76BatchGreeks } from './black76-batch-types.ts';
import {
  greeksBlock,
  priceBlock,
  SCALAR_BLOCK,
  writeGreeksApart,
  writePriceApart,
} from './black76-scalar.ts';
import { KERNEL_BLOCK } from './simd/black76-kernels.ts';
import {
  copyGreeks,
  copyIn,
  copyPrices,
  type KernelSpace,
  kernelSpace,
} from './simd/kernel-space.ts';

/** Below this many options the way to the vector kernels costs more than it saves. */
const VECTOR_MIN = 16;

/**
 * Writes the undiscounted prices of the first `count` options.
 * Shape: out is none of the inputs. Throws: when an array is shorter than `count`. Units, Domain
 * and Source: as black76.
 */
export function black76Batch(batch: Black76Batch, out: Float64Array, count: number): void {
  checkInputs(batch, count);
  assert(out.length >= count, 'the array of prices is shorter than the count');
  const space = count < VECTOR_MIN ? undefined : kernelSpace(batch.forward);
  const paired = space === undefined ? 0 : count - (count & 1);
  if (space !== undefined) {
    const direct = isInside(batch, space) && out.buffer === space.buffer;
    const price = direct ? pricePairs : priceCopies;
    for (let start = 0; start < paired; start += KERNEL_BLOCK) {
      const size = paired - start < KERNEL_BLOCK ? paired - start : KERNEL_BLOCK;
      if (!price(space, batch, out, start, size)) {
        writePricesApart(space, batch, out, start, size);
      }
    }
  }
  for (let start = paired; start < count; start += SCALAR_BLOCK) {
    priceBlock(batch, out, start, count - start < SCALAR_BLOCK ? count - start : SCALAR_BLOCK);
  }
}

/**
 * Writes prices and five greeks of the first `count` options.
 * Shape: no array of out is an input. Throws: when an array is shorter than `count`. Units, Domain,
 * Holds and Source: as black76Greeks at rate zero.
 */
export function black76GreeksBatch(
  batch: Black76Batch,
  out: Black76BatchGreeks,
  count: number,
): void {
  checkInputs(batch, count);
  checkOutputs(out, count);
  const space = count < VECTOR_MIN ? undefined : kernelSpace(batch.forward);
  const paired = space === undefined ? 0 : count - (count & 1);
  if (space !== undefined) {
    const direct = isInside(batch, space) && areInside(out, space);
    const write = direct ? greekPairs : greeksOfCopies;
    for (let start = 0; start < paired; start += KERNEL_BLOCK) {
      const size = paired - start < KERNEL_BLOCK ? paired - start : KERNEL_BLOCK;
      if (!write(space, batch, out, start, size)) {
        writeAllApart(space, batch, out, start, size);
      }
    }
  }
  for (let start = paired; start < count; start += SCALAR_BLOCK) {
    greeksBlock(batch, out, start, count - start < SCALAR_BLOCK ? count - start : SCALAR_BLOCK);
  }
}

/** pricePairs over arrays from elsewhere, a block at most. */
function priceCopies(
  space: KernelSpace,
  batch: Black76Batch,
  out: Float64Array,
  start: number,
  size: number,
): boolean {
  const { scratch } = space;
  copyIn(space, batch, start, size);
  const isOrdinary = pricePairs(space, scratch, scratch.price, 0, size);
  copyPrices(scratch.price, out, start, size);
  return isOrdinary;
}

/** greekPairs over arrays from elsewhere, a block at most. */
function greeksOfCopies(
  space: KernelSpace,
  batch: Black76Batch,
  out: Black76BatchGreeks,
  start: number,
  size: number,
): boolean {
  const { scratch } = space;
  copyIn(space, batch, start, size);
  const isOrdinary = greekPairs(space, scratch, scratch, 0, size);
  copyGreeks(scratch, out, start, size);
  return isOrdinary;
}

/** Writes what the kernels left to the one-option function. */
function writePricesApart(
  space: KernelSpace,
  batch: Black76Batch,
  out: Float64Array,
  start: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) {
    if (space.ordinary[2 * i] === 0) {
      writePriceApart(batch, out, start + i);
    }
  }
}

/** The same with greeks. */
function writeAllApart(
  space: KernelSpace,
  batch: Black76Batch,
  out: Black76BatchGreeks,
  start: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) {
    if (space.ordinary[2 * i] === 0) {
      writeGreeksApart(batch, out, start + i);
    }
  }
}

/** The kernels write by address: an array that ends early would let them into its neighbour. */
function checkInputs(batch: Black76Batch, count: number): void {
  assert(
    batch.forward.length >= count &&
      batch.strike.length >= count &&
      batch.timeYears.length >= count &&
      batch.volatility.length >= count &&
      batch.sign.length >= count,
    'an array of the batch is shorter than its count',
  );
}

function checkOutputs(out: Black76BatchGreeks, count: number): void {
  assert(
    out.price.length >= count &&
      out.delta.length >= count &&
      out.gamma.length >= count &&
      out.vega.length >= count &&
      out.theta.length >= count &&
      out.rho.length >= count,
    'an array of the greeks is shorter than the count',
  );
}

function isInside(batch: Black76Batch, space: KernelSpace): boolean {
  const { buffer } = space;
  return (
    batch.forward.buffer === buffer &&
    batch.strike.buffer === buffer &&
    batch.timeYears.buffer === buffer &&
    batch.volatility.buffer === buffer &&
    batch.sign.buffer === buffer
  );
}

function areInside(out: Black76BatchGreeks, space: KernelSpace): boolean {
  const { buffer } = space;
  return (
    out.price.buffer === buffer &&
    out.delta.buffer === buffer &&
    out.gamma.buffer === buffer &&
    out.vega.buffer === buffer &&
    out.theta.buffer === buffer &&
    out.rho.buffer === buffer
  );
}

/**
 * The stages that price and greeks share, over arrays in the kernels' memory. Returns whether every
 * option is ordinary; the others' results are for the caller to write.
 */
function locatePairs(
  space: KernelSpace,
  batch: Black76Batch,
  start: number,
  size: number,
): boolean {
  const { logs, scales, gaps } = space.kernels;
  const forward = batch.forward.byteOffset + 8 * start;
  const strike = batch.strike.byteOffset + 8 * start;
  const timeYears = batch.timeYears.byteOffset + 8 * start;
  logs(size, forward, strike);
  const volatility = batch.volatility.byteOffset + 8 * start;
  const isOrdinary = scales(size, forward, strike, timeYears, volatility) === 1;
  gaps(size);
  return isOrdinary;
}

function pricePairs(
  space: KernelSpace,
  batch: Black76Batch,
  out: Float64Array,
  start: number,
  size: number,
): boolean {
  const isOrdinary = locatePairs(space, batch, start, size);
  space.kernels.prices(
    size,
    batch.forward.byteOffset + 8 * start,
    batch.strike.byteOffset + 8 * start,
    batch.sign.byteOffset + start,
    out.byteOffset + 8 * start,
  );
  return isOrdinary;
}

function greekPairs(
  space: KernelSpace,
  batch: Black76Batch,
  out: Black76BatchGreeks,
  start: number,
  size: number,
): boolean {
  const isOrdinary = locatePairs(space, batch, start, size);
  space.kernels.greeks(
    size,
    batch.forward.byteOffset + 8 * start,
    batch.strike.byteOffset + 8 * start,
    batch.sign.byteOffset + start,
    batch.timeYears.byteOffset + 8 * start,
    out.price.byteOffset + 8 * start,
    out.delta.byteOffset + 8 * start,
    out.gamma.byteOffset + 8 * start,
    out.vega.byteOffset + 8 * start,
    out.theta.byteOffset + 8 * start,
    out.rho.byteOffset + 8 * start,
  );
  return isOrdinary;
}
