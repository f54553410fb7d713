export { AssertionError, assert, assertNever } from './assert.ts';
export type { Brand } from './brand.ts';
export { bytesOfHex, hexOf } from './bytes.ts';
export { compareBigints, compareNumbers, compareStrings } from './compare.ts';
export { log } from './elementary.ts';
export {
  addSafe,
  divCeil,
  divFloor,
  divHalfEven,
  divTrunc,
  gcd,
  mulDivCeil,
  mulDivFloor,
  mulDivHalfEven,
  mulDivTrunc,
  mulSafe,
  subSafe,
} from './exact-integers.ts';
export { MinHeap } from './min-heap.ts';
export type { OptionType } from './option-type.ts';
export { createRandom, Random, type RandomState } from './random.ts';
export { err, ok, type Result } from './result.ts';
export { insertSorted, lowerBound, upperBound } from './sorted-array.ts';
